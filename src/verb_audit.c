/* authcheck audit: the domains named, or all senders of the zones, one after the other. */
#include <stdio.h>
#include <unistd.h>

#include "file.h"
#include "judge.h"
#include "name.h"
#include "program.h"
#include "psl.h"

enum { PROGRESS_AFTER_MS = 1000 };

struct run {
	struct program *p;
	struct audit_setup setup;
	struct render_options ro;
	struct render_run kept; /* what the format keeps between audits */
	const char **domain;    /* each once, in the order given */
	size_t n, cap;
	uint32_t *slot; /* hash table: place in `domain`, plus 1; 0: free */
	size_t nslot;   /* a power of two, more than 2 * n */
	bool *bare;     /* of each zone: no name of its organizational domain can have a DKIM key */
	size_t nwritten;
};

/* ---- what to audit ---- */

static uint32_t *slot_of(const struct run *r, const char *name)
{
	size_t i = (size_t)str_hash(str_c(name), 0) & (r->nslot - 1);

	while (r->slot[i] && strcmp(r->domain[r->slot[i] - 1], name) != 0)
		i = (i + 1) & (r->nslot - 1);
	return &r->slot[i];
}

static void add_domain(struct run *r, const char *name)
{
	struct arena *a = &r->p->arena;
	uint32_t *slot;

	if (2 * (r->n + 1) > r->nslot) {
		r->nslot = r->nslot ? 2 * r->nslot : 64;
		r->slot = arena_array(a, r->nslot, sizeof(*r->slot));
		for (size_t i = 0; i < r->n; i++)
			*slot_of(r, r->domain[i]) = (uint32_t)i + 1;
	}
	slot = slot_of(r, name);
	if (*slot)
		return;
	r->domain = arena_grow(a, r->domain, r->n, &r->cap, sizeof(*r->domain));
	r->domain[r->n++] = name;
	*slot = (uint32_t)r->n;
}

/* The domains named, or all senders of the zones. */
static bool list_domains(struct run *r)
{
	struct program *p = r->p;
	const char **names, *why;
	size_t n;

	for (size_t i = 0; i < p->o.words.n; i++) {
		const char *name = name_from_user(&p->arena, str_c(p->o.words.item[i]), &why);

		if (!name) {
			complain(arena_printf(&p->arena, "\"%s\" is no domain name: %s",
					      p->o.words.item[i], why));
			return false;
		}
		add_domain(r, name);
	}
	for (size_t i = 0; !p->o.words.n && i < p->o.zones.n; i++) {
		zone_senders(&p->arena, p->zone[i], &names, &n);
		for (size_t k = 0; k < n; k++)
			add_domain(r, names[k]);
	}
	if (!r->n) {
		complain(
			"no domain: `authcheck example.com` audits one, `authcheck --help` says what else there is");
		return false;
	}
	return true;
}

/* What is missing from a zone proves nothing where a name above its origin may have it. */
static void find_bare_zones(struct run *r)
{
	struct program *p = r->p;

	r->bare = arena_array(&p->arena, p->o.zones.n + 1, sizeof(*r->bare));
	for (size_t i = 0; i < p->o.zones.n; i++) {
		const char *origin = p->zone[i]->origin,
			   *org = psl_organizational_domain(&p->arena, origin);

		r->bare[i] = org && strcmp(org, origin) == 0 && !zone_may_sign(p->zone[i]);
	}
}

static bool read_selectors(struct program *p)
{
	struct options *o = &p->o;

	for (size_t i = 0; i < o->selector_files.n; i++) {
		struct buf text;
		struct str rest;
		const char *err;
		unsigned line = 0;

		buf_init(&text, FILE_MAX);
		if (!file_read(&p->arena, o->selector_files.item[i], FILE_MAX, &text, &err)) {
			buf_free(&text);
			complain(err);
			return false;
		}
		for (rest = arena_str(&p->arena, buf_str(&text)); rest.n;) {
			ptrdiff_t end = str_find(rest, '\n');
			struct str s = str_trim(end < 0 ? rest : str_sub(rest, 0, (size_t)end));

			line++;
			rest = end < 0 ? S("") : str_from(rest, (size_t)end + 1);
			if (s.n && s.p[s.n - 1] == '\r')
				s = str_trim(str_sub(s, 0, s.n - 1));
			if (!s.n || s.p[0] == '#')
				continue;
			if (!name_from_text(&p->arena, s) || s.n > 200) {
				complain(arena_printf(&p->arena, "%s:%u: \"%.*s\" is no selector",
						      o->selector_files.item[i], line, (int)s.n,
						      s.p));
				buf_free(&text);
				return false;
			}
			texts_add(&p->arena, &o->selectors, arena_strndup(&p->arena, s.p, s.n));
		}
		buf_free(&text);
	}
	o->wish.selectors = o->selectors.item;
	o->wish.nselectors = o->selectors.n;
	return true;
}

/* ---- the audit ---- */

static void progress(void *arg, const struct audit *a, unsigned settled, unsigned asked,
		     unsigned elapsed_ms)
{
	struct program *p = arg;

	if (elapsed_ms < PROGRESS_AFTER_MS || p->o.quiet || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%s: %u of %u questions answered, %u s ", a->report.domain, settled,
		asked, elapsed_ms / 1000);
	fflush(stderr);
	p->progress_shown = true;
}

static void progress_end(struct program *p)
{
	if (p->progress_shown)
		fputs("\r\033[K", stderr);
	p->progress_shown = false;
}

/* 2 before 1 before 3 before 0. */
static int worse(int a, int b)
{
	static const int weight[] = { 0, 2, 3, 1 };

	return weight[a] >= weight[b] ? a : b;
}

/* The report, whole or not at all. False when there is no memory for it. */
static bool render_one(struct run *r, struct audit *a)
{
	struct program *p = r->p;
	size_t before = p->out.n;
	jmp_buf oom;

	a->arena.oom = a->work.oom = &oom;
	if (setjmp(oom) != 0) {
		p->out.n = before;
		render_run_drop(&r->kept);
		p->recorded.failed = true;
		return false;
	}
	p->o.format->one(&p->out, &a->work, &a->report, &r->ro, r->nwritten, r->n);
	render_run_keep(&r->kept);
	r->kept.state[render_state(&a->report, &r->ro)]++;
	program_record(p, a);
	r->nwritten++;
	return true;
}

/* The selectors of the domain, from the zone that answers for them: the nearest one. */
static void take_selectors(struct run *r, const char *domain)
{
	struct audit_wish *w = &r->setup.wish;
	struct program *p = r->p;
	const struct zone *near = NULL;

	for (size_t i = 0; i < p->o.zones.n; i++) {
		const struct zone *z = p->zone[i];
		const char **names;
		size_t n;

		if ((near && name_labels(z->origin) <= name_labels(near->origin)) ||
		    !zone_selectors(&p->arena, z, domain, &names, &n))
			continue;
		near = z;
		w->zone_selectors = names;
		w->nzone_selectors = n;
		w->dkim_zone = r->bare[i] ? DKIM_ZONE_BARE : DKIM_ZONE_LISTED;
	}
	if (!near) {
		w->nzone_selectors = 0;
		w->dkim_zone = DKIM_ZONE_NOT;
	}
}

static int audit_one(struct run *r, const char *domain)
{
	static struct audit audit;
	struct program *p = r->p;
	int status = EXIT_USAGE;
	bool ok;

	take_selectors(r, domain);
	ok = audit_run(&audit, &r->setup, domain);
	progress_end(p);
	if (ok)
		status = judge_exit(&audit.report, p->o.fail_never ? NULL : &p->o.fail_on);
	if (!ok || !render_one(r, &audit))
		status = complain(arena_printf(&p->arena, "%s: out of memory", domain));
	else if (!program_flush(p))
		status = EXIT_USAGE;
	audit_free(&audit);
	return status;
}

/* Monitors take 2 for the worst that can be told of a domain, so that our own failure is 3. */
static int monitor_status(const struct run *r, int status)
{
	return status == EXIT_USAGE ? STATE_UNKNOWN : (int)render_worst(&r->kept);
}

static int audit_all(struct run *r)
{
	struct program *p = r->p;
	const struct render_format *format = p->o.format;
	int status = 0;

	r->ro = program_render_options(&p->o);
	r->ro.run = &r->kept;
	r->setup = program_setup(p, r->n);
	r->setup.bulk = p->o.bulk;
	r->setup.receivers = p->o.receivers;
	r->setup.profiles = p->o.profiles;
	r->setup.progress = progress;
	r->setup.progress_arg = p;
	program_record_begin(p, r->setup.now_s);
	find_bare_zones(r);
	if (format->begin)
		format->begin(&p->out, &r->ro, r->n);
	for (size_t i = 0; i < r->n; i++)
		status = worse(status, audit_one(r, r->domain[i]));
	if (format->end)
		format->end(&p->out, &r->ro, r->n);
	if (!program_flush(p) || !program_finish(p))
		status = EXIT_USAGE;
	return format->monitors ? monitor_status(r, status) : status;
}

int verb_audit(struct program *p)
{
	struct run r = { .p = p };
	int status = EXIT_USAGE;

	render_run_init(&r.kept, p->out.max);
	if (read_selectors(p) && program_open(p) && list_domains(&r))
		status = audit_all(&r);
	else if (p->o.format->monitors)
		status = STATE_UNKNOWN;
	render_run_free(&r.kept);
	program_close(p);
	return status;
}

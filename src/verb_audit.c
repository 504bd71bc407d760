/* authcheck audit: the domains named, those of lists, or all senders of the zones, many at once. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "domains.h"
#include "file.h"
#include "judge.h"
#include "name.h"
#include "program.h"
#include "spool.h"

enum {
	PROGRESS_AFTER_MS = 1000,
	PROGRESS_MS = 250,
	QUIET_FEW_MS = 20,              /* a person waits for one audit: each answer counts */
	OUT_AT_ONCE = 64 * 1024,        /* octets: written when there are so many, or on a tick */
	OUT_MAX = 4 * 1024 * 1024,      /* nobody reads: nothing more is begun */
	SPOOL_MEMORY = 8 * 1024 * 1024, /* reports that wait for an earlier one */
	SPOOL_WINDOW = 64 * 1024,       /* domains ahead of the first that is missing */
	RATE_QUESTIONS = 200, /* what an audit may have to ask: with --rate, that takes its time */
};

struct run {
	struct program *p;
	struct domains domains;
	struct audits_setup setup;
	struct render_options ro;
	struct render_run kept; /* what the format keeps between audits */
	bool unordered;
	struct spool spool; /* reports in the order of the domains */
	struct buf report;  /* one */
	bool *bare;     /* of each zone: no name of its organizational domain can have a DKIM key */
	size_t *teller; /* of each zone with faults: which domain's audit tells of them */
	size_t begun, written;
	bool begins; /* a report has been written */
	size_t with_errors, undecided;
	int64_t told_ms, start_ms;
	int status;
};

/* ---- what is known of the domains ---- */

static void find_bare_zones(struct run *r)
{
	struct program *p = r->p;

	r->bare = arena_array(&p->arena, p->nzones + 1, sizeof(*r->bare));
	for (size_t i = 0; i < p->nzones; i++)
		r->bare[i] = program_zone_is_bare(p, p->zone[i]);
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

/* The selectors of the domain, from the zone that answers for them: the nearest one. */
static void take_selectors(struct run *r, const char *domain, struct audit_wish *w)
{
	struct program *p = r->p;
	const struct zone *near = NULL;

	for (size_t i = 0; i < p->nzones; i++) {
		const struct zone *z = p->zone[i];

		if (near && name_labels(z->origin) <= name_labels(near->origin))
			continue;
		if (program_zone_selectors(p, z, r->bare[i], domain, w))
			near = z;
	}
	if (!near) {
		w->nzone_selectors = 0;
		w->dkim_zone = DKIM_ZONE_NOT;
	}
}

/* Which audit tells of a zone's faults: that of its origin, else of the nearest name below it that
 * was named, else the first. */
static size_t teller_of(const struct domains *d, const struct zone *z)
{
	size_t near = 0;
	bool below = false;

	for (size_t i = 0; i < d->nnamed; i++) {
		if (!name_is_under(d->named[i], z->origin) ||
		    (below && name_labels(d->named[i]) >= name_labels(d->named[near])))
			continue;
		near = i;
		below = true;
	}
	return near;
}

static void find_tellers(struct run *r)
{
	struct program *p = r->p;

	r->teller = arena_array(&p->arena, p->nzones + 1, sizeof(*r->teller));
	for (size_t i = 0; i < p->nzones; i++)
		if (p->zone[i]->nfault)
			r->teller[i] = teller_of(&r->domains, p->zone[i]);
}

static void take_faults(struct run *r, size_t domain, struct audit_wish *w)
{
	struct program *p = r->p;
	const struct zone_fault **list = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < p->nzones; i++)
		for (size_t k = 0; k < p->zone[i]->nfault && r->teller[i] == domain; k++) {
			list = arena_grow(&p->arena, list, n, &cap, sizeof(*list));
			list[n++] = &p->zone[i]->fault[k];
		}
	w->zone_fault = list;
	w->nzone_fault = n;
}

/* ---- the reports ---- */

/* The report, whole or not at all. False when there is no memory for it. */
static bool render_one(struct run *r, struct audit *a, size_t index, struct buf *out)
{
	struct program *p = r->p;
	size_t before = out->n;
	volatile bool ok = false;
	jmp_buf oom;

	a->arena.oom = a->work.oom = &oom;
	if (setjmp(oom) == 0) {
		p->o.format->one(out, &a->work, &a->report, &r->ro, index, r->domains.total);
		program_record(p, a);
		ok = !out->failed;
	} else {
		p->recorded.failed = true;
	}
	a->arena.oom = a->work.oom = NULL;
	if (ok) {
		render_run_keep(&r->kept);
		r->kept.state[render_state(&a->report, &r->ro)]++;
	} else {
		render_run_drop(&r->kept);
		out->n = before;
	}
	return ok;
}

/* To where reports go, all that are there in line. The first has no separator before it, though the
 * one that should have been the first was lost. */
static bool move_on(struct run *r)
{
	struct buf *out = &r->p->out;
	size_t before = out->n;
	bool ok = spool_take(&r->spool, out);

	if (!ok)
		complain("what was put aside in a temporary file cannot be read");
	if (!r->begins && out->n > before && out->p[before] == ',')
		memmove(out->p + before, out->p + before + 1, out->n-- - before);
	r->begins |= out->n > before;
	return ok;
}

/* A report that is finished: written at once, or when those before it are. !ok: there is none. */
static bool put(struct run *r, struct audit *a, size_t index, bool ok)
{
	struct program *p = r->p;

	if (r->unordered || index == r->spool.first) {
		ok = ok && render_one(r, a, r->begins ? index : 0, &p->out);
		r->begins |= ok;
		r->spool.first += !r->unordered;
	} else {
		ok = ok && render_one(r, a, index, &r->report);
		ok = spool_put(&r->spool, index, &r->report) && ok;
	}
	if (!ok)
		complain(arena_printf(&p->arena, "%s: out of memory", a->report.domain));
	return ok;
}

static bool done(void *arg, size_t index, struct audit *a, bool ok)
{
	struct run *r = arg;
	struct program *p = r->p;
	int status = ok ? program_exit(p, &a->report) : EXIT_USAGE;

	r->with_errors += status == 1;
	r->undecided += status == 3;
	if (put(r, a, r->unordered ? r->written : index, ok))
		r->written++;
	else
		status = EXIT_USAGE;
	r->status = program_worse(r->status, status);
	if (move_on(r) && ((p->out.n < OUT_AT_ONCE && !p->out.failed) || program_offer(p)))
		return true;
	r->status = EXIT_USAGE;
	return false;
}

static enum audits_next next(void *arg, bool may_wait, const char **domain, struct audit_wish *wish)
{
	struct run *r = arg;
	enum audits_next next;

	if (r->p->out.n > OUT_MAX || (!r->unordered && !spool_has_room(&r->spool, r->begun)))
		return AUDITS_LATER;
	next = domains_next(&r->domains, may_wait, domain);
	if (next == AUDITS_DOMAIN) {
		take_selectors(r, *domain, wish);
		take_faults(r, r->begun, wish);
		program_expect(r->p, *domain, wish);
		r->begun++;
	}
	return next;
}

/* ---- progress ---- */

static void progress_end(struct program *p)
{
	if (p->progress_shown)
		fputs("\r\033[K", stderr);
	p->progress_shown = false;
}

/* "1,234 of 10,000 domains, 812/s, 17 with errors, 3 undecided, 0:11 left" */
static void tell_many(const struct run *r, const struct audits_count *c)
{
	size_t total = r->domains.total;
	double rate = (double)c->finished * 1000 / (c->elapsed_ms ? c->elapsed_ms : 1);

	fprintf(stderr, "\r\033[K%zu", c->finished);
	if (total > r->domains.done_before)
		fprintf(stderr, " of %zu", total - r->domains.done_before);
	fprintf(stderr, " domains, %.*f/s, %zu with errors", rate < 10 ? 1 : 0, rate,
		r->with_errors);
	if (r->undecided)
		fprintf(stderr, ", %zu undecided", r->undecided);
	if (rate > 0 && total > r->domains.done_before + c->finished) {
		unsigned left = (unsigned)((double)(total - r->domains.done_before - c->finished) /
					   rate);

		if (left >= 3600)
			fprintf(stderr, ", %u:%02u:%02u left", left / 3600, left / 60 % 60,
				left % 60);
		else
			fprintf(stderr, ", %u:%02u left", left / 60, left % 60);
	}
}

static bool tick(void *arg, const struct audits *all)
{
	struct run *r = arg;
	struct program *p = r->p;
	int64_t now = source_now_ms();
	struct audits_count c;

	if (p->out.n && !program_offer(p)) {
		r->status = EXIT_USAGE;
		return false;
	}
	if (now - r->start_ms < PROGRESS_AFTER_MS || now - r->told_ms < PROGRESS_MS || p->o.quiet ||
	    !isatty(STDERR_FILENO))
		return true;
	r->told_ms = now;
	c = audits_count(all);
	if (r->domains.total == 1 && c.domain)
		fprintf(stderr, "\r%s: %u of %u questions answered, %u s ", c.domain, c.settled,
			c.asked, c.elapsed_ms / 1000);
	else
		tell_many(r, &c);
	fflush(stderr);
	p->progress_shown = true;
	return true;
}

/* ---- the whole ---- */

static void set_up(struct run *r)
{
	struct program *p = r->p;
	const struct domains *d = &r->domains;
	const char *dir = getenv("TMPDIR");
	/* none of them is known by number where a list goes on */
	size_t few = d->nnamed + d->nahead;

	r->ro = program_render_options(&p->o);
	r->ro.run = &r->kept;
	r->kept.list = d->total != 1;
	r->unordered = p->o.unordered || p->o.format->gathers;
	r->setup = (struct audits_setup){
		.audit = program_setup(p, few),
		.jobs = p->o.jobs,
		.quiet_ms = few < AHEAD_MAX ? QUIET_FEW_MS : 0,
		.next = next,
		.done = done,
		.tick = tick,
		.arg = r,
		.stop = program_stopped(),
	};
	r->setup.audit.bulk = p->o.bulk;
	r->setup.audit.receivers = p->o.receivers;
	r->setup.audit.profiles = p->o.profiles;
	if (p->o.live.rate)
		r->setup.audit.limits.deadline_ms += RATE_QUESTIONS * 1000 / p->o.live.rate;
	r->start_ms = source_now_ms();
	spool_init(&r->spool, SPOOL_MEMORY, SPOOL_WINDOW, dir && *dir ? dir : "/var/tmp");
	buf_init(&r->report, p->out.max);
	find_bare_zones(r);
	find_tellers(r);
}

/* What is done stands, though not all is. */
static void tell_stopped(const struct run *r)
{
	fprintf(stderr, "authcheck: stopped; %zu", r->written);
	if (r->domains.total > r->domains.done_before)
		fprintf(stderr, " of %zu", r->domains.total - r->domains.done_before);
	fprintf(stderr, " domains are done%s\n",
		r->p->o.resume ? ", the same command goes on with the others" : "");
}

static int audit_all(struct run *r, struct audits **all)
{
	struct program *p = r->p;
	const struct render_format *format = p->o.format;
	bool whole;

	set_up(r);
	program_record_begin(p, r->setup.audit.now_s);
	if (format->begin)
		format->begin(&p->out, &r->ro, r->domains.total);
	whole = audits_run(&r->setup, all);
	progress_end(p);
	if (!whole && *program_stopped())
		tell_stopped(r);
	spool_take_all(&r->spool, &p->out);
	/* 1 is for the frame of a single report, which is not the frame of a list with one left */
	if (format->end)
		format->end(&p->out, &r->ro, r->domains.total == 1 ? 1 : 2 * r->written);
	program_tell_unused(p);
	if (r->domains.failed || r->domains.bad)
		r->status = EXIT_USAGE;
	if (!program_flush(p) || !program_finish(p))
		r->status = EXIT_USAGE;
	return r->status;
}

static bool is_given(const struct options *o, const char *name)
{
	for (size_t i = 0; i < o->given.n; i++)
		if (strcmp(o->given.item[i], name) == 0)
			return true;
	return false;
}

/* The options that say where reports go. */
static bool options_agree(struct program *p)
{
	const char *what = NULL;

	if (p->o.resume && p->o.output)
		what = "--resume writes to its own file: leave --output out";
	else if (p->o.resume && is_given(&p->o, "--format") &&
		 strcmp(p->o.format->name, "ndjson") != 0)
		what = "--resume writes ndjson: leave --format out";
	if (what)
		complain(what);
	return !what;
}

static bool open_output(struct program *p, struct names *before)
{
	struct stat st;

	if (p->o.resume) {
		for (size_t i = 0; i < render_nformats; i++)
			if (strcmp(render_formats[i].name, "ndjson") == 0)
				p->o.format = &render_formats[i];
		p->appended = resume_open(p, before);
		return p->appended >= 0;
	}
	p->waits = fstat(STDOUT_FILENO, &st) != 0 || !S_ISREG(st.st_mode);
	return program_begin(p);
}

int verb_audit(struct program *p)
{
	struct run *r = ARENA_NEW(&p->arena, struct run);
	struct names before = { 0 };
	struct audits *all = NULL;
	int status = EXIT_USAGE;

	r->p = p;
	render_run_init(&r->kept, p->out.max);
	program_catch_stop();
	if (options_agree(p) && read_selectors(p) && program_open(p) && open_output(p, &before) &&
	    domains_open(&r->domains, p, p->o.resume ? &before : NULL))
		status = audit_all(r, &all);
	status = program_status(p, &r->kept, status);
	render_run_free(&r->kept);
	file_abandon(&p->target);
	domains_close(&r->domains);
	program_close(p);
	audits_free(all);
	spool_free(&r->spool);
	buf_free(&r->report);
	program_stopped_end();
	return status;
}

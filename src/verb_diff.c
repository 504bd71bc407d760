/* authcheck diff: two states of zones, tapes or audits, and what got worse or better between them.
 */
#include <stdlib.h>

#include "diff.h"
#include "git.h"
#include "judge.h"
#include "name.h"
#include "program.h"
#include "state.h"
#include "touch.h"

enum { WORK_MAX = 512 * 1024 * 1024 };

struct run {
	struct program *p;
	struct state before, after;
	struct source *shared; /* by both: what lies outside of them */
	struct audit_setup setup;
	struct render_options ro;
	struct render_run kept; /* what the format keeps between names */
	const char **domain;    /* to audit */
	size_t n, cap;
	struct diff_total total;
	uint64_t *told; /* hashes of what was told; 0: a free place */
	size_t ntold, told_cap;
	int status;
};

/* ---- the two states ---- */

/* OLD of --git: a copy of the folder as it was, gone again when it is read. */
static bool read_revision(struct run *r, const char *path)
{
	struct program *p = r->p;
	struct git_copy copy;
	const char *err;
	bool ok = git_copy(&p->arena, p->o.git, path, &copy, &err);

	if (!ok)
		complain(err);
	else if (!copy.missing)
		ok = state_read(p, copy.path, arena_printf(&p->arena, "%s:%s", p->o.git, path),
				&r->before);
	else
		r->before = (struct state){ .p = p };
	git_remove(&copy);
	return ok;
}

static bool read_states(struct run *r)
{
	struct program *p = r->p;
	const char **word = p->o.words.item;
	size_t need = p->o.git ? 1 : 2;

	if (p->o.words.n < need) {
		complain(
			p->o.git
				? "which folder? `authcheck diff --git HEAD~1 zones/`"
				: "diff compares two: `authcheck diff OLD NEW`, or `authcheck diff --git HEAD~1 zones/`");
		return false;
	}
	if (!(p->o.git ? read_revision(r, word[0]) : state_read(p, word[0], word[0], &r->before)) ||
	    !state_read(p, word[need - 1], word[need - 1], &r->after))
		return false;
	p->o.words.item += need;
	p->o.words.n -= need;
	return true;
}

/* ---- what to audit ---- */

static void add_domain(struct run *r, const char *name)
{
	r->domain = arena_grow(&r->p->arena, r->domain, r->n, &r->cap, sizeof(*r->domain));
	r->domain[r->n++] = name;
}

static bool name_domains(struct run *r)
{
	for (size_t i = 0; i < r->p->o.words.n; i++) {
		const char *name = program_name(r->p, r->p->o.words.item[i]);

		if (!name)
			return false;
		add_domain(r, name);
	}
	r->total.all = r->n;
	return true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* All that either has, each once. */
static void all_domains(struct run *r)
{
	struct state *both[] = { &r->before, &r->after };
	size_t kept = 0;

	for (size_t i = 0; i < 2; i++) {
		const char **names;
		size_t n;

		state_domains(both[i], &names, &n);
		for (size_t k = 0; k < n; k++)
			add_domain(r, names[k]);
	}
	if (r->n)
		qsort(r->domain, r->n, sizeof(*r->domain), by_text);
	for (size_t i = 0; i < r->n; i++)
		if (!i || strcmp(r->domain[i], r->domain[kept - 1]) != 0)
			r->domain[kept++] = r->domain[i];
	r->n = r->total.all = kept;
}

static bool same_faults(const struct zone *x, const struct zone *y)
{
	if (x->nfault != y->nfault)
		return false;
	for (size_t i = 0; i < x->nfault; i++)
		if (x->fault[i].kind != y->fault[i].kind ||
		    strcmp(x->fault[i].what, y->fault[i].what) != 0)
			return false;
	return true;
}

/* What is wrong with a zone's lines is told of its origin, whatever name the change touches. */
static void add_faulty(struct run *r, const struct state *mine, const struct state *other)
{
	struct arena *a = &r->p->arena;
	const struct zone_index *others = zone_index(a, other->zone, other->nzone);
	size_t n = r->n;
	const char **listed = arena_array(a, n, sizeof(*listed));

	if (n) {
		memcpy(listed, r->domain, n * sizeof(*listed));
		qsort(listed, n, sizeof(*listed), by_text);
	}
	for (size_t i = 0; i < mine->nzone; i++) {
		const struct zone *z = mine->zone[i];
		size_t old = z->nfault ? zone_index_at(others, z->origin) : SIZE_MAX;

		if (!z->nfault || (old != SIZE_MAX && same_faults(other->zone[old], z)))
			continue;
		if (!n || !bsearch(&z->origin, listed, n, sizeof(*listed), by_text))
			add_domain(r, z->origin);
	}
}

static bool list_domains(struct run *r)
{
	struct program *p = r->p;

	if (p->o.words.n)
		return name_domains(r);
	if (r->before.kind != STATE_ZONES || r->after.kind != STATE_ZONES) {
		all_domains(r);
		return true;
	}
	zones_touched(&p->arena, (struct zone_set){ r->before.zone, r->before.nzone },
		      (struct zone_set){ r->after.zone, r->after.nzone },
		      (struct zone_set){ p->zone, p->nzones }, &r->domain, &r->n, &r->total.all);
	r->cap = r->n;
	add_faulty(r, &r->after, &r->before);
	add_faulty(r, &r->before, &r->after);
	return true;
}

/* ---- one name ---- */

static void count(struct run *r, const struct diff *d)
{
	for (int k = 0; k < DIFF_KINDS; k++)
		r->total.count[k] += d->count[k];
	r->total.changed += diff_changes(d);
	for (size_t i = 0; d->after && i < d->after->nunknown; i++)
		r->total.unknown += d->after->unknown[i].offline;
}

/* These have a form of their own for a diff; the others are given what is new as a report. */
static bool is_prose(const struct program *p)
{
	return program_format_is(p, "text") || program_format_is(p, "markdown");
}

/* These show findings at the lines of files, and a line needs to be told once. */
static bool is_by_line(const char *format)
{
	return strcmp(format, "github") == 0 || strcmp(format, "gitlab") == 0 ||
	       strcmp(format, "sarif") == 0;
}

static void render(struct run *r, const struct diff *d, struct arena *work)
{
	struct program *p = r->p;
	const char *format = p->o.format->name;
	struct report new;

	if (strcmp(format, "text") == 0) {
		render_diff_text(&p->out, work, d, &r->ro);
	} else if (strcmp(format, "markdown") == 0) {
		render_diff_markdown(&p->out, work, d, &r->ro);
	} else if (strcmp(format, "json") == 0 || strcmp(format, "ndjson") == 0) {
		render_diff_json(&p->out, work, d, *format == 'n', r->total.names, r->n);
	} else {
		diff_report_of_new(work, d, is_by_line(format), &new);
		p->o.format->one(&p->out, work, &new, &r->ro, r->total.names, r->n);
		render_run_keep(&r->kept);
		r->kept.state[render_state(&new, &r->ro)]++;
	}
}

/* ---- what was told of a record under another name ---- */

static bool add_told(uint64_t *slot, size_t cap, uint64_t hash)
{
	size_t i = hash & (cap - 1);

	while (slot[i] && slot[i] != hash)
		i = (i + 1) & (cap - 1);
	if (slot[i] == hash)
		return false;
	slot[i] = hash;
	return true;
}

static void grow_told(struct run *r)
{
	size_t cap = r->told_cap ? 2 * r->told_cap : 256;
	uint64_t *slot = arena_array(&r->p->arena, cap, sizeof(*slot));

	for (size_t i = 0; i < r->told_cap; i++)
		if (r->told[i])
			add_told(slot, cap, r->told[i]);
	r->told = slot;
	r->told_cap = cap;
}

/* The same rule, of the same part of the same record. Where there is no record, each name has a
 * fault of its own. */
static void mark_told(struct run *r, struct arena *work, struct diff *d)
{
	for (size_t i = 0; i < d->n; i++) {
		const struct finding *f = d->item[i].after;
		uint64_t hash;

		if (d->item[i].kind != DIFF_NEW || !f->fact || !f->fact->nrr)
			continue;
		hash = str_hash(str_c(arena_printf(work, "%d %s %u %u %u", (int)f->rule,
						   fact_question_text(work, f->fact),
						   f->rr ? f->rr->line : 0, f->at.at, f->at.len)),
				0) |
		       1;
		if (2 * (r->ntold + 1) > r->told_cap)
			grow_told(r);
		d->item[i].told = !add_told(r->told, r->told_cap, hash);
		r->ntold += !d->item[i].told;
	}
}

static bool compare(struct run *r, size_t at, struct audit *old, struct audit *now,
		    struct arena *work)
{
	const char *domain = r->domain[at];
	struct program *p = r->p;
	bool failed = false;
	const struct report *before = state_report(&r->before, &r->setup, domain, at, old, &failed),
			    *after = state_report(&r->after, &r->setup, domain, at, now, &failed);
	struct report added;
	struct diff d;
	jmp_buf oom;

	if (failed)
		return false;
	old->work.oom = now->work.oom = work->oom = &oom;
	if (setjmp(oom) != 0)
		return false;
	diff_reports(work, before, after, &d);
	d.domain = domain;
	if (old->facts.n && now->facts.n) {
		diff_records(work, &d, &old->facts, &now->facts);
		diff_notes(work, &d, &old->facts, &now->facts);
	}
	mark_told(r, work, &d);
	render(r, &d, work);
	diff_report_of_new(work, &d, false, &added);
	r->status = program_worse(r->status, program_exit(p, &added));
	count(r, &d);
	r->total.names++;
	return true;
}

static bool compare_one(struct run *r, size_t at)
{
	static struct audit old, now;
	struct arena work;
	bool ok;

	arena_init(&work, WORK_MAX);
	ok = compare(r, at, &old, &now, &work);
	if (!ok)
		complain(arena_printf(&r->p->arena, "%s: out of memory", r->domain[at]));
	audit_free(&now);
	audit_free(&old);
	arena_free(&work);
	return ok && program_flush(r->p);
}

/* ---- the whole ---- */

static void begin(struct run *r)
{
	const struct render_format *f = r->p->o.format;

	if (!is_prose(r->p) && f->begin)
		f->begin(&r->p->out, &r->ro, r->n);
}

static void end(struct run *r)
{
	const struct render_format *f = r->p->o.format;

	if (is_prose(r->p))
		render_diff_text_end(&r->p->out, &r->p->arena, &r->total, &r->ro);
	else if (f->end)
		f->end(&r->p->out, &r->ro, r->n);
}

static void set_up(struct run *r)
{
	struct program *p = r->p;
	const struct tape *t = r->after.tape.has_now ? &r->after.tape : &r->before.tape;

	r->shared = source_memo(&p->arena, p->source);
	state_open(&r->before, r->shared);
	state_open(&r->after, r->shared);
	overlay_tellers(&r->before.overlay, r->domain, r->n, false);
	overlay_tellers(&r->after.overlay, r->domain, r->n, false);
	r->ro = program_render_options(&p->o);
	r->ro.run = &r->kept;
	r->kept.list = r->n != 1;
	r->setup = program_setup(p, r->n);
	r->setup.bulk = p->o.bulk;
	r->setup.receivers = p->o.receivers;
	r->setup.profiles = p->o.profiles;
	if (t->has_now)
		r->setup.now_s = t->facts.now_s;
}

/* The tape has what both states share, so that --replay of it compares the same. */
static void record(struct run *r)
{
	struct arena work;

	arena_init(&work, WORK_MAX);
	program_record_begin(r->p, r->setup.now_s);
	program_record(r->p, &work, source_memo_facts(r->shared));
	arena_free(&work);
}

static int compare_all(struct run *r)
{
	struct program *p = r->p;

	set_up(r);
	begin(r);
	for (size_t i = 0; i < r->n; i++)
		if (!compare_one(r, i))
			r->status = program_worse(r->status, EXIT_USAGE);
	end(r);
	record(r);
	program_tell_unused(p);
	return program_flush(p) && program_finish(p) ? r->status : EXIT_USAGE;
}

int verb_diff(struct program *p)
{
	struct run *r = ARENA_NEW(&p->arena, struct run);
	int status = EXIT_USAGE;

	r->p = p;
	render_run_init(&r->kept, p->out.max);
	if (program_read_selectors(p) && read_states(r) && program_open(p) && list_domains(r))
		status = compare_all(r);
	status = program_status(p, &r->kept, status);
	render_run_free(&r->kept);
	program_close(p);
	return status;
}

/* authcheck audit: the domains named, those of lists, or all senders of the zones, many at once. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "domains.h"
#include "file.h"
#include "kept.h"
#include "name.h"
#include "program.h"
#include "progress.h"
#include "spool.h"

enum {
	QUIET_FEW_MS = 20,              /* a person waits for one audit: each answer counts */
	OUT_AT_ONCE = 64 * 1024,        /* octets: written when there are so many, or on a tick */
	OUT_MAX = 4 * 1024 * 1024,      /* nobody reads: nothing more is begun */
	SPOOL_MEMORY = 4 * 1024 * 1024, /* reports that wait for an earlier one */
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
	struct kept past;   /* what --state keeps */
	size_t begun, written;
	size_t shown; /* of those written, the ones that --only-changes has not left out */
	size_t told;  /* reports below it have been written out, in their order */
	bool begins;  /* a report has been written */
	bool framed;  /* so has what stands in front of all */
	struct progress progress;
	int status;
};

/* ---- the reports ---- */

/* What stands in front of all reports: where nothing is told when nothing changed, with the first.
 */
static void frame(struct run *r)
{
	const struct render_format *format = r->p->o.format;

	if (!r->framed && format->begin && !kept_is_prose(&r->past))
		format->begin(&r->p->out, &r->ro, r->domains.total);
	r->framed = true;
}

/* The report, whole or not at all, and its exit status; `place` 0: it is the first that is written,
 * `index`: in the order of all. False when there is no memory for it. */
static bool render_one(struct run *r, struct audit *a, size_t place, struct buf *out, size_t index,
		       int *status)
{
	struct program *p = r->p;
	volatile size_t before = out->n;
	volatile bool ok = false, shown = false;
	jmp_buf oom;

	a->arena.oom = a->work.oom = &oom;
	if (setjmp(oom) == 0) {
		kept_compare(&r->past, a);
		*status = kept_exit(&r->past, a);
		shown = kept_shows(&r->past, a);
		if (shown) {
			frame(r);
			before = out->n;
			kept_render(&r->past, a, out, &r->ro, place, r->domains.total);
		}
		program_record(p, &a->work, &a->facts);
		ok = !out->failed;
	} else {
		p->recorded.failed = true;
	}
	a->arena.oom = a->work.oom = NULL;
	if (ok && shown) {
		render_run_keep(&r->kept);
		r->kept.state[render_state(&a->report, &r->ro)]++;
		r->shown++;
	} else {
		render_run_drop(&r->kept);
		out->n = before;
	}
	if (ok)
		kept_put(&r->past, a, index);
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

/* A report that is finished: written at once, or when those before it are. !ok: there is none.
 * Returns its exit status. */
static int put(struct run *r, struct audit *a, size_t index, bool ok)
{
	struct program *p = r->p;
	int status = EXIT_USAGE;
	size_t before;

	if (r->unordered || index == r->spool.first) {
		before = r->shown;
		ok = ok && render_one(r, a, r->begins ? index : 0, &p->out, index, &status);
		r->begins |= r->shown > before;
		r->spool.first += !r->unordered;
	} else {
		r->report.n = 0;
		r->report.failed = false;
		ok = ok && render_one(r, a, index, &r->report, index, &status);
		ok = spool_put(&r->spool, index, buf_str(&r->report)) && ok;
	}
	if (ok)
		return status;
	complain(arena_printf(&p->arena, "%s: out of memory", a->report.domain));
	return EXIT_USAGE;
}

static bool done(void *arg, size_t index, struct audit *a, bool ok)
{
	struct run *r = arg;
	struct program *p = r->p;
	int status = put(r, a, r->unordered ? r->written : index, ok);

	r->progress.with_errors += status == 1;
	r->progress.undecided += status == 3;
	r->written += status != EXIT_USAGE;
	r->status = program_worse(r->status, status);
	if (move_on(r) && ((p->out.n < OUT_AT_ONCE && !p->out.failed) || program_offer(p)))
		return true;
	r->status = EXIT_USAGE;
	return false;
}

static void prepare(void *arg, struct audit *a, const char *domain, struct audit_wish *wish)
{
	struct run *r = arg;

	kept_past(&r->past, a, domain, wish);
}

static enum audits_next next(void *arg, bool may_wait, const char **domain, struct audit_wish *wish)
{
	struct run *r = arg;
	enum audits_next next;

	if (r->p->out.n > OUT_MAX || (!r->unordered && !spool_has_room(&r->spool, r->begun)))
		return AUDITS_LATER;
	next = domains_next(&r->domains, may_wait, domain);
	if (next == AUDITS_DOMAIN) {
		overlay_wish(r->p->overlay, *domain, r->begun, wish);
		program_expect(r->p, *domain, wish);
		r->begun++;
	}
	return next;
}

/* Whose reports whoever reads has got: those of a file that is written whole, or of a format that
 * gathers them, only at the end. */
static void note_told(struct run *r)
{
	if (r->p->out.n || r->p->target.open || r->p->o.format->gathers)
		return;
	r->told = r->unordered ? r->written : r->spool.first;
	kept_written(&r->past, r->told);
}

static bool tick(void *arg, const struct audits *all)
{
	struct run *r = arg;
	struct program *p = r->p;

	if (p->out.n && !program_offer(p)) {
		r->status = EXIT_USAGE;
		return false;
	}
	note_told(r);
	if (!p->o.quiet)
		progress_tell(&r->progress, all);
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
		.prepare = prepare,
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
	r->progress = (struct progress){
		.start_ms = source_now_ms(),
		.total = d->total > d->done_before ? d->total - d->done_before : 0,
		.single = d->total == 1,
	};
	spool_init(&r->spool, SPOOL_MEMORY, SPOOL_WINDOW, dir && *dir ? dir : "/var/tmp");
	buf_init(&r->report, p->out.max);
	overlay_tellers(p->overlay, d->named, d->nnamed, true);
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

/* What stands behind all reports. */
static void render_end(struct run *r)
{
	const struct render_format *format = r->p->o.format;

	if (kept_is_prose(&r->past))
		kept_render_end(&r->past, &r->p->out, &r->ro);
	else if (format->end && r->framed)
		/* 1 is for the frame of a single report, which is not the frame of a list with one
		 * left */
		format->end(&r->p->out, &r->ro, r->domains.total == 1 ? 1 : 2 * r->shown);
}

static int audit_all(struct run *r, struct audits **all)
{
	struct program *p = r->p;
	bool whole, told;

	set_up(r);
	program_record_begin(p, r->setup.audit.now_s);
	kept_begin(&r->past, r->setup.audit.now_s);
	if (!p->o.only_changes)
		frame(r);
	whole = audits_run(&r->setup, all);
	progress_end(&r->progress);
	if (!whole && *program_stopped())
		tell_stopped(r);
	spool_take_all(&r->spool, &p->out);
	render_end(r);
	program_tell_unused(p);
	if (r->domains.failed || r->domains.bad)
		r->status = EXIT_USAGE;
	told = program_flush(p) && program_finish(p);
	if (!kept_end(&r->past, told ? SIZE_MAX : r->told, whole && told) || !told)
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
	else if (p->o.resume && is_given(&p->o, "--format") && !program_format_is(p, "ndjson"))
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
	if (options_agree(p) && program_read_selectors(p) && program_open(p) &&
	    kept_open(&r->past, p) && open_output(p, &before) &&
	    domains_open(&r->domains, p, p->o.resume ? &before : NULL))
		status = audit_all(r, &all);
	status = program_status(p, &r->kept, status);
	render_run_free(&r->kept);
	kept_close(&r->past);
	file_abandon(&p->target);
	domains_close(&r->domains);
	program_close(p);
	audits_free(all);
	spool_free(&r->spool);
	buf_free(&r->report);
	program_stopped_end();
	return status;
}

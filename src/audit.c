/* The only loop: check, hand the open questions to the source, wait, and check again until nothing
 * is open.
 *
 * 1. A step runs every check over the facts that there are. What it looks at and nobody has asked
 * yet is OPEN.
 * 2. All OPEN facts that are not on their way are handed to the source at once.
 * 3. When the last of them has settled, the next step runs. When some have settled and the others
 * keep us waiting, a step runs as well: what it opens travels beside the slow ones. Findings are a
 * function of the settled facts alone, so when to step is a matter of time only.
 * 4. The budget (questions, steps, deadline) settles the rest as LOST, so the loop ends.
 *
 * Here is one audit; audits.c drives many over one source. */
#include "audit_run.h"

#include <stdlib.h>

#include "judge.h"
#include "psl.h"
#include "stack.h"

enum {
	FACTS_MAX_OCTETS = 256 * 1024 * 1024,
	WORK_MAX_OCTETS = 256 * 1024 * 1024,
	QUESTIONS_DEFAULT = 2000,
	STEPS_DEFAULT = 64,
	QUIET_MS = 20, /* nothing settled for so long: step with what there is */
	WAIT_MS = 250, /* for the source, when nothing else is to be done */
};

void audit_init(struct audit *a, const struct audit_setup *s)
{
	*a = (struct audit){ 0 };
	arena_init(&a->arena, FACTS_MAX_OCTETS);
	arena_init(&a->work, WORK_MAX_OCTETS);
	facts_init(&a->facts, &a->arena, s->now_s);
}

void audit_free(struct audit *a)
{
	arena_free(&a->work);
	arena_free(&a->arena);
}

static size_t count_open(const struct facts *fs)
{
	size_t n = 0;

	for (size_t i = 0; i < fs->n; i++)
		n += fs->all[i]->state == FACT_OPEN;
	return n;
}

size_t audit_step(struct audit *a, const struct audit_setup *s, const char *domain)
{
	struct look l = {
		.facts = &a->facts,
		.max_questions = s->limits.max_questions ? s->limits.max_questions
							 : QUESTIONS_DEFAULT,
	};
	struct check c = {
		.arena = &a->work,
		.look = &l,
		.domain = domain,
		.wish = &s->wish,
		.now_s = a->facts.now_s,
		.report = &a->report,
	};

	if (!a->steps)
		a->org = psl_organizational_domain(&a->arena, domain);
	c.org = a->org;
	arena_free(&a->work);
	a->report = (struct report){ .domain = domain, .findings = { .arena = &a->work } };
	a->steps++;
	check_all(&c);
	/* what costs processes runs when the checkers have all they want */
	if (!count_open(&a->facts))
		stack_run(&a->work, &l, &a->report);
	return count_open(&a->facts);
}

/* ---- after the last step ---- */

static int unknown_cmp(const void *x, const void *y)
{
	const struct unknown *a = x, *b = y;

	return strcmp(a->question, b->question);
}

static void list_unknown(struct audit *a)
{
	struct report *r = &a->report;

	r->unknown = arena_array(&a->work, a->facts.n, sizeof(*r->unknown));
	for (size_t i = 0; i < a->facts.n; i++) {
		const struct fact *f = a->facts.all[i];

		/* some are asked about the resolver, not about the domain; a name server that
		 * points to others need not know; servers that do not answer for type 99 are many,
		 * and nobody needs it */
		if (f->state != FACT_LOST || f->kind == ASK_DNS_CD || f->why == WHY_REFERRAL ||
		    strcmp(f->name, ".") == 0 || (f->kind == ASK_DNS && f->type == RR_SPF))
			continue;
		r->unknown[r->nunknown++] = (struct unknown){
			.question = fact_question_text(&a->work, f),
			.why = f->detail ? f->detail : fact_why_text(f->why),
			.offline = fact_is_offline(f),
		};
	}
	if (r->nunknown > 1)
		qsort(r->unknown, r->nunknown, sizeof(*r->unknown), unknown_cmp);
}

void audit_finish(struct audit *a, const struct audit_setup *s, unsigned elapsed_ms)
{
	judge_profiles(&a->work, &a->report, s->profiles);
	audit_leave_out(a, s);
	findings_sort(&a->report.findings);
	list_unknown(a);
	a->report.bulk = s->bulk;
	a->report.receivers = s->receivers;
	judge_report(&a->work, &a->report);
	a->report.stats = (struct stats){ .queries = (unsigned)a->facts.n,
					  .steps = a->steps,
					  .elapsed_ms = elapsed_ms };
}

/* ---- the loop ---- */

/* Runs within a source's callback: an arena that is full must not jump out through the library that
 * called us. */
static void settle(struct question *q, const struct fact *answer)
{
	struct run *r = q->owner;
	jmp_buf here, *outside = r->audit->arena.oom;

	r->waiting--;
	r->fresh++;
	r->settled_ms = source_now_ms();
	r->audit->arena.oom = &here;
	if (setjmp(here) == 0)
		facts_settle(&r->audit->facts, answer);
	else
		r->audit->failed = true;
	r->audit->arena.oom = outside;
	if (!r->waiting && r->ready)
		r->ready(r);
}

static void settle_lost(struct fact *f, enum fact_why why)
{
	if (f->state == FACT_OPEN) {
		f->state = FACT_LOST;
		f->why = why;
	}
}

/* All have the audit's time: src/ask keeps count of their time-outs from when they are sent, not
 * from when they were put in line. Facts are handed over in the order they were opened; those
 * before r->handed are on their way or settled. */
static void hand_over(struct run *r)
{
	struct facts *fs = &r->audit->facts;
	int64_t now = source_now_ms();
	size_t end = fs->n;

	while (r->handed < end) {
		struct fact *f = fs->all[r->handed++];
		struct question *q;

		if (f->state != FACT_OPEN)
			continue;
		if (now >= r->deadline_ms) {
			settle_lost(f, WHY_DEADLINE);
			continue;
		}
		q = ARENA_NEW(&r->audit->arena, struct question);
		*q = (struct question){
			.kind = f->kind,
			.type = f->type,
			.name = f->name,
			.at = f->at,
			.facts = fs,
			.done = settle,
			.owner = r,
			.deadline_ms = r->deadline_ms,
		};
		r->waiting++;
		r->setup.source->ops->ask(r->setup.source, q);
	}
}

/* What is not on its way will not be asked. */
static void settle_rest(struct run *r)
{
	struct facts *fs = &r->audit->facts;

	for (size_t i = 0; i < fs->n; i++)
		settle_lost(fs->all[i], WHY_BUDGET);
	r->handed = fs->n;
}

static bool step(struct run *r)
{
	unsigned max_steps = r->setup.limits.max_steps ? r->setup.limits.max_steps : STEPS_DEFAULT;

	for (;;) {
		if (r->spent)
			settle_rest(r);
		if (!audit_step(r->audit, &r->setup, r->domain))
			return true;
		r->fresh = 0;
		r->spent = r->audit->steps >= max_steps;
		if (!r->spent)
			hand_over(r);
		if (r->waiting || r->audit->failed)
			return r->audit->failed;
	}
}

void run_begin(struct run *r, struct audit *a, const struct audit_setup *s, const char *domain)
{
	*r = (struct run){ .audit = a, .setup = *s, .domain = domain, .quiet_ms = QUIET_MS };
	audit_init(a, s);
	r->start_ms = r->settled_ms = source_now_ms();
	r->deadline_ms = r->start_ms + s->limits.deadline_ms;
}

bool run_is_due(const struct run *r, int64_t now_ms)
{
	return !r->waiting || (r->fresh && !r->spent && now_ms - r->settled_ms >= r->quiet_ms);
}

bool run_step(struct run *r)
{
	struct audit *a = r->audit;
	bool over = true;
	jmp_buf oom;

	if (a->failed)
		return true;
	a->arena.oom = a->work.oom = &oom;
	if (setjmp(oom) == 0)
		over = step(r);
	else
		a->failed = true;
	a->arena.oom = a->work.oom = NULL;
	return over || a->failed;
}

bool run_end(struct run *r)
{
	struct audit *a = r->audit;
	jmp_buf oom;

	a->arena.oom = a->work.oom = &oom;
	if (a->failed || setjmp(oom) != 0)
		a->failed = true;
	else
		audit_finish(a, &r->setup, (unsigned)(source_now_ms() - r->start_ms));
	a->arena.oom = a->work.oom = NULL;
	return !a->failed;
}

/* Waits until the next step is worth it; when `all`, until nothing is on its way. */
static void wait_for_answers(struct run *r, bool all)
{
	struct source *s = r->setup.source;

	while (r->waiting) {
		if (!all && run_is_due(r, source_now_ms()))
			return;
		s->ops->run(s, r->fresh && !all ? QUIET_MS : WAIT_MS);
	}
}

bool audit_run(struct audit *a, const struct audit_setup *s, const char *domain)
{
	struct run r;

	run_begin(&r, a, s, domain);
	while (!run_step(&r))
		wait_for_answers(&r, r.spent);
	wait_for_answers(&r, true);
	return run_end(&r);
}

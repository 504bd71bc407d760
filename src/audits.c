/* Many audits at once.
 *
 * 1. Audits are begun as long as fewer than `jobs` of them are busy and the source has no line of
 * questions that wait for their turn.
 * 2. Each is stepped when its last question has settled, in the order in which that happened, a few
 * at a time, so that answers do not pile up in a socket's buffer meanwhile.
 * 3. One of which something has settled, and then nothing for a while, is stepped as well.
 * 4. One of which nothing has settled for a second merely waits: another is begun in its place. So
 * domains with dead servers cost their own time alone. How many may wait is limited by memory. */
#include "audits.h"

#include <stdlib.h>

#include "audit_run.h"

enum {
	JOBS_DEFAULT = 256, /* these ask more at once than the DNS window takes */
	WAITING_TIMES = 16, /* audits that wait: so many times `jobs` */
	STEPS_AT_ONCE = 16,
	QUIET_MS = 200,
	IDLE_MS = 1000, /* nothing settled for so long: it merely waits */
	LOOK_MS = 50,
	SLOTS_MAX = 512 * 1024 * 1024,
	LINE_MAX = 64, /* questions in line, over which no audit is begun */
};

struct slot {
	struct run run; /* first: ready() gets it */
	struct audit audit;
	struct audits *all;
	size_t index;
	struct slot *next;                  /* among those that are ready, or spare */
	struct slot *prev_live, *next_live; /* among those that are under way */
	bool queued, stepping, idle, over;
};

struct audits {
	const struct audits_setup *setup;
	struct arena arena; /* the slots */
	struct slot *live, *spare, *ready, *last_ready;
	size_t nlive, nidle, started, finished;
	unsigned jobs;
	bool ended; /* no more domains */
	bool failed;
	int64_t start_ms, looked_ms;
};

static bool is_stopped(const struct audits *all)
{
	return all->failed || (all->setup->stop && *all->setup->stop);
}

/* ---- the queue of those that are due ---- */

static void push(struct slot *s)
{
	struct audits *all = s->all;

	if (s->queued || s->stepping)
		return;
	s->queued = true;
	s->next = NULL;
	if (all->ready)
		all->last_ready->next = s;
	else
		all->ready = s;
	all->last_ready = s;
}

static struct slot *pop(struct audits *all)
{
	struct slot *s = all->ready;

	if (s) {
		all->ready = s->next;
		s->queued = false;
	}
	return s;
}

static void on_ready(struct run *r)
{
	push((struct slot *)(void *)r);
}

/* ---- an audit's life ---- */

static struct slot *slot_new(struct audits *all)
{
	struct slot *s = all->spare;

	if (s)
		all->spare = s->next;
	else
		s = ARENA_NEW(&all->arena, struct slot);
	*s = (struct slot){ .all = all, .index = all->started++, .next_live = all->live };
	if (all->live)
		all->live->prev_live = s;
	all->live = s;
	all->nlive++;
	return s;
}

static void slot_free(struct slot *s)
{
	struct audits *all = s->all;

	audit_free(&s->audit);
	if (s->prev_live)
		s->prev_live->next_live = s->next_live;
	else
		all->live = s->next_live;
	if (s->next_live)
		s->next_live->prev_live = s->prev_live;
	all->nlive--;
	all->nidle -= s->idle;
	s->next = all->spare;
	all->spare = s;
}

static void end(struct slot *s)
{
	struct audits *all = s->all;
	bool ok = run_end(&s->run);

	if (!all->setup->done(all->setup->arg, s->index, &s->audit, ok))
		all->failed = true;
	all->finished++;
	slot_free(s);
}

static void step(struct slot *s)
{
	s->stepping = true;
	s->over = s->over || run_step(&s->run);
	s->stepping = false;
	if (s->idle)
		s->all->nidle--;
	s->idle = false;
	if (!s->over)
		/* the report of this step is of no use to the next: many audits wait at once */
		arena_free(&s->audit.work);
	else if (!s->run.waiting)
		end(s);
}

static void begin(struct audits *all, const char *domain, const struct audit_wish *wish)
{
	struct slot *s = slot_new(all);
	struct audit_setup setup = all->setup->audit;

	setup.wish = *wish;
	run_begin(&s->run, &s->audit, &setup, domain);
	s->run.domain = arena_strdup(&s->audit.arena, domain);
	s->run.quiet_ms = all->setup->quiet_ms ? all->setup->quiet_ms : QUIET_MS;
	s->run.ready = on_ready;
	if (all->setup->prepare)
		all->setup->prepare(all->setup->arg, &s->audit, s->run.domain, &s->run.setup.wish);
	step(s);
}

static size_t line(const struct source *s)
{
	return s->ops->line ? s->ops->line(s) : 0;
}

/* Begins some audits, if there is room. False when none was begun for want of room or of domains.
 */
static bool begin_some(struct audits *all)
{
	const struct audits_setup *s = all->setup;
	unsigned n = 0;

	while (n < STEPS_AT_ONCE && !all->ended && !is_stopped(all) &&
	       all->nlive - all->nidle < all->jobs &&
	       all->nlive < (size_t)all->jobs * WAITING_TIMES &&
	       line(s->audit.source) <= LINE_MAX) {
		struct audit_wish wish = s->audit.wish;
		const char *domain;
		enum audits_next next = s->next(s->arg, !all->nlive, &domain, &wish);

		if (next == AUDITS_LATER)
			return false;
		if (next == AUDITS_END)
			all->ended = true;
		else
			begin(all, domain, &wish);
		n++;
	}
	return n > 0;
}

static void step_some(struct audits *all)
{
	struct slot *s;

	for (unsigned n = 0; n < STEPS_AT_ONCE && !is_stopped(all) && (s = pop(all)); n++)
		step(s);
}

/* Who is due though it waits for more, and who merely waits. */
static void look_around(struct audits *all, int64_t now)
{
	for (struct slot *s = all->live; s; s = s->next_live) {
		bool idle = now - s->run.settled_ms >= IDLE_MS;

		all->nidle += (size_t)idle - (size_t)s->idle;
		s->idle = idle;
		if (run_is_due(&s->run, now))
			push(s);
	}
}

static void loop(struct audits *all, int look_ms)
{
	const struct audits_setup *s = all->setup;
	struct source *source = s->audit.source;

	while (!is_stopped(all)) {
		bool more = begin_some(all);
		int64_t now;

		step_some(all);
		if (!all->nlive && all->ended)
			break;
		if (all->nlive && source->ops->run)
			source->ops->run(source, more || all->ready ? 0 : look_ms);
		now = source_now_ms();
		if (now - all->looked_ms < look_ms)
			continue;
		all->looked_ms = now;
		look_around(all, now);
		if (s->tick && !s->tick(s->arg, all))
			all->failed = true;
	}
}

bool audits_run(const struct audits_setup *s, struct audits **out)
{
	struct audits *all = calloc(1, sizeof(*all));
	unsigned quiet_ms = s->quiet_ms ? s->quiet_ms : QUIET_MS;

	*out = all;
	if (!all)
		return false;
	*all = (struct audits){ .setup = s,
				.jobs = s->jobs ? s->jobs : JOBS_DEFAULT,
				.start_ms = source_now_ms() };
	arena_init(&all->arena, SLOTS_MAX);
	loop(all, quiet_ms < LOOK_MS ? (int)quiet_ms : LOOK_MS);
	return !all->nlive && all->ended;
}

struct audits_count audits_count(const struct audits *all)
{
	struct audits_count c = {
		.started = all->started,
		.finished = all->finished,
		.elapsed_ms = (unsigned)(source_now_ms() - all->start_ms),
	};

	for (const struct slot *s = all->live; s; s = s->next_live) {
		c.asked += (unsigned)s->audit.facts.n;
		c.settled += (unsigned)s->audit.facts.n - s->run.waiting;
		c.domain = s->run.domain;
	}
	return c;
}

void audits_free(struct audits *all)
{
	if (!all)
		return;
	while (all->live)
		slot_free(all->live);
	arena_free(&all->arena);
	free(all);
}

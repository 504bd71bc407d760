/* memo: keeps every answer of the source below it, so that two audits that ask the same get the
 * same, and a flaky answer cannot look like a change. Unlike a cache it forgets nothing, LOST
 * neither.
 *
 * An HTTPS or SMTP answer hangs on the host's addresses: where a zone file gives them, they are the
 * state's own and the answer is not shared. */
#include "source.h"

#include "rrtype.h"

struct memo;

struct recall { /* a question on its way */
	struct question q;
	struct question *outer;
	struct memo *memo;
	struct recall *next; /* idle */
	bool keep;
};

struct memo {
	struct source source; /* first: a struct source is one of these */
	struct source *below;
	struct arena *arena;
	struct facts facts;
	struct recall *idle;
};

static bool memo_has(struct source *s, enum ask kind, uint16_t type, const char *name)
{
	struct memo *m = (struct memo *)s;

	return m->below->ops->has(m->below, kind, type, name);
}

static bool zone_has_address(const struct question *q)
{
	static const uint16_t types[] = { RR_A, RR_AAAA };

	for (size_t i = 0; i < 2 && q->facts; i++) {
		const struct fact *f = facts_find(q->facts, ASK_DNS, types[i], q->name);

		if (f && f->zone)
			return true;
	}
	return false;
}

static void memo_done(struct question *q, const struct fact *answer)
{
	struct recall *r = q->owner;
	struct memo *m = r->memo;
	struct question *outer = r->outer;

	/* a chain that leads out of a zone below is not answered yet */
	if (r->keep && answer->state != FACT_OPEN) {
		struct fact *f = facts_open_at(&m->facts, q->kind, q->type, q->name, q->at);

		if (f->state == FACT_OPEN)
			facts_settle(&m->facts, answer);
	}
	r->next = m->idle;
	m->idle = r;
	outer->done(outer, answer);
}

static void memo_ask(struct source *s, struct question *q)
{
	struct memo *m = (struct memo *)s;
	bool keep = (q->kind != ASK_HTTPS && q->kind != ASK_SMTP) || !zone_has_address(q);
	const struct fact *f = keep ? facts_find_at(&m->facts, q->kind, q->type, q->name, q->at)
				    : NULL;
	struct recall *r = m->idle;

	if (f && f->state != FACT_OPEN) {
		q->done(q, f);
		return;
	}
	if (r)
		m->idle = r->next;
	else
		r = ARENA_NEW(m->arena, struct recall);
	*r = (struct recall){ .q = *q, .outer = q, .memo = m, .keep = keep };
	r->q.done = memo_done;
	r->q.owner = r;
	m->below->ops->ask(m->below, &r->q);
}

static void memo_run(struct source *s, int timeout_ms)
{
	struct memo *m = (struct memo *)s;

	if (m->below->ops->run)
		m->below->ops->run(m->below, timeout_ms);
}

/* The source below is closed by whoever made it. */
static void memo_close(struct source *s)
{
	(void)s;
}

struct source *source_memo(struct arena *a, struct source *below)
{
	static const struct source_ops ops = {
		.name = "memo",
		.has = memo_has,
		.ask = memo_ask,
		.run = memo_run,
		.close = memo_close,
	};
	struct memo *m = ARENA_NEW(a, struct memo);

	*m = (struct memo){ .source = { &ops }, .below = below, .arena = a };
	facts_init(&m->facts, a, 0);
	return &m->source;
}

const struct facts *source_memo_facts(const struct source *s)
{
	return &((const struct memo *)(const void *)s)->facts;
}

/* tape: answers from a tape. It has an answer to everything, if only that the question is not on
 * it. */
#include "tape.h"

#include "source.h"

struct tape_source {
	struct source source; /* first: a struct source is one of these */
	const struct tape *tape;
	struct arena *arena;
};

static bool tape_has(struct source *s, enum ask kind, uint16_t type, const char *name)
{
	(void)s;
	(void)kind;
	(void)type;
	(void)name;
	return true;
}

static void tape_ask(struct source *s, struct question *q)
{
	struct tape_source *t = (struct tape_source *)s;
	struct arena scratch;

	/* Made only for this call: a tape that is asked a million questions it does not hold must
	 * not grow. */
	arena_init(&scratch, 1024 * 1024);
	scratch.oom = t->arena->oom;
	q->done(q, tape_answer(&scratch, t->tape, q->kind, q->type, q->name, q->at));
	arena_free(&scratch);
}

static void tape_close(struct source *s)
{
	(void)s;
}

struct source *source_tape(struct arena *a, const struct tape *tape)
{
	static const struct source_ops ops = {
		.name = "tape",
		.has = tape_has,
		.ask = tape_ask,
		.close = tape_close,
	};
	struct tape_source *t = ARENA_NEW(a, struct tape_source);

	*t = (struct tape_source){ .source = { &ops }, .tape = tape, .arena = a };
	return &t->source;
}

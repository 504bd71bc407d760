/* offline: the source that knows nothing. It stands last in the row when the user wants no network.
 */
#include "source.h"

static bool offline_has(struct source *s, enum ask kind, uint16_t type, const char *name)
{
	(void)s;
	(void)kind;
	(void)type;
	(void)name;
	return true;
}

static void offline_ask(struct source *s, struct question *q)
{
	struct fact f = { .kind = q->kind,
			  .type = q->type,
			  .name = q->name,
			  .at = q->at,
			  .state = FACT_LOST,
			  .why = WHY_OFFLINE };

	(void)s;
	q->done(q, &f);
}

static void offline_close(struct source *s)
{
	(void)s;
}

struct source *source_offline(struct arena *a)
{
	static const struct source_ops ops = {
		.name = "offline",
		.has = offline_has,
		.ask = offline_ask,
		.close = offline_close,
	};
	struct source *s = ARENA_NEW(a, struct source);

	s->ops = &ops;
	return s;
}

/* Two audits that ask the same are given the same, though the source below changes its mind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "rrtype.h"
#include "source.h"
#include "unit_arena.h"

struct fickle { /* answers LOST at first, then NONE */
	struct source source;
	unsigned asked;
};

static bool has(struct source *s, enum ask kind, uint16_t type, const char *name)
{
	(void)s, (void)kind, (void)type, (void)name;
	return true;
}

static void ask(struct source *s, struct question *q)
{
	struct fickle *f = (struct fickle *)s;
	struct fact answer = { .kind = q->kind, .type = q->type, .name = q->name };

	answer.state = f->asked++ ? FACT_NONE : FACT_LOST;
	answer.why = answer.state == FACT_NONE ? WHY_NODATA : WHY_TIMEOUT;
	q->done(q, &answer);
}

static const struct source_ops ops = { .name = "fickle", .has = has, .ask = ask };

static void keep(struct question *q, const struct fact *answer)
{
	*(enum fact_state *)q->owner = answer->state;
}

static enum fact_state answer_of(struct source *s, enum ask kind, const struct facts *facts)
{
	enum fact_state state = FACT_OPEN;
	struct question q = {
		.kind = kind, .name = "e.test", .facts = facts, .done = keep, .owner = &state
	};

	q.type = kind == ASK_DNS ? RR_TXT : 0;
	s->ops->ask(s, &q);
	return state;
}

static void test_same(void **state)
{
	struct fickle below = { .source = { &ops } };
	struct source *memo = source_memo(&arena, &below.source);

	(void)state;
	assert_int_equal(answer_of(memo, ASK_DNS, NULL), FACT_LOST);
	assert_int_equal(answer_of(memo, ASK_DNS, NULL), FACT_LOST);
	assert_int_equal(below.asked, 1);
	assert_int_equal(answer_of(memo, ASK_HTTPS, NULL), FACT_NONE);
	assert_int_equal(answer_of(memo, ASK_HTTPS, NULL), FACT_NONE);
	assert_int_equal(below.asked, 2);
}

/* A host whose address is from a zone may be another host in the other state. */
static void test_own_address(void **state)
{
	struct fickle below = { .source = { &ops } };
	struct source *memo = source_memo(&arena, &below.source);
	struct facts facts;

	(void)state;
	facts_init(&facts, &arena, 0);
	facts_open(&facts, ASK_DNS, RR_A, "e.test")->zone = true;
	assert_int_equal(answer_of(memo, ASK_HTTPS, &facts), FACT_LOST);
	assert_int_equal(answer_of(memo, ASK_HTTPS, &facts), FACT_NONE);
	assert_int_equal(answer_of(memo, ASK_DNS, &facts), FACT_NONE);
	assert_int_equal(below.asked, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same, setup, teardown),
		cmocka_unit_test_setup_teardown(test_own_address, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

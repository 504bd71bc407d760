/* The cache: how long what is kept, who joins, what goes when there is no more room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>

#include "rrtype.h"
#include "source.h"

enum { SENT_MAX = 4000 };

/* A source that is asked, and answers when it is told to. */
struct slow {
	struct source base;
	struct question *sent[SENT_MAX];
	size_t n, answered;
	bool closed;
};

static struct arena arena;
static struct slow slow;
static int64_t now_ms;
static struct source *cache;

static int64_t the_time(void)
{
	return now_ms;
}

static bool slow_has(struct source *s, enum ask kind, uint16_t type, const char *name)
{
	(void)s, (void)kind, (void)type, (void)name;
	return true;
}

static void slow_ask(struct source *s, struct question *q)
{
	assert_true(slow.n < SENT_MAX);
	(void)s;
	slow.sent[slow.n++] = q;
}

static void slow_close(struct source *s)
{
	(void)s;
	slow.closed = true;
}

static int setup(void **state)
{
	static const struct source_ops ops = {
		.name = "slow", .has = slow_has, .ask = slow_ask, .close = slow_close
	};

	(void)state;
	arena_init(&arena, 64 * 1024 * 1024);
	slow = (struct slow){ .base = { &ops } };
	now_ms = 1000;
	cache = source_cache(
		&arena, &slow.base,
		&(struct cache_options){ .max_octets = 64 * 1024, .now_ms = the_time });
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	cache->ops->close(cache);
	assert_true(slow.closed);
	arena_free(&arena);
	return 0;
}

/* Who asks, and what it got. */
struct asker {
	struct question q;
	struct facts facts;
	const struct fact *got;
	struct asker *then; /* asks at once when this one is answered */
};

static void ask(struct asker *a);

static void got(struct question *q, const struct fact *answer)
{
	struct asker *a = q->owner;

	assert_null(a->got); /* once */
	assert_string_equal(answer->name, q->name);
	a->got = fact_copy(&arena, answer);
	if (a->then)
		ask(a->then);
}

static void ask(struct asker *a)
{
	cache->ops->ask(cache, &a->q);
}

static struct asker *asker(enum ask kind, uint16_t type, const char *name, int64_t deadline_ms)
{
	struct asker *a = ARENA_NEW(&arena, struct asker);

	facts_init(&a->facts, &arena, 0);
	a->q = (struct question){ .kind = kind,
				  .type = type,
				  .name = arena_strdup(&arena, name),
				  .facts = &a->facts,
				  .done = got,
				  .owner = a,
				  .deadline_ms = deadline_ms };
	return a;
}

static struct asker *asks(const char *name)
{
	struct asker *a = asker(ASK_DNS, RR_TXT, name, INT64_MAX);

	ask(a);
	return a;
}

/* The eldest question that has no answer gets this one. */
static void answer(enum fact_state state, enum fact_why why, uint32_t ttl_s)
{
	struct question *q = slow.sent[slow.answered++];
	struct rr rr = { .type = RR_TXT, .ttl_s = ttl_s, .data = S("some text") };
	struct fact f = { .kind = q->kind,
			  .type = q->type,
			  .name = q->name,
			  .state = state,
			  .why = why,
			  .ttl_s = ttl_s,
			  .rr = &rr,
			  .nrr = state == FACT_SOME };

	q->done(q, &f);
}

static void test_kept_for_its_ttl(void **state)
{
	struct asker *a = asks("a.test"), *b;

	(void)state;
	answer(FACT_SOME, WHY_OK, 300);
	assert_true(str_eq(a->got->rr[0].data, S("some text")));
	now_ms += 299999;
	b = asks("a.test");
	assert_int_equal(slow.n, 1);
	assert_true(str_eq(b->got->rr[0].data, S("some text")));
	/* what the report says must not depend on who asked first */
	assert_int_equal(b->got->ttl_s, 300);
	now_ms += 2;
	b = asks("a.test");
	assert_int_equal(slow.n, 2);
	assert_null(b->got);
	answer(FACT_NONE, WHY_NODATA, 0);
	assert_int_equal(b->got->state, FACT_NONE);
	/* law 3: what the first was told has not changed */
	assert_true(str_eq(a->got->rr[0].data, S("some text")));
}

static void test_other_questions_are_others(void **state)
{
	struct asker *mx = asker(ASK_DNS, RR_MX, "a.test", INT64_MAX),
		     *cd = asker(ASK_DNS_CD, RR_TXT, "a.test", INT64_MAX);

	(void)state;
	asks("a.test");
	ask(mx);
	ask(cd);
	asks("b.test");
	assert_int_equal(slow.n, 4);
}

/* RFC 2308 5: for as long as the SOA says, at most three hours; without one not at all. */
static void test_negative(void **state)
{
	(void)state;
	asks("none.test");
	answer(FACT_NONE, WHY_NXDOMAIN, 60);
	now_ms += 59999;
	assert_true(fact_is_nxdomain(asks("none.test")->got));
	now_ms += 1;
	asks("none.test");
	assert_int_equal(slow.n, 2);
	answer(FACT_NONE, WHY_NXDOMAIN, 0);
	asks("none.test");
	assert_int_equal(slow.n, 3);
	answer(FACT_NONE, WHY_NXDOMAIN, 1000000);
	now_ms += 3 * 3600 * 1000 - 1;
	assert_non_null(asks("none.test")->got);
	now_ms += 1;
	assert_null(asks("none.test")->got);
}

/* RFC 9520 3.2: a second; and not at all what ended with one audit's time. */
static void test_lost(void **state)
{
	(void)state;
	asks("lost.test");
	answer(FACT_LOST, WHY_SERVFAIL, 0);
	now_ms += 999;
	assert_int_equal(asks("lost.test")->got->why, WHY_SERVFAIL);
	now_ms += 1;
	assert_null(asks("lost.test")->got);
	answer(FACT_LOST, WHY_DEADLINE, 0);
	assert_null(asks("lost.test")->got);
	assert_int_equal(slow.n, 3);
}

static void test_joined(void **state)
{
	struct asker *a[100];

	(void)state;
	for (size_t i = 0; i < 100; i++)
		a[i] = asks("popular.test");
	assert_int_equal(slow.n, 1);
	answer(FACT_SOME, WHY_OK, 0);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(a[i]->got->state, FACT_SOME);
	assert_int_equal(source_cache_stats(cache).joined, 99);
	/* a TTL of 0: those that waited have it, and nobody else */
	assert_null(asks("popular.test")->got);
	assert_int_equal(slow.n, 2);
}

/* The first asker's time was up: who has time left asks anew, once for all. */
static void test_joined_with_more_time(void **state)
{
	struct asker *hasty = asker(ASK_DNS, RR_TXT, "slow.test", 2000),
		     *as_hasty = asker(ASK_DNS, RR_TXT, "slow.test", 2000),
		     *patient[2] = { asker(ASK_DNS, RR_TXT, "slow.test", 9000),
				     asker(ASK_DNS, RR_TXT, "slow.test", 8000) };

	(void)state;
	ask(hasty);
	ask(as_hasty);
	ask(patient[0]);
	ask(patient[1]);
	answer(FACT_LOST, WHY_DEADLINE, 0);
	assert_int_equal(hasty->got->why, WHY_DEADLINE);
	assert_int_equal(as_hasty->got->why, WHY_DEADLINE);
	assert_null(patient[0]->got);
	assert_int_equal(slow.n, 2);
	answer(FACT_SOME, WHY_OK, 60);
	assert_int_equal(patient[0]->got->state, FACT_SOME);
	assert_int_equal(patient[1]->got->state, FACT_SOME);
}

/* Who joined and has less time than the question is told when that is up. */
static void test_joined_with_less_time(void **state)
{
	struct asker *hasty = asker(ASK_DNS, RR_TXT, "slow.test", 2000),
		     *patient = asks("slow.test");

	(void)state;
	ask(hasty);
	now_ms = 1999;
	cache->ops->run(cache, 0);
	assert_null(hasty->got);
	now_ms = 2000;
	cache->ops->run(cache, 0);
	assert_int_equal(hasty->got->why, WHY_DEADLINE);
	answer(FACT_SOME, WHY_OK, 60);
	assert_int_equal(patient->got->state, FACT_SOME);
}

/* Asking from within an answer, even for the same question and with no room. */
static void test_asked_while_answering(void **state)
{
	struct asker *a = asker(ASK_DNS, RR_TXT, "a.test", INT64_MAX);

	(void)state;
	a->then = asker(ASK_DNS, RR_TXT, "a.test", INT64_MAX);
	a->then->then = asker(ASK_DNS, RR_TXT, "b.test", INT64_MAX);
	ask(a);
	answer(FACT_SOME, WHY_OK, 60);
	assert_int_equal(a->then->got->state, FACT_SOME);
	assert_int_equal(slow.n, 2);
	answer(FACT_SOME, WHY_OK, 60);
	assert_non_null(a->then->then->got);
}

/* The eldest go first; what is used stays; the octets stay below the maximum. */
static void test_eviction(void **state)
{
	struct cache_stats s;

	(void)state;
	asks("used.test");
	answer(FACT_SOME, WHY_OK, 3600);
	for (unsigned i = 0; i < 2000; i++) {
		asks(arena_printf(&arena, "n%u.test", i));
		answer(FACT_SOME, WHY_OK, 3600);
		assert_non_null(asks("used.test")->got);
		assert_true(source_cache_stats(cache).octets <= 64 * 1024);
	}
	s = source_cache_stats(cache);
	assert_true(s.evicted > 1500);
	assert_int_equal(s.entries + s.evicted, 2001);
	assert_int_equal(s.hits, 2000);
	assert_non_null(asks("n1999.test")->got);
	assert_null(asks("n0.test")->got);
}

/* A policy is fetched for each audit; a mail host that many share is talked to once. */
static void test_other_kinds(void **state)
{
	struct asker *a[] = { asker(ASK_HTTPS, 0, "mta-sts.test", INT64_MAX),
			      asker(ASK_HTTPS, 0, "mta-sts.test", INT64_MAX),
			      asker(ASK_SMTP, 0, "mx.test", INT64_MAX),
			      asker(ASK_SMTP, 0, "mx.test", INT64_MAX) };

	(void)state;
	for (size_t i = 0; i < 4; i++)
		ask(a[i]);
	assert_int_equal(slow.n, 3);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_kept_for_its_ttl),
		TEST(test_other_questions_are_others),
		TEST(test_negative),
		TEST(test_lost),
		TEST(test_joined),
		TEST(test_joined_with_more_time),
		TEST(test_joined_with_less_time),
		TEST(test_asked_while_answering),
		TEST(test_eviction),
		TEST(test_other_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Tapes: read, write, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tape.h"
#include "unit_arena.h"

/* Each of these lines is written again as it stands. */
static void test_round_trip(void **state)
{
	static const char *const lines[] = {
		"example.com TXT SOME 300 \"v=spf1 -all\" / \"w\"\n",
		"example.com TXT SOME 300 ad=1 size=99 src=\"192.0.2.53:53\" \"a \" \"b\\\"\\\\\\000\\255\\r\\n\\t\"\n",
		"example.com MX SOME 60 10 mx1.example.com / 20 mx2.example.com\n",
		"example.com MX SOME 60 ttl=90 0 . / 20 mx2.example.com\n",
		"a.example.com A SOME 60 >b.example.com ttl=70 >c.example.com 192.0.2.1\n",
		"a.example.com AAAA NONE NODATA 60\n",
		"now. AAAA NONE NODATA 60\n",
		"*. AAAA NONE NODATA 60\n",
		"a.example.com TXT NONE NXDOMAIN 60 >gone.example.net\n",
		"a.example.com TXT LOST timeout detail=\"no answer within 5 s\"\n",
		"_25._tcp.a.example.com TLSA SOME 60 \\# 4 03010100\n",
		"a.example.com TYPE65 SOME 60 \\# 2 0001\n",
		"mta-sts.example.com HTTPS SOME 0 200 \"text/plain\" \"version: STSv1\\r\\n\"\n",
		"a.example.com TXT@192.0.2.53 SOME 60 aa=1 \"v=spf1 -all\"\n",
		"a.example.com SOA@2001:db8::53 LOST referral\n",
		"a.example.com MX@192.0.2.53 NONE NXDOMAIN 60 aa=1\n",
		"a.example.com TXT@192.0.2.53 SOME 60 aa=1 >b.example.net\n",
		"a.example.com HTTPS/logo.svg?x=1 SOME 0 200 \"image/svg+xml\" \"<svg/>\"\n",
		"mta-sts.example.com HTTPS SOME 0 404 - \"\"\n",
		"mta-sts.example.com HTTPS LOST certificate detail=\"expired\"\n",
		"example.com TXT SOME 300 src=\"db.example\" line=14 \"x\" / line=15 file=\"db.more\" \"y\"\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		struct tape t;
		const char *err = NULL;
		struct buf b;

		if (!tape_read(&arena, str_c(lines[i]), &t, &err))
			fail_msg("%s%s", lines[i], err);
		assert_int_equal(t.facts.n, 1);
		buf_init(&b, 1 << 16);
		tape_write(&b, &arena, t.facts.all[0]);
		assert_string_equal(b.p, lines[i]);
		buf_free(&b);
	}
}

static void test_faults(void **state)
{
	static const char *const lines[] = {
		"example.com",
		"example.com TXT",
		"example.com TXT MAYBE",
		"example.com TXT SOME",
		"example.com TXT SOME x \"y\"",
		"example.com TXT SOME 1",
		"example.com TXT SOME 1 y",
		"example.com TXT SOME 1 \"y",
		"example.com TXT SOME 1 \"\\999\"",
		"example.com TXT SOME 1 \"y\" z",
		"example.com A SOME 1 2001:db8::1",
		"example.com A SOME 1 192.0.2",
		"example.com MX SOME 1 10",
		"example.com MX SOME 1 x y",
		"example.com TXT NONE timeout",
		"example.com TXT NONE",
		"example.com TXT LOST whatever",
		"a..b TXT NONE NODATA",
		"example.com FOO NONE NODATA",
		"* SOME 1 \"x\"",
		"now",
		"now x",
		"example.com TLSA SOME 1 \\# 4 0301",
		"example.com TLSA SOME 1 \\# 1 0g",
		"m.example.com HTTPS SOME 0 200",
		"example.com TXT@ NONE NODATA",
		"example.com TXT@ns.example.com NONE NODATA",
		"example.com @192.0.2.53 NONE NODATA",
		"example.com FOO@192.0.2.53 NONE NODATA",
		"example.com TXT@192.0.2.53 SOME 1",
		"m.example.com HTTPS/\x7f SOME 0 200 - \"\"",
	};
	struct tape t;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		const char *err = NULL;

		if (tape_read(&arena, str_c(arena_printf(&arena, "# head\n\n%s\n", lines[i])), &t,
			      &err))
			fail_msg("accepted: %s", lines[i]);
		assert_true(str_starts(str_c(err), S("line 3: ")));
	}
}

static void test_answers(void **state)
{
	struct tape t;
	const char *err;
	const struct fact *f;

	(void)state;
	assert_true(tape_read(
		&arena,
		S("now 17\r\n* NONE NXDOMAIN\na.b TXT SOME 1 \"x\"\na.b TXT SOME 1 \"y\"\n"), &t,
		&err));
	assert_true(t.has_now);
	assert_int_equal(t.facts.now_s, 17);
	assert_int_equal(tape_answer(&arena, &t, ASK_DNS_AT, RR_TXT, "a.b", "192.0.2.1")->why,
			 WHY_NOT_ON_TAPE);
	f = tape_answer(&arena, &t, ASK_DNS, RR_TXT, "a.b", NULL);
	assert_true(str_eq(f->rr[0].data, S("y"))); /* the later line counts */
	assert_true(fact_is_nxdomain(tape_answer(&arena, &t, ASK_DNS, RR_MX, "a.b", NULL)));
	assert_int_equal(tape_answer(&arena, &t, ASK_HTTPS, 0, "a.b", NULL)->why, WHY_NOT_ON_TAPE);
	assert_true(tape_read(&arena, S(""), &t, &err));
	assert_int_equal(tape_answer(&arena, &t, ASK_DNS, RR_MX, "a.b", NULL)->state, FACT_LOST);
}

/* The same question to two servers is two questions. */
static void test_look_at(void **state)
{
	struct facts fs;
	struct look l = { .facts = &fs, .max_questions = 200 };
	const struct fact *f;

	(void)state;
	facts_init(&fs, &arena, 0);
	f = look_at(&l, ASK_DNS_AT, RR_TXT, "a.b", "192.0.2.1");
	assert_ptr_equal(f, look_at(&l, ASK_DNS_AT, RR_TXT, "a.b", "192.0.2.1"));
	assert_ptr_not_equal(f, look_at(&l, ASK_DNS_AT, RR_TXT, "a.b", "192.0.2.2"));
	assert_ptr_not_equal(f, look(&l, ASK_DNS_AT, RR_TXT, "a.b"));
	assert_int_equal(fs.n, 3);
	assert_true(facts_settle(&fs, &(struct fact){ .kind = ASK_DNS_AT,
						      .type = RR_TXT,
						      .name = "a.b",
						      .at = "192.0.2.1",
						      .state = FACT_NONE }));
	assert_int_equal(f->state, FACT_NONE);
	assert_string_equal(f->at, "192.0.2.1");
}

/* look(): the same question is one fact, and what is over the budget is LOST at once. */
static void test_look(void **state)
{
	struct facts fs;
	struct look l = { .facts = &fs, .max_questions = 200 };
	const struct fact *f, *g;

	(void)state;
	facts_init(&fs, &arena, 0);
	f = look_dns(&l, RR_TXT, "a.b");
	assert_true(fact_is_open(f));
	assert_ptr_equal(f, look_dns(&l, RR_TXT, "a.b"));
	assert_ptr_not_equal(f, look_dns(&l, RR_MX, "a.b"));
	assert_ptr_not_equal(f, look(&l, ASK_HTTPS, 0, "a.b"));
	for (int i = 3; i < 200; i++)
		assert_true(fact_is_open(look_dns(&l, RR_A, arena_printf(&arena, "n%d", i))));
	g = look_dns(&l, RR_A, "one.more");
	assert_int_equal(g->state, FACT_LOST);
	assert_int_equal(g->why, WHY_BUDGET);
	assert_int_equal(look_dns(&l, RR_A, NULL)->why, WHY_BAD_NAME);
	/* law 3 */
	assert_true(facts_settle(&fs, &(struct fact){ .type = RR_TXT,
						      .name = "a.b",
						      .state = FACT_NONE,
						      .why = WHY_NODATA }));
	assert_false(facts_settle(&fs, &(struct fact){ .type = RR_TXT,
						       .name = "a.b",
						       .state = FACT_NONE,
						       .why = WHY_NXDOMAIN }));
	assert_int_equal(f->why, WHY_NODATA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_round_trip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_faults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_look, setup, teardown),
		cmocka_unit_test_setup_teardown(test_look_at, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

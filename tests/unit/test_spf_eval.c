/* check_host(): what the public test suite (tests/net/spf_suite.sh) leaves out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "name.h"
#include "spf_eval.h"
#include "tape.h"
#include "unit_arena.h"

static struct facts facts;

/* Evaluates over the tape until nothing is open. */
static struct spf_evaluation check(const char *tape, const char *ip, const char *helo,
				   const char *mail_from)
{
	struct spf_client client = { .helo = helo, .mail_from = mail_from };
	uint8_t *octets = arena_alloc(&arena, 16);
	struct spf_evaluation v;
	struct tape t;
	const char *err = NULL;

	assert_true(ip_parse(str_c(ip), octets, &client.ip.n));
	client.ip.p = (const char *)octets;
	if (!tape_read(&arena,
		       str_c(arena_printf(&arena, "now 1795507200\n* NONE NXDOMAIN\n%s", tape)), &t,
		       &err))
		fail_msg("%s", err);
	facts_init(&facts, &arena, t.facts.now_s);
	for (unsigned step = 0; step < 40; step++) {
		struct look look = { .facts = &facts, .max_questions = 500 };
		size_t open = 0;

		spf_check_host(&arena, &look, &client, &v);
		for (size_t i = 0; i < facts.n; i++) {
			const struct fact *f = facts.all[i];

			open += fact_is_open(f);
			if (fact_is_open(f))
				facts_settle(&facts, tape_answer(&arena, &t, f->kind, f->type,
								 f->name, f->at));
		}
		if (open)
			continue;
		assert_false(v.open);
		return v;
	}
	fail_msg("the evaluation does not end");
	return v;
}

static const char *term_of(const struct spf_evaluation *e)
{
	assert_non_null(e->term);
	return arena_strndup(&arena, e->term->text.p, e->term->text.n);
}

#define assert_result(v, r) assert_string_equal(spf_result_name((v).result), r)

static void test_void_limit(void **state)
{
	struct spf_evaluation v;

	(void)state;
	v = check("e.example TXT SOME 1 \"v=spf1 a:x.e.example a:y.e.example -all\"\n", "192.0.2.1",
		  "h.example", "u@e.example");
	assert_result(v, "fail");
	assert_int_equal(v.voids, 2);
	/* the third is the last term, behind which nothing else would look */
	v = check("e.example TXT SOME 1 \"v=spf1 a:x.e.example a:y.e.example a:z.e.example\"\n",
		  "192.0.2.1", "h.example", "u@e.example");
	assert_result(v, "permerror");
	assert_int_equal(v.voids, 3);
	/* the third is the last of an include, and the include's own result is not a match */
	v = check(
		"e.example TXT SOME 1 \"v=spf1 include:i.example +all\"\n"
		"i.example TXT SOME 1 \"v=spf1 a:x.e.example a:y.e.example exists:z.e.example\"\n",
		"192.0.2.1", "h.example", "u@e.example");
	assert_result(v, "permerror");
	assert_int_equal(v.voids, 3);
	/* an mx is one term, however many of its hosts have no address; a null MX looks up nothing
	 */
	v = check("e.example TXT SOME 1 \"v=spf1 mx mx:n.example mx:n.example mx:n.example -all\"\n"
		  "e.example MX SOME 1 10 a.example / 20 b.example / 30 c.example\n"
		  "n.example MX SOME 1 0 .\n",
		  "192.0.2.1", "h.example", "u@e.example");
	assert_result(v, "fail");
	assert_int_equal(v.voids, 1);
}

static void test_terms(void **state)
{
	struct spf_evaluation v;

	(void)state;
	/* terms behind the match do not count */
	v = check("e.example TXT SOME 1 \"v=spf1 a mx a a a a a a a a a a a a a a -all\"\n"
		  "e.example A SOME 1 192.0.2.1\n",
		  "192.0.2.1", "h.example", "u@e.example");
	assert_result(v, "pass");
	assert_int_equal(v.lookups, 1);
	/* the eleventh is the last one of an include */
	v = check("e.example TXT SOME 1 \"v=spf1 a include:i.example ip4:192.0.2.1\"\n"
		  "e.example A SOME 1 192.0.2.9\ni.example A SOME 1 192.0.2.9\n"
		  "i.example TXT SOME 1 \"v=spf1 a a a a a a a a a\"\n",
		  "192.0.2.1", "h.example", "u@e.example");
	assert_result(v, "permerror");
	assert_int_equal(v.lookups, 11);
	/* v=spf1 as a term is an unknown modifier */
	v = check("e.example TXT SOME 1 \"v=spf1 ip4:192.0.2.1 v=spf1 -all\"\n", "192.0.2.1",
		  "h.example", "u@e.example");
	assert_result(v, "pass");
}

static void test_mapped(void **state)
{
	static const char tape[] =
		"e.example TXT SOME 1 \"v=spf1 a mx ip6:::/0 -all\"\n"
		"e.example A SOME 1 192.0.2.1\n"
		"e.example AAAA SOME 1 2001:db8::1\n"
		"e.example MX SOME 1 10 m.example\nm.example A SOME 1 192.0.2.2\n";
	struct spf_evaluation v;

	(void)state;
	v = check(tape, "::ffff:192.0.2.1", "h.example", "u@e.example");
	assert_result(v, "pass");
	assert_null(facts_find(&facts, ASK_DNS, RR_AAAA, "e.example"));
	assert_result(check(tape, "::ffff:192.0.2.2", "h.example", "u@e.example"), "pass");
	assert_result(check(tape, "::ffff:192.0.2.3", "h.example", "u@e.example"), "fail");
	assert_result(check(tape, "::fffe:192.0.2.3", "h.example", "u@e.example"), "pass");
}

static void test_mx_addresses(void **state)
{
	static const char ten[] = "192.0.2.1 / 192.0.2.2 / 192.0.2.3 / 192.0.2.4 / 192.0.2.5 / "
				  "192.0.2.6 / 192.0.2.7 / 192.0.2.8 / 192.0.2.9 / 192.0.2.10";
	static const char head[] = "e.example TXT SOME 1 \"v=spf1 mx -all\"\n"
				   "e.example MX SOME 1 10 m.example\nm.example A SOME 1";
	struct spf_evaluation v;

	(void)state;
	v = check(arena_printf(&arena, "%s %s\n", head, ten), "192.0.2.10", "h.example",
		  "u@e.example");
	assert_result(v, "pass");
	v = check(arena_printf(&arena, "%s %s / 192.0.2.11\n", head, ten), "192.0.2.11",
		  "h.example", "u@e.example");
	assert_result(v, "permerror");
	assert_non_null(v.why);
	/* an A RRset of the domain itself has no such limit */
	v = check(arena_printf(&arena,
			       "e.example TXT SOME 1 \"v=spf1 a -all\"\n"
			       "e.example A SOME 1 %s / 192.0.2.11\n",
			       ten),
		  "192.0.2.11", "h.example", "u@e.example");
	assert_result(v, "pass");
}

/* Twelve names: the first ten are looked at, and which these are does not depend on the answer's
 * order. */
static void test_ptr_names(void **state)
{
	struct buf b;
	struct spf_evaluation v;

	(void)state;
	buf_init(&b, 65536);
	buf_adds(&b, "e.example TXT SOME 1 \"v=spf1 exists:%{p}.ok.example -all\"\n"
		     "n09.example.ok.example A SOME 1 127.0.0.2\n"
		     "1.2.0.192.in-addr.arpa PTR SOME 1 n11.e.example");
	for (int i = 10; i >= 0; i--)
		buf_addf(&b, " / n%02d.example", i);
	buf_adds(&b, "\nn09.example A SOME 1 192.0.2.1\nn10.example A SOME 1 192.0.2.1\n"
		     "n11.e.example A SOME 1 192.0.2.1\n");
	v = check(b.p, "192.0.2.1", "h.example", "u@e.example");
	assert_result(v, "pass");
	assert_int_equal(v.lookups, 1);
	assert_null(facts_find(&facts, ASK_DNS, RR_A, "n10.example"));
	assert_null(facts_find(&facts, ASK_DNS, RR_A, "n11.e.example"));
	buf_free(&b);
	/* without a name that is confirmed it is "unknown", a reverse look-up that failed too */
	v = check("e.example TXT SOME 1 \"v=spf1 exists:%{p}.ok.example -all\"\n"
		  "unknown.ok.example A SOME 1 127.0.0.2\n"
		  "1.2.0.192.in-addr.arpa PTR LOST timeout\n",
		  "192.0.2.1", "h.example", "u@e.example");
	assert_result(v, "pass");
}

static void test_truncation(void **state)
{
	char *local = arena_alloc(&arena, 401), *name = arena_alloc(&arena, 401);
	struct spf_evaluation v;

	(void)state;
	/* 50 labels of 7 letters: labels go from the left until 253 octets are left */
	for (size_t i = 0; i < 400; i++)
		local[i] = i % 8 == 7 ? '.' : (char)('a' + i / 8 % 26);
	local[399] = '\0';
	memcpy(name, local + 400 - 8 * 30, 8 * 30 - 1);
	v = check(arena_printf(&arena,
			       "e.example TXT SOME 1 \"v=spf1 exists:%%{l}.e.example -all\"\n"
			       "%s.e.example A SOME 1 127.0.0.2\n",
			       name),
		  "192.0.2.1", "h.example", arena_printf(&arena, "%s@e.example", local));
	assert_result(v, "pass");
	/* one label that is too long is no name: no match, and no void look-up */
	memset(local, 'x', 300);
	local[300] = '\0';
	v = check("e.example TXT SOME 1 \"v=spf1 exists:%{l}.e.example -all\"\n", "192.0.2.1",
		  "h.example", arena_printf(&arena, "%s@e.example", local));
	assert_result(v, "fail");
	assert_int_equal(v.lookups, 1);
}

static void test_targets(void **state)
{
	struct spf_evaluation v;

	(void)state;
	/* expands to an empty label */
	v = check("e.example TXT SOME 1 \"v=spf1 a:%{l}.e.example ?all\"\n", "192.0.2.1",
		  "h.example", "a..b@e.example");
	assert_result(v, "neutral");
	assert_int_equal(v.voids, 0);
	v = check("e.example TXT SOME 1 \"v=spf1 include:%{l}.e.example ?all\"\n", "192.0.2.1",
		  "h.example", "a..b@e.example");
	assert_result(v, "permerror");
	v = check("e.example TXT SOME 1 \"v=spf1 redirect=%{h}\"\n", "192.0.2.1", "localhost",
		  "u@e.example");
	assert_result(v, "permerror");
	v = check("e.example TXT SOME 1 \"v=spf1 redirect=%{l}._spf.%{d2}\"\n"
		  "u._spf.e.example TXT SOME 1 \"v=spf1 ip4:192.0.2.1 -all\"\n",
		  "192.0.2.1", "h.example", "u@e.example");
	assert_result(v, "pass");
	assert_string_equal(v.term_domain, "u._spf.e.example");
	/* a backslash and a blank of the sender's are octets like others */
	v = check("e.example TXT SOME 1 \"v=spf1 exists:%{l}.e.example -all\"\n"
		  "a\\\\b\\032c.e.example A SOME 1 127.0.0.2\n",
		  "192.0.2.1", "h.example", "a\\b c@e.example");
	assert_result(v, "pass");
}

static void test_lost(void **state)
{
	static const char head[] =
		"e.example TXT SOME 1 \"v=spf1 ip4:192.0.2.9 a mx include:i.example "
		"redirect=r.example\"\n"
		"e.example A SOME 1 192.0.2.8\ne.example MX SOME 1 10 m.example\n"
		"m.example A SOME 1 192.0.2.7\n"
		"i.example TXT SOME 1 \"v=spf1 -all\"\n"
		"r.example TXT SOME 1 \"v=spf1 -all\"\n";
	static const char *const questions[] = {
		"e.example TXT", "e.example A",   "e.example MX",
		"m.example A",   "i.example TXT", "r.example TXT"
	};
	struct spf_evaluation v;

	(void)state;
	assert_result(check(head, "192.0.2.1", "h.example", "u@e.example"), "fail");
	for (size_t i = 0; i < sizeof(questions) / sizeof(*questions); i++) {
		v = check(arena_printf(&arena, "%s%s LOST servfail\n", head, questions[i]),
			  "192.0.2.1", "h.example", "u@e.example");
		assert_result(v, "temperror");
		assert_non_null(v.fact);
		assert_int_equal(v.fact->why, WHY_SERVFAIL);
	}
	/* what stands before it decides without it */
	v = check(arena_printf(&arena, "%se.example A LOST servfail\n", head), "192.0.2.9",
		  "h.example", "u@e.example");
	assert_result(v, "pass");
}

static void test_senders(void **state)
{
	static const char tape[] =
		"e.example TXT SOME 1 \"v=spf1 exists:%{l}.%{o}.x.example -all\"\n"
		"postmaster.e.example.x.example A SOME 1 127.0.0.2\n"
		"u.e.example.x.example A SOME 1 127.0.0.2\n"
		"xn--bcher-kva.example TXT SOME 1 \"v=spf1 ip4:192.0.2.1 -all\"\n";
	static const struct {
		const char *helo, *from, *result;
	} cases[] = {
		{ "e.example", "", "pass" },
		{ "e.example.", "", "pass" },
		{ "E.Example", "", "pass" },
		{ "h.example", "@e.example", "pass" },
		{ "h.example", "e.example", "pass" },
		{ "h.example", "u@e.example", "pass" },
		{ "h.example", "x@u@e.example", "fail" },
		{ "h.example",
		  "x@b\xc3\xbc"
		  "cher.example",
		  "pass" },
		{ "h.example", "x@[192.0.2.1]", "none" },
		{ "h.example", "x@192.0.2.1", "none" },
		{ "h.example", "x@localhost", "none" },
		{ "h.example", "x@\xff\xfe.example", "none" },
		{ "h.example", "x@", "none" },
		{ "", "", "none" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_result(check(tape, "192.0.2.1", cases[i].helo, cases[i].from),
			      cases[i].result);
}

/* A record of includes is asked for in as many rounds as it is deep, and what stands behind a match
 * without a look-up is not asked for at all. */
static void test_rounds(void **state)
{
	static const char tape[] =
		"e.example TXT SOME 1 \"v=spf1 a include:i.example include:j.example ip4:192.0.2.1 "
		"include:never.example -all\"\n"
		"e.example A SOME 1 192.0.2.9\n"
		"i.example TXT SOME 1 \"v=spf1 include:k.example -all\"\n"
		"j.example TXT SOME 1 \"v=spf1 mx -all\"\nj.example MX SOME 1 10 m.example\n"
		"m.example A SOME 1 192.0.2.8\nk.example TXT SOME 1 \"v=spf1 ?all\"\n";
	struct spf_evaluation v;

	(void)state;
	v = check(tape, "192.0.2.1", "h.example", "u@e.example");
	assert_result(v, "pass");
	assert_int_equal(v.lookups, 5);
	assert_string_equal(term_of(&v), "ip4:192.0.2.1");
	assert_null(facts_find(&facts, ASK_DNS, RR_TXT, "never.example"));
	assert_int_equal(facts.n, 7);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_void_limit),   TEST(test_terms),     TEST(test_mapped),
		TEST(test_mx_addresses), TEST(test_ptr_names), TEST(test_truncation),
		TEST(test_targets),      TEST(test_lost),      TEST(test_senders),
		TEST(test_rounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* MTA-STS: records, policies, patterns, and when the policy is fetched. The stories in
 * fixtures/audit/sts-* tell the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "mta_sts.h"
#include "tape_audit.h"

enum { NONE = -1 };

static int arena_up(void **state)
{
	static struct arena a;

	arena_init(&a, 64u << 20);
	*state = &a;
	return 0;
}

static int arena_down(void **state)
{
	arena_free(*state);
	return 0;
}

/* A copy of just its size, so that a read past its end is seen. */
static struct str exact(struct arena *a, const char *text)
{
	return (struct str){ arena_strndup(a, text, strlen(text)), strlen(text) };
}

static const struct fault *fault_of(const struct faults *fs, int code)
{
	for (size_t i = 0; i < fs->n; i++)
		if (fs->item[i].code == code)
			return &fs->item[i];
	return NULL;
}

static void check_mark(const char *text, const struct fault *f, const char *marked)
{
	if (!marked)
		assert_int_equal(f->at.len, 0);
	else if (!str_eq(str_sub(str_c(text), f->at.at, f->at.len), str_c(marked)))
		fail_msg("\"%s\": marked is \"%.*s\"", text, (int)f->at.len, text + f->at.at);
}

/* ---- the record ---- */

static void records(void **state)
{
	static const struct {
		const char *text;
		bool selected, near;
		int fault;
		const char *marked;
	} cases[] = {
		{ "v=STSv1; id=20160831085700Z;", true, false, NONE, NULL },
		{ "v=STSv1;id=1", true, false, NONE, NULL },
		{ "v=STSv1; x.y-z_1=!$%&; id=1 ; ", true, false, NONE, NULL },
		{ "v=STSv1; id=12345678901234567890123456789012", true, false, NONE, NULL },
		{ "v=STSv1; id=123456789012345678901234567890123", true, false, STS_FAULT_BAD_ID,
		  "123456789012345678901234567890123" },
		{ "v=STSv1; id=", true, false, STS_FAULT_BAD_ID, "id=" },
		{ "v=STSv1; id=2020-01", true, false, STS_FAULT_BAD_ID, "-" },
		{ "v=STSv1; id=a b", true, false, STS_FAULT_BAD_ID, " " },
		{ "v=STSv1; id=\xc3\xa4", true, false, STS_FAULT_BAD_ID, "\xc3" },
		{ "v=STSv1;", true, false, STS_FAULT_NO_ID, NULL },
		{ "v=STSv1; ID=1", true, false, STS_FAULT_CASE, "ID" },
		{ "v=STSv1; id =1", true, false, STS_FAULT_EQUALS_BLANK, "id =1" },
		{ "v=STSv1; id=1; id=2", true, false, STS_FAULT_DUP_KEY, "id=2" },
		{ "v=STSv1; id=1; hello", true, false, STS_FAULT_FIELD, "hello" },
		{ "v=STSv1; id=1; a=b=c", true, false, STS_FAULT_FIELD, "=" },
		{ "v=STSv1; id=1; -a=b", true, false, STS_FAULT_FIELD, "-a=b" },
		{ "v=STSv1; id=1; a12345678901234567890123456789012=b", true, false,
		  STS_FAULT_FIELD, "a12345678901234567890123456789012=b" },
		{ "v=STSv1;; id=1", true, false, STS_FAULT_FIELD, ";" },
		{ "v=STSv1 ; id=1", false, true, STS_FAULT_SPACE_SEMI, " " },
		{ "v=stsv1; id=1", false, true, STS_FAULT_CASE, "v=stsv1" },
		{ "V=STSv1; id=1", false, true, STS_FAULT_CASE, "V=STSv1" },
		{ "v = STSv1; id=1", false, true, STS_FAULT_EQUALS_BLANK, "v = STSv1" },
		{ "v=STSv1", false, true, STS_FAULT_NO_ID, NULL },
		{ "v=STSv1 id=1", false, true, STS_FAULT_V, "v=STSv1 id=1" },
		{ " v=STSv1; id=1", false, true, STS_FAULT_V, "v=STSv1" },
		{ "\"v=STSv1; id=1\"", false, true, STS_FAULT_V, "\"v=STSv1" },
		{ "STSv1; id=1", false, true, STS_FAULT_V, "STSv1" },
		{ "v=STSv2; id=1", false, true, STS_FAULT_V, "v=STSv2" },
		{ "v=STSv10; id=1", false, true, STS_FAULT_V, "v=STSv10" },
		{ "v=spf1 -all", false, false, STS_FAULT_V, "v=spf1 -all" },
		{ "id=1", false, false, STS_FAULT_V, "id=1" },
		{ "", false, false, STS_FAULT_V, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str text = exact(*state, cases[i].text);
		const struct fault *f;
		struct mta_sts m;
		const char *why;

		assert_int_equal(mta_sts_is_record(text), cases[i].selected);
		if (mta_sts_is_near_record(text, &why) != cases[i].near)
			fail_msg("\"%s\": near is not %d", cases[i].text, cases[i].near);
		parse_mta_sts(*state, text, &m);
		if (cases[i].fault == NONE) {
			assert_true(m.valid && m.id.n > 0);
			assert_int_equal(m.faults.n, 0);
			continue;
		}
		f = fault_of(&m.faults, cases[i].fault);
		if (!f)
			fail_msg("\"%s\": no fault %d", cases[i].text, cases[i].fault);
		assert_int_equal(m.valid, cases[i].fault == STS_FAULT_DUP_KEY);
		check_mark(cases[i].text, f, cases[i].marked);
	}
}

/* ---- patterns ---- */

static void patterns(void **state)
{
	static const char *const good[] = { "mx.example.com",    "*.example.com",
					    "*.a.b.example.com", "localhost",
					    "MX.Example.Com",    "xn--mx-xka.example",
					    "1.example.com" };
	static const char *const bad[] = { "",
					   "*",
					   "*.",
					   "*.*.example.com",
					   "mail.*.example.com",
					   "*a.example.com",
					   ".example.com",
					   "example.com.",
					   "*.example.com.",
					   "a..example.com",
					   "192.0.2.1",
					   "[192.0.2.1]",
					   "2001:db8::1",
					   "https://mx.example.com",
					   "mx.example.com:25",
					   "a.example.com,b.example.com",
					   "10 mx.example.com",
					   "m\xc3\xa4il.example.com",
					   "-a.example.com",
					   "a-.example.com",
					   "a_b.example.com" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (mta_sts_pattern_fault(str_c(good[i])))
			fail_msg("\"%s\" is one", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (!mta_sts_pattern_fault(str_c(bad[i])))
			fail_msg("\"%s\" is none", bad[i]);
}

static void matches(void **state)
{
	(void)state;
	assert_true(mta_sts_mx_matches("mx.example.com", "mx.example.com"));
	assert_false(mta_sts_mx_matches("mx.example.com", "a.mx.example.com"));
	assert_false(mta_sts_mx_matches("mx.example.com", "example.com"));
	assert_true(mta_sts_mx_matches("*.example.com", "a.example.com"));
	assert_false(mta_sts_mx_matches("*.example.com", "example.com"));
	assert_false(mta_sts_mx_matches("*.example.com", "a.b.example.com"));
	assert_false(mta_sts_mx_matches("*.example.com", "aexample.com"));
	assert_false(mta_sts_mx_matches("*.mx.microsoft", "contoso-com.h-v1.mx.microsoft"));
	assert_true(mta_sts_mx_matches("*.h-v1.mx.microsoft", "contoso-com.h-v1.mx.microsoft"));
	assert_false(mta_sts_mx_matches("*.com", "com"));
	assert_false(mta_sts_mx_matches("*.", "."));
	assert_false(mta_sts_mx_matches("*.example.com", "."));
}

/* ---- the policy ---- */

#define GOOD \
	"version: STSv1\nmode: enforce\nmx: a.example.com\nmx: *.example.net\nmax_age: 604800\n"

static void policies(void **state)
{
	static const struct {
		const char *text;
		int fault;
		const char *marked;
		bool valid;
	} cases[] = {
		{ GOOD, NONE, NULL, true },
		{ "version: STSv1\r\nmode: testing\r\nmx: a.example.com\r\nmax_age: 0", NONE, NULL,
		  true },
		{ "max_age:31557600\nmx:\t a.example.com \t\nmode:enforce\nversion:STSv1\n\n\n",
		  NONE, NULL, true },
		{ "version: STSv1\nmode: none\nmax_age: 86400\n", NONE, NULL, true },
		{ "", STS_FAULT_VERSION, NULL, false },
		{ "<html></html>", STS_FAULT_VERSION, NULL, false },
		{ GOOD "version: STSv2\n", STS_FAULT_DUP_KEY, "version: STSv2", true },
		{ "version: stsv1\nmode: none\nmax_age: 1\n", STS_FAULT_VERSION, "stsv1", false },
		{ "mode: none\nmax_age: 1\n", STS_FAULT_VERSION, NULL, false },
		{ "\xef\xbb\xbf" GOOD, STS_FAULT_BOM, "\xef\xbb\xbf", false },
		{ "version: STSv1\nmode: Enforce\nmx: a.b\nmax_age: 1\n", STS_FAULT_MODE, "Enforce",
		  false },
		{ "version: STSv1\nmode:\nmx: a.b\nmax_age: 1\n", STS_FAULT_MODE, "mode:", false },
		{ "version: STSv1\nmx: a.b\nmax_age: 1\n", STS_FAULT_MODE, NULL, false },
		{ "version: STSv1\nmode: none\nmax_age: 1d\n", STS_FAULT_MAX_AGE, "1d", false },
		{ "version: STSv1\nmode: none\nmax_age: -1\n", STS_FAULT_MAX_AGE, "-1", false },
		{ "version: STSv1\nmode: none\n", STS_FAULT_MAX_AGE, NULL, false },
		{ "version: STSv1\nmode: none\nmax_age: 31557601\n", STS_FAULT_MAX_AGE_RANGE,
		  "31557601", true },
		{ "version: STSv1\nmode: none\nmax_age: 99999999999999999999999\n",
		  STS_FAULT_MAX_AGE_RANGE, "99999999999999999999999", true },
		{ "version: STSv1\nmode: enforce\nmax_age: 1\n", STS_FAULT_NO_MX, NULL, false },
		{ "version: STSv1\nmode: enforce\nnmx: *.example.com\nmax_age: 1\n",
		  STS_FAULT_TYPO_KEY, "nmx: *.example.com", false },
		{ GOOD "MX: b.example.com\n", STS_FAULT_TYPO_KEY, "MX: b.example.com", true },
		{ GOOD "max-age: 1\n", STS_FAULT_TYPO_KEY, "max-age: 1", true },
		{ GOOD "my: b.example.com\n", STS_FAULT_UNKNOWN_KEY, "my: b.example.com", true },
		{ GOOD "contact: a: b\n", STS_FAULT_UNKNOWN_KEY, "contact: a: b", true },
		{ GOOD "mx: 192.0.2.1\n", STS_FAULT_MX_SYNTAX, "192.0.2.1", false },
		{ GOOD "mx:\n", STS_FAULT_MX_SYNTAX, "mx:", false },
		{ GOOD "hello\n", STS_FAULT_LINE, "hello", true },
		{ GOOD "a b: c\n", STS_FAULT_LINE, "a b: c", true },
		{ GOOD " mx: b.example.com\n", STS_FAULT_LINE, " ", true },
		{ GOOD "mx : b.example.com\n", STS_FAULT_LINE, " ", true },
		{ GOOD "\n \nmx: b.example.com\n", STS_FAULT_BLANK_LINE, "\n", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct mta_sts_policy p;
		const struct fault *f;

		parse_mta_sts_policy(*state, exact(*state, cases[i].text), &p);
		if (p.valid != cases[i].valid)
			fail_msg("\"%s\": valid is %d", cases[i].text, p.valid);
		if (cases[i].fault == NONE) {
			assert_int_equal(p.faults.n, 0);
			continue;
		}
		f = fault_of(&p.faults, cases[i].fault);
		if (!f)
			fail_msg("\"%s\": no fault %d", cases[i].text, cases[i].fault);
		check_mark(cases[i].text, f, cases[i].marked);
	}
}

static void values(void **state)
{
	struct mta_sts_policy p;

	parse_mta_sts_policy(
		*state,
		exact(*state,
		      "version: STSv1\nmode: testing\nmode: none\nmx: A.Example.COM\nmx: *.b\nmax_age: 7\n"),
		&p);
	assert_int_equal(p.mode, STS_MODE_TESTING);
	assert_int_equal(p.max_age_s, 7);
	assert_int_equal(p.nmx, 2);
	assert_string_equal(p.mx[0].pattern, "a.example.com");
	assert_string_equal(p.mx[1].pattern, "*.b");
	assert_true(p.mx[0].valid && p.mx[1].valid);
	parse_mta_sts_policy(*state, exact(*state, "max_age: 99999999\n"), &p);
	assert_int_equal(p.max_age_s, 31557600);
	parse_mta_sts_policy(*state, exact(*state, "version: STSv1\n"), &p);
	assert_int_equal(p.max_age_s, -1);
	assert_int_equal(p.mode, STS_MODE_INVALID);
	assert_null(mta_sts_mode_name(p.mode));
}

static void hostile_policies(void **state)
{
	static const char *const fills[] = { "mx:a\n",   "\n", "mx:", ":",   "a\n",
					     "mode:x\n", " ",  "\r",  "\xff" };

	for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++) {
		size_t n = 0, m = strlen(fills[i]);
		char *text = arena_alloc(*state, 65536);
		struct mta_sts_policy p;

		for (; n + m <= 65536; n += m)
			memcpy(text + n, fills[i], m);
		parse_mta_sts_policy(*state, (struct str){ text, n }, &p);
		assert_false(p.valid);
		assert_in_range(p.nmx, 0, 256);
		for (size_t f = 0; f < p.faults.n; f++)
			assert_true((size_t)p.faults.item[f].at.at + p.faults.item[f].at.len <= n);
	}
}

/* ---- the checker ---- */

static check_fn *const checks[] = { check_intent, check_mta_sts };

#define SENDS  "e.test TXT SOME 60 \"v=spf1 ip4:8.8.8.8 -all\"\ne.test MX SOME 60 10 mx.e.test\n"
#define RECORD "_mta-sts.e.test TXT SOME 60 \"v=STSv1; id=1\"\n"
#define HOST   "mta-sts.e.test A SOME 60 8.8.8.8\n"

static void run(struct tape_audit *t, const char *tape)
{
	tape_audit_run(t, tape, "e.test", NULL, checks, 2);
}

static bool fetched(const struct tape_audit *t)
{
	return facts_find(&t->facts, ASK_HTTPS, 0, "mta-sts.e.test") != NULL;
}

/* Only one good record and a host with an address lead to a question to the policy host. */
static void when_the_policy_is_fetched(void **state)
{
	static const struct {
		const char *tape;
		bool fetched;
	} cases[] = {
		{ RECORD HOST, true },
		{ RECORD "mta-sts.e.test AAAA SOME 60 2001:4860:4860::8888\n", true },
		{ RECORD
		  "mta-sts.e.test A LOST timeout\nmta-sts.e.test AAAA SOME 60 2001:4860:4860::8888\n",
		  true },
		{ RECORD "mta-sts.e.test A LOST timeout\n", false },
		{ RECORD, false },
		{ HOST, false },
		{ "_mta-sts.e.test TXT SOME 60 \"v=STSv1; id=1\" / \"v=spf1 -all\"\n" HOST, true },
		{ "_mta-sts.e.test TXT SOME 60 \"v=STSv1; id=1\" / \"v=STSv1; id=2\"\n" HOST,
		  false },
		{ "_mta-sts.e.test TXT SOME 60 \"v=STSv1; id=-\"\n" HOST, false },
		{ "_mta-sts.e.test TXT SOME 60 \"v=STSv1 ; id=1\"\n" HOST, false },
		{ "_mta-sts.e.test TXT LOST timeout\n" HOST, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tape_audit t;

		run(&t, arena_printf(*state, SENDS "%s", cases[i].tape));
		if (fetched(&t) != cases[i].fetched)
			fail_msg("%s", cases[i].tape);
		tape_audit_free(&t);
	}
}

/* What the network does is unknown, what the world shows is known. */
static void lost_policies(void **state)
{
	static const struct {
		const char *why;
		enum rule_id rule;
		bool sure;
	} cases[] = {
		{ "certificate", RULE_STS_HTTPS, true }, { "tls", RULE_STS_HTTPS, true },
		{ "too-large", RULE_STS_SIZE, true },    { "connect", RULE_STS_UNKNOWN, false },
		{ "timeout", RULE_STS_UNKNOWN, false },  { "private", RULE_STS_UNKNOWN, false },
		{ "offline", RULE_STS_UNKNOWN, false },  { "http", RULE_STS_UNKNOWN, false },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct finding *f;
		struct tape_audit t;

		run(&t, arena_printf(*state, SENDS RECORD HOST "mta-sts.e.test HTTPS LOST %s\n",
				     cases[i].why));
		f = tape_audit_find(&t, cases[i].rule);
		if (!f || f->sure != cases[i].sure)
			fail_msg("%s", cases[i].why);
		assert_int_equal(t.report.findings.n, 1);
		assert_int_equal(t.report.presence[PROTO_MTA_STS], PRESENCE_YES);
		assert_null(t.report.mta_sts.policy);
		tape_audit_free(&t);
	}
}

static void fixes(void **state)
{
	struct tape_audit t;
	const struct finding *f;

	(void)state;
	run(&t, SENDS "_mta-sts.e.test TXT SOME 60 \"v=STSv1; id=2024-01-02\"\n");
	f = tape_audit_find(&t, RULE_STS_ID);
	assert_string_equal(f->fix, "_mta-sts.e.test. IN TXT \"v=STSv1; id=20240102\"");
	tape_audit_free(&t);
	run(&t, SENDS "_mta-sts.e.test TXT SOME 60 \"v=STSv1;\"\n");
	f = tape_audit_find(&t, RULE_STS_ID);
	assert_string_equal(f->fix, "_mta-sts.e.test. IN TXT \"v=STSv1; id=20261124T080000\"");
	tape_audit_free(&t);
	run(&t, SENDS RECORD HOST
	    "mta-sts.e.test HTTPS SOME 0 200 \"text/plain\" "
	    "\"version: STSv1\\nmode: enforce\\nmx: *.mx.e.test\\nmx: mx.e.test.\\nmax_age: 604800\\n\"\n");
	f = tape_audit_find(&t, RULE_STS_MX_SYNTAX);
	assert_string_equal(f->fix, "mx: mx.e.test");
	assert_null(tape_audit_find(&t, RULE_STS_MX_NOMATCH));
	tape_audit_free(&t);
	run(&t, SENDS RECORD HOST
	    "mta-sts.e.test HTTPS SOME 0 200 \"text/plain\" "
	    "\"version: STSv1\\nmode: enforce\\nmx: *.mx.e.test\\nmax_age: 604800\\n\"\n");
	f = tape_audit_find(&t, RULE_STS_MX_NOMATCH);
	assert_string_equal(f->subject, "mx.e.test");
	assert_string_equal(
		f->fix,
		"add the line mx: mx.e.test to the policy, and give the record at _mta-sts a new id");
	tape_audit_free(&t);
	run(&t, SENDS RECORD);
	f = tape_audit_find(&t, RULE_STS_ORPHAN);
	assert_string_equal(
		f->fix,
		"serve the policy at https://mta-sts.e.test/.well-known/mta-sts.txt, or delete the record at _mta-sts.e.test");
	tape_audit_free(&t);
	run(&t, SENDS "_mta-sts.e.test TXT SOME 60 >_mta-sts.f.test \"v=STSv1; id=1\"\n");
	f = tape_audit_find(&t, RULE_STS_ORPHAN);
	assert_true(str_ends_ci(str_c(f->fix), S(": mta-sts.e.test. IN CNAME mta-sts.f.test.")));
	tape_audit_free(&t);
	run(&t, SENDS RECORD HOST "mta-sts.e.test HTTPS LOST certificate\n");
	f = tape_audit_find(&t, RULE_STS_HTTPS);
	assert_true(f->sure);
	assert_true(str_find_str_ci(str_c(f->fix), S("mta-sts.e.test")) > 0);
	tape_audit_free(&t);
}

/* A web page in the policy's place is one fault, not one a line. */
static void web_page(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, SENDS RECORD HOST
	    "mta-sts.e.test HTTPS SOME 0 200 \"text/html; charset=utf-8\" \"<!doctype html>\\n<p>\\n<a>\\n\"\n");
	assert_non_null(tape_audit_find(&t, RULE_STS_VERSION));
	assert_non_null(tape_audit_find(&t, RULE_STS_CTYPE));
	assert_int_equal(t.report.findings.n, 2);
	tape_audit_free(&t);
}

/* Whether the policy fits is not known while the MX is not. */
static void lost_mx(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t,
	    "e.test TXT SOME 60 \"v=spf1 ip4:8.8.8.8 -all\"\ne.test MX LOST timeout\n" RECORD HOST
	    "mta-sts.e.test HTTPS SOME 0 200 \"text/plain\" \"version: STSv1\\nmode: enforce\\nmx: a\\nmax_age: 604800\\n\"\n");
	assert_false(tape_audit_find(&t, RULE_STS_UNKNOWN)->sure);
	assert_int_equal(tape_audit_count(&t, SEV_WARNING), 1);
	tape_audit_free(&t);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_up, arena_down)
	const struct CMUnitTest tests[] = {
		TEST(records),
		TEST(patterns),
		TEST(matches),
		TEST(policies),
		TEST(values),
		TEST(hostile_policies),
		TEST(when_the_policy_is_fetched),
		TEST(lost_policies),
		TEST(fixes),
		TEST(web_page),
		TEST(lost_mx),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

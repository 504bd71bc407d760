/* The SPF checker over small tapes: what an evaluation costs, for whom, and what can be left out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tape_audit.h"

static struct tape_audit audit;

static const struct spf_node *run(const char *tape)
{
	static check_fn *const checks[] = { check_intent, check_spf };
	static const struct audit_wish wish = { .intent = INTENT_SENDS };

	tape_audit_run(&audit, tape, "example.com", &wish, checks, 2);
	return audit.report.spf.root;
}

static int end(void **state)
{
	(void)state;
	tape_audit_free(&audit);
	return 0;
}

static bool fires(enum rule_id rule)
{
	return tape_audit_find(&audit, rule) != NULL;
}

#define GONE "* NONE NXDOMAIN\n"
#define HOST(name) \
	name ".example.com A SOME 300 93.184.215.30\n" name ".example.com AAAA NONE NODATA\n"

/* A record to begin with is told where the MX tells who sends, and not made up elsewhere. */
static void test_starter(void **state)
{
	static const struct {
		const char *mx, *fix;
	} tests[] = {
		{ "10 mx.example.com", "example.com. IN TXT \"v=spf1 mx ~all\"" },
		{ "1 aspmx.l.google.com / 5 alt1.aspmx.l.google.com / 10 aspmx2.googlemail.com",
		  "example.com. IN TXT \"v=spf1 include:_spf.google.com ~all\"" },
		{ "0 example-com.mail.protection.outlook.com",
		  "example.com. IN TXT \"v=spf1 include:spf.protection.outlook.com ~all\"" },
		{ "0 mx.filter.test", NULL },
		{ "0 aspmx.l.google.com / 5 mx.example.com", NULL },
		{ "0 aspmx.l.google.com / 5 in1-smtp.messagingengine.com", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		char tape[256];

		snprintf(tape, sizeof(tape), GONE "example.com MX SOME 60 %s\n", tests[i].mx);
		run(tape);
		assert_true(fires(RULE_SPF_NONE));
		if (tests[i].fix)
			assert_string_equal(tape_audit_find(&audit, RULE_SPF_NONE)->fix,
					    tests[i].fix);
		else
			assert_null(tape_audit_find(&audit, RULE_SPF_NONE)->fix);
		tape_audit_free(&audit);
	}
	run(GONE "example.com MX NONE NODATA\n");
	assert_null(tape_audit_find(&audit, RULE_SPF_NONE)->fix);
}

static void test_families(void **state)
{
	const struct spf_node *n = run(GONE HOST("h1") HOST("h2") HOST(
		"h3") "example.com TXT SOME 300 \"v=spf1 a:h1.example.com a:h2.example.com "
		      "a:h3.example.com a:gone.example.com ip6:2606:2800:21f::1 -all\"\n");

	(void)state;
	assert_int_equal(n->lookups, 4);
	assert_int_equal(n->voids, 1);
	assert_int_equal(n->voids4, 1);
	assert_int_equal(n->voids6, 4);
	assert_true(fires(RULE_SPF_VOID_FAMILY));
	assert_false(fires(RULE_SPF_VOID_LIMIT));
}

static void test_family_lost(void **state)
{
	const struct spf_node *n = run(
		GONE "h1.example.com A SOME 300 93.184.215.30\nh1.example.com AAAA LOST timeout\n"
		     "example.com TXT SOME 300 \"v=spf1 a:h1.example.com -all\"\n");

	(void)state;
	/* not knowing is not no */
	assert_int_equal(n->voids6, 0);
	assert_false(fires(RULE_SPF_INCLUDE_TEMPERROR));
}

static void test_mx_is_one_term(void **state)
{
	const struct spf_node *n = run(
		GONE "example.com MX SOME 300 10 m1.example.com / 20 m2.example.com\n" HOST(
			"m2") "example.com TXT SOME 300 \"v=spf1 mx -all\"\n");

	(void)state;
	/* one host without an address does not make it void */
	assert_int_equal(n->lookups, 1);
	assert_int_equal(n->voids4, 0);
	assert_int_equal(n->voids6, 1);
}

static void test_positions(void **state)
{
	const struct spf_node *n = run(GONE HOST("h1") HOST(
		"h2") "a.example.net TXT SOME 300 \"v=spf1 a:h1.example.com a:h1.example.com "
		      "a:h1.example.com a:h1.example.com a:h1.example.com a:h1.example.com "
		      "a:h1.example.com -all\"\n"
		      "b.example.net TXT SOME 300 \"v=spf1 a:h1.example.com a:h1.example.com -all\"\n"
		      "example.com TXT SOME 300 \"v=spf1 include:a.example.net include:b.example.net "
		      "ip4:93.184.215.77 a:h2.example.com -all\"\n");
	const struct finding *f = tape_audit_find(&audit, RULE_SPF_LOOKUP_LIMIT);

	(void)state;
	assert_int_equal(n->lookups, 12);
	assert_int_equal(n->terms[0].first, 1);
	assert_int_equal(n->terms[0].last, 8);
	assert_int_equal(n->terms[1].first, 9);
	assert_int_equal(n->terms[1].last, 11);
	assert_int_equal(n->terms[2].first, 0);
	assert_int_equal(n->terms[3].first, 12);
	assert_non_null(f);
	assert_string_equal(f->detail,
			    "12 look-ups, 10 allowed; reached in part: include:b.example.net; no "
			    "longer reached: ip4:93.184.215.77, a:h2.example.com");
}

static void test_cuts(void **state)
{
	const struct spf_node *n = run(
		GONE "example.com A SOME 300 93.184.215.14\nexample.com AAAA NONE NODATA\n"
		     "a.example.net TXT SOME 300 \"v=spf1 include:b.example.net -all\"\n"
		     "b.example.net TXT SOME 300 \"v=spf1 ip4:93.184.215.32 -all\"\n"
		     "c.example.net TXT SOME 300 \"v=spf1 ~all\"\n"
		     "example.com TXT SOME 300 \"v=spf1 include:a.example.net "
		     "include:b.example.net include:c.example.net a:gone.example.com a "
		     "INCLUDE:a.example.net. ip4:93.184.215.0/27 ip4:93.184.215.14 -all\"\n");

	(void)state;
	assert_null(n->terms[0].cut);
	assert_string_equal(n->terms[1].cut, "include:a.example.net includes it already");
	assert_string_equal(n->terms[2].cut, "its record passes nobody");
	assert_string_equal(n->terms[3].cut, "does not exist");
	assert_string_equal(n->terms[4].cut, "ip4:93.184.215.0/27 names the same addresses");
	assert_string_equal(n->terms[5].cut, "it stands twice");
	assert_string_equal(audit.report.spf.mended,
			    "example.com. IN TXT \"v=spf1 include:a.example.net "
			    "ip4:93.184.215.0/27 -all\"");
	assert_int_equal(audit.report.spf.mended_lookups, 2);
}

/* Past an exception the order matters, and what is not known is kept. */
static void test_no_cuts(void **state)
{
	const struct spf_node *n = run(
		GONE "example.com A SOME 300 93.184.215.14\nexample.com AAAA LOST timeout\n"
		     "www.example.com A SOME 300 93.184.215.14\nwww.example.com AAAA NONE NODATA\n"
		     "example.com TXT SOME 300 \"v=spf1 a -a:www.example.com "
		     "ip4:93.184.215.14 -all\"\n");

	(void)state;
	for (size_t i = 0; i < n->nterms; i++)
		assert_null(n->terms[i].cut);
	assert_null(audit.report.spf.mended);
}

/* A record that would pass nobody is never offered. */
static void test_nobody_left(void **state)
{
	(void)state;
	run(GONE "example.com TXT SOME 300 \"v=spf1 a:gone.example.com -all\"\n");
	assert_true(fires(RULE_SPF_VOID_TERM));
	assert_null(audit.report.spf.mended);
}

static void test_pinned(void **state)
{
	const struct finding *f;

	(void)state;
	run(GONE HOST(
		"h1") "h2.example.com A SOME 300 93.184.215.41\nh2.example.com AAAA NONE NODATA\n"
		      "a.example.net TXT SOME 300 \"v=spf1 include:b.example.net include:b.example.net "
		      "include:b.example.net include:b.example.net include:b.example.net "
		      "include:b.example.net include:b.example.net include:b.example.net ~all\"\n"
		      "b.example.net TXT SOME 300 \"v=spf1 ip4:93.184.215.32 -all\"\n"
		      "example.com TXT SOME 300 \"v=spf1 a:h1.example.com a:h2.example.com/31 "
		      "include:a.example.net ~all\"\n");
	f = tape_audit_find(&audit, RULE_SPF_LOOKUP_LIMIT);
	assert_non_null(f);
	assert_string_equal(
		f->fix,
		"name your own hosts by their addresses: example.com. IN TXT "
		"\"v=spf1 ip4:93.184.215.30 ip4:93.184.215.40/31 include:a.example.net ~all\"");
}

/* exists that looks at the client's address alone: a wildcard answers for anybody. */
static void test_exists_wildcard(void **state)
{
	const struct spf_node *n;

	(void)state;
	n = run(GONE "1.2.0.192.in-addr._spf.example.com A SOME 300 127.0.0.2\n"
		     "example.com TXT SOME 300 \"v=spf1 exists:%{ir}.%{v}._spf.%{d} -all\"\n");
	assert_true(fires(RULE_SPF_PLUS_ALL));
	assert_int_equal(n->lookups, 1);
	tape_audit_free(&audit);
	n = run(GONE
		"example.com TXT SOME 300 \"v=spf1 exists:%{ir}.%{v}._spf.%{d} -exists:%{i}.x.%{d} "
		"exists:%{l}.y.%{d} -all\"\n"
		"192.0.2.1.x.example.com A SOME 300 127.0.0.2\n"
		"postmaster.y.example.com A SOME 300 127.0.0.2\n");
	assert_false(fires(RULE_SPF_PLUS_ALL));
	assert_int_equal(n->lookups, 3);
	assert_int_equal(n->voids, 0);
}

static void test_exists_wildcard_included(void **state)
{
	(void)state;
	run(GONE "192.0.2.1.x.example.net A SOME 300 127.0.0.2\n"
		 "a.example.net TXT SOME 300 \"v=spf1 exists:%{i}.x.example.net -all\"\n"
		 "example.com TXT SOME 300 \"v=spf1 include:a.example.net -all\"\n");
	assert_true(fires(RULE_SPF_INCLUDE_ALL));
}

static const struct {
	const char *terms;
	bool all;
} everybody[] = {
	{ "ip4:0.0.0.0/1 ip4:128.0.0.0/1 -all", true },
	{ "ip6:::/1 ip6:8000::/1 -all", true },
	{ "ip4:0.0.0.0/1 ip6:8000::/1 -all", false },
	{ "ip4:0.0.0.0/0 -all", true },
	{ "ip6:::/0 -all", true },
	{ "a/0 -all", true },
	{ "a//0 -all", true },
	{ "mx/0 -all", true },
	{ "all", true },
	{ "-ip4:0.0.0.0/0 -all", false },
	{ "-all ip4:0.0.0.0/0", false },
	{ "?ip4:0.0.0.0/0 -all", false },
	{ "~all +all", false },
};

static void test_everybody(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(everybody) / sizeof(everybody[0]); i++) {
		char tape[512];

		snprintf(tape, sizeof(tape), GONE "example.com TXT SOME 300 \"v=spf1 %s\"\n",
			 everybody[i].terms);
		run(tape);
		if (fires(RULE_SPF_PLUS_ALL) != everybody[i].all)
			fail_msg("v=spf1 %s", everybody[i].terms);
		tape_audit_free(&audit);
	}
}

/* Mapped addresses, exceptions and sums. */
static void test_networks(void **state)
{
	const struct finding *f;

	(void)state;
	run(GONE "example.com TXT SOME 300 \"v=spf1 ip4:93.184.0.0/16 ip4:94.184.0.0/16 -all\"\n");
	f = tape_audit_find(&audit, RULE_SPF_CIDR_BROAD);
	assert_non_null(f);
	assert_string_equal(f->detail, "its IPv4 networks hold 131072 addresses together");
	tape_audit_free(&audit);
	run(GONE "example.com TXT SOME 300 \"v=spf1 ip4:93.184.0.0/16 ip4:93.184.0.0/17 "
		 "ip4:94.184.0.0/20 -all\"\n");
	assert_false(fires(RULE_SPF_CIDR_BROAD));
	assert_true(fires(RULE_SPF_OVERLAP));
	tape_audit_free(&audit);
	run(GONE "example.com TXT SOME 300 \"v=spf1 -ip4:93.0.0.0/8 -ip4:10.0.0.0/8 "
		 "ip4:94.184.215.7 -all\"\n");
	assert_false(fires(RULE_SPF_CIDR_BROAD));
	assert_false(fires(RULE_SPF_PRIVATE_IP));
}

static void test_exp(void **state)
{
	static const struct {
		const char *text;
		bool bad;
	} texts[] = {
		{ "\"See https://example.com/?s=%{S}&i=%{i} (%{c}, %{t})\"", false },
		{ "\"100% of it\"", true },
		{ "\"%{q}\"", true },
		{ "\"caf\\195\\169\"", true },
		{ "\"one\" / \"two\"", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char tape[512];

		snprintf(tape, sizeof(tape),
			 GONE "example.com TXT SOME 300 \"v=spf1 ip4:93.184.215.1 exp=why.%%{d} "
			      "-all\"\nwhy.example.com TXT SOME 300 %s\n",
			 texts[i].text);
		run(tape);
		if (fires(RULE_SPF_EXP) != texts[i].bad)
			fail_msg("%s", texts[i].text);
		tape_audit_free(&audit);
	}
}

/* A name over 253 octets loses labels at its left (7.3), and is asked for like that. */
static void test_macro_truncated(void **state)
{
	char d[260], tape[2048];
	const struct spf_node *n;
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < 4; i++, at += 61) {
		memset(d + at, 'a' + (char)i, 60);
		d[at + 60] = '.';
	}
	d[at] = '\0';
	snprintf(tape, sizeof(tape),
		 GONE "example.com TXT SOME 300 \"v=spf1 include:%s%%{d} -all\"\n"
		      "%sexample.com TXT SOME 300 \"v=spf1 ip4:93.184.215.1 -all\"\n",
		 d, d + 61);
	n = run(tape);
	assert_non_null(n->terms[0].child);
	assert_int_equal(tape_audit_count(&audit, SEV_WARNING), 0);
}

static void test_parked(void **state)
{
	static check_fn *const checks[] = { check_intent, check_spf, check_dmarc, check_together };
	static const struct audit_wish parked = { .intent = INTENT_PARKED };

	(void)state;
	tape_audit_run(&audit, GONE "example.com TXT SOME 300 \"v=spf1 ~all\"\n", "example.com",
		       &parked, checks, 4);
	assert_true(fires(RULE_SPF_NOMAIL));
	tape_audit_free(&audit);
	tape_audit_run(&audit,
		       GONE "example.com TXT SOME 300 \"v=spf1 ~all\"\n"
			    "_dmarc.example.com TXT SOME 300 \"v=DMARC1; p=reject\"\n",
		       "example.com", &parked, checks, 4);
	assert_false(fires(RULE_SPF_NOMAIL));
	tape_audit_free(&audit);
	tape_audit_run(&audit, GONE "example.com TXT SOME 300 \"v=spf1 ip4:93.184.215.1 -all\"\n",
		       "example.com", &parked, checks, 4);
	assert_string_equal(tape_audit_find(&audit, RULE_SPF_NOMAIL)->detail,
			    "it still names senders");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_starter, end),
		cmocka_unit_test_teardown(test_families, end),
		cmocka_unit_test_teardown(test_family_lost, end),
		cmocka_unit_test_teardown(test_mx_is_one_term, end),
		cmocka_unit_test_teardown(test_positions, end),
		cmocka_unit_test_teardown(test_cuts, end),
		cmocka_unit_test_teardown(test_no_cuts, end),
		cmocka_unit_test_teardown(test_nobody_left, end),
		cmocka_unit_test_teardown(test_pinned, end),
		cmocka_unit_test_teardown(test_exists_wildcard, end),
		cmocka_unit_test_teardown(test_exists_wildcard_included, end),
		cmocka_unit_test(test_everybody),
		cmocka_unit_test_teardown(test_networks, end),
		cmocka_unit_test(test_exp),
		cmocka_unit_test_teardown(test_macro_truncated, end),
		cmocka_unit_test_teardown(test_parked, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

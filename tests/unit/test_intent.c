/* What the domain is for, guessed from its MX and SPF. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tape_audit.h"

static check_fn *const checks[] = { check_intent };

static const struct row {
	const char *tape;
	enum intent intent;
	const char *why; /* part of it */
} rows[] = {
	/* nothing at all */
	{ "", INTENT_PARKED, "does not exist" },
	{ "e.test MX NONE NODATA\ne.test TXT NONE NODATA\n", INTENT_PARKED,
	  "neither an MX nor an SPF" },
	/* a web server, and no mail set up */
	{ "e.test MX NONE NODATA\ne.test TXT NONE NODATA\ne.test A SOME 60 192.0.2.1\n",
	  INTENT_PARKED, "neither" },
	/* other TXT records are no SPF */
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf10 mx\" / \"site-verification=1\"\n",
	  INTENT_PARKED, "neither" },
	/* MX, no SPF */
	{ "e.test MX SOME 60 10 mx.e.test\n", INTENT_SENDS, "no SPF record" },
	{ "e.test MX SOME 60 0 . / 10 mx.e.test\n", INTENT_SENDS, "no SPF record" },
	{ "e.test MX SOME 60 0 .\n", INTENT_PARKED, "null" },
	/* SPF that authorises nobody */
	{ "e.test MX SOME 60 10 mx.e.test\ne.test TXT SOME 60 \"v=spf1 -all\"\n", INTENT_RECEIVES,
	  "authorises nobody" },
	{ "e.test MX SOME 60 10 mx.e.test\ne.test TXT SOME 60 \"V=SPF1 ~ALL\"\n", INTENT_RECEIVES,
	  "authorises nobody" },
	{ "e.test MX SOME 60 0 .\ne.test TXT SOME 60 \"v=spf1 -all\"\n", INTENT_PARKED,
	  "its MX is null and its SPF record" },
	{ "e.test MX SOME 60 7 .\ne.test TXT SOME 60 \"v=spf1 -all\"\n", INTENT_PARKED,
	  "its MX is null" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 -all\"\n", INTENT_PARKED,
	  "no MX and its SPF" },
	{ "e.test MX SOME 60 0 .\ne.test TXT SOME 60 \"v=spf1 ?all\"\n", INTENT_PARKED,
	  "its MX is null and its SPF record names no sender" },
	{ "e.test MX SOME 60 0 .\ne.test TXT SOME 60 \"v=spf1 mx -all\"\n", INTENT_PARKED,
	  "authorises nobody" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 a mx -all\"\n", INTENT_PARKED,
	  "authorises nobody" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 a:e.test mx -all\"\n", INTENT_PARKED,
	  "authorises nobody" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 -ip4:192.0.2.1 ~include:x.test exp=x.test -all\"\n",
	  INTENT_PARKED, "authorises nobody" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 -all ip4:192.0.2.1\"\n",
	  INTENT_PARKED, "authorises nobody" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 -all\" / \"v=spf1 -all\"\n",
	  INTENT_PARKED, "authorises nobody" },
	/* by way of a redirect */
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 redirect=no.test\"\nno.test TXT SOME 60 \"v=spf1 -all\"\n",
	  INTENT_PARKED, "authorises nobody" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 redirect=no.test\"\nno.test TXT SOME 60 \"v=spf1 ip4:192.0.2.1 -all\"\n",
	  INTENT_SENDS, "authorises senders" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 redirect=no.test\"\n", INTENT_SENDS,
	  "does not say" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 redirect=e.test\"\n", INTENT_SENDS,
	  "does not say" },
	/* a redirect behind "all" is never taken */
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 redirect=no.test -all\"\nno.test TXT SOME 60 \"v=spf1 +all\"\n",
	  INTENT_PARKED, "authorises nobody" },
	/* SPF that authorises somebody: it sends, whatever its MX says */
	{ "e.test MX SOME 60 0 .\ne.test TXT SOME 60 \"v=spf1 ip4:192.0.2.1 -all\"\n", INTENT_SENDS,
	  "authorises senders" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 include:x.test ~all\"\n",
	  INTENT_SENDS, "authorises senders" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 a -all\"\ne.test A SOME 60 192.0.2.1\n",
	  INTENT_SENDS, "authorises" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 a -all\"\ne.test AAAA SOME 60 2001:db8::1\n",
	  INTENT_SENDS, "authorises" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 a:other.test -all\"\n", INTENT_SENDS,
	  "authorises" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 ?ip4:192.0.2.1 -all\"\n",
	  INTENT_SENDS, "authorises" },
	{ "e.test MX SOME 60 0 .\ne.test TXT SOME 60 \"v=spf1 all\"\n", INTENT_SENDS,
	  "authorises" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 -all\" / \"v=spf1 mx ip4:192.0.2.1\"\n",
	  INTENT_SENDS, "authorises" },
	/* SPF that leaves it open */
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1\"\n", INTENT_SENDS, "does not say" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 ?all\"\n", INTENT_SENDS,
	  "does not say" },
	/* what could not be had is not taken for "none" */
	{ "e.test MX LOST timeout\ne.test TXT LOST servfail\n", INTENT_SENDS, "could be had" },
	{ "e.test MX SOME 60 10 mx.e.test\ne.test TXT LOST servfail\n", INTENT_SENDS,
	  "could not be had" },
	{ "e.test MX SOME 60 0 .\ne.test TXT LOST servfail\n", INTENT_PARKED, "could not be had" },
	{ "e.test MX NONE NODATA\ne.test TXT LOST servfail\n", INTENT_SENDS, "could not be had" },
	{ "e.test MX LOST timeout\ne.test TXT NONE NODATA\n", INTENT_SENDS, "could not be had" },
	{ "e.test MX LOST timeout\ne.test TXT SOME 60 \"v=spf1 -all\"\n", INTENT_RECEIVES,
	  "could not be had" },
	{ "e.test MX LOST timeout\ne.test TXT SOME 60 \"v=spf1 mx -all\"\n", INTENT_SENDS,
	  "authorises senders" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 a -all\"\ne.test A LOST timeout\n",
	  INTENT_SENDS, "authorises" },
	{ "e.test MX NONE NODATA\ne.test TXT SOME 60 \"v=spf1 redirect=no.test\"\nno.test TXT LOST timeout\n",
	  INTENT_SENDS, "could not be had" },
};

static void guesses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tape_audit t;

		tape_audit_run(&t, rows[i].tape, "e.test", NULL, checks, 1);
		if (t.report.intent != rows[i].intent || !t.report.intent_why ||
		    !strstr(t.report.intent_why, rows[i].why))
			fail_msg("%s: %s, %s", rows[i].tape, intent_name(t.report.intent),
				 t.report.intent_why);
		assert_true(t.report.intent_assumed);
		assert_int_equal(t.report.findings.n, 0);
		tape_audit_free(&t);
	}
}

static void told(void **state)
{
	struct audit_wish wish = { .intent = INTENT_PARKED };
	struct tape_audit t;

	(void)state;
	tape_audit_run(&t, "e.test MX SOME 60 10 mx.e.test\n", "e.test", &wish, checks, 1);
	assert_int_equal(t.report.intent, INTENT_PARKED);
	assert_false(t.report.intent_assumed);
	assert_int_equal(t.facts.n, 0);
	tape_audit_free(&t);
}

/* Who names an address that sends for the domain says that it sends. */
static void sends_by_address(void **state)
{
	const struct str ip = S("\xc0\x00\x02\x01");
	struct audit_wish wish = { .ips = &ip, .nips = 1 };
	struct tape_audit t;

	(void)state;
	tape_audit_run(&t, "e.test TXT SOME 60 \"v=spf1 -all\"\n", "e.test", &wish, checks, 1);
	assert_int_equal(t.report.intent, INTENT_SENDS);
	assert_true(t.report.intent_assumed);
	tape_audit_free(&t);
}

static void no_mail_domains(void **state)
{
	static const char *const names[] = {
		"2.0.192.in-addr.arpa",
		"8.b.d.0.1.0.0.2.ip6.arpa",
		"_spf.e.test",
		"a._domainkey.e.test",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct tape_audit t;

		tape_audit_run(&t, "_spf.e.test TXT SOME 60 \"v=spf1 ip4:192.0.2.1 ~all\"\n",
			       names[i], NULL, checks, 1);
		assert_int_equal(t.report.intent, INTENT_PARKED);
		tape_audit_free(&t);
	}
}

/* Not decided before the facts are there; and what decides alone is enough. */
static void open_facts(void **state)
{
	static const struct audit_wish wish;
	struct tape_audit t = { 0 };
	struct look look = { .facts = &t.facts, .max_questions = 100 };
	struct check c = { .arena = &t.arena,
			   .look = &look,
			   .domain = "e.test",
			   .wish = &wish,
			   .report = &t.report };
	struct fact mx = { .type = RR_MX, .name = "e.test", .state = FACT_NONE, .why = WHY_NODATA };
	struct fact txt = {
		.type = RR_TXT, .name = "e.test", .state = FACT_NONE, .why = WHY_NODATA
	};

	(void)state;
	arena_init(&t.arena, 1u << 20);
	facts_init(&t.facts, &t.arena, 0);
	check_intent(&c);
	assert_int_equal(t.report.intent, INTENT_AUTO);
	assert_int_equal(look.opened, 2);
	facts_settle(&t.facts, &mx);
	check_intent(&c);
	assert_int_equal(t.report.intent, INTENT_AUTO);
	facts_settle(&t.facts, &txt);
	check_intent(&c);
	assert_int_equal(t.report.intent, INTENT_PARKED);
	arena_free(&t.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(guesses),          cmocka_unit_test(told),
		cmocka_unit_test(sends_by_address), cmocka_unit_test(no_mail_domains),
		cmocka_unit_test(open_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Domains without mail, done right and nearly right: what the guess says, what it costs, and what
 * is found. The right one is as the UK's NCSC has it: SPF that names nobody, DMARC that refuses, no
 * DKIM key at any selector, a null MX. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judge.h"
#include "tape_audit.h"

static check_fn *const checks[] = { check_all };

#define SPF(all) "example.com TXT SOME 3600 \"v=spf1 " all "\"\n"
#define DMARC(p) \
	"_dmarc.example.com TXT SOME 3600 \"v=DMARC1;" p \
	";adkim=s;aspf=s;rua=mailto:dmarc@example.net\"\n" \
	"example.com._report._dmarc.example.net TXT SOME 300 \"v=DMARC1\"\n" \
	"example.net MX SOME 300 10 mx.example.net\n"
#define REFUSES DMARC("p=reject;sp=reject")
#define NO_KEYS "authcheck-4e2714c6._domainkey.example.com TXT SOME 300 \"v=DKIM1; p=\"\n"
#define NULL_MX "example.com MX SOME 3600 0 .\n"
#define NO_MX   "example.com MX NONE NODATA\n"
#define NO_WEB  "example.com A NONE NODATA\nexample.com AAAA NONE NODATA\n"
#define WEB     "example.com A SOME 300 93.184.215.14\nexample.com AAAA NONE NODATA\n"
#define HOST \
	"example.com MX SOME 300 10 mx.example.com\n" \
	"mx.example.com A SOME 300 93.184.215.20\n" \
	"20.215.184.93.in-addr.arpa PTR SOME 300 mx.example.com\n"

static const struct domain {
	const char *what, *tape;
	enum intent intent;
	int score;
	const char *rules; /* of errors and warnings, sorted as in the table */
} domains[] = {
	{ "done right", SPF("-all") REFUSES NO_KEYS NULL_MX NO_WEB, INTENT_PARKED, 100, "" },
	{ "with a web site", SPF("-all") REFUSES NO_KEYS NULL_MX WEB, INTENT_PARKED, 100, "" },
	{ "no null MX", SPF("-all") REFUSES NO_KEYS NO_MX NO_WEB, INTENT_PARKED, 100, "" },
	{ "no null MX, and a web site", SPF("-all") REFUSES NO_KEYS NO_MX WEB, INTENT_PARKED, 100,
	  "" },
	{ "no wildcard for keys", SPF("-all") REFUSES NULL_MX NO_WEB, INTENT_PARKED, 100, "" },
	{ "softfail where DMARC refuses", SPF("~all") REFUSES NULL_MX NO_WEB, INTENT_PARKED, 100,
	  "" },
	{ "softfail where DMARC does not", SPF("~all") DMARC("p=none") NULL_MX NO_WEB,
	  INTENT_PARKED, 88, "spf-nomail dmarc-p-none" },
	{ "sp=none", SPF("-all") DMARC("p=reject;sp=none") NULL_MX NO_WEB, INTENT_PARKED, 94,
	  "dmarc-sp-weaker" },
	{ "no DMARC", SPF("-all") NO_KEYS NULL_MX NO_WEB, INTENT_PARKED, 70, "dmarc-none" },
	{ "no SPF", "example.com TXT NONE NODATA\n" REFUSES NO_KEYS NULL_MX NO_WEB, INTENT_PARKED,
	  94, "spf-nomail" },
	/* not parked */
	{ "a host for mail", SPF("-all") REFUSES NO_KEYS HOST, INTENT_RECEIVES, 100, "" },
	{ "it authorises somebody", SPF("ip4:93.184.215.20 -all") REFUSES HOST, INTENT_SENDS, 94,
	  "dmarc-reject-spf-only" },
	{ "what could not be had is no null MX",
	  SPF("-all") REFUSES "example.com MX LOST timeout\n" NO_WEB, INTENT_RECEIVES, 100,
	  "mx-unknown" },
};

static const char *names(struct tape_audit *t)
{
	const char *out = "";

	for (int r = 0; r < (int)RULE_COUNT; r++) {
		for (size_t i = 0; i < t->report.findings.n; i++) {
			if (t->report.findings.item[i]->rule == (enum rule_id)r &&
			    rules[r].severity != SEV_INFO)
				out = arena_printf(&t->arena, "%s%s%s", out, *out ? " " : "",
						   rules[r].name);
		}
	}
	return out;
}

static void test_domains(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++) {
		const struct domain *d = &domains[i];
		struct tape_audit t;

		tape_audit_run(&t, d->tape, "example.com", NULL, checks, 1);
		judge_report(&t.arena, &t.report);
		if (t.report.intent != d->intent || t.report.score != d->score ||
		    strcmp(names(&t), d->rules) != 0)
			fail_msg("%s: %s, score %d, found %s", d->what,
				 intent_name(t.report.intent), t.report.score,
				 *names(&t) ? names(&t) : "nothing");
		/* a guess is said to be one, and why it was made */
		assert_true(t.report.intent_assumed && t.report.intent_why);
		if (d->intent == INTENT_PARKED)
			assert_int_equal(t.report.risk, RISK_NONE);
		tape_audit_free(&t);
	}
}

/* What the user says goes before any guess. */
static void test_given(void **state)
{
	static const enum intent given[] = { INTENT_PARKED, INTENT_RECEIVES, INTENT_SENDS };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct audit_wish wish = { .intent = given[i], .discover = DISCOVER_NONE };
		struct tape_audit t;

		tape_audit_run(&t, SPF("-all") REFUSES NO_KEYS NULL_MX NO_WEB, "example.com", &wish,
			       checks, 1);
		assert_int_equal(t.report.intent, given[i]);
		assert_false(t.report.intent_assumed);
		tape_audit_free(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_domains),
		cmocka_unit_test(test_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

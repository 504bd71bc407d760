/* TLS-RPT: records, and what is asked about them. The stories in fixtures/audit/tlsrpt-* tell the
 * rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tape_audit.h"
#include "tls_rpt.h"

enum { NONE = -1 };

static void records(void **state)
{
	static const struct {
		const char *text;
		bool selected, near, valid;
		int fault;
		const char *marked; /* NULL: the whole record */
	} cases[] = {
		{ "v=TLSRPTv1; rua=mailto:a@example.com", true, false, true, NONE, NULL },
		{ "v=TLSRPTv1;rua=mailto:a@example.com;", true, false, true, NONE, NULL },
		{ "v=TLSRPTv1; rua=https://r.example.com/v1?x=y , mailto:a@example.com ;", true,
		  false, true, NONE, NULL },
		{ "v=TLSRPTv1; rua=MAILTO:a%2Bb@example.com", true, false, true, NONE, NULL },
		{ "v=TLSRPTv1;", true, false, false, TLSRPT_FAULT_NO_RUA, NULL },
		{ "v=TLSRPTv1; rua", true, false, false, TLSRPT_FAULT_NO_RUA, NULL },
		{ "v=TLSRPTv1; rua=", true, false, false, TLSRPT_FAULT_EMPTY_RUA, "rua=" },
		{ "v=TLSRPTv1; RUA=mailto:a@example.com", true, false, false, TLSRPT_FAULT_CASE,
		  "RUA" },
		{ "v=TLSRPTv1; rua=a@example.com", true, false, false, TLSRPT_FAULT_SCHEME,
		  "a@example.com" },
		{ "v=TLSRPTv1; rua=http://example.com/", true, false, false, TLSRPT_FAULT_SCHEME,
		  "http://example.com/" },
		{ "v=TLSRPTv1; rua=ftp://example.com/,mailto:a@example.com", true, false, true,
		  TLSRPT_FAULT_SCHEME, "ftp://example.com/" },
		{ "v=TLSRPTv1; rua=mailto:a", true, false, false, TLSRPT_FAULT_URI, "mailto:a" },
		{ "v=TLSRPTv1; rua=mailto:a@example.com!10m", true, false, false, TLSRPT_FAULT_URI,
		  "mailto:a@example.com!10m" },
		{ "v=TLSRPTv1; rua=mailto:a@example.com,", true, false, true, TLSRPT_FAULT_COMMA,
		  "," },
		{ "v=TLSRPTv1; rua=mailto:a@example.com , ;", true, false, true, TLSRPT_FAULT_COMMA,
		  "," },
		{ "v=TLSRPTv1; rua=,mailto:a@example.com", true, false, true, TLSRPT_FAULT_COMMA,
		  "," },
		{ "v=TLSRPTv1; rua=mailto:a@example.com,,mailto:b@example.com", true, false, true,
		  TLSRPT_FAULT_COMMA, "," },
		{ "v=TLSRPTv1; rua=,", true, false, false, TLSRPT_FAULT_COMMA, "," },
		{ "v=TLSRPTv1; rua=mailto:a@example.com; x=y", true, false, true,
		  TLSRPT_FAULT_UNKNOWN, "x=y" },
		{ "v=TLSRPTv1; rua=mailto:a@example.com; x=", true, false, true, TLSRPT_FAULT_FIELD,
		  "x=" },
		{ "v=TLSRPTv1; rua =mailto:a@example.com", true, false, true, TLSRPT_FAULT_FIELD,
		  "rua =mailto:a@example.com" },
		{ "v=TLSRPTv1; rua=mailto:a@example.com; rua=mailto:b@example.com", true, false,
		  true, TLSRPT_FAULT_DUP_RUA, "rua=mailto:b@example.com" },
		{ "v=TLSRPTv1", false, true, false, TLSRPT_FAULT_NO_RUA, NULL },
		{ "v=TLSRPTv1 ; rua=mailto:a@example.com", false, true, false, NONE, NULL },
		{ "v=TLSRPT1; rua=mailto:a@example.com", false, true, false, NONE, NULL },
		{ "v=tlsrptv1; rua=mailto:a@example.com", false, true, false, NONE, NULL },
		{ " v=TLSRPTv1; rua=mailto:a@example.com", false, true, false, NONE, NULL },
		{ "v=TLS-RPTv1; rua=mailto:a@example.com", false, true, false, NONE, NULL },
		{ "v=spf1 -all", false, false, false, TLSRPT_FAULT_NO_RUA, NULL },
		{ "rua=mailto:a@example.com", false, false, false, TLSRPT_FAULT_NO_RUA, NULL },
		{ "", false, false, false, TLSRPT_FAULT_NO_RUA, NULL },
	};
	struct arena a;

	(void)state;
	arena_init(&a, 16u << 20);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct str text = { arena_strndup(&a, cases[i].text, strlen(cases[i].text)),
				    strlen(cases[i].text) };
		const struct fault *f = NULL;
		struct tls_rpt t;
		const char *why;

		assert_int_equal(tls_rpt_is_record(text), cases[i].selected);
		if (tls_rpt_is_near_record(text, &why) != cases[i].near)
			fail_msg("\"%s\": near is not %d", cases[i].text, cases[i].near);
		parse_tls_rpt(&a, text, &t);
		if (t.valid != cases[i].valid)
			fail_msg("\"%s\": valid is %d", cases[i].text, t.valid);
		for (size_t k = 0; k < t.faults.n; k++)
			if (t.faults.item[k].code == cases[i].fault)
				f = &t.faults.item[k];
		if (cases[i].fault == NONE) {
			assert_int_equal(t.faults.n, 0);
			continue;
		}
		if (!f)
			fail_msg("\"%s\": no fault %d", cases[i].text, cases[i].fault);
		if (!str_eq(str_sub(text, f->at.at, f->at.len),
			    str_c(cases[i].marked ? cases[i].marked : "")))
			fail_msg("\"%s\": marked is \"%.*s\"", cases[i].text, (int)f->at.len,
				 text.p + f->at.at);
	}
	arena_free(&a);
}

/* ---- the checker ---- */

static check_fn *const checks[] = { check_intent, check_tls_rpt };

#define SENDS "e.test TXT SOME 60 \"v=spf1 ip4:8.8.8.8 -all\"\ne.test MX SOME 60 10 mx.e.test\n"

static void run(struct tape_audit *t, const char *tape)
{
	tape_audit_run(t, tape, "e.test", NULL, checks, 2);
}

static bool asked(const struct tape_audit *t, uint16_t type, const char *name)
{
	return facts_find(&t->facts, ASK_DNS, type, name) != NULL;
}

/* The wrong names are asked for only when the right one has nothing. */
static void wrong_names(void **state)
{
	struct tape_audit t;
	const struct finding *f;

	(void)state;
	run(&t, SENDS "_smtp._tls.e.test TXT SOME 60 \"v=TLSRPTv1; rua=mailto:a@e.test\"\n");
	assert_false(asked(&t, RR_TXT, "_smtp-tlsrpt.e.test"));
	tape_audit_free(&t);
	run(&t, SENDS "_smtp._tls.e.test TXT LOST timeout\n");
	assert_false(asked(&t, RR_TXT, "_smtp-tlsrpt.e.test"));
	assert_int_equal(t.report.findings.n, 1);
	tape_audit_free(&t);
	run(&t, SENDS "_smtp-tlsrpt.e.test TXT SOME 60 \"v=TLSRPTv1; rua=mailto:a@e.test\"\n");
	f = tape_audit_find(&t, RULE_TLSRPT_WRONG_NAME);
	assert_string_equal(f->subject, "_smtp-tlsrpt.e.test");
	assert_string_equal(f->fix,
			    "_smtp._tls.e.test. IN TXT \"v=TLSRPTv1; rua=mailto:a@e.test\"");
	assert_int_equal(t.report.presence[PROTO_TLS_RPT], PRESENCE_YES);
	assert_null(tape_audit_find(&t, RULE_TLSRPT_NONE));
	tape_audit_free(&t);
}

/* Nothing is asked, and nothing said, about the reports of a domain without mail. */
static void parked(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, "e.test TXT SOME 60 \"v=spf1 -all\"\n");
	assert_int_equal(t.report.findings.n, 0);
	assert_false(asked(&t, RR_TXT, "_smtp-tlsrpt.e.test"));
	tape_audit_free(&t);
}

static void mailboxes(void **state)
{
	static const struct {
		const char *tape;
		bool works;
	} cases[] = {
		{ "r.test MX SOME 60 10 mx.r.test\n", true },
		{ "r.test MX SOME 60 0 .\n", false },
		{ "r.test MX NONE NXDOMAIN\n", false },
		{ "r.test MX NONE NODATA\nr.test A NONE NODATA\nr.test AAAA NONE NODATA\n", false },
		{ "r.test MX NONE NODATA\nr.test A SOME 60 8.8.8.8\nr.test AAAA NONE NODATA\n",
		  true },
		{ "r.test MX NONE NODATA\nr.test A LOST timeout\nr.test AAAA NONE NODATA\n", true },
		{ "r.test MX LOST timeout\n", true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct finding *f;
		struct tape_audit t;
		char tape[1024];

		snprintf(tape, sizeof(tape),
			 SENDS
			 "_smtp._tls.e.test TXT SOME 60 \"v=TLSRPTv1; rua=mailto:a@r.test\"\n%s",
			 cases[i].tape);
		run(&t, tape);
		f = tape_audit_find(&t, RULE_TLSRPT_MAILBOX);
		if (!f != cases[i].works)
			fail_msg("%s", cases[i].tape);
		if (f)
			assert_true(str_eq(str_sub(f->rr->data, f->at.at, f->at.len),
					   S("mailto:a@r.test")));
		tape_audit_free(&t);
	}
}

static void fixes(void **state)
{
	static const struct {
		const char *record;
		enum rule_id rule;
		const char *fix;
	} cases[] = {
		{ "v=TLSRPTv1; rua=a@e.test", RULE_TLSRPT_RUA_SCHEME,
		  "v=TLSRPTv1; rua=mailto:a@e.test" },
		{ "v=TLSRPTv1; rua=mailto:a@e.test,", RULE_TLSRPT_TRAILING_COMMA,
		  "v=TLSRPTv1; rua=mailto:a@e.test" },
		{ "v=TLSRPTv1; RUA=mailto:a@e.test", RULE_TLSRPT_CASE,
		  "v=TLSRPTv1; rua=mailto:a@e.test" },
		{ "v=tlsrptv1 ;rua = mailto:a@e.test;", RULE_TLSRPT_VERSION,
		  "v=TLSRPTv1; rua=mailto:a@e.test" },
		{ "v=TLSRPTv1 rua=mailto:a@e.test", RULE_TLSRPT_VERSION,
		  "v=TLSRPTv1; rua=mailto:a@e.test" },
		{ "v=TLSRPTv1", RULE_TLSRPT_VERSION, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tape_audit t;
		char tape[512], want[256];
		const struct finding *f;

		snprintf(tape, sizeof(tape), SENDS "_smtp._tls.e.test TXT SOME 60 \"%s\"\n",
			 cases[i].record);
		snprintf(want, sizeof(want), "_smtp._tls.e.test. IN TXT \"%s\"",
			 cases[i].fix ? cases[i].fix : "");
		run(&t, tape);
		f = tape_audit_find(&t, cases[i].rule);
		if (!f)
			fail_msg("%s", cases[i].record);
		if (cases[i].fix)
			assert_string_equal(f->fix, want);
		else
			assert_null(f->fix);
		tape_audit_free(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records), cmocka_unit_test(wrong_names),
		cmocka_unit_test(parked),  cmocka_unit_test(mailboxes),
		cmocka_unit_test(fixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

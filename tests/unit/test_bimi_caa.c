/* BIMI and CAA records: what counts as one, and what is wrong with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "bimi.h"
#include "caa.h"

static void test_bimi(void **state)
{
	static const struct {
		const char *text;
		bool record, valid, declines;
	} cases[] = {
		{ "v=BIMI1; l=https://a.test/l.svg; a=https://a.test/c.pem", true, true, false },
		{ "v=BIMI1;l=https://a.test/l.svg", true, true, false },
		{ "v = BIMI1 ; l = https://a.test/l.svg ;", true, true, false },
		{ "v=BIMI1; l=https://a.test/l.svg; avp=personal; lps=x; new=1", true, true,
		  false },
		{ "v=BIMI1; l=; a=;", true, true, true },
		{ "v=BIMI1; l=;", true, true, true },
		{ "v=BIMI1; l=; a=https://a.test/c.pem", true, true, false },
		{ "v=BIMI1; a=;", true, false, false },
		{ "v=BIMI1", true, false, false },
		{ "v=BIMI1; l=http://a.test/l.svg", true, false, false },
		{ "v=BIMI1; l=a.test/l.svg", true, false, false },
		{ "v=BIMI1; l=https://a.test/l.svg, https://b.test/l.svg", true, false, false },
		{ "v=BIMI1; l=https://a.test/l.svg; l=https://a.test/m.svg", true, false, false },
		{ "v=BIMI1; l=https://a.test/l.svg; brand", true, false, false },
		{ "v=bimi1; l=https://a.test/l.svg", false, false, false },
		{ "l=https://a.test/l.svg; v=BIMI1", false, false, false },
		{ "v=BIMI12; l=https://a.test/l.svg", false, false, false },
		{ "", false, false, false },
	};
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bimi b;

		parse_bimi(&a, str_c(cases[i].text), &b);
		if (bimi_is_record(str_c(cases[i].text)) != cases[i].record ||
		    b.valid != cases[i].valid || b.declines != cases[i].declines)
			fail_msg("%s", cases[i].text);
	}
	assert_true(bimi_is_near_record(S("v=bimi1; l=")));
	assert_true(bimi_is_near_record(S(" v=BIMI2; l=")));
	assert_false(bimi_is_near_record(S("v=BIMI1; l=")));
	assert_false(bimi_is_near_record(S("v=spf1 -all")));
	arena_free(&a);
}

static void test_caa(void **state)
{
	static const struct {
		struct str rdata;
		bool valid, critical, issue;
		const char *issuer;
		bool why;
	} cases[] = {
		{ { "\0\5issueca.test", 14 }, true, false, true, "ca.test", false },
		{ { "\0\5ISSUE ca.test ; x=y", 20 }, true, false, true, "ca.test", false },
		{ { "\0\5issue;", 8 }, true, false, true, "", false },
		{ { "\0\5issue", 7 }, true, false, true, "", false },
		{ { "\200\5issueca.test", 14 }, true, true, true, "ca.test", false },
		{ { "\0\5issueca.test.", 15 }, true, false, true, "", true },
		{ { "\0\5issuea b", 10 }, true, false, true, "", true },
		{ { "\0\5issue\"ca.test\"", 16 }, true, false, true, "", true },
		{ { "\0\5issuehttps://ca.test", 22 }, true, false, true, "", true },
		{ { "\0\5iodefmailto:a@b.test", 22 }, true, false, false, "", false },
		{ { "\0\5iss", 5 }, false, false, false, "", false },
		{ { "\0\0issue", 7 }, false, false, false, "", false },
		{ { "\0\2a-b", 5 }, false, false, false, "", false },
		{ { "\0", 1 }, false, false, false, "", false },
		{ { "", 0 }, false, false, false, "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct caa c;

		parse_caa(cases[i].rdata, &c);
		assert_int_equal(c.valid, cases[i].valid);
		assert_int_equal(c.critical, cases[i].critical);
		assert_int_equal(c.is_issue, cases[i].issue);
		assert_true(str_eq(c.issuer, str_c(cases[i].issuer)));
		assert_int_equal(c.why != NULL, cases[i].why);
	}
	assert_true(caa_is_known(S("IssueMail")));
	assert_false(caa_is_known(S("issu")));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_bimi),
					    cmocka_unit_test(test_caa) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

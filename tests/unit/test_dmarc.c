/* DMARC records: which text is one, what is wrong with it, and what policy it comes to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dmarc.h"

static struct arena arena;

static struct dmarc parse(const char *text)
{
	struct dmarc d;

	assert_true(dmarc_is_record(str_c(text)));
	parse_dmarc(&arena, str_c(text), &d);
	return d;
}

static const struct fault *fault_of(const struct dmarc *d, enum dmarc_fault code)
{
	for (size_t i = 0; i < d->faults.n; i++) {
		if (d->faults.item[i].code == (int)code)
			return &d->faults.item[i];
	}
	return NULL;
}

/* The record has this fault, at these octets, and no other. */
static void only_fault(const char *text, enum dmarc_fault code, const char *at)
{
	struct dmarc d = parse(text);
	const struct fault *f = fault_of(&d, code);

	if (!f || d.faults.n != 1)
		fail_msg("%s: %zu faults", text, d.faults.n);
	if (!str_eq(str_sub(d.text, f->at.at, f->at.len), str_c(at)))
		fail_msg("%s: at %u, %u octets", text, f->at.at, f->at.len);
}

static void test_records(void **state)
{
	static const char *const good[] = {
		"v=DMARC1",          "v=DMARC1;",        "v=DMARC1 ",         "v=DMARC1 ; p=none",
		"v = DMARC1;p=none", "V=DMARC1; p=none", "v\t=\tDMARC1\t;\t", "v=DMARC1;;;",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const char *why;
		struct span at;

		if (!dmarc_is_record(str_c(good[i])))
			fail_msg("\"%s\" is none", good[i]);
		assert_false(dmarc_is_near_record(str_c(good[i]), &why, &at));
	}
}

static void test_near_records(void **state)
{
	static const struct {
		const char *text, *why, *at; /* why: a word of it; NULL: no near record either */
	} samples[] = {
		{ "v=dmarc1; p=none", "capital", "dmarc1" },
		{ "v=Dmarc1", "capital", "Dmarc1" },
		{ "v=DMARC2; p=none", "not \"DMARC1\"", "DMARC2" },
		{ "v=DMARC; p=none", "not \"DMARC1\"", "DMARC" },
		{ "v=DMARC11", "exactly", "DMARC11" },
		{ "v=DMARC1 p=none; rua=mailto:a@x", "no \";\"", "DMARC1 p=none" },
		{ "v=DMARC1,p=none", "\",\"", "DMARC1,p=none" },
		{ "v=DMARC1\\; p=none", "backslash", "DMARC1\\" },
		{ " v=DMARC1; p=none", "blank", " " },
		{ "\tv=DMARC1; p=none", "blank", "\t" },
		{ ";v=DMARC1", "\";\"", ";" },
		{ "\"v=DMARC1; p=none\"", "quotation", "\"" },
		{ "\xef\xbb\xbfv=DMARC1; p=none", "byte order", "\xef\xbb\xbf" },
		{ "\xc2\xa0v=DMARC1; p=none", "invisible", "\xc2\xa0" },
		{ "p=none; v=DMARC1", "not the first tag", "p=none; " },
		{ "DMARC1; p=none", "does not begin", NULL },
		{ "v:DMARC1; p=none", "does not begin", "v:" },
		{ "v==DMARC1; p=none", "does not begin", "v==" },
		{ "p=reject; rua=mailto:a@x", "no \"v=DMARC1\"", NULL },
		{ "P = None", "no \"v=DMARC1\"", NULL },
		{ "rua=mailto:a@x", "no \"v=DMARC1\"", NULL },
		{ "", NULL, NULL },
		{ "v=spf1 include:dmarc1.example.com -all", NULL, NULL },
		{ "google-site-verification=dmarc", NULL, NULL },
		{ "dmarc1.example.com", NULL, NULL },
		{ "p=MIGfMA0GCSqGSIb3", NULL, NULL },
		{ "p=nonesuch", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct str text = str_c(samples[i].text);
		const char *why = NULL;
		struct span at;
		bool near = dmarc_is_near_record(text, &why, &at);

		if (dmarc_is_record(text))
			fail_msg("\"%s\" is a record", samples[i].text);
		if (near != (samples[i].why != NULL))
			fail_msg("\"%s\": %s", samples[i].text, near ? why : "not near");
		if (!near)
			continue;
		if (!strstr(why, samples[i].why))
			fail_msg("\"%s\": %s", samples[i].text, why);
		if (!str_eq(str_sub(text, at.at, at.len),
			    str_c(samples[i].at ? samples[i].at : "")))
			fail_msg("\"%s\": at %u, %u octets", samples[i].text, at.at, at.len);
	}
}

static void test_values(void **state)
{
	struct dmarc d = parse(
		"v=DMARC1; p=Reject; sp=QUARANTINE; np=none; adkim=S; aspf=s; t=Y; "
		"psd=N; fo=1:d:s; rua=mailto:a@x.com,mailto:b@y.com!1k; ruf=mailto:c@z.com");

	(void)state;
	assert_int_equal(d.faults.n, 0);
	assert_int_equal(d.p, DMARC_REJECT);
	assert_int_equal(d.sp, DMARC_QUARANTINE);
	assert_int_equal(d.np, DMARC_NONE);
	assert_int_equal(d.adkim, 's');
	assert_int_equal(d.aspf, 's');
	assert_true(d.testing);
	assert_int_equal(d.psd, 'n');
	assert_int_equal(d.nrua, 2);
	assert_int_equal(d.nruf, 1);
	assert_true(d.has_valid_rua);
	assert_int_equal(d.pct, -1);
	assert_true(str_eq(str_sub(d.text, d.rua[1].at.at, d.rua[1].at.len), S("mailto:b@y.com")));

	d = parse("v=DMARC1;p=none");
	assert_int_equal(d.faults.n, 0);
	assert_int_equal(d.sp, DMARC_ABSENT);
	assert_int_equal(d.adkim, 'r');
	assert_int_equal(d.psd, 'u');
	assert_false(d.testing || d.has_valid_rua);
}

static void test_faults(void **state)
{
	(void)state;
	only_fault("V=DMARC1; p=none", DMARC_FAULT_V_UPPER, "V");
	only_fault("v=DMARC1; p=rejct", DMARC_FAULT_BAD_P, "rejct");
	only_fault("v=DMARC1; p=reject.", DMARC_FAULT_BAD_P, "reject.");
	only_fault("v=DMARC1; p=\"reject\"", DMARC_FAULT_BAD_P, "\"reject\"");
	only_fault("v=DMARC1; p=", DMARC_FAULT_BAD_P, "p=");
	only_fault("v=DMARC1; p=rejec\xc3\xbc", DMARC_FAULT_BAD_P, "rejec\xc3\xbc");
	only_fault("v=DMARC1; p=none; sp=nein", DMARC_FAULT_BAD_SP, "nein");
	only_fault("v=DMARC1; p=none; np=", DMARC_FAULT_BAD_NP, "np=");
	only_fault("v=DMARC1; p=none; adkim=strict", DMARC_FAULT_BAD_OTHER, "strict");
	only_fault("v=DMARC1; p=none; t=yes", DMARC_FAULT_BAD_OTHER, "yes");
	only_fault("v=DMARC1; p=none; psd=x", DMARC_FAULT_BAD_OTHER, "x");
	only_fault("v=DMARC1; p=none; p=reject", DMARC_FAULT_DUP_TAG, "p=reject");
	only_fault("v=DMARC1; p=none; v=DMARC1", DMARC_FAULT_DUP_TAG, "v=DMARC1");
	only_fault("v=DMARC1; p=none;; t=n", DMARC_FAULT_EMPTY_ELEMENT, ";;");
	only_fault("v=DMARC1; p=none; junk", DMARC_FAULT_TAG_SYNTAX, "junk");
	only_fault("v=DMARC1; p=none; =junk", DMARC_FAULT_TAG_SYNTAX, "=junk");
	only_fault("v=DMARC1; p=none; rua=", DMARC_FAULT_TAG_SYNTAX, "rua=");
	only_fault("v=DMARC1; p=none; x9=junk", DMARC_FAULT_TAG_SYNTAX, "x9=junk");
	only_fault("v=DMARC1; p=none; foo=bar", DMARC_FAULT_UNKNOWN_TAG, "foo");
	only_fault("v=DMARC1; p=none; rau=mailto:a@x", DMARC_FAULT_TYPO_TAG, "rau");
	only_fault("v=DMARC1; p=none; sp-=none", DMARC_FAULT_TYPO_TAG, "sp-");
	only_fault("v=DMARC1; P=none", DMARC_FAULT_TYPO_TAG, "P");
	only_fault("v=DMARC1; p=none; pct=50", DMARC_FAULT_REMOVED_PCT, "pct=50");
	only_fault("v=DMARC1; p=none; pct=500", DMARC_FAULT_REMOVED_PCT, "pct=500");
	only_fault("v=DMARC1; p=none; ri=86400", DMARC_FAULT_REMOVED_RF_RI, "ri=86400");
	only_fault("v=DMARC1; sp=none; p=none", DMARC_FAULT_ORDER, "p=none");
	only_fault("v=DMARC1; p=none; fo=1\x80", DMARC_FAULT_OCTET, "\x80");
	only_fault("v=DMARC1; p=none\\; t=n", DMARC_FAULT_ESCAPE, "none\\");
	only_fault("v=DMARC1; t=n", DMARC_FAULT_NO_P, "");
}

static void test_fo(void **state)
{
	static const char *const good[] = { "0", "1", "d", "s", "D:S", "1:d:s", "d:0:s", "s:d:1" };
	static const char *const bad[] = { "2",  "0:1", "d:d", "0:",   ":0",
					   "ds", "0,d", "",    "0::d", "0: d" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(dmarc_value_ok(S("fo"), str_c(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (dmarc_value_ok(S("fo"), str_c(bad[i])))
			fail_msg("fo=%s", bad[i]);
	}
}

/* RFC 9989 4.10.1, with peers.md's cases 36, 38 and 45. */
static void test_policies(void **state)
{
	static const struct {
		const char *text;
		enum dmarc_policy own, sub,
			gone; /* for itself, a subdomain, one that does not exist */
	} samples[] = {
		{ "v=DMARC1; p=reject", DMARC_REJECT, DMARC_REJECT, DMARC_REJECT },
		{ "v=DMARC1; p=reject; sp=none", DMARC_REJECT, DMARC_NONE, DMARC_NONE },
		{ "v=DMARC1; p=none; np=reject", DMARC_NONE, DMARC_NONE, DMARC_REJECT },
		{ "v=DMARC1; p=none; sp=quarantine; np=reject", DMARC_NONE, DMARC_QUARANTINE,
		  DMARC_REJECT },
		{ "v=DMARC1; p=reject; sp=junk; rua=mailto:a@x.com", DMARC_NONE, DMARC_NONE,
		  DMARC_NONE },
		{ "v=DMARC1; p=reject; np=junk", DMARC_ABSENT, DMARC_ABSENT, DMARC_ABSENT },
		{ "v=DMARC1; p=junk; sp=reject; rua=mailto:a@x.com", DMARC_NONE, DMARC_NONE,
		  DMARC_NONE },
		{ "v=DMARC1; p=junk; rua=a@x.com", DMARC_ABSENT, DMARC_ABSENT, DMARC_ABSENT },
		{ "v=DMARC1; rua=mailto:a@x.com", DMARC_NONE, DMARC_NONE, DMARC_NONE },
		{ "v=DMARC1; sp=reject", DMARC_ABSENT, DMARC_ABSENT, DMARC_ABSENT },
		{ "v=DMARC1; p=reject; adkim=junk; pct=junk; fo=junk", DMARC_REJECT, DMARC_REJECT,
		  DMARC_REJECT },
	};
	struct dmarc d;

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		d = parse(samples[i].text);
		if (dmarc_policy_own(&d) != samples[i].own ||
		    dmarc_policy_sub(&d, true) != samples[i].sub ||
		    dmarc_policy_sub(&d, false) != samples[i].gone)
			fail_msg("%s: %d %d %d", samples[i].text, (int)dmarc_policy_own(&d),
				 (int)dmarc_policy_sub(&d, true), (int)dmarc_policy_sub(&d, false));
	}
	d = parse("v=DMARC1; p=reject; t=y");
	assert_int_equal(dmarc_policy_tested(&d, DMARC_REJECT), DMARC_QUARANTINE);
	assert_int_equal(dmarc_policy_tested(&d, DMARC_QUARANTINE), DMARC_NONE);
	assert_int_equal(dmarc_policy_tested(&d, DMARC_NONE), DMARC_NONE);
	assert_int_equal(dmarc_policy_tested(&d, DMARC_ABSENT), DMARC_ABSENT);
	d = parse("v=DMARC1; p=reject");
	assert_int_equal(dmarc_policy_tested(&d, DMARC_REJECT), DMARC_REJECT);
}

static void test_meant(void **state)
{
	static const char *const pairs[][2] = {
		{ "p", "p" },      { "P", "p" },         { "rau", "rua" }, { "rufs", "ruf" },
		{ "policy", "p" }, { "adkmi", "adkim" }, { "pc", "pct" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		assert_string_equal(dmarc_tag_meant(str_c(pairs[i][0])), pairs[i][1]);
	assert_null(dmarc_tag_meant(S("x")));
	assert_null(dmarc_tag_meant(S("comment")));
	assert_null(dmarc_tag_meant(S("")));
}

/* The records of Appendix B of the RFC are without fault. */
static void test_appendix_b(void **state)
{
	static const char *const records[] = {
		"v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com",
		"v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com; "
		"ruf=mailto:auth-reports@example.com",
		"v=DMARC1; p=none; rua=mailto:dmarc-feedback@example.com; "
		"ruf=mailto:auth-reports@thirdparty.example.net",
		"v=DMARC1; p=quarantine; rua=mailto:dmarc-feedback@example.com,"
		"mailto:tld-test@thirdparty.example.net; t=y",
		"v=DMARC1; p=reject; rua=mailto:dmarc-feedback@example.com,"
		"mailto:tld-test@thirdparty.example.net",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		struct dmarc d = parse(records[i]);

		assert_int_equal(d.faults.n, 0);
		for (size_t k = 0; k < d.nrua; k++)
			assert_true(d.rua[k].valid);
	}
}

/* Nothing in a record of any size or content costs more than it should. */
static void test_hostile(void **state)
{
	static char text[65535];
	struct dmarc d;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "p=;"[i % 3];
	memcpy(text, "v=DMARC1;", 9);
	assert_true(dmarc_is_record((struct str){ text, sizeof(text) }));
	parse_dmarc(&arena, (struct str){ text, sizeof(text) }, &d);
	assert_int_equal(d.tags.n, 256);
	assert_int_equal(d.faults.n, 64);
	assert_int_equal(d.p, DMARC_INVALID);
	memset(text + 9, 0, sizeof(text) - 9);
	parse_dmarc(&arena, (struct str){ text, sizeof(text) }, &d);
	assert_int_equal(d.tags.n, 2);
	assert_non_null(fault_of(&d, DMARC_FAULT_TAG_SYNTAX));
}

static int start(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 22);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records), cmocka_unit_test(test_near_records),
		cmocka_unit_test(test_values),  cmocka_unit_test(test_faults),
		cmocka_unit_test(test_fo),      cmocka_unit_test(test_policies),
		cmocka_unit_test(test_meant),   cmocka_unit_test(test_appendix_b),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

/* The SPF parser: RFC 7208 4.5, 4.6.1, 7 and 12, case by case. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "spf.h"
#include "spf_walk.h"
#include "unit_arena.h"

static void test_is_record(void **state)
{
	static const char *const yes[] = { "v=spf1", "v=spf1 ", "V=sPf1 -all", "v=spf1 -all" };
	static const char *const no[] = { "v=spf10",
					  "v=spf1;-all",
					  " v=spf1 -all",
					  "v=spf1\t-all",
					  "\"v=spf1 -all\"",
					  "spf2.0/pra",
					  "" };
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(yes) / sizeof(*yes); i++) {
		assert_true(spf_is_record(str_c(yes[i])));
		assert_false(spf_is_near_record(str_c(yes[i]), &why));
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(*no); i++)
		assert_false(spf_is_record(str_c(no[i])));
	for (size_t i = 0; i < 5; i++)
		assert_true(spf_is_near_record(str_c(no[i]), &why));
	assert_false(spf_is_near_record(S("google-site-verification=v=spf1"), &why));
}

/* code -1: no fault at all. */
static const struct {
	const char *term;
	int code;
} term_cases[] = {
	{ "-all", -1 },
	{ "ALL", -1 },
	{ "-all.", SPF_FAULT_ALL_ARGUMENT },
	{ "-all:x", SPF_FAULT_ALL_ARGUMENT },
	{ "all/8", SPF_FAULT_ALL_ARGUMENT },
	{ "include:example.org", -1 },
	{ "include:", SPF_FAULT_NO_DOMAIN },
	{ "include", SPF_FAULT_NO_DOMAIN },
	{ "include:example.org/24", SPF_FAULT_DOMAIN },
	{ "a", -1 },
	{ "a/24", -1 },
	{ "a//64", -1 },
	{ "a/24//64", -1 },
	{ "a/24/64", SPF_FAULT_CIDR },
	{ "a/33", SPF_FAULT_CIDR },
	{ "a//129", SPF_FAULT_CIDR },
	{ "a/032", SPF_FAULT_CIDR },
	{ "a/0", -1 },
	{ "a/", SPF_FAULT_CIDR },
	{ "a:", SPF_FAULT_NO_DOMAIN },
	{ "a:museum", SPF_FAULT_DOMAIN },
	{ "a:museum.", SPF_FAULT_DOMAIN },
	{ "a:111.222.33.44", SPF_FAULT_DOMAIN },
	{ "a:abc.123", SPF_FAULT_DOMAIN },
	{ "a:example.-com", SPF_FAULT_DOMAIN },
	{ "a:host.example.com:8080", SPF_FAULT_DOMAIN },
	{ "a:example.com.", -1 },
	{ "a:foo.1-2", -1 },
	{ "a:example.com/24", -1 },
	{ "A:EXAMPLE.COM", -1 },
	{ "mx", -1 },
	{ "mx:example.com//64", -1 },
	{ "mx:", SPF_FAULT_NO_DOMAIN },
	{ "ptr", -1 },
	{ "ptr:example.com", -1 },
	{ "ptr/0", SPF_FAULT_CIDR },
	{ "ptr:", SPF_FAULT_NO_DOMAIN },
	{ "ip4:192.0.2.1", -1 },
	{ "ip4:192.0.2.0/24", -1 },
	{ "ip4:192.0.2.0/0", -1 },
	{ "ip4:192.0.2.0/33", SPF_FAULT_CIDR },
	{ "ip4:192.0.2.1//32", SPF_FAULT_CIDR },
	{ "ip4:1.2.3", SPF_FAULT_ADDRESS },
	{ "ip4:01.2.3.4", SPF_FAULT_ADDRESS },
	{ "ip4:1.2.3.256", SPF_FAULT_ADDRESS },
	{ "ip4", SPF_FAULT_ADDRESS },
	{ "ip4:1.2.3.4:25", SPF_FAULT_ADDRESS },
	{ "ip4:2001:db8::1", SPF_FAULT_ADDRESS },
	{ "ip6:2001:db8::1", -1 },
	{ "ip6:2001:db8::/32", -1 },
	{ "ip6:::1.2.3.4", -1 },
	{ "ip6:1.2.3.4", SPF_FAULT_ADDRESS },
	{ "ip6:2001:db8::%eth0", SPF_FAULT_ADDRESS },
	{ "ip6:2001:db8::/129", SPF_FAULT_CIDR },
	{ "exists:%{i}.example.com", -1 },
	{ "exists:example.com/24", SPF_FAULT_DOMAIN },
	{ "exists", SPF_FAULT_NO_DOMAIN },
	{ "exists:%{ir}.%{v}._spf.%{d2}", -1 },
	{ "exists:%{d0}.com", SPF_FAULT_MACRO },
	{ "exists:%{c}.example.com", SPF_FAULT_MACRO },
	{ "exists:%(i).example.com", SPF_FAULT_MACRO },
	{ "exists:%%%_%-.example.com", -1 },
	{ "exists:%.com", SPF_FAULT_MACRO },
	{ "exists:%{L}.example.com", -1 },
	{ "exists:%{l1r+-/}.example.com", -1 },
	{ "redirect=example.com", -1 },
	{ "redirect=", SPF_FAULT_NO_DOMAIN },
	{ "redirect:example.com", SPF_FAULT_EQUALS },
	{ "-redirect=example.com", SPF_FAULT_QUALIFIER },
	{ "exp=-all", SPF_FAULT_DOMAIN },
	{ "exp=a.example.com", -1 },
	{ "foo=bar", -1 },
	{ "foo=", -1 },
	{ "f-o_o.1=%{d}", -1 },
	{ "foo=%abc", SPF_FAULT_MACRO },
	{ "1up=foo", SPF_FAULT_UNKNOWN_MECHANISM },
	{ "=all", SPF_FAULT_UNKNOWN_MECHANISM },
	{ "moo/x=y", SPF_FAULT_UNKNOWN_MECHANISM },
	{ "ipv4:1.2.3.4", SPF_FAULT_UNKNOWN_MECHANISM },
	{ "~", SPF_FAULT_UNKNOWN_MECHANISM },
	{ "and", SPF_FAULT_UNKNOWN_MECHANISM },
	{ "-al", SPF_FAULT_UNKNOWN_MECHANISM },
	{ "1.2.3.4", SPF_FAULT_UNKNOWN_MECHANISM },
	{ "v=spf1", -1 },
	{ "ip4:1.2.3.4~all", SPF_FAULT_GLUED },
	{ "mxinclude:x.com", SPF_FAULT_GLUED },
	{ "include:-all", SPF_FAULT_DOMAIN },
	{ "+ip4:", SPF_FAULT_ADDRESS },
	{ "+include:", SPF_FAULT_NO_DOMAIN },
	{ "~allMS=ms123", SPF_FAULT_ALL_ARGUMENT },
	{ "allMS=ms123", -1 },
	{ "ip4:1.2.3.4include:x.com", SPF_FAULT_GLUED },
	{ "ip4:1.2.3.4,5.6.7.8", SPF_FAULT_COMMA },
	{ "\ta", SPF_FAULT_OCTET },
	{ "a\xc2\xa0-all", SPF_FAULT_OCTET },
	{ "\"-all\"", SPF_FAULT_QUOTE },
};

static void test_terms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(term_cases) / sizeof(*term_cases); i++) {
		struct spf spf;
		const char *text = arena_printf(&arena, "v=spf1 %s", term_cases[i].term);
		int code;

		parse_spf(&arena, str_c(text), &spf);
		assert_int_equal(spf.n, 1);
		code = spf.faults.n ? spf.faults.item[0].code : -1;
		if (code != term_cases[i].code || spf.faults.n > 1)
			fail_msg("%s: fault %d (of %zu) instead of %d", text, code, spf.faults.n,
				 term_cases[i].code);
	}
}

static void test_record(void **state)
{
	struct spf spf;

	(void)state;
	parse_spf(&arena,
		  S("V=spf1   ip4:192.0.2.0/24  ?mx redirect=a.example exp=b.example -all ~all "),
		  &spf);
	assert_int_equal(spf.n, 6);
	assert_int_equal(spf.faults.n, 0);
	assert_int_equal(spf.term[0].kind, SPF_IP4);
	assert_int_equal(spf.term[0].cidr4, 24);
	assert_memory_equal(spf.term[0].ip, "\xc0\x00\x02\x00", 4);
	assert_int_equal(spf.term[0].at.at, 9);
	assert_int_equal(spf.term[0].at.len, 16);
	assert_int_equal(spf.term[1].qualifier, '?');
	assert_ptr_equal(spf.redirect, &spf.term[2]);
	assert_ptr_equal(spf.exp, &spf.term[3]);
	assert_ptr_equal(spf.all, &spf.term[4]);
	parse_spf(&arena, S("v=spf1 redirect=a.example redirect=b.example"), &spf);
	assert_int_equal(spf.faults.n, 1);
	assert_int_equal(spf.faults.item[0].code, SPF_FAULT_DUP_REDIRECT);
}

/* RFC 7208 7.4's examples need a sender; what can be said without one is %{d} and %{o}. */
static void test_expand(void **state)
{
	static const struct {
		const char *spec, *out;
	} cases[] = {
		{ "%{d}", "email.example.com" },
		{ "%{d4}", "email.example.com" },
		{ "%{d3}", "email.example.com" },
		{ "%{d2}", "example.com" },
		{ "%{d1}", "com" },
		{ "%{dr}", "com.example.email" },
		{ "%{d2r}", "example.email" },
		{ "_spf.%{D2}", "_spf.example.com" },
		{ "%{o}", "example.org" },
		{ "%{l}.x.com", NULL },
		{ "%{i}.x.com", NULL },
		{ "a%%b.com", "a%b.com" },
		{ "x.com.", "x.com" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *out = spf_expand_static(&arena, str_c(cases[i].spec),
						    "email.example.com", "example.org");

		if (!cases[i].out)
			assert_null(out);
		else
			assert_string_equal(out, cases[i].out);
	}
}

/* 7.3: a result over 253 octets loses labels at its left. */
static void test_expand_long(void **state)
{
	char d[] =
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb."
		"cccccccccccccccccccccccccccccccccccccccccccccccccc.example.com";
	const char *out = spf_expand_static(&arena, S("%{d}.%{d}"), d, NULL);

	(void)state;
	assert_non_null(out);
	assert_true(strlen(out) <= 253);
	assert_true(str_ends_ci(str_c(out), str_c(d)));
	assert_true(str_starts(str_c(out), S("ccccc")) || str_starts(str_c(out), S("bbbbb")));
}

static void test_mended(void **state)
{
	static const struct {
		const char *text, *out;
	} cases[] = {
		{ "v=spf1 ipv4:192.0.2.1 -all", "x.com. IN TXT \"v=spf1 ip4:192.0.2.1 -all\"" },
		{ "v=spf1 ip:192.0.2.1 192.0.2.2 -all;",
		  "x.com. IN TXT \"v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 -all\"" },
		{ "v=spf1 inlcude:a.com ip4:192.0.2.1,192.0.2.2 -all",
		  "x.com. IN TXT \"v=spf1 include:a.com ip4:192.0.2.1 ip4:192.0.2.2 -all\"" },
		{ "v=spf1 include=a.com redirect:b.com",
		  "x.com. IN TXT \"v=spf1 include:a.com redirect=b.com\"" },
		{ "v=spf1 mx\xc2\xa0-all", "x.com. IN TXT \"v=spf1 mx -all\"" },
		{ "v=spf1 ip4:192.0.2.1~all", "x.com. IN TXT \"v=spf1 ip4:192.0.2.1 ~all\"" },
		{ "v=spf1 ip4:2001:db8::/32 -all",
		  "x.com. IN TXT \"v=spf1 ip6:2001:db8::/32 -all\"" },
		{ "v=spf1 mx \xe2\x80\x93"
		  "all",
		  "x.com. IN TXT \"v=spf1 mx -all\"" },
		{ "v=spf1 mx p\xc5\x99:x.com -all", NULL },
		{ "v=spf1 mx +ip4: 192.0.2.1/24 include: _spf.a.com - all",
		  "x.com. IN TXT \"v=spf1 mx +ip4:192.0.2.1/24 include:_spf.a.com -all\"" },
		{ "v=spf1 include:192.0.2.1 ~a:2001:db8::1 -all",
		  "x.com. IN TXT \"v=spf1 ip4:192.0.2.1 ~ip6:2001:db8::1 -all\"" },
		{ "v=spf1 mx ~allgoogle-site-verification=abc",
		  "x.com. IN TXT \"v=spf1 mx ~all\"" },
		{ "v=spf1 ip4.192.0.2.0/24 ip4192.0.2.1 -all",
		  "x.com. IN TXT \"v=spf1 ip4:192.0.2.0/24 ip4:192.0.2.1 -all\"" },
		{ "v=spf1 ip4:192.0.2.1,192.0.2.2~all",
		  "x.com. IN TXT \"v=spf1 ip4:192.0.2.1 ip4:192.0.2.2 ~all\"" },
		{ "v=spf1 a -all v=spf1 mx ~all", "x.com. IN TXT \"v=spf1 a mx -all\"" },
		{ "v=spf1 a ~allv=spf1 mx -all", "x.com. IN TXT \"v=spf1 a mx ~all\"" },
		{ "v=spf1 a ~allv=dmarc1; p=none;", "x.com. IN TXT \"v=spf1 a ~all\"" },
		{ "v=spf1 foo:bar -all", NULL }, /* nobody knows what was meant */
		{ "v=spf1 a/33 -all", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct spf spf;
		const char *out;

		parse_spf(&arena, str_c(cases[i].text), &spf);
		out = spf_mended(&arena, "x.com", &spf);
		if (!cases[i].out)
			assert_null(out);
		else if (!out)
			fail_msg("%s is not mended", cases[i].text);
		else
			assert_string_equal(out, cases[i].out);
	}
}

/* Text that was meant as a record becomes one without a fault, or none is offered. */
static void test_version_mended(void **state)
{
	static const struct {
		const char *text, *out;
	} cases[] = {
		{ "v=spf1;mx -all", "x.com. IN TXT \"v=spf1 mx -all\"" },
		{ "v=spf1include:a.com~all", "x.com. IN TXT \"v=spf1 include:a.com ~all\"" },
		{ "v=spf1\tmx\ta -all", "x.com. IN TXT \"v=spf1 mx a -all\"" },
		{ "v=spf1\xc2\xa0 mx -all", "x.com. IN TXT \"v=spf1 mx -all\"" },
		{ "\"v=spf1 mx -all\"", "x.com. IN TXT \"v=spf1 mx -all\"" },
		{ " v=spf1 mx -all", "x.com. IN TXT \"v=spf1 mx -all\"" },
		{ "v=spf10 mx -all", NULL },
		{ "spf1 mx -all", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *out = spf_version_mended(&arena, "x.com", str_c(cases[i].text));

		if (!cases[i].out)
			assert_null(out);
		else if (!out)
			fail_msg("%s is not mended", cases[i].text);
		else
			assert_string_equal(out, cases[i].out);
	}
}

/* A blank within a term is one fault, whose place is both halves. */
static void test_halves(void **state)
{
	struct spf spf;

	(void)state;
	parse_spf(&arena, S("v=spf1 ip4: 192.0.2.1 mx - all"), &spf);
	assert_int_equal(spf.faults.n, 2);
	assert_int_equal(spf.faults.item[0].at.at, 7);
	assert_int_equal(spf.faults.item[0].at.len, 14);
	assert_int_equal(spf.faults.item[1].at.at, 25);
	assert_int_equal(spf.faults.item[1].at.len, 5);
	assert_null(spf.all);
	parse_spf(&arena, S("v=spf1 ip4: mx -all"), &spf);
	assert_int_equal(spf.faults.n, 1);
	assert_non_null(spf.all);
}

/* A record of nothing but faults keeps a bounded number of them. */
static void test_many_faults(void **state)
{
	struct spf spf;
	char *text = arena_alloc(&arena, 60001);

	(void)state;
	memcpy(text, "v=spf1", 6);
	for (size_t i = 6; i + 1 < 60000; i += 2)
		memcpy(text + i, " %", 2);
	parse_spf(&arena, (struct str){ text, 60000 }, &spf);
	assert_int_equal(spf.n, 29997);
	assert_in_range(spf.faults.n, 1, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_is_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_terms, setup, teardown),
		cmocka_unit_test_setup_teardown(test_record, setup, teardown),
		cmocka_unit_test_setup_teardown(test_expand, setup, teardown),
		cmocka_unit_test_setup_teardown(test_expand_long, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mended, setup, teardown),
		cmocka_unit_test_setup_teardown(test_version_mended, setup, teardown),
		cmocka_unit_test_setup_teardown(test_halves, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many_faults, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Names, addresses and messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "name.h"
#include "rrtype.h"
#include "wire.h"
#include "unit_arena.h"

static const char *repeat(char c, size_t n)
{
	char *p = arena_alloc(&arena, n + 1);

	memset(p, c, n);
	return p;
}

static void test_from_text(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "Example.COM.", "example.com" },
		{ ".", "." },
		{ "a..b", NULL },
		{ ".a", NULL },
		{ "", NULL },
		{ "a\\.b.c", "a\\.b.c" },
		{ "a\\065.c", "aa.c" },
		{ "a\\256.c", NULL },
		{ "a\\2", NULL },
		{ "a\\", NULL },
		{ "_dmarc.x", "_dmarc.x" },
		{ "a b.c", "a\\032b.c" },
		{ "\xc3\xa4.c", "\\195\\164.c" },
		{ "0/25.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *out = name_from_text(&arena, str_c(cases[i].in));

		if (!cases[i].out)
			assert_null(out);
		else
			assert_string_equal(out, cases[i].out);
	}
	assert_non_null(name_from_text(&arena, str_c(repeat('a', 63))));
	assert_null(name_from_text(&arena, str_c(repeat('a', 64))));
}

static void test_length(void **state)
{
	const char *l63 = repeat('a', 63);
	/* 3 * 64 + 62 + 1 = 255 octets on the wire, the most there can be */
	const char *most = arena_printf(&arena, "%s.%s.%s.%s", l63, l63, l63, repeat('b', 61));
	const char *over = arena_printf(&arena, "%s.%s.%s.%s", l63, l63, l63, repeat('b', 62));
	uint8_t wire[255];

	(void)state;
	assert_non_null(name_from_text(&arena, str_c(most)));
	assert_int_equal(name_to_wire(most, wire), 255);
	assert_null(name_from_text(&arena, str_c(over)));
	assert_int_equal(name_to_wire(over, wire), 0);
	assert_null(name_join(&arena, "_dmarc", most));
}

static void test_from_user(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ " Example.COM. ", "example.com" },
		{ "b\xc3\xbc"
		  "cher.example",
		  "xn--bcher-kva.example" },
		{ "fa\xc3\x9f.de", "xn--fa-hia.de" },
		{ "https://example.com/", NULL },
		{ "user@example.com", NULL },
		{ "192.0.2.1", NULL },
		{ "a b", NULL },
		{ "", NULL },
		{ "a..b", NULL },
		{ "ex\033[31mample.com", NULL },
		{ "\xff\xfe.com", NULL },
		{ ".", NULL },
		{ "db.example.com/zone", NULL },
	};
	const char *why;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *out = name_from_user(&arena, str_c(cases[i].in), &why);

		if (cases[i].out) {
			assert_string_equal(out, cases[i].out);
		} else {
			assert_null(out);
			assert_non_null(why);
		}
	}
}

static void test_labels(void **state)
{
	(void)state;
	assert_int_equal(name_labels("."), 0);
	assert_int_equal(name_labels("a\\.b.c"), 2);
	assert_string_equal(name_parent("a\\.b.c"), "c");
	assert_string_equal(name_parent("com"), ".");
	assert_null(name_parent("."));
	assert_string_equal(name_tail("a.b.c.d", 2), "c.d");
	assert_string_equal(name_tail("a.b", 0), ".");
	assert_true(name_is_under("a.example.com", "example.com"));
	assert_true(name_is_under("example.com", "example.com"));
	assert_true(name_is_under("example.com", "."));
	assert_false(name_is_under("badexample.com", "example.com"));
	assert_true(name_is_host("mx1.example.com"));
	assert_false(name_is_host("mx_1.example.com"));
	assert_false(name_is_host("-mx.example.com"));
	assert_false(name_is_host("mx-.example.com"));
}

static void test_ip(void **state)
{
	static const struct {
		const char *text;
		enum ip_class class;
	} cases[] = {
		{ "8.8.8.8", IP_GLOBAL },
		{ "10.0.0.1", IP_PRIVATE },
		{ "172.15.0.1", IP_GLOBAL },
		{ "172.16.0.1", IP_PRIVATE },
		{ "172.31.255.255", IP_PRIVATE },
		{ "172.32.0.0", IP_GLOBAL },
		{ "100.64.0.1", IP_CGN },
		{ "100.128.0.0", IP_GLOBAL },
		{ "127.0.0.1", IP_LOOPBACK },
		{ "169.254.169.254", IP_LINK_LOCAL },
		{ "192.0.2.1", IP_DOCUMENTATION },
		{ "224.0.0.1", IP_MULTICAST },
		{ "0.0.0.0", IP_UNSPECIFIED },
		{ "255.255.255.255", IP_RESERVED },
		{ "::1", IP_LOOPBACK },
		{ "::", IP_UNSPECIFIED },
		{ "fe80::1", IP_LINK_LOCAL },
		{ "fd00::1", IP_PRIVATE },
		{ "2001:db8::1", IP_DOCUMENTATION },
		{ "2606:4700::1", IP_GLOBAL },
		{ "ff02::1", IP_MULTICAST },
		{ "::ffff:10.0.0.1", IP_RESERVED },
		{ "::ffff:8.8.8.8", IP_RESERVED },
	};
	uint8_t ip[16];
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_true(ip_parse(str_c(cases[i].text), ip, &n));
		assert_int_equal(ip_classify((struct str){ (char *)ip, n }), cases[i].class);
	}
	assert_false(ip_parse(S("1.2.3"), ip, &n));
	assert_false(ip_parse(S("01.2.3.4"), ip, &n));
	assert_false(ip_parse(S("fe80::1%lo"), ip, &n));
	assert_true(ip_parse(S("192.0.2.1"), ip, &n));
	assert_string_equal(name_reverse(&arena, (struct str){ (char *)ip, 4 }),
			    "1.2.0.192.in-addr.arpa");
	assert_true(ip_parse(S("2001:db8::1"), ip, &n));
	assert_string_equal(
		name_reverse(&arena, (struct str){ (char *)ip, 16 }),
		"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
}

/* A pointer that leads to itself or forwards, a label that runs past the end. */
static void test_bad_wire(void **state)
{
	static const struct {
		uint8_t octets[8];
		size_t n;
	} cases[] = {
		{ { 0xc0, 0x00 }, 2 },  { { 0xc0, 0x02, 0xc0, 0x00 }, 4 },
		{ { 5, 'a', 'b' }, 3 }, { { 0x80, 'a', 0 }, 3 },
		{ { 1 }, 1 },           { { 0xc0 }, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct input in = input_of(cases[i].octets, cases[i].n);

		assert_null(name_from_wire(&arena, &in));
		assert_true(in.bad);
	}
}

static void test_0x20(void **state)
{
	uint8_t bits[32] = { 0x05 }, wire[255]; /* the first and the third letter */

	(void)state;
	assert_int_equal(name_to_wire_0x20("ab-c.de", bits, wire), 9);
	assert_memory_equal(wire, "\4Ab-C\2de", 9);
}

/* An answer of a CNAME and two strings of a TXT, names compressed. */
static void test_message(void **state)
{
	static const uint8_t msg[] = "\x12\x34\x81\xa0\0\1\0\2\0\0\0\1"
				     "\1a\2bc\0\0\x10\0\1"
				     "\xc0\x0c\0\5\0\1\0\0\1\x2c\0\4\1x\xc0\x0e"
				     "\xc0\x22\0\x10\0\1\0\0\0\x3c\0\6\2hi\2ho"
				     "\0\0\x29\4\xd0\1\0\0\0\0\0";
	struct wire_query q = { .name = "a.bc", .type = RR_TXT, .id = 0x1234 };
	struct wire_msg m;

	(void)state;
	assert_true(wire_msg_read(&arena, msg, sizeof(msg) - 1, &q, &m));
	assert_int_equal(m.nanswer, 2);
	assert_string_equal(m.answer[0].rr.target, "x.bc");
	assert_string_equal(m.answer[1].owner, "x.bc");
	assert_true(str_eq(m.answer[1].rr.data, S("hiho")));
	assert_int_equal(m.answer[1].rr.ncuts, 1);
	assert_int_equal(m.answer[1].rr.cuts[0], 2);
	assert_true(m.ad);
	assert_int_equal(m.rcode, 16); /* the OPT record's upper bits: BADVERS */
	q.id = 0x1235;
	assert_false(wire_msg_read(&arena, msg, sizeof(msg) - 1, &q, &m));
	q.id = 0x1234;
	q.name = "b.bc";
	assert_false(wire_msg_read(&arena, msg, sizeof(msg) - 1, &q, &m));
	q.name = "a.bc";
	for (size_t n = 0; n < sizeof(msg) - 1; n++)
		assert_false(wire_msg_read(&arena, msg, n, &q, &m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_from_text, setup, teardown),
		cmocka_unit_test_setup_teardown(test_length, setup, teardown),
		cmocka_unit_test_setup_teardown(test_from_user, setup, teardown),
		cmocka_unit_test_setup_teardown(test_labels, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ip, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_wire, setup, teardown),
		cmocka_unit_test_setup_teardown(test_0x20, setup, teardown),
		cmocka_unit_test_setup_teardown(test_message, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

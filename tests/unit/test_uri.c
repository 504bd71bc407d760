/* Report destinations: which URIs are good, and what is wrong with those that are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "uri.h"

static struct arena arena;

static const struct sample {
	const char *text;
	enum uri_scheme scheme;
	const char *host; /* NULL: not valid, or a scheme without a host */
	const char *why;  /* a word of the reason; NULL: valid */
} samples[] = {
	{ "mailto:dmarc@example.com", URI_MAILTO, "example.com", NULL },
	{ "MAILTO:Dmarc@EXAMPLE.com", URI_MAILTO, "example.com", NULL },
	{ "mailto:a+b%21c@example.com", URI_MAILTO, "example.com", NULL },
	{ "mailto:a%2Cb@example.com", URI_MAILTO, NULL, "before" },
	{ "mailto:%22a%2Cb%22@example.com", URI_MAILTO, "example.com", NULL },
	{ "mailto:%22a%22b%22@example.com", URI_MAILTO, NULL, "before" },
	{ "mailto:%22a%5C%22@example.com", URI_MAILTO, NULL, "before" },
	{ "mailto:a@example.com?subject=x", URI_MAILTO, "example.com", NULL },
	{ "mailto:bounce=x@example.com", URI_MAILTO, "example.com", NULL },
	{ "mailto:a@b@example.com", URI_MAILTO, NULL, "before" },
	{ "mailto:a@_x.example.com", URI_MAILTO, "_x.example.com", NULL },
	{ "mailto:a@localhost", URI_MAILTO, "localhost", NULL },
	{ "dmarc@example.com", URI_NONE, NULL, "mailto" },
	{ "example.com", URI_NONE, NULL, "scheme" },
	{ "mailto://dmarc@example.com", URI_MAILTO, NULL, "//" },
	{ "mailto: dmarc@example.com", URI_MAILTO, NULL, "blank" },
	{ "mailto:dm arc@example.com", URI_MAILTO, NULL, "blank" },
	{ "mailto:dm!arc@example.com", URI_MAILTO, NULL, "%21" },
	{ "mailto:dmarc", URI_MAILTO, NULL, "@" },
	{ "mailto:", URI_MAILTO, NULL, "@" },
	{ "mailto:@example.com", URI_MAILTO, NULL, "before" },
	{ "mailto:.a@example.com", URI_MAILTO, NULL, "before" },
	{ "mailto:a..b@example.com", URI_MAILTO, NULL, "before" },
	{ "mailto:a@", URI_MAILTO, NULL, "no domain" },
	{ "mailto:a@example..com", URI_MAILTO, NULL, "domain" },
	{ "mailto:a@example.com.", URI_MAILTO, NULL, "domain" },
	{ "mailto:a@192.0.2.1", URI_MAILTO, NULL, "address" },
	{ "mailto:a@[192.0.2.1]", URI_MAILTO, NULL, "address" },
	{ "mailto:a@b%00.example.com", URI_MAILTO, NULL, "domain" },
	{ "mailto:a@b%2.example.com", URI_MAILTO, NULL, "hexadecimal" },
	{ "mailto:a@example.com%", URI_MAILTO, NULL, "hexadecimal" },
	{ "mailto:a@b\xc3\xbc.example", URI_MAILTO, NULL, "xn--" },
	{ "mailto:<a@example.com>", URI_MAILTO, NULL, "character" },
	{ "mailto:a@xn--bcher-kva.example", URI_MAILTO, "xn--bcher-kva.example", NULL },
	{ "https://Example.com/report?x", URI_HTTPS, "example.com", NULL },
	{ "https://u:p@example.com:8443/", URI_HTTPS, "example.com", NULL },
	{ "https://example.com:", URI_HTTPS, "example.com", NULL },
	{ "https://example.com:99999/", URI_HTTPS, NULL, "port" },
	{ "https:example.com", URI_HTTPS, NULL, "//" },
	{ "https:///x", URI_HTTPS, NULL, "no domain" },
	{ "https://[2001:db8::1]/", URI_HTTPS, NULL, "address" },
	{ "http://example.com", URI_HTTP, "example.com", NULL },
	{ "ftp://example.com/x", URI_OTHER, NULL, NULL },
	{ "mail:to", URI_OTHER, NULL, NULL },
	{ "1x:y", URI_NONE, NULL, "scheme" },
};

static void test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];
		struct uri *u;
		size_t n;

		parse_uris(&arena, str_c(s->text), 0, false, &u, &n);
		if (n != 1 || u->scheme != s->scheme || u->valid != !s->why)
			fail_msg("%s: scheme %d, %svalid (%s)", s->text, (int)u->scheme,
				 u->valid ? "" : "not ", u->why ? u->why : "");
		if (s->why && !strstr(u->why, s->why))
			fail_msg("%s: %s", s->text, u->why);
		if ((s->host != NULL) != (u->host != NULL) || (s->host && strcmp(s->host, u->host)))
			fail_msg("%s: host %s", s->text, u->host ? u->host : "none");
	}
}

static void test_lists(void **state)
{
	struct uri *u;
	size_t n;

	(void)state;
	parse_uris(&arena, str_c("mailto:a@x.com , mailto:b@x.com"), 7, true, &u, &n);
	assert_int_equal(n, 2);
	assert_true(u[0].valid && u[1].valid);
	assert_int_equal(u[0].at.at, 7);
	assert_int_equal(u[0].at.len, 14);
	assert_int_equal(u[1].at.at, 7 + 17);
	parse_uris(&arena, str_c("mailto:a@x.com,,"), 0, true, &u, &n);
	assert_int_equal(n, 3);
	assert_true(u[0].valid && !u[1].valid && !u[2].valid && u[1].text.n == 0);
	parse_uris(&arena, str_c("  "), 0, true, &u, &n);
	assert_int_equal(n, 0);
}

static void test_sizes(void **state)
{
	static const char *const good[] = { "mailto:a@x.com!10m", "mailto:a@x.com!1",
					    "mailto:a@x.com!50K" };
	static const char *const bad[] = { "mailto:a@x.com!", "mailto:a@x.com!m",
					   "mailto:a@x.com!10x", "mailto:a@x.com!10mb" };
	struct uri *u;
	size_t n;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		parse_uris(&arena, str_c(good[i]), 0, true, &u, &n);
		assert_true(u->valid && u->has_size);
		assert_int_equal(u->text.n, 14);
		parse_uris(&arena, str_c(good[i]), 0, false, &u, &n);
		assert_false(u->valid || u->has_size);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		parse_uris(&arena, str_c(bad[i]), 0, true, &u, &n);
		assert_false(u->valid || u->has_size);
	}
}

static void test_hostile(void **state)
{
	static char text[70000];
	struct uri *u;
	size_t n;

	(void)state;
	memset(text, ',', sizeof(text));
	parse_uris(&arena, (struct str){ text, sizeof(text) }, 0, true, &u, &n);
	assert_int_equal(n, 64);
	memset(text, 'a', sizeof(text));
	memcpy(text, "mailto:", 7);
	parse_uris(&arena, (struct str){ text, sizeof(text) }, 0, true, &u, &n);
	assert_int_equal(n, 1);
	assert_string_equal(u->why, "it is too long");
	text[64 + 7] =
		'@'; /* a local part of 64 octets is the most there is (RFC 5321 4.5.3.1.1) */
	text[64 + 8 + 5] = '.';
	parse_uris(&arena, (struct str){ text, 64 + 8 + 10 }, 0, true, &u, &n);
	assert_true(u->valid);
	memmove(text + 8, text + 7, 200);
	parse_uris(&arena, (struct str){ text, 64 + 8 + 11 }, 0, true, &u, &n);
	assert_false(u->valid);
	parse_uris(&arena, (struct str){ "mailto:a@x\0y.com", 16 }, 0, true, &u, &n);
	assert_false(u->valid);
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
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_lists),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

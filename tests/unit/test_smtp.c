/* SMTP replies, and what is kept of a talk with a mail host. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "smtp.h"
#include "smtp_reply.h"
#include "tape.h"
#include "unit_arena.h"

static const struct sample {
	const char *text;
	enum smtp_reply_state state;
	unsigned code;
	size_t lines;
	const char *enhanced;
	size_t used;
} samples[] = {
	{ "220 mx.example.com ESMTP\r\n", SMTP_REPLY_WHOLE, 220, 1, "", 26 },
	{ "250-a\r\n250-b\r\n250 c\r\n", SMTP_REPLY_WHOLE, 250, 3, "", 21 },
	{ "250-a\n250 b\n", SMTP_REPLY_WHOLE, 250, 2, "", 12 },
	{ "250\r\n", SMTP_REPLY_WHOLE, 250, 1, "", 5 },
	{ "250 a\r\nextra", SMTP_REPLY_WHOLE, 250, 1, "", 7 },
	{ "550 5.7.26 no\r\n", SMTP_REPLY_WHOLE, 550, 1, "5.7.26", 15 },
	{ "550-5.7.1 no\r\n550 5.7.1 no\r\n", SMTP_REPLY_WHOLE, 550, 2, "5.7.1", 28 },
	{ "550 4.7.1 another class\r\n", SMTP_REPLY_WHOLE, 550, 1, "", 25 },
	{ "550 5.7.1\r\n", SMTP_REPLY_WHOLE, 550, 1, "5.7.1", 11 },
	{ "550 5.7.1x\r\n", SMTP_REPLY_WHOLE, 550, 1, "", 12 },
	{ "550 5.7.1234 x\r\n", SMTP_REPLY_WHOLE, 550, 1, "", 16 },
	{ "550 5.7. x\r\n", SMTP_REPLY_WHOLE, 550, 1, "", 12 },
	{ "", SMTP_REPLY_MORE, 0, 0, "", 0 },
	{ "2", SMTP_REPLY_MORE, 0, 0, "", 0 },
	{ "250-a\r\n250", SMTP_REPLY_MORE, 250, 1, "", 7 },
	{ "250 a", SMTP_REPLY_MORE, 0, 0, "", 0 },
	{ "x", SMTP_REPLY_BAD, 0, 0, "", 0 },
	{ "199 a\r\n", SMTP_REPLY_BAD, 0, 0, "", 7 },
	{ "260 a\r\n", SMTP_REPLY_BAD, 0, 0, "", 7 },
	{ "600 a\r\n", SMTP_REPLY_BAD, 0, 0, "", 7 },
	{ "2500 a\r\n", SMTP_REPLY_BAD, 0, 0, "", 8 },
	{ "HTTP/1.1 400", SMTP_REPLY_BAD, 0, 0, "", 0 },
	{ "250-a\r\n550 b\r\n", SMTP_REPLY_BAD, 250, 1, "", 14 },
	{ "\r\n", SMTP_REPLY_BAD, 0, 0, "", 2 },
};

static void test_replies(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];
		struct smtp_reply r;

		parse_smtp_reply(&arena, str_c(s->text), &r);
		if (r.state != s->state || r.code != s->code || r.nline != s->lines ||
		    !str_eq(r.enhanced, str_c(s->enhanced)) || r.used != s->used)
			fail_msg("\"%s\": state %d, code %u, %zu lines, %zu used", s->text, r.state,
				 r.code, r.nline, r.used);
		assert_true((r.state == SMTP_REPLY_BAD) == (r.fault != NULL));
	}
}

/* Whatever has come so far, it is never called bad when the whole is good. */
static void test_pieces(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct str all = str_c(samples[i].text);

		for (size_t n = 0; n <= all.n; n++) {
			struct smtp_reply r;

			parse_smtp_reply(&arena, str_sub(all, 0, n), &r);
			if (samples[i].state == SMTP_REPLY_WHOLE)
				assert_int_equal(r.state, n < samples[i].used ? SMTP_REPLY_MORE
									      : SMTP_REPLY_WHOLE);
			else if (samples[i].state == SMTP_REPLY_MORE)
				assert_int_equal(r.state, SMTP_REPLY_MORE);
		}
	}
}

static void test_limits(void **state)
{
	char *line = arena_alloc(&arena, SMTP_LINE_MAX + 16);
	struct smtp_reply r;

	(void)state;
	memset(line, 'x', SMTP_LINE_MAX + 16);
	memcpy(line, "250 ", 4);
	parse_smtp_reply(&arena, (struct str){ line, SMTP_LINE_MAX }, &r);
	assert_int_equal(r.state, SMTP_REPLY_MORE);
	parse_smtp_reply(&arena, (struct str){ line, SMTP_LINE_MAX + 1 }, &r);
	assert_int_equal(r.state, SMTP_REPLY_BAD);
	line[SMTP_LINE_MAX] = '\n';
	parse_smtp_reply(&arena, (struct str){ line, SMTP_LINE_MAX + 1 }, &r);
	assert_int_equal(r.state, SMTP_REPLY_WHOLE);
	line = arena_alloc(&arena, (SMTP_LINES_MAX + 1) * 5);
	for (size_t i = 0; i <= SMTP_LINES_MAX; i++)
		memcpy(line + i * 5, "250-\n", 5);
	parse_smtp_reply(&arena, (struct str){ line, SMTP_LINES_MAX * 5 }, &r);
	assert_int_equal(r.state, SMTP_REPLY_MORE);
	parse_smtp_reply(&arena, (struct str){ line, (SMTP_LINES_MAX + 1) * 5 }, &r);
	assert_int_equal(r.state, SMTP_REPLY_BAD);
}

static void test_words(void **state)
{
	struct smtp_reply r;

	(void)state;
	parse_smtp_reply(
		&arena,
		S("250-mx.example.com at your service\r\n250-SIZE 1000\r\n250-auth=LOGIN\r\n"
		  "250-\r\n250-X\xc3\xa4\r\n250 STARTTLS\r\n"),
		&r);
	assert_true(str_eq(smtp_reply_host(&r), S("mx.example.com")));
	assert_true(str_eq(smtp_reply_keyword(&r, 0), S("SIZE")));
	assert_true(str_eq(smtp_reply_keyword(&r, 1), S("auth")));
	assert_true(str_eq(smtp_reply_keyword(&r, 2), S("")));
	assert_true(str_eq(smtp_reply_keyword(&r, 3), S("")));
	assert_true(str_eq(smtp_reply_keyword(&r, 4), S("STARTTLS")));
	assert_true(str_eq(smtp_reply_keyword(&r, 5), S("")));
}

static void test_offers(void **state)
{
	const struct smtp_talk t = { .ehlo = "SIZE STARTTLS 8BITMIME" };

	(void)state;
	assert_true(smtp_offers(&t, "SIZE"));
	assert_true(smtp_offers(&t, "STARTTLS"));
	assert_true(smtp_offers(&t, "8BITMIME"));
	assert_false(smtp_offers(&t, "START"));
	assert_false(smtp_offers(&t, "TTLS"));
	assert_false(smtp_offers(&(struct smtp_talk){ .ehlo = "" }, "SIZE"));
}

static void test_names(void **state)
{
	static const struct {
		const char *name, *host;
		bool is;
	} pairs[] = {
		{ "mx.example.com", "mx.example.com", true },
		{ "MX.Example.COM.", "mx.example.com", true },
		{ "*.example.com", "mx.example.com", true },
		{ "*.example.com", "a.mx.example.com", false },
		{ "*.example.com", "example.com", false },
		{ "mx.*.com", "mx.example.com", false },
		{ "m*.example.com", "mx.example.com", false },
		{ "*", "com", false },
		{ "*.", "com", false },
		{ "example.com", "mx.example.com", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct smtp_cert c = { .name = &pairs[i].name, .nname = 1 };

		if (smtp_cert_is_for(&c, pairs[i].host) != pairs[i].is)
			fail_msg("%s for %s", pairs[i].name, pairs[i].host);
	}
}

static void test_tape(void **state)
{
	static const char good[] =
		"mx.test SMTP SOME 0 src=\"192.0.2.1 port 25\" "
		"ip=192.0.2.1 banner=\"mx \\255\" ehlo=\"A B\" "
		"starttls=ok tls=\"TLSv1.3\" pkix=time why=\"certificate has expired\" "
		"/ subject=\"CN=a\" "
		"issuer=\"\" from=-1 until=253402300799 names=\"a.test *.b.test\" cert="
		"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef / subject=\"\" "
		"issuer=\"\" from=0 until=0 signs=1\n";
	static const char *const bad[] = {
		"mx.test SMTP SOME 0 starttls=none",
		"mx.test SMTP SOME 0 ip=x starttls=none",
		"mx.test SMTP SOME 0 ip=192.0.2.1 starttls=maybe",
		"mx.test SMTP SOME 0 ip=192.0.2.1 starttls=ok pkix=ok",
		"mx.test SMTP SOME 0 ip=192.0.2.1 starttls=none / subject=\"a\"",
		"mx.test SMTP SOME 0 ip=192.0.2.1 starttls=ok / cert=00",
		"mx.test SMTP SOME 0 ip=192.0.2.1 starttls=ok / until=x",
		"mx.test SMTP SOME 0 ip=192.0.2.1 starttls=ok / names=\"a  b\"",
		"mx.test SMTP SOME 0 ip=192.0.2.1 starttls=ok / nothing=1",
		"mx.test SMTP SOME 0 ip=192.0.2.1 nothing=1",
	};
	struct tape t;
	struct buf b;
	const char *err = NULL;
	const struct fact *f, *copy;

	(void)state;
	if (!tape_read(&arena, str_c(good), &t, &err))
		fail_msg("%s", err);
	f = facts_find(&t.facts, ASK_SMTP, 0, "mx.test");
	assert_non_null(f);
	copy = fact_copy(&arena, f);
	assert_string_equal(copy->smtp->cert[0].name[1], "*.b.test");
	buf_init(&b, 4096);
	tape_write(&b, &arena, copy);
	assert_string_equal(b.p, good);
	buf_free(&b);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (tape_read(&arena, str_c(bad[i]), &t, &err))
			fail_msg("read: %s", bad[i]);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = { T(test_replies), T(test_pieces), T(test_limits),
					    T(test_words),   T(test_offers), T(test_names),
					    T(test_tape) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

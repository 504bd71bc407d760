/* How a record is shown: wrapping, and underlines that stand under what they mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/render/text.h"
#include "render_help.h"

struct shown {
	struct arena arena;
	struct str text;
};

static struct shown show(struct str record, const struct mark *marks, size_t n, unsigned width,
			 unsigned flags)
{
	struct shown s;
	struct buf b;
	struct pen p;
	struct render_options o = { .width = width };

	arena_init(&s.arena, 16 << 20);
	buf_init(&b, 16 << 20);
	pen_init(&p, &b, &s.arena, &o);
	text_record(&p, record, marks, n, 4, flags);
	assert_false(b.failed);
	s.text = (struct str){ arena_strndup(&s.arena, b.p ? b.p : "", b.n), b.n };
	buf_free(&b);
	return s;
}

static void expect(struct str record, const struct mark *marks, size_t n, unsigned width,
		   const char *want)
{
	struct shown s = show(record, marks, n, width, 0);

	assert_string_equal(s.text.p, want);
	arena_free(&s.arena);
}

static void test_one_mark(void **state)
{
	(void)state;
	expect(S("v=spf1 ipv4:192.0.2.1 -all"), &(struct mark){ .at = { 7, 14 } }, 1, 80,
	       "    v=spf1 ipv4:192.0.2.1 -all\n"
	       "           ^^^^^^^^^^^^^^\n");
}

static void test_no_mark_and_empty(void **state)
{
	(void)state;
	expect(S("v=spf1 -all"), NULL, 0, 80, "    v=spf1 -all\n");
	expect(S(""), NULL, 0, 80, "    (empty)\n");
}

/* Escapes are four columns wide: the underline is as wide, and what stands behind is shifted. */
static void test_escaped_octets(void **state)
{
	(void)state;
	expect(S("a\xc2\xa0z"), &(struct mark){ .at = { 1, 2 } }, 1, 80,
	       "    a\\xC2\\xA0z\n"
	       "     ^^^^^^^^\n");
	expect(S("\x1b[2Jz"), &(struct mark){ .at = { 4, 1 } }, 1, 80,
	       "    \\x1B[2Jz\n"
	       "           ^\n");
}

/* A line breaks behind a blank; a mark over the break is drawn on both lines. */
static void test_wrapped_mark(void **state)
{
	(void)state;
	expect(S("v=spf1 include:aaaaaaaaaaaaaaa include:bbbbbbb -all"),
	       &(struct mark){ .at = { 31, 20 } }, 1, 40,
	       "    v=spf1 include:aaaaaaaaaaaaaaa\n"
	       "    include:bbbbbbb -all\n"
	       "    ^^^^^^^^^^^^^^^^^^^^\n");
	expect(S("v=spf1 include:aaaaaaaaaaaaaaa include:bbbbbbb -all"),
	       &(struct mark){ .at = { 15, 24 } }, 1, 40,
	       "    v=spf1 include:aaaaaaaaaaaaaaa \n"
	       "                   ^^^^^^^^^^^^^^^^\n"
	       "    include:bbbbbbb -all\n"
	       "    ^^^^^^^^\n");
}

/* Several marks are numbered in their first column; those that overlap get a line each. */
static void test_several_marks(void **state)
{
	const struct mark apart[] = { { .at = { 0, 3 }, .label = '1' },
				      { .at = { 4, 1 }, .label = '2' } };
	const struct mark nested[] = { { .at = { 0, 5 }, .label = '1' },
				       { .at = { 2, 2 }, .label = '2' } };

	(void)state;
	expect(S("abc d"), apart, 2, 80, "    abc d\n    1^^ 2\n");
	expect(S("abc d"), nested, 2, 80, "    abc d\n    1^^^^\n      2^\n");
}

/* Of a long record the first, the last and the marked lines are shown. */
static void test_long_record(void **state)
{
	char text[400];
	struct shown s;

	(void)state;
	memset(text, 'A', sizeof(text));
	s = show((struct str){ text, sizeof(text) }, &(struct mark){ .at = { 200, 1 } }, 1, 44, 0);
	assert_string_equal(s.text.p, "    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
				      "    ...\n"
				      "    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
				      "    ^\n"
				      "    ...\n"
				      "    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n");
	arena_free(&s.arena);
	s = show((struct str){ text, sizeof(text) }, NULL, 0, 44, RECORD_WHOLE);
	assert_int_equal(s.text.n, 10 * 45);
	arena_free(&s.arena);
}

/* A word that needs more than a line goes on where the line is, and of a long mark only the ends
 * are shown. */
static void test_long_mark(void **state)
{
	char text[250] = "v=DKIM1; p=";

	(void)state;
	memset(text + 11, 'A', sizeof(text) - 11);
	expect((struct str){ text, sizeof(text) }, &(struct mark){ .at = { 11, 239 } }, 1, 64,
	       "    v=DKIM1; p=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
	       "               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
	       "    ...\n"
	       "    AAAAAAAAAA\n"
	       "    ^^^^^^^^^^\n");
}

static void test_lines_of_a_policy(void **state)
{
	struct str policy = S("version: STSv1\r\nmode: enfroce\r\n\r\nmx: a\tb\n");
	struct shown s = show(policy, &(struct mark){ .at = { 22, 7 } }, 1, 80, RECORD_LINES);

	(void)state;
	assert_string_equal(s.text.p, "    version: STSv1\n"
				      "    mode: enfroce\n"
				      "          ^^^^^^^\n"
				      "\n"
				      "    mx: a\\x09b\n");
	arena_free(&s.arena);
	/* In a record a line feed is an octet like any other. */
	expect(S("a\nb"), NULL, 0, 80, "    a\\x0Ab\n");
}

/* A mark that points outside, as a wrong checker might set it, draws nothing outside. */
static void test_mark_outside(void **state)
{
	(void)state;
	expect(S("abc"), &(struct mark){ .at = { 2, 4000000000U } }, 1, 80, "    abc\n      ^\n");
	expect(S("abc"), &(struct mark){ .at = { 3, 5 } }, 1, 80, "    abc\n");
	expect(S("abc"), &(struct mark){ .at = { 4294967295U, 4294967295U } }, 1, 80, "    abc\n");
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 16;
}

/* Whatever the octets and the marks: no line is wider than the width (a marked blank at its end
 * aside), and no raw octet gets out. */
static void test_any_octets(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		char text[300];
		struct mark marks[6];
		size_t n;
		unsigned width, flags;
		struct shown s;

		n = next(&seed) % sizeof(text);
		for (size_t i = 0; i < n; i++)
			text[i] = next(&seed) % 4 ? (char)(' ' + next(&seed) % 40)
						  : (char)next(&seed);
		for (size_t i = 0; i < 6; i++) {
			marks[i].at.at = next(&seed) % 300;
			marks[i].at.len = next(&seed) % 40;
			marks[i].style = STYLE_ERROR;
			marks[i].label = next(&seed) % 2 ? '1' : 0;
		}
		width = 40 + next(&seed) % 61;
		flags = next(&seed) % 4;
		s = show((struct str){ text, n }, marks, next(&seed) % 7, width, flags);
		assert_in_range(help_longest_line(s.text), 0, width + 1);
		arena_free(&s.arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_mark),       cmocka_unit_test(test_no_mark_and_empty),
		cmocka_unit_test(test_escaped_octets), cmocka_unit_test(test_wrapped_mark),
		cmocka_unit_test(test_several_marks),  cmocka_unit_test(test_long_record),
		cmocka_unit_test(test_long_mark),      cmocka_unit_test(test_lines_of_a_policy),
		cmocka_unit_test(test_mark_outside),   cmocka_unit_test(test_any_octets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

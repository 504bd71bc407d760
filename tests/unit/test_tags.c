/* Tag lists: the splitting that DKIM, DMARC, MTA-STS and TLS-RPT have in common. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tags.h"

static struct arena arena;

static struct tags split(const char *text, bool fws)
{
	struct tags t;

	parse_tags(&arena, str_c(text), fws, &t);
	return t;
}

static void assert_text(struct str s, const char *want)
{
	if (!str_eq(s, str_c(want)))
		fail_msg("\"%.*s\" instead of \"%s\"", (int)s.n, s.p, want);
}

static void test_plain(void **state)
{
	struct tags t = split("v=DMARC1; p = none ;rua=mailto:a@b?x=y", false);

	(void)state;
	assert_int_equal(t.n, 3);
	assert_int_equal(t.empty, 0);
	assert_false(t.trailing);
	assert_text(t.item[0].name, "v");
	assert_text(t.item[0].value, "DMARC1");
	assert_false(t.item[0].blank_before_eq || t.item[0].blank_after_eq);
	assert_text(t.item[1].name, "p");
	assert_text(t.item[1].value, "none");
	assert_true(t.item[1].blank_before_eq && t.item[1].blank_after_eq);
	assert_int_equal(t.item[1].at.at, 10);
	assert_int_equal(t.item[1].at.len, 8);
	assert_int_equal(t.item[1].name_at.at, 10);
	assert_int_equal(t.item[1].value_at.at, 14);
	assert_text(t.item[2].value, "mailto:a@b?x=y"); /* only the first "=" parts */
}

static void test_empty(void **state)
{
	struct tags t;

	(void)state;
	t = split("", false);
	assert_true(t.n == 0 && t.empty == 0 && !t.trailing);
	t = split(" \t ", false);
	assert_true(t.n == 0 && t.empty == 0 && !t.trailing);
	t = split(";", false);
	assert_true(t.n == 0 && t.empty == 1 && t.trailing);
	t = split("a=1;", false);
	assert_true(t.n == 1 && t.empty == 0 && t.trailing);
	t = split("a=1; ", false);
	assert_true(t.n == 1 && t.empty == 0 && t.trailing);
	t = split("a=1; ;b=2;;", false);
	assert_true(t.n == 2 && t.empty == 2 && t.trailing);
}

static void test_odd(void **state)
{
	struct tags t = split("word;=x;a=;  b  =  ", false);

	(void)state;
	assert_int_equal(t.n, 4);
	assert_false(t.item[0].has_equals);
	assert_text(t.item[0].name, "word");
	assert_int_equal(t.item[0].value.n, 0);
	assert_true(t.item[1].has_equals);
	assert_int_equal(t.item[1].name.n, 0);
	assert_text(t.item[1].value, "x");
	assert_int_equal(t.item[2].value.n, 0);
	assert_text(t.item[3].name, "b");
	assert_int_equal(t.item[3].value.n, 0);
}

static void test_folding(void **state)
{
	struct tags t = split("v=DKIM1;\r\n\tp=a\r\n b ", true);

	(void)state;
	assert_text(t.item[1].name, "p");
	assert_text(t.item[1].value, "a\r\n b");
	t = split("v=DKIM1;\r\n\tp=a", false);
	assert_text(t.item[1].name, "\r\n\tp");
}

static void test_find(void **state)
{
	struct tags t = split("a=1;A=2;a=3", false);

	(void)state;
	assert_text(tags_find(&t, "a")->value, "1");
	assert_text(tags_find(&t, "A")->value, "2");
	assert_null(tags_find(&t, "b"));
}

static void test_many(void **state)
{
	char text[4000];
	struct tags t;

	(void)state;
	for (size_t i = 0; i < sizeof(text); i += 4)
		memcpy(text + i, "a=b;", 4);
	parse_tags(&arena, (struct str){ text, sizeof(text) }, false, &t);
	assert_int_equal(t.n, 256);
	assert_true(t.trailing);
	memset(text, ';', sizeof(text));
	text[1] = '\0'; /* an octet like any other */
	parse_tags(&arena, (struct str){ text, sizeof(text) }, false, &t);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.empty, sizeof(text) - 2);
}

static int start(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
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
		cmocka_unit_test(test_plain), cmocka_unit_test(test_empty),
		cmocka_unit_test(test_odd),   cmocka_unit_test(test_folding),
		cmocka_unit_test(test_find),  cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

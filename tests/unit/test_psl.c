/* Organizational domains by the Public Suffix List. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "psl.h"

static struct arena arena;

static const struct sample {
	const char *name, *org; /* NULL: a public suffix */
} samples[] = {
	{ "com", NULL },
	{ "example.com", "example.com" },
	{ "a.b.example.com", "example.com" },
	{ "x.com", "x.com" },
	{ "co.uk", NULL },
	{ "mail.example.co.uk", "example.co.uk" },
	{ "github.io", NULL }, /* the list's private section */
	{ "a.someone.github.io", "someone.github.io" },
	{ "bar.ck", NULL }, /* *.ck */
	{ "foo.bar.ck", "foo.bar.ck" },
	{ "www.ck", "www.ck" }, /* !www.ck */
	{ "a.city.kobe.jp", "city.kobe.jp" },
	{ "xn--55qx5d.cn", NULL }, /* a rule in letters outside ASCII */
	{ "a.xn--55qx5d.cn", "a.xn--55qx5d.cn" },
	{ "example", NULL }, /* not on the list: the rule is "*" */
	{ "giant.bank.example", "bank.example" },
	{ "_dmarc.example.com", "example.com" },
	{ ".", NULL },
};

static void test_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		const struct sample *s = &samples[i];
		const char *org = psl_organizational_domain(&arena, s->name);

		if ((org != NULL) != (s->org != NULL) || (org && strcmp(org, s->org) != 0))
			fail_msg("%s: %s", s->name, org ? org : "none");
		if (psl_is_suffix(s->name) != (!s->org && strcmp(s->name, ".") != 0))
			fail_msg("%s: suffix or not", s->name);
	}
}

/* A dot that belongs to a label does not part labels. */
static void test_escaped(void **state)
{
	(void)state;
	assert_string_equal(psl_organizational_domain(&arena, "a\\.example.com"),
			    "a\\.example.com");
	assert_string_equal(psl_organizational_domain(&arena, "x.a\\.b.com"), "a\\.b.com");
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
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_escaped),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

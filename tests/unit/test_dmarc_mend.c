/* Corrected DMARC records: what is proposed, and that nothing is where the meaning is not known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dmarc_mend.h"

static struct arena arena;

static const char *mend(const char *text, const struct dmarc_edit *edit, size_t n)
{
	struct dmarc d;

	parse_dmarc(&arena, str_c(text), &d);
	return dmarc_mend(&arena, "x.com", &d, edit, n);
}

static void check(const char *text, const char *line, const char *want)
{
	const char *whole = want ? arena_printf(&arena, "_dmarc.x.com. IN TXT \"%s\"", want) : NULL;

	if ((line != NULL) != (want != NULL) || (line && strcmp(line, whole) != 0))
		fail_msg("%s:\n%s\n%s", text, line ? line : "nothing", whole ? whole : "nothing");
}

static void test_mend(void **state)
{
	static const char *const samples[][2] = {
		/* nothing to mend but the way of writing */
		{ "v=DMARC1;p=reject", "v=DMARC1; p=reject" },
		{ "v = DMARC1 ; p = reject ;", "v=DMARC1; p=reject" },
		/* policies */
		{ "v=DMARC1; p=rejct", "v=DMARC1; p=reject" },
		{ "v=DMARC1; p=\"reject\"", "v=DMARC1; p=reject" },
		{ "v=DMARC1; p=reject.; sp=quarentine", "v=DMARC1; p=reject; sp=quarantine" },
		{ "v=DMARC1; p=reject\\; np=rejected", "v=DMARC1; p=reject; np=reject" },
		{ "v=DMARC1; p=monitor", "v=DMARC1; p=none" },
		{ "v=DMARC1; p=block", "v=DMARC1; p=reject" },
		{ "v=DMARC1; p=whatever", NULL },
		{ "v=DMARC1; p=reject; sp=x", NULL },
		{ "v=DMARC1; p=", NULL },
		{ "v=DMARC1; sp=reject; p=none", "v=DMARC1; p=none; sp=reject" },
		{ "v=DMARC1", "v=DMARC1; p=none" },
		/* tags */
		{ "v=DMARC1; p=none; p=reject", "v=DMARC1; p=none" },
		{ "v=DMARC1; P=none; p=reject", "v=DMARC1; p=reject" },
		{ "v=DMARC1; p; p=reject", "v=DMARC1; p=reject" },
		{ "v=DMARC1; policy=reject", "v=DMARC1; p=reject" },
		{ "v=DMARC1; p=none; rau=mailto:a@x.com", "v=DMARC1; p=none; rua=mailto:a@x.com" },
		{ "v=DMARC1; p=none; rf=afrf; ri=86400; pct=100", "v=DMARC1; p=none" },
		{ "v=DMARC1; p=none; pct=50", "v=DMARC1; p=none; pct=50" },
		{ "v=DMARC1; p=none; pct=500", "v=DMARC1; p=none" },
		{ "v=DMARC1; p=none; adkim=strict; aspf=x; t=yes; fo=7",
		  "v=DMARC1; p=none; adkim=s; t=y" },
		{ "v=DMARC1; p=none; hello; x=1; 9=2; y=\x80", "v=DMARC1; p=none; x=1" },
		/* addresses */
		{ "v=DMARC1; p=none; rua=a@x.com", "v=DMARC1; p=none; rua=mailto:a@x.com" },
		{ "v=DMARC1; p=none; rua=mailto://a@x.com, mailto: b@x.com!10m,",
		  "v=DMARC1; p=none; rua=mailto:a@x.com,mailto:b@x.com" },
		{ "v=DMARC1; p=none; rua=mailto:a@x.com; b@x.com; fo=1; c@x.com",
		  "v=DMARC1; p=none; rua=mailto:a@x.com,mailto:b@x.com; fo=1" },
		{ "v=DMARC1; p=none; rua=<a!b@x.com>", "v=DMARC1; p=none; rua=mailto:a%21b@x.com" },
		{ "v=DMARC1; p=none; rua=mailto:nobody", NULL },
		{ "v=DMARC1; p=none; rua=https://x.com/", "v=DMARC1; p=none; rua=https://x.com/" },
		{ "v=DMARC1; p=none; rua=", NULL },
		{ "v=DMARC1; p=none; rua=mailto:a@x.com; ruf=mailto:r@x.com; rua=mailto:b@x.com",
		  "v=DMARC1; p=none; rua=mailto:a@x.com,mailto:b@x.com; ruf=mailto:r@x.com" },
		{ "v=DMARC1; p=none; rua=mailto:a@x.com,a@x.com,mailto:a@x.co",
		  "v=DMARC1; p=none; rua=mailto:a@x.com,mailto:a@x.co" },
		{ "v=DMARC1;p=none;rua=mailto:a@x.com,ruf=mailto:r@x.com, fo=1",
		  "v=DMARC1; p=none; rua=mailto:a@x.com; ruf=mailto:r@x.com; fo=1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		check(samples[i][0], mend(samples[i][0], NULL, 0), samples[i][1]);
}

static void test_edits(void **state)
{
	static const struct dmarc_edit edits[] = { { "p", "reject" },
						   { "t", NULL },
						   { "rua", "mailto:d@x.com" } };
	const char *text = "v=DMARC1; p=none; t=y; aspf=s";

	(void)state;
	check(text, mend(text, edits, 1), "v=DMARC1; p=reject; t=y; aspf=s");
	check(text, mend(text, edits, 3), "v=DMARC1; p=reject; aspf=s; rua=mailto:d@x.com");
	text = "v=DMARC1; rua=nonsense; p=nonsense";
	check(text, mend(text, edits, 3), "v=DMARC1; p=reject; rua=mailto:d@x.com");
}

static void test_near(void **state)
{
	static const char *const samples[][2] = {
		{ "v=dmarc1; p=reject", "v=DMARC1; p=reject" },
		{ " v=DMARC1; p=reject", "v=DMARC1; p=reject" },
		{ "\"v=DMARC1; p=reject\"", "v=DMARC1; p=reject" },
		{ "v=DMARC1 p=reject; rua=mailto:a@x.com",
		  "v=DMARC1; p=reject; rua=mailto:a@x.com" },
		{ "v=DMARC1,p=reject", "v=DMARC1; p=reject" },
		{ "v=DMARC1\\; p=reject\\; sp=none", "v=DMARC1; p=reject; sp=none" },
		{ "p=reject; v=DMARC1; sp=none", "v=DMARC1; p=reject; sp=none" },
		{ "p=reject; sp=none", "v=DMARC1; p=reject; sp=none" },
		{ "DMARC1; p=none", "v=DMARC1; p=none" },
		{ "v=DMARC2", NULL },
		{ "v=dmarc1", NULL },
		{ "rua=mailto:a@x.com; sp=none", "v=DMARC1; p=none; rua=mailto:a@x.com; sp=none" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		check(samples[i][0], dmarc_mend_near(&arena, "x.com", str_c(samples[i][0])),
		      samples[i][1]);
}

static void test_large(void **state)
{
	static char text[4000];

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	memcpy(text, "v=DMARC1; p=none; ", 18);
	assert_null(mend(text, NULL, 0));
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
		cmocka_unit_test(test_mend),
		cmocka_unit_test(test_edits),
		cmocka_unit_test(test_near),
		cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, start, stop);
}

/* Mark certificates: those of fixtures/fuzz/mark_cert, and what is said of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "file.h"
#include "mark_cert.h"
#include "unit_arena.h"

static const struct row {
	const char *file;
	size_t n;
	bool purpose, logo;
	const char *name, *fault, *chain; /* the first name */
} rows[] = {
	{ "good", 2, true, true, "example.com", NULL, NULL },
	{ "full", 3, true, true, "example.com", NULL, NULL },
	{ "text", 2, true, true, "example.com", NULL, NULL },
	{ "old", 2, true, true, "example.com", NULL, NULL },
	{ "web", 2, false, false, "example.net", NULL, NULL },
	{ "order", 2, true, false, NULL, NULL, "the certificates are not in the order of issue" },
	{ "skips", 2, false, false, "example.net", NULL,
	  "the certificates are not in the order of issue" },
	{ "alone", 1, true, true, "example.com", NULL,
	  "the certificates of its issuers are missing from the file" },
	{ "self", 1, false, false, NULL, NULL, "it is issued by itself" },
	{ "many", 8, false, false, NULL, "it has more than 8 certificates", NULL },
	{ "cut", 0, false, false, NULL, "one of its certificates cannot be read", NULL },
	{ "password", 0, false, false, NULL, "one of its certificates cannot be read", NULL },
	{ "html", 0, false, false, NULL, "it has no certificate in PEM", NULL },
	{ "empty", 0, false, false, NULL, "it has no certificate in PEM", NULL },
};

static void same(const char *file, const char *got, const char *want)
{
	if (!got != !want || (got && strcmp(got, want) != 0))
		fail_msg("%s: %s, not %s", file, got ? got : "nothing", want ? want : "nothing");
}

static void read_file(const char *name, struct mark_cert *out)
{
	const char *err;
	struct buf b;

	buf_init(&b, 1 << 20);
	if (!file_read(&arena, arena_printf(&arena, "fixtures/fuzz/mark_cert/%s", name), 1 << 20,
		       &b, &err))
		fail_msg("%s", err);
	parse_mark_cert(&arena, arena_str(&arena, buf_str(&b)), out);
	buf_free(&b);
}

static void files(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct mark_cert m;

		read_file(rows[i].file, &m);
		same(rows[i].file, m.fault, rows[i].fault);
		same(rows[i].file, m.chain, rows[i].chain);
		same(rows[i].file, m.nname ? m.name[0] : NULL, rows[i].name);
		if (m.n != rows[i].n || m.purpose != rows[i].purpose || m.logo != rows[i].logo)
			fail_msg("%s: %zu certificates, purpose %d, logo %d", rows[i].file, m.n,
				 m.purpose, m.logo);
	}
}

static void times(void **state)
{
	struct mark_cert m;

	(void)state;
	read_file("good", &m);
	assert_int_equal(m.from_s, 1767225600);     /* 2026-01-01 */
	assert_int_equal(m.until_s, 1799971200);    /* 2027-01-15 */
	assert_int_equal(m.ca_until_s, 2208988800); /* 2040-01-01 */
	assert_int_equal(m.nname, 2);
	assert_string_equal(m.name[1], "default._bimi.example.org");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files, setup, teardown),
		cmocka_unit_test_setup_teardown(times, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

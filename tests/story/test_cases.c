/* The cases: what audits are known to get wrong, each with its right verdict. A folder of
 * fixtures/case/ is a case, NN-name; each tape in it a variant, a story behind the base of
 * fixtures/audit/ with "#! expect" lines. A finding of weight that no line expects fails a variant
 * as a missing one does. Whatever order its facts come in, the report is the same bytes. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "file.h"
#include "render.h"
#include "story.h"

enum { CASES = 75, VARIANTS_MAX = 600 };

static const char CASE_DIR[] = "fixtures/case";
static const char BASE[] = "fixtures/audit/base.tape";

static char paths[VARIANTS_MAX][160];
static bool told[CASES + 1];

/* Cases that no tape tells, and the test that does: its file, and the words in it that begin it. */
static const struct {
	int number;
	const char *file, *words;
} elsewhere[] = {
	{ 20, "tests/net/dns_hostile.sh", "case 20:" },
	{ 47, "tests/unit/test_dmarc_align.c",
	  "{ \"example.com\", \"mail.example.com\", \"_dmarc.example.com \" P_REJECT" },
	{ 48, "tests/net/dns_hostile.sh", "case 48:" },
	{ 75, "tests/story/test_cases.c", "static void same_bytes(" },
};

/* ---- one variant ---- */

static struct buf json_of(struct audit *a)
{
	struct render_options o = { .width = 100 };
	struct buf b;

	buf_init(&b, 8 << 20);
	render_json(&b, &a->work, &a->report, &o, 0, 1);
	return b;
}

/* Case 75: the same facts, in whatever order, make the same bytes. */
static void same_bytes(struct story *s, struct audit *first)
{
	struct buf want = json_of(first);

	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct audit a;
		struct buf got;

		story_run(s, &a, seed * 7919);
		a.report.stats = first->report.stats;
		got = json_of(&a);
		if (got.n != want.n || memcmp(got.p, want.p, got.n) != 0)
			fail_msg("%s: another order of facts, another report", s->path);
		buf_free(&got);
		audit_free(&a);
	}
	buf_free(&want);
}

/* The rule of a finding of weight that no line expects. */
static const char *false_alarm(const struct story *s, const struct audit *a)
{
	for (size_t i = 0; i < a->report.findings.n; i++) {
		const struct rule *r = &rules[a->report.findings.item[i]->rule];

		if (r->severity >= SEV_WARNING && !story_expects(s, r->name))
			return r->name;
	}
	return NULL;
}

static void variant(void **state)
{
	struct story s;
	struct audit a;
	const char *alarm, *wrong;

	story_read_file(&s, BASE, *state);
	assert_true(s.nexpect > 0);
	story_run(&s, &a, 0);
	alarm = false_alarm(&s, &a);
	wrong = story_expect(&s, &a);
	if (alarm || wrong)
		story_show(&a);
	if (wrong)
		fail_msg("%s: not so: %s", s.path, wrong);
	if (alarm)
		fail_msg("%s: nothing expects %s", s.path, alarm);
	same_bytes(&s, &a);
	audit_free(&a);
	story_free(&s);
}

/* ---- the suite itself ---- */

static void all_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++) {
		struct arena arena;
		struct buf b;
		const char *err = NULL;

		arena_init(&arena, 1 << 20);
		buf_init(&b, 1 << 20);
		if (!file_read(&arena, elsewhere[i].file, 1 << 20, &b, &err))
			fail_msg("case %d: %s", elsewhere[i].number, err);
		if (str_find_str(buf_str(&b), str_c(elsewhere[i].words)) < 0)
			fail_msg("case %d: %s has no \"%s\"", elsewhere[i].number,
				 elsewhere[i].file, elsewhere[i].words);
		told[elsewhere[i].number] = true;
		buf_free(&b);
		arena_free(&arena);
	}
	for (int n = 1; n <= CASES; n++)
		if (!told[n])
			fail_msg("nothing tells case %d", n);
}

static size_t add_case(const char *name, size_t n)
{
	char dir[96];
	DIR *d;
	char *end;
	unsigned long number = strtoul(name, &end, 10);

	if (*end != '-' || number < 1 || number > CASES) {
		fprintf(stderr, "%s/%s: not NN-name\n", CASE_DIR, name);
		exit(1);
	}
	snprintf(dir, sizeof(dir), "%s/%.63s", CASE_DIR, name);
	d = opendir(dir);
	for (struct dirent *e; d && (e = readdir(d));) {
		if (e->d_name[0] == '.' || n == VARIANTS_MAX)
			continue;
		snprintf(paths[n++], sizeof(paths[0]), "%.95s/%.60s", dir, e->d_name);
		told[number] = true;
	}
	if (d)
		closedir(d);
	return n;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(a, b);
}

int main(int argc, char **argv)
{
	static char folders[CASES * 2][64];
	struct CMUnitTest tests[VARIANTS_MAX + 1];
	size_t nfolders = story_rules(CASE_DIR, folders, CASES * 2), n = 0, m = 0;

	for (size_t i = 0; i < nfolders; i++)
		n = add_case(folders[i], n);
	qsort(paths, n, sizeof(paths[0]), by_path);
	for (size_t i = 0; i < n; i++)
		if (argc < 2 || strstr(paths[i], argv[1]))
			tests[m++] = (struct CMUnitTest){ .name = paths[i] + sizeof(CASE_DIR),
							  .test_func = variant,
							  .initial_state = paths[i] };
	if (argc < 2)
		tests[m++] = (struct CMUnitTest){ .name = "all cases are told",
						  .test_func = all_cases };
	return _cmocka_run_group_tests("cases", tests, m, NULL, NULL) != 0;
}

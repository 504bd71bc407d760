/* The vectors of OpenDMARC's own test programs: what its parser, its alignment and its reader of
 * public suffixes are expected to say, and where RFC 9989 or RFC 7489 says otherwise, why. They lie
 * in the folder of corpora ($AUTHCHECK_SHARED). Its vectors of From: header fields are no matter of
 * records, and are left to whoever reads messages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <jansson.h>

#include "dmarc_align.h"
#include "name.h"
#include "psl.h"

enum { SKIPPED = 77 };

static json_t *vectors;

static json_t *array_of(const char *key, size_t least)
{
	json_t *list = json_object_get(vectors, key);

	assert_true(json_is_array(list));
	assert_true(json_array_size(list) >= least);
	return list;
}

/* ---- records ---- */

/* OpenDMARC's words for what we found: it stops at the first fault, and at tags that RFC 9989 has
 * removed. */
static const char *verdict(struct arena *a, struct str text)
{
	struct dmarc d;

	if (!text.n)
		return "DMARC_PARSE_ERROR_EMPTY";
	if (!dmarc_is_record(text))
		return "DMARC_PARSE_ERROR_BAD_VERSION";
	parse_dmarc(a, text, &d);
	for (size_t i = 0; i < d.faults.n; i++) {
		switch ((enum dmarc_fault)d.faults.item[i].code) {
		case DMARC_FAULT_BAD_P:
		case DMARC_FAULT_BAD_SP:
		case DMARC_FAULT_BAD_NP:
		case DMARC_FAULT_BAD_OTHER: return "DMARC_PARSE_ERROR_BAD_VALUE";
		case DMARC_FAULT_NO_P: return "DMARC_PARSE_ERROR_NO_REQUIRED_P";
		default: break;
		}
	}
	return d.pct == -2 ? "DMARC_PARSE_ERROR_BAD_VALUE" : "DMARC_PARSE_OKAY";
}

static const struct {
	const char *record, *ours, *because;
} other_records[] = {
	{ "v=DMARC1; p=n;", "DMARC_PARSE_ERROR_BAD_VALUE",
	  "RFC 9989 4.8, RFC 7489 6.4: p is one of three whole words" },
	{ "v=DMARC1; p=none; rf=bob;", "DMARC_PARSE_OKAY",
	  "RFC 9989 C.5.2, 4.7: rf is no tag any more, and what is no tag is ignored" },
	{ "v=DMARC1; p=none; ri=bob;", "DMARC_PARSE_OKAY",
	  "RFC 9989 C.5.2, 4.7: ri is no tag any more, and what is no tag is ignored" },
	{ "v=DMARC1; p=none; rf=000000000000000000000000000000000", "DMARC_PARSE_OKAY",
	  "RFC 9989 C.5.2, 4.7: rf is no tag any more, and what is no tag is ignored" },
};

static void test_records(void **state)
{
	json_t *list = array_of("dmarc_parse", 15), *row;
	size_t i, differ = 0;
	struct arena a;

	(void)state;
	arena_init(&a, 16u << 20);
	json_array_foreach(list, i, row)
	{
		const char *record = json_string_value(json_object_get(row, "record"));
		const char *theirs = json_string_value(json_object_get(row, "expected"));
		const char *ours = verdict(&a, str_c(record)), *expected = theirs;

		for (size_t k = 0; k < sizeof(other_records) / sizeof(other_records[0]); k++) {
			if (strcmp(other_records[k].record, record) != 0)
				continue;
			expected = other_records[k].ours;
			differ++;
			if (strcmp(expected, theirs) == 0)
				fail_msg("%s: no longer differs", record);
		}
		if (strcmp(ours, expected) != 0)
			fail_msg("%s: %s, expected %s", record, ours, expected);
	}
	assert_int_equal(differ, sizeof(other_records) / sizeof(other_records[0]));
	arena_free(&a);
}

/* ---- rows of C: {"a.b", "b", MODE, 0} ---- */

/* The next string literal of the row, as a C compiler reads it: \0 ends it. NULL: there is none. */
static const char *literal(struct arena *a, struct str *rest)
{
	ptrdiff_t from = str_find(*rest, '"'), to;
	struct str s;

	if (from < 0)
		return NULL;
	s = str_from(*rest, (size_t)from + 1);
	to = str_find(s, '"');
	assert_true(to >= 0);
	*rest = str_from(s, (size_t)to + 1);
	s.n = (size_t)to;
	to = str_find_str(s, S("\\0"));
	return arena_strndup(a, s.p, to >= 0 ? (size_t)to : s.n);
}

/* Without the dots at its ends, which OpenDMARC drops; a name must follow. */
static const char *name_of(struct arena *a, const char *text)
{
	struct str s = str_c(text);

	while (s.n && s.p[0] == '.')
		s = str_from(s, 1);
	while (s.n && s.p[s.n - 1] == '.')
		s.n--;
	return name_from_text(a, s);
}

static void test_alignment(void **state)
{
	json_t *list = array_of("alignment_rows", 8), *row;
	size_t i, run = 0;
	struct arena a;

	(void)state;
	arena_init(&a, 16u << 20);
	json_array_foreach(list, i, row)
	{
		const char *text = json_string_value(row);
		struct str rest = str_c(text);
		struct dmarc_orgs one = { 0 }, two = { 0 };
		bool strict = str_find_str(rest, S("A_STRICT")) > 0;
		bool theirs = str_find_str(rest, S("-1}")) < 0;

		one.domain = name_of(&a, literal(&a, &rest));
		two.domain = name_of(&a, literal(&a, &rest));
		/* "mac...com": a label cannot be empty (RFC 1035 3.1), so it is aligned with none
		 */
		if (!one.domain || !two.domain) {
			assert_false(theirs);
			continue;
		}
		one.psl_org = psl_organizational_domain(&a, one.domain);
		two.psl_org = psl_organizational_domain(&a, two.domain);
		/* the same organizations for either way of finding them */
		one.walk_org = one.psl_org;
		two.walk_org = two.psl_org;
		one.walk_known = two.walk_known = one.psl_org && two.psl_org;
		if ((dmarc_align(&one, &two, strict ? 's' : 'r').rfc7489 == DMARC_ALIGNED_YES) !=
		    theirs)
			fail_msg("%s", text);
		if ((dmarc_align(&one, &two, strict ? 's' : 'r').rfc9989 == DMARC_ALIGNED_YES) !=
		    theirs)
			fail_msg("%s, by the tree walk", text);
		run++;
	}
	assert_true(run >= 8);
	arena_free(&a);
}

/* ---- public suffixes ---- */

static void test_suffixes(void **state)
{
	json_t *list = array_of("tld_rows", 3), *row;
	size_t i, run = 0;
	struct arena a;

	(void)state;
	arena_init(&a, 16u << 20);
	json_array_foreach(list, i, row)
	{
		const char *text = json_string_value(row), *domain, *theirs, *ours;
		struct str rest = str_c(text);

		domain = literal(&a, &rest);
		theirs = literal(&a, &rest);
		/* "a.b.c.\0xd8...": the NUL ends the name behind a dot, so nothing is tested */
		if (domain[strlen(domain) - 1] == '.')
			continue;
		ours = psl_organizational_domain(&a, name_of(&a, domain));
		if (!ours || strcmp(ours, theirs) != 0)
			fail_msg("%s: %s", text, ours ? ours : "none");
		run++;
	}
	assert_true(run >= 3);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_alignment),
		cmocka_unit_test(test_suffixes),
	};
	const char *shared = getenv("AUTHCHECK_SHARED");
	char path[4096];
	json_error_t error;
	int failed;

	if (!shared || !*shared) {
		puts("skipped: AUTHCHECK_SHARED is not set");
		return SKIPPED;
	}
	snprintf(path, sizeof(path), "%s/suites/opendmarc/vectors.json", shared);
	vectors = json_load_file(path, 0, &error);
	if (!vectors) {
		puts("skipped: the vectors of OpenDMARC are not there");
		return SKIPPED;
	}
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	json_decref(vectors);
	return failed;
}

/* The list of findings: nothing twice, and an order that does not depend on the order of adding. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "finding.h"

struct fixture {
	struct arena arena;
	struct findings fs;
	struct rr mx[2];
	struct fact some, none, lost, offline;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	arena_init(&f->arena, 1u << 20);
	f->fs.arena = &f->arena;
	f->mx[0] = (struct rr){ .type = RR_MX, .preference = 10, .target = "a.example.com" };
	f->mx[1] = (struct rr){ .type = RR_MX, .preference = 20, .target = "b.example.com" };
	f->some = (struct fact){
		.type = RR_MX, .name = "example.com", .state = FACT_SOME, .rr = f->mx, .nrr = 2
	};
	f->none = (struct fact){
		.type = RR_A, .name = "example.com", .state = FACT_NONE, .why = WHY_NODATA
	};
	f->lost = (struct fact){
		.type = RR_AAAA, .name = "example.com", .state = FACT_LOST, .why = WHY_TIMEOUT
	};
	f->offline = (struct fact){
		.type = RR_TXT, .name = "example.com", .state = FACT_LOST, .why = WHY_OFFLINE
	};
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	arena_free(&f->arena);
	free(f);
	return 0;
}

static void sure_as_its_fact(void **state)
{
	struct fixture *f = *state;

	assert_true(finding_add(&f->fs, RULE_MX_NULL, "a", &f->some, NULL)->sure);
	assert_true(finding_add(&f->fs, RULE_MX_NULL, "a", &f->none, NULL)->sure);
	assert_true(finding_add(&f->fs, RULE_MX_NULL, "a", NULL, NULL)->sure);
	assert_false(finding_add(&f->fs, RULE_MX_NULL, "a", &f->lost, NULL)->sure);
	assert_false(finding_add(&f->fs, RULE_MX_NULL, "a", &f->lost, NULL)->offline);
	assert_false(finding_add(&f->fs, RULE_MX_NULL, "a", &f->offline, NULL)->sure);
	assert_true(finding_add(&f->fs, RULE_MX_NULL, "a", &f->offline, NULL)->offline);
	assert_int_equal(f->fs.n, 5);
}

static void nothing_twice(void **state)
{
	struct fixture *f = *state;
	struct finding *one = finding_add(&f->fs, RULE_MX_CNAME, "a", &f->some, &f->mx[0]);
	char other_text[] = "a";

	assert_ptr_equal(finding_add(&f->fs, RULE_MX_CNAME, other_text, &f->some, &f->mx[0]), one);
	assert_ptr_not_equal(finding_add(&f->fs, RULE_MX_CNAME, "a", &f->some, &f->mx[1]), one);
	assert_ptr_not_equal(finding_add(&f->fs, RULE_MX_CNAME, "b", &f->some, &f->mx[0]), one);
	assert_ptr_not_equal(finding_add(&f->fs, RULE_MX_NULL, "a", &f->some, &f->mx[0]), one);
	assert_ptr_not_equal(finding_add(&f->fs, RULE_MX_CNAME, "a", &f->none, NULL), one);
	assert_int_equal(f->fs.n, 5);
	findings_sort(&f->fs);
	assert_int_equal(f->fs.n, 5);
}

/* The place is known only after the finding was added. */
static void places_of_one_record(void **state)
{
	struct fixture *f = *state;

	for (uint32_t at = 0; at < 3; at++) {
		struct finding *x = finding_add(&f->fs, RULE_MX_CNAME, "a", &f->some, &f->mx[0]);

		x->at = (struct span){ 8 - at * 4, 2 };
	}
	finding_add(&f->fs, RULE_MX_CNAME, "a", &f->some, &f->mx[0])->at = (struct span){ 4, 2 };
	assert_int_equal(f->fs.n, 4);
	findings_sort(&f->fs);
	assert_int_equal(f->fs.n, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(f->fs.item[i]->at.at, i * 4);
}

/* Faults of one record without end: the list has one. Other records and rules are not the worse for
 * it. */
static void many_places(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < 3 * FINDINGS_SAME_MAX; i++) {
		struct finding *x = finding_add(&f->fs, RULE_MX_NULL, "a", &f->some,
						&f->some.rr[0]);

		assert_non_null(x);
		x->at = (struct span){ i, 1 };
	}
	assert_int_equal(f->fs.n, FINDINGS_SAME_MAX);
	assert_int_equal(f->fs.item[FINDINGS_SAME_MAX - 1]->at.at, FINDINGS_SAME_MAX - 1);
	finding_add(&f->fs, RULE_MX_NULL, "a", &f->some, &f->some.rr[1]);
	finding_add(&f->fs, RULE_MX_UNKNOWN, "a", &f->some, &f->some.rr[0]);
	assert_int_equal(f->fs.n, FINDINGS_SAME_MAX + 2);
}

static void worst_first(void **state)
{
	struct fixture *f = *state;

	finding_add(&f->fs, RULE_MX_SINGLE, "a", &f->some, NULL);
	finding_add(&f->fs, RULE_PTR_MISSING_SENDER, "z", &f->none, NULL);
	finding_add(&f->fs, RULE_MX_NULL, "a", &f->lost, NULL);
	finding_add(&f->fs, RULE_MX_TOO_MANY, "a", &f->some, NULL);
	finding_add(&f->fs, RULE_MX_NULL, "b", &f->some, &f->mx[1]);
	finding_add(&f->fs, RULE_MX_NULL, "b", &f->some, &f->mx[0]);
	finding_add(&f->fs, RULE_MX_NULL, "a", &f->some, &f->mx[1]);
	findings_sort(&f->fs);
	assert_int_equal(f->fs.n, 7);
	/* sure errors of MX, by subject, then by record */
	assert_string_equal(f->fs.item[0]->subject, "a");
	assert_ptr_equal(f->fs.item[1]->rr, &f->mx[0]);
	assert_ptr_equal(f->fs.item[2]->rr, &f->mx[1]);
	/* PTR comes behind MX, but a sure error before an unsure one */
	assert_int_equal(f->fs.item[3]->rule, RULE_PTR_MISSING_SENDER);
	assert_false(f->fs.item[4]->sure);
	assert_int_equal(f->fs.item[5]->rule, RULE_MX_TOO_MANY);
	assert_int_equal(f->fs.item[6]->rule, RULE_MX_SINGLE);
}

/* The same findings in all 24 orders of adding come out in one order. */
static void order_of_adding(void **state)
{
	struct fixture *f = *state;
	static const char *const details[] = { "d", "c", "b", "a" };

	for (unsigned p = 0; p < 24; p++) {
		size_t left[4] = { 0, 1, 2, 3 }, n = 4;
		unsigned code = p;

		f->fs.n = 0;
		for (unsigned base = 4; base; base--) {
			size_t k = code % base, pick = left[k];
			struct finding *x;

			code /= base;
			memmove(&left[k], &left[k + 1], (--n - k) * sizeof(*left));
			x = finding_add(&f->fs, pick & 1 ? RULE_MX_NULL : RULE_MX_CNAME,
					pick & 2 ? "x" : "y", &f->some, NULL);
			x->detail = details[pick];
		}
		findings_sort(&f->fs);
		assert_int_equal(f->fs.n, 4);
		for (unsigned i = 1; i < 4; i++) {
			const struct finding *a = f->fs.item[i - 1], *b = f->fs.item[i];

			assert_true(a->rule < b->rule ||
				    (a->rule == b->rule && strcmp(a->subject, b->subject) < 0));
		}
	}
}

static void empty_list(void **state)
{
	struct fixture *f = *state;

	findings_sort(&f->fs);
	assert_int_equal(f->fs.n, 0);
}

static void fix_of_case_before_rule(void **state)
{
	struct fixture *f = *state;
	struct finding *x = finding_add(&f->fs, RULE_MX_NULL, "a", &f->some, NULL);

	assert_string_equal(finding_fix(x), rules[RULE_MX_NULL].fix);
	x->fix = "a. IN MX 10 b.";
	assert_string_equal(finding_fix(x), "a. IN MX 10 b.");
}

static void rules_by_name(void **state)
{
	enum rule_id id = RULE_COUNT;

	(void)state;
	for (unsigned i = 0; i < RULE_COUNT; i++) {
		assert_true(rule_from(str_c(rules[i].name), &id));
		assert_int_equal(id, i);
		assert_true(*rules[i].title && *rules[i].why && *rules[i].fix && *rules[i].ref);
	}
	id = RULE_MX_NULL;
	assert_false(rule_from(S("mx-nul"), &id));
	assert_false(rule_from(S("mx-null-"), &id));
	assert_false(rule_from(S(""), &id));
	assert_int_equal(id, RULE_MX_NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(sure_as_its_fact, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_twice, setup, teardown),
		cmocka_unit_test_setup_teardown(places_of_one_record, setup, teardown),
		cmocka_unit_test_setup_teardown(many_places, setup, teardown),
		cmocka_unit_test_setup_teardown(worst_first, setup, teardown),
		cmocka_unit_test_setup_teardown(order_of_adding, setup, teardown),
		cmocka_unit_test_setup_teardown(empty_list, setup, teardown),
		cmocka_unit_test_setup_teardown(fix_of_case_before_rule, setup, teardown),
		cmocka_unit_test(rules_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What a code means: read as people write it, found in the tables, and told apart from what is no
 * code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "code.h"
#include "judge.h"
#include "render_help.h"
#include "unit_arena.h"

static enum code_is is(const char *word)
{
	struct code_view v;

	return judge_code(&arena, str_c(word), &v);
}

static struct code_view known(const char *word)
{
	struct code_view v;

	if (judge_code(&arena, str_c(word), &v) != CODE_KNOWN)
		fail_msg("%s is not known", word);
	return v;
}

static bool has_cause(const struct code_view *v, enum cause c)
{
	for (size_t i = 0; i < v->ncause; i++)
		if (v->cause[i] == c)
			return true;
	return false;
}

static struct str told(const char *word)
{
	static const struct render_options o = { .width = 80 };
	struct code_view v = known(word);
	struct buf b;
	struct str s;

	buf_init(&b, 1 << 20);
	render_explain_code(&b, &arena, &v, &o);
	s = str_c(arena_strndup(&arena, b.p, b.n));
	buf_free(&b);
	return s;
}

static void a_code_is_read_as_people_write_it(void **state)
{
	static const char *const same[] = { "550 5.7.1", "550-5.7.1", " 550 5.7.1 ", "550 #5.7.1" };

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		struct code_view v = known(same[i]);

		assert_string_equal(v.text, "550 5.7.1");
		assert_int_equal(v.code, 550);
		assert_int_equal(v.enhanced.detail, 1);
	}
	assert_int_equal(known("5.7.1").code, 0);
	assert_int_equal(known("550").enhanced.class, 0);
}

static void what_is_no_code(void **state)
{
	static const char *const none[] = { "",        "spf",   "55",       "5.7",   "5.7.",
					    "5.7.1.1", "3.7.1", "5.7.1000", "x.7.1", "650",
					    "1.2.3",   "5..1",  "[]",       "5501",  "5.7.1x1" };

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (is(none[i]) == CODE_KNOWN || is(none[i]) == CODE_UNKNOWN)
			fail_msg("\"%s\" is taken for a code", none[i]);
	assert_int_equal(is("550 5.7.1 no"), CODE_REPLY);
	assert_int_equal(is("550 no"), CODE_REPLY);
	assert_int_equal(is("5.7.1 no"), CODE_REPLY);
}

static void an_unknown_code_has_a_neighbour(void **state)
{
	struct code_view v;

	(void)state;
	assert_int_equal(judge_code(&arena, S("5.7.31"), &v), CODE_UNKNOWN);
	assert_string_equal(v.nearest, "5.7.30");
	assert_int_equal(judge_code(&arena, S("4.7.620"), &v), CODE_UNKNOWN);
	assert_string_equal(v.nearest, "5.7.620");
	assert_int_equal(judge_code(&arena, S("557"), &v), CODE_UNKNOWN);
	assert_string_equal(v.nearest, "556");
	assert_int_equal(judge_code(&arena, S("5.9.1"), &v), CODE_UNKNOWN);
	assert_null(v.nearest);
}

/* Every code that a receiver's ruling answers with is known, and leads back to the ruling. */
static void every_ruling_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < nrulings; i++) {
		struct enhanced e = ruling_enhanced(&rulings[i]);
		struct code_view v;
		bool found = false;

		if (!rulings[i].reply[0])
			continue;
		v = known(e.class ? arena_printf(&arena, "%u.%u.%u", e.class, e.subject, e.detail)
				  : arena_strndup(&arena, rulings[i].reply, 3));
		for (size_t k = 0; k < v.nruling; k++)
			found |= v.ruling[k] == &rulings[i];
		if (!found)
			fail_msg("%s: not found by its code", rulings[i].reply);
	}
}

static void receivers_win_over_the_registry(void **state)
{
	struct code_view v = known("5.7.9");

	(void)state;
	assert_non_null(v.meaning);
	assert_int_equal(v.nuse, 1);
	assert_true(has_cause(&v, CAUSE_DMARC));
	assert_false(has_cause(&v, CAUSE_AUTH_REQUIRED));
	v = known("5.7.20");
	assert_true(has_cause(&v, CAUSE_DKIM));
	v = known("5.7.515");
	assert_null(v.meaning);
	assert_true(v.nuse && v.nruling);
}

static void the_class_tells_uses_apart(void **state)
{
	struct code_view now = known("4.7.26"), good = known("5.7.26");

	(void)state;
	assert_int_equal(now.nruling, 1);
	assert_int_equal(now.ruling[0]->who, RECEIVER_MICROSOFT365);
	assert_int_equal(good.nruling, 3);
	assert_int_equal(good.nkin, 1);
	assert_true(has_cause(&good, CAUSE_SPF) && has_cause(&good, CAUSE_DMARC) &&
		    has_cause(&good, CAUSE_UNAUTHENTICATED));
	assert_int_equal(known("554 5.7.26").nruling, 0);
	assert_int_equal(known("554 5.7.26").nkin, 4);
	for (size_t i = 0; i < now.nuse; i++)
		assert_string_not_equal(now.use[i]->what, "");
	assert_int_equal(now.nuse, good.nuse + 1);
}

static void marks_of_vendors(void **state)
{
	static const char *const marks[] = { "S3150",        "s3140",   "(S3150)", "[TSS04]",
					     "XGEMAIL_0003", "OFR_203", "MI:SPF" };

	(void)state;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		assert_non_null(known(marks[i]).tag);
	assert_int_equal(is("S315"), CODE_NONE);
	assert_int_equal(is("S3150x"), CODE_NONE);
	assert_int_equal(known("OFR_203").cause[0], CAUSE_HELO);
	assert_true(help_has(told("S3150"), "block list"));
}

static void what_is_told(void **state)
{
	struct str s = told("5.7.26");

	(void)state;
	assert_true(help_has(s, "RFC 7372") || help_has(s, "RFC\n7372"));
	assert_true(help_has(s, "Gmail: reject when SPF answers fail"));
	assert_true(help_has(s, "spf-multiple"));
	assert_true(help_has(s, "4.7.26 Service does not accept"));
	assert_true(help_has(s, "authcheck bounce"));
	s = told("5.7.1");
	assert_true(help_has(s, "It stands for many causes"));
	assert_true(help_has(s, "the words decide"));
	s = told("550");
	assert_true(help_has(s, "5.7.515"));
	assert_false(help_has(s, "Rules to blame"));
	assert_false(help_has(told("5.1.1"), "Who answers so"));
	for (size_t i = 0; i < nrulings; i++) {
		struct enhanced e = ruling_enhanced(&rulings[i]);

		if (e.class)
			assert_in_range(help_longest_line(told(arena_printf(
						&arena, "%u.%u.%u", e.class, e.subject, e.detail))),
					10, 80);
	}
}

/* A code that another begins with is another code; the class says only for how long. */
static void a_ruling_answers_with_its_own_code(void **state)
{
	struct ruling u = { .reply = "550 5.7.509 Access denied" };

	(void)state;
	assert_true(ruling_answers(&u, "5.7.509"));
	assert_true(ruling_answers(&u, "4.7.509"));
	assert_false(ruling_answers(&u, "5.7.5"));
	assert_false(ruling_answers(&u, "5.7.50"));
	assert_false(ruling_answers(&u, "550"));
	u.reply = "554 Bad DNS PTR resource record.";
	assert_false(ruling_answers(&u, "5.7.509"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_code_is_read_as_people_write_it, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_no_code, setup, teardown),
		cmocka_unit_test_setup_teardown(an_unknown_code_has_a_neighbour, setup, teardown),
		cmocka_unit_test_setup_teardown(every_ruling_is_found, setup, teardown),
		cmocka_unit_test_setup_teardown(receivers_win_over_the_registry, setup, teardown),
		cmocka_unit_test_setup_teardown(the_class_tells_uses_apart, setup, teardown),
		cmocka_unit_test_setup_teardown(marks_of_vendors, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_told, setup, teardown),
		cmocka_unit_test_setup_teardown(a_ruling_answers_with_its_own_code, setup,
						teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

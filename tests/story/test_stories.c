/* Every story: its rule fires, or narrowly does not, and nothing else of weight is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "story.h"

enum { RULES_MAX = 600 };

static char names[RULES_MAX][64];

static bool is_also(const struct story *s, const char *rule)
{
	for (size_t i = 0; i < s->nalso; i++)
		if (strcmp(s->also[i], rule) == 0)
			return true;
	return false;
}

/* The large receivers that refuse a bulk sender with these findings, as the story has it: "gmail
 * 550-5.7.27", or "maybe gmail 550-5.7.27" where it is not sure. */
static void refusals(struct audit *a, const char **list, size_t *n)
{
	for (size_t i = 0; i < a->report.nverdict; i++) {
		const struct verdict *v = &a->report.bulk_verdict[i];
		struct str reply = str_c(v->reply);
		ptrdiff_t end, second;

		if (!receivers[v->who].major || !v->ruling || v->ruling->optional ||
		    (v->fate != FATE_DEFER && v->fate != FATE_REJECT))
			continue;
		end = str_find(reply, ' ');
		second = end == 3 ? str_find(str_from(reply, 4), ' ') : -1;
		if (second > 0 && str_find(str_sub(reply, 4, (size_t)second), '.') > 0)
			end = 4 + second;
		list[(*n)++] = arena_printf(&a->work, "%s%s%s%.*s", v->sure ? "" : "maybe ",
					    receivers[v->who].name, end > 0 ? " " : "",
					    end > 0 ? (int)end : 0, reply.p);
	}
}

static void check_refusals(const struct story *s, struct audit *a)
{
	const char *list[RECEIVER_COUNT];
	size_t n = 0;
	bool same;

	refusals(a, list, &n);
	same = n == s->nrefuse;
	for (size_t i = 0; same && i < n; i++)
		same = strcmp(list[i], s->refuse[i]) == 0;
	if (same)
		return;
	for (size_t i = 0; i < n; i++)
		print_message("%s: #! refuse %s\n", s->path, list[i]);
	fail_msg("%s: these receivers refuse, and not those the story names", s->path);
}

static bool is_blamed(enum rule_id rule)
{
	for (size_t i = 0; i < nblames; i++)
		if (blames[i].rule == rule)
			return true;
	return false;
}

static void check_story(struct story *s)
{
	struct audit a;
	enum rule_id rule;
	bool fired = false;
	const char *wrong = NULL;

	story_run(s, &a, 0);
	for (size_t i = 0; i < a.report.findings.n; i++) {
		const struct finding *f = a.report.findings.item[i];
		const struct rule *r = &rules[f->rule];

		if (strcmp(r->name, s->rule) == 0) {
			fired |= f->sure != s->unsure;
			if (!s->fires)
				wrong = r->name;
		} else if (r->severity >= SEV_WARNING && !is_also(s, r->name)) {
			wrong = r->name;
		}
	}
	for (size_t i = 0; i < s->nalso; i++) {
		bool there = false;

		for (size_t k = 0; k < a.report.findings.n; k++)
			there |= strcmp(rules[a.report.findings.item[k]->rule].name, s->also[i]) ==
				 0;
		if (!there)
			wrong = s->also[i];
	}
	if (!wrong)
		wrong = story_expect(s, &a);
	if (wrong || fired != s->fires)
		story_show(&a);
	if (fired != s->fires)
		fail_msg("%s: %s %s", s->path, s->rule, s->fires ? "did not fire" : "fired");
	if (wrong)
		fail_msg("%s: %s is not as the story says", s->path, wrong);
	if (rule_from(str_c(s->rule), &rule) && is_blamed(rule))
		check_refusals(s, &a);
	audit_free(&a);
}

static void story_test(void **state)
{
	const char *name = *state;

	for (int fires = 0; fires < 2; fires++) {
		struct story s;

		story_read(&s, "fixtures/audit", name, fires);
		check_story(&s);
		story_free(&s);
	}
}

/* The flawless domain of base.tape has no finding of any weight. */
static void base_test(void **state)
{
	struct story s;
	struct audit a;

	(void)state;
	story_read(&s, "fixtures/audit", NULL, true);
	story_run(&s, &a, 0);
	for (size_t i = 0; i < a.report.findings.n; i++)
		if (rules[a.report.findings.item[i]->rule].severity >= SEV_WARNING) {
			story_show(&a);
			fail_msg("base.tape: %s", rules[a.report.findings.item[i]->rule].name);
		}
	assert_int_equal(a.report.risk, RISK_NONE);
	assert_int_equal(a.report.score, 100);
	audit_free(&a);
	story_free(&s);
}

int main(int argc, char **argv)
{
	size_t n = story_rules("fixtures/audit", names, RULES_MAX), m = 0;
	struct CMUnitTest *tests = calloc(n + 1, sizeof(*tests));
	int failed;

	if (!tests)
		return 1;
	for (size_t i = 0; i < n; i++) {
		if (argc > 1 && !strstr(names[i], argv[1]))
			continue;
		tests[m++] = (struct CMUnitTest){ .name = names[i],
						  .test_func = story_test,
						  .initial_state = names[i] };
	}
	if (argc < 2)
		tests[m++] = (struct CMUnitTest){ .name = "base", .test_func = base_test };
	failed = _cmocka_run_group_tests("stories", tests, m, NULL, NULL);
	free(tests);
	return failed != 0;
}

/* The examples of `authcheck explain`: the faulty record breaks the rule, the mended one does not.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "file.h"
#include "tape_audit.h"

static const struct example {
	enum rule_id rule;
	const char *owner, *faulty, *mended;
} examples[] = {
#define EXAMPLE(rule, owner, faulty, mended) { RULE_##rule, owner, faulty, mended },
#include "examples.def"
#undef EXAMPLE
};

static bool breaks(struct arena *a, struct str base, const struct example *e, const char *text)
{
	static check_fn *const checks[] = { check_intent, check_spf,     check_dkim,
					    check_dmarc,  check_mta_sts, check_tls_rpt };
	static const char *const selector[] = { "sel1" };
	static const struct audit_wish wish = { .selectors = selector,
						.nselectors = 1,
						.discover = DISCOVER_NONE };
	struct tape_audit t;
	bool found = false;

	tape_audit_run(&t,
		       arena_printf(a, "%.*s\n%s TXT SOME 3600 \"%s\"\n", (int)base.n, base.p,
				    e->owner, text),
		       "example.com", &wish, checks, sizeof(checks) / sizeof(checks[0]));
	for (size_t i = 0; i < t.report.findings.n; i++)
		found |= t.report.findings.item[i]->rule == e->rule &&
			 t.report.findings.item[i]->sure;
	tape_audit_free(&t);
	return found;
}

static void test_examples(void **state)
{
	struct arena a;
	struct buf base;
	const char *err = NULL;

	(void)state;
	arena_init(&a, 64u << 20);
	buf_init(&base, 1 << 20);
	assert_true(file_read(&a, "fixtures/audit/base.tape", 1 << 20, &base, &err));
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		const struct example *e = &examples[i];

		if (!breaks(&a, buf_str(&base), e, e->faulty))
			fail_msg("%s: the faulty record does not break it", rules[e->rule].name);
		if (breaks(&a, buf_str(&base), e, e->mended))
			fail_msg("%s: the mended record breaks it", rules[e->rule].name);
	}
	buf_free(&base);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_examples) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

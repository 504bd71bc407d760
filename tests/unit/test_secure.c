/* secure_of: the flag of a trusted resolver that validates, and nothing else, tells signed from not
 * signed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "secure.h"
#include "tape_audit.h"

static enum secure seen;
static unsigned steps_open;

static void check_seen(struct check *c)
{
	const struct fact *f = look_dns(c->look, RR_MX, c->domain);

	seen = secure_of(c->look, f);
	if (fact_is_open(f))
		assert_int_equal(seen, SECURE_OPEN);
	steps_open += seen == SECURE_OPEN;
}

static enum secure secure_on(const char *tape, size_t *asked)
{
	static check_fn *const checks[] = { check_seen };
	struct tape_audit t;

	steps_open = 0;
	tape_audit_run(&t, tape, "example.com", NULL, checks, 1);
	*asked = t.facts.n;
	tape_audit_free(&t);
	return seen;
}

#define ROOT(attributes) ". SOA SOME 86400 " attributes " \\# 4 00000000\n"
#define MX(attributes)   "example.com MX SOME 300 " attributes " 10 mx.example.com\n"

static void test_secure(void **state)
{
	static const struct {
		const char *tape;
		enum secure want;
		size_t asked;
	} cases[] = {
		{ MX("ad=1"), SECURE_YES, 1 },
		{ MX("") ROOT("ad=1"), SECURE_NO, 2 },
		/* a resolver that does not validate says nothing about anybody's signatures */
		{ MX("") ROOT(""), SECURE_UNKNOWN, 2 },
		{ MX(""), SECURE_UNKNOWN, 2 },
		{ MX("") ". SOA LOST timeout\n", SECURE_UNKNOWN, 2 },
		/* nor does one that validates about another that answered */
		{ MX("src=\"127.0.0.1:53\"") ROOT("ad=1 src=\"127.0.0.1:53\""), SECURE_NO, 2 },
		{ MX("src=\"192.0.2.1:53\"") ROOT("ad=1 src=\"127.0.0.1:53\""), SECURE_UNKNOWN, 2 },
		{ MX("") ROOT("ad=1 src=\"127.0.0.1:53\""), SECURE_UNKNOWN, 2 },
		/* a zone file has no signatures that anybody checked */
		{ MX("zone=1") ROOT("ad=1"), SECURE_UNKNOWN, 1 },
		/* that there is none is signed as well */
		{ "example.com MX NONE NODATA 300 ad=1\n", SECURE_YES, 1 },
		{ "example.com MX NONE NODATA 300\n" ROOT("ad=1"), SECURE_NO, 2 },
		{ "example.com MX LOST timeout\n" ROOT("ad=1"), SECURE_UNKNOWN, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t asked;

		if (secure_on(cases[i].tape, &asked) != cases[i].want)
			fail_msg("%s: %d instead of %d", cases[i].tape, seen, cases[i].want);
		assert_int_equal(asked, cases[i].asked);
		assert_int_equal(steps_open, asked);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_secure) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

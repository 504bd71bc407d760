/* The order property: facts revealed in any order, in any portions, give the same report to the
 * byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../story/story.h"
#include "render.h"

enum { RULES_MAX = 600, ORDERS_DEFAULT = 20, STACK_SHARE = 7 };

static char names[RULES_MAX][64];
static unsigned orders = ORDERS_DEFAULT;

/* The JSON of one run, statistics aside. */
static struct buf report(struct story *s, uint64_t seed)
{
	struct render_options o = { .width = 80 };
	struct audit a;
	struct buf b;

	story_run(s, &a, seed);
	a.report.stats = (struct stats){ 0 };
	buf_init(&b, 1 << 20);
	render_json(&b, &a.work, &a.report, &o, 0, 1);
	assert_false(b.failed);
	audit_free(&a);
	return b;
}

static void order_test(void **state)
{
	const char *name = *state;

	for (int fires = 0; fires < 2; fires++) {
		struct story s;
		struct buf first;
		unsigned times = orders;

		story_read(&s, "fixtures/audit", name, fires);
		first = report(&s, 0);
		/* the receiver libraries run in a process each time, and only when all is settled
		 */
		if (s.setup.wish.stack)
			times = (orders + STACK_SHARE - 1) / STACK_SHARE;
		for (unsigned i = 1; i <= times; i++) {
			struct buf other = report(&s, i * UINT64_C(0x9e3779b97f4a7c15));

			if (other.n != first.n || memcmp(other.p, first.p, first.n) != 0)
				fail_msg(
					"%s: order %u gives another report:\n%s\n--- instead of ---\n%s",
					s.path, i, other.p, first.p);
			buf_free(&other);
		}
		buf_free(&first);
		story_free(&s);
	}
}

int main(void)
{
	size_t n = story_rules("fixtures/audit", names, RULES_MAX);
	struct CMUnitTest *tests = calloc(n, sizeof(*tests));
	const char *wish = getenv("AUTHCHECK_ORDERS");
	int failed;

	if (!tests)
		return 1;
	if (wish)
		orders = (unsigned)strtoul(wish, NULL, 10);
	for (size_t i = 0; i < n; i++)
		tests[i] = (struct CMUnitTest){ .name = names[i],
						.test_func = order_test,
						.initial_state = names[i] };
	failed = _cmocka_run_group_tests("order", tests, n, NULL, NULL);
	free(tests);
	return failed != 0;
}

/* The row of sources: who answers, and aliases that lead from one source to the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "source.h"
#include "tape.h"
#include "zone.h"

static struct arena arena;
static const struct fact *got;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 16 * 1024 * 1024);
	got = NULL;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static void done(struct question *q, const struct fact *answer)
{
	(void)q;
	assert_null(got); /* once */
	got = fact_copy(&arena, answer);
}

static const struct fact *ask(struct source *s, uint16_t type, const char *name)
{
	struct question *q = ARENA_NEW(&arena, struct question);
	struct facts facts;

	facts_init(&facts, &arena, 0);
	*q = (struct question){ .type = type, .name = name, .facts = &facts, .done = done };
	got = NULL;
	s->ops->ask(s, q);
	for (int i = 0; !got && i < 100; i++)
		s->ops->run(s, 1);
	assert_non_null(got);
	return got;
}

static struct source *row(const char *zone_text, const char *tape_text)
{
	static struct source *sources[3];
	struct zone *z = ARENA_NEW(&arena, struct zone);
	struct tape *t = ARENA_NEW(&arena, struct tape);
	const char *err = NULL;

	if (!parse_zone_text(&arena, "db.example", str_c(zone_text), "example.com", z, &err) ||
	    !tape_read(&arena, str_c(tape_text), t, &err))
		fail_msg("%s", err);
	sources[0] = source_zone(&arena, z);
	sources[1] = source_tape(&arena, t);
	return source_mux(&arena, sources, 2);
}

static void test_first_that_has_it(void **state)
{
	struct source *s = row("@ TXT \"zone\"\nsub NS ns.elsewhere.net.\n",
			       "example.com TXT SOME 1 \"tape\"\nother.net TXT SOME 1 \"tape\"\n"
			       "x.sub.example.com TXT SOME 1 \"below the cut\"\n");
	const struct fact *f = ask(s, RR_TXT, "example.com");

	(void)state;
	assert_true(str_eq(f->rr[0].data, S("zone")));
	assert_string_equal(f->source, "db.example");
	assert_int_equal(f->rr[0].line, 1);
	assert_true(str_eq(ask(s, RR_TXT, "other.net")->rr[0].data, S("tape")));
	/* what is delegated is not the zone's to answer */
	assert_true(str_eq(ask(s, RR_TXT, "x.sub.example.com")->rr[0].data, S("below the cut")));
	assert_true(fact_is_nxdomain(ask(s, RR_TXT, "no.example.com")));
	assert_int_equal(ask(s, RR_TXT, "lost.net")->why, WHY_NOT_ON_TAPE);
}

static void test_alias_leads_on(void **state)
{
	struct source *s = row(
		"a CNAME b\nb CNAME host.other.net.\nend TXT \"back\"\nq CNAME gone.other.net.\n"
		"r CNAME lost.net.\n",
		"host.other.net TXT SOME 7 >end.example.com \"on the tape\"\n"
		"gone.other.net TXT NONE NXDOMAIN\n");
	const struct fact *f = ask(s, RR_TXT, "a.example.com");

	(void)state;
	assert_int_equal(f->state, FACT_SOME);
	assert_int_equal(f->nchain, 3);
	assert_string_equal(f->chain[1].target, "host.other.net");
	f = ask(s, RR_TXT, "q.example.com");
	assert_true(fact_is_nxdomain(f) && fact_is_dangling(f));
	f = ask(s, RR_TXT, "r.example.com");
	assert_int_equal(f->state, FACT_LOST);
	assert_int_equal(f->nchain, 1);
}

/* An alias that leads out of the zone and back in a circle ends as LOST. */
static void test_loop(void **state)
{
	struct source *s = row("a CNAME x.other.net.\nself CNAME self\n",
			       "x.other.net TXT NONE NODATA 1 >a.example.com\n");

	(void)state;
	assert_int_equal(ask(s, RR_TXT, "self.example.com")->why, WHY_CNAME_LOOP);
	assert_int_equal(ask(s, RR_TXT, "a.example.com")->why, WHY_CNAME_LOOP);
}

static void test_offline(void **state)
{
	struct source *off = source_offline(&arena);
	struct source *s = source_mux(&arena, &off, 1);

	(void)state;
	assert_true(fact_is_offline(ask(s, RR_TXT, "example.com")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_that_has_it, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alias_leads_on, setup, teardown),
		cmocka_unit_test_setup_teardown(test_loop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_offline, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

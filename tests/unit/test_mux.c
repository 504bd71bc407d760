/* The row of sources: who answers, and aliases that lead from one source to the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <limits.h>

#include "rrtype.h"
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
	for (int i = 0; !got && s->ops->run && i < 100; i++)
		s->ops->run(s, 1);
	assert_non_null(got);
	return got;
}

static struct source *zones_of(const struct zone *z)
{
	const struct zone **list = ARENA_NEW(&arena, const struct zone *);

	*list = z;
	return source_zones(&arena, list, 1);
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
	sources[0] = zones_of(z);
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

/* ---- a source that answers when it is run, from a tape, and says OPEN where a chain leads on ----
 */

struct late {
	struct source source;
	const struct tape *tape;
	const char *end; /* what names below which it knows; NULL: all */
	struct question *waiting[8];
	size_t n;
	unsigned asked, closed;
	int timeout_ms;
};

static bool late_has(struct source *s, enum ask kind, uint16_t type, const char *name)
{
	const struct late *l = (const struct late *)s;

	(void)type;
	return kind == ASK_DNS && (!l->end || str_ends_ci(str_c(name), str_c(l->end)));
}

static void late_ask(struct source *s, struct question *q)
{
	struct late *l = (struct late *)s;

	assert_true(l->n < 8);
	l->waiting[l->n++] = q;
	l->asked++;
}

static void late_run(struct source *s, int timeout_ms)
{
	struct late *l = (struct late *)s;

	l->timeout_ms = timeout_ms;
	while (l->n) {
		struct question *q = l->waiting[--l->n];
		struct fact f = *tape_answer(&arena, l->tape, q->kind, q->type, q->name, q->at);

		if (f.state == FACT_NONE && f.ttl_s == 999) /* so a tape says OPEN here */
			f.state = FACT_OPEN;
		q->done(q, &f);
	}
}

static void late_close(struct source *s)
{
	((struct late *)s)->closed++;
}

static struct late *late(const char *tape_text, const char *end)
{
	static const struct source_ops ops = {
		.name = "late",
		.has = late_has,
		.ask = late_ask,
		.run = late_run,
		.close = late_close,
	};
	struct late *l = ARENA_NEW(&arena, struct late);
	struct tape *t = ARENA_NEW(&arena, struct tape);
	const char *err = NULL;

	if (!tape_read(&arena, str_c(tape_text), t, &err))
		fail_msg("%s", err);
	*l = (struct late){ .source = { &ops }, .tape = t, .end = end };
	return l;
}

static struct source *zone_source(const char *text, const char *origin)
{
	struct zone *z = ARENA_NEW(&arena, struct zone);
	const char *err = NULL;

	if (!parse_zone_text(&arena, "db.example", str_c(text), origin, z, &err))
		fail_msg("%s", err);
	return zones_of(z);
}

static void test_parts_are_joined(void **state)
{
	struct late *one = late("a.one TXT NONE NODATA 999 ad=1 >b.two\n"
				"c.one TXT NONE NODATA 999 >d.two\n"
				"s.one TXT SOME 5 ad=1 src=\"1.1.1.1:53\" \"short\"\n",
				".one");
	struct late *two = late("b.two TXT SOME 300 ad=1 size=77 src=\"2.2.2.2:53\" \"end\"\n"
				"d.two TXT SOME 300 ad=1 \"end\"\n",
				NULL);
	struct source *list[] = { &one->source, &two->source };
	struct source *s = source_mux(&arena, list, 2);
	const struct fact *f = ask(s, RR_TXT, "a.one");

	(void)state;
	assert_string_equal(f->name, "a.one");
	assert_int_equal(f->state, FACT_SOME);
	assert_int_equal(f->nchain, 1);
	assert_string_equal(f->chain[0].target, "b.two");
	assert_int_equal(f->ttl_s, 300);
	assert_int_equal(f->size, 77);
	assert_string_equal(f->source, "2.2.2.2:53");
	assert_true(f->ad);
	/* one part that was not validated is enough */
	assert_false(ask(s, RR_TXT, "c.one")->ad);
	assert_true(ask(s, RR_TXT, "s.one")->ad);
	assert_int_equal(one->asked + two->asked, 5);
	s->ops->close(s);
	assert_int_equal(one->closed + two->closed, 2);
}

/* The zone file has the last word on its own names, even when the Internet knows them otherwise. */
static void test_chain_enters_the_zone(void **state)
{
	struct source *zone = zone_source("mine TXT \"from the file\"\n", "example.com");
	struct late *net = late(
		"x.net TXT SOME 60 >y.net >mine.example.com >z.net \"from the Internet\"\n"
		"broken.net TXT LOST servfail >mine.example.com\n",
		NULL);
	struct source *list[] = { zone, &net->source };
	struct source *s = source_mux(&arena, list, 2);
	const struct fact *f = ask(s, RR_TXT, "x.net");

	(void)state;
	assert_int_equal(f->nchain, 2);
	assert_true(str_eq(f->rr[0].data, S("from the file")));
	assert_string_equal(f->source, "db.example");
	assert_true(str_eq(ask(s, RR_TXT, "broken.net")->rr[0].data, S("from the file")));
}

static const struct zone *zone_at(const char *text, const char *origin, const char *file)
{
	struct zone *z = ARENA_NEW(&arena, struct zone);
	const char *err = NULL;

	if (!parse_zone_text(&arena, file, str_c(text), origin, z, &err))
		fail_msg("%s", err);
	return z;
}

/* Of several zones the nearest that can answers, however they stand in the row: a parent hides no
 * child, not behind its own CNAME either, and a part of a zone leaves the rest to another. */
static void test_nearest_zone(void **state)
{
	struct zone part = *zone_at("b TXT \"part\"\n", "two.example", "part");
	const struct zone *list[] = {
		zone_at("@ TXT \"one\"\nx.sub TXT \"parent\"\nway CNAME x.sub\nself CNAME y\ny TXT \"y\"\n",
			"one.example", "one"),
		&part,
		zone_at("x TXT \"child\"\n", "sub.one.example", "sub"),
		zone_at("a TXT \"rest\"\nb TXT \"rest\"\n", "two.example", "rest"),
		zone_at("c TXT \"top\"\n", "example", "top"),
	};
	struct source *s[1] = { source_zones(&arena, list, 5) }, *m;
	const struct zone_index *x = zone_index(&arena, list, 5);
	struct zone_near near = zone_near(x, "b.two.example");
	const struct fact *f;

	(void)state;
	part.partial = true;
	m = source_mux(&arena, s, 1);
	assert_true(str_eq(ask(m, RR_TXT, "x.sub.one.example")->rr[0].data, S("child")));
	f = ask(m, RR_TXT, "way.one.example");
	assert_true(str_eq(f->rr[0].data, S("child")));
	assert_int_equal(f->nchain, 1);
	assert_string_equal(f->source, "sub");
	f = ask(m, RR_TXT, "self.one.example");
	assert_true(str_eq(f->rr[0].data, S("y")));
	assert_string_equal(f->source, "one");
	assert_true(str_eq(ask(m, RR_TXT, "b.two.example")->rr[0].data, S("part")));
	assert_true(str_eq(ask(m, RR_TXT, "a.two.example")->rr[0].data, S("rest")));
	assert_true(str_eq(ask(m, RR_TXT, "c.example")->rr[0].data, S("top")));
	assert_int_equal(ask(m, RR_TXT, "none.sub.one.example")->why, WHY_NXDOMAIN);
	assert_false(m->ops->has(m, ASK_DNS, RR_TXT, "other.test"));
	assert_int_equal(zone_index_at(x, "two.example"), 1);
	assert_int_equal(zone_index_at(x, "b.two.example"), SIZE_MAX);
	assert_true(zone_near_next(&near) && near.at == 1);
	assert_true(zone_near_next(&near) && near.at == 3);
	assert_true(zone_near_next(&near) && near.at == 4);
	assert_false(zone_near_next(&near));
	assert_false(zone_near_next(&near));
}

static struct source *ladder(unsigned links)
{
	const char *text = "";

	for (unsigned i = 0; i < links; i++)
		text = arena_printf(&arena, "%sn%u CNAME n%u\n", text, i, i + 1);
	return zone_source(arena_printf(&arena, "%sn%u TXT \"end\"\n", text, links), "example.com");
}

static void test_length_of_chains(void **state)
{
	struct source *zone = ladder(16);
	const struct fact *f = ask(source_mux(&arena, &zone, 1), RR_TXT, "n0.example.com");
	struct late *steps = late("p.net TXT NONE NODATA 999 >q.net\n"
				  "q.net TXT NONE NODATA 999 >n0.example.com\n",
				  ".net");
	struct source *list[] = { zone, &steps->source };

	(void)state;
	assert_int_equal(f->state, FACT_SOME);
	assert_int_equal(f->nchain, 16);
	/* two more before it: 18 in all */
	f = ask(source_mux(&arena, list, 2), RR_TXT, "p.net");
	assert_int_equal(f->why, WHY_CNAME_LOOP);
	assert_int_equal(f->nchain, 16);
	zone = ladder(17);
	f = ask(source_mux(&arena, &zone, 1), RR_TXT, "n0.example.com");
	assert_int_equal(f->state, FACT_LOST);
	assert_int_equal(f->why, WHY_CNAME_LOOP);
}

static void test_zone_source(void **state)
{
	struct source *zone = zone_source(
		"@ 500 SOA a b 1 2 3 4 70\nd DNAME t\nx.t TXT \"end\"\n"
		"c CNAME no\nb CNAME both.t\nb MX 10 mx\nself CNAME self\n",
		"example.com");
	struct source *s = source_mux(&arena, &zone, 1);
	const struct fact *f = ask(s, RR_TXT, "x.d.example.com");

	(void)state;
	assert_int_equal(f->state, FACT_SOME);
	assert_int_equal(f->chain[0].type, RR_CNAME);
	assert_string_equal(f->chain[0].target, "x.t.example.com");
	assert_int_equal(f->chain[0].line, 2);
	assert_false(f->ad);
	f = ask(s, RR_CNAME, "x.d.example.com");
	assert_int_equal(f->nchain, 0);
	assert_string_equal(f->rr[0].target, "x.t.example.com");
	f = ask(s, RR_A, "c.example.com");
	assert_true(fact_is_dangling(f) && fact_is_nxdomain(f));
	assert_int_equal(f->ttl_s, 70); /* RFC 2308 5 */
	assert_int_equal(ask(s, RR_MX, "x.t.example.com")->why, WHY_NODATA);
	assert_int_equal(ask(s, RR_MX, "b.example.com")->nrr, 1);
	assert_int_equal(ask(s, RR_CNAME, "self.example.com")->state, FACT_SOME);
	/* HTTPS is not a zone's to answer, nor is what lies elsewhere: nobody is left here */
	assert_false(zone->ops->has(zone, ASK_HTTPS, 0, "example.com"));
	assert_false(zone->ops->has(zone, ASK_DNS, RR_A, "example.net"));
	assert_true(fact_is_offline(ask(s, RR_A, "example.net")));
}

/* More records than a DNS message holds. */
static void test_huge_set(void **state)
{
	struct source *zone = zone_source("$GENERATE 1-5000 @ AAAA 2001:db8::${0,0,x}\n"
					  "$GENERATE 0-199 b A 10.0.0.$\n",
					  "example.com");

	(void)state;
	assert_int_equal(ask(zone, RR_A, "b.example.com")->nrr, 200);
	assert_int_equal(ask(zone, RR_AAAA, "example.com")->why, WHY_TRUNCATED);
}

/* With nothing to wait for, run returns; with one source that waits, that one gets the whole time.
 */
static void test_run(void **state)
{
	struct source *off = source_offline(&arena);
	struct source *s = source_mux(&arena, &off, 1);
	struct late *one = late("* NONE NXDOMAIN\n", NULL), *two = late("* NONE NXDOMAIN\n", NULL);
	struct source *list[] = { &one->source, off, &two->source };

	(void)state;
	s->ops->run(s, -1);
	s = source_mux(&arena, list, 2);
	s->ops->run(s, 5000);
	assert_int_equal(one->timeout_ms, 5000);
	s = source_mux(&arena, list, 3);
	s->ops->run(s, -1);
	assert_in_range(one->timeout_ms, 0, 100);
	assert_in_range(two->timeout_ms, 0, 100);
	/* closing while a question waits leaks nothing */
	late_ask(&one->source, ARENA_NEW(&arena, struct question));
	s->ops->close(s);
}

/* A question may be asked from within the answer to another one. */
static struct source *again_source;
static unsigned again_left;

static void again(struct question *q, const struct fact *answer)
{
	assert_int_equal(answer->state, FACT_SOME);
	if (again_left--)
		again_source->ops->ask(again_source, q);
}

static void test_ask_within_done(void **state)
{
	struct source *zone = zone_source("a CNAME b\nb TXT \"x\"\n", "example.com");
	struct question q = { .type = RR_TXT, .name = "a.example.com", .done = again };

	(void)state;
	again_source = source_mux(&arena, &zone, 1);
	again_left = 50;
	again_source->ops->ask(again_source, &q);
	assert_int_equal(again_left, UINT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_first_that_has_it, setup, teardown),
		cmocka_unit_test_setup_teardown(test_alias_leads_on, setup, teardown),
		cmocka_unit_test_setup_teardown(test_loop, setup, teardown),
		cmocka_unit_test_setup_teardown(test_offline, setup, teardown),
		cmocka_unit_test_setup_teardown(test_parts_are_joined, setup, teardown),
		cmocka_unit_test_setup_teardown(test_nearest_zone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_chain_enters_the_zone, setup, teardown),
		cmocka_unit_test_setup_teardown(test_length_of_chains, setup, teardown),
		cmocka_unit_test_setup_teardown(test_zone_source, setup, teardown),
		cmocka_unit_test_setup_teardown(test_huge_set, setup, teardown),
		cmocka_unit_test_setup_teardown(test_run, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ask_within_done, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Many audits at once over a source that answers in an order of its own: every report is that of
 * the audit alone, and a domain whose questions nobody answers holds up none of the others. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "audits.h"
#include "render.h"
#include "rrtype.h"

enum { DOMAINS = 200, PENDING_MAX = 100000 };

/* Answers from what a name says of itself, the newest question first; what is below "dead" never.
 */
struct odd {
	struct source base;
	struct question *pending[PENDING_MAX];
	size_t n;
	struct arena scratch;
};

static struct odd odd;

static bool odd_has(struct source *s, enum ask kind, uint16_t type, const char *name)
{
	(void)s, (void)kind, (void)type, (void)name;
	return true;
}

static void odd_ask(struct source *s, struct question *q)
{
	(void)s;
	assert_true(odd.n < PENDING_MAX);
	odd.pending[odd.n++] = q;
}

static void settle(struct question *q)
{
	struct rr rr = { .type = RR_TXT, .ttl_s = 60, .data = S("v=spf1 include:spf.test -all") };
	struct fact f = { .kind = q->kind, .type = q->type, .name = q->name, .why = WHY_NODATA };

	f.state = FACT_NONE;
	if (strcmp(q->name, "spf.test") == 0)
		rr.data = S("v=spf1 ip4:93.184.215.20 -all");
	if (q->type == RR_TXT && q->kind == ASK_DNS && q->name[0] != '_' &&
	    !strstr(q->name, "._")) {
		f.state = FACT_SOME;
		f.why = WHY_OK;
		f.rr = &rr;
		f.nrr = 1;
	}
	q->done(q, &f);
}

static void odd_run(struct source *s, int timeout_ms)
{
	size_t kept = 0;

	(void)s, (void)timeout_ms;
	for (size_t i = odd.n, n = 0; i > 0 && n < 50; i--, n++) {
		struct question *q = odd.pending[i - 1];
		bool dead = strstr(q->name, "dead") != NULL;

		if (dead && source_now_ms() < q->deadline_ms)
			continue;
		odd.pending[i - 1] = NULL;
		if (dead)
			q->done(q, &(struct fact){ .kind = q->kind,
						   .type = q->type,
						   .name = q->name,
						   .state = FACT_LOST,
						   .why = WHY_TIMEOUT });
		else
			settle(q);
	}
	for (size_t i = 0; i < odd.n; i++)
		if (odd.pending[i])
			odd.pending[kept++] = odd.pending[i];
	odd.n = kept;
	/* the dead are looked at last, or they would be in the way of the others here */
	for (size_t i = 0, j = 0; i < odd.n; i++)
		if (strstr(odd.pending[i]->name, "dead")) {
			struct question *q = odd.pending[i];

			odd.pending[i] = odd.pending[j];
			odd.pending[j++] = q;
		}
}

static void odd_close(struct source *s)
{
	(void)s;
}

static const struct source_ops odd_ops = {
	.name = "odd", .has = odd_has, .ask = odd_ask, .run = odd_run, .close = odd_close
};

struct seen {
	size_t given, total, n, most_dead;
	unsigned reports[DOMAINS];
	uint64_t hash[DOMAINS];
	size_t order[DOMAINS];
	bool with_dead, late;
	sig_atomic_t stop;
	size_t stop_after;
	char name[64];
};

static const char *name_of(struct seen *s, size_t i)
{
	struct buf b;

	buf_init(&b, sizeof(s->name) - 1);
	buf_addf(&b, s->with_dead && i % 10 == 0 ? "dead%zu.test" : "n%zu.test", i);
	memcpy(s->name, b.p, b.n + 1);
	buf_free(&b);
	return s->name;
}

static enum audits_next next(void *arg, bool may_wait, const char **domain, struct audit_wish *wish)
{
	struct seen *s = arg;

	(void)wish;
	/* a list that has not come so far yet */
	s->late = !s->late;
	if (s->late && !may_wait)
		return AUDITS_LATER;
	if (s->given == s->total)
		return AUDITS_END;
	*domain = name_of(s, s->given++);
	return AUDITS_DOMAIN;
}

static uint64_t report_hash(struct audit *a)
{
	struct buf b;
	uint64_t h;

	a->report.stats = (struct stats){ 0 };
	buf_init(&b, 1024 * 1024);
	render_ndjson(&b, &a->work, &a->report, &(struct render_options){ 0 }, 0, 1);
	h = str_hash(buf_str(&b), 0);
	buf_free(&b);
	return h;
}

static bool done(void *arg, size_t index, struct audit *a, bool ok)
{
	struct seen *s = arg;

	assert_true(ok);
	assert_string_equal(a->report.domain, name_of(s, index));
	s->reports[index]++;
	s->hash[index] = report_hash(a);
	s->order[s->n++] = index;
	if (s->stop_after && s->n == s->stop_after)
		s->stop = 1;
	return true;
}

static struct audit_setup common(void)
{
	return (struct audit_setup){
		.source = &odd.base,
		.wish = { .discover = DISCOVER_SHORT },
		.limits = { .timeout_ms = 300, .deadline_ms = 400 },
		.now_s = 1795507200,
	};
}

static struct audits_setup many(struct seen *s, unsigned jobs)
{
	odd = (struct odd){ .base = { &odd_ops } };
	return (struct audits_setup){ .audit = common(),
				      .jobs = jobs,
				      .next = next,
				      .done = done,
				      .arg = s,
				      .stop = &s->stop };
}

static void test_as_if_alone(void **state)
{
	static const unsigned jobs[] = { 1, 3, DOMAINS };
	static struct seen s;

	(void)state;
	for (size_t k = 0; k < 3; k++) {
		struct audits_setup setup = many(&s, jobs[k]);
		struct audits *all;

		s = (struct seen){ .total = DOMAINS };
		assert_true(audits_run(&setup, &all));
		audits_free(all);
		assert_int_equal(s.n, DOMAINS);
		for (size_t i = 0; i < DOMAINS; i++) {
			struct audit_setup one = common();
			struct audit a;

			assert_int_equal(s.reports[i], 1);
			assert_true(audit_run(&a, &one, name_of(&s, i)));
			assert_true(report_hash(&a) == s.hash[i]);
			audit_free(&a);
		}
	}
}

/* One in ten is dead, with fewer jobs than dead ones: the others are done before the first of those
 * is given up. */
static void test_dead_ones_do_not_hold_up(void **state)
{
	static struct seen s;
	struct audits_setup setup = many(&s, 100);
	struct audits *all;

	(void)state;
	s = (struct seen){ .total = DOMAINS, .with_dead = true };
	assert_true(audits_run(&setup, &all));
	audits_free(all);
	assert_int_equal(s.n, DOMAINS);
	for (size_t i = 0; i < DOMAINS - DOMAINS / 10; i++)
		assert_true(s.order[i] % 10 != 0);
}

static void test_stopped(void **state)
{
	static struct seen s;
	struct audits_setup setup = many(&s, 8);
	struct audits *all;

	(void)state;
	s = (struct seen){ .total = DOMAINS, .stop_after = 20 };
	assert_false(audits_run(&setup, &all));
	assert_int_equal(s.n, 20);
	assert_true(s.given < DOMAINS);
	audits_free(all); /* with those that were under way */
}

static void test_none(void **state)
{
	static struct seen s;
	struct audits_setup setup = many(&s, 8);
	struct audits *all;

	(void)state;
	s = (struct seen){ 0 };
	assert_true(audits_run(&setup, &all));
	assert_int_equal(audits_count(all).finished, 0);
	audits_free(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_if_alone),
		cmocka_unit_test(test_dead_ones_do_not_hold_up),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* What is the same fault before and after, and what a change of zones touches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "diff.h"
#include "touch.h"
#include "unit_arena.h"

/* ---- findings ---- */

struct broken {
	enum rule_id rule;
	const char *subject, *text, *part, *detail; /* text NULL: no evidence */
	bool unsure;
};

static void add(struct report *r, const struct broken *x, unsigned line)
{
	struct finding *f = ARENA_NEW(&arena, struct finding);
	struct fact *fact = ARENA_NEW(&arena, struct fact);
	struct rr *rr = ARENA_NEW(&arena, struct rr);
	ptrdiff_t at;

	*f = (struct finding){ .rule = x->rule, .subject = x->subject, .detail = x->detail };
	f->sure = !x->unsure;
	if (x->text) {
		*rr = (struct rr){
			.type = RR_TXT, .data = str_c(x->text), .line = line, .ttl_s = 60 * line
		};
		*fact = (struct fact){
			.type = RR_TXT, .name = x->subject, .state = FACT_SOME, .rr = rr, .nrr = 1
		};
		f->fact = fact;
		f->rr = rr;
		at = x->part ? str_find_str(rr->data, str_c(x->part)) : 0;
		assert_true(at >= 0);
		f->at = (struct span){ (uint32_t)at, x->part ? (uint32_t)strlen(x->part) : 0 };
	}
	r->findings.item = arena_grow(&arena, r->findings.item, r->findings.n, &r->findings.cap,
				      sizeof(struct finding *));
	r->findings.item[r->findings.n++] = f;
}

struct counts {
	size_t new, gone, still;
};

enum { FAULTS_MAX = 3 };

static const struct pair {
	const char *what;
	struct broken before[FAULTS_MAX], after[FAULTS_MAX];
	struct counts want;
} pairs[] = {
	{ "nothing but the line and the TTL",
	  { { RULE_SPF_PTR, "e.test", "v=spf1 ptr -all", "ptr", NULL, false } },
	  { { RULE_SPF_PTR, "e.test", "v=spf1 ptr -all", "ptr", NULL, false } },
	  { 0, 0, 1 } },
	{ "the record is longer elsewhere",
	  { { RULE_SPF_PTR, "e.test", "v=spf1 ptr -all", "ptr", NULL, false } },
	  { { RULE_SPF_PTR, "e.test", "v=spf1 a mx ptr -all", "ptr", NULL, false } },
	  { 0, 0, 1 } },
	{ "more look-ups, at another term",
	  { { RULE_SPF_LOOKUP_LIMIT, "e.test", "v=spf1 include:a.test -all", "include:a.test",
	      "11 look-ups, 10 allowed", false } },
	  { { RULE_SPF_LOOKUP_LIMIT, "e.test", "v=spf1 include:b.test -all", "include:b.test",
	      "13 look-ups, 10 allowed; no longer reached: x", false } },
	  { 0, 0, 1 } },
	{ "one broken include instead of another",
	  { { RULE_SPF_INCLUDE_NXDOMAIN, "e.test", "v=spf1 include:s1.test -all", "include:s1.test",
	      "s1.test does not exist", false } },
	  { { RULE_SPF_INCLUDE_NXDOMAIN, "e.test", "v=spf1 include:s2.test -all", "include:s2.test",
	      "s2.test does not exist", false } },
	  { 1, 1, 0 } },
	{ "one more of the same rule",
	  { { RULE_SPF_ADDRESS, "e.test", "v=spf1 ip4:1.2 -all", "ip4:1.2", "x", false } },
	  { { RULE_SPF_ADDRESS, "e.test", "v=spf1 ip4:1.2 ip4:3.4 -all", "ip4:1.2", "x", false },
	    { RULE_SPF_ADDRESS, "e.test", "v=spf1 ip4:1.2 ip4:3.4 -all", "ip4:3.4", "x", false } },
	  { 1, 0, 1 } },
	{ "no SPF, said otherwise",
	  { { RULE_SPF_NONE, "e.test", NULL, NULL, "no TXT record", false } },
	  { { RULE_SPF_NONE, "e.test", NULL, NULL, "1 TXT record, none of them SPF", false } },
	  { 0, 0, 1 } },
	{ "the same at another name",
	  { { RULE_SPF_NONE, "e.test", NULL, NULL, NULL, false } },
	  { { RULE_SPF_NONE, "f.test", NULL, NULL, NULL, false } },
	  { 1, 1, 0 } },
	{ "a policy as bad as before",
	  { { RULE_DMARC_BAD_P, "e.test", "v=DMARC1; p=foo", "foo", "p=foo", false } },
	  { { RULE_DMARC_BAD_P, "e.test", "v=DMARC1; p=bar", "bar", "p=bar", false } },
	  { 0, 0, 1 } },
	{ "the limit, and then only near it",
	  { { RULE_SPF_LOOKUP_LIMIT, "e.test", NULL, NULL, "11 look-ups", false } },
	  { { RULE_SPF_LOOKUP_NEAR, "e.test", NULL, NULL, "10 look-ups", false } },
	  { 0, 1, 1 } },
	{ "a policy where there was no record",
	  { { RULE_DMARC_NONE, "e.test", NULL, NULL, NULL, false } },
	  { { RULE_DMARC_P_NONE, "e.test", "v=DMARC1; p=none", "none", NULL, false } },
	  { 0, 1, 0 } },
	{ "no record where the policy was none",
	  { { RULE_DMARC_P_NONE, "e.test", "v=DMARC1; p=none", "none", NULL, false } },
	  { { RULE_DMARC_NONE, "e.test", NULL, NULL, NULL, false } },
	  { 1, 0, 0 } },
	{ "an error that was hidden",
	  { { RULE_SPF_MULTIPLE, "e.test", NULL, NULL, NULL, false } },
	  { { RULE_SPF_LOOKUP_LIMIT, "e.test", NULL, NULL, "11 look-ups", false } },
	  { 1, 1, 0 } },
	{ "a small key that could not be read before",
	  { { RULE_DKIM_NO_P, "s._domainkey.e.test", "k=rsa", NULL, NULL, false } },
	  { { RULE_DKIM_RSA_1024, "s._domainkey.e.test", "p=AA", "AA", NULL, false } },
	  { 0, 1, 0 } },
	{ "a small key at another selector",
	  { { RULE_DKIM_NO_P, "s._domainkey.e.test", "k=rsa", NULL, NULL, false } },
	  { { RULE_DKIM_RSA_1024, "t._domainkey.e.test", "p=AA", "AA", NULL, false } },
	  { 1, 1, 0 } },
	{ "the last key, a small one",
	  { { RULE_DKIM_RSA_1024, "t._domainkey.e.test", "p=AA", "AA", NULL, false } },
	  { { RULE_DKIM_NONE, "e.test", NULL, NULL, NULL, false } },
	  { 1, 0, 0 } },
	{ "not known before, known now",
	  { { RULE_SPF_PTR, "e.test", "v=spf1 ptr -all", "ptr", NULL, true } },
	  { { RULE_SPF_PTR, "e.test", "v=spf1 ptr -all", "ptr", NULL, false } },
	  { 0, 0, 1 } },
};

static void test_pairs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct pair *p = &pairs[i];
		struct report before = { .domain = "e.test" }, after = { .domain = "e.test" };
		struct diff d;

		for (int k = 0; k < FAULTS_MAX; k++) {
			if (p->before[k].subject)
				add(&before, &p->before[k], 1);
			if (p->after[k].subject)
				add(&after, &p->after[k], 7);
		}
		diff_reports(&arena, &before, &after, &d);
		if (d.count[DIFF_NEW] != p->want.new || d.count[DIFF_GONE] != p->want.gone ||
		    d.count[DIFF_STILL] != p->want.still)
			fail_msg("%s: %zu new, %zu gone, %zu still", p->what, d.count[DIFF_NEW],
				 d.count[DIFF_GONE], d.count[DIFF_STILL]);
	}
}

/* What one of the two could not tell is no change. */
static void test_lost(void **state)
{
	static const struct broken f = { RULE_SPF_PTR, "e.test", "v=spf1 ptr -all",
					 "ptr",        NULL,     false };
	struct unknown lost = { "e.test TXT", "timeout", false };
	struct report silent = { .domain = "e.test", .unknown = &lost, .nunknown = 1 },
		      told = { .domain = "e.test" };
	const enum severity warning = SEV_WARNING;
	struct diff d;

	(void)state;
	add(&told, &f, 1);
	diff_reports(&arena, &silent, &told, &d);
	assert_int_equal(d.count[DIFF_UNDECIDED], 1);
	assert_int_equal(diff_exit(&d, &warning), 0);
	diff_reports(&arena, &told, &silent, &d);
	assert_int_equal(d.count[DIFF_UNDECIDED], 1);
	diff_reports(&arena, &(struct report){ .domain = "e.test" }, &told, &d);
	assert_int_equal(diff_exit(&d, &warning), 1);
	assert_int_equal(diff_exit(&d, NULL), 0);
}

/* A name that was not there before is not to blame for the policy of the domain above it. */
static void test_inherited(void **state)
{
	static const struct {
		enum rule_id rule;
		const char *at, *subject;
		bool inherited;
	} rows[] = {
		{ RULE_DMARC_P_NONE, "_dmarc.e.test", "e.test", true },
		{ RULE_DMARC_P_NONE, "_dmarc.new.e.test", "new.e.test", false },
		{ RULE_DMARC_NONE, "_dmarc.new.e.test", "new.e.test", true },
		{ RULE_SPF_NONE, "new.e.test", "new.e.test", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct report after = { .domain = "new.e.test" };
		struct fact fact = { .kind = ASK_DNS, .type = RR_TXT, .name = rows[i].at };
		struct finding f = { .rule = rows[i].rule, .sure = true, .fact = &fact };
		struct finding *item[] = { &f };
		struct diff d;

		f.subject = rows[i].subject;
		after.dmarc.psl_organizational_domain = "e.test";
		after.findings = (struct findings){ .item = item, .n = 1 };
		diff_reports(&arena, NULL, &after, &d);
		assert_int_equal(d.count[DIFF_INHERITED], rows[i].inherited);
		assert_int_equal(d.count[DIFF_NEW], !rows[i].inherited);
	}
}

/* ---- what is touched ---- */

#define HEAD "$ORIGIN e.test.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n"
#define REST \
	"@ MX 10 mx\n@ TXT \"v=spf1 include:spf.o.test -all\"\nmx A 192.0.2.1\nwww A 192.0.2.2\n" \
	"a MX 10 mx.o.test.\nb TXT \"v=spf1 include:%{i}.in.e.test -all\"\nx.in TXT \"v=spf1 -all\"\n" \
	"c MX 10 mx\n_dmarc.c TXT \"v=DMARC1; p=none; rua=mailto:x@rua.o.test\"\nd.c MX 10 mx.z.test.\n"
#define OTHER \
	"$ORIGIN o.test.\n$TTL 60\n@ SOA ns h 1 2 3 4 5\n@ NS ns\nspf TXT \"v=spf1 a:host.o.test -all\"\n" \
	"host A 192.0.2.3\nmx CNAME real\nreal A 192.0.2.4\nrua A 192.0.2.5\n"

static const struct change {
	const char *what, *add, *other, *touched; /* what is added to either zone */
} changes[] = {
	{ "nothing", "", "", "" },
	{ "a host that no mail needs", "www A 192.0.2.9\n", "", "" },
	{ "the serial number alone", NULL, "", "" },
	{ "an MX host's address", "mx A 192.0.2.9\n", "", "e.test c.e.test " },
	{ "a DKIM key", "s._domainkey.a TXT \"v=DKIM1; p=\"\n", "",
	  "e.test a.e.test b.e.test c.e.test d.c.e.test x.in.e.test " },
	{ "a policy, and what inherits it", "_dmarc.c TXT \"x\"\n", "", "c.e.test d.c.e.test " },
	{ "an include in another zone", "", "spf TXT \"y\"\n", "e.test spf.o.test " },
	{ "a host that the include names", "", "host A 192.0.2.9\n", "e.test spf.o.test " },
	{ "behind a CNAME", "", "real A 192.0.2.9\n", "a.e.test " },
	{ "where reports of an inherited policy go", "", "rua MX 5 mx\n",
	  "c.e.test d.c.e.test rua.o.test " },
	{ "what a macro may lead to", "y.in TXT \"v=spf1 -all\"\n", "", "y.in.e.test b.e.test " },
	{ "a wildcard", "*.c A 192.0.2.9\n", "", "c.e.test d.c.e.test " },
};

static struct zone *zone_of(const char *head, const char *text, const char *more)
{
	struct zone *z = ARENA_NEW(&arena, struct zone);
	const char *err, *all = arena_printf(&arena, "%s%s%s", head, text, more ? more : "");

	if (!parse_zone_text(&arena, "z", str_c(all), NULL, z, &err))
		fail_msg("%s", err);
	return z;
}

static bool has_word(const char *list, const char *word)
{
	return strstr(arena_printf(&arena, " %s", list), arena_printf(&arena, " %s ", word));
}

static void test_touched(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		const struct change *c = &changes[i];
		const char *serial = "$ORIGIN e.test.\n$TTL 60\n@ SOA ns h 2 2 3 4 5\n@ NS ns\n";
		const struct zone *before[] = { zone_of(HEAD, REST, NULL),
						zone_of("", OTHER, NULL) },
				  *after[] = { zone_of(c->add ? HEAD : serial, REST, c->add),
					       zone_of("", OTHER, c->other) };
		const char **names, *got = "";
		size_t n, all, want = 0;

		zones_touched(&arena, (struct zone_set){ before, 2 }, (struct zone_set){ after, 2 },
			      (struct zone_set){ NULL, 0 }, &names, &n, &all);
		for (size_t k = 0; k < n; k++)
			got = arena_printf(&arena, "%s%s ", got, names[k]);
		for (const char *p = c->touched; (p = strchr(p, ' ')); p++)
			want++;
		if (n != want)
			fail_msg("%s: touched: %s", c->what, got);
		for (size_t k = 0; k < n; k++)
			if (!has_word(c->touched, names[k]))
				fail_msg("%s: touched: %s", c->what, got);
		arena_free(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pairs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_lost, setup, teardown),
		cmocka_unit_test_setup_teardown(test_inherited, setup, teardown),
		cmocka_unit_test_setup_teardown(test_touched, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* DMARC: which record applies, to which organization a domain belongs, and what LOST answers leave
 * of it. The stories in fixtures/audit/dmarc-* tell the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tape_audit.h"

static check_fn *const checks[] = { check_intent, check_dmarc };

#define REJECT "TXT SOME 60 \"v=DMARC1; p=reject; rua=mailto:d@example.com\"\n"
#define NONE   "TXT SOME 60 \"v=DMARC1; p=none; rua=mailto:d@example.com\"\n"
#define MX     "example.com MX SOME 60 10 mx.example.com\n"
#define HERE   "a.b.example.com TXT NONE NODATA\n"

static void run(struct tape_audit *t, const char *domain, const char *tape)
{
	tape_audit_run(t, tape, domain, NULL, checks, 2);
}

static size_t count_asked(const struct tape_audit *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->facts.n; i++)
		n += str_starts(str_c(t->facts.all[i]->name), S("_dmarc."));
	return n;
}

static bool same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static const struct walk {
	const char *domain, *tape;
	const char *found_at, *org; /* what comes of it */
	enum dmarc_policy effective;
} walks[] = {
	/* RFC 9989 4.10.2: the three examples */
	{ "a.mail.example.com",
	  "a.mail.example.com TXT NONE NODATA\n_dmarc.mail.example.com " NONE
	  "_dmarc.example.com " REJECT,
	  "_dmarc.example.com", "example.com", DMARC_REJECT },
	{ "a.mail.example.com",
	  "_dmarc.mail.example.com TXT SOME 60 \"v=DMARC1; p=quarantine; psd=n\"\n"
	  "_dmarc.example.com " REJECT,
	  "_dmarc.mail.example.com", "mail.example.com", DMARC_QUARANTINE },
	{ "a.mail.example.com", "_dmarc.com TXT SOME 60 \"v=DMARC1; p=none; np=reject; psd=y\"\n",
	  "_dmarc.com", "example.com", DMARC_REJECT },
	/* B.4.1 */
	{ "example.com", "_dmarc.example.com " REJECT "_dmarc.signing.example.com " NONE,
	  "_dmarc.example.com", "example.com", DMARC_REJECT },
	{ "signing.example.com", "_dmarc.example.com " REJECT "_dmarc.signing.example.com " NONE,
	  "_dmarc.signing.example.com", "example.com", DMARC_NONE },
	/* B.4.2 */
	{ "a.b.c.d.e.f.g.h.i.j.k.example.com", "_dmarc.example.com " REJECT, "_dmarc.example.com",
	  "example.com", DMARC_REJECT },
	/* B.4.3 */
	{ "giant.bank.example",
	  "_dmarc.bank.example TXT SOME 60 \"v=DMARC1; p=reject; psd=y\"\n"
	  "_dmarc.giant.bank.example " NONE,
	  "_dmarc.giant.bank.example", "giant.bank.example", DMARC_NONE },
	{ "mail.giant.bank.example",
	  "_dmarc.bank.example TXT SOME 60 \"v=DMARC1; p=reject; psd=y\"\n"
	  "_dmarc.giant.bank.example " NONE,
	  "_dmarc.giant.bank.example", "giant.bank.example", DMARC_NONE },
	{ "mail.mega.bank.example",
	  "_dmarc.bank.example TXT SOME 60 \"v=DMARC1; p=reject; psd=y\"\n", "_dmarc.bank.example",
	  "mega.bank.example", DMARC_REJECT },
	/* two records at a name are none there, and the walk goes on */
	{ "b.example.com",
	  "_dmarc.b.example.com TXT SOME 60 \"v=DMARC1; p=none\" / \"v=DMARC1; p=reject\"\n"
	  "_dmarc.example.com " REJECT,
	  "_dmarc.example.com", "example.com", DMARC_REJECT },
	/* an intermediate parent's record gives no policy, not even when there is no other */
	{ "a.b.example.com",
	  HERE "_dmarc.b.example.com " REJECT
	       "_dmarc.com TXT SOME 60 \"v=DMARC1; p=none; psd=y\"\n",
	  "_dmarc.com", "example.com", DMARC_NONE },
	/* psd=y at the start ends the walk there, and is its own organization */
	{ "example.com",
	  "_dmarc.example.com TXT SOME 60 \"v=DMARC1; p=none; psd=y\"\n_dmarc.com " REJECT,
	  "_dmarc.example.com", "example.com", DMARC_NONE },
	/* what stands behind psd=n does not count */
	{ "example.com",
	  "_dmarc.example.com TXT SOME 60 \"v=DMARC1; p=none; psd=n\"\n_dmarc.com TXT LOST timeout\n",
	  "_dmarc.example.com", "example.com", DMARC_NONE },
	/* psd=y at the seventh label of a long name: the organization is the eighth, which is not
	   asked */
	{ "a.b.c.d.e.f.g.h.example.com",
	  "_dmarc.d.e.f.g.h.example.com TXT SOME 60 \"v=DMARC1; p=none; psd=y\"\n",
	  "_dmarc.d.e.f.g.h.example.com", "c.d.e.f.g.h.example.com", DMARC_NONE },
	/* sp where the name exists, np where it does not */
	{ "x.example.com",
	  "_dmarc.example.com TXT SOME 60 \"v=DMARC1; p=reject; sp=none; np=quarantine\"\n"
	  "x.example.com TXT NONE NODATA\n",
	  "_dmarc.example.com", "example.com", DMARC_NONE },
	{ "x.example.com",
	  "_dmarc.example.com TXT SOME 60 \"v=DMARC1; p=reject; sp=none; np=quarantine\"\n",
	  "_dmarc.example.com", "example.com", DMARC_QUARANTINE },
	/* sp has no bearing on the domain itself, nor on a subdomain with a record */
	{ "example.com", "_dmarc.example.com TXT SOME 60 \"v=DMARC1; p=reject; sp=none\"\n",
	  "_dmarc.example.com", "example.com", DMARC_REJECT },
	{ "x.example.com",
	  "_dmarc.example.com " REJECT
	  "_dmarc.x.example.com TXT SOME 60 \"v=DMARC1; p=none; sp=reject\"\n",
	  "_dmarc.x.example.com", "example.com", DMARC_NONE },
	/* t=y lowers the policy */
	{ "example.com", "_dmarc.example.com TXT SOME 60 \"v=DMARC1; t=y; p=reject\"\n",
	  "_dmarc.example.com", "example.com", DMARC_QUARANTINE },
	{ "example.com", "_dmarc.example.com TXT SOME 60 \"v=DMARC1; p=quarantine; t=y\"\n",
	  "_dmarc.example.com", "example.com", DMARC_NONE },
	/* a record without a usable policy is found all the same: nothing is inherited in its place
	 */
	{ "x.example.com",
	  "_dmarc.example.com " REJECT "_dmarc.x.example.com TXT SOME 60 \"v=DMARC1; p=x\"\n",
	  "_dmarc.x.example.com", "example.com", DMARC_ABSENT },
	/* no record at all: the start name is its own organization */
	{ "a.b.example.com", "", NULL, "a.b.example.com", DMARC_ABSENT },
	{ "com", "", NULL, "com", DMARC_ABSENT },
};

static void test_walks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		const struct walk *w = &walks[i];
		struct tape_audit t;
		const struct dmarc_view *v = &t.report.dmarc;

		run(&t, w->domain, w->tape);
		if (!same(v->found_at, w->found_at) || !same(v->organizational_domain, w->org) ||
		    v->effective_policy != w->effective)
			fail_msg("%zu, %s: found at %s, org %s, policy %d", i, w->domain,
				 v->found_at ? v->found_at : "nowhere",
				 v->organizational_domain ? v->organizational_domain : "none",
				 (int)v->effective_policy);
		assert_int_equal(t.report.presence[PROTO_DMARC],
				 w->found_at ? PRESENCE_YES : PRESENCE_NONE);
		assert_true((tape_audit_find(&t, RULE_DMARC_NONE) != NULL) == !w->found_at);
		tape_audit_free(&t);
	}
}

/* RFC 9989 4.10: never more than eight questions, and just these. */
static void test_eight(void **state)
{
	static const char *const long_walk[] = {
		"_dmarc.a.b.c.d.e.f.g.h.i.j.mail.example.com",
		"_dmarc.g.h.i.j.mail.example.com",
		"_dmarc.h.i.j.mail.example.com",
		"_dmarc.i.j.mail.example.com",
		"_dmarc.j.mail.example.com",
		"_dmarc.mail.example.com",
		"_dmarc.example.com",
		"_dmarc.com",
	};
	static const char *const names[] = { "1.2.3.4.5.6.example.com", "1.2.3.4.5.example.com",
					     "1.2.3.4.5.6.7.example.com", "example.com" };
	static const size_t queries[] = { 8, 7, 8, 2 };
	struct tape_audit t;

	(void)state;
	run(&t, long_walk[0] + 7, "_dmarc.com NS NONE NODATA\n");
	for (size_t i = 0; i < 8; i++)
		assert_non_null(facts_find(&t.facts, ASK_DNS, RR_TXT, long_walk[i]));
	/* two more are the wrong places _dmarc._dmarc.x and _dmarc.x.x */
	assert_int_equal(count_asked(&t), 8 + 2);
	tape_audit_free(&t);
	for (size_t i = 0; i < 4; i++) {
		char tape[200];

		snprintf(tape, sizeof(tape), "_dmarc.%s TXT SOME 60 \"v=DMARC1; p=reject\"\n",
			 names[i]);
		run(&t, names[i], tape);
		assert_int_equal(count_asked(&t), queries[i]);
		tape_audit_free(&t);
	}
}

/* What is LOST is not absent. */
static void test_lost(void **state)
{
	struct tape_audit t;
	const struct finding *f;

	(void)state;
	run(&t, "x.example.com",
	    "_dmarc.x.example.com TXT LOST servfail\n_dmarc.example.com " REJECT);
	assert_int_equal(t.report.presence[PROTO_DMARC], PRESENCE_UNKNOWN);
	assert_null(t.report.dmarc.found_at);
	f = tape_audit_find(&t, RULE_DMARC_UNKNOWN);
	assert_true(f && !f->sure);
	assert_int_equal(t.report.findings.n, 1);
	tape_audit_free(&t);

	/* no record of its own; whether the parent has one is not known */
	run(&t, "x.example.com", "_dmarc.example.com TXT LOST timeout\n");
	assert_int_equal(t.report.presence[PROTO_DMARC], PRESENCE_UNKNOWN);
	assert_null(tape_audit_find(&t, RULE_DMARC_NONE));
	f = tape_audit_find(&t, RULE_DMARC_UNKNOWN);
	assert_true(f && !f->sure);
	tape_audit_free(&t);

	/* the own record is there: the policy is known, the organization is not */
	run(&t, "x.example.com",
	    "_dmarc.x.example.com TXT SOME 60 \"v=DMARC1; p=reject; sp=none\"\n_dmarc.example.com TXT LOST timeout\n");
	assert_int_equal(t.report.presence[PROTO_DMARC], PRESENCE_YES);
	assert_int_equal(t.report.dmarc.effective_policy, DMARC_REJECT);
	assert_null(t.report.dmarc.organizational_domain);
	assert_null(tape_audit_find(&t, RULE_DMARC_SP_WEAKER));
	f = tape_audit_find(&t, RULE_DMARC_ORG_UNKNOWN);
	assert_true(f && !f->sure);
	tape_audit_free(&t);

	/* only the registry could not be asked: the registered domain's record applies all the same
	 */
	run(&t, "x.example.com",
	    "x.example.com TXT NONE NODATA\n_dmarc.com TXT LOST timeout\n_dmarc.example.com " REJECT);
	assert_string_equal(t.report.dmarc.found_at, "_dmarc.example.com");
	assert_true(t.report.dmarc.inherited);
	assert_null(t.report.dmarc.organizational_domain);
	assert_non_null(tape_audit_find(&t, RULE_DMARC_ORG_UNKNOWN));
	tape_audit_free(&t);

	/* nothing is there, but the registry could have a record: not known */
	run(&t, "example.com", "_dmarc.com TXT LOST timeout\n");
	assert_null(tape_audit_find(&t, RULE_DMARC_NONE));
	assert_int_equal(t.report.presence[PROTO_DMARC], PRESENCE_UNKNOWN);
	tape_audit_free(&t);

	/* offline the registry is no one's concern */
	run(&t, "example.com", "_dmarc.com TXT LOST offline\n");
	f = tape_audit_find(&t, RULE_DMARC_NONE);
	assert_true(f && f->sure);
	tape_audit_free(&t);

	/* whether the name exists decides between sp and np */
	run(&t, "x.example.com",
	    "x.example.com TXT LOST timeout\n_dmarc.example.com TXT SOME 60 \"v=DMARC1; p=reject; np=none\"\n");
	assert_int_equal(t.report.dmarc.effective_policy, DMARC_ABSENT);
	f = tape_audit_find(&t, RULE_DMARC_UNKNOWN);
	assert_true(f && !f->sure);
	tape_audit_free(&t);
}

static const struct external {
	const char *domain, *tape;
	const char *missing; /* where the record is to be published; NULL: nothing is wrong */
	bool sure;
} externals[] = {
#define TO(host) \
	"_dmarc.example.com TXT SOME 60 \"v=DMARC1; p=reject; rua=mailto:d@" host "\"\n" host \
	" MX SOME 60 10 mx.test\n"
#define AUTH "example.com._report._dmarc.r.example.net "
	/* the same organization needs none: above, below, beside */
	{ "example.com", TO("example.com"), NULL, true },
	{ "example.com", TO("r.example.com"), NULL, true },
	{ "x.example.com", "_dmarc.x.example.com " REJECT "_dmarc.example.com " REJECT MX, NULL,
	  true },
	{ "example.com", TO("r.example.net"), AUTH, true },
	{ "example.com", TO("r.example.net") AUTH "TXT SOME 60 \"v=DMARC1\"\n", NULL, true },
	{ "example.com", TO("r.example.net") AUTH "TXT SOME 60 \"v=DMARC1;\"\n", NULL, true },
	{ "example.com", TO("r.example.net") AUTH "TXT SOME 60 \"v=DMARC1; p=none\"\n", NULL,
	  true },
	{ "example.com", TO("r.example.net") AUTH "TXT SOME 60 \"v=spf1 -all\" / \"v=DMARC1\"\n",
	  NULL, true },
	{ "example.com", TO("r.example.net") AUTH "TXT SOME 60 \"v=dmarc1\"\n", AUTH, true },
	{ "example.com", TO("r.example.net") AUTH "TXT NONE NODATA\n", AUTH, true },
	{ "example.com", TO("r.example.net") AUTH "TXT LOST timeout\n", NULL, true },
	/* it may name another mailbox, at the same host only */
	{ "example.com",
	  TO("r.example.net") AUTH "TXT SOME 60 \"v=DMARC1; rua=mailto:b@r.example.net\"\n", NULL,
	  true },
	{ "example.com",
	  TO("r.example.net") AUTH "TXT SOME 60 \"v=DMARC1; rua=mailto:b@example.org\"\n", "",
	  true },
	/* psd=n cuts a subdomain off from the domain above */
	{ "example.com",
	  TO("r.example.com") "_dmarc.r.example.com TXT SOME 60 \"v=DMARC1; psd=n\"\n",
	  "example.com._report._dmarc.r.example.com ", true },
	/* the record's own name counts, not the audited one's */
	{ "x.example.com",
	  "x.example.com TXT NONE NODATA\n" TO("r.example.net") AUTH "TXT SOME 60 \"v=DMARC1\"\n",
	  NULL, true },
	/* organization not known: the Public Suffix List tells what is likely */
	{ "example.com", TO("r.example.com") "_dmarc.com TXT LOST timeout\n", NULL, true },
	{ "example.co.uk",
	  "_dmarc.example.co.uk TXT SOME 60 \"v=DMARC1; p=reject; rua=mailto:d@other.co.uk\"\n"
	  "other.co.uk MX SOME 60 10 mx.test\n_dmarc.co.uk TXT LOST timeout\n",
	  "example.co.uk._report._dmarc.other.co.uk ", false },
	/* no name stands above both: no answer could make them one organization */
	{ "example.com", TO("r.example.net") "_dmarc.net TXT LOST timeout\n", AUTH, true },
};

static void test_externals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(externals) / sizeof(externals[0]); i++) {
		const struct external *e = &externals[i];
		struct tape_audit t;
		const struct finding *f;

		run(&t, e->domain, e->tape);
		f = tape_audit_find(&t, RULE_DMARC_RUA_EXTERNAL);
		if ((f != NULL) != (e->missing != NULL))
			fail_msg("%zu: %s", i, f ? f->detail : "nothing");
		if (f && f->sure != e->sure)
			fail_msg("%zu: sure or not", i);
		if (f && *e->missing &&
		    !str_starts(str_c(f->fix),
				str_sub(str_c(e->missing), 0, strlen(e->missing) - 1)))
			fail_msg("%zu: %s", i, f->fix);
		assert_null(tape_audit_find(&t, RULE_DMARC_RUA_MX));
		tape_audit_free(&t);
	}
}

static const struct {
	const char *tape;
	bool fires, unknown;
} mailboxes[] = {
#define RUA "_dmarc.example.com TXT SOME 60 \"v=DMARC1; p=reject; rua=mailto:d@r.example.com\"\n"
	{ RUA "r.example.com MX SOME 60 10 mx.test\n", false, false },
	{ RUA "r.example.com MX SOME 60 0 .\n", true, false },
	{ RUA, true, false },
	{ RUA "r.example.com MX NONE NODATA\nr.example.com A SOME 60 192.0.2.1\n", false, false },
	{ RUA
	  "r.example.com MX NONE NODATA\nr.example.com A NONE NODATA\nr.example.com AAAA NONE NODATA\n",
	  true, false },
	{ RUA
	  "r.example.com MX NONE NODATA\nr.example.com A LOST timeout\nr.example.com AAAA NONE NODATA\n",
	  false, true },
	{ RUA
	  "r.example.com MX NONE NODATA\nr.example.com A LOST timeout\nr.example.com AAAA SOME 60 2001:db8::1\n",
	  false, false },
	{ RUA "r.example.com MX LOST servfail\n", false, true },
	{ RUA "r.example.com MX LOST offline\n", false, false },
};

static void test_mailboxes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(mailboxes) / sizeof(mailboxes[0]); i++) {
		struct tape_audit t;
		const struct finding *f;

		run(&t, "example.com", mailboxes[i].tape);
		f = tape_audit_find(&t, RULE_DMARC_RUA_MX);
		if ((f != NULL) != mailboxes[i].fires)
			fail_msg("%zu: %s", i, f ? f->detail : "nothing");
		f = tape_audit_find(&t, RULE_DMARC_UNKNOWN);
		if ((f != NULL) != mailboxes[i].unknown || (f && f->sure))
			fail_msg("%zu: %s", i, f ? f->detail : "known");
		tape_audit_free(&t);
	}
}

/* A record cannot buy questions without end. */
static void test_many_destinations(void **state)
{
	struct tape_audit t;
	char tape[4000];
	size_t n = (size_t)snprintf(tape, sizeof(tape),
				    "_dmarc.example.com TXT SOME 60 \"v=DMARC1; p=reject; rua=");

	(void)state;
	for (unsigned i = 0; i < 60; i++)
		n += (size_t)snprintf(tape + n, sizeof(tape) - n, "%smailto:d@r%u.test",
				      i ? "," : "", i);
	snprintf(tape + n, sizeof(tape) - n, "\"\n");
	run(&t, "example.com", tape);
	assert_true(t.facts.n < 60);
	tape_audit_free(&t);
}

/* Text that cannot be mended is replaced: both findings about it advise the same. */
static void test_unmended(void **state)
{
	struct tape_audit t;
	const struct finding *none, *version;

	(void)state;
	run(&t, "example.com", "_dmarc.example.com TXT SOME 60 \"v=DMARC2; p=bogus\"\n" MX);
	none = tape_audit_find(&t, RULE_DMARC_NONE);
	version = tape_audit_find(&t, RULE_DMARC_VERSION_FIRST);
	assert_non_null(none->fix);
	assert_string_equal(none->fix, version->fix);
	tape_audit_free(&t);
}

static void test_inherited_from(void **state)
{
	struct tape_audit t;

	(void)state;
	/* peers.md, case 32: the nearer parent's record is not the one */
	run(&t, "a.b.example.com",
	    HERE "_dmarc.b.example.com " NONE "_dmarc.example.com " REJECT MX);
	assert_non_null(tape_audit_find(&t, RULE_DMARC_INTERMEDIATE));
	assert_non_null(tape_audit_find(&t, RULE_DMARC_INHERITED));
	assert_int_equal(tape_audit_count(&t, SEV_WARNING), 0);
	assert_string_equal(t.report.dmarc.psl_organizational_domain, "example.com");
	tape_audit_free(&t);
	/* only a deeper name has one: receivers differ */
	run(&t, "mail.example.com", "_dmarc.mail.example.com " REJECT MX);
	assert_non_null(tape_audit_find(&t, RULE_DMARC_PSL_TREEWALK_DIFFER));
	tape_audit_free(&t);
	/* the parent's record is spoilt: that is why the domain has none */
	run(&t, "x.example.com", "_dmarc.example.com TXT SOME 60 \"v=dmarc1; p=reject\"\n");
	assert_string_equal(tape_audit_find(&t, RULE_DMARC_VERSION_FIRST)->subject, "example.com");
	assert_non_null(tape_audit_find(&t, RULE_DMARC_NONE));
	tape_audit_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walks),     cmocka_unit_test(test_eight),
		cmocka_unit_test(test_lost),      cmocka_unit_test(test_externals),
		cmocka_unit_test(test_mailboxes), cmocka_unit_test(test_many_destinations),
		cmocka_unit_test(test_unmended),  cmocka_unit_test(test_inherited_from),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Alignment: the examples of RFC 9989 B.1, B.3 and B.4, where both ways of finding an organization
 * differ, and what is left when a look-up was lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dmarc_align.h"
#include "tape.h"

#define P_NONE   "TXT SOME 60 \"v=DMARC1; p=none\"\n"
#define P_REJECT "TXT SOME 60 \"v=DMARC1; p=reject\"\n"
#define PSD(x)   "TXT SOME 60 \"v=DMARC1; p=none; psd=" x "\"\n"

#define BANK "_dmarc.bank.example " PSD("y") "_dmarc.giant.bank.example " P_NONE

enum { NO = DMARC_ALIGNED_NO, YES = DMARC_ALIGNED_YES, UNKNOWN = DMARC_ALIGNED_UNKNOWN };

static const struct row {
	const char *author, *id, *tape;
	int strict, relaxed; /* by the tree walk */
	int old;             /* relaxed, by the Public Suffix List */
} rows[] = {
	/* B.1.1, B.1.2: examples 1, 2 and 3 of either */
	{ "example.com", "example.com", "_dmarc.example.com " P_NONE, YES, YES, YES },
	{ "example.com", "child.example.com", "_dmarc.example.com " P_NONE, NO, YES, YES },
	{ "child.example.com", "example.net", "_dmarc.example.com " P_NONE, NO, NO, NO },
	{ "child.example.com", "example.com", "_dmarc.example.com " P_NONE, NO, YES, YES },
	/* B.4.1 */
	{ "example.com", "signing.example.com",
	  "_dmarc.example.com " P_NONE "_dmarc.signing.example.com " P_NONE, NO, YES, YES },
	/* B.4.2 */
	{ "a.b.c.d.e.f.g.h.i.j.k.example.com", "example.com",
	  "_dmarc.example.com " P_NONE "_dmarc.signing.example.com " P_NONE, NO, YES, YES },
	{ "a.b.c.d.e.f.g.h.i.j.k.example.com", "signing.example.com",
	  "_dmarc.example.com " P_NONE "_dmarc.signing.example.com " P_NONE, NO, YES, YES },
	/* B.4.3; bank.example is not on the list */
	{ "giant.bank.example", "mail.giant.bank.example", BANK, NO, YES, YES },
	{ "giant.bank.example", "mail.mega.bank.example", BANK, NO, NO, YES },
	/* B.3.1; strict is the name and no other */
	{ "example.com", "mail.example.com", "_dmarc.example.com " P_REJECT, NO, YES, YES },
	/* no record anywhere: every name is an organization of its own */
	{ "example.com", "mail.example.com", "", NO, NO, YES },
	/* a record at the subdomain only */
	{ "mail.example.com", "example.com", "_dmarc.mail.example.com " P_NONE, NO, NO, YES },
	{ "mail.example.com", "a.mail.example.com", "_dmarc.mail.example.com " P_NONE, NO, YES,
	  YES },
	/* psd=n parts what the list takes for one */
	{ "example.com", "dept.example.com",
	  "_dmarc.example.com " P_NONE "_dmarc.dept.example.com " PSD("n"), NO, NO, YES },
	{ "x.dept.example.com", "dept.example.com",
	  "_dmarc.example.com " P_NONE "_dmarc.dept.example.com " PSD("n"), NO, YES, YES },
	/* a registry that forgot psd=y: one organization to the walk */
	{ "one.co.uk", "two.co.uk", "_dmarc.co.uk " P_NONE, NO, YES, NO },
	{ "one.co.uk", "two.co.uk", "_dmarc.co.uk " PSD("y"), NO, NO, NO },
	{ "one.co.uk", "two.co.uk", "", NO, NO, NO },
	/* an ending is not a parent */
	{ "example.com", "notexample.com", "_dmarc.example.com " P_NONE, NO, NO, NO },
	/* a public suffix as author */
	{ "co.uk", "co.uk", "", YES, YES, YES },
	{ "co.uk", "example.co.uk", "", NO, NO, NO },
	/* LOST: not known where it matters, and nowhere else */
	{ "example.com", "mail.example.com",
	  "_dmarc.example.com " P_NONE "_dmarc.com TXT LOST timeout\n", NO, UNKNOWN, YES },
	{ "example.com", "example.com", "_dmarc.example.com TXT LOST servfail\n", YES, YES, YES },
	{ "example.com", "example.net", "_dmarc.example.com TXT LOST servfail\n", NO, NO, NO },
	{ "one.co.uk", "two.co.uk", "_dmarc.co.uk TXT LOST timeout\n", NO, UNKNOWN, NO },
	/* the author's organization is known to be a name that does not stand above the other one
	 */
	{ "x.dept.example.com", "mail.example.com",
	  "_dmarc.dept.example.com " PSD("n") "_dmarc.mail.example.com TXT LOST timeout\n", NO, NO,
	  YES },
	{ "x.dept.example.com", "y.dept.example.com",
	  "_dmarc.dept.example.com " PSD("n") "_dmarc.y.dept.example.com TXT LOST timeout\n", NO,
	  UNKNOWN, YES },
	/* lost behind the end of the walk does not count */
	{ "x.dept.example.com", "y.dept.example.com",
	  "_dmarc.dept.example.com " PSD("n") "_dmarc.example.com TXT LOST timeout\n", NO, YES,
	  YES },
};

static void settle(struct arena *a, struct facts *facts, const struct tape *tape)
{
	for (size_t i = 0; i < facts->n; i++) {
		const struct fact *f = facts->all[i];
		struct fact as;

		if (!fact_is_open(f))
			continue;
		as = *tape_answer(a, tape, f->kind, f->type, f->name, f->at);
		as.kind = f->kind;
		as.type = f->type;
		as.name = f->name;
		facts_settle(facts, &as);
	}
}

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct dmarc_alignment strict, relaxed, back;
		struct dmarc_orgs author, id;
		struct facts facts;
		struct look look = { .facts = &facts, .max_questions = 100 };
		struct arena a;
		struct tape tape;
		const char *err;

		arena_init(&a, 16u << 20);
		assert_true(tape_read(
			&a, str_c(arena_printf(&a, "now 1795507200\n* NONE NXDOMAIN\n%s", r->tape)),
			&tape, &err));
		facts_init(&facts, &a, 0);
		assert_int_equal(dmarc_orgs_of(&a, &look, r->author, &author), DMARC_WALK_OPEN);
		assert_false(author.walk_known);
		dmarc_orgs_of(&a, &look, r->id, &id);
		settle(&a, &facts, &tape);
		assert_int_not_equal(dmarc_orgs_of(&a, &look, r->author, &author), DMARC_WALK_OPEN);
		assert_int_not_equal(dmarc_orgs_of(&a, &look, r->id, &id), DMARC_WALK_OPEN);
		strict = dmarc_align(&author, &id, 's');
		relaxed = dmarc_align(&author, &id, 'r');
		back = dmarc_align(&id, &author, 'r');
		if ((int)strict.rfc9989 != r->strict || (int)strict.rfc7489 != r->strict ||
		    (int)relaxed.rfc9989 != r->relaxed || (int)relaxed.rfc7489 != r->old)
			fail_msg("%zu, %s and %s: strict %d, relaxed %d, by the list %d", i,
				 r->author, r->id, (int)strict.rfc9989, (int)relaxed.rfc9989,
				 (int)relaxed.rfc7489);
		/* nobody is the first among the two */
		assert_int_equal(back.rfc9989, relaxed.rfc9989);
		assert_int_equal(back.rfc7489, relaxed.rfc7489);
		arena_free(&a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_rows) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

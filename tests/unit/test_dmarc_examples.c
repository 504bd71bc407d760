/* Records as others have published them: the domain owner's examples of RFC 9989 B.2, and records
 * that other tools have judged wrongly. Each with all that is to be found about it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tape_audit.h"

static check_fn *const checks[] = { check_intent, check_dmarc };

#define MX(d)     d " MX SOME 60 10 mx." d "\n"
#define TXT(n, t) n " TXT SOME 60 \"" t "\"\n"
#define AUTH      "example.com._report._dmarc.thirdparty.example.net"
#define FEEDBACK  "rua=mailto:dmarc-feedback@example.com"
#define SENDS     TXT("example.com", "v=spf1 mx -all") MX("example.com")

static const struct example {
	const char *what, *domain, *tape;
	const char *rules; /* of all findings but those of severity info, sorted */
	enum dmarc_policy policy, subdomains, effective;
} examples[] = {
	{ "B.2.1 monitoring", "example.com",
	  SENDS "_dmarc.example.com TXT SOME 60 \"v=DMARC1; p=none; \" \"" FEEDBACK "\"\n",
	  "dmarc-p-none", DMARC_NONE, DMARC_NONE, DMARC_NONE },
	{ "B.2.2 failure reports", "example.com",
	  SENDS TXT("_dmarc.example.com",
		    "v=DMARC1; p=none; " FEEDBACK "; ruf=mailto:auth-reports@example.com"),
	  "dmarc-p-none", DMARC_NONE, DMARC_NONE, DMARC_NONE },
#define THIRD \
	SENDS MX("thirdparty.example.net") \
		TXT("_dmarc.example.com", "v=DMARC1; p=none; " FEEDBACK \
					  "; ruf=mailto:auth-reports@thirdparty.example.net")
	{ "B.2.3 a third party that has not agreed yet", "example.com", THIRD,
	  "dmarc-p-none dmarc-rua-external", DMARC_NONE, DMARC_NONE, DMARC_NONE },
	{ "B.2.3 and has", "example.com", THIRD TXT(AUTH, "v=DMARC1;"), "dmarc-p-none", DMARC_NONE,
	  DMARC_NONE, DMARC_NONE },
	{ "B.2.4 with addresses of its own", "example.com",
	  THIRD TXT(AUTH, "v=DMARC1; rua=mailto:aggregate-reports@thirdparty.example.net; "
			  "ruf=mailto:failure-reports@thirdparty.example.net"),
	  "dmarc-p-none", DMARC_NONE, DMARC_NONE, DMARC_NONE },
#define TEST \
	TXT("test.example.com", "v=spf1 ip4:192.0.2.1 -all") \
	TXT("_dmarc.example.com", "v=DMARC1; p=none; " FEEDBACK) \
	TXT("test." AUTH, "v=DMARC1") \
	SENDS MX("thirdparty.example.net")
#define BOTH FEEDBACK ",mailto:tld-test@thirdparty.example.net"
	{ "B.2.5 a subdomain that is being tested", "test.example.com",
	  TEST TXT("_dmarc.test.example.com", "v=DMARC1; p=quarantine; " BOTH "; t=y"), "dmarc-t-y",
	  DMARC_QUARANTINE, DMARC_QUARANTINE, DMARC_NONE },
	{ "B.2.5 and then refuses", "test.example.com",
	  TEST TXT("_dmarc.test.example.com", "v=DMARC1; p=reject; " BOTH), "", DMARC_REJECT,
	  DMARC_REJECT, DMARC_REJECT },

	/* what other tools judged otherwise */
	{ "two records are none", "example.com",
	  SENDS "_dmarc.example.com TXT SOME 60 \"v=DMARC1; p=none\" / \"v=DMARC1; p=reject\"\n",
	  "dmarc-multiple dmarc-none", DMARC_ABSENT, DMARC_ABSENT, DMARC_ABSENT },
	{ "another TXT beside it", "example.com",
	  SENDS "_dmarc.example.com TXT SOME 60 \"v=spf1 -all\" / \"v=DMARC1; p=reject; " FEEDBACK
		"\"\n",
	  "dmarc-other-txt", DMARC_REJECT, DMARC_REJECT, DMARC_REJECT },
	{ "the parent's policy", "news.example.com",
	  SENDS TXT("news.example.com", "v=spf1 ip4:192.0.2.1 -all")
		  TXT("_dmarc.example.com", "v=DMARC1; p=reject; " FEEDBACK),
	  "", DMARC_REJECT, DMARC_REJECT, DMARC_REJECT },
	{ "the parent's sp", "news.example.com",
	  SENDS TXT("news.example.com", "v=spf1 ip4:192.0.2.1 -all")
		  TXT("_dmarc.example.com", "v=DMARC1; p=reject; sp=none; np=reject; " FEEDBACK),
	  "dmarc-p-none dmarc-sp-weaker", DMARC_REJECT, DMARC_NONE, DMARC_NONE },
	{ "np goes before sp where the name does not exist", "news.example.com",
	  SENDS TXT("_dmarc.example.com", "v=DMARC1; p=none; sp=none; np=reject; " FEEDBACK), "",
	  DMARC_NONE, DMARC_NONE, DMARC_REJECT },
	{ "sp=none says nothing of the domain itself", "example.com",
	  SENDS TXT("_dmarc.example.com", "v=DMARC1; p=reject; sp=none; np=reject; " FEEDBACK),
	  "dmarc-sp-weaker", DMARC_REJECT, DMARC_NONE, DMARC_REJECT },
	{ "blanks and letter case", "example.com",
	  SENDS TXT("_dmarc.example.com", "v = DMARC1 ; p = ReJect ; " FEEDBACK), "", DMARC_REJECT,
	  DMARC_REJECT, DMARC_REJECT },
	{ "the version in small letters", "example.com",
	  SENDS TXT("_dmarc.example.com", "v=dmarc1; p=reject; " FEEDBACK),
	  "dmarc-none dmarc-version-first", DMARC_ABSENT, DMARC_ABSENT, DMARC_ABSENT },
	{ "reports within the organization", "example.com",
	  SENDS MX("reports.example.com")
		  TXT("_dmarc.example.com", "v=DMARC1; p=reject; rua=mailto:d@reports.example.com"),
	  "", DMARC_REJECT, DMARC_REJECT, DMARC_REJECT },
	{ "an address without mailto:", "example.com",
	  SENDS TXT("_dmarc.example.com", "v=DMARC1; p=reject; rua=reports@example.com"),
	  "dmarc-rua-uri", DMARC_REJECT, DMARC_REJECT, DMARC_REJECT },
	{ "a blank behind the comma", "example.com",
	  SENDS TXT("_dmarc.example.com",
		    "v=DMARC1; p=reject; rua=mailto:a@example.com, mailto:b@example.com"),
	  "", DMARC_REJECT, DMARC_REJECT, DMARC_REJECT },
	{ "an alias", "example.com",
	  SENDS
	  "_dmarc.example.com TXT SOME 60 >example.dmarc.example.net \"v=DMARC1; p=reject; " FEEDBACK
	  "\"\n",
	  "", DMARC_REJECT, DMARC_REJECT, DMARC_REJECT },
	{ "t=y", "example.com",
	  SENDS TXT("_dmarc.example.com", "v=DMARC1; t=y; p=reject; " FEEDBACK), "dmarc-t-y",
	  DMARC_REJECT, DMARC_REJECT, DMARC_QUARANTINE },
	{ "removed tags", "example.com",
	  SENDS TXT("_dmarc.example.com",
		    "v=DMARC1; p=reject; pct=100; ri=86400; rf=afrf; " FEEDBACK),
	  "", DMARC_REJECT, DMARC_REJECT, DMARC_REJECT },
	{ "sp=junk with a valid rua", "example.com",
	  SENDS TXT("_dmarc.example.com", "v=DMARC1; p=reject; sp=junk; " FEEDBACK),
	  "dmarc-bad-sp-np", DMARC_NONE, DMARC_NONE, DMARC_NONE },
	{ "sp=junk without", "example.com",
	  SENDS TXT("_dmarc.example.com", "v=DMARC1; p=reject; sp=junk; rua=reports@example.com"),
	  "dmarc-bad-sp-np dmarc-rua-uri", DMARC_ABSENT, DMARC_ABSENT, DMARC_ABSENT },
	{ "np=junk with a valid rua", "example.com",
	  SENDS TXT("_dmarc.example.com", "v=DMARC1; p=reject; np=junk; " FEEDBACK),
	  "dmarc-bad-sp-np", DMARC_NONE, DMARC_NONE, DMARC_NONE },
	{ "no p with a valid rua", "example.com",
	  SENDS TXT("_dmarc.example.com", "v=DMARC1; " FEEDBACK), "dmarc-no-p", DMARC_NONE,
	  DMARC_NONE, DMARC_NONE },
	{ "no p without", "example.com", SENDS TXT("_dmarc.example.com", "v=DMARC1; sp=reject"),
	  "dmarc-no-policy", DMARC_ABSENT, DMARC_ABSENT, DMARC_ABSENT },
	{ "no p, but an https rua is valid too", "example.com",
	  SENDS TXT("_dmarc.example.com", "v=DMARC1; rua=https://example.com/d"),
	  "dmarc-no-p dmarc-rua-scheme", DMARC_NONE, DMARC_NONE, DMARC_NONE },
	{ "a copy at the domain itself", "example.com",
	  "example.com TXT SOME 60 \"v=spf1 mx -all\" / \"v=DMARC1; p=reject\"\n" MX("example.com")
		  TXT("_dmarc.example.com", "v=DMARC1; p=reject; " FEEDBACK),
	  "", DMARC_REJECT, DMARC_REJECT, DMARC_REJECT },
	{ "an answer that could not be had", "example.com",
	  SENDS "_dmarc.example.com TXT LOST servfail\n", "dmarc-unknown", DMARC_ABSENT,
	  DMARC_ABSENT, DMARC_ABSENT },
};

/* Names of the rules found, each once, sorted, parted by blanks. */
static const char *names(struct tape_audit *t)
{
	const char *out = "";

	for (int r = 0; r < (int)RULE_COUNT; r++) {
		bool there = false;

		for (size_t i = 0; i < t->report.findings.n; i++)
			there = there || t->report.findings.item[i]->rule == (enum rule_id)r;
		if (there && rules[r].severity != SEV_INFO)
			out = arena_printf(&t->arena, "%s%s%s", out, *out ? " " : "",
					   rules[r].name);
	}
	return out;
}

/* The same words, in whatever order. */
static bool same_words(const char *a, const char *b)
{
	struct str rest = str_c(a);

	while (rest.n) {
		ptrdiff_t blank = str_find(rest, ' ');
		struct str w = blank < 0 ? rest : str_sub(rest, 0, (size_t)blank);

		if (str_find_str(str_c(b), w) < 0)
			return false;
		rest = str_from(rest, w.n + (blank >= 0));
	}
	return strlen(a) == strlen(b);
}

static void test_examples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		const struct example *e = &examples[i];
		struct tape_audit t;
		const struct dmarc_view *v = &t.report.dmarc;

		tape_audit_run(&t, e->tape, e->domain, NULL, checks, 2);
		if (!same_words(names(&t), e->rules))
			fail_msg("%s: found %s", e->what, *names(&t) ? names(&t) : "nothing");
		if (v->policy != e->policy || v->subdomain_policy != e->subdomains ||
		    v->effective_policy != e->effective)
			fail_msg("%s: policy %d, %d for subdomains, %d in effect", e->what,
				 (int)v->policy, (int)v->subdomain_policy,
				 (int)v->effective_policy);
		tape_audit_free(&t);
	}
}

/* What a finding says and what it proposes. */
static const struct fix {
	const char *domain, *tape;
	enum rule_id rule;
	const char *detail, *fix; /* NULL: whatever it is; "": the rule's own */
} fixes[] = {
	{ "example.com",
	  SENDS TXT("_dmarc.example.com",
		    "v=DMARC1;p=reject;rua=mailto:a@example.com,ruf=mailto:b@example.com"),
	  RULE_DMARC_RUA_URI,
	  "a \",\" stands before ruf where a \";\" belongs: ruf is taken for an address in rua",
	  "_dmarc.example.com. IN TXT \"v=DMARC1; p=reject; rua=mailto:a@example.com; ruf=mailto:b@example.com\"" },
	{ "example.com",
	  SENDS TXT("_dmarc.example.com", "v=DMARC1; p=reject; rf=afrf; pct=100; ri=1; " FEEDBACK),
	  RULE_DMARC_REMOVED_TAG, "rf, pct=100 and ri are ignored",
	  "_dmarc.example.com. IN TXT \"v=DMARC1; p=reject; " FEEDBACK "\"" },
	{ "example.com", SENDS TXT("_dmarc.example.com", "v=DMARC1; p=none; pct=10; " FEEDBACK),
	  RULE_DMARC_REMOVED_TAG, "pct=10 is ignored",
	  "_dmarc.example.com. IN TXT \"v=DMARC1; p=none; " FEEDBACK "\"" },
	{ "example.com", SENDS, RULE_DMARC_NONE, NULL,
	  "_dmarc.example.com. IN TXT \"v=DMARC1; p=none; rua=mailto:dmarc@example.com\"" },
	/* one for the whole organization */
	{ "news.example.com", TXT("news.example.com", "v=spf1 ip4:192.0.2.1 -all"), RULE_DMARC_NONE,
	  NULL,
	  "one record at example.com stands for all names below it: "
	  "_dmarc.example.com. IN TXT \"v=DMARC1; p=none; rua=mailto:dmarc@example.com\"" },
	/* no mailbox is proposed where none can be */
	{ "example.com",
	  TXT("example.com", "v=spf1 ip4:192.0.2.1 -all") "example.com MX SOME 60 0 .\n",
	  RULE_DMARC_NONE, NULL, "" },
	{ "example.com",
	  TXT("example.com", "v=spf1 ip4:192.0.2.1 -all") "example.com MX SOME 60 0 .\n" TXT(
		  "_dmarc.example.com", "v=DMARC1; p=reject"),
	  RULE_DMARC_NO_RUA, NULL, "" },
	{ "example.com", TXT("example.com", "v=spf1 -all") MX("example.com"), RULE_DMARC_NONE, NULL,
	  "_dmarc.example.com. IN TXT \"v=DMARC1; p=reject; rua=mailto:dmarc@example.com\"" },
	{ "example.com", TXT("example.com", "v=spf1 -all"), RULE_DMARC_NONE, NULL,
	  "_dmarc.example.com. IN TXT \"v=DMARC1; p=reject\"" },
	/* the addresses of both are wanted */
	{ "example.com",
	  SENDS TXT("_dmarc.example.com",
		    "v=DMARC1; p=reject; " FEEDBACK "; rua=mailto:b@example.com"),
	  RULE_DMARC_DUP_TAG, NULL,
	  "_dmarc.example.com. IN TXT \"v=DMARC1; p=reject; " FEEDBACK ",mailto:b@example.com\"" },
	/* what was not asked is not the name servers' fault */
	{ "example.com", SENDS "_dmarc.example.com TXT LOST offline\n", RULE_DMARC_UNKNOWN, NULL,
	  "leave out --offline, or give the zone that holds _dmarc.example.com with --zone" },
	{ "example.com", SENDS "_dmarc.example.com TXT LOST timeout\n", RULE_DMARC_UNKNOWN, NULL,
	  "" },
};

static void test_fixes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(fixes) / sizeof(fixes[0]); i++) {
		const struct fix *e = &fixes[i];
		const struct finding *f;
		struct tape_audit t;

		tape_audit_run(&t, e->tape, e->domain, NULL, checks, 2);
		f = tape_audit_find(&t, e->rule);
		if (!f)
			fail_msg("%zu: no %s", i, rules[e->rule].name);
		if (e->detail && strcmp(f->detail, e->detail) != 0)
			fail_msg("%zu: %s", i, f->detail);
		if (strcmp(f->fix ? f->fix : "", e->fix) != 0)
			fail_msg("%zu: %s", i, f->fix ? f->fix : "nothing");
		tape_audit_free(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_fixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

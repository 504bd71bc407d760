/* The DKIM checker: which selectors it asks for, and what their answers prove. The stories in
 * fixtures/audit/dkim-* tell the rest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "buf.h"
#include "selectors.h"
#include "tape_audit.h"

static check_fn *const checks[] = { check_intent, check_dkim };

#define KEY \
	"\"v=DKIM1; k=rsa; " \
	"p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtQ4ZjsPUj4js1kW9msA4rnoTBDk4vOpsuT/8RhiKE7mf" \
	"BFbJaIYH5flXBS4ULGYMPl/z0LSPP1TfPIaYY6EtbzakP2z94OR8knEj4IwSnzPdOcaJjj6izyOc+Y\" " \
	"\"G2YZPkGqyqu/PkeJZuU3Kk5uRJdnJ9nuInUh4zNnxIhp2zKBv8gymUQy0fG3BGjzILVdDYJPDaDnRb4nUEgzmlyQGIaTaWDwlz" \
	"XCEyU2ZQxsYQMn0rVy40W6r4rIzs15gHgpbxXeiwU5/W3h+ltulW73uPVpOjtioGPxNYsRFdyGSRY2rtUKcGrwSe" \
	"FYnfwhUs3cy7aNrERAgNQM5ewhyU3VKs3QIDAQAB\""
#define ED "\"v=DKIM1; k=ed25519; p=NX5UsIqMbbUGnjp6UV5tzHyy0ozm3l7anI8vR7N0a9A=\""
#define SENDS \
	"example.com TXT SOME 60 \"v=spf1 ip4:8.8.8.8 -all\"\nexample.com MX SOME 60 10 mx.example.com\n"
#define CONTROL "authcheck-4e2714c6._domainkey.example.com"

static void run(struct tape_audit *t, enum discover discover, const char *tape,
		const char *selector)
{
	const char *given[] = { selector };
	struct audit_wish wish = { .selectors = given,
				   .nselectors = selector ? 1 : 0,
				   .discover = discover };

	tape_audit_run(t, tape, "example.com", &wish, checks, 2);
}

static bool asked(const struct tape_audit *t, const char *name)
{
	return facts_find(&t->facts, ASK_DNS, RR_TXT, name) != NULL;
}

/* What is asked of every domain is asked once, and is about 150 questions. */
static void table(void **state)
{
	const char *seen[512];
	size_t n = 0, nshort = 0;

	(void)state;
	for (size_t i = 0; i < dkim_nproviders + 2; i++) {
		const char *list = i < dkim_nproviders    ? dkim_providers[i].own
				   : i == dkim_nproviders ? dkim_selectors_short
							  : dkim_selectors_usual;
		struct str word;

		while (dkim_next_word(&list, &word)) {
			for (size_t k = 0; k < n; k++)
				if (strlen(seen[k]) >= word.n &&
				    strncmp(seen[k], word.p, word.n) == 0 &&
				    (seen[k][word.n] == ' ' || seen[k][word.n] == '\0'))
					fail_msg("%.*s is there twice", (int)word.n, word.p);
			for (size_t k = 0; k < word.n; k++)
				assert_int_equal(word.p[k], ascii_lower(word.p[k]));
			seen[n++] = word.p;
			nshort += i == dkim_nproviders;
		}
	}
	assert_int_equal(nshort, 16);
	assert_in_range(n, 120, 160);
}

/* A selector that a provider shares with others is asked for in any case. */
static void shared_selectors_are_listed(void **state)
{
	(void)state;
	for (size_t i = 0; i < dkim_nproviders; i++) {
		const char *list = dkim_providers[i].shared;
		struct str word;

		while (dkim_next_word(&list, &word)) {
			const char *lists[] = { dkim_selectors_short, dkim_selectors_usual };
			bool found = false;

			for (size_t k = 0; k < 2; k++) {
				struct str other;

				while (dkim_next_word(&lists[k], &other))
					found |= str_eq(word, other);
			}
			if (!found)
				fail_msg("%.*s of %s", (int)word.n, word.p, dkim_providers[i].name);
		}
	}
}

/* Selectors that were seen in use, by vendors' pages or in DNS: these are asked of every domain. */
static void known_ones_are_asked(void **state)
{
	const char *known =
		"google selector1 selector2 selector1-azurecomm-prod-net selector2-azurecomm-prod-net sig1 "
		"protonmail protonmail2 protonmail3 fm1 fm2 fm3 mbo0001 mbo0002 k1 k2 k3 mandrill mte1 mte2 "
		"s1 s2 smtpapi brevo1 brevo2 mailjet api resend pepipost hs1 hs2 kl kl2 km1 km2 kt1 kt2 ks1 ks2 "
		"ctct1 ctct2 cm acdkim1 acdkim2 aweber_key_a aweber_key_b aweber_key_c litesrv cka e2ma-k1 "
		"e2ma-k2 e2ma-k3 sailthru everlytickey1 everlytickey2 zendesk1 zendesk2 strong1 strong2 "
		"intercom gor mxvault default mail dkim 2026 2025";
	struct tape_audit t;
	struct str word;

	(void)state;
	run(&t, DISCOVER_FULL, SENDS, NULL);
	while (dkim_next_word(&known, &word)) {
		char name[128];

		snprintf(name, sizeof(name), "%.*s._domainkey.example.com", (int)word.n, word.p);
		if (!asked(&t, name))
			fail_msg("%s is not asked for", name);
	}
	tape_audit_free(&t);
}

/* Every question that is asked of a selector is counted, and nothing else is. */
static void asked_is_what_was_asked(void **state)
{
	static const enum discover how[] = { DISCOVER_NONE, DISCOVER_SHORT, DISCOVER_FULL };
	struct tape_audit t;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		unsigned n = 0;

		run(&t, how[i], SENDS "s1._domainkey.example.com TXT LOST timeout\n", "given");
		for (size_t k = 0; k < t.facts.n; k++)
			n += strstr(t.facts.all[k]->name, "._domainkey.example.com") &&
			     strncmp(t.facts.all[k]->name, "authcheck-", 10) != 0 &&
			     strncmp(t.facts.all[k]->name, "_adsp.", 6) != 0;
		assert_int_equal(t.report.dkim.asked, n);
		tape_audit_free(&t);
	}
}

/* A provider that SPF gives away is asked for its rarer selectors as well; nobody else is. */
static void rare_ones_where_revealed(void **state)
{
	struct tape_audit t;

	(void)state;
	/* a rare one that nothing could give away would never be asked for */
	for (size_t i = 0; i < dkim_nproviders; i++)
		if (*dkim_providers[i].rare)
			assert_true(*dkim_providers[i].mx || *dkim_providers[i].spf);
	run(&t, DISCOVER_FULL, SENDS, NULL);
	assert_false(asked(&t, "qualtrics._domainkey.example.com"));
	tape_audit_free(&t);
	run(&t, DISCOVER_SHORT,
	    "example.com TXT SOME 60 \"v=spf1 include:_spf.qualtrics.com -all\"\n"
	    "example.com MX SOME 60 10 mx.example.com\n",
	    NULL);
	assert_true(asked(&t, "qualtrics._domainkey.example.com"));
	assert_int_equal(t.report.dkim.asked, 17);
	tape_audit_free(&t);
}

static void how_many_are_asked(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, DISCOVER_NONE, SENDS, NULL);
	assert_int_equal(t.report.dkim.asked, 0);
	tape_audit_free(&t);
	run(&t, DISCOVER_NONE, SENDS, "s");
	assert_int_equal(t.report.dkim.asked, 1);
	tape_audit_free(&t);
	run(&t, DISCOVER_SHORT, SENDS, NULL);
	assert_int_equal(t.report.dkim.asked, 16);
	tape_audit_free(&t);
	run(&t, DISCOVER_SHORT, SENDS, "google");
	assert_int_equal(t.report.dkim.asked, 16);
	tape_audit_free(&t);
	run(&t, DISCOVER_FULL, SENDS, NULL);
	assert_in_range(t.report.dkim.asked, 130, 160);
	assert_true(asked(&t, "2026._domainkey.example.com") &&
		    asked(&t, "2024._domainkey.example.com"));
	tape_audit_free(&t);
	run(&t, DISCOVER_AUTO, SENDS, NULL);
	assert_in_range(t.report.dkim.asked, 130, 160);
	tape_audit_free(&t);
}

/* The MX and the SPF record give providers away; their selectors are asked for even in the short
 * mode. */
static void providers(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, DISCOVER_SHORT,
	    "example.com TXT SOME 60 \"v=spf1 include:SendGrid.net include:_spf.%{d} include:xmcsv.net -all\"\n"
	    "example.com MX SOME 60 10 in1-smtp.messagingengine.com\n"
	    "smtpapi._domainkey.example.com TXT SOME 60 " KEY "\n"
	    "fm1._domainkey.example.com TXT SOME 60 " KEY "\n",
	    NULL);
	assert_true(asked(&t, "smtpapi._domainkey.example.com"));
	assert_true(asked(&t, "fm2._domainkey.example.com") &&
		    asked(&t, "mesmtp._domainkey.example.com"));
	assert_false(asked(&t, "mandrill._domainkey.example.com"));
	assert_int_equal(t.report.dkim.nkeys, 2);
	assert_string_equal(t.report.dkim.keys[0].provider, "Fastmail");
	assert_string_equal(t.report.dkim.keys[1].selector, "smtpapi");
	assert_string_equal(t.report.dkim.keys[1].provider, "SendGrid");
	tape_audit_free(&t);
	/* a CNAME says more than the selector's name */
	run(&t, DISCOVER_SHORT,
	    SENDS "s1._domainkey.example.com TXT SOME 60 >s1.example-com.hubspotemail.net " KEY
		  "\n",
	    NULL);
	assert_string_equal(t.report.dkim.keys[0].provider, "HubSpot");
	assert_string_equal(t.report.dkim.keys[0].cname, "s1.example-com.hubspotemail.net");
	tape_audit_free(&t);
	/* no inference without discovery */
	run(&t, DISCOVER_NONE, "example.com TXT SOME 60 \"v=spf1 include:sendgrid.net -all\"\n",
	    NULL);
	assert_false(asked(&t, "s1._domainkey.example.com"));
	tape_audit_free(&t);
}

/* The control answers like every selector: what was guessed proves nothing, what was given is still
 * a key. */
static void wildcard(void **state)
{
	struct buf tape;
	struct tape_audit t;

	(void)state;
	buf_init(&tape, 1 << 16);
	buf_adds(&tape, SENDS CONTROL " TXT SOME 60 " KEY "\n");
	buf_adds(&tape, "google._domainkey.example.com TXT SOME 60 " KEY "\n");
	buf_adds(&tape, "s1._domainkey.example.com TXT SOME 60 " KEY "\n");
	buf_adds(&tape, "k1._domainkey.example.com TXT SOME 60 " ED "\n");
	run(&t, DISCOVER_SHORT, tape.p, "s1");
	assert_int_equal(t.report.dkim.wildcard, PRESENCE_YES);
	assert_int_equal(t.report.presence[PROTO_DKIM], PRESENCE_YES);
	assert_non_null(tape_audit_find(&t, RULE_DKIM_WILDCARD));
	assert_int_equal(t.report.dkim.nkeys, 2); /* k1 has an answer of its own */
	assert_string_equal(t.report.dkim.keys[0].selector, "k1");
	assert_string_equal(t.report.dkim.keys[1].selector, "s1");
	assert_null(tape_audit_find(&t, RULE_DKIM_NOT_FOUND));
	tape_audit_free(&t);
	buf_free(&tape);
}

/* "*.example.com CNAME www.example.com" makes every selector a CNAME: none of them dangles. */
static void wildcard_cname(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, DISCOVER_SHORT,
	    SENDS CONTROL " TXT NONE NODATA >www.example.com\n"
			  "google._domainkey.example.com TXT NONE NODATA >www.example.com\n"
			  "sel._domainkey.example.com TXT NONE NODATA >www.example.com\n"
			  "k1._domainkey.example.com TXT NONE NXDOMAIN >dkim.mcsv.net\n",
	    "sel");
	assert_int_equal(t.report.dkim.wildcard, PRESENCE_NONE);
	assert_string_equal(tape_audit_find(&t, RULE_DKIM_SELECTOR_MISSING)->subject,
			    "sel._domainkey.example.com");
	assert_string_equal(tape_audit_find(&t, RULE_DKIM_DANGLING_CNAME)->subject,
			    "k1._domainkey.example.com");
	tape_audit_free(&t);
}

/* Guessing that finds nothing is never a fault, whatever _domainkey says. */
static void not_found(void **state)
{
	static const char *const parents[] = { "NONE NXDOMAIN", "NONE NODATA", "LOST servfail" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct tape_audit t;
		struct buf tape;

		buf_init(&tape, 4096);
		buf_addf(&tape, SENDS "_domainkey.example.com TXT %s\n", parents[i]);
		run(&t, DISCOVER_FULL, tape.p, NULL);
		assert_int_equal(tape_audit_count(&t, SEV_WARNING), 0);
		assert_true(tape_audit_find(&t, RULE_DKIM_NOT_FOUND)->sure);
		assert_int_equal(t.report.presence[PROTO_DKIM], PRESENCE_UNKNOWN);
		tape_audit_free(&t);
		buf_free(&tape);
	}
}

/* A domain that sends no mail needs no key, and has nothing said about it. */
static void parked(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, DISCOVER_FULL, "example.com TXT SOME 60 \"v=spf1 -all\"\n", NULL);
	assert_int_equal(t.report.findings.n, 0);
	assert_int_equal(t.report.presence[PROTO_DKIM], PRESENCE_NONE);
	tape_audit_free(&t);
	run(&t, DISCOVER_FULL,
	    "example.com TXT SOME 60 \"v=spf1 -all\"\n" CONTROL " TXT SOME 60 \"v=DKIM1; p=\"\n",
	    NULL);
	assert_int_equal(tape_audit_count(&t, SEV_WARNING), 0);
	assert_non_null(tape_audit_find(&t, RULE_DKIM_WILDCARD_REVOKED));
	assert_int_equal(t.report.presence[PROTO_DKIM], PRESENCE_YES);
	tape_audit_free(&t);
}

/* What could not be had is never missing. */
static void lost(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, DISCOVER_SHORT, SENDS "* LOST timeout\n", NULL);
	assert_int_equal(t.report.findings.n, 0);
	assert_int_equal(t.report.presence[PROTO_DKIM], PRESENCE_UNKNOWN);
	tape_audit_free(&t);
	run(&t, DISCOVER_NONE, SENDS "s._domainkey.example.com TXT LOST servfail\n", "s");
	assert_false(tape_audit_find(&t, RULE_DKIM_UNKNOWN)->sure);
	assert_int_equal(t.report.findings.n, 1);
	tape_audit_free(&t);
	/* one key was found, another may be an RSA key: nothing is said about Ed25519 alone */
	run(&t, DISCOVER_SHORT,
	    SENDS
	    "s._domainkey.example.com TXT LOST servfail\ns1._domainkey.example.com TXT SOME 60 " ED
	    "\n",
	    "s");
	assert_null(tape_audit_find(&t, RULE_DKIM_ED25519_ONLY));
	assert_int_equal(t.report.presence[PROTO_DKIM], PRESENCE_YES);
	tape_audit_free(&t);
}

/* A retired key is no fault, and no key for mail either. */
static void revoked_only(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, DISCOVER_SHORT, SENDS "k1._domainkey.example.com TXT SOME 60 \"v=DKIM1; p=\"\n",
	    NULL);
	assert_non_null(tape_audit_find(&t, RULE_DKIM_REVOKED));
	assert_non_null(tape_audit_find(&t, RULE_DKIM_NOT_FOUND));
	assert_int_equal(tape_audit_count(&t, SEV_WARNING), 0);
	assert_int_equal(t.report.presence[PROTO_DKIM], PRESENCE_UNKNOWN);
	tape_audit_free(&t);
	run(&t, DISCOVER_SHORT,
	    "example.com TXT SOME 60 \"v=spf1 -all\"\nk1._domainkey.example.com TXT SOME 60 \"v=DKIM1; p=\"\n",
	    "k1");
	assert_int_equal(tape_audit_count(&t, SEV_WARNING), 0);
	assert_int_equal(t.report.presence[PROTO_DKIM], PRESENCE_YES);
	tape_audit_free(&t);
}

static void run_zone(struct tape_audit *t, enum dkim_zone zone, const char *tape,
		     const char *const *selectors, size_t n)
{
	struct audit_wish wish = { .discover = DISCOVER_FULL,
				   .dkim_zone = zone,
				   .zone_selectors = selectors,
				   .nzone_selectors = n };

	tape_audit_run(t, tape, "example.com", &wish, checks, 2);
}

/* The zone's own selectors: all of them, whatever their names, and no others. That a key is there
 * does not say that it is in use. */
static void zone_selectors_are_all(void **state)
{
	static const char *const all[] = { "gone", "x7k2q", "old", "bad" };
	struct tape_audit t;

	(void)state;
	run_zone(&t, DKIM_ZONE_LISTED,
		 SENDS "gone._domainkey.example.com TXT NONE NXDOMAIN >nowhere.example.net\n"
		       "x7k2q._domainkey.example.com TXT SOME 60 " KEY "\n"
		       "old._domainkey.example.com TXT SOME 60 \"v=DKIM1; p=\"\n"
		       "bad._domainkey.example.com TXT SOME 60 \"hello\"\n",
		 all, 4);
	assert_int_equal(t.report.dkim.asked, 4);
	assert_int_equal(t.report.dkim.nkeys, 2);
	assert_false(asked(&t, "google._domainkey.example.com"));
	assert_non_null(tape_audit_find(&t, RULE_DKIM_DANGLING_CNAME));
	assert_non_null(tape_audit_find(&t, RULE_DKIM_NOT_KEY));
	assert_non_null(tape_audit_find(&t, RULE_DKIM_REVOKED));
	assert_int_equal(tape_audit_count(&t, SEV_WARNING), 2);
	assert_int_equal(t.report.presence[PROTO_DKIM], PRESENCE_YES);
	tape_audit_free(&t);
	/* no provider is to blame for an alias within the domain */
	run_zone(&t, DKIM_ZONE_LISTED,
		 SENDS "gone._domainkey.example.com TXT NONE NXDOMAIN >_dkim.example.com\n", all,
		 1);
	assert_string_equal(
		tape_audit_find(&t, RULE_DKIM_DANGLING_CNAME)->fix,
		"publish the key in a TXT record at _dkim.example.com, or delete the CNAME at gone._domainkey.example.com");
	tape_audit_free(&t);
}

/* Where the zone's aliases lead may not be known: then neither is what they are worth. */
static void zone_selectors_lost(void **state)
{
	static const char *const all[] = { "s1" };
	struct tape_audit t;

	(void)state;
	run_zone(&t, DKIM_ZONE_LISTED,
		 SENDS "s1._domainkey.example.com TXT LOST offline >s1.example.net\n", all, 1);
	assert_int_equal(t.report.findings.n, 0);
	assert_int_equal(t.report.dkim.lost, 1);
	assert_int_equal(t.report.presence[PROTO_DKIM], PRESENCE_UNKNOWN);
	tape_audit_free(&t);
	run_zone(&t, DKIM_ZONE_LISTED,
		 SENDS "s1._domainkey.example.com TXT LOST timeout >s1.example.net\n", all, 1);
	assert_false(tape_audit_find(&t, RULE_DKIM_UNKNOWN)->sure);
	tape_audit_free(&t);
}

/* Mail of one name is often signed for another of the same domain, so a name without a selector is
 * no fault where another name has one. */
static void zone_without_selectors(void **state)
{
	struct tape_audit t;

	(void)state;
	run_zone(&t, DKIM_ZONE_LISTED, SENDS, NULL, 0);
	assert_non_null(tape_audit_find(&t, RULE_DKIM_NOT_FOUND));
	assert_int_equal(tape_audit_count(&t, SEV_WARNING), 0);
	assert_int_equal(t.report.presence[PROTO_DKIM], PRESENCE_NONE);
	tape_audit_free(&t);
	run_zone(&t, DKIM_ZONE_BARE, SENDS, NULL, 0);
	assert_non_null(tape_audit_find(&t, RULE_DKIM_NONE));
	assert_null(tape_audit_find(&t, RULE_DKIM_NOT_FOUND));
	tape_audit_free(&t);
	run_zone(&t, DKIM_ZONE_BARE, "example.com TXT SOME 60 \"v=spf1 -all\"\n", NULL, 0);
	assert_int_equal(t.report.findings.n, 0);
	tape_audit_free(&t);
}

/* Several records at a selector: all are judged, one stands for them. */
static void several_keys(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, DISCOVER_SHORT, SENDS "k1._domainkey.example.com TXT SOME 60 \"k=rsa\" / " KEY "\n",
	    NULL);
	assert_non_null(tape_audit_find(&t, RULE_DKIM_MULTIPLE_TXT));
	/* what was cut off has no p=, which is the same fault */
	assert_null(tape_audit_find(&t, RULE_DKIM_NO_P));
	assert_int_equal(t.report.dkim.nkeys, 1);
	assert_int_equal(t.report.dkim.keys[0].key->bits, 2048);
	tape_audit_free(&t);
	run(&t, DISCOVER_SHORT, SENDS "k1._domainkey.example.com TXT SOME 60 \"k=rsa\"\n", NULL);
	assert_non_null(tape_audit_find(&t, RULE_DKIM_NO_P));
	tape_audit_free(&t);
	/* nothing but pieces: then they are judged */
	run(&t, DISCOVER_SHORT,
	    SENDS "k1._domainkey.example.com TXT SOME 60 \"k=rsa\" / \"v=DKIM1\"\n", NULL);
	assert_non_null(tape_audit_find(&t, RULE_DKIM_MULTIPLE_TXT));
	assert_int_equal(t.report.dkim.nkeys, 1);
	assert_int_equal(tape_audit_count(&t, SEV_ERROR), 3);
	tape_audit_free(&t);
}

/* Records of nothing but faults at every selector must not become a report without end. */
static void faults_without_end(void **state)
{
	struct buf tape;
	struct tape_audit t;

	(void)state;
	buf_init(&tape, 4 << 20);
	buf_adds(&tape, SENDS);
	for (size_t i = 0; i < dkim_nproviders; i++) {
		const char *list = dkim_providers[i].own;
		struct str word;

		while (dkim_next_word(&list, &word)) {
			buf_addf(&tape, "%.*s._domainkey.example.com TXT SOME 60 \"v=DKIM1;p=%zu",
				 (int)word.n, word.p, tape.n);
			for (int k = 0; k < 40; k++)
				buf_adds(&tape, ";;x;y=1;y=2;P=3");
			buf_adds(&tape, "\"\n");
		}
	}
	run(&t, DISCOVER_FULL, tape.p, NULL);
	assert_in_range(t.report.dkim.nkeys, 90, 120);
	assert_in_range(t.report.findings.n, 400, 2000);
	assert_true(t.arena.total < 24u << 20);
	tape_audit_free(&t);
	buf_free(&tape);
}

static void given_selectors(void **state)
{
	static const char *const same[] = { "S1", " s1 ", "s1._domainkey",
					    "s1._domainkey.example.com",
					    "s1._DomainKey.Example.com." };
	struct tape_audit t;

	(void)state;
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		run(&t, DISCOVER_NONE, SENDS "s1._domainkey.example.com TXT SOME 60 " KEY "\n",
		    same[i]);
		assert_int_equal(t.report.dkim.nkeys, 1);
		assert_string_equal(t.report.dkim.keys[0].selector, "s1");
		assert_true(t.report.dkim.keys[0].given);
		assert_int_equal(tape_audit_count(&t, SEV_WARNING), 0);
		tape_audit_free(&t);
	}
	/* no name at all: said, and never asked for */
	run(&t, DISCOVER_NONE, SENDS, "a..b");
	assert_string_equal(tape_audit_find(&t, RULE_DKIM_UNKNOWN)->subject, "a..b");
	tape_audit_free(&t);
	/* a selector of several labels */
	run(&t, DISCOVER_NONE, SENDS "a.b._domainkey.example.com TXT SOME 60 " KEY "\n", "a.b");
	assert_int_equal(t.report.dkim.nkeys, 1);
	tape_audit_free(&t);
}

/* A TXT record that is no tag list is nothing when it was guessed. */
static void guessed_text(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, DISCOVER_SHORT,
	    SENDS "mail._domainkey.example.com TXT SOME 60 \"step p=1 of 2\"\n"
		  "s1._domainkey.example.com TXT SOME 60 \"v=spf1 -all\"\n",
	    NULL);
	assert_int_equal(t.report.dkim.nkeys, 0);
	assert_int_equal(tape_audit_count(&t, SEV_WARNING), 0);
	tape_audit_free(&t);
}

/* Either selector of Microsoft 365 may be the idle one; when it is the only one asked for, the
 * other is looked at as well. */
static void m365(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, DISCOVER_NONE,
	    SENDS
	    "selector2._domainkey.example.com TXT NONE NXDOMAIN >selector2-example-com._domainkey.c.onmicrosoft.com\n"
	    "selector1._domainkey.example.com TXT SOME 60 >selector1-example-com._domainkey.c.n-v1.dkim.mail.microsoft " KEY
	    "\n",
	    "selector2");
	assert_non_null(tape_audit_find(&t, RULE_DKIM_M365_IDLE));
	assert_null(tape_audit_find(&t, RULE_DKIM_DANGLING_CNAME));
	assert_int_equal(tape_audit_count(&t, SEV_WARNING), 0);
	assert_int_equal(t.report.dkim.asked, 1);
	tape_audit_free(&t);
}

static void adsp(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, DISCOVER_FULL,
	    SENDS "_adsp._domainkey.example.com TXT SOME 60 \"dkim=discardable\"\n", NULL);
	assert_string_equal(tape_audit_find(&t, RULE_DKIM_POLICY_OLD)->subject,
			    "_adsp._domainkey.example.com");
	tape_audit_free(&t);
}

/* A record of another protocol at a selector is called by its name. */
static void another_record(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, DISCOVER_NONE, SENDS "s._domainkey.example.com TXT SOME 60 \"v=spf1 mx -all\"\n",
	    "s");
	assert_string_equal(tape_audit_find(&t, RULE_DKIM_NOT_KEY)->detail,
			    "it is an SPF record, which belongs at example.com itself");
	tape_audit_free(&t);
	run(&t, DISCOVER_NONE, SENDS "s._domainkey.example.com TXT SOME 60 \"v=DMARC1; p=none\"\n",
	    "s");
	assert_string_equal(tape_audit_find(&t, RULE_DKIM_NOT_KEY)->detail,
			    "it is a DMARC record, which belongs at _dmarc.example.com");
	tape_audit_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table),
		cmocka_unit_test(shared_selectors_are_listed),
		cmocka_unit_test(how_many_are_asked),
		cmocka_unit_test(known_ones_are_asked),
		cmocka_unit_test(asked_is_what_was_asked),
		cmocka_unit_test(rare_ones_where_revealed),
		cmocka_unit_test(providers),
		cmocka_unit_test(wildcard),
		cmocka_unit_test(wildcard_cname),
		cmocka_unit_test(not_found),
		cmocka_unit_test(parked),
		cmocka_unit_test(lost),
		cmocka_unit_test(revoked_only),
		cmocka_unit_test(zone_selectors_are_all),
		cmocka_unit_test(zone_selectors_lost),
		cmocka_unit_test(zone_without_selectors),
		cmocka_unit_test(several_keys),
		cmocka_unit_test(faults_without_end),
		cmocka_unit_test(given_selectors),
		cmocka_unit_test(guessed_text),
		cmocka_unit_test(another_record),
		cmocka_unit_test(m365),
		cmocka_unit_test(adsp),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Name servers compared: where the zone is found, what counts as different, and who is lame. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tape_audit.h"

static check_fn *const checks[] = { check_dns_servers };

/* m. h. and five numbers, the first of which is the serial */
#define SOA(zone, ip, serial) \
	zone " SOA@" ip " SOME 60 aa=1 \\# 26 016d00016800" serial \
	     "00001c2000000e100012750000000078\n"
#define HOSTS \
	"a.net A SOME 60 93.184.216.1\nb.net A SOME 60 93.184.216.2\n" \
	"c.net AAAA SOME 60 2606:2800:21f::3\n"
#define A             "93.184.216.1"
#define B             "93.184.216.2"
#define C             "2606:2800:21f::3"
#define NS            "example.com NS SOME 60 a.net / b.net\n" HOSTS
#define ALL           "example.com NS SOME 60 a.net / b.net / c.net\n" HOSTS
#define GOOD(ip)      SOA("example.com", ip, "00000007")
#define TXT(ip, text) "example.com TXT@" ip " SOME 60 aa=1 " text "\n"
#define ALIAS(ip, to) "_dmarc.example.com TXT@" ip " SOME 60 aa=1 >" to "\n"
#define P(ip)         "_dmarc.example.com TXT@" ip " SOME 60 aa=1 \"v=DMARC1; p=reject\"\n"

/* What is not on the tape is no answer of that server; these are none at all, for all of them. */
#define SILENT(name, type, ip) name " " type "@" ip " NONE NODATA 60 aa=1\n"
#define REST(domain, ip) \
	SILENT(domain, "TXT", ip) \
	SILENT(domain, "MX", ip) \
	SILENT("_dmarc." domain, "TXT", ip) SILENT("_mta-sts." domain, "TXT", ip) \
		SILENT("_smtp._tls." domain, "TXT", ip)
#define TWO NS REST("example.com", A) REST("example.com", B) GOOD(A) GOOD(B)
#define THREE \
	ALL REST("example.com", A) REST("example.com", B) REST("example.com", C) GOOD(A) GOOD(B) \
		GOOD(C)

static const struct row {
	const char *what, *domain, *tape;
	const char *found; /* rule, sure or not, detail; NULL: nothing */
} rows[] = {
	{ "nothing at either", "example.com", TWO, NULL },
	{ "the same alias", "example.com", TWO ALIAS(A, "d.net") ALIAS(B, "d.net"), NULL },
	{ "another alias", "example.com", TWO ALIAS(A, "d.net") ALIAS(B, "e.net"),
	  "dns-ns-inconsistent sure TXT: a.net (serial 7) has a CNAME to d.net; b.net (serial 7) has a CNAME to e.net" },
	{ "an alias and a record", "example.com", TWO ALIAS(A, "d.net") P(B),
	  "dns-ns-inconsistent sure TXT: a.net (serial 7) has a CNAME to d.net; b.net (serial 7) has v=DMARC1; p=reject" },
	{ "no such name, and no such record", "example.com",
	  TWO "_dmarc.example.com TXT@" B " NONE NXDOMAIN 60 aa=1\n", NULL },
	{ "other text than SPF", "example.com", TWO TXT(A, "\"x\"") TXT(B, "\"y\""), NULL },
	{ "SPF in other company", "example.com",
	  TWO TXT(A, "\"a\" / \"v=spf1 -all\"") TXT(B, "\"V=SPF1 -all\" / \"z\""),
	  "dns-ns-inconsistent sure TXT: a.net (serial 7) has v=spf1 -all; b.net (serial 7) has V=SPF1 -all" },
	{ "two SPF records and one", "example.com",
	  TWO TXT(A, "\"v=spf1 -all\" / \"v=spf1 mx -all\"") TXT(B, "\"v=spf1 -all\""),
	  "dns-ns-inconsistent sure TXT: a.net (serial 7) has v=spf1 -all and more; b.net (serial 7) has v=spf1 -all" },
	{ "two of three differ", "example.com", THREE P(A),
	  "dns-ns-inconsistent sure TXT: a.net (serial 7) has v=DMARC1; p=reject; b.net (serial 7) has no such record; c.net (serial 7) has no such record" },
	{ "one of three is silent", "example.com",
	  THREE "example.com MX@" B " LOST timeout\n" P(A) P(C) P(B),
	  "dns-ns-unknown unsure b.net (93.184.216.2): no answer in time" },
	{ "a serial that has wrapped round", "example.com",
	  TWO SOA("example.com", A, "fffffffe") P(B),
	  "dns-ns-inconsistent sure TXT: a.net (serial 4294967294) has no such record; b.net (serial 7) has v=DMARC1; p=reject" },
	{ "no such zone there", "example.com", TWO "example.com SOA@" B " NONE NXDOMAIN\n",
	  "dns-ns-lame sure b.net (93.184.216.2): it knows no zone example.com" },
	{ "it points elsewhere", "example.com", TWO "example.com SOA@" B " LOST referral\n",
	  "dns-ns-lame unsure b.net (93.184.216.2): it points to other servers for the zone" },
	{ "the zone above", "www.example.com",
	  TWO REST("www.example.com", A) REST(
		  "www.example.com", B) "www.example.com MX@" B " SOME 60 aa=1 5 m.example.net\n",
	  "dns-ns-inconsistent sure MX: a.net (serial 7) has no such record; b.net (serial 7) has 5 m.example.net" },
	{ "an alias has no zone of its own", "www.example.com",
	  TWO REST("www.example.com", A)
		  REST("www.example.com", B) "www.example.com NS SOME 60 >x.net ns.x.net\n",
	  NULL },
	{ "not above the organizational domain", "example.com",
	  "com NS SOME 60 a.net\n" HOSTS "com SOA@" A " LOST refused\n", NULL },
	{ "the name servers are not known", "example.com", "example.com NS LOST timeout\n",
	  "dns-ns-unknown unsure example.com: which they are could not be had" },
	{ "a zone file", "example.com", "example.com NS SOME 60 zone=1 a.net\n" HOSTS, NULL },
};

static void servers(void **state)
{
	const struct audit_wish wish = { .all_ns = true };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct findings *fs;
		struct tape_audit t;
		const char *got;

		tape_audit_run(&t, rows[i].tape, rows[i].domain, &wish, checks, 1);
		fs = &t.report.findings;
		if (fs->n != (rows[i].found ? 1 : 0))
			fail_msg("%s: %zu findings", rows[i].what, fs->n);
		for (size_t k = 0; k < fs->n; k++) {
			got = arena_printf(&t.arena, "%s %s %s", rules[fs->item[k]->rule].name,
					   fs->item[k]->sure ? "sure" : "unsure",
					   fs->item[k]->detail);
			if (strcmp(got, rows[i].found) != 0)
				fail_msg("%s: %s", rows[i].what, got);
		}
		tape_audit_free(&t);
	}
}

/* The fix names the server that lags, whichever it is. */
static void lagging(void **state)
{
	const struct audit_wish wish = { .all_ns = true };
	struct tape_audit t;
	const struct finding *f;

	(void)state;
	tape_audit_run(&t, TWO SOA("example.com", A, "fffffffe") P(B), "example.com", &wish, checks,
		       1);
	f = tape_audit_find(&t, RULE_DNS_NS_INCONSISTENT);
	assert_string_equal(
		f->fix,
		"if the change is not minutes old, see that a.net gets the zone: its serial is 4294967294, that of b.net 7");
	assert_string_equal(f->subject, "_dmarc.example.com");
	tape_audit_free(&t);
}

static void not_wished(void **state)
{
	struct tape_audit t;

	(void)state;
	tape_audit_run(&t, TWO P(A), "example.com", NULL, checks, 1);
	assert_int_equal(t.facts.n, 0);
	tape_audit_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers),
		cmocka_unit_test(lagging),
		cmocka_unit_test(not_wished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

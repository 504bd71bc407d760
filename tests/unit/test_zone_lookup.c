/* What an authoritative server answers, case by case; and who of a zone sends mail.
 * tests/net/zone_knot.sh compares with a real server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "name.h"
#include "rrtype.h"
#include "zone.h"
#include "unit_arena.h"

static struct zone zone_of(const char *text)
{
	struct zone z;
	const char *err = NULL;

	if (!parse_zone_text(&arena, "db", str_c(text), "example.com", &z, &err))
		fail_msg("%s", err);
	return z;
}

/* "ANSWER 3,4 wildcard", "CNAME 5 >target": the kind, the lines of the records, how they came. */
static const char *look(const struct zone *z, const char *name, uint16_t type)
{
	static const char *const kinds[] = { "OUTSIDE", "ANSWER",   "CNAME",    "DNAME",
					     "NODATA",  "NXDOMAIN", "DELEGATED" };
	struct zone_answer out;
	const char *text;

	zone_lookup(&arena, z, name, type, &out);
	text = kinds[out.kind];
	for (size_t i = 0; i < out.n; i++)
		text = arena_printf(&arena, "%s%c%u", text, i ? ',' : ' ', out.rr[i].rr.line);
	if (out.wildcard)
		text = arena_printf(&arena, "%s wildcard", text);
	if (out.target)
		text = arena_printf(&arena, "%s >%s", text, out.target);
	return text;
}

struct lookup {
	const char *name;
	uint16_t type;
	const char *want;
};

static void check(const struct zone *z, const struct lookup *l, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *got = look(z, l[i].name, l[i].type);

		if (strcmp(got, l[i].want) != 0)
			fail_msg("%s %s: got %s, want %s", l[i].name,
				 rrtype_name(&arena, l[i].type), got, l[i].want);
	}
}
#define CHECK(z, list) check(z, list, sizeof(list) / sizeof(*(list)))

static void test_plain(void **state)
{
	struct zone z = zone_of(
		"@ SOA a b 1 2 3 4 5\n@ NS ns\n@ TXT \"a\"\n@ TXT \"b\"\nwww A 192.0.2.1\n"
		"a.b.c A 192.0.2.1\n\\. A 192.0.2.1\nx\\.y A 192.0.2.1\n");
	static const struct lookup l[] = {
		{ "example.com", RR_TXT, "ANSWER 3,4" },
		{ "example.com", RR_NS, "ANSWER 2" },
		{ "example.com", RR_MX, "NODATA" },
		{ "www.example.com", RR_A, "ANSWER 5" },
		{ "www.example.com", RR_TXT, "NODATA" },
		{ "ww.example.com", RR_A, "NXDOMAIN" },
		{ "wwww.example.com", RR_A, "NXDOMAIN" },
		{ "x.www.example.com", RR_A, "NXDOMAIN" },
		/* empty non-terminals exist (RFC 8020) */
		{ "c.example.com", RR_A, "NODATA" },
		{ "b.c.example.com", RR_A, "NODATA" },
		{ "a.b.c.example.com", RR_A, "ANSWER 6" },
		{ "z.b.c.example.com", RR_A, "NXDOMAIN" },
		/* dots within a label */
		{ "\\..example.com", RR_A, "ANSWER 7" },
		{ "x\\.y.example.com", RR_A, "ANSWER 8" },
		{ "x.y.example.com", RR_A, "NXDOMAIN" },
		{ "y.example.com", RR_A, "NXDOMAIN" },
		{ "com", RR_A, "OUTSIDE" },
		{ ".", RR_A, "OUTSIDE" },
		{ "badexample.com", RR_A, "OUTSIDE" },
		{ "a\\.example.com", RR_A, "OUTSIDE" },
	};

	(void)state;
	CHECK(&z, l);
}

/* RFC 4592 2.2.1's own zone and questions. */
static void test_wildcard(void **state)
{
	struct zone z = zone_of(
		"@ SOA a b 1 2 3 4 5\n@ NS ns.example.net.\n"
		"* TXT \"this is a wildcard\"\n* MX 10 host1\n"
		"sub.* TXT \"this is not a wildcard\"\n"
		"host1 A 192.0.2.1\n_ssh._tcp.host1 SRV 0 0 22 host1\n_ssh._tcp.host2 SRV 0 0 22 host1\n"
		"subdel NS ns.example.net.\n*.alias CNAME host1\nalias TXT \"x\"\n*.ent.e TXT \"x\"\n"
		"deep.*.w A 192.0.2.1\n*.cut NS ns.example.net.\n");
	static const struct lookup l[] = {
		{ "host3.example.com", RR_MX, "ANSWER 4 wildcard" },
		{ "host3.example.com", RR_A, "NODATA wildcard" },
		{ "foo.bar.example.com", RR_TXT, "ANSWER 3 wildcard" },
		{ "host1.example.com", RR_MX, "NODATA" },
		{ "sub.*.example.com", RR_MX, "NODATA" },
		{ "_telnet._tcp.host1.example.com", RR_SRV, "NXDOMAIN" },
		{ "host.subdel.example.com", RR_A, "DELEGATED" },
		{ "ghost.*.example.com", RR_MX, "NXDOMAIN" },
		{ "*.example.com", RR_MX, "ANSWER 4" },
		{ "host2.example.com", RR_MX, "NODATA" },
		{ "x.alias.example.com", RR_A, "CNAME 10 wildcard >host1.example.com" },
		{ "x.y.alias.example.com", RR_CNAME, "ANSWER 10 wildcard" },
		{ "alias.example.com", RR_A, "NODATA" },
		{ "x.ent.e.example.com", RR_TXT, "ANSWER 12 wildcard" },
		{ "x.e.example.com", RR_TXT, "NXDOMAIN" },
		/* the wildcard is an empty non-terminal */
		{ "x.w.example.com", RR_A, "NODATA wildcard" },
		{ "x.cut.example.com", RR_A, "DELEGATED wildcard" },
	};

	(void)state;
	CHECK(&z, l);
}

static void test_delegation(void **state)
{
	struct zone z = zone_of(
		"@ NS ns\nsub NS ns.sub\nsub DS 1 8 2 aa\nsub TXT \"occluded\"\nns.sub A 192.0.2.1\n"
		"*.sub A 192.0.2.1\nlower.sub NS ns.sub\nnods NS ns.sub\n");
	static const struct lookup l[] = {
		{ "sub.example.com", RR_A, "DELEGATED" },
		{ "sub.example.com", RR_NS, "DELEGATED" },
		{ "sub.example.com", RR_TXT, "DELEGATED" },
		{ "sub.example.com", RR_DS, "ANSWER 3" },
		{ "nods.example.com", RR_DS, "NODATA" },
		{ "ns.sub.example.com", RR_A, "DELEGATED" },
		{ "ns.sub.example.com", RR_DS, "DELEGATED" },
		{ "x.y.sub.example.com", RR_A, "DELEGATED" },
		{ "lower.sub.example.com", RR_DS, "DELEGATED" },
	};

	(void)state;
	CHECK(&z, l);
}

static void test_aliases(void **state)
{
	struct zone z = zone_of(
		"a CNAME b\nd DNAME other.net.\nx.d A 192.0.2.1\nboth CNAME b\nboth MX 10 b\n"
		"up DNAME .\n* CNAME b\n");
	char long_name[300];
	struct zone_answer out;
	static const struct lookup l[] = {
		{ "a.example.com", RR_A, "CNAME 1 >b.example.com" },
		{ "a.example.com", RR_CNAME, "ANSWER 1" },
		{ "x.a.example.com", RR_A, "NXDOMAIN" },
		{ "d.example.com", RR_A, "NODATA" },
		{ "d.example.com", RR_DNAME, "ANSWER 2" },
		{ "x.d.example.com", RR_A, "DNAME 2 >x.other.net" },
		{ "x.y.d.example.com", RR_CNAME, "DNAME 2 >x.y.other.net" },
		{ "net.up.example.com", RR_A, "DNAME 6 >net" },
		/* no server loads that; where one answers, it is as providers do that flatten
		   aliases */
		{ "both.example.com", RR_MX, "ANSWER 5" },
		{ "both.example.com", RR_A, "CNAME 4 >b.example.com" },
		{ "zz.example.com", RR_A, "CNAME 7 wildcard >b.example.com" },
	};

	(void)state;
	CHECK(&z, l);
	/* RFC 6672 2.2: a name that would be too long */
	z = zone_of("@ DNAME a-rather-long-name-of-more-than-forty-octets-it-is.example.net.\n");
	memset(long_name, 'x', sizeof(long_name));
	for (int i = 50; i < 200; i += 50)
		long_name[i] = '.';
	memcpy(long_name + 210, ".example.com", 13);
	zone_lookup(&arena, &z, long_name, RR_A, &out);
	assert_int_equal(out.kind, ZONE_DNAME);
	assert_null(out.target);
}

static void test_origins(void **state)
{
	struct zone z;
	const char *err = NULL;

	(void)state;
	assert_true(parse_zone_text(&arena, "db", S("com NS a.\na.example A 192.0.2.1\n"), ".", &z,
				    &err));
	assert_string_equal(look(&z, ".", RR_NS), "NODATA");
	assert_string_equal(look(&z, "x.com", RR_A), "DELEGATED");
	assert_string_equal(look(&z, "example", RR_A), "NODATA");
	assert_string_equal(look(&z, "org", RR_A), "NXDOMAIN");
	/* an origin without records of its own */
	assert_true(parse_zone_text(&arena, "db", S("a A 192.0.2.1\n"), "example.com", &z, &err));
	assert_string_equal(look(&z, "example.com", RR_NS), "NODATA");
}

static const char *senders(const char *text)
{
	struct zone z = zone_of(text);
	const char **names, *all = "";
	size_t n;

	zone_senders(&arena, &z, &names, &n);
	for (size_t i = 0; i < n; i++)
		all = arena_printf(&arena, "%s%s%s", all, i ? " " : "", names[i]);
	return all;
}

static void test_senders(void **state)
{
	(void)state;
	assert_string_equal(senders("www A 192.0.2.1\n"), "example.com");
	assert_string_equal(
		senders("zz MX 10 mx\na.zz TXT \"v=spf1 -all\"\nspf TXT \"v=spf2 -all\"\n"
			"_dmarc.d TXT \"v=DMARC1; p=none\"\n_dmarc.e TXT \"hello\"\n_dmarc.f CNAME x.example.net.\n"
			"s1._domainkey.k TXT \"v=DKIM1; p=\"\ns1.b._domainkey.l CNAME x.example.net.\n"
			"_domainkey.m TXT \"o=~\"\ns1._domainkey.o TXT \"hello\"\n"),
		"example.com d.example.com f.example.com k.example.com l.example.com "
		"zz.example.com a.zz.example.com");
	/* wildcards, service labels, and what is not this zone's */
	assert_string_equal(
		senders("*.w MX 10 mx\n_dmarc.* TXT \"v=DMARC1; p=none\"\n_x MX 10 mx\n"
			"_spf.y TXT \"v=spf1 -all\"\ncut NS ns.example.net.\nm.cut MX 10 mx\n"
			"d DNAME example.net.\nm.d MX 10 mx\n"),
		"example.com");
	/* names that were written whole without their dot are nobody's, customers' names are */
	assert_string_equal(
		senders("_dmarc.example.com TXT \"v=DMARC1; p=none\"\nexample.com MX 10 mx\n"
			"s1._domainkey.example.org TXT \"v=DKIM1; p=\"\n"
			"example.net MX 10 mx\n_dmarc.example.net TXT \"v=DMARC1; p=none\"\n"),
		"example.com example.net.example.com");
}

static const char *selectors(const char *text, const char *domain)
{
	struct zone z = zone_of(text);
	const char **names, *all = "";
	size_t n;

	if (!zone_selectors(&arena, &z, domain, &names, &n))
		return NULL;
	for (size_t i = 0; i < n; i++)
		all = arena_printf(&arena, "%s%s%s", all, i ? " " : "", names[i]);
	return all;
}

static void test_selectors(void **state)
{
	static const char zone[] =
		"s1._domainkey TXT \"v=DKIM1; p=\"\nx7k2q._domainkey CNAME k.example.net.\n"
		"a.b._domainkey TXT \"hello\"\n_adsp._domainkey TXT \"dkim=all\"\n"
		"*._domainkey TXT \"v=DKIM1; p=\"\n_domainkey TXT \"o=~\"\n"
		"addr._domainkey A 192.0.2.1\ncut._domainkey NS ns.example.net.\n"
		"below.cut._domainkey TXT \"v=DKIM1; p=\"\n_domainkeyx TXT \"x\"\n"
		"s2._domainkey.mail TXT \"v=DKIM1; p=\"\n"
		"away NS ns.example.net.\ns3._domainkey.away TXT \"v=DKIM1; p=\"\n"
		"old DNAME example.net.\n";

	(void)state;
	assert_string_equal(selectors(zone, "example.com"), "a.b s1 x7k2q");
	assert_string_equal(selectors(zone, "mail.example.com"), "s2");
	assert_string_equal(selectors(zone, "nothing.example.com"), "");
	/* not this zone's to answer */
	assert_null(selectors(zone, "away.example.com"));
	assert_null(selectors(zone, "x.old.example.com"));
	assert_null(selectors(zone, "example.net"));
	assert_null(selectors("_domainkey NS ns.example.net.\n", "example.com"));
}

static bool may_sign(const char *text)
{
	struct zone z = zone_of(text);

	return zone_may_sign(&z);
}

static void test_may_sign(void **state)
{
	(void)state;
	assert_false(may_sign("@ NS ns\nwww A 192.0.2.1\ny._domainkeys TXT \"x\"\n"));
	assert_true(may_sign("s1._domainkey.em TXT \"v=DKIM1; p=\"\n"));
	assert_true(may_sign("_domainkey NS ns.example.net.\n"));
	assert_true(may_sign("em NS ns.example.net.\n"));
	assert_true(may_sign("em DNAME example.net.\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_plain, setup, teardown),
		cmocka_unit_test_setup_teardown(test_wildcard, setup, teardown),
		cmocka_unit_test_setup_teardown(test_delegation, setup, teardown),
		cmocka_unit_test_setup_teardown(test_aliases, setup, teardown),
		cmocka_unit_test_setup_teardown(test_origins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_senders, setup, teardown),
		cmocka_unit_test_setup_teardown(test_selectors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_may_sign, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

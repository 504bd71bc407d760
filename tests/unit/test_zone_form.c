/* Zones in other forms than BIND's: what is read from them, with its place, and what is not known.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>

#include "rrtype.h"
#include "zone.h"

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 256 * 1024 * 1024);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

static const char *fixture(const char *name)
{
	const char *dir = getenv("SRCDIR");

	return arena_printf(&arena, "%s/fixtures/zone/%s", dir ? dir : ".", name);
}

static struct zones read_file(const char *name)
{
	struct zones all;
	const char *err = NULL;

	if (!parse_zones_file(&arena, fixture(name), NULL, &all, &err))
		fail_msg("%s", err);
	return all;
}

static struct zones read_text(const char *file, const char *text)
{
	struct zones all;
	const char *err = NULL;

	if (!parse_zones_text(&arena, file, str_c(text), NULL, &all, &err))
		fail_msg("%s", err);
	return all;
}

static const char *error_of(const char *file, const char *text)
{
	struct zones all;
	const char *err = NULL;

	assert_false(parse_zones_text(&arena, file, str_c(text), NULL, &all, &err));
	assert_non_null(err);
	assert_null(strchr(err, '\n'));
	return err;
}

/* "LINE:COLUMN OWNER TTL TYPE DATA" of each record, one a line; "?" and a type for what is not
 * known, "-" for what is known not to be there. */
static const char *dump(const struct zone *z)
{
	char *all = arena_strdup(&arena, "");

	for (size_t i = 0; i < z->n; i++) {
		const struct rr *rr = &z->rr[i].rr;
		struct str text = rr_text(&arena, rr);
		const char *owner = z->rr[i].owner;

		if (rr->type == RR_HOLE || rr->type == RR_GONE)
			all = arena_printf(
				&arena, "%s%s %s %s\n", all, rr->type == RR_HOLE ? "?" : "-", owner,
				rrtype_name(&arena, (uint16_t)((uint8_t)rr->data.p[0] << 8 |
							       (uint8_t)rr->data.p[1])));
		else
			all = arena_printf(&arena, "%s%u:%u %s %u %s %.*s\n", all, rr->line,
					   rr->column, owner, rr->ttl_s,
					   rrtype_name(&arena, rr->type), (int)text.n, text.p);
	}
	return all;
}

static enum zone_kind kind_of(const struct zone *z, const char *name, uint16_t type)
{
	struct zone_answer answer;

	zone_lookup(&arena, z, name, type, &answer);
	return answer.kind;
}

/* Values and value, TTLs, "\;", quoted parts, anchors, metadata; aliases and proxies are not known.
 */
static void test_octodns(void **state)
{
	struct zones all = read_file("example.com.yaml");
	const struct zone *z = &all.item[0];

	(void)state;
	assert_int_equal(all.n, 1);
	assert_string_equal(z->origin, "example.com");
	assert_false(z->partial);
	assert_string_equal(
		dump(z),
		"16:14 example.com 3600 NS ns1.example.net\n"
		"16:32 example.com 3600 NS ns2.example.net\n"
		"11:9 example.com 3600 MX 10 mx1.example.com\n"
		"13:9 example.com 3600 MX 20 mx2.example.com\n"
		"20:9 example.com 1800 TXT v=spf1 mx -all\n"
		"21:9 example.com 1800 TXT in parts\n"
		"? example.com A\n"
		"? example.com AAAA\n"
		"24:10 _dmarc.example.com 3600 TXT v=DMARC1; p=reject; rua=mailto:dmarc@example.com\n"
		"28:10 s1._domainkey.example.com 600 TXT v=DKIM1; k=rsa; p=\n"
		"? bad.example.com A\n"
		"36:10 caa.example.com 3600 CAA \\# 21 0005697373756563612e6578616d706c652e6e6574\n"
		"? empty.example.com TXT\n"
		"32:7 mx1.example.com 3600 A 192.0.2.1\n"
		"32:7 mx2.example.com 3600 A 192.0.2.1\n"
		"? proxied.example.com A\n"
		"? proxied.example.com AAAA\n"
		"? shop.example.com A\n"
		"56:10 *.wild.example.com 3600 CNAME www.example.com\n");
	assert_int_equal(z->nfault, 2);
	assert_int_equal(z->fault[0].line, 50);
	assert_int_equal(z->fault[0].column, 10);
	assert_string_equal(z->fault[0].owner, "bad.example.com");
	assert_string_equal(z->fault[0].what, "not an IPv4 address");
	assert_int_equal(z->fault[1].line, 52);
	assert_string_equal(z->fault[1].owner, "empty.example.com");
	assert_int_equal(kind_of(z, "example.com", RR_A), ZONE_UNKNOWN);
	assert_int_equal(kind_of(z, "shop.example.com", RR_AAAA), ZONE_NODATA);
	assert_int_equal(kind_of(z, "proxied.example.com", RR_AAAA), ZONE_UNKNOWN);
	assert_int_equal(kind_of(z, "x.wild.example.com", RR_TXT), ZONE_CNAME);
	assert_int_equal(kind_of(z, "nothing.example.com", RR_TXT), ZONE_NXDOMAIN);
}

/* What octoDNS itself refuses is a fault of its line, and its record is not known. */
static void test_octodns_faults(void **state)
{
	static const struct {
		unsigned line;
		const char *what;
	} want[] = {
		{ 3, "a name that is no domain name" },
		{ 5, "a record without a type" },
		{ 6, "no \"exchange\" in it" },
		{ 7, "not a known record type" },
		{ 9, "not a TTL" },
		{ 10, "a value that does not fit" },
		{ 12, "a.example.com has a CNAME record beside records of other types" },
	};
	struct zones all = read_text("example.com.yaml",
				     "x:\n  {type: A, value: 192.0.2.1}\n"
				     "a..b: {type: A, value: 192.0.2.1}\n"
				     "notype:\n  ttl: 60\n"
				     "mx: {type: MX, value: {preference: 10}}\n"
				     "odd: {type: \"A B\", value: 1}\n"
				     "ttl:\n  {type: A, ttl: an hour, value: 192.0.2.1}\n"
				     "list: {type: A, value: {a: 1}}\n"
				     "a:\n- {type: CNAME, value: x.example.com.}\n"
				     "- {type: TXT, value: x}\n");
	const struct zone *z = &all.item[0];

	(void)state;
	assert_int_equal(z->nfault, sizeof(want) / sizeof(want[0]));
	for (size_t i = 0; i < z->nfault; i++) {
		assert_int_equal(z->fault[i].line, want[i].line);
		assert_true(z->fault[i].refused);
		if (!str_starts(str_c(z->fault[i].what), str_c(want[i].what)))
			fail_msg("%s", z->fault[i].what);
	}
	assert_int_equal(kind_of(z, "notype.example.com", RR_TXT), ZONE_UNKNOWN);
	assert_int_equal(kind_of(z, "mx.example.com", RR_MX), ZONE_UNKNOWN);
	assert_int_equal(kind_of(z, "mx.example.com", RR_TXT), ZONE_NODATA);
}

static void test_route53(void **state)
{
	struct zones all = read_file("route53.json");
	const struct zone *z = &all.item[0];

	(void)state;
	assert_int_equal(all.n, 1);
	assert_string_equal(z->origin, "example.com");
	assert_non_null(strstr(dump(z), "\n28:30 example.com 300 MX 10 mx.example.com\n"
					"38:30 example.com 300 TXT v=spf1 mx -all\n"
					"41:30 example.com 300 TXT caf\xc3\xa9 \"x\"\n"
					"? example.com A\n"
					"51:30 *.example.com 300 CNAME www.example.com\n"
					/* of two weighted sets the first */
					"63:30 w.example.com 300 TXT v=spf1 -all\n"));
	assert_int_equal(z->nfault, 1);
	assert_int_equal(z->fault[0].kind, ZONE_CHOICE);
	assert_int_equal(z->fault[0].line, 67);
	assert_string_equal(z->fault[0].quote, "w.example.com TXT \"v=spf1 ~all\"");
	assert_false(z->fault[0].refused);
	assert_int_equal(kind_of(z, "w.example.com", RR_TXT), ZONE_ANSWER);
	assert_false(z->partial);

	/* a list that was cut, and changes, are not all of the zone */
	all = read_text("x",
			"{\"IsTruncated\": true, \"ResourceRecordSets\": [{\"Name\": "
			"\"example.com.\", \"Type\": \"SOA\", \"TTL\": 1, \"ResourceRecords\": "
			"[{\"Value\": \"a. b. 1 2 3 4 5\"}]}]}");
	assert_true(all.item[0].partial);
	all = read_text("x",
			"{\"Changes\": [{\"Action\": \"DELETE\", \"ResourceRecordSet\": {\"Name\": "
			"\"a.example.com.\", \"Type\": \"TXT\"}}, {\"Action\": \"UPSERT\", "
			"\"ResourceRecordSet\": {\"Name\": \"example.com.\", \"Type\": \"TXT\", "
			"\"TTL\": 1, \"ResourceRecords\": [{\"Value\": \"\\\"x\\\"\"}]}}]}");
	assert_string_equal(all.item[0].origin, "example.com");
	assert_int_equal(kind_of(&all.item[0], "a.example.com", RR_TXT), ZONE_NODATA);
	assert_int_equal(kind_of(&all.item[0], "a.example.com", RR_MX), ZONE_UNKNOWN);
	assert_int_equal(kind_of(&all.item[0], "example.com", RR_TXT), ZONE_ANSWER);
}

static void test_dnscontrol(void **state)
{
	struct zones all = read_file("dnscontrol.json");

	(void)state;
	assert_int_equal(all.n, 2);
	assert_string_equal(
		dump(&all.item[0]),
		"23:19 example.com 300 NS ns1.example.net\n"
		"27:9 example.com 300 MX 10 mx.example.com\n"
		"39:21 example.com 300 TXT v=spf1 mx -all\n"
		"41:9 s1._domainkey.example.com 300 TXT v=DKIM1; p=\n"
		"73:9 _sip._tcp.example.com 300 SRV \\# 22 0000000013c4026d78076578616d706c6503636f6d00\n"
		"? cdn.example.com A\n"
		"? cdn.example.com AAAA\n"
		"53:21 mx.example.com 300 A 192.0.2.1\n"
		"? shop.example.com A\n"
		"? shop.example.com AAAA\n"
		"58:21 www.example.com 300 CNAME mx.example.com\n");
	assert_false(all.item[0].partial);
	/* NO_PURGE: there may be more */
	assert_string_equal(all.item[1].origin, "example.org");
	assert_true(all.item[1].partial);
	assert_int_equal(kind_of(&all.item[1], "example.org", RR_MX), ZONE_UNKNOWN);
	assert_int_equal(kind_of(&all.item[1], "example.org", RR_TXT), ZONE_ANSWER);
}

/* Three providers, a zone that the plan keeps, two that it does not, a record that goes. */
static void test_terraform(void **state)
{
	struct zones all = read_file("plan.json");

	(void)state;
	assert_int_equal(all.n, 3);
	assert_string_equal(dump(&all.item[0]), "1:552 example.com 300 MX 10 mx.example.com\n"
						"1:383 example.com 300 TXT v=spf1 mx -all\n"
						"? www.example.com A\n");
	assert_false(all.item[0].partial);
	assert_int_equal(kind_of(&all.item[0], "_dmarc.example.com", RR_TXT), ZONE_NXDOMAIN);
	assert_string_equal(dump(&all.item[1]),
			    "1:1101 example.org 60 MX 5 mx.example.org\n"
			    "1:933 _dmarc.example.org 300 TXT v=DMARC1; p=none\n"
			    "- old.example.org TXT\n");
	assert_true(all.item[1].partial);
	assert_int_equal(kind_of(&all.item[1], "old.example.org", RR_TXT), ZONE_NODATA);
	assert_int_equal(kind_of(&all.item[1], "old.example.org", RR_A), ZONE_UNKNOWN);
	assert_int_equal(kind_of(&all.item[1], "other.example.org", RR_A), ZONE_UNKNOWN);
	assert_string_equal(dump(&all.item[2]), "1:1451 example.net 300 TXT v=spf1 -all\n");
}

static void test_errors(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "{\"a\": 1}", "x.example: neither an octoDNS zone, nor" },
		{ "providers:\n  config:\n    class: x\n",
		  "x.example: neither an octoDNS zone, nor" },
		{ "{\"a\": \n", "x.example:2:1: no JSON that can be read: " },
		{ "a:\n  - b\n c: d\n", "x.example:3:2: no YAML that can be read: " },
		{ "---\n", "x.example: " },
		{ "{\"ResourceRecordSets\": []}", "x.example: there are no records in it" },
		{ "a: {type: A, value: *b}\n",
		  "x.example:1:21: an alias of what does not stand before it" },
		{ "a: &a [*a]\n", "x.example:1:8: an alias of what does not stand before it" },
		{ "a: {type: A, value: 192.0.2.1}\n---\nb: c\n",
		  "x.example:2:1: a second document" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *err = error_of("x.example", cases[i].text);

		if (!str_starts(str_c(err), str_c(cases[i].want)))
			fail_msg("%zu: got  %s\nwant %s", i, err, cases[i].want);
	}
	assert_non_null(strstr(error_of("zone.yaml", "a: {type: A, value: 192.0.2.1}\n"),
			       "say --origin NAME"));
}

/* Aliases of aliases, nests and floods end at a limit. */
static void test_bombs(void **state)
{
	char *text = arena_strdup(&arena, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");

	(void)state;
	for (int i = 1; i < 20; i++)
		text = arena_printf(
			&arena, "%sa%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n",
			text, i, i, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	assert_non_null(strstr(error_of("x.example", text), "too many values in one file"));

	text = arena_alloc(&arena, 2001);
	memset(text, '[', 2000);
	assert_non_null(strstr(error_of("x.example", text), "nested too deeply"));
}

/* Merge keys, JSON's escapes beyond U+FFFF, U-labels, a byte order mark and CR LF. */
static void test_details(void **state)
{
	struct zones all = read_text(
		"example.com.yaml",
		"\xef\xbb\xbf---\r\nbase: &b {type: TXT, ttl: 0x12c, value: one}\r\n"
		"x: {<<: *b, value: two}\r\nb\xc3\xbc: *b\r\n");

	(void)state;
	assert_string_equal(dump(&all.item[0]), "2:41 base.example.com 300 TXT one\n"
						"3:20 x.example.com 300 TXT two\n"
						"2:41 xn--b-eha.example.com 300 TXT one\n");
	all = read_text("x",
			"{\"ResourceRecordSets\":[{\"Name\":\"example.com.\",\"Type\":\"TXT\","
			"\"TTL\":1,\"ResourceRecords\":[{\"Value\":\"\\\"\\ud83d\\ude00 \\ud800\\/"
			"\\\"\"}]}]}");
	assert_non_null(strstr(dump(&all.item[0]), " TXT \xf0\x9f\x98\x80 \xef\xbf\xbd/\n"));
}

/* A BIND file is not taken for one of the others, whatever its first line is. */
static void test_bind(void **state)
{
	static const char *const texts[] = {
		"a: A 192.0.2.1\n@ SOA a b 1 2 3 4 5\n",
		"\n# no comment, but what people write\n@ SOA a b 1 2 3 4 5\n",
		"; {\n@ SOA a b 1 2 3 4 5\n",
	};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_string_equal(read_text("db.example.com", texts[i]).item[0].origin,
				    "example.com");
}

/* Of names that come twice the last counts, merged ones in their places; of a list of maps the
 * first. */
static void test_merges(void **state)
{
	struct zones all = read_text(
		"example.com.yaml",
		"---\n"
		"<<: {a: {type: A, value: 192.0.2.1}, b: {type: A, value: 192.0.2.2}}\n"
		"b: {type: A, value: 192.0.2.3}\n"
		"c: {type: A, value: 192.0.2.4}\n"
		"<<: {c: {type: A, value: 192.0.2.5}}\n"
		"<<: [{d: {type: A, value: 192.0.2.6}}, {d: {type: A, value: 192.0.2.7}}]\n"
		"e: {type: A, <<: {value: 192.0.2.8}, <<: {value: 192.0.2.9}}\n");

	(void)state;
	assert_string_equal(dump(&all.item[0]), "2:26 a.example.com 3600 A 192.0.2.1\n"
						"3:21 b.example.com 3600 A 192.0.2.3\n"
						"5:26 c.example.com 3600 A 192.0.2.5\n"
						"6:27 d.example.com 3600 A 192.0.2.6\n"
						"7:50 e.example.com 3600 A 192.0.2.9\n");
	assert_non_null(strstr(error_of("example.com.yaml", "---\na: !include b.yaml\n"),
			       "example.com.yaml:2:4: !include b.yaml: nothing is included here"));
}

#define AWS "{\"type\": \"aws_route53_record\", \"values\": {\"name\": \"example.com\", \"type\": "

/* Sets of which each asker gets one: the same data is one set, addresses are judged all, and of the
 * rest it is told. */
static void test_choices(void **state)
{
	struct zones all = read_text(
		"example.com.yaml",
		"a:\n  type: A\n  value: 192.0.2.1\n"
		"  geo: {EU: [192.0.2.2, 192.0.2.3], NA: [192.0.2.1]}\n"
		"  dynamic:\n    pools:\n      x: {values: [{value: 192.0.2.4, weight: 2}, {value: 192.0.2.1}]}\n"
		"_dmarc:\n  type: CNAME\n  value: d1.example.net.\n"
		"  dynamic: {pools: {one: {values: [{value: d1.example.net.}]}, two: {values: [{value: d2.example.net.}]}}}\n"
		"www:\n  type: CNAME\n  value: w1.example.net.\n"
		"  dynamic: {pools: {one: {values: [{value: w2.example.net.}]}}}\n");
	const struct zone *z = &all.item[0];

	(void)state;
	assert_string_equal(dump(z), "10:10 _dmarc.example.com 3600 CNAME d1.example.net\n"
				     "3:10 a.example.com 3600 A 192.0.2.1\n"
				     "7:28 a.example.com 3600 A 192.0.2.4\n"
				     "4:14 a.example.com 3600 A 192.0.2.2\n"
				     "4:25 a.example.com 3600 A 192.0.2.3\n"
				     "14:10 www.example.com 3600 CNAME w1.example.net\n");
	assert_int_equal(z->nfault, 2);
	assert_int_equal(z->fault[0].kind, ZONE_CHOICE);
	assert_string_equal(
		z->fault[0].what,
		"\"two\" of _dmarc.example.com CNAME holds other data than \"default\", "
		"which alone is judged");
	assert_int_equal(z->fault[1].kind, ZONE_CHOICE_OTHER);
	all = read_text(
		"plan.json",
		"{\"format_version\": 1, \"values\": {\"root_module\": {\"resources\": [\n" AWS
		"\"MX\", \"set_identifier\": \"a\", \"records\": [\"10 a.\", \"20 b.\"]}},\n" AWS
		"\"MX\", \"set_identifier\": \"b\", \"records\": [\"20 b.\", \"10 a.\"]}},\n" AWS
		"\"MX\", \"set_identifier\": \"c\", \"records\": [\"0 .\"]}},\n" AWS
		"\"TXT\", \"set_identifier\": \"a\", "
		"\"multivalue_answer_routing_policy\": true, \"records\": [\"a\"]}},\n" AWS
		"\"TXT\", \"set_identifier\": \"b\", "
		"\"multivalue_answer_routing_policy\": true, \"records\": [\"b\"]}}]}}}");
	z = &all.item[0];
	assert_int_equal(z->n, 4);
	assert_int_equal(z->nfault, 1);
	assert_int_equal(z->fault[0].line, 4);
}

/* What get-zones prints: places, two zones in one text, what a provider answers by itself, and the
 * quotation marks of earlier versions. */
static void test_get_zones(void **state)
{
	struct zones all = read_text(
		"x", "var A = NewRegistrar(\"none\");\n"
		     "D(\"a.example\", A, DefaultTTL(60), NO_PURGE,\n"
		     "\t//NAMESERVER(\"ns.example.net.\"),\n"
		     "\tMX(\"@\", 10, \"mx\"), TXT(\"@\", [\"a \\u003c\", \"b\"]),\n"
		     "\tALIAS(\"www\", \"x.example.\", TTL(5)));\n"
		     "D(\"b.example\", A, A(\"p\", \"192.0.2.1\", CF_PROXY_ON));\n");

	(void)state;
	assert_int_equal(all.n, 2);
	assert_true(all.script);
	assert_true(all.item[0].partial);
	assert_string_equal(dump(&all.item[0]), "3:15 a.example 300 NS ns.example.net\n"
						"4:2 a.example 60 MX 10 mx.a.example\n"
						"4:30 a.example 60 TXT a <b\n"
						"? www.a.example A\n"
						"? www.a.example AAAA\n");
	assert_string_equal(dump(&all.item[1]), "? p.b.example A\n? p.b.example AAAA\n");
	all = read_text("x", "a.example\t@\t60\tIN\tTXT\t\"one\" \"two\"\n"
			     "b.example\t@\t60\tIN\tMX\t10 mx.b.example.\n"
			     "w.b.example\tw\t60\tIN\tA\t192.0.2.1\tcloudflare_proxy=true\n");
	assert_int_equal(all.n, 2);
	assert_string_equal(dump(&all.item[0]), "1:23 a.example 60 TXT onetwo\n");
	assert_string_equal(dump(&all.item[1]), "2:22 b.example 60 MX 10 mx.b.example\n"
						"? w.b.example A\n"
						"? w.b.example AAAA\n");
	all = read_text("x", "a.example\t@\t60\tIN\tTXT\t\"one\" \"two\"\n"
			     "a.example\t@\t60\tIN\tTXT\tv=spf1 -all\nwhat is this\n");
	assert_string_equal(dump(&all.item[0]), "1:23 a.example 60 TXT \"one\" \"two\"\n"
						"2:23 a.example 60 TXT v=spf1 -all\n");
	assert_int_equal(all.item[0].nfault, 1);
	assert_int_equal(all.item[0].fault[0].line, 3);
}

/* A folder's files are one zone; each record keeps its file and line. */
static void test_split(void **state)
{
	const char *root = fixture("split"), *err = NULL;
	const char *path[] = { fixture("split/example.com./$example.com.yaml"),
			       fixture("split/example.com./hosts.yaml") };
	struct zones all;
	const struct zone *z;

	(void)state;
	assert_true(parse_zones_split(&arena, root, path, 2, "example.com", &all, &err));
	z = &all.item[0];
	assert_string_equal(dump(z),
			    "3:10 example.com 3600 MX 10 mx1.example.com\n"
			    "1:3 example.com 3600 TXT v=spf1 mx include:_spf.example.net ~all\n"
			    "2:3 example.com 3600 TXT v=spf1 a -all\n"
			    "7:10 *.example.com 3600 CNAME www.example.com\n"
			    "3:27 ftp.example.com 3600 CNAME www.example.com\n"
			    "5:10 mx1.example.com 300 A 192.0.2.1\n"
			    "2:10 www.example.com 3600 A 192.0.2.2\n"
			    "2:21 www.example.com 3600 A 192.0.2.3\n");
	assert_int_equal(all.nincluded, 4);
	assert_string_equal(all.included[0], fixture("split/common/hosts.yaml"));
	assert_false(parse_zones_split(&arena, fixture("split/example.com."), path, 2,
				       "example.com", &all, &err));
	assert_non_null(strstr(err, "outside of the folder"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_octodns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_merges, setup, teardown),
		cmocka_unit_test_setup_teardown(test_split, setup, teardown),
		cmocka_unit_test_setup_teardown(test_get_zones, setup, teardown),
		cmocka_unit_test_setup_teardown(test_choices, setup, teardown),
		cmocka_unit_test_setup_teardown(test_octodns_faults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_route53, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dnscontrol, setup, teardown),
		cmocka_unit_test_setup_teardown(test_terraform, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bombs, setup, teardown),
		cmocka_unit_test_setup_teardown(test_details, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bind, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Zone files: what is read from them, with its place, and what is said of those that cannot be
 * read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rrtype.h"
#include "zone.h"

static struct arena arena;
static char dir[64];

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 64 * 1024 * 1024);
	snprintf(dir, sizeof(dir), "/tmp/authcheck-zone.XXXXXX");
	return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	rmdir(dir);
	return 0;
}

static const char *path(const char *name)
{
	return arena_printf(&arena, "%s/%s", dir, name);
}

static void put(const char *name, const char *text)
{
	FILE *f = fopen(path(name), "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static struct zone read_text(const char *text, const char *origin)
{
	struct zone z;
	const char *err = NULL;

	if (!parse_zone_text(&arena, "db", str_c(text), origin, &z, &err))
		fail_msg("%s", err);
	return z;
}

static const char *error_of(const char *file, const char *text, const char *origin)
{
	struct zone z;
	const char *err = NULL;

	assert_false(parse_zone_text(&arena, file, str_c(text), origin, &z, &err));
	assert_non_null(err);
	assert_null(strchr(err, '\n'));
	return err;
}

/* The first line that cannot be read, though others could: as an error tells of it. */
static const char *trouble_of(const char *text)
{
	struct zone z = read_text(text, "example.com");
	unsigned more = 0;
	const char *first = NULL;

	for (size_t i = 0; i < z.nfault; i++) {
		const struct zone_fault *f = &z.fault[i];

		if (f->kind != ZONE_BAD_LINE)
			continue;
		assert_true(f->refused);
		if (first)
			more++;
		else
			first = arena_printf(&arena, "db:%u: %s%s%s", f->line, f->what,
					     f->quote ? ": " : "", f->quote ? f->quote : "");
	}
	assert_non_null(first);
	return more ? arena_printf(&arena, "%s (and %u more errors)", first, more) : first;
}

/* "LINE OWNER TTL TYPE DATA" of each record, one a line. */
static const char *dump(const struct zone *z)
{
	char *all = arena_strdup(&arena, "");

	for (size_t i = 0; i < z->n; i++) {
		const struct rr *rr = &z->rr[i].rr;
		struct str text = rr_text(&arena, rr);

		all = arena_printf(&arena, "%s%u %s %u %s %.*s\n", all, rr->line, z->rr[i].owner,
				   rr->ttl_s, rrtype_name(&arena, rr->type), (int)text.n, text.p);
	}
	return all;
}

/* A record stands where it begins, whatever is before, within and behind it. */
static void test_places(void **state)
{
	struct zone z = read_text("$ORIGIN example.com.\n"
				  "$TTL 1h\n"
				  "\n"
				  "; a comment with ( and \"\n"
				  "b TXT ( \"one ; ( \" ; comment )\n"
				  "  \"two\" )\n"
				  "  A 192.0.2.1\n"
				  "a 5m IN A 192.0.2.2\n"
				  "  IN 60 A 192.0.2.3\n"
				  "B A 192.0.2.9",
				  NULL);

	(void)state;
	assert_string_equal(z.origin, "example.com");
	assert_string_equal(dump(&z), "8 a.example.com 300 A 192.0.2.2\n"
				      "9 a.example.com 60 A 192.0.2.3\n"
				      "7 b.example.com 3600 A 192.0.2.1\n"
				      "10 b.example.com 3600 A 192.0.2.9\n"
				      "5 b.example.com 3600 TXT one ; ( two\n");
	assert_int_equal(z.nnode, 2);
	assert_int_equal(z.nfault, 0);
	assert_string_equal(z.rr[0].rr.file, "db");
}

static void test_canonical_order(void **state)
{
	static const char *const want[] = {
		"example",        "a.example",       "yljkjljk.a.example", "z.a.example",
		"zabc.a.example", "z.example",       "\\000.z.example",    "\\001.z.example",
		"*.z.example",    "\\200.z.example",
	};
	struct zone z = read_text(
		"example. A 192.0.2.1\na A 192.0.2.1\nyljkjljk.a A 192.0.2.1\n"
		"Z.a A 192.0.2.1\nzABC.a A 192.0.2.1\nz A 192.0.2.1\n"
		"\\001.z A 192.0.2.1\n\\000.z A 192.0.2.1\n*.z A 192.0.2.1\n\\200.z A 192.0.2.1\n",
		"example");

	(void)state;
	assert_int_equal(z.nnode,
			 sizeof(want) / sizeof(*want)); /* RFC 4034 6.1's own list, and octet 0 */
	for (size_t i = 0; i < z.nnode; i++)
		assert_string_equal(z.node[i].owner, want[i]);
}

/* An RRset is a set; the same text parted otherwise is another record. */
static void test_twins(void **state)
{
	struct zone z = read_text("@ MX 10 mx\n@ TXT \"ab\"\n@ TXT \"a\" \"b\"\n@ TXT \"ab\"\n"
				  "@ MX 10 MX\n@ MX 20 mx\n",
				  "example.com");

	(void)state;
	assert_string_equal(dump(&z), "1 example.com 3600 MX 10 mx.example.com\n"
				      "6 example.com 3600 MX 20 mx.example.com\n"
				      "2 example.com 3600 TXT ab\n"
				      "3 example.com 3600 TXT ab\n");
}

static void test_no_ttl(void **state)
{
	struct zone z = read_text("a A 192.0.2.1\n$TTL 60\nb A 192.0.2.1\n", "example.com");

	(void)state;
	assert_int_equal(z.rr[0].rr.ttl_s, 3600);
	assert_int_equal(z.rr[1].rr.ttl_s, 60);
}

static void test_origin(void **state)
{
	static const struct {
		const char *file, *text, *origin, *want;
	} cases[] = {
		{ "x", "a A 192.0.2.1\n", "Example.COM.", "example.com" },
		{ "x", "$ORIGIN example.com.\na A 192.0.2.1\n", NULL, "example.com" },
		/* the SOA record says it best */
		{ "x", "$ORIGIN com.\nexample SOA a b 1 2 3 4 5\n", NULL, "example.com" },
		{ "x", "example.com. SOA a b 1 2 3 4 5\nwww A 192.0.2.1\n", NULL, "example.com" },
		{ "x", "$ORIGIN .\nexample.com SOA a. b. 1 2 3 4 5\n", NULL, "example.com" },
		{ "x", "$ORIGIN example.com.\n$ORIGIN sub\na A 192.0.2.1\n", NULL, "example.com" },
		/* the file's name */
		{ "/etc/bind/db.example.com", "@ SOA a b 1 2 3 4 5\n", NULL, "example.com" },
		{ "zones/example.co.uk.zone", "@ SOA a b 1 2 3 4 5\n", NULL, "example.co.uk" },
		{ "example.com.db", "@ MX 10 mx\n", NULL, "example.com" },
		{ "Example.com", "@ MX 10 mx\n", NULL, "example.com" },
		{ "db.2.0.192.in-addr.arpa", "1 PTR a.example.com.\n", NULL,
		  "2.0.192.in-addr.arpa" },
		/* said is said */
		{ "db.example.com", "example.net. SOA a b 1 2 3 4 5\n", NULL, "example.net" },
		{ "db.example.com", "@ MX 10 mx\n", "example.org", "example.org" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct zone z;
		const char *err = NULL;

		if (!parse_zone_text(&arena, cases[i].file, str_c(cases[i].text), cases[i].origin,
				     &z, &err))
			fail_msg("%zu: %s", i, err);
		assert_string_equal(z.origin, cases[i].want);
	}
}

static void test_no_origin(void **state)
{
	static const char *const files[] = { "zone.txt", "db.example", "before.zone", "db.192.0.2",
					     "a b.c d" };

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		assert_non_null(
			strstr(error_of(files[i], "@ SOA a b 1 2 3 4 5\n", NULL), "--origin"));
		assert_non_null(strstr(error_of(files[i], "www A 192.0.2.1\n", NULL), "--origin"));
	}
	assert_non_null(strstr(error_of("x", "a A 192.0.2.1\n", "a..b"), "no domain name"));
}

/* What name servers take and libzscanner does not. */
static void test_leniency(void **state)
{
	struct zone z = read_text("\xef\xbb\xbf$ORIGIN example.com.\r\n"
				  "a A 192.0.2.1\r\n"
				  "\r\n"
				  "b TXT (\"x\"\r\n ((\"y\")))\r\n"
				  "c TXT \"caf\xc3\xa9\"\"2\"\r\n"
				  "$ORIGIN sub\r\n"
				  "d A 192.0.2.4 ; caf\xc3\xa9\r\n"
				  "$ORIGIN e.f\\.\r\n"
				  "@ A 192.0.2.5\r\n"
				  "a=b:c A 192.0.2.6\r\n"
				  "u@v CNAME v=DMARC1\\;\\032p=x@y.example.com.\r\n",
				  NULL);

	(void)state;
	assert_string_equal(
		dump(&z),
		"2 a.example.com 3600 A 192.0.2.1\n"
		"4 b.example.com 3600 TXT xy\n"
		"6 c.example.com 3600 TXT caf\xc3\xa9"
		"2\n"
		"8 d.sub.example.com 3600 A 192.0.2.4\n"
		"10 e.f\\..sub.example.com 3600 A 192.0.2.5\n"
		"11 a=b:c.e.f\\..sub.example.com 3600 A 192.0.2.6\n"
		"12 u@v.e.f\\..sub.example.com 3600 CNAME v=dmarc1\\059\\032p=x@y.example.com\n");
}

static void test_generate(void **state)
{
	struct zone z = read_text("$ORIGIN 2.0.192.in-addr.arpa.\n"
				  "$GENERATE 1-3/2 $ 60 PTR h${0,3,d}-$.example.com. ; comment\n"
				  "$GENERATE 15-16 x${16,2,X}.${0,3,n} A 192.0.2.$\n"
				  "$GENERATE 0-0 y TXT \"\\$ $$ ${7,0,o}\"\n",
				  NULL);

	(void)state;
	assert_string_equal(dump(&z), "3 x1f.f.0.2.0.192.in-addr.arpa 3600 A 192.0.2.15\n"
				      "2 1.2.0.192.in-addr.arpa 60 PTR h001-1.example.com\n"
				      "3 x20.0.1.2.0.192.in-addr.arpa 3600 A 192.0.2.16\n"
				      "2 3.2.0.192.in-addr.arpa 60 PTR h003-3.example.com\n"
				      "4 y.2.0.192.in-addr.arpa 3600 TXT $ $ 7\n");
	error_of("x", "$GENERATE 1-2 \\$INCLUDE /etc/passwd\n", "example.com");
	error_of("x", "$GENERATE 3-1 $ A 192.0.2.1\n", "example.com");
	error_of("x", "$GENERATE 1-2/0 $ A 192.0.2.1\n", "example.com");
	error_of("x", "$GENERATE 1-2 ${0,1 A 192.0.2.1\n", "example.com");
	error_of("x", "$GENERATE 1-2 ${-5} A 192.0.2.1\n", "example.com");
	error_of("x", "$GENERATE\n", "example.com");
	assert_non_null(strstr(
		error_of("x", "$GENERATE 0-2147483647 a A 192.0.2.1\n", "example.com"), "million"));
}

static void test_errors(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "\n\na A 192.0.2.300\n", "db:3: not an IPv4 address: a A 192.0.2.300" },
		{ "a AAAA 192.0.2.1\n", "db:1: not an IPv6 address: a AAAA 192.0.2.1" },
		{ "a MX mail\n", "db:1: not a number: a MX mail" },
		{ "a TXT \"x\nb A 192.0.2.1\n",
		  "db:1: a quotation mark is opened here and not closed on the line: a TXT \"x" },
		{ "b A 192.0.2.1\na TXT ( \"x\"\nc A 192.0.2.1\n",
		  "db:2: a parenthesis is opened here and never closed: a TXT ( \"x\"" },
		{ "a TXT \"x\" )\n",
		  "db:1: a closing parenthesis without an opening one: a TXT \"x\" )" },
		{ "\n  A 192.0.2.1\n",
		  "db:2: the line begins with a blank, and there is no name before it" },
		{ "a TXTT \"x\"\n", "db:1: not a known record type" },
		{ "a..b A 192.0.2.1\n", "db:1: a name with" },
		{ "a CNAME b..c\n", "db:1: a name with" },
		{ "a A 192.0.2.1 b\n", "db:1: something stands behind the record" },
		{ "$FOO bar\n", "db:1: a directive other than" },
		{ "$TTL abc\n", "db:1: not a number" },
		{ "$ORIGIN\n", "db:1: $ORIGIN without a domain name" },
		{ "$ORIGIN a..b.\n", "db:1: $ORIGIN without a domain name" },
		{ "$INCLUDE\n", "db:1: $INCLUDE needs a file" },
		{ "$INCLUDE x\n", "db:1: $INCLUDE is not obeyed here" },
		{ "a A \x1b[31m\n", "db:1: not an" },
		{ "a A x\nb A 192.0.2.1\nc A y\n",
		  "db:1: not an address: a A x (and 1 more error" },
		{ "a A (\n 192.0.2.300 )\n", "db:2: not an IPv4 address: 192.0.2.300 )" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const char *err = strstr(cases[i].text, "\nb A 1") ||
						  str_starts(str_c(cases[i].text), S("b A 1"))
					  ? trouble_of(cases[i].text)
					  : error_of("db", cases[i].text, "example.com");

		if (!str_starts(str_c(err), str_c(cases[i].want)))
			fail_msg("%zu: got  %s\nwant %s", i, err, cases[i].want);
		assert_null(strchr(err, 0x1b));
	}
	assert_string_equal(error_of("db", "", "example.com"), "db: the file is empty");
	assert_string_equal(error_of("db", "; nothing\n", NULL), "db: there are no records in it");
	assert_string_equal(error_of("db", "a.example.net. A 192.0.2.1\n", "example.com"),
			    "db: none of its 1 records is at or below example.com");
	{
		struct zone z;
		const char *err = NULL;

		assert_false(parse_zone_text(&arena, "db", S("a A 192.0.2.1\n\0"), "example.com",
					     &z, &err));
		assert_string_equal(err, "db: not a text file, so no zone file");
	}
}

/* A line that cannot be read leaves a hole where its record would be, and what is behind it is
 * read. */
static void test_holes(void **state)
{
	static const struct {
		const char *name;
		uint16_t type;
		enum zone_kind kind;
	} want[] = {
		{ "a.example.com", RR_TXT, ZONE_UNKNOWN }, { "a.example.com", RR_A, ZONE_NODATA },
		{ "b.example.com", RR_A, ZONE_UNKNOWN },   { "c.example.com", RR_A, ZONE_ANSWER },
		{ "d.example.com", RR_MX, ZONE_UNKNOWN },  { "e.example.com", RR_A, ZONE_UNKNOWN },
		{ "f.example.com", RR_A, ZONE_NXDOMAIN },  { "example.com", RR_TXT, ZONE_ANSWER },
		{ "g.example.com", RR_TXT, ZONE_UNKNOWN },
	};
	struct zone z = read_text("@ SOA a b 1 2 3 4 5\n@ NS a..b\n@ TXT x\na TXT \"v=spf1 -all\n"
				  "b A ( 192.0.2.1\n   192.0.2.2\nc A 192.0.2.3\n"
				  "d CNAME e..f\ne NOTYPE 1\ng TXT one\ng TXT \"two\n",
				  "example.com");

	(void)state;
	assert_int_equal(z.nfault, 6);
	assert_false(z.partial);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		struct zone_answer answer;

		zone_lookup(&arena, &z, want[i].name, want[i].type, &answer);
		if (answer.kind != want[i].kind)
			fail_msg("%s: %d", want[i].name, (int)answer.kind);
	}
}

/* Lines that name servers leave out, or refuse the zone for: the zone is read all the same. */
static void test_faults(void **state)
{
	static const struct {
		unsigned line;
		bool refused;
		const char *what;
	} want[] = {
		{ 2, false, "www.example.net is not at or below example.com" },
		{ 3, true, "a.example.com has a CNAME record beside records of other types" },
		{ 5, true, "b.example.com has more than one CNAME record" },
		{ 7, true, "a character-string of 300 octets" },
		{ 8, true, "*.example.com has NS records at a wildcard" },
		{ 9, true, "a.example.com has an SOA record" },
	};
	char text[1024], long_text[301];
	struct zone z;

	(void)state;
	memset(long_text, 'x', 300);
	long_text[300] = '\0';
	snprintf(text, sizeof(text),
		 "@ SOA a b 1 2 3 4 5\nwww.example.net. A 192.0.2.1\na CNAME b\na MX 10 b\n"
		 "b CNAME c\nb CNAME d\nc TXT \"%s\"\n* NS ns\na SOA a b 1 2 3 4 5\n"
		 "ok CNAME c\nok RRSIG CNAME 5 3 60 20300101000000 20200101000000 1 @ AAAA\n",
		 long_text);
	z = read_text(text, "example.com");
	assert_int_equal(z.nfault, sizeof(want) / sizeof(*want));
	for (size_t i = 0; i < z.nfault; i++) {
		assert_int_equal(z.fault[i].line, want[i].line);
		assert_int_equal(z.fault[i].refused, want[i].refused);
		if (!str_starts(str_c(z.fault[i].what), str_c(want[i].what)))
			fail_msg("%s", z.fault[i].what);
	}
	assert_int_equal(z.n, 10);
}

/* ---- files ---- */

static void test_include(void **state)
{
	struct zone z;
	const char *err = NULL;

	(void)state;
	put("main", "$ORIGIN example.com.\n$TTL 60\na A 192.0.2.1\n$INCLUDE \"part\" sub\n"
		    "  A 192.0.2.2\n$INCLUDE part\n");
	put("part", "\n; comment\n  TXT \"about the name before\"\nb A 192.0.2.3\n$ORIGIN x\n"
		    "$TTL 90\nc A 192.0.2.4\n");
	assert_true(parse_zone_file(&arena, path("main"), NULL, &z, &err));
	assert_string_equal(dump(&z), "3 a.example.com 60 A 192.0.2.1\n"
				      "5 a.example.com 60 A 192.0.2.2\n"
				      "3 a.example.com 60 TXT about the name before\n"
				      "4 b.example.com 60 A 192.0.2.3\n"
				      "4 b.sub.example.com 60 A 192.0.2.3\n"
				      "7 c.x.sub.example.com 90 A 192.0.2.4\n"
				      "7 c.x.example.com 90 A 192.0.2.4\n");
	assert_string_equal(z.rr[0].rr.file, path("main"));
	assert_string_equal(z.rr[2].rr.file, path("part"));
	unlink(path("main"));
	unlink(path("part"));
}

static const char *file_error(const char *name)
{
	struct zone z;
	const char *err = NULL;

	/* what could be read is read, and what could not is not taken for absent */
	if (parse_zone_file(&arena, path(name), "example.com", &z, &err)) {
		assert_true(z.partial && z.nfault && z.fault[0].kind == ZONE_BAD_LINE);
		err = arena_printf(&arena, "%s:%u: %s", z.fault[0].file, z.fault[0].line,
				   z.fault[0].what);
	}
	assert_null(strchr(err, '\n'));
	assert_true(str_starts(str_c(err), str_c(dir)));
	return err + strlen(dir) + 1;
}

static void test_bad_include(void **state)
{
	(void)state;
	put("main", "a A 192.0.2.1\n$INCLUDE nothing\n");
	assert_string_equal(file_error("main"), "main:2: $INCLUDE nothing: no such file");
	put("main", "$INCLUDE .\n");
	assert_string_equal(file_error("main"), "main:1: $INCLUDE .: a folder, not a zone file");
	put("main", "$INCLUDE /dev/zero\n");
	assert_string_equal(file_error("main"),
			    "main:1: $INCLUDE /dev/zero: a device or socket, not a zone file");
	assert_int_equal(mkfifo(path("fifo"), 0600), 0);
	put("main", "$INCLUDE fifo\n");
	assert_string_equal(file_error("main"),
			    "main:1: $INCLUDE fifo: a device or socket, not a zone file");
	put("main", "a A 192.0.2.1\n$INCLUDE main\n");
	assert_non_null(strstr(file_error("main"), "does a file include itself?"));
	/* another file is not quoted from: it may be anybody's */
	put("secret", "password=swordfish\n");
	put("main", "$INCLUDE secret\n");
	assert_null(strstr(file_error("main"), "swordfish"));
	assert_true(str_starts(str_c(file_error("main")), S("secret:1: ")));
	unlink(path("fifo"));
	unlink(path("secret"));
	unlink(path("main"));
}

/* Includes that double at each depth end as well. */
static void test_include_bomb(void **state)
{
	const char *text = "";

	(void)state;
	for (int i = 0; i < 60; i++)
		text = arena_printf(&arena, "%s$INCLUDE main\n", text);
	put("main", text);
	assert_non_null(strstr(file_error("main"), "does a file include itself?"));
	unlink(path("main"));
}

static void test_bad_files(void **state)
{
	(void)state;
	assert_string_equal(file_error("absent"), "absent: no such file");
	assert_string_equal(file_error("."), ".: a folder, not a zone file");
	put("empty", "");
	assert_string_equal(file_error("empty"), "empty: the file is empty");
	assert_string_equal(file_error("empty/x"), "empty/x: no such file");
	if (geteuid() != 0) {
		chmod(path("empty"), 0);
		assert_string_equal(file_error("empty"), "empty: permission denied");
	}
	unlink(path("empty"));
	put("huge", "a A 192.0.2.1\n");
	assert_int_equal(truncate(path("huge"), (off_t)1 << 40), 0);
	assert_string_equal(file_error("huge"), "huge: more than 512 MiB of zone files");
	unlink(path("huge"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_places, setup, teardown),
		cmocka_unit_test_setup_teardown(test_canonical_order, setup, teardown),
		cmocka_unit_test_setup_teardown(test_twins, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_ttl, setup, teardown),
		cmocka_unit_test_setup_teardown(test_origin, setup, teardown),
		cmocka_unit_test_setup_teardown(test_no_origin, setup, teardown),
		cmocka_unit_test_setup_teardown(test_leniency, setup, teardown),
		cmocka_unit_test_setup_teardown(test_generate, setup, teardown),
		cmocka_unit_test_setup_teardown(test_errors, setup, teardown),
		cmocka_unit_test_setup_teardown(test_holes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_faults, setup, teardown),
		cmocka_unit_test_setup_teardown(test_include, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_include, setup, teardown),
		cmocka_unit_test_setup_teardown(test_include_bomb, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_files, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

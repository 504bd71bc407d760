/* TLSA records, and what the chain that a host shows has to be for them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tape_audit.h"
#include "tlsa.h"
#include "unit_arena.h"

#define HASH(c) c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c c
#define LEAF    HASH("a1")
#define INTER   HASH("b2")
#define ROOT    HASH("c3")
#define OTHER   HASH("d4")

/* a domain with one signed MX host, a chain of three, and the TLSA records to be put behind it */
#define WORLD \
	"e.test MX SOME 300 ad=1 10 mx.e.test\n" \
	"mx.e.test A SOME 300 ad=1 93.184.215.20\n" \
	"mx.e.test AAAA NONE NODATA\n"
#define CHAIN(names, until, signs) \
	"mx.e.test SMTP SOME 0 ip=93.184.215.20 banner=\"mx.e.test\" ehlo=\"STARTTLS\" starttls=ok " \
	"tls=\"TLSv1.3\" pkix=untrusted / subject=\"CN=leaf\" from=0 until=" until \
	" names=\"" names "\" cert=" LEAF " spki=" LEAF " / subject=\"CN=inter\" from=0 " \
	"until=1900000000 signs=1 cert=" INTER " spki=" INTER \
	" / subject=\"CN=root\" from=0 until=1900000000" signs " cert=" ROOT " spki=" ROOT "\n"
#define FINE       CHAIN("mx.e.test", "1900000000", " signs=1")
#define TLSA(data) "_25._tcp.mx.e.test TLSA SOME 300 ad=1 \\# 35 " data "\n"

static const struct sample {
	const char *about, *tape;
	bool mismatch;
} samples[] = {
	{ "the key", FINE TLSA("030101" LEAF), false },
	{ "the certificate", FINE TLSA("030001" LEAF), false },
	{ "another key", FINE TLSA("030101" OTHER), true },
	{ "DANE-EE is about the first alone", FINE TLSA("030101" INTER), true },
	{ "dates and name do not matter to it",
	  CHAIN("other.test", "1", " signs=1") TLSA("030101" LEAF), false },
	{ "the issuer", FINE TLSA("020101" INTER), false },
	{ "the root", FINE TLSA("020101" ROOT), false },
	{ "DANE-TA is not about the first", FINE TLSA("020101" LEAF), true },
	{ "the root, but nothing leads there",
	  CHAIN("mx.e.test", "1900000000", "") TLSA("020101" ROOT), true },
	{ "what stands above the anchor does not matter",
	  CHAIN("mx.e.test", "1900000000", "") TLSA("020101" INTER), false },
	{ "an anchor, and an expired certificate",
	  CHAIN("mx.e.test", "1", " signs=1") TLSA("020101" INTER), true },
	{ "an anchor, and another name",
	  CHAIN("other.test", "1900000000", " signs=1") TLSA("020101" INTER), true },
	{ "an anchor, and the domain's own name",
	  CHAIN("e.test", "1900000000", " signs=1") TLSA("020101" INTER), false },
	{ "usage 1 does not count", FINE TLSA("010101" LEAF), false },
};

static void run(struct tape_audit *t, const char *tape)
{
	static check_fn *const checks[] = { check_mx, check_dane, check_smtp };
	static const struct audit_wish wish = { .starttls = true };

	tape_audit_run(t, tape, "e.test", &wish, checks, 3);
}

static void test_chain(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		struct tape_audit t;

		run(&t, arena_printf(&arena, "%s%s", WORLD, samples[i].tape));
		if ((tape_audit_find(&t, RULE_DANE_MISMATCH) != NULL) != samples[i].mismatch)
			fail_msg("%s", samples[i].about);
		tape_audit_free(&t);
	}
}

/* A record of another certificate's key is mended with the one that is in use. */
static void test_fix(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, WORLD FINE TLSA("030101" OTHER));
	assert_string_equal(tape_audit_find(&t, RULE_DANE_MISMATCH)->fix,
			    "_25._tcp.mx.e.test. IN TLSA 3 1 1 " LEAF);
	tape_audit_free(&t);
}

/* RFC 7672 2.2.2: a CNAME that is validated leads to the name to ask for first. */
static void test_alias(void **state)
{
	static const char there[] = "e.test MX SOME 300 ad=1 10 mx.e.test\n"
				    "mx.e.test A SOME 300 ad=1 >host.e.test 93.184.215.20\n"
				    "mx.e.test AAAA NONE NODATA 300 >host.e.test\n";
	struct tape_audit t;

	(void)state;
	run(&t, arena_printf(&arena, "%s%s%s", there,
			     "_25._tcp.host.e.test TLSA SOME 300 ad=1 \\# 35 030101" LEAF "\n",
			     TLSA("030101" OTHER)));
	assert_int_equal(t.report.dane.nhost, 1);
	assert_string_equal(t.report.dane.host[0].fact->name, "_25._tcp.host.e.test");
	tape_audit_free(&t);
	run(&t, arena_printf(&arena, "%s%s", there, TLSA("030101" OTHER)));
	assert_string_equal(t.report.dane.host[0].fact->name, "_25._tcp.mx.e.test");
	tape_audit_free(&t);
}

/* A domain without TLSA records costs one question a host, and is told nothing. */
static void test_none(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, WORLD FINE);
	assert_non_null(facts_find(&t.facts, ASK_DNS, RR_TLSA, "_25._tcp.mx.e.test"));
	assert_null(facts_find(&t.facts, ASK_DNS, RR_SOA, "."));
	assert_int_equal(t.report.presence[PROTO_DANE], PRESENCE_NONE);
	for (size_t i = 0; i < t.report.findings.n; i++)
		assert_int_not_equal(rules[t.report.findings.item[i]->rule].proto, PROTO_DANE);
	tape_audit_free(&t);
}

static void test_records(void **state)
{
	static const struct {
		const char *rdata;
		size_t n;
		bool fault, usable;
	} rows[] = {
		{ "\3\1\1" HASH("x"), 35, false, true },
		{ "\2\0\1" HASH("x"), 35, false, true },
		{ "\1\1\1" HASH("x"), 35, false, false },
		{ "\0\0\1" HASH("x"), 35, false, false },
		{ "\3\1\1" HASH("x"), 34, true, false },
		{ "\3\1\2" HASH("x"), 35, true, false },
		{ "\3\1\2" HASH("xx"), 67, false, true },
		{ "\4\1\1" HASH("x"), 35, true, false },
		{ "\3\2\1" HASH("x"), 35, true, false },
		{ "\3\1\3" HASH("x"), 35, true, false },
		{ "\3\1\0\x30\0", 5, false, true },
		{ "\3\1\0", 3, true, false },
		{ "\3\1\0\x31\0", 5, true, false },
		{ "\3\1", 2, true, false },
		{ "", 0, true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tlsa t;

		parse_tlsa(&arena, (struct str){ rows[i].rdata, rows[i].n }, &t);
		if ((t.fault != NULL) != rows[i].fault || t.usable != rows[i].usable)
			fail_msg("row %zu: %s", i, t.fault ? t.fault : "no fault");
	}
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = { T(test_chain), T(test_fix), T(test_alias), T(test_none),
					    T(test_records) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

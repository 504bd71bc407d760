/* PTR: the cases that the stories in fixtures/audit/ptr-* do not tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "buf.h"
#include "name.h"
#include "tape_audit.h"

static check_fn *const checks[] = { check_intent, check_mx, check_ptr };

/* Audits e.test, which sends from `ip`. */
static void run_sender(struct tape_audit *t, const char *ip, const char *tape)
{
	uint8_t octets[16];
	struct str address = { (const char *)octets, 0 };
	struct audit_wish wish = { .ips = &address, .nips = 1 };

	assert_true(ip_parse(str_c(ip), octets, &address.n));
	tape_audit_run(t, tape, "e.test", &wish, checks, 3);
	/* the report holds the wish's addresses, which are this function's */
	t->report.ptr.address[0].ip = arena_str(&t->arena, address);
}

static const struct {
	const char *ip, *name;
	bool generic;
} names[] = {
	/* all octets, both ways round, parted by anything usual */
	{ "93.184.215.22", "93-184-215-22.isp.test", true },
	{ "93.184.215.22", "host22-215-184-93.dsl.isp.test", true },
	{ "93.184.215.22", "static.22.215.184.93.clients.isp.test", true },
	{ "93.184.215.22", "ec2-93-184-215-22.eu.compute.isp.test", true },
	{ "93.184.215.22", "p093.184.215.022.pool.isp.test", true },
	{ "93.184.215.22", "ip093184215022.isp.test", true },
	{ "93.184.215.22", "x5db8d716.dyn.isp.test", true },
	{ "93.184.215.22", "5db8d716.isp.test", true },
	/* parts of an address, other addresses, and other numbers */
	{ "93.184.215.22", "mail12.isp.test", false },
	{ "93.184.215.22", "a215-22.smtp-out.isp.test", false },
	{ "93.184.215.22", "mta-184-215-22.isp.test", false },
	{ "93.184.215.22", "93-184-215-23.isp.test", false },
	{ "93.184.215.22", "193-184-215-22.isp.test", false },
	{ "93.184.215.22", "93-184-215-221.isp.test", false },
	{ "93.184.215.22", "mx.dsl.isp.test", false },
	{ "93.184.215.22", "a5db8d716.isp.test", false },
	{ "93.184.215.22", "isp.test", false },
	{ "1.1.1.1", "mx1.1.1.isp.test", false },
	{ "1.1.1.1", "1-1-1-1-1.isp.test", true },
	/* the domain's own names were chosen, unless they say what they are */
	{ "93.184.215.22", "out-93-184-215-22.e.test", false },
	{ "93.184.215.22", "93-184-215-22.dyn.e.test", true },
	{ "2a00:1450::25", "2a00-1450--25.isp.test", true },
	{ "2a00:1450::25", "2a00145000000000-0000000000000025.isp.test", true },
	{ "2a00:1450::25",
	  "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.5.4.1.0.0.a.2.isp.test", true },
	{ "2a00:1450::25", "mx25.isp.test", false },
};

static void generic_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct tape_audit t;
		struct buf tape;
		uint8_t ip[16];
		struct str address = { (const char *)ip, 0 };
		struct arena a;

		arena_init(&a, 1u << 16);
		buf_init(&tape, 4096);
		assert_true(ip_parse(str_c(names[i].ip), ip, &address.n));
		buf_addf(&tape, "%s PTR SOME 60 %s\n%s %s SOME 60 %s\n", name_reverse(&a, address),
			 names[i].name, names[i].name, address.n == 4 ? "A" : "AAAA", names[i].ip);
		run_sender(&t, names[i].ip, tape.p);
		if ((tape_audit_find(&t, RULE_PTR_GENERIC) != NULL) != names[i].generic)
			fail_msg("%s, %s", names[i].ip, names[i].name);
		assert_int_equal(t.report.ptr.address[0].fcrdns, PRESENCE_YES);
		tape_audit_free(&t);
		buf_free(&tape);
		arena_free(&a);
	}
}

#define R22 "22.215.184.93.in-addr.arpa PTR "

/* The way forward must lead to the address by the record type of its own family. */
static void other_family(void **state)
{
	struct tape_audit t;

	(void)state;
	run_sender(&t, "93.184.215.22",
		   R22 "SOME 60 out.e.test\nout.e.test AAAA SOME 60 2a00::1\n");
	assert_non_null(tape_audit_find(&t, RULE_PTR_NO_FORWARD_SENDER));
	assert_string_equal(tape_audit_find(&t, RULE_PTR_NO_FORWARD_SENDER)->fix,
			    "out.e.test. IN A 93.184.215.22");
	assert_int_equal(t.report.ptr.address[0].has_ptr, PRESENCE_YES);
	assert_int_equal(t.report.ptr.address[0].fcrdns, PRESENCE_NONE);
	tape_audit_free(&t);
}

/* The zone file of the reverse zone lacks the final dot. */
static void missing_dot(void **state)
{
	struct tape_audit t;
	const struct finding *f;

	(void)state;
	run_sender(&t, "93.184.215.22", R22 "SOME 60 a.e.test.215.184.93.in-addr.arpa\n");
	f = tape_audit_find(&t, RULE_PTR_NO_FORWARD_SENDER);
	assert_non_null(strstr(f->detail, "the final dot behind a.e.test is missing"));
	assert_string_equal(f->fix, "22.215.184.93.in-addr.arpa. IN PTR a.e.test.");
	tape_audit_free(&t);
	run_sender(&t, "93.184.215.22", R22 "SOME 60 a.e.test\n");
	assert_null(strstr(tape_audit_find(&t, RULE_PTR_NO_FORWARD_SENDER)->detail, "final dot"));
	tape_audit_free(&t);
}

/* No way forward was found, but one could not be looked up. */
static void forward_lost(void **state)
{
	struct tape_audit t;

	(void)state;
	run_sender(&t, "93.184.215.22", R22 "SOME 60 a.test / b.test\nb.test A LOST timeout\n");
	assert_null(tape_audit_find(&t, RULE_PTR_NO_FORWARD_SENDER));
	assert_false(tape_audit_find(&t, RULE_PTR_UNKNOWN)->sure);
	assert_int_equal(t.report.ptr.address[0].fcrdns, PRESENCE_UNKNOWN);
	tape_audit_free(&t);
}

/* A PTR look-up that fails says nothing about the MX. */
static void mx_stands(void **state)
{
	struct tape_audit t;

	(void)state;
	tape_audit_run(
		&t,
		"e.test TXT SOME 60 \"v=spf1 mx -all\"\ne.test MX SOME 60 10 a.e.test\na.e.test A SOME 60 93.184.215.22\n" R22
		"LOST servfail\n",
		"e.test", NULL, checks, 3);
	assert_int_equal(t.report.presence[PROTO_MX], PRESENCE_YES);
	assert_int_equal(t.report.presence[PROTO_PTR], PRESENCE_UNKNOWN);
	assert_int_equal(tape_audit_count(&t, SEV_WARNING), 1);
	assert_false(tape_audit_find(&t, RULE_PTR_UNKNOWN)->sure);
	tape_audit_free(&t);
}

/* Hosts that are not judged are shown all the same; and a domain that sends nothing needs no
 * reverse names. */
static void not_judged(void **state)
{
	struct tape_audit t;

	(void)state;
	tape_audit_run(
		&t,
		"e.test TXT SOME 60 \"v=spf1 include:isp.test -all\"\ne.test MX SOME 60 10 mx.isp.test\n"
		"mx.isp.test A SOME 60 93.184.215.22 / 10.0.0.1\n" R22 "SOME 60 mx.isp.test\n",
		"e.test", NULL, checks, 3);
	assert_int_equal(t.report.presence[PROTO_PTR], PRESENCE_NA);
	assert_int_equal(t.report.mx.host[0].naddress, 2);
	assert_int_equal(t.report.mx.host[0].address[0].has_ptr, PRESENCE_NA);
	assert_int_equal(t.report.mx.host[0].address[1].fcrdns, PRESENCE_YES);
	assert_string_equal(t.report.mx.host[0].address[1].ptr[0], "mx.isp.test");
	tape_audit_free(&t);

	tape_audit_run(
		&t,
		"e.test TXT SOME 60 \"v=spf1 -all\"\ne.test MX SOME 60 10 a.e.test\na.e.test A SOME 60 93.184.215.22\n",
		"e.test", NULL, checks, 3);
	assert_int_equal(t.report.intent, INTENT_RECEIVES);
	assert_int_equal(tape_audit_count(&t, SEV_WARNING), 0);
	assert_int_equal(t.report.mx.host[0].address[0].has_ptr, PRESENCE_NONE);
	tape_audit_free(&t);
}

/* An MX host's address that is known to send is judged as a sender's, once. */
static void sender_is_mx(void **state)
{
	struct tape_audit t;

	(void)state;
	run_sender(&t, "93.184.215.22",
		   "e.test MX SOME 60 10 a.e.test / 20 b.e.test\na.e.test A SOME 60 93.184.215.22\n"
		   "b.e.test A SOME 60 93.184.215.22\n");
	assert_non_null(tape_audit_find(&t, RULE_PTR_MISSING_SENDER));
	assert_null(tape_audit_find(&t, RULE_PTR_MISSING));
	assert_true(t.report.mx.host[0].address[0].given);
	tape_audit_free(&t);
}

/* A hostile number of names: ten are looked up. */
static void thousand_names(void **state)
{
	struct tape_audit t;
	struct buf tape;

	(void)state;
	buf_init(&tape, 1u << 20);
	buf_adds(&tape, R22 "SOME 60");
	for (unsigned i = 0; i < 1000; i++)
		buf_addf(&tape, "%s n%u.e.test", i ? " /" : "", i);
	buf_adds(&tape, "\n");
	run_sender(&t, "93.184.215.22", tape.p);
	assert_non_null(tape_audit_find(&t, RULE_PTR_TOO_MANY));
	assert_non_null(tape_audit_find(&t, RULE_PTR_NO_FORWARD_SENDER));
	assert_true(t.facts.n < 24);
	tape_audit_free(&t);
	buf_free(&tape);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generic_names), cmocka_unit_test(other_family),
		cmocka_unit_test(missing_dot),   cmocka_unit_test(forward_lost),
		cmocka_unit_test(mx_stands),     cmocka_unit_test(not_judged),
		cmocka_unit_test(sender_is_mx),  cmocka_unit_test(thousand_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

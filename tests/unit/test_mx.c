/* MX: the cases that the stories in fixtures/audit/mx-* do not tell. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "buf.h"
#include "tape_audit.h"

static check_fn *const checks[] = { check_intent, check_mx, check_ptr };

static void run(struct tape_audit *t, const char *tape)
{
	tape_audit_run(t, tape, "e.test", NULL, checks, 3);
}

static const struct finding *must(const struct tape_audit *t, enum rule_id rule)
{
	const struct finding *f = tape_audit_find(t, rule);

	if (!f)
		fail_msg("%s is missing", rules[rule].name);
	return f;
}

#define SPF "e.test TXT SOME 60 \"v=spf1 ip4:8.8.8.8 -all\"\n"

/* Hosts that cannot be asked for are not asked for, in whatever way the address is written. */
static void addresses_as_hosts(void **state)
{
	static const char *const names[] = {
		"192.0.2.1", "[192.0.2.1]", "2001:db8::1", "[IPv6:2001:db8::1]", "10.1", "mx.1",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct tape_audit t;
		struct buf tape;

		buf_init(&tape, 4096);
		buf_addf(&tape, SPF "e.test MX SOME 60 10 %s\n", names[i]);
		run(&t, tape.p);
		must(&t, RULE_MX_IP_LITERAL);
		assert_int_equal(tape_audit_count(&t, SEV_INFO), 1);
		assert_int_equal(t.facts.n, 3);
		assert_int_equal(t.report.mx.nhost, 1);
		tape_audit_free(&t);
		buf_free(&tape);
	}
}

static void address_fix_is_whole(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, SPF "e.test MX SOME 60 10 8.8.4.4.e.test\n");
	assert_string_equal(must(&t, RULE_MX_IP_LITERAL)->fix,
			    "mail.e.test. IN A 8.8.4.4, and e.test. IN MX 10 mail.e.test.");
	tape_audit_free(&t);
}

/* Of two bad hosts one is explained by an error of its own: that no mail arrives is said still. */
static void one_of_two_is_explained(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, SPF "e.test MX SOME 60 10 localhost / 20 b.e.test\nb.e.test A NONE NODATA\n");
	must(&t, RULE_MX_LOCALHOST);
	must(&t, RULE_MX_NO_ADDRESS);
	tape_audit_free(&t);
	run(&t, SPF "e.test MX SOME 60 10 localhost / 20 b.e.test\nb.e.test A SOME 60 10.1.1.1\n");
	must(&t, RULE_MX_PRIVATE_IP);
	assert_null(tape_audit_find(&t, RULE_MX_NO_ADDRESS));
	tape_audit_free(&t);
}

/* What stands in front of the zone's name is a host of another domain: the proof is that it has an
 * address, or it is seen by its name. */
static void zone_added_to_foreign_host(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, SPF "e.test MX SOME 60 10 mx.isp.test.e.test\nmx.isp.test AAAA SOME 60 2a00::1\n");
	assert_string_equal(must(&t, RULE_MX_MISSING_DOT)->fix, "e.test. IN MX 10 mx.isp.test.");
	assert_null(tape_audit_find(&t, RULE_MX_NO_ADDRESS));
	tape_audit_free(&t);

	run(&t, SPF "e.test MX SOME 60 10 mx.isp.test.e.test\n");
	assert_null(tape_audit_find(&t, RULE_MX_MISSING_DOT));
	must(&t, RULE_MX_NO_ADDRESS);
	tape_audit_free(&t);

	run(&t,
	    SPF "e.test MX SOME 60 10 mx.isp.com.e.test / 20 b.e.test\nb.e.test A SOME 60 8.8.8.8\n"
		"mx.isp.com A LOST offline\n");
	assert_string_equal(must(&t, RULE_MX_MISSING_DOT)->fix, "e.test. IN MX 10 mx.isp.com.");
	tape_audit_free(&t);

	run(&t,
	    SPF "e.test MX SOME 60 10 mx.com.e.test / 20 b.e.test\nb.e.test A SOME 60 8.8.8.8\n");
	assert_null(tape_audit_find(&t, RULE_MX_MISSING_DOT));
	must(&t, RULE_MX_HOST_NO_ADDRESS);
	tape_audit_free(&t);
}

/* The zone is the parent's: its name is what was added. */
static void zone_of_the_parent(void **state)
{
	struct tape_audit t;

	(void)state;
	tape_audit_run(&t, "sub.e.test MX SOME 60 10 mx.e.test.e.test\n", "sub.e.test", NULL,
		       checks, 3);
	assert_string_equal(must(&t, RULE_MX_MISSING_DOT)->fix, "sub.e.test. IN MX 10 mx.e.test.");
	tape_audit_free(&t);
}

static void internationalized(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, SPF
	    "e.test MX SOME 60 10 m\\195\\188ller.e.test\nm\\195\\188ller.e.test A SOME 60 8.8.4.4\n");
	assert_string_equal(must(&t, RULE_MX_BAD_LABEL)->fix,
			    "e.test. IN MX 10 xn--mller-kva.e.test.");
	tape_audit_free(&t);

	/* a blank is no letter */
	run(&t, SPF "e.test MX SOME 60 10 a\\032b.e.test\na\\032b.e.test A SOME 60 8.8.4.4\n");
	assert_non_null(strstr(must(&t, RULE_MX_BAD_LABEL)->detail, "a blank"));
	assert_null(must(&t, RULE_MX_BAD_LABEL)->fix);
	tape_audit_free(&t);

	/* no UTF-8: nothing that could be written otherwise */
	run(&t,
	    SPF "e.test MX SOME 60 10 m\\252ller.e.test\nm\\252ller.e.test A SOME 60 8.8.4.4\n");
	assert_null(must(&t, RULE_MX_BAD_LABEL)->fix);
	tape_audit_free(&t);
}

/* A chain that does not end is a lost fact, so the finding is not sure; the other host still
 * counts. */
static void alias_loop(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, SPF "e.test MX SOME 60 10 a.e.test / 20 b.e.test\nb.e.test A SOME 60 8.8.4.4\n"
		    "a.e.test A LOST cname-loop\na.e.test AAAA LOST cname-loop\n");
	assert_false(must(&t, RULE_MX_CNAME)->sure);
	assert_null(tape_audit_find(&t, RULE_MX_UNKNOWN));
	assert_null(tape_audit_find(&t, RULE_MX_NO_ADDRESS));
	assert_int_equal(t.report.presence[PROTO_MX], PRESENCE_YES);
	tape_audit_free(&t);
}

/* An alias of several links: the fix is not one line that could be given away. */
static void alias_chain(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t,
	    SPF "e.test MX SOME 60 10 a.e.test\na.e.test A SOME 60 >b.e.test >c.e.test 8.8.4.4\n");
	assert_null(must(&t, RULE_MX_CNAME)->fix);
	assert_non_null(strstr(tape_audit_find(&t, RULE_MX_CNAME)->detail, "c.e.test"));
	tape_audit_free(&t);
}

/* Two hosts are unknown, one is gone: whether mail can be delivered is not known, but that one is
 * gone is. */
static void lost_and_gone(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, SPF
	    "e.test MX SOME 60 10 a.e.test / 20 b.e.test\na.e.test A LOST timeout\na.e.test AAAA NONE NODATA\n");
	assert_false(must(&t, RULE_MX_UNKNOWN)->sure);
	assert_true(must(&t, RULE_MX_HOST_NO_ADDRESS)->sure);
	assert_null(tape_audit_find(&t, RULE_MX_NO_ADDRESS));
	assert_int_equal(t.report.presence[PROTO_PTR], PRESENCE_UNKNOWN);
	tape_audit_free(&t);
}

static void offline(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, SPF "e.test MX SOME 60 10 a.e.test\n* LOST offline\n");
	assert_true(must(&t, RULE_MX_UNKNOWN)->offline);
	assert_string_equal(
		must(&t, RULE_MX_UNKNOWN)->fix,
		"leave out --offline, or give the zone that holds a.e.test with --zone");
	assert_int_equal(tape_audit_count(&t, SEV_INFO), 1);
	tape_audit_free(&t);
}

/* A guess from what was lost makes no sure finding. */
static void guessed_from_lost(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, "e.test TXT LOST timeout\ne.test MX NONE NODATA\n");
	assert_false(must(&t, RULE_MX_NONE_AT_ALL)->sure);
	tape_audit_free(&t);
	run(&t, "e.test TXT LOST timeout\ne.test MX NONE NODATA\ne.test A SOME 60 8.8.4.4\n");
	assert_false(must(&t, RULE_MX_NONE_IMPLICIT)->sure);
	tape_audit_free(&t);
	run(&t, "e.test TXT LOST timeout\ne.test MX SOME 60 0 .\n");
	assert_null(tape_audit_find(&t, RULE_MX_NULL));
	tape_audit_free(&t);
}

static void null_mx(void **state)
{
	const struct audit_wish receives = { .intent = INTENT_RECEIVES };
	struct tape_audit t;

	(void)state;
	run(&t, "e.test TXT SOME 60 \"v=spf1 -all\"\ne.test MX SOME 60 0 .\n");
	assert_true(t.report.mx.null_mx);
	assert_int_equal(t.report.findings.n, 0);
	assert_int_equal(t.report.presence[PROTO_MX], PRESENCE_YES);
	assert_int_equal(t.report.presence[PROTO_PTR], PRESENCE_NA);
	tape_audit_free(&t);

	tape_audit_run(&t, "e.test TXT SOME 60 \"v=spf1 -all\"\ne.test MX SOME 60 0 .\n", "e.test",
		       &receives, checks, 3);
	must(&t, RULE_MX_NULL);
	tape_audit_free(&t);

	run(&t, "e.test TXT SOME 60 \"v=spf1 -all\"\ne.test MX SOME 60 0 . / 5 .\n");
	assert_string_equal(must(&t, RULE_MX_NULL_MIXED)->fix, "keep only: e.test. IN MX 0 .");
	assert_true(t.report.mx.null_mx);
	tape_audit_free(&t);

	run(&t, SPF "e.test MX SOME 60 0 . / 10 a.e.test\na.e.test A SOME 60 8.8.4.4\n");
	must(&t, RULE_MX_NULL_MIXED);
	assert_null(tape_audit_find(&t, RULE_MX_NULL));
	assert_false(t.report.mx.null_mx);
	assert_int_equal(t.report.mx.nhost, 1);
	tape_audit_free(&t);
}

/* Of more hosts than anybody needs only some are asked for, and the report says so. */
static void many_hosts(void **state)
{
	struct tape_audit t;
	struct buf tape;

	(void)state;
	buf_init(&tape, 65536);
	buf_adds(&tape, SPF "e.test MX SOME 60");
	for (unsigned i = 0; i < 200; i++)
		buf_addf(&tape, "%s %u h%u.e.test", i ? " /" : "", 200 - i, i);
	buf_adds(&tape, "\nh199.e.test A SOME 60 8.8.4.4\n");
	run(&t, tape.p);
	assert_non_null(strstr(must(&t, RULE_MX_TOO_MANY)->detail, "only the first 20"));
	assert_int_equal(t.report.mx.nhost, 200);
	assert_string_equal(t.report.mx.host[0].name, "h199.e.test");
	assert_true(t.facts.n < 60);
	tape_audit_free(&t);

	/* what was not asked for is not "no address" */
	buf_adds(&tape, "h199.e.test A NONE NODATA\n");
	run(&t, tape.p);
	assert_null(tape_audit_find(&t, RULE_MX_NO_ADDRESS));
	tape_audit_free(&t);
	buf_free(&tape);
}

/* Letter case does not matter, and preferences go from 0 to 65535. */
static void legal_ranges(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, SPF
	    "e.test MX SOME 60 65535 MX2.Gmx.Test / 0 Mx1.Gmx.test\nmx1.gmx.test A SOME 60 8.8.4.4\n"
	    "mx1.gmx.test AAAA SOME 60 2a00::1\nmx2.gmx.test A SOME 60 8.8.4.5\n");
	assert_int_equal(t.report.findings.n, 0);
	assert_int_equal(t.report.mx.host[0].preference, 0);
	assert_int_equal(t.report.mx.host[1].preference, 65535);
	tape_audit_free(&t);
}

/* The hosts in the order of preference, then name, whatever order the answer had. */
static void host_order(void **state)
{
	struct tape_audit t;

	(void)state;
	run(&t, SPF
	    "e.test MX SOME 60 20 a.e.test / 10 c.e.test / 10 b.e.test\nb.e.test A SOME 60 8.8.4.4 / 8.8.8.8\n"
	    "b.e.test AAAA SOME 60 2a00::1\n");
	assert_string_equal(t.report.mx.host[0].name, "b.e.test");
	assert_string_equal(t.report.mx.host[1].name, "c.e.test");
	assert_string_equal(t.report.mx.host[2].name, "a.e.test");
	assert_int_equal(t.report.mx.host[0].naddress, 3);
	assert_int_equal(t.report.mx.host[1].naddress, 0);
	tape_audit_free(&t);
}

/* No mail domain, nothing to say about mail. */
static void names_without_mail(void **state)
{
	struct tape_audit t;

	(void)state;
	tape_audit_run(
		&t,
		"www.e.test A SOME 60 >e.test 8.8.4.4\nwww.e.test MX NONE NODATA >e.test\nwww.e.test TXT NONE NODATA >e.test\n",
		"www.e.test", NULL, checks, 3);
	assert_int_equal(t.report.findings.n, 0);
	tape_audit_free(&t);
	tape_audit_run(
		&t, "2.0.192.in-addr.arpa TXT NONE NODATA\n2.0.192.in-addr.arpa MX NONE NODATA\n",
		"2.0.192.in-addr.arpa", NULL, checks, 3);
	assert_int_equal(t.report.findings.n, 0);
	tape_audit_free(&t);
}

/* A name that was said to be parked may well not exist. */
static void parked_and_gone(void **state)
{
	const struct audit_wish parked = { .intent = INTENT_PARKED };
	struct tape_audit t;

	(void)state;
	tape_audit_run(&t, "", "e.test", &parked, checks, 3);
	assert_int_equal(t.report.findings.n, 0);
	assert_int_equal(t.report.presence[PROTO_MX], PRESENCE_NONE);
	tape_audit_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_as_hosts),
		cmocka_unit_test(legal_ranges),
		cmocka_unit_test(address_fix_is_whole),
		cmocka_unit_test(one_of_two_is_explained),
		cmocka_unit_test(zone_added_to_foreign_host),
		cmocka_unit_test(zone_of_the_parent),
		cmocka_unit_test(internationalized),
		cmocka_unit_test(alias_loop),
		cmocka_unit_test(alias_chain),
		cmocka_unit_test(lost_and_gone),
		cmocka_unit_test(offline),
		cmocka_unit_test(guessed_from_lost),
		cmocka_unit_test(null_mx),
		cmocka_unit_test(many_hosts),
		cmocka_unit_test(host_order),
		cmocka_unit_test(names_without_mail),
		cmocka_unit_test(parked_and_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

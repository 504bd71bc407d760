/* Block lists: that nothing is listed is only said where a list has said so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "judge.h"
#include "tape_audit.h"

static check_fn *const checks[] = { check_mx, check_dnsbl };

#define HOST \
	"example.com MX SOME 300 10 mx.example.com\n" \
	"mx.example.com A SOME 300 93.184.215.20\n"
#define ANSWERS(list) "2.0.0.127." list " A SOME 60 127.0.0.2\n"
#define SPAMCOP       ANSWERS("bl.spamcop.net")
#define DBL           "dbltest.com.dbl.spamhaus.org A SOME 60 127.0.1.2\n"

static const struct row {
	const char *what, *tape;
	enum status status;
	unsigned answering, listings;
} rows[] = {
	{ "no network", HOST "* LOST offline\n", STATUS_UNKNOWN, 0, 0 },
	{ "no list in time", HOST "* LOST timeout\n", STATUS_UNKNOWN, 0, 0 },
	{ "every list refuses the resolver", HOST, STATUS_UNKNOWN, 0, 0 },
	{ "a list that answers", HOST SPAMCOP, STATUS_PASS, 1, 0 },
	{ "a list that answers, the others not in time",
	  HOST SPAMCOP "* LOST timeout\n1.0.0.127.bl.spamcop.net A NONE NXDOMAIN\n"
		       "20.215.184.93.bl.spamcop.net A NONE NXDOMAIN\n",
	  STATUS_PASS, 1, 0 },
	{ "a list that answers, but not that question",
	  HOST SPAMCOP "20.215.184.93.bl.spamcop.net A LOST timeout\n", STATUS_UNKNOWN, 1, 0 },
	{ "the same, and another one answers it",
	  HOST SPAMCOP "20.215.184.93.bl.spamcop.net A LOST timeout\n" ANSWERS("psbl.surriel.com"),
	  STATUS_PASS, 2, 0 },
	{ "no address to ask about, and a list of domains", DBL, STATUS_PASS, 1, 0 },
	{ "listed", HOST SPAMCOP "20.215.184.93.bl.spamcop.net A SOME 60 127.0.0.2\n", STATUS_WARN,
	  1, 1 },
	{ "the domain is listed, the rest is not known",
	  HOST DBL "* LOST timeout\ninvalid.dbl.spamhaus.org A NONE NXDOMAIN\n"
		   "example.com.dbl.spamhaus.org A SOME 60 127.0.1.2\n",
	  STATUS_FAIL, 1, 1 },
};

static void statuses(void **state)
{
	const struct audit_wish wish = { .dnsbl = true };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tape_audit t;
		enum status got;

		tape_audit_run(&t, rows[i].tape, "example.com", &wish, checks, 2);
		judge_report(&t.arena, &t.report);
		got = t.report.status[PROTO_DNSBL];
		if (got != rows[i].status)
			fail_msg("%s: %s, not %s", rows[i].what, status_name(got),
				 status_name(rows[i].status));
		if (t.report.dnsbl.answering != rows[i].answering ||
		    t.report.dnsbl.listings != rows[i].listings)
			fail_msg("%s: %u listings, %u lists answer", rows[i].what,
				 t.report.dnsbl.listings, t.report.dnsbl.answering);
		tape_audit_free(&t);
	}
}

static void not_wished(void **state)
{
	struct tape_audit t;

	(void)state;
	tape_audit_run(&t, HOST, "example.com", NULL, checks, 2);
	judge_report(&t.arena, &t.report);
	assert_int_equal(t.report.status[PROTO_DNSBL], STATUS_NA);
	assert_int_equal(t.report.dnsbl.lists, 0);
	tape_audit_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(statuses),
		cmocka_unit_test(not_wished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

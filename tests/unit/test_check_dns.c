/* Times to live: which records, what is gathered, and what does not count. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tape_audit.h"

static check_fn *const checks[] = { check_all };

#define FILE_          "zone=1 src=\"db\" "
#define SPF(ttl, text) "example.com TXT SOME " ttl " " FILE_ "line=2 \"v=spf1 " text "\"\n"
#define SHORT          "_dmarc.example.com TXT SOME 120 " FILE_ "line=3 \"v=DMARC1; p=reject\"\n"
#define LONG \
	"_smtp._tls.example.com TXT SOME 604800 " FILE_ \
	"line=4 \"v=TLSRPTv1; rua=mailto:tls@example.com\"\n"
#define INCLUDED \
	"a.example.com TXT SOME 30 " FILE_ "line=3 \"v=spf1 ip4:192.0.2.1 -all\"\n" \
	"b.example.net TXT SOME 30 " FILE_ "line=3 \"v=spf1 ip4:192.0.2.1 -all\"\n"

static const struct row {
	const char *what, *tape;
	const char *details[2]; /* sorted as findings are; NULL: no more */
} rows[] = {
	{ "an hour", SPF("3600", "-all"), { NULL } },
	{ "just below five minutes", SPF("299", "-all"), { "299 s: example.com TXT" } },
	{ "just above a day", SPF("86401", "-all"), { "86401 s: example.com TXT" } },
	{ "from a resolver", "example.com TXT SOME 3 \"v=spf1 -all\"\n", { NULL } },
	{ "another TXT record at the name",
	  "example.com TXT SOME 60 " FILE_
	  "line=2 \"of no account\" / line=3 ttl=3600 \"v=spf1 -all\"\n",
	  { NULL } },
	{ "two that are short and one that is long",
	  SPF("60", "-all") SHORT LONG,
	  { "604800 s: _smtp._tls.example.com TXT",
	    "60 to 120 s: example.com TXT, _dmarc.example.com TXT" } },
	{ "an included record of its own, twice; another's is not its to mend",
	  SPF("3600", "include:a.example.com include:a.example.com include:b.example.net -all")
		  INCLUDED,
	  { "30 s: a.example.com TXT" } },
	{ "the CNAME is in the file, what it leads to is not",
	  "_dmarc.example.com TXT SOME 20 " FILE_
	  "line=7 ttl=60 >d.example.net \"v=DMARC1; p=reject\"\n",
	  { "60 s: _dmarc.example.com TXT" } },
	{ "it leads to a record that a resolver has for 20 seconds yet",
	  "_dmarc.example.com TXT SOME 20 " FILE_
	  "line=7 ttl=3600 >d.example.net \"v=DMARC1; p=reject\"\n",
	  { NULL } },
};

static void ttls(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tape_audit t;
		size_t n = 0;

		tape_audit_run(&t, rows[i].tape, "example.com", NULL, checks, 1);
		for (size_t k = 0; k < t.report.findings.n; k++) {
			const struct finding *f = t.report.findings.item[k];

			if (f->rule != RULE_DNS_TTL)
				continue;
			if (n == 2 || !rows[i].details[n] ||
			    strcmp(f->detail, rows[i].details[n]) != 0)
				fail_msg("%s: %s", rows[i].what, f->detail);
			n++;
		}
		if (n < 2 && rows[i].details[n])
			fail_msg("%s: not found: %s", rows[i].what, rows[i].details[n]);
		tape_audit_free(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(ttls) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* The table of checkers. A new protocol is one row here. Layer: check. */
#include "check.h"

/* check_intent stands first: the others read report->intent, and INTENT_AUTO tells them that it is
 * not decided in this step. check_together stands last: it reads what the others have found. */
/* clang-format off */
static const struct {
	check_fn *run;
	bool sending; /* it is about mail from the domain: all that a described sender needs */
} checkers[] = {
	{ check_intent, true },
	{ check_spf, true },
	{ check_dkim, true },
	{ check_dmarc, true },
	{ check_mx, true },
	{ check_ptr, true },
	{ check_spf_senders, false }, /* a described sender is check_sender's */
	{ check_mta_sts, false },
	{ check_tls_rpt, false },
	{ check_dane, false },
	{ check_dnssec, false },
	{ check_bimi, false }, /* behind check_dmarc, whose part of the report it reads */
	{ check_smtp, false },
	{ check_dnsbl, true },
	{ check_sender, true },
	{ check_stack, true },
	{ check_past, false }, /* behind check_dkim and check_mta_sts, whose parts it reads */
	{ check_past_includes, false }, /* behind check_spf, likewise */
	{ check_zone, true },
	{ check_dns_servers, false },
	{ check_dns, false }, /* behind those whose records it reads from the report */
	{ check_together, true },
};
/* clang-format on */

void check_all(struct check *c)
{
	for (size_t i = 0; i < sizeof(checkers) / sizeof(checkers[0]); i++)
		if (checkers[i].sending || !c->wish->sender)
			checkers[i].run(c);
}

/* The table of checkers. A new protocol is one row here. Layer: check. */
#include "check.h"

/* check_intent stands first: the others read report->intent, and INTENT_AUTO tells them that it is
 * not decided in this step. check_together stands last: it reads what the others have found. */
/* clang-format off */
static check_fn *const checkers[] = {
	check_intent,
	check_spf,
	check_dkim,
	check_dmarc,
	check_mx,
	check_ptr,
	check_mta_sts,
	check_tls_rpt,
	check_dane,
	check_smtp,
	check_together,
};
/* clang-format on */

void check_all(struct check *c)
{
	for (size_t i = 0; i < sizeof(checkers) / sizeof(checkers[0]); i++)
		checkers[i](c);
}

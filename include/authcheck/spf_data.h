/* spf_data: networks and services that an SPF record should not name, as their owners publish them.
 *
 * Layer: check (data of the SPF checker). Only what is sure stands here: a list that is short
 * misses some, one that is wrong alarms falsely. */
#ifndef AUTHCHECK_SPF_DATA_H
#define AUTHCHECK_SPF_DATA_H

#include <stdbool.h>

#include "str.h"

/* Whose web front is this address (4 or 16 octets)? NULL: nobody's that is known. */
const char *spf_front_of(struct str ip);

/* An include at or below this name passes none of a customer's mail. */
struct spf_needless {
	const char *name; /* the included name, or one above it */
	const char *why;  /* a clause for people */
	bool org_only; /* true: at an organizational domain only; a subdomain may be the service's
			  own envelope domain */
};

/* NULL: the include may be needed. */
const struct spf_needless *spf_needless_include(const char *name);

/* What a customer of the mailbox provider that this MX host belongs to includes in its SPF record;
 * NULL: not known. */
const char *spf_include_of_mx(const char *host);

#endif

/* caa: which CAs may issue certificates (RFC 8659 4.1, 4.2). Layer: parse. */
#ifndef AUTHCHECK_CAA_H
#define AUTHCHECK_CAA_H

#include <stdbool.h>

#include "str.h"

struct caa {
	bool valid; /* the rdata is flags, a tag of letters and digits, a value */
	bool critical;
	struct str tag, value;  /* within the rdata */
	bool is_issue, is_wild; /* issue: for a host; issuewild: for a wildcard */
	struct str issuer;      /* of these two: the CA; empty: none may */
	const char *why; /* why the value of an issue says "none" though something stands there:
			    a clause for people; NULL */
};

/* `rdata` as on the wire. */
void parse_caa(struct str rdata, struct caa *out);

/* Is it a tag that CAs know: issue, issuewild, iodef (RFC 8659), issuemail (RFC 9495),
 * contactemail, contactphone (CA/Browser Forum), issuevmc? */
bool caa_is_known(struct str tag);

#endif

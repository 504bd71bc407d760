/* mark_cert: the evidence of a BIMI logo, a mark certificate (VMC or CMC) with the certificates of
 * its issuers, as PEM (draft-fetch-validation-vmc-wchuang 3.3, 4).
 *
 * Layer: parse. The certificates are OpenSSL's to read. Which root it leads to is not judged: each
 * receiver has a list of its own. */
#ifndef AUTHCHECK_MARK_CERT_H
#define AUTHCHECK_MARK_CERT_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "str.h"

enum { MARK_CERTS_MAX = 8, MARK_NAMES_MAX = 32 };

struct mark_cert {
	size_t n; /* certificates that were read, the mark certificate first */
	const char
		*fault; /* why they are none that could be judged, a clause; then only n counts */
	const char
		*chain; /* why they do not lead up from one to the next, a clause; NULL: they do */
	int64_t from_s, until_s; /* the mark certificate's: seconds since 1970 */
	int64_t ca_until_s;      /* the first end of its issuers'; INT64_MAX: there are none */
	const char *const
		*name; /* the DNS names among the subject's alternative ones, lower case */
	size_t nname;
	bool purpose; /* its extended key usage is BIMI's (1.3.6.1.5.5.7.3.31) */
	bool logo;    /* it has a logotype extension (RFC 3709 4) */
};

void parse_mark_cert(struct arena *a, struct str pem, struct mark_cert *out);

#endif

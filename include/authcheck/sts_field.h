/* sts_field: the extension fields that MTA-STS (RFC 8461 3.1) and TLS-RPT (RFC 8460 3) records have
 * in common. Layer: parse. */
#ifndef AUTHCHECK_STS_FIELD_H
#define AUTHCHECK_STS_FIELD_H

#include "tags.h"

/* ext-name: a letter or digit, then at most 31 of those and "_" "-" ".". */
bool sts_is_ext_name(struct str s);

/* Is this element ext-name "=" ext-value, without blanks around "="? NULL when it is, else what is
 * wrong, a clause; *at: the octets. */
const char *sts_field_fault(const struct tag *t, struct span *at);

/* Text that was meant to begin with `version` ("v=STSv1") and a semicolon, and does not: a clause
 * that says why, or NULL when it does or was not meant to. `stem` is what the value begins with,
 * letter case aside ("STS"). */
const char *sts_version_fault(struct str text, struct str version, struct str stem);

#endif

/* smtp_host: the domain's MX hosts, and what they said on port 25. Private to src/check.
 *
 * Layer: check. */
#ifndef AUTHCHECK_CHECK_SMTP_HOST_H
#define AUTHCHECK_CHECK_SMTP_HOST_H

#include "check.h"

enum { SMTP_HOSTS_MAX = 10 };

/* The fact about a host, which is only asked for when the user wished it and the host's addresses
 * are known. NULL: not asked. */
const struct fact *smtp_host_look(struct check *c, const struct mx_host_view *host);

/* Is it the same host as one before it in the row (two MX records for one name)? */
bool smtp_host_is_again(const struct mx_view *mx, size_t i);

/* Does the domain ask senders to insist on TLS with a certificate that is valid (MTA-STS, mode
 * enforce)? */
bool smtp_is_enforced(const struct check *c);

/* What is wrong with STARTTLS itself, a sentence without its full stop; NULL: nothing. */
const char *smtp_tls_fault(struct check *c, const struct fact *smtp);

/* What the host's certificate is, by RFC 8461 4.2: each part is a clause or NULL. */
struct smtp_cert_faults {
	const char *time, *self_signed, *untrusted, *name;
};
struct smtp_cert_faults smtp_cert_faults(struct check *c, const struct fact *smtp);

/* In hexadecimal. */
const char *smtp_hex(struct arena *a, const uint8_t *p, size_t n);

/* Two clauses as one; each may be NULL. */
const char *smtp_join(struct arena *a, const char *x, const char *y);

#endif

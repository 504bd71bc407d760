/* smtp: what a mail host said when it was connected to on port 25, as a fact holds it.
 *
 * Layer: fact. Nothing was sent but EHLO, STARTTLS and QUIT. Of each certificate there is what
 * judging needs, not the certificate itself: the names, the time that it is valid for, and the
 * hashes that a TLSA record can hold (RFC 6698 2.1). So a tape has the same as a live answer. */
#ifndef AUTHCHECK_SMTP_H
#define AUTHCHECK_SMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "str.h"

/* What came of STARTTLS (RFC 3207). The word is what a tape says. */
#define SMTP_TLS(X) \
	X(SMTP_TLS_NONE, "none")       /* not among the EHLO keywords */ \
	X(SMTP_TLS_REFUSED, "refused") /* offered, and then not answered with 220 */ \
	X(SMTP_TLS_FAILED, "failed")   /* no handshake; the fact's detail says why */ \
	X(SMTP_TLS_OLD, "old")         /* nothing but versions before TLS 1.2 */ \
	X(SMTP_TLS_OK, "ok")

enum smtp_tls {
#define X(id, word) id,
	SMTP_TLS(X)
#undef X
		SMTP_TLS_COUNT
};

/* Does the chain lead to a CA that is trusted (RFC 5280 6.1)? The host's name aside. Of several
 * faults the last in this row is told. */
#define SMTP_PKIX(X) \
	X(SMTP_PKIX_OK, "ok") \
	X(SMTP_PKIX_UNKNOWN, "unknown")     /* this system has no CAs to compare with */ \
	X(SMTP_PKIX_TIME, "time")           /* a certificate is not valid yet, or not any more */ \
	X(SMTP_PKIX_INVALID, "invalid")     /* another fault; pkix_text says which */ \
	X(SMTP_PKIX_UNTRUSTED, "untrusted") /* no CA that is trusted */ \
	X(SMTP_PKIX_SELF_SIGNED, "self-signed") /* the host's own certificate is its own CA */

enum smtp_pkix {
#define X(id, word) id,
	SMTP_PKIX(X)
#undef X
		SMTP_PKIX_COUNT
};

enum { SMTP_SHA256 = 32, SMTP_SHA512 = 64, SMTP_CERTS_MAX = 16 };

struct smtp_cert {
	const char *subject, *issuer; /* for people: "CN=mx.example.com" */
	int64_t from_s, until_s;      /* valid: seconds since 1970 */
	const char *const *name; /* the DNS names among the subject's alternative ones, as there */
	size_t nname;
	bool signs; /* it is the issuer of the certificate before it, and its key made the
		       signature; false for the first */
	uint8_t cert256[SMTP_SHA256], cert512[SMTP_SHA512]; /* of the whole certificate */
	uint8_t spki256[SMTP_SHA256], spki512[SMTP_SHA512]; /* of its SubjectPublicKeyInfo */
};

struct smtp_talk {
	struct str ip;          /* the address that answered: 4 or 16 octets */
	const char *banner;     /* the first word of the banner; "": none */
	const char *ehlo;       /* the EHLO keywords of both EHLOs, upper case, parted by blanks */
	enum smtp_tls tls;      /* the rest is there for SMTP_TLS_OK only */
	const char *version;    /* "TLSv1.3" */
	enum smtp_pkix pkix;    /* by --ca-file, or the CAs of the system */
	const char *pkix_text;  /* what is wrong, for people; NULL: nothing */
	struct smtp_cert *cert; /* the host's own first, then each one's issuer, as far as sent */
	size_t ncert;
};

const char *smtp_tls_word(enum smtp_tls t);
const char *smtp_pkix_word(enum smtp_pkix p);
bool smtp_tls_from(struct str word, enum smtp_tls *out);
bool smtp_pkix_from(struct str word, enum smtp_pkix *out);

/* Is the keyword among those of EHLO? `keyword` is in upper case. */
bool smtp_offers(const struct smtp_talk *t, const char *keyword);

/* Does the certificate stand for the host (RFC 6125 6.4, RFC 8461 4.2): one of its alternative
 * names is the host's, or "*." and all but the first label of it? The common name does not count.
 */
bool smtp_cert_is_for(const struct smtp_cert *c, const char *host);

/* A deep copy into another arena. */
struct smtp_talk *smtp_copy(struct arena *a, const struct smtp_talk *t);

#endif

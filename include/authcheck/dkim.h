/* dkim: DKIM key records (RFC 6376 3.2, 3.6.1; RFC 8301; RFC 8463). Layer: parse; key material by
 * OpenSSL. */
#ifndef AUTHCHECK_DKIM_H
#define AUTHCHECK_DKIM_H

#include "fault.h"
#include "tags.h"

enum dkim_key_type { DKIM_RSA, DKIM_ED25519, DKIM_OTHER };

enum dkim_fault {
	DKIM_FAULT_TAG_SYNTAX, /* an element that is no tag=value */
	DKIM_FAULT_DUP_TAG,    /* RFC 6376 3.2: the whole list is invalid */
	DKIM_FAULT_V_NOT_FIRST,
	DKIM_FAULT_V_VALUE, /* not exactly DKIM1 */
	DKIM_FAULT_NO_P,
	DKIM_FAULT_P_QUOTE,     /* a literal quotation mark or backslash in p= */
	DKIM_FAULT_P_BASE64,    /* bad alphabet */
	DKIM_FAULT_P_PADDING,   /* "=" missing: some verifiers accept it */
	DKIM_FAULT_P_PEM,       /* -----BEGIN */
	DKIM_FAULT_P_DER,       /* no public key in it */
	DKIM_FAULT_P_PKCS1,     /* a bare RSAPublicKey instead of a SubjectPublicKeyInfo */
	DKIM_FAULT_P_TRUNCATED, /* DER says more octets than there are */
	DKIM_FAULT_P_TRAILING,  /* octets behind the DER */
	DKIM_FAULT_P_MISMATCH,  /* the key in p= is of another type than k= says */
	DKIM_FAULT_ED25519_LEN,
	DKIM_FAULT_RSA_EXPONENT, /* even, or 1 */
	DKIM_FAULT_H_UNKNOWN,    /* no hash that a verifier knows */
	DKIM_FAULT_H_SHA1_ONLY,
	DKIM_FAULT_S_NOT_EMAIL,
	DKIM_FAULT_T_UNKNOWN, /* a flag other than y and s: ignored */
	DKIM_FAULT_G,         /* g= other than "*": historic */
	DKIM_FAULT_EMPTY_ELEMENT,
	DKIM_FAULT_TAG_CASE,   /* "P=", "K=": tag names are case-sensitive */
	DKIM_FAULT_VALUE_CASE, /* "k=RSA": a value that is right but for its letter case */
	DKIM_FAULT_P_PRIVATE,  /* a private key was published */
	DKIM_FAULT_P_KNOWN,    /* everybody has the private half: it is printed in an RFC */
	DKIM_FAULT_RSA_ROCA,   /* factors in days: made by the Infineon library (CVE-2017-15361) */
	DKIM_FAULT_RSA_EXPONENT_RARE, /* a public exponent that some verifiers do not take */
};

struct dkim_key {
	struct str text;
	struct tags tags;
	bool has_v;
	bool revoked;     /* p= is there and empty */
	bool testing;     /* t=y */
	bool strict_i;    /* t=s */
	bool tlsrpt_only; /* s=tlsrpt and nothing else: for TLS reports (RFC 8460 3), not for mail
			   */
	enum dkim_key_type type; /* DKIM_OTHER: k= is not known to RFC 6376 verifiers */
	struct str type_text;    /* k= as written; empty when absent */
	unsigned bits;           /* RSA modulus, or 256 for Ed25519; 0: not known */
	bool usable;             /* a verifier of RFC 6376, 8301 and 8463 can use it */
	struct faults faults;    /* enum dkim_fault */
	const struct tag *p;     /* NULL: none */
};

/* Is this TXT a DKIM key at all: a tag list with v=DKIM1-like or p= or k=? An SPF record or a
 * verification token is none. */
bool dkim_is_key(struct str text);

/* Never fails: what is wrong is in the faults. */
void parse_dkim(struct arena *a, struct str text, struct dkim_key *out);

#endif

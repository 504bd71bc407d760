/* dkim_key: what stands in the p= tag of a DKIM key: base64, and in it DER or the 32 octets of an
 * Ed25519 key. Layer: parse.
 *
 * The framing of DER is read here, so that a key that was cut is told from text that never was one,
 * and so that nothing of absurd size is ever handed to OpenSSL; whether it is a key is OpenSSL's
 * word. */
#ifndef AUTHCHECK_DKIM_KEY_H
#define AUTHCHECK_DKIM_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "dkim.h"

enum { DKIM_ED25519_OCTETS = 32, DKIM_RSA_BITS_MAX = 16384 /* what OpenSSL will compute with */ };

struct dkim_base64 {
	const uint8_t *p;
	size_t n;
	bool unpadded;   /* "=" is missing at the end */
	bool ragged;     /* one character is left over: some are missing */
	struct span bad; /* the first octets that are no base64, within the text; len 0: none */
	const char *why; /* what they are, a clause */
};

/* Decodes as RFC 6376 2.10 has it: folding white space anywhere is skipped. Stops at the first
 * octet that is no base64. */
void dkim_base64_read(struct arena *a, struct str text, struct dkim_base64 *out);

/* The other way, padded, without blanks. */
const char *dkim_base64_write(struct arena *a, const uint8_t *p, size_t n);

enum dkim_der_kind {
	DKIM_DER_NONE,     /* no DER that could be a key */
	DKIM_DER_RSA,      /* SubjectPublicKeyInfo, rsaEncryption: what belongs there */
	DKIM_DER_RSA_BARE, /* RSAPublicKey without the SubjectPublicKeyInfo around it (PKCS #1) */
	DKIM_DER_ED25519,  /* SubjectPublicKeyInfo of an Ed25519 key (RFC 8410) */
	DKIM_DER_OTHER,    /* SubjectPublicKeyInfo of another kind of key */
	DKIM_DER_PRIVATE,  /* a private key */
	DKIM_DER_CERTIFICATE, /* an X.509 certificate */
};

struct dkim_der {
	enum dkim_der_kind kind;
	const char *other; /* DKIM_DER_OTHER: what kind: "an EC key" */
	size_t said;       /* octets there should be, says the first header; 0: there is none */
	bool truncated;    /* there are fewer */
	size_t trailing;   /* there are this many more */
	/* RSA only, and only when the key is whole and OpenSSL takes it */
	bool key;
	unsigned
		bits; /* of the modulus; also known where truncated, as far as the headers say it */
	bool exponent_bad;  /* even, or 1: no RSA key works with it */
	bool exponent_rare; /* none of 3, 17, 257, 65537 */
	unsigned exponent_bits;
	uint64_t exponent; /* 0: larger than 64 bits */
	bool even;         /* the modulus is even: it cannot be the product of two primes */
	bool roca;         /* the modulus has the mark of the Infineon library (CVE-2017-15361) */
};

/* Microseconds to some tenths of a millisecond, whatever it is given. */
void dkim_der_read(const uint8_t *p, size_t n, struct dkim_der *out);

/* Notes a fault, and that the key is not usable where verifiers cannot do with it. */
void dkim_fault_add(struct arena *a, struct dkim_key *key, enum dkim_fault code, struct span at,
		    const char *detail);

/* Reads key->p, which has a "=", by key->type: sets revoked, bits and faults. */
void dkim_read_p(struct arena *a, struct dkim_key *key);

/* A SubjectPublicKeyInfo around a bare RSAPublicKey, as base64. */
const char *dkim_spki_of_bare(struct arena *a, const uint8_t *p, size_t n);

#endif

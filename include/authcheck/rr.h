/* rr: one resource record, decoded as far as this program needs it.
 *
 * Layer: dns. Owned by an arena. */
#ifndef AUTHCHECK_RR_H
#define AUTHCHECK_RR_H

#include <stdint.h>

#include "arena.h"
#include "str.h"

struct rr {
	uint16_t type;
	uint16_t preference; /* MX */
	uint32_t ttl_s;
	unsigned line;      /* line of `file` where it stands; 0: not from a file */
	unsigned column;    /* from 1, in octets; 0: not told, its line is enough to find it */
	const char *file;   /* the zone file it comes from; NULL: not from a file */
	const char *target; /* MX, PTR, CNAME, NS, DNAME: the name it leads to */
	struct str data; /* TXT, SPF: the character-strings joined without a space (RFC 7208 3.3);
			  * A: 4 octets, AAAA: 16; every other type: the rdata of the wire, names in
			  * it uncompressed */
	const uint32_t *cuts; /* TXT, SPF: where in data a further character-string begins */
	uint32_t ncuts;
};

/* The rdata of one record (`in` stands at it, `rdlen` octets long, compression pointers allowed)
 * into *out; owner and TTL are the caller's. False, and in->bad, when the rdata does not fit its
 * type. */
struct input;
bool rr_decode(struct arena *a, struct input *in, uint16_t type, uint16_t rdlen, struct rr *out);

/* For people and for JSON: TXT its joined text, MX "10 mx.example.com", A and AAAA the address,
 * TLSA "3 1 1 …",
 * others the target or RFC 3597's \# form. Octets as they are: escape before printing. */
struct str rr_text(struct arena *a, const struct rr *rr);

/* RFC 3597 5: \# LENGTH HEX, of any type that has no target. */
struct str rr_generic_text(struct arena *a, const struct rr *rr);

/* An order that depends on nothing but the records' own data, so that a shuffled RRset gives the
 * same report. */
int rr_cmp(const void *a, const void *b);

#endif

/* wire: DNS messages (RFC 1035 4, RFC 6891). Layer: dns. */
#ifndef AUTHCHECK_WIRE_H
#define AUTHCHECK_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "rr.h"

enum { WIRE_QUERY_MAX = 512, WIRE_EDNS_SIZE = 1232 };

enum rcode {
	RCODE_NOERROR = 0,
	RCODE_FORMERR = 1,
	RCODE_SERVFAIL = 2,
	RCODE_NXDOMAIN = 3,
	RCODE_NOTIMP = 4,
	RCODE_REFUSED = 5,
};

struct wire_query {
	const char *name;
	uint16_t type;
	uint16_t id;
	bool edns;  /* an OPT record, WIRE_EDNS_SIZE, no DO */
	bool cd;    /* checking disabled */
	bool no_rd; /* no recursion: what the server itself has */
	const uint8_t
		*case_bits; /* 32 octets: the letter case of the name (0x20); NULL: lower case */
};

/* Writes the query. Returns its length, 0 when the name is none. */
size_t wire_query_write(const struct wire_query *q, uint8_t out[WIRE_QUERY_MAX]);

struct wire_rr {
	const char *owner;
	struct rr rr;
};

struct wire_msg {
	uint16_t id;
	bool response, truncated, ad, aa;
	unsigned rcode; /* 12 bits when there is an OPT */
	uint16_t qtype;
	const char *qname; /* as asked: lower case */
	bool case_matches; /* the question's octets equal `q`'s, letter case included */
	struct wire_rr
		*answer; /* the answer section, in order; records of other classes left out */
	size_t nanswer;
	uint32_t soa_minimum_s; /* negative TTL from the authority section's SOA; 0 if none */
	size_t size;            /* octets of the message */
};

/* Reads an answer to `q`. False when it is no well-formed answer to that question (garbage, another
 * id, another question). A record whose rdata does not decode is left out; when nothing else is
 * left, the message is bad. */
bool wire_msg_read(struct arena *a, const uint8_t *p, size_t n, const struct wire_query *q,
		   struct wire_msg *out);

#endif

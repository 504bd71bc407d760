/* rrtype: the RR types that this program asks for or reads. Layer: dns. */
#ifndef AUTHCHECK_RRTYPE_H
#define AUTHCHECK_RRTYPE_H

#include <stdint.h>

#include "arena.h"
#include "str.h"

#define RRTYPES(X) \
	X(A, 1) \
	X(NS, 2) \
	X(CNAME, 5) \
	X(SOA, 6) \
	X(PTR, 12) \
	X(MX, 15) \
	X(TXT, 16) \
	X(AAAA, 28) \
	X(SRV, 33) \
	X(DNAME, 39) \
	X(OPT, 41) \
	X(DS, 43) \
	X(RRSIG, 46) \
	X(NSEC, 47) \
	X(DNSKEY, 48) \
	X(NSEC3, 50) \
	X(TLSA, 52) \
	X(SPF, 99) \
	X(CAA, 257)

enum rrtype {
#define X(name, number) RR_##name = number,
	RRTYPES(X)
#undef X
};

/* None of DNS's, but how a zone keeps what it knows to be there and cannot say. The numbers are for
 * private use (RFC 6895 3.1). */
enum {
	RR_LINE = 65280, /* data: the text of a line that is no record */
	RR_HOLE = 65281, /* data: two octets, the type of a set that is not known; 0: any set */
	RR_GONE = 65282, /* data: the same, of a set that is known not to be there */
};

/* "TXT"; "TYPE123" (RFC 3597) for a type not in the table. */
const char *rrtype_name(struct arena *a, uint16_t type);

/* 0 when it is none. Letter case does not matter; TYPE123 is understood. */
uint16_t rrtype_from(struct str name);

#endif

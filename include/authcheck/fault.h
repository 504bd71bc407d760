/* fault: what a parser has against a record, with the place. Layer: parse.
 *
 * Parsers know grammar; which rule a fault breaks is the checker's business. `code` is from the
 * parser's own enum. */
#ifndef AUTHCHECK_FAULT_H
#define AUTHCHECK_FAULT_H

#include "arena.h"
#include "str.h"

struct fault {
	int code;
	struct span at;     /* octets of the record */
	const char *detail; /* a clause for people: "ip4 needs four octets, 0 to 255"; NULL */
};

struct faults {
	struct fault *item;
	size_t n, cap;
};

/* Keeps the first 64 faults: a record of nothing but faults must not cost memory without bound. */
void fault_add(struct arena *a, struct faults *fs, int code, struct span at, const char *detail);

#endif

/* zone_build: a zone while it is read. Private to src/parse/zone*.c.
 *
 * Layer: parse. Records are kept as they come (zone.c), then put in order and indexed
 * (zone_order.c), then held against what name servers refuse (zone_fault.c). */
#ifndef AUTHCHECK_PARSE_ZONE_BUILD_H
#define AUTHCHECK_PARSE_ZONE_BUILD_H

#include "zone_read.h"

struct zone_item {
	struct zone_rr zr;
	struct str key;
	size_t seq; /* in the order of reading */
	bool twin;  /* the same record stands before it */
};

struct zone_builder {
	struct zone *z;
	struct zone_item *item;
	size_t n, cap;
	size_t records; /* of item, those that are no marks of what is not known */
	struct zone_fault *fault;
	size_t *fault_seq; /* of the record that each fault is about */
	size_t nfault, fault_cap, seq_cap;
	size_t seq;        /* of the next record or fault */
	size_t outside;    /* records that were not at or below the origin */
	const char *owner; /* of the last record, and its key */
	struct str key;
	uint8_t wire[255];
	size_t wire_len;
};

/* Sorts the records, drops twins, and makes the index. *seq: which record each one was, in the
 * order of reading. */
void zone_arrange(struct arena *a, struct zone_builder *b, const size_t **seq);

/* Keeps a fault, up to a thousand of them. */
void zone_fault_add(struct arena *a, struct zone_builder *b, size_t seq,
		    const struct zone_fault *f);

/* Finds what name servers refuse in the arranged zone, and puts all faults in order. */
void zone_find_faults(struct arena *a, struct zone_builder *b, const size_t *seq);

#endif

/* dmarc_walk: the DNS Tree Walk (RFC 9989 4.10) and what follows from it. Layer: check.
 *
 *   1. The names are known from the start name alone: it, then its right-most 7 labels when it has
 * 8 or more (else it without the left-most label), then one label less each time, down to the
 * top-level domain: never more than 8. All are asked at once.
 *   2. At each name, records that do not begin with v=DMARC1 are discarded, and when more than one
 * is left, all are.
 *   3. Read from the longest name on, the walk ends behind a record with psd=n or psd=y. What is
 * asked behind the end does not count, not even when it is LOST.
 *   4. The organizational domain (4.10.2): psd=n: that name; psd=y, unless at the start: the name
 * one label below; else the name with the fewest labels that has a record; else the start name. */
#ifndef AUTHCHECK_DMARC_WALK_H
#define AUTHCHECK_DMARC_WALK_H

#include "dmarc.h"
#include "facts.h"

enum { DMARC_WALK_MAX = 8 };

/* One name of the walk. */
struct dmarc_stop {
	const char *domain;
	const char *at;             /* "_dmarc.example.com"; NULL: no name can be that long */
	const struct fact *fact;    /* NULL when `at` is */
	size_t nrecords;            /* TXT records there that are DMARC records */
	const struct rr *rr;        /* the record, when there is exactly one */
	const struct dmarc *record; /* likewise */
};

enum dmarc_walk_state {
	DMARC_WALK_OPEN, /* an answer before the end is not there yet */
	DMARC_WALK_KNOWN,
	DMARC_WALK_LOST, /* an answer before the end could not be had */
};

struct dmarc_walk {
	enum dmarc_walk_state state;
	struct dmarc_stop stop[DMARC_WALK_MAX]; /* longest name first; stop[0] is the start */
	size_t n;                /* names up to the end of the walk, or to the first OPEN one */
	const struct fact *lost; /* the first LOST one among them; NULL */
	bool only_suffixes_lost; /* every LOST one is at a public suffix */
	const char *org;         /* the organizational domain, when the state is KNOWN */
};

/* Walks from `domain`, the audited one or any other. Asks all names of the walk at once. */
void dmarc_walk(struct arena *a, struct look *l, const char *domain, struct dmarc_walk *out);

/* Reads the TXT records of a settled fact as step 2 does. */
void dmarc_stop_read(struct arena *a, struct dmarc_stop *s);

/* The stop of that domain, NULL when the walk did not come by. */
const struct dmarc_stop *dmarc_walk_at(const struct dmarc_walk *w, const char *domain);

/* Does the walk have a record at a name with psd=y other than the start? NULL: no. */
const struct dmarc_stop *dmarc_walk_psd(const struct dmarc_walk *w);

#endif

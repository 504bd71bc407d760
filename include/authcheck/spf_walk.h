/* spf_walk: the static walk over an SPF tree. Layer: check (private to the SPF checker's files). */
#ifndef AUTHCHECK_SPF_WALK_H
#define AUTHCHECK_SPF_WALK_H

#include "check.h"

enum spf_state {
	SPF_NODE_OPEN, /* its TXT is not settled */
	SPF_NODE_LOST,
	SPF_NODE_NONE,    /* no SPF record */
	SPF_NODE_SEVERAL, /* permerror */
	SPF_NODE_RECORD,
	SPF_NODE_BUSY, /* being walked right now: reaching it again is a loop */
};

struct spf_visit {
	struct spf_node node;
	enum spf_state state;
};

struct spf_walk {
	struct check *c;
	struct spf_visit **visit; /* every name reached, once */
	size_t n, cap;
	bool open; /* something that the verdict needs is OPEN */
};

/* Walks the record at `domain` and all it leads to, writes the findings about what is below the
 * root, and returns the root. */
struct spf_visit *spf_walk_from(struct spf_walk *w, const char *domain);

/* What the term at t leads to when it is evaluated for the domain `d`; NULL: it depends on the
 * message. */
const char *spf_term_target(struct check *c, const struct spf_term *t, const char *d);

/* Does a record authorize every address by itself: +all, /0, both halves? *which: the term. */
bool spf_passes_all(const struct spf *spf, const struct spf_term **which);

/* A fault of a record: which rule, and what to write instead of the marked octets (p NULL: not
 * known). */
enum rule_id spf_fault_rule(const struct fault *f);
/* The whole record as a line to paste, all that can be mended mended; NULL unless it is then free
 * of faults. */
const char *spf_mended(struct arena *a, const char *domain, const struct spf *spf);
/* The same for text that was meant as a record (spf_is_near_record). */
const char *spf_version_mended(struct arena *a, const char *domain, struct str text);

#endif

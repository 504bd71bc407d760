/* finding: a rule that a set of facts breaks, with its evidence. Layer: finding (above fact and
 * rule). */
#ifndef AUTHCHECK_FINDING_H
#define AUTHCHECK_FINDING_H

#include <stdbool.h>

#include "fact.h"
#include "rule.h"

struct finding {
	enum rule_id rule;
	bool sure;               /* false: a LOST fact stands in the way (law 2) */
	bool offline;            /* not sure, only because the user wished no network */
	const char *subject;     /* the name (or address) it is about */
	const struct fact *fact; /* evidence; NULL: none */
	const struct rr
		*rr; /* the record of fact->rr or fact->chain it is about; NULL: the whole fact */
	struct span at; /* octets within rr_text(rr) (or within the body of an HTTPS fact); len 0:
			   all */
	const char *detail; /* what exactly: "13 lookups, 10 allowed" */
	const char *fix; /* how to mend this very case, ready to paste; NULL: the rule's own text */
};

/* A record of 64 KiB can break a rule thousands of times, and each finding shows the record. */
enum { FINDINGS_SAME_MAX = 64 };

struct findings {
	struct arena *arena;
	struct finding **item;
	size_t n, cap;
};

/* A new finding, sure unless `fact` is LOST. The fact must not be OPEN (law 2). A finding that is
 * already there (same rule, subject, record and place) is returned again, so that nothing is said
 * twice. Past FINDINGS_SAME_MAX of one rule about one record it is made, but not listed. rr may be
 * NULL. */
struct finding *finding_add(struct findings *fs, enum rule_id rule, const char *subject,
			    const struct fact *fact, const struct rr *rr);

/* Worst first: severity, sure before unsure, protocol, the rule's place in the table, subject,
 * record text, place. */
void findings_sort(struct findings *fs);

const char *finding_fix(const struct finding *f);

#endif

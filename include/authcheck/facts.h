/* facts: the facts of one audit, and the checkers' window on them.
 *
 * Layer: fact. A table from question to fact. look() is the checker's only window on the world. */
#ifndef AUTHCHECK_FACTS_H
#define AUTHCHECK_FACTS_H

#include <stdint.h>

#include "fact.h"

struct facts {
	struct arena *arena;
	struct fact **all; /* in the order they were first asked for */
	size_t n, cap;
	uint32_t *slot; /* hash table of 1 + index into all */
	size_t nslot;
	int64_t now_s; /* the audit's clock: seconds since 1970, itself a fact (law 4) */
};

void facts_init(struct facts *fs, struct arena *a, int64_t now_s);

/* The fact for this question, or NULL when nobody has asked it. */
struct fact *facts_find(const struct facts *fs, enum ask kind, uint16_t type, const char *name);

/* The fact for this question, made OPEN when nobody has asked it. `name` is copied. */
struct fact *facts_open(struct facts *fs, enum ask kind, uint16_t type, const char *name);

/* The same two for questions that say more than a name (fact.h). */
struct fact *facts_find_at(const struct facts *fs, enum ask kind, uint16_t type, const char *name,
			   const char *at);
struct fact *facts_open_at(struct facts *fs, enum ask kind, uint16_t type, const char *name,
			   const char *at);

/* Settles an OPEN fact with a deep copy of `as` (whose question must be the same). A settled fact
 * is left as it is (law 3). Returns whether it was OPEN. */
bool facts_settle(struct facts *fs, const struct fact *as);

struct look {
	struct facts *facts;
	unsigned max_questions; /* the budget: what is over it settles as LOST, over budget */
	size_t opened;          /* facts opened by this step */
};

/* The checker's only window on the world. Returns the fact for this question, never NULL. If nobody
 * has asked it yet, the question is put on the list and the fact is OPEN; the checker treats that
 * branch as "not decided" and goes on. `name` as name.h has it; a name that is NULL gives a LOST
 * fact, "bad name". Law 1: ask because of settled facts only, never because of an OPEN one. */
const struct fact *look(struct look *l, enum ask kind, uint16_t type, const char *name);
const struct fact *look_at(struct look *l, enum ask kind, uint16_t type, const char *name,
			   const char *at);

static inline const struct fact *look_dns(struct look *l, uint16_t type, const char *name)
{
	return look(l, ASK_DNS, type, name);
}

#endif

/* tape_audit: some checkers run over a tape until nothing is open, for unit tests of checkers. */
#ifndef AUTHCHECK_TESTS_TAPE_AUDIT_H
#define AUTHCHECK_TESTS_TAPE_AUDIT_H

#include "check.h"

struct tape_audit {
	struct arena arena;
	struct facts facts;
	struct report report;
};

/* Questions that are not on the tape are answered by its "*" line; without one the name does not
 * exist. `wish` may be NULL. Fails the test when the tape is faulty or the audit does not end. */
void tape_audit_run(struct tape_audit *t, const char *tape, const char *domain,
		    const struct audit_wish *wish, check_fn *const *checks, size_t nchecks);

/* The only finding of that rule; NULL: none. Fails the test when there are several. */
const struct finding *tape_audit_find(const struct tape_audit *t, enum rule_id rule);

/* Findings of the severity, or worse. */
size_t tape_audit_count(const struct tape_audit *t, enum severity least);

void tape_audit_free(struct tape_audit *t);

#endif

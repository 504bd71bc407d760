/* audit: the only loop. Question, fact, check, and again until nothing is open. Layer: above all
 * stages; main.c drives it. */
#ifndef AUTHCHECK_AUDIT_H
#define AUTHCHECK_AUDIT_H

#include "check.h"
#include "settings.h"
#include "source.h"

struct audit_limits {
	unsigned max_questions; /* 0: the default, 2000 */
	unsigned max_steps;     /* 0: the default, 64 */
	unsigned timeout_ms;    /* per question */
	unsigned deadline_ms;   /* the whole audit */
};

/* One suppression: --ignore RULE[@SUBJECT], or one of the file of --config. */
struct ignore {
	enum rule_id rule;
	const char *subject;           /* NULL: any */
	bool *used;                    /* set when something was found for it; NULL: nobody asks */
	const struct suppression *row; /* of the file; NULL: of an option */
	const char *file;              /* of row */
};

struct audit {
	struct arena arena; /* the facts */
	struct arena work;  /* the report of the newest step; emptied before each step */
	struct facts facts;
	struct report report;
	const char *org; /* the domain's organizational domain, as struct check has it */
	unsigned steps;
	bool failed; /* out of memory: our own failure */
};

struct audit_setup {
	struct source *source;
	struct audit_wish wish;
	struct audit_limits limits;
	const struct ignore *ignores;
	size_t nignores;
	bool bulk;          /* a sender of more than 5,000 messages a day */
	uint64_t receivers; /* bit i: judge for receiver i; 0: for all */
	unsigned profiles;  /* bit i: hold it against baseline i */
	int64_t now_s;
};

/* Audits one domain, waiting for the source as long as the deadline allows. False when it ran out
 * of memory. */
bool audit_run(struct audit *a, const struct audit_setup *s, const char *domain);

/* Makes ready for audit_step: arenas and an empty table of facts. audit_run does it by itself. */
void audit_init(struct audit *a, const struct audit_setup *s);

/* One step over the facts as they are: resets the report, runs every check. Returns how many
 * questions are OPEN. For audit_run and for tests that reveal facts in an order of their own. */
size_t audit_step(struct audit *a, const struct audit_setup *s, const char *domain);

/* After the last step: sorts, drops what is ignored, lists what is unknown, judges. */
void audit_finish(struct audit *a, const struct audit_setup *s, unsigned elapsed_ms);

/* Is the finding one that is left out (and the suppression thereby used)? */
bool audit_ignores(const struct audit_setup *s, const struct finding *f);
/* Leaves them out, and adds a finding for each suppression that has expired (setup's now_s) and
 * would have covered one of those left. Part of audit_finish(). */
void audit_leave_out(struct audit *a, const struct audit_setup *s);

void audit_free(struct audit *a);

#endif

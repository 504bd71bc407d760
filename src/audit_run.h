/* audit_run: one audit on its way: what audit.c, which drives one, and audits.c, which drives many,
 * know of it.
 *
 * Layer: above all stages. run_begin() sets it up; then run_step() and waiting for answers take
 * turns until run_step() says that it is over; run_end() follows. Who drives it calls run_step()
 * when run_is_due(), and frees the audit with audit_free() when no question of it is on its way. */
#ifndef AUTHCHECK_AUDIT_RUN_H
#define AUTHCHECK_AUDIT_RUN_H

#include "audit.h"

struct run {
	struct audit *audit;
	struct audit_setup setup;
	const char *domain;
	size_t handed;     /* facts that have been handed to the source */
	unsigned waiting;  /* questions on their way */
	unsigned fresh;    /* settled since the last step */
	bool spent;        /* the steps are used up: what is not on its way is not asked any more */
	unsigned quiet_ms; /* nothing settled for so long: a step is due with what there is */
	int64_t start_ms, settled_ms, deadline_ms;
	void (*ready)(struct run *r); /* called when the last question on its way has settled */
};

/* Sets up *r for an audit of the domain, which must live as long as the run, as *a must. */
void run_begin(struct run *r, struct audit *a, const struct audit_setup *s, const char *domain);

/* Is a step worth it now? */
bool run_is_due(const struct run *r, int64_t now_ms);

/* One step, or several when no answer is needed in between; hands over what is open. True when the
 * audit is over: its findings stand, or it has failed. */
bool run_step(struct run *r);

/* After the last step, when nothing is on its way: the report. False when the audit failed. */
bool run_end(struct run *r);

#endif

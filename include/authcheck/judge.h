/* judge: from findings to statuses, score, grade and risk. Layer: judge. */
#ifndef AUTHCHECK_JUDGE_H
#define AUTHCHECK_JUDGE_H

#include "report.h"

/* Sets status[], score, grade, risk and risk_because from presence[] and the findings. */
void judge_report(struct arena *a, struct report *r);

/* The exit status of one audit: 0, 1 or 3 (interface: 3 is "undecided"). fail_on NULL: never. */
int judge_exit(const struct report *r, const enum severity *fail_on);

#endif

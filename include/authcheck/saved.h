/* saved: audits that were written as JSON (schema authcheck/1), read again as reports.
 *
 * Layer: report. A saved report has its domain, findings with their evidence, verdicts, score,
 * grade, risk and what was unknown; the views of the protocols stay empty. */
#ifndef AUTHCHECK_SAVED_H
#define AUTHCHECK_SAVED_H

#include "report.h"

struct saved {
	struct report *report; /* in the order of the file */
	size_t n, cap;
	size_t skipped; /* findings of rules that this version does not know */
};

/* Does the text look like such a file, rather than like JSON of another kind? */
bool saved_is_audit(struct str text);

/* Findings that an audit of --state had carried over are read as its own. One object, an array of them, or one a line. False and *err ("line 3: …, a clause for people")
 * when it is no such file. */
bool saved_read(struct arena *a, struct str text, struct saved *out, const char **err);

#endif

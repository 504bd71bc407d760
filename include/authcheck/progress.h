/* progress: the line on a terminal's stderr that says how far a long run is.
 *
 * Layer: above all stages; for the program's own files. */
#ifndef AUTHCHECK_PROGRESS_H
#define AUTHCHECK_PROGRESS_H

#include "audits.h"

struct progress {
	int64_t start_ms, told_ms;
	bool shown;
	size_t total; /* domains of this run; 0: not known */
	bool single;  /* one domain is all: its questions are counted */
	size_t with_errors, undecided;
};

/* Now and then: rewrites the line, if it is time to and stderr is a terminal. */
void progress_tell(struct progress *g, const struct audits *all);
/* Takes the line away, so that something else may be written. */
void progress_end(struct progress *g);

#endif

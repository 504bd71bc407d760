/* change: what is otherwise than at the last audit of a domain.
 *
 * Layer: report. The last audit is not only what was found then: where it could not tell, what was
 * known before still stands, so that a time-out in between neither hides a change nor makes one. */
#ifndef AUTHCHECK_CHANGE_H
#define AUTHCHECK_CHANGE_H

#include "diff.h"

struct change {
	bool first;      /* there was no audit before: all that is found is new */
	int64_t since_s; /* seconds since 1970: when the last audit was */
	struct diff diff;
	/* found before, and now not to be told: the next audit is held against these as well */
	const struct finding **carried;
	size_t ncarried;
};

enum change_kind { CHANGE_NONE, CHANGE_FIRST, CHANGE_WORSE, CHANGE_BETTER };

/* What it is in a word; findings of severity info make nothing worse or better. */
enum change_kind change_kind(const struct change *c);

/* What the audits of a run came to. */
struct change_total {
	size_t names, changed; /* audited; told of */
	size_t worse, better;
};

/* Audits of a domain that found the same, one after the other. */
struct change_state {
	int64_t first_s, last_s;     /* seconds since 1970 */
	uint64_t times;              /* how many they were */
	const struct report *report; /* NULL: it cannot be read any more */
	struct change change;        /* since the state before; only where there is a report */
};

/* `before`: the last audit as it was kept, with what it had carried over; NULL: there was none.
 * What is made points into both reports. */
void change_since(struct arena *a, const struct report *before, int64_t since_s,
		  const struct report *after, struct change *out);

/* The same where the last audit found the very same. */
void change_none(struct arena *a, int64_t since_s, const struct report *after, struct change *out);

/* Is it worth telling of? With `notes`, also when only findings of severity info changed. Of a
 * first audit: when something was found. */
bool change_tells(const struct change *c, bool notes);

#endif

/* Saved JSON audits: whatever is read can be compared with itself, and then nothing is new. */
#include "fuzz.h"

#include "diff.h"
#include "saved.h"

static void run(struct arena *a, struct str text)
{
	struct saved s;
	const char *err = NULL;

	if (!saved_read(a, text, &s, &err)) {
		if (!err || !*err)
			__builtin_trap();
		return;
	}
	for (size_t i = 0; i < s.n; i++) {
		struct diff d;

		diff_reports(a, &s.report[i], &s.report[i], &d);
		if (d.count[DIFF_NEW] || d.count[DIFF_GONE] || d.nfate ||
		    d.count[DIFF_STILL] != s.report[i].findings.n)
			__builtin_trap();
	}
}

FUZZ(run)

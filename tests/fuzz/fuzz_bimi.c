/* BIMI records. */
#include "fuzz.h"

#include "bimi.h"

static void run(struct arena *a, struct str text)
{
	bool record = bimi_is_record(text);
	struct bimi b;

	if (record && bimi_is_near_record(text))
		__builtin_trap();
	parse_bimi(a, text, &b);
	if (b.valid != (b.faults.n == 0) || (b.valid && (!record || !b.l)))
		__builtin_trap();
	for (size_t i = 0; i < b.faults.n; i++)
		if ((size_t)b.faults.item[i].at.at + b.faults.item[i].at.len > text.n)
			__builtin_trap();
}

FUZZ(run)

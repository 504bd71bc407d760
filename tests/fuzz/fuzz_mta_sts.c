/* MTA-STS records. */
#include "fuzz.h"

#include "mta_sts.h"

static void run(struct arena *a, struct str text)
{
	bool record = mta_sts_is_record(text), near;
	struct mta_sts m;
	const char *why;

	near = mta_sts_is_near_record(text, &why);
	if (near != (why != NULL) || (near && record))
		__builtin_trap();
	parse_mta_sts(a, text, &m);
	if (m.valid && (!record || !m.id.n || m.id.n > 32))
		__builtin_trap();
	for (size_t i = 0; i < m.faults.n; i++)
		if ((size_t)m.faults.item[i].at.at + m.faults.item[i].at.len > text.n)
			__builtin_trap();
}

FUZZ(run)

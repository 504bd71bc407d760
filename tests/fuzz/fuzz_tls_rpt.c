/* TLS-RPT records. */
#include "fuzz.h"

#include "tls_rpt.h"

static void run(struct arena *a, struct str text)
{
	bool record = tls_rpt_is_record(text), near;
	struct tls_rpt t;
	const char *why;

	near = tls_rpt_is_near_record(text, &why);
	if (near != (why != NULL) || (near && record))
		__builtin_trap();
	parse_tls_rpt(a, text, &t);
	if (t.valid && (!record || !t.nrua))
		__builtin_trap();
	for (size_t i = 0; i < t.faults.n; i++)
		if ((size_t)t.faults.item[i].at.at + t.faults.item[i].at.len > text.n)
			__builtin_trap();
}

FUZZ(run)

/* DMARC records, and the report URIs in them. */
#include "fuzz.h"

#include "dmarc.h"

static void check_uris(struct str text, const struct uri *uri, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (uri[i].at.at + uri[i].at.len > text.n)
			__builtin_trap();
}

static void run(struct arena *a, struct str text)
{
	const char *why;
	struct span at;
	struct dmarc d;

	if (dmarc_is_near_record(text, &why, &at) && at.at + at.len > text.n)
		__builtin_trap();
	if (!dmarc_is_record(text))
		return;
	parse_dmarc(a, text, &d);
	check_uris(text, d.rua, d.nrua);
	check_uris(text, d.ruf, d.nruf);
	for (size_t i = 0; i < d.faults.n; i++)
		if (d.faults.item[i].at.at + d.faults.item[i].at.len > text.n)
			__builtin_trap();
	(void)dmarc_policy_tested(&d, dmarc_policy_own(&d));
	(void)dmarc_policy_tested(&d, dmarc_policy_sub(&d, false));
}

FUZZ(run)

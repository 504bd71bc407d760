/* DMARC records: selection, parsing, policies, and the records that mending makes. */
#include "fuzz.h"

#include "dmarc_mend.h"

static void inside(struct str text, struct span at)
{
	if ((size_t)at.at + at.len > text.n)
		__builtin_trap();
}

static void check_uris(struct str text, const struct uri *u, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		inside(text, u[i].at);
		if (u[i].valid ? u[i].why != NULL : u[i].why == NULL || u[i].host)
			__builtin_trap();
	}
}

static void run(struct arena *a, struct str text)
{
	const char *why = NULL;
	struct span at;
	struct dmarc d;

	if (dmarc_is_near_record(text, &why, &at)) {
		inside(text, at);
		if (!why || dmarc_is_record(text))
			__builtin_trap();
		(void)dmarc_mend_near(a, "example.com", text);
	}
	parse_dmarc(a, text, &d);
	for (size_t i = 0; i < d.faults.n; i++)
		inside(text, d.faults.item[i].at);
	check_uris(text, d.rua, d.nrua);
	check_uris(text, d.ruf, d.nruf);
	if (dmarc_policy_own(&d) == DMARC_INVALID || dmarc_policy_sub(&d, true) == DMARC_INVALID ||
	    dmarc_policy_sub(&d, false) == DMARC_INVALID)
		__builtin_trap();
	(void)dmarc_policy_tested(&d, dmarc_policy_own(&d));
	(void)dmarc_policy_tested(&d, dmarc_policy_sub(&d, false));
	why = dmarc_mend(a, "example.com", &d, NULL, 0);
	if (why && !strstr(why, "_dmarc.example.com. IN TXT \"v=DMARC1; p="))
		__builtin_trap();
}

FUZZ(run)

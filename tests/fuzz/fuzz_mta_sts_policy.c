/* MTA-STS policies, and their patterns against names. */
#include "fuzz.h"

#include "mta_sts.h"

static void run(struct arena *a, struct str text)
{
	static const char *const hosts[] = { ".", "com", "mx.example.com", "a.b.example.com",
					     "a\\.b.example.com" };
	struct mta_sts_policy p;

	parse_mta_sts_policy(a, text, &p);
	if (p.valid &&
	    (p.mode == STS_MODE_INVALID || p.max_age_s < 0 || (p.mode != STS_MODE_NONE && !p.nmx)))
		__builtin_trap();
	for (size_t i = 0; i < p.nmx; i++) {
		if (p.mx[i].valid && mta_sts_pattern_fault(str_c(p.mx[i].pattern)))
			__builtin_trap();
		for (size_t k = 0; k < sizeof(hosts) / sizeof(hosts[0]); k++)
			(void)mta_sts_mx_matches(p.mx[i].pattern, hosts[k]);
	}
	for (size_t i = 0; i < p.faults.n; i++)
		if ((size_t)p.faults.item[i].at.at + p.faults.item[i].at.len > text.n)
			__builtin_trap();
}

FUZZ(run)

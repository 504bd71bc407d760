/* Zone files: parsing, and the answers made from what was read. */
#include "fuzz.h"

#include "rrtype.h"
#include "zone.h"

static void run(struct arena *a, struct str text)
{
	static const uint16_t types[] = { RR_A, RR_TXT, RR_MX, RR_CNAME, RR_NS };
	struct zone z;
	struct zone_answer answer;
	const char *err = NULL, **names;
	size_t n;

	if (!parse_zone_text(a, "db.example.net", text, NULL, &z, &err) &&
	    (!err || strchr(err, '\n')))
		__builtin_trap();
	err = NULL;
	if (!parse_zone_text(a, "fuzz", text, "example.com", &z, &err)) {
		if (!err || strchr(err, '\n'))
			__builtin_trap();
		return;
	}
	for (size_t i = 1; i < z.nnode; i++)
		if (str_cmp(z.node[i - 1].key, z.node[i].key) >= 0)
			__builtin_trap();
	zone_senders(a, &z, &names, &n);
	for (size_t i = 0, k; i < n && i < 16; i++) {
		const char **selectors;

		zone_selectors(a, &z, names[i], &selectors, &k);
	}
	zone_may_sign(&z);
	for (size_t i = 0; i < z.n && i < 64; i++)
		for (size_t k = 0; k < sizeof(types) / sizeof(types[0]); k++) {
			zone_lookup(a, &z, z.rr[i].owner, types[k], &answer);
			/* a name that has records exists */
			if (answer.kind == ZONE_NXDOMAIN || answer.kind == ZONE_OUTSIDE)
				__builtin_trap();
		}
}

FUZZ(run)

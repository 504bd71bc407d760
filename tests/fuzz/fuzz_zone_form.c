/* Zones in other forms than BIND's: YAML and JSON of every kind. */
#include "fuzz.h"

#include "rrtype.h"
#include "zone.h"

static void run(struct arena *a, struct str text)
{
	static const uint16_t types[] = { RR_A, RR_TXT, RR_MX, RR_CNAME, RR_NS };
	struct zones all;
	const char *err = NULL;

	if (!parse_zones_text(a, "example.com.yaml", text, NULL, &all, &err)) {
		if (!err || strchr(err, '\n') || all.n)
			__builtin_trap();
		return;
	}
	if (!all.n || all.foreign)
		__builtin_trap();
	for (size_t i = 0; i < all.n && i < 8; i++) {
		const struct zone *z = &all.item[i];
		const char **names;
		size_t n;

		for (size_t k = 0; k < z->n; k++)
			if (!z->rr[k].rr.line || !z->rr[k].rr.file)
				__builtin_trap();
		zone_senders(a, z, &names, &n);
		for (size_t k = 0; k < z->n && k < 32; k++)
			for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
				struct zone_answer answer;

				zone_lookup(a, z, z->rr[k].owner, types[t], &answer);
				if (answer.kind == ZONE_NXDOMAIN || answer.kind == ZONE_OUTSIDE)
					__builtin_trap();
			}
	}
}

FUZZ(run)

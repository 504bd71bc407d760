/* Lists of report destinations, as DMARC and TLS-RPT have them. */
#include "fuzz.h"

#include "name.h"
#include "uri.h"

static void run(struct arena *a, struct str text)
{
	for (int allow_size = 0; allow_size < 2; allow_size++) {
		struct uri *u;
		size_t n;

		parse_uris(a, text, 0, allow_size, &u, &n);
		for (size_t i = 0; i < n; i++) {
			if ((size_t)u[i].at.at + u[i].at.len > text.n)
				__builtin_trap();
			if (u[i].host && (!u[i].valid || !name_labels(u[i].host)))
				__builtin_trap();
			if (!u[i].valid && !u[i].why)
				__builtin_trap();
		}
	}
}

FUZZ(run)

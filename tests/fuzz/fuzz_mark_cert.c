/* Mark certificates: whatever the text, what is said of it is within bounds. */
#include "fuzz.h"

#include "mark_cert.h"

static void run(struct arena *a, struct str text)
{
	struct mark_cert m;

	parse_mark_cert(a, text, &m);
	if (m.n > MARK_CERTS_MAX || m.nname > MARK_NAMES_MAX || (!m.n && !m.fault))
		__builtin_trap();
	for (size_t i = 0; i < m.nname; i++)
		for (const char *p = m.name[i]; *p; p++)
			if (*p <= ' ' || *p > '~')
				__builtin_trap();
}

FUZZ(run)

/* The file of --config: whatever is taken is complete. */
#include "fuzz.h"

#include "settings.h"

static void run(struct arena *a, struct str text)
{
	struct settings s;
	const char *err = NULL;

	if (!settings_read(a, text, &s, &err)) {
		if (!err || !*err)
			__builtin_trap();
		return;
	}
	for (size_t i = 0; i < s.nsuppress; i++)
		if (s.suppress[i].rule >= RULE_COUNT || !s.suppress[i].reason)
			__builtin_trap();
	for (size_t i = 0; i < s.nexpect; i++)
		if (settings_expect(&s, s.expect[i].domain) == NULL)
			__builtin_trap();
}

FUZZ(run)

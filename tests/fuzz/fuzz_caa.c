/* CAA records: rdata as it comes from the wire. */
#include "fuzz.h"

#include "caa.h"

static void run(struct arena *a, struct str rdata)
{
	struct caa c;

	(void)a;
	parse_caa(rdata, &c);
	if (c.valid && (!c.tag.n || c.tag.n + c.value.n + 2 != rdata.n))
		__builtin_trap();
	if (c.issuer.n > c.value.n || (c.issuer.n && c.why))
		__builtin_trap();
}

FUZZ(run)

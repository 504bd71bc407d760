/* Logos: bounded, and what is unpacked is judged as if it had come so. */
#include "fuzz.h"

#include "svg.h"

static void run(struct arena *a, struct str text)
{
	struct svg one, two;

	parse_svg(a, text, &one);
	if (one.text.n > SVG_OCTETS_MAX)
		__builtin_trap();
	for (size_t i = 0; i < one.faults.n; i++)
		for (const char *p = one.faults.item[i].detail; *p; p++)
			if (*p < 0x20 || *p > 0x7e)
				__builtin_trap();
	if (!one.text.n || str_starts(one.text, S("\x1f\x8b")))
		return;
	parse_svg(a, one.text, &two);
	if (two.faults.n != one.faults.n || !str_eq(two.text, one.text))
		__builtin_trap();
}

FUZZ(run)

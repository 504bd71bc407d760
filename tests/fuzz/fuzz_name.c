/* Names: as text, as people type them, and to the wire and back. */
#include "fuzz.h"

#include "name.h"

static void run(struct arena *a, struct str text)
{
	const char *why, *name = name_from_text(a, text);
	uint8_t wire[255], ip[16];
	size_t n;

	(void)name_from_user(a, text, &why);
	(void)ip_parse(text, ip, &n);
	if (!name)
		return;
	n = name_to_wire(name, wire);
	if (!n)
		__builtin_trap();
	struct input in = input_of(wire, n);
	const char *back = name_from_wire(a, &in);

	if (!back || strcmp(back, name) != 0 || in.at != n)
		__builtin_trap();
	if (name_tail(name, name_labels(name)) != name)
		__builtin_trap();
	(void)name_is_host(name);
	(void)name_join(a, "_dmarc", name);
}

FUZZ(run)

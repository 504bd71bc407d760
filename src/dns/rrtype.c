#include "rrtype.h"

static const struct {
	const char *name;
	uint16_t type;
} types[] = {
#define X(name, number) { #name, number },
	RRTYPES(X)
#undef X
};

enum { NTYPES = sizeof(types) / sizeof(types[0]) };

const char *rrtype_name(struct arena *a, uint16_t type)
{
	for (size_t i = 0; i < NTYPES; i++)
		if (types[i].type == type)
			return types[i].name;
	if (type == RR_LINE)
		return "line";
	return arena_printf(a, "TYPE%u", type);
}

uint16_t rrtype_from(struct str name)
{
	uint32_t v;

	for (size_t i = 0; i < NTYPES; i++)
		if (str_eq_ci(name, str_c(types[i].name)))
			return types[i].type;
	if (str_starts_ci(name, S("TYPE")) && str_to_u32(str_from(name, 4), 65535, &v))
		return (uint16_t)v;
	return 0;
}

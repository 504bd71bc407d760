#include "secure.h"

static bool same_source(const struct fact *a, const struct fact *b)
{
	return a->source && b->source ? strcmp(a->source, b->source) == 0 : a->source == b->source;
}

enum secure secure_of(struct look *l, const struct fact *f)
{
	const struct fact *root;

	if (fact_is_open(f))
		return SECURE_OPEN;
	if (f->kind != ASK_DNS || f->state == FACT_LOST || f->zone)
		return SECURE_UNKNOWN;
	if (f->ad)
		return SECURE_YES;
	root = look_dns(l, RR_SOA, ".");
	if (fact_is_open(root))
		return SECURE_OPEN;
	return root->state == FACT_SOME && root->ad && same_source(root, f) ? SECURE_NO
									    : SECURE_UNKNOWN;
}

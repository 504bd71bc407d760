/* SPF records that authorize everybody (RFC 7208 5.1, 5.6). */
#include "spf_walk.h"

static bool covers_all(const struct spf_term *t)
{
	return t->qualifier == '+' && !t->faulty &&
	       ((t->kind == SPF_IP4 && t->cidr4 == 0) || (t->kind == SPF_IP6 && t->cidr6 == 0) ||
		((t->kind == SPF_A || t->kind == SPF_MX) && (t->cidr4 == 0 || t->cidr6 == 0)));
}

/* Half of all addresses of a family: which half? */
static int half_of(const struct spf_term *t)
{
	bool half = t->qualifier == '+' && ((t->kind == SPF_IP4 && t->cidr4 == 1) ||
					    (t->kind == SPF_IP6 && t->cidr6 == 1));

	return half ? (t->kind == SPF_IP6 ? 2 : 0) + (t->ip[0] >> 7) : -1;
}

bool spf_passes_all(const struct spf *spf, const struct spf_term **which)
{
	bool half[4] = { false };

	for (size_t i = 0; i < spf->n; i++) {
		const struct spf_term *t = &spf->term[i];
		int h;

		*which = t;
		if (t->faulty)
			continue;
		if (t->kind == SPF_ALL)
			return t->qualifier == '+';
		if (covers_all(t))
			return true;
		h = half_of(t);
		if (h < 0)
			continue;
		half[h] = true;
		if (half[h ^ 1])
			return true;
	}
	return false;
}

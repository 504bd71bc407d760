/* SPF records that authorize everybody (RFC 7208 5.1, 5.6). */
#include "spf_walk.h"

static bool covers_all(const struct spf_term *t)
{
	return t->qualifier == '+' && !t->faulty &&
	       ((t->kind == SPF_IP4 && t->cidr4 == 0) || (t->kind == SPF_IP6 && t->cidr6 == 0) ||
		((t->kind == SPF_A || t->kind == SPF_MX) && (t->cidr4 == 0 || t->cidr6 == 0)));
}

bool spf_passes_all(const struct spf *spf, const struct spf_term **which)
{
	bool low = false, high = false;

	for (size_t i = 0; i < spf->n; i++) {
		const struct spf_term *t = &spf->term[i];

		*which = t;
		if (t->faulty)
			continue;
		if (t->kind == SPF_ALL)
			return t->qualifier == '+';
		if (covers_all(t))
			return true;
		if (t->kind == SPF_IP4 && t->cidr4 == 1 && t->qualifier == '+') {
			*(t->ip[0] & 0x80 ? &high : &low) = true;
			if (low && high)
				return true;
		}
	}
	return false;
}

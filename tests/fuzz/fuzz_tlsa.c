/* TLSA rdata. */
#include "fuzz.h"

#include "tlsa.h"

static void run(struct arena *a, struct str text)
{
	static const uint8_t zero[64];
	uint8_t hash[64];
	struct tlsa t;

	parse_tlsa(a, text, &t);
	if (t.data.n > text.n || (t.usable && (t.fault || t.usage < TLSA_DANE_TA)))
		__builtin_trap();
	if (t.fault)
		return;
	if (tlsa_is_of(&t, zero, zero))
		__builtin_trap(); /* a hash that is not known is nobody's */
	/* its own data is what it matches, and nothing else is */
	for (size_t i = 0; i < sizeof(hash); i++)
		hash[i] = t.matching == 0 ? t.sha256[i % 32] : (uint8_t)t.data.p[i % t.data.n];
	if (memcmp(hash, zero, 32) != 0 && memcmp(hash, zero, 64) != 0 &&
	    !tlsa_is_of(&t, hash, hash))
		__builtin_trap();
	hash[0] ^= 1;
	if (tlsa_is_of(&t, hash, hash))
		__builtin_trap();
}

FUZZ(run)

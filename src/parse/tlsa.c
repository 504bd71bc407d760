/* TLSA records. Layer: parse. */
#include "tlsa.h"

#include <openssl/evp.h>
#include <string.h>

static const char *fault_of(struct arena *a, const struct tlsa *t)
{
	size_t want = t->matching == 1 ? 32 : 64;

	if (t->usage > TLSA_DANE_EE)
		return arena_printf(a, "there is no usage %u", t->usage);
	if (t->selector > 1)
		return arena_printf(a, "there is no selector %u", t->selector);
	if (t->matching > 2)
		return arena_printf(a, "there is no matching type %u", t->matching);
	if (t->matching && t->data.n != want)
		return arena_printf(a, "%s is %zu octets long, and here are %zu",
				    t->matching == 1 ? "SHA-256" : "SHA-512", want, t->data.n);
	/* a certificate and a key are both a SEQUENCE in DER */
	if (!t->matching && (!t->data.n || t->data.p[0] != 0x30))
		return t->selector ? "its data is no public key" : "its data is no certificate";
	return NULL;
}

void parse_tlsa(struct arena *a, struct str rdata, struct tlsa *out)
{
	*out = (struct tlsa){ 0 };
	if (rdata.n < 3) {
		out->fault = "it is too short to be a record";
		return;
	}
	out->usage = (uint8_t)rdata.p[0];
	out->selector = (uint8_t)rdata.p[1];
	out->matching = (uint8_t)rdata.p[2];
	out->data = str_from(rdata, 3);
	out->fault = fault_of(a, out);
	out->usable = !out->fault && out->usage >= TLSA_DANE_TA;
	if (!out->fault && !out->matching &&
	    !EVP_Digest(out->data.p, out->data.n, out->sha256, NULL, EVP_sha256(), NULL))
		memset(out->sha256, 0, sizeof(out->sha256));
}

bool tlsa_is_of(const struct tlsa *t, const uint8_t sha256[32], const uint8_t sha512[64])
{
	static const uint8_t none[64];

	/* a hash that is not known is all zeros */
	switch (t->matching) {
	case 0: return memcmp(sha256, none, 32) != 0 && memcmp(t->sha256, sha256, 32) == 0;
	case 1: return memcmp(sha256, none, 32) != 0 && memcmp(t->data.p, sha256, 32) == 0;
	default: return memcmp(sha512, none, 64) != 0 && memcmp(t->data.p, sha512, 64) == 0;
	}
}

/* What p= of a DKIM key record holds, judged by k= (RFC 6376 3.6.1, RFC 8301 3.2, RFC 8463 4). */
#include "dkim_key.h"

static void fault(struct arena *a, struct dkim_key *key, enum dkim_fault code, const char *detail)
{
	dkim_fault_add(a, key, code, key->p->value_at, detail);
}

/* Public halves whose private halves are printed in an RFC. */
static const struct {
	const char *p;
	const char *where;
} known_keys[] = {
	{ "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDwIRP/UC3SBsEmGqZ9ZJW3/DkMoGeLnQg1fWn7/zYtIxN2SnFCjxOCKG9v"
	  "3b4jYfcTNh5ijSsq631uBItLa7od+v/RtdC2UzJ1lWT947qR+Rcac2gbto/NMqJ0fzfVjH4OuKhitdY9tf6mcwGjaNBcWToI"
	  "MmPSPDdQPNUYckcQ2QIDAQAB",
	  "RFC 6376 appendix C" },
	{ "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi"
	  "0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G"
	  "+2kryOTIKT+l/K4w3QIDAQAB",
	  "RFC 8463 appendix A.3" },
	{ "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", "RFC 8463 appendix A.2" },
};

static void check_known(struct arena *a, struct dkim_key *key, const struct dkim_base64 *b)
{
	for (size_t i = 0; i < sizeof(known_keys) / sizeof(known_keys[0]); i++) {
		struct str k = str_c(known_keys[i].p);

		/* three octets stand in four characters: a cheap look at the length before anything
		 * is compared */
		if (b->n > k.n || b->n * 4 / 3 + 4 < k.n ||
		    strcmp(dkim_base64_write(a, b->p, b->n), k.p) != 0)
			continue;
		fault(a, key, DKIM_FAULT_P_KNOWN,
		      arena_printf(a, "its private half is printed in %s", known_keys[i].where));
	}
}

static void read_ed25519(struct arena *a, struct dkim_key *key, const struct dkim_base64 *b)
{
	struct dkim_der der;

	if (b->n == DKIM_ED25519_OCTETS) {
		key->bits = 256;
		if (b->unpadded)
			fault(a, key, DKIM_FAULT_P_PADDING,
			      "the \"=\" at the end of p= is missing");
		return;
	}
	dkim_der_read(b->p, b->n, &der);
	if (der.kind == DKIM_DER_PRIVATE)
		fault(a, key, DKIM_FAULT_P_PRIVATE, "p= holds a private key");
	else if (der.kind == DKIM_DER_RSA || der.kind == DKIM_DER_RSA_BARE)
		fault(a, key, DKIM_FAULT_P_MISMATCH, "k=ed25519, but p= holds an RSA key");
	else if (der.kind == DKIM_DER_OTHER)
		fault(a, key, DKIM_FAULT_P_MISMATCH,
		      arena_printf(a, "k=ed25519, but p= holds %s", der.other));
	else if (der.kind == DKIM_DER_ED25519 && !der.truncated)
		fault(a, key, DKIM_FAULT_ED25519_LEN,
		      arena_printf(
			      a,
			      "%zu octets, 32 wanted: the key stands in a SubjectPublicKeyInfo, which has no "
			      "place here",
			      b->n));
	else
		fault(a, key, DKIM_FAULT_ED25519_LEN,
		      arena_printf(a, "%zu octets, 32 wanted", b->n));
}

/* p= of k=rsa that holds no RSA key. */
static void no_rsa(struct arena *a, struct dkim_key *key, const struct dkim_base64 *b,
		   const struct dkim_der *der)
{
	if (der->kind == DKIM_DER_PRIVATE)
		fault(a, key, DKIM_FAULT_P_PRIVATE, "p= holds a private key");
	else if (der->kind == DKIM_DER_ED25519)
		fault(a, key, DKIM_FAULT_P_MISMATCH,
		      "p= holds an Ed25519 key, but the key type is rsa");
	else if (der->kind == DKIM_DER_OTHER)
		fault(a, key, DKIM_FAULT_P_MISMATCH,
		      arena_printf(a, "p= holds %s, but the key type is rsa", der->other));
	else if (der->kind == DKIM_DER_CERTIFICATE)
		fault(a, key, DKIM_FAULT_P_DER,
		      "p= holds an X.509 certificate, not its public key");
	else if (b->n == DKIM_ED25519_OCTETS)
		fault(a, key, DKIM_FAULT_P_MISMATCH,
		      "p= holds 32 octets, as an Ed25519 key has, but k=ed25519 is missing");
	else if (str_starts((struct str){ (const char *)b->p, b->n }, S("-----BEGIN")))
		fault(a, key, DKIM_FAULT_P_PEM, "a whole PEM file was base64-encoded once more");
	else
		fault(a, key, DKIM_FAULT_P_DER,
		      arena_printf(a, "the %zu octets in p= are no public key", b->n));
}

static const char *exponent_text(struct arena *a, const struct dkim_der *der)
{
	if (der->exponent_bits <= 64)
		return arena_printf(a, "the public exponent is %llu",
				    (unsigned long long)der->exponent);
	return arena_printf(a, "the public exponent is %s, and has %u bits",
			    der->exponent_bad ? "even" : "odd", der->exponent_bits);
}

static void check_rsa_numbers(struct arena *a, struct dkim_key *key, const struct dkim_der *der)
{
	if (der->even)
		fault(a, key, DKIM_FAULT_P_DER, "its modulus is even, which no RSA modulus is");
	if (der->exponent_bad)
		fault(a, key, DKIM_FAULT_RSA_EXPONENT, exponent_text(a, der));
	else if (der->exponent_rare)
		fault(a, key, DKIM_FAULT_RSA_EXPONENT_RARE, exponent_text(a, der));
	if (der->roca)
		fault(a, key, DKIM_FAULT_RSA_ROCA,
		      "the modulus has the mark of the Infineon library");
}

static void read_rsa(struct arena *a, struct dkim_key *key, const struct dkim_base64 *b)
{
	struct dkim_der der;

	dkim_der_read(b->p, b->n, &der);
	if (der.kind != DKIM_DER_RSA && der.kind != DKIM_DER_RSA_BARE) {
		no_rsa(a, key, b, &der);
		return;
	}
	key->bits = der.bits;
	if (der.truncated) {
		fault(a, key, DKIM_FAULT_P_TRUNCATED,
		      arena_printf(a, "%zu octets of %zu are there", b->n, der.said));
		return;
	}
	if (!der.key && der.bits <= DKIM_RSA_BITS_MAX)
		fault(a, key, DKIM_FAULT_P_DER,
		      "it has the frame of an RSA key, but OpenSSL finds no key in it");
	if (der.trailing)
		fault(a, key, DKIM_FAULT_P_TRAILING,
		      arena_printf(a, "the key ends after %zu octets, and %zu more follow",
				   der.said, der.trailing));
	if (b->ragged)
		fault(a, key, DKIM_FAULT_P_BASE64,
		      "there is one character too many, or some are missing, at its end");
	else if (b->unpadded)
		fault(a, key, DKIM_FAULT_P_PADDING, "\"=\" is missing at the end of p=");
	if (der.kind == DKIM_DER_RSA_BARE)
		fault(a, key, DKIM_FAULT_P_PKCS1,
		      "it begins with the modulus, without the SubjectPublicKeyInfo around it");
	check_rsa_numbers(a, key, &der);
}

void dkim_read_p(struct arena *a, struct dkim_key *key)
{
	const struct tag *p = key->p;
	ptrdiff_t pem, quote;
	struct dkim_base64 b;

	if (!p->value.n) {
		key->revoked = true;
		return;
	}
	pem = str_find_str(p->value, S("-----BEGIN"));
	if (pem >= 0) {
		dkim_fault_add(a, key, DKIM_FAULT_P_PEM,
			       (struct span){ p->value_at.at + (uint32_t)pem, 10 },
			       "the PEM armour belongs to the file, not to the record");
		return;
	}
	quote = str_find(p->value, '"');
	if (quote < 0)
		quote = str_find(p->value, '\\');
	if (quote >= 0) {
		dkim_fault_add(a, key, DKIM_FAULT_P_QUOTE,
			       (struct span){ p->value_at.at + (uint32_t)quote, 1 },
			       p->value.p[quote] == '"' ? "a quotation mark stands in p="
							: "a backslash stands in p=");
		return;
	}
	dkim_base64_read(a, p->value, &b);
	if (b.bad.len) {
		dkim_fault_add(a, key, DKIM_FAULT_P_BASE64,
			       (struct span){ p->value_at.at + b.bad.at, b.bad.len }, b.why);
		return;
	}
	if (key->type == DKIM_ED25519)
		read_ed25519(a, key, &b);
	else if (key->type == DKIM_RSA)
		read_rsa(a, key, &b);
	if (key->type != DKIM_OTHER)
		check_known(a, key, &b);
}

/* The framing of the key in p=: base64 (RFC 6376 2.10, 3.6.1) and the headers of DER
 * (X.690 8.1, 10.1; RFC 5280 4.1, RFC 8017 A.1.1). */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "dkim_key.h"
#include "input.h"

/* ---- base64 ---- */

static int sextet(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

static bool is_fws(char c)
{
	return is_wsp(c) || c == '\r' || c == '\n';
}

/* Says what is wrong at `at`, and how far it goes: the run of octets of the same sort. */
static void bad_octets(struct str text, size_t at, struct dkim_base64 *out)
{
	unsigned char c = (unsigned char)text.p[at];
	size_t end = at + 1;

	if (c == '-' || c == '_')
		out->why =
			"\"-\" and \"_\" belong to the URL-safe alphabet; DKIM wants \"+\" and \"/\"";
	else if (c == '"' || c == '\\')
		out->why =
			"quotation marks or backslashes that belong to a zone file became part of the record";
	else if (c == '=')
		out->why = "there is text behind the closing \"=\"";
	else if (c >= 0x80 || c < 0x20 || c == 0x7f)
		out->why =
			"an octet that is no printable ASCII, such as a non-breaking space from a web page";
	else
		out->why = "a character that is not in the base64 alphabet";
	while (end < text.n && c >= 0x80 && (unsigned char)text.p[end] >= 0x80)
		end++;
	out->bad = (struct span){ (uint32_t)at, (uint32_t)(end - at) };
}

/* The "=" signs at the end, blanks between them allowed. `quantum` is how many characters came
 * since the last whole four. */
static void read_padding(struct str text, size_t at, unsigned quantum, struct dkim_base64 *out)
{
	size_t first = at;
	unsigned n = 0;

	for (; at < text.n; at++) {
		if (is_fws(text.p[at]))
			continue;
		if (text.p[at] != '=') {
			bad_octets(text, first, out);
			return;
		}
		n++;
	}
	if (quantum == 0 || n > 4 - quantum) {
		bad_octets(text, first, out);
		out->why = "there are more \"=\" at the end than belong there";
	} else {
		out->unpadded = n < 4 - quantum && quantum != 1;
	}
}

void dkim_base64_read(struct arena *a, struct str text, struct dkim_base64 *out)
{
	uint8_t *to = arena_alloc(a, text.n / 4 * 3 + 3);
	uint32_t bits = 0;
	unsigned quantum = 0;

	*out = (struct dkim_base64){ .p = to };
	for (size_t i = 0; i < text.n; i++) {
		int v = sextet(text.p[i]);

		if (is_fws(text.p[i]))
			continue;
		if (text.p[i] == '=') {
			out->ragged = quantum == 1;
			read_padding(text, i, quantum, out);
			return;
		}
		if (v < 0) {
			bad_octets(text, i, out);
			return;
		}
		bits = bits << 6 | (uint32_t)v;
		quantum = (quantum + 1) % 4;
		if (quantum != 1)
			to[out->n++] = (uint8_t)(bits >> (quantum == 2 ? 4 : quantum == 3 ? 2 : 0));
	}
	out->ragged = quantum == 1;
	out->unpadded = quantum > 1;
}

const char *dkim_base64_write(struct arena *a, const uint8_t *p, size_t n)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char *out = arena_alloc(a, n / 3 * 4 + 5);
	size_t k = 0;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) |
			     (i + 2 < n ? p[i + 2] : 0U);

		out[k++] = alphabet[v >> 18];
		out[k++] = alphabet[v >> 12 & 63];
		out[k++] = i + 1 < n ? alphabet[v >> 6 & 63] : '=';
		out[k++] = i + 2 < n ? alphabet[v & 63] : '=';
	}
	return out;
}

/* ---- DER headers ---- */

enum { DER_INTEGER = 0x02, DER_BIT_STRING = 0x03, DER_OID = 0x06, DER_SEQUENCE = 0x30 };

/* Tag and length of what stands at the cursor. False when there is no header, or its length is
 * written in more than four octets. */
static bool der_head(struct input *in, uint8_t *tag, size_t *len)
{
	unsigned n;

	*tag = input_u8(in);
	*len = input_u8(in);
	n = (unsigned)*len & 0x7f;
	if (*len < 0x80)
		return !in->bad;
	if (n == 0 || n > 4)
		return false;
	for (*len = 0; n > 0; n--)
		*len = *len << 8 | input_u8(in);
	return !in->bad;
}

/* The algorithms of a SubjectPublicKeyInfo that people are known to publish; the octets are the
 * OID's. */
static const struct {
	const char *oid;
	size_t n;
	enum dkim_der_kind kind;
	const char *other;
} algorithms[] = {
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", 9, DKIM_DER_RSA, NULL },
	{ "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", 9, DKIM_DER_OTHER,
	  "an RSA key that is bound to RSASSA-PSS" },
	{ "\x2b\x65\x70", 3, DKIM_DER_ED25519, NULL },
	{ "\x2b\x65\x71", 3, DKIM_DER_OTHER, "an Ed448 key" },
	{ "\x2b\x65\x6e", 3, DKIM_DER_OTHER, "an X25519 key, which cannot sign" },
	{ "\x2a\x86\x48\xce\x3d\x02\x01", 7, DKIM_DER_OTHER, "an elliptic-curve (ECDSA) key" },
	{ "\x2a\x86\x48\xce\x38\x04\x01", 7, DKIM_DER_OTHER, "a DSA key" },
};

static void read_algorithm(struct str oid, struct dkim_der *out)
{
	out->kind = DKIM_DER_OTHER;
	out->other = "a key of a kind that DKIM does not know";
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		if (str_eq(oid, (struct str){ algorithms[i].oid, algorithms[i].n })) {
			out->kind = algorithms[i].kind;
			out->other = algorithms[i].other;
		}
	}
}

/* The modulus at the cursor, as far as it is there. */
static void read_modulus(struct input *in, struct str *modulus, struct dkim_der *out)
{
	uint8_t tag;
	size_t len, said;

	if (!der_head(in, &tag, &len) || tag != DER_INTEGER)
		return;
	said = len;
	*modulus = input_take(in, len < input_left(in) ? len : input_left(in));
	while (modulus->n && modulus->p[0] == 0) {
		*modulus = str_from(*modulus, 1);
		said--;
	}
	if (!modulus->n || said > UINT32_MAX / 8)
		return;
	out->bits = (unsigned)said * 8;
	for (unsigned top = (unsigned char)modulus->p[0]; top < 0x80; top <<= 1)
		out->bits--;
}

/* The RSAPublicKey in the BIT STRING at the cursor. It must fill the BIT STRING, and that the rest.
 */
static void read_bit_string(struct input *in, struct str *bare, struct str *modulus,
			    struct dkim_der *out)
{
	uint8_t tag;
	size_t len, from;
	bool fills;

	if (!der_head(in, &tag, &len) || tag != DER_BIT_STRING)
		return;
	fills = len == input_left(in);
	if (input_u8(in) != 0)
		return;
	from = in->at;
	if (!der_head(in, &tag, &len) || tag != DER_SEQUENCE)
		return;
	if (fills && len == input_left(in))
		*bare = (struct str){ (const char *)in->base + from, in->len - from };
	read_modulus(in, modulus, out);
}

/* What follows the header of the outermost SEQUENCE. `bare` becomes the RSAPublicKey, when all of
 * it is there. */
static void read_inside(struct input *in, struct str *bare, struct str *modulus,
			struct dkim_der *out)
{
	struct input look = *in;
	uint8_t tag;
	size_t len;

	if (!der_head(&look, &tag, &len))
		return;
	if (tag == DER_INTEGER) {
		/* RSAPublicKey begins with the modulus; private keys, PKCS #1 and PKCS #8, with a
		 * version of 0 or 1 */
		out->kind = len == 1 ? DKIM_DER_PRIVATE : DKIM_DER_RSA_BARE;
		*bare = (struct str){ (const char *)in->base, in->len };
		if (out->kind == DKIM_DER_RSA_BARE)
			read_modulus(in, modulus, out);
		return;
	}
	if (tag != DER_SEQUENCE)
		return;
	in->at = look.at + (len < input_left(&look) ? len : input_left(&look));
	if (!der_head(&look, &tag, &len))
		return;
	if (tag != DER_OID) {
		/* tbsCertificate begins with [0] version, or with a serial number */
		out->kind = tag == 0xa0 || tag == DER_INTEGER ? DKIM_DER_CERTIFICATE
							      : DKIM_DER_NONE;
		return;
	}
	read_algorithm(input_take(&look, len < input_left(&look) ? len : input_left(&look)), out);
	if (out->kind == DKIM_DER_RSA)
		read_bit_string(in, bare, modulus, out);
}

/* ---- the numbers of an RSA key ---- */

static unsigned remainder_of(struct str big, unsigned p)
{
	unsigned r = 0;

	for (size_t i = 0; i < big.n; i++)
		r = (r << 8 | (unsigned char)big.p[i]) % p;
	return r;
}

/* Moduli made by the Infineon library are powers of 65537 modulo every small prime (Nemec et al.,
 * "The Return of Coppersmith's Attack", 2017); one of other origin is that for all of these primes
 * only by an extreme chance. */
static bool has_roca_mark(struct str modulus)
{
	static const uint8_t primes[] = {
		3,   5,   7,   11,  13,  17,  19,  23,  29,  31,  37,  41,  43,
		47,  53,  59,  61,  67,  71,  73,  79,  83,  89,  97,  101, 103,
		107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
	};

	for (size_t i = 0; i < sizeof(primes); i++) {
		unsigned p = primes[i], r = remainder_of(modulus, p), power = 1;
		bool is_power = false;

		for (unsigned k = 0; k < p - 1 && !is_power; k++) {
			is_power = power == r;
			power = power * (65537 % p) % p;
		}
		if (!is_power)
			return false;
	}
	return true;
}

static void read_large_exponent(const EVP_PKEY *pkey, struct dkim_der *out)
{
	BIGNUM *e = NULL;

	if (EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_E, &e)) {
		out->exponent_bits = (unsigned)BN_num_bits(e);
		out->exponent_bad = !BN_is_odd(e);
		out->exponent_rare = !out->exponent_bad;
	}
	BN_free(e);
}

/* Nearly every exponent fits into 64 bits. As a BIGNUM, OpenSSL makes it 2048 octets long first. */
static void read_exponent(const EVP_PKEY *pkey, struct dkim_der *out)
{
	uint64_t e = 0;
	OSSL_PARAM params[] = { OSSL_PARAM_construct_uint64(OSSL_PKEY_PARAM_RSA_E, &e),
				OSSL_PARAM_construct_end() };

	if (!EVP_PKEY_get_params(pkey, params)) {
		read_large_exponent(pkey, out);
		return;
	}
	out->exponent = e;
	for (uint64_t left = e; left; left >>= 1)
		out->exponent_bits++;
	out->exponent_bad = e % 2 == 0 || e == 1;
	out->exponent_rare = !out->exponent_bad && e != 3 && e != 17 && e != 257 && e != 65537;
}

/* OpenSSL is given the RSAPublicKey itself: looking for the kind of key in a SubjectPublicKeyInfo
 * takes it ten times as long. Nothing is taken from an arena in here: its way out of a shortage
 * would leave the key behind. */
static void ask_openssl(struct str bare, struct dkim_der *out)
{
	const unsigned char *at = (const unsigned char *)bare.p;
	EVP_PKEY *pkey;

	ERR_set_mark();
	pkey = d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)bare.n);
	if (pkey && EVP_PKEY_get_bits(pkey) > 0) {
		out->key = true;
		out->bits = (unsigned)EVP_PKEY_get_bits(pkey);
		read_exponent(pkey, out);
	}
	EVP_PKEY_free(pkey);
	ERR_pop_to_mark();
}

void dkim_der_read(const uint8_t *p, size_t n, struct dkim_der *out)
{
	struct input in = input_of(p, n);
	struct str bare = { NULL, 0 }, modulus = { NULL, 0 };
	uint8_t tag;
	size_t len;

	*out = (struct dkim_der){ .kind = DKIM_DER_NONE };
	if (!der_head(&in, &tag, &len) || tag != DER_SEQUENCE)
		return;
	out->said = in.at + len;
	out->truncated = out->said > n;
	out->trailing = out->said < n ? n - out->said : 0;
	if (out->trailing)
		in.len = out->said;
	read_inside(&in, &bare, &modulus, out);
	if (out->truncated || (out->kind != DKIM_DER_RSA && out->kind != DKIM_DER_RSA_BARE))
		return;
	if (!bare.n || out->bits > DKIM_RSA_BITS_MAX || bare.n > DKIM_RSA_BITS_MAX / 8 * 2 + 64)
		return;
	ask_openssl(bare, out);
	if (out->key && modulus.n) {
		out->even = !(modulus.p[modulus.n - 1] & 1);
		out->roca = !out->even && has_roca_mark(modulus);
	}
}

/* ---- mending ---- */

/* The header of an element of n octets (at most 65535), at out; returns how long it is. */
static size_t der_put_head(uint8_t *out, uint8_t tag, size_t n)
{
	size_t k = 0;

	out[k++] = tag;
	if (n >= 0x100) {
		out[k++] = 0x82;
		out[k++] = (uint8_t)(n >> 8);
	} else if (n >= 0x80) {
		out[k++] = 0x81;
	}
	out[k++] = (uint8_t)n;
	return k;
}

const char *dkim_spki_of_bare(struct arena *a, const uint8_t *p, size_t n)
{
	static const uint8_t rsa[] = { 0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86,
				       0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00 };
	uint8_t head[2][4];
	size_t inner, outer, k = 0;
	uint8_t *out;

	if (n > 0xff00)
		return NULL;
	inner = der_put_head(head[1], DER_BIT_STRING, n + 1);
	outer = der_put_head(head[0], DER_SEQUENCE, sizeof(rsa) + inner + 1 + n);
	out = arena_alloc(a, outer + sizeof(rsa) + inner + 1 + n);
	memcpy(out, head[0], outer);
	k += outer;
	memcpy(out + k, rsa, sizeof(rsa));
	k += sizeof(rsa);
	memcpy(out + k, head[1], inner);
	k += inner + 1; /* no unused bits */
	memcpy(out + k, p, n);
	return dkim_base64_write(a, out, k + n);
}

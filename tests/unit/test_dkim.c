/* DKIM key records: what is a key, what is wrong with it and where, and how strong it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "dkim_key.h"
#include "dkim_run.h"

#define RSA_2048 \
	"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAtQ4ZjsPUj4js1kW9msA4rnoTBDk4vOpsuT/8RhiKE7mf" \
	"BFbJaIYH5flXBS4ULGYMPl/z0LSPP1TfPIaYY6EtbzakP2z94OR8knEj4IwSnzPdOcaJjj6izyOc+YG2YZPkGqyq" \
	"u/PkeJZuU3Kk5uRJdnJ9nuInUh4zNnxIhp2zKBv8gymUQy0fG3BGjzILVdDYJPDaDnRb4nUEgzmlyQGIaTaWDwlz" \
	"XCEyU2ZQxsYQMn0rVy40W6r4rIzs15gHgpbxXeiwU5/W3h+ltulW73uPVpOjtioGPxNYsRFdyGSRY2rtUKcGrwSe" \
	"FYnfwhUs3cy7aNrERAgNQM5ewhyU3VKs3QIDAQAB"
#define ED25519 "NX5UsIqMbbUGnjp6UV5tzHyy0ozm3l7anI8vR7N0a9A="

static int arena_up(void **state)
{
	static struct arena a;

	arena_init(&a, 64u << 20);
	*state = &a;
	return 0;
}

static int arena_down(void **state)
{
	arena_free(*state);
	return 0;
}

/* ---- keys made for the test ---- */

static size_t put_head(uint8_t *to, uint8_t tag, size_t n)
{
	to[0] = tag;
	to[1] = 0x83;
	to[2] = (uint8_t)(n >> 16);
	to[3] = (uint8_t)(n >> 8);
	to[4] = (uint8_t)n;
	if (n < 0x80) {
		to[1] = (uint8_t)n;
		return 2;
	}
	if (n < 0x100) {
		to[1] = 0x81;
		to[2] = (uint8_t)n;
		return 3;
	}
	if (n < 0x10000) {
		to[1] = 0x82;
		to[2] = (uint8_t)(n >> 8);
		to[3] = (uint8_t)n;
		return 4;
	}
	return 5;
}

static size_t put_integer(uint8_t *to, const uint8_t *p, size_t n)
{
	size_t pad = p[0] >= 0x80, k = put_head(to, 0x02, n + pad);

	to[k] = 0;
	memcpy(to + k + pad, p, n);
	return k + pad + n;
}

/* RSAPublicKey with a modulus of just so many bits. Nobody looks at whether it is a product of
 * primes. */
static uint8_t *bare_key(struct arena *a, unsigned bits, uint64_t e, size_t *n)
{
	size_t octets = (bits + 7) / 8, k, m = 0;
	uint8_t *modulus = arena_alloc(a, octets), *body = arena_alloc(a, octets + 64), exponent[8];
	uint8_t *out = arena_alloc(a, octets + 64);

	for (size_t i = 0; i < octets; i++)
		modulus[i] = (uint8_t)(i * 37 + 11);
	modulus[0] = (uint8_t)(1u << (bits - 1) % 8);
	modulus[octets - 1] |= 1;
	for (size_t i = 0; i < 8; i++)
		exponent[i] = (uint8_t)(e >> (56 - 8 * i));
	while (m < 7 && exponent[m] == 0)
		m++;
	k = put_integer(body, modulus, octets);
	k += put_integer(body + k, exponent + m, 8 - m);
	m = put_head(out, 0x30, k);
	memcpy(out + m, body, k);
	*n = m + k;
	return out;
}

static struct str rsa_record(struct arena *a, unsigned bits, uint64_t e)
{
	size_t n;
	uint8_t *bare = bare_key(a, bits, e, &n);

	return str_c(arena_printf(a, "v=DKIM1; p=%s", dkim_spki_of_bare(a, bare, n)));
}

static void parse(struct arena *a, const char *text, struct dkim_key *key)
{
	/* a copy of just this size, so that a read past its end is seen */
	parse_dkim(a, (struct str){ arena_strndup(a, text, strlen(text)), strlen(text) }, key);
}

static const struct fault *fault_of(const struct dkim_key *key, enum dkim_fault code)
{
	for (size_t i = 0; i < key->faults.n; i++)
		if (key->faults.item[i].code == (int)code)
			return &key->faults.item[i];
	return NULL;
}

/* ---- base64 ---- */

static void base64(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		bool unpadded, ragged;
		uint32_t bad_at, bad_len;
	} cases[] = {
		{ "", 0, false, false, 0, 0 },
		{ "QUJD", 3, false, false, 0, 0 },
		{ "QUI=", 2, false, false, 0, 0 },
		{ "QQ==", 1, false, false, 0, 0 },
		{ "QU\r\n\tJ D", 3, false, false, 0, 0 },
		{ "QQ = = ", 1, false, false, 0, 0 },
		{ "QUI", 2, true, false, 0, 0 },
		{ "QQ", 1, true, false, 0, 0 },
		{ "QQ=", 1, true, false, 0, 0 },
		{ "Q", 0, false, true, 0, 0 },
		{ "QUJDQ", 3, false, true, 0, 0 },
		{ "QUJD=", 3, false, false, 4, 1 },
		{ "QUI==", 2, false, false, 3, 1 },
		{ "QQ==QQ==", 1, false, false, 2, 1 },
		{ "QU!D", 1, false, false, 2, 1 },
		{ "QU-D", 1, false, false, 2, 1 },
		{ "QU\xc2\xa0JD", 1, false, false, 2, 2 },
		{ "\"QUJD\"", 0, false, false, 0, 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dkim_base64 b;

		dkim_base64_read(*state, str_c(cases[i].text), &b);
		if (b.n != cases[i].n || b.unpadded != cases[i].unpadded ||
		    b.ragged != cases[i].ragged || b.bad.at != cases[i].bad_at ||
		    b.bad.len != cases[i].bad_len || !b.why != !b.bad.len)
			fail_msg("\"%s\": %zu octets, unpadded %d, ragged %d, bad %u+%u",
				 cases[i].text, b.n, b.unpadded, b.ragged, b.bad.at, b.bad.len);
	}
}

static void base64_and_back(void **state)
{
	uint8_t octets[67];

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 101 + 7);
	for (size_t n = 0; n <= sizeof(octets); n++) {
		struct dkim_base64 b;

		dkim_base64_read(*state, str_c(dkim_base64_write(*state, octets, n)), &b);
		assert_int_equal(b.n, n);
		assert_false(b.unpadded || b.ragged || b.bad.len);
		assert_memory_equal(b.p, octets, n);
	}
}

/* ---- is it a key? ---- */

static void is_key(void **state)
{
	static const char *const keys[] = {
		"v=DKIM1; k=rsa; p=" RSA_2048,
		"p=" RSA_2048,
		"k=rsa; p=" RSA_2048,
		"p=MIGf",
		"p=",
		"v=DKIM1; p=",
		"V=dkim1",
		"v=DKIM1",
		" v = DKIM1 ; p = ",
		"\"v=DKIM1; k=rsa; p=AAAA\"",
		"v=DKIM2; p=x",
		"k=ed25519; p=" ED25519,
		"k=rsa p=MIGf",
		"k=rsa",
		"t=s; k=rsa; n=x; p=AAAA",
	};
	static const char *const others[] = {
		"",
		";",
		"v=spf1 include:example.net -all",
		"v=DMARC1; p=reject",
		"v=STSv1; id=1",
		"google-site-verification=p",
		"see https://example.com/?p=1",
		"p=1",
		"step=1; p=2",
		"k=v",
		"o=~; r=postmaster@example.com",
		"t=y; o=~",
		"MS=ms12345678",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (!dkim_is_key(str_c(keys[i])))
			fail_msg("\"%s\" is a key", keys[i]);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (dkim_is_key(str_c(others[i])))
			fail_msg("\"%s\" is no key", others[i]);
}

/* ---- faults and their places ---- */

#define NONE (-1)

static void faults(void **state)
{
	static const struct {
		const char *text;
		int fault;
		const char *marked; /* NULL: the whole record */
		bool usable;
	} cases[] = {
		{ "v=DKIM1; k=rsa; p=" RSA_2048, NONE, "", true },
		{ "v=DKIM1;k=rsa;p=" RSA_2048 ";", NONE, "", true },
		{ "p=" RSA_2048, NONE, "", true },
		{ " v = DKIM1 ;\r\n\tk = rsa ; p = " RSA_2048 " ", NONE, "", true },
		{ "v=DKIM1; x1_y=anything goes; p=" RSA_2048, NONE, "", true },
		{ "v=DKIM1; h=sha1:sha256; s=email:*; t=y:s; g=*; n=a note; p=" RSA_2048, NONE, "",
		  true },
		{ "v=DKIM1; h= sha256 : x ; p=" RSA_2048, NONE, "", true },
		{ "v=DKIM1; k=ed25519; p=" ED25519, NONE, "", true },
		{ "v=DKIM1; p=", NONE, "", false },
		{ "v=DKIM1; k=rsa; p= \r\n ", NONE, "", false },
		{ "v=DKIM1; k=mldsa44; p=!!", DKIM_FAULT_P_BASE64, "!", false },
		{ "v=DKIM1; k=mldsa44; p=AAAA", NONE, "", false },
		{ "v=DKIM1; rsa; p=" RSA_2048, DKIM_FAULT_TAG_SYNTAX, "rsa", false },
		{ "v=DKIM1; 1k=rsa; p=" RSA_2048, DKIM_FAULT_TAG_SYNTAX, "1k", false },
		{ "v=DKIM1; =rsa; p=" RSA_2048, DKIM_FAULT_TAG_SYNTAX, "=rsa", false },
		{ "v=DKIM1; n=\xc3\xa4; p=" RSA_2048, DKIM_FAULT_TAG_SYNTAX, "\xc3", false },
		{ "v=DKIM1; t=s; t=s; p=" RSA_2048, DKIM_FAULT_DUP_TAG, "t=s", false },
		{ "p=" RSA_2048 "; v=DKIM1", DKIM_FAULT_V_NOT_FIRST, "v=DKIM1", false },
		{ "v=DKIM1.0; p=" RSA_2048, DKIM_FAULT_V_VALUE, "DKIM1.0", false },
		{ "v=dkim1; p=" RSA_2048, DKIM_FAULT_V_VALUE, "dkim1", false },
		{ "v=DKIM2; p=" RSA_2048, DKIM_FAULT_V_VALUE, "DKIM2", false },
		{ "v=; p=" RSA_2048, DKIM_FAULT_V_VALUE, "v=", false },
		{ "v=DKIM1\\; p=" RSA_2048, DKIM_FAULT_V_VALUE, "DKIM1\\", false },
		{ "v=DKIM1 k=rsa; p=" RSA_2048, DKIM_FAULT_V_VALUE, "DKIM1 k=rsa", false },
		{ "v=DKIM1; k=rsa", DKIM_FAULT_NO_P, NULL, false },
		{ "v=DKIM1; k=rsa; P=" RSA_2048, DKIM_FAULT_NO_P, "P=" RSA_2048, false },
		{ "v=DKIM1; p", DKIM_FAULT_NO_P, NULL, false },
		{ "\"v=DKIM1; p=" RSA_2048, DKIM_FAULT_P_QUOTE, "\"", false },
		{ "v=DKIM1; p=" RSA_2048 "\"", DKIM_FAULT_P_QUOTE, "\"", false },
		{ "v=DKIM1; p=" RSA_2048 "\\", DKIM_FAULT_P_QUOTE, "\\", false },
		{ "v=DKIM1; p=MIIB_jAN", DKIM_FAULT_P_BASE64, "_", false },
		{ "v=DKIM1; p=MIIB\xc2\xa0jAN", DKIM_FAULT_P_BASE64, "\xc2\xa0", false },
		{ "v=DKIM1; p=-----BEGIN PUBLIC KEY-----" RSA_2048, DKIM_FAULT_P_PEM, "-----BEGIN",
		  false },
		{ "v=DKIM1; p=LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0K", DKIM_FAULT_P_PEM,
		  "LS0tLS1CRUdJTiBQVUJMSUMgS0VZLS0tLS0K", false },
		{ "v=DKIM1; p=AAAA", DKIM_FAULT_P_DER, "AAAA", false },
		{ "v=DKIM1; p=MAA=", DKIM_FAULT_P_DER, "MAA=", false },
		{ "v=DKIM1; p=" RSA_2048 "AAAA", DKIM_FAULT_P_TRAILING, RSA_2048 "AAAA", false },
		{ "v=DKIM1; p=" ED25519, DKIM_FAULT_P_MISMATCH, ED25519, false },
		{ "v=DKIM1; k=ed25519; p=" RSA_2048, DKIM_FAULT_P_MISMATCH, RSA_2048, false },
		{ "v=DKIM1; k=ed25519; p=AAAA", DKIM_FAULT_ED25519_LEN, "AAAA", false },
		{ "v=DKIM1; k=ed25519; p=MCowBQYDK2VwAyEANX5UsIqMbbUGnjp6UV5tzHyy0ozm3l7anI8vR7N0a9A=",
		  DKIM_FAULT_ED25519_LEN,
		  "MCowBQYDK2VwAyEANX5UsIqMbbUGnjp6UV5tzHyy0ozm3l7anI8vR7N0a9A=", false },
		{ "v=DKIM1; k=ed25519; p=NX5UsIqMbbUGnjp6UV5tzHyy0ozm3l7anI8vR7N0a9A",
		  DKIM_FAULT_P_PADDING, "NX5UsIqMbbUGnjp6UV5tzHyy0ozm3l7anI8vR7N0a9A", true },
		{ "v=DKIM1; h=rsa-sha256; p=" RSA_2048, DKIM_FAULT_H_UNKNOWN, "rsa-sha256", false },
		{ "v=DKIM1; h=; p=" RSA_2048, DKIM_FAULT_H_UNKNOWN, "h=", false },
		{ "v=DKIM1; h=sha1; p=" RSA_2048, DKIM_FAULT_H_SHA1_ONLY, "sha1", false },
		{ "v=DKIM1; h=SHA256; p=" RSA_2048, DKIM_FAULT_VALUE_CASE, "SHA256", true },
		{ "v=DKIM1; k=RSA; p=" RSA_2048, DKIM_FAULT_VALUE_CASE, "RSA", true },
		{ "v=DKIM1; s=tlsrpt; p=" RSA_2048, DKIM_FAULT_S_NOT_EMAIL, "tlsrpt", false },
		{ "v=DKIM1; t=y: x; p=" RSA_2048, DKIM_FAULT_T_UNKNOWN, "x", true },
		{ "v=DKIM1; g=; p=" RSA_2048, DKIM_FAULT_G, "g=", true },
		{ "v=DKIM1;; p=" RSA_2048, DKIM_FAULT_EMPTY_ELEMENT, ";", true },
		{ "v=DKIM1; K=rsa; p=" RSA_2048, DKIM_FAULT_TAG_CASE, "K", true },
		{ "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
		  DKIM_FAULT_P_KNOWN, "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *text = cases[i].text;
		const struct fault *f;
		struct dkim_key key;

		parse(*state, text, &key);
		if (key.usable != cases[i].usable)
			fail_msg("\"%s\": usable is %d", text, key.usable);
		if (cases[i].fault == NONE) {
			if (key.faults.n)
				fail_msg("\"%s\": fault %d, %s", text, key.faults.item[0].code,
					 key.faults.item[0].detail);
			continue;
		}
		f = fault_of(&key, (enum dkim_fault)cases[i].fault);
		if (!f)
			fail_msg("\"%s\": no fault %d", text, cases[i].fault);
		if (!cases[i].marked) {
			assert_int_equal(f->at.len, 0);
			continue;
		}
		if (!str_eq(str_sub(str_c(text), f->at.at, f->at.len), str_c(cases[i].marked)))
			fail_msg("\"%s\": marked is \"%.*s\"", text, (int)f->at.len,
				 text + f->at.at);
	}
}

static void flags(void **state)
{
	struct dkim_key key;

	parse(*state, "v=DKIM1; t= y : s ; p=" RSA_2048, &key);
	assert_true(key.testing && key.strict_i && key.has_v && key.usable);
	parse(*state, "t=s; p=" RSA_2048, &key);
	assert_true(!key.testing && key.strict_i && !key.has_v && key.usable);
	parse(*state, "v=DKIM1; p=\t", &key);
	assert_true(key.revoked && !key.usable);
	parse(*state, "v=DKIM1; s=tlsrpt; p=" RSA_2048, &key);
	assert_true(key.tlsrpt_only);
	parse(*state, "v=DKIM1; s=tlsrpt:email; p=" RSA_2048, &key);
	assert_true(!key.tlsrpt_only && key.usable);
	parse(*state, "v=DKIM1; k=mldsa44; p=AAAA", &key);
	assert_int_equal(key.type, DKIM_OTHER);
	assert_true(str_eq(key.type_text, S("mldsa44")));
}

/* ---- strength ---- */

static void bits_are_exact(void **state)
{
	static const unsigned sizes[] = { 8,    64,   511,   512,   513,   768,   1023,
					  1024, 1025, 1536,  2047,  2048,  3072,  4096,
					  4097, 8192, 16384, 16385, 65536, 200000 };

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct dkim_key key;

		parse_dkim(*state, rsa_record(*state, sizes[i], 65537), &key);
		assert_int_equal(key.bits, sizes[i]);
		assert_int_equal(key.usable, sizes[i] >= 1024 && sizes[i] <= 16384);
		assert_int_equal(key.faults.n, 0);
	}
}

static void exponents(void **state)
{
	static const struct {
		uint64_t e;
		int fault;
	} cases[] = {
		{ 1, DKIM_FAULT_RSA_EXPONENT },
		{ 2, DKIM_FAULT_RSA_EXPONENT },
		{ 65536, DKIM_FAULT_RSA_EXPONENT },
		{ 3, NONE },
		{ 17, NONE },
		{ 257, NONE },
		{ 65537, NONE },
		{ 5, DKIM_FAULT_RSA_EXPONENT_RARE },
		{ 65539, DKIM_FAULT_RSA_EXPONENT_RARE },
		{ UINT64_MAX, DKIM_FAULT_RSA_EXPONENT_RARE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dkim_key key;

		parse_dkim(*state, rsa_record(*state, 2048, cases[i].e), &key);
		assert_int_equal(key.faults.n ? key.faults.item[0].code : NONE, cases[i].fault);
		assert_int_equal(key.usable, cases[i].fault != DKIM_FAULT_RSA_EXPONENT);
	}
}

static void bare_keys(void **state)
{
	size_t n;
	uint8_t *bare = bare_key(*state, 2048, 65537, &n);
	const char *p = dkim_base64_write(*state, bare, n);
	struct dkim_key key;

	parse(*state, arena_printf(*state, "p=%s", p), &key);
	assert_int_equal(key.bits, 2048);
	assert_non_null(fault_of(&key, DKIM_FAULT_P_PKCS1));
	assert_true(key.usable);
	parse(*state, arena_printf(*state, "p=%.*s", (int)strlen(p) - 40, p), &key);
	assert_non_null(fault_of(&key, DKIM_FAULT_P_TRUNCATED));
}

/* A key that was cut is always told from text that never was one, once its first header is there.
 */
static void cut_keys(void **state)
{
	for (size_t n = 1; n < strlen(RSA_2048); n++) {
		struct dkim_key key;

		parse(*state, arena_printf(*state, "v=DKIM1; k=rsa; p=%.*s", (int)n, RSA_2048),
		      &key);
		assert_false(key.usable);
		assert_true(key.faults.n > 0);
		if (n < 26)
			continue;
		assert_int_equal(key.faults.n, 1);
		assert_int_equal(key.faults.item[0].code, DKIM_FAULT_P_TRUNCATED);
		assert_true(n < 52 || key.bits == 2048);
	}
}

/* No octet of a key can be changed into a crash, and a key whose frame is broken is never usable.
 */
static void damaged_keys(void **state)
{
	struct dkim_base64 b;
	uint8_t *copy;

	dkim_base64_read(*state, str_c(RSA_2048), &b);
	copy = arena_alloc(*state, b.n);
	for (size_t i = 0; i < 34; i++) {
		for (unsigned v = 0; v < 256; v += 3) {
			struct dkim_der der;

			memcpy(copy, b.p, b.n);
			if (copy[i] == v)
				continue;
			copy[i] = (uint8_t)v;
			dkim_der_read(copy, b.n, &der);
			/* the parameters of the algorithm, and the leading octets of the modulus,
			 * may differ */
			if (i != 17 && i != 18 && i < 32)
				assert_false(der.key && der.kind == DKIM_DER_RSA && !der.trailing &&
					     !der.truncated);
		}
	}
}

static void kinds(void **state)
{
	static const struct {
		const char *hex;
		enum dkim_der_kind kind;
	} cases[] = {
		{ "", DKIM_DER_NONE },
		{ "30", DKIM_DER_NONE },
		{ "3000", DKIM_DER_NONE },
		{ "3080", DKIM_DER_NONE },
		{ "30850000000001", DKIM_DER_NONE },
		{ "3084ffffffff", DKIM_DER_NONE },
		{ "3003020100", DKIM_DER_PRIVATE },
		{ "302a300506032b6570032100", DKIM_DER_ED25519 },
		{ "302a300506032b6571032100", DKIM_DER_OTHER },
		{ "3059301306072a8648ce3d020106082a8648ce3d030107034200", DKIM_DER_OTHER },
		{ "308201223082010aa003", DKIM_DER_CERTIFICATE },
		{ "30820122300d0101ff", DKIM_DER_NONE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t n = strlen(cases[i].hex) / 2;
		uint8_t *p = arena_alloc(*state, n);
		struct dkim_der der;

		for (size_t k = 0; k < n; k++)
			p[k] = (uint8_t)strtoul(arena_strndup(*state, cases[i].hex + k * 2, 2),
						NULL, 16);
		dkim_der_read(p, n, &der);
		if (der.kind != cases[i].kind || der.key)
			fail_msg("%s: kind %d", cases[i].hex, (int)der.kind);
	}
}

/* ---- hostile records ---- */

/* The list of faults ends at 64; what makes a key unusable must be known all the same. */
static void more_faults_than_kept(void **state)
{
	char *text = arena_alloc(*state, 4096);
	struct dkim_key key;

	memset(text, ';', 200);
	memcpy(text + 200, "v=DKIM2;p=", 10);
	memcpy(text + 210, RSA_2048, strlen(RSA_2048) + 1);
	parse(*state, text, &key);
	assert_int_equal(key.faults.n, 64);
	assert_null(fault_of(&key, DKIM_FAULT_V_VALUE));
	assert_false(key.usable);
}

static void large_records(void **state)
{
	static const char *const fills[] = { ";", "a;", "a=", ":", "t=y:",
					     "A", "=",  "\"", " ", "\xff" };
	static const char *const heads[] = { "", "v=DKIM1; p=", "v=DKIM1; t=y:", "v=DKIM1; h=",
					     "p=MIIB" };

	for (size_t i = 0; i < sizeof(fills) / sizeof(fills[0]); i++) {
		for (size_t k = 0; k < sizeof(heads) / sizeof(heads[0]); k++) {
			size_t n = strlen(heads[k]), m = strlen(fills[i]);
			char *text = arena_alloc(*state, 65536);
			struct dkim_key key;

			memcpy(text, heads[k], n);
			for (; n + m <= 65535; n += m)
				memcpy(text + n, fills[i], m);
			(void)dkim_is_key((struct str){ text, n });
			parse_dkim(*state, (struct str){ text, n }, &key);
			assert_false(key.usable);
			for (size_t f = 0; f < key.faults.n; f++)
				assert_true((size_t)key.faults.item[f].at.at +
						    key.faults.item[f].at.len <=
					    n);
		}
	}
}

/* ---- corrected records ---- */

static void mended(void **state)
{
	static const struct {
		const char *text;
		enum dkim_fault fault;
		const char *record; /* NULL: cannot be mended by rule */
	} cases[] = {
		{ "p=" ED25519 "; k=ed25519; v=DKIM1", DKIM_FAULT_V_NOT_FIRST,
		  "v=DKIM1; p=" ED25519 "; k=ed25519" },
		{ "v=DKIM1\\; k=ed25519; p=" ED25519, DKIM_FAULT_V_VALUE,
		  "v=DKIM1; k=ed25519; p=" ED25519 },
		{ "v=DKIM1 k=ed25519; p=" ED25519, DKIM_FAULT_V_VALUE, NULL },
		{ "v=DKIM1;; k=ed25519; p=" ED25519, DKIM_FAULT_EMPTY_ELEMENT,
		  "v=DKIM1; k=ed25519; p=" ED25519 },
		{ "v=DKIM1; K=ed25519; p=" ED25519, DKIM_FAULT_TAG_CASE,
		  "v=DKIM1; k=ed25519; p=" ED25519 },
		{ "v=DKIM1; k=Ed25519; p=" ED25519, DKIM_FAULT_VALUE_CASE,
		  "v=DKIM1; k=ed25519; p=" ED25519 },
		{ "\"v=DKIM1; k=ed25519; p=" ED25519 "\"", DKIM_FAULT_P_QUOTE,
		  "v=DKIM1; k=ed25519; p=" ED25519 },
		{ "v=DKIM1; k=ed25519; p=NX5UsIqMbbUGnjp6UV5tzHyy0ozm3l7anI8vR7N0a9A",
		  DKIM_FAULT_P_PADDING, "v=DKIM1; k=ed25519; p=" ED25519 },
		{ "v=DKIM1; k=ed25519; p=MCowBQYDK2VwAyEANX5UsIqMbbUGnjp6UV5tzHyy0ozm3l7anI8vR7N0a9A=",
		  DKIM_FAULT_ED25519_LEN, "v=DKIM1; k=ed25519; p=" ED25519 },
		{ "v=DKIM1; k=ed25519; p=-----BEGIN X-----\n" ED25519 "\n-----END X-----",
		  DKIM_FAULT_P_PEM, "v=DKIM1; k=ed25519; p=" ED25519 },
		{ "v=DKIM1; p=" ED25519, DKIM_FAULT_P_MISMATCH, "v=DKIM1; k=ed25519; p=" ED25519 },
		{ "v=DKIM1; h=sha1; k=ed25519; p=" ED25519, DKIM_FAULT_H_SHA1_ONLY,
		  "v=DKIM1; k=ed25519; p=" ED25519 },
		{ "v=DKIM1; s=x; k=ed25519; p=" ED25519, DKIM_FAULT_S_NOT_EMAIL,
		  "v=DKIM1; k=ed25519; p=" ED25519 },
		{ "v=DKIM1; g=; k=ed25519; p=" ED25519, DKIM_FAULT_G,
		  "v=DKIM1; k=ed25519; p=" ED25519 },
		{ "v=DKIM1; k=ed25519; p=" ED25519 "; k=ed25519", DKIM_FAULT_DUP_TAG, NULL },
		{ "v=DKIM1; p=!!!!", DKIM_FAULT_P_BASE64, NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct fault *f;
		struct dkim_key key;
		const char *fix, *want;

		parse(*state, cases[i].text, &key);
		f = fault_of(&key, cases[i].fault);
		assert_non_null(f);
		fix = dkim_mend(*state, "s._domainkey.example.com", &key, f);
		if (!cases[i].record) {
			assert_null(fix);
			continue;
		}
		want = arena_printf(*state, "s._domainkey.example.com. IN TXT \"%s\"",
				    cases[i].record);
		if (!fix)
			fail_msg("\"%s\" is not mended", cases[i].text);
		assert_string_equal(fix, want);
	}
}

/* t=y goes, t=s stays. */
static void out_of_test_mode(void **state)
{
	struct dkim_key key;

	parse(*state, "v=DKIM1; t=y:s; k=ed25519; p=" ED25519, &key);
	assert_string_equal(dkim_mend_untested(*state, "s._domainkey.example.com", &key),
			    "s._domainkey.example.com. IN TXT \"v=DKIM1; t=s; k=ed25519; p=" ED25519
			    "\"");
	parse(*state, "t=y; k=ed25519; p=" ED25519, &key);
	assert_string_equal(dkim_mend_untested(*state, "s._domainkey.example.com", &key),
			    "s._domainkey.example.com. IN TXT \"v=DKIM1; k=ed25519; p=" ED25519
			    "\"");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, arena_up, arena_down)
	const struct CMUnitTest tests[] = {
		TEST(base64),
		TEST(base64_and_back),
		TEST(is_key),
		TEST(faults),
		TEST(flags),
		TEST(bits_are_exact),
		TEST(exponents),
		TEST(bare_keys),
		TEST(cut_keys),
		TEST(damaged_keys),
		TEST(kinds),
		TEST(large_records),
		TEST(mended),
		TEST(more_faults_than_kept),
		TEST(out_of_test_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

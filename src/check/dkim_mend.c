/* Corrected DKIM key records. A record is written anew from its tags, v= first and without blanks
 * in p=, and is offered only when what comes out is a key that verifiers can use. */
#include "dkim_key.h"
#include "dkim_run.h"
#include "mend.h"

/* No key record that is meant well has more. */
enum { TEXT_MAX = 4096, TAGS_MAX = 16 };

/* How a record is changed while it is written anew. */
struct edit {
	const char *drop; /* leave this tag out */
	const char *tag;  /* give this tag another value; it is added when it is not there */
	const char *value;
};

static struct str without_blanks(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (!is_wsp(s.p[i]) && s.p[i] != '\r' && s.p[i] != '\n')
			p[n++] = s.p[i];
	return (struct str){ p, n };
}

static char *put(char *to, struct str s)
{
	if (s.n)
		memcpy(to, s.p, s.n);
	return to + s.n;
}

static bool is_known_name(struct str name)
{
	return name.n == 1 && str_find(S("vkphstgn"), ascii_lower(name.p[0])) >= 0;
}

/* Octets that are enough for any record that is made from this one. */
static size_t room_for(const struct dkim_key *key, size_t edited)
{
	size_t n = sizeof("v=DKIM1; x=") + edited;

	/* an edit reaches every tag of that name, however often it is there */
	for (size_t i = 0; i < key->tags.n; i++)
		n += key->tags.item[i].name.n + key->tags.item[i].value.n + edited + sizeof("; =");
	return n;
}

static const char *rebuilt(struct arena *a, const char *name, const struct dkim_key *key,
			   struct edit e)
{
	char *text = arena_alloc(a, room_for(key, e.value ? strlen(e.value) : 0)), *to = text;
	struct dkim_key again;
	struct str s;

	to = put(to, S("v=DKIM1"));
	if (e.tag && !tags_find(&key->tags, e.tag))
		to = put(put(put(put(to, S("; ")), str_c(e.tag)), S("=")), str_c(e.value));
	for (size_t i = 0; i < key->tags.n; i++) {
		const struct tag *t = &key->tags.item[i];
		struct str tag = t->name, value = t->value;

		if (is_known_name(tag))
			tag = str_c(arena_printf(a, "%c", ascii_lower(tag.p[0])));
		if (str_eq(tag, S("v")) || (e.drop && str_eq(tag, str_c(e.drop))))
			continue;
		if (str_eq(tag, S("p")))
			value = without_blanks(a, value);
		if (e.tag && str_eq(tag, str_c(e.tag)))
			value = str_c(e.value);
		to = put(put(put(put(to, S("; ")), tag), S("=")), value);
	}
	s = (struct str){ text, (size_t)(to - text) };
	parse_dkim(a, s, &again);
	return again.usable ? mend_txt(a, name, s) : NULL;
}

static const char *with(struct arena *a, const char *name, const struct dkim_key *key,
			const char *tag, const char *value)
{
	return value ? rebuilt(a, name, key, (struct edit){ .tag = tag, .value = value }) : NULL;
}

static const char *without(struct arena *a, const char *name, const struct dkim_key *key,
			   const char *tag)
{
	return rebuilt(a, name, key, (struct edit){ .drop = tag });
}

/* Quotation marks and backslashes of a zone file that became part of the record. */
static const char *unquoted(struct arena *a, const char *name, const struct dkim_key *key)
{
	char *p = arena_alloc(a, key->text.n + 1);
	size_t n = 0;
	struct dkim_key again;

	for (size_t i = 0; i < key->text.n; i++)
		if (key->text.p[i] != '"' && key->text.p[i] != '\\')
			p[n++] = key->text.p[i];
	parse_dkim(a, (struct str){ p, n }, &again);
	return again.usable ? rebuilt(a, name, &again, (struct edit){ .drop = NULL }) : NULL;
}

/* The base64 between the lines of PEM armour, or of a URL-safe alphabet, as it should be. */
static const char *plain_base64(struct arena *a, struct str p)
{
	ptrdiff_t begin = str_find_str(p, S("-----BEGIN"));
	char *out = arena_alloc(a, p.n + 1);
	size_t n = 0;

	if (begin >= 0) {
		ptrdiff_t body = str_find_str(str_from(p, (size_t)begin + 10), S("-----")), end;

		if (body < 0)
			return NULL;
		p = str_from(p, (size_t)begin + 10 + (size_t)body + 5);
		end = str_find_str(p, S("-----"));
		p = end < 0 ? p : str_sub(p, 0, (size_t)end);
	}
	for (size_t i = 0; i < p.n; i++)
		if ((unsigned char)p.p[i] > ' ' && (unsigned char)p.p[i] < 0x7f)
			out[n++] = p.p[i] == '-' ? '+' : p.p[i] == '_' ? '/' : p.p[i];
	return out;
}

/* p= anew from its octets: padded, without what follows it, in a SubjectPublicKeyInfo, or for
 * Ed25519 out of one. */
static const char *reframed(struct arena *a, const struct dkim_key *key, int code)
{
	struct dkim_base64 b;
	struct dkim_der der;

	dkim_base64_read(a, key->p->value, &b);
	dkim_der_read(b.p, b.n, &der);
	if (code == DKIM_FAULT_ED25519_LEN)
		return der.kind == DKIM_DER_ED25519 && b.n > DKIM_ED25519_OCTETS
			       ? dkim_base64_write(a, b.p + b.n - DKIM_ED25519_OCTETS,
						   DKIM_ED25519_OCTETS)
			       : NULL;
	if (code == DKIM_FAULT_P_PKCS1)
		return dkim_spki_of_bare(a, b.p, der.said < b.n ? der.said : b.n);
	if (code == DKIM_FAULT_P_TRAILING)
		return dkim_base64_write(a, b.p, der.said);
	return dkim_base64_write(a, b.p, b.n);
}

/* The tag that a fault is in, with its value in lower case. */
static const char *lowered(struct arena *a, const char *name, const struct dkim_key *key,
			   struct span at)
{
	for (size_t i = 0; i < key->tags.n; i++) {
		const struct tag *t = &key->tags.item[i];
		char *value;

		if (at.at < t->at.at || at.at >= t->at.at + t->at.len)
			continue;
		value = arena_strndup(a, t->value.p, t->value.n);
		for (size_t k = 0; k < t->value.n; k++)
			value[k] = ascii_lower(value[k]);
		return with(a, name, key, arena_strndup(a, t->name.p, t->name.n), value);
	}
	return NULL;
}

/* Is it worth a try? What is no tag list, or has a tag twice, cannot be put right without knowing
 * what was meant. */
static bool is_mendable(const struct dkim_key *key)
{
	if (!key->p || key->revoked || key->text.n > TEXT_MAX || key->tags.n > TAGS_MAX)
		return false;
	for (size_t i = 0; i < key->faults.n; i++)
		if (key->faults.item[i].code == DKIM_FAULT_TAG_SYNTAX ||
		    key->faults.item[i].code == DKIM_FAULT_DUP_TAG)
			return false;
	return true;
}

const char *dkim_mend_untested(struct arena *a, const char *name, const struct dkim_key *key)
{
	if (!is_mendable(key))
		return NULL;
	return key->strict_i ? with(a, name, key, "t", "s") : without(a, name, key, "t");
}

const char *dkim_mend(struct arena *a, const char *name, const struct dkim_key *key,
		      const struct fault *fault)
{
	if (!key->p || key->revoked)
		return NULL;
	switch ((enum dkim_fault)fault->code) {
	case DKIM_FAULT_V_NOT_FIRST:
	case DKIM_FAULT_V_VALUE:
	case DKIM_FAULT_EMPTY_ELEMENT:
	case DKIM_FAULT_TAG_CASE: return rebuilt(a, name, key, (struct edit){ .drop = NULL });
	case DKIM_FAULT_VALUE_CASE: return lowered(a, name, key, fault->at);
	case DKIM_FAULT_P_QUOTE: return unquoted(a, name, key);
	case DKIM_FAULT_P_BASE64:
	case DKIM_FAULT_P_PEM: return with(a, name, key, "p", plain_base64(a, key->p->value));
	case DKIM_FAULT_P_PADDING:
	case DKIM_FAULT_P_TRAILING:
	case DKIM_FAULT_P_PKCS1:
	case DKIM_FAULT_ED25519_LEN: return with(a, name, key, "p", reframed(a, key, fault->code));
	case DKIM_FAULT_P_MISMATCH:
		return with(a, name, key, "k", key->type == DKIM_RSA ? "ed25519" : "rsa");
	case DKIM_FAULT_H_UNKNOWN:
	case DKIM_FAULT_H_SHA1_ONLY: return without(a, name, key, "h");
	case DKIM_FAULT_S_NOT_EMAIL: return key->tlsrpt_only ? NULL : without(a, name, key, "s");
	case DKIM_FAULT_G: return without(a, name, key, "g");
	default: return NULL;
	}
}

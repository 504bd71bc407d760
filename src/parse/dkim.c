/* DKIM key records. A tag list (RFC 6376 3.2) whose tags mean what 3.6.1 says, as RFC 8301 (key
 * sizes, no SHA-1) and RFC 8463 (Ed25519) have changed it. What is wrong is listed with its place;
 * nothing stops the reading, since a record with one fault often has another. */
#include "dkim.h"
#include "dkim_key.h"

enum { RSA_BITS_MIN = 1024 /* RFC 8301 3.2 */, SHOWN_MAX = 40 };

static bool is_fws(char c)
{
	return is_wsp(c) || c == '\r' || c == '\n';
}

static struct str trim_fws(struct str s)
{
	while (s.n && is_fws(s.p[0]))
		s = str_from(s, 1);
	while (s.n && is_fws(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* As much of a text as a sentence can hold. */
static int shown(struct str s)
{
	return (int)(s.n < SHOWN_MAX ? s.n : SHOWN_MAX);
}

/* With which of the faults a verifier can still use the key. */
static bool is_harmless(enum dkim_fault code)
{
	switch (code) {
	case DKIM_FAULT_P_PADDING:
	case DKIM_FAULT_P_PKCS1:
	case DKIM_FAULT_T_UNKNOWN:
	case DKIM_FAULT_G:
	case DKIM_FAULT_EMPTY_ELEMENT:
	case DKIM_FAULT_TAG_CASE:
	case DKIM_FAULT_VALUE_CASE:
	case DKIM_FAULT_P_KNOWN:
	case DKIM_FAULT_RSA_ROCA:
	case DKIM_FAULT_RSA_EXPONENT_RARE: return true;
	default: return false;
	}
}

void dkim_fault_add(struct arena *a, struct dkim_key *key, enum dkim_fault code, struct span at,
		    const char *detail)
{
	fault_add(a, &key->faults, (int)code, at, detail);
	/* not found out from the list afterwards, which keeps the first 64 faults only */
	if (!is_harmless(code))
		key->usable = false;
}

/* The value, or the whole element where the value is empty: a span of no length would mean the
 * whole record. */
static struct span value_span(const struct tag *t)
{
	return t->value_at.len ? t->value_at : t->at;
}

/* ---- is it one? ---- */

static bool is_dkim_version(struct str v)
{
	while (v.n && (v.p[0] == '"' || v.p[0] == '\''))
		v = str_from(v, 1);
	return str_starts_ci(v, S("DKIM"));
}

/* A p= without v= or k= beside it is taken for a key when it looks like one: anybody may write "p="
 * in a TXT record. */
static bool is_key_like(struct str p)
{
	return p.n == 0 || p.n >= DKIM_ED25519_OCTETS || str_starts(p, S("MI"));
}

static const struct tag *find_ci(const struct tags *t, const char *name)
{
	for (size_t i = 0; i < t->n; i++) {
		struct str n = t->item[i].name;

		if (n.n && n.p[0] == '"')
			n = str_from(n, 1);
		if (t->item[i].has_equals && str_eq_ci(n, str_c(name)))
			return &t->item[i];
	}
	return NULL;
}

/* The same without an arena, which dkim_is_key() has none of: the first element of that name. */
static bool find_element(struct str text, char name, struct str *value, bool *first)
{
	size_t from = 0;

	*first = true;
	while (from <= text.n) {
		struct str rest = str_from(text, from);
		ptrdiff_t semi = str_find(rest, ';');
		struct str el = trim_fws(semi < 0 ? rest : str_sub(rest, 0, (size_t)semi));
		ptrdiff_t eq = str_find(el, '=');

		if (eq > 0) {
			struct str n = trim_fws(str_sub(el, 0, (size_t)eq));

			if (n.n && n.p[0] == '"')
				n = str_from(n, 1);
			*value = trim_fws(str_from(el, (size_t)eq + 1));
			if (n.n == 1 && ascii_lower(n.p[0]) == name)
				return true;
		}
		if (el.n)
			*first = false;
		if (semi < 0)
			return false;
		from += (size_t)semi + 1;
	}
	return false;
}

bool dkim_is_key(struct str text)
{
	struct str v, k, p;
	bool first, has_k, has_p;

	if (find_element(text, 'v', &v, &first)) {
		if (is_dkim_version(v))
			return true;
		if (first)
			return false;
	}
	has_k = find_element(text, 'k', &k, &first);
	if (has_k && first && (str_starts_ci(k, S("rsa")) || str_starts_ci(k, S("ed25519"))))
		return true;
	has_p = find_element(text, 'p', &p, &first);
	return has_p && (has_k || is_key_like(p));
}

/* ---- the tag list ---- */

static void check_name(struct arena *a, struct dkim_key *key, const struct tag *t)
{
	bool good = t->name.n && ascii_is_alpha((unsigned char)t->name.p[0]);

	for (size_t i = 0; i < t->name.n; i++) {
		unsigned char c = (unsigned char)t->name.p[i];

		good = good && (ascii_is_alpha(c) || ascii_is_digit(c) || c == '_');
	}
	if (t->name.n && (t->name.p[0] == '"' || t->name.p[0] == '\\'))
		dkim_fault_add(a, key, DKIM_FAULT_P_QUOTE, (struct span){ t->at.at, 1 },
			       t->name.p[0] == '"' ? "a quotation mark stands before the tag"
						   : "a backslash stands before the tag");
	else if (!t->has_equals)
		dkim_fault_add(
			a, key, DKIM_FAULT_TAG_SYNTAX, t->at,
			arena_printf(a, "\"%.*s\" is no tag=value", shown(t->name), t->name.p));
	else if (!good)
		dkim_fault_add(
			a, key, DKIM_FAULT_TAG_SYNTAX, t->name_at.len ? t->name_at : t->at,
			arena_printf(a, "\"%.*s\" is no tag name", shown(t->name), t->name.p));
	else if (t->name.n == 1 && t->name.p[0] < 'a' &&
		 str_find(S("vkphstgn"), ascii_lower(t->name.p[0])) >= 0)
		dkim_fault_add(a, key, DKIM_FAULT_TAG_CASE, t->name_at,
			       arena_printf(a, "\"%c=\" is not \"%c=\"", t->name.p[0],
					    ascii_lower(t->name.p[0])));
}

/* VALCHAR and folding white space are all a value may hold. p= is left to the base64 reader, which
 * says it better. */
static void check_value(struct arena *a, struct dkim_key *key, const struct tag *t)
{
	if (!t->has_equals || str_eq(t->name, S("p")))
		return;
	for (size_t i = 0; i < t->value.n; i++) {
		unsigned char c = (unsigned char)t->value.p[i];

		if (!is_fws((char)c) && (c < 0x21 || c > 0x7e)) {
			dkim_fault_add(a, key, DKIM_FAULT_TAG_SYNTAX,
				       (struct span){ t->value_at.at + (uint32_t)i, 1 },
				       arena_printf(a,
						    "octet 0x%02x in %.*s= is no printable ASCII",
						    c, shown(t->name), t->name.p));
			return;
		}
	}
}

static void check_tags(struct arena *a, struct dkim_key *key)
{
	for (size_t i = 0; i < key->tags.n; i++) {
		const struct tag *t = &key->tags.item[i];

		check_name(a, key, t);
		check_value(a, key, t);
		for (size_t j = 0; j < i; j++) {
			if (t->has_equals && key->tags.item[j].has_equals &&
			    str_eq(t->name, key->tags.item[j].name)) {
				dkim_fault_add(a, key, DKIM_FAULT_DUP_TAG, t->at,
					       arena_printf(a, "%.*s= is there twice",
							    shown(t->name), t->name.p));
				break;
			}
		}
	}
}

/* ";;", or a ";" before everything: the grammar wants a tag between two. */
static void check_empty(struct arena *a, struct dkim_key *key)
{
	struct str text = key->text;
	bool empty = true;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == ';') {
			if (empty)
				dkim_fault_add(a, key, DKIM_FAULT_EMPTY_ELEMENT,
					       (struct span){ (uint32_t)i, 1 },
					       "there is no tag before this semicolon");
			empty = true;
		} else if (!is_fws(text.p[i])) {
			empty = false;
		}
	}
}

/* ---- single tags ---- */

static void read_v(struct arena *a, struct dkim_key *key)
{
	const struct tag *v = tags_find(&key->tags, "v");
	const char *detail;

	key->has_v = v != NULL;
	if (!v)
		return;
	if (v != key->tags.item)
		dkim_fault_add(a, key, DKIM_FAULT_V_NOT_FIRST, v->at, "v= is there, but not first");
	if (str_eq(v->value, S("DKIM1")))
		return;
	if (str_starts(v->value, S("DKIM1")) && v->value.n > 5 && is_fws(v->value.p[5]))
		detail = "a semicolon is missing behind \"v=DKIM1\"";
	else if (str_eq(v->value, S("DKIM1\\")))
		detail =
			"there is a backslash behind \"DKIM1\", an escape that became part of the record";
	else
		detail = arena_printf(a, "v= is \"%.*s\", not \"DKIM1\"", shown(v->value),
				      v->value.p);
	dkim_fault_add(a, key, DKIM_FAULT_V_VALUE, value_span(v), detail);
}

static void read_k(struct arena *a, struct dkim_key *key)
{
	const struct tag *k = tags_find(&key->tags, "k");

	key->type = DKIM_RSA;
	if (!k)
		return;
	key->type_text = k->value;
	if (str_eq_ci(k->value, S("ed25519")))
		key->type = DKIM_ED25519;
	else if (!str_eq_ci(k->value, S("rsa")))
		key->type = DKIM_OTHER;
	if (key->type != DKIM_OTHER &&
	    !str_eq(k->value, key->type == DKIM_RSA ? S("rsa") : S("ed25519")))
		dkim_fault_add(a, key, DKIM_FAULT_VALUE_CASE, value_span(k),
			       arena_printf(a, "k=%.*s is not written in lower case",
					    shown(k->value), k->value.p));
}

/* The next element of a colon-separated list; *at moves on. False at the end. */
static bool next_item(struct str list, size_t *at, struct str *item)
{
	struct str rest = str_from(list, *at);
	ptrdiff_t colon = str_find(rest, ':');

	if (*at > list.n)
		return false;
	*item = trim_fws(colon < 0 ? rest : str_sub(rest, 0, (size_t)colon));
	*at += (colon < 0 ? rest.n : (size_t)colon) + 1;
	return true;
}

static void read_h(struct arena *a, struct dkim_key *key)
{
	const struct tag *h = tags_find(&key->tags, "h");
	bool sha1 = false, sha256 = false;
	struct str item;

	if (!h)
		return;
	for (size_t at = 0; next_item(h->value, &at, &item);) {
		if (!str_eq_ci(item, S("sha256")) && !str_eq_ci(item, S("sha1")))
			continue;
		*(item.n == 6 ? &sha256 : &sha1) = true;
		if (item.p[0] != 's' || item.p[1] != 'h' || item.p[2] != 'a')
			dkim_fault_add(a, key, DKIM_FAULT_VALUE_CASE, str_span(key->text, item),
				       arena_printf(a, "%.*s is not written in lower case",
						    (int)item.n, item.p));
	}
	if (sha256)
		return;
	if (sha1)
		dkim_fault_add(a, key, DKIM_FAULT_H_SHA1_ONLY, value_span(h),
			       "h= allows SHA-1 alone");
	else
		dkim_fault_add(
			a, key, DKIM_FAULT_H_UNKNOWN, value_span(h),
			arena_printf(a,
				     "h=%.*s names no hash that there is; it is written \"sha256\"",
				     shown(h->value), h->value.p));
}

static void read_s(struct arena *a, struct dkim_key *key)
{
	const struct tag *s = tags_find(&key->tags, "s");
	struct str item;
	bool mail = false, tlsrpt = false;

	if (!s)
		return;
	for (size_t at = 0; next_item(s->value, &at, &item);) {
		mail = mail || str_eq(item, S("*")) || str_eq_ci(item, S("email"));
		tlsrpt = tlsrpt || str_eq_ci(item, S("tlsrpt"));
	}
	if (mail)
		return;
	key->tlsrpt_only = tlsrpt;
	dkim_fault_add(a, key, DKIM_FAULT_S_NOT_EMAIL, value_span(s),
		       arena_printf(a, "s=%.*s has neither \"email\" nor \"*\" in it",
				    shown(s->value), s->value.p));
}

static void read_t(struct arena *a, struct dkim_key *key)
{
	const struct tag *t = tags_find(&key->tags, "t");
	struct str item;
	bool said = false;

	if (!t)
		return;
	for (size_t at = 0; next_item(t->value, &at, &item);) {
		if (str_eq(item, S("y"))) {
			key->testing = true;
		} else if (str_eq(item, S("s"))) {
			key->strict_i = true;
		} else if (!said) {
			said = true;
			dkim_fault_add(a, key, DKIM_FAULT_T_UNKNOWN,
				       item.n ? str_span(key->text, item) : t->at,
				       arena_printf(a, "\"%.*s\" is no flag that verifiers know",
						    shown(item), item.p));
		}
	}
}

static void read_g(struct arena *a, struct dkim_key *key)
{
	const struct tag *g = tags_find(&key->tags, "g");

	if (g && !str_eq(g->value, S("*")))
		dkim_fault_add(a, key, DKIM_FAULT_G, value_span(g),
			       arena_printf(a, "g=%.*s", shown(g->value), g->value.p));
}

/* ---- the whole ---- */

void parse_dkim(struct arena *a, struct str text, struct dkim_key *out)
{
	*out = (struct dkim_key){ .text = text, .usable = true };
	parse_tags(a, text, true, &out->tags);
	check_tags(a, out);
	check_empty(a, out);
	read_v(a, out);
	read_k(a, out);
	read_h(a, out);
	read_s(a, out);
	read_t(a, out);
	read_g(a, out);
	out->p = tags_find(&out->tags, "p");
	if (out->p && out->p->has_equals) {
		dkim_read_p(a, out);
	} else {
		const struct tag *near = find_ci(&out->tags, "p");

		out->p = NULL;
		dkim_fault_add(a, out, DKIM_FAULT_NO_P, near ? near->at : (struct span){ 0, 0 },
			       near ? "the tag is not written \"p=\"" : "there is no p=");
	}
	if (!out->p || out->revoked || out->type == DKIM_OTHER || out->bits == 0)
		out->usable = false;
	if (out->type == DKIM_RSA && (out->bits < RSA_BITS_MIN || out->bits > DKIM_RSA_BITS_MAX))
		out->usable = false;
}

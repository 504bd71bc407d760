/* Corrected DMARC records.
 *
 * A record is written anew from its tags: p stands right behind v, where readers of RFC 7489 want
 * it; values with a slip in them get the word that was meant; what every receiver ignores (doubled
 * tags, rf, ri, size limits, values that are none where there is a default) is left out, but the
 * addresses of a doubled rua are joined. Where a value cannot be guessed, there is no corrected
 * record. */
#include "dmarc_mend.h"
#include "mend.h"

enum { MEND_MAX = 2048, MEND_TAGS = 32 };

struct out {
	struct arena *arena;
	char *p;
	size_t n, cap;
};

static void put(struct out *o, struct str s)
{
	if (o->n + s.n > o->cap) {
		char *old = o->p;

		o->cap = 2 * (o->n + s.n) + 64;
		o->p = arena_alloc(o->arena, o->cap);
		if (o->n)
			memcpy(o->p, old, o->n);
	}
	if (s.n)
		memcpy(o->p + o->n, s.p, s.n);
	o->n += s.n;
}

static void put_tag(struct out *o, const char *name, struct str value)
{
	put(o, S("; "));
	put(o, str_c(name));
	put(o, S("="));
	put(o, value);
}

/* Without the quotation marks, backslashes, dots, commas and blanks that got in at the ends. */
static struct str stripped(struct str s)
{
	static const char junk[] = " \t\"'\\.,:";

	while (s.n && strchr(junk, s.p[0]) && s.p[0])
		s = str_from(s, 1);
	while (s.n && strchr(junk, s.p[s.n - 1]) && s.p[s.n - 1])
		s.n--;
	return s;
}

/* The policy that a word stands for. */
static const char *policy_meant(struct str s)
{
	static const struct {
		const char *word, *policy;
	} others[] = {
		{ "deny", "reject" },     { "block", "reject" },   { "drop", "reject" },
		{ "fail", "reject" },     { "discard", "reject" }, { "junk", "quarantine" },
		{ "spam", "quarantine" }, { "monitor", "none" },   { "nothing", "none" },
		{ "non", "none" },        { "rej", "reject" },     { "quar", "quarantine" },
	};
	static const char *const words[] = { "none", "quarantine", "reject" };

	s = stripped(s);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (str_near(s, words[i]))
			return words[i];
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (str_eq_ci(s, str_c(others[i].word)))
			return others[i].policy;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		/* "rejected", "quarentined" and the like: long enough a beginning of the word */
		if (s.n >= 4 && str_starts_ci(s, str_sub(str_c(words[i]), 0, 4)))
			return words[i];
	}
	return NULL;
}

/* A URI as it should be, or an empty one when that cannot be said. */
static struct str uri_meant(struct arena *a, const struct uri *u)
{
	struct str rest = u->text;
	struct out o = { .arena = a };
	struct uri *again;
	size_t n;

	if (u->valid)
		return u->text;
	if (u->scheme == URI_MAILTO)
		rest = str_from(rest, sizeof("mailto:") - 1);
	else if (u->scheme != URI_NONE)
		return S("");
	if (str_starts(rest, S("//")))
		rest = str_from(rest, 2);
	put(&o, S("mailto:"));
	for (size_t i = 0; i < rest.n; i++) {
		if (rest.p[i] == '!')
			put(&o, S("%21"));
		else if (!is_wsp(rest.p[i]) && !strchr("<>\"\\", rest.p[i]))
			put(&o, str_sub(rest, i, 1));
	}
	parse_uris(a, (struct str){ o.p, o.n }, 0, false, &again, &n);
	return n == 1 && again[0].valid ? again[0].text : S("");
}

/* Is the address in the list that begins at `from` and that nothing follows yet? */
static bool is_listed(const struct out *o, size_t from, struct str uri)
{
	struct str list = { o->p + from, o->n - from };

	while (list.n) {
		ptrdiff_t comma = str_find(list, ',');

		if (str_eq(comma < 0 ? list : str_sub(list, 0, (size_t)comma), uri))
			return true;
		list = comma < 0 ? S("") : str_from(list, (size_t)comma + 1);
	}
	return false;
}

/* Adds the addresses to the list that begins at `from`. False when one cannot be mended. */
static bool put_uris(struct out *o, struct str list, size_t from)
{
	struct uri *uri;
	size_t n;

	parse_uris(o->arena, list, 0, true, &uri, &n);
	for (size_t i = 0; i < n; i++) {
		struct str meant = uri_meant(o->arena, &uri[i]);

		if (!uri[i].text.n || (meant.n && is_listed(o, from, meant)))
			continue;
		if (!meant.n)
			return false;
		if (o->n > from)
			put(o, S(","));
		put(o, meant);
	}
	return true;
}

/* Writes one tag with its value mended. A value that cannot be mended is left out where there is a
 * default. False when there is none. */
static bool put_mended(struct out *o, const char *name, struct str value)
{
	struct str bare = stripped(value);
	const char *policy;

	if (!strcmp(name, "p") || !strcmp(name, "sp") || !strcmp(name, "np")) {
		policy = policy_meant(value);
		if (policy)
			put_tag(o, name, str_c(policy));
		return policy != NULL;
	}
	if (dmarc_value_ok(str_c(name), bare) && !str_eq(bare, S("100")))
		put_tag(o, name, bare);
	else if (bare.n && strcmp(name, "pct") != 0 &&
		 dmarc_value_ok(str_c(name), str_sub(bare, 0, 1)))
		put_tag(o, name, str_sub(bare, 0, 1));
	return true;
}

static bool is_left_out(const char *name)
{
	return !strcmp(name, "v") || !strcmp(name, "rf") || !strcmp(name, "ri");
}

static bool is_list(const char *name)
{
	return !strcmp(name, "rua") || !strcmp(name, "ruf");
}

static const struct dmarc_edit *edit_of(const char *name, const struct dmarc_edit *edit,
					size_t nedit)
{
	for (size_t i = 0; i < nedit; i++) {
		if (!strcmp(edit[i].tag, name))
			return &edit[i];
	}
	return NULL;
}

/* The tag that an element is meant to be; NULL when it is to be left out. */
static const char *element_name(struct arena *a, const struct dmarc *d, size_t i)
{
	const struct tag *t = &d->tags.item[i];
	const char *meant = dmarc_tag_meant(t->name);
	bool exact = meant && str_eq(t->name, str_c(meant));

	if (!t->has_equals || !t->name.n)
		return NULL;
	for (size_t k = 0; k < t->name.n; k++) {
		if (!meant && !ascii_is_alpha((unsigned char)t->name.p[k]))
			return NULL;
	}
	if (!meant)
		return dmarc_value_ok(t->name, t->value) ? arena_strndup(a, t->name.p, t->name.n)
							 : NULL;
	for (size_t k = 1; k < d->tags.n; k++) {
		const char *other = dmarc_tag_meant(d->tags.item[k].name);

		/* the first one counts, but an exact name goes before one with a slip */
		if (k != i && d->tags.item[k].has_equals && other && !strcmp(other, meant) &&
		    (str_eq(d->tags.item[k].name, str_c(meant)) ? !exact || k < i
								: !exact && k < i))
			return NULL;
	}
	return is_left_out(meant) ? NULL : meant;
}

/* rua or ruf, first at element i: with the addresses of a second such tag, and with elements
 * without
 * "=" that are addresses, parted from the list before them by a ";" where a "," belongs. */
static bool put_list(struct out *o, const char *name, const struct dmarc *d, size_t i)
{
	bool in_list = false;
	size_t from;

	put_tag(o, name, S(""));
	from = o->n;
	for (; i < d->tags.n; i++) {
		const struct tag *t = &d->tags.item[i];
		const char *meant = t->has_equals ? dmarc_tag_meant(t->name) : NULL;

		if (t->has_equals)
			in_list = meant && !strcmp(meant, name);
		if (in_list && t->has_equals && !put_uris(o, stripped(t->value), from))
			return false;
		if (in_list && !t->has_equals && memchr(t->name.p, '@', t->name.n) &&
		    !put_uris(o, t->name, from))
			return false;
	}
	return o->n > from;
}

static bool put_p(struct out *o, const struct dmarc *d, const struct dmarc_edit *e)
{
	if (e) {
		put_tag(o, "p", str_c(e->value));
		return true;
	}
	for (size_t i = 1; i < d->tags.n; i++) {
		const char *name = element_name(o->arena, d, i);

		if (name && !strcmp(name, "p"))
			return put_mended(o, "p", d->tags.item[i].value);
	}
	put_tag(o, "p", S("none"));
	return true;
}

const char *dmarc_tag_behind_comma(struct str uri)
{
	ptrdiff_t equals = str_find(uri, '=');
	struct str name = str_trim(str_sub(uri, 0, equals < 0 ? 0 : (size_t)equals));
	const char *meant = name.n ? dmarc_tag_meant(name) : NULL;

	return meant && str_eq_ci(name, str_c(meant)) ? meant : NULL;
}

static size_t part_list(char *text, const struct uri *uri, size_t n)
{
	size_t parted = 0;

	for (size_t i = 1; i < n; i++) {
		size_t comma = uri[i].at.at;

		if (!dmarc_tag_behind_comma(uri[i].text))
			continue;
		while (text[comma] != ',')
			comma--;
		text[comma] = ';';
		parted++;
	}
	return parted;
}

/* The record with a ";" before each tag that a "," has made part of a list. */
static const struct dmarc *parted(struct arena *a, const struct dmarc *d)
{
	char *text = arena_strndup(a, d->text.p, d->text.n);
	struct dmarc *again;

	if (part_list(text, d->rua, d->nrua) + part_list(text, d->ruf, d->nruf) == 0)
		return d;
	again = ARENA_NEW(a, struct dmarc);
	parse_dmarc(a, (struct str){ text, d->text.n }, again);
	return again;
}

const char *dmarc_mend(struct arena *a, const char *domain, const struct dmarc *d,
		       const struct dmarc_edit *edit, size_t nedit)
{
	struct out o = { .arena = a };
	bool done[8] = { false };

	if (d->text.n > MEND_MAX || d->tags.n > MEND_TAGS || nedit > sizeof(done))
		return NULL;
	d = parted(a, d);
	put(&o, S("v=DMARC1"));
	if (!put_p(&o, d, edit_of("p", edit, nedit)))
		return NULL;
	for (size_t i = 1; i < d->tags.n; i++) {
		const char *name = element_name(a, d, i);
		const struct dmarc_edit *e = name ? edit_of(name, edit, nedit) : NULL;

		if (!name || !strcmp(name, "p"))
			continue;
		if (e)
			done[e - edit] = true;
		if (e && e->value)
			put_tag(&o, name, str_c(e->value));
		else if (!e && is_list(name) && !put_list(&o, name, d, i))
			return NULL;
		else if (!e && !is_list(name) && !put_mended(&o, name, d->tags.item[i].value))
			return NULL;
	}
	for (size_t i = 0; i < nedit; i++) {
		if (!done[i] && edit[i].value && strcmp(edit[i].tag, "p") != 0)
			put_tag(&o, edit[i].tag, str_c(edit[i].value));
	}
	return mend_txt(a, arena_printf(a, "_dmarc.%s", domain), (struct str){ o.p, o.n });
}

const char *dmarc_mend_near(struct arena *a, const char *domain, struct str text)
{
	struct out o = { .arena = a };
	ptrdiff_t at = str_find_str_ci(text, S("DMARC1"));
	struct str before = str_sub(text, 0, at < 0 ? 0 : (size_t)at);
	struct str after = at < 0 ? text : str_from(text, (size_t)at + 6);
	struct dmarc d;

	/* "…; v=" in front of the version goes; what stands before it is kept */
	while (before.n && strchr(" \t=vV:\"", before.p[before.n - 1]))
		before.n--;
	put(&o, S("v=DMARC1; "));
	put(&o, stripped(before));
	put(&o, S("; "));
	put(&o, stripped(after));
	parse_dmarc(a, (struct str){ o.p, o.n }, &d);
	return d.p_tag || d.has_valid_rua ? dmarc_mend(a, domain, &d, NULL, 0) : NULL;
}

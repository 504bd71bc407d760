/* The text of a line of a zone file, made of what other forms have. */
#include "zone_form.h"

/* ---- TTLs ---- */

/* The digits of a number, "_" between them left out. False when there are others. */
static bool digits(struct str s, unsigned base, uint64_t *out)
{
	*out = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)ascii_lower(s.p[i]);
		unsigned d = ascii_is_digit(c) ? c - 48u : ascii_is_alpha(c) ? c - 87u : 99u;

		if (c == '_')
			continue;
		if (d >= base || *out > UINT32_MAX)
			return false;
		*out = *out * base + d;
	}
	return s.n > 0;
}

const char *draft_ttl(struct arena *a, struct str text)
{
	uint64_t sum = 0, part;
	struct str rest = text;
	bool hex = str_starts(text, S("0x"));
	bool octal = !hex && text.n > 1 && text.p[0] == '0' && str_find(text, ':') < 0;

	if (hex || octal)
		return digits(str_from(text, hex                ? 2
					     : text.p[1] == 'o' ? 2
								: 1),
			      hex ? 16 : 8, &sum)
			       ? arena_printf(a, "%llu", (unsigned long long)sum)
			       : arena_strndup(a, text.p, text.n);
	while (rest.n) {
		ptrdiff_t colon = str_find(rest, ':');

		if (!digits(colon < 0 ? rest : str_sub(rest, 0, (size_t)colon), 10, &part) ||
		    sum > UINT32_MAX)
			return arena_strndup(a, text.p, text.n);
		sum = sum * 60 + part;
		rest = colon < 0 ? S("") : str_from(rest, (size_t)colon + 1);
	}
	return arena_printf(a, "%llu", (unsigned long long)sum);
}

/* ---- the text of a line ---- */

void text_add(struct draft_text *t, char c)
{
	t->p = arena_grow(t->arena, t->p, t->n, &t->cap, 1);
	t->p[t->n++] = c;
}

void text_str(struct draft_text *t, struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		text_add(t, s.p[i]);
}

void text_octet(struct draft_text *t, unsigned char c)
{
	text_add(t, '\\');
	text_add(t, (char)('0' + c / 100));
	text_add(t, (char)('0' + c / 10 % 10));
	text_add(t, (char)('0' + c % 10));
}

/* A name of name.h's, whole. */
void text_name(struct draft_text *t, const char *name)
{
	for (const char *p = name; *p; p++) {
		if (*p == '\\' && p[1]) {
			text_add(t, *p++);
			text_add(t, *p);
		} else if (strchr(";()\"@$", *p)) {
			text_octet(t, (unsigned char)*p);
		} else {
			text_add(t, *p);
		}
	}
	if (strcmp(name, ".") != 0)
		text_add(t, '.');
}

/* A character-string of these octets. */
void text_quoted(struct draft_text *t, struct str s)
{
	text_add(t, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\') {
			text_add(t, '\\');
			text_add(t, (char)c);
		} else if (c < 0x20 || c > 0x7e) {
			text_octet(t, c);
		} else {
			text_add(t, (char)c);
		}
	}
	text_add(t, '"');
}

/* One word, its escapes as they are. */
void text_word(struct draft_text *t, struct str s, bool quoted)
{
	if (quoted)
		text_add(t, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '\\' && i + 1 < s.n && s.p[i + 1] > 0x20 && s.p[i + 1] < 0x7f) {
			text_add(t, '\\');
			text_add(t, s.p[++i]);
		} else if (c < 0x20 || c > 0x7e || c == '\\' || (!quoted && strchr(" ;()\"$", c))) {
			text_octet(t, c);
		} else {
			text_add(t, (char)c);
		}
	}
	if (quoted)
		text_add(t, '"');
}

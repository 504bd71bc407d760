#include "tags.h"

enum { TAGS_MAX = 256 };

/* Blanks as the protocol sees them: SP and TAB, and CR and LF where folding white space is meant
 * (RFC 6376 2.8). */
static bool is_blank(char c, bool fws)
{
	return is_wsp(c) || (fws && (c == '\r' || c == '\n'));
}

/* text[from, to) without blanks at both ends. */
static struct span trimmed(struct str text, size_t from, size_t to, bool fws)
{
	while (from < to && is_blank(text.p[from], fws))
		from++;
	while (to > from && is_blank(text.p[to - 1], fws))
		to--;
	return (struct span){ .at = (uint32_t)from, .len = (uint32_t)(to - from) };
}

static struct str view(struct str text, struct span at)
{
	return (struct str){ text.p + at.at, at.len };
}

static struct tag read_tag(struct str text, struct span at, bool fws)
{
	struct tag t = { .at = at };
	size_t end = (size_t)at.at + at.len;
	const char *eq = memchr(text.p + at.at, '=', at.len);
	size_t eq_at = eq ? (size_t)(eq - text.p) : end;

	t.name_at = trimmed(text, at.at, eq_at, fws);
	t.name = view(text, t.name_at);
	t.has_equals = eq != NULL;
	if (!eq) {
		t.value_at = (struct span){ .at = (uint32_t)end, .len = 0 };
	} else {
		t.value_at = trimmed(text, eq_at + 1, end, fws);
		t.blank_before_eq = eq_at > at.at && is_blank(text.p[eq_at - 1], fws);
		t.blank_after_eq = eq_at + 1 < end && is_blank(text.p[eq_at + 1], fws);
	}
	t.value = view(text, t.value_at);
	return t;
}

void parse_tags(struct arena *a, struct str text, bool fws, struct tags *out)
{
	size_t cap = 0;
	size_t from = 0;

	*out = (struct tags){ 0 };
	for (;;) {
		const char *semi = from < text.n ? memchr(text.p + from, ';', text.n - from) : NULL;
		size_t to = semi ? (size_t)(semi - text.p) : text.n;
		struct span at = trimmed(text, from, to, fws);

		if (at.len == 0 && !semi) {
			out->trailing = from > 0;
			return;
		}
		if (at.len == 0) {
			out->empty++;
		} else if (out->n < TAGS_MAX) {
			out->item = arena_grow(a, out->item, out->n, &cap, sizeof(*out->item));
			out->item[out->n++] = read_tag(text, at, fws);
		}
		if (!semi)
			return;
		from = to + 1;
	}
}

const struct tag *tags_find(const struct tags *t, const char *name)
{
	struct str want = str_c(name);

	for (size_t i = 0; i < t->n; i++) {
		if (str_eq(t->item[i].name, want))
			return &t->item[i];
	}
	return NULL;
}

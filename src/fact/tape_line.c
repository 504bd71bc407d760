/* Lines of a tape: words and a cursor. Layer: fact. */
#include "tape_line.h"

#include "name.h"

void line_fail(struct line *l, const char *err)
{
	if (!l->err)
		l->err = err;
}

/* One escaped octet behind a backslash at p[*at]; false when there is none. */
static bool unescape(struct str s, size_t *at, char *out)
{
	char c = *at < s.n ? s.p[*at] : '\0';

	if (c == '"' || c == '\\') {
		*out = c;
	} else if (c == 'r' || c == 'n' || c == 't') {
		*out = c == 'r' ? '\r' : c == 'n' ? '\n' : '\t';
	} else {
		uint32_t v;

		if (str_sub(s, *at, 3).n != 3 || !str_to_u32(str_sub(s, *at, 3), 255, &v))
			return false;
		*out = (char)(unsigned char)v;
		*at += 2;
	}
	++*at;
	return true;
}

/* Reads quoted text from s[*at], which stands behind the opening mark, to behind the closing one.
 */
static bool read_quoted(struct arena *a, struct str s, size_t *at, struct str *out)
{
	char *p = arena_alloc(a, s.n - *at + 1);
	size_t n = 0;

	while (*at < s.n && s.p[*at] != '"') {
		char c = s.p[(*at)++];

		if (c == '\\' && !unescape(s, at, &c))
			return false;
		p[n++] = c;
	}
	if (*at >= s.n)
		return false;
	++*at;
	*out = (struct str){ p, n };
	return true;
}

bool line_split(struct line *l, struct str s)
{
	size_t cap = 0, at = 0;

	for (;;) {
		struct word w = { 0 };
		size_t from;

		while (at < s.n && is_wsp(s.p[at]))
			at++;
		if (at >= s.n)
			return true;
		from = at;
		while (at < s.n && !is_wsp(s.p[at]) && s.p[at] != '"')
			at++;
		w.text = str_sub(s, from, at - from);
		if (at < s.n && s.p[at] == '"' && (!w.text.n || w.text.p[w.text.n - 1] == '=')) {
			w.key = str_sub(w.text, 0, w.text.n ? w.text.n - 1 : 0);
			w.quoted = true;
			at++;
			if (!read_quoted(l->arena, s, &at, &w.text)) {
				line_fail(l, "quoted text with a bad escape or without an end");
				return false;
			}
		} else if (at < s.n && s.p[at] == '"') {
			line_fail(l, "a quotation mark within a word");
			return false;
		}
		l->word = arena_grow(l->arena, l->word, l->n, &cap, sizeof(w));
		l->word[l->n++] = w;
	}
}

const struct word *line_peek(const struct line *l)
{
	return !l->err && l->at < l->n ? &l->word[l->at] : NULL;
}

struct str line_next(struct line *l, const char *what)
{
	const struct word *w = line_peek(l);

	if (!w || w->quoted) {
		line_fail(l, arena_printf(l->arena, "%s is missing", what));
		return S("");
	}
	l->at++;
	return w->text;
}

bool line_next_is(const struct line *l, const char *text)
{
	const struct word *w = line_peek(l);

	return w && !w->quoted && str_eq(w->text, str_c(text));
}

/* key=number or key="text" at the cursor. */
bool line_attribute(struct line *l, const char *key, struct str *value)
{
	const struct word *w = line_peek(l);
	size_t n = strlen(key);

	if (!w)
		return false;
	if (w->quoted && str_eq(w->key, str_c(key)))
		*value = w->text;
	else if (!w->quoted && w->text.n > n && w->text.p[n] == '=' &&
		 str_starts(w->text, str_c(key)))
		*value = str_from(w->text, n + 1);
	else
		return false;
	l->at++;
	return true;
}

uint32_t line_number(struct line *l, struct str s, const char *what)
{
	uint32_t v = 0;

	if (!str_to_u32(s, UINT32_MAX, &v))
		line_fail(l, arena_printf(l->arena, "%s is no number", what));
	return v;
}

const char *line_name(struct line *l, struct str s)
{
	const char *n = name_from_text(l->arena, s);

	if (!n)
		line_fail(l, "not a domain name");
	return n;
}

const char *line_text(struct line *l, struct str s)
{
	return arena_strndup(l->arena, s.p, s.n);
}

static int hex_digit(char c)
{
	c = ascii_lower(c);
	return ascii_is_digit((unsigned char)c) ? c - '0'
	       : c >= 'a' && c <= 'f'           ? c - 'a' + 10
						: -1;
}

void line_hex(struct line *l, struct str hex, uint8_t *out, size_t n)
{
	if (hex.n != n * 2)
		return line_fail(l, "the data is not as long as it says");
	for (size_t i = 0; i < n; i++) {
		int hi = hex_digit(hex.p[i * 2]), lo = hex_digit(hex.p[i * 2 + 1]);

		if (hi < 0 || lo < 0)
			return line_fail(l, "a character that is no hexadecimal digit");
		out[i] = (uint8_t)(hi << 4 | lo);
	}
}

void line_put_quoted(struct buf *out, struct str s)
{
	buf_addc(out, '"');
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\')
			buf_addf(out, "\\%c", c);
		else if (c == '\r')
			buf_adds(out, "\\r");
		else if (c == '\n')
			buf_adds(out, "\\n");
		else if (c == '\t')
			buf_adds(out, "\\t");
		else if (c < 0x20 || c > 0x7e)
			buf_addf(out, "\\%03u", c);
		else
			buf_addc(out, (char)c);
	}
	buf_addc(out, '"');
}

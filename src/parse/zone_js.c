/* DNSControl: what `dnscontrol get-zones --format=js` (and djs) prints, as values. No code is run,
 * and nothing is read that would have to be: calls, words, numbers, strings, lists and maps alone.
 */
#include "zone_js.h"

enum { JS_DEPTH_MAX = 8 };

void js_fail(struct js *j, unsigned line, unsigned column, const char *what)
{
	if (!j->err)
		j->err = arena_printf(
			j->arena,
			"%s:%u:%u: %s: of JavaScript only what `dnscontrol get-zones` prints is read, and no "
			"code is run; give it what `dnscontrol print-ir` prints",
			j->file, line, column, what);
}

void js_fail_here(struct js *j, const char *what)
{
	js_fail(j, j->line, (unsigned)(j->at - j->line_at) + 1, what);
}

/* ---- octets ---- */

static char peek(const struct js *j)
{
	return j->at < j->text.n ? j->text.p[j->at] : 0;
}

static bool is_name(char c)
{
	return ascii_is_alpha((unsigned char)c) || ascii_is_digit((unsigned char)c) || c == '_' ||
	       c == '$';
}

static void skip_to(struct js *j, size_t at)
{
	for (; j->at < at && j->at < j->text.n; j->at++)
		if (j->text.p[j->at] == '\n') {
			j->line++;
			j->line_at = j->at + 1;
		}
}

/* get-zones makes a comment of the zone's own name servers, which the provider sets: these are
 * read.
 */
static size_t before_nameserver(const struct js *j, struct str rest)
{
	return !j->inside                                 ? 0
	       : str_starts(rest, S("//NAMESERVER(\""))   ? 2
	       : str_starts(rest, S("//, NAMESERVER(\"")) ? 4
							  : 0;
}

/* Over blanks and comments. */
static void skip(struct js *j)
{
	for (;;) {
		struct str rest = str_from(j->text, j->at);
		ptrdiff_t end;

		if (rest.n && strchr(" \t\r\n", rest.p[0]) && rest.p[0]) {
			skip_to(j, j->at + 1);
		} else if (before_nameserver(j, rest)) {
			j->at += before_nameserver(j, rest);
			return;
		} else if (str_starts(rest, S("//"))) {
			end = str_find(rest, '\n');
			skip_to(j, end < 0 ? j->text.n : j->at + (size_t)end);
		} else if (str_starts(rest, S("/*"))) {
			end = str_find_str(str_from(rest, 2), S("*/"));
			skip_to(j, end < 0 ? j->text.n : j->at + (size_t)end + 4);
		} else {
			return;
		}
	}
}

bool js_take(struct js *j, char c)
{
	skip(j);
	if (peek(j) != c)
		return false;
	j->at++;
	return true;
}

struct str js_word(struct js *j)
{
	size_t from;

	skip(j);
	from = j->at;
	while (is_name(peek(j)))
		j->at++;
	return str_sub(j->text, from, j->at - from);
}

/* ---- strings ---- */

static bool hex(const struct js *j, size_t at, size_t digits, uint32_t *out)
{
	*out = 0;
	for (size_t i = at; i < at + digits; i++) {
		char c = i < j->text.n ? ascii_lower(j->text.p[i]) : 'x';

		if (!ascii_is_digit((unsigned char)c) && (c < 'a' || c > 'f'))
			return false;
		*out = *out << 4 |
		       (uint32_t)(ascii_is_digit((unsigned char)c) ? c - '0' : c - 'a' + 10);
	}
	return true;
}

static void add_character(struct draft_text *t, uint32_t c)
{
	if (c < 0x80) {
		text_add(t, (char)c);
		return;
	}
	if (c >= 0x10000) {
		text_add(t, (char)(0xf0 | c >> 18));
		text_add(t, (char)(0x80 | (c >> 12 & 0x3f)));
	} else if (c >= 0x800) {
		text_add(t, (char)(0xe0 | c >> 12));
	}
	text_add(t, (char)(c >= 0x800 ? 0x80 | (c >> 6 & 0x3f) : 0xc0 | c >> 6));
	text_add(t, (char)(0x80 | (c & 0x3f)));
}

/* An escape, behind its backslash. */
static void add_escape(struct js *j, struct draft_text *t)
{
	static const char from[] = "bfnrtv", to[] = "\b\f\n\r\t\v";
	char c = peek(j);
	const char *at = c ? strchr(from, c) : NULL;
	uint32_t unit, low;

	j->at++;
	if (at) {
		text_add(t, to[at - from]);
	} else if (c == 'u' && hex(j, j->at, 4, &unit)) {
		j->at += 4;
		if (unit >= 0xd800 && unit < 0xdc00 && hex(j, j->at + 2, 4, &low) &&
		    low >= 0xdc00 && low < 0xe000) {
			unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
			j->at += 6;
		} else if (unit >= 0xd800 && unit < 0xe000) {
			unit = 0xfffd;
		}
		add_character(t, unit);
	} else if (c == 'x' && hex(j, j->at, 2, &unit)) {
		j->at += 2;
		add_character(t, unit);
	} else if (c > 0x1f && !ascii_is_digit((unsigned char)c)) {
		text_add(t, c);
	} else {
		js_fail_here(j, "an escape that is none");
	}
}

static struct str read_string(struct js *j)
{
	struct draft_text t = { .arena = j->arena };
	char quote = peek(j);

	for (j->at++; !j->err && peek(j) != quote;) {
		char c = j->at < j->text.n ? j->text.p[j->at] : '\n';

		if (c == '\n') {
			js_fail_here(j, "a string without its end");
		} else if (c == '\\') {
			j->at++;
			add_escape(j, &t);
		} else {
			text_add(&t, c);
			j->at++;
		}
	}
	j->at++;
	return t.p ? (struct str){ t.p, t.n } : S("");
}

/* ---- values ---- */

/* Up to the closing mark. A comma may be missing at the end of a line: get-zones puts some behind a
 * comment. */
static void read_items(struct js *j, struct js_value *v, char close, unsigned depth)
{
	j->inside++;
	while (!j->err && !js_take(j, close)) {
		struct js_value *x;

		if (js_take(j, ','))
			continue;
		v->item = arena_grow(j->arena, v->item, v->n, &v->cap, sizeof(*v->item));
		x = &v->item[v->n];
		if (!js_value(j, depth + 1, x))
			return;
		v->n++;
		skip(j);
		if (v->kind == JS_MAP && v->n % 2 == 1 && peek(j) == ':')
			j->at++;
		else if (peek(j) != ',' && peek(j) != close && j->line == x->line)
			js_fail_here(j, "an expression");
	}
	j->inside--;
}

bool js_value(struct js *j, unsigned depth, struct js_value *out)
{
	char c;

	skip(j);
	c = peek(j);
	*out = (struct js_value){ .line = j->line,
				  .column = (unsigned)(j->at - j->line_at) + 1,
				  .text = S("") };
	if (depth > JS_DEPTH_MAX)
		js_fail_here(j, "lists within lists");
	else if (++j->values > DOC_NODES_MAX)
		js_fail_here(j, "too many values in one file");
	else if (c == '"' || c == '\'')
		out->text = read_string(j);
	else if (c == '[' || c == '{') {
		out->kind = c == '[' ? JS_LIST : JS_MAP;
		j->at++;
		read_items(j, out, c == '[' ? ']' : '}', depth);
	} else if (is_name(c)) {
		out->kind = ascii_is_digit((unsigned char)c) ? JS_NUMBER : JS_WORD;
		out->text = js_word(j);
		if (out->kind == JS_WORD && js_take(j, '(')) {
			out->kind = JS_CALL;
			read_items(j, out, ')', depth);
		}
	} else {
		js_fail_here(j, c ? "no value" : "the end of the file in the middle of it");
	}
	return !j->err;
}

bool js_is(const struct js_value *v, enum js_kind kind, const char *text)
{
	return v->kind == kind && str_eq(v->text, str_c(text));
}

char js_peek(struct js *j)
{
	skip(j);
	return peek(j);
}

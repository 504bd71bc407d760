/* Entries of a zone file (RFC 1035 5.1), found by quotes, parentheses and comments alone. */
#include "zone_read.h"

/* Where reading stands within an entry. */
struct lexer {
	const unsigned char *p;
	size_t n, at;
	unsigned depth; /* of parentheses */
	bool quote;
	size_t word; /* octets of the word so far */
};

static bool is_odd(unsigned char c)
{
	return (c < 0x20 && c != '\t') || c > 0x7e;
}

static void skip_comment(struct lexer *l)
{
	while (l->at < l->n && l->p[l->at] != '\n')
		l->at++;
}

/* Steps over what follows a backslash: \DDD or \X. */
static void skip_escape(struct lexer *l, struct zone_entry *e)
{
	if (l->at >= l->n || l->p[l->at] == '\n')
		return;
	if (is_odd(l->p[l->at]))
		e->odd = true;
	if (!ascii_is_digit(l->p[l->at])) {
		l->at++;
		return;
	}
	for (int i = 0; i < 3 && l->at < l->n && ascii_is_digit(l->p[l->at]); i++)
		l->at++;
}

static void count(struct lexer *l, struct zone_entry *e)
{
	e->blank = false;
	if (++l->word > e->longest)
		e->longest = l->word;
}

/* One octet outside quotation marks that is none of \ " and newline. */
static void lex_plain(struct lexer *l, struct zone_entry *e, unsigned char c)
{
	switch (c) {
	case ';': skip_comment(l); break;
	case '(':
		if (++l->depth > 1)
			e->odd = true;
		break;
	case ')':
		if (l->depth > 1)
			e->odd = true;
		if (l->depth)
			l->depth--;
		break;
	case '\r': e->odd = true; break;
	case ' ':
	case '\t': break;
	default:
		if (is_odd(c))
			e->odd = true;
		count(l, e);
		return;
	}
	l->word = 0;
}

bool zone_entry_next(struct str text, size_t *at, unsigned *line, struct zone_entry *out)
{
	struct lexer l = { .p = (const unsigned char *)text.p, .n = text.n, .at = *at };

	if (*at >= text.n)
		return false;
	*out = (struct zone_entry){ .line = *line, .blank = true };
	while (l.at < l.n) {
		unsigned char c = l.p[l.at++];

		if (c == '\n') {
			++*line;
			if (!l.depth)
				break;
			if (l.quote)
				count(&l, out);
			else
				l.word = 0;
		} else if (c == '\\') {
			skip_escape(&l, out);
			count(&l, out);
		} else if (c == '"') {
			l.quote = !l.quote;
			l.word = 0;
			out->blank = false;
			if (!l.quote && l.at < l.n && l.p[l.at] == '"')
				out->odd = true;
		} else if (l.quote) {
			if (is_odd(c))
				out->odd = true;
			count(&l, out);
		} else {
			lex_plain(&l, out, c);
		}
	}
	out->open_quote = l.quote;
	out->open_paren = l.depth > 0;
	out->text = str_sub(text, *at, l.at - *at);
	*at = l.at;
	return true;
}

struct plain {
	char *p;
	size_t n;
	enum zone_escape escape;
	bool owner; /* within the name that begins the entry */
};

static void put(struct plain *o, char c)
{
	o->p[o->n++] = c;
}

static void put_decimal(struct plain *o, unsigned char c)
{
	put(o, '\\');
	put(o, (char)('0' + c / 100));
	put(o, (char)('0' + c / 10 % 10));
	put(o, (char)('0' + c % 10));
}

static bool is_blank(unsigned char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool in_name(const struct plain *o)
{
	return o->escape == ZONE_ESCAPE_ALL || (o->escape == ZONE_ESCAPE_OWNER && o->owner);
}

/* Is `c`, the octet before l->at, one that libzscanner takes in a name only when it is escaped? An
 * @ that is a whole word is the origin. */
static bool is_foreign(const struct lexer *l, unsigned char c)
{
	bool first = l->at == 1 || is_blank(l->p[l->at - 2]);
	bool last = l->at == l->n || is_blank(l->p[l->at]);

	if (ascii_is_alpha(c) || ascii_is_digit(c) || strchr("*-_/.", c))
		return false;
	return c != '@' || !first || !last;
}

/* One octet outside quotation marks that is neither \ nor ". */
static void plain_octet(struct lexer *l, struct plain *o, unsigned char c)
{
	if (is_blank(c) || strchr(";()", c))
		o->owner = false;
	if (c == ';') {
		skip_comment(l);
	} else if (c == '(') {
		put(o, ++l->depth > 1 ? ' ' : '(');
	} else if (c == ')') {
		put(o, l->depth > 1 ? ' ' : ')');
		l->depth -= l->depth > 0;
	} else if (is_blank(c)) {
		put(o, c == '\r' ? ' ' : (char)c);
	} else if (is_odd(c) || (in_name(o) && is_foreign(l, c))) {
		put_decimal(o, c);
	} else {
		put(o, (char)c);
	}
}

/* What a backslash stands before. */
static void plain_escape(struct lexer *l, struct plain *o)
{
	unsigned char c = l->at < l->n ? l->p[l->at] : '\n';

	if (is_odd(c) && c != '\n' && c != '\r') {
		put_decimal(o, c);
		l->at++;
		return;
	}
	put(o, '\\');
	if (c != '\n' && c != '\r') {
		put(o, (char)c);
		l->at++;
	}
}

struct str zone_entry_plain(struct arena *a, const struct zone_entry *e, enum zone_escape escape)
{
	struct lexer l = { .p = (const unsigned char *)e->text.p, .n = e->text.n };
	struct plain o = { .p = arena_array(a, l.n, 4), .escape = escape, .owner = true };

	while (l.at < l.n) {
		unsigned char c = l.p[l.at++];

		if (c == '\\') {
			plain_escape(&l, &o);
		} else if (c == '"') {
			put(&o, '"');
			l.quote = !l.quote;
			if (!l.quote && l.at < l.n && l.p[l.at] == '"')
				put(&o, ' ');
		} else if (!l.quote) {
			plain_octet(&l, &o, c);
		} else if (c == '\n' || c == '\t' || !is_odd(c)) {
			put(&o, (char)c);
		} else if (c != '\r' || l.at == l.n || l.p[l.at] != '\n') {
			put_decimal(&o, c);
		}
	}
	return (struct str){ o.p, o.n };
}

size_t zone_entry_words(const struct zone_entry *e, struct str *word, size_t max)
{
	struct lexer l = { .p = (const unsigned char *)e->text.p, .n = e->text.n };
	size_t n = 0;

	for (;;) {
		size_t from;
		bool quoted;

		while (l.at < l.n && strchr(" \t\r\n()", l.p[l.at]))
			l.at++;
		if (l.at >= l.n || l.p[l.at] == ';')
			return n;
		if (n == max)
			return max + 1;
		quoted = l.p[l.at] == '"';
		from = l.at += quoted;
		while (l.at < l.n && !strchr(quoted ? "\"\n" : " \t\r\n();", l.p[l.at]))
			l.at += l.p[l.at] == '\\' && l.at + 1 < l.n && l.p[l.at + 1] != '\n' ? 2
											     : 1;
		word[n++] = str_sub(e->text, from, l.at - from);
		if (quoted && l.at < l.n && l.p[l.at] == '"')
			l.at++;
	}
}

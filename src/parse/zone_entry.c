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

/* How many octets at the start of an entry are its owner name; 0 when it begins with a blank. */
static size_t owner_length(struct str text)
{
	size_t n = 0;

	while (n < text.n && !strchr(" \t\r\n;()\"", text.p[n]) && text.p[n])
		n += text.p[n] == '\\' && n + 1 < text.n ? 2 : 1;
	return n < text.n ? n : text.n;
}

/* Printable octets that name servers take in an owner name and libzscanner does not. */
static bool is_odd_in_owner(unsigned char c)
{
	return c && strchr("!#%&'+,:<=>?[]^`{|}~", c);
}

static bool has_odd_owner(struct str text)
{
	size_t n = owner_length(text);

	for (size_t i = 0; i < n; i++)
		if (is_odd_in_owner((unsigned char)text.p[i]))
			return true;
	return false;
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
	out->odd |= has_odd_owner(out->text);
	*at = l.at;
	return true;
}

struct plain {
	char *p;
	size_t n;
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

/* One octet outside quotation marks that is neither \ nor ". */
static void plain_octet(struct lexer *l, struct plain *o, unsigned char c)
{
	if (c == ';')
		skip_comment(l);
	else if (c == '\r')
		put(o, ' ');
	else if (c == '(')
		put(o, ++l->depth > 1 ? ' ' : '(');
	else if (c == ')' && l->depth > 1)
		l->depth--, put(o, ' ');
	else if (c == ')')
		l->depth = 0, put(o, ')');
	else if (is_odd(c) && c != '\n')
		put_decimal(o, c);
	else
		put(o, (char)c);
}

struct str zone_entry_plain(struct arena *a, const struct zone_entry *e)
{
	struct lexer l = { .p = (const unsigned char *)e->text.p, .n = e->text.n };
	struct plain o = { arena_array(a, l.n, 4), 0 };
	size_t owner = owner_length(e->text);

	while (l.at < l.n) {
		unsigned char c = l.p[l.at++];

		if (l.at <= owner && is_odd_in_owner(c)) {
			put_decimal(&o, c);
			continue;
		}
		if (c == '\\' && l.at < l.n && is_odd(l.p[l.at])) {
			if (l.p[l.at] == '\n' || l.p[l.at] == '\r')
				put(&o, '\\');
			else
				put_decimal(&o, l.p[l.at++]);
		} else if (c == '\\' && l.at < l.n) {
			put(&o, '\\');
			put(&o, (char)l.p[l.at++]);
		} else if (c == '"') {
			put(&o, '"');
			l.quote = !l.quote;
			if (!l.quote && l.at < l.n && l.p[l.at] == '"')
				put(&o, ' ');
		} else if (!l.quote) {
			plain_octet(&l, &o, c);
		} else if (c == '\r' && l.at < l.n && l.p[l.at] == '\n') {
			continue;
		} else if (is_odd(c) && c != '\n') {
			put_decimal(&o, c);
		} else {
			put(&o, (char)c);
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

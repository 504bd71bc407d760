#include "escape.h"

/* What a format writes for a printable octet; NULL: the octet itself. */
typedef const char *spell_fn(char c);

static void put_hex(struct buf *out, char c)
{
	buf_addf(out, "\\x%02X", (unsigned)(unsigned char)c);
}

static bool is_printable(char c)
{
	return c >= ' ' && c <= '~';
}

static void spell(struct buf *out, struct str s, spell_fn *fn, bool lines)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		const char *as = is_printable(c) ? fn(c) : NULL;

		if (as)
			buf_adds(out, as);
		else if (is_printable(c) || (lines && c == '\n'))
			buf_addc(out, c);
		else if (!(lines && c == '\r' && i + 1 < s.n && s.p[i + 1] == '\n'))
			put_hex(out, c);
	}
}

static const char *in_xml(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	case '"': return "&quot;";
	case '\'': return "&#39;";
	default: return NULL;
	}
}

void escape_xml(struct buf *out, struct str s)
{
	spell(out, s, in_xml, false);
}

void escape_xml_lines(struct buf *out, struct str s)
{
	spell(out, s, in_xml, true);
}

static const char *in_csv(char c)
{
	return c == '"' ? "\"\"" : NULL;
}

void escape_csv(struct buf *out, struct str s)
{
	bool formula = s.n && strchr("=+-@", s.p[0]), quoted = formula;

	for (size_t i = 0; i < s.n && !quoted; i++)
		quoted = s.p[i] == '"' || s.p[i] == ',' || s.p[i] == ' ' || s.p[i] == ';';
	if (quoted)
		buf_addc(out, '"');
	if (formula)
		buf_addc(out, '\'');
	spell(out, s, in_csv, false);
	if (quoted)
		buf_addc(out, '"');
}

static const char *in_message(char c)
{
	return c == '%' ? "%25" : NULL;
}

static const char *in_property(char c)
{
	return c == '%' ? "%25" : c == ':' ? "%3A" : c == ',' ? "%2C" : NULL;
}

void escape_command(struct buf *out, struct str s, bool property)
{
	spell(out, s, property ? in_property : in_message, false);
}

static const char *in_markdown(char c)
{
	switch (c) {
	case '&': return "&amp;";
	case '<': return "&lt;";
	case '>': return "&gt;";
	/* A zero-width space keeps what stands there from being a mention or a reference. */
	case '@': return "@&#8203;";
	case '#': return "&#35;&#8203;";
	case '\\': return "\\\\";
	case '`': return "\\`";
	case '*': return "\\*";
	case '_': return "\\_";
	case '[': return "\\[";
	case ']': return "\\]";
	case '|': return "\\|";
	case '~': return "\\~";
	case '!': return "\\!";
	case '$': return "\\$";
	default: return NULL;
	}
}

/* The length of what readers make a link of by itself; 0: nothing begins here. */
static size_t link_at(struct str s)
{
	return str_starts_ci(s, S("://")) ? 1 : str_starts_ci(s, S("www.")) ? 3 : 0;
}

void escape_markdown(struct buf *out, struct str s)
{
	for (size_t i = 0, n; i < s.n; i += n) {
		size_t link = link_at(str_from(s, i));

		n = link ? link : 1;
		spell(out, str_sub(s, i, n), in_markdown, false);
		if (link)
			buf_adds(out, "&#8203;");
	}
}

static const char *as_it_is(char c)
{
	(void)c;
	return NULL;
}

static const char *in_cell(char c)
{
	return c == '|' ? "\\|" : NULL;
}

void escape_markdown_code(struct buf *out, struct str s, bool cell)
{
	size_t most = 0, run = 0;
	bool pad;

	for (size_t i = 0; i < s.n; i++) {
		run = s.p[i] == '`' ? run + 1 : 0;
		most = run > most ? run : most;
	}
	pad = !s.n || s.p[0] == '`' || s.p[s.n - 1] == '`' || s.p[0] == ' ';
	buf_pad(out, '`', most + 1);
	buf_pad(out, ' ', pad);
	spell(out, s, cell ? in_cell : as_it_is, false);
	buf_pad(out, ' ', pad);
	buf_pad(out, '`', most + 1);
}

static const char *in_label(char c)
{
	return c == '\\' ? "\\\\" : c == '"' ? "\\\"" : NULL;
}

/* The backslash of \xNN is one of the label's, so it is doubled as well. */
void escape_label(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (!is_printable(s.p[i]))
			buf_addc(out, '\\');
		spell(out, str_sub(s, i, 1), in_label, false);
	}
}

static const char *in_plugin(char c)
{
	switch (c) {
	case '|': return "\\x7C";
	case '<': return "\\x3C";
	case '>': return "\\x3E";
	case '&': return "\\x26";
	case '`': return "\\x60";
	case '$': return "\\x24";
	default: return NULL;
	}
}

void escape_plugin(struct buf *out, struct str s)
{
	spell(out, s, in_plugin, false);
}

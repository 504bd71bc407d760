/* SMTP replies. The grammar is RFC 5321 4.2's: code, "-" or a blank, text, line end. Layer: parse.
 */
#include "smtp_reply.h"

static bool is_alnum(char c)
{
	return ascii_is_alpha((unsigned char)c) || ascii_is_digit((unsigned char)c);
}

/* 2xx to 5xx, the second digit 0 to 5. False when there are fewer than three characters as well. */
static bool read_code(struct str s, unsigned *code)
{
	if (s.n < 3 || s.p[0] < '2' || s.p[0] > '5' || s.p[1] < '0' || s.p[1] > '5' ||
	    !ascii_is_digit((unsigned char)s.p[2]))
		return false;
	*code = (unsigned)(s.p[0] - '0') * 100 + (unsigned)(s.p[1] - '0') * 10 +
		(unsigned)(s.p[2] - '0');
	return true;
}

/* Octets of digits at the start of s, at most `most`; 0 when there are more, or none. */
static size_t digits(struct str s, size_t most)
{
	size_t n = 0;

	while (n < s.n && ascii_is_digit((unsigned char)s.p[n]))
		n++;
	return n <= most ? n : 0;
}

/* RFC 3463 2: class "." subject "." detail. Its class is the reply's. */
static struct str find_enhanced(const struct smtp_reply *r)
{
	struct str s = r->line[0];
	size_t at = 1, n;

	if (s.n < 5 || (unsigned)(s.p[0] - '0') != r->code / 100)
		return S("");
	for (int i = 0; i < 2; i++) {
		if (at >= s.n || s.p[at] != '.' || !(n = digits(str_from(s, at + 1), 3)))
			return S("");
		at += 1 + n;
	}
	return at == s.n || is_wsp(s.p[at]) ? str_sub(s, 0, at) : S("");
}

static bool bad(struct smtp_reply *r, const char *fault)
{
	r->state = SMTP_REPLY_BAD;
	r->fault = fault;
	return false;
}

/* One line, its end left out. Returns whether more follow. */
static bool read_line(struct arena *a, struct str s, size_t *cap, struct smtp_reply *r)
{
	unsigned code;

	if (!read_code(s, &code) || (s.n > 3 && s.p[3] != '-' && s.p[3] != ' '))
		return bad(r, "a line that does not begin with a reply code");
	if (r->nline && code != r->code)
		return bad(r, "lines with different codes in one reply");
	if (r->nline == SMTP_LINES_MAX)
		return bad(r, "a reply of more than 128 lines");
	r->code = code;
	r->line = arena_grow(a, r->line, r->nline, cap, sizeof(*r->line));
	r->line[r->nline++] = str_from(s, 4);
	if (s.n > 3 && s.p[3] == '-')
		return true;
	r->state = SMTP_REPLY_WHOLE;
	r->enhanced = find_enhanced(r);
	return false;
}

/* Enough of a line to see that it is none, though its end has not come. */
static void judge_start(struct str s, struct smtp_reply *r)
{
	char line[] = "200 ";

	if (s.n > SMTP_LINE_MAX) {
		bad(r, "a line without an end");
		return;
	}
	for (size_t i = 0; i < s.n && i < 4; i++)
		line[i] = s.p[i];
	if (!read_code((struct str){ line, 3 }, &(unsigned){ 0 }) ||
	    (s.n > 3 && !strchr("- \r", line[3])))
		bad(r, "a line that does not begin with a reply code");
}

void parse_smtp_reply(struct arena *a, struct str text, struct smtp_reply *out)
{
	size_t cap = 0;
	bool more = true;

	*out = (struct smtp_reply){ .state = SMTP_REPLY_MORE };
	while (more) {
		struct str rest = str_from(text, out->used), line;
		ptrdiff_t end = str_find(rest, '\n');

		if (end < 0 || end > SMTP_LINE_MAX) {
			judge_start(rest, out);
			return;
		}
		line = str_sub(rest, 0, (size_t)end);
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		out->used += (size_t)end + 1;
		more = read_line(a, line, &cap, out);
	}
}

struct str smtp_reply_host(const struct smtp_reply *r)
{
	struct str s = r->nline ? str_trim(r->line[0]) : S("");
	size_t n = 0;

	while (n < s.n && !is_wsp(s.p[n]))
		n++;
	return str_sub(s, 0, n);
}

struct str smtp_reply_keyword(const struct smtp_reply *r, size_t i)
{
	struct str s = i + 1 < r->nline ? r->line[i + 1] : S("");
	size_t n = 0;

	while (n < s.n && (is_alnum(s.p[n]) || (n && s.p[n] == '-')))
		n++;
	/* "AUTH=LOGIN" is how some old servers write it */
	return n == s.n || is_wsp(s.p[n]) || s.p[n] == '=' ? str_sub(s, 0, n) : S("");
}

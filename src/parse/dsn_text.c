/* What the text of a bounce quotes: the reply among a mail server's own sentences.
 *
 * 1. A transcript ("<<< 550 ...") holds the reply as it was, with all its lines.
 * 2. Words that servers put in front of a reply ("said:", "Remote host said:", "returned", "The
 * response was:") lead to it; it goes on to an empty line or the end of the quotation.
 * 3. Else the first line that begins with a refusing reply code and all that follow it without an
 * empty line, or the first line with an enhanced code. */
#include "dsn_text.h"

enum { REPLY_LINES_MAX = 40, REPLY_OCTETS_MAX = 8 * 1024 };

/* ---- lines ---- */

static struct str next_line(struct str *rest)
{
	ptrdiff_t end = str_find(*rest, '\n');
	struct str line = end < 0 ? *rest : str_sub(*rest, 0, (size_t)end);

	*rest = end < 0 ? S("") : str_from(*rest, (size_t)end + 1);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* Three digits of a refusal, and a blank, a dash or the end behind them. */
static bool has_code(struct str s)
{
	return s.n >= 3 && (s.p[0] == '4' || s.p[0] == '5') &&
	       ascii_is_digit((unsigned char)s.p[1]) && ascii_is_digit((unsigned char)s.p[2]) &&
	       (s.n == 3 || s.p[3] == ' ' || s.p[3] == '-');
}

static bool has_enhanced(struct str s)
{
	return s.n >= 5 && (s.p[0] == '4' || s.p[0] == '5') && s.p[1] == '.' &&
	       ascii_is_digit((unsigned char)s.p[2]) &&
	       (s.p[3] == '.' || (ascii_is_digit((unsigned char)s.p[3]) && s.p[4] == '.'));
}

struct joined {
	char *p;
	size_t n;
};

static void join(struct joined *j, struct str line)
{
	if (line.n + 1 > REPLY_OCTETS_MAX - j->n)
		line.n = REPLY_OCTETS_MAX - j->n - 1;
	if (!line.n)
		return;
	if (j->n)
		j->p[j->n++] = ' ';
	memcpy(j->p + j->n, line.p, line.n);
	j->n += line.n;
}

static struct str joined(const struct joined *j)
{
	return (struct str){ j->p, j->n };
}

/* ---- the copy of the message ---- */

static bool begins_copy(struct str line)
{
	static const char *const words[] = {
		"------ this is a copy of",  "--- below this line is a copy",
		"----- original message",    "--- original message",
		"----- unsent message",      "---- unsent message",
		"--- the message cannot be", "------ this is the beginning of",
		"original message follows",  "--- undelivered message",
		"----- message header",      "--- the header of the original",
		"original message headers:", "message header follows",
		"received: from ",
	};
	struct str s = str_trim(line);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_starts_ci(s, str_c(words[i])))
			return true;
	return false;
}

/* Where the copy begins; the length of the text: there is none. */
static size_t copy_at(struct str text)
{
	for (struct str rest = text; rest.n;) {
		size_t at = text.n - rest.n;

		if (begins_copy(next_line(&rest)))
			return at;
	}
	return text.n;
}

struct str dsn_notice(struct str text)
{
	return str_sub(text, 0, copy_at(text));
}

struct str dsn_original(struct str text)
{
	struct str rest = str_from(text, copy_at(text));

	if (rest.n && !str_starts_ci(rest, S("received:")))
		next_line(&rest);
	while (rest.n && (rest.p[0] == '\n' || rest.p[0] == '\r'))
		rest = str_from(rest, 1);
	return rest;
}

/* ---- transcripts ---- */

/* The first reply that refuses for good among the lines that begin with <<<; else the first that
 * refuses for now. */
struct str dsn_transcript(struct arena *a, struct str notice)
{
	struct joined now = { arena_alloc(a, REPLY_OCTETS_MAX), 0 },
		      best = { arena_alloc(a, REPLY_OCTETS_MAX), 0 };
	bool more = false; /* the reply in `now` goes on */

	for (struct str rest = notice; rest.n;) {
		struct str line = str_trim(next_line(&rest));
		bool quoted = str_starts(line, S("<<<"));

		line = quoted ? str_trim(str_from(line, 3)) : S("");
		if (!more)
			now.n = 0;
		if (quoted && has_code(line))
			join(&now, line);
		more = quoted && line.n > 3 && line.p[3] == '-';
		if (more || !now.n)
			continue;
		if (!best.n || (best.p[0] == '4' && now.p[0] == '5')) {
			best.n = 0;
			join(&best, joined(&now));
		}
	}
	return joined(&best);
}

/* ---- words in front of a reply ---- */

static struct str paragraph(struct arena *a, struct str rest)
{
	struct joined j = { arena_alloc(a, REPLY_OCTETS_MAX), 0 };

	for (int i = 0; i < REPLY_LINES_MAX && rest.n; i++) {
		struct str line = str_trim(next_line(&rest));

		if (!line.n && j.n)
			break;
		join(&j, line);
	}
	return joined(&j);
}

/* Where the word that ends at `at` begins, or the line before the one it is on. */
static size_t begin_of(struct str s, size_t at, bool word)
{
	for (int line = 0; line < 2 && at; line++) {
		while (at && s.p[at - 1] != '\n' && !(word && s.p[at - 1] == ' '))
			at--;
		if (word)
			break;
		at -= line == 0 && at > 0;
	}
	return at;
}

static struct str behind_words(struct arena *a, struct str notice)
{
	static const struct {
		const char *words;
		enum { BEHIND, WORD_BEFORE, LINE_BEFORE } from; /* where it begins: the host */
	} table[] = {
		{ "] said: ", WORD_BEFORE },
		{ "] said:\n", WORD_BEFORE },
		{ "] refused to talk to me: ", WORD_BEFORE },
		{ "remote host said: ", BEHIND },
		{ "smtp error from remote mail server after", LINE_BEFORE },
		{ "smtp error from remote mailer after", LINE_BEFORE },
		{ "the response from the remote server was:", BEHIND },
		{ "the response was:", BEHIND },
		{ "the error that the other server returned was:", BEHIND },
		{ "remote server returned ", BEHIND },
		{ "remote server said: ", BEHIND },
		{ "additional information follows :", BEHIND },
		{ "technical details of permanent failure:", BEHIND },
		{ "diagnostic-code: ", BEHIND },
		{ "smtp; ", BEHIND },
		{ "error reported by the receiving server", BEHIND },
		{ "reason: ", BEHIND },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		ptrdiff_t at = str_find_str_ci(notice, str_c(table[i].words));
		size_t from;

		if (at < 0)
			continue;
		from = (size_t)at + strlen(table[i].words);
		if (table[i].from != BEHIND)
			from = begin_of(notice, (size_t)at, table[i].from == WORD_BEFORE);
		return paragraph(a, str_from(notice, from));
	}
	return S("");
}

/* ---- lines that look like a reply ---- */

static struct str code_line(struct arena *a, struct str notice, bool (*is)(struct str s))
{
	for (struct str rest = notice; rest.n;) {
		struct str from = rest, line = str_trim(next_line(&rest));

		while (line.n && (line.p[0] == '-' || line.p[0] == '>' || line.p[0] == '"' ||
				  line.p[0] == '(' || line.p[0] == ' ' || line.p[0] == '#' ||
				  line.p[0] == '<'))
			line = str_from(line, 1);
		if (is(line))
			return paragraph(a, str_from(from, (size_t)(line.p - from.p)));
	}
	return S("");
}

struct str dsn_quoted_reply(struct arena *a, struct str notice)
{
	struct str s = behind_words(a, notice);

	if (!s.n)
		s = code_line(a, notice, has_code);
	if (!s.n)
		s = code_line(a, notice, has_enhanced);
	return s;
}

/* ---- HTML ---- */

static char entity(struct str s, size_t *n)
{
	static const struct {
		const char *name;
		char c;
	} table[] = {
		{ "&amp;", '&' },  { "&lt;", '<' },    { "&gt;", '>' },   { "&quot;", '"' },
		{ "&#39;", '\'' }, { "&apos;", '\'' }, { "&nbsp;", ' ' }, { "&#160;", ' ' },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (str_starts_ci(s, str_c(table[i].name))) {
			*n = strlen(table[i].name);
			return table[i].c;
		}
	*n = 1;
	return '&';
}

static bool is_block(struct str tag)
{
	static const char *const names[] = { "br", "p",  "/p", "div",   "/div", "tr", "li",
					     "h1", "h2", "h3", "table", "td",   "hr" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i]);

		if (str_starts_ci(tag, str_c(names[i])) &&
		    (tag.n == n || !ascii_is_alpha((unsigned char)tag.p[n])))
			return true;
	}
	return false;
}

/* The end of the tag that begins at s: behind its ">", or behind what a script or a comment holds.
 */
static size_t tag_end(struct str s)
{
	static const struct {
		const char *from, *to;
	} whole[] = { { "<!--", "-->" }, { "<style", "</style>" }, { "<script", "</script>" } };
	ptrdiff_t end;

	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		if (str_starts_ci(s, str_c(whole[i].from))) {
			end = str_find_str_ci(s, str_c(whole[i].to));
			return end < 0 ? s.n : (size_t)end + strlen(whole[i].to);
		}
	end = str_find(s, '>');
	return end < 0 ? s.n : (size_t)end + 1;
}

struct str dsn_strip_html(struct arena *a, struct str html)
{
	char *p = arena_alloc(a, html.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < html.n;) {
		struct str rest = str_from(html, i);

		if (rest.p[0] == '<') {
			if (is_block(str_from(rest, 1)))
				p[n++] = '\n';
			i += tag_end(rest);
		} else if (rest.p[0] == '&') {
			size_t len;

			p[n++] = entity(rest, &len);
			i += len;
		} else {
			p[n++] = rest.p[0];
			i++;
		}
	}
	p[n] = '\0';
	return (struct str){ p, n };
}

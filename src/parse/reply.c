/* Reading an SMTP reply as it was pasted.
 *
 * 1. The text is put on one line: blanks and line ends become single blanks, octets that are no
 *    printable ASCII question marks.
 * 2. What Postfix writes around a reply is taken off: "host X[ip] said:" tells who, "(in reply to
 * RCPT TO command)" when.
 * 3. The reply code is the first word of three digits from 200 on that an enhanced code, a blank, a
 *    dash or the end follows; the same code in front of the reply's later lines goes.
 * 4. The enhanced code is the first x.y.z that no digit or dot stands beside: an address is none.
 */
#include "reply.h"

#include "name.h"

static bool is_host_char(char c)
{
	return ascii_is_alpha((unsigned char)c) || ascii_is_digit((unsigned char)c) || c == '-' ||
	       c == '.' || c == '_';
}

static bool is_word_char(char c)
{
	return ascii_is_alpha((unsigned char)c) || ascii_is_digit((unsigned char)c);
}

/* ---- one line ---- */

/* Is this UTF-8 sequence of two or more octets a control character, or one that changes the
 * direction of what follows or has no width? */
static bool is_unseen(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	if (s.n == 2)
		return p[0] == 0xc2 && p[1] < 0xa0;
	return s.n == 3 && ((p[0] == 0xe2 && p[1] == 0x80 && (p[2] & 0x7f) >= 0x0b) ||
			    (p[0] == 0xe2 && p[1] == 0x81 && p[2] >= 0xa0) ||
			    (p[0] == 0xef && p[1] == 0xbb && p[2] == 0xbf));
}

static struct str one_line(struct arena *a, struct str in)
{
	char *p;
	size_t n = 0;

	if (in.n > REPLY_MAX)
		in.n = REPLY_MAX;
	p = arena_alloc(a, in.n + 1);
	for (size_t i = 0; i < in.n; i++) {
		unsigned char c = (unsigned char)in.p[i];
		bool blank = c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';

		size_t len = c < 0x80 ? 1 : str_utf8(str_from(in, i));

		if (blank && (!n || p[n - 1] == ' '))
			continue;
		if (len > 1 && !is_unseen(str_sub(in, i, len))) {
			memcpy(p + n, in.p + i, len);
			n += len;
			i += len - 1;
			continue;
		}
		p[n++] = blank ? ' ' : c < 0x20 || c > 0x7e ? '?' : (char)c;
	}
	while (n && p[n - 1] == ' ')
		n--;
	p[n] = '\0';
	return (struct str){ p, n };
}

/* ---- codes ---- */

/* x.y.z at the start of s, its length; 0: none. */
static size_t enhanced_len(struct str s)
{
	size_t n = 1, dots = 0, digits = 0;

	if (!s.n || (s.p[0] != '2' && s.p[0] != '4' && s.p[0] != '5'))
		return 0;
	for (; n < s.n; n++) {
		if (s.p[n] == '.') {
			if (dots == 2 || (dots && !digits))
				return 0;
			dots++;
			digits = 0;
		} else if (ascii_is_digit((unsigned char)s.p[n]) && dots) {
			if (++digits > 3)
				return 0;
		} else {
			break;
		}
	}
	/* a full stop behind the code ends a sentence; more digits make it an address */
	return dots == 2 && digits && (n == s.n || !is_word_char(s.p[n])) ? n : 0;
}

static const char *find_enhanced(struct arena *a, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		size_t n;

		if (i && (is_word_char(s.p[i - 1]) || s.p[i - 1] == '.'))
			continue;
		n = enhanced_len(str_from(s, i));
		if (n && !(i + n + 1 < s.n && s.p[i + n] == '.' &&
			   ascii_is_digit((unsigned char)s.p[i + n + 1])))
			return arena_strndup(a, s.p + i, n);
	}
	return NULL;
}

/* Three digits that are a reply code, at the start of s; 0: none. */
static unsigned code_at(struct str s)
{
	uint32_t code;

	if (s.n < 3 || !str_to_u32(str_sub(s, 0, 3), 999, &code) || code < 200 || code > 599)
		return 0;
	if (s.n > 3 && s.p[3] != ' ' && s.p[3] != '-')
		return 0;
	return code;
}

static size_t find_code(struct str s, unsigned *code)
{
	for (size_t i = 0; i < s.n; i++) {
		if (i && s.p[i - 1] != ' ' && s.p[i - 1] != ';' && s.p[i - 1] != ':' &&
		    s.p[i - 1] != '(' && s.p[i - 1] != '"')
			continue;
		*code = code_at(str_from(s, i));
		/* a code of success in front of the refusal is a greeting's */
		if (*code >= 400)
			return i;
	}
	*code = 0;
	return 0;
}

/* Without what begins the reply's second and later lines: its code and a dash or blank, and the
 * enhanced code behind it. */
static struct str drop_codes(struct arena *a, struct str s, size_t at, unsigned code,
			     const char *enhanced)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = at, e = enhanced ? strlen(enhanced) : 0;
	bool first = true;

	if (at)
		memcpy(p, s.p, at);

	for (size_t i = at; i < s.n;) {
		struct str rest = str_from(s, i);

		if (code && (!i || s.p[i - 1] == ' ') && code_at(rest) == code && rest.n > 4) {
			size_t skip = 4;

			if (e && str_starts(str_from(rest, 4), str_c(enhanced)) && 4 + e < rest.n &&
			    rest.p[4 + e] == ' ')
				skip += e + 1;
			if (!first) {
				i += skip;
				continue;
			}
			/* a first line that goes on reads like one that does not */
			memcpy(p + n, rest.p, skip);
			p[n + 3] = ' ';
			n += skip;
			i += skip;
			first = false;
			continue;
		}
		p[n++] = s.p[i++];
	}
	p[n] = '\0';
	return (struct str){ p, n };
}

/* ---- who and when ---- */

static const char *lower(struct arena *a, struct str s)
{
	char *p = arena_strndup(a, s.p, s.n);

	for (size_t i = 0; i < s.n; i++)
		p[i] = ascii_lower(p[i]);
	return p;
}

/* "host mx.example.net[192.0.2.1] said: 550 ..." and "(host ... [..] refused to talk to me: ..." */
static struct str take_host(struct arena *a, struct str s, struct reply *out)
{
	static const char *const says[] = { "] said: ", "] refused to talk to me: " };

	for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++) {
		ptrdiff_t end = str_find_str(s, str_c(says[i]));
		size_t open, from;

		if (end < 0)
			continue;
		for (open = (size_t)end; open && s.p[open] != '['; open--)
			;
		for (from = open; from && is_host_char(s.p[from - 1]); from--)
			;
		if (open > from) {
			out->host = lower(a, str_sub(s, from, open - from));
			out->host_ip = arena_strndup(a, s.p + open + 1, (size_t)end - open - 1);
		}
		if (i == 1)
			out->stage = "connect";
		return str_from(s, (size_t)end + strlen(says[i]));
	}
	return s;
}

/* What stands in front of the code: "host mx.example.net [192.0.2.1] SMTP error from remote mail
 * server after RCPT TO:<u@example.net>:", as Exim has it. */
static void take_exim(struct arena *a, struct str s, struct reply *out)
{
	static const struct {
		const char *words, *stage;
	} table[] = {
		{ "after initial connection", "connect" },
		{ "after ehlo", "helo" },
		{ "after helo", "helo" },
		{ "after mail from", "mail" },
		{ "after pipelined mail from", "mail" },
		{ "after rcpt to", "rcpt" },
		{ "after pipelined rcpt to", "rcpt" },
		{ "after data", "data" },
		{ "after end of data", "data" },
		{ "after pipelined end of data", "data" },
	};
	ptrdiff_t at = str_find_str_ci(s, S("host ")), open = str_find_str(s, S(" ["));

	for (size_t i = 0; !out->stage && i < sizeof(table) / sizeof(table[0]); i++)
		if (str_find_str_ci(s, str_c(table[i].words)) >= 0)
			out->stage = table[i].stage;
	if (!out->host && at >= 0 && open > at + 5) {
		struct str name = str_sub(s, (size_t)at + 5, (size_t)(open - at - 5));
		ptrdiff_t end = str_find(str_from(s, (size_t)open), ']');

		for (size_t i = 0; i < name.n; i++)
			if (!is_host_char(name.p[i]))
				return;
		out->host = lower(a, name);
		if (end > 2)
			out->host_ip = arena_strndup(a, s.p + open + 2, (size_t)end - 2);
	}
}

static struct str take_stage(struct str s, struct reply *out)
{
	static const struct {
		const char *words, *stage;
	} table[] = {
		{ "in reply to helo command", "helo" },
		{ "in reply to ehlo command", "helo" },
		{ "in reply to mail from command", "mail" },
		{ "in reply to rcpt to command", "rcpt" },
		{ "in reply to data command", "data" },
		{ "in reply to end of data command", "data" },
		{ "in reply to end of data", "data" },
	};
	ptrdiff_t at = str_find_str_ci(s, S(" (in reply to "));

	for (size_t i = 0; at >= 0 && i < sizeof(table) / sizeof(table[0]); i++)
		if (str_starts_ci(str_from(s, (size_t)at + 2), str_c(table[i].words)))
			out->stage = table[i].stage;
	return at < 0 ? s : str_sub(s, 0, (size_t)at);
}

/* ---- what it names ---- */

/* The IP address at the start of s, in text; NULL: none. */
static const char *ip_at(struct arena *a, struct str s)
{
	uint8_t ip[16];
	size_t n = 0, len;

	while (n < s.n && n < 46 && (is_word_char(s.p[n]) || s.p[n] == '.' || s.p[n] == ':'))
		n++;
	while (n && (s.p[n - 1] == '.' || s.p[n - 1] == ':'))
		n--;
	if (n < 3 || !ip_parse(str_sub(s, 0, n), ip, &len))
		return NULL;
	return ip_text(a, (struct str){ (char *)ip, len });
}

static const char *find_ip(struct arena *a, struct str s, const char *not_this)
{
	for (size_t i = 0; i < s.n; i++) {
		const char *ip;

		if (i && (is_word_char(s.p[i - 1]) || s.p[i - 1] == '.' || s.p[i - 1] == ':') &&
		    !(s.p[i - 1] == ':' && i > 1 && !is_word_char(s.p[i - 2])))
			continue;
		if (!ascii_is_digit((unsigned char)s.p[i]))
			continue;
		ip = ip_at(a, str_from(s, i));
		/* 127.0.0.x and such is what a block list answered */
		if (ip && (!not_this || strcmp(ip, not_this) != 0) && strncmp(ip, "127.", 4) != 0)
			return ip;
	}
	return NULL;
}

/* The domain name at the start of s, perhaps behind an opening bracket or a local part. */
static const char *domain_at(struct arena *a, struct str s)
{
	const char *name, *why;
	size_t n = 0, at = 0;
	bool dot = false;

	while (s.n && (s.p[0] == '[' || s.p[0] == '(' || s.p[0] == '<' || s.p[0] == '"' ||
		       s.p[0] == '\'' || s.p[0] == ' '))
		s = str_from(s, 1);
	while (n < s.n && (is_host_char(s.p[n]) || strchr("@+=!#$&*/?^`{|}~", s.p[n]))) {
		if (s.p[n] == '@')
			at = n + 1;
		n++;
	}
	s = str_sub(s, at, n - at);
	while (s.n && s.p[s.n - 1] == '.')
		s.n--;
	for (size_t i = 0; i < s.n; i++)
		dot |= s.p[i] == '.';
	if (!dot || s.n > 253 || ip_at(a, s))
		return NULL;
	name = name_from_user(a, s, &why);
	return name;
}

static const char *find_domain(struct arena *a, struct str s)
{
	static const char *const before[] = {
		"mail from domain ",
		"sending domain ",
		"unauthenticated email from ",
		"dmarc policy for ",
		"due to domain ",
		"the dmarc policy of ",
		"dmarc policy of ",
		"envelope sender domain ",
		"domain of sender address ",
		"domain of sender ",
		"sender address ",
		"allowed to send from ",
		"s=mfrom;id=",
		"s=helo;id=",
		"?sender=",
		"&sender=",
		"&s=",
		"<mail from:",
		"sender domain ",
		"no such domain ",
		" spf [",
		"due to ",
		"domain ",
	};

	for (size_t i = 0; i < sizeof(before) / sizeof(before[0]); i++) {
		ptrdiff_t at = str_find_str_ci(s, str_c(before[i]));
		const char *name;

		if (at < 0)
			continue;
		name = domain_at(a, str_from(s, (size_t)at + strlen(before[i])));
		if (name)
			return name;
	}
	return NULL;
}

void parse_reply(struct arena *a, struct str text, struct reply *out)
{
	struct str s;
	size_t at;

	*out = (struct reply){ 0 };
	s = one_line(a, text);
	s = take_host(a, s, out);
	s = take_stage(s, out);
	at = find_code(s, &out->code);
	if (out->code && at) {
		take_exim(a, str_sub(s, 0, at), out);
		s = str_from(s, at);
		at = 0;
	}
	out->enhanced = find_enhanced(a, s);
	s = drop_codes(a, s, at, out->code, out->enhanced);
	out->text = arena_strndup(a, s.p, s.n);
	out->ip = find_ip(a, s, out->host_ip);
	out->domain = find_domain(a, s);
}

/* ---- patterns ---- */

static ptrdiff_t match_part(struct str s, size_t at, struct str part);

/* The part begins with a choice, "{one|another}": the first that the rest fits behind. */
static ptrdiff_t match_choice(struct str s, size_t at, struct str part)
{
	ptrdiff_t close = str_find(part, '}');
	struct str list, rest;

	if (close < 0)
		return -1;
	list = str_sub(part, 1, (size_t)close - 1);
	rest = str_from(part, (size_t)close + 1);
	for (;;) {
		ptrdiff_t bar = str_find(list, '|'), took, more;

		took = match_part(s, at, bar < 0 ? list : str_sub(list, 0, (size_t)bar));
		more = took < 0 ? -1 : match_part(s, at + (size_t)took, rest);
		if (more >= 0)
			return took + more;
		if (bar < 0)
			return -1;
		list = str_from(list, (size_t)bar + 1);
	}
}

/* How much of s the part of a pattern up to a star takes, matched at s.p[at]; -1: it does not. */
static ptrdiff_t match_part(struct str s, size_t at, struct str part)
{
	size_t i = at;

	for (size_t k = 0; k < part.n; k++) {
		char c = part.p[k];

		if (c == '<') {
			if (i && i <= s.n && is_word_char(s.p[i - 1]))
				return -1;
		} else if (c == '>') {
			if (i < s.n && is_word_char(s.p[i]))
				return -1;
		} else if (c == '%') {
			size_t from = i;

			while (i < s.n && ascii_is_digit((unsigned char)s.p[i]))
				i++;
			if (i == from)
				return -1;
		} else if (c == '{') {
			ptrdiff_t took = match_choice(s, i, str_from(part, k));

			return took < 0 ? -1 : (ptrdiff_t)(i - at) + took;
		} else {
			if (i >= s.n || ascii_lower(s.p[i]) != c)
				return -1;
			i++;
		}
	}
	return (ptrdiff_t)(i - at);
}

bool reply_has(const struct reply *r, const char *pattern)
{
	struct str s = str_c(r->text);
	size_t at = 0;

	if (str_starts(str_c(pattern), S("@host ")))
		return r->host && str_ends_ci(str_c(r->host), str_c(pattern + 6));
	while (*pattern) {
		size_t n = 0;
		ptrdiff_t took = -1;

		while (pattern[n] && pattern[n] != '*')
			n++;
		while (at <= s.n && (took = match_part(s, at, (struct str){ pattern, n })) < 0)
			at++;
		if (took < 0)
			return false;
		at += (size_t)took;
		pattern += n + (pattern[n] == '*');
	}
	return true;
}

/* Messages told from other text, and the messages of an mbox (RFC 4155). */
#include "dsn.h"

/* "Name: " at the start, of letters, digits and dashes. */
static bool is_header(struct str line)
{
	size_t n = 0;

	while (n < line.n && (ascii_is_alpha((unsigned char)line.p[n]) ||
			      ascii_is_digit((unsigned char)line.p[n]) || line.p[n] == '-'))
		n++;
	return n > 1 && n < line.n && line.p[n] == ':';
}

static bool is_mail_header(struct str line)
{
	static const char *const names[] = {
		"Return-Path:",
		"Received:",
		"Delivered-To:",
		"From:",
		"To:",
		"Subject:",
		"Date:",
		"Message-Id:",
		"MIME-Version:",
		"Content-Type:",
		"X-Original-To:",
		"Envelope-To:",
		"Authentication-Results:",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_starts_ci(line, str_c(names[i])))
			return true;
	return false;
}

bool dsn_is_mbox(struct str text)
{
	return str_starts(text, S("From ")) && str_find(text, '\n') > 5;
}

bool dsn_is_message(struct str text)
{
	size_t found = 0;

	if (dsn_is_mbox(text))
		text = str_from(text, (size_t)str_find(text, '\n') + 1);
	while (text.n) {
		ptrdiff_t end = str_find(text, '\n');
		struct str line = end < 0 ? text : str_sub(text, 0, (size_t)end);

		text = end < 0 ? S("") : str_from(text, (size_t)end + 1);
		if (!line.n || line.p[0] == '\r')
			break;
		if (line.p[0] == ' ' || line.p[0] == '\t')
			continue;
		if (!is_header(line))
			return false;
		found += is_mail_header(line);
	}
	return found >= 2;
}

struct str dsn_body(struct str message)
{
	ptrdiff_t lf = str_find_str(message, S("\n\n")), crlf = str_find_str(message, S("\n\r\n"));

	if (lf < 0 || (crlf >= 0 && crlf < lf))
		lf = crlf < 0 ? -1 : crlf + 1;
	return lf < 0 ? S("") : str_from(message, (size_t)lf + 2);
}

bool dsn_next(struct str *rest, struct str *message)
{
	ptrdiff_t next;

	if (!rest->n)
		return false;
	next = str_find_str(str_from(*rest, 1), S("\n\nFrom "));
	*message = next < 0 ? *rest : str_sub(*rest, 0, (size_t)next + 2);
	*rest = next < 0 ? S("") : str_from(*rest, (size_t)next + 3);
	return true;
}

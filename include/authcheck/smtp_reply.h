/* smtp_reply: one reply of an SMTP server (RFC 5321 4.2, RFC 2034 4), out of what has come so far.
 *
 * Layer: parse. "250-first\r\n250 last\r\n": each line has the same code, "-" behind it says that
 * more follow. A line may end in LF alone, as some servers send it. What is longer than any server
 * has use for is refused, so that nobody can make us read for ever. */
#ifndef AUTHCHECK_SMTP_REPLY_H
#define AUTHCHECK_SMTP_REPLY_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "str.h"

enum {
	SMTP_LINE_MAX = 2048, /* octets of a line; RFC 5321 4.5.3.1.5 says 512 */
	SMTP_LINES_MAX = 128,
};

enum smtp_reply_state {
	SMTP_REPLY_MORE, /* not whole yet */
	SMTP_REPLY_WHOLE,
	SMTP_REPLY_BAD, /* no reply, and nothing that follows will make it one */
};

struct smtp_reply {
	enum smtp_reply_state state;
	const char *fault; /* BAD: what is wrong, a clause */
	unsigned code;     /* 200 to 599 */
	struct str *line;  /* the texts behind the code, without the line ends */
	size_t nline;
	struct str enhanced; /* "5.7.26", within the first line; empty: none */
	size_t used;         /* octets of the input that the reply takes */
};

void parse_smtp_reply(struct arena *a, struct str text, struct smtp_reply *out);

/* The first word of the first line: the host's name in a banner or in the answer to EHLO. */
struct str smtp_reply_host(const struct smtp_reply *r);

/* The keyword of the i-th further line of an answer to EHLO ("SIZE" of "250-SIZE 35882577"); empty
 * when the line has none (RFC 5321 4.1.1.1). */
struct str smtp_reply_keyword(const struct smtp_reply *r, size_t i);

#endif

/* reply: an SMTP reply as people paste it: one line or several, with or without what a mail server
 * wrote around it.
 *
 * Layer: parse. Bytes in, spans and copies out; no network; fuzzed. RFC 5321 4.2 (replies), RFC
 * 3463 (enhanced status codes), and what Postfix, Sendmail, Exim and qmail write around them. */
#ifndef AUTHCHECK_REPLY_H
#define AUTHCHECK_REPLY_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "str.h"

struct reply {
	const char *text;     /* on one line, blanks single, the repeated codes of its lines gone */
	unsigned code;        /* 421; 0: none */
	const char *enhanced; /* "5.7.26"; NULL: none */
	const char *host;     /* who says it, lower case: "mx.example.net"; NULL: not said */
	const char *host_ip;  /* NULL: not said */
	const char *stage;    /* "connect" "helo" "mail" "rcpt" "data"; NULL: not said */
	const char *ip;       /* the sending address that it names; NULL: none */
	const char *domain;   /* the sender's domain that it names; NULL: none */
};

/* Text over REPLY_MAX octets is cut. Never fails: what is not there stays empty. */
enum { REPLY_MAX = 16 * 1024 };
void parse_reply(struct arena *a, struct str text, struct reply *out);

/* Is the pattern (replies.def) in the reply? Time grows with the length of the text times the
 * number of stars, whatever it is given. */
bool reply_has(const struct reply *r, const char *pattern);

#endif

/* dsn: a bounce message: a delivery status notification (RFC 3464), or one of the many that are
 * none.
 *
 * Layer: parse. Bytes in, texts out; MIME is GMime's; fuzzed. What a message says is read in three
 * ways, the surest first: the Diagnostic-Code of its delivery-status part, what its text quotes of
 * the SMTP dialogue (Sendmail's transcript, Postfix, Exim, qmail, Exchange, Gmail), and its whole
 * text. */
#ifndef AUTHCHECK_DSN_H
#define AUTHCHECK_DSN_H

#include <stdbool.h>

#include "arena.h"
#include "str.h"

enum {
	DSN_MAX = 16 * 1024 * 1024, /* octets of a message; what is beyond is not read */
	DSN_DEPTH_MAX = 16,         /* parts within parts */
	DSN_PARTS_MAX = 1000,
	DSN_TEXTS_MAX = 64,
};

struct dsn {
	const char **text;      /* what may hold the reply, the surest first; none is empty */
	size_t ntext, nquoted;  /* the first nquoted are replies; the others whole notices */
	const char *status;     /* "5.7.1" of the failed recipient; NULL */
	const char *remote_mta; /* the host that refused, by the delivery-status part; NULL */
	const char *recipient;  /* whom it did not reach; NULL */
	const char *from;       /* domain in From of the message that was refused; NULL */
	const char *mail_from;  /* domain of its envelope sender, by Return-Path; NULL */
};

/* False: it is no message at all: no header that mail has. */
bool parse_dsn(struct arena *a, struct str message, struct dsn *out);

/* Whether text begins as a message does, or an mbox. */
bool dsn_is_message(struct str text);
bool dsn_is_mbox(struct str text);

/* What stands behind a message's headers, as it is. */
struct str dsn_body(struct str message);

/* The next message of an mbox: takes it off *rest. False: there is no more. */
bool dsn_next(struct str *rest, struct str *message);

#endif

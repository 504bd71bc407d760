/* dsn_text: what the text of a bounce quotes. Helpers of dsn.c. Layer: parse. */
#ifndef AUTHCHECK_DSN_TEXT_H
#define AUTHCHECK_DSN_TEXT_H

#include "arena.h"
#include "str.h"

/* The text before the copy of the message that came back, and the copy's headers; either may be
 * empty. Lines end with a line feed. */
struct str dsn_notice(struct str text);
struct str dsn_original(struct str text);

/* The SMTP reply in a notice, on one line; empty: none that can be told. First from a transcript
 * ("<<< 550 ..."), second from behind what servers write in front of a reply, or by its code. */
struct str dsn_transcript(struct arena *a, struct str notice);
struct str dsn_quoted_reply(struct arena *a, struct str notice);

/* HTML as text: tags and comments away, the entities that mail uses read, blocks on lines of their
 * own. */
struct str dsn_strip_html(struct arena *a, struct str html);

#endif

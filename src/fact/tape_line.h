/* tape_line: one line of a tape as words with a cursor, and the error that sticks. tape_line.c cuts
 * and reads words, tape_read.c facts, tape_smtp.c those of SMTP.
 *
 * Layer: fact; private to src/fact. */
#ifndef AUTHCHECK_TAPE_LINE_H
#define AUTHCHECK_TAPE_LINE_H

#include "buf.h"
#include "fact.h"

struct word {
	struct str text; /* unescaped */
	bool quoted;
	struct str key; /* key="value": the key; else empty */
};

struct line {
	struct arena *arena;
	struct word *word;
	size_t n, at;
	const char *err;
};

void line_fail(struct line *l, const char *err);

/* Cuts a line into words. False, and l->err, when it cannot be. */
bool line_split(struct line *l, struct str s);

/* The word at the cursor; NULL at the end, or after an error. */
const struct word *line_peek(const struct line *l);

/* The next word, which must not be quoted; `what` says what is missing otherwise. */
struct str line_next(struct line *l, const char *what);

/* Is the next word this one, and not quoted? */
bool line_next_is(const struct line *l, const char *text);

/* key=value or key="text" at the cursor. */
bool line_attribute(struct line *l, const char *key, struct str *value);

uint32_t line_number(struct line *l, struct str s, const char *what);
const char *line_name(struct line *l, struct str s);
const char *line_text(struct line *l, struct str s);

/* n octets of hexadecimal into out. */
void line_hex(struct line *l, struct str hex, uint8_t *out, size_t n);

/* What stands behind the attributes of an SMTP fact that is SOME. */
void line_read_smtp(struct line *l, struct fact *f);
void line_write_smtp(struct buf *out, struct arena *scratch, const struct smtp_talk *t);

/* Quoted text, as a tape has it. */
void line_put_quoted(struct buf *out, struct str s);

#endif

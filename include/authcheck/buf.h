/* buf: output that grows, with a maximum and a sticky error.
 *
 * Layer: base. Owned by whoever made it; freed with buf_free(). After an error (out of memory, over
 * the maximum) every further call does nothing, and one check of `failed` at the end is enough. */
#ifndef AUTHCHECK_BUF_H
#define AUTHCHECK_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "str.h"

struct buf {
	char *p;  /* the text; NUL-terminated whenever p is not NULL */
	size_t n; /* octets of text, the final NUL aside */
	size_t cap;
	size_t max;
	bool failed;
};

void buf_init(struct buf *b, size_t max);
void buf_free(struct buf *b);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_addc(struct buf *b, char c);
void buf_adds(struct buf *b, const char *s);
void buf_add_str(struct buf *b, struct str s);
void buf_addf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_pad(struct buf *b, char c, size_t n);

/* Makes room for n more octets and the final NUL: for who writes behind the text himself, and then
 * adds to n. */
bool buf_room(struct buf *b, size_t n);

/* For a terminal: printable ASCII as it is, every other octet (controls, ESC, bytes over 0x7e) as
 * \xNN. Returns the number of columns written. No byte of the outside world reaches a terminal by
 * any other way. */
size_t buf_add_safe(struct buf *b, struct str s);

struct str buf_str(const struct buf *b);

#endif

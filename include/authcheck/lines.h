/* lines: a text file, a line at a time, however long the file is.
 *
 * Layer: ask. One buffer of a fixed size; a line that is longer is told as such and skipped. */
#ifndef AUTHCHECK_LINES_H
#define AUTHCHECK_LINES_H

#include <stdbool.h>

#include "arena.h"
#include "str.h"

enum { LINES_OCTETS = 64 * 1024 };

enum lines_got {
	LINES_LINE,
	LINES_LATER, /* none has come yet, and waiting was not allowed, or a signal came */
	LINES_LONG,  /* one that is longer than the buffer: its beginning */
	LINES_END,
	LINES_FAILED, /* errno says why */
};

struct lines {
	const char *path; /* as given; for stdin "standard input" */
	int fd;
	bool owned;         /* fd is ours to close */
	bool waits;         /* reading may have to wait: no regular file */
	bool ended;         /* the last octets have been read */
	bool long_line;     /* the rest of a long one is to be skipped */
	unsigned long line; /* the number of the one that was handed out last, from 1 */
	size_t at, n;
	char text[LINES_OCTETS];
};

/* path "-" is standard input. False and *err when it cannot be opened. */
bool lines_open(struct arena *a, const char *path, struct lines *out, const char **err);
void lines_close(struct lines *l);

/* The next line, without its end (LF or CR LF), valid until the next call. */
enum lines_got lines_next(struct lines *l, bool may_wait, struct str *out);

#endif

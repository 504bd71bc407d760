/* spool: pieces of text that are finished in any order and written in one.
 *
 * Layer: ask. What has to wait for an earlier piece is kept in memory up to a maximum, and then in
 * a temporary file that has no name. How far ahead of the first missing piece one may be has a
 * maximum as well: spool_has_room(). */
#ifndef AUTHCHECK_SPOOL_H
#define AUTHCHECK_SPOOL_H

#include <sys/types.h>

#include "buf.h"

struct piece {
	char *p; /* NULL: in the file, or there is none yet */
	size_t n;
	off_t at; /* in the file */
	bool there;
};

struct spool {
	struct piece *ring;
	size_t nring;     /* a power of two */
	size_t first;     /* the first piece that is missing */
	size_t end;       /* behind the last that is there */
	size_t in_memory; /* octets */
	size_t max_memory;
	size_t window;   /* how far ahead one may be */
	const char *dir; /* for the file */
	int fd;          /* -1: none yet */
	size_t in_file;  /* pieces in it */
	off_t file_end;
	bool no_file; /* it cannot be had, or is full */
};

enum { SPOOL_FILE_MAX = 1024 * 1024 * 1024 };

void spool_init(struct spool *s, size_t max_memory, size_t window, const char *dir);
void spool_free(struct spool *s);

/* May the index-th piece be begun? */
bool spool_has_room(const struct spool *s, size_t index);

/* The index-th piece is finished. False when there is no memory for it. */
bool spool_put(struct spool *s, size_t index, struct str text);

/* Appends to *out the pieces that stand in line behind one another from the first on. False when
 * the file could not be read. */
bool spool_take(struct spool *s, struct buf *out);

/* The same, passing over those that are missing: nothing will be added any more. */
bool spool_take_all(struct spool *s, struct buf *out);

#endif

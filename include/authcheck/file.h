/* file: whole files, read and written. Layer: ask. */
#ifndef AUTHCHECK_FILE_H
#define AUTHCHECK_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "arena.h"
#include "buf.h"

/* Reads a file of at most `max` octets ("-": standard input). False and *err (a clause for people)
 * when it cannot. */
bool file_read(struct arena *a, const char *path, size_t max, struct buf *out, const char **err);

/* Writes the file whole or not at all: to a new file beside it, which then takes its name. A device
 * or pipe is written to directly. */
bool file_write(struct arena *a, const char *path, struct str text, const char **err);

#endif

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

/* The same, bit by bit: file_begin(), file_add() as often as wanted, and file_commit(), or
 * file_abandon() in its place. Errors stick; file_commit() tells them. */
struct file_new {
	const char *path;
	char *beside; /* the new file's name; NULL: written to directly */
	int fd;
	int error; /* errno of what went wrong; 0: nothing */
	bool open;
};
bool file_begin(struct arena *a, const char *path, struct file_new *out, const char **err);
void file_add(struct file_new *f, struct str text);
bool file_commit(struct arena *a, struct file_new *f, const char **err);
void file_abandon(struct file_new *f);

/* Writes all of it, whatever signals come. False, and errno, when that failed. */
bool file_write_fd(int fd, struct str text);

#endif

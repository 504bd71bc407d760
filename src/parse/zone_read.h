/* zone_read: the inside of the zone parser. Private to src/parse/zone*.c.
 *
 * Layer: parse. The text is cut into entries (one record or directive each, RFC 1035 5.1);
 * directives are obeyed here, records are read by libzscanner, one entry at a time. So every record
 * keeps the line on which it begins, and what people write and name servers take, but libzscanner
 * does not (relative $ORIGIN, $GENERATE, CR LF, UTF-8 in text), is put into a form that it does
 * take. */
#ifndef AUTHCHECK_PARSE_ZONE_READ_H
#define AUTHCHECK_PARSE_ZONE_READ_H

#include <libzscanner/scanner.h>

#include "zone.h"

enum {
	ZONE_OCTETS_MAX = 512 * 1024 * 1024, /* of all files together */
	ZONE_FILES_MAX = 1000,
	ZONE_DEPTH_MAX = 10,         /* of $INCLUDE within $INCLUDE */
	ZONE_GENERATE_MAX = 1 << 20, /* records made by $GENERATE, all together */
	ZONE_ERRORS_MAX = 1000,      /* then reading stops */
	ZONE_RECOVER_MAX = 16,       /* parentheses without their fellow that are got over */
};

/* ---- zone_entry.c: entries ---- */
struct zone_entry {
	struct str
		text;  /* all its lines, comments as well, with the final newline if there is one */
	unsigned line; /* where it begins */
	size_t longest; /* octets of its longest word or character-string, escapes counted as one */
	bool blank;     /* nothing but blanks and comments */
	bool open_quote; /* a quotation mark without its fellow */
	bool open_paren; /* a parenthesis without its fellow */
	bool odd;        /* libzscanner needs it rewritten */
};

/* Cuts the next entry from the text at *at, which begins on line *line. False at the end. */
bool zone_entry_next(struct str text, size_t *at, unsigned *line, struct zone_entry *out);

/* Which words are names, whose octets other than letters, digits and *-_/ libzscanner takes only as
 * \DDD. */
enum zone_escape { ZONE_ESCAPE_NONE, ZONE_ESCAPE_OWNER, ZONE_ESCAPE_ALL };

/* The entry as libzscanner takes it: no CR, no comments, parentheses not nested, odd octets as
 * \DDD, quoted strings parted. As many lines. */
struct str zone_entry_plain(struct arena *a, const struct zone_entry *e, enum zone_escape escape);

/* The first `max` words of a directive, quotation marks off. Returns how many there are, or max + 1
 * when there are more. */
size_t zone_entry_words(const struct zone_entry *e, struct str *word, size_t max);

/* ---- zone_read.c: the reader ---- */
struct zone_raw {
	const uint8_t *owner; /* on the wire, letter case as written */
	size_t owner_len;
	uint16_t type;
	uint32_t ttl_s;
	const uint8_t *data;
	size_t data_len;
	const char *file;
	unsigned line, column;
	size_t longest; /* as in struct zone_entry */
};

/* A line that is neither a record nor a directive. Lent, as struct zone_raw. */
struct zone_trouble {
	const char *file;
	unsigned line, column;
	const char *what;
	const char *quote;    /* what stands there; NULL: not to be shown */
	const uint8_t *owner; /* on the wire, when the line tells it; else NULL */
	size_t owner_len;
	uint16_t type;  /* 0: not told */
	bool addresses; /* it is a record of one server's own that stands for addresses */
	enum zone_fault_kind kind;
};

/* libzscanner's, of which one takes 200 KiB: one a depth of $INCLUDE, made when it is needed, in an
 * arena that goes when the file is read. */
enum { ZONE_SCANNERS_OCTETS_MAX = 4 * 1024 * 1024 };
struct zone_scanners {
	struct arena arena;
	zs_scanner_t *at[ZONE_DEPTH_MAX + 1];
};

struct zone_reader;
/* Called for each record, in order. `raw` is lent. False: read no further. */
typedef bool zone_record_fn(struct zone_reader *r, const struct zone_raw *raw);
/* Called for each line that cannot be read. */
typedef void zone_trouble_fn(struct zone_reader *r, const struct zone_trouble *t);

struct zone_reader {
	struct arena *arena;
	zone_record_fn *record;
	zone_trouble_fn *trouble; /* NULL: nobody asks */
	void *arg;
	bool may_include;
	bool stop;
	bool partial;             /* part of what the file says could not be had */
	const char *first_origin; /* the first $ORIGIN; NULL: none yet */
	const char *err;          /* the first error; NULL: none */
	unsigned errors;
	size_t octets;
	unsigned files;
	unsigned generated, recovered;
	struct zone_scanners *scanners; /* lent */
};

/* What is read now: one file, or one text. */
struct zone_place {
	struct zone_reader *r;
	zs_scanner_t *s;
	const char *file;
	unsigned depth;
	unsigned column; /* 0: not told */
};

/* Reads a whole text as the zone's file. `origin` is what relative names are relative to at its
 * beginning. */
void zone_read(struct zone_reader *r, const char *file, struct str text, const char *origin);

/* The same for lines that were made of a file of another form. */
struct zone_draft;
void zone_read_draft(struct zone_reader *r, const struct zone_draft *d, const char *origin);

/* Hands one record's text to libzscanner. */
void zone_read_record(struct zone_place *at, const struct zone_entry *e);

/* Tells of the line, and keeps the first error. `e` NULL, or the entry to quote from. */
void zone_read_fail(struct zone_place *at, unsigned line, const struct zone_entry *e,
		    const char *what);

/* ---- zone_generate.c: BIND's $GENERATE ---- */
void zone_generate(struct zone_place *at, const struct zone_entry *e);

/* ---- zone_file.c: files, and what their names tell ---- */

/* Reads a file of at most `limit` octets. `top`: the user named it, so it may be a pipe; else only
 * regular files are opened. False and *why, a clause for people. */
bool zone_file_read(struct arena *a, const char *path, bool top, size_t limit, struct str *out,
		    const char **why);

/* The file that `name` means, relative to the folder of `file` (NULL: as it is), which must be at
 * or below the folder `root` when all links are followed: its path free of links, and, unless
 * `shown` is NULL, the path for people, begun with `root`. False and *why. */
bool zone_file_within(struct arena *a, const char *root, const char *file, const char *name,
		      const char **shown, const char **real, const char **why);

/* The folder that a file is in. */
const char *zone_file_folder(struct arena *a, const char *path);

/* The path of what a file includes: beside that file, or, when there is no such file, as it is. */
const char *zone_file_beside(struct arena *a, const char *file, const char *name);

/* ---- zone_lookup.c ---- */
enum { ZONE_KEY_MAX = 2 * 255 };

/* Writes the name's key (see struct zone_node) and where in it the key of each name above ends:
 * end[k] for its k right-most labels. Returns the number of labels, -1 when it is no name. */
int zone_key(const char *name, uint8_t key[ZONE_KEY_MAX], size_t end[128]);

/* The nodes at or below `name` are a row of the zone's: its first, and how many. */
size_t zone_below(const struct zone *z, const char *name, const struct zone_node **first);

/* Was the name written whole where the origin is added to it: does it end in the origin twice, or
 * look like a name of another zone in front of the origin and have no record of its own? */
bool zone_is_misnamed(struct arena *a, const struct zone *z, const char *name);

#endif

/* arena: memory that lives exactly as long as one audit.
 *
 * Layer: base. Everything an audit makes (facts, parsed records, findings, the report) comes from
 * its arena and goes with it in one arena_free(); nothing in check/, parse/, judge/ or render/
 * frees. An arena has a maximum, so hostile input cannot make it grow without bound. When the
 * maximum is reached, or the system has no memory, control goes to the jmp_buf that the owner set
 * (see audit.c and the fuzzers); without one the process ends with
 * status 2, our own failure. So no caller checks for NULL. */
#ifndef AUTHCHECK_ARENA_H
#define AUTHCHECK_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

struct arena_block;

struct arena {
	struct arena_block *head; /* the block that is filled now */
	size_t total;             /* octets taken from the system */
	size_t max;               /* never more than this */
	size_t first;             /* octets of the first block; 0: the usual, some KiB */
	jmp_buf *oom;             /* where to go when there is no more; NULL: exit */
};

/* Makes an empty arena that may take at most `max` octets from the system. Where it is known how
 * little will go into it, set `first` afterwards: the whole is then one small block. */
void arena_init(struct arena *a, size_t max);

/* Gives everything back. The arena is empty and usable again. */
void arena_free(struct arena *a);

/* Empties the arena as well, but keeps its first block: for one that is filled and emptied over and
 * over. */
void arena_reset(struct arena *a);

/* Zeroed memory, aligned for any type. Never NULL; n may be 0. */
void *arena_alloc(struct arena *a, size_t n);

/* Zeroed memory for `count` objects of `size` octets; a product that overflows counts as no memory.
 */
void *arena_array(struct arena *a, size_t count, size_t size);

/* A NUL-terminated copy. An embedded NUL is copied as it is. */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *p, size_t n);
struct str arena_str(struct arena *a, struct str s);

/* As printf, into the arena. */
char *arena_printf(struct arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A time, seconds since 1970, as strftime() has it, in UTC; "?" for one that is none, or longer
 * than 63 octets. */
const char *arena_time(struct arena *a, const char *fmt, int64_t at_s);
/* Its day, "2026-11-24". */
const char *arena_day(struct arena *a, int64_t at_s);

/* Room for one more at the end of a growing array `items` of `*n` used and `*cap` allotted items of
 * `size` octets: returns the array, moved when it had to grow. The caller stores the item and
 * increments *n. */
void *arena_grow(struct arena *a, void *items, size_t n, size_t *cap, size_t size);

/* What an arena does that has no more: goes to `oom`. For who came by there to tidy up, and goes
 * on. */
_Noreturn void arena_full(struct arena *a);

#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))

#endif

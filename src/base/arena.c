#include "arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK_MIN = 16 * 1024, BLOCK_MAX = 1024 * 1024, ALIGN = _Alignof(max_align_t) };

struct arena_block {
	struct arena_block *next;
	size_t used, cap;
	_Alignas(max_align_t) unsigned char data[];
};

void arena_init(struct arena *a, size_t max)
{
	*a = (struct arena){ .max = max };
}

void arena_free(struct arena *a)
{
	struct arena_block *b = a->head;

	while (b) {
		struct arena_block *next = b->next;

		free(b);
		b = next;
	}
	a->head = NULL;
	a->total = 0;
}

void arena_reset(struct arena *a)
{
	struct arena_block *b = a->head;

	while (b && b->next) {
		struct arena_block *next = b->next;

		a->total -= sizeof(*b) + b->cap;
		free(b);
		b = next;
	}
	if (b)
		b->used = 0;
	a->head = b;
}

_Noreturn void arena_full(struct arena *a)
{
	if (a->oom)
		longjmp(*a->oom, 1);
	fputs("authcheck: out of memory\n", stderr);
	_exit(2);
}

static struct arena_block *block_new(struct arena *a, size_t need)
{
	size_t cap = a->head ? a->head->cap * 2 : a->first ? a->first : BLOCK_MIN;
	struct arena_block *b;

	if (cap > BLOCK_MAX)
		cap = BLOCK_MAX;
	if (cap < need)
		cap = need;
	if (cap > SIZE_MAX - sizeof(*b) || a->total > a->max ||
	    cap + sizeof(*b) > a->max - a->total) {
		if (need > SIZE_MAX - sizeof(*b) || a->total > a->max ||
		    need + sizeof(*b) > a->max - a->total)
			arena_full(a);
		cap = need;
	}
	b = malloc(sizeof(*b) + cap);
	if (!b)
		arena_full(a);
	b->next = a->head;
	b->used = 0;
	b->cap = cap;
	a->head = b;
	a->total += sizeof(*b) + cap;
	return b;
}

/* Memory that holds whatever it held. */
static void *take(struct arena *a, size_t n)
{
	struct arena_block *b = a->head;
	void *p;

	if (n > SIZE_MAX - ALIGN)
		arena_full(a);
	n = (n + ALIGN - 1) / ALIGN * ALIGN;
	if (!b || b->cap - b->used < n)
		b = block_new(a, n);
	p = b->data + b->used;
	b->used += n;
	return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	return memset(take(a, n), 0, n);
}

void *arena_array(struct arena *a, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		arena_full(a);
	return arena_alloc(a, count * size);
}

char *arena_strndup(struct arena *a, const char *p, size_t n)
{
	char *s;

	if (n == SIZE_MAX)
		arena_full(a);
	s = take(a, n + 1);
	if (n)
		memcpy(s, p, n);
	s[n] = '\0';
	return s;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

struct str arena_str(struct arena *a, struct str s)
{
	return (struct str){ arena_strndup(a, s.p, s.n), s.n };
}

/* Written at once to where it is going to be, if the block has room for it, which is nearly always.
 */
char *arena_printf(struct arena *a, const char *fmt, ...)
{
	struct arena_block *b = a->head;
	size_t room = b ? (b->cap - b->used) / ALIGN * ALIGN : 0;
	char *s = room ? (char *)b->data + b->used : NULL;
	va_list ap, ap2;
	int n;

	va_start(ap, fmt);
	va_copy(ap2, ap);
	n = vsnprintf(s, room, fmt, ap);
	if (n >= 0) {
		s = take(a, (size_t)n + 1);
		if ((size_t)n >= room)
			vsnprintf(s, (size_t)n + 1, fmt, ap2);
	}
	va_end(ap2);
	va_end(ap);
	if (n < 0)
		arena_full(a);
	return s;
}

const char *arena_time(struct arena *a, const char *fmt, int64_t at_s)
{
	char *text = arena_alloc(a, 64);
	time_t at = (time_t)at_s;
	struct tm tm;

	return gmtime_r(&at, &tm) && strftime(text, 64, fmt, &tm) ? text : "?";
}

const char *arena_day(struct arena *a, int64_t at_s)
{
	return arena_time(a, "%Y-%m-%d", at_s);
}

void *arena_grow(struct arena *a, void *items, size_t n, size_t *cap, size_t size)
{
	void *more;

	if (n < *cap)
		return items;
	*cap = *cap ? *cap * 2 : 8;
	more = arena_array(a, *cap, size);
	if (n)
		memcpy(more, items, n * size);
	return more;
}

/* timer: things to be done at a time, soonest first.
 *
 * Layer: ask; private to src/ask. A binary heap of timers that live inside of what they wake.
 * Setting, moving and stopping one costs O(log n). Times are on the source's clock (source_now_ms).
 */
#ifndef AUTHCHECK_TIMER_H
#define AUTHCHECK_TIMER_H

#include <stdint.h>

#include "arena.h"

struct timer;
typedef void timer_fire_fn(struct timer *t);

struct timer {
	int64_t due_ms;
	timer_fire_fn *fire;
	size_t place; /* 1 + index in the heap; 0: not set */
};

struct timers {
	struct arena *arena;
	struct timer **heap;
	size_t n, cap;
};

/* Sets the timer, or moves it when it is set. */
void timer_set(struct timers *ts, struct timer *t, int64_t due_ms);

/* The timer may be unset. */
void timer_stop(struct timers *ts, struct timer *t);

/* When the first one is due; INT64_MAX when none is set. */
int64_t timers_next(const struct timers *ts);

/* Fires, and unsets before that, all that are due at now_ms. What firing sets anew for now_ms or
 * before fires as well. */
void timers_fire(struct timers *ts, int64_t now_ms);

#endif

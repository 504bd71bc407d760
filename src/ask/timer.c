#include "timer.h"

static void put(struct timers *ts, size_t at, struct timer *t)
{
	ts->heap[at] = t;
	t->place = at + 1;
}

static void sift_up(struct timers *ts, size_t at, struct timer *t)
{
	while (at > 0 && ts->heap[(at - 1) / 2]->due_ms > t->due_ms) {
		put(ts, at, ts->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	put(ts, at, t);
}

static void sift_down(struct timers *ts, size_t at, struct timer *t)
{
	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < ts->n && ts->heap[child + 1]->due_ms < ts->heap[child]->due_ms)
			child++;
		if (child >= ts->n || ts->heap[child]->due_ms >= t->due_ms)
			break;
		put(ts, at, ts->heap[child]);
		at = child;
	}
	put(ts, at, t);
}

void timer_stop(struct timers *ts, struct timer *t)
{
	size_t at = t->place - 1;
	struct timer *last;

	if (!t->place)
		return;
	t->place = 0;
	last = ts->heap[--ts->n];
	if (last == t)
		return;
	sift_down(ts, at, last);
	sift_up(ts, last->place - 1, last);
}

void timer_set(struct timers *ts, struct timer *t, int64_t due_ms)
{
	timer_stop(ts, t);
	t->due_ms = due_ms;
	ts->heap = arena_grow(ts->arena, ts->heap, ts->n, &ts->cap, sizeof(*ts->heap));
	sift_up(ts, ts->n++, t);
}

int64_t timers_next(const struct timers *ts)
{
	return ts->n ? ts->heap[0]->due_ms : INT64_MAX;
}

void timers_fire(struct timers *ts, int64_t now_ms)
{
	while (ts->n && ts->heap[0]->due_ms <= now_ms) {
		struct timer *t = ts->heap[0];

		timer_stop(ts, t);
		t->fire(t);
	}
}

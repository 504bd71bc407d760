/* Tapes: what can be read can be written, and read again to the same text. */
#include "fuzz.h"

#include "buf.h"
#include "tape.h"

static void write_all(struct arena *a, const struct tape *t, struct buf *out)
{
	for (size_t i = 0; i < t->facts.n; i++)
		tape_write(out, a, t->facts.all[i]);
}

static void run(struct arena *a, struct str text)
{
	struct tape t, again;
	const char *err;
	static struct buf one, two;

	buf_free(&one);
	buf_free(&two);
	buf_init(&one, 1 << 24);
	buf_init(&two, 1 << 24);
	if (!tape_read(a, text, &t, &err))
		return;
	write_all(a, &t, &one);
	if (!tape_read(a, arena_str(a, buf_str(&one)), &again, &err))
		__builtin_trap();
	write_all(a, &again, &two);
	if (!str_eq(buf_str(&one), buf_str(&two)))
		__builtin_trap();
}

FUZZ(run)

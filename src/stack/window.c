/* What a child sees of the world: the facts that have settled. Layer: stack. */
#include "name.h"
#include "stack_lib.h"

enum { ARENA_MAX = 64 * 1024 * 1024, WANT_OCTETS_MAX = 128 * 1024 };

void window_init(struct window *w, const struct facts *fs)
{
	*w = (struct window){ .facts = fs };
	arena_init(&w->arena, ARENA_MAX);
	buf_init(&w->want, WANT_OCTETS_MAX);
}

const struct fact *window_look(struct window *w, uint16_t type, const char *name)
{
	static const struct fact none = { .state = FACT_NONE, .why = WHY_NXDOMAIN };
	const char *proper = name_from_text(&w->arena, str_c(name));
	const struct fact *f;

	if (!proper || strcmp(proper, ".") == 0)
		return &none;
	f = facts_find(w->facts, ASK_DNS, type, proper);
	if (!f) {
		w->missed++;
		if (w->missed <= STACK_WANT_MAX)
			buf_addf(&w->want, "%u %s\n", (unsigned)type, proper);
		return NULL;
	}
	w->lost |= f->state == FACT_LOST;
	return f;
}

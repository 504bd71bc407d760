/* Zones by their origins. */
#include "zone.h"

#include "name.h"
#include "str.h"

enum { NONE = SIZE_MAX };

struct zone_index {
	const struct zone *const *zone;
	size_t *slot, mask; /* hash table: the first zone of an origin; NONE: empty */
	size_t *next;       /* of each zone: the next one with its origin */
};

static size_t *slot_of(const struct zone_index *x, const char *origin)
{
	size_t i = (size_t)str_hash(str_c(origin), 0) & x->mask;

	while (x->slot[i] != NONE && strcmp(x->zone[x->slot[i]]->origin, origin) != 0)
		i = (i + 1) & x->mask;
	return &x->slot[i];
}

const struct zone_index *zone_index(struct arena *a, const struct zone *const *zone, size_t n)
{
	struct zone_index *x = ARENA_NEW(a, struct zone_index);
	size_t cap = 8;

	while (cap < 2 * n)
		cap *= 2;
	*x = (struct zone_index){ .zone = zone, .mask = cap - 1 };
	x->slot = arena_array(a, cap, sizeof(*x->slot));
	x->next = arena_array(a, n, sizeof(*x->next));
	for (size_t i = 0; i < cap; i++)
		x->slot[i] = NONE;
	/* the last first, so that each goes before those behind it */
	for (size_t i = n; i-- > 0;) {
		size_t *slot = slot_of(x, zone[i]->origin);

		x->next[i] = *slot;
		*slot = i;
	}
	return x;
}

size_t zone_index_at(const struct zone_index *x, const char *origin)
{
	return *slot_of(x, origin);
}

struct zone_near zone_near(const struct zone_index *x, const char *name)
{
	return (struct zone_near){ .in = x, .name = name, .at = NONE };
}

bool zone_near_next(struct zone_near *n)
{
	if (n->at != NONE && (n->at = n->in->next[n->at]) != NONE)
		return true;
	while (n->name) {
		n->at = *slot_of(n->in, n->name);
		n->name = name_parent(n->name);
		if (n->at != NONE)
			return true;
	}
	return false;
}

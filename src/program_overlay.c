/* Zones that are audited: what they tell of a domain. */
#include <stdlib.h>

#include "name.h"
#include "program.h"
#include "psl.h"

struct overlay_fault {
	size_t teller, zone;
};

/* Can no name of the origin's organizational domain have a DKIM key? What is missing from a zone
 * proves nothing where a name above its origin may have it. */
static bool is_bare(struct program *p, const struct zone *z)
{
	const char *org = psl_organizational_domain(&p->arena, z->origin);

	return org && strcmp(org, z->origin) == 0 && !zone_may_sign(z);
}

void overlay_init(struct program *p, const struct zone *const *zone, size_t n, struct overlay *out)
{
	*out = (struct overlay){ .p = p, .zone = zone, .n = n };
	out->index = zone_index(&p->arena, zone, n);
	out->bare = arena_array(&p->arena, n, sizeof(*out->bare));
	for (size_t i = 0; i < n; i++)
		out->bare[i] = is_bare(p, zone[i]);
}

/* ---- faults ---- */

static int by_teller(const void *x, const void *y)
{
	const struct overlay_fault *a = x, *b = y;

	if (a->teller != b->teller)
		return a->teller < b->teller ? -1 : 1;
	return (a->zone > b->zone) - (a->zone < b->zone);
}

void overlay_tellers(struct overlay *o, const char *const *domain, size_t n, bool all)
{
	struct arena *a = &o->p->arena;
	size_t *teller = arena_array(a, o->n, sizeof(*teller));
	unsigned *labels = arena_array(a, o->n, sizeof(*labels));

	for (size_t i = 0; i < o->n; i++)
		teller[i] = SIZE_MAX;
	for (size_t d = 0; d < n; d++) {
		unsigned own = name_labels(domain[d]);

		for (struct zone_near near = zone_near(o->index, domain[d]); zone_near_next(&near);)
			if (teller[near.at] == SIZE_MAX || own < labels[near.at]) {
				teller[near.at] = d;
				labels[near.at] = own;
			}
	}
	o->fault = arena_array(a, o->n, sizeof(*o->fault));
	o->nfault = 0;
	for (size_t i = 0; i < o->n; i++)
		if (o->zone[i]->nfault && (all || teller[i] != SIZE_MAX))
			o->fault[o->nfault++] =
				(struct overlay_fault){ teller[i] == SIZE_MAX ? 0 : teller[i], i };
	if (o->nfault)
		qsort(o->fault, o->nfault, sizeof(*o->fault), by_teller);
}

static void take_faults(const struct overlay *o, size_t at, struct audit_wish *w)
{
	const struct zone_fault **list = NULL;
	size_t n = 0, cap = 0, low = 0, high = o->nfault;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (o->fault[mid].teller < at)
			low = mid + 1;
		else
			high = mid;
	}
	for (; low < o->nfault && o->fault[low].teller == at; low++) {
		const struct zone *z = o->zone[o->fault[low].zone];

		for (size_t k = 0; k < z->nfault; k++) {
			list = arena_grow(&o->p->arena, list, n, &cap, sizeof(*list));
			list[n++] = &z->fault[k];
		}
	}
	w->zone_fault = list;
	w->nzone_fault = n;
}

/* ---- selectors ---- */

static void take_selectors(const struct overlay *o, const char *domain, struct audit_wish *w)
{
	w->nzone_selectors = 0;
	w->dkim_zone = DKIM_ZONE_NOT;
	for (struct zone_near near = zone_near(o->index, domain); zone_near_next(&near);) {
		const struct zone *z = o->zone[near.at];
		const char **names;
		size_t n;

		if (!zone_selectors(&o->p->arena, z, domain, &names, &n))
			continue;
		w->zone_selectors = names;
		w->nzone_selectors = n;
		w->dkim_zone = z->partial         ? DKIM_ZONE_NOT
			       : o->bare[near.at] ? DKIM_ZONE_BARE
						  : DKIM_ZONE_LISTED;
		return;
	}
}

void overlay_wish(const struct overlay *o, const char *domain, size_t at, struct audit_wish *w)
{
	take_selectors(o, domain, w);
	take_faults(o, at, w);
}

/* Which senders a change of zones concerns.
 *
 * 1. Zones of one origin are gone through side by side: names with other records than before are
 * changed, the SOA record aside. A changed wildcard, DNAME or delegation changes all names below
 * it.
 * 2. Every record that leads to another name is an edge from that name to its owner: CNAME, MX,
 * PTR, the terms of SPF records, the report addresses of DMARC and TLS-RPT, and where reverse zones
 * are at hand, addresses.
 * 3. From the changed names the edges are followed until nothing new is touched. What is touched
 * touches the names above it below the origin: _dmarc.X and X are one thing to an audit.
 * 4. A changed _dmarc.X touches all names below X, which may inherit it. */
#include "touch.h"

#include "dmarc.h"
#include "name.h"
#include "rrtype.h"
#include "spf.h"
#include "zone_read.h"

enum { ROUNDS_MAX = 32 };

/* ---- names, each once, with what is known of them ---- */

struct edge {
	const char *owner;
	struct edge *next;
};

struct spot {
	const char *name;
	struct edge *edges; /* names that lead here */
	bool touched;
	bool subtree; /* with all names below it */
	bool any;     /* edges lead to some name below it: a macro */
	bool sender;
};

struct spots {
	struct arena *arena;
	struct spot **item; /* in the order they were added */
	size_t n, cap;
	uint32_t *slot; /* place in item, plus 1 */
	size_t nslot;
	const char **queue; /* touched, and not yet followed */
	size_t nqueue, queue_cap;
	bool reverse; /* reverse zones are at hand */
	size_t nsubtree, nany;
};

static uint32_t *slot_of(const struct spots *s, const char *name)
{
	size_t i = (size_t)str_hash(str_c(name), 0) & (s->nslot - 1);

	while (s->slot[i] && strcmp(s->item[s->slot[i] - 1]->name, name) != 0)
		i = (i + 1) & (s->nslot - 1);
	return &s->slot[i];
}

static struct spot *find(const struct spots *s, const char *name)
{
	uint32_t i = s->nslot ? *slot_of(s, name) : 0;

	return i ? s->item[i - 1] : NULL;
}

static struct spot *spot(struct spots *s, const char *name)
{
	struct spot *found = find(s, name);

	if (found)
		return found;
	if (2 * (s->n + 1) > s->nslot) {
		s->nslot = s->nslot ? 2 * s->nslot : 1024;
		s->slot = arena_array(s->arena, s->nslot, sizeof(*s->slot));
		for (size_t i = 0; i < s->n; i++)
			*slot_of(s, s->item[i]->name) = (uint32_t)i + 1;
	}
	s->item = arena_grow(s->arena, s->item, s->n, &s->cap, sizeof(*s->item));
	found = ARENA_NEW(s->arena, struct spot);
	found->name = name;
	s->item[s->n++] = found;
	*slot_of(s, name) = (uint32_t)s->n;
	return found;
}

static void touch_one(struct spots *s, const char *name)
{
	struct spot *x = spot(s, name);

	if (x->touched)
		return;
	x->touched = true;
	s->queue = arena_grow(s->arena, s->queue, s->nqueue, &s->queue_cap, sizeof(*s->queue));
	s->queue[s->nqueue++] = name;
}

static void touch_subtree(struct spots *s, const char *top)
{
	struct spot *x = spot(s, top);

	s->nsubtree += !x->subtree;
	x->subtree = true;
	touch_one(s, top);
}

/* The name that a name for a service belongs to: what stands behind its last label that begins with
 * "_", or behind "mta-sts". NULL: it is for none. */
static const char *served(const char *name)
{
	const char *behind = strncmp(name, "mta-sts.", 8) == 0 ? name_parent(name) : NULL;

	for (const char *p = name; p && *p != '.'; p = name_parent(p))
		if (*p == '_')
			behind = name_parent(p);
	return behind;
}

/* The name, the one it serves, and those between it and `top`: that they exist may hang on it. */
static void touch(struct spots *s, const char *name, const char *top)
{
	const char *behind = served(name);

	if (strncmp(name, "*.", 2) == 0)
		touch_subtree(s, name + 2);
	if (strncmp(name, "_dmarc.", 7) == 0)
		touch_subtree(s, name + 7);
	touch_one(s, name);
	if (behind && *behind != '.')
		touch_one(s, behind);
	for (const char *p = name_parent(name); top && p && strcmp(p, top) != 0 && *p != '.';
	     p = name_parent(p))
		touch_one(s, p);
}

/* ---- what was changed ---- */

static bool same_rr(const struct rr *a, const struct rr *b)
{
	if (a->type == RR_SOA && b->type == RR_SOA)
		return true;
	return a->type == b->type && a->ttl_s == b->ttl_s && a->preference == b->preference &&
	       !a->target == !b->target && (!a->target || strcmp(a->target, b->target) == 0) &&
	       str_eq(a->data, b->data) && a->ncuts == b->ncuts &&
	       (!a->ncuts || memcmp(a->cuts, b->cuts, a->ncuts * sizeof(*a->cuts)) == 0);
}

static bool same_node(const struct zone_node *a, const struct zone_node *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!same_rr(&a->rr[i].rr, &b->rr[i].rr))
			return false;
	return true;
}

static bool leads_away(const struct zone *z, const struct zone_node *node)
{
	for (size_t i = 0; i < node->n; i++)
		if (node->rr[i].rr.type == RR_DNAME || node->rr[i].rr.type == RR_DS ||
		    (node->rr[i].rr.type == RR_NS && strcmp(node->owner, z->origin) != 0))
			return true;
	return false;
}

static void change(struct spots *s, const struct zone *z, const struct zone_node *node)
{
	touch(s, node->owner, z->origin);
	if (leads_away(z, node))
		touch_subtree(s, node->owner);
}

static void compare(struct spots *s, const struct zone *before, const struct zone *after)
{
	size_t i = 0, k = 0;

	while (i < before->nnode || k < after->nnode) {
		const struct zone_node *x = i < before->nnode ? &before->node[i] : NULL,
				       *y = k < after->nnode ? &after->node[k] : NULL;
		int c = !x ? 1 : !y ? -1 : str_cmp(x->key, y->key);

		if (c < 0 || (c == 0 && !same_node(x, y)))
			change(s, before, x);
		if (c > 0 || (c == 0 && !same_node(x, y)))
			change(s, after, y);
		i += c <= 0;
		k += c >= 0;
	}
	/* a zone without any key is judged otherwise than one that may have some */
	if (zone_may_sign(before) != zone_may_sign(after))
		touch_subtree(s, after->origin);
}

/* By origin: the first of two counts. */
static const struct zone **index_zones(struct arena *a, struct spots *places, struct zone_set set)
{
	const struct zone **by = arena_array(a, set.n, sizeof(*by));

	*places = (struct spots){ .arena = a };
	for (size_t i = 0; i < set.n; i++) {
		spot(places, set.zone[i]->origin);
		if (places->n && by[places->n - 1] == NULL)
			by[places->n - 1] = set.zone[i];
	}
	return by;
}

static const struct zone *zone_at(const struct spots *places, const struct zone **by,
				  const char *origin)
{
	uint32_t i = places->nslot ? *slot_of(places, origin) : 0;

	return i ? by[i - 1] : NULL;
}

static void find_changes(struct spots *s, struct zone_set before, struct zone_set after)
{
	struct spots old, now;
	const struct zone **old_by = index_zones(s->arena, &old, before),
			  **now_by = index_zones(s->arena, &now, after);

	for (size_t i = 0; i < old.n; i++) {
		const struct zone *z = zone_at(&now, now_by, old.item[i]->name);

		if (z)
			compare(s, old_by[i], z);
		else
			touch_subtree(s, old.item[i]->name);
	}
	for (size_t i = 0; i < now.n; i++)
		if (!find(&old, now.item[i]->name))
			touch_subtree(s, now.item[i]->name);
}

/* ---- what leads where ---- */

static void lead(struct spots *s, const char *target, const char *owner)
{
	struct spot *x;
	struct edge *e;

	if (!target || strcmp(target, owner) == 0)
		return;
	x = spot(s, target);
	if (x->edges && strcmp(x->edges->owner, owner) == 0)
		return;
	e = ARENA_NEW(s->arena, struct edge);
	*e = (struct edge){ owner, x->edges };
	x->edges = e;
}

/* A domain-spec with macros that depend on the mail: some name below what stands behind the last of
 * them. */
static void lead_macro(struct spots *s, struct str spec, const char *owner)
{
	ptrdiff_t at;
	const char *name;

	while ((at = str_find(spec, '}')) >= 0)
		spec = str_from(spec, (size_t)at + 1);
	if (spec.n && spec.p[0] == '.')
		spec = str_from(spec, 1);
	name = name_from_text(s->arena, spec);
	if (!name || *name == '.')
		return;
	lead(s, name, owner);
	s->nany += !spot(s, name)->any;
	spot(s, name)->any = true;
}

static void lead_spf(struct spots *s, struct str text, const char *owner)
{
	struct spf spf;

	parse_spf(s->arena, text, &spf);
	for (size_t i = 0; i < spf.n; i++) {
		const struct spf_term *t = &spf.term[i];
		const char *to;

		if (!t->domain.n || t->kind == SPF_IP4 || t->kind == SPF_IP6 ||
		    t->kind == SPF_UNKNOWN_MODIFIER || t->kind == SPF_BROKEN)
			continue;
		to = spf_expand_static(s->arena, t->domain, owner, owner);
		if (to)
			lead(s, to, owner);
		else
			lead_macro(s, t->domain, owner);
	}
}

/* Report addresses, "mailto:reports@example.net!10m,mailto:…": whoever is named has to have mail,
 * and to consent (RFC 9990 4). */
static void lead_mailto(struct spots *s, struct str text, const char *owner)
{
	static const char ends[] = "!,; \"?";
	ptrdiff_t at;

	while ((at = str_find_str_ci(text, S("mailto:"))) >= 0) {
		struct str address;
		const char *domain;
		size_t n = 0;

		text = str_from(text, (size_t)at + 7);
		while (n < text.n && n < 512 && !memchr(ends, text.p[n], sizeof(ends) - 1))
			n++;
		address = str_sub(text, 0, n);
		at = str_find(address, '@');
		domain = at < 0 ? NULL
				: name_from_text(s->arena, str_from(address, (size_t)at + 1));
		if (!domain)
			continue;
		lead(s, domain, owner);
		if (strncmp(owner, "_dmarc.", 7) == 0)
			lead(s,
			     name_join(s->arena,
				       arena_printf(s->arena, "%s._report._dmarc", owner + 7),
				       domain),
			     owner);
	}
}

static void lead_record(struct spots *s, const struct zone_rr *zr)
{
	const struct rr *rr = &zr->rr;

	switch (rr->type) {
	case RR_TXT:
		if (spf_is_record(rr->data))
			lead_spf(s, rr->data, zr->owner);
		else if (*zr->owner == '_')
			lead_mailto(s, rr->data, zr->owner);
		break;
	case RR_A:
	case RR_AAAA:
		if (s->reverse)
			lead(s, name_reverse(s->arena, rr->data), zr->owner);
		break;
	default: lead(s, rr->target, zr->owner);
	}
}

static void find_leads(struct spots *s, struct zone_set set)
{
	for (size_t i = 0; i < set.n; i++)
		for (size_t k = 0; k < set.zone[i]->n; k++)
			lead_record(s, &set.zone[i]->rr[k]);
}

static bool has_reverse(struct zone_set set)
{
	for (size_t i = 0; i < set.n; i++)
		if (name_is_under(set.zone[i]->origin, "arpa"))
			return true;
	return false;
}

/* ---- how far it goes ---- */

static bool in_subtree(const struct spots *s, const char *name)
{
	for (const char *p = name; s->nsubtree && p && *p != '.'; p = name_parent(p)) {
		const struct spot *x = find(s, p);

		if (x && x->subtree)
			return true;
	}
	return false;
}

static void follow_edges(struct spots *s, const struct spot *x)
{
	for (const struct edge *e = x->edges; e; e = e->next)
		touch(s, e->owner, NULL);
}

/* A chain of wildcards and policies that lead to each other takes a round a link; past ROUNDS_MAX
 * everything is touched. */
static void follow(struct spots *s)
{
	bool more = true;

	for (unsigned round = 0; more; round++) {
		while (s->nqueue) {
			const char *name = s->queue[--s->nqueue];

			follow_edges(s, find(s, name));
			for (const char *p = name_parent(name); s->nany && p && *p != '.';
			     p = name_parent(p)) {
				const struct spot *x = find(s, p);

				if (x && x->any)
					follow_edges(s, x);
			}
		}
		/* names below a subtree that something leads to */
		for (size_t i = 0; i < s->n && s->nsubtree; i++)
			if (s->item[i]->edges && !s->item[i]->touched &&
			    (round >= ROUNDS_MAX || in_subtree(s, s->item[i]->name)))
				touch_one(s, s->item[i]->name);
		more = s->nqueue;
	}
}

static void pick_senders(struct spots *s, struct zone_set set, const char ***names, size_t *n,
			 size_t *cap, size_t *all)
{
	for (size_t i = 0; i < set.n; i++) {
		const char **senders;
		size_t nsenders;

		zone_senders(s->arena, set.zone[i], &senders, &nsenders);
		for (size_t k = 0; k < nsenders; k++) {
			struct spot *x = spot(s, senders[k]);

			if (x->sender)
				continue;
			x->sender = true;
			++*all;
			if (!x->touched && !in_subtree(s, x->name))
				continue;
			*names = arena_grow(s->arena, *names, *n, cap, sizeof(**names));
			(*names)[(*n)++] = x->name;
		}
	}
}

void zones_touched(struct arena *a, struct zone_set before, struct zone_set after,
		   struct zone_set around, const char ***names, size_t *n, size_t *all)
{
	struct spots s = { .arena = a };
	size_t cap = 0;

	*names = NULL;
	*n = *all = 0;
	s.reverse = has_reverse(before) || has_reverse(after) || has_reverse(around);
	find_changes(&s, before, after);
	if (s.n) {
		find_leads(&s, before);
		find_leads(&s, after);
		find_leads(&s, around);
		follow(&s);
	}
	pick_senders(&s, after, names, n, &cap, all);
	pick_senders(&s, before, names, n, &cap, all);
	pick_senders(&s, around, names, n, &cap, all);
}

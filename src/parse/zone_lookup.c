/* What an authoritative server of the zone answers.
 *
 * 1. The name is walked from just below the origin down to the whole name (RFC 1034 4.3.2 step 3).
 * Each name on the way is sought in the sorted index; it exists when it has records or a name below
 * it has (empty non-terminals, RFC 4592 2.2.2, RFC 8020).
 * 2. A name with NS records ends the zone's authority (step 3b): what stands there and below is the
 * other zone's, the DS set at the cut aside (RFC 4035 3.1.4.1). A name with a DNAME redirects all
 * names below it (RFC 6672 3.2).
 * 3. Where a name does not exist, the last one that did is the closest encloser; "*" below it, and
 * no other, stands for the rest of the name (RFC 4592 3.3.1). Without it the name does not exist.
 * 4. At the name found: its records of the type, else its CNAME, else no data (RFC 2308 2.2).
 * 5. What the file tells to be there without telling what it is (RR_HOLE) is not known, and neither
 * is what a partial zone does not have. */
#include "name.h"
#include "rrtype.h"
#include "zone_read.h"

enum { LABELS_MAX = 127 };

int zone_key(const char *name, uint8_t key[ZONE_KEY_MAX], size_t end[LABELS_MAX + 1])
{
	uint8_t wire[255], *label[LABELS_MAX];
	size_t n = 0;
	int labels = 0;

	if (!name_to_wire(name, wire))
		return -1;
	for (uint8_t *p = wire; *p; p += *p + 1)
		label[labels++] = p;
	end[0] = 0;
	for (int i = 0; i < labels; i++) {
		const uint8_t *p = label[labels - 1 - i];

		/* A label ends with an octet below all others, and octets 0 and 1 are written so
		 * that this stays true. */
		for (unsigned j = 1; j <= p[0]; j++) {
			if (p[j] <= 1) {
				key[n++] = 1;
				key[n++] = (uint8_t)(p[j] + 1);
			} else {
				key[n++] = p[j];
			}
		}
		key[n++] = 0;
		end[i + 1] = n;
	}
	return labels;
}

/* The first node whose key is not below `key`. */
static size_t lower_bound(const struct zone *z, struct str key)
{
	size_t from = 0, to = z->nnode;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (str_cmp(z->node[mid].key, key) < 0)
			from = mid + 1;
		else
			to = mid;
	}
	return from;
}

size_t zone_below(const struct zone *z, const char *name, const struct zone_node **first)
{
	uint8_t octets[ZONE_KEY_MAX];
	size_t end[LABELS_MAX + 1], from, to;
	int labels = zone_key(name, octets, end);
	struct str key;

	if (labels < 0)
		return 0;
	key = (struct str){ (const char *)octets, end[labels] };
	from = to = lower_bound(z, key);
	while (to < z->nnode && str_starts(z->node[to].key, key))
		to++;
	*first = z->node + from;
	return to - from;
}

/* Does the name exist? *node is NULL when it is an empty non-terminal. */
static bool find(const struct zone *z, struct str key, const struct zone_node **node)
{
	size_t i = lower_bound(z, key);

	*node = NULL;
	if (i == z->nnode || !str_starts(z->node[i].key, key))
		return false;
	if (z->node[i].key.n == key.n)
		*node = &z->node[i];
	return true;
}

/* "*" below the name with this key. */
static bool find_wildcard(const struct zone *z, struct str encloser, const struct zone_node **node)
{
	uint8_t key[ZONE_KEY_MAX + 2];

	if (encloser.n)
		memcpy(key, encloser.p, encloser.n);
	key[encloser.n] = '*';
	key[encloser.n + 1] = 0;
	return find(z, (struct str){ (const char *)key, encloser.n + 2 }, node);
}

/* The node's records of one type: they stand in a row. */
static size_t of_type(const struct zone_node *node, uint16_t type, const struct zone_rr **rr)
{
	size_t n = 0;

	for (size_t i = 0; node && i < node->n; i++)
		if (node->rr[i].rr.type == type && !n++)
			*rr = &node->rr[i];
	return n;
}

/* Has the node a mark of this kind, RR_HOLE or RR_GONE, for the type? What may be a CNAME or a
 * delegation stands for every type. */
static bool is_marked(const struct zone_node *node, uint16_t mark, uint16_t type)
{
	const struct zone_rr *rr = NULL;
	size_t n = of_type(node, mark, &rr);

	for (size_t i = 0; i < n; i++) {
		struct str d = rr[i].rr.data;
		unsigned of;

		if (d.n != 2)
			continue;
		of = (unsigned)(uint8_t)d.p[0] << 8 | (uint8_t)d.p[1];
		if (of == type ||
		    (mark == RR_HOLE && (!of || of == RR_CNAME || (of == RR_NS && type != RR_NS))))
			return true;
	}
	return false;
}

/* Steps 4 and 5. */
static void answer(const struct zone *z, const struct zone_node *node, uint16_t type,
		   struct zone_answer *out)
{
	bool hole = is_marked(node, RR_HOLE, type);

	out->kind = hole ? ZONE_UNKNOWN : ZONE_NODATA;
	out->n = hole ? 0 : of_type(node, type, &out->rr);
	if (out->n) {
		out->kind = ZONE_ANSWER;
		return;
	}
	out->n = of_type(node, RR_CNAME, &out->rr);
	if (out->n) {
		out->kind = ZONE_CNAME;
		out->target = out->rr->rr.target;
	} else if (z->partial && !is_marked(node, RR_GONE, type)) {
		out->kind = ZONE_UNKNOWN;
	}
}

/* Step 2. True when the walk ends here; `below`: the name asked is below this one. */
static bool is_border(struct arena *a, const struct zone_node *node, bool apex, bool below,
		      const char *name, uint16_t type, struct zone_answer *out)
{
	const struct zone_rr *rr = NULL;

	if (!apex && of_type(node, RR_NS, &rr)) {
		if (!below && type == RR_DS)
			return false;
		out->kind = ZONE_DELEGATED;
		return true;
	}
	if (below && of_type(node, RR_DNAME, &rr)) {
		const char *tail = name_tail(name, name_labels(node->owner));
		size_t n = *node->owner == '.' ? strlen(name) : (size_t)(tail - name) - 1;

		out->kind = ZONE_DNAME;
		out->rr = rr;
		out->n = 1;
		out->target = name_join(a, arena_strndup(a, name, n), rr->rr.target);
		return true;
	}
	return false;
}

void zone_lookup(struct arena *a, const struct zone *z, const char *name, uint16_t type,
		 struct zone_answer *out)
{
	uint8_t key[ZONE_KEY_MAX];
	size_t end[LABELS_MAX + 1];
	int labels = zone_key(name, key, end), apex = (int)name_labels(z->origin);
	const struct zone_node *node = NULL;

	*out = (struct zone_answer){ .kind = ZONE_OUTSIDE };
	if (labels < 0 || !name_is_under(name, z->origin))
		return;
	for (int i = apex; i <= labels; i++) {
		if (!find(z, (struct str){ (const char *)key, end[i] }, &node) && i > apex) {
			if (!find_wildcard(z, (struct str){ (const char *)key, end[i - 1] },
					   &node)) {
				out->kind = z->partial ? ZONE_UNKNOWN : ZONE_NXDOMAIN;
				return;
			}
			/* the name itself may be among what is not known */
			if (z->partial) {
				out->kind = ZONE_UNKNOWN;
				return;
			}
			out->wildcard = true;
			break;
		}
		if (is_border(a, node, i == apex, i < labels, name, type, out))
			return;
	}
	if (out->wildcard && is_border(a, node, false, false, name, type, out))
		return;
	answer(z, node, type, out);
}

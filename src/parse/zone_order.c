/* The order of a zone's records, and their index. */
#include <stdlib.h>

#include "zone_build.h"

static int by_place(const void *x, const void *y)
{
	const struct zone_item *a = *(struct zone_item *const *)x,
			       *b = *(struct zone_item *const *)y;
	int c = str_cmp(a->key, b->key);

	if (c)
		return c;
	if (a->zr.rr.type != b->zr.rr.type)
		return a->zr.rr.type < b->zr.rr.type ? -1 : 1;
	return (a->seq > b->seq) - (a->seq < b->seq);
}

static int data_cmp(const struct rr *a, const struct rr *b)
{
	int c = strcmp(a->target ? a->target : "", b->target ? b->target : "");

	if (!c)
		c = (a->preference > b->preference) - (a->preference < b->preference);
	if (!c)
		c = str_cmp(a->data, b->data);
	if (!c)
		c = (a->ncuts > b->ncuts) - (a->ncuts < b->ncuts);
	if (!c && a->ncuts)
		c = memcmp(a->cuts, b->cuts, a->ncuts * sizeof(*a->cuts));
	return c;
}

static int by_data(const void *x, const void *y)
{
	const struct zone_item *a = *(struct zone_item *const *)x,
			       *b = *(struct zone_item *const *)y;
	int c = data_cmp(&a->zr.rr, &b->zr.rr);

	return c ? c : (a->seq > b->seq) - (a->seq < b->seq);
}

/* Marks the records of one RRset that stand in it twice: an RRset is a set (RFC 2181 5). */
static void mark_twins(struct zone_item **row, size_t n, struct zone_item **scratch)
{
	memcpy(scratch, row, n * sizeof(*row));
	qsort(scratch, n, sizeof(*scratch), by_data);
	for (size_t i = 1; i < n; i++)
		scratch[i]->twin = data_cmp(&scratch[i - 1]->zr.rr, &scratch[i]->zr.rr) == 0;
}

static bool same_set(const struct zone_item *a, const struct zone_item *b)
{
	return a->zr.rr.type == b->zr.rr.type && str_eq(a->key, b->key);
}

void zone_arrange(struct arena *a, struct zone_builder *b, const size_t **seqs)
{
	struct zone *z = b->z;
	struct zone_item **row = arena_array(a, b->n, sizeof(*row)),
			 **scratch = arena_array(a, b->n, sizeof(*row));
	struct zone_node *node = arena_array(a, b->n, sizeof(*node));
	size_t *seq = arena_array(a, b->n, sizeof(*seq));

	for (size_t i = 0; i < b->n; i++)
		row[i] = &b->item[i];
	qsort(row, b->n, sizeof(*row), by_place);
	for (size_t i = 0, next; i < b->n; i = next) {
		for (next = i + 1; next < b->n && same_set(row[i], row[next]); next++)
			;
		if (next - i > 1)
			mark_twins(row + i, next - i, scratch);
	}
	z->rr = arena_array(a, b->n, sizeof(*z->rr));
	for (size_t i = 0; i < b->n; i++) {
		if (row[i]->twin)
			continue;
		if (!z->nnode || !str_eq(node[z->nnode - 1].key, row[i]->key))
			node[z->nnode++] = (struct zone_node){ row[i]->zr.owner, row[i]->key,
							       &z->rr[z->n], 0 };
		node[z->nnode - 1].n++;
		seq[z->n] = row[i]->seq;
		z->rr[z->n++] = row[i]->zr;
	}
	z->node = node;
	*seqs = seq;
}

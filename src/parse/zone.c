/* Zone files: the origin, the records, their order and index. */
#include "zone.h"

#include <stdlib.h>

#include "input.h"
#include "name.h"
#include "rrtype.h"
#include "zone_read.h"

enum { FAULTS_MAX = 1000 };

/* What relative names are relative to while the origin is sought: a name that nobody writes. */
#define NOWHERE "\\001"

struct item {
	struct zone_rr zr;
	struct str key;
	size_t seq; /* in the order of reading */
	bool twin;  /* the same record stands before it */
};

struct builder {
	struct zone *z;
	struct item *item;
	size_t n, cap;
	struct zone_fault *fault;
	size_t *fault_seq; /* of the record that each fault is about */
	size_t nfault, fault_cap, seq_cap;
	size_t outside;    /* records that were not at or below the origin */
	const char *owner; /* of the last record, and its key */
	struct str key;
	uint8_t wire[255];
	size_t wire_len;
};

static void fault(struct arena *a, struct builder *b, size_t seq, const struct zone_fault *f)
{
	if (b->nfault >= FAULTS_MAX)
		return;
	b->fault = arena_grow(a, b->fault, b->nfault, &b->fault_cap, sizeof(*b->fault));
	b->fault_seq = arena_grow(a, b->fault_seq, b->nfault, &b->seq_cap, sizeof(*b->fault_seq));
	b->fault[b->nfault] = *f;
	b->fault_seq[b->nfault++] = seq;
}

/* The owner's name and key: made once for records of one name in a row. */
static void set_owner(struct arena *a, struct builder *b, const struct zone_raw *raw)
{
	struct input in = input_of(raw->owner, raw->owner_len);
	uint8_t key[ZONE_KEY_MAX];
	size_t end[128];
	int labels;

	if (b->owner && b->wire_len == raw->owner_len &&
	    memcmp(b->wire, raw->owner, raw->owner_len) == 0)
		return;
	b->owner = name_from_wire(a, &in);
	if (!b->owner)
		return;
	memcpy(b->wire, raw->owner, raw->owner_len);
	b->wire_len = raw->owner_len;
	labels = zone_key(b->owner, key, end);
	b->key = arena_str(a, (struct str){ (const char *)key, end[labels] });
}

static bool store(struct zone_reader *r, const struct zone_raw *raw)
{
	struct builder *b = r->arg;
	struct arena *a = r->arena;
	struct input in = input_of(raw->data, raw->data_len);
	struct zone_fault f = { .file = raw->file, .line = raw->line };
	struct item it = { .seq = b->n + b->outside };

	set_owner(a, b, raw);
	if (!b->owner || !rr_decode(a, &in, raw->type, (uint16_t)raw->data_len, &it.zr.rr)) {
		struct zone_place at = { .r = r, .file = raw->file };

		zone_read_fail(&at, raw->line, NULL, "the data does not fit the record's type");
		return true;
	}
	if (!name_is_under(b->owner, b->z->origin)) {
		b->outside++;
		f.what = arena_printf(a,
				      "%s is not at or below %s: name servers leave the record out",
				      b->owner, b->z->origin);
		fault(a, b, it.seq, &f);
		return true;
	}
	if (raw->longest > 255 && (raw->type == RR_TXT || raw->type == RR_SPF)) {
		f.what = arena_printf(
			a,
			"a character-string of %zu octets where 255 are allowed: most name servers refuse the "
			"zone; part it into several, \"...\" \"...\"",
			raw->longest);
		f.refused = true;
		fault(a, b, it.seq, &f);
	}
	it.zr.owner = b->owner;
	it.zr.rr.ttl_s = raw->ttl_s;
	it.zr.rr.line = raw->line;
	it.zr.rr.file = raw->file;
	it.key = b->key;
	b->item = arena_grow(a, b->item, b->n, &b->cap, sizeof(it));
	b->item[b->n++] = it;
	return true;
}

/* ---- order ---- */

static int by_place(const void *x, const void *y)
{
	const struct item *a = *(struct item *const *)x, *b = *(struct item *const *)y;
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
	const struct item *a = *(struct item *const *)x, *b = *(struct item *const *)y;
	int c = data_cmp(&a->zr.rr, &b->zr.rr);

	return c ? c : (a->seq > b->seq) - (a->seq < b->seq);
}

/* Marks the records of one RRset that stand in it twice: an RRset is a set (RFC 2181 5). */
static void mark_twins(struct item **row, size_t n, struct item **scratch)
{
	memcpy(scratch, row, n * sizeof(*row));
	qsort(scratch, n, sizeof(*scratch), by_data);
	for (size_t i = 1; i < n; i++)
		scratch[i]->twin = data_cmp(&scratch[i - 1]->zr.rr, &scratch[i]->zr.rr) == 0;
}

static bool same_set(const struct item *a, const struct item *b)
{
	return a->zr.rr.type == b->zr.rr.type && str_eq(a->key, b->key);
}

/* Sorts the records, drops twins, and makes the index. *seq: which record each one was, in the
 * order of reading. */
static void arrange(struct arena *a, struct builder *b, const size_t **seqs)
{
	struct zone *z = b->z;
	struct item **row = arena_array(a, b->n, sizeof(*row)),
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

/* ---- what name servers refuse ---- */

static void refuse(struct arena *a, struct builder *b, size_t seq, const struct zone_rr *zr,
		   const char *what)
{
	struct zone_fault f = { .file = zr->rr.file, .line = zr->rr.line, .refused = true };

	f.what = arena_printf(a, "%s has %s: name servers refuse the zone", zr->owner, what);
	fault(a, b, seq, &f);
}

/* Types that may stand beside a CNAME (RFC 4034 2, 3, 4; KEY: RFC 3007 3.1.1). */
static bool beside_cname(uint16_t type)
{
	enum { KEY = 25 };

	return type == RR_RRSIG || type == RR_NSEC || type == KEY;
}

static void check_node(struct arena *a, struct builder *b, const struct zone_node *node,
		       const size_t *seq)
{
	const struct zone_rr *cname = NULL, *other = NULL, *rr = node->rr;
	size_t at = 0;
	unsigned cnames = 0;

	for (size_t i = 0; i < node->n; i++) {
		uint16_t type = rr[i].rr.type;

		if (type == RR_CNAME && !cnames++) {
			cname = &rr[i];
			at = i;
		} else if (type != RR_CNAME && !beside_cname(type)) {
			other = &rr[i];
		}
		if (type == RR_SOA && strcmp(node->owner, b->z->origin) != 0)
			refuse(a, b, seq[i], &rr[i],
			       "an SOA record, which only the origin may have");
		if (type == RR_SOA && i && rr[i - 1].rr.type == RR_SOA)
			refuse(a, b, seq[i], &rr[i], "a second SOA record");
		if (type == RR_NS && str_starts(str_c(node->owner), S("*.")))
			refuse(a, b, seq[i], &rr[i], "NS records at a wildcard");
	}
	if (cname && other)
		refuse(a, b, seq[at], cname, "a CNAME record beside records of other types");
	if (cnames > 1)
		refuse(a, b, seq[at], cname, "more than one CNAME record");
}

struct ranked {
	struct zone_fault fault;
	size_t seq;
};

static int by_seq(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;

	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	return strcmp(a->fault.what, b->fault.what);
}

static void keep_faults(struct arena *a, struct builder *b)
{
	struct ranked *row = arena_array(a, b->nfault, sizeof(*row));

	for (size_t i = 0; i < b->nfault; i++)
		row[i] = (struct ranked){ b->fault[i], b->fault_seq[i] };
	qsort(row, b->nfault, sizeof(*row), by_seq);
	for (size_t i = 0; i < b->nfault; i++)
		b->fault[i] = row[i].fault;
	b->z->fault = b->fault;
	b->z->nfault = b->nfault;
}

/* ---- the origin ---- */

struct probe {
	const char *soa; /* the owner of the first SOA record */
	size_t records;
};

static bool seek_soa(struct zone_reader *r, const struct zone_raw *raw)
{
	struct probe *p = r->arg;
	struct input in = input_of(raw->owner, raw->owner_len);

	p->records++;
	if (raw->type != RR_SOA)
		return true;
	p->soa = name_from_wire(r->arena, &in);
	return false;
}

/* The owner of the SOA record; else the first $ORIGIN; else what the file's name tells. NULL and
 * *err when it is none of these. */
static const char *find_origin(struct arena *a, const char *file, struct str text, bool may_include,
			       const char **err)
{
	struct probe p = { 0 };
	struct zone_reader r = {
		.arena = a, .record = seek_soa, .arg = &p, .may_include = may_include
	};
	const char *origin;

	zone_read(&r, file, text, NOWHERE);
	if (p.soa && !name_is_under(p.soa, NOWHERE))
		return p.soa;
	if (!p.soa && r.first_origin && !name_is_under(r.first_origin, NOWHERE) &&
	    strcmp(r.first_origin, ".") != 0)
		return r.first_origin;
	origin = zone_file_origin(a, file);
	if (origin)
		return origin;
	if (r.err)
		*err = r.err;
	else if (!p.records)
		*err = arena_printf(a, "%s: there are no records in it", file);
	else
		*err = arena_printf(
			a,
			"%s: the file does not say of which zone it is (no $ORIGIN%s): say --origin NAME",
			file, p.soa ? ", and its SOA record is for \"@\"" : ", no SOA record");
	return NULL;
}

static bool parse(struct arena *a, const char *file, struct str text, const char *origin,
		  bool may_include, struct zone *out, const char **err)
{
	struct builder b = { .z = out };
	struct zone_reader r = {
		.arena = a, .record = store, .arg = &b, .may_include = may_include
	};
	const size_t *seq;

	*out = (struct zone){ .file = arena_strdup(a, file) };
	if (!str_trim(text).n) {
		*err = arena_printf(a, "%s: the file is empty", file);
		return false;
	}
	out->origin = origin ? name_from_text(a, str_c(origin))
			     : find_origin(a, out->file, text, may_include, err);
	if (!out->origin) {
		if (origin)
			*err = arena_printf(a, "%s: the origin \"%s\" is no domain name", file,
					    origin);
		return false;
	}
	zone_read(&r, out->file, text, out->origin);
	if (r.err) {
		*err = r.errors > 1
			       ? arena_printf(a, "%s (and %u more errors)", r.err, r.errors - 1)
			       : r.err;
		return false;
	}
	if (!b.n) {
		*err = b.outside ? arena_printf(a, "%s: none of its %zu records is at or below %s",
						file, b.outside, out->origin)
				 : arena_printf(a, "%s: there are no records in it", file);
		return false;
	}
	arrange(a, &b, &seq);
	for (size_t i = 0; i < out->nnode; i++)
		check_node(a, &b, &out->node[i], seq + (out->node[i].rr - out->rr));
	keep_faults(a, &b);
	return true;
}

bool parse_zone_file(struct arena *a, const char *path, const char *origin, struct zone *out,
		     const char **err)
{
	struct str text;
	const char *why;

	*out = (struct zone){ 0 };
	if (!zone_file_read(a, path, true, ZONE_OCTETS_MAX, &text, &why)) {
		*err = arena_printf(a, "%s: %s", path, why);
		return false;
	}
	return parse(a, path, text, origin, true, out, err);
}

bool parse_zone_text(struct arena *a, const char *file, struct str text, const char *origin,
		     struct zone *out, const char **err)
{
	if (text.n && memchr(text.p, 0, text.n)) {
		*out = (struct zone){ 0 };
		*err = arena_printf(a, "%s: not a text file, so no zone file", file);
		return false;
	}
	return parse(a, file, text, origin, false, out, err);
}

const char *zone_refused(struct arena *a, const struct zone *z)
{
	const struct zone_fault *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < z->nfault; i++) {
		if (!z->fault[i].refused)
			continue;
		first = first ? first : &z->fault[i];
		n++;
	}
	if (!first)
		return NULL;
	if (n == 1)
		return arena_printf(a, "%s:%u: %s", first->file, first->line, first->what);
	return arena_printf(a, "%s:%u: %s (and %zu more)", first->file, first->line, first->what,
			    n - 1);
}

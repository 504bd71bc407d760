/* Zone files: the origin, the records, and what becomes of both. */
#include "zone.h"

#include "input.h"
#include "name.h"
#include "rrtype.h"
#include "zone_build.h"
#include "zone_form.h"

/* What relative names are relative to while the origin is sought: a name that nobody writes. */
#define NOWHERE "\\001"

/* One reading. */
struct job {
	struct arena *arena;
	const char *const *path; /* of the file; of n files that are one zone */
	size_t n;                /* 0: one file, whose text this is */
	struct str text;
	const char *origin; /* as the user says it; NULL: he does not */
	const char *root;   /* nothing may be included but from there; NULL: nothing */
	struct zone_scanners scanners;
};

/* The owner's name and key: made once for records of one name in a row. */
static void set_owner(struct arena *a, struct zone_builder *b, const struct zone_raw *raw)
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

static void keep(struct arena *a, struct zone_builder *b, const struct rr *rr, size_t seq)
{
	b->item = arena_grow(a, b->item, b->n, &b->cap, sizeof(*b->item));
	b->item[b->n++] = (struct zone_item){ .zr = { b->owner, *rr }, .key = b->key, .seq = seq };
	b->records += rr->type != RR_HOLE && rr->type != RR_GONE;
}

static const struct rr *rr_of(struct arena *a, const struct rr *rr)
{
	struct rr *copy = ARENA_NEW(a, struct rr);

	*copy = *rr;
	return copy;
}

static bool store(struct zone_reader *r, const struct zone_raw *raw)
{
	struct zone_builder *b = r->arg;
	struct arena *a = r->arena;
	struct input in = input_of(raw->data, raw->data_len);
	struct zone_fault f = { .file = raw->file, .line = raw->line, .column = raw->column };
	size_t seq = b->seq++;
	struct rr rr = { 0 };

	set_owner(a, b, raw);
	if (!b->owner || !rr_decode(a, &in, raw->type, (uint16_t)raw->data_len, &rr)) {
		struct zone_place at = { .r = r, .file = raw->file, .column = raw->column };

		zone_read_fail(&at, raw->line, NULL, "the data does not fit the record's type");
		return true;
	}
	rr.ttl_s = raw->ttl_s;
	rr.line = raw->line;
	rr.column = raw->column;
	rr.file = raw->file;
	f.owner = b->owner;
	if (!name_is_under(b->owner, b->z->origin)) {
		b->outside++;
		f.kind = ZONE_OUT_OF_ZONE;
		f.rr = rr_of(a, &rr);
		f.what = arena_printf(a,
				      "%s is not at or below %s: name servers leave the record out",
				      b->owner, b->z->origin);
		zone_fault_add(a, b, seq, &f);
		return true;
	}
	if (raw->longest > 255 && (raw->type == RR_TXT || raw->type == RR_SPF)) {
		f.kind = ZONE_LONG_STRING;
		f.rr = rr_of(a, &rr);
		f.what = arena_printf(
			a,
			"a character-string of %zu octets where 255 are allowed: most name servers refuse the "
			"zone; part it into several, \"...\" \"...\"",
			raw->longest);
		f.refused = true;
		zone_fault_add(a, b, seq, &f);
	}
	keep(a, b, &rr, seq);
	return true;
}

/* What the line would have said is not known, and does not count as missing. Nobody asks for the NS
 * records of the origin. */
static void keep_hole(struct zone_reader *r, const struct zone_trouble *t, uint16_t of, size_t seq)
{
	struct zone_builder *b = r->arg;
	struct zone_raw raw = { .owner = t->owner, .owner_len = t->owner_len };
	char type[2] = { (char)(of >> 8), (char)(of & 255) };
	struct rr rr = { .type = RR_HOLE, .file = t->file, .line = t->line };

	set_owner(r->arena, b, &raw);
	if (t->kind != ZONE_BAD_LINE || !b->owner || !name_is_under(b->owner, b->z->origin) ||
	    (of == RR_NS && strcmp(b->owner, b->z->origin) == 0))
		return;
	rr.data = arena_str(r->arena, (struct str){ type, 2 });
	keep(r->arena, b, &rr, seq);
}

static void note_trouble(struct zone_reader *r, const struct zone_trouble *t)
{
	struct zone_builder *b = r->arg;
	size_t seq = b->seq++;
	struct zone_fault f = {
		.kind = t->kind,
		.file = t->file,
		.line = t->line,
		.column = t->column,
		.quote = t->quote,
		.what = arena_printf(r->arena, "%s", t->what),
		.refused = t->kind == ZONE_BAD_LINE,
	};

	if (t->owner) {
		keep_hole(r, t, t->addresses ? RR_A : t->type, seq);
		if (t->addresses)
			keep_hole(r, t, RR_AAAA, seq);
		f.owner = b->owner;
	}
	zone_fault_add(r->arena, b, seq, &f);
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
static const char *find_origin(struct job *j, const char *file, struct str text, bool *foreign,
			       const char **err)
{
	struct arena *a = j->arena;
	struct probe p = { 0 };
	struct zone_reader r = { .arena = a,
				 .record = seek_soa,
				 .arg = &p,
				 .may_include = j->root != NULL,
				 .scanners = &j->scanners };
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
	*foreign = !r.err;
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

/* Puts what was read in order. False and *err when there is nothing. */
static bool finish(struct arena *a, struct zone_builder *b, const struct zone_reader *r,
		   const char **err)
{
	struct zone *z = b->z;
	const size_t *seq;

	if (!b->records && !(b->n && !r->err)) {
		if (r->err)
			*err = r->errors > 1 ? arena_printf(a, "%s (and %u more errors)", r->err,
							    r->errors - 1)
					     : r->err;
		else if (b->outside)
			*err = arena_printf(a, "%s: none of its %zu records is at or below %s",
					    z->file, b->outside, z->origin);
		else
			*err = arena_printf(a, "%s: there are no records in it", z->file);
		return false;
	}
	z->partial |= r->partial;
	zone_arrange(a, b, &seq);
	zone_find_faults(a, b, seq);
	return true;
}

static bool parse_bind(struct job *j, const char *file, struct str text, const char *origin,
		       struct zone *out, bool *foreign, const char **err)
{
	struct zone_builder b = { .z = out };
	struct zone_reader r = { .arena = j->arena,
				 .record = store,
				 .trouble = note_trouble,
				 .arg = &b,
				 .may_include = j->root != NULL,
				 .scanners = &j->scanners };

	*out = (struct zone){ .file = file };
	out->origin = origin ? origin : find_origin(j, file, text, foreign, err);
	if (!out->origin)
		return false;
	zone_read(&r, file, text, out->origin);
	*foreign = !r.err;
	return finish(j->arena, &b, &r, err);
}

static bool parse_draft(struct job *j, const char *file, const struct zone_draft *d,
			struct zone *out, const char **err)
{
	struct zone_builder b = { .z = out };
	struct zone_reader r = { .arena = j->arena,
				 .record = store,
				 .trouble = note_trouble,
				 .arg = &b,
				 .scanners = &j->scanners };

	*out = (struct zone){ .file = file, .origin = d->origin, .partial = d->partial };
	zone_read_draft(&r, d, d->origin);
	return finish(j->arena, &b, &r, err);
}

static bool parse_drafts(struct job *j, const char *file, const struct zone_drafts *d,
			 struct zones *out, const char **err)
{
	const char *first = NULL;

	out->item = arena_array(j->arena, d->n, sizeof(*out->item));
	for (size_t i = 0; i < d->n; i++) {
		if (parse_draft(j, file, d->item[i], &out->item[out->n], err))
			out->n++;
		else if (!first)
			first = *err;
	}
	if (!out->n)
		*err = first;
	return out->n > 0;
}

static bool parse_form(struct job *j, const char *file, struct str text, const char *origin,
		       struct zones *out, const char **err)
{
	struct doc_files files = { .root = j->root };
	struct zone_drafts drafts;
	bool ok = zone_form_read(j->arena, file, text, origin, &files, &drafts, err);

	out->included = files.included;
	out->nincluded = files.n;
	out->script = js_sniff(text);
	out->foreign = !ok && drafts.foreign;
	return ok && parse_drafts(j, file, &drafts, out, err);
}

static bool parse_one(struct job *j, struct zones *out, const char **err)
{
	struct arena *a = j->arena;
	const char *file = arena_strdup(a, j->path[0]), *name = j->origin;

	if (!str_trim(j->text).n) {
		*err = arena_printf(a, "%s: the file is empty", file);
		out->foreign = true;
		return false;
	}
	if (name && !(name = name_from_text(a, str_c(name)))) {
		*err = arena_printf(a, "%s: the origin \"%s\" is no domain name", file, j->origin);
		return false;
	}
	if (zone_form_sniff(j->text))
		return parse_form(j, file, j->text, name, out, err);
	out->item = ARENA_NEW(a, struct zone);
	out->n = parse_bind(j, file, j->text, name, out->item, &out->foreign, err);
	out->foreign &= !out->n;
	return out->n > 0;
}

static bool parse_split(struct job *j, struct zones *out, const char **err)
{
	struct arena *a = j->arena;
	struct doc_files files = { .root = j->root };
	struct zone_drafts drafts = { .arena = a, .origin = name_from_text(a, str_c(j->origin)) };

	if (!drafts.origin) {
		*err = arena_printf(a, "%s: the origin \"%s\" is no domain name", j->path[0],
				    j->origin);
		return false;
	}
	for (size_t i = 0; i < j->n; i++) {
		const char *why;
		struct str text;

		if (!zone_file_read(a, j->path[i], false, DOC_OCTETS_MAX - files.octets, &text,
				    &why)) {
			*err = arena_printf(a, "%s: %s", j->path[i], why);
			return false;
		}
		files.octets += text.n;
		if (!zone_form_add(&drafts, j->path[i], text, &files)) {
			*err = drafts.err;
			return false;
		}
	}
	out->included = files.included;
	out->nincluded = files.n;
	if (drafts.lines)
		return parse_drafts(j, j->path[0], &drafts, out, err);
	out->foreign = true;
	*err = arena_printf(a, "%s: there are no records in it", j->path[0]);
	return false;
}

/* Runs the job with scanners, which go whatever happens. */
static bool with_scanners(struct job *j, struct zones *out, const char **err)
{
	jmp_buf full, *outer = j->arena->oom;
	bool ok;

	*out = (struct zones){ 0 };
	arena_init(&j->scanners.arena, ZONE_SCANNERS_OCTETS_MAX);
	j->arena->oom = j->scanners.arena.oom = &full;
	if (setjmp(full) != 0) {
		j->arena->oom = outer;
		arena_free(&j->scanners.arena);
		arena_full(j->arena);
	}
	ok = j->n ? parse_split(j, out, err) : parse_one(j, out, err);
	j->arena->oom = outer;
	arena_free(&j->scanners.arena);
	return ok;
}

bool parse_zones_within(struct arena *a, const char *root, const char *path, const char *origin,
			struct zones *out, const char **err)
{
	struct job j = { .arena = a, .path = &path, .origin = origin, .root = root };
	const char *why;

	*out = (struct zones){ 0 };
	if (zone_file_read(a, path, true, ZONE_OCTETS_MAX, &j.text, &why))
		return with_scanners(&j, out, err);
	*err = arena_printf(a, "%s: %s", path, why);
	return false;
}

bool parse_zones_file(struct arena *a, const char *path, const char *origin, struct zones *out,
		      const char **err)
{
	return parse_zones_within(a, zone_file_folder(a, path), path, origin, out, err);
}

bool parse_zones_split(struct arena *a, const char *root, const char *const *path, size_t n,
		       const char *origin, struct zones *out, const char **err)
{
	struct job j = { .arena = a, .path = path, .n = n, .origin = origin, .root = root };

	return with_scanners(&j, out, err);
}

bool parse_zones_text(struct arena *a, const char *file, struct str text, const char *origin,
		      struct zones *out, const char **err)
{
	struct job j = { .arena = a, .path = &file, .origin = origin, .text = text };

	*out = (struct zones){ 0 };
	if (text.n && memchr(text.p, 0, text.n)) {
		*err = arena_printf(a, "%s: not a text file, so no zone file", file);
		return false;
	}
	return with_scanners(&j, out, err);
}

static bool only_one(struct arena *a, const char *file, const struct zones *all, struct zone *out,
		     const char **err)
{
	*out = all->n ? all->item[0] : (struct zone){ 0 };
	if (all->n > 1)
		*err = arena_printf(a, "%s: %zu zones where one was expected", file, all->n);
	return all->n == 1;
}

bool parse_zone_file(struct arena *a, const char *path, const char *origin, struct zone *out,
		     const char **err)
{
	struct zones all;

	parse_zones_file(a, path, origin, &all, err);
	return only_one(a, path, &all, out, err);
}

bool parse_zone_text(struct arena *a, const char *file, struct str text, const char *origin,
		     struct zone *out, const char **err)
{
	struct zones all;

	parse_zones_text(a, file, text, origin, &all, err);
	return only_one(a, file, &all, out, err);
}

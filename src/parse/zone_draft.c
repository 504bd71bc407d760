/* Records of other forms, written as lines of a zone file. */
#include "name.h"
#include "rrtype.h"
#include "zone_form.h"

enum { CHUNK = 255 };

static struct zone_draft **slot_of(const struct zone_drafts *all, const char *origin)
{
	size_t i = (size_t)str_hash(str_c(origin), 0) & (all->nslot - 1);

	while (all->slot[i] && strcmp(all->slot[i]->origin, origin) != 0)
		i = (i + 1) & (all->nslot - 1);
	return &all->slot[i];
}

/* Never more than half full. Most files have one zone. */
static void make_room(struct zone_drafts *all)
{
	if (2 * (all->n + 1) <= all->nslot)
		return;
	all->nslot = all->nslot ? 2 * all->nslot : 4;
	all->slot = arena_array(all->arena, all->nslot, sizeof(struct zone_draft *));
	for (size_t i = 0; i < all->n; i++)
		*slot_of(all, all->item[i]->origin) = all->item[i];
}

struct zone_draft *draft_zone(struct zone_drafts *all, const char *origin)
{
	struct zone_draft **slot, *z;

	make_room(all);
	slot = slot_of(all, origin);
	if (*slot)
		return *slot;
	if (all->n == DRAFT_ZONES_MAX) {
		if (!all->err)
			all->err = arena_printf(all->arena, "%s: too many zones in one file",
						all->file);
		return NULL;
	}
	z = ARENA_NEW(all->arena, struct zone_draft);
	z->all = all;
	z->origin = origin;
	all->item = arena_grow(all->arena, all->item, all->n, &all->cap, sizeof(*all->item));
	all->item[all->n++] = z;
	*slot = z;
	return z;
}

void draft_line(struct zone_draft *z, const struct zone_draft_line *line)
{
	struct zone_drafts *all = z->all;

	if (++all->lines > DRAFT_LINES_MAX) {
		if (!all->err)
			all->err = arena_printf(all->arena, "%s: too many records in one file",
						all->file);
		return;
	}
	z->line = arena_grow(all->arena, z->line, z->n, &z->cap, sizeof(*z->line));
	z->line[z->n++] = *line;
}

static void add_line(struct zone_draft *z, const struct doc_node *at, struct str text,
		     const char *fault, const char *owner)
{
	draft_line(z, &(struct zone_draft_line){
			      .text = text,
			      .file = at->file,
			      .line = at->line,
			      .column = at->column,
			      .fault = fault,
			      .owner = owner,
		      });
}

/* ---- names ---- */

const char *draft_name(struct arena *a, struct str text, const char *under)
{
	bool whole = text.n && text.p[text.n - 1] == '.';
	const char *name = NULL, *why;

	if (!text.n || str_eq(text, S("@")))
		return under ? under : NULL;
	if (str_eq(text, S(".")))
		return ".";
	for (size_t i = 0; i < text.n && !name; i++)
		if ((unsigned char)text.p[i] > 0x7e)
			name = name_from_user(a, text, &why);
	if (!name)
		name = name_from_text(a, text);
	return !name || !under || whole ? name : name_join(a, name, under);
}

/* ---- lines ---- */

static bool is_word(struct str s, size_t max)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_alpha((unsigned char)s.p[i]) &&
		    !ascii_is_digit((unsigned char)s.p[i]) && s.p[i] != '-')
			return false;
	return s.n && s.n <= max;
}

/* "owner TTL IN TYPE ". False, and the fault told, when one of these is none. */
static bool put_head(struct draft_text *t, const struct draft_set *s, const struct doc_node *at)
{
	struct arena *a = s->zone->all->arena;

	*t = (struct draft_text){ .arena = a };
	if (!s->owner)
		draft_fault(s, at, "a name that is no domain name");
	else if (!is_word(s->type, 32))
		draft_fault(s, at,
			    s->type.n ? "not a known record type" : "a record without a type");
	else if (!is_word(str_c(s->ttl), 32))
		draft_fault(s, at, "not a TTL");
	else
		goto good;
	return false;
good:
	text_name(t, s->owner);
	text_str(t, str_c(arena_printf(a, " %s IN %.*s", s->ttl, (int)s->type.n, s->type.p)));
	return true;
}

static void finish(const struct draft_set *s, const struct doc_node *at, struct draft_text *t)
{
	text_add(t, '\n');
	add_line(s->zone, at, (struct str){ t->p, t->n }, NULL, NULL);
}

/* ---- what is not told ---- */

void draft_hole(const struct draft_set *s, const struct doc_node *at, uint16_t type, bool gone)
{
	struct draft_text t = { .arena = s->zone->all->arena };

	if (!s->owner)
		return;
	text_name(&t, s->owner);
	text_str(&t, str_c(arena_printf(t.arena, " 0 IN TYPE%d \\# 2 %04x\n",
					gone ? RR_GONE : RR_HOLE, (unsigned)type)));
	add_line(s->zone, at, (struct str){ t.p, t.n }, NULL, NULL);
}

void draft_addresses(const struct draft_set *s, const struct doc_node *at)
{
	draft_hole(s, at, RR_A, false);
	draft_hole(s, at, RR_AAAA, false);
}

void draft_fault(const struct draft_set *s, const struct doc_node *at, const char *what)
{
	struct arena *a = s->zone->all->arena;
	const char *owner = s->owner ? s->owner : "";
	struct str value = at->kind == DOC_SCALAR ? at->text : S("");
	uint16_t type = rrtype_from(s->type);
	struct draft_text t = { .arena = a };

	text_str(&t, str_c(owner));
	text_add(&t, ' ');
	text_word(&t, str_sub(s->type, 0, 32), false);
	text_add(&t, ' ');
	text_word(&t, str_sub(value, 0, 200), false);
	text_add(&t, '\n');
	add_line(s->zone, at, (struct str){ t.p, t.n }, what, s->owner);
	/* of a line whose type is not known no more can be said than that the name has something */
	if (s->zone->n && type)
		s->zone->line[s->zone->n - 1].type = type;
	else
		draft_hole(s, at, 0, false);
}

/* ---- records ---- */

/* What the words of a type's data are, in order: w a word, n a name, q a quoted string; and the
 * keys that forms keep them in. A key of DNSControl's "target" and Cloudflare's "content" hold what
 * is no field. */
struct field {
	char kind;
	const char *key[3][3];
};
static const struct shape {
	const char *type;
	struct field field[7];
} shapes[] = {
	{ "CNAME", { { 'n', { { "value" }, { "target" }, { "content", "value" } } } } },
	{ "NS", { { 'n', { { "value" }, { "target" }, { "content", "value" } } } } },
	{ "PTR", { { 'n', { { "value" }, { "target" }, { "content", "value" } } } } },
	{ "DNAME", { { 'n', { { "value" }, { "target" }, { "content", "value" } } } } },
	{ "MX",
	  { { 'w', { { "preference", "priority" }, { "mxpreference" }, { "priority" } } },
	    { 'n',
	      { { "exchange", "value" }, { "target" }, { "content", "value", "target" } } } } },
	{ "SRV",
	  { { 'w', { { "priority" }, { "srvpriority" }, { "priority" } } },
	    { 'w', { { "weight" }, { "srvweight" }, { "weight" } } },
	    { 'w', { { "port" }, { "srvport" }, { "port" } } },
	    { 'n', { { "target" }, { "target" }, { "target" } } } } },
	{ "CAA",
	  { { 'w', { { "flags" }, { "caaflag" }, { "flags" } } },
	    { 'w', { { "tag" }, { "caatag" }, { "tag" } } },
	    { 'q', { { "value" }, { "target" }, { "value" } } } } },
	{ "TLSA",
	  { { 'w', { { "certificate_usage" }, { "tlsausage" }, { "usage" } } },
	    { 'w', { { "selector" }, { "tlsaselector" }, { "selector" } } },
	    { 'w', { { "matching_type" }, { "tlsamatchingtype" }, { "matching_type" } } },
	    { 'w', { { "certificate_association_data" }, { "target" }, { "certificate" } } } } },
	{ "DS",
	  { { 'w', { { "key_tag" }, { "dskeytag" }, { "key_tag" } } },
	    { 'w', { { "algorithm" }, { "dsalgorithm" }, { "algorithm" } } },
	    { 'w', { { "digest_type" }, { "dsdigesttype" }, { "digest_type" } } },
	    { 'w', { { "digest" }, { "dsdigest" }, { "digest" } } } } },
	{ "SSHFP",
	  { { 'w', { { "algorithm" }, { "sshfpalgorithm" }, { "algorithm" } } },
	    { 'w', { { "fingerprint_type" }, { "sshfpfingerprint" }, { "type" } } },
	    { 'w', { { "fingerprint" }, { "target" }, { "fingerprint" } } } } },
	{ "NAPTR",
	  { { 'w', { { "order" }, { "naptrorder" }, { "order" } } },
	    { 'w', { { "preference" }, { "naptrpreference" }, { "preference" } } },
	    { 'q', { { "flags" }, { "naptrflags" }, { "flags" } } },
	    { 'q', { { "service" }, { "naptrservice" }, { "service" } } },
	    { 'q', { { "regexp" }, { "naptrregexp" }, { "regex" } } },
	    { 'n', { { "replacement" }, { "target" }, { "replacement" } } } } },
	{ "SOA",
	  { { 'n', { { "mname" }, { "target" }, { "mname" } } },
	    { 'n', { { "rname" }, { "soambox" }, { "rname" } } },
	    { 'w', { { "serial" }, { "soaserial" }, { "serial" } } },
	    { 'w', { { "refresh" }, { "soarefresh" }, { "refresh" } } },
	    { 'w', { { "retry" }, { "soaretry" }, { "retry" } } },
	    { 'w', { { "expire" }, { "soaexpire" }, { "expire" } } },
	    { 'w', { { "minimum" }, { "soaminttl" }, { "minimum" } } } } },
};

static const struct shape *shape_of(struct str type)
{
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (str_eq_ci(type, str_c(shapes[i].type)))
			return &shapes[i];
	return NULL;
}

static size_t nfields(const struct shape *shape)
{
	size_t n = 0;

	while (shape && n < 7 && shape->field[n].kind)
		n++;
	return n;
}

/* A name of the data: as a whole name, or as it is, for the reader of the line to complain of. */
static void put_target(struct draft_text *t, struct str word)
{
	const char *name = draft_name(t->arena, word, NULL);

	if (name)
		text_name(t, name);
	else
		text_word(t, word, false);
}

bool draft_fields(const struct draft_set *s, const struct doc_node *map, enum draft_keys keys)
{
	const struct shape *shape = shape_of(s->type);
	struct draft_text t;

	if (!shape)
		return false;
	if (!put_head(&t, s, map))
		return true;
	for (size_t i = 0; i < nfields(shape); i++) {
		const struct field *f = &shape->field[i];
		const struct doc_node *v = NULL;

		for (size_t k = 0; k < 3 && f->key[keys][k] && !v; k++)
			v = doc_get(map, f->key[keys][k]);
		/* DNSControl leaves out numbers that are 0 */
		if (!v && keys == KEYS_DNSCONTROL && f->kind == 'w') {
			text_str(&t, S(" 0"));
			continue;
		}
		if (!v || v->kind != DOC_SCALAR) {
			draft_fault(s, map,
				    arena_printf(t.arena, "no \"%s\" in it", f->key[keys][0]));
			return true;
		}
		text_add(&t, ' ');
		if (f->kind == 'n')
			put_target(&t, v->text);
		else if (f->kind == 'q')
			text_quoted(&t, v->text);
		else
			text_word(&t, v->text, false);
	}
	finish(s, map, &t);
	return true;
}

/* \OOO -> \DDD. */
static struct str decimal(struct arena *a, struct str data)
{
	struct draft_text t = { .arena = a };

	for (size_t i = 0; i < data.n; i++) {
		const char *p = data.p + i;

		if (*p != '\\') {
			text_add(&t, *p);
		} else if (i + 3 < data.n && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' &&
			   p[2] <= '7' && p[3] >= '0' && p[3] <= '7') {
			text_octet(&t, (unsigned char)((p[1] - '0') * 64 + (p[2] - '0') * 8 +
						       (p[3] - '0')));
			i += 3;
		} else {
			text_add(&t, *p);
			if (i + 1 < data.n)
				text_add(&t, data.p[++i]);
		}
	}
	return (struct str){ t.p, t.n };
}

/* The next word of data in presentation form; quotation marks off. */
static bool next_word(struct str data, size_t *at, struct str *word, bool *quoted)
{
	size_t i = *at, from;

	while (i < data.n && strchr(" \t\r\n", data.p[i]))
		i++;
	if (i == data.n)
		return false;
	*quoted = data.p[i] == '"';
	from = i += *quoted;
	while (i < data.n && !(*quoted ? data.p[i] == '"' : strchr(" \t\r\n", data.p[i]) != NULL))
		i += data.p[i] == '\\' && i + 1 < data.n ? 2 : 1;
	*word = str_sub(data, from, i - from);
	*at = i + (*quoted && i < data.n);
	return true;
}

void draft_data(const struct draft_set *s, const struct doc_node *at, struct str data, bool octal)
{
	const struct shape *shape = shape_of(s->type);
	struct draft_text t;
	struct str word;
	size_t pos = 0, n = 0;
	bool quoted;

	if (!put_head(&t, s, at))
		return;
	if (octal)
		data = decimal(t.arena, data);
	for (; next_word(data, &pos, &word, &quoted); n++) {
		text_add(&t, ' ');
		if (!quoted && n < nfields(shape) && shape->field[n].kind == 'n')
			put_target(&t, word);
		else
			text_word(&t, word, quoted);
	}
	if (!n)
		draft_fault(s, at, "a record without data");
	else
		finish(s, at, &t);
}

void draft_txt(const struct draft_set *s, const struct doc_node *at, struct str text)
{
	struct draft_text t;

	if (!put_head(&t, s, at))
		return;
	do {
		struct str part = str_sub(text, 0, CHUNK);

		text_add(&t, ' ');
		text_quoted(&t, part);
		text = str_from(text, part.n);
	} while (text.n);
	finish(s, at, &t);
}

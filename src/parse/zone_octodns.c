/* octoDNS: a map of names below the origin, each a record or a list of records. The zone's name is
 * the file's. Names in data are whole, with or without a final dot: octoDNS never adds the zone's
 * name. */
#include "name.h"
#include "rrtype.h"
#include "zone_form.h"

#define TTL_DEFAULT "3600"

static bool is_record(const struct doc_node *n)
{
	return n->kind == DOC_MAP && doc_text(n, "type").n;
}

static bool is_zone(const struct doc_pair *pair, size_t n)
{
	size_t records = 0;

	for (size_t i = 0; i < n; i++) {
		const struct doc_node *v = pair[i].value;

		if (pair[i].key->kind != DOC_SCALAR)
			return false;
		for (size_t k = 0; k < doc_items(v); k++)
			records += is_record(doc_item(v, k));
	}
	return records > 0;
}

/* "\;" is a semicolon, as octoDNS keeps it; \" and \\ are what they are elsewhere. */
static struct str unescape(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\' && i + 1 < s.n && strchr(";\"\\", s.p[i + 1]))
			i++;
		p[n++] = s.p[i];
	}
	return (struct str){ p, n };
}

/* one" "two, one""two -> onetwo: where parts of a text meet. What octoDNS dumps of a zone whose
 * parts have no blank between them keeps the marks of the second kind. */
static struct str join_seams(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (str_starts(str_from(s, i), S("\" \"")))
			i += 2;
		else if (str_starts(str_from(s, i), S("\"\"")))
			i++;
		else
			p[n++] = s.p[i];
	}
	return (struct str){ p, n };
}

/* "\"one\" \"two\"" -> onetwo: a text may be written in quoted parts. */
static struct str join_parts(struct arena *a, struct str s)
{
	char *p;
	size_t n = 0;
	bool in = false;

	s = str_trim(s);
	if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"')
		return join_seams(a, s);
	p = arena_alloc(a, s.n);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"') {
			in = !in;
			continue;
		}
		if (!in)
			continue;
		if (s.p[i] == '\\' && i + 1 < s.n)
			p[n++] = s.p[i++];
		p[n++] = s.p[i];
	}
	return (struct str){ p, n };
}

static bool is_type(const struct draft_set *s, const char *type)
{
	return str_eq_ci(s->type, str_c(type));
}

/* Types of DNS that say nothing of mail: that the name exists is all that is kept of them. */
static bool is_other(const struct draft_set *s)
{
	static const char *const types[] = { "LOC",        "HTTPS", "SVCB",    "URI",
					     "OPENPGPKEY", "CERT",  "HINFO",   "RP",
					     "DNSKEY",     "CDS",   "CDNSKEY", "SMIMEA" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (is_type(s, types[i]))
			return true;
	return false;
}

static void take_value(const struct draft_set *s, const struct doc_node *v)
{
	struct arena *a = s->zone->all->arena;

	if (v->kind == DOC_MAP && draft_fields(s, v, KEYS_OCTODNS))
		return;
	if (v->kind != DOC_SCALAR)
		draft_fault(s, v, "a value that does not fit the record's type");
	else if (is_type(s, "TXT") || is_type(s, "SPF"))
		draft_txt(s, v, unescape(a, join_parts(a, v->text)));
	else
		draft_data(s, v, v->text, false);
}

/* "Route53Provider/ALIAS" and its like, of one type or more; "ALIAS" is of addresses. */
static void take_alias(const struct draft_set *s, const struct doc_node *record)
{
	const struct doc_node *values = doc_get(record, "values");

	if (!values)
		values = doc_get(record, "value");
	for (size_t i = 0; i < doc_items(values); i++) {
		const struct doc_node *v = doc_item(values, i);
		uint16_t type = rrtype_from(doc_text(v, "type"));

		if (!type)
			return draft_addresses(s, v);
		draft_hole(s, v, type, false);
	}
	if (!values)
		draft_addresses(s, record);
}

/* Is the answer not the record's own data? */
static bool is_proxied(const struct doc_node *record)
{
	return doc_true(doc_get(doc_get(record, "octodns"), "cloudflare"), "proxied") ||
	       doc_true(doc_get(record, "cloudflare"), "proxied");
}

/* A pool of "dynamic", or what a place of "geo" gets: a set beside the record's own. */
static void take_pool(const struct draft_set *s, const struct doc_pair *pool)
{
	const struct doc_node *list = pool->value;

	if (list->kind == DOC_MAP)
		list = doc_get(list, "values") ? doc_get(list, "values") : doc_get(list, "value");
	if (!list || !draft_choose_list(s, pool->key, pool->key->text, list, "value"))
		return;
	for (size_t i = 0; i < doc_items(list); i++) {
		const struct doc_node *v = doc_item(list, i);

		if (v->kind == DOC_MAP && doc_get(v, "value"))
			v = doc_get(v, "value");
		take_value(s, v);
	}
}

static void take_pools(const struct draft_set *s, const struct doc_node *record,
		       const struct doc_node *values)
{
	const struct doc_node *all[] = { doc_get(doc_get(record, "dynamic"), "pools"),
					 doc_get(record, "geo") };

	if (all[0] || all[1])
		draft_choose_list(s, record, S("default"), values, NULL);
	for (size_t i = 0; i < 2; i++)
		for (size_t k = 0; all[i] && all[i]->kind == DOC_MAP && k < all[i]->n; k++)
			if (all[i]->pair[k].key->kind == DOC_SCALAR)
				take_pool(s, &all[i]->pair[k]);
}

static void take_values(const struct draft_set *s, const struct doc_node *record)
{
	const struct doc_node *values = doc_get(record, "values");

	if (!values)
		values = doc_get(record, "value");
	if (!values) {
		draft_fault(s, record, "a record without a value");
		return;
	}
	for (size_t i = 0; i < doc_items(values); i++)
		take_value(s, doc_item(values, i));
	take_pools(s, record, values);
}

static void take_record(struct zone_draft *z, const char *owner, const struct doc_node *record)
{
	struct draft_set s = { .zone = z, .owner = owner, .type = doc_text(record, "type") };
	const struct doc_node *meta = doc_get(record, "octodns");
	struct str ttl = doc_text(record, "ttl");

	s.ttl = ttl.n ? draft_ttl(z->all->arena, ttl) : TTL_DEFAULT;
	if (record->kind != DOC_MAP || !s.type.n)
		draft_fault(&s, record, "a record without a type");
	else if (doc_true(meta, "ignored"))
		draft_hole(&s, record, rrtype_from(s.type) ? rrtype_from(s.type) : UINT16_MAX,
			   false);
	else if (is_type(&s, "ALIAS") || str_ends_ci(s.type, S("/ALIAS")))
		take_alias(&s, record);
	else if (is_proxied(record))
		draft_addresses(&s, record);
	else if (is_other(&s))
		draft_hole(&s, record, UINT16_MAX, false);
	else if (str_find(s.type, '/') >= 0 || is_type(&s, "URLFWD"))
		draft_addresses(&s, record);
	else
		take_values(&s, record);
}

/* The owner of the records under a key; NULL: it is no name. */
static const char *owner_of(struct zone_drafts *d, struct str key)
{
	if (str_eq(key, S("@")))
		return d->origin;
	if (key.n && key.p[key.n - 1] == '.')
		return NULL;
	return draft_name(d->arena, key, d->origin);
}

static void take_zone(struct zone_drafts *d, const struct doc_pair *pair, size_t n)
{
	struct zone_draft *z = draft_zone(d, d->origin);

	for (size_t i = 0; z && i < n; i++)
		for (size_t k = 0; k < doc_items(pair[i].value); k++)
			take_record(z, owner_of(d, pair[i].key->text), doc_item(pair[i].value, k));
}

bool form_octodns(struct zone_drafts *d, const struct doc_node *root)
{
	size_t n;
	const struct doc_pair *pair = doc_pairs(d->arena, root, &n);

	if (!is_zone(pair, n))
		return false;
	if (d->origin) {
		take_zone(d, pair, n);
		return true;
	}
	d->err = arena_printf(
		d->arena, "%s: the file's name does not say of which zone it is: say --origin NAME",
		d->file);
	return true;
}

void form_octodns_add(struct zone_drafts *d, const struct doc_node *root)
{
	size_t n;
	const struct doc_pair *pair = doc_pairs(d->arena, root, &n);

	if (doc_is_null(root) || (root->kind == DOC_MAP && !n) || is_zone(pair, n))
		take_zone(d, pair, n);
	else
		d->err = arena_printf(d->arena, "%s: no records of an octoDNS zone", d->file);
}

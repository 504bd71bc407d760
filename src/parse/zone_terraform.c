/* Terraform: what `terraform show -json` prints of a plan (what will be), or of a state.
 *
 * 1. Zones are resources or data sources of the plan, or of the state before it. A zone that the
 * plan itself keeps is whole; of another it has a part, and what is not in that part is not known.
 * 2. A record's zone is the one with its zone_id; else, while that is not known yet, the one that
 * the record's configuration refers to; else the nearest zone above its name; else the
 * organizational domain of its name.
 * 3. A set that the plan takes away, and nothing else in it makes, is known not to be there. */
#include <stdlib.h>

#include "name.h"
#include "psl.h"
#include "rrtype.h"
#include "zone_form.h"

struct tf_zone {
	struct str address, id;
	const char *origin;
	bool managed;
};

struct tf_key {
	struct str key;
	const void *value;
};
struct tf_index {
	struct tf_key *row;
	size_t n, cap;
};

struct plan {
	struct zone_drafts *d;
	const struct doc_node *configuration;
	struct tf_zone *zone;
	size_t n, cap;
	struct tf_index by_id, by_address, by_origin; /* of zones */
	struct tf_index config;                       /* of what configures a resource */
};

typedef void resource_fn(struct plan *p, const struct doc_node *resource);

/* All resources of a module and of those within it. */
static void each_resource(struct plan *p, const struct doc_node *module, resource_fn *fn)
{
	const struct doc_node *list = doc_list(module, "resources"),
			      *children = doc_list(module, "child_modules");

	for (size_t i = 0; list && i < list->n; i++)
		fn(p, list->item[i]);
	for (size_t i = 0; children && i < children->n; i++)
		each_resource(p, children->item[i], fn);
}

static bool is_resource(const struct doc_node *r, const char *type)
{
	return str_eq(doc_text(r, "type"), str_c(type));
}

/* ---- zones ---- */

static void take_zone(struct plan *p, const struct doc_node *r)
{
	const struct doc_node *v = doc_get(r, "values");
	struct str name, id;
	struct tf_zone z = { .address = doc_text(r, "address"),
			     .managed = !str_eq(doc_text(r, "mode"), S("data")) };

	if (is_resource(r, "aws_route53_zone")) {
		name = doc_text(v, "name");
		id = doc_text(v, "zone_id");
	} else if (is_resource(r, "cloudflare_zone")) {
		name = doc_text(v, "name");
		name = name.n ? name : doc_text(v, "zone");
		id = doc_text(v, "zone_id");
	} else if (is_resource(r, "google_dns_managed_zone")) {
		name = doc_text(v, "dns_name");
		id = doc_text(v, "name");
	} else {
		return;
	}
	z.id = id.n ? id : doc_text(v, "id");
	z.origin = draft_name(p->d->arena, name, NULL);
	if (!z.origin)
		return;
	p->zone = arena_grow(p->d->arena, p->zone, p->n, &p->cap, sizeof(z));
	p->zone[p->n++] = z;
}

/* A row of zones, sorted by one of what they are known by. */
static int by_key(const void *x, const void *y)
{
	return str_cmp(((const struct tf_key *)x)->key, ((const struct tf_key *)y)->key);
}

static void index_add(struct plan *p, struct tf_index *in, struct str key, const void *value)
{
	if (!key.n)
		return;
	in->row = arena_grow(p->d->arena, in->row, in->n, &in->cap, sizeof(*in->row));
	in->row[in->n++] = (struct tf_key){ key, value };
}

/* NULL when there is none, or when `one` and there are several. */
static const void *index_find(const struct tf_index *in, struct str key, bool one)
{
	struct tf_key want = { key, NULL };
	const struct tf_key *k = in->n && key.n
					 ? bsearch(&want, in->row, in->n, sizeof(want), by_key)
					 : NULL;

	if (!k)
		return NULL;
	if (one && ((k > in->row && str_eq(k[-1].key, key)) ||
		    (k + 1 < in->row + in->n && str_eq(k[1].key, key))))
		return NULL;
	return k->value;
}

/* An address without the key of count or for_each: aws_route53_record.spf["a"]. */
static struct str bare_address(struct str s)
{
	ptrdiff_t at = str_find(s, '[');

	return at < 0 ? s : str_sub(s, 0, (size_t)at);
}

static void make_indexes(struct plan *p)
{
	const struct doc_node *list = doc_list(doc_get(p->configuration, "root_module"),
					       "resources");

	for (size_t i = 0; i < p->n; i++) {
		const struct tf_zone *z = &p->zone[i];

		index_add(p, &p->by_id, z->id, z);
		index_add(p, &p->by_address, bare_address(z->address), z);
		index_add(p, &p->by_origin, str_c(z->origin), z);
	}
	for (size_t i = 0; list && i < list->n; i++)
		index_add(p, &p->config, doc_text(list->item[i], "address"), list->item[i]);
	for (int i = 0; i < 4; i++) {
		struct tf_index *in[] = { &p->by_id, &p->by_address, &p->by_origin, &p->config };

		if (in[i]->n)
			qsort(in[i]->row, in[i]->n, sizeof(*in[i]->row), by_key);
	}
}

/* "data.aws_route53_zone.main.zone_id", "aws_route53_zone.main[0]": the resource's address. */
static struct str resource_of(struct str ref)
{
	unsigned dots = str_starts(ref, S("data.")) ? 3 : 2;

	for (size_t i = 0; i < ref.n; i++)
		if (ref.p[i] == '[' || (ref.p[i] == '.' && !--dots))
			return str_sub(ref, 0, i);
	return ref;
}

/* The zone that the configuration of a resource of the root module refers to. Of several that count
 * or for_each made, none is known to be meant. */
static const struct tf_zone *zone_by_reference(const struct plan *p, const struct doc_node *r)
{
	const struct doc_node *config = index_find(&p->config, bare_address(doc_text(r, "address")),
						   true);
	const struct doc_node *e = doc_get(config, "expressions"), *ref;

	ref = doc_get(e, doc_get(e, "zone_id") ? "zone_id" : "managed_zone");
	ref = doc_list(ref, "references");
	if (!ref || !ref->n)
		return NULL;
	return index_find(&p->by_address, resource_of(ref->item[0]->text), true);
}

static const struct tf_zone *zone_by_name(const struct plan *p, const char *name)
{
	const struct tf_zone *z = NULL;

	for (; name && !z; name = name_parent(name))
		z = index_find(&p->by_origin, str_c(name), false);
	return z;
}

/* ---- records ---- */

/* The zone of a record, and the record's whole name. */
static bool place(struct plan *p, const struct doc_node *r, const struct doc_node *v,
		  struct draft_set *s)
{
	struct arena *a = p->d->arena;
	struct str name = doc_text(v, "name"), fqdn = doc_text(v, "fqdn"), zone;
	const struct tf_zone *z;
	const char *whole, *origin;

	zone = doc_text(v, doc_get(v, "zone_id") ? "zone_id" : "managed_zone");
	if (!fqdn.n)
		fqdn = doc_text(v, "hostname");
	whole = draft_name(a, fqdn.n ? fqdn : name, NULL);
	z = index_find(&p->by_id, zone, false);
	if (!z)
		z = zone_by_reference(p, r);
	if (!z)
		z = zone_by_name(p, whole);
	origin = z                                 ? z->origin
		 : whole && name_labels(whole) > 1 ? psl_organizational_domain(a, whole)
						   : p->d->origin;
	if (!origin)
		return false;
	s->owner = whole && name_is_under(whole, origin) ? whole : draft_name(a, name, origin);
	s->zone = draft_zone(p->d, origin);
	if (s->zone && (!z || !z->managed))
		s->zone->partial = true;
	return s->zone != NULL;
}

static const char *ttl_of(struct arena *a, const struct doc_node *v)
{
	struct str ttl = doc_text(v, "ttl");

	/* Cloudflare's 1 is "automatic", which is 300 */
	return !ttl.n || str_eq(ttl, S("1")) ? "300" : draft_ttl(a, ttl);
}

/* As zone_route53.c has it. */
static bool is_chosen(const struct draft_set *s, const struct doc_node *v)
{
	struct str id = doc_text(v, "set_identifier"), alias = S("");
	const struct doc_node *a = doc_get(v, "alias");

	if (!id.n || doc_true(v, "multivalue_answer_routing_policy"))
		return true;
	if (doc_items(a))
		alias = doc_text(doc_item(a, 0), "name");
	return alias.n ? draft_choose(s, v, id, &alias, 1)
		       : draft_choose_list(s, v, id, doc_list(v, "records"), NULL);
}

/* Route 53's provider puts quotation marks around a text; within it \"\" parts it. */
static void take_aws(const struct draft_set *s, const struct doc_node *v)
{
	const struct doc_node *records = doc_list(v, "records"), *alias = doc_get(v, "alias");
	struct arena *a = s->zone->all->arena;
	bool text = str_eq(s->type, S("TXT")) || str_eq(s->type, S("SPF"));
	uint16_t type = rrtype_from(s->type);

	if (!is_chosen(s, v))
		return;
	if (doc_items(alias) || !records || !records->n)
		return draft_hole(s, v, type ? type : UINT16_MAX, false);
	for (size_t i = 0; i < records->n; i++) {
		const struct doc_node *at = records->item[i];
		struct str data = at->text;

		if (text && !str_starts(data, S("\"")))
			data = str_c(arena_printf(a, "\"%.*s\"", (int)data.n, data.p));
		draft_data(s, at, data, true);
	}
}

static void take_google(const struct draft_set *s, const struct doc_node *v)
{
	const struct doc_node *rrdatas = doc_list(v, "rrdatas");
	uint16_t type = rrtype_from(s->type);

	if (!rrdatas || !rrdatas->n)
		return draft_hole(s, v, type ? type : UINT16_MAX, false);
	for (size_t i = 0; i < rrdatas->n; i++)
		draft_data(s, rrdatas->item[i], rrdatas->item[i]->text, false);
}

static void take_cloudflare(const struct draft_set *s, const struct doc_node *v)
{
	const struct doc_node *content = doc_get(v, "content"), *data = doc_get(v, "data");
	bool text = str_eq(s->type, S("TXT")) || str_eq(s->type, S("SPF"));

	if (!content)
		content = doc_get(v, "value");
	if (doc_items(data) && doc_item(data, 0)->kind == DOC_MAP)
		data = doc_item(data, 0);
	if (doc_true(v, "proxied"))
		draft_addresses(s, v);
	else if (content && text && !str_starts(content->text, S("\"")))
		draft_txt(s, content, content->text);
	else if (str_eq(s->type, S("MX")))
		draft_fields(s, v, KEYS_CLOUDFLARE);
	else if (content && content->kind == DOC_SCALAR)
		draft_data(s, content, content->text, false);
	else if (!data || data->kind != DOC_MAP || !draft_fields(s, data, KEYS_CLOUDFLARE))
		draft_hole(s, v, rrtype_from(s->type) ? rrtype_from(s->type) : UINT16_MAX, false);
}

static const struct {
	const char *type;
	void (*take)(const struct draft_set *s, const struct doc_node *values);
} records[] = {
	{ "aws_route53_record", take_aws },
	{ "cloudflare_record", take_cloudflare },
	{ "cloudflare_dns_record", take_cloudflare },
	{ "google_dns_record_set", take_google },
};

static void take_record(struct plan *p, const struct doc_node *r)
{
	const struct doc_node *v = doc_get(r, "values");
	struct draft_set s = { .type = doc_text(v, "type"), .ttl = ttl_of(p->d->arena, v) };

	for (size_t i = 0; v && i < sizeof(records) / sizeof(records[0]); i++)
		if (is_resource(r, records[i].type) && !str_eq(doc_text(r, "mode"), S("data")) &&
		    place(p, r, v, &s))
			records[i].take(&s, v);
}

static bool is_deleted(const struct doc_node *change)
{
	const struct doc_node *actions = doc_list(change, "actions");

	return actions && actions->n == 1 && str_eq(actions->item[0]->text, S("delete"));
}

static void take_change(struct plan *p, const struct doc_node *r)
{
	const struct doc_node *change = doc_get(r, "change"), *v = doc_get(change, "before");
	struct draft_set s = { .type = doc_text(v, "type") };
	uint16_t type = rrtype_from(s.type);

	/* of several sets one that goes says nothing of the others */
	for (size_t i = 0; type && is_deleted(change) && !doc_text(v, "set_identifier").n &&
			   i < sizeof(records) / sizeof(records[0]);
	     i++)
		if (is_resource(r, records[i].type) && place(p, r, v, &s))
			draft_hole(&s, v, type, true);
}

bool form_terraform(struct zone_drafts *d, const struct doc_node *root)
{
	const struct doc_node *values = doc_get(root, "planned_values"),
			      *changes = doc_list(root, "resource_changes");
	struct plan p = { .d = d, .configuration = doc_get(root, "configuration") };

	if (!values)
		values = doc_get(root, "values");
	if (!values || !doc_text(root, "format_version").n)
		return false;
	each_resource(&p, doc_get(values, "root_module"), take_zone);
	each_resource(&p, doc_get(doc_get(doc_get(root, "prior_state"), "values"), "root_module"),
		      take_zone);
	make_indexes(&p);
	each_resource(&p, doc_get(values, "root_module"), take_record);
	for (size_t i = 0; changes && i < changes->n; i++)
		take_change(&p, changes->item[i]);
	return true;
}

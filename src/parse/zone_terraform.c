/* Terraform: what `terraform show -json` prints of a plan (what will be), or of a state.
 *
 * 1. Zones are resources or data sources of the plan, or of the state before it. A zone that the
 * plan itself keeps is whole; of another it has a part, and what is not in that part is not known.
 * 2. A record's zone is the one with its zone_id; else, while that is not known yet, the one that
 * the record's configuration refers to; else the nearest zone above its name; else the
 * organizational domain of its name.
 * 3. A set that the plan takes away, and nothing else in it makes, is known not to be there. */
#include "name.h"
#include "psl.h"
#include "rrtype.h"
#include "zone_form.h"

struct tf_zone {
	struct str address, id;
	const char *origin;
	bool managed;
};

struct plan {
	struct zone_drafts *d;
	const struct doc_node *configuration;
	struct tf_zone *zone;
	size_t n, cap;
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

static const struct tf_zone *zone_by_id(const struct plan *p, struct str id)
{
	for (size_t i = 0; id.n && i < p->n; i++)
		if (str_eq(p->zone[i].id, id))
			return &p->zone[i];
	return NULL;
}

/* An address without the key of count or for_each: aws_route53_record.spf["a"]. */
static struct str bare_address(struct str s)
{
	ptrdiff_t at = str_find(s, '[');

	return at < 0 ? s : str_sub(s, 0, (size_t)at);
}

/* What the configuration of a resource of the root module refers to for its zone. */
static struct str reference_of(const struct plan *p, const struct doc_node *r)
{
	const struct doc_node *list = doc_list(doc_get(p->configuration, "root_module"),
					       "resources");
	struct str address = bare_address(doc_text(r, "address"));

	for (size_t i = 0; list && i < list->n; i++) {
		const struct doc_node *e = doc_get(list->item[i], "expressions"), *ref;

		if (!str_eq(doc_text(list->item[i], "address"), address))
			continue;
		ref = doc_get(e, doc_get(e, "zone_id") ? "zone_id" : "managed_zone");
		ref = doc_list(ref, "references");
		return ref && ref->n && ref->item[0]->kind == DOC_SCALAR ? ref->item[0]->text
									 : S("");
	}
	return S("");
}

static const struct tf_zone *zone_by_reference(const struct plan *p, const struct doc_node *r)
{
	struct str ref = reference_of(p, r);
	const struct tf_zone *found = NULL;

	for (size_t i = 0; ref.n && i < p->n; i++) {
		struct str at = bare_address(p->zone[i].address);

		if (!str_starts(ref, at) || (ref.n > at.n && !strchr(".[", ref.p[at.n])))
			continue;
		/* of several that count or for_each made, none is known to be meant */
		if (found)
			return NULL;
		found = &p->zone[i];
	}
	return found;
}

static const struct tf_zone *zone_by_name(const struct plan *p, const char *name)
{
	const struct tf_zone *near = NULL;

	for (size_t i = 0; name && i < p->n; i++)
		if (name_is_under(name, p->zone[i].origin) &&
		    (!near || name_labels(p->zone[i].origin) > name_labels(near->origin)))
			near = &p->zone[i];
	return near;
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
	z = zone_by_id(p, zone);
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

/* Route 53's provider puts quotation marks around a text; within it \"\" parts it. */
static void take_aws(const struct draft_set *s, const struct doc_node *v)
{
	const struct doc_node *records = doc_list(v, "records"), *alias = doc_get(v, "alias");
	struct arena *a = s->zone->all->arena;
	bool text = str_eq(s->type, S("TXT")) || str_eq(s->type, S("SPF"));
	uint16_t type = rrtype_from(s->type);

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

	for (size_t i = 0; type && is_deleted(change) && i < sizeof(records) / sizeof(records[0]);
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
	each_resource(&p, doc_get(values, "root_module"), take_record);
	for (size_t i = 0; changes && i < changes->n; i++)
		take_change(&p, changes->item[i]);
	return true;
}

/* DNSControl: what `dnscontrol print-ir` prints, or the same tree made of JavaScript. Names are
 * below the domain, "@" is the domain itself; targets are whole when they end with a dot or have
 * one within, else below the domain. */
#include "name.h"
#include "rrtype.h"
#include "zone_form.h"

#define TTL_DEFAULT "300"

static bool is_domain(const struct doc_node *n)
{
	return doc_text(n, "name").n && doc_list(n, "records");
}

static bool is_type(const struct draft_set *s, const char *type)
{
	return str_eq_ci(s->type, str_c(type));
}

bool dnscontrol_alias(struct str type)
{
	static const char *const types[] = { "ALIAS",       "ANAME",     "URL",
					     "URL301",      "FRAME",     "AKAMAICDN",
					     "AZURE_ALIAS", "R53_ALIAS", "NETLIFY" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_eq_ci(type, str_c(types[i])))
			return true;
	return str_find(type, '_') >= 0;
}

/* What the provider answers with is not told: an alias, a proxy, a redirect. */
static bool is_unknown(const struct draft_set *s, const struct doc_node *r)
{
	struct str proxy = doc_text(doc_get(r, "meta"), "cloudflare_proxy");

	return dnscontrol_alias(s->type) || str_eq_ci(proxy, S("on")) ||
	       str_eq_ci(proxy, S("full"));
}

static void take_unknown(const struct draft_set *s, const struct doc_node *r)
{
	const struct doc_node *alias = doc_get(r, "r53_alias");
	uint16_t type = rrtype_from(doc_text(alias ? alias : doc_get(r, "azure_alias"), "type"));

	if (type)
		draft_hole(s, r, type, false);
	else
		draft_addresses(s, r);
}

static void take_txt(const struct draft_set *s, const struct doc_node *r)
{
	const struct doc_node *parts = doc_list(r, "txtstrings"), *target = doc_get(r, "target");
	struct arena *a = s->zone->all->arena;
	size_t n = 0, cap = 0;
	char *all = NULL;

	for (size_t i = 0; parts && i < parts->n; i++)
		for (size_t k = 0; k < parts->item[i]->text.n; k++) {
			all = arena_grow(a, all, n, &cap, 1);
			all[n++] = parts->item[i]->text.p[k];
		}
	if (n)
		draft_txt(s, r, (struct str){ all, n });
	else if (target && target->kind == DOC_SCALAR)
		draft_txt(s, target, target->text);
	else
		draft_fault(s, r, "no \"target\" in it");
}

/* Types whose data is one name. */
static bool is_link(const struct draft_set *s)
{
	return is_type(s, "CNAME") || is_type(s, "NS") || is_type(s, "PTR") || is_type(s, "DNAME");
}

static void take_link(const struct draft_set *s, const struct doc_node *r)
{
	struct str target = doc_text(r, "target");
	const char *name = !target.n
				   ? NULL
				   : draft_name(s->zone->all->arena, target,
						str_find(target, '.') < 0 ? s->zone->origin : NULL);

	if (name)
		draft_data(s, doc_get(r, "target"),
			   str_c(arena_printf(s->zone->all->arena, "%s.",
					      strcmp(name, ".") == 0 ? "" : name)),
			   false);
	else
		draft_fault(s, r, "a target that is no domain name");
}

static const char *owner_of(struct zone_draft *z, const struct doc_node *r)
{
	struct arena *a = z->all->arena;
	struct str name = doc_text(r, "name"), sub = doc_text(r, "subdomain");
	const char *under = sub.n ? draft_name(a, sub, z->origin) : z->origin;

	if (!under || (name.n && name.p[name.n - 1] == '.'))
		return under ? draft_name(a, name, NULL) : NULL;
	return draft_name(a, name, under);
}

static void take_record(struct zone_draft *z, const struct doc_node *r)
{
	struct draft_set s = { .zone = z, .owner = owner_of(z, r), .type = doc_text(r, "type") };
	struct str ttl = doc_text(r, "ttl"), target = doc_text(r, "target");

	s.ttl = ttl.n && !str_eq(ttl, S("0")) ? draft_ttl(z->all->arena, ttl) : TTL_DEFAULT;
	if (!s.type.n)
		draft_fault(&s, r, "a record without a type");
	else if (is_unknown(&s, r))
		take_unknown(&s, r);
	else if (is_type(&s, "TXT") || is_type(&s, "SPF"))
		take_txt(&s, r);
	else if (is_link(&s))
		take_link(&s, r);
	else if (draft_fields(&s, r, KEYS_DNSCONTROL))
		return;
	else if (is_type(&s, "A") || is_type(&s, "AAAA"))
		draft_data(&s, target.n ? doc_get(r, "target") : r, target, false);
	else
		draft_hole(&s, r, UINT16_MAX, false);
}

/* The domain's own NS records stand beside its records. */
static void take_nameservers(struct zone_draft *z, const struct doc_node *domain)
{
	const struct doc_node *list = doc_list(domain, "nameservers");
	struct draft_set s = { .zone = z, .owner = z->origin, .type = S("NS"), .ttl = TTL_DEFAULT };

	for (size_t i = 0; i < doc_items(list); i++) {
		const struct doc_node *name = doc_get(doc_item(list, i), "name");

		if (name && name->kind == DOC_SCALAR && name->text.n)
			draft_data(&s, name, name->text, false);
	}
}

/* A name of one domain that several views have ("example.com!inside") is judged in the first of
 * them. */
static struct zone_draft *zone_of(struct zone_drafts *d, const struct doc_node *domain)
{
	struct str name = doc_text(domain, "name");
	ptrdiff_t tag = str_find(name, '!');
	struct zone_draft *z;
	size_t before;
	const char *origin = draft_name(d->arena, tag < 0 ? name : str_sub(name, 0, (size_t)tag),
					NULL);

	if (!origin) {
		d->err = arena_printf(d->arena, "%s:%u:%u: a domain whose name is no domain name",
				      d->file, domain->line, domain->column);
		return NULL;
	}
	before = d->n;
	z = draft_zone(d, origin);
	return d->n > before ? z : NULL;
}

bool form_dnscontrol(struct zone_drafts *d, const struct doc_node *root)
{
	const struct doc_node *domains = doc_list(root, "domains");

	if (!domains && is_domain(root))
		domains = root;
	if (!domains || (doc_items(domains) && !is_domain(doc_item(domains, 0))))
		return false;
	for (size_t i = 0; i < doc_items(domains) && !d->err; i++) {
		const struct doc_node *domain = doc_item(domains, i),
				      *records = doc_list(domain, "records");
		struct zone_draft *z = zone_of(d, domain);

		if (!z)
			continue;
		z->partial = doc_true(domain, "keepunknown");
		for (size_t k = 0; k < doc_items(records); k++)
			take_record(z, doc_item(records, k));
		take_nameservers(z, domain);
	}
	return true;
}

/* SPF: hosts and services that a record should not name. Header: spf_parts.h. */
#include "name.h"
#include "spf_data.h"
#include "spf_parts.h"

/* The first address of the hosts that is a web front's; the hosts of Cloudflare's own mail service
 * stand in its networks by right. */
static const char *front_of_host(struct check *c, const char *host, struct str *ip)
{
	static const uint16_t types[] = { RR_A, RR_AAAA };

	for (size_t k = 0; k < 2; k++) {
		const struct fact *f = look_dns(c->look, types[k], host);

		for (size_t i = 0; i < f->nrr; i++) {
			const char *owner = spf_front_of(f->rr[i].data);

			*ip = f->rr[i].data;
			if (owner && !name_is_under(host, "cloudflare.net"))
				return owner;
		}
	}
	return NULL;
}

static const char *front_of_term(struct check *c, const struct spf_term *t, const char *target,
				 struct str *ip)
{
	const struct fact *mx;
	const char *owner = NULL;

	if (t->kind == SPF_A)
		return front_of_host(c, target, ip);
	mx = look_dns(c->look, RR_MX, target);
	for (size_t i = 0; i < mx->nrr && i < SPF_LOOKUPS_MAX && !owner; i++)
		if (strcmp(mx->rr[i].target, ".") != 0)
			owner = front_of_host(c, mx->rr[i].target, ip);
	return owner;
}

static void check_front(struct check *c, const struct spf_node *root, const struct spf_term *t)
{
	const char *target = spf_term_target(c, t, root->domain), *owner;
	struct str ip;
	struct finding *f;

	owner = target ? front_of_term(c, t, target, &ip) : NULL;
	if (!owner)
		return;
	f = spf_found(c, RULE_SPF_SHARED_A, root->rr, t->at);
	f->detail = arena_printf(c->arena, "%.*s is %s, of %s", (int)t->text.n, t->text.p,
				 ip_text(c->arena, ip), owner);
}

static void check_needless(struct check *c, const struct spf_node *root, const struct spf_term *t)
{
	const char *target = spf_term_target(c, t, root->domain);
	const struct spf_needless *needless = target ? spf_needless_include(target) : NULL;

	if (!needless)
		return;
	if (needless->org_only && (!c->org || strcmp(c->org, c->domain) != 0))
		return;
	spf_found(c, RULE_SPF_DEAD_INCLUDE, root->rr, t->at)->detail = arena_printf(
		c->arena, "%.*s: %s", (int)t->text.n, t->text.p, needless->why);
}

void spf_check_services(struct check *c, const struct spf_node *root)
{
	for (size_t i = 0; i < root->nterms; i++) {
		const struct spf_cost *cost = &root->terms[i];
		const struct spf_term *t = cost->term;

		if (!cost->runs || t->faulty || t->qualifier != '+')
			continue;
		if (t->kind == SPF_A || t->kind == SPF_MX)
			check_front(c, root, t);
		else if (t->kind == SPF_INCLUDE)
			check_needless(c, root, t);
	}
}

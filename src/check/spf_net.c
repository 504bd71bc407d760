/* SPF: the networks that a record names, one by one and together. Header: spf_parts.h. */
#include <stdlib.h>

#include "name.h"
#include "selectors.h"
#include "spf_parts.h"

enum {
	SUM_BROAD = 100000,
	SUM_HUGE = 1 << 24,
	FLATTENED = 30, /* so many networks are no hand-written record */
};

/* ---- sets of networks ---- */

static void add_net(struct check *c, struct spf_nets *out, struct str ip, int bits)
{
	struct spf_net *net;

	out->net = arena_grow(c->arena, out->net, out->n, &out->cap, sizeof(*out->net));
	net = &out->net[out->n++];
	*net = (struct spf_net){ .len = (uint8_t)ip.n, .bits = (uint8_t)bits };
	memcpy(net->ip, ip.p, ip.n);
}

static void add_host(struct check *c, const struct spf_term *t, const char *host,
		     struct spf_nets *out)
{
	static const uint16_t types[] = { RR_A, RR_AAAA };

	for (size_t k = 0; k < 2; k++) {
		const struct fact *f = look_dns(c->look, types[k], host);

		out->known &= f->state == FACT_SOME || f->state == FACT_NONE;
		for (size_t i = 0; i < f->nrr; i++)
			add_net(c, out, f->rr[i].data, types[k] == RR_A ? t->cidr4 : t->cidr6);
	}
}

void spf_term_nets(struct check *c, const struct spf_term *t, const char *domain,
		   struct spf_nets *out)
{
	const char *target;
	const struct fact *mx;

	*out = (struct spf_nets){ .known = !t->faulty };
	if (t->faulty)
		return;
	if (t->kind == SPF_IP4 || t->kind == SPF_IP6) {
		bool four = t->kind == SPF_IP4;

		add_net(c, out, (struct str){ (const char *)t->ip, four ? 4 : 16 },
			four ? t->cidr4 : t->cidr6);
		return;
	}
	target = t->kind == SPF_A || t->kind == SPF_MX ? spf_term_target(c, t, domain) : NULL;
	out->known = target != NULL;
	if (target && t->kind == SPF_A)
		add_host(c, t, target, out);
	if (!target || t->kind == SPF_A)
		return;
	mx = look_dns(c->look, RR_MX, target);
	out->known = mx->nrr <= SPF_LOOKUPS_MAX && mx->state != FACT_LOST && !fact_is_open(mx);
	for (size_t i = 0; out->known && i < mx->nrr; i++)
		if (strcmp(mx->rr[i].target, ".") != 0)
			add_host(c, t, mx->rr[i].target, out);
}

bool spf_net_holds(const struct spf_net *big, const struct spf_net *small)
{
	if (big->len != small->len || big->bits > small->bits)
		return false;
	for (unsigned i = 0; i < big->bits; i++)
		if ((big->ip[i / 8] ^ small->ip[i / 8]) >> (7 - i % 8) & 1)
			return false;
	return true;
}

bool spf_nets_hold(const struct spf_nets *big, const struct spf_nets *small)
{
	for (size_t i = 0; i < small->n; i++) {
		bool held = false;

		for (size_t k = 0; k < big->n && !held; k++)
			held = spf_net_holds(&big->net[k], &small->net[i]);
		if (!held)
			return false;
	}
	return true;
}

/* ---- one network ---- */

static bool has_host_bits(const uint8_t *ip, size_t n, unsigned bits)
{
	for (unsigned i = bits; i < n * 8; i++)
		if (ip[i / 8] >> (7 - i % 8) & 1)
			return true;
	return false;
}

static void check_host_bits(struct check *c, const struct spf_node *n, const struct spf_term *t,
			    size_t len, unsigned bits)
{
	const char *kind = len == 4 ? "ip4" : "ip6";
	uint8_t first[16];
	struct finding *f;

	if (!has_host_bits(t->ip, len, bits))
		return;
	memcpy(first, t->ip, sizeof(first));
	for (unsigned i = bits; i < len * 8; i++)
		first[i / 8] &= (uint8_t) ~(0x80U >> i % 8);
	f = spf_found(c, RULE_SPF_HOSTBITS, n->rr, t->at);
	f->fix = arena_printf(
		c->arena, "write %s:%s/%u for the whole network, or %s:%s for that one host", kind,
		ip_text(c->arena, (struct str){ (const char *)first, len }), bits, kind,
		ip_text(c->arena, (struct str){ (const char *)t->ip, len }));
}

void spf_check_network(struct check *c, const struct spf_node *n, const struct spf_term *t)
{
	size_t len = t->kind == SPF_IP4 ? 4 : 16;
	int bits = t->kind == SPF_IP4 ? t->cidr4 : t->cidr6;
	struct str ip = { (const char *)t->ip, len };
	enum ip_class class = ip_classify(ip);
	struct finding *f;

	if (bits == 0)
		return; /* spf-plus-all */
	if (ip_unmap(ip).n != len) {
		f = spf_found(c, RULE_SPF_MAPPED, n->rr, t->at);
		f->fix = arena_printf(c->arena, "write ip4:%s", ip_text(c->arena, ip_unmap(ip)));
		return;
	}
	if (t->qualifier == '+') {
		if (class != IP_GLOBAL && bits >= (len == 4 ? 8 : 7))
			spf_found(c, RULE_SPF_PRIVATE_IP, n->rr, t->at)->detail = arena_printf(
				c->arena, "%.*s: %s", (int)t->text.n, t->text.p,
				ip_class_name(class));
		else if (len == 4 ? bits < 8 : bits < 16)
			spf_found(c, RULE_SPF_CIDR_HUGE, n->rr, t->at);
		else if (len == 4 ? bits < 16 : bits < 32)
			spf_found(c, RULE_SPF_CIDR_BROAD, n->rr, t->at)->detail = arena_printf(
				c->arena, "%.*s: %s", (int)t->text.n, t->text.p,
				len == 4 ? arena_printf(c->arena, "%lu addresses",
							1UL << (32 - bits))
					 : "wider than a /32");
	}
	check_host_bits(c, n, t, len, (unsigned)bits);
}

/* ---- all of them ---- */

/* The ip4 and ip6 terms that pass and are evaluated. */
struct own {
	const struct spf_term **term;
	struct spf_net *net;
	size_t n;
};

static struct own own_networks(struct check *c, const struct spf *spf)
{
	struct own own = { .term = arena_array(c->arena, spf->n, sizeof(*own.term)),
			   .net = arena_array(c->arena, spf->n, sizeof(*own.net)) };

	for (size_t i = 0; i < spf->n && spf->term[i].kind != SPF_ALL; i++) {
		const struct spf_term *t = &spf->term[i];
		struct spf_nets nets;

		if ((t->kind != SPF_IP4 && t->kind != SPF_IP6) || t->faulty || t->qualifier != '+')
			continue;
		spf_term_nets(c, t, c->domain, &nets);
		own.net[own.n] = nets.net[0];
		own.term[own.n++] = t;
	}
	return own;
}

/* Networks within others; those of the record's end are the ones that can go. */
static void check_overlap(struct check *c, const struct spf_node *root, const struct own *own)
{
	const char *first = NULL;
	struct span at = { 0, 0 };
	unsigned more = 0;

	for (size_t i = 0; i < own->n; i++) {
		for (size_t k = 0; k < own->n; k++) {
			bool same = spf_net_holds(&own->net[i], &own->net[k]);

			if (k == i || !spf_net_holds(&own->net[k], &own->net[i]) || (same && k > i))
				continue;
			if (first) {
				more++;
				break;
			}
			at = own->term[i]->at;
			first = arena_printf(c->arena,
					     same ? "%.*s stands twice" : "%.*s is within %.*s",
					     (int)own->term[i]->text.n, own->term[i]->text.p,
					     (int)own->term[k]->text.n, own->term[k]->text.p);
			break;
		}
	}
	if (first)
		spf_found(c, RULE_SPF_OVERLAP, root->rr, at)->detail =
			more ? arena_printf(c->arena, "%s, and %u more", first, more) : first;
}

struct range {
	uint64_t from, to; /* first address, and the one behind the last */
};

static int by_start(const void *x, const void *y)
{
	const struct range *a = x, *b = y;

	return a->from < b->from ? -1 : a->from > b->from;
}

/* How many IPv4 addresses the networks hold together, each counted once. */
static uint64_t sum_of(struct check *c, const struct own *own)
{
	struct range *r = arena_array(c->arena, own->n, sizeof(*r));
	uint64_t sum = 0, end = 0;
	size_t n = 0;

	for (size_t i = 0; i < own->n; i++) {
		const struct spf_net *net = &own->net[i];
		uint64_t size, ip;

		if (net->len != 4 ||
		    ip_classify((struct str){ (const char *)net->ip, 4 }) != IP_GLOBAL)
			continue;
		size = (uint64_t)1 << (32 - net->bits);
		ip = (uint64_t)net->ip[0] << 24 | (uint64_t)net->ip[1] << 16 |
		     (uint64_t)net->ip[2] << 8 | net->ip[3];
		r[n++] = (struct range){ ip / size * size, ip / size * size + size };
	}
	if (n > 1)
		qsort(r, n, sizeof(*r), by_start);
	for (size_t i = 0; i < n; i++) {
		uint64_t from = r[i].from > end ? r[i].from : end;

		if (r[i].to > from)
			sum += r[i].to - from;
		end = r[i].to > end ? r[i].to : end;
	}
	return sum;
}

/* Many networks that are each of a usual size. */
static void check_sum(struct check *c, const struct spf_node *root, const struct own *own)
{
	uint64_t sum = sum_of(c, own);

	for (size_t i = 0; i < own->n; i++)
		if (own->net[i].len == 4 && own->net[i].bits < 16)
			return;
	if (sum > SUM_BROAD)
		spf_found(c, sum > SUM_HUGE ? RULE_SPF_CIDR_HUGE : RULE_SPF_CIDR_BROAD, root->rr,
			  (struct span){ 0, 0 })
			->detail = arena_printf(c->arena,
						"its IPv4 networks hold %lu addresses together",
						(unsigned long)sum);
}

static bool tree_names(const struct spf_node *n, const char *names, unsigned depth)
{
	if (dkim_is_below_any(n->domain, names))
		return true;
	for (size_t i = 0; depth && i < n->nterms; i++)
		if (n->terms[i].child && tree_names(n->terms[i].child, names, depth - 1))
			return true;
	return false;
}

/* A record of addresses only, of a domain whose mail is at a provider: somebody has written the
 * provider's networks out. */
static void check_flattened(struct check *c, const struct spf_node *root, const struct own *own)
{
	const struct fact *mx;

	if (own->n <= FLATTENED)
		return;
	mx = look_dns(c->look, RR_MX, c->domain);
	for (size_t i = 0; i < mx->nrr; i++)
		for (size_t k = 0; k < dkim_nproviders; k++) {
			const struct dkim_provider *p = &dkim_providers[k];

			if (!*p->spf || !dkim_is_below_any(mx->rr[i].target, p->mx) ||
			    tree_names(root, p->spf, SPF_LOOKUPS_MAX))
				continue;
			spf_found(c, RULE_SPF_FLATTENED, root->rr, (struct span){ 0, 0 })->detail =
				arena_printf(
					c->arena,
					"%zu networks, and no include of %s, where its mail is",
					own->n, p->name);
			return;
		}
}

void spf_check_networks(struct check *c, const struct spf_node *root)
{
	struct own own = own_networks(c, root->spf);

	check_overlap(c, root, &own);
	check_sum(c, root, &own);
	check_flattened(c, root, &own);
}

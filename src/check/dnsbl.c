/* Block lists (RFC 5782), asked only with --dnsbl: the addresses given with --ip, else those of the
 * MX hosts; and the domain itself.
 *
 * 1. The test entry of each list, 127.0.0.2 (or "test" at a list of domains), must be listed, and
 * 127.0.0.1 must not: a list that fails this refuses the resolver, is gone, or lists the whole
 * world, and says nothing. 127.255.255.x is a list's own word for "I do not answer you", never a
 * listing.
 * 2. Any other answer within 127/8 is a listing; its last octet says why.
 * 3. An address that only takes mail may be listed without harm to what the domain sends, so that
 * is a warning.
 * 4. That nothing is listed is known only from a list that answered all that it was asked. Where no
 * list did, nothing is known. */
#include "check.h"
#include "name.h"

enum { ADDRESSES_MAX = 20 };

enum kind { DNSBL_ADDRESS, DNSBL_DOMAIN };

struct list {
	const char *zone, *title;
	enum kind kind;
	const char *terms;
};

static const struct list lists[] = {
#define DNSBL(zone, title, kind, terms) { zone, title, DNSBL_##kind, terms },
#include "dnsbl.def"
};

static const struct {
	const char *zone;
	unsigned char low, high;
	const char *meaning;
} codes[] = {
#define CODE(zone, low, high, meaning) { zone, low, high, meaning },
#include "dnsbl.def"
};

enum { NLISTS = sizeof(lists) / sizeof(lists[0]), NCODES = sizeof(codes) / sizeof(codes[0]) };

/* ---- answers ---- */

static unsigned char octet(const struct rr *rr, size_t i)
{
	return (unsigned char)rr->data.p[i];
}

/* A listing, and not a list's "I do not answer you". */
static const struct rr *listing(const struct fact *f)
{
	for (size_t i = 0; i < f->nrr; i++)
		if (octet(&f->rr[i], 0) == 127 && octet(&f->rr[i], 1) != 255)
			return &f->rr[i];
	return NULL;
}

static bool refuses(const struct fact *f)
{
	for (size_t i = 0; i < f->nrr; i++)
		if (octet(&f->rr[i], 0) == 127 && octet(&f->rr[i], 1) == 255)
			return true;
	return false;
}

static const char *meaning(struct arena *a, const struct list *l, const struct rr *rr)
{
	for (size_t i = 0; i < NCODES; i++)
		if (strcmp(codes[i].zone, l->zone) == 0 && octet(rr, 3) >= codes[i].low &&
		    octet(rr, 3) <= codes[i].high)
			return codes[i].meaning;
	return arena_printf(a, "answer %s", ip_text(a, rr->data));
}

/* The name that asks a list for an address (RFC 5782 2.1, 2.4). */
static const char *question(struct arena *a, const struct list *l, struct str ip)
{
	const char *reverse = name_reverse(a, ip);
	/* without in-addr.arpa or ip6.arpa */
	unsigned labels = ip.n == 4 ? 4 : 32, n = 0;
	size_t end = 0;

	while (reverse[end] && n < labels)
		n += reverse[end++] == '.';
	return name_join(a, arena_strndup(a, reverse, end - 1), l->zone);
}

/* ---- a list ---- */

enum list_state { LIST_OPEN, LIST_LOST, LIST_SILENT, LIST_ANSWERS };

/* Does the list answer this resolver, and tell the listed from the rest? */
static enum list_state test_list(struct check *c, const struct list *l, const struct fact **why)
{
	const char *yes = l->kind == DNSBL_DOMAIN ? "dbltest.com" : "2.0.0.127";
	const char *no = l->kind == DNSBL_DOMAIN ? "invalid" : "1.0.0.127";
	const struct fact *in = look_dns(c->look, RR_A, name_join(c->arena, yes, l->zone));
	const struct fact *out = look_dns(c->look, RR_A, name_join(c->arena, no, l->zone));

	if (fact_is_open(in) || fact_is_open(out))
		return LIST_OPEN;
	*why = in->state == FACT_LOST ? in : out->state == FACT_LOST ? out : in;
	if ((*why)->state == FACT_LOST)
		return LIST_LOST;
	return listing(in) && !listing(out) && !refuses(out) ? LIST_ANSWERS : LIST_SILENT;
}

/* False when it could not be had. */
static bool say_listed(struct check *c, const struct list *l, enum rule_id rule,
		       const char *subject, const struct fact *f)
{
	const struct rr *rr = f->state == FACT_SOME ? listing(f) : NULL;
	struct finding *said;

	if (rr) {
		said = found(c, rule, subject, f, rr);
		said->detail = arena_printf(c->arena, "%s (%s): %s", l->title, l->zone,
					    meaning(c->arena, l, rr));
		c->report->dnsbl.listings++;
	} else if (f->state == FACT_LOST) {
		said = found(c, RULE_DNSBL_UNKNOWN, subject, f, NULL);
		said->detail = arena_printf(c->arena, "%s (%s)", l->title, l->zone);
	}
	return f->state == FACT_SOME || f->state == FACT_NONE;
}

static bool ask_address(struct check *c, const struct list *l, struct str ip, bool sends)
{
	const struct fact *f;

	if (ip_classify(ip) != IP_GLOBAL)
		return true;
	f = look_dns(c->look, RR_A, question(c->arena, l, ip));
	return say_listed(c, l, sends ? RULE_DNSBL_LISTED : RULE_DNSBL_MX_LISTED,
			  ip_text(c->arena, ip), f);
}

static bool ask_addresses(struct check *c, const struct list *l)
{
	const struct mx_view *mx = &c->report->mx;
	bool all = true;
	size_t n = 0;

	for (size_t i = 0; i < c->wish->nips && n < ADDRESSES_MAX; i++, n++)
		all &= ask_address(c, l, c->wish->ips[i], true);
	if (c->wish->nips)
		return all;
	for (size_t i = 0; i < mx->nhost; i++)
		for (size_t k = 0; k < mx->host[i].naddress && n < ADDRESSES_MAX; k++, n++)
			all &= ask_address(c, l, mx->host[i].address[k].ip, false);
	return all;
}

static bool ask_list(struct check *c, const struct list *l)
{
	if (l->kind == DNSBL_ADDRESS)
		return ask_addresses(c, l);
	return say_listed(c, l, RULE_DNSBL_DOMAIN_LISTED, c->domain,
			  look_dns(c->look, RR_A, name_join(c->arena, c->domain, l->zone)));
}

void check_dnsbl(struct check *c)
{
	struct dnsbl_view *v = &c->report->dnsbl;
	bool told = false;

	for (size_t i = 0; c->wish->dnsbl && i < NLISTS; i++) {
		const struct list *l = &lists[i];
		const struct fact *why;
		struct finding *f;

		v->lists++;
		switch (test_list(c, l, &why)) {
		case LIST_OPEN: break;
		case LIST_LOST:
			f = found(c, RULE_DNSBL_UNKNOWN, l->zone, why, NULL);
			f->detail = l->title;
			break;
		case LIST_SILENT:
			f = found(c, RULE_DNSBL_REFUSED, l->zone, why, NULL);
			f->detail = arena_printf(c->arena, "%s: %s", l->title, l->terms);
			break;
		case LIST_ANSWERS:
			v->answering++;
			told |= ask_list(c, l);
			break;
		}
	}
	c->report->presence[PROTO_DNSBL] = !c->wish->dnsbl ? PRESENCE_NA
					   : told          ? PRESENCE_YES
							   : PRESENCE_UNKNOWN;
}

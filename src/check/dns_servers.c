/* Do the name servers of the zone all have the same records? Asked only with --all-ns.
 *
 * 1. The zone is the nearest name at or above the domain, down from its organizational domain, that
 * has NS records. One that a zone file holds is served by nobody yet.
 * 2. Each name server is asked by one of its addresses, IPv4 where it has one, for the zone's SOA
 * record. A server that is responsible for the zone has it, and says so (AA); one that refuses,
 * fails or points elsewhere is of no use to those who ask it. One that is silent is not known.
 * 3. The responsible ones are asked for the records that receivers judge mail by, and these are
 * compared, whatever their TTLs. At the domain itself SPF records count alone among the TXT
 * records: others change for reasons that are not mail's.
 * 4. Servers whose serial numbers differ are a normal thing for minutes: then that is told with
 * what differs, and is no fault by itself.
 * 5. A name that they point to other servers for is delegated, and not theirs to have. */
#include "check.h"
#include "input.h"
#include "name.h"
#include "psl.h"
#include "rrtype.h"

enum {
	SERVERS_MAX = 13,
	KEYS_MAX = 8,
	RECORDS_MAX = 5 + KEYS_MAX,
	SERIAL_FROM_END = 20, /* an SOA record ends in five numbers of four octets */
	QUOTE_MAX = 80,
};

struct server {
	const char *name;
	const char *at; /* its address */
	uint32_t serial;
};

struct servers {
	struct check *c;
	const char *zone;
	struct server *good; /* responsible for the zone */
	size_t ngood;
	const char *asked[SERVERS_MAX]; /* addresses */
	size_t nasked;
	bool open; /* some have not told yet */
};

struct record {
	const char *name;
	uint16_t type;
	bool spf; /* of the TXT records, SPF's alone */
};

/* ---- the servers ---- */

/* The NS records of the zone that the domain is in; NULL: there is nothing to ask, or not yet. */
static const struct fact *find_zone(struct check *c)
{
	const char *top = psl_organizational_domain(c->arena, c->domain), *name = c->domain;

	for (;;) {
		const struct fact *ns = look_dns(c->look, RR_NS, name);

		if (fact_is_open(ns) || ns->zone)
			return NULL;
		if (ns->state == FACT_LOST || (ns->state == FACT_SOME && !ns->nchain))
			return ns;
		if (!top || strcmp(name, top) == 0)
			return NULL;
		name = name_parent(name);
	}
}

/* what NULL: the fact tells. */
static void say(struct servers *s, enum rule_id rule, const char *name, const struct fact *f,
		const char *what)
{
	struct finding *x = found(s->c, rule, name, f, NULL);

	if (!what)
		what = f->detail ? f->detail : fact_why_text(f->why);
	x->detail = arena_printf(s->c->arena, f->at ? "%s (%s): %s" : "%s%s: %s", name,
				 f->at ? f->at : "", what);
}

/* The one to ask of its addresses: the first that may be asked at all. NULL: see f. */
static const char *pick(struct arena *a, const struct fact *f)
{
	for (size_t i = 0; i < f->nrr; i++)
		if (ip_classify(f->rr[i].data) == IP_GLOBAL)
			return ip_text(a, f->rr[i].data);
	return f->nrr ? ip_text(a, f->rr[0].data) : NULL;
}

static bool is_asked(const struct servers *s, const char *at)
{
	for (size_t i = 0; i < s->nasked; i++)
		if (strcmp(s->asked[i], at) == 0)
			return true;
	return false;
}

/* NULL: it has none, it is not known, or the address was another server's already. */
static const char *address_of(struct servers *s, const char *name)
{
	const struct fact *f = look_dns(s->c->look, RR_A, name);
	const char *at;

	if (f->state == FACT_NONE)
		f = look_dns(s->c->look, RR_AAAA, name);
	s->open |= fact_is_open(f);
	if (f->state == FACT_NONE)
		say(s, RULE_DNS_NS_LAME, name, f, "it has no address");
	else if (f->state == FACT_LOST)
		say(s, RULE_DNS_NS_UNKNOWN, name, f, "its address could not be had");
	at = f->state == FACT_SOME ? pick(s->c->arena, f) : NULL;
	if (!at || is_asked(s, at))
		return NULL;
	s->asked[s->nasked++] = at;
	return at;
}

static const char *lame_text(struct arena *a, const struct fact *soa, const char *zone)
{
	if (soa->state == FACT_SOME)
		return "it answers, but not as one that is responsible for the zone (no AA flag)";
	if (soa->state == FACT_NONE)
		return arena_printf(a, "it knows no zone %s", zone);
	return soa->why == WHY_REFUSED    ? "it refuses to answer for the zone"
	       : soa->why == WHY_SERVFAIL ? "it fails to answer for the zone (SERVFAIL)"
					  : "it points to other servers for the zone";
}

static bool is_lame(const struct fact *soa)
{
	if (soa->state == FACT_LOST)
		return soa->why == WHY_REFUSED || soa->why == WHY_SERVFAIL ||
		       soa->why == WHY_REFERRAL;
	return soa->state == FACT_NONE || !soa->aa || !soa->nrr;
}

static uint32_t serial_of(const struct fact *soa)
{
	struct str d = soa->rr[0].data;
	struct input in;

	if (d.n < SERIAL_FROM_END)
		return 0;
	in = input_of(d.p + d.n - SERIAL_FROM_END, SERIAL_FROM_END);
	return input_u32(&in);
}

static void ask_server(struct servers *s, const char *name)
{
	const char *at = address_of(s, name);
	const struct fact *soa;

	if (!at)
		return;
	soa = look_at(s->c->look, ASK_DNS_AT, RR_SOA, s->zone, at);
	if (fact_is_open(soa))
		s->open = true;
	else if (is_lame(soa))
		say(s, RULE_DNS_NS_LAME, name, soa, lame_text(s->c->arena, soa, s->zone));
	else if (soa->state == FACT_LOST)
		say(s, RULE_DNS_NS_UNKNOWN, name, soa, NULL);
	else
		s->good[s->ngood++] = (struct server){ name, at, serial_of(soa) };
}

/* ---- the records ---- */

static bool counts(const struct record *r, const struct rr *rr)
{
	return !r->spf || str_starts_ci(rr->data, S("v=spf1"));
}

/* The i-th record that counts; NULL: there is none. */
static const struct rr *nth(const struct record *r, const struct fact *f, size_t i)
{
	for (size_t k = 0; k < f->nrr; k++)
		if (counts(r, &f->rr[k]) && !i--)
			return &f->rr[k];
	return NULL;
}

static bool same_rr(const struct rr *a, const struct rr *b)
{
	return a->preference == b->preference && !a->target == !b->target &&
	       (!a->target || strcmp(a->target, b->target) == 0) && str_eq(a->data, b->data);
}

static bool same_answer(const struct record *r, const struct fact *a, const struct fact *b)
{
	const struct rr *x, *y;
	size_t i = 0;

	if (a->nchain != b->nchain ||
	    (a->nchain && strcmp(a->chain[0].target, b->chain[0].target) != 0))
		return false;
	do {
		x = nth(r, a, i);
		y = nth(r, b, i++);
	} while (x && y && same_rr(x, y));
	return !x && !y;
}

static const char *answer_text(struct arena *a, const struct record *r, const struct fact *f)
{
	const struct rr *rr = nth(r, f, 0);
	struct str text;

	if (f->nchain)
		return arena_printf(a, "a CNAME to %s", f->chain[0].target);
	if (!rr)
		return r->spf ? "no SPF record" : "no such record";
	text = rr_text(a, rr);
	return arena_printf(a, "%.*s%s%s", (int)(text.n < QUOTE_MAX ? text.n : QUOTE_MAX), text.p,
			    text.n > QUOTE_MAX ? "..." : "", nth(r, f, 1) ? " and more" : "");
}

/* Serial numbers wrap round (RFC 1982 3.2). */
static bool is_older(uint32_t a, uint32_t b)
{
	return a != b && (uint32_t)(b - a) < UINT32_C(0x80000000);
}

static const char *fix_text(struct arena *a, const struct servers *s, const struct server *x,
			    const struct server *y)
{
	const struct server *old = is_older(x->serial, y->serial) ? x : y;

	if (x->serial == y->serial)
		return arena_printf(
			a,
			"publish the same at all name servers of %s, or take those that differ out of its NS records",
			s->zone);
	return arena_printf(
		a,
		"if the change is not minutes old, see that %s gets the zone: its serial is %u, that of %s %u",
		old->name, old->serial, old == x ? y->name : x->name,
		old == x ? y->serial : x->serial);
}

/* One server's answer to a record that all are asked for. */
struct told {
	const struct server *server;
	const struct fact *fact;
};

/* All that differ from the first. */
static void compare(struct servers *s, const struct record *r, const struct told *told, size_t n)
{
	struct arena *a = s->c->arena;
	const struct told *other = NULL;
	const char *text = NULL;
	struct finding *x;

	for (size_t i = 1; i < n; i++) {
		if (same_answer(r, told[0].fact, told[i].fact))
			continue;
		if (!other)
			text = arena_printf(a, "%s: %s (serial %u) has %s", rrtype_name(a, r->type),
					    told[0].server->name, told[0].server->serial,
					    answer_text(a, r, told[0].fact));
		other = other ? other : &told[i];
		text = arena_printf(a, "%s; %s (serial %u) has %s", text, told[i].server->name,
				    told[i].server->serial, answer_text(a, r, told[i].fact));
	}
	if (!other)
		return;
	x = found(s->c, RULE_DNS_NS_INCONSISTENT, r->name, other->fact, nth(r, other->fact, 0));
	x->detail = text;
	x->fix = fix_text(a, s, told[0].server, other->server);
}

/* Asks all that are responsible. What could not be had, and what is delegated, is not compared. */
static void ask_record(struct servers *s, const struct record *r)
{
	struct dns_view *v = &s->c->report->dns;
	struct told told[SERVERS_MAX];
	bool open = s->open;
	size_t n = 0;

	for (size_t i = 0; i < s->ngood; i++) {
		const struct server *x = &s->good[i];
		const struct fact *f = look_at(s->c->look, ASK_DNS_AT, r->type, r->name, x->at);

		open |= fact_is_open(f);
		if (f->state == FACT_LOST && f->why != WHY_REFERRAL)
			say(s, RULE_DNS_NS_UNKNOWN, x->name, f, NULL);
		else if (f->state != FACT_LOST && f->aa)
			told[n++] = (struct told){ x, f };
	}
	if (open || !n)
		return;
	v->own[v->n++] = (struct dns_own_view){ told[0].fact, nth(r, told[0].fact, 0) };
	compare(s, r, told, n);
}

static void add(struct servers *s, struct record *r, size_t *n, const char *label, uint16_t type)
{
	const char *name = label ? name_join(s->c->arena, label, s->c->domain) : s->c->domain;

	if (name)
		r[(*n)++] = (struct record){ name, type, !label && type == RR_TXT };
}

static size_t list_records(struct servers *s, struct record *r)
{
	const struct dkim_view *d = &s->c->report->dkim;
	size_t n = 0;

	add(s, r, &n, NULL, RR_TXT);
	add(s, r, &n, NULL, RR_MX);
	add(s, r, &n, "_dmarc", RR_TXT);
	add(s, r, &n, "_mta-sts", RR_TXT);
	add(s, r, &n, "_smtp._tls", RR_TXT);
	for (size_t i = 0; i < d->nkeys && n < RECORDS_MAX; i++)
		if (name_is_under(d->keys[i].fact->name, s->zone))
			r[n++] = (struct record){ d->keys[i].fact->name, RR_TXT, false };
	return n;
}

void check_dns_servers(struct check *c)
{
	const struct fact *ns = c->wish->all_ns ? find_zone(c) : NULL;
	struct servers s = { .c = c };
	struct record r[RECORDS_MAX];
	size_t n;

	if (!ns)
		return;
	s.zone = ns->name;
	if (ns->state == FACT_LOST) {
		say(&s, RULE_DNS_NS_UNKNOWN, ns->name, ns, "which they are could not be had");
		return;
	}
	s.good = arena_array(c->arena, SERVERS_MAX, sizeof(*s.good));
	c->report->dns.own = arena_array(c->arena, RECORDS_MAX, sizeof(*c->report->dns.own));
	for (size_t i = 0; i < ns->nrr && i < SERVERS_MAX; i++)
		ask_server(&s, ns->rr[i].target);
	n = list_records(&s, r);
	for (size_t i = 0; i < n; i++)
		ask_record(&s, &r[i]);
}

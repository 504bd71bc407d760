/* The static walk over an SPF tree (RFC 7208 4.6.4).
 *
 * An audit has no message, so it takes the worst case: no term matches, and every term that can run
 * does.
 * 1. A record is fetched and parsed once, however often it is reached; its costs are added each
 * time (caching does not reduce the count).
 * 2. Terms behind `all`, and a redirect beside `all`, never run and cost nothing.
 * 3. include, a, mx, ptr, exists and redirect cost one look-up each, and what they lead to costs
 * its own.
 * 4. A look-up whose answer is NXDOMAIN or has no records is void. a and mx ask for the addresses
 * of the client's family alone (5.3, 5.4), so voids are counted for IPv4 and for IPv6 clients; a
 * term is void for everybody only when neither family finds an address. An mx is one term, void
 * when none of its hosts has an address.
 * 5. A name that is being walked already is a loop: it costs its one look-up and is not entered
 * again.
 * 6. The walk goes on past ten, so that the report can say what to cut. */
#include "spf_walk.h"

#include "name.h"
#include "spf_macro.h"

enum { COST_MAX = 1000000, MX_MAX = 10 };

static unsigned add(unsigned a, unsigned b)
{
	return a + b > COST_MAX ? COST_MAX : a + b;
}

const char *spf_term_target(struct check *c, const struct spf_term *t, const char *d)
{
	if (!t->domain.n)
		return d;
	return spf_expand_static(c->arena, t->domain, d, c->domain);
}

/* The term's own look-up finds nothing, for clients of these families. */
static void count_void(struct spf_cost *cost, bool four, bool six)
{
	cost->is_void = four && six;
	cost->voids = add(cost->voids, cost->is_void);
	cost->voids4 = add(cost->voids4, four);
	cost->voids6 = add(cost->voids6, six);
}

/* A look-up below the root that failed: nothing is known about the term. */
static void lost(struct spf_walk *w, const struct spf_node *n, struct spf_cost *cost,
		 const struct fact *f)
{
	struct finding *found_it = found(w->c, RULE_SPF_INCLUDE_TEMPERROR, n->domain, f, NULL);

	cost->note = "not known: the look-up failed";
	found_it->detail = arena_printf(w->c->arena, "%.*s: %s", (int)cost->term->text.n,
					cost->term->text.p,
					f->detail ? f->detail : fact_why_text(f->why));
}

static struct finding *about_term(struct spf_walk *w, enum rule_id rule, const struct spf_node *n,
				  const struct spf_term *t)
{
	struct finding *f = found(w->c, rule, n->domain, n->fact, n->rr);

	f->at = t->at;
	return f;
}

static bool is_root(const struct spf_walk *w, const struct spf_node *n)
{
	return strcmp(n->domain, w->c->domain) == 0;
}

static void void_term(struct spf_walk *w, const struct spf_node *n, struct spf_cost *cost,
		      const char *what, const char *target)
{
	count_void(cost, true, true);
	cost->note = what;
	/* the dead terms of a provider's record are not the domain's business unless they are too
	 * many */
	if (is_root(w, n))
		about_term(w, RULE_SPF_VOID_TERM, n, cost->term)->detail = arena_printf(
			w->c->arena, "%s %s", target, what);
}

/* Have the hosts looked at so far an address? */
struct addresses {
	bool open;
	bool some4, some6;
	const struct fact *lost4, *lost6; /* look-ups that failed */
	const struct fact *none;          /* one that found nothing */
};

static void look_at_host(struct spf_walk *w, const char *host, struct addresses *as)
{
	const struct fact *a = look_dns(w->c->look, RR_A, host),
			  *aaaa = look_dns(w->c->look, RR_AAAA, host);

	as->open |= fact_is_open(a) || fact_is_open(aaaa);
	as->some4 |= a->state == FACT_SOME;
	as->some6 |= aaaa->state == FACT_SOME;
	if (a->state == FACT_LOST)
		as->lost4 = a;
	if (aaaa->state == FACT_LOST)
		as->lost6 = aaaa;
	if (a->state == FACT_NONE)
		as->none = a;
}

static const char *none_text(const struct fact *f)
{
	return fact_is_nxdomain(f) ? "does not exist" : "has no address";
}

/* Void, lost or neither, when all hosts of the term have been looked at. `none` says why it is
 * void. */
static void judge_addresses(struct spf_walk *w, const struct spf_node *n, struct spf_cost *cost,
			    const struct addresses *as, const char *none, const char *target)
{
	bool no4 = !as->some4 && !as->lost4, no6 = !as->some6 && !as->lost6;

	if (as->open)
		w->open = true;
	else if (no4 && no6)
		void_term(w, n, cost, none, target);
	else if (!as->some4 && !as->some6)
		lost(w, n, cost, as->lost4 ? as->lost4 : as->lost6);
	else
		count_void(cost, no4, no6);
}

static void walk_a(struct spf_walk *w, const struct spf_node *n, struct spf_cost *cost,
		   const char *target)
{
	struct addresses as = { 0 };

	look_at_host(w, target, &as);
	judge_addresses(w, n, cost, &as, as.none ? none_text(as.none) : NULL, target);
}

static void walk_mx_hosts(struct spf_walk *w, const struct spf_node *n, struct spf_cost *cost,
			  const struct fact *mx)
{
	struct addresses as = { 0 };

	if (mx->nrr > MX_MAX) {
		about_term(w, RULE_SPF_MX_LIMIT, n, cost->term)->detail = arena_printf(
			w->c->arena, "%s has %zu MX hosts, %d allowed", mx->name, mx->nrr, MX_MAX);
	}
	for (size_t i = 0; i < mx->nrr && i < MX_MAX; i++)
		look_at_host(w, mx->rr[i].target, &as);
	judge_addresses(w, n, cost, &as, "has MX hosts, none of which has an address", mx->name);
}

static void walk_mx(struct spf_walk *w, const struct spf_node *n, struct spf_cost *cost,
		    const char *target)
{
	const struct fact *mx = look_dns(w->c->look, RR_MX, target);

	if (fact_is_open(mx)) {
		w->open = true;
	} else if (mx->state == FACT_LOST) {
		lost(w, n, cost, mx);
	} else if (mx->state == FACT_NONE) {
		count_void(cost, true, true);
		cost->note = fact_is_nxdomain(mx) ? "does not exist" : "has no MX";
		if (is_root(w, n))
			about_term(w, RULE_SPF_MX_NONE, n, cost->term)->detail = arena_printf(
				w->c->arena, "%s %s", target, cost->note);
	} else if (mx->nrr == 1 && strcmp(mx->rr[0].target, ".") == 0) {
		cost->note = "its MX is null";
		if (is_root(w, n))
			about_term(w, RULE_SPF_MX_NONE, n, cost->term)->detail = arena_printf(
				w->c->arena, "%s has a null MX", target);
	} else {
		walk_mx_hosts(w, n, cost, mx);
	}
}

static void walk_exists(struct spf_walk *w, const struct spf_node *n, struct spf_cost *cost,
			const char *target)
{
	const struct fact *a = look_dns(w->c->look, RR_A, target);

	if (fact_is_open(a))
		w->open = true;
	else if (a->state == FACT_LOST)
		lost(w, n, cost, a);
	else if (a->state == FACT_NONE)
		void_term(w, n, cost, none_text(a), target);
}

/* Does an exists that looks at nothing but the client's address answer for an address that nobody
 * can have (RFC 5737)? Then it answers for all: a wildcard. Costs no void look-up: no client makes
 * it. */
static void walk_wildcard(struct spf_walk *w, const struct spf_node *n, struct spf_cost *cost)
{
	struct spf_values v = { 0 };
	const struct spf_term *t = cost->term;
	const struct fact *a;
	const char *name;

	v.letter['d' - 'a'] = str_c(n->domain);
	v.letter['o' - 'a'] = str_c(w->c->domain);
	v.letter['i' - 'a'] = S("192.0.2.1");
	v.letter['v' - 'a'] = S("in-addr");
	name = t->qualifier == '+' ? spf_expand_domain(w->c->arena, t->domain, &v) : NULL;
	if (!name)
		return;
	a = look_dns(w->c->look, RR_A, name);
	if (fact_is_open(a))
		w->open = true;
	if (a->state != FACT_SOME)
		return;
	cost->note = "matches every client";
	about_term(w, is_root(w, n) ? RULE_SPF_PLUS_ALL : RULE_SPF_INCLUDE_ALL, n, t)
		->detail = arena_printf(
		w->c->arena,
		"%.*s matches every client: even for 192.0.2.1, which nobody sends from, %s has an address",
		(int)t->text.n, t->text.p, name);
}

static struct spf_visit *visit(struct spf_walk *w, const char *domain);

/* An include or redirect to a name without one good record. */
static void bad_child(struct spf_walk *w, const struct spf_node *n, struct spf_cost *cost,
		      const struct spf_visit *v)
{
	const struct spf_node *child = &v->node;
	bool include = cost->term->kind == SPF_INCLUDE;
	struct finding *f;

	if (v->state == SPF_NODE_SEVERAL) {
		cost->note = "several SPF records: permerror";
		f = found(w->c, RULE_SPF_INCLUDE_PERMERROR, child->domain, child->fact, NULL);
		f->detail = arena_printf(w->c->arena, "%s has more than one SPF record",
					 child->domain);
		return;
	}
	cost->note = fact_is_nxdomain(child->fact) ? "does not exist" : "no SPF record";
	if (child->fact->state == FACT_NONE)
		count_void(cost, true, true);
	f = about_term(w,
		       !include                        ? RULE_SPF_REDIRECT_NONE
		       : fact_is_nxdomain(child->fact) ? RULE_SPF_INCLUDE_NXDOMAIN
						       : RULE_SPF_INCLUDE_NONE,
		       n, cost->term);
	f->detail = arena_printf(
		w->c->arena, "%s %s%s%s", child->domain,
		fact_is_nxdomain(child->fact) ? "does not exist" : "has no SPF record",
		child->fact->nchain ? ", its CNAME leads to " : "",
		child->fact->nchain ? child->fact->chain[child->fact->nchain - 1].target : "");
}

/* The first fault of an included record, and whether it passes everybody. */
static void judge_child(struct spf_walk *w, const struct spf_node *n, const struct spf_cost *cost,
			const struct spf_node *child)
{
	const struct spf_term *which;
	struct finding *f;

	if (child->spf->faults.n) {
		const struct fault *first = &child->spf->faults.item[0];

		f = found(w->c, RULE_SPF_INCLUDE_PERMERROR, child->domain, child->fact, child->rr);
		f->at = first->at;
		f->detail = arena_printf(w->c->arena, "the record at %s is broken: %s",
					 child->domain, first->detail);
	} else if (cost->term->qualifier != '-' && spf_passes_all(child->spf, &which) &&
		   !is_root(w, child)) {
		f = found(w->c,
			  cost->term->kind == SPF_INCLUDE ? RULE_SPF_INCLUDE_ALL
							  : RULE_SPF_PLUS_ALL,
			  n->domain, child->fact, child->rr);
		f->at = which->at;
		f->detail = arena_printf(w->c->arena, "the record at %s says %.*s", child->domain,
					 (int)which->text.n, which->text.p);
	}
}

static void walk_child(struct spf_walk *w, const struct spf_node *n, struct spf_cost *cost,
		       const char *target)
{
	struct spf_visit *v = visit(w, target);

	switch (v->state) {
	case SPF_NODE_OPEN: w->open = true; break;
	case SPF_NODE_LOST: lost(w, n, cost, v->node.fact); break;
	case SPF_NODE_BUSY:
		cost->note = "loop";
		about_term(w, RULE_SPF_LOOP, n, cost->term)->detail = arena_printf(
			w->c->arena, "%s leads back to itself", target);
		break;
	case SPF_NODE_NONE:
	case SPF_NODE_SEVERAL: bad_child(w, n, cost, v); break;
	case SPF_NODE_RECORD:
		cost->child = &v->node;
		cost->lookups = add(cost->lookups, v->node.lookups);
		cost->voids = add(cost->voids, v->node.voids);
		cost->voids4 = add(cost->voids4, v->node.voids4);
		cost->voids6 = add(cost->voids6, v->node.voids6);
		judge_child(w, n, cost, &v->node);
		break;
	}
}

/* One term that runs and costs a look-up. */
static void walk_term(struct spf_walk *w, const struct spf_node *n, struct spf_cost *cost)
{
	const struct spf_term *t = cost->term;
	const char *target;

	cost->lookups = 1;
	if (t->faulty)
		return;
	target = spf_term_target(w->c, t, n->domain);
	if (t->kind == SPF_PTR) {
		cost->note = "slow, and asked not to be used";
		return;
	}
	if (!target) {
		cost->note = t->has_macro ? "not expanded: depends on the sender"
					  : "no name that can be asked for";
		if (t->kind == SPF_EXISTS)
			walk_wildcard(w, n, cost);
		return;
	}
	switch (t->kind) {
	case SPF_A: walk_a(w, n, cost, target); break;
	case SPF_MX: walk_mx(w, n, cost, target); break;
	case SPF_EXISTS: walk_exists(w, n, cost, target); break;
	default: walk_child(w, n, cost, target);
	}
}

static void walk_record(struct spf_walk *w, struct spf_node *n)
{
	bool after_all = false;

	n->terms = arena_array(w->c->arena, n->spf->n, sizeof(*n->terms));
	n->nterms = n->spf->n;
	for (size_t i = 0; i < n->nterms; i++) {
		struct spf_cost *cost = &n->terms[i];

		cost->term = &n->spf->term[i];
		cost->runs = cost->term->kind == SPF_REDIRECT ? !n->spf->all : !after_all;
		after_all |= cost->term->kind == SPF_ALL;
		if (!cost->runs || !spf_kind_counts(cost->term->kind))
			continue;
		walk_term(w, n, cost);
		n->lookups = add(n->lookups, cost->lookups);
		n->voids = add(n->voids, cost->voids);
		n->voids4 = add(n->voids4, cost->voids4);
		n->voids6 = add(n->voids6, cost->voids6);
	}
}

/* The one SPF record of the TXT RRset; NULL and the state when there is not exactly one. */
static const struct rr *pick(const struct fact *f, enum spf_state *state)
{
	const struct rr *one = NULL;

	*state = SPF_NODE_NONE;
	for (size_t i = 0; i < f->nrr; i++) {
		if (!spf_is_record(f->rr[i].data))
			continue;
		*state = one ? SPF_NODE_SEVERAL : SPF_NODE_RECORD;
		one = &f->rr[i];
	}
	return *state == SPF_NODE_RECORD ? one : NULL;
}

static struct spf_visit *visit(struct spf_walk *w, const char *domain)
{
	struct spf_visit *v;
	struct spf *spf;
	const struct fact *f;

	for (size_t i = 0; i < w->n; i++)
		if (strcmp(w->visit[i]->node.domain, domain) == 0)
			return w->visit[i];
	v = ARENA_NEW(w->c->arena, struct spf_visit);
	w->visit = arena_grow(w->c->arena, w->visit, w->n, &w->cap, sizeof(struct spf_visit *));
	w->visit[w->n++] = v;
	f = look_dns(w->c->look, RR_TXT, domain);
	v->node.domain = domain;
	v->node.fact = f;
	if (fact_is_open(f) || f->state == FACT_LOST) {
		v->state = fact_is_open(f) ? SPF_NODE_OPEN : SPF_NODE_LOST;
		return v;
	}
	v->node.rr = pick(f, &v->state);
	if (!v->node.rr)
		return v;
	spf = ARENA_NEW(w->c->arena, struct spf);
	parse_spf(w->c->arena, v->node.rr->data, spf);
	v->node.spf = spf;
	v->state = SPF_NODE_BUSY;
	walk_record(w, &v->node);
	v->state = SPF_NODE_RECORD;
	return v;
}

struct spf_visit *spf_walk_from(struct spf_walk *w, const char *domain)
{
	return visit(w, domain);
}

/* SPF: the limits of an evaluation (RFC 7208 4.6.4). Header: spf_parts.h.
 *
 * Evaluation ends at the first term that matches, so a record over the limit still passes those
 * whose term comes within the first ten look-ups. What stands behind is named. */
#include "buf.h"
#include "spf_parts.h"

enum { NAMED_MAX = 5 };

/* "include:a.example costs 5, mx 1 …": the dearest terms first, at most four. */
static const char *dearest(struct check *c, const struct spf_node *root)
{
	bool used[256] = { false };
	struct buf b;
	const char *text;

	buf_init(&b, 4096);
	for (unsigned k = 0; k < 4; k++) {
		const struct spf_cost *best = NULL;
		size_t at = 0;

		for (size_t i = 0; i < root->nterms && i < 256; i++)
			if (!used[i] && root->terms[i].lookups &&
			    (!best || root->terms[i].lookups > best->lookups)) {
				best = &root->terms[i];
				at = i;
			}
		if (!best)
			break;
		used[at] = true;
		buf_addf(&b, "%s%.*s %s%u", b.n ? ", " : "", (int)best->term->text.n,
			 best->term->text.p, k ? "" : "costs ", best->lookups);
	}
	text = arena_strndup(c->arena, buf_str(&b).p, b.n);
	buf_free(&b);
	return text;
}

/* The term at which the count passes the limit. */
static struct span over_at(const struct spf_node *root, unsigned limit, bool voids)
{
	unsigned sum = 0;

	for (size_t i = 0; i < root->nterms; i++) {
		sum += voids ? root->terms[i].voids : root->terms[i].lookups;
		if (sum > limit)
			return root->terms[i].term->at;
	}
	return (struct span){ 0, 0 };
}

/* ---- who still passes ---- */

struct names {
	struct buf b;
	unsigned n;
};

static void name_term(struct names *list, const struct spf_term *t)
{
	if (list->n++ < NAMED_MAX)
		buf_addf(&list->b, "%s%.*s", list->n > 1 ? ", " : "", (int)t->text.n, t->text.p);
}

static void end_names(struct names *list, struct buf *out, const char *what)
{
	if (list->n)
		buf_addf(out, "; %s: %.*s", what, (int)list->b.n, list->b.p);
	if (list->n > NAMED_MAX)
		buf_addf(out, " and %u more", list->n - NAMED_MAX);
	buf_free(&list->b);
}

/* "; in part: include:b; no longer: mx, ip4:…": the senders that the limit cuts off. */
static void add_cut_off(const struct spf_node *root, struct buf *out)
{
	struct names part = { 0 }, none = { 0 };
	unsigned spent = 0;

	buf_init(&part.b, 8192);
	buf_init(&none.b, 8192);
	for (size_t i = 0; i < root->nterms; i++) {
		const struct spf_cost *cost = &root->terms[i];
		bool passes = cost->term->kind == SPF_REDIRECT ||
			      (cost->term->kind != SPF_ALL && cost->term->qualifier == '+');
		unsigned before = spent;

		if (!cost->runs || !passes)
			continue;
		spent += cost->lookups;
		if (before > SPF_LOOKUPS_MAX || (cost->lookups && before == SPF_LOOKUPS_MAX))
			name_term(&none, cost->term);
		else if (spent > SPF_LOOKUPS_MAX)
			name_term(&part, cost->term);
	}
	end_names(&part, out, "reached in part");
	end_names(&none, out, "no longer reached");
}

static const char *limit_detail(struct check *c, const struct spf_node *root)
{
	const char *text;
	struct buf b;

	buf_init(&b, 16384);
	buf_addf(&b, "%u look-ups, %d allowed", root->lookups, SPF_LOOKUPS_MAX);
	if (!root->spf->faults.n)
		add_cut_off(root, &b);
	text = arena_strndup(c->arena, buf_str(&b).p, b.n);
	buf_free(&b);
	return text;
}

/* A record that keeps the limit when there is one that loses nobody. */
static const char *limit_fix(struct check *c, const struct spf_node *root)
{
	const struct spf_view *v = &c->report->spf;
	const char *pinned;
	unsigned lookups;

	if (v->mended && v->mended_lookups <= SPF_LOOKUPS_MAX)
		return v->mended_fix;
	pinned = root->spf->faults.n ? NULL : spf_without_cuts(c, root, true, &lookups);
	if (pinned && lookups <= SPF_LOOKUPS_MAX)
		return arena_printf(c->arena, "name your own hosts by their addresses: %s", pinned);
	return arena_printf(
		c->arena,
		"save %u: drop services that no longer send for you, or let one send from a subdomain with a record of its own (%s)",
		root->lookups - SPF_LOOKUPS_MAX, dearest(c, root));
}

/* ---- look-ups that find nothing ---- */

static unsigned voids_of(const struct spf_cost *cost, bool six)
{
	return six ? cost->voids6 : cost->voids4;
}

/* May a client of this family pass by the record? What a macro or ptr stands for is not known. */
static bool passes_family(struct check *c, const struct spf_node *n, bool six, unsigned depth)
{
	for (size_t i = 0; i < n->nterms; i++) {
		const struct spf_cost *cost = &n->terms[i];
		struct spf_nets nets;

		if (!cost->runs)
			continue;
		if (depth && cost->child && passes_family(c, cost->child, six, depth - 1))
			return true;
		if (cost->term->kind >= SPF_REDIRECT || cost->term->qualifier != '+')
			continue;
		spf_term_nets(c, cost->term, n->domain, &nets);
		for (size_t k = 0; k < nets.n; k++)
			if ((nets.net[k].len == 16) == six)
				return true;
	}
	return false;
}

/* The first sender of the family that stands where the limit has been passed; NULL: none. */
static const struct spf_cost *cut_off_by_voids(struct check *c, const struct spf_node *root,
					       bool six)
{
	unsigned sum = 0;

	for (size_t i = 0; i < root->nterms; i++) {
		const struct spf_cost *cost = &root->terms[i];
		struct spf_node one = { .domain = root->domain,
					.terms = &root->terms[i],
					.nterms = 1 };

		if (!cost->runs)
			continue;
		sum += voids_of(cost, six);
		if (sum > SPF_VOIDS_MAX && passes_family(c, &one, six, SPF_LOOKUPS_MAX))
			return cost;
	}
	return NULL;
}

/* Hosts with addresses of one family are void for clients of the other. */
static void check_family(struct check *c, const struct spf_node *root, bool six)
{
	const struct spf_cost *hit;
	unsigned n = six ? root->voids6 : root->voids4;
	struct finding *f;

	if (n <= SPF_VOIDS_MAX || root->voids > SPF_VOIDS_MAX)
		return;
	hit = cut_off_by_voids(c, root, six);
	f = spf_found(c, hit ? RULE_SPF_VOID_FAMILY : RULE_SPF_VOID_FAMILY_IDLE, root->rr,
		      hit ? hit->term->at : (struct span){ 0, 0 });
	if (hit)
		f->detail = arena_printf(
			c->arena,
			"%s clients may reach %u void look-ups, %d allowed, before %.*s, which has such senders, is done",
			six ? "IPv6" : "IPv4", n, SPF_VOIDS_MAX, (int)hit->term->text.n,
			hit->term->text.p);
	else
		f->detail = arena_printf(c->arena,
					 "%s clients may reach %u void look-ups, %d allowed",
					 six ? "IPv6" : "IPv4", n, SPF_VOIDS_MAX);
}

void spf_check_costs(struct check *c, const struct spf_node *root)
{
	struct finding *f;

	if (root->lookups > SPF_LOOKUPS_MAX) {
		f = spf_found(c, RULE_SPF_LOOKUP_LIMIT, root->rr,
			      over_at(root, SPF_LOOKUPS_MAX, false));
		f->detail = limit_detail(c, root);
		f->fix = limit_fix(c, root);
	} else if (root->lookups >= SPF_LOOKUPS_NEAR) {
		f = spf_found(c, RULE_SPF_LOOKUP_NEAR, root->rr, (struct span){ 0, 0 });
		f->detail = arena_printf(c->arena, "%u look-ups, %d allowed", root->lookups,
					 SPF_LOOKUPS_MAX);
		if (c->report->spf.mended && c->report->spf.mended_lookups < root->lookups)
			f->fix = c->report->spf.mended_fix;
	}
	if (root->voids >= SPF_VOIDS_MAX) {
		f = spf_found(
			c, root->voids > SPF_VOIDS_MAX ? RULE_SPF_VOID_LIMIT : RULE_SPF_VOID_NEAR,
			root->rr, over_at(root, SPF_VOIDS_MAX, true));
		f->detail = arena_printf(c->arena, "%u void look-ups, %d allowed", root->voids,
					 SPF_VOIDS_MAX);
	}
	check_family(c, root, false);
	check_family(c, root, true);
}

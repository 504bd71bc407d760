/* SPF: what can be left out of the domain's own record without a loss to anybody (RFC 7208 4.6.4
 * gives the reason: ten look-ups). Header: spf_parts.h.
 *
 * A term can go when it never decides anything:
 * 1. a redirect beside all, and a term that stands there already (the first of two decides);
 * 2. a name that leads nowhere, or a record that passes nobody;
 * 3. an include whose record is reached by another include as well;
 * 4. a and mx, when other terms name all their addresses.
 * 3 and 4 hold only where every mechanism passes: past a "-ip4:" the order matters. Only what is
 * known counts: a look-up that failed, or a macro, keeps its term. */
#include "buf.h"
#include "mend.h"
#include "name.h"
#include "spf_parts.h"

enum { DEPTH_MAX = 12, TERMS_MAX = 200, PIN_MAX = 6 };

static bool is_mechanism(const struct spf_cost *c)
{
	return c->term->kind < SPF_REDIRECT;
}

/* Does every mechanism before `all` pass those that it matches? */
static bool is_plain(const struct spf_node *n)
{
	for (size_t i = 0; i < n->nterms && n->terms[i].term->kind != SPF_ALL; i++)
		if (n->terms[i].term->faulty ||
		    (is_mechanism(&n->terms[i]) && n->terms[i].term->qualifier != '+'))
			return false;
	return true;
}

/* Is it known that this record passes nobody, and that evaluating it makes no error? */
static bool passes_nobody(const struct spf_node *n, unsigned depth)
{
	if (!depth || n->spf->faults.n)
		return false;
	for (size_t i = 0; i < n->nterms; i++) {
		const struct spf_cost *c = &n->terms[i];
		bool leads = c->term->kind == SPF_INCLUDE || c->term->kind == SPF_REDIRECT;

		if (!c->runs || (!is_mechanism(c) && c->term->kind != SPF_REDIRECT))
			continue;
		if (leads && (!c->child || !passes_nobody(c->child, depth - 1)))
			return false;
		if (!leads && c->term->qualifier == '+' && !c->is_void)
			return false;
	}
	return true;
}

bool spf_passes_nobody(const struct spf_node *n)
{
	return passes_nobody(n, DEPTH_MAX);
}

/* Is the record at `name` among those that pass whoever `n` passes? */
static bool reaches(const struct spf_node *n, const char *name, unsigned depth)
{
	if (!depth || !is_plain(n))
		return false;
	for (size_t i = 0; i < n->nterms; i++) {
		const struct spf_cost *c = &n->terms[i];

		if (c->runs && c->child &&
		    (strcmp(c->child->domain, name) == 0 || reaches(c->child, name, depth - 1)))
			return true;
	}
	return false;
}

static struct str without_dot(struct str s)
{
	return s.n && s.p[s.n - 1] == '.' ? str_sub(s, 0, s.n - 1) : s;
}

static bool is_same_term(const struct spf_node *root, const struct spf_term *a,
			 const struct spf_term *b)
{
	struct str x = without_dot(a->domain), y = without_dot(b->domain);

	x = x.n ? x : str_c(root->domain);
	y = y.n ? y : str_c(root->domain);
	return a->kind == b->kind && a->qualifier == b->qualifier && a->cidr4 == b->cidr4 &&
	       a->cidr6 == b->cidr6 && memcmp(a->ip, b->ip, 16) == 0 && str_eq_ci(x, y);
}

static const char *why_text(struct check *c, const char *format, const struct spf_term *t)
{
	return arena_printf(c->arena, format, (int)t->text.n, t->text.p);
}

/* 1 and 2. */
static const char *why_alone(const struct spf_node *root, size_t at)
{
	const struct spf_cost *cost = &root->terms[at];

	if (cost->term->kind == SPF_REDIRECT)
		return cost->runs ? NULL : "all stands beside it";
	for (size_t i = 0; i < at; i++)
		if (is_same_term(root, root->terms[i].term, cost->term))
			return "it stands twice";
	if (cost->is_void)
		return cost->note;
	if (cost->term->kind == SPF_INCLUDE && cost->child && passes_nobody(cost->child, DEPTH_MAX))
		return "its record passes nobody";
	return NULL;
}

/* 3. */
static const char *why_nested(struct check *c, const struct spf_node *root, size_t at)
{
	const struct spf_cost *cost = &root->terms[at];

	for (size_t i = 0; cost->term->kind == SPF_INCLUDE && cost->child && i < root->nterms;
	     i++) {
		const struct spf_cost *other = &root->terms[i];

		if (i != at && !other->cut && other->runs && other->child &&
		    reaches(other->child, cost->child->domain, DEPTH_MAX))
			return why_text(c, "%.*s includes it already", other->term);
	}
	return NULL;
}

/* 4. Addresses that stand there as such are left: they cost nothing. */
static const char *why_covered(struct check *c, const struct spf_node *root, size_t at)
{
	const struct spf_cost *cost = &root->terms[at];
	struct spf_nets mine, others = { .known = true };
	bool hosts = false;

	if (cost->term->kind != SPF_A && cost->term->kind != SPF_MX)
		return NULL;
	spf_term_nets(c, cost->term, root->domain, &mine);
	if (!mine.known || !mine.n)
		return NULL;
	for (size_t i = 0; i < root->nterms; i++) {
		const struct spf_cost *other = &root->terms[i];
		struct spf_nets nets;

		if (i == at || other->cut || !other->runs || !is_mechanism(other))
			continue;
		spf_term_nets(c, other->term, root->domain, &nets);
		if (spf_nets_hold(&nets, &mine))
			return why_text(c, "%.*s names the same addresses", other->term);
		for (size_t k = 0; k < nets.n; k++) {
			others.net = arena_grow(c->arena, others.net, others.n, &others.cap,
						sizeof(*others.net));
			others.net[others.n++] = nets.net[k];
		}
		hosts |= other->term->kind == SPF_A || other->term->kind == SPF_MX;
	}
	if (!spf_nets_hold(&others, &mine))
		return NULL;
	return hosts ? "other terms name its addresses" : "ip4 and ip6 terms name its addresses";
}

static bool has_terms_after_all(const struct spf_node *root)
{
	for (size_t i = 0; i < root->nterms; i++)
		if (!root->terms[i].runs && is_mechanism(&root->terms[i]))
			return true;
	return false;
}

/* "include:a stands twice; mx: …": what the other rules do not say. */
static void report_cuts(struct check *c, const struct spf_node *root)
{
	struct span at = { 0, 0 };
	unsigned saved = 0;
	struct finding *f;
	struct buf b;

	buf_init(&b, 4096);
	for (size_t i = 0; i < root->nterms; i++) {
		const struct spf_cost *cost = &root->terms[i];

		if (!cost->cut || !cost->lookups || cost->is_void)
			continue;
		if (!b.n)
			at = cost->term->at;
		saved += cost->lookups;
		buf_addf(&b, "; %.*s: %s", (int)cost->term->text.n, cost->term->text.p, cost->cut);
	}
	if (b.n && !b.failed) {
		f = spf_found(c, RULE_SPF_LOOKUP_DUP, root->rr, at);
		f->detail = arena_printf(c->arena, "%u%.*s", saved, (int)b.n, b.p);
		f->fix = c->report->spf.mended_fix;
	}
	buf_free(&b);
}

/* Findings that say "remove the term" get the record without it. */
static void mend_findings(struct check *c, const struct spf_node *root)
{
	const struct findings *fs = &c->report->findings;

	for (size_t i = 0; c->report->spf.mended_fix && i < fs->n; i++) {
		struct finding *f = fs->item[i];

		if (f->rr == root->rr && !f->fix &&
		    (f->rule == RULE_SPF_VOID_TERM || f->rule == RULE_SPF_MX_NONE ||
		     f->rule == RULE_SPF_INCLUDE_NXDOMAIN || f->rule == RULE_SPF_OVERLAP))
			f->fix = c->report->spf.mended_fix;
	}
}

/* A name that leads nowhere may be a slip of the pen. */
static const char *fix_text(struct check *c, const struct spf_node *root, const char *line)
{
	bool nowhere = false;

	for (size_t i = 0; i < root->nterms; i++)
		nowhere |= root->terms[i].cut && root->terms[i].is_void;
	return line && nowhere ? arena_printf(c->arena, "correct the name, or publish: %s", line)
			       : line;
}

void spf_check_cuts(struct check *c, struct spf_node *root)
{
	struct spf_view *v = &c->report->spf;

	if (root->spf->faults.n || root->nterms > TERMS_MAX || has_terms_after_all(root))
		return;
	for (size_t i = 0; i < root->nterms; i++)
		if (is_mechanism(&root->terms[i]) || root->terms[i].term->kind == SPF_REDIRECT)
			root->terms[i].cut = why_alone(root, i);
	for (size_t i = 0; is_plain(root) && i < root->nterms; i++)
		if (!root->terms[i].cut)
			root->terms[i].cut = why_nested(c, root, i);
	/* from the end: what stands first is what people think of as theirs */
	for (size_t i = root->nterms; is_plain(root) && i-- > 0;)
		if (!root->terms[i].cut)
			root->terms[i].cut = why_covered(c, root, i);
	v->mended = spf_without_cuts(c, root, false, &v->mended_lookups);
	v->mended_fix = fix_text(c, root, v->mended);
	report_cuts(c, root);
	mend_findings(c, root);
}

/* ---- records to publish ---- */

static bool is_own_host(struct check *c, const struct spf_cost *cost)
{
	const char *target = spf_term_target(c, cost->term, c->domain);

	return target && is_own(c, target);
}

/* The domain's own a or mx as addresses. False: it stays as it is. */
static bool add_pinned(struct check *c, const struct spf_cost *cost, struct buf *b)
{
	struct spf_nets nets;

	if (!cost->lookups || !is_own_host(c, cost))
		return false;
	spf_term_nets(c, cost->term, c->domain, &nets);
	if (!nets.known || !nets.n || nets.n > PIN_MAX)
		return false;
	for (size_t i = 0; i < nets.n; i++) {
		struct spf_net *net = &nets.net[i];

		for (unsigned bit = net->bits; bit < net->len * 8U; bit++)
			net->ip[bit / 8] &= (uint8_t) ~(0x80U >> bit % 8);
		buf_addf(b, " %s:%s", net->len == 4 ? "ip4" : "ip6",
			 ip_text(c->arena, (struct str){ (const char *)net->ip, net->len }));
		if (net->bits != net->len * 8)
			buf_addf(b, "/%u", net->bits);
	}
	return true;
}

/* Networks within others of the record are cut as well: spf-overlap. */
static bool is_within_other(const struct spf_node *root, size_t at)
{
	const struct spf_term *t = root->terms[at].term;
	struct spf_net mine, other;

	if ((t->kind != SPF_IP4 && t->kind != SPF_IP6) || !is_plain(root))
		return false;
	mine = (struct spf_net){ .len = t->kind == SPF_IP4 ? 4 : 16,
				 .bits = (uint8_t)(t->kind == SPF_IP4 ? t->cidr4 : t->cidr6) };
	memcpy(mine.ip, t->ip, 16);
	for (size_t i = 0; i < root->nterms; i++) {
		const struct spf_term *o = root->terms[i].term;

		if (i == at || o->kind != t->kind)
			continue;
		other = (struct spf_net){
			.len = mine.len, .bits = (uint8_t)(o->kind == SPF_IP4 ? o->cidr4 : o->cidr6)
		};
		memcpy(other.ip, o->ip, 16);
		if (spf_net_holds(&other, &mine) && (i < at || !spf_net_holds(&mine, &other)))
			return true;
	}
	return false;
}

const char *spf_without_cuts(struct check *c, const struct spf_node *root, bool pin,
			     unsigned *lookups)
{
	bool changed = false, anybody = false;
	const char *line = NULL;
	struct buf b;

	*lookups = 0;
	buf_init(&b, 64 * 1024);
	buf_adds(&b, "v=spf1");
	for (size_t i = 0; i < root->nterms; i++) {
		const struct spf_cost *cost = &root->terms[i];
		bool passes = is_mechanism(cost) ? cost->term->qualifier == '+'
						 : cost->term->kind == SPF_REDIRECT;

		if (cost->cut || is_within_other(root, i)) {
			changed = true;
			continue;
		}
		anybody |= passes;
		if (pin && (cost->term->kind == SPF_A || cost->term->kind == SPF_MX) &&
		    add_pinned(c, cost, &b)) {
			changed = true;
			continue;
		}
		buf_addf(&b, " %.*s", (int)cost->term->text.n, cost->term->text.p);
		*lookups += cost->lookups;
	}
	anybody |= c->report->intent == INTENT_PARKED;
	if (changed && anybody && !b.failed)
		line = mend_txt(c->arena, c->domain, buf_str(&b));
	buf_free(&b);
	return line;
}

const char *spf_tidy(struct check *c, const struct spf_node *root)
{
	const struct spf *spf = root->spf;
	const char *line;
	struct buf b;

	if (spf->faults.n || !spf->all)
		return NULL;
	buf_init(&b, 64 * 1024);
	buf_adds(&b, "v=spf1");
	for (size_t i = 0; i < spf->n; i++)
		if (spf->term[i].kind != SPF_ALL && spf->term[i].kind != SPF_REDIRECT)
			buf_addf(&b, " %.*s", (int)spf->term[i].text.n, spf->term[i].text.p);
	buf_addf(&b, " %.*s", (int)spf->all->text.n, spf->all->text.p);
	line = b.failed ? NULL : mend_txt(c->arena, c->domain, buf_str(&b));
	buf_free(&b);
	return line;
}

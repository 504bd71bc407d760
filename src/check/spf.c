/* SPF: which record counts, what is wrong in it, and what its evaluation costs (RFC 7208). */
#include "buf.h"
#include "mend.h"
#include "name.h"
#include "spf_walk.h"

enum { LOOKUPS_MAX = 10, LOOKUPS_NEAR = 9, VOIDS_MAX = 2, TEXT_ADVISED = 450, ANSWER_UDP = 1232 };

static struct finding *at_root(struct check *c, enum rule_id rule, const struct rr *rr,
			       struct span at)
{
	struct finding *f = found(c, rule, c->domain, c->report->spf.fact, rr);

	f->at = at;
	return f;
}

/* ---- which record counts ---- */

/* Text that was meant as SPF; true when there was any. */
static bool check_near_records(struct check *c, const struct fact *txt, bool has_record)
{
	bool any = false;
	const char *why;

	for (size_t i = 0; i < txt->nrr; i++) {
		const struct rr *rr = &txt->rr[i];
		struct finding *f;

		if (str_starts_ci(rr->data, S("spf2.0/"))) {
			at_root(c, RULE_SPF_SENDERID, rr, (struct span){ 0, 6 });
			continue;
		}
		if (!spf_is_near_record(rr->data, &why))
			continue;
		any = true;
		f = at_root(c,
			    rr->ncuts && rr->cuts[0] == 6 ? RULE_SPF_SPLIT_VERSION
							  : RULE_SPF_VERSION,
			    rr, (struct span){ 0, 7 });
		f->detail = has_record
				    ? arena_printf(c->arena,
						   "%s; it is ignored beside the good record", why)
				    : why;
		if (str_starts_ci(rr->data, S("v=spf1")) && !has_record) {
			struct str rest = str_from(rr->data, 6);

			if (rest.n && (rest.p[0] == ';' || rest.p[0] == ','))
				rest = str_from(rest, 1);
			rest = str_trim(rest);
			f->fix = mend_txt(
				c->arena, c->domain,
				str_c(arena_printf(c->arena, "v=spf1 %.*s", (int)rest.n, rest.p)));
		}
	}
	return any;
}

static void check_none(struct check *c, const struct fact *txt)
{
	struct finding *f;

	if (c->report->intent == INTENT_AUTO)
		return;
	/* nobody takes a name of the reverse zones for a mail domain; one that does not exist, or
	 * is an alias, has no place for a record of its own */
	if (name_is_under(c->domain, "arpa")) {
		c->report->presence[PROTO_SPF] = PRESENCE_NA;
		return;
	}
	if (c->report->intent == INTENT_PARKED && (fact_is_nxdomain(txt) || txt->nchain))
		return;
	if (c->report->intent == INTENT_PARKED) {
		f = found(c, RULE_SPF_NOMAIL, c->domain, txt, NULL);
		f->detail = "there is no SPF record";
		f->fix = mend_txt(c->arena, c->domain, S("v=spf1 -all"));
		return;
	}
	f = found(c, RULE_SPF_NONE, c->domain, txt, NULL);
	if (txt->state == FACT_SOME)
		f->detail = arena_printf(c->arena, "%zu TXT record%s, none of them SPF", txt->nrr,
					 txt->nrr == 1 ? "" : "s");
	else
		f->detail = fact_is_nxdomain(txt) ? "the name does not exist" : "no TXT record";
	f->fix = mend_txt(c->arena, c->domain, S("v=spf1 mx ~all"));
}

/* One record out of several: every term once, the mildest all at the end. NULL when a redirect
 * makes that impossible. */
static const char *merged(struct check *c, const struct spf_view *v)
{
	static const char order[] = "-~?+";
	struct buf b;
	const char *fix, *mildest = NULL;
	struct str seen[256];
	size_t nseen = 0;

	buf_init(&b, 64 * 1024);
	buf_adds(&b, "v=spf1");
	for (size_t i = 0; i < v->nrecords; i++) {
		struct spf spf;

		parse_spf(c->arena, v->records[i]->data, &spf);
		for (size_t k = 0; k < spf.n; k++) {
			const struct spf_term *t = &spf.term[k];
			bool again = nseen == 256 || t->faulty || t->kind == SPF_REDIRECT;

			if (again) {
				buf_free(&b);
				return NULL;
			}
			if (t->kind == SPF_ALL) {
				const char *q = strchr(order, t->qualifier);

				mildest = q && (!mildest || q > mildest) ? q : mildest;
				continue;
			}
			for (size_t s = 0; s < nseen && !again; s++)
				again = str_eq_ci(seen[s], t->text);
			if (again)
				continue;
			seen[nseen++] = t->text;
			buf_addf(&b, " %.*s", (int)t->text.n, t->text.p);
		}
	}
	/* a neutral or passing end is not worth keeping */
	buf_addf(&b, " %call", mildest && *mildest == '-' ? '-' : '~');
	fix = b.failed ? NULL : mend_txt(c->arena, c->domain, buf_str(&b));
	buf_free(&b);
	return fix;
}

static void check_multiple(struct check *c)
{
	const struct spf_view *v = &c->report->spf;
	const char *fix = merged(c, v);

	for (size_t i = 0; i < v->nrecords; i++) {
		struct finding *f = at_root(c, RULE_SPF_MULTIPLE, v->records[i],
					    (struct span){ 0, 0 });

		f->detail = arena_printf(c->arena, "record %zu of %zu", i + 1, v->nrecords);
		f->fix = fix;
	}
}

/* ---- what is wrong in the record ---- */

static bool starts_at_cut(const struct rr *rr, uint32_t at)
{
	for (uint32_t i = 0; i < rr->ncuts; i++)
		if (rr->cuts[i] == at)
			return true;
	return false;
}

static void check_faults(struct check *c, const struct spf_node *n)
{
	const struct spf *spf = n->spf;
	const char *fix = spf->faults.n ? spf_mended(c->arena, c->domain, spf) : NULL;

	for (size_t i = 0; i < spf->faults.n; i++) {
		const struct fault *fault = &spf->faults.item[i];
		struct finding *f = at_root(c, spf_fault_rule(fault), n->rr, fault->at);

		f->detail = fault->detail;
		if (fault->code == SPF_FAULT_GLUED && starts_at_cut(n->rr, fault->at.at))
			f->detail =
				"a character-string ends before this term, and strings are joined without a blank";
		f->fix = fix;
	}
}

static bool is_mechanism_name(struct str name)
{
	static const char *const names[] = { "all", "include", "a",  "mx",   "ptr", "ip4",
					     "ip6", "exists",  "ip", "ipv4", "ipv6" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq_ci(name, str_c(names[i])))
			return true;
	return str_near(name, "include") || str_near(name, "exists");
}

static void check_modifier(struct check *c, const struct spf_node *n, const struct spf_term *t)
{
	struct finding *f;

	if (t->faulty)
		return;
	if (is_mechanism_name(t->name)) {
		f = at_root(c, RULE_SPF_MODIFIER_TYPO, n->rr, t->at);
		f->detail = arena_printf(c->arena, "%.*s is ignored by every receiver",
					 (int)t->text.n, t->text.p);
		f->fix = spf_mended(c->arena, c->domain, n->spf);
	} else if (str_eq_ci(t->name, S("ra")) || str_eq_ci(t->name, S("rp")) ||
		   str_eq_ci(t->name, S("rr"))) {
		at_root(c, RULE_SPF_6652, n->rr, t->at);
	} else {
		at_root(c, RULE_SPF_UNKNOWN_MODIFIER, n->rr, t->at);
	}
}

/* ---- addresses ---- */

static bool has_host_bits(const uint8_t *ip, size_t n, unsigned bits)
{
	for (unsigned i = bits; i < n * 8; i++)
		if (ip[i / 8] >> (7 - i % 8) & 1)
			return true;
	return false;
}

static void check_network(struct check *c, const struct spf_node *n, const struct spf_term *t)
{
	size_t len = t->kind == SPF_IP4 ? 4 : 16;
	int bits = t->kind == SPF_IP4 ? t->cidr4 : t->cidr6;
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	enum ip_class class = ip_classify((struct str){ (const char *)t->ip, len });

	if (bits == 0)
		return; /* spf-plus-all */
	if (len == 16 && memcmp(t->ip, mapped, 12) == 0) {
		at_root(c, RULE_SPF_MAPPED, n->rr, t->at);
		return;
	}
	if (class != IP_GLOBAL && bits >= (len == 4 ? 8 : 7))
		at_root(c, RULE_SPF_PRIVATE_IP, n->rr, t->at)->detail = arena_printf(
			c->arena, "%.*s: %s", (int)t->text.n, t->text.p, ip_class_name(class));
	else if (len == 4 ? bits < 8 : bits < 16)
		at_root(c, RULE_SPF_CIDR_HUGE, n->rr, t->at);
	else if (len == 4 ? bits < 16 : bits < 32)
		at_root(c, RULE_SPF_CIDR_BROAD, n->rr, t->at)->detail = arena_printf(
			c->arena, "%.*s: %s", (int)t->text.n, t->text.p,
			len == 4 ? arena_printf(c->arena, "%lu addresses", 1UL << (32 - bits))
				 : "wider than a /32");
	if (has_host_bits(t->ip, len, (unsigned)bits))
		at_root(c, RULE_SPF_HOSTBITS, n->rr, t->at);
}

/* ---- terms ---- */

static void check_qualifier(struct check *c, const struct spf_node *n, const struct spf_term *t)
{
	bool authorizes = t->kind == SPF_IP4 || t->kind == SPF_IP6 || t->kind == SPF_A ||
			  t->kind == SPF_MX || t->kind == SPF_EXISTS;

	if (t->kind == SPF_INCLUDE && t->qualifier != '+')
		at_root(c, RULE_SPF_INCLUDE_QUALIFIER, n->rr, t->at);
	else if (authorizes && t->qualifier == '?')
		at_root(c, RULE_SPF_NEUTRAL_MECH, n->rr, t->at);
}

static void check_macros(struct check *c, const struct spf_node *n, const struct spf_term *t)
{
	char letters[16];

	if (!t->has_macro || t->faulty)
		return;
	spf_macro_letters(t->domain, letters);
	if (strchr(letters, 'p'))
		at_root(c, RULE_SPF_PTR_MACRO, n->rr, t->at);
	else if (t->kind != SPF_EXP && t->kind != SPF_UNKNOWN_MODIFIER &&
		 !spf_term_target(c, t, c->domain))
		at_root(c, RULE_SPF_MACRO_STATIC, n->rr, t->at);
}

static void check_exp(struct check *c, struct spf_walk *w, const struct spf_node *n,
		      const struct spf_term *t)
{
	const char *target = t->faulty ? NULL : spf_term_target(c, t, c->domain);
	const struct fact *f;

	if (!target)
		return;
	f = look_dns(c->look, RR_TXT, target);
	if (fact_is_open(f))
		w->open = true;
	else if (f->state == FACT_NONE || (f->state == FACT_SOME && f->nrr != 1))
		at_root(c, RULE_SPF_EXP, n->rr, t->at)->detail = arena_printf(
			c->arena, "%s has %s", target,
			f->state == FACT_NONE ? "no TXT record" : "several TXT records");
}

static void check_terms(struct check *c, struct spf_walk *w, const struct spf_node *n)
{
	bool after_all = false;

	for (size_t i = 0; i < n->spf->n; i++) {
		const struct spf_term *t = &n->spf->term[i];

		if (t->kind == SPF_ALL && after_all)
			at_root(c, RULE_SPF_DUP_ALL, n->rr, t->at);
		else if (after_all && t->kind < SPF_REDIRECT)
			at_root(c, RULE_SPF_TERMS_AFTER_ALL, n->rr, t->at);
		after_all |= t->kind == SPF_ALL;
		if (t->kind == SPF_UNKNOWN_MODIFIER)
			check_modifier(c, n, t);
		if (t->kind == SPF_PTR && !t->faulty)
			at_root(c, RULE_SPF_PTR, n->rr, t->at);
		if ((t->kind == SPF_IP4 || t->kind == SPF_IP6) && !t->faulty)
			check_network(c, n, t);
		if (t->kind == SPF_EXP)
			check_exp(c, w, n, t);
		if (!t->faulty && t->qualifier)
			check_qualifier(c, n, t);
		check_macros(c, n, t);
	}
	if (n->spf->redirect && n->spf->all)
		at_root(c, RULE_SPF_REDIRECT_WITH_ALL, n->rr, n->spf->redirect->at);
}

/* The record whose end counts: the root, or what its redirects lead to. NULL: not known. */
static const struct spf_node *last_record(const struct spf_node *n)
{
	for (unsigned i = 0; n && i < 12 && !n->spf->all && n->spf->redirect; i++) {
		const struct spf_node *next = NULL;

		for (size_t k = 0; k < n->nterms; k++)
			if (n->terms[k].term == n->spf->redirect)
				next = n->terms[k].child;
		n = next;
	}
	return n;
}

static void check_end(struct check *c, const struct spf_node *root)
{
	const struct spf_node *n = last_record(root);
	const struct spf_term *which;
	struct span at;

	if (spf_passes_all(root->spf, &which)) {
		at_root(c, RULE_SPF_PLUS_ALL, root->rr, which->at);
		return;
	}
	if (!n || n->spf->faults.n)
		return;
	at = n == root && n->spf->all ? n->spf->all->at : (struct span){ 0, 0 };
	if (!n->spf->all) {
		/* a record of faults may have lost its all in one of them */
		at_root(c, n->spf->n ? RULE_SPF_NO_ALL : RULE_SPF_EMPTY, root->rr, at);
	} else if (n->spf->all->qualifier == '?') {
		at_root(c, RULE_SPF_NEUTRAL_ALL, root->rr, at);
	} else if (c->report->intent == INTENT_SENDS) {
		at_root(c,
			n->spf->all->qualifier == '~' ? RULE_SPF_SOFTFAIL_ALL : RULE_SPF_FAIL_ALL,
			root->rr, at);
	}
}

/* ---- costs ---- */

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

static void check_costs(struct check *c, const struct spf_node *root)
{
	struct finding *f = NULL;

	if (root->lookups > LOOKUPS_MAX) {
		f = at_root(c, RULE_SPF_LOOKUP_LIMIT, root->rr, over_at(root, LOOKUPS_MAX, false));
		f->fix = arena_printf(
			c->arena,
			"save %u: drop what no longer sends, or replace terms by the networks behind them (%s)",
			root->lookups - LOOKUPS_MAX, dearest(c, root));
	} else if (root->lookups >= LOOKUPS_NEAR) {
		f = at_root(c, RULE_SPF_LOOKUP_NEAR, root->rr, (struct span){ 0, 0 });
	}
	if (f)
		f->detail = arena_printf(c->arena, "%u look-ups, %d allowed", root->lookups,
					 LOOKUPS_MAX);
	if (root->voids >= VOIDS_MAX) {
		f = at_root(c, root->voids > VOIDS_MAX ? RULE_SPF_VOID_LIMIT : RULE_SPF_VOID_NEAR,
			    root->rr, over_at(root, VOIDS_MAX, true));
		f->detail = arena_printf(c->arena, "%u void look-ups, %d allowed", root->voids,
					 VOIDS_MAX);
	}
}

static void check_size(struct check *c, const struct fact *txt, const struct spf_node *root)
{
	if (txt->size > ANSWER_UDP)
		at_root(c, RULE_SPF_SIZE_TCP, root->rr, (struct span){ 0, 0 })->detail =
			arena_printf(c->arena, "the answer has %u octets", txt->size);
	else if (root->rr->data.n > TEXT_ADVISED)
		at_root(c, RULE_SPF_SIZE, root->rr, (struct span){ 0, 0 })->detail = arena_printf(
			c->arena, "the record has %zu octets", root->rr->data.n);
}

static void check_record(struct check *c)
{
	struct spf_walk w = { .c = c };
	const struct spf_node *root = &spf_walk_from(&w, c->domain)->node;

	c->report->spf.root = root;
	check_faults(c, root);
	check_terms(c, &w, root);
	check_size(c, c->report->spf.fact, root);
	if (w.open)
		c->report->presence[PROTO_SPF] = PRESENCE_OPEN;
	else
		check_costs(c, root);
	if (!w.open && !root->spf->faults.n)
		check_end(c, root);
}

void check_spf(struct check *c)
{
	struct spf_view *v = &c->report->spf;
	const struct fact *txt = look_dns(c->look, RR_TXT, c->domain);
	enum presence *presence = &c->report->presence[PROTO_SPF];
	bool near;

	v->fact = txt;
	*presence = PRESENCE_OPEN;
	if (fact_is_open(txt))
		return;
	if (txt->state == FACT_LOST) {
		*presence = PRESENCE_UNKNOWN;
		found(c, RULE_SPF_TEMPERROR, c->domain, txt, NULL)->detail =
			txt->detail ? txt->detail : fact_why_text(txt->why);
		return;
	}
	v->records = arena_array(c->arena, txt->nrr, sizeof(*v->records));
	for (size_t i = 0; i < txt->nrr; i++)
		if (spf_is_record(txt->rr[i].data))
			v->records[v->nrecords++] = &txt->rr[i];
	*presence = v->nrecords ? PRESENCE_YES : PRESENCE_NONE;
	near = check_near_records(c, txt, v->nrecords > 0);
	if (v->nrecords > 1)
		check_multiple(c);
	else if (v->nrecords == 1)
		check_record(c);
	else if (!near)
		check_none(c, txt);
}

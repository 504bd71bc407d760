/* DKIM: which selectors answer, with what, and what that proves (RFC 6376 3.6; RFC 8301, 8463).
 *
 *   1. A name that must not exist is asked along with the selectors. When it answers, there is a
 * wildcard, and a guessed selector that answers the same proves nothing.
 *   2. A selector that the user named is said to be in use: its absence is a fault. That of a
 * guessed one is nothing.
 *   3. That no selector was found is never a fault: there is no way to list them. */
#include <stdlib.h>

#include "control.h"
#include "dkim_run.h"
#include "name.h"

/* ---- what a fact holds ---- */

/* Does the wildcard give the very same answer? */
static bool is_wildcard_answer(const struct dkim_run *r, const struct fact *f)
{
	const struct fact *w = r->control;

	if (w->state != FACT_SOME || w->nrr != f->nrr)
		return false;
	for (size_t i = 0; i < f->nrr; i++)
		if (!str_eq(w->rr[i].data, f->rr[i].data))
			return false;
	return true;
}

/* Does the name that must not exist lead to the same place, through "*.example.com CNAME …"? */
static bool is_wildcard_chain(const struct dkim_run *r, const struct fact *f)
{
	const char *theirs = dkim_target(r->control), *ours = dkim_target(f);

	return theirs && ours && strcmp(theirs, ours) == 0;
}

/* ---- a selector that answers ---- */

static struct dkim_key_view view_of(struct dkim_run *r, const struct dkim_probe *p,
				    const struct fact *f, const struct rr *rr)
{
	struct dkim_key *key = ARENA_NEW(r->c->arena, struct dkim_key);
	const char *target = dkim_target(f);

	parse_dkim(r->c->arena, rr->data, key);
	return (struct dkim_key_view){
		.selector = p->selector,
		.fact = f,
		.rr = rr,
		.key = key,
		.cname = target,
		.provider = dkim_provider_of(p, target),
		.given = p->given,
	};
}

/* "k=rsa" alone, beside other records: what a semicolon cut off. */
static bool is_cut_off(const struct fact *f, struct str text)
{
	return f->nrr > 1 && dkim_is_key(text) && str_find(text, ';') < 0 &&
	       !str_starts(text, S("p="));
}

/* All keys at the selector are judged. One of them, the best, stands for it in the report. */
static void judge_keys(struct dkim_run *r, const struct dkim_probe *p, const struct fact *f)
{
	struct dkim_view *d = &r->c->report->dkim;
	struct dkim_key_view best = { .key = NULL };
	bool has_whole = false;

	for (size_t i = 0; i < f->nrr; i++)
		has_whole |= dkim_is_key(f->rr[i].data) && !is_cut_off(f, f->rr[i].data);
	for (size_t i = 0; i < f->nrr; i++) {
		struct dkim_key_view v;

		if (!dkim_is_key(f->rr[i].data) || (is_cut_off(f, f->rr[i].data) && has_whole))
			continue;
		v = view_of(r, p, f, &f->rr[i]);
		dkim_judge_key(r, &v, p->name);
		if (!best.key || (v.key->usable && !best.key->usable))
			best = v;
	}
	d->keys = arena_grow(r->c->arena, d->keys, d->nkeys, &r->cap, sizeof(*d->keys));
	d->keys[d->nkeys++] = best;
}

static void judge_multiple(struct dkim_run *r, const struct dkim_probe *p, const struct fact *f)
{
	struct finding *x = found(r->c, RULE_DKIM_MULTIPLE_TXT, p->name, f, NULL);
	bool has_k_alone = false;

	for (size_t i = 0; i < f->nrr; i++)
		has_k_alone |= is_cut_off(f, f->rr[i].data);
	x->detail = arena_printf(
		r->c->arena,
		has_k_alone ? "%zu records; it looks as if one was cut at its semicolons"
			    : "%zu records",
		f->nrr);
}

/* A record of another protocol got here by a slip in the name. */
static void say_what_it_is(struct dkim_run *r, struct finding *x, struct str text)
{
	struct arena *a = r->c->arena;

	if (spf_is_record(text)) {
		x->detail = arena_printf(a, "it is an SPF record, which belongs at %s itself",
					 r->c->domain);
		x->fix = arena_printf(
			a,
			"publish at %s the key record that the signer or provider shows; an SPF record stands at %s only, once",
			x->subject, r->c->domain);
	} else if (dmarc_is_record(text)) {
		x->detail = arena_printf(a, "it is a DMARC record, which belongs at _dmarc.%s",
					 r->c->domain);
	}
}

static void judge_some(struct dkim_run *r, const struct dkim_probe *p, const struct fact *f)
{
	struct finding *x;

	if (dkim_has_key(f)) {
		if (!p->given && !p->in_zone && is_wildcard_answer(r, f))
			return;
		judge_keys(r, p, f);
		if (f->nrr > 1)
			judge_multiple(r, p, f);
		return;
	}
	if (!p->given && !p->in_zone)
		return;
	r->missing = true;
	if (!p->in_zone && is_wildcard_answer(r, f)) {
		x = found(r->c, RULE_DKIM_SELECTOR_MISSING, p->name, f, NULL);
		x->detail = "only the TXT record of a wildcard answers, and it is no key";
		return;
	}
	x = found(r->c, RULE_DKIM_NOT_KEY, p->name, f, f->nrr == 1 ? &f->rr[0] : NULL);
	if (f->nrr > 1)
		x->detail = arena_printf(r->c->arena, "%zu TXT records, none of them a key",
					 f->nrr);
	else
		say_what_it_is(r, x, f->rr[0].data);
}

/* ---- all probes ---- */

static void judge_none(struct dkim_run *r, const struct dkim_probe *p, const struct fact *f)
{
	struct finding *x;

	r->missing = r->missing || p->given;
	if (fact_is_dangling(f) && (p->in_zone || !is_wildcard_chain(r, f))) {
		dkim_judge_dangling(r, p, f);
	} else if (p->given) {
		x = found(r->c, RULE_DKIM_SELECTOR_MISSING, p->name, f, NULL);
		x->detail = fact_is_nxdomain(f) ? "the name does not exist"
						: "there is no TXT record";
	}
}

static void judge_probe(struct dkim_run *r, const struct dkim_probe *p)
{
	const struct fact *f = look_dns(r->c->look, RR_TXT, p->name);

	/* what an answer proves depends on the control as well */
	if (fact_is_open(f) || fact_is_open(r->control)) {
		r->open = true;
		return;
	}
	if (!fact_is_offline(f) && f->why != WHY_BUDGET)
		r->c->report->dkim.asked++;
	switch (f->state) {
	case FACT_SOME: judge_some(r, p, f); break;
	case FACT_NONE: judge_none(r, p, f); break;
	default:
		if (!p->given && !p->in_zone) {
			r->guess_lost = true;
			break;
		}
		r->lost = true;
		r->c->report->dkim.lost++;
		/* where a zone's aliases lead is not asked offline, which the user knows */
		if (!p->given && fact_is_offline(f))
			break;
		found(r->c, RULE_DKIM_UNKNOWN, p->name ? p->name : p->selector, f, NULL)->detail =
			f->detail ? f->detail : fact_why_text(f->why);
	}
}

/* ---- the wildcard, and _domainkey itself ---- */

/* True when the wildcard is a key. */
static bool judge_wildcard(struct dkim_run *r)
{
	struct check *c = r->c;
	const struct fact *f = r->control;
	const char *subject = arena_printf(c->arena, "*._domainkey.%s", c->domain);
	struct dkim_view *d = &c->report->dkim;

	switch (f->state) {
	case FACT_OPEN:
		r->open = true;
		d->wildcard = PRESENCE_OPEN;
		return false;
	case FACT_LOST: d->wildcard = PRESENCE_UNKNOWN; return false;
	case FACT_NONE: d->wildcard = PRESENCE_NONE; return false;
	case FACT_SOME: break;
	}
	d->wildcard = PRESENCE_YES;
	for (size_t i = 0; i < f->nrr; i++) {
		struct dkim_key key;

		if (!dkim_is_key(f->rr[i].data))
			continue;
		parse_dkim(c->arena, f->rr[i].data, &key);
		found(c, key.revoked ? RULE_DKIM_WILDCARD_REVOKED : RULE_DKIM_WILDCARD, subject, f,
		      &f->rr[i])
			->detail = arena_printf(c->arena, "%s, which nobody has published, answers",
						f->name);
		r->live += !key.revoked;
		r->rsa += key.usable && key.type == DKIM_RSA;
		r->ed25519 += key.usable && key.type == DKIM_ED25519;
		return true;
	}
	found(c, RULE_DKIM_WILDCARD_TXT, subject, f, f->nrr == 1 ? &f->rr[0] : NULL)->detail =
		arena_printf(c->arena,
			     "%s, which nobody has published, answers, though not with a key",
			     f->name);
	return false;
}

/* DomainKeys (RFC 4870) published its policy here, ADSP (RFC 5617) one label deeper. */
static void judge_policy(struct dkim_run *r, const struct fact *f)
{
	if (f->state != FACT_SOME || is_wildcard_answer(r, f))
		return;
	for (size_t i = 0; i < f->nrr; i++) {
		struct str text = f->rr[i].data;
		struct tags tags;

		parse_tags(r->c->arena, text, true, &tags);
		if (tags_find(&tags, "o") || tags_find(&tags, "dkim")) {
			found(r->c, RULE_DKIM_POLICY_OLD, f->name, f, &f->rr[i]);
		} else if (dkim_is_key(text) && f == r->parent) {
			found(r->c, RULE_DKIM_NO_SELECTOR, f->name, f, &f->rr[i]);
		}
	}
}

static void judge_policies(struct dkim_run *r)
{
	const struct fact *adsp;

	if (fact_is_open(r->parent) || fact_is_open(r->control)) {
		r->open = true;
		return;
	}
	judge_policy(r, r->parent);
	if (!*r->parent->name ||
	    (r->c->wish->discover != DISCOVER_FULL && r->c->wish->discover != DISCOVER_AUTO))
		return;
	adsp = look_dns(r->c->look, RR_TXT, name_join(r->c->arena, "_adsp", r->parent->name));
	if (fact_is_open(adsp))
		r->open = true;
	else
		judge_policy(r, adsp);
}

/* ---- what all of it adds up to ---- */

/* An RSA key beside it is needed while large receivers do not verify Ed25519. */
static void judge_ed25519(struct dkim_run *r)
{
	const struct dkim_view *d = &r->c->report->dkim;

	if (!r->ed25519 || (!r->rsa && (r->lost || r->guess_lost)))
		return;
	for (size_t i = 0; i < d->nkeys; i++) {
		const struct dkim_key_view *v = &d->keys[i];

		if (v->key->usable && v->key->type == DKIM_ED25519)
			found(r->c, r->rsa ? RULE_DKIM_ED25519 : RULE_DKIM_ED25519_ONLY,
			      v->fact->name, v->fact, v->rr);
	}
}

static bool same_key(struct str a, struct str b)
{
	return a.n && str_eq(a, b);
}

/* Two selectors with one key cannot be rotated one after the other. Selectors that are CNAMEs to
 * the same name are one by design. */
static void judge_same_key(struct dkim_run *r)
{
	const struct dkim_view *d = &r->c->report->dkim;

	for (size_t i = 0; i < d->nkeys; i++) {
		for (size_t j = 0; j < i; j++) {
			const struct dkim_key_view *v = &d->keys[i], *w = &d->keys[j];

			if (!v->key->p || !w->key->p ||
			    !same_key(v->key->p->value, w->key->p->value) ||
			    strcmp(v->selector, w->selector) == 0 ||
			    (v->cname && w->cname && strcmp(v->cname, w->cname) == 0))
				continue;
			found(r->c, RULE_DKIM_SAME_KEY, v->fact->name, v->fact, v->rr)->detail =
				arena_printf(r->c->arena, "%s has the key of %s", v->selector,
					     w->selector);
			break;
		}
	}
}

/* The zone has all selectors there are, so here absence is known. But mail of a subdomain is often
 * signed for the domain above it, and the other way round: only where nothing in the whole zone is
 * a selector is it known that mail is not signed. */
static void judge_zone_without(struct dkim_run *r)
{
	struct check *c = r->c;
	bool bare = c->wish->dkim_zone == DKIM_ZONE_BARE;
	struct finding *x = found(c, bare ? RULE_DKIM_NONE : RULE_DKIM_NOT_FOUND, c->domain,
				  r->parent->state == FACT_LOST ? NULL : r->parent, NULL);

	if (c->report->dkim.nkeys)
		x->detail = "the zone has only revoked keys for it";
	else
		x->detail = arena_printf(c->arena,
					 bare ? "no name in the zone of %s is a selector"
					      : "the zone has no selector of %s",
					 c->domain);
	if (!bare)
		x->fix =
			"nothing is to be done if its mail is signed for another name of the same domain; otherwise switch DKIM on at the signer or provider and publish the key that it shows";
}

/* A key that is revoked is no key for mail: a domain that sends needs another. */
static void judge_not_found(struct dkim_run *r)
{
	struct check *c = r->c;
	const struct fact *parent = r->parent;
	unsigned n = c->report->dkim.asked;
	const char *hint = "";
	struct finding *x;

	if (r->open || r->lost || r->guess_lost || r->live || c->report->intent != INTENT_SENDS)
		return;
	if (c->wish->dkim_zone && !r->missing) {
		judge_zone_without(r);
		return;
	}
	if (c->report->dkim.nkeys)
		hint = "; only revoked keys answered";
	else if (fact_is_nxdomain(parent) && !parent->nchain)
		hint = "; _domainkey does not exist either, which with most name servers means that there is no selector at all";
	else if (parent->state == FACT_NONE && fact_is_nxdomain(r->control) && !r->control->nchain)
		hint = "; _domainkey exists, so there may well be a selector of another name";
	x = found(c, RULE_DKIM_NOT_FOUND, c->domain, parent->state == FACT_LOST ? NULL : parent,
		  NULL);
	if (n)
		x->detail = arena_printf(c->arena, "%u selector%s tried%s", n, n == 1 ? "" : "s",
					 hint);
	else
		x->detail = arena_printf(c->arena, "no selector was given, and none was guessed%s",
					 hint);
}

static int by_selector(const void *a, const void *b)
{
	const struct dkim_key_view *x = a, *y = b;

	return strcmp(x->selector, y->selector);
}

static enum presence presence(const struct dkim_run *r, bool wildcard_key)
{
	enum intent intent = r->c->report->intent;

	if (r->open)
		return PRESENCE_OPEN;
	if (r->live)
		return PRESENCE_YES;
	if (intent == INTENT_AUTO)
		return PRESENCE_OPEN;
	if (r->c->wish->dkim_zone && !r->lost && !r->missing && !r->c->report->dkim.nkeys &&
	    !wildcard_key)
		return PRESENCE_NONE;
	if (intent == INTENT_SENDS || r->lost || r->missing)
		return PRESENCE_UNKNOWN;
	return r->c->report->dkim.nkeys || wildcard_key ? PRESENCE_YES : PRESENCE_NONE;
}

void check_dkim(struct check *c)
{
	struct dkim_run r = { .c = c };
	struct dkim_view *d = &c->report->dkim;
	const char *parent = name_join(c->arena, "_domainkey", c->domain);
	struct dkim_plan plan;
	bool wildcard_key;

	*d = (struct dkim_view){ .wildcard = PRESENCE_OPEN,
				 .in_zone = c->wish->dkim_zone != DKIM_ZONE_NOT };
	dkim_plan(c, &plan);
	r.parent = look_dns(c->look, RR_TXT, parent);
	r.control = look_dns(
		c->look, RR_TXT,
		parent ? name_join(c->arena, control_label(c->arena, c->domain), parent) : NULL);
	wildcard_key = judge_wildcard(&r);
	for (size_t i = 0; i < plan.n; i++)
		judge_probe(&r, &plan.item[i]);
	judge_policies(&r);
	if (d->nkeys)
		qsort(d->keys, d->nkeys, sizeof(*d->keys), by_selector);
	if (!r.open) {
		judge_ed25519(&r);
		judge_same_key(&r);
		judge_not_found(&r);
	}
	c->report->presence[PROTO_DKIM] = presence(&r, wildcard_key);
}

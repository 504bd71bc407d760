/* DMARC (RFC 9989): which record applies to the domain, what it asks for, and whether it works.
 *
 *   1. Walk (dmarc_walk.h). All names of the walk are asked at once.
 *   2. Policy discovery (4.10.1): the domain's own record; else that of its organizational domain;
 * else that of the public suffix above it. A record at any other name gives no policy.
 *   3. The policy: p of an own record; of another's, sp where the domain exists and np where it
 * does not, each falling back.
 *   4. Beside it RFC 7489's organizational domain, by the Public Suffix List, as many receivers
 * still take it.
 *
 * The other dmarc_*.c files judge what was found. Layer: check. */
#include "dmarc_parts.h"
#include "mend.h"
#include "name.h"
#include "psl.h"

struct finding *dmarc_found_at(const struct dmarc_found *x, enum rule_id rule, struct span at,
			       const char *detail, const char *fix)
{
	struct finding *f = found(x->c, rule, x->policy->domain, x->policy->fact, x->policy->rr);

	f->at = at;
	f->detail = detail;
	f->fix = fix;
	return f;
}

static void found_lost(const struct dmarc_found *x, const char *subject, const struct fact *f,
		       const char *clause)
{
	struct finding *u = found(x->c, RULE_DMARC_UNKNOWN, subject, f, NULL);

	u->detail = arena_printf(x->c->arena, "%s is not known: %s (%s)", clause, f->name,
				 fact_why_text(f->why));
}

void dmarc_found_unknown(const struct dmarc_found *x, const char *subject, const struct fact *f,
			 const char *clause)
{
	/* what the user chose not to ask for is listed as such, and no more */
	if (!fact_is_offline(f))
		found_lost(x, subject, f, clause);
}

const char *dmarc_mailbox(const struct dmarc_found *x, const char *domain)
{
	const struct fact *mx = look_dns(x->c->look, RR_MX, x->c->domain);
	bool takes = mx->state == FACT_LOST || strcmp(domain, x->c->domain) != 0;

	for (size_t i = 0; i < mx->nrr; i++)
		takes = takes || strcmp(mx->rr[i].target, ".") != 0;
	return takes ? arena_printf(x->c->arena, "mailto:dmarc@%s", domain) : NULL;
}

bool dmarc_is_usable(const struct dmarc *d)
{
	return d->p > DMARC_INVALID && d->sp != DMARC_INVALID && d->np != DMARC_INVALID;
}

bool dmarc_is_at_org(const struct dmarc_found *x)
{
	const char *domain = x->policy->domain, *org = x->walk.org;

	if (x->walk.state == DMARC_WALK_OPEN)
		return false;
	if (x->walk.state == DMARC_WALK_LOST)
		org = psl_organizational_domain(x->c->arena, domain);
	return org && strcmp(org, domain) == 0;
}

/* Step 2. */
static enum presence discover(struct dmarc_found *x)
{
	const struct dmarc_walk *w = &x->walk;
	const struct dmarc_stop *s;

	if (x->own->record) {
		x->policy = x->own;
		return PRESENCE_YES;
	}
	x->inherited = true;
	if (w->state == DMARC_WALK_OPEN)
		return PRESENCE_OPEN;
	if (w->state == DMARC_WALK_LOST) {
		/* A public suffix has no record, or one that says psd=y (5.2): either way the
		 * registrable domain below it, where it has a record, is the organizational domain.
		 */
		s = x->psl_org && w->only_suffixes_lost ? dmarc_walk_at(w, x->psl_org) : NULL;
		x->policy = s && s->record ? s : NULL;
		return x->policy ? PRESENCE_YES : PRESENCE_UNKNOWN;
	}
	s = dmarc_walk_at(w, w->org);
	x->policy = s && s->record ? s : dmarc_walk_psd(w);
	return x->policy ? PRESENCE_YES : PRESENCE_NONE;
}

/* Step 3. */
static void apply(struct dmarc_found *x)
{
	const struct dmarc *d = x->policy->record;
	const struct fact *f;

	x->exists = true;
	x->has_applied = true;
	x->applied = dmarc_policy_own(d);
	if (x->inherited) {
		f = look_dns(x->c->look, RR_TXT, x->c->domain);
		x->exists = !fact_is_nxdomain(f);
		x->applied = dmarc_policy_sub(d, x->exists);
		x->has_applied = !fact_is_open(f);
		if (f->state == FACT_LOST)
			x->has_applied = x->applied == dmarc_policy_sub(d, false);
		if (f->state == FACT_LOST && !x->has_applied)
			dmarc_found_unknown(
				x, x->c->domain, f,
				"whether the domain exists, and so whether sp or np applies to it,");
	}
	x->effective = dmarc_policy_tested(d, x->applied);
}

static void fill_view(const struct dmarc_found *x)
{
	struct dmarc_view *v = &x->c->report->dmarc;
	const struct dmarc *d = x->policy->record;

	v->fact = x->policy->fact;
	v->rr = x->policy->rr;
	v->record = d;
	v->found_at = x->policy->at;
	v->policy = dmarc_policy_own(d);
	v->subdomain_policy = dmarc_policy_sub(d, true);
	v->effective_policy = x->has_applied ? x->effective : DMARC_ABSENT;
	v->inherited = x->inherited;
}

/* A record to begin with, where the domain sends mail: at the registered domain, when there is
 * nothing either, since it stands for all the names below it. NULL when nobody could get its
 * reports. */
static const char *starter_sends(const struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	const struct dmarc_stop *org = x->psl_org ? dmarc_walk_at(&x->walk, x->psl_org) : NULL;
	const char *mailbox, *line;

	if (!org || !org->fact || org->fact->state != FACT_NONE)
		org = x->own;
	mailbox = dmarc_mailbox(x, org->domain);
	if (!mailbox || !org->at)
		return NULL;
	line = mend_txt(a, org->at, str_c(arena_printf(a, "v=DMARC1; p=none; rua=%s", mailbox)));
	return org == x->own ? line
			     : arena_printf(a, "one record at %s stands for all names below it: %s",
					    org->domain, line);
}

/* A record to begin with. */
static const char *starter(const struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	enum intent intent = x->c->report->intent;
	const char *mailbox = dmarc_mailbox(x, x->c->domain), *text = "v=DMARC1; p=reject";

	if (intent != INTENT_PARKED && intent != INTENT_RECEIVES)
		return starter_sends(x);
	if (intent == INTENT_RECEIVES && mailbox)
		text = arena_printf(a, "%s; rua=%s", text, mailbox);
	return x->own->at ? mend_txt(a, x->own->at, str_c(text)) : NULL;
}

/* What is known of the names above: a public suffix that was not asked is not said to have none. */
static const char *above(const struct dmarc_found *x)
{
	for (size_t i = 1; i < x->walk.n; i++) {
		const struct fact *f = x->walk.stop[i].fact;

		if (f && f->state == FACT_LOST)
			return arena_printf(x->c->arena,
					    ", and none is known above it (%s was not had)",
					    f->name);
	}
	if (x->walk.n < 2)
		return "";
	return ", and the names above it have none";
}

static void found_none(const struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	enum intent intent = x->c->report->intent;
	struct finding *f = found(x->c, RULE_DMARC_NONE, x->c->domain, x->own->fact, NULL);

	f->detail = arena_printf(a,
				 x->own->nrecords > 1 ? "all records at %s are discarded%s"
						      : "there is no DMARC record at %s%s",
				 x->own->at ? x->own->at : x->c->domain, above(x));
	if (intent == INTENT_PARKED || intent == INTENT_RECEIVES)
		f->detail = arena_printf(
			a,
			"%s: the domain sends no mail, and nothing tells receivers to refuse what claims to come from it",
			f->detail);
	f->fix = x->repair ? x->repair : starter(x);
	/* what cannot be mended is replaced, so that both findings advise the same */
	if (x->unmended)
		x->unmended->fix = f->fix;
}

void check_dmarc(struct check *c)
{
	struct dmarc_found x = { .c = c, .psl_org = c->org };
	struct report *r = c->report;

	r->dmarc = (struct dmarc_view){ .psl_organizational_domain = x.psl_org };
	/* a name of the reverse zones is no author domain */
	if (name_is_under(c->domain, "arpa")) {
		r->presence[PROTO_DMARC] = PRESENCE_NA;
		return;
	}
	dmarc_walk(c->arena, c->look, c->domain, &x.walk);
	x.own = &x.walk.stop[0];
	if (x.own->fact && fact_is_open(x.own->fact)) {
		r->presence[PROTO_DMARC] = PRESENCE_OPEN;
		return;
	}
	if (x.own->fact && x.own->fact->state == FACT_LOST) {
		r->presence[PROTO_DMARC] = PRESENCE_UNKNOWN;
		found_lost(&x, c->domain, x.own->fact, "whether the domain has a DMARC record");
		return;
	}
	r->dmarc.organizational_domain = x.walk.org;
	r->presence[PROTO_DMARC] = discover(&x);
	dmarc_check_places(&x);
	if (r->presence[PROTO_DMARC] == PRESENCE_NONE)
		found_none(&x);
	if (r->presence[PROTO_DMARC] == PRESENCE_UNKNOWN)
		found_lost(&x, c->domain, x.walk.lost, "which DMARC record applies");
	if (r->presence[PROTO_DMARC] != PRESENCE_YES)
		return;
	apply(&x);
	fill_view(&x);
	dmarc_check_record(&x);
	dmarc_check_policy(&x);
	dmarc_check_org(&x);
	dmarc_check_reports(&x);
}

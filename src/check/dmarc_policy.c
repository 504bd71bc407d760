/* What the DMARC record that applies asks for, and what it stands for: the whole organization, a
 * part of it, a public suffix. */
#include "control.h"
#include "dmarc_parts.h"
#include "mend.h"
#include "name.h"
#include "psl.h"

static const char *policy_word(enum dmarc_policy p)
{
	const char *name = dmarc_policy_name(p);

	return name ? name : "no DMARC";
}

static const char *mend_one(const struct dmarc_found *x, const char *tag, const char *value)
{
	struct dmarc_edit edit = { tag, value };

	return dmarc_mend(x->c->arena, x->policy->domain, x->policy->record, &edit, 1);
}

/* The tag that the policy for the audited domain comes from. */
static const struct tag *applied_tag(const struct dmarc_found *x)
{
	const struct dmarc *d = x->policy->record;

	if (!x->inherited)
		return d->p_tag;
	if (!x->exists && d->np_tag)
		return d->np_tag;
	return d->sp_tag ? d->sp_tag : d->p_tag;
}

/* The policy for the audited domain itself. */
static void check_applied(const struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	const struct dmarc *d = x->policy->record;
	enum intent intent = x->c->report->intent;
	const struct tag *t = applied_tag(x);
	const char *tag = t == d->sp_tag && t ? "sp" : t == d->np_tag && t ? "np" : "p";
	const char *fix;

	if (!x->has_applied || !dmarc_is_usable(d))
		return;
	if (x->applied == DMARC_NONE && (intent == INTENT_PARKED || intent == INTENT_RECEIVES)) {
		fix = mend_one(x, tag, "reject");
		/* the policy is that of the names below as well */
		if (fix && !x->inherited && !d->sp_tag)
			fix = arena_printf(
				a, "if no name below it sends mail (else with sp=none): %s", fix);
		dmarc_found_at(
			x, RULE_DMARC_P_NONE, t->value_at,
			arena_printf(a,
				     "%s=none: anyone can send as %s, from which no mail is sent",
				     tag, x->c->domain),
			fix);
	} else if (x->applied == DMARC_NONE) {
		fix = mend_one(x, tag, "quarantine");
		if (!d->nrua)
			fix = arena_printf(
				a,
				"first have reports sent to you (rua); when they show that all mail of the domain passes, set %s=quarantine",
				tag);
		else if (fix)
			fix = arena_printf(
				a, "when the reports show that all mail of the domain passes: %s",
				fix);
		dmarc_found_at(
			x, RULE_DMARC_P_NONE, t->value_at,
			arena_printf(
				a, "%s=none: mail from %s that fails DMARC is treated as any other",
				tag, x->c->domain),
			fix);
	} else if (x->applied == DMARC_QUARANTINE) {
		dmarc_found_at(x, RULE_DMARC_P_QUARANTINE, t->value_at,
			       arena_printf(a, "%s=quarantine", tag), mend_one(x, tag, "reject"));
	}
}

static void check_testing(const struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	const struct dmarc *d = x->policy->record;
	enum dmarc_policy p = dmarc_policy_own(d);

	if (!d->testing || !dmarc_is_usable(d))
		return;
	if (p <= DMARC_NONE && d->sp <= DMARC_NONE && d->np <= DMARC_NONE)
		return;
	dmarc_found_at(x, RULE_DMARC_T_Y, d->t_tag->at,
		       p > DMARC_NONE ? arena_printf(a, "t=y makes p=%s act as %s", policy_word(p),
						     policy_word(dmarc_policy_tested(d, p)))
				      : "t=y makes the policy for subdomains act one level lower",
		       mend_one(x, "t", NULL));
}

/* sp and np, where they count: at the organizational domain. */
static void check_subdomains(const struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	const struct dmarc *d = x->policy->record;
	enum dmarc_policy fallback = d->sp != DMARC_ABSENT ? d->sp : d->p;
	const char *p = policy_word(d->p);

	if (!dmarc_is_usable(d) || !dmarc_is_at_org(x))
		return;
	if (d->sp != DMARC_ABSENT && d->sp < d->p)
		dmarc_found_at(
			x, RULE_DMARC_SP_WEAKER, d->sp_tag->at,
			arena_printf(
				a, "p=%s but sp=%s: a subdomain is easier to forge than the domain",
				p, policy_word(d->sp)),
			mend_one(x, "sp", p));
	if (d->np != DMARC_ABSENT && d->np < d->p)
		dmarc_found_at(
			x, RULE_DMARC_SP_WEAKER, d->np_tag->at,
			arena_printf(
				a,
				"p=%s but np=%s: a subdomain that does not exist is easier to forge than the domain",
				p, policy_word(d->np)),
			mend_one(x, "np", p));
	if (d->np == DMARC_ABSENT && d->p > DMARC_NONE && fallback != DMARC_REJECT)
		dmarc_found_at(
			x, RULE_DMARC_NP_MISSING, (struct span){ 0 },
			arena_printf(a,
				     "there is no np: %s applies to subdomains that do not exist",
				     policy_word(fallback)),
			mend_one(x, "np", "reject"));
}

/* np counts for names that DNS answers NXDOMAIN for; is there any below the domain? One name that
 * nobody has tells. */
static void check_np_wildcard(const struct dmarc_found *x)
{
	const struct dmarc *d = x->policy->record;
	const char *domain = x->policy->domain;
	const char *probe = name_join(x->c->arena, control_label(x->c->arena, domain), domain);
	const struct fact *f;

	if (d->np == DMARC_ABSENT || d->np == DMARC_INVALID || !probe || !dmarc_is_at_org(x))
		return;
	f = look_dns(x->c->look, RR_TXT, probe);
	if (f->state == FACT_SOME || (f->state == FACT_NONE && !fact_is_nxdomain(f)))
		dmarc_found_at(
			x, RULE_DMARC_NP_WILDCARD, d->np_tag->at,
			arena_printf(x->c->arena,
				     "DNS does not answer NXDOMAIN for %s, so np never applies",
				     probe),
			NULL);
}

/* Where no mail is sent, nothing can fail for it. */
static void check_strict(const struct dmarc_found *x)
{
	const struct dmarc *d = x->policy->record;

	static const struct dmarc_edit relaxed[] = { { "adkim", NULL }, { "aspf", NULL } };
	const char *fix;

	if (x->c->report->intent != INTENT_SENDS)
		return;
	fix = dmarc_mend(x->c->arena, x->policy->domain, d, relaxed, 2);
	for (size_t i = 1; i < d->tags.n; i++) {
		const struct tag *t = &d->tags.item[i];
		bool dkim = str_eq_ci(t->name, S("adkim"));

		if ((dkim ? d->adkim : d->aspf) == 's' && str_eq_ci(t->value, S("s")) &&
		    (dkim || str_eq_ci(t->name, S("aspf"))))
			dmarc_found_at(
				x, RULE_DMARC_STRICT, t->at,
				dkim ? "adkim=s: a DKIM signature by a subdomain or a parent domain does not count"
				     : "aspf=s: an envelope sender in a subdomain or a parent domain does not count",
				fix);
	}
}

void dmarc_check_policy(const struct dmarc_found *x)
{
	check_applied(x);
	check_testing(x);
	check_subdomains(x);
	check_np_wildcard(x);
	check_strict(x);
}

/* psd says something that the Public Suffix List does not. True when that explains any difference
 * between the two. */
static bool check_psd(const struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	const struct dmarc *d = x->policy->record;
	const char *domain = x->policy->domain;
	const struct dmarc_stop *y = d->psd == 'y' ? x->policy : dmarc_walk_psd(&x->walk);
	const char *psl_org = psl_organizational_domain(a, domain);
	struct dmarc_edit no_psd = { "psd", NULL };

	if (y && !psl_is_suffix(y->domain)) {
		struct finding *f = found(x->c, RULE_DMARC_PSD_Y, y->domain, y->fact, y->rr);

		f->at = y->record->psd_tag->at;
		f->detail = arena_printf(
			a,
			"psd=y says that the names below %s belong to different organizations; the Public Suffix List does not have it",
			y->domain);
		f->fix = dmarc_mend(a, y->domain, y->record, &no_psd, 1);
		return true;
	}
	if (!x->inherited && d->psd != 'y' && psl_is_suffix(domain)) {
		dmarc_found_at(
			x, RULE_DMARC_PSD_TLD_MISSING, (struct span){ 0 },
			arena_printf(a, "%s is a public suffix, but its record does not say psd=y",
				     domain),
			mend_one(x, "psd", "y"));
		return true;
	}
	if (d->psd != 'n')
		return false;
	if (psl_org && strcmp(psl_org, domain) != 0) {
		dmarc_found_at(
			x, RULE_DMARC_PSD_N_SUBDOMAIN, d->psd_tag->at,
			arena_printf(
				a,
				"psd=n makes %s an organization of its own: nothing aligns between it and %s any more",
				domain, psl_org),
			mend_one(x, "psd", NULL));
		return true;
	}
	dmarc_found_at(x, RULE_DMARC_PSD_N, d->psd_tag->at, arena_printf(a, "psd=n at %s", domain),
		       NULL);
	return false;
}

/* The record is a parent's. */
static void check_inherited(const struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	struct finding *f;

	if (!x->inherited)
		return;
	if (psl_is_suffix(x->policy->domain)) {
		f = found(x->c, RULE_DMARC_PSD_ONLY, x->c->domain, x->policy->fact, x->policy->rr);
		f->detail = arena_printf(a, "only the record at %s applies to %s", x->policy->at,
					 x->c->domain);
	} else {
		f = found(x->c, RULE_DMARC_INHERITED, x->c->domain, x->policy->fact, x->policy->rr);
		f->detail = arena_printf(a, "%s has no record of its own; the one at %s applies",
					 x->c->domain, x->policy->at);
	}
	for (size_t i = 1; i < x->walk.n; i++) {
		const struct dmarc_stop *s = &x->walk.stop[i];

		if (s == x->policy || !s->record ||
		    name_labels(s->domain) < name_labels(x->policy->domain))
			continue;
		f = found(x->c, RULE_DMARC_INTERMEDIATE, s->domain, s->fact, s->rr);
		f->detail = arena_printf(
			a,
			"the record at %s gives no policy to %s: that of the organizational domain, %s, does",
			s->at, x->c->domain, x->policy->domain);
	}
}

/* What makes both ways of finding the organization come out the same. */
static const char *agree(const struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	const char *rua;

	if (!strcmp(x->policy->domain, x->psl_org))
		return mend_one(x, "psd", "n");
	if (name_is_under(x->psl_org, x->walk.org))
		return NULL;
	rua = arena_printf(a, "v=DMARC1; p=none; rua=mailto:dmarc@%s", x->psl_org);
	return mend_txt(a, arena_printf(a, "_dmarc.%s", x->psl_org), str_c(rua));
}

void dmarc_check_org(const struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	const struct dmarc *d = x->policy->record;
	const char *org = x->walk.org;
	bool explained;
	struct finding *f;

	if (x->walk.state == DMARC_WALK_OPEN)
		return;
	check_inherited(x);
	if (x->walk.state == DMARC_WALK_LOST) {
		f = found(x->c, RULE_DMARC_ORG_UNKNOWN, x->c->domain, x->walk.lost, NULL);
		f->detail = arena_printf(a, "the policy is known; %s could not be asked (%s)",
					 x->walk.lost->name, fact_why_text(x->walk.lost->why));
		return;
	}
	explained = check_psd(x);
	if (!x->inherited && strcmp(org, x->c->domain) != 0) {
		const struct tag *t = d->sp_tag ? d->sp_tag : d->np_tag;

		if (t)
			dmarc_found_at(
				x, RULE_DMARC_SP_ON_SUBDOMAIN, t->at,
				arena_printf(
					a, "sp and np count at the organizational domain, %s, only",
					org),
				NULL);
	}
	if (!explained && x->psl_org && strcmp(org, x->psl_org) != 0) {
		f = found(x->c, RULE_DMARC_PSL_TREEWALK_DIFFER, x->c->domain, x->policy->fact,
			  x->policy->rr);
		f->detail = arena_printf(
			a,
			"the organizational domain is %s by the tree walk of RFC 9989, %s by the Public Suffix List",
			org, x->psl_org);
		f->fix = agree(x);
	}
}

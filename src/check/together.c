/* What follows from several protocols together. It stands last in the table and reads what the
 * other checkers have put into the report, so that none of them has to know another.
 *
 * p=reject makes receivers refuse what neither SPF nor DKIM passes (RFC 9989 7.4, 8). Forwarding
 * and mailing lists break SPF, and lists mostly DKIM as well. Layer: check. */
#include "check.h"
#include "mend.h"
#include "name.h"

/* Is it known that no key can be at this name: _domainkey itself does not exist (RFC 8020)? */
static bool has_no_keys(struct check *c, const char *domain)
{
	const char *name = name_join(c->arena, "_domainkey", domain);
	const struct fact *f = name ? look_dns(c->look, RR_TXT, name) : NULL;

	return !f || (fact_is_nxdomain(f) && !f->nchain);
}

/* Name servers that answer NXDOMAIN for a name that has names below it are not unheard of, so it
 * takes both: no selector that was tried answers, and _domainkey does not exist. In relaxed mode a
 * key of a name above, up to the organizational domain, does as well; a key of a subdomain would,
 * too, but there is no way to look for it. */
static void check_spf_only(struct check *c)
{
	const struct report *r = c->report;
	const struct dmarc_view *v = &r->dmarc;
	const char *above = c->domain;
	struct finding *f;

	if (r->presence[PROTO_DKIM] == PRESENCE_OPEN || r->dkim.nkeys || r->dkim.lost ||
	    (!r->dkim.asked && !r->dkim.in_zone) || r->dkim.wildcard != PRESENCE_NONE ||
	    !v->organizational_domain || !has_no_keys(c, c->domain))
		return;
	while (v->record->adkim != 's' && strcmp(above, v->organizational_domain) != 0) {
		above = name_parent(above);
		if (!above || !has_no_keys(c, above))
			return;
	}
	f = found(c, RULE_DMARC_REJECT_SPF_ONLY, c->domain, v->fact, v->rr);
	f->detail = arena_printf(
		c->arena, "no selector answers, and %s has no _domainkey at all%s%s", c->domain,
		above == c->domain ? "" : ", nor have the domains above it up to ",
		above == c->domain ? "" : above);
}

/* Do people write from the domain? A domain that takes mail most likely has some. */
static void check_users(struct check *c)
{
	const struct fact *mx = look_dns(c->look, RR_MX, c->domain);
	struct finding *f;

	for (size_t i = 0; i < mx->nrr; i++) {
		if (strcmp(mx->rr[i].target, ".") == 0)
			return;
	}
	if (mx->state != FACT_SOME)
		return;
	f = found(c, RULE_DMARC_REJECT_USERS, c->domain, c->report->dmarc.fact,
		  c->report->dmarc.rr);
	f->detail = arena_printf(
		c->arena, "if people write from %s to mailing lists, some of that mail is refused",
		c->domain);
}

/* "~all" says no mail but softly; where DMARC refuses what does not pass, that is enough. */
static void check_parked_softfail(struct check *c)
{
	const struct report *r = c->report;
	const struct spf_node *root = r->spf.root;
	enum presence dmarc = r->presence[PROTO_DMARC];
	struct finding *f;

	if (r->intent != INTENT_PARKED || r->presence[PROTO_SPF] != PRESENCE_YES || !root ||
	    root->spf->faults.n || !root->spf->all || root->spf->all->qualifier != '~')
		return;
	if (dmarc != PRESENCE_NONE &&
	    (dmarc != PRESENCE_YES || r->dmarc.effective_policy == DMARC_REJECT))
		return;
	f = found(c, RULE_SPF_NOMAIL, c->domain, r->spf.fact, root->rr);
	f->at = root->spf->all->at;
	f->detail = "it ends with ~all, and DMARC does not refuse what fails";
	f->fix = mend_txt(c->arena, c->domain, S("v=spf1 -all"));
}

void check_together(struct check *c)
{
	const struct report *r = c->report;

	check_parked_softfail(c);
	if (r->presence[PROTO_DMARC] != PRESENCE_YES || r->intent != INTENT_SENDS ||
	    r->dmarc.effective_policy != DMARC_REJECT)
		return;
	check_spf_only(c);
	check_users(c);
}

/* DKIM: selectors that are CNAMEs, and what it means when these lead nowhere. */
#include "control.h"
#include "dkim_run.h"
#include "name.h"
#include "selectors.h"

const char *dkim_target(const struct fact *f)
{
	return f->nchain ? f->chain[f->nchain - 1].target : NULL;
}

bool dkim_has_key(const struct fact *f)
{
	for (size_t i = 0; i < f->nrr; i++)
		if (dkim_is_key(f->rr[i].data))
			return true;
	return false;
}

/* Microsoft 365 keeps the second selector's name in reserve until the first rotation: a CNAME at it
 * that leads nowhere yet is how it is meant to be, as long as the other selector has its key. */
static bool is_m365_reserve(struct dkim_run *r, const struct dkim_probe *p, const struct fact *f,
			    const char *target)
{
	bool second = strcmp(p->selector, "selector2") == 0;
	const struct fact *other;
	struct finding *x;

	if ((!second && strcmp(p->selector, "selector1") != 0) ||
	    !dkim_is_below_any(target, "onmicrosoft.com dkim.mail.microsoft"))
		return false;
	other = look_dns(
		r->c->look, RR_TXT,
		name_join(r->c->arena, second ? "selector1" : "selector2", name_parent(p->name)));
	if (fact_is_open(other)) {
		r->open = true;
		return true;
	}
	if (other->state != FACT_SOME || !dkim_has_key(other))
		return false;
	x = found(r->c, RULE_DKIM_M365_IDLE, p->name, f, NULL);
	x->detail = arena_printf(r->c->arena, "%s leads to %s, which has no key yet; %s has one",
				 p->selector, target, second ? "selector1" : "selector2");
	return true;
}

void dkim_judge_dangling(struct dkim_run *r, const struct dkim_probe *p, const struct fact *f)
{
	const char *target = dkim_target(f), *meant;
	struct finding *x;

	if (is_m365_reserve(r, p, f, target))
		return;
	meant = control_missing_dot(r->c, target);
	x = found(r->c, meant ? RULE_DKIM_CNAME_DOUBLED : RULE_DKIM_DANGLING_CNAME, p->name, f,
		  &f->chain[f->nchain - 1]);
	x->detail = arena_printf(r->c->arena,
				 fact_is_nxdomain(f) ? "%s does not exist" : "%s has no TXT record",
				 target);
	if (!meant && name_is_under(target, r->c->domain))
		x->fix = arena_printf(
			r->c->arena,
			"publish the key in a TXT record at %s, or delete the CNAME at %s", target,
			p->name);
	if (meant)
		x->fix = arena_printf(r->c->arena, "%s. IN CNAME %s.", p->name, meant);
}

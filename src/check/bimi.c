/* BIMI: the record, and whether the domain's DMARC policy lets receivers show the logo
 * (draft-brand-indicators-for-message-identification 4.3, 7). A domain without a record has nothing
 * to be told of. What the record leads to is looked at in bimi_files.c. */
#include "bimi_files.h"
#include "name.h"

static void fault(struct check *c, const struct fact *txt, const struct rr *rr,
		  const struct bimi *b)
{
	for (size_t i = 0; i < b->faults.n; i++) {
		struct finding *f = found(c, RULE_BIMI_RECORD, txt->name, txt, rr);

		f->at = b->faults.item[i].at;
		f->detail = b->faults.item[i].detail;
	}
}

/* Why receivers show no logo because of DMARC; NULL: they may. */
static const char *dmarc_fault(struct arena *a, const struct dmarc_view *d)
{
	if (!d->record)
		return "there is no DMARC record";
	if (d->effective_policy != DMARC_QUARANTINE && d->effective_policy != DMARC_REJECT)
		return d->record->testing ? "the policy is only tested (t=y)"
					  : "the policy is none";
	if (d->record->sp == DMARC_NONE)
		return "the policy for subdomains is none (sp=none)";
	if (d->record->pct >= 0 && d->record->pct < 100)
		return arena_printf(a, "the policy is for %d of 100 messages only (pct)",
				    d->record->pct);
	return NULL;
}

static void judge(struct check *c, const struct fact *txt, const struct rr *rr)
{
	struct bimi *b = ARENA_NEW(c->arena, struct bimi);
	enum presence dmarc = c->report->presence[PROTO_DMARC];
	const char *why;

	parse_bimi(c->arena, rr->data, b);
	c->report->bimi.rr = rr;
	c->report->bimi.record = b;
	fault(c, txt, rr, b);
	if (!b->valid || b->declines)
		return;
	if (dmarc == PRESENCE_YES || dmarc == PRESENCE_NONE) {
		why = dmarc_fault(c->arena, &c->report->dmarc);
		if (why)
			found(c, RULE_BIMI_DMARC, txt->name, txt, rr)->detail = why;
	}
	if (!b->a || !b->a->value.n)
		found(c, RULE_BIMI_CERTIFICATE, txt->name, txt, rr);
	bimi_judge_files(c, txt, rr, b);
}

void check_bimi(struct check *c)
{
	const struct fact *txt = look_dns(c->look, RR_TXT,
					  name_join(c->arena, "default._bimi", c->domain));
	enum presence *presence = &c->report->presence[PROTO_BIMI];
	const struct rr *only = NULL;
	size_t n = 0;

	c->report->bimi = (struct bimi_view){ .fact = txt };
	*presence = fact_is_open(txt)         ? PRESENCE_OPEN
		    : txt->state == FACT_LOST ? PRESENCE_UNKNOWN
					      : PRESENCE_NA;
	for (size_t i = 0; i < txt->nrr; i++) {
		bool record = bimi_is_record(txt->rr[i].data);

		if (!record && !bimi_is_near_record(txt->rr[i].data))
			continue;
		*presence = PRESENCE_YES;
		if (!record) {
			struct bimi near;

			parse_bimi(c->arena, txt->rr[i].data, &near);
			fault(c, txt, &txt->rr[i], &near);
			continue;
		}
		only = &txt->rr[i];
		n++;
	}
	if (n == 1)
		judge(c, txt, only);
	else if (n > 1)
		found(c, RULE_BIMI_MULTIPLE, txt->name, txt, NULL)->detail = arena_printf(
			c->arena, "%zu records", n);
}

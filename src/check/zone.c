/* Zone files: what name servers would not take of them, found while they were read. These faults
 * are given to the audit as the user's wishes are; nothing is asked for them. Layer: check. */
#include "check.h"

static const enum rule_id rule_of[] = {
	[ZONE_BAD_LINE] = RULE_ZONE_LINE,
	[ZONE_OUT_OF_ZONE] = RULE_ZONE_OUTSIDE,
	[ZONE_LONG_STRING] = RULE_ZONE_STRING,
	[ZONE_CNAME_OTHER] = RULE_ZONE_CNAME_OTHER,
	[ZONE_CNAME_TWICE] = RULE_ZONE_CNAME_MULTIPLE,
	[ZONE_BAD_SOA] = RULE_ZONE_SOA,
	[ZONE_WILDCARD_NS] = RULE_ZONE_WILDCARD_NS,
	[ZONE_DOUBLED] = RULE_ZONE_DOUBLED,
	[ZONE_MAIL_DOUBLED] = RULE_ZONE_MAIL_DOUBLED,
	[ZONE_MAIL_FOREIGN] = RULE_ZONE_MAIL_FOREIGN,
	[ZONE_KEY_PLACE] = RULE_ZONE_KEY_PLACE,
	[ZONE_TEXT_TARGET] = RULE_ZONE_TEXT_TARGET,
	[ZONE_NO_DOT] = RULE_ZONE_NO_DOT,
	[ZONE_CHOICE] = RULE_ZONE_CHOICE,
	[ZONE_CHOICE_OTHER] = RULE_ZONE_CHOICE_OTHER,
};

/* The record, or the line that is none, as a fact of the file. */
static const struct fact *evidence(struct check *c, const struct zone_fault *f)
{
	struct fact *fact = ARENA_NEW(c->arena, struct fact);
	struct rr *line = ARENA_NEW(c->arena, struct rr);

	*line = (struct rr){
		.type = RR_LINE, .file = f->file, .line = f->line, .column = f->column
	};
	line->data = str_c(f->quote);
	*fact = (struct fact){ .kind = ASK_DNS,
			       .type = f->rr ? f->rr->type : RR_LINE,
			       .name = f->owner ? f->owner : c->domain,
			       .state = FACT_SOME,
			       .rr = f->rr ? f->rr : line,
			       .nrr = 1,
			       .zone = true,
			       .source = f->file };
	fact->ttl_s = fact->rr->ttl_s;
	return fact;
}

void check_zone(struct check *c)
{
	for (size_t i = 0; i < c->wish->nzone_fault; i++) {
		const struct zone_fault *f = c->wish->zone_fault[i];
		const struct fact *fact = evidence(c, f);
		struct finding *x = found(c, rule_of[f->kind], fact->name, fact, fact->rr);

		x->detail = f->what;
	}
}

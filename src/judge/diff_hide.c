/* What is only in one of two reports, and yet neither worse nor better.
 *
 * 1. A fault that keeps a record from being read hides all that could be said of the record. Where
 * it is mended, "the policy is none" comes to light and is nothing worse; where it comes up, "the
 * policy is none" is gone and nothing is better for it. An error that comes to light counts all the
 * same: the record that the change has made has it.
 * 2. A name that was not there before has its policy from the domain above it. What is wrong with
 * that was there before, or is told of the domain above. */
#include "diff.h"

/* The record, or all records, of the protocol cannot be read, or are not there. */
static bool blinds(enum rule_id rule)
{
	switch (rule) {
	case RULE_SPF_NONE:
	case RULE_SPF_VERSION:
	case RULE_SPF_MULTIPLE:
	case RULE_SPF_SPLIT_VERSION:
	case RULE_DMARC_NONE:
	case RULE_DMARC_MULTIPLE:
	case RULE_DMARC_VERSION_FIRST:
	case RULE_DMARC_NO_POLICY:
	case RULE_DMARC_CNAME_DANGLING:
	case RULE_DKIM_SELECTOR_MISSING:
	case RULE_DKIM_NOT_KEY:
	case RULE_DKIM_DANGLING_CNAME:
	case RULE_DKIM_CNAME_DOUBLED:
	case RULE_DKIM_MULTIPLE_TXT:
	case RULE_DKIM_TAG_SYNTAX:
	case RULE_DKIM_V_FIRST:
	case RULE_DKIM_NO_P:
	case RULE_DKIM_P_QUOTE:
	case RULE_DKIM_P_BASE64:
	case RULE_DKIM_P_PEM:
	case RULE_DKIM_P_DER:
	case RULE_DKIM_P_TRUNC:
	case RULE_MX_NO_DOMAIN:
	case RULE_MX_NONE_AT_ALL: return true;
	default: return false;
	}
}

static bool is_hidden(const struct report *by, const struct finding *f, bool gone)
{
	for (size_t i = 0; by && i < by->findings.n; i++) {
		const struct finding *g = by->findings.item[i];

		if (!g->sure || rules[g->rule].proto != rules[f->rule].proto)
			continue;
		if (gone && g->rule == RULE_DKIM_NONE)
			return true;
		if (blinds(g->rule) &&
		    (rules[f->rule].proto != PROTO_DKIM || strcmp(g->subject, f->subject) == 0))
			return true;
	}
	return false;
}

/* Is it the fault of a domain above, or that none of them has a record? */
static bool is_inherited(const struct diff *d, const struct finding *f)
{
	const char *org = d->after->dmarc.psl_organizational_domain, *owner;

	if (rules[f->rule].proto != PROTO_DMARC || !f->fact || f->fact->kind != ASK_DNS)
		return false;
	if (f->rule == RULE_DMARC_NONE)
		return org && strcmp(org, d->domain) != 0;
	if (strncmp(f->fact->name, "_dmarc.", 7) != 0)
		return false;
	owner = f->fact->name + 7;
	return strcmp(owner, d->domain) != 0 && strcmp(f->subject, d->domain) != 0;
}

void diff_hide(struct diff *d)
{
	for (size_t i = 0; i < d->n; i++) {
		struct diff_finding *x = &d->item[i];
		const struct finding *f = x->after ? x->after : x->before;
		enum diff_kind kind = x->kind;

		if (kind == DIFF_NEW && !d->before && is_inherited(d, f))
			kind = DIFF_INHERITED;
		else if (kind == DIFF_NEW && rules[f->rule].severity < SEV_ERROR &&
			 is_hidden(d->before, f, false))
			kind = DIFF_UNDECIDED;
		else if (kind == DIFF_GONE && !blinds(f->rule) && is_hidden(d->after, f, true))
			kind = DIFF_UNDECIDED;
		d->count[x->kind]--;
		d->count[kind]++;
		x->hidden = kind != x->kind && kind == DIFF_UNDECIDED;
		x->kind = kind;
	}
}

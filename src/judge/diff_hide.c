/* What is only in one of two reports, and yet neither worse nor better.
 *
 * 1. A fault that keeps a record from being read hides all that could be said of the record. Where
 * it is mended, "the policy is none" comes to light and is nothing worse; where it comes up, "the
 * policy is none" is gone and nothing is better for it. An error that comes to light counts all the
 * same: the record that the change has made has it.
 * 2. A name that was not there before has its policy from the domain above it. What is wrong with
 * that was there before, or is told of the domain above. */
#include "diff.h"

#include <stdlib.h>

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

/* What a report's findings hide: all of a protocol; of DKIM, what is said of some selectors, or
 * (where there is no key at all) what was said of any. */
struct blind {
	bool all[PROTO_ALL];
	bool no_key;
	const char **selector; /* sorted */
	size_t n;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static struct blind blind_of(struct arena *a, const struct report *r)
{
	struct blind b = { .n = 0 };

	b.selector = arena_array(a, r ? r->findings.n : 0, sizeof(*b.selector));
	for (size_t i = 0; r && i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		if (!f->sure)
			continue;
		b.no_key |= f->rule == RULE_DKIM_NONE;
		if (!blinds(f->rule))
			continue;
		if (rules[f->rule].proto == PROTO_DKIM)
			b.selector[b.n++] = f->subject;
		else
			b.all[rules[f->rule].proto] = true;
	}
	if (b.n)
		qsort(b.selector, b.n, sizeof(*b.selector), by_text);
	return b;
}

static bool is_hidden(const struct blind *by, const struct finding *f, bool gone)
{
	if (by->all[rules[f->rule].proto])
		return true;
	if (rules[f->rule].proto != PROTO_DKIM)
		return false;
	return (gone && by->no_key) ||
	       (by->n && bsearch(&f->subject, by->selector, by->n, sizeof(*by->selector), by_text));
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

/* The record of the domain itself is gone, and what one above it says is not known. */
static bool is_open(const struct report *after, const struct finding *f)
{
	return after && rules[f->rule].proto == PROTO_DMARC &&
	       after->presence[PROTO_DMARC] == PRESENCE_UNKNOWN;
}

void diff_hide(struct arena *a, struct diff *d)
{
	struct blind before = blind_of(a, d->before), after = blind_of(a, d->after);

	for (size_t i = 0; i < d->n; i++) {
		struct diff_finding *x = &d->item[i];
		const struct finding *f = x->after ? x->after : x->before;
		enum diff_kind kind = x->kind;

		if (kind == DIFF_NEW && !d->before && is_inherited(d, f))
			kind = DIFF_INHERITED;
		else if (kind == DIFF_NEW && rules[f->rule].severity < SEV_ERROR &&
			 is_hidden(&before, f, false))
			kind = DIFF_UNDECIDED;
		else if (kind == DIFF_GONE && !blinds(f->rule) &&
			 (is_hidden(&after, f, true) || is_open(d->after, f)))
			kind = DIFF_UNDECIDED;
		d->count[x->kind]--;
		d->count[kind]++;
		x->hidden = kind != x->kind && kind == DIFF_UNDECIDED;
		x->kind = kind;
	}
}

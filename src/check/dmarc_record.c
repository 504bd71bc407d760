/* The faults of the DMARC record that applies, and what they make of it. */
#include "dmarc_parts.h"

/* Faults that are a rule by themselves, with the parser's detail and the mended record. */
static const struct fault_rule {
	bool is_rule;
	enum rule_id rule;
} fault_rules[] = {
	[DMARC_FAULT_V_UPPER] = { true, RULE_DMARC_V_UPPER },
	[DMARC_FAULT_BAD_P] = { true, RULE_DMARC_BAD_P },
	[DMARC_FAULT_BAD_SP] = { true, RULE_DMARC_BAD_SP_NP },
	[DMARC_FAULT_BAD_NP] = { true, RULE_DMARC_BAD_SP_NP },
	[DMARC_FAULT_BAD_OTHER] = { true, RULE_DMARC_BAD_OTHER },
	[DMARC_FAULT_DUP_TAG] = { true, RULE_DMARC_DUP_TAG },
	[DMARC_FAULT_EMPTY_ELEMENT] = { true, RULE_DMARC_EMPTY_ELEM },
	[DMARC_FAULT_TAG_SYNTAX] = { true, RULE_DMARC_TAG_SYNTAX },
	[DMARC_FAULT_UNKNOWN_TAG] = { true, RULE_DMARC_UNKNOWN_TAG },
	[DMARC_FAULT_TYPO_TAG] = { true, RULE_DMARC_TAG_TYPO },
	[DMARC_FAULT_ORDER] = { true, RULE_DMARC_ORDER },
	[DMARC_FAULT_OCTET] = { true, RULE_DMARC_TAG_SYNTAX },
	[DMARC_FAULT_ESCAPE] = { true, RULE_DMARC_ESCAPE },
};

/* What the default of a tag is when its value is none. */
static const char *default_of(const struct dmarc *d, struct span at)
{
	for (size_t i = 0; i < d->tags.n; i++) {
		const struct tag *t = &d->tags.item[i];

		if (t->value_at.at != at.at)
			continue;
		if (str_starts_ci(t->name, S("a")))
			return "r";
		if (str_starts_ci(t->name, S("f")))
			return "0";
		return str_starts_ci(t->name, S("t")) ? "n" : "u";
	}
	return "the default";
}

/* What receivers do with a record whose policy is not valid (RFC 9989 4.10.1). */
static const char *consequence(const struct dmarc *d)
{
	return d->has_valid_rua ? "receivers act as if the record said p=none"
				: "receivers apply no DMARC at all";
}

static bool is_policy_value(const struct dmarc *d, struct span at)
{
	return (d->p_tag && at.at == d->p_tag->value_at.at) ||
	       (d->sp_tag && at.at == d->sp_tag->value_at.at) ||
	       (d->np_tag && at.at == d->np_tag->value_at.at);
}

/* "policy=reject", and no p: the policy that was meant does not count. */
static bool is_mistyped_p(const struct dmarc *d, const struct fault *t)
{
	for (size_t i = 0; i < d->tags.n && !d->p_tag; i++) {
		const struct tag *tag = &d->tags.item[i];
		const char *meant = dmarc_tag_meant(tag->name);

		if (t->at.at >= tag->at.at && t->at.at < tag->at.at + tag->at.len)
			return meant && strcmp(meant, "p") == 0;
	}
	return false;
}

static void check_fault(const struct dmarc_found *x, const struct fault *t, const char *mended)
{
	struct arena *a = x->c->arena;
	const struct dmarc *d = x->policy->record;
	enum rule_id rule = fault_rules[t->code].rule;
	const char *detail = t->detail;

	switch ((enum dmarc_fault)t->code) {
	case DMARC_FAULT_BAD_P:
	case DMARC_FAULT_BAD_SP:
	case DMARC_FAULT_BAD_NP: detail = arena_printf(a, "%s; %s", detail, consequence(d)); break;
	case DMARC_FAULT_TYPO_TAG:
		if (is_mistyped_p(d, t)) {
			rule = RULE_DMARC_BAD_P;
			detail = arena_printf(a, "%s; %s", detail, consequence(d));
		}
		break;
	case DMARC_FAULT_ESCAPE:
		if (is_policy_value(d, t->at))
			detail = arena_printf(a, "%s; %s", detail, consequence(d));
		break;
	case DMARC_FAULT_BAD_OTHER:
		detail = arena_printf(a, "%s, which it cannot have: the default, %s, is used",
				      detail, default_of(d, t->at));
		break;
	case DMARC_FAULT_TAG_SYNTAX:
		/* "rua=mailto:a@example.com;b@example.com" */
		if (memchr(d->text.p + t->at.at, '@', t->at.len)) {
			rule = RULE_DMARC_RUA_URI;
			detail =
				"a \";\" stands between addresses where a \",\" belongs: what follows it is ignored";
		}
		break;
	default: break;
	}
	dmarc_found_at(x, rule, t->at, detail, rule == RULE_DMARC_UNKNOWN_TAG ? NULL : mended);
}

/* p is missing. With a valid rua that means p=none, without it no DMARC at all. */
static void check_no_p(const struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	const struct dmarc *d = x->policy->record;
	bool sends = x->c->report->intent == INTENT_SENDS || x->c->report->intent == INTENT_AUTO;
	struct dmarc_edit edit[] = {
		{ "p", sends ? "none" : "reject" },
		{ "rua", arena_printf(a, "mailto:dmarc@%s", x->policy->domain) },
	};
	const char *fix = dmarc_mend(a, x->policy->domain, d, edit, d->has_valid_rua ? 1 : 2);

	dmarc_found_at(x, d->has_valid_rua ? RULE_DMARC_NO_P : RULE_DMARC_NO_POLICY,
		       (struct span){ 0 }, arena_printf(a, "there is no p: %s", consequence(d)),
		       fix);
}

/* Does it make no difference to anybody whether pct is there? */
static bool pct_is_idle(const struct dmarc *d)
{
	bool enforces = dmarc_is_usable(d) &&
			(d->p > DMARC_NONE || d->sp > DMARC_NONE || d->np > DMARC_NONE);

	return d->pct == 100 || (d->pct >= 0 && !enforces) || (d->pct == 0 && d->testing);
}

/* pct is gone from RFC 9989, while RFC 7489 receivers go by it. */
static void check_pct(const struct dmarc_found *x, const struct fault *t)
{
	struct arena *a = x->c->arena;
	const struct dmarc *d = x->policy->record;
	const char *name = dmarc_policy_name(d->p);
	struct dmarc_edit edit = { "pct", NULL };
	const char *fix = dmarc_mend(a, x->policy->domain, d, &edit, 1);

	if (d->pct == -2) {
		dmarc_found_at(
			x, RULE_DMARC_REMOVED_PCT, t->at,
			arena_printf(
				a,
				"%s: it must be a number from 0 to 100, and some receivers discard the whole record for it",
				t->detail),
			fix);
	} else {
		dmarc_found_at(
			x, RULE_DMARC_REMOVED_PCT, t->at,
			arena_printf(
				a,
				"p=%s; pct=%d: receivers that follow RFC 9989 apply the policy to all mail, older ones to %d%% of it",
				name ? name : "none", d->pct, d->pct),
			fix);
	}
}

static bool is_idle(const struct dmarc *d, const struct fault *t)
{
	return t->code == DMARC_FAULT_REMOVED_RF_RI ||
	       (t->code == DMARC_FAULT_REMOVED_PCT && pct_is_idle(d));
}

/* All tags that are there for nothing, as one finding. */
static void check_removed(const struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	struct dmarc_edit edit = { "pct", NULL };
	const struct dmarc *d = x->policy->record;
	const struct fault *first = NULL, *last = NULL;
	const char *names = "";

	for (size_t i = 0; i < d->faults.n; i++)
		last = is_idle(d, &d->faults.item[i]) ? &d->faults.item[i] : last;
	for (size_t i = 0; i < d->faults.n; i++) {
		const struct fault *t = &d->faults.item[i];
		const char *between = !first ? "" : t == last ? " and " : ", ";

		if (!is_idle(d, t))
			continue;
		names = arena_printf(a, "%s%s%s", names, between, t->detail);
		first = first ? first : t;
	}
	if (first)
		dmarc_found_at(
			x, RULE_DMARC_REMOVED_TAG, first->at,
			arena_printf(a, "%s %s ignored", names, first == last ? "is" : "are"),
			dmarc_mend(a, x->policy->domain, d, &edit, 1));
}

void dmarc_check_record(const struct dmarc_found *x)
{
	const struct dmarc *d = x->policy->record;
	const char *mended = dmarc_mend(x->c->arena, x->policy->domain, d, NULL, 0);

	for (size_t i = 0; i < d->faults.n; i++) {
		const struct fault *t = &d->faults.item[i];

		if (t->code == DMARC_FAULT_NO_P)
			check_no_p(x);
		else if (t->code == DMARC_FAULT_REMOVED_PCT && !pct_is_idle(d))
			check_pct(x, t);
		else if (fault_rules[t->code].is_rule)
			check_fault(x, t, mended);
	}
	check_removed(x);
}

/* From findings to statuses, score, grade and risk. The weights are tables; nothing else here
 * decides. */
#include "judge.h"

/* Points that findings of a protocol cost: the first error, each further error, the first warning,
 * each further warning; and the most that the protocol can cost in all. A domain is judged by what
 * it is, so the weights follow what receivers act on: SPF, DKIM and DMARC first. */
static const struct {
	int error, more_errors, warning, more_warnings, most;
} weights[PROTO_COUNT] = {
	[PROTO_SPF] = { 35, 5, 6, 2, 45 },    [PROTO_DKIM] = { 25, 5, 5, 2, 35 },
	[PROTO_DMARC] = { 30, 5, 6, 2, 40 },  [PROTO_MX] = { 20, 5, 4, 2, 30 },
	[PROTO_PTR] = { 15, 5, 4, 2, 20 },    [PROTO_MTA_STS] = { 15, 3, 3, 1, 20 },
	[PROTO_TLS_RPT] = { 8, 2, 2, 1, 10 },
};

static const struct {
	int least;
	const char *grade;
} grades[] = { { 90, "A" }, { 75, "B" }, { 60, "C" }, { 40, "D" }, { 0, "F" } };

/* What a finding means for the domain's own mail at a strict receiver, where it is not what its
 * protocol and severity say. */
static const struct {
	enum rule_id rule;
	enum risk risk;
} rule_risks[] = {
	{ RULE_SPF_MODIFIER_TYPO, RISK_MEDIUM },
	{ RULE_SPF_INCLUDE_ALL, RISK_MEDIUM },
	{ RULE_SPF_PLUS_ALL, RISK_MEDIUM },
	{ RULE_SPF_CIDR_HUGE, RISK_MEDIUM },
	{ RULE_SPF_NO_ALL, RISK_NONE },
	{ RULE_SPF_NEUTRAL_ALL, RISK_NONE },
	{ RULE_SPF_EMPTY, RISK_HIGH },
	{ RULE_MX_NULL, RISK_HIGH },
	{ RULE_MX_NONE_AT_ALL, RISK_HIGH },
	{ RULE_MX_NO_DOMAIN, RISK_HIGH },
	{ RULE_PTR_MISSING_SENDER, RISK_HIGH },
	{ RULE_PTR_NO_FORWARD_SENDER, RISK_HIGH },
	{ RULE_PTR_IPV6, RISK_HIGH },
};

/* Otherwise: by protocol, for errors and for warnings. MTA-STS, TLS-RPT and most of MX concern mail
 * to the domain, not from it. */
static const struct {
	enum risk error, warning;
} proto_risks[PROTO_COUNT] = {
	[PROTO_SPF] = { RISK_HIGH, RISK_LOW },      [PROTO_DKIM] = { RISK_MEDIUM, RISK_LOW },
	[PROTO_DMARC] = { RISK_MEDIUM, RISK_NONE }, [PROTO_MX] = { RISK_LOW, RISK_NONE },
	[PROTO_PTR] = { RISK_MEDIUM, RISK_LOW },    [PROTO_MTA_STS] = { RISK_NONE, RISK_NONE },
	[PROTO_TLS_RPT] = { RISK_NONE, RISK_NONE },
};

/* ---- status ---- */

struct tally {
	int errors, warnings, unsure;
};

static struct tally count(const struct report *r, enum proto p)
{
	struct tally t = { 0 };

	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		if (rules[f->rule].proto != p)
			continue;
		if (!f->sure)
			t.unsure += rules[f->rule].severity == SEV_ERROR;
		else if (rules[f->rule].severity == SEV_ERROR)
			t.errors++;
		else if (rules[f->rule].severity == SEV_WARNING)
			t.warnings++;
	}
	return t;
}

static enum status status_of(enum presence presence, struct tally t)
{
	if (presence == PRESENCE_NONE)
		return STATUS_NONE;
	if (t.errors)
		return STATUS_FAIL;
	if (presence == PRESENCE_UNKNOWN || presence == PRESENCE_OPEN || t.unsure)
		return STATUS_UNKNOWN;
	if (presence == PRESENCE_NA)
		return t.warnings ? STATUS_WARN : STATUS_NA;
	return t.warnings ? STATUS_WARN : STATUS_PASS;
}

/* ---- score ---- */

static int cost_of(enum proto p, struct tally t)
{
	int cost = 0;

	if (t.errors)
		cost += weights[p].error + (t.errors - 1) * weights[p].more_errors;
	if (t.warnings)
		cost += weights[p].warning + (t.warnings - 1) * weights[p].more_warnings;
	return cost > weights[p].most ? weights[p].most : cost;
}

static const char *grade_of(int score)
{
	size_t i = 0;

	while (score < grades[i].least)
		i++;
	return grades[i].grade;
}

/* ---- risk ---- */

static enum risk risk_of(const struct finding *f)
{
	const struct rule *rule = &rules[f->rule];

	for (size_t i = 0; i < sizeof(rule_risks) / sizeof(rule_risks[0]); i++)
		if (rule_risks[i].rule == f->rule)
			return rule_risks[i].risk;
	if (rule->severity == SEV_ERROR)
		return proto_risks[rule->proto].error;
	return rule->severity == SEV_WARNING ? proto_risks[rule->proto].warning : RISK_NONE;
}

static void judge_risk(struct arena *a, struct report *r)
{
	enum risk worst = RISK_NONE, possible = RISK_NONE;

	r->risk_because = arena_array(a, r->findings.n, sizeof(*r->risk_because));
	/* no mail, no refusal */
	if (r->intent == INTENT_PARKED)
		return;
	for (size_t i = 0; i < r->findings.n; i++) {
		enum risk risk = risk_of(r->findings.item[i]);
		enum risk *which = r->findings.item[i]->sure ? &worst : &possible;

		*which = risk > *which ? risk : *which;
	}
	r->risk = worst;
	/* what is not known could be worse than what is */
	if (possible > worst && worst < RISK_HIGH)
		r->risk = RISK_UNKNOWN;
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];
		enum risk risk = risk_of(f);

		if (risk != RISK_NONE && (f->sure ? risk == worst : r->risk == RISK_UNKNOWN))
			r->risk_because[r->nrisk_because++] = f;
	}
}

void judge_report(struct arena *a, struct report *r)
{
	bool too_little = false;

	r->score = 100;
	for (int p = 0; p < PROTO_COUNT; p++) {
		struct tally t = count(r, (enum proto)p);

		r->status[p] = status_of(r->presence[p], t);
		r->score -= cost_of((enum proto)p, t);
		if ((p == PROTO_SPF || p == PROTO_DMARC) && r->status[p] == STATUS_UNKNOWN)
			too_little = true;
	}
	if (r->score < 0)
		r->score = 0;
	r->grade = too_little ? "?" : grade_of(r->score);
	judge_risk(a, r);
}

int judge_exit(const struct report *r, const enum severity *fail_on)
{
	bool undecided = false;

	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		if (!fail_on || rules[f->rule].severity < *fail_on)
			continue;
		if (f->sure)
			return 1;
		undecided |= !f->offline;
	}
	return undecided ? 3 : 0;
}

/* From findings to statuses, score and grade. The weights are tables; nothing else here decides. */
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
	[PROTO_TLS_RPT] = { 8, 2, 2, 1, 10 }, [PROTO_DANE] = { 20, 3, 3, 1, 25 },
	[PROTO_SMTP] = { 10, 3, 3, 1, 15 },   [PROTO_DNSSEC] = { 20, 5, 3, 1, 25 },
	[PROTO_BIMI] = { 2, 1, 1, 0, 3 },     [PROTO_DNSBL] = { 20, 5, 2, 1, 25 },
};

static const struct {
	int least;
	const char *grade;
} grades[] = { { 90, "A" }, { 75, "B" }, { 60, "C" }, { 40, "D" }, { 0, "F" } };

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

/* Mail that is refused leaves no good mark. */
static const int most_at[] = {
	[RISK_NONE] = 100, [RISK_LOW] = 100,     [RISK_MEDIUM] = 89,
	[RISK_HIGH] = 59,  [RISK_UNKNOWN] = 100,
};

static const char *grade_of(int score)
{
	size_t i = 0;

	while (score < grades[i].least)
		i++;
	return grades[i].grade;
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
	judge_risk(a, r);
	if (r->score > most_at[r->risk])
		r->score = most_at[r->risk];
	if (r->score < 0)
		r->score = 0;
	r->grade = too_little ? "?" : grade_of(r->score);
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

/* From a standing to what each receiver does, and from that to the risk.
 *
 * A ruling applies when all its conditions are met, as surely as the least sure of them. One that
 * only might apply counts when something that was really found speaks for it: what was not found by
 * guessing is no fault. Of the rulings that apply the heaviest fate counts; among equals the
 * table's first, which is the most particular. */
#include "judge.h"

#include "buf.h"

/* ---- one ruling ---- */

static bool has_sure_blame(const struct standing *s, const struct ruling *r)
{
	for (size_t i = 0; i < r->nconditions; i++)
		for (size_t k = 0; k < s->nblame[r->condition[i]]; k++)
			if (s->blame[r->condition[i]][k]->sure)
				return true;
	return false;
}

static enum met weigh(const struct standing *s, const struct ruling *r)
{
	enum met least = MET_YES;
	bool lost = false;

	for (size_t i = 0; i < r->nconditions; i++) {
		enum met m = s->met[r->condition[i]];

		if (m == MET_NO)
			return MET_NO;
		lost |= m == MET_LOST;
		least = m < least ? m : least;
	}
	if (lost)
		return MET_LOST;
	if (least != MET_YES && !has_sure_blame(s, r))
		return MET_NO;
	return least;
}

/* ---- one receiver ---- */

/* What stands for {name}; NULL: there is no such name. */
static const char *stands_for(const struct standing *s, struct str name)
{
	const struct {
		const char *name, *value, *unknown;
	} words[] = {
		{ "{domain}", s->domain, "" },
		{ "{ip}", s->ip, "the sender's address" },
		{ "{helo}", s->helo, "the HELO name" },
		{ "{mail_from}", s->mail_from, "" },
		{ "{mail_domain}", s->mail_from ? str_mail_domain(s->mail_from) : s->domain, "" },
		{ "{explanation}", s->explanation, "SPF fail - not authorized" },
		{ "{helo_explanation}", s->helo_explanation, "SPF fail - not authorized" },
		{ "{policy_domain}", s->policy_domain, "the From domain" },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_eq(name, str_c(words[i].name)))
			return words[i].value ? words[i].value : words[i].unknown;
	return NULL;
}

static const char *fill_in(struct arena *a, const struct standing *s, const char *reply)
{
	struct buf b;
	struct str rest = str_c(reply);
	const char *out = NULL;

	if (!rest.n)
		return NULL;
	buf_init(&b, (size_t)64 << 10);
	while (rest.n) {
		const char *end = *rest.p == '{' ? memchr(rest.p, '}', rest.n) : NULL;
		size_t n = end ? (size_t)(end - rest.p) + 1 : 1;
		const char *value = end ? stands_for(s, str_sub(rest, 0, n)) : NULL;

		if (value)
			buf_add(&b, value, strlen(value));
		else
			buf_add(&b, rest.p, n);
		rest = str_from(rest, n);
	}
	out = arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return out;
}

static void explain(struct arena *a, const struct standing *s, struct verdict *v)
{
	size_t most = 0;

	v->reply = fill_in(a, s, v->ruling->reply);
	for (size_t i = 0; i < v->ruling->nconditions; i++)
		most += s->nblame[v->ruling->condition[i]];
	v->because = arena_array(a, most, sizeof(*v->because));
	for (size_t i = 0; i < v->ruling->nconditions; i++) {
		enum condition_id c = v->ruling->condition[i];

		for (size_t k = 0; k < s->nblame[c]; k++) {
			bool there = false;

			for (size_t j = 0; j < v->nbecause; j++)
				there |= v->because[j] == s->blame[c][k];
			if (!there)
				v->because[v->nbecause++] = s->blame[c][k];
		}
	}
}

/* What a receiver says for certain to an answer that it cannot have either: not now. */
static bool defers_lost(const struct ruling *r, enum met m)
{
	return m == MET_LOST && r->optional && r->fate == FATE_DEFER;
}

/* How much a ruling counts: what hangs on a setting counts least; else the heavier fate, and of
 * equal ones the surer. 0: it does not apply. Of the settings those count though an answer was lost
 * that defer: they do so to whoever loses it. */
static int rank(const struct ruling *r, enum met m)
{
	int fate = (int)r->fate;

	if (m == MET_NO || (m == MET_LOST && r->optional && !defers_lost(r, m)))
		return 0;
	if (r->optional)
		return m == MET_LOST ? 1 : 1 + fate;
	return 8 + fate * 3 + (m == MET_YES ? 2 : m == MET_LOST ? 1 : 0);
}

/* The table's rows of one receiver stand together: from the n-th on, those of v->who. Returns how
 * many there are. */
static size_t judge_one(const struct standing *s, size_t n, struct verdict *v)
{
	const struct ruling *deferral = NULL;
	size_t from = n;
	int best = 0;

	for (; n < nrulings && rulings[n].who == v->who; n++) {
		const struct ruling *r = &rulings[n];
		enum met m = weigh(s, r);

		if (!deferral && defers_lost(r, m))
			deferral = r;
		if (rank(r, m) <= best)
			continue;
		best = rank(r, m);
		v->ruling = r;
		v->fate = m == MET_LOST ? FATE_UNKNOWN : r->fate;
		v->sure = m == MET_YES && !r->optional;
	}
	if (v->fate == FATE_UNKNOWN && deferral)
		v->ruling = deferral;
	return n - from;
}

struct verdict *judge_receivers(struct arena *a, const struct standing *s)
{
	struct verdict *v = arena_array(a, RECEIVER_COUNT, sizeof(*v));
	size_t n = 0;

	for (int i = 0; i < (int)RECEIVER_COUNT; i++) {
		v[i] = (struct verdict){ .who = (enum receiver_id)i, .sure = true };
		n += judge_one(s, n, &v[i]);
		if (v[i].ruling)
			explain(a, s, &v[i]);
	}
	return v;
}

/* ---- risk ---- */

/* What a verdict means for the domain's mail. What is done to bulk senders only threatens others
 * less; what hangs on a check that few have turned on, not at all. */
static enum risk risk_at(const struct verdict *v, const struct standing *s, bool only_bulk)
{
	enum met m;

	if (!v->ruling || v->ruling->optional)
		return RISK_NONE;
	if (v->fate == FATE_UNKNOWN)
		return RISK_UNKNOWN;
	m = weigh(s, v->ruling);
	if (only_bulk)
		return m == MET_YES ? RISK_MEDIUM : RISK_NONE;
	if (v->fate == FATE_REJECT)
		return m == MET_MAYBE ? RISK_MEDIUM : RISK_HIGH;
	return RISK_MEDIUM;
}

static void add_because(struct report *r, const struct verdict *v)
{
	for (size_t i = 0; i < v->nbecause; i++) {
		bool there = false;

		for (size_t k = 0; k < r->nrisk_because; k++)
			there |= r->risk_because[k] == v->because[i];
		if (!there)
			r->risk_because[r->nrisk_because++] = v->because[i];
	}
}

/* Those that the user asks for, else the large ones. */
static enum risk risk_of(const struct report *r, const struct verdict *v, const struct standing *s,
			 bool only_bulk)
{
	return report_counts(r, v->who) ? risk_at(v, s, only_bulk) : RISK_NONE;
}

/* Warnings that refuse nothing by themselves, of what mail is judged by. */
static bool is_weak(const struct finding *f)
{
	static const bool judged[PROTO_ALL] = {
		[PROTO_SPF] = true, [PROTO_DKIM] = true, [PROTO_PTR] = true
	};

	return f->sure && judged[rules[f->rule].proto] && rules[f->rule].severity >= SEV_WARNING;
}

static enum risk risk_by_findings(struct report *r)
{
	enum risk risk = RISK_NONE;

	for (size_t i = 0; i < r->findings.n; i++)
		if (is_weak(r->findings.item[i])) {
			risk = RISK_LOW;
			r->risk_because[r->nrisk_because++] = r->findings.item[i];
		}
	return risk;
}

static enum risk worst_risk(struct report *r, const struct verdict *v, const struct standing *s,
			    bool only_bulk, bool *unknown)
{
	enum risk worst = RISK_NONE;

	for (size_t i = 0; i < r->nverdict; i++) {
		enum risk risk = risk_of(r, &v[i], s, only_bulk);

		if (risk == RISK_UNKNOWN)
			*unknown = true;
		else if (risk > worst)
			worst = risk;
	}
	return worst;
}

static void stand(struct arena *a, const struct report *r, bool bulk, struct standing *out)
{
	if (r->sender)
		stand_sender(a, r, bulk, out);
	else
		stand_report(a, r, bulk, out);
}

void judge_risk(struct arena *a, struct report *r)
{
	struct standing plain, bulk;
	enum risk now, then = RISK_NONE;
	bool unknown = false;

	r->risk = RISK_NONE;
	r->risk_because = arena_array(a, r->findings.n, sizeof(*r->risk_because));
	/* no mail, no refusal */
	if (!r->sender && (r->intent == INTENT_PARKED || r->intent == INTENT_RECEIVES))
		return;
	stand(a, r, r->bulk, &plain);
	stand(a, r, true, &bulk);
	r->nverdict = RECEIVER_COUNT;
	r->verdict = judge_receivers(a, &plain);
	r->bulk_verdict = r->bulk ? NULL : judge_receivers(a, &bulk);
	now = worst_risk(r, r->verdict, &plain, false, &unknown);
	if (r->bulk_verdict)
		then = worst_risk(r, r->bulk_verdict, &bulk, true, &unknown);
	r->risk = now > then ? now : then;
	if (unknown && r->risk < RISK_HIGH)
		r->risk = RISK_UNKNOWN;
	for (size_t i = 0; i < r->nverdict; i++) {
		if (risk_of(r, &r->verdict[i], &plain, false) == r->risk)
			add_because(r, &r->verdict[i]);
		if (r->bulk_verdict && risk_of(r, &r->bulk_verdict[i], &bulk, true) == r->risk)
			add_because(r, &r->bulk_verdict[i]);
	}
	if (r->risk == RISK_NONE)
		r->risk = risk_by_findings(r);
}

/* The records that two reports stand on, compared: what the other state has in place of a finding's
 * record, and which changed record a finding comes from whose own was not changed. */
#include "diff.h"

#include <stdlib.h>

/* How many octets two records begin with in common. */
static size_t common(struct str x, struct str y)
{
	size_t n = 0;

	while (n < x.n && n < y.n && x.p[n] == y.p[n])
		n++;
	return n;
}

/* What a record says, the line where it stands and its TTL aside. The records of an answer stand in
 * this order. */
static int by_content(const void *x, const void *y)
{
	struct rr a = *(const struct rr *)x, b = *(const struct rr *)y;

	a.line = b.line = 0;
	a.ttl_s = b.ttl_s = 0;
	return rr_cmp(&a, &b);
}

static bool has_record(const struct fact *f, const struct rr *rr)
{
	return f->nrr && bsearch(rr, f->rr, f->nrr, sizeof(*rr), by_content);
}

/* Of the other state's records those that it alone has; of several, the one most like ours. */
static void find_other(struct arena *a, struct diff_finding *x, const struct finding *f,
		       const struct facts *own, const struct facts *others)
{
	const struct fact *mine = facts_find_at(own, f->fact->kind, f->fact->type, f->fact->name,
						f->fact->at),
			  *other = facts_find_at(others, f->fact->kind, f->fact->type,
						 f->fact->name, f->fact->at);
	struct str text = finding_text(a, f);
	size_t best = 0;

	if (!mine || !other || other->state == FACT_LOST || f->fact->kind != ASK_DNS)
		return;
	x->has_other = true;
	x->other_same = f->rr && has_record(other, f->rr);
	for (size_t i = 0; i < other->nrr && !x->other_same; i++) {
		size_t alike;

		if (has_record(mine, &other->rr[i]))
			continue;
		alike = common(rr_text(a, &other->rr[i]), text);
		if (x->other && alike <= best)
			continue;
		x->other = &other->rr[i];
		best = alike;
	}
}

static bool same_answer(const struct fact *x, const struct fact *y)
{
	if (x->state != y->state || x->nrr != y->nrr || x->nchain != y->nchain)
		return false;
	for (size_t i = 0; i < x->nrr; i++)
		if (by_content(&x->rr[i], &y->rr[i]) != 0)
			return false;
	for (size_t i = 0; i < x->nchain; i++)
		if (strcmp(x->chain[i].target, y->chain[i].target) != 0)
			return false;
	return true;
}

/* The record of a changed answer that the other has not; else the first link of its chain. */
static const struct rr *changed_record(const struct fact *now, const struct fact *old)
{
	for (size_t i = 0; i < now->nrr; i++)
		if (!old || !has_record(old, &now->rr[i]))
			return &now->rr[i];
	return now->nchain ? now->chain : NULL;
}

/* Which answer of a zone the change has changed: first what the finding is about, then a text,
 * since that is what SPF records lead to; one that has a line before one that is gone. */
static void find_cause(struct diff_finding *x, const struct facts *before,
		       const struct facts *after)
{
	int best = -1;

	for (size_t i = 0; i < after->n; i++) {
		const struct fact *f = after->all[i],
				  *old = facts_find_at(before, f->kind, f->type, f->name, f->at);
		const struct rr *rr = changed_record(f, old);
		int rank = (rr && rr->file ? 4 : 0) +
			   (strcmp(f->name, x->after->subject) == 0 ? 2 : 0) +
			   (f->type == RR_TXT ? 1 : 0);

		if (!f->zone || f->kind != ASK_DNS || rank <= best || (old && same_answer(f, old)))
			continue;
		x->cause = f;
		x->cause_rr = rr;
		best = rank;
	}
}

void diff_records(struct arena *a, struct diff *d, const struct facts *before,
		  const struct facts *after)
{
	for (size_t i = 0; i < d->n && before && after; i++) {
		struct diff_finding *x = &d->item[i];

		if (x->kind == DIFF_NEW && x->after->fact)
			find_other(a, x, x->after, after, before);
		if (x->kind == DIFF_NEW && x->other_same)
			find_cause(x, before, after);
		else if (x->kind == DIFF_GONE && x->before->fact)
			find_other(a, x, x->before, before, after);
	}
}

/* The list of findings: no statement twice, and in an order that depends on what they say alone.
 * Layer: finding. */
#include <assert.h>
#include <stdlib.h>

#include "finding.h"

static bool same_record(const struct finding *f, enum rule_id rule, const char *subject,
			const struct fact *fact, const struct rr *rr)
{
	return f->rule == rule && f->fact == fact && f->rr == rr &&
	       strcmp(f->subject, subject) == 0;
}

struct finding *finding_add(struct findings *fs, enum rule_id rule, const char *subject,
			    const struct fact *fact, const struct rr *rr)
{
	struct finding *f;
	unsigned same = 0;

	assert(!fact || fact->state != FACT_OPEN);
	/* The place is set by the caller afterwards, so only findings about the whole record are
	 * known to be the same here; findings_sort() drops those that turned out to be. */
	for (size_t i = 0; i < fs->n; i++) {
		f = fs->item[i];
		if (!same_record(f, rule, subject, fact, rr))
			continue;
		if (f->at.at == 0 && f->at.len == 0)
			return f;
		same++;
	}
	f = ARENA_NEW(fs->arena, struct finding);
	f->rule = rule;
	f->sure = !fact || fact->state == FACT_SOME || fact->state == FACT_NONE;
	f->offline = fact && fact_is_offline(fact);
	f->subject = subject;
	f->fact = fact;
	f->rr = rr;
	if (same >= FINDINGS_SAME_MAX)
		return f;
	fs->item = arena_grow(fs->arena, fs->item, fs->n, &fs->cap, sizeof(*fs->item));
	fs->item[fs->n++] = f;
	return f;
}

/* ---- order ---- */

struct sort_key {
	struct finding *finding;
	struct str text; /* of the record */
};

static int order(long long a, long long b)
{
	return (a > b) - (a < b);
}

static int order_fact(const struct fact *a, const struct fact *b)
{
	int d = order(a != NULL, b != NULL);

	if (d || !a || !b)
		return d;
	if ((d = strcmp(a->name, b->name)))
		return d;
	if ((d = order(a->kind, b->kind)))
		return d;
	return order(a->type, b->type);
}

static int order_words(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int order_key(const void *x, const void *y)
{
	const struct sort_key *kx = x, *ky = y;
	const struct finding *a = kx->finding, *b = ky->finding;
	int d;

	if ((d = order(rules[b->rule].severity, rules[a->rule].severity)))
		return d;
	if ((d = order(b->sure, a->sure)))
		return d;
	if ((d = order(rules[a->rule].proto, rules[b->rule].proto)))
		return d;
	if ((d = order(a->rule, b->rule)))
		return d;
	if ((d = strcmp(a->subject, b->subject)))
		return d;
	if ((d = order_fact(a->fact, b->fact)))
		return d;
	if ((d = order(a->rr != NULL, b->rr != NULL)))
		return d;
	if ((d = str_cmp(kx->text, ky->text)))
		return d;
	if ((d = order(a->at.at, b->at.at)))
		return d;
	if ((d = order(a->at.len, b->at.len)))
		return d;
	if ((d = order_words(a->detail, b->detail)))
		return d;
	return order_words(a->fix, b->fix);
}

static bool same_statement(const struct finding *a, const struct finding *b)
{
	return same_record(a, b->rule, b->subject, b->fact, b->rr) && a->at.at == b->at.at &&
	       a->at.len == b->at.len;
}

void findings_sort(struct findings *fs)
{
	struct sort_key *key = arena_array(fs->arena, fs->n, sizeof(*key));
	size_t kept = 0;

	for (size_t i = 0; i < fs->n; i++) {
		key[i].finding = fs->item[i];
		key[i].text = fs->item[i]->rr ? rr_text(fs->arena, fs->item[i]->rr) : S("");
	}
	if (fs->n > 1)
		qsort(key, fs->n, sizeof(*key), order_key);
	for (size_t i = 0; i < fs->n; i++) {
		if (kept == 0 || !same_statement(fs->item[kept - 1], key[i].finding))
			fs->item[kept++] = key[i].finding;
	}
	fs->n = kept;
}

const char *finding_fix(const struct finding *f)
{
	return f->fix ? f->fix : rules[f->rule].fix;
}

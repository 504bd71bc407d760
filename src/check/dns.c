/* How long resolvers keep the records that receivers judge mail by.
 *
 * 1. Only a zone file or a name server that is responsible tells the time to live: what a resolver
 * answers has been counted down already.
 * 2. A record with less than five minutes is asked for again with nearly every message: each time
 * that a name server fails to answer, mail is deferred. One that lives longer than a day goes on
 * being believed for days after it was mended.
 * 3. A zone mostly has one time for all, so what is too short is told once for a domain, and what
 * is too long once.
 *
 * Records of names that are not at or below the domain are told of in that name's own audit. */
#include "check.h"
#include "name.h"

enum {
	TTL_LEAST_S = 300,
	TTL_MOST_S = 86400,
	NAMED_MAX = 6, /* record sets that the detail names; the others are counted */
};

struct ttl_set {                 /* records of which the same is told */
	const struct fact *fact; /* of the first */
	const struct rr *rr;
	const char *names;
	size_t n;
	uint32_t least_s, most_s;
};

struct ttl_tally {
	struct check *c;
	struct ttl_set low, high;
	const struct fact **seen;
	size_t nseen, cap;
};

static void put(struct ttl_tally *t, struct ttl_set *s, const struct fact *f, const struct rr *rr)
{
	if (!s->n++) {
		*s = (struct ttl_set){ f, rr, "", 1, rr->ttl_s, rr->ttl_s };
	} else {
		s->least_s = rr->ttl_s < s->least_s ? rr->ttl_s : s->least_s;
		s->most_s = rr->ttl_s > s->most_s ? rr->ttl_s : s->most_s;
	}
	if (s->n <= NAMED_MAX)
		s->names = arena_printf(t->c->arena, "%s%s%s", s->names, s->n > 1 ? ", " : "",
					fact_question_text(t->c->arena, f));
}

/* Is there something to tell of the record? Only a line of a file, and what a server itself has,
 * tells the whole time. */
static bool judge(struct ttl_tally *t, const struct fact *f, const struct rr *rr)
{
	bool low = rr->ttl_s < TTL_LEAST_S;

	if ((!rr->line && !f->aa) || (!low && rr->ttl_s <= TTL_MOST_S))
		return false;
	put(t, low ? &t->low : &t->high, f, rr);
	return true;
}

static bool is_new(struct ttl_tally *t, const struct fact *f)
{
	for (size_t i = 0; i < t->nseen; i++)
		if (t->seen[i] == f)
			return false;
	t->seen = arena_grow(t->c->arena, t->seen, t->nseen, &t->cap, sizeof(*t->seen));
	t->seen[t->nseen++] = f;
	return true;
}

/* The way to the record counts as the record does. False when it was considered before. */
static bool consider(struct ttl_tally *t, const struct fact *f, const struct rr *rr)
{
	if (!f || !is_new(t, f))
		return false;
	if ((!f->zone && !f->aa) || !name_is_under(f->name, t->c->domain))
		return true;
	for (size_t i = 0; i < f->nchain; i++)
		if (judge(t, f, &f->chain[i]))
			return true;
	if (rr)
		judge(t, f, rr);
	return true;
}

/* Included records, where they are the domain's own. */
static void consider_spf(struct ttl_tally *t, const struct spf_node *node)
{
	if (!consider(t, node->fact, node->rr))
		return;
	for (size_t i = 0; i < node->nterms; i++)
		if (node->terms[i].child)
			consider_spf(t, node->terms[i].child);
}

static void say(struct ttl_tally *t, const struct ttl_set *s, const char *fix)
{
	struct arena *a = t->c->arena;
	const char *time;
	struct finding *f;

	if (!s->n)
		return;
	time = s->least_s == s->most_s ? arena_printf(a, "%u s", s->least_s)
				       : arena_printf(a, "%u to %u s", s->least_s, s->most_s);
	f = found(t->c, RULE_DNS_TTL, t->c->domain, s->fact, s->rr);
	f->detail = arena_printf(
		a, "%s: %s%s", time, s->names,
		s->n <= NAMED_MAX ? "" : arena_printf(a, " and %zu more", s->n - NAMED_MAX));
	f->fix = fix;
}

void check_dns(struct check *c)
{
	const struct report *r = c->report;
	struct ttl_tally t = { .c = c };

	if (r->spf.root)
		consider_spf(&t, r->spf.root);
	else if (r->spf.nrecords)
		consider(&t, r->spf.fact, r->spf.records[0]);
	for (size_t i = 0; i < r->dkim.nkeys; i++)
		consider(&t, r->dkim.keys[i].fact, r->dkim.keys[i].rr);
	consider(&t, r->dmarc.fact, r->dmarc.rr);
	consider(&t, r->mta_sts.fact, r->mta_sts.rr);
	consider(&t, r->tls_rpt.fact, r->tls_rpt.rr);
	for (size_t i = 0; i < r->dns.n; i++)
		if (r->dns.own[i].fact->type == RR_TXT)
			consider(&t, r->dns.own[i].fact, r->dns.own[i].rr);
	say(&t, &t.low, "set a TTL of 3600; lower it only while you change the record");
	say(&t, &t.high, "set a TTL of at most 86400; 3600 does for all of them");
}

/* zone: zone files, answered as an authoritative server would, except that CNAMEs within a zone are
 * followed. */
#include "zone.h"

#include "input.h"
#include "rrtype.h"
#include "source.h"

enum { LINKS_MAX = 16, ANSWER_OCTETS_MAX = 65535, SCRATCH_MAX = 4 * 1024 * 1024 };

struct zone_source {
	struct source source; /* first: a struct source is one of these */
	const struct zone *const *zone;
	size_t n;
	const struct zone_index *index;
	uint32_t *negative_ttl_s; /* of each; RFC 2308 5 */
	struct arena *arena;
};

/* Which zone answers the question: of those that can the nearest. n: none. */
static size_t find(const struct zone_source *z, struct arena *scratch, uint16_t type,
		   const char *name)
{
	struct zone_answer answer;

	for (struct zone_near near = zone_near(z->index, name); zone_near_next(&near);) {
		zone_lookup(scratch, z->zone[near.at], name, type, &answer);
		if (answer.kind != ZONE_OUTSIDE && answer.kind != ZONE_DELEGATED &&
		    answer.kind != ZONE_UNKNOWN)
			return near.at;
	}
	return z->n;
}

static bool zone_has(struct source *s, enum ask kind, uint16_t type, const char *name)
{
	struct zone_source *z = (struct zone_source *)s;
	struct arena scratch;
	bool has;

	if (kind != ASK_DNS)
		return false;
	arena_init(&scratch, SCRATCH_MAX);
	scratch.oom = z->arena->oom;
	has = find(z, &scratch, type, name) < z->n;
	arena_free(&scratch);
	return has;
}

static void lose(struct fact *f, enum fact_why why, const char *detail)
{
	f->state = FACT_LOST;
	f->why = why;
	f->detail = detail;
}

/* The records found, copied, since sealing sorts them. No DNS answer holds more than 64 KiB of
 * them. */
static void settle_some(struct arena *a, struct fact *f, const struct zone_answer *answer)
{
	struct rr *rr;
	size_t octets = 0;

	for (size_t i = 0; i < answer->n; i++)
		octets += answer->rr[i].rr.data.n + 12;
	if (octets > ANSWER_OCTETS_MAX)
		return lose(f, WHY_TRUNCATED,
			    "the records together are over 64 KiB, more than DNS can carry");
	rr = arena_array(a, answer->n, sizeof(*rr));
	for (size_t i = 0; i < answer->n; i++)
		rr[i] = answer->rr[i].rr;
	f->state = FACT_SOME;
	f->nrr = answer->n;
	fact_seal(f, rr);
}

static void settle_none(uint32_t negative_ttl_s, struct fact *f, enum fact_why why)
{
	f->state = FACT_NONE;
	f->why = why;
	f->ttl_s = negative_ttl_s;
	if (f->nchain) {
		fact_seal(f, NULL);
		if (negative_ttl_s < f->ttl_s)
			f->ttl_s = negative_ttl_s;
	}
}

/* Adds a link to the chain. False when the chain has become one that does not end. */
static bool add_link(struct fact *f, struct rr *chain, const struct zone_answer *answer)
{
	if (!answer->target) {
		lose(f, WHY_RCODE, "the DNAME leads to a name that is too long");
		return false;
	}
	chain[f->nchain] = answer->rr[0].rr;
	chain[f->nchain].type = RR_CNAME;
	chain[f->nchain].target = answer->target;
	f->nchain++;
	for (size_t i = 0; i < f->nchain; i++)
		if (strcmp(i ? chain[i - 1].target : f->name, answer->target) == 0) {
			lose(f, WHY_CNAME_LOOP, NULL);
			return false;
		}
	if (f->nchain > LINKS_MAX)
		lose(f, WHY_CNAME_LOOP, "more than 16 CNAMEs in a row");
	return f->nchain <= LINKS_MAX;
}

/* The whole way of a question through a zone. The fact is OPEN when the way leads out of it, or to
 * a name that a nearer zone has. */
static void walk(const struct zone_source *z, size_t at, struct arena *a, struct fact *f)
{
	uint32_t negative_ttl_s = z->negative_ttl_s[at];
	struct rr *chain = arena_array(a, LINKS_MAX + 1, sizeof(*chain));
	const char *name = f->name;
	struct zone_answer answer;

	f->chain = chain;
	for (;;) {
		zone_lookup(a, z->zone[at], name, f->type, &answer);
		switch (answer.kind) {
		case ZONE_OUTSIDE:
		case ZONE_DELEGATED:
		case ZONE_UNKNOWN: f->state = FACT_OPEN; return;
		case ZONE_ANSWER: settle_some(a, f, &answer); return;
		case ZONE_NODATA: settle_none(negative_ttl_s, f, WHY_NODATA); return;
		case ZONE_NXDOMAIN: settle_none(negative_ttl_s, f, WHY_NXDOMAIN); return;
		case ZONE_CNAME:
		case ZONE_DNAME:
			if (!add_link(f, chain, &answer))
				return;
			/* The CNAME that a DNAME makes is itself the answer to a question for CNAME
			 * (RFC 6672 3.1). */
			if (f->type == RR_CNAME) {
				f->nchain--;
				f->state = FACT_SOME;
				f->nrr = 1;
				fact_seal(f, &chain[f->nchain]);
				return;
			}
			name = answer.target;
			if (z->n > 1 && find(z, a, f->type, name) != at) {
				f->state = FACT_OPEN;
				return;
			}
		}
	}
}

static void zone_ask(struct source *s, struct question *q)
{
	struct zone_source *z = (struct zone_source *)s;
	struct fact f = { .kind = q->kind, .type = q->type, .name = q->name, .zone = true };
	struct arena scratch;
	size_t at;

	arena_init(&scratch, SCRATCH_MAX);
	scratch.oom = z->arena->oom;
	at = find(z, &scratch, q->type, q->name);
	if (at < z->n) {
		f.source = z->zone[at]->file;
		walk(z, at, &scratch, &f);
	}
	q->done(q, &f);
	arena_free(&scratch);
}

static void zone_close(struct source *s)
{
	(void)s;
}

/* The least of the SOA record's TTL and its last number. */
static uint32_t negative_ttl(struct arena *a, const struct zone *z)
{
	struct zone_answer soa;
	struct input in;
	uint32_t minimum;

	zone_lookup(a, z, z->origin, RR_SOA, &soa);
	if (soa.kind != ZONE_ANSWER || soa.rr->rr.data.n < 4)
		return 0;
	in = input_of(soa.rr->rr.data.p + soa.rr->rr.data.n - 4, 4);
	minimum = input_u32(&in);
	return minimum < soa.rr->rr.ttl_s ? minimum : soa.rr->rr.ttl_s;
}

struct source *source_zones(struct arena *a, const struct zone *const *zone, size_t n)
{
	static const struct source_ops ops = {
		.name = "zone",
		.has = zone_has,
		.ask = zone_ask,
		.close = zone_close,
	};
	struct zone_source *z = ARENA_NEW(a, struct zone_source);

	*z = (struct zone_source){ .source = { &ops }, .zone = zone, .n = n, .arena = a };
	z->index = zone_index(a, zone, n);
	z->negative_ttl_s = arena_array(a, n, sizeof(*z->negative_ttl_s));
	for (size_t i = 0; i < n; i++)
		z->negative_ttl_s[i] = negative_ttl(a, zone[i]);
	return &z->source;
}

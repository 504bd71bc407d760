/* cache: what the source below answered, kept for whoever asks next.
 *
 * 1. A question that nobody has asked goes to the source below. Who asks it while it is under way
 * joins: it is not sent again, and all are answered at once.
 * 2. An answer is kept for its TTL, a negative one for that of the SOA record that came with it
 * (RFC 2308 5; without one it is not kept). The TTL in the fact stays as the server gave it: what a
 * report says must not depend on who asked first.
 * 3. What could not be had is kept for a second, as RFC 9520 3.2 asks for at least, so that a dead
 * server of many domains is not asked without pause, and no longer, because one lost answer must
 * not become everybody's. What ended because the time of one audit was up says nothing to another:
 * it is not kept, and who has time left asks anew.
 * 4. What is kept has a maximum in octets; what was not used for longest goes first.
 *
 * A mail host that was talked to is kept for some minutes: thousands of domains share one. HTTPS
 * policies belong to one domain, and pass through.
 *
 * An audit gets a copy of its own, so its facts never change, whatever happens here (law 3). */
#include "source.h"

#include "timer.h"

enum {
	STORE_MAX = 1024 * 1024, /* a fact that is larger is not kept */
	TTL_MAX_S = 86400,
	NEGATIVE_MAX_S = 3 * 3600, /* RFC 2308 5 */
	LOST_S = 1,
	SMTP_S = 300,
	BUCKETS = 1024,
};

struct cache;
struct entry;

/* Who joined a question that is under way. */
struct joiner {
	struct timer timer; /* its deadline, where that is earlier than the question's */
	struct cache *cache;
	struct entry *entry;
	struct question *q;
	struct joiner *next;
};

struct entry {
	struct question inner; /* first: what the source below is asked; its done() gets it back */
	struct cache *cache;
	struct entry *next; /* in its bucket, or among the spare ones */
	uint64_t hash;
	struct question *first; /* who asked; NULL: not under way */
	struct joiner *joined;
	struct arena store; /* the fact */
	const struct fact *fact;
	int64_t expires_ms;
	bool in_use; /* the fact is lent just now: it must stay, whatever is asked meanwhile */
	struct entry *newer, *older; /* among those that are kept and not in use */
};

struct cache {
	struct source base; /* first: a struct source is one of these */
	struct source *below;
	struct arena *arena;
	size_t max_octets;
	int64_t (*now_ms)(void);
	struct entry **bucket;
	size_t nbucket; /* a power of two */
	struct entry *newest, *eldest, *spare;
	struct joiner *spare_joiners;
	struct timers timers;
	struct cache_stats stats;
};

static struct cache *cache_of(const struct source *s)
{
	return (struct cache *)(uintptr_t)s;
}

/* ---- the table ---- */

static uint64_t hash(const struct question *q)
{
	uint64_t h = str_hash(str_c(q->name), (uint64_t)q->kind << 32 | q->type);

	if (q->at)
		h = str_hash(str_c(q->at), h);
	return h ^ h >> 32;
}

static struct entry *find(const struct cache *c, const struct question *q, uint64_t h)
{
	struct entry *e = c->bucket[h & (c->nbucket - 1)];

	while (e && (e->hash != h || e->inner.kind != q->kind || e->inner.type != q->type ||
		     strcmp(e->inner.name, q->name) != 0 || !e->inner.at != !q->at ||
		     (q->at && strcmp(e->inner.at, q->at) != 0)))
		e = e->next;
	return e;
}

static void grow(struct cache *c)
{
	size_t n = c->nbucket * 2;
	struct entry **bucket = arena_array(c->arena, n, sizeof(struct entry *));

	for (size_t i = 0; i < c->nbucket; i++)
		for (struct entry *e = c->bucket[i], *next; e; e = next) {
			struct entry **to = &bucket[e->hash & (n - 1)];

			next = e->next;
			e->next = *to;
			*to = e;
		}
	c->bucket = bucket;
	c->nbucket = n;
}

static struct entry *add(struct cache *c, uint64_t h)
{
	struct entry *e = c->spare;
	struct entry **to;

	if (c->stats.entries >= c->nbucket)
		grow(c);
	if (e)
		c->spare = e->next;
	else
		e = ARENA_NEW(c->arena, struct entry);
	to = &c->bucket[h & (c->nbucket - 1)];
	*e = (struct entry){ .cache = c, .hash = h, .next = *to };
	*to = e;
	c->stats.entries++;
	return e;
}

/* Forgets the fact. The entry stays. */
static void forget(struct cache *c, struct entry *e)
{
	if (!e->fact)
		return;
	c->stats.octets -= sizeof(*e) + e->store.total;
	arena_free(&e->store);
	e->fact = NULL;
}

static void take_out(struct cache *c, struct entry *e)
{
	struct entry **at = &c->bucket[e->hash & (c->nbucket - 1)];

	while (*at != e)
		at = &(*at)->next;
	*at = e->next;
	forget(c, e);
	e->next = c->spare;
	c->spare = e;
	c->stats.entries--;
}

static void link_newest(struct cache *c, struct entry *e)
{
	e->newer = NULL;
	e->older = c->newest;
	if (c->newest)
		c->newest->newer = e;
	else
		c->eldest = e;
	c->newest = e;
}

static void unlink_kept(struct cache *c, struct entry *e)
{
	if (e->newer)
		e->newer->older = e->older;
	else
		c->newest = e->older;
	if (e->older)
		e->older->newer = e->newer;
	else
		c->eldest = e->newer;
}

static void evict(struct cache *c)
{
	while (c->stats.octets > c->max_octets && c->eldest) {
		struct entry *e = c->eldest;

		unlink_kept(c, e);
		take_out(c, e);
		c->stats.evicted++;
	}
}

/* ---- what is kept, and for how long ---- */

static int64_t life_s(const struct fact *f)
{
	if (f->state == FACT_LOST)
		return f->why == WHY_DEADLINE || f->why == WHY_BUDGET ? 0 : LOST_S;
	if (f->kind == ASK_SMTP)
		return SMTP_S;
	if (f->state == FACT_NONE && f->ttl_s > NEGATIVE_MAX_S)
		return NEGATIVE_MAX_S;
	return f->ttl_s < TTL_MAX_S ? f->ttl_s : TTL_MAX_S;
}

static size_t rounded(size_t n)
{
	return (n + 16) & ~(size_t)15;
}

/* About what a copy takes, so that it is one block of memory. */
static size_t estimate(const struct fact *f)
{
	size_t n = rounded(sizeof(*f)) + rounded(strlen(f->name) + 1);

	n += f->at ? rounded(strlen(f->at) + 1) : 0;
	n += f->source ? rounded(strlen(f->source) + 1) : 0;
	n += f->detail ? rounded(strlen(f->detail) + 1) : 0;
	n += rounded(f->body.n + 1) + rounded(f->nrr * sizeof(*f->rr)) +
	     rounded(f->nchain * sizeof(*f->chain));
	for (size_t i = 0; i < f->nrr; i++)
		n += rounded(f->rr[i].data.n + 1) + rounded(f->rr[i].ncuts * sizeof(uint32_t)) +
		     (f->rr[i].target ? rounded(strlen(f->rr[i].target) + 1) : 0);
	for (size_t i = 0; i < f->nchain; i++)
		n += rounded(strlen(f->chain[i].target) + 1) + rounded(1);
	return n;
}

/* False when there is no memory for it. */
static bool copy(struct entry *e, const struct fact *answer)
{
	jmp_buf oom;

	arena_init(&e->store, STORE_MAX);
	e->store.first = estimate(answer);
	e->store.oom = &oom;
	if (setjmp(oom)) {
		arena_free(&e->store);
		return false;
	}
	e->fact = fact_copy(&e->store, answer);
	e->store.oom = NULL;
	return true;
}

static bool keep(struct cache *c, struct entry *e, const struct fact *answer)
{
	int64_t life = life_s(answer);

	if (!life || !copy(e, answer))
		return false;
	e->inner.name = e->fact->name;
	e->inner.at = e->fact->at;
	e->expires_ms = c->now_ms() + life * 1000;
	c->stats.octets += sizeof(*e) + e->store.total;
	return true;
}

/* ---- questions ---- */

static void answer_one(struct question *q, const struct fact *answer)
{
	struct fact f = *answer;

	f.name = q->name; /* the same, and it lives as long as q */
	f.at = q->at;
	q->done(q, &f);
}

static void joiner_free(struct cache *c, struct joiner *j)
{
	timer_stop(&c->timers, &j->timer);
	j->next = c->spare_joiners;
	c->spare_joiners = j;
}

static void cache_ask(struct source *s, struct question *q);

/* The source below has answered. Whoever is answered may ask anew at once, so the entry is out of
 * everybody's way before that: kept but not in the row of what can be evicted, or gone. */
static void inner_done(struct question *inner, const struct fact *answer)
{
	struct entry *e = (struct entry *)(void *)inner;
	struct cache *c = e->cache;
	struct question *first = e->first;
	struct joiner *j = e->joined;
	int64_t deadline_ms = inner->deadline_ms;
	bool kept = keep(c, e, answer), cut_short;

	e->first = NULL;
	e->joined = NULL;
	cut_short = answer->state == FACT_LOST && answer->why == WHY_DEADLINE;
	if (kept)
		e->in_use = true;
	else
		take_out(c, e);
	answer_one(first, answer);
	while (j) {
		struct joiner *next = j->next;
		struct question *q = j->q;

		joiner_free(c, j);
		if (cut_short && q->deadline_ms > deadline_ms)
			cache_ask(&c->base, q);
		else
			answer_one(q, answer);
		j = next;
	}
	if (kept) {
		e->in_use = false;
		link_newest(c, e);
		evict(c);
	}
}

/* Its audit's time is up before the question's. */
static void joiner_late(struct timer *t)
{
	struct joiner *j = (struct joiner *)(void *)t, **at = &j->entry->joined;
	struct question *q = j->q;

	while (*at != j)
		at = &(*at)->next;
	*at = j->next;
	joiner_free(j->cache, j);
	answer_one(q, &(struct fact){ .kind = q->kind,
				      .type = q->type,
				      .state = FACT_LOST,
				      .why = WHY_DEADLINE });
}

static void join(struct cache *c, struct entry *e, struct question *q)
{
	struct joiner *j = c->spare_joiners;

	if (j)
		c->spare_joiners = j->next;
	else
		j = ARENA_NEW(c->arena, struct joiner);
	*j = (struct joiner){
		.timer.fire = joiner_late, .cache = c, .entry = e, .q = q, .next = e->joined
	};
	e->joined = j;
	if (q->deadline_ms < e->inner.deadline_ms)
		timer_set(&c->timers, &j->timer, q->deadline_ms);
	c->stats.joined++;
}

static void send(struct cache *c, struct entry *e, struct question *q)
{
	e->inner = *q;
	e->inner.done = inner_done;
	e->inner.owner = c;
	e->first = q;
	c->stats.asked++;
	c->below->ops->ask(c->below, &e->inner);
}

static void cache_ask(struct source *s, struct question *q)
{
	struct cache *c = cache_of(s);
	struct entry *e;
	uint64_t h;

	if (q->kind == ASK_HTTPS) {
		c->below->ops->ask(c->below, q);
		return;
	}
	h = hash(q);
	e = find(c, q, h);
	if (!e) {
		send(c, add(c, h), q);
	} else if (e->first) {
		join(c, e, q);
	} else if (e->in_use) {
		c->stats.hits++;
		answer_one(q, e->fact);
	} else if (e->expires_ms > c->now_ms()) {
		c->stats.hits++;
		unlink_kept(c, e);
		e->in_use = true;
		answer_one(q, e->fact);
		e->in_use = false;
		link_newest(c, e);
	} else {
		unlink_kept(c, e);
		forget(c, e);
		send(c, e, q);
	}
}

/* ---- the source ---- */

static bool cache_has(struct source *s, enum ask kind, uint16_t type, const char *name)
{
	struct cache *c = cache_of(s);

	return c->below->ops->has(c->below, kind, type, name);
}

static void cache_run(struct source *s, int timeout_ms)
{
	struct cache *c = cache_of(s);
	int64_t next = timers_next(&c->timers), now = next == INT64_MAX ? 0 : c->now_ms();

	if (next != INT64_MAX && (timeout_ms < 0 || next - now < timeout_ms))
		timeout_ms = next > now ? (int)(next - now) : 0;
	if (c->below->ops->run)
		c->below->ops->run(c->below, timeout_ms);
	if (next != INT64_MAX)
		timers_fire(&c->timers, c->now_ms());
}

static size_t cache_line(const struct source *s)
{
	const struct cache *c = cache_of(s);

	return c->below->ops->line ? c->below->ops->line(c->below) : 0;
}

static void cache_close(struct source *s)
{
	struct cache *c = cache_of(s);

	c->below->ops->close(c->below);
	for (size_t i = 0; i < c->nbucket; i++)
		for (struct entry *e = c->bucket[i]; e; e = e->next)
			forget(c, e);
}

struct cache_stats source_cache_stats(const struct source *s)
{
	return cache_of(s)->stats;
}

struct source *source_cache(struct arena *a, struct source *below, const struct cache_options *o)
{
	static const struct source_ops ops = {
		.name = "cache",
		.has = cache_has,
		.ask = cache_ask,
		.run = cache_run,
		.line = cache_line,
		.close = cache_close,
	};
	struct cache *c = ARENA_NEW(a, struct cache);

	*c = (struct cache){
		.base = { &ops },
		.below = below,
		.arena = a,
		.max_octets = o->max_octets,
		.now_ms = o->now_ms ? o->now_ms : source_now_ms,
		.timers.arena = a,
		.nbucket = BUCKETS,
	};
	c->bucket = arena_array(a, BUCKETS, sizeof(struct entry *));
	return &c->base;
}

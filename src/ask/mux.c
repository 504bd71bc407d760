/* mux: the row of sources. A question goes to the first source that has it. Where the answer is a
 * CNAME chain that leads on, the row is asked again for the chain's end, and the parts are joined
 * into one fact.
 *
 * A chain also leads on where it enters what an earlier source of the row has authority for: a name
 * server on the Internet may know a name of the zone file otherwise than the file does, and the
 * file is what the user asked about. */
#include "source.h"

#include "rrtype.h"

enum { LINKS_MAX = 16, SCRATCH_MAX = 16 * 1024 * 1024, SLICE_MS = 20 };

struct mux;

/* One question on its way through the row. */
struct hop {
	struct question q; /* first: what a source is asked; its done() gets it back */
	struct question *outer;
	struct mux *mux;
	size_t at; /* which source of the row is asked */
	struct arena scratch;
	struct rr chain[LINKS_MAX];
	size_t nchain;
	bool no_ad; /* a part was not validated */
	bool zone;  /* a part is from a zone file */
	struct hop *prev, *next;
};

struct mux {
	struct source source; /* first: a struct source is one of these */
	struct source *const *row;
	size_t n;
	struct arena *arena;
	struct hop *busy, *idle;
};

static size_t find(const struct mux *m, enum ask kind, uint16_t type, const char *name)
{
	size_t i = 0;

	while (i < m->n && !m->row[i]->ops->has(m->row[i], kind, type, name))
		i++;
	return i;
}

static bool mux_has(struct source *s, enum ask kind, uint16_t type, const char *name)
{
	struct mux *m = (struct mux *)s;

	return find(m, kind, type, name) < m->n;
}

static struct hop *hop_new(struct mux *m, struct question *outer)
{
	struct hop *h = m->idle;

	if (h)
		m->idle = h->next;
	else
		h = ARENA_NEW(m->arena, struct hop);
	*h = (struct hop){ .q = *outer, .outer = outer, .mux = m, .next = m->busy };
	if (m->busy)
		m->busy->prev = h;
	m->busy = h;
	arena_init(&h->scratch, SCRATCH_MAX);
	h->scratch.oom = m->arena->oom;
	return h;
}

/* Hands the fact to whoever asked. Its parts may lie in the hop's scratch, so the hop goes last. */
static void hop_finish(struct hop *h, const struct fact *f)
{
	struct mux *m = h->mux;

	h->outer->done(h->outer, f);
	arena_free(&h->scratch);
	if (h->prev)
		h->prev->next = h->next;
	else
		m->busy = h->next;
	if (h->next)
		h->next->prev = h->prev;
	h->next = m->idle;
	m->idle = h;
}

/* The answer under the question that was asked at first, with the whole chain before it. */
static void hop_join(struct hop *h, const struct fact *answer)
{
	struct fact f = *answer;
	bool has_ttl = answer->ttl_s || answer->nrr || answer->nchain;

	f.name = h->outer->name;
	f.at = h->outer->at;
	f.chain = h->chain;
	f.nchain = h->nchain;
	f.ad = answer->ad && !h->no_ad;
	f.zone = answer->zone || h->zone;
	for (size_t i = 0; i < h->nchain; i++)
		if (!has_ttl || h->chain[i].ttl_s < f.ttl_s) {
			f.ttl_s = h->chain[i].ttl_s;
			has_ttl = true;
		}
	hop_finish(h, &f);
}

static void hop_lose(struct hop *h, const struct fact *answer, enum fact_why why,
		     const char *detail)
{
	struct fact f = {
		.kind = h->q.kind,
		.type = h->q.type,
		.state = FACT_LOST,
		.why = why,
		.detail = detail,
		.source = answer ? answer->source : NULL,
	};

	hop_join(h, &f);
}

static const char *hop_name(const struct hop *h, size_t i)
{
	return i ? h->chain[i - 1].target : h->outer->name;
}

/* Adds the first n links of the answer's chain. False when the hop has ended because of them. */
static bool hop_add_links(struct hop *h, const struct fact *answer, size_t n)
{
	const struct fact *copy = fact_copy(&h->scratch, &(struct fact){
								 .chain = answer->chain,
								 .nchain = n,
								 .source = answer->source,
							 });

	h->no_ad |= !answer->ad;
	h->zone |= answer->zone;
	for (size_t i = 0; i < n; i++) {
		if (h->nchain == LINKS_MAX) {
			hop_lose(h, copy, WHY_CNAME_LOOP, "more than 16 CNAMEs in a row");
			return false;
		}
		h->chain[h->nchain++] = copy->chain[i];
		for (size_t k = 0; k < h->nchain; k++)
			if (strcmp(hop_name(h, k), copy->chain[i].target) == 0) {
				hop_lose(h, copy, WHY_CNAME_LOOP, NULL);
				return false;
			}
	}
	return true;
}

/* How many links of the answer's chain stand before the first that enters an earlier source's part
 * of the world; all of them when none does. */
static size_t links_before_border(const struct hop *h, const struct fact *answer)
{
	for (size_t i = 0; i < answer->nchain && h->at > 0; i++)
		if (find(h->mux, ASK_DNS, h->q.type, answer->chain[i].target) < h->at)
			return i + 1;
	return answer->nchain;
}

static void hop_done(struct question *q, const struct fact *answer);

static void hop_ask(struct hop *h, const char *name)
{
	struct mux *m = h->mux;

	h->q.name = name;
	h->q.done = hop_done;
	h->q.owner = h;
	h->at = find(m, h->q.kind, h->q.type, name);
	if (h->at == m->n)
		hop_lose(h, NULL, WHY_OFFLINE, NULL);
	else
		m->row[h->at]->ops->ask(m->row[h->at], &h->q);
}

static void hop_done(struct question *q, const struct fact *answer)
{
	struct hop *h = q->owner;
	size_t n = links_before_border(h, answer);
	/* what one server says ends there */
	bool leads_on = q->kind != ASK_DNS_AT && (answer->state == FACT_OPEN ||
						  (n && find(h->mux, ASK_DNS, q->type,
							     answer->chain[n - 1].target) < h->at));

	if (!leads_on && !h->nchain) {
		hop_finish(h, answer);
	} else if (answer->state == FACT_OPEN && !n) {
		hop_lose(h, answer, WHY_GARBAGE, "an answer that says nothing");
	} else if (hop_add_links(h, answer, n)) {
		if (leads_on)
			hop_ask(h, hop_name(h, h->nchain));
		else
			hop_join(h, answer);
	}
}

static void mux_ask(struct source *s, struct question *q)
{
	struct mux *m = (struct mux *)s;

	hop_ask(hop_new(m, q), q->name);
}

/* Several sources that wait are given short slices in turn; there is hardly ever more than one. */
static void mux_run(struct source *s, int timeout_ms)
{
	struct mux *m = (struct mux *)s;
	size_t waiting = 0;

	for (size_t i = 0; i < m->n; i++)
		waiting += m->row[i]->ops->run != NULL;
	if (waiting > 1 && (timeout_ms < 0 || timeout_ms > SLICE_MS))
		timeout_ms = SLICE_MS;
	for (size_t i = 0; i < m->n; i++)
		if (m->row[i]->ops->run)
			m->row[i]->ops->run(m->row[i], timeout_ms);
}

static size_t mux_line(const struct source *s)
{
	const struct mux *m = (const struct mux *)(const void *)s;
	size_t n = 0;

	for (size_t i = 0; i < m->n; i++)
		n += m->row[i]->ops->line ? m->row[i]->ops->line(m->row[i]) : 0;
	return n;
}

static void mux_close(struct source *s)
{
	struct mux *m = (struct mux *)s;

	for (size_t i = 0; i < m->n; i++)
		m->row[i]->ops->close(m->row[i]);
	for (struct hop *h = m->busy; h; h = h->next)
		arena_free(&h->scratch);
	m->busy = NULL;
}

struct source *source_mux(struct arena *a, struct source *const *row, size_t n)
{
	static const struct source_ops ops = {
		.name = "mux",
		.has = mux_has,
		.ask = mux_ask,
		.run = mux_run,
		.line = mux_line,
		.close = mux_close,
	};
	struct mux *m = ARENA_NEW(a, struct mux);
	struct source **copy = arena_array(a, n, sizeof(struct source *));

	for (size_t i = 0; i < n; i++)
		copy[i] = row[i];
	*m = (struct mux){ .source = { &ops }, .row = copy, .n = n, .arena = a };
	return &m->source;
}

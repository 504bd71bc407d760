/* source: a place that answers come from. Live DNS, a zone file and a tape are three of these.
 *
 * Layer: ask. Sources stand in a row (mux.c): each question goes to the first source that has
 * authority for it. */
#ifndef AUTHCHECK_SOURCE_H
#define AUTHCHECK_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

#include "facts.h"

struct source;
struct question;

/* Called once for each question that was handed to a source, from within ask() or run(). `answer`
 * is only lent for the call. Its question is q's. For DNS it may end at a CNAME that leads out of
 * what the source knows: then state is OPEN, chain says how far it came, and the row of sources
 * goes on with the last target. */
typedef void question_done_fn(struct question *q, const struct fact *answer);

struct question {
	enum ask kind;
	uint16_t type;
	const char *name, *at; /* at: as a fact has it */
	const struct facts
		*facts; /* the audit's facts: HTTPS and SMTP take their addresses from here */
	question_done_fn *done;
	void *owner;         /* whoever waits for it */
	int64_t deadline_ms; /* on the source's clock (source_now_ms); settle as LOST by then */
};

/* One row of the source table: what a place of answers can do. */
struct source_ops {
	const char *name;
	/* Is this question this source's to answer? */
	bool (*has)(struct source *s, enum ask kind, uint16_t type, const char *name);
	/* Begin to answer. May call q->done at once. `q` stays valid until done is called. */
	void (*ask)(struct source *s, struct question *q);
	/* Wait at most timeout_ms (-1: for ever) for something to happen, and handle it. NULL:
	 * never waits for anything. */
	void (*run)(struct source *s, int timeout_ms);
	/* How many questions stand in line, because as many are under way as the servers bear.
	 * NULL: never any. */
	size_t (*line)(const struct source *s);
	void (*close)(struct source *s);
};

struct source {
	const struct source_ops *ops;
};

/* Milliseconds of a clock that only goes forward. */
int64_t source_now_ms(void);

/* Seconds since 1970. */
int64_t source_wall_clock_s(void);

/* ---- live: DNS by c-ares, HTTPS by libcurl, SMTP ---- */
struct live_options {
	const char *
		nameservers; /* "192.0.2.53,192.0.2.54:5353,[2001:db8::1]:53"; NULL: the system's */
	unsigned timeout_ms; /* per question, retries included */
	const char *ca_file; /* PEM; NULL: the system's */
	const char *const *connect_to; /* curl's HOST:PORT:ADDR:PORT */
	size_t nconnect_to;
	bool trust_ad;      /* the way to the name servers is safe: believe their AD flag, as the
			       option of that name of resolv.conf says. Loopback is always safe */
	unsigned rate;      /* at most so many DNS queries a second to one server; 0: no limit */
	bool allow_private; /* HTTPS and SMTP may connect to addresses that are not global */
};
struct live_stats {
	unsigned queries; /* DNS questions put to a server, retries aside */
	unsigned https;
};
/* NULL and *err (one line) when it cannot be set up. */
struct source *source_live(struct arena *a, const struct live_options *o, const char **err);
struct live_stats source_live_stats(const struct source *s);

/* ---- cache: remembers what the source below it answered, for whoever asks next ---- */
struct cache_options {
	size_t max_octets;       /* what the answers may take; the eldest go first */
	int64_t (*now_ms)(void); /* NULL: source_now_ms */
};
struct cache_stats {
	unsigned long asked;  /* questions handed to the source below */
	unsigned long joined; /* waited for one that was under way already */
	unsigned long hits;   /* answered from memory */
	unsigned long evicted;
	size_t entries, octets;
};
struct source *source_cache(struct arena *a, struct source *below, const struct cache_options *o);
struct cache_stats source_cache_stats(const struct source *s);

/* ---- zones: zone files, answered as an authoritative server would. Of several that have a name
 * the nearest answers: a parent that does not delegate the child must not hide it ---- */
struct zone;
struct source *source_zones(struct arena *a, const struct zone *const *zone, size_t n);

/* ---- tape ---- */
struct tape;
struct source *source_tape(struct arena *a, const struct tape *t);

/* ---- offline: answers everything with LOST, "offline" ---- */
struct source *source_offline(struct arena *a);

/* ---- memo: keeps every answer of the source below it, for two audits that are compared ---- */
struct source *source_memo(struct arena *a, struct source *below);
/* What it keeps. */
const struct facts *source_memo_facts(const struct source *s);

/* ---- the row: first source that has() a question answers it; CNAMEs that lead on are followed
 * across sources ---- */
struct source *source_mux(struct arena *a, struct source *const *row, size_t n);

#endif

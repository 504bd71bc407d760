/* history: the audits that are kept in the folder of --state, in an SQLite database.
 *
 * Layer: ask. Of each domain its states are kept: audits one after the other that found the same
 * are one state. An audit that is put waits outside the database, in a temporary file of SQLite's,
 * until history_commit() says that its report has been written; so whatever ends a run, what was
 * told is kept, and what was not told is told by the next run. Several runs may use one folder at a
 * time.
 *
 * Errors stick: the first is told by history_error(), and nothing is read or written after it. */
#ifndef AUTHCHECK_HISTORY_H
#define AUTHCHECK_HISTORY_H

#include "arena.h"
#include "past.h"
#include "str.h"

struct history;

enum { HISTORY_DIGEST = 32 };

/* Opens it; `make`: where there is none, folder and database are made. NULL and *err (what, where,
 * what to do) when that is not possible. Free with history_close(). */
struct history *history_open(struct arena *a, const char *dir, bool make, const char **err);
void history_close(struct history *h);
/* NULL: all is well. Lives as long as *h. */
const char *history_error(const struct history *h);

/* ---- reading ---- */

struct history_state {
	int64_t id;
	int64_t first_s, last_s; /* of its audits */
	uint64_t times;          /* how many they were */
	uint8_t digest[HISTORY_DIGEST];
};

/* The newest state of a domain; `before`: the newest that is older than the state of that id, 0: of
 * all. False: there is none, or there was an error. */
bool history_newest(struct history *h, const char *domain, int64_t before,
		    struct history_state *out);
/* What was kept of a state. False: it is not there, or damaged. */
bool history_text(struct history *h, struct arena *a, int64_t id, struct str *out);
/* What earlier audits of the domain saw. */
void history_past(struct history *h, struct arena *a, const char *domain, struct past *out);

/* The newest run that is older than *id (0: of all), and its id into *id. False: there is none. */
bool history_run(struct history *h, struct arena *a, int64_t *id, struct past_run *out);

/* ---- writing ---- */

/* A run begins, by the audits' clock. `keep`: of each domain the states of so many audits, and so
 * many runs, are kept. */
void history_begin(struct history *h, int64_t now_s, const char *version, unsigned keep);

void history_digest(struct str text, uint8_t out[HISTORY_DIGEST]);

struct history_audit {
	size_t index; /* of its report among those of the run, in the order they are written */
	const char *domain;
	struct str text;                /* what is kept, the same whenever the same was found */
	uint8_t digest[HISTORY_DIGEST]; /* its */
	bool same;                      /* it is that of the newest state */
	int change;                     /* for the run's counts: 1 first, 2 worse, 3 better */
	const struct past_seen *seen;
	size_t nseen;
};
void history_put(struct history *h, const struct history_audit *audit);

/* The reports below `before` are written: keeps their audits. When another run is writing just now,
 * it may leave that to the next call. */
void history_commit(struct history *h, size_t before);
/* The same at the end of the run, by the audits' clock (ended_s 0: it was stopped before its end);
 * waits for other runs as long as a minute. What was put and is not below `before` is lost. */
void history_end(struct history *h, size_t before, int64_t ended_s);
/* How many audits were put and are not kept yet. */
size_t history_waiting(const struct history *h);

#endif

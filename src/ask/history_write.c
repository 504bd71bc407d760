/* Audits, put and kept. */
#include "history_db.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
	GONE_KEPT_S = 2 * 366 * 24 * 3600, /* what is gone: no rule looks back further */
	END_WAIT_MS = 60 * 1000,           /* for other runs, at the end */
};

void history_digest(struct str text, uint8_t out[HISTORY_DIGEST])
{
	size_t n = HISTORY_DIGEST;

	if (!EVP_Q_digest(NULL, "SHA256", NULL, text.p, text.n, out, &n))
		memset(out, 0, HISTORY_DIGEST);
}

void history_begin(struct history *h, int64_t now_s, const char *version, unsigned keep)
{
	h->now_s = now_s;
	h->version = version;
	h->keep = keep;
}

/* ---- put ---- */

static void wait_seen(struct history *h, size_t index, const struct past_seen *seen)
{
	sqlite3_stmt *s = history_sql(h, SQL_WAIT_SEEN);
	uint8_t digest[HISTORY_DIGEST];

	if (!s)
		return;
	sqlite3_bind_int64(s, 1, (int64_t)index);
	sqlite3_bind_int(s, 2, (int)seen->kind);
	sqlite3_bind_text(s, 3, seen->key, -1, SQLITE_STATIC);
	if (seen->value) {
		history_digest(str_c(seen->value), digest);
		sqlite3_bind_blob(s, 4, digest, HISTORY_DIGEST, SQLITE_STATIC);
		sqlite3_bind_text(s, 5, seen->value, -1, SQLITE_STATIC);
	}
	history_do(h, s);
	sqlite3_clear_bindings(s);
}

/* Its text only where it is not that of the newest state. */
void history_put(struct history *h, const struct history_audit *audit)
{
	uLongf n = compressBound((uLong)audit->text.n);
	Bytef *small = NULL;
	sqlite3_stmt *s;

	s = history_sql(h, SQL_WAIT);
	if (!s)
		return;
	sqlite3_bind_int64(s, 1, (int64_t)audit->index);
	sqlite3_bind_text(s, 2, audit->domain, -1, SQLITE_STATIC);
	sqlite3_bind_blob(s, 3, audit->digest, HISTORY_DIGEST, SQLITE_STATIC);
	if (!audit->same) {
		small = malloc(n);
		if (!small || compress2(small, &n, (const Bytef *)audit->text.p,
					(uLong)audit->text.n, Z_BEST_SPEED) != Z_OK)
			n = 0;
		sqlite3_bind_int64(s, 4, (int64_t)audit->text.n);
		sqlite3_bind_blob64(s, 5, n ? small : NULL, n, SQLITE_STATIC);
	}
	sqlite3_bind_int(s, 6, audit->change);
	history_do(h, s);
	sqlite3_clear_bindings(s);
	free(small);
	for (size_t i = 0; i < audit->nseen; i++)
		wait_seen(h, audit->index, &audit->seen[i]);
	h->waiting++;
}

size_t history_waiting(const struct history *h)
{
	return h->waiting;
}

/* ---- kept ---- */

static int64_t limit(size_t before)
{
	return before > INT64_MAX ? INT64_MAX : (int64_t)before;
}

static void drop_old_states(struct history *h, const char *domain)
{
	sqlite3_stmt *s = history_sql(h, SQL_STATE_PRUNE), *body;

	if (!s)
		return;
	sqlite3_bind_text(s, 1, domain, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, h->keep);
	while (history_step(h, s)) {
		body = history_sql(h, SQL_BODY_PRUNE);
		if (!body)
			return;
		sqlite3_bind_int64(body, 1, sqlite3_column_int64(s, 0));
		history_do(h, body);
	}
}

static void keep_again(struct history *h, const struct history_state *newest)
{
	sqlite3_stmt *s = history_sql(h, SQL_STATE_AGAIN);

	if (!s)
		return;
	sqlite3_bind_int64(s, 1, newest->id);
	sqlite3_bind_int64(s, 2, h->now_s);
	sqlite3_bind_int64(s, 3, h->run);
	history_do(h, s);
}

static void keep_new(struct history *h, const char *domain, sqlite3_stmt *waiting)
{
	sqlite3_stmt *s = history_sql(h, SQL_STATE_NEW);

	if (!s)
		return;
	sqlite3_bind_text(s, 1, domain, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, h->now_s);
	sqlite3_bind_int64(s, 3, h->run);
	sqlite3_bind_value(s, 4, sqlite3_column_value(waiting, 2));
	if (!history_do(h, s))
		return;
	s = history_sql(h, SQL_BODY_NEW);
	if (!s)
		return;
	sqlite3_bind_int64(s, 1, sqlite3_last_insert_rowid(h->db));
	sqlite3_bind_value(s, 2, sqlite3_column_value(waiting, 3));
	sqlite3_bind_value(s, 3, sqlite3_column_value(waiting, 4));
	history_do(h, s);
}

/* Where another run has kept a state meanwhile, and this one had put no text, that state stands. */
static void keep_state(struct history *h, const char *domain, sqlite3_stmt *waiting)
{
	struct history_state newest;
	bool has_text = sqlite3_column_type(waiting, 4) == SQLITE_BLOB;

	if (history_newest(h, domain, 0, &newest) &&
	    sqlite3_column_bytes(waiting, 2) == HISTORY_DIGEST &&
	    memcmp(newest.digest, sqlite3_column_blob(waiting, 2), HISTORY_DIGEST) == 0)
		keep_again(h, &newest);
	else if (has_text)
		keep_new(h, domain, waiting);
	drop_old_states(h, domain);
}

static int64_t value_id(struct history *h, sqlite3_stmt *waiting)
{
	sqlite3_stmt *s = history_sql(h, SQL_VALUE_NEW);
	int64_t id = 0;

	if (!s)
		return 0;
	sqlite3_bind_value(s, 1, sqlite3_column_value(waiting, 2));
	sqlite3_bind_value(s, 2, sqlite3_column_value(waiting, 3));
	history_do(h, s);
	s = history_sql(h, SQL_VALUE_ID);
	if (!s)
		return 0;
	sqlite3_bind_value(s, 1, sqlite3_column_value(waiting, 2));
	if (history_step(h, s))
		id = sqlite3_column_int64(s, 0);
	sqlite3_reset(s);
	return id;
}

static sqlite3_stmt *about(struct history *h, enum history_sql sql, const char *domain,
			   sqlite3_stmt *waiting)
{
	sqlite3_stmt *s = history_sql(h, sql);

	if (s) {
		sqlite3_bind_text(s, 1, domain, -1, SQLITE_STATIC);
		sqlite3_bind_value(s, 2, sqlite3_column_value(waiting, 0));
		sqlite3_bind_value(s, 3, sqlite3_column_value(waiting, 1));
	}
	return s;
}

static void keep_seen(struct history *h, const char *domain, sqlite3_stmt *waiting)
{
	bool there = sqlite3_column_type(waiting, 3) != SQLITE_NULL;
	int64_t value = there ? value_id(h, waiting) : 0;
	sqlite3_stmt *s;

	if (there) {
		s = about(h, SQL_SEEN_AGAIN, domain, waiting);
		if (!s)
			return;
		sqlite3_bind_int64(s, 4, value);
		sqlite3_bind_int64(s, 5, h->now_s);
		if (!history_do(h, s) || sqlite3_changes(h->db))
			return;
	}
	s = about(h, SQL_SEEN_GONE, domain, waiting);
	if (!s)
		return;
	sqlite3_bind_int64(s, 4, h->now_s);
	if (!history_do(h, s) || !there)
		return;
	s = about(h, SQL_SEEN_NEW, domain, waiting);
	if (!s)
		return;
	sqlite3_bind_int64(s, 4, value);
	sqlite3_bind_int64(s, 5, h->now_s);
	history_do(h, s);
}

static void keep_all_seen(struct history *h, int64_t index, const char *domain)
{
	sqlite3_stmt *waiting = history_sql(h, SQL_WAITING_SEEN), *s;

	if (!waiting)
		return;
	sqlite3_bind_int64(waiting, 1, index);
	while (history_step(h, waiting))
		keep_seen(h, domain, waiting);
	s = history_sql(h, SQL_SEEN_PRUNE);
	if (!s)
		return;
	sqlite3_bind_text(s, 1, domain, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, h->now_s - GONE_KEPT_S);
	history_do(h, s);
	h->pruned |= sqlite3_changes(h->db) > 0;
}

static void count(struct history *h, int change)
{
	sqlite3_stmt *s = history_sql(h, SQL_RUN_COUNT);

	if (!s)
		return;
	sqlite3_bind_int64(s, 1, h->run);
	sqlite3_bind_int(s, 2, change);
	history_do(h, s);
}

static size_t keep_all(struct history *h, size_t before)
{
	sqlite3_stmt *waiting = history_sql(h, SQL_WAITING);
	size_t n = 0;

	if (!waiting)
		return 0;
	sqlite3_bind_int64(waiting, 1, limit(before));
	while (history_step(h, waiting)) {
		const char *domain = (const char *)sqlite3_column_text(waiting, 1);

		keep_state(h, domain, waiting);
		keep_all_seen(h, sqlite3_column_int64(waiting, 0), domain);
		count(h, sqlite3_column_int(waiting, 5));
		n++;
	}
	return n;
}

static void forget_waiting(struct history *h, size_t before)
{
	static const enum history_sql both[] = { SQL_WAITED, SQL_WAITED_SEEN };

	for (size_t i = 0; i < 2; i++) {
		sqlite3_stmt *s = history_sql(h, both[i]);

		if (!s)
			return;
		sqlite3_bind_int64(s, 1, limit(before));
		history_do(h, s);
	}
}

/* The run's own row: made with the first audits that are kept. */
static void begin_run(struct history *h)
{
	sqlite3_stmt *s = h->run ? NULL : history_sql(h, SQL_RUN_BEGIN);

	if (!s)
		return;
	sqlite3_bind_int64(s, 1, h->now_s);
	sqlite3_bind_text(s, 2, h->version, -1, SQLITE_STATIC);
	if (history_do(h, s))
		h->run = sqlite3_last_insert_rowid(h->db);
}

static void end_run(struct history *h, int64_t now_s)
{
	sqlite3_stmt *s = history_sql(h, SQL_RUN_END);

	if (!s)
		return;
	sqlite3_bind_int64(s, 1, h->run);
	sqlite3_bind_int64(s, 2, now_s);
	history_do(h, s);
	s = history_sql(h, SQL_RUN_PRUNE);
	if (!s)
		return;
	sqlite3_bind_int64(s, 1, h->keep);
	history_do(h, s);
	if (h->pruned)
		history_do(h, history_sql(h, SQL_VALUE_PRUNE));
}

/* Who else writes does so for a moment only. False: not now, or never. */
static bool begin(struct history *h)
{
	sqlite3_stmt *s = history_sql(h, SQL_BEGIN);
	int rc = s ? sqlite3_step(s) : SQLITE_DONE;

	if (!s)
		return false;
	sqlite3_reset(s);
	if (rc != SQLITE_DONE && (rc & 0xff) != SQLITE_BUSY)
		history_fail(h);
	return rc == SQLITE_DONE;
}

/* All that waits below `before`, and with ended_s the end of the run, at once or not at all. */
static bool write_all(struct history *h, size_t before, int64_t ended_s)
{
	sqlite3_stmt *s;
	size_t n;

	if (!begin(h))
		return false;
	begin_run(h);
	n = keep_all(h, before);
	forget_waiting(h, before);
	if (ended_s)
		end_run(h, ended_s);
	s = history_sql(h, SQL_COMMIT);
	if (!history_do(h, s)) {
		sqlite3_exec(h->db, "ROLLBACK", NULL, NULL, NULL);
		return false;
	}
	h->waiting -= n;
	return true;
}

void history_commit(struct history *h, size_t before)
{
	if (h->waiting)
		write_all(h, before, 0);
}

void history_end(struct history *h, size_t before, int64_t ended_s)
{
	for (int ms = 0; !write_all(h, before, ended_s) && !h->failed; ms += 100) {
		if (ms >= END_WAIT_MS) {
			history_fail(h);
			return;
		}
		sqlite3_sleep(100);
	}
}

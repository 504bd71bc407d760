/* The database of --state: opening it, and its statements.
 *
 * Tables: run; state, a row for audits of a domain that found the same one after the other, and
 * body, what was kept of it, deflated; seen, a row for a thing as long as it stayed the same, and
 * value, each value once. Those of SQLite's temporary database are waiting and waiting_seen: what
 * was put and is not kept yet. */
#include "history_db.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { APPLICATION = 1635087464 /* "auth" */, SCHEMA = 1, BUSY_MS = 5000 };

static const char schema[] =
	"CREATE TABLE run(id INTEGER PRIMARY KEY, began_s INTEGER NOT NULL, ended_s INTEGER,"
	" version TEXT NOT NULL, domains INTEGER NOT NULL DEFAULT 0, first INTEGER NOT NULL DEFAULT 0,"
	" worse INTEGER NOT NULL DEFAULT 0, better INTEGER NOT NULL DEFAULT 0);"
	"CREATE TABLE state(id INTEGER PRIMARY KEY AUTOINCREMENT, domain TEXT NOT NULL,"
	" first_s INTEGER NOT NULL, last_s INTEGER NOT NULL, times INTEGER NOT NULL,"
	" first_run INTEGER NOT NULL, last_run INTEGER NOT NULL, digest BLOB NOT NULL);"
	"CREATE INDEX state_domain ON state(domain);"
	"CREATE TABLE body(id INTEGER PRIMARY KEY, octets INTEGER NOT NULL, text BLOB NOT NULL);"
	"CREATE TABLE value(id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, text TEXT NOT NULL);"
	"CREATE TABLE seen(id INTEGER PRIMARY KEY, domain TEXT NOT NULL, kind INTEGER NOT NULL,"
	" key TEXT NOT NULL, value INTEGER NOT NULL, first_s INTEGER NOT NULL, last_s INTEGER NOT NULL,"
	" gone_s INTEGER);"
	"CREATE INDEX seen_domain ON seen(domain);"
	"PRAGMA application_id=1635087464; PRAGMA user_version=1;";

static const char temporary[] =
	"CREATE TEMP TABLE waiting(idx INTEGER NOT NULL, domain TEXT NOT NULL, digest BLOB NOT NULL,"
	" octets INTEGER, text BLOB, change INTEGER NOT NULL);"
	"CREATE TEMP TABLE waiting_seen(idx INTEGER NOT NULL, kind INTEGER NOT NULL,"
	" key TEXT NOT NULL, digest BLOB, text TEXT);"
	"CREATE INDEX temp.waiting_seen_idx ON waiting_seen(idx);";

static const char *const texts[SQL_COUNT] = {
	[SQL_BEGIN] = "BEGIN IMMEDIATE",
	[SQL_COMMIT] = "COMMIT",
	[SQL_NEWEST] = "SELECT id, first_s, last_s, times, digest FROM state WHERE domain = ?1"
		       " AND (?2 = 0 OR id < ?2) ORDER BY id DESC LIMIT 1",
	[SQL_TEXT] = "SELECT octets, text FROM body WHERE id = ?1",
	[SQL_PAST] = "SELECT s.kind, s.key, v.text, s.first_s, s.last_s, ifnull(s.gone_s, 0)"
		     " FROM seen s JOIN value v ON v.id = s.value WHERE s.domain = ?1"
		     " ORDER BY s.id DESC LIMIT 200",
	[SQL_RUN] = "SELECT id, began_s, ifnull(ended_s, 0), version, domains, first, worse, better"
		    " FROM run WHERE ?1 = 0 OR id < ?1 ORDER BY id DESC LIMIT 1",
	[SQL_RUN_BEGIN] = "INSERT INTO run(began_s, version) VALUES(?1, ?2)",
	[SQL_RUN_COUNT] = "UPDATE run SET domains = domains + 1, first = first + (?2 = 1),"
			  " worse = worse + (?2 = 2), better = better + (?2 = 3) WHERE id = ?1",
	[SQL_RUN_END] = "UPDATE run SET ended_s = ?2 WHERE id = ?1",
	[SQL_RUN_PRUNE] = "DELETE FROM run WHERE id <= (SELECT id FROM run ORDER BY id DESC"
			  " LIMIT 1 OFFSET ?1)",
	[SQL_WAIT] = "INSERT INTO waiting VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
	[SQL_WAIT_SEEN] = "INSERT INTO waiting_seen VALUES(?1, ?2, ?3, ?4, ?5)",
	[SQL_WAITING] = "SELECT idx, domain, digest, octets, text, change FROM waiting"
			" WHERE idx < ?1 ORDER BY idx",
	[SQL_WAITING_SEEN] = "SELECT kind, key, digest, text FROM waiting_seen WHERE idx = ?1"
			     " ORDER BY rowid",
	[SQL_WAITED] = "DELETE FROM waiting WHERE idx < ?1",
	[SQL_WAITED_SEEN] = "DELETE FROM waiting_seen WHERE idx < ?1",
	[SQL_STATE_AGAIN] = "UPDATE state SET last_s = max(last_s, ?2), times = times + 1,"
			    " last_run = ?3 WHERE id = ?1",
	[SQL_STATE_NEW] = "INSERT INTO state(domain, first_s, last_s, times, first_run, last_run,"
			  " digest) VALUES(?1, ?2, ?2, 1, ?3, ?3, ?4)",
	[SQL_BODY_NEW] = "INSERT INTO body VALUES(?1, ?2, ?3)",
	[SQL_STATE_PRUNE] = "DELETE FROM state WHERE domain = ?1 AND id < (SELECT min(id) FROM"
			    " (SELECT id, sum(times) OVER (ORDER BY id DESC) - times AS newer"
			    " FROM state WHERE domain = ?1) WHERE newer < ?2) RETURNING id",
	[SQL_BODY_PRUNE] = "DELETE FROM body WHERE id = ?1",
	[SQL_VALUE_NEW] = "INSERT OR IGNORE INTO value(digest, text) VALUES(?1, ?2)",
	[SQL_VALUE_ID] = "SELECT id FROM value WHERE digest = ?1",
	[SQL_SEEN_AGAIN] = "UPDATE seen SET last_s = max(last_s, ?5) WHERE domain = ?1"
			   " AND kind = ?2 AND key = ?3 AND value = ?4 AND gone_s IS NULL",
	/* there is one policy, whatever its id */
	[SQL_SEEN_GONE] = "UPDATE seen SET gone_s = ?4 WHERE domain = ?1 AND kind = ?2"
			  " AND (key = ?3 OR kind = 1) AND gone_s IS NULL",
	[SQL_SEEN_NEW] = "INSERT INTO seen(domain, kind, key, value, first_s, last_s)"
			 " VALUES(?1, ?2, ?3, ?4, ?5, ?5)",
	[SQL_SEEN_PRUNE] = "DELETE FROM seen WHERE domain = ?1 AND gone_s < ?2",
	[SQL_VALUE_PRUNE] = "DELETE FROM value WHERE id NOT IN (SELECT value FROM seen)",
};

/* ---- statements ---- */

void history_fail(struct history *h)
{
	if (!h->failed)
		snprintf(h->error, sizeof(h->error), "%s: %s", h->path, sqlite3_errmsg(h->db));
	h->failed = true;
}

sqlite3_stmt *history_sql(struct history *h, enum history_sql which)
{
	sqlite3_stmt **s = &h->stmt[which];

	if (h->failed)
		return NULL;
	if (!*s && sqlite3_prepare_v3(h->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, s,
				      NULL) != SQLITE_OK) {
		history_fail(h);
		return NULL;
	}
	sqlite3_reset(*s);
	sqlite3_clear_bindings(*s);
	return *s;
}

bool history_step(struct history *h, sqlite3_stmt *s)
{
	int rc = s ? sqlite3_step(s) : SQLITE_DONE;

	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		history_fail(h);
	if (s)
		sqlite3_reset(s);
	return false;
}

bool history_do(struct history *h, sqlite3_stmt *s)
{
	while (history_step(h, s))
		;
	return !h->failed;
}

/* ---- opening ---- */

static int64_t pragma(struct history *h, const char *text)
{
	sqlite3_stmt *s = NULL;
	int64_t n = -1;

	if (sqlite3_prepare_v2(h->db, text, -1, &s, NULL) != SQLITE_OK)
		history_fail(h);
	else if (sqlite3_step(s) == SQLITE_ROW)
		n = sqlite3_column_int64(s, 0);
	if (sqlite3_finalize(s) != SQLITE_OK)
		history_fail(h);
	return n;
}

static bool run_all(struct history *h, const char *text)
{
	if (sqlite3_exec(h->db, text, NULL, NULL, NULL) != SQLITE_OK)
		history_fail(h);
	return !h->failed;
}

/* Another run may be doing the same just now; SQLite does not wait by itself here. */
static bool write_ahead(struct history *h)
{
	for (int ms = 0;; ms += 20) {
		int rc = sqlite3_exec(h->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);

		if (rc == SQLITE_OK)
			return true;
		if ((rc != SQLITE_BUSY && rc != SQLITE_LOCKED) || ms >= BUSY_MS)
			break;
		sqlite3_sleep(20);
	}
	history_fail(h);
	return false;
}

/* A database of ours, or one that is empty and shall be. */
static bool is_ours(struct history *h, bool make, const char **what)
{
	int64_t application = pragma(h, "PRAGMA application_id"),
		version = pragma(h, "PRAGMA user_version"),
		tables = pragma(h, "SELECT count(*) FROM sqlite_master");

	if (h->failed)
		return false;
	if (application == APPLICATION && version == SCHEMA)
		return true;
	*what = application != APPLICATION ? "no history of authcheck's; name another folder"
					   : "written by a newer authcheck; use that one";
	if (application || version || tables)
		return false;
	*what = "no audits are kept there";
	return make && run_all(h, schema);
}

static bool set_up(struct history *h, bool make, const char **what)
{
	sqlite3_busy_timeout(h->db, BUSY_MS);
	sqlite3_extended_result_codes(h->db, 1);
	if (!make)
		return is_ours(h, false, what);
	if (!write_ahead(h) || !run_all(h, "PRAGMA synchronous=NORMAL; PRAGMA temp_store=FILE;"
					   "PRAGMA cache_size=-4096; BEGIN IMMEDIATE"))
		return false;
	if (!is_ours(h, true, what)) {
		run_all(h, "ROLLBACK");
		return false;
	}
	return run_all(h, "COMMIT") && run_all(h, temporary);
}

static struct history *open_at(struct arena *a, const char *dir, bool make, const char **err)
{
	struct history *h = calloc(1, sizeof(*h));
	int flags = SQLITE_OPEN_READWRITE | (make ? SQLITE_OPEN_CREATE : 0);
	const char *what = NULL;

	*err = "out of memory";
	if (!h)
		return NULL;
	snprintf(h->path, sizeof(h->path), "%s/history.db", dir);
	if (sqlite3_open_v2(h->path, &h->db, flags, NULL) != SQLITE_OK) {
		*err = arena_printf(a, "%s: %s", h->path,
				    h->db ? sqlite3_errmsg(h->db) : "out of memory");
	} else if (set_up(h, make, &what)) {
		return h;
	} else if (!make && (sqlite3_errcode(h->db) & 0xff) == SQLITE_READONLY) {
		*err = arena_printf(
			a, "%s: only who may write to the folder can read it: SQLite needs to",
			h->path);
	} else {
		*err = h->failed ? arena_strdup(a, h->error)
				 : arena_printf(a, "%s: %s", h->path, what);
	}
	history_close(h);
	return NULL;
}

struct history *history_open(struct arena *a, const char *dir, bool make, const char **err)
{
	struct stat st;

	if (strlen(dir) > sizeof(((struct history *)0)->path) - 32) {
		*err = "--state: the name of the folder is too long";
		return NULL;
	}
	if (make && mkdir(dir, 0777) != 0 && errno != EEXIST) {
		*err = arena_printf(a, "%s: %s", dir, strerror(errno));
		return NULL;
	}
	if (!make && stat(arena_printf(a, "%s/history.db", dir), &st) != 0) {
		*err = arena_printf(
			a, "%s: no audits are kept there; `authcheck --state %s DOMAIN` does", dir,
			dir);
		return NULL;
	}
	return open_at(a, dir, make, err);
}

void history_close(struct history *h)
{
	if (!h)
		return;
	for (int i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(h->stmt[i]);
	sqlite3_close(h->db);
	free(h);
}

const char *history_error(const struct history *h)
{
	return h->failed ? h->error : NULL;
}

/* history_db: what the files of history share. Private to src/ask. Layer: ask. */
#ifndef AUTHCHECK_ASK_HISTORY_DB_H
#define AUTHCHECK_ASK_HISTORY_DB_H

#include <sqlite3.h>

#include "history.h"

enum history_sql {
	SQL_BEGIN,
	SQL_COMMIT,
	SQL_NEWEST,
	SQL_TEXT,
	SQL_PAST,
	SQL_RUN,
	SQL_RUN_BEGIN,
	SQL_RUN_COUNT,
	SQL_RUN_END,
	SQL_RUN_PRUNE,
	SQL_WAIT,
	SQL_WAIT_SEEN,
	SQL_WAITING,
	SQL_WAITING_SEEN,
	SQL_WAITED,
	SQL_WAITED_SEEN,
	SQL_STATE_AGAIN,
	SQL_STATE_NEW,
	SQL_BODY_NEW,
	SQL_STATE_PRUNE,
	SQL_BODY_PRUNE,
	SQL_VALUE_NEW,
	SQL_VALUE_ID,
	SQL_SEEN_AGAIN,
	SQL_SEEN_GONE,
	SQL_SEEN_NEW,
	SQL_SEEN_PRUNE,
	SQL_VALUE_PRUNE,
	SQL_COUNT
};

struct history {
	sqlite3 *db;
	sqlite3_stmt *stmt[SQL_COUNT];
	char path[4096], error[4096 + 256];
	bool failed;
	int64_t now_s, run; /* run 0: not written yet */
	const char *version;
	unsigned keep;
	size_t waiting;
	bool pruned; /* something that was seen was dropped: values may be left over */
};

/* The statement, ready to be bound; NULL after an error. */
sqlite3_stmt *history_sql(struct history *h, enum history_sql which);
/* Notes what SQLite complains of. */
void history_fail(struct history *h);
/* Runs a statement that gives no rows. */
bool history_do(struct history *h, sqlite3_stmt *s);
/* The next row; false at the end, or after an error. */
bool history_step(struct history *h, sqlite3_stmt *s);

#endif

/* What is kept, read. The database is input like any other: every value may be of another type. */
#include "history_db.h"

#include <string.h>
#include <zlib.h>

enum { TEXT_MAX = 256 * 1024 * 1024, PAST_MAX = 200 };

static const char *words(struct arena *a, sqlite3_stmt *s, int column)
{
	const unsigned char *text = sqlite3_column_text(s, column);

	return arena_strdup(a, text ? (const char *)text : "");
}

bool history_newest(struct history *h, const char *domain, int64_t before,
		    struct history_state *out)
{
	sqlite3_stmt *s = history_sql(h, SQL_NEWEST);
	bool ok;

	if (!s)
		return false;
	sqlite3_bind_text(s, 1, domain, -1, SQLITE_STATIC);
	sqlite3_bind_int64(s, 2, before);
	ok = history_step(h, s);
	if (ok) {
		*out = (struct history_state){ .id = sqlite3_column_int64(s, 0),
					       .first_s = sqlite3_column_int64(s, 1),
					       .last_s = sqlite3_column_int64(s, 2),
					       .times = (uint64_t)sqlite3_column_int64(s, 3) };
		if (sqlite3_column_bytes(s, 4) == HISTORY_DIGEST)
			memcpy(out->digest, sqlite3_column_blob(s, 4), HISTORY_DIGEST);
		sqlite3_reset(s);
	}
	return ok;
}

bool history_text(struct history *h, struct arena *a, int64_t id, struct str *out)
{
	sqlite3_stmt *s = history_sql(h, SQL_TEXT);
	bool ok = false;

	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, id);
	if (history_step(h, s)) {
		int64_t octets = sqlite3_column_int64(s, 0);
		const void *text = sqlite3_column_blob(s, 1);
		uLong n = (uLong)sqlite3_column_bytes(s, 1);
		uLongf whole = octets > 0 && octets < TEXT_MAX ? (uLongf)octets : 0;
		char *p = arena_alloc(a, whole + 1);

		ok = text && whole &&
		     uncompress((Bytef *)p, &whole, (const Bytef *)text, n) == Z_OK;
		*out = (struct str){ p, whole };
		sqlite3_reset(s);
	}
	return ok;
}

void history_past(struct history *h, struct arena *a, const char *domain, struct past *out)
{
	sqlite3_stmt *s = history_sql(h, SQL_PAST);
	struct past_item *item = arena_array(a, PAST_MAX, sizeof(*item));

	*out = (struct past){ item, 0 };
	if (!s)
		return;
	sqlite3_bind_text(s, 1, domain, -1, SQLITE_STATIC);
	while (out->n < PAST_MAX && history_step(h, s)) {
		int kind = sqlite3_column_int(s, 0);

		if (kind < 0 || kind >= PAST_KINDS)
			continue;
		item[out->n++] = (struct past_item){
			.kind = (enum past_kind)kind,
			.key = words(a, s, 1),
			.value = words(a, s, 2),
			.first_s = sqlite3_column_int64(s, 3),
			.last_s = sqlite3_column_int64(s, 4),
			.gone_s = sqlite3_column_int64(s, 5),
		};
	}
	sqlite3_reset(s);
}

bool history_run(struct history *h, struct arena *a, int64_t *id, struct past_run *out)
{
	sqlite3_stmt *s = history_sql(h, SQL_RUN);
	bool ok;

	if (!s)
		return false;
	sqlite3_bind_int64(s, 1, *id);
	ok = history_step(h, s);
	if (ok) {
		*id = sqlite3_column_int64(s, 0);
		*out = (struct past_run){
			.began_s = sqlite3_column_int64(s, 1),
			.ended_s = sqlite3_column_int64(s, 2),
			.version = words(a, s, 3),
			.domains = (uint64_t)sqlite3_column_int64(s, 4),
			.first = (uint64_t)sqlite3_column_int64(s, 5),
			.worse = (uint64_t)sqlite3_column_int64(s, 6),
			.better = (uint64_t)sqlite3_column_int64(s, 7),
		};
		sqlite3_reset(s);
	}
	return ok;
}

/* What --state keeps: states, what was seen, runs, and what a run that ends anyhow leaves behind.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "history.h"

enum { DAY = 24 * 3600 };

static struct arena arena;
static char dir[256];

static int make_dir(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	arena_init(&arena, 1024 * 1024 * 1024);
	snprintf(dir, sizeof(dir), "%s/authcheck-history.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	return mkdtemp(dir) ? 0 : -1;
}

static int remove_dir(void **state)
{
	static const char *const files[] = { "history.db", "history.db-wal", "history.db-shm" };
	char path[512];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
	arena_free(&arena);
	return rmdir(dir);
}

static struct history *opened(bool make)
{
	const char *err = NULL;
	struct history *h = history_open(&arena, dir, make, &err);

	if (!h)
		fail_msg("%s", err);
	return h;
}

static void put(struct history *h, size_t index, const char *domain, const char *text,
		const struct past_seen *seen)
{
	struct history_audit audit = { .index = index,
				       .domain = domain,
				       .text = str_c(text),
				       .change = 2,
				       .seen = seen,
				       .nseen = seen ? 1 : 0 };
	struct history_state newest;

	history_digest(audit.text, audit.digest);
	audit.same = history_newest(h, domain, 0, &newest) &&
		     memcmp(newest.digest, audit.digest, sizeof(newest.digest)) == 0;
	history_put(h, &audit);
	assert_null(history_error(h));
}

/* One run of one audit. */
static void run(int64_t day, unsigned keep, const char *text, const struct past_seen *seen)
{
	struct history *h = opened(true);

	history_begin(h, day * DAY, "1.2.3", keep);
	put(h, 0, "example.com", text, seen);
	history_end(h, SIZE_MAX, day * DAY + 5);
	assert_null(history_error(h));
	history_close(h);
}

static const char *newest(struct history *h, struct history_state *s)
{
	struct str text;

	assert_true(history_newest(h, "example.com", 0, s));
	assert_true(history_text(h, &arena, s->id, &text));
	return arena_strndup(&arena, text.p, text.n);
}

static void states(void **state)
{
	struct history_state s, older;
	struct history *h;

	(void)state;
	run(1, 100, "one", NULL);
	run(2, 100, "one", NULL);
	run(3, 100, "two", NULL);
	h = opened(false);
	assert_string_equal(newest(h, &s), "two");
	assert_int_equal(s.first_s, 3 * DAY);
	assert_int_equal(s.times, 1);
	assert_true(history_newest(h, "example.com", s.id, &older));
	assert_int_equal(older.first_s, DAY);
	assert_int_equal(older.last_s, 2 * DAY);
	assert_int_equal(older.times, 2);
	assert_false(history_newest(h, "example.com", older.id, &s));
	assert_false(history_newest(h, "example.org", 0, &s));
	history_close(h);
}

/* Of each domain the states of the last N audits. */
static void kept(void **state)
{
	struct history_state s = { .id = 0 };
	struct past_run r;
	struct history *h;
	size_t n = 0;
	int64_t id = 0;

	(void)state;
	for (int i = 0; i < 10; i++)
		run(i + 1, 3, i < 8 ? arena_printf(&arena, "text %d", i) : "same", NULL);
	h = opened(false);
	while (history_newest(h, "example.com", s.id, &s))
		n++;
	assert_int_equal(n, 2); /* two audits that found "same", one before them */
	for (n = 0; history_run(h, &arena, &id, &r);)
		n++;
	assert_int_equal(n, 3);
	history_close(h);
}

/* Only what is written is kept. */
static void not_written(void **state)
{
	struct history *h = opened(true);
	struct history_state s;

	(void)state;
	history_begin(h, DAY, "1.2.3", 100);
	put(h, 0, "a.example", "a", NULL);
	put(h, 2, "c.example", "c", NULL);
	put(h, 1, "b.example", "b", NULL);
	assert_int_equal(history_waiting(h), 3);
	assert_false(history_newest(h, "a.example", 0, &s));
	history_commit(h, 2);
	assert_int_equal(history_waiting(h), 1);
	assert_true(history_newest(h, "a.example", 0, &s));
	assert_true(history_newest(h, "b.example", 0, &s));
	assert_false(history_newest(h, "c.example", 0, &s));
	history_close(h);
	h = opened(false);
	assert_false(history_newest(h, "c.example", 0, &s));
	history_close(h);
}

static void runs(void **state)
{
	struct history *h = opened(true);
	struct past_run r;
	int64_t id = 0;

	(void)state;
	history_begin(h, 7 * DAY, "1.2.3", 100);
	put(h, 0, "a.example", "a", NULL);
	history_commit(h, 1);
	assert_true(history_run(h, &arena, &id, &r));
	assert_int_equal(r.ended_s, 0);
	put(h, 1, "b.example", "b", NULL);
	history_end(h, SIZE_MAX, 7 * DAY + 9);
	id = 0;
	assert_true(history_run(h, &arena, &id, &r));
	assert_int_equal(r.began_s, 7 * DAY);
	assert_int_equal(r.ended_s, 7 * DAY + 9);
	assert_int_equal(r.domains, 2);
	assert_int_equal(r.worse, 2);
	assert_int_equal(r.first + r.better, 0);
	assert_string_equal(r.version, "1.2.3");
	assert_false(history_run(h, &arena, &id, &r));
	history_close(h);
}

/* A thing is one row as long as it stays the same; then it is gone, and the new one begins. */
static void seen(void **state)
{
	const struct past_seen one = { PAST_DKIM, "s1", "AAAA" },
			       other = { PAST_DKIM, "s1", "BBBB" },
			       gone = { PAST_DKIM, "s1", NULL };
	struct history *h;
	struct past p;

	(void)state;
	run(1, 100, "x", &one);
	run(2, 100, "x", &one);
	run(3, 100, "x", &other);
	run(4, 100, "x", &gone);
	run(5, 100, "x", &gone);
	h = opened(false);
	history_past(h, &arena, "example.com", &p);
	assert_int_equal(p.n, 2);
	assert_string_equal(p.item[0].value, "BBBB");
	assert_int_equal(p.item[0].first_s, 3 * DAY);
	assert_int_equal(p.item[0].gone_s, 4 * DAY);
	assert_string_equal(p.item[1].value, "AAAA");
	assert_int_equal(p.item[1].last_s, 2 * DAY);
	assert_int_equal(p.item[1].gone_s, 3 * DAY);
	history_close(h);
	/* what is gone for long is dropped, and its value with it */
	run(1000, 100, "x", &one);
	h = opened(false);
	history_past(h, &arena, "example.com", &p);
	assert_int_equal(p.n, 1);
	assert_int_equal(p.item[0].gone_s, 0);
	history_close(h);
}

/* Of policies there is one, whatever its id. */
static void policies(void **state)
{
	const struct past_seen one = { PAST_STS, "1", "enforce 1 mx" },
			       other = { PAST_STS, "2", "enforce 2 mx" };
	struct history *h;
	struct past p;

	(void)state;
	run(1, 100, "x", &one);
	run(2, 100, "x", &other);
	h = opened(false);
	history_past(h, &arena, "example.com", &p);
	assert_int_equal(p.n, 2);
	assert_int_equal(p.item[0].gone_s, 0);
	assert_int_equal(p.item[1].gone_s, 2 * DAY);
	history_close(h);
}

/* Two runs at a time: both are kept, and the domain's states are those that each saw. */
static void two_at_once(void **state)
{
	struct history *x = opened(true), *y = opened(true), *h;
	struct history_state s;

	(void)state;
	history_begin(x, DAY, "1", 100);
	history_begin(y, DAY + 1, "1", 100);
	put(x, 0, "example.com", "one", NULL);
	put(y, 0, "example.com", "one", NULL);
	put(x, 1, "only.example", "one", NULL);
	history_end(x, SIZE_MAX, DAY + 5);
	history_end(y, SIZE_MAX, DAY + 6);
	assert_null(history_error(x));
	assert_null(history_error(y));
	history_close(x);
	history_close(y);
	h = opened(false);
	assert_string_equal(newest(h, &s), "one");
	assert_int_equal(s.times, 2);
	assert_true(history_newest(h, "only.example", 0, &s));
	history_close(h);
}

static void write_file(const char *name, const char *text, size_t n)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	fclose(f);
}

static void refused(bool make, const char *want)
{
	const char *err = NULL;

	assert_null(history_open(&arena, dir, make, &err));
	if (!strstr(err, want))
		fail_msg("%s: not \"%s\"", err, want);
	assert_null(strchr(err, '\n'));
}

static void no_history(void **state)
{
	(void)state;
	refused(false, "no audits are kept there");
	write_file("history.db", "", 0);
	refused(false, "no audits are kept there");
	write_file("history.db",
		   "this is no database, but it is long enough to be one, says SQLite, "
		   "which looks at the first hundred octets of it",
		   110);
	refused(true, "not a database");
	refused(false, "not a database");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(states, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(kept, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(not_written, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(runs, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(seen, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(policies, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(two_at_once, make_dir, remove_dir),
		cmocka_unit_test_setup_teardown(no_history, make_dir, remove_dir),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Pieces that are finished in any order, and lines that are longer than any buffer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lines.h"
#include "spool.h"

enum { PIECES = 3000 };

static void put(struct spool *s, size_t i)
{
	struct buf b;

	buf_init(&b, 4096);
	if (i % 7) /* some are empty */
		buf_addf(&b, "piece %zu;", i);
	buf_pad(&b, '.', i % 7 ? i % 50 : 0);
	assert_true(spool_put(s, i, buf_str(&b)));
	buf_free(&b);
}

static void check_out(const struct buf *out)
{
	struct buf want;

	buf_init(&want, 1024 * 1024);
	for (size_t i = 0; i < PIECES; i++)
		if (i % 7) {
			buf_addf(&want, "piece %zu;", i);
			buf_pad(&want, '.', i % 50);
		}
	assert_true(str_eq(buf_str(out), buf_str(&want)));
	buf_free(&want);
}

/* In blocks whose order is turned round, with room for next to nothing in memory, then for all. */
static void test_order(void **state)
{
	static const size_t memory[] = { 100, 1024 * 1024 }, blocks[] = { 1, 2, 100, PIECES };

	(void)state;
	for (size_t m = 0; m < 2; m++)
		for (size_t k = 0; k < 4; k++) {
			struct spool s;
			struct buf out;

			buf_init(&out, 1024 * 1024);
			spool_init(&s, memory[m], PIECES, P_tmpdir);
			for (size_t from = 0; from < PIECES; from += blocks[k])
				for (size_t i = blocks[k]; i > 0; i--) {
					put(&s, from + i - 1);
					assert_true(spool_take(&s, &out));
				}
			check_out(&out);
			assert_int_equal(s.in_memory, 0);
			assert_int_equal(s.in_file, 0);
			spool_free(&s);
			buf_free(&out);
		}
}

static void test_room(void **state)
{
	struct spool s;
	struct buf out;

	(void)state;
	buf_init(&out, 4096);
	spool_init(&s, 20, 10, "/no such folder");
	assert_true(spool_has_room(&s, 9));
	assert_false(spool_has_room(&s, 10));
	/* no file can be had: it stays in memory, and nothing more is to be begun */
	put(&s, 5);
	put(&s, 6);
	put(&s, 8);
	assert_false(spool_has_room(&s, 9));
	assert_true(spool_take(&s, &out));
	assert_int_equal(out.n, 0);
	assert_true(spool_take_all(&s, &out));
	assert_string_equal(out.p, "piece 5;.....piece 6;......piece 8;........");
	spool_free(&s);
	buf_free(&out);
}

static void test_lines(void **state)
{
	struct arena a;
	struct lines *l;
	struct str s;
	const char *err;
	char path[] = P_tmpdir "/authcheck-lines.XXXXXX";
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	(void)state;
	arena_init(&a, 16 * 1024 * 1024);
	fputs("one\n\ntwo\r\n", f);
	for (size_t i = 0; i < 3 * LINES_OCTETS; i++)
		putc('x', f);
	putc('\n', f);
	for (unsigned i = 0; i < 30000; i++)
		fprintf(f, "line %u\n", i);
	fputs("torn", f);
	fclose(f);
	l = ARENA_NEW(&a, struct lines);
	assert_true(lines_open(&a, path, l, &err));
	assert_int_equal(lines_next(l, true, &s), LINES_LINE);
	assert_true(str_eq(s, S("one")));
	assert_int_equal(lines_next(l, true, &s), LINES_LINE);
	assert_int_equal(s.n, 0);
	assert_int_equal(lines_next(l, true, &s), LINES_LINE);
	assert_true(str_eq(s, S("two")));
	assert_int_equal(lines_next(l, true, &s), LINES_LONG);
	assert_int_equal(l->line, 4);
	for (unsigned i = 0; i < 30000; i++) {
		assert_int_equal(lines_next(l, true, &s), LINES_LINE);
		assert_true(str_eq(s, str_c(arena_printf(&a, "line %u", i))));
	}
	assert_int_equal(lines_next(l, true, &s), LINES_LINE);
	assert_true(str_eq(s, S("torn")));
	assert_int_equal(lines_next(l, true, &s), LINES_END);
	assert_int_equal(l->line, 30005);
	lines_close(l);
	unlink(path);
	assert_false(lines_open(&a, path, l, &err));
	assert_false(lines_open(&a, P_tmpdir, l, &err));
	arena_free(&a);
}

/* A pipe in which nothing is yet. */
static void test_lines_later(void **state)
{
	struct lines *l = calloc(1, sizeof(*l));
	struct str s;
	int fd[2];

	(void)state;
	assert_int_equal(pipe(fd), 0);
	*l = (struct lines){ .path = "pipe", .fd = fd[0], .owned = true, .waits = true };
	assert_int_equal(lines_next(l, false, &s), LINES_LATER);
	assert_int_equal(write(fd[1], "ab", 2), 2);
	assert_int_equal(lines_next(l, false, &s), LINES_LATER);
	assert_int_equal(write(fd[1], "c\nd", 3), 3);
	assert_int_equal(lines_next(l, false, &s), LINES_LINE);
	assert_true(str_eq(s, S("abc")));
	close(fd[1]);
	assert_int_equal(lines_next(l, false, &s), LINES_LINE);
	assert_true(str_eq(s, S("d")));
	assert_int_equal(lines_next(l, false, &s), LINES_END);
	lines_close(l);
	free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_lines_later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

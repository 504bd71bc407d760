/* An arena a test, for cmocka_unit_test_setup_teardown(): setup makes it, teardown frees it. */
#ifndef TESTS_UNIT_ARENA_H
#define TESTS_UNIT_ARENA_H

#include "arena.h"

static struct arena arena;

static int setup(void **state)
{
	(void)state;
	arena_init(&arena, 16 * 1024 * 1024);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	arena_free(&arena);
	return 0;
}

#endif

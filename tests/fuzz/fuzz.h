/* What every fuzz target shares: an arena with a small maximum, gone back to when it is full. */
#ifndef TESTS_FUZZ_H
#define TESTS_FUZZ_H

#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_one(void (*run)(struct arena *a, struct str text), const uint8_t *data,
			    size_t size)
{
	struct arena a;
	jmp_buf oom;

	arena_init(&a, 16 * 1024 * 1024);
	a.oom = &oom;
	/* a copy of just this size, so that a read past its end is seen */
	if (setjmp(oom) == 0)
		run(&a, (struct str){ arena_strndup(&a, (const char *)data, size), size });
	arena_free(&a);
}

#define FUZZ(run) \
	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) \
	{ \
		fuzz_one(run, data, size); \
		return 0; \
	}

#endif

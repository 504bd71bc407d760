#include "fault.h"

enum { FAULTS_MAX = 64 };

void fault_add(struct arena *a, struct faults *fs, int code, struct span at, const char *detail)
{
	if (fs->n >= FAULTS_MAX)
		return;
	fs->item = arena_grow(a, fs->item, fs->n, &fs->cap, sizeof(*fs->item));
	fs->item[fs->n++] = (struct fault){ .code = code, .at = at, .detail = detail };
}

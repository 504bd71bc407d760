/* git: a folder of a repository as it was at a revision, read with git itself.
 *
 * Layer: ask. The files are put into a temporary folder, which git_remove() takes away. */
#ifndef AUTHCHECK_GIT_H
#define AUTHCHECK_GIT_H

#include <stdbool.h>

#include "arena.h"

struct git_copy {
	char *top;        /* the temporary folder; NULL: none */
	const char *path; /* what was asked for, within it */
	bool missing;     /* the revision has no such file or folder */
};

/* `path`, a file or folder of a working tree, as it is at `rev`. Of a file the whole of its folder
 * is copied, since it may include others. False and *err (one line) when there is no git, no
 * repository, or no such revision; git_remove() is to be called then as well. */
bool git_copy(struct arena *a, const char *rev, const char *path, struct git_copy *out,
	      const char **err);
void git_remove(struct git_copy *c);

#endif

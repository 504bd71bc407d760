/* stack_child: a function run in a child process that can do no harm. Layer: stack.
 *
 * The child is a copy of this process, so it sees all that its parent sees, and changes nothing of
 * it. It has no descriptor but the pipe to its parent and /dev/null, and can open none: no file, no
 * socket, no look-up. It may write no file and leave no core, and has so much memory, processor
 * time and time. It is always killed and waited for. */
#ifndef AUTHCHECK_STACK_CHILD_H
#define AUTHCHECK_STACK_CHILD_H

#include "buf.h"

enum child_end {
	CHILD_DONE,    /* it returned; *out is all that it has written */
	CHILD_CRASHED, /* a signal, or it left in another way than by returning */
	CHILD_ENDLESS, /* its processor time was used up */
	CHILD_NOT_RUN, /* it could not be started, or the machine gave it no time: says nothing */
};

enum { CHILD_CPU_S = 2, CHILD_WALL_S = 20, CHILD_OUT_MAX = 256 * 1024 };

/* Runs in the child: writes its answer into `out`, which is sent to the parent on return. */
typedef void child_fn(const void *job, struct buf *out);

/* Runs `run` in a child and appends what it has written to *out. What a child sends may be anything
 * where it was overrun: read it as hostile. */
enum child_end child_run(child_fn *run, const void *job, struct buf *out);

#endif

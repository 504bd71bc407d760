/* The child process. Only this file starts, limits and ends processes. Layer: stack. */
#include "stack_child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	FD_PIPE = 3, /* in the child */
	MEMORY_MAX = 512 * 1024 * 1024,
	LINGER_MS = 2000,
	END_MARK = 'E', /* the last octet of a child that returned */
};

/* ---- in the child ---- */

/* A macro, because the type of a resource is an int here and an enum there. */
#define LIMIT(what, most) setrlimit((what), &(struct rlimit){ (most), (most) })

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

/* AddressSanitizer reserves address space by the terabyte. */
static void limit_memory(void)
{
#ifndef __SANITIZE_ADDRESS__
	char text[64] = "";
	uint32_t pages = 0;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	struct str s = str_c(text);
	ptrdiff_t end = str_find(s, ' ');

	if (fd >= 0)
		close(fd);
	if (n <= 0 || end < 0 || !str_to_u32(str_sub(s, 0, (size_t)end), UINT32_MAX, &pages))
		return;
	LIMIT(RLIMIT_AS, (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + MEMORY_MAX);
#endif
}

static void lock_in(int pipe_fd)
{
	int null = open("/dev/null", O_RDWR);

	limit_memory();
	for (int fd = 0; fd < 3; fd++)
		if (null < 0 || dup2(null, fd) < 0)
			close(fd);
	if (pipe_fd != FD_PIPE)
		dup2(pipe_fd, FD_PIPE);
	close_range(FD_PIPE + 1, ~0u, 0);
	LIMIT(RLIMIT_NOFILE, FD_PIPE + 1);
	LIMIT(RLIMIT_CORE, 0);
	LIMIT(RLIMIT_FSIZE, 0);
	LIMIT(RLIMIT_NPROC, 0);
	LIMIT(RLIMIT_CPU, CHILD_CPU_S);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_DUMPABLE, 0);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGXCPU, SIG_DFL);
}

static bool send_all(const char *p, size_t n)
{
	while (n) {
		ssize_t k = write(FD_PIPE, p, n);

		if (k < 0 && errno == EINTR)
			continue;
		if (k <= 0)
			return false;
		p += k;
		n -= (size_t)k;
	}
	return true;
}

static _Noreturn void child(child_fn *run, const void *job, int pipe_fd)
{
	struct buf b;

	lock_in(pipe_fd);
	buf_init(&b, CHILD_OUT_MAX - 1);
	run(job, &b);
	b.max++;
	buf_addc(&b, END_MARK);
	_exit(b.failed || !send_all(b.p, b.n));
}

/* ---- in the parent ---- */

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Everything up to the end of the pipe. False: too much of it, or too late. */
static bool receive(int fd, struct buf *out, size_t most)
{
	int64_t deadline = now_ms() + CHILD_WALL_S * 1000;
	size_t before = out->n;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = deadline - now_ms();
		char part[4096];
		ssize_t n;

		if (left <= 0)
			return false;
		if (poll(&p, 1, (int)left) <= 0)
			continue;
		n = read(fd, part, sizeof(part));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		buf_add(out, part, (size_t)n);
		if (out->failed || out->n - before > most)
			return false;
	}
}

static enum child_end end_of(int status, const struct rusage *used)
{
	if (WIFEXITED(status))
		return CHILD_CRASHED;
	if (used->ru_utime.tv_sec + used->ru_stime.tv_sec >= CHILD_CPU_S - 1 &&
	    (WTERMSIG(status) == SIGXCPU || WTERMSIG(status) == SIGKILL))
		return CHILD_ENDLESS;
	return WTERMSIG(status) == SIGKILL ? CHILD_NOT_RUN : CHILD_CRASHED;
}

/* The child has closed its pipe, or is to be ended. One that dies closes it by dying; one that has
 * been overrun may do anything, and does not live on. */
static enum child_end reap(pid_t pid, bool at_once)
{
	struct rusage used = { 0 };
	int status = 0;

	for (int ms = 0; !at_once && ms < LINGER_MS; ms++) {
		pid_t dead = wait4(pid, &status, WNOHANG, &used);

		if (dead == pid)
			return end_of(status, &used);
		if (dead < 0 && errno != EINTR)
			return CHILD_NOT_RUN;
		usleep(1000);
	}
	kill(pid, SIGKILL);
	while (wait4(pid, &status, 0, &used) < 0)
		if (errno != EINTR)
			return CHILD_NOT_RUN;
	return end_of(status, &used);
}

enum child_end child_run(child_fn *run, const void *job, struct buf *out)
{
	size_t before = out->n;
	enum child_end end;
	bool whole, done;
	int fd[2];
	pid_t pid;

	if (pipe2(fd, O_CLOEXEC) < 0)
		return CHILD_NOT_RUN;
	pid = fork();
	if (pid == 0)
		child(run, job, fd[1]);
	close(fd[1]);
	whole = pid > 0 && receive(fd[0], out, CHILD_OUT_MAX);
	close(fd[0]);
	if (pid < 0)
		return CHILD_NOT_RUN;
	done = whole && out->n > before && out->p[out->n - 1] == END_MARK;
	end = reap(pid, done || !whole);
	out->n = done ? out->n - 1 : before;
	if (out->p)
		out->p[out->n] = '\0';
	return done ? CHILD_DONE : end;
}

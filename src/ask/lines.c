#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

bool lines_open(struct arena *a, const char *path, struct lines *out, const char **err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0) {
		*err = arena_printf(a, "%s: %s", path, strerror(errno));
		return false;
	}
	*out = (struct lines){ .path = is_stdin ? "standard input" : path,
			       .fd = fd,
			       .owned = !is_stdin,
			       .waits = true };
	if (fstat(fd, &st) == 0)
		out->waits = !S_ISREG(st.st_mode);
	if (!out->waits || !S_ISDIR(st.st_mode))
		return true;
	*err = arena_printf(a, "%s is a folder, not a file", path);
	lines_close(out);
	return false;
}

void lines_close(struct lines *l)
{
	if (l->owned)
		close(l->fd);
	l->owned = false;
}

/* Reads more into the buffer, which has room. LINES_LINE: something came. */
static enum lines_got fill(struct lines *l, bool may_wait)
{
	struct pollfd p = { .fd = l->fd, .events = POLLIN };
	ssize_t n;

	if (l->waits && !may_wait && poll(&p, 1, 0) <= 0)
		return LINES_LATER;
	n = read(l->fd, l->text + l->n, sizeof(l->text) - l->n);
	if (n < 0)
		return errno == EINTR || errno == EAGAIN ? LINES_LATER : LINES_FAILED;
	l->ended = n == 0;
	l->n += (size_t)n;
	return LINES_LINE;
}

static void hand_out(struct lines *l, size_t n, size_t taken, struct str *out)
{
	*out = (struct str){ l->text + l->at, n };
	if (n && out->p[n - 1] == '\r')
		out->n--;
	l->at += taken;
	l->line++;
}

enum lines_got lines_next(struct lines *l, bool may_wait, struct str *out)
{
	for (;;) {
		struct str rest = { l->text + l->at, l->n - l->at };
		ptrdiff_t end = str_find(rest, '\n');
		enum lines_got got;

		if (end >= 0 && l->long_line) {
			l->at += (size_t)end + 1;
			l->long_line = false;
			continue;
		}
		if (end >= 0) {
			hand_out(l, (size_t)end, (size_t)end + 1, out);
			return LINES_LINE;
		}
		if (l->ended) {
			if (!rest.n || l->long_line)
				return LINES_END;
			hand_out(l, rest.n, rest.n, out);
			return LINES_LINE;
		}
		if (l->long_line || (!l->at && l->n == sizeof(l->text))) {
			bool first = !l->long_line;

			l->long_line = true;
			if (first)
				hand_out(l, l->n, 0, out);
			l->at = l->n = 0;
			if (first)
				return LINES_LONG;
		} else if (l->at) {
			memmove(l->text, l->text + l->at, rest.n);
			l->n = rest.n;
			l->at = 0;
		}
		got = fill(l, may_wait);
		if (got != LINES_LINE)
			return got;
	}
}

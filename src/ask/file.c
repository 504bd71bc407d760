#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool read_fd(int fd, size_t max, struct buf *out)
{
	char block[65536];

	for (;;) {
		ssize_t n = read(fd, block, sizeof(block));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		buf_add(out, block, (size_t)n);
		if (out->failed || out->n > max) {
			errno = EFBIG;
			return false;
		}
	}
}

bool file_read(struct arena *a, const char *path, size_t max, struct buf *out, const char **err)
{
	struct stat st;
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	bool ok;

	if (fd < 0) {
		*err = arena_printf(a, "%s: %s", path, strerror(errno));
		return false;
	}
	if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode)) {
		*err = arena_printf(a, "%s is a folder, not a file", path);
		ok = false;
	} else {
		ok = read_fd(fd, max, out);
		if (!ok)
			*err = arena_printf(a, "%s: %s", path, strerror(errno));
	}
	if (fd != STDIN_FILENO)
		close(fd);
	return ok;
}

static bool write_fd(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		text = str_from(text, (size_t)n);
	}
	return true;
}

static bool write_direct(const char *path, struct str text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write_fd(fd, text);

	return fd >= 0 && close(fd) == 0 && ok;
}

/* The mode that a plain open() would have given. */
static mode_t usual_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

static bool write_beside(struct arena *a, const char *path, struct str text, mode_t mode)
{
	char *tmp = arena_printf(a, "%s.XXXXXX", path);
	int fd = mkstemp(tmp);
	int saved;

	if (fd < 0)
		return false;
	if (fchmod(fd, mode) == 0 && write_fd(fd, text) && fsync(fd) == 0 && close(fd) == 0) {
		if (rename(tmp, path) == 0)
			return true;
		fd = -1;
	}
	saved = errno;
	if (fd >= 0)
		close(fd);
	unlink(tmp);
	errno = saved;
	return false;
}

bool file_write(struct arena *a, const char *path, struct str text, const char **err)
{
	struct stat st;
	bool there = stat(path, &st) == 0, ok;

	if (there && S_ISDIR(st.st_mode)) {
		*err = arena_printf(a, "%s is a folder, not a file", path);
		return false;
	}
	if (there && !S_ISREG(st.st_mode))
		ok = write_direct(path, text);
	else
		ok = write_beside(a, path, text, there ? st.st_mode & 07777 : usual_mode());
	if (!ok)
		*err = arena_printf(a, "%s: %s", path, strerror(errno));
	return ok;
}

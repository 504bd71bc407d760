#include "file.h"

#include <errno.h>
#include <fcntl.h>
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

bool file_write_fd(int fd, struct str text)
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

/* The mode that a plain open() would have given. */
static mode_t usual_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

bool file_begin(struct arena *a, const char *path, struct file_new *out, const char **err)
{
	struct stat st;
	bool there = stat(path, &st) == 0;

	*out = (struct file_new){ .path = path, .fd = -1 };
	if (there && S_ISDIR(st.st_mode)) {
		*err = arena_printf(a, "%s is a folder, not a file", path);
		return false;
	}
	if (there && !S_ISREG(st.st_mode)) {
		out->fd = open(path, O_WRONLY | O_CLOEXEC);
	} else {
		out->beside = arena_printf(a, "%s.XXXXXX", path);
		out->fd = mkostemp(out->beside, O_CLOEXEC);
		if (out->fd >= 0 && fchmod(out->fd, there ? st.st_mode & 07777 : usual_mode()) != 0)
			out->error = errno;
	}
	out->open = out->fd >= 0;
	if (!out->open)
		*err = arena_printf(a, "%s: %s", path, strerror(errno));
	return out->open;
}

void file_add(struct file_new *f, struct str text)
{
	if (!f->error && !file_write_fd(f->fd, text))
		f->error = errno;
}

bool file_commit(struct arena *a, struct file_new *f, const char **err)
{
	if (!f->error && f->beside && fsync(f->fd) != 0)
		f->error = errno;
	f->open = false;
	if (close(f->fd) != 0 && !f->error)
		f->error = errno;
	if (!f->error && f->beside && rename(f->beside, f->path) != 0)
		f->error = errno;
	if (!f->error)
		return true;
	if (f->beside)
		unlink(f->beside);
	*err = arena_printf(a, "%s: %s", f->path, strerror(f->error));
	return false;
}

void file_abandon(struct file_new *f)
{
	if (!f->open)
		return;
	f->open = false;
	close(f->fd);
	if (f->beside)
		unlink(f->beside);
}

bool file_write(struct arena *a, const char *path, struct str text, const char **err)
{
	struct file_new f;

	if (!file_begin(a, path, &f, err))
		return false;
	file_add(&f, text);
	return file_commit(a, &f, err);
}

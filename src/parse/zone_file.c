/* Files of zones, and what their names tell. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "name.h"
#include "zone_form.h"
#include "zone_read.h"

static const char *errno_text(int e)
{
	switch (e) {
	case ENOENT:
	case ENOTDIR: return "no such file";
	case EACCES:
	case EPERM: return "permission denied";
	case ENAMETOOLONG: return "the name of the file is too long";
	case EISDIR: return "a folder, not a zone file";
	case ELOOP: return "symbolic links in a circle";
	default: return "cannot be read";
	}
}

/* Reads to the end. False and *why when that fails or there is too much. */
static bool read_fd(struct arena *a, int fd, size_t guess, size_t limit, struct str *out,
		    const char **why)
{
	size_t cap = guess < 512 ? 512 : guess + 1, n = 0;
	char *p = arena_alloc(a, cap);

	for (;;) {
		ssize_t got = read(fd, p + n, cap - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			*why = errno_text(errno);
			return false;
		}
		n += (size_t)got;
		if (n > limit) {
			*why = "more than 512 MiB of zone files";
			return false;
		}
		if (!got)
			break;
		if (n == cap) {
			p = arena_grow(a, p, n, &cap, 1);
		}
	}
	*out = (struct str){ p, n };
	return true;
}

bool zone_file_read(struct arena *a, const char *path, bool top, size_t limit, struct str *out,
		    const char **why)
{
	/* O_NONBLOCK: to open a FIFO must not wait for its writer, but for one that the user named.
	 */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (top ? 0 : O_NONBLOCK));
	struct stat st;
	bool ok = false;

	if (fd < 0) {
		*why = errno_text(errno);
		return false;
	}
	if (fstat(fd, &st) != 0)
		*why = errno_text(errno);
	else if (S_ISDIR(st.st_mode))
		*why = "a folder, not a zone file";
	else if (!S_ISREG(st.st_mode) && !(top && S_ISFIFO(st.st_mode)))
		*why = "a device or socket, not a zone file";
	else if ((uintmax_t)st.st_size > limit)
		*why = "more than 512 MiB of zone files";
	else
		ok = read_fd(a, fd, (size_t)st.st_size, limit, out, why);
	close(fd);
	if (ok && out->n && memchr(out->p, 0, out->n)) {
		*why = "not a text file, so no zone file";
		ok = false;
	}
	return ok;
}

const char *zone_file_folder(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');

	return !slash ? "." : slash == path ? "/" : arena_strndup(a, path, (size_t)(slash - path));
}

/* "./" in front and slashes at the end say nothing. */
static const char *below(struct arena *a, const char *root, const char *rest)
{
	size_t n = strlen(root);

	while (n > 1 && root[n - 1] == '/')
		n--;
	if (n == 1 && *root == '.')
		return arena_strdup(a, rest);
	return arena_printf(a, "%.*s%s%s", (int)n, root, root[n - 1] == '/' ? "" : "/", rest);
}

bool zone_file_within(struct arena *a, const char *root, const char *file, const char *name,
		      const char **shown, const char **real, const char **why)
{
	char top[PATH_MAX], path[PATH_MAX];
	size_t n;

	if (file && name[0] != '/')
		name = arena_printf(a, "%s/%s", zone_file_folder(a, file), name);
	if (!realpath(root, top) || !realpath(name, path)) {
		*why = errno_text(errno);
		return false;
	}
	n = strcmp(top, "/") == 0 ? 0 : strlen(top);
	if (strncmp(path, top, n) != 0 || path[n] != '/') {
		*why = arena_printf(a, "the file is outside of the folder %s, and is not read",
				    root);
		return false;
	}
	*real = arena_strdup(a, path);
	if (shown)
		*shown = below(a, root, path + n + 1);
	return true;
}

const char *zone_file_beside(struct arena *a, const char *file, const char *name)
{
	const char *slash = strrchr(file, '/');
	const char *beside;

	if (name[0] == '/' || !slash)
		return name;
	beside = arena_printf(a, "%.*s/%s", (int)(slash - file), file, name);
	return access(beside, F_OK) != 0 && access(name, F_OK) == 0 ? name : beside;
}

/* Two labels or more, the last not a number, all of them such as names of zones have. */
static bool is_plausible(const char *name)
{
	const char *last = strrchr(name, '.');

	return last && ascii_is_alpha((unsigned char)last[1]) &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == strlen(name);
}

const char *zone_file_origin(struct arena *a, const char *path)
{
	static const char *const ends[] = { ".zone", ".db",   ".hosts", ".txt", ".dns",
					    ".bind", ".yaml", ".yml",   ".json" };
	struct str s = str_c(strrchr(path, '/') ? strrchr(path, '/') + 1 : path);
	const char *name;

	if (str_starts_ci(s, S("db.")))
		s = str_from(s, 3);
	else
		for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
			if (str_ends_ci(s, str_c(ends[i]))) {
				s.n -= strlen(ends[i]);
				break;
			}
	name = draft_name(a, s, NULL);
	return name && is_plausible(name) ? name : NULL;
}

/* --resume: the file that an earlier run wrote, and where it stopped. */
#include "domains.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include "name.h"

/* As render/json.c begins every line. */
#define LINE_HEAD "{\"schema\":\"authcheck/1\",\"domain\":\""

static int refuse(struct program *p, int fd, const char *what)
{
	complain(arena_printf(&p->arena, "%s: %s", p->o.resume, what));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* The domain of a line. A name holds no octet that JSON escapes but the backslash of its own
 * escapes. NULL: it is no line of ours. */
static const char *domain_of(struct arena *a, struct str line)
{
	const struct str head = S(LINE_HEAD);
	char *name;
	size_t n = 0;

	if (!str_starts(line, head) || !str_ends_ci(line, S("}")))
		return NULL;
	name = arena_alloc(a, NAME_TEXT_MAX + 1);
	for (size_t i = head.n; i < line.n && n < NAME_TEXT_MAX; i++) {
		if (line.p[i] == '"')
			return n ? name : NULL;
		if (line.p[i] == '\\' && ++i == line.n)
			break;
		name[n++] = line.p[i];
	}
	return NULL;
}

/* Is it the beginning of one of our lines? */
static bool is_torn(struct str line)
{
	struct str head = S(LINE_HEAD);

	return line.n < head.n ? str_starts(head, line) : str_starts(line, head);
}

/* Reads the file in pieces: a line may be longer than any buffer, and only its beginning and its
 * end matter. */
struct reader {
	struct program *p;
	struct names *before;
	struct arena scratch;
	struct buf line;
	unsigned long number;
	off_t whole; /* where the last whole line ends */
};

static bool take_line(struct reader *r)
{
	const char *domain = domain_of(&r->scratch, buf_str(&r->line));

	r->number++;
	if (!domain) {
		complain(arena_printf(
			&r->p->arena,
			"%s:%lu: no line that authcheck --format ndjson writes; name a new file, or one of an earlier run",
			r->p->o.resume, r->number));
		return false;
	}
	names_add(r->before, domain);
	arena_free(&r->scratch);
	r->whole += (off_t)r->line.n + 1;
	r->line.n = 0;
	return true;
}

static bool read_lines(struct reader *r, int fd)
{
	char block[65536];
	ssize_t n;

	while ((n = read(fd, block, sizeof(block))) != 0) {
		struct str rest = { block, n > 0 ? (size_t)n : 0 };

		if (n < 0 && errno != EINTR)
			return refuse(r->p, -1, strerror(errno)) == 0;
		for (ptrdiff_t end; (end = str_find(rest, '\n')) >= 0;) {
			buf_add(&r->line, rest.p, (size_t)end);
			if (!take_line(r))
				return false;
			rest = str_from(rest, (size_t)end + 1);
		}
		buf_add_str(&r->line, rest);
		if (r->line.failed)
			return refuse(r->p, -1, "a line is too long") == 0;
	}
	return true;
}

int resume_open(struct program *p, struct names *before)
{
	struct reader r = { .p = p, .before = before };
	int fd = open(p->o.resume, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	bool ok;

	before->arena = &p->arena;
	if (fd < 0)
		return refuse(p, fd, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		return refuse(p, fd,
			      errno == EWOULDBLOCK ? "another run is writing to it"
						   : strerror(errno));
	arena_init(&r.scratch, 1024 * 1024);
	buf_init(&r.line, FILE_MAX);
	ok = read_lines(&r, fd);
	if (ok && r.line.n && !is_torn(buf_str(&r.line))) {
		refuse(p, -1, "its last line is not of authcheck --format ndjson; name a new file");
		ok = false;
	}
	if (ok && r.line.n && ftruncate(fd, r.whole) != 0) {
		refuse(p, -1, strerror(errno));
		ok = false;
	}
	buf_free(&r.line);
	arena_free(&r.scratch);
	if (ok)
		return fd;
	close(fd);
	return -1;
}

/* A revision of a folder, by git itself: no shell, nothing that git could take for an option, and
 * the repository's own index is not touched. */
#include "git.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "str.h"

enum { ARGS_MAX = 16, OUT_MAX = 64 * 1024, EXIT_NO_GIT = 127 };

struct git {
	struct arena *arena;
	const char *folder; /* where git works */
	const char *index;  /* another index file; NULL: none */
	struct buf out;     /* what the last one wrote to stdout, or else to stderr */
	int status;
};

/* In the child. A hook's environment names the repository that it runs for; here the folder does.
 */
static _Noreturn void run_git(const struct git *g, const char *const *args, int out, int err)
{
	static const char *const foreign[] = { "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE",
					       "GIT_PREFIX" };
	char *argv[ARGS_MAX + 8] = { (char *)"git", (char *)"--no-pager",
				     (char *)"-c",  (char *)"core.fsmonitor=false",
				     (char *)"-C",  (char *)(uintptr_t)g->folder };
	size_t n = 6;
	int null = open("/dev/null", O_RDONLY);

	for (size_t i = 0; args[i] && i < ARGS_MAX; i++)
		argv[n++] = (char *)(uintptr_t)args[i];
	for (size_t i = 0; i < sizeof(foreign) / sizeof(foreign[0]); i++)
		unsetenv(foreign[i]);
	if (g->index)
		setenv("GIT_INDEX_FILE", g->index, 1);
	setenv("GIT_OPTIONAL_LOCKS", "0", 1);
	setenv("LC_ALL", "C", 1);
	dup2(null, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	dup2(err, STDERR_FILENO);
	close_range(3, ~0u, 0);
	execvp("git", argv);
	_exit(EXIT_NO_GIT);
}

static void read_all(int fd, struct buf *b)
{
	char part[4096];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) > 0 || (n < 0 && errno == EINTR))
		if (n > 0 && b->n < OUT_MAX)
			buf_add(b, part, (size_t)n);
}

/* Runs git; g->out has what it wrote. False when it failed. */
static bool git(struct git *g, const char *const *args)
{
	int fd[2], status = 0;
	pid_t pid;

	g->out.n = 0;
	g->status = EXIT_NO_GIT;
	if (pipe2(fd, O_CLOEXEC) != 0)
		return false;
	pid = fork();
	if (pid == 0)
		run_git(g, args, fd[1], fd[1]);
	close(fd[1]);
	if (pid > 0)
		read_all(fd[0], &g->out);
	close(fd[0]);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	g->status = pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_NO_GIT;
	return g->status == 0;
}

#define GIT(g, ...) git((g), (const char *const[]){ __VA_ARGS__, NULL })

/* The first line that git wrote. */
static const char *line_of(const struct git *g)
{
	struct str s = buf_str(&g->out);
	ptrdiff_t end = str_find(s, '\n');

	s = str_trim(end < 0 ? s : str_sub(s, 0, (size_t)end));
	return arena_strndup(g->arena, s.p ? s.p : "", s.n);
}

static bool fail(const struct git *g, const char *what, const char **err)
{
	const char *line = line_of(g);

	if (g->status == EXIT_NO_GIT)
		*err = "--git needs the git program, which is not here: install it (Debian package git)";
	else
		*err = arena_printf(g->arena, "--git: %s%s%s", what, *line ? ": git says: " : "",
				    line);
	return false;
}

static bool make_folder(struct arena *a, struct git_copy *out, const char **err)
{
	const char *tmp = getenv("TMPDIR");

	out->top = arena_printf(a, "%s/authcheck-git.XXXXXX", tmp && *tmp ? tmp : "/tmp");
	if (mkdtemp(out->top))
		return true;
	*err = arena_printf(a, "--git: no temporary folder: %s", strerror(errno));
	out->top = NULL;
	return false;
}

/* The folder that git is to work in, and the file within it; NULL: the folder itself is meant. */
static bool part_path(struct arena *a, const char *path, const char **folder, const char **file,
		      const char **err)
{
	const char *slash = strrchr(path, '/');
	struct stat st;

	*file = NULL;
	*folder = path;
	if (stat(path, &st) != 0) {
		*err = arena_printf(a, "%s: %s", path, strerror(errno));
		return false;
	}
	if (S_ISDIR(st.st_mode))
		return true;
	*file = slash ? slash + 1 : path;
	*folder = slash == path ? "/"
		  : slash       ? arena_strndup(a, path, (size_t)(slash - path))
				: ".";
	return true;
}

static bool check_out(struct git *g, const char *tree, struct git_copy *out, const char *rev,
		      const char **err)
{
	struct arena *a = g->arena;
	const char *prefix = arena_printf(a, "--prefix=%s/tree/", out->top), *top;

	if (!GIT(g, "rev-parse", "--show-toplevel"))
		return fail(g, "no repository", err);
	top = line_of(g);
	g->folder = top;
	g->index = arena_printf(a, "%s/index", out->top);
	if (!GIT(g, "read-tree", tree) || !GIT(g, "checkout-index", "-a", "-q", prefix))
		return fail(g, arena_printf(a, "%s cannot be read", rev), err);
	return true;
}

static bool no_revision(struct git *g, const char *rev, const char *path, const char **err)
{
	fail(g, arena_printf(g->arena, "there is no revision \"%s\" of %s", rev, path), err);
	if (g->status != EXIT_NO_GIT && GIT(g, "rev-parse", "--is-shallow-repository") &&
	    strcmp(line_of(g), "true") == 0)
		*err = arena_printf(g->arena, "%s; the clone is shallow: fetch more of its history",
				    *err);
	return false;
}

static bool copy(struct git *g, const char *rev, const char *path, struct git_copy *out,
		 const char **err)
{
	struct arena *a = g->arena;
	const char *file, *commit, *prefix, *tree;
	struct stat st;

	if (!part_path(a, path, &g->folder, &file, err))
		return false;
	if (!GIT(g, "rev-parse", "--show-prefix"))
		return fail(g, arena_printf(a, "%s is in no git repository", path), err);
	prefix = line_of(g);
	if (!GIT(g, "rev-parse", "--verify", "-q", "--end-of-options",
		 arena_printf(a, "%s^{commit}", rev)))
		return no_revision(g, rev, path, err);
	commit = line_of(g);
	/* a blob's or tree's name is asked for by a commit's, which is all hexadecimal */
	if (!GIT(g, "rev-parse", "--verify", "-q", arena_printf(a, "%s:%s", commit, prefix))) {
		out->missing = true;
		return true;
	}
	tree = line_of(g);
	if (!make_folder(a, out, err) || !check_out(g, tree, out, rev, err))
		return false;
	out->path = arena_printf(a, "%s/tree%s%s", out->top, file ? "/" : "", file ? file : "");
	out->missing = stat(out->path, &st) != 0;
	return true;
}

bool git_copy(struct arena *a, const char *rev, const char *path, struct git_copy *out,
	      const char **err)
{
	struct git g = { .arena = a };
	bool ok;

	*out = (struct git_copy){ 0 };
	buf_init(&g.out, 2 * OUT_MAX);
	ok = copy(&g, rev, path, out, err);
	buf_free(&g.out);
	return ok;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	remove(path);
	return 0;
}

void git_remove(struct git_copy *c)
{
	if (c->top)
		nftw(c->top, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	c->top = NULL;
}

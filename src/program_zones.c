/* The zones of --zone: files, folders of them, and patterns. */
#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "program.h"

/* of folders so many as of zones, since octoDNS may keep each in one, and then some */
enum { FOLDERS_MAX = 2 * ZONES_MAX, FOLDER_DEPTH_MAX = 32, ZONE_FAULTS_TOLD = 10 };

/* A file that is no zone: right where another one includes it, else a fault. */
struct pending {
	const char *path, *err;
};

struct search {
	struct program *p;
	const char *path, *shown; /* of a copy, and what it is of; path NULL: nothing is copied */
	const char *root; /* octoDNS's "!include" reads at or below it; NULL: the file's own */
	const struct zone **zone; /* found so far */
	size_t nzones, cap;
	struct folders seen; /* each folder is read once, whatever links lead to it */
	struct pending *pending;
	size_t npending, pending_cap;
	const char **included;
	size_t nincluded, included_cap;
};

static void tell(const struct search *s, const char *text)
{
	complain(s->path ? program_shown(&s->p->arena, text, s->path, s->shown) : text);
}

static bool read_zones(struct search *s, const char *path, struct zones *all, const char **err)
{
	struct arena *a = &s->p->arena;
	const char *origin = s->p->o.origin;

	return s->root ? parse_zones_within(a, s->root, path, origin, all, err)
		       : parse_zones_file(a, path, origin, all, err);
}

static bool add_zones(struct search *s, const struct zones *all)
{
	for (size_t i = 0; i < all->nincluded; i++) {
		s->included = arena_grow(&s->p->arena, s->included, s->nincluded, &s->included_cap,
					 sizeof(*s->included));
		s->included[s->nincluded++] = all->included[i];
	}
	for (size_t i = 0; i < all->n; i++) {
		if (s->nzones == ZONES_MAX) {
			tell(s, "too many zones at once");
			return false;
		}
		s->zone = arena_grow(&s->p->arena, s->zone, s->nzones, &s->cap, sizeof(*s->zone));
		s->zone[s->nzones++] = &all->item[i];
	}
	return true;
}

static bool add_named(struct search *s, const char *path)
{
	struct zones all;
	const char *err;

	if (read_zones(s, path, &all, &err))
		return add_zones(s, &all);
	tell(s, err);
	return false;
}

/* ---- folders ---- */

static bool ends_in(const char *path, const char *const *ends, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_ends_ci(str_c(path), str_c(ends[i])))
			return true;
	return false;
}

/* By their names, files that are found in folders of zones and are none, whatever they quote. */
static bool is_other(const char *path)
{
	static const char *const ends[] = { ".md",   ".rst",  ".py",  ".sh",  ".ts",   ".go",
					    ".rb",   ".pl",   ".tf",  ".hcl", ".toml", ".ini",
					    ".cfg",  ".lock", ".log", ".csv", ".html", ".css",
					    ".xml",  ".pdf",  ".png", ".gz",  ".zip",  ".bak",
					    ".orig", ".rej",  ".swp", ".jnl", "~" };

	return ends_in(path, ends, sizeof(ends) / sizeof(ends[0]));
}

/* Does the file's name say that a zone is meant, so that what cannot be read is no file to pass
 * over? */
static bool is_meant(const char *path)
{
	static const char *const ends[] = { ".zone", ".db", ".yaml", ".yml", ".json" };
	const char *base = strrchr(path, '/');

	return ends_in(path, ends, sizeof(ends) / sizeof(ends[0])) ||
	       str_starts(str_c(base ? base + 1 : path), S("db."));
}

/* More lines that are none than records: some other text. */
static bool is_mostly_no_zone(const struct zone *z)
{
	size_t bad = 0;

	for (size_t i = 0; i < z->nfault; i++)
		bad += z->fault[i].kind == ZONE_BAD_LINE;
	return bad > z->n;
}

static void tell_skipped(const struct search *s, const char *path, const char *why)
{
	if (s->p->o.verbose)
		tell(s, arena_printf(&s->p->arena, "%s: passed over: %s", path, why));
}

static bool add_found(struct search *s, const char *path)
{
	struct zones all;
	const char *err;

	if (is_other(path)) {
		tell_skipped(s, path, "by its name no zone file");
		return true;
	}
	if (!read_zones(s, path, &all, &err)) {
		if (is_meant(path) && !all.foreign) {
			s->pending = arena_grow(&s->p->arena, s->pending, s->npending,
						&s->pending_cap, sizeof(*s->pending));
			s->pending[s->npending++] = (struct pending){ path, err };
			return true;
		}
		tell_skipped(s, path, err);
		return true;
	}
	if (str_ends_ci(str_c(path), S(".js")) && !all.script) {
		tell_skipped(s, path, "not what `dnscontrol get-zones` prints");
		return true;
	}
	if (!is_meant(path) && is_mostly_no_zone(&all.item[0])) {
		tell_skipped(s, path, "most of its lines are none of a zone file");
		return true;
	}
	return add_zones(s, &all);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The folder's entries in order; hidden ones (.git, .github) are not looked at, but for ".yaml",
 * where octoDNS keeps the records of a zone's own name when it is told to. */
static bool list_folder(struct search *s, const char *path, const char ***names, size_t *n)
{
	struct arena *a = &s->p->arena;
	DIR *d = opendir(path);
	size_t cap = 0;

	*names = NULL;
	*n = 0;
	if (!d) {
		tell(s, arena_printf(a, "%s: %s", path, strerror(errno)));
		return false;
	}
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.' && strcmp(e->d_name, ".yaml") != 0)
			continue;
		*names = arena_grow(a, *names, *n, &cap, sizeof(**names));
		(*names)[(*n)++] = arena_printf(
			a, "%s%s%s", path, str_ends_ci(str_c(path), S("/")) ? "" : "/", e->d_name);
	}
	closedir(d);
	if (*n)
		qsort(*names, *n, sizeof(**names), by_text);
	return true;
}

static bool add_folder(struct search *s, const char *path, const struct stat *self, unsigned depth,
		       const char **whole);

/* The entries of a folder, in order. A file that was read with the folder beside it is not read
 * again. */
static bool add_entries(struct search *s, const char **names, size_t n, unsigned depth)
{
	bool *done = arena_array(&s->p->arena, n, sizeof(*done));

	for (size_t i = 0; i < n; i++) {
		const char *whole = NULL, **at;
		struct stat st;

		if (done[i])
			continue;
		if (stat(names[i], &st) != 0)
			tell_skipped(s, names[i], "a link that leads nowhere");
		else if (S_ISDIR(st.st_mode) && !add_folder(s, names[i], &st, depth + 1, &whole))
			return false;
		else if (S_ISREG(st.st_mode) && !add_found(s, names[i]))
			return false;
		at = whole ? bsearch(&whole, names, n, sizeof(*names), by_text) : NULL;
		if (at)
			done[at - names] = true;
	}
	return true;
}

static bool add_split(struct search *s, const char *path, const struct program_split *split)
{
	struct program *p = s->p;
	struct zones all;
	const char *err;

	if (parse_zones_split(&p->arena, s->root, split->file, split->n,
			      p->o.origin ? p->o.origin : split->origin, &all, &err))
		return add_zones(s, &all);
	if (all.foreign)
		tell_skipped(s, path, err);
	else
		tell(s, err);
	return all.foreign;
}

static bool add_folder(struct search *s, const char *path, const struct stat *self, unsigned depth,
		       const char **whole)
{
	const char **names;
	struct program_split split;
	size_t n;

	if (folders_seen(&s->p->arena, &s->seen, self))
		return true;
	if (depth > FOLDER_DEPTH_MAX || s->seen.n > FOLDERS_MAX) {
		tell(s,
		     arena_printf(&s->p->arena,
				  "%s: too many folders, or one within another too deeply", path));
		return false;
	}
	if (!list_folder(s, path, &names, &n))
		return false;
	if (program_split(&s->p->arena, path, names, n, depth > 0, &split)) {
		*whole = split.whole;
		return add_split(s, path, &split);
	}
	return add_entries(s, names, n, depth);
}

/* A folder is read only when it has a zone. */
static bool add_path(struct search *s, const char *path)
{
	struct program *p = s->p;
	size_t before = s->nzones, end = strlen(path);
	const char *whole;
	struct stat st;

	s->root = NULL;
	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return add_named(s, path);
	while (end > 1 && path[end - 1] == '/')
		end--;
	path = s->root = arena_strndup(&p->arena, path, end);
	s->seen = (struct folders){ 0 };
	if (!add_folder(s, path, &st, 0, &whole))
		return false;
	if (s->nzones == before && !s->npending) {
		tell(s,
		     arena_printf(&p->arena,
				  "%s: there is no zone file in this folder (-v says why)", path));
		return false;
	}
	return true;
}

/* ---- what the user named ---- */

/* "zones/[a-f]*.zone", where the shell has not made names of it. A file of that very name is meant
 * first. */
static bool add_pattern(struct search *s, const char *pattern)
{
	struct arena *a = &s->p->arena;
	struct stat st;
	glob_t g;
	bool ok = true;
	const char **path = NULL;
	size_t n = 0;

	if (!strpbrk(pattern, "*?[") || stat(pattern, &st) == 0)
		return add_path(s, pattern);
	if (glob(pattern, 0, NULL, &g) == 0) {
		path = arena_array(a, g.gl_pathc, sizeof(*path));
		for (; n < g.gl_pathc; n++)
			path[n] = arena_strdup(a, g.gl_pathv[n]);
		globfree(&g);
	}
	if (!n) {
		tell(s, arena_printf(a, "%s: no file of such a name", pattern));
		return false;
	}
	for (size_t i = 0; i < n && ok; i++)
		ok = stat(path[i], &st) == 0 && S_ISREG(st.st_mode) ? add_found(s, path[i])
								    : add_path(s, path[i]);
	return ok;
}

/* What is no zone by itself is no fault where a file that is read includes it. */
static bool settle_pending(struct search *s)
{
	if (s->nincluded)
		qsort(s->included, s->nincluded, sizeof(*s->included), by_text);
	for (size_t i = 0; i < s->npending; i++) {
		const struct pending *x = &s->pending[i];

		if (!s->nincluded ||
		    !bsearch(&x->path, s->included, s->nincluded, sizeof(*s->included), by_text)) {
			tell(s, x->err);
			return false;
		}
		tell_skipped(s, x->path, "other files include it");
	}
	return true;
}

bool program_read_zones(struct program *p)
{
	struct search s = { .p = p };

	for (size_t i = 0; i < p->o.zones.n; i++) {
		size_t before = s.nzones;

		s.npending = s.nincluded = 0;
		if (!add_pattern(&s, p->o.zones.item[i]) || !settle_pending(&s))
			return false;
		if (s.nzones == before) {
			complain(arena_printf(&p->arena,
					      "%s: no zone file among these (-v says why)",
					      p->o.zones.item[i]));
			return false;
		}
	}
	p->zone = s.zone;
	p->nzones = s.nzones;
	return true;
}

const char *program_shown(struct arena *a, const char *text, const char *path, const char *shown)
{
	const char *at = strstr(text, path);

	return !at || !*path ? text
			     : arena_printf(a, "%.*s%s%s", (int)(at - text), text, shown,
					    program_shown(a, at + strlen(path), path, shown));
}

bool program_read_path(struct program *p, const char *path, const char *shown,
		       const struct zone ***zone, size_t *n)
{
	struct search s = { .p = p };
	bool ok;

	if (strcmp(path, shown) != 0) {
		s.path = path;
		s.shown = shown;
	}
	ok = add_path(&s, path) && settle_pending(&s);

	*zone = s.zone;
	*n = s.nzones;
	return ok;
}

void program_tell_faults(struct program *p)
{
	unsigned told = 0;

	for (size_t i = 0; i < p->nzones; i++)
		for (size_t k = 0; k < p->zone[i]->nfault && told < ZONE_FAULTS_TOLD; k++, told++) {
			const struct zone_fault *f = &p->zone[i]->fault[k];

			complain(arena_printf(&p->arena, "%s:%u: %s", f->file, f->line, f->what));
		}
}

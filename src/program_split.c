/* octoDNS's zones that are kept in the files of one folder (YamlProvider, split_extension): all its
 * "*.yaml", whatever their names, beside "example.com.yaml" where there is one. */
#include <sys/stat.h>

#include "program.h"

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

/* "$example.com.yaml" among the files; else the folder's own name, which ends in a dot as octoDNS
 * advises. NULL: it is no such folder. */
static const char *origin_of(struct arena *a, const char *path, const struct program_split *s)
{
	const char *base = base_of(path);
	size_t end = strlen(base);

	for (size_t i = 0; i < s->n; i++)
		if (*base_of(s->file[i]) == '$')
			return zone_file_origin(a, base_of(s->file[i]) + 1);
	return s->n && end > 1 && base[end - 1] == '.'
		       ? zone_file_origin(a, arena_strndup(a, base, end - 1))
		       : NULL;
}

bool program_split(struct arena *a, const char *path, const char *const *names, size_t n,
		   bool within, struct program_split *out)
{
	size_t first = 0;

	*out = (struct program_split){ .file = arena_array(a, n + 1, sizeof(*out->file)) };
	for (size_t i = 0; i < n; i++)
		if (str_ends_ci(str_c(names[i]), S(".yaml")) && is_file(names[i]))
			out->file[out->n++] = names[i];
	out->origin = origin_of(a, path, out);
	if (!out->origin)
		return false;
	/* what has no place of its own is put in the first */
	for (size_t i = 0; i < out->n; i++)
		if (*base_of(out->file[i]) == '$')
			first = i;
	for (; first > 0; first--) {
		const char *file = out->file[first];

		out->file[first] = out->file[first - 1];
		out->file[first - 1] = file;
	}
	out->whole = arena_printf(a, "%syaml", path);
	if (within && path[strlen(path) - 1] == '.' && is_file(out->whole))
		out->file[out->n++] = out->whole;
	else
		out->whole = NULL;
	return true;
}

/* ---- folders that were gone into ---- */

struct folder {
	dev_t dev;
	ino_t ino;
};

static struct folder *place_of(const struct folders *all, const struct folder *f)
{
	size_t i = (size_t)str_hash((struct str){ (const char *)f, sizeof(*f) }, 0) &
		   (all->cap - 1);

	while (all->slot[i].ino && (all->slot[i].ino != f->ino || all->slot[i].dev != f->dev))
		i = (i + 1) & (all->cap - 1);
	return &all->slot[i];
}

bool folders_seen(struct arena *a, struct folders *all, const struct stat *st)
{
	struct folder f = { .dev = st->st_dev, .ino = st->st_ino }, *at;
	struct folders old = *all;

	if (2 * (all->n + 1) > all->cap) {
		all->cap = old.cap ? 2 * old.cap : 64;
		all->slot = arena_array(a, all->cap, sizeof(*all->slot));
		for (size_t i = 0; i < old.cap; i++)
			if (old.slot[i].ino)
				*place_of(all, &old.slot[i]) = old.slot[i];
	}
	at = place_of(all, &f);
	if (at->ino)
		return true;
	*at = f;
	all->n++;
	return false;
}

/* --selector and --selectors. */
#include "file.h"
#include "name.h"
#include "program.h"

static bool read_line(struct program *p, const char *path, unsigned line, struct str s)
{
	if (!s.n || s.p[0] == '#')
		return true;
	if (name_from_text(&p->arena, s) && s.n <= 200) {
		texts_add(&p->arena, &p->o.selectors, arena_strndup(&p->arena, s.p, s.n));
		return true;
	}
	complain(arena_printf(&p->arena, "%s:%u: \"%.*s\" is no selector", path, line, (int)s.n,
			      s.p));
	return false;
}

static bool read_file(struct program *p, const char *path)
{
	struct buf text;
	struct str rest;
	const char *err;
	unsigned line = 0;
	bool ok;

	buf_init(&text, FILE_MAX);
	ok = file_read(&p->arena, path, FILE_MAX, &text, &err);
	if (!ok)
		complain(err);
	for (rest = arena_str(&p->arena, buf_str(&text)); ok && rest.n;) {
		ptrdiff_t end = str_find(rest, '\n');
		struct str s = str_trim(end < 0 ? rest : str_sub(rest, 0, (size_t)end));

		rest = end < 0 ? S("") : str_from(rest, (size_t)end + 1);
		if (s.n && s.p[s.n - 1] == '\r')
			s = str_trim(str_sub(s, 0, s.n - 1));
		ok = read_line(p, path, ++line, s);
	}
	buf_free(&text);
	return ok;
}

bool program_read_selectors(struct program *p)
{
	struct options *o = &p->o;

	for (size_t i = 0; i < o->selector_files.n; i++)
		if (!read_file(p, o->selector_files.item[i]))
			return false;
	o->wish.selectors = o->selectors.item;
	o->wish.nselectors = o->selectors.n;
	return true;
}

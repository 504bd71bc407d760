/* Which domains are audited. */
#include "domains.h"

#include <errno.h>
#include <sys/stat.h>

#include "name.h"

enum { BAD_TOLD = 100, LINE_TEXT_MAX = 2000, SLOTS_MIN = 64 };

/* ---- a set of names ---- */

static const char **slot_of(const struct names *s, const char *name)
{
	size_t i = (size_t)str_hash(str_c(name), 0) & (s->nslot - 1);

	while (s->slot[i] && strcmp(s->slot[i], name) != 0)
		i = (i + 1) & (s->nslot - 1);
	return &s->slot[i];
}

bool names_has(const struct names *s, const char *name)
{
	return s->nslot && *slot_of(s, name);
}

bool names_add(struct names *s, const char *name)
{
	const char **slot;

	if (2 * (s->n + 1) > s->nslot) {
		const char **old = s->slot;
		size_t nold = s->nslot;

		s->nslot = nold ? 2 * nold : SLOTS_MIN;
		s->slot = arena_array(s->arena, s->nslot, sizeof(char *));
		for (size_t i = 0; i < nold; i++)
			if (old[i])
				*slot_of(s, old[i]) = old[i];
	}
	slot = slot_of(s, name);
	if (*slot)
		return false;
	*slot = arena_strdup(s->arena, name);
	s->n++;
	return true;
}

/* ---- what is named ---- */

/* A part is a matter of the name alone, so that a list may change between two runs and every domain
 * stays in its part. */
static bool is_in_shard(const struct options *o, const char *name)
{
	uint64_t h = str_hash(str_c(name), 1);

	h ^= h >> 33;
	h *= UINT64_C(0xff51afd7ed558ccd);
	h ^= h >> 33;
	return !o->nshards || h % o->nshards == o->shard - 1;
}

static void add_named(struct domains *d, const char *name)
{
	if (!names_add(&d->once, name) || !is_in_shard(&d->p->o, name))
		return;
	d->named = arena_grow(&d->p->arena, d->named, d->nnamed, &d->cap_named, sizeof(*d->named));
	d->named[d->nnamed++] = name;
}

/* The domains named, or all senders of the zones. */
static bool list_named(struct domains *d)
{
	struct program *p = d->p;
	const char **names;
	size_t n;

	for (size_t i = 0; i < p->o.words.n; i++) {
		const char *name = program_name(p, p->o.words.item[i]);

		if (!name)
			return false;
		add_named(d, name);
	}
	for (size_t i = 0; !p->o.words.n && !p->o.inputs.n && i < p->nzones; i++) {
		zone_senders(&p->arena, p->zone[i], &names, &n);
		for (size_t k = 0; k < n; k++)
			add_named(d, names[k]);
	}
	if (!d->once.n && !p->o.inputs.n) {
		complain(
			"no domain: `authcheck example.com` audits one, `authcheck --help` says what else there is");
		return false;
	}
	return true;
}

/* ---- the lists ---- */

static void tell_bad(struct domains *d, struct str text, const char *why)
{
	if (d->bad++ < BAD_TOLD)
		complain(arena_printf(&d->scratch, "%s:%lu: \"%.*s\" is no domain name: %s",
				      d->lines->path, d->lines->line, (int)text.n, text.p, why));
	else if (d->bad == BAD_TOLD + 1)
		complain("further lines that are no domain names are not told");
}

/* What stands on a line, its comment aside. */
static struct str content(struct str line)
{
	ptrdiff_t hash = str_find(line, '#');

	return str_trim(hash < 0 ? line : str_sub(line, 0, (size_t)hash));
}

/* How many lines have something on them, where the list can be read twice; 0: not known. */
static size_t count_lines(struct domains *d, const char *path)
{
	struct stat st;
	const char *err;
	struct str text;
	size_t n = 0;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    !lines_open(&d->p->arena, path, d->lines, &err))
		return 0;
	while (lines_next(d->lines, true, &text) == LINES_LINE)
		n += content(text).n > 0;
	lines_close(d->lines);
	return n;
}

static bool open_next(struct domains *d)
{
	struct program *p = d->p;
	const char *err;

	if (d->input >= p->o.inputs.n)
		return false;
	if (!lines_open(&p->arena, p->o.inputs.item[d->input], d->lines, &err)) {
		complain(err);
		d->failed = true;
		return false;
	}
	d->open = true;
	return true;
}

static void close_list(struct domains *d)
{
	if (d->open)
		lines_close(d->lines);
	d->open = false;
	d->input++;
}

/* The name on a line; NULL: there is none, or it is passed over. */
static const char *read_line(struct domains *d, struct str line)
{
	struct str text = content(line);
	const char *why, *name;

	arena_free(&d->scratch);
	/* a byte order mark is what some editors put before the first line */
	if (d->lines->line == 1 && str_starts(text, S("\xef\xbb\xbf")))
		text = str_from(text, 3);
	if (!text.n)
		return NULL;
	name = text.n < LINE_TEXT_MAX ? name_from_user(&d->scratch, text, &why) : NULL;
	if (!name) {
		tell_bad(d, str_sub(text, 0, 80), text.n < LINE_TEXT_MAX ? why : "it is too long");
		return NULL;
	}
	d->listed++;
	if (!is_in_shard(&d->p->o, name))
		return NULL;
	if (d->p->o.resume ? !names_add(&d->once, name) : names_has(&d->once, name))
		return NULL;
	return name;
}

static enum audits_next next_listed(struct domains *d, bool may_wait, const char **domain)
{
	for (;;) {
		struct str line;
		enum lines_got got;

		if (!d->open && !open_next(d))
			return AUDITS_END;
		got = lines_next(d->lines, may_wait, &line);
		switch (got) {
		case LINES_LATER: return AUDITS_LATER;
		case LINES_LONG: tell_bad(d, str_sub(line, 0, 80), "it is too long"); break;
		case LINES_FAILED:
			complain(arena_printf(&d->p->arena, "%s: %s", d->lines->path,
					      strerror(errno)));
			d->failed = true;
			return AUDITS_END;
		case LINES_END: close_list(d); break;
		case LINES_LINE:
			*domain = read_line(d, line);
			if (*domain)
				return AUDITS_DOMAIN;
		}
	}
}

/* ---- both ---- */

/* Whether there are more than ten decides how many selectors are tried. */
static bool look_ahead(struct domains *d)
{
	const char *domain;

	while (d->nnamed + d->nahead < AHEAD_MAX) {
		enum audits_next next = next_listed(d, true, &domain);

		if (next == AUDITS_DOMAIN)
			d->ahead[d->nahead++] = arena_strdup(&d->p->arena, domain);
		else if (next == AUDITS_END)
			d->done = true;
		if (d->done || *program_stopped())
			break;
	}
	if (d->done)
		d->total = d->nnamed + d->nahead;
	if (d->done && !d->listed && !d->nnamed && !d->bad && !d->failed) {
		complain(arena_printf(&d->p->arena, "%s: no domain in it", d->lines->path));
		return false;
	}
	return !d->failed;
}

static bool open_lists(struct domains *d)
{
	struct program *p = d->p;

	d->lines = ARENA_NEW(&p->arena, struct lines);
	d->total = d->nnamed;
	for (size_t i = 0; i < p->o.inputs.n; i++) {
		size_t n = count_lines(d, p->o.inputs.item[i]);

		d->total = n && (d->total || !i) ? d->total + n : 0;
	}
	return look_ahead(d);
}

bool domains_open(struct domains *d, struct program *p, const struct names *before)
{
	*d = (struct domains){ .p = p };
	arena_init(&d->scratch, 1024 * 1024);
	d->once.arena = &p->arena;
	if (before)
		d->once = *before;
	d->done_before = before ? before->n : 0;
	if (!list_named(d))
		return false;
	d->total = d->nnamed;
	return !p->o.inputs.n || open_lists(d);
}

enum audits_next domains_next(struct domains *d, bool may_wait, const char **domain)
{
	enum audits_next next;

	if (d->at < d->nnamed) {
		*domain = d->named[d->at++];
		return AUDITS_DOMAIN;
	}
	if (d->at_ahead < d->nahead) {
		*domain = d->ahead[d->at_ahead++];
		return AUDITS_DOMAIN;
	}
	if (!d->p->o.inputs.n || d->done)
		return AUDITS_END;
	next = next_listed(d, may_wait, domain);
	d->done = next == AUDITS_END;
	return next;
}

void domains_close(struct domains *d)
{
	if (d->open)
		lines_close(d->lines);
	d->open = false;
	arena_free(&d->scratch);
}

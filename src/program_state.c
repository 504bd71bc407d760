/* One of two states that are compared: what it is, and its reports. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "file.h"
#include "name.h"
#include "psl.h"
#include "rrtype.h"
#include "state.h"

enum { DEPTH_MAX = 32, ZONES_MAX = 20000 };

/* ---- zones ---- */

/* "db.example:12: what", of a copy under the name that the user knows. */
static const char *shown_as(struct arena *a, const char *text, const char *path, const char *shown)
{
	size_t n = strlen(path);

	return strncmp(text, path, n) == 0 ? arena_printf(a, "%s%s", shown, text + n) : text;
}

static void rename_files(struct arena *a, struct zone *z, const char *path, const char *shown)
{
	const char *before = NULL, *after = NULL;

	if (strcmp(path, shown) == 0)
		return;
	z->file = shown_as(a, z->file, path, shown);
	for (size_t i = 0; i < z->n; i++) {
		struct rr *rr = &z->rr[i].rr;

		if (rr->file != before) {
			before = rr->file;
			after = before ? shown_as(a, before, path, shown) : NULL;
		}
		rr->file = after;
	}
	for (size_t i = 0; i < z->nfault; i++)
		z->fault[i].file = shown_as(a, z->fault[i].file, path, shown);
}

static void add_refused(struct state *s, const char *text)
{
	s->refused = arena_grow(&s->p->arena, s->refused, s->nrefused, &s->refused_cap,
				sizeof(*s->refused));
	s->refused[s->nrefused++] = text;
}

/* A zone that a name server refuses is read as far as it goes, and the faults are kept. */
static bool add_zone(struct state *s, const char *path, const char *shown, const char **err)
{
	struct arena *a = &s->p->arena;
	struct zone *z = ARENA_NEW(a, struct zone);

	if (!parse_zone_file(a, path, s->p->o.origin, z, err)) {
		*err = shown_as(a, *err, path, shown);
		return false;
	}
	rename_files(a, z, path, shown);
	for (size_t i = 0; i < z->nfault; i++)
		if (z->fault[i].refused)
			add_refused(s, arena_printf(a, "%s:%u: %s", z->fault[i].file,
						    z->fault[i].line, z->fault[i].what));
	s->zone = arena_grow(a, s->zone, s->nzone, &s->cap, sizeof(*s->zone));
	s->zone[s->nzone++] = z;
	return true;
}

/* Does the file's name say that it is a zone, so that what cannot be read is not passed over? */
static bool is_meant(const char *path)
{
	static const char *const ends[] = { ".zone", ".db", ".yaml", ".yml" };
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (str_ends_ci(str_c(path), str_c(ends[i])))
			return true;
	return str_starts(str_c(slash ? slash + 1 : path), S("db."));
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The entries of a folder in order; hidden ones are not looked at. False, with a complaint. */
static bool list_folder(struct state *s, const char *path, const char ***names, size_t *n)
{
	struct arena *a = &s->p->arena;
	DIR *d = opendir(path);
	size_t cap = 0;

	*names = NULL;
	*n = 0;
	if (!d) {
		complain(arena_printf(a, "%s: %s", path, strerror(errno)));
		return false;
	}
	for (struct dirent *e; (e = readdir(d));)
		if (e->d_name[0] != '.') {
			*names = arena_grow(a, *names, *n, &cap, sizeof(**names));
			(*names)[(*n)++] = arena_strdup(a, e->d_name);
		}
	closedir(d);
	if (*n)
		qsort(*names, *n, sizeof(**names), by_text);
	return true;
}

static bool add_folder(struct state *s, const char *path, const char *shown, unsigned depth)
{
	struct arena *a = &s->p->arena;
	const char **names, *err;
	size_t n;

	if (depth > DEPTH_MAX || s->nzone > ZONES_MAX) {
		complain(arena_printf(a, "%s: too many folders or zones", shown));
		return false;
	}
	if (!list_folder(s, path, &names, &n))
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *file = arena_printf(a, "%s/%s", path, names[i]),
			   *known = arena_printf(a, "%s/%s", shown, names[i]);
		struct stat st;

		if (stat(file, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode)) {
			if (!add_folder(s, file, known, depth + 1))
				return false;
		} else if (S_ISREG(st.st_mode) && !add_zone(s, file, known, &err) &&
			   is_meant(file)) {
			add_refused(s, err);
			s->partial = true;
		}
	}
	return true;
}

/* ---- tapes and saved audits ---- */

/* A tape's first line that says something: "now 1795507200", "* NONE …" or "NAME TYPE STATE …". */
static bool is_tape(struct str text)
{
	static const char *const states[] = { "SOME", "NONE", "LOST" };

	while (text.n) {
		ptrdiff_t end = str_find(text, '\n');
		struct str line = str_trim(end < 0 ? text : str_sub(text, 0, (size_t)end)), rest;

		text = end < 0 ? S("") : str_from(text, (size_t)end + 1);
		if (!line.n || line.p[0] == '#')
			continue;
		if (str_starts(line, S("now ")) || str_starts(line, S("* ")))
			return true;
		rest = line;
		for (int i = 0; i < 2; i++) {
			ptrdiff_t blank = str_find(rest, ' ');

			rest = blank < 0 ? S("") : str_trim(str_from(rest, (size_t)blank + 1));
		}
		for (size_t i = 0; i < 3; i++)
			if (str_starts(rest, str_c(states[i])))
				return true;
		return false;
	}
	return false;
}

static int by_domain(const void *x, const void *y)
{
	return strcmp((*(struct report *const *)x)->domain, (*(struct report *const *)y)->domain);
}

static bool read_saved(struct state *s, struct str text, const char *shown)
{
	struct arena *a = &s->p->arena;
	const char *err;

	s->kind = STATE_SAVED;
	if (!saved_read(a, text, &s->saved, &err)) {
		complain(arena_printf(a, "%s, %s", shown, err));
		return false;
	}
	if (s->saved.skipped)
		complain(arena_printf(a,
				      "%s: %zu findings left out: this version has no such rules",
				      shown, s->saved.skipped));
	s->by_domain = arena_array(a, s->saved.n, sizeof(struct report *));
	for (size_t i = 0; i < s->saved.n; i++)
		s->by_domain[i] = &s->saved.report[i];
	if (s->saved.n)
		qsort(s->by_domain, s->saved.n, sizeof(struct report *), by_domain);
	return true;
}

static bool read_tape(struct state *s, struct str text, const char *shown)
{
	struct arena *a = &s->p->arena;
	const char *err;

	s->kind = STATE_TAPE;
	if (tape_read(a, arena_str(a, text), &s->tape, &err))
		return true;
	complain(arena_printf(a, "%s, %s", shown, err));
	return false;
}

static bool read_file(struct state *s, const char *path, const char *shown)
{
	struct arena *a = &s->p->arena;
	const char *err = NULL;
	struct buf text;
	bool ok;

	buf_init(&text, (size_t)FILE_MAX * 8);
	ok = file_read(a, path, (size_t)FILE_MAX * 8, &text, &err);
	if (!ok)
		complain(shown_as(a, err, path, shown));
	else if (saved_is_audit(buf_str(&text)))
		ok = read_saved(s, buf_str(&text), shown);
	else if (is_tape(buf_str(&text)))
		ok = read_tape(s, buf_str(&text), shown);
	else if (!add_zone(s, path, shown, &err)) {
		add_refused(s, err);
		s->partial = true;
	}
	buf_free(&text);
	return ok;
}

static const char *without_slash(struct arena *a, const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return arena_strndup(a, path, n);
}

bool state_read(struct program *p, const char *path, const char *shown, struct state *out)
{
	struct stat st;
	bool folder = stat(path, &st) == 0 && S_ISDIR(st.st_mode);

	*out = (struct state){ .p = p };
	if (folder) {
		path = without_slash(&p->arena, path);
		shown = without_slash(&p->arena, shown);
	}
	if (!(folder ? add_folder(out, path, shown, 0) : read_file(out, path, shown)))
		return false;
	if (folder && !out->nzone && !out->nrefused) {
		complain(
			arena_printf(&p->arena, "%s: there is no zone file in this folder", shown));
		return false;
	}
	return true;
}

/* ---- who answers ---- */

/* The nearer zone answers, of two with one origin the first. */
static int by_depth(const void *x, const void *y)
{
	const struct zone *const *a = x, *const *b = y;
	int d = (int)name_labels((*b)->origin) - (int)name_labels((*a)->origin);

	return d ? d : strcmp((*a)->file, (*b)->file);
}

void state_open(struct state *s, struct source *others)
{
	struct arena *a = &s->p->arena;
	struct source **row = arena_array(a, s->nzone + 2, sizeof(*row));
	size_t n = 0;

	if (s->kind == STATE_TAPE) {
		row[n++] = source_tape(a, &s->tape);
	} else if (s->kind == STATE_ZONES) {
		if (s->nzone)
			qsort(s->zone, s->nzone, sizeof(*s->zone), by_depth);
		s->bare = arena_array(a, s->nzone + 1, sizeof(*s->bare));
		for (size_t i = 0; i < s->nzone; i++) {
			const char *org = psl_organizational_domain(a, s->zone[i]->origin);

			s->bare[i] = org && strcmp(org, s->zone[i]->origin) == 0 &&
				     !zone_may_sign(s->zone[i]);
			row[n++] = source_zone(a, s->zone[i]);
		}
		row[n++] = others;
	}
	s->source = source_mux(a, row, n);
}

/* ---- domains ---- */

static bool has_question(const struct tape *t, uint16_t type, const char *name)
{
	return name && facts_find(&t->facts, ASK_DNS, type, name);
}

/* The names of which a tape has what an audit asks of its domain. */
static void tape_domains(struct state *s, const char ***names, size_t *n)
{
	struct arena *a = &s->p->arena;
	size_t cap = 0;

	for (size_t i = 0; i < s->tape.facts.n; i++) {
		const struct fact *f = s->tape.facts.all[i];

		if (f->kind != ASK_DNS || f->type != RR_MX || *f->name == '_' ||
		    !has_question(&s->tape, RR_TXT, f->name) ||
		    !has_question(&s->tape, RR_TXT, name_join(a, "_dmarc", f->name)))
			continue;
		*names = arena_grow(a, *names, *n, &cap, sizeof(**names));
		(*names)[(*n)++] = f->name;
	}
}

void state_domains(struct state *s, const char ***names, size_t *n)
{
	struct arena *a = &s->p->arena;
	size_t cap = 0;

	*names = NULL;
	*n = 0;
	if (s->kind == STATE_TAPE)
		tape_domains(s, names, n);
	for (size_t i = 0; i < s->saved.n; i++) {
		*names = arena_grow(a, *names, *n, &cap, sizeof(**names));
		(*names)[(*n)++] = s->saved.report[i].domain;
	}
	for (size_t i = 0; i < s->nzone; i++) {
		const char **senders;
		size_t count;

		zone_senders(a, s->zone[i], &senders, &count);
		for (size_t k = 0; k < count; k++) {
			*names = arena_grow(a, *names, *n, &cap, sizeof(**names));
			(*names)[(*n)++] = senders[k];
		}
	}
}

static const struct report *saved_find(const struct state *s, const char *domain)
{
	struct report key = { .domain = domain }, *k = &key, **found;

	found = s->saved.n ? bsearch(&k, s->by_domain, s->saved.n, sizeof(k), by_domain) : NULL;
	return found ? *found : NULL;
}

bool state_has(const struct state *s, const char *domain)
{
	struct zone_answer answer;

	if (s->kind == STATE_SAVED)
		return saved_find(s, domain);
	if (s->kind == STATE_TAPE)
		return has_question(&s->tape, RR_TXT, domain);
	for (size_t i = 0; i < s->nzone; i++) {
		zone_lookup(&s->p->arena, s->zone[i], domain, RR_TXT, &answer);
		if (answer.kind != ZONE_OUTSIDE && answer.kind != ZONE_DELEGATED)
			return answer.kind != ZONE_NXDOMAIN;
	}
	/* no zone of this state has it: live DNS may */
	return !s->p->o.offline || s->p->o.zones.n;
}

/* ---- reports ---- */

/* The selectors of the domain, from the zone that answers for them: the nearest stands first. */
static void take_selectors(const struct state *s, const char *domain, struct audit_wish *w)
{
	const char **names;
	size_t n;

	for (size_t i = 0; i < s->nzone; i++) {
		if (!zone_selectors(&s->p->arena, s->zone[i], domain, &names, &n))
			continue;
		w->zone_selectors = names;
		w->nzone_selectors = n;
		w->dkim_zone = s->bare[i] ? DKIM_ZONE_BARE : DKIM_ZONE_LISTED;
		return;
	}
}

/* Without what is left out, as an audit has it. */
static const struct report *saved_report(struct state *s, const struct audit_setup *setup,
					 const char *domain, struct audit *audit)
{
	const struct report *r = saved_find(s, domain);
	struct findings *fs = &audit->report.findings;

	if (!r)
		return NULL;
	audit->report = *r;
	fs->item = arena_array(&s->p->arena, r->findings.n, sizeof(struct finding *));
	fs->n = 0;
	for (size_t i = 0; i < r->findings.n; i++)
		if (!audit_ignores(setup, r->findings.item[i]))
			fs->item[fs->n++] = r->findings.item[i];
	return &audit->report;
}

const struct report *state_report(struct state *s, const struct audit_setup *setup,
				  const char *domain, struct audit *audit, bool *failed)
{
	struct audit_setup own = *setup;

	*audit = (struct audit){ 0 };
	if (s->kind == STATE_SAVED)
		return saved_report(s, setup, domain, audit);
	if (!state_has(s, domain))
		return NULL;
	own.source = s->source;
	take_selectors(s, domain, &own.wish);
	program_expect(s->p, domain, &own.wish);
	if (audit_run(audit, &own, domain))
		return &audit->report;
	*failed = true;
	return NULL;
}

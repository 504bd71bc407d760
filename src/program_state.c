/* One of two states that are compared: what it is, and its reports. */
#include <stdlib.h>
#include <sys/stat.h>

#include "file.h"
#include "name.h"
#include "rrtype.h"
#include "state.h"

/* ---- zones ---- */

/* A zone read from a copy of a revision, its places named as the user knows them. */
static void rename_files(struct arena *a, struct zone *z, const char *path, const char *shown)
{
	const char *before = NULL, *after = NULL;

	z->file = program_shown(a, z->file, path, shown);
	for (size_t i = 0; i < z->n; i++) {
		struct rr *rr = &z->rr[i].rr;

		if (rr->file != before) {
			before = rr->file;
			after = before ? program_shown(a, before, path, shown) : NULL;
		}
		rr->file = after;
	}
	for (size_t i = 0; i < z->nfault; i++)
		z->fault[i].file = program_shown(a, z->fault[i].file, path, shown);
}

static bool read_zones(struct state *s, const char *path, const char *shown)
{
	if (!program_read_path(s->p, path, shown, &s->zone, &s->nzone))
		return false;
	for (size_t i = 0; i < s->nzone && strcmp(path, shown) != 0; i++)
		rename_files(&s->p->arena, (struct zone *)(uintptr_t)s->zone[i], path, shown);
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
		complain(program_shown(a, err, path, shown));
	else if (saved_is_audit(buf_str(&text)))
		ok = read_saved(s, buf_str(&text), shown);
	else if (is_tape(buf_str(&text)))
		ok = read_tape(s, buf_str(&text), shown);
	else
		ok = read_zones(s, path, shown);
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
	return folder ? read_zones(out, path, shown) : read_file(out, path, shown);
}

/* ---- who answers ---- */

void state_open(struct state *s, struct source *others)
{
	struct arena *a = &s->p->arena;
	struct source *row[2];
	size_t n = 0;

	overlay_init(s->p, s->zone, s->nzone, &s->overlay);
	if (s->kind == STATE_TAPE) {
		row[n++] = source_tape(a, &s->tape);
	} else if (s->kind == STATE_ZONES) {
		if (s->nzone)
			row[n++] = source_zones(a, s->zone, s->nzone);
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
	if (zone_index_at(s->overlay.index, domain) != SIZE_MAX)
		return true;
	for (struct zone_near near = zone_near(s->overlay.index, domain); zone_near_next(&near);) {
		zone_lookup(&s->p->arena, s->zone[near.at], domain, RR_TXT, &answer);
		if (answer.kind != ZONE_OUTSIDE && answer.kind != ZONE_DELEGATED)
			return answer.kind != ZONE_NXDOMAIN;
	}
	/* no zone of this state has it: live DNS may */
	return !s->p->o.offline || s->p->o.zones.n;
}

/* ---- reports ---- */

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
				  const char *domain, size_t at, struct audit *audit, bool *failed)
{
	struct audit_setup own = *setup;

	*audit = (struct audit){ 0 };
	if (s->kind == STATE_SAVED)
		return saved_report(s, setup, domain, audit);
	if (!state_has(s, domain))
		return NULL;
	own.source = s->source;
	if (s->kind == STATE_ZONES)
		overlay_wish(&s->overlay, domain, at, &own.wish);
	program_expect(s->p, domain, &own.wish);
	if (audit_run(audit, &own, domain))
		return &audit->report;
	*failed = true;
	return NULL;
}

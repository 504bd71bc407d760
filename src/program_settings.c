/* --config and --baseline: what is known, and does not count. */
#include <stdlib.h>

#include "diff.h"
#include "file.h"
#include "judge.h"
#include "program.h"
#include "saved.h"
#include "settings.h"

struct program_known {
	struct settings settings;
	bool *used; /* of each suppression */
	struct saved baseline;
	struct report **by_domain; /* sorted */
};

static bool read_text(struct program *p, const char *path, struct str *out)
{
	struct buf text;
	const char *err;
	bool ok;

	buf_init(&text, FILE_MAX);
	ok = file_read(&p->arena, path, FILE_MAX, &text, &err);
	if (ok)
		*out = arena_str(&p->arena, buf_str(&text));
	else
		complain(err);
	buf_free(&text);
	return ok;
}

/* ---- suppressions ---- */

static bool read_settings(struct program *p, struct program_known *k)
{
	struct options *o = &p->o;
	struct str text;
	const char *err;

	if (!o->config)
		return true;
	if (!read_text(p, o->config, &text))
		return false;
	if (!settings_read(&p->arena, text, &k->settings, &err)) {
		complain(arena_printf(&p->arena, "%s, %s", o->config, err));
		return false;
	}
	k->used = arena_array(&p->arena, k->settings.nsuppress, sizeof(*k->used));
	for (size_t i = 0; i < k->settings.nsuppress; i++) {
		const struct suppression *s = &k->settings.suppress[i];

		o->ignores = arena_grow(&p->arena, o->ignores, o->nignores, &o->cap_ignores,
					sizeof(*o->ignores));
		o->ignores[o->nignores++] = (struct ignore){ s->rule, s->subject, &k->used[i], s,
							     o->config };
	}
	return true;
}

void program_expect(const struct program *p, const char *domain, struct audit_wish *w)
{
	struct arena *a = (struct arena *)(uintptr_t)&p->arena;
	const struct options *o = &p->o;
	const struct expected *e = p->known ? settings_expect(&p->known->settings, domain) : NULL;
	const char **selectors;
	struct str *ips;

	w->selectors = o->wish.selectors;
	w->nselectors = o->wish.nselectors;
	w->ips = o->wish.ips;
	w->nips = o->wish.nips;
	if (!e)
		return;
	selectors = arena_array(a, w->nselectors + e->nselector, sizeof(*selectors));
	ips = arena_array(a, w->nips + e->nip, sizeof(*ips));
	for (size_t i = 0; i < w->nselectors + e->nselector; i++)
		selectors[i] = i < w->nselectors ? w->selectors[i] : e->selector[i - w->nselectors];
	for (size_t i = 0; i < w->nips + e->nip; i++)
		ips[i] = i < w->nips ? w->ips[i] : e->ip[i - w->nips];
	w->selectors = selectors;
	w->nselectors += e->nselector;
	w->ips = ips;
	w->nips += e->nip;
}

void program_tell_unused(struct program *p)
{
	const struct program_known *k = p->known;

	for (size_t i = 0; k && i < k->settings.nsuppress && !p->o.quiet; i++) {
		const struct suppression *s = &k->settings.suppress[i];

		if (!k->used[i])
			complain(arena_printf(
				&p->arena,
				"%s, line %u: the suppression of %s%s%s was of no use: delete it when the fault is mended",
				p->o.config, s->line, rules[s->rule].name, s->subject ? " at " : "",
				s->subject ? s->subject : ""));
	}
}

/* ---- baseline ---- */

static int by_domain(const void *x, const void *y)
{
	return strcmp((*(struct report *const *)x)->domain, (*(struct report *const *)y)->domain);
}

static bool read_baseline(struct program *p, struct program_known *k)
{
	struct saved *b = &k->baseline;
	struct str text;
	const char *err;

	if (!p->o.baseline)
		return true;
	if (!read_text(p, p->o.baseline, &text))
		return false;
	if (!saved_read(&p->arena, text, b, &err)) {
		complain(arena_printf(&p->arena, "%s, %s: --baseline takes the JSON of an audit",
				      p->o.baseline, err));
		return false;
	}
	k->by_domain = arena_array(&p->arena, b->n, sizeof(struct report *));
	for (size_t i = 0; i < b->n; i++)
		k->by_domain[i] = &b->report[i];
	if (b->n)
		qsort(k->by_domain, b->n, sizeof(struct report *), by_domain);
	return true;
}

int program_exit(struct program *p, const struct report *r)
{
	const enum severity *fail_on = p->o.fail_never ? NULL : &p->o.fail_on;
	const struct program_known *k = p->known;
	struct report key = { .domain = r->domain }, *at = &key, **found;
	struct diff d;
	struct arena work;
	int status;

	if (!p->o.baseline || !k)
		return judge_exit(r, fail_on);
	found = k->baseline.n ? bsearch(&at, k->by_domain, k->baseline.n, sizeof(at), by_domain)
			      : NULL;
	arena_init(&work, p->arena.max);
	diff_reports(&work, found ? *found : NULL, r, &d);
	status = diff_exit(&d, fail_on);
	arena_free(&work);
	return status;
}

bool program_read_known(struct program *p)
{
	if (!p->o.config && !p->o.baseline)
		return true;
	p->known = ARENA_NEW(&p->arena, struct program_known);
	return read_settings(p, p->known) && read_baseline(p, p->known);
}

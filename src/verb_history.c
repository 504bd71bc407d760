/* authcheck history: the states of domains that --state keeps, or the runs. */
#include "history.h"
#include "kept.h"
#include "saved.h"

enum { STATES_MAX = 10000, WORK_MAX = 1024 * 1024 * 1024 };

/* What a verb does not heed, it must not take. */
static bool options_agree(struct program *p)
{
	static const char *const heeded[] = { "--state", "--format",  "--output",
					      "--color", "--verbose", "--quiet" };

	for (size_t i = 0; i < p->o.given.n; i++) {
		bool ok = false;

		for (size_t k = 0; k < sizeof(heeded) / sizeof(heeded[0]); k++)
			ok |= strcmp(p->o.given.item[i], heeded[k]) == 0;
		if (ok)
			continue;
		complain(arena_printf(&p->arena, "history takes no %s: it only shows what is kept",
				      p->o.given.item[i]));
		return false;
	}
	if (!p->o.state) {
		complain("which history? `authcheck history --state DIR DOMAIN`");
		return false;
	}
	if (!program_format_is(p, "text") && !program_format_is(p, "json") &&
	    !program_format_is(p, "ndjson")) {
		complain("history: --format is text, json or ndjson");
		return false;
	}
	return true;
}

/* Newest first. */
static size_t read_states(struct history *h, struct arena *a, const char *domain,
			  struct change_state **out)
{
	struct change_state *list = NULL;
	struct history_state s = { .id = 0 };
	size_t n = 0, cap = 0;

	while (n < STATES_MAX && history_newest(h, domain, s.id, &s)) {
		struct saved saved;
		struct str text;
		const char *err;
		bool ok = history_text(h, a, s.id, &text) && saved_read(a, text, &saved, &err) &&
			  saved.n == 1;

		list = arena_grow(a, list, n, &cap, sizeof(*list));
		list[n++] = (struct change_state){ .first_s = s.first_s,
						   .last_s = s.last_s,
						   .times = s.times,
						   .report = ok ? &saved.report[0] : NULL };
	}
	for (size_t i = 0; i < n; i++) {
		const struct report *before = i + 1 < n ? list[i + 1].report : NULL;

		if (list[i].report)
			change_since(a, before, before ? list[i + 1].last_s : 0, list[i].report,
				     &list[i].change);
	}
	*out = list;
	return n;
}

static bool show_domain(struct program *p, struct history *h, const char *name, size_t index)
{
	struct render_options ro = program_render_options(&p->o);
	struct change_state *state = NULL;
	struct arena work;
	size_t n;

	arena_init(&work, WORK_MAX);
	n = read_states(h, &work, name, &state);
	if (!n && !history_error(h))
		complain(arena_printf(&p->arena, "%s: no audit of %s is kept", p->o.state, name));
	if (n && program_format_is(p, "text")) {
		buf_adds(&p->out, index ? "\n" : "");
		render_history_text(&p->out, &work, name, state, n, &ro);
	} else if (n || p->o.words.n > 1) {
		render_history_json(&p->out, &work, name, state, n, program_format_is(p, "ndjson"),
				    index, p->o.words.n);
	}
	arena_free(&work);
	return n > 0;
}

static void show_runs(struct program *p, struct history *h)
{
	struct render_options ro = program_render_options(&p->o);
	struct past_run *run = NULL;
	size_t n = 0, cap = 0;
	int64_t id = 0;

	do
		run = arena_grow(&p->arena, run, n, &cap, sizeof(*run));
	while (n < STATES_MAX && history_run(h, &p->arena, &id, &run[n]) && ++n);
	if (program_format_is(p, "text"))
		render_runs_text(&p->out, &p->arena, run, n, &ro);
	else
		render_runs_json(&p->out, &p->arena, run, n, program_format_is(p, "ndjson"));
}

static bool read_names(struct program *p)
{
	for (size_t i = 0; i < p->o.words.n; i++) {
		p->o.words.item[i] = program_name(p, p->o.words.item[i]);
		if (!p->o.words.item[i])
			return false;
	}
	return true;
}

static int show_all(struct program *p, struct history *h)
{
	int status = 0;

	if (!p->o.words.n)
		show_runs(p, h);
	for (size_t i = 0; i < p->o.words.n; i++)
		if (!show_domain(p, h, p->o.words.item[i], i))
			status = EXIT_USAGE;
	if (history_error(h))
		status = complain(history_error(h));
	return program_worse(status, program_done(p));
}

int verb_history(struct program *p)
{
	struct history *h;
	const char *err;
	int status;

	if (!options_agree(p) || !read_names(p))
		return EXIT_USAGE;
	h = history_open(&p->arena, p->o.state, false, &err);
	if (!h)
		return complain(err);
	status = show_all(p, h);
	history_close(h);
	return status;
}

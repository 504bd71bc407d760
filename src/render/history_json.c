/* The history of a domain, and the runs, as JSON (schemas authcheck-history/1, authcheck-runs/1).
 * Layer: render. */
#include "json_value.h"

#include "change.h"
#include "render.h"

static json_t *when(struct js *js, int64_t at_s)
{
	return js_words(js, arena_time(js->arena, "%Y-%m-%dT%H:%M:%SZ", at_s));
}

static json_t *state(struct js *js, const struct change_state *s)
{
	const struct report *r = s->report;
	json_t *o = js_object(js);

	js_set(js, o, "first", when(js, s->first_s));
	js_set(js, o, "last", when(js, s->last_s));
	js_set(js, o, "audits", js_number(js, (long long)s->times));
	js_set(js, o, "score", js_number_if(js, r != NULL, r ? r->score : 0));
	js_set(js, o, "grade", js_words(js, r ? r->grade : NULL));
	js_set(js, o, "risk", js_words(js, r ? risk_name(r->risk) : NULL));
	js_set(js, o, "changes", r ? json_change(js, &s->change) : json_null());
	return o;
}

struct history {
	const char *domain;
	const struct change_state *state;
	size_t n;
};

static json_t *make_history(struct js *js, const void *arg)
{
	const struct history *h = arg;
	json_t *o = js_object(js), *list = js_array(js);

	js_set(js, o, "schema", js_words(js, "authcheck-history/1"));
	js_set(js, o, "domain", js_words(js, h->domain));
	for (size_t i = 0; i < h->n; i++)
		js_push(js, list, state(js, &h->state[i]));
	js_set(js, o, "states", list);
	return o;
}

void render_history_json(struct buf *out, struct arena *scratch, const char *domain,
			 const struct change_state *state, size_t n, bool line, size_t index,
			 size_t total)
{
	struct history h = { domain, state, n };
	bool listed = !line && total != 1;

	if (listed)
		buf_adds(out, index ? ",\n  " : "[\n  ");
	js_dump(out, scratch, make_history, &h, listed, line);
	if (!listed)
		buf_addc(out, '\n');
	else if (index + 1 == total)
		buf_adds(out, "\n]\n");
}

static json_t *make_run(struct js *js, const void *arg)
{
	const struct past_run *r = arg;
	json_t *o = js_object(js);

	js_set(js, o, "began", when(js, r->began_s));
	js_set(js, o, "ended", r->ended_s ? when(js, r->ended_s) : json_null());
	js_set(js, o, "version", js_words(js, r->version));
	js_set(js, o, "domains", js_number(js, (long long)r->domains));
	js_set(js, o, "new", js_number(js, (long long)r->first));
	js_set(js, o, "worse", js_number(js, (long long)r->worse));
	js_set(js, o, "better", js_number(js, (long long)r->better));
	return o;
}

struct runs {
	const struct past_run *run;
	size_t n;
};

static json_t *make_runs(struct js *js, const void *arg)
{
	const struct runs *r = arg;
	json_t *o = js_object(js), *list = js_array(js);

	js_set(js, o, "schema", js_words(js, "authcheck-runs/1"));
	for (size_t i = 0; i < r->n; i++)
		js_push(js, list, make_run(js, &r->run[i]));
	js_set(js, o, "runs", list);
	return o;
}

void render_runs_json(struct buf *out, struct arena *scratch, const struct past_run *run, size_t n,
		      bool line)
{
	struct runs all = { run, n };

	if (!line)
		js_dump(out, scratch, make_runs, &all, false, false);
	for (size_t i = 0; line && i < n; i++) {
		js_dump(out, scratch, make_run, &run[i], false, true);
		buf_adds(out, i + 1 < n ? "\n" : "");
	}
	if (!line || n)
		buf_addc(out, '\n');
}

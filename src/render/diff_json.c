/* A diff as JSON (schema authcheck-diff/1). Layer: render. */
#include "change.h"
#include "json_value.h"

#include "render.h"

static json_t *state(struct js *js, const struct report *r)
{
	json_t *o;

	if (!r)
		return json_null();
	o = js_object(js);
	js_set(js, o, "score", js_number(js, r->score));
	js_set(js, o, "grade", js_words(js, r->grade));
	js_set(js, o, "risk", js_words(js, risk_name(r->risk)));
	return o;
}

/* What the other state has in place of the finding's record: null where it has none. */
static void set_other(struct js *js, json_t *o, const char *key, const struct diff_finding *x)
{
	if (x->has_other && !x->other_same)
		js_set_record(js, o, key, x->other);
}

static json_t *list(struct js *js, const struct diff *d, enum diff_kind kind)
{
	json_t *l = js_array(js);

	for (size_t i = 0; i < d->n; i++) {
		const struct diff_finding *x = &d->item[i];
		json_t *o;

		if (x->kind != kind)
			continue;
		o = json_finding(js, x->after ? x->after : x->before);
		if (kind == DIFF_NEW)
			set_other(js, o, "before", x);
		if (x->cause)
			js_set(js, o, "changed",
			       js_words(js, fact_question_text(js->arena, x->cause)));
		if (x->cause_rr && x->cause_rr->file)
			js_set(js, o, "changed_at",
			       js_words(js, arena_printf(js->arena, "%s:%u", x->cause_rr->file,
							 x->cause_rr->line)));
		if (kind == DIFF_GONE)
			set_other(js, o, "after", x);
		if (kind == DIFF_STILL)
			js_set(js, o, "detail_before", js_words(js, x->before->detail));
		if (kind == DIFF_UNDECIDED)
			js_set(js, o, "in", js_words(js, x->after ? "after" : "before"));
		js_push(js, l, o);
	}
	return l;
}

static json_t *notes(struct js *js, const struct diff *d)
{
	json_t *l = js_array(js);

	for (size_t i = 0; i < d->nnote; i++)
		js_push(js, l, js_words(js, d->note[i]));
	return l;
}

static json_t *fates(struct js *js, const struct diff *d)
{
	json_t *l = js_array(js);

	for (size_t i = 0; i < d->nfate; i++) {
		const struct diff_fate *f = &d->fate[i];
		json_t *o = js_object(js);

		js_set(js, o, "receiver", js_words(js, receivers[f->who].name));
		js_set(js, o, "before", js_words(js, fate_name(f->before)));
		js_set(js, o, "after", js_words(js, fate_name(f->after)));
		js_set(js, o, "sure", js_bool(f->verdict->sure));
		js_set(js, o, "reply", js_words(js, f->verdict->reply));
		js_push(js, l, o);
	}
	return l;
}

json_t *json_change(struct js *js, const struct change *c)
{
	const struct diff *d = &c->diff;
	json_t *o = js_object(js);

	js_set(js, o, "since",
	       js_words(js,
			c->first ? NULL : arena_time(js->arena, "%Y-%m-%dT%H:%M:%SZ", c->since_s)));
	js_set(js, o, "before", state(js, d->before));
	js_set(js, o, "new", list(js, d, DIFF_NEW));
	js_set(js, o, "gone", list(js, d, DIFF_GONE));
	js_set(js, o, "undecided", list(js, d, DIFF_UNDECIDED));
	js_set(js, o, "receivers", fates(js, d));
	return o;
}

static json_t *make(struct js *js, const void *arg)
{
	const struct diff *d = arg;
	json_t *o = js_object(js);

	js_set(js, o, "schema", js_words(js, "authcheck-diff/1"));
	js_set(js, o, "domain", js_words(js, d->domain));
	js_set(js, o, "before", state(js, d->before));
	js_set(js, o, "after", state(js, d->after));
	js_set(js, o, "changes", notes(js, d));
	js_set(js, o, "new", list(js, d, DIFF_NEW));
	js_set(js, o, "gone", list(js, d, DIFF_GONE));
	js_set(js, o, "inherited", list(js, d, DIFF_INHERITED));
	js_set(js, o, "undecided", list(js, d, DIFF_UNDECIDED));
	js_set(js, o, "still", list(js, d, DIFF_STILL));
	js_set(js, o, "receivers", fates(js, d));
	return o;
}

void render_diff_json(struct buf *out, struct arena *scratch, const struct diff *d, bool lines,
		      size_t index, size_t total)
{
	if (!lines && total != 1)
		buf_adds(out, index ? ",\n  " : "\n  ");
	js_dump(out, scratch, make, d, !lines && total != 1, lines);
	if (lines || total == 1)
		buf_addc(out, '\n');
}

/* A bounce as JSON (schema authcheck-bounce/1). Layer: render. */
#include "json_value.h"

#include "render.h"

enum { ANY_STATE = -1 };

static json_t *suspects(struct js *js, const struct bounce_report *b, int state)
{
	json_t *list = js_array(js);

	for (size_t i = 0; i < b->nsuspect; i++)
		if (state == ANY_STATE || (int)b->suspect[i].state == state)
			js_push(js, list, js_words(js, rules[b->suspect[i].rule].name));
	return list;
}

/* What else is wrong with the domain's mail now: where the text names no cause, this is all there
 * is. */
static json_t *faults(struct js *js, const struct report *r)
{
	json_t *list = js_array(js);

	for (size_t i = 0; r && i < r->nrisk_because; i++)
		js_push(js, list, js_words(js, rules[r->risk_because[i]->rule].name));
	return list;
}

static json_t *bounce(struct js *js, const void *arg)
{
	const struct bounce_report *b = arg;
	const struct refusal *f = b->refusal;
	json_t *o = js_object(js);

	js_set(js, o, "schema", js_words(js, "authcheck-bounce/1"));
	js_set(js, o, "source", js_words(js, b->source));
	js_set(js, o, "receiver", js_words(js, f->bounce.receiver));
	js_set(js, o, "receiver_title", js_words(js, f->bounce.receiver_title));
	js_set(js, o, "rejecting_host", js_words(js, f->host));
	js_set(js, o, "code", js_number_if(js, f->reply.code != 0, f->reply.code));
	js_set(js, o, "enhanced", js_words(js, f->reply.enhanced));
	js_set(js, o, "temporary", js_bool(f->bounce.temporary));
	js_set(js, o, "reply", js_words(js, f->reply.text));
	js_set(js, o, "stage", js_words(js, f->reply.stage));
	js_set(js, o, "cause", js_words(js, cause_name(f->bounce.cause)));
	js_set(js, o, "fault", js_words(js, f->bounce.fault));
	js_set(js, o, "recipient", js_words(js, f->dsn.recipient));
	js_set(js, o, "sender_domain", js_words(js, f->domain));
	js_set(js, o, "ip", js_words(js, f->reply.ip));
	js_set(js, o, "audited", js_bool(b->audit != NULL));
	js_set(js, o, "suspects", suspects(js, b, ANY_STATE));
	js_set(js, o, "confirmed", suspects(js, b, SUSPECT_CONFIRMED));
	js_set(js, o, "refuted", suspects(js, b, SUSPECT_REFUTED));
	js_set(js, o, "unknown", suspects(js, b, SUSPECT_UNKNOWN));
	js_set(js, o, "faults_now", faults(js, b->audit));
	js_set(js, o, "advice", js_words(js, f->bounce.advice));
	return o;
}

void render_bounce_json(struct buf *out, struct arena *scratch, const struct bounce_report *b,
			bool lines, size_t index, size_t total)
{
	if (lines) {
		js_dump(out, scratch, bounce, b, false, true);
		buf_addc(out, '\n');
		return;
	}
	if (total != 1)
		buf_adds(out, index ? ",\n  " : "[\n  ");
	js_dump(out, scratch, bounce, b, total != 1, false);
	buf_adds(out, total == 1 ? "\n" : index + 1 == total ? "\n]\n" : "");
}

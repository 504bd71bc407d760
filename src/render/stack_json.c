/* The answers of the receiver libraries as JSON. Layer: render. */
#include "json_value.h"

#include "name.h"

static const char *const states[] = {
	[STACK_ANSWERED] = "answered",       [STACK_REFUSED] = "unsafe",
	[STACK_CRASHED] = "crashed",         [STACK_ENDLESS] = "endless",
	[STACK_COSTLY] = "too-many-lookups", [STACK_NOT_RUN] = "not-run",
};

/* An object with the state; the rest only where the library has answered. */
static json_t *begin(struct js *js, enum stack_state state)
{
	json_t *o = js_object(js);

	js_set(js, o, "state", js_words(js, states[state]));
	return o;
}

static json_t *libspf2(struct js *js, const struct stack_spf *s)
{
	bool answered = s->state == STACK_ANSWERED;
	json_t *o = begin(js, s->state);

	js_set(js, o, "ip", js_words(js, ip_text(js->arena, s->ip)));
	js_set(js, o, "result", js_words(js, answered ? spf_result_name(s->result) : NULL));
	js_set(js, o, "reason", js_words(js, answered ? s->reason : NULL));
	js_set(js, o, "explanation", js_words(js, answered ? s->explanation : NULL));
	js_set(js, o, "rfc_result", js_words(js, spf_result_name(s->rfc.result)));
	return o;
}

static json_t *opendmarc(struct js *js, const struct stack_dmarc *d)
{
	static const char *const dispositions[] = { [DMARC_ABSENT] = "none",
						    [DMARC_INVALID] = "none",
						    [DMARC_NONE] = "none",
						    [DMARC_QUARANTINE] = "quarantine",
						    [DMARC_REJECT] = "reject" };
	bool answered = d->state == STACK_ANSWERED;
	json_t *o = begin(js, d->state);

	js_set(js, o, "result", js_words(js, answered ? auth_result_name(d->result) : NULL));
	js_set(js, o, "disposition", js_words(js, answered ? dispositions[d->disposition] : NULL));
	js_set(js, o, "spf_aligned", answered ? js_bool(d->spf_aligned) : json_null());
	js_set(js, o, "dkim_aligned", answered ? js_bool(d->dkim_aligned) : json_null());
	js_set(js, o, "record_at", js_words(js, answered ? d->found_at : NULL));
	js_set(js, o, "reason", js_words(js, answered ? d->reason : NULL));
	return o;
}

static json_t *opendkim(struct js *js, const struct stack_dkim *k)
{
	bool answered = k->state == STACK_ANSWERED;
	json_t *o = begin(js, k->state);

	js_set(js, o, "domain", js_words(js, k->domain));
	js_set(js, o, "selector", js_words(js, k->selector));
	js_set(js, o, "usable", answered ? js_bool(k->usable) : json_null());
	js_set(js, o, "reason", js_words(js, answered ? k->reason : NULL));
	js_set(js, o, "rfc_usable", js_bool(k->rfc_usable));
	return o;
}

json_t *json_stack(struct js *js, const struct report *r)
{
	const struct stack_view *v = r->stack;
	json_t *o, *spf, *dkim;

	if (!v)
		return json_null();
	o = js_object(js);
	spf = js_array(js);
	dkim = js_array(js);
	for (size_t i = 0; i < v->nspf; i++)
		js_push(js, spf, libspf2(js, &v->spf[i]));
	for (size_t i = 0; i < v->ndkim; i++)
		js_push(js, dkim, opendkim(js, &v->dkim[i]));
	/* a described sender is one client */
	if (r->sender)
		js_set(js, o, "libspf2", v->nspf ? libspf2(js, &v->spf[0]) : json_null());
	else
		js_set(js, o, "libspf2", spf);
	js_set(js, o, "opendmarc", opendmarc(js, &v->dmarc));
	js_set(js, o, "opendkim", dkim);
	return o;
}

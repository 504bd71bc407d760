/* A described sender as JSON (schema authcheck-sender/1). Layer: render. */
#include "json_value.h"

#include "name.h"
#include "render.h"

static const char *policy_name(enum dmarc_policy p)
{
	return p == DMARC_REJECT ? "reject" : p == DMARC_QUARANTINE ? "quarantine" : "none";
}

static json_t *spf(struct js *js, const struct spf_evaluation *e, const char *identity, bool asked)
{
	json_t *o;

	if (!asked)
		return json_null();
	o = js_object(js);
	js_set(js, o, "result", js_words(js, spf_result_name(e->result)));
	js_set(js, o, "identity", js_words(js, identity));
	js_set(js, o, "domain", js_words(js, e->domain));
	js_set(js, o, "mechanism", e->term ? js_text(js, e->term->text) : json_null());
	js_set(js, o, "record_domain", js_words(js, e->term_domain));
	js_set(js, o, "explanation", js_words(js, e->explanation));
	js_set(js, o, "why", js_words(js, e->why));
	js_set(js, o, "lookups", js_number(js, e->lookups));
	js_set(js, o, "void_lookups", js_number(js, e->voids));
	return o;
}

static json_t *dkim(struct js *js, const struct sender_view *v)
{
	json_t *list = js_array(js);

	for (size_t i = 0; i < v->ndkim; i++) {
		const struct signature_view *k = &v->dkim[i];
		json_t *o = js_object(js);

		js_set(js, o, "domain", js_words(js, k->domain));
		js_set(js, o, "selector", js_words(js, k->selector));
		js_set(js, o, "result", js_words(js, auth_result_name(k->result)));
		js_set(js, o, "aligned", js_presence(k->aligned));
		js_set(js, o, "aligned_psl", js_presence(k->aligned_7489));
		js_set(js, o, "algorithm", js_words(js, k->algorithm));
		js_set(js, o, "reason", js_words(js, k->reason));
		js_push(js, list, o);
	}
	return list;
}

/* true, false or null: a signature passes and is aligned. */
static enum presence dkim_aligned(const struct sender_view *v)
{
	enum presence best = PRESENCE_NONE;

	for (size_t i = 0; i < v->ndkim; i++) {
		if (v->dkim[i].result != AUTH_PASS)
			continue;
		if (v->dkim[i].aligned == PRESENCE_YES)
			return PRESENCE_YES;
		if (v->dkim[i].aligned == PRESENCE_UNKNOWN)
			best = PRESENCE_UNKNOWN;
	}
	return best;
}

static json_t *dmarc(struct js *js, const struct report *r)
{
	const struct sender_view *v = r->sender;
	json_t *o = js_object(js);
	enum presence spf = v->spf.result == SPF_RESULT_PASS ? v->spf_aligned : PRESENCE_NONE;

	js_set(js, o, "result", js_words(js, auth_result_name(v->dmarc)));
	js_set(js, o, "domain", js_words(js, r->domain));
	js_set(js, o, "policy",
	       js_words(js, r->presence[PROTO_DMARC] == PRESENCE_YES
				    ? policy_name(r->dmarc.effective_policy)
				    : NULL));
	js_set(js, o, "disposition", js_words(js, policy_name(v->disposition)));
	js_set(js, o, "spf_aligned", js_presence(spf));
	js_set(js, o, "dkim_aligned", js_presence(dkim_aligned(v)));
	return o;
}

static json_t *sender(struct js *js, const void *arg)
{
	const struct report *r = arg;
	const struct sender_view *v = r->sender;
	json_t *o = js_object(js), *arc = js_object(js);

	js_set(js, o, "schema", js_words(js, "authcheck-sender/1"));
	js_set(js, o, "domain", js_words(js, r->domain));
	js_set(js, o, "ip", js_words(js, v->ip.n ? ip_text(js->arena, v->ip) : NULL));
	js_set(js, o, "helo", js_words(js, v->helo));
	js_set(js, o, "mail_from", js_words(js, v->mail_from));
	js_set(js, o, "spf", spf(js, &v->spf, v->null_sender ? "helo" : "mailfrom", v->has_spf));
	js_set(js, o, "helo_spf", spf(js, &v->helo_spf, "helo", v->has_spf && v->helo));
	js_set(js, o, "dkim", dkim(js, v));
	js_set(js, arc, "result", js_words(js, "none"));
	js_set(js, o, "arc", arc);
	js_set(js, o, "dmarc", dmarc(js, r));
	js_set(js, o, "ptr", js_presence(v->ptr));
	js_set(js, o, "helo_ok", js_presence(v->helo_ok));
	js_set(js, o, "bulk", js_bool(r->bulk));
	js_set(js, o, "stack", json_stack(js, r));
	js_set(js, o, "receivers", json_verdicts(js, r));
	js_set(js, o, "findings", json_findings(js, r));
	return o;
}

void render_sender_json(struct buf *out, struct arena *scratch, const struct report *r, bool line)
{
	js_dump(out, scratch, sender, r, false, line);
	buf_addc(out, '\n');
}

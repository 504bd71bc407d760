/* A report as JSON (schema authcheck/1). `json` is one object for one domain and an array for
 * several, `ndjson` one compact object a line. Keys stand in a fixed order and nothing but ASCII is
 * written, so the same report is the same bytes, and safe on any terminal. Layer: render. */
#include "change.h"
#include "json_value.h"

#include "render.h"

/* ---- findings ---- */

/* The texts of all records of a fact, one a line: the evidence of a finding about all of them. */
static struct str all_texts(struct arena *a, const struct fact *f)
{
	size_t n = 0, at = 0;
	char *p;

	for (size_t i = 0; i < f->nrr; i++)
		n += rr_text(a, &f->rr[i]).n + 1;
	p = arena_alloc(a, n);
	for (size_t i = 0; i < f->nrr; i++) {
		struct str s = rr_text(a, &f->rr[i]);

		if (i)
			p[at++] = '\n';
		if (s.n)
			memcpy(p + at, s.p, s.n);
		at += s.n;
	}
	return (struct str){ p, at };
}

static json_t *source_of(struct js *js, const struct fact *f, const struct rr *rr)
{
	if (!rr && f->nrr)
		rr = &f->rr[0];
	if (rr && rr->file)
		return js_words(js, arena_printf(js->arena, "%s:%u", rr->file, rr->line));
	return js_words(js, js->lasting ? NULL : f->source);
}

/* The column, where the file has more than records in its lines: YAML, JSON. */
static void set_column(struct js *js, json_t *o, const struct fact *f, const struct rr *rr)
{
	if (!rr && f->nrr)
		rr = &f->rr[0];
	if (rr && rr->column)
		js_set(js, o, "column", json_integer(rr->column));
}

static json_t *evidence(struct js *js, const struct finding *f)
{
	const struct fact *fact = f->fact;
	json_t *o, *via;
	struct str text;
	bool some;

	if (!fact)
		return json_null();
	o = js_object(js);
	some = f->rr || fact->state == FACT_SOME;
	text = f->rr                     ? rr_text(js->arena, f->rr)
	       : fact->kind == ASK_HTTPS ? fact->body
	       : fact->kind == ASK_SMTP  ? str_c(fact->smtp ? fact->smtp->banner : "")
					 : all_texts(js->arena, fact);
	js_set(js, o, "name", js_words(js, fact->name));
	js_set(js, o, "type",
	       js_words(js, fact->kind == ASK_HTTPS ? "HTTPS"
			    : fact->kind == ASK_SMTP
				    ? "SMTP"
				    : rrtype_name(js->arena, f->rr ? f->rr->type : fact->type)));
	js_set(js, o, "text", some ? js_text(js, text) : json_null());
	js_set(js, o, "offset", js_number_if(js, some, f->at.len ? f->at.at : 0));
	js_set(js, o, "length", js_number_if(js, some, f->at.len ? f->at.len : (long long)text.n));
	js_set(js, o, "ttl",
	       js_number_if(js, some && fact->kind == ASK_DNS && !js->lasting,
			    f->rr ? f->rr->ttl_s : fact->ttl_s));
	js_set(js, o, "source", source_of(js, fact, f->rr));
	set_column(js, o, fact, f->rr);
	if (some && !js_is_utf8(text))
		js_set(js, o, "hex", js_hex(js, text));
	js_set(js, o, "why",
	       js_words(js, fact->state == FACT_SOME ? NULL : fact_why_word(fact->why)));
	via = js_array(js);
	for (size_t i = 0; i < fact->nchain; i++)
		js_push(js, via, js_words(js, fact->chain[i].target));
	js_set(js, o, "via", via);
	return o;
}

json_t *json_finding(struct js *js, const struct finding *f)
{
	const struct rule *rule = &rules[f->rule];
	json_t *o = js_object(js);

	js_set(js, o, "rule", js_words(js, rule->name));
	if (!js->lasting)
		js_set(js, o, "severity", js_words(js, severity_name(rule->severity)));
	js_set(js, o, "sure", js_bool(f->sure));
	js_set(js, o, "offline", js_bool(f->offline));
	if (!js->lasting) {
		js_set(js, o, "protocol", js_words(js, proto_name(rule->proto)));
		js_set(js, o, "title", js_words(js, rule->title));
	}
	js_set(js, o, "subject", js_words(js, f->subject));
	js_set(js, o, "detail", js_words(js, f->detail));
	if (!js->lasting) {
		js_set(js, o, "reference", js_words(js, rule->ref));
		js_set(js, o, "fix", js_words(js, finding_fix(f)));
	}
	js_set(js, o, "evidence", evidence(js, f));
	return o;
}

/* ---- the whole ---- */

static json_t *protocols(struct js *js, const struct report *r)
{
	json_t *o = js_object(js);

	for (int p = 0; p < PROTO_COUNT; p++)
		js_set(js, o, proto_name((enum proto)p), json_protocol(js, r, (enum proto)p));
	return o;
}

static json_t *carried(struct js *js, const struct change *c)
{
	json_t *list = js_array(js);

	for (size_t i = 0; i < c->ncarried; i++)
		js_push(js, list, json_finding(js, c->carried[i]));
	return list;
}

json_t *json_findings(struct js *js, const struct report *r)
{
	json_t *list = js_array(js);

	for (size_t i = 0; i < r->findings.n; i++)
		js_push(js, list, json_finding(js, r->findings.item[i]));
	return list;
}

static json_t *risk_because(struct js *js, const struct report *r)
{
	json_t *list = js_array(js);

	for (size_t i = 0; i < r->nrisk_because; i++)
		js_push(js, list, js_words(js, rules[r->risk_because[i]->rule].name));
	return list;
}

static json_t *verdict(struct js *js, const struct verdict *v)
{
	json_t *o = js_object(js), *because = js_array(js);

	js_set(js, o, "receiver", js_words(js, receivers[v->who].name));
	js_set(js, o, "fate", js_words(js, fate_name(v->fate)));
	js_set(js, o, "sure", js_bool(v->sure));
	js_set(js, o, "optional", js_bool(v->ruling && v->ruling->optional));
	js_set(js, o, "reply", js_words(js, v->reply));
	for (size_t i = 0; i < v->nbecause; i++)
		js_push(js, because, js_words(js, rules[v->because[i]->rule].name));
	js_set(js, o, "because", because);
	return o;
}

/* Those asked for; else the large ones, and all that do not accept. */
json_t *json_verdicts(struct js *js, const struct report *r)
{
	json_t *list = js_array(js);

	for (size_t i = 0; i < r->nverdict; i++) {
		const struct verdict *v = &r->verdict[i];

		if (report_counts(r, v->who) || (!r->receivers && v->ruling))
			js_push(js, list, verdict(js, v));
	}
	return list;
}

/* Those of whom a bulk sender gets another answer. */
static json_t *bulk_verdicts(struct js *js, const struct report *r)
{
	json_t *list = js_array(js);

	for (size_t i = 0; r->bulk_verdict && i < r->nverdict; i++) {
		const struct verdict *v = &r->bulk_verdict[i];

		if (v->ruling != r->verdict[i].ruling &&
		    (!r->receivers || report_asks_for(r, v->who)))
			js_push(js, list, verdict(js, v));
	}
	return list;
}

static json_t *profile_views(struct js *js, const struct report *r)
{
	json_t *list = js_array(js);

	for (size_t i = 0; i < r->nprofile; i++) {
		const struct profile_view *v = &r->profile[i];
		json_t *o = js_object(js);

		js_set(js, o, "name", js_words(js, profiles[v->id].name));
		js_set(js, o, "met", js_number(js, v->met));
		js_set(js, o, "failed", js_number(js, v->failed));
		js_set(js, o, "unknown", js_number(js, v->unknown));
		js_set(js, o, "not_checked", js_words(js, v->not_checked));
		js_push(js, list, o);
	}
	return list;
}

static json_t *unknown(struct js *js, const struct report *r)
{
	json_t *list = js_array(js);

	for (size_t i = 0; i < r->nunknown; i++) {
		json_t *o = js_object(js);

		js_set(js, o, "question", js_words(js, r->unknown[i].question));
		js_set(js, o, "why", js_words(js, r->unknown[i].why));
		js_set(js, o, "offline", js_bool(r->unknown[i].offline));
		js_push(js, list, o);
	}
	return list;
}

static json_t *stats(struct js *js, const struct report *r)
{
	json_t *o = js_object(js);

	js_set(js, o, "queries", js_number(js, r->stats.queries));
	js_set(js, o, "steps", js_number(js, r->stats.steps));
	js_set(js, o, "elapsed_ms", js_number(js, r->stats.elapsed_ms));
	return o;
}

static json_t *audit(struct js *js, const struct report *r)
{
	json_t *o = js_object(js);

	js_set(js, o, "schema", js_words(js, "authcheck/1"));
	js_set(js, o, "domain", js_words(js, r->domain));
	js_set(js, o, "intent", js_words(js, intent_name(r->intent)));
	js_set(js, o, "intent_assumed", js_bool(r->intent_assumed));
	js_set(js, o, "intent_why", js_words(js, r->intent_why));
	js_set(js, o, "score", js_number(js, r->score));
	js_set(js, o, "grade", js_words(js, r->grade));
	js_set(js, o, "risk", js_words(js, risk_name(r->risk)));
	js_set(js, o, "risk_because", risk_because(js, r));
	js_set(js, o, "protocols", protocols(js, r));
	js_set(js, o, "findings", json_findings(js, r));
	js_set(js, o, "bulk", js_bool(r->bulk));
	js_set(js, o, "receivers", json_verdicts(js, r));
	if (!r->bulk)
		js_set(js, o, "receivers_bulk", bulk_verdicts(js, r));
	js_set(js, o, "profiles", profile_views(js, r));
	if (r->stack)
		js_set(js, o, "stack", json_stack(js, r));
	js_set(js, o, "unknown", unknown(js, r));
	if (js->lasting) {
		if (r->change && r->change->ncarried)
			js_set(js, o, "carried", carried(js, r->change));
		return o;
	}
	if (r->change)
		js_set(js, o, "changes", json_change(js, r->change));
	js_set(js, o, "stats", stats(js, r));
	return o;
}

/* ---- output ---- */

static json_t *make_audit(struct js *js, const void *arg)
{
	return audit(js, arg);
}

static json_t *make_lasting(struct js *js, const void *arg)
{
	js->lasting = true;
	return audit(js, arg);
}

void render_json_lasting(struct buf *out, struct arena *scratch, const struct report *r)
{
	js_dump(out, scratch, make_lasting, r, false, true);
}

void render_json_begin(struct buf *out, const struct render_options *o, size_t total)
{
	(void)o;
	if (total != 1)
		buf_adds(out, "[");
}

void render_json(struct buf *out, struct arena *scratch, const struct report *r,
		 const struct render_options *o, size_t index, size_t total)
{
	(void)o;
	if (total != 1)
		buf_adds(out, index ? ",\n  " : "\n  ");
	js_dump(out, scratch, make_audit, r, total != 1, false);
	if (total == 1)
		buf_addc(out, '\n');
}

void render_json_end(struct buf *out, const struct render_options *o, size_t total)
{
	(void)o;
	if (total != 1)
		buf_adds(out, total ? "\n]\n" : "]\n");
}

void render_ndjson(struct buf *out, struct arena *scratch, const struct report *r,
		   const struct render_options *o, size_t index, size_t total)
{
	(void)o;
	(void)index;
	(void)total;
	js_dump(out, scratch, make_audit, r, false, true);
	buf_addc(out, '\n');
}

/* Saved JSON audits, read as reports. The input is as hostile as any: every member may be missing
 * or of another type. Layer: report. */
#include "saved.h"

#include <jansson.h>

#include "name.h"

enum { FINDINGS_MAX = 20000, HEAD_OCTETS = 65536 };

bool saved_is_audit(struct str text)
{
	struct str head = str_trim(str_sub(text, 0, HEAD_OCTETS));

	while (head.n && (head.p[0] == '\n' || head.p[0] == '\r' || is_wsp(head.p[0])))
		head = str_from(head, 1);
	return head.n && (head.p[0] == '{' || head.p[0] == '[') &&
	       str_find_str(head, S("\"authcheck/1\"")) >= 0;
}

/* ---- members ---- */

static struct str text_of(struct arena *a, const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_string(v))
		return (struct str){ NULL, 0 };
	return (struct str){ arena_strndup(a, json_string_value(v), json_string_length(v)),
			     json_string_length(v) };
}

/* NULL: it is not there, or no string. */
static const char *words_of(struct arena *a, const json_t *o, const char *key)
{
	return text_of(a, o, key).p;
}

static long long number_of(const json_t *o, const char *key, long long most)
{
	const json_t *v = json_object_get(o, key);
	long long n = json_is_integer(v) ? json_integer_value(v) : 0;

	return n < 0 ? 0 : n > most ? most : n;
}

/* ---- evidence ---- */

/* "db.example:14": the file and the line. */
static void set_place(struct arena *a, struct rr *rr, const char *source)
{
	const char *colon = source ? strrchr(source, ':') : NULL;
	uint32_t line;

	if (!colon || !str_to_u32(str_c(colon + 1), UINT32_MAX, &line) || !line)
		return;
	rr->file = arena_strndup(a, source, (size_t)(colon - source));
	rr->line = line;
}

/* The record from its text. False for types whose text does not tell the record. */
static bool record_of(struct arena *a, uint16_t type, struct str text, struct rr *rr)
{
	ptrdiff_t blank = str_find(text, ' ');
	uint8_t ip[16];
	uint32_t preference;
	size_t n;

	rr->type = type;
	switch (type) {
	case RR_TXT:
	case RR_SPF: rr->data = text; return true;
	case RR_A:
	case RR_AAAA:
		if (!ip_parse(text, ip, &n) || n != (type == RR_A ? 4u : 16u))
			return false;
		rr->data = (struct str){ arena_strndup(a, (char *)ip, n), n };
		return true;
	case RR_MX:
		if (blank < 0 || !str_to_u32(str_sub(text, 0, (size_t)blank), 65535, &preference))
			return false;
		rr->preference = (uint16_t)preference;
		rr->target = name_from_text(a, str_from(text, (size_t)blank + 1));
		return rr->target;
	case RR_CNAME:
	case RR_PTR:
	case RR_NS:
	case RR_DNAME: rr->target = name_from_text(a, text); return rr->target;
	default: return false;
	}
}

static void set_evidence(struct arena *a, const json_t *e, struct finding *f)
{
	struct fact *fact = ARENA_NEW(a, struct fact);
	struct rr *rr = ARENA_NEW(a, struct rr);
	struct str text = text_of(a, e, "text"), type = text_of(a, e, "type");
	const char *name = words_of(a, e, "name"), *why = words_of(a, e, "why");

	fact->name = name ? name_from_text(a, str_c(name)) : NULL;
	if (!fact->name)
		return;
	fact->kind = str_eq(type, S("HTTPS"))  ? ASK_HTTPS
		     : str_eq(type, S("SMTP")) ? ASK_SMTP
					       : ASK_DNS;
	/* what a mail host says has no record: the finding's words have to do */
	if (fact->kind == ASK_SMTP)
		return;
	fact->type = fact->kind == ASK_DNS ? rrtype_from(type) : 0;
	fact->state = text.p ? FACT_SOME : FACT_NONE;
	fact->why = WHY_NXDOMAIN;
	if (fact->state == FACT_SOME)
		fact->why = WHY_OK;
	else if (why && fact_why_from(str_c(why), &fact->why) && fact->why > WHY_NODATA)
		fact->state = FACT_LOST;
	fact->source = words_of(a, e, "source");
	f->fact = fact;
	if (fact->kind == ASK_HTTPS) {
		fact->body = text;
		fact->status = 200;
	} else if (text.p && record_of(a, fact->type, text, rr)) {
		set_place(a, rr, fact->source);
		rr->ttl_s = fact->ttl_s = (uint32_t)number_of(e, "ttl", UINT32_MAX);
		fact->rr = f->rr = rr;
		fact->nrr = 1;
	}
	if (text.p && (f->rr || fact->kind == ASK_HTTPS)) {
		f->at.at = (uint32_t)number_of(e, "offset", (long long)text.n);
		f->at.len = (uint32_t)number_of(e, "length", (long long)(text.n - f->at.at));
		if (f->at.at == 0 && f->at.len >= text.n)
			f->at.len = 0;
	}
}

/* ---- a report ---- */

static void read_findings(struct arena *a, const json_t *list, struct report *r, struct saved *out)
{
	for (size_t i = 0; i < json_array_size(list) && r->findings.n < FINDINGS_MAX; i++) {
		const json_t *o = json_array_get(list, i);
		struct finding *f = ARENA_NEW(a, struct finding);
		const char *subject = words_of(a, o, "subject");

		if (!rule_from(text_of(a, o, "rule"), &f->rule)) {
			out->skipped++;
			continue;
		}
		f->subject = subject ? subject : r->domain;
		f->sure = json_is_true(json_object_get(o, "sure"));
		f->offline = json_is_true(json_object_get(o, "offline"));
		f->detail = words_of(a, o, "detail");
		f->fix = words_of(a, o, "fix");
		set_evidence(a, json_object_get(o, "evidence"), f);
		r->findings.item = arena_grow(a, r->findings.item, r->findings.n, &r->findings.cap,
					      sizeof(struct finding *));
		r->findings.item[r->findings.n++] = f;
	}
}

static void read_verdicts(struct arena *a, const json_t *list, struct report *r)
{
	bool seen[RECEIVER_COUNT] = { false };

	r->verdict = arena_array(a, RECEIVER_COUNT, sizeof(*r->verdict));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		struct str fate = text_of(a, o, "fate");
		struct verdict v = { .fate = FATE_UNKNOWN };

		if (!receiver_from(text_of(a, o, "receiver"), &v.who) || seen[v.who])
			continue;
		seen[v.who] = true;
		for (int k = FATE_ACCEPT; k <= FATE_UNKNOWN; k++)
			if (str_eq(fate, str_c(fate_name((enum fate)k))))
				v.fate = (enum fate)k;
		v.sure = json_is_true(json_object_get(o, "sure"));
		v.reply = words_of(a, o, "reply");
		r->verdict[r->nverdict++] = v;
	}
}

static void read_unknown(struct arena *a, const json_t *list, struct report *r)
{
	size_t n = json_array_size(list);

	r->unknown = arena_array(a, n, sizeof(*r->unknown));
	for (size_t i = 0; i < n; i++) {
		const json_t *o = json_array_get(list, i);
		const char *question = words_of(a, o, "question"), *why = words_of(a, o, "why");

		if (question)
			r->unknown[r->nunknown++] =
				(struct unknown){ question, why ? why : "",
						  json_is_true(json_object_get(o, "offline")) };
	}
}

static bool read_report(struct arena *a, const json_t *o, struct saved *out, const char **err)
{
	struct report r = { .risk = RISK_UNKNOWN, .findings = { .arena = a } };
	const char *domain = words_of(a, o, "domain");
	struct str risk = text_of(a, o, "risk");

	if (!str_eq(text_of(a, o, "schema"), S("authcheck/1")))
		*err = "no audit of the schema authcheck/1";
	else if (!domain || !(r.domain = name_from_text(a, str_c(domain))))
		*err = "an audit without a \"domain\"";
	if (*err)
		return false;
	for (int k = RISK_NONE; k <= RISK_UNKNOWN; k++)
		if (str_eq(risk, str_c(risk_name((enum risk)k))))
			r.risk = (enum risk)k;
	r.score = (int)number_of(o, "score", 100);
	r.grade = words_of(a, o, "grade");
	r.grade = r.grade ? r.grade : "?";
	r.bulk = json_is_true(json_object_get(o, "bulk"));
	read_unknown(a, json_object_get(o, "unknown"), &r);
	read_findings(a, json_object_get(o, "findings"), &r, out);
	read_findings(a, json_object_get(o, "carried"), &r, out);
	read_verdicts(a, json_object_get(o, "receivers"), &r);
	out->report = arena_grow(a, out->report, out->n, &out->cap, sizeof(r));
	out->report[out->n++] = r;
	return true;
}

static bool read_array(struct arena *a, const json_t *v, struct saved *out, const char **err)
{
	bool ok = true;

	for (size_t i = 0; i < json_array_size(v) && ok; i++)
		ok = read_report(a, json_array_get(v, i), out, err);
	return ok;
}

/* An arena that is full jumps away: jansson's memory is not its. */
static bool read_value(struct arena *a, json_t *v, struct saved *out, const char **err)
{
	jmp_buf here, *outside = a->oom;
	bool ok = true;

	a->oom = &here;
	if (setjmp(here) != 0) {
		json_decref(v);
		a->oom = outside;
		arena_full(a);
	}
	if (!json_is_array(v))
		ok = read_report(a, v, out, err);
	else
		ok = read_array(a, v, out, err);
	a->oom = outside;
	return ok;
}

/* Blanks and line ends, counted. */
static struct str skip_blank(struct str s, unsigned *line)
{
	while (s.n && (is_wsp(s.p[0]) || s.p[0] == '\n' || s.p[0] == '\r')) {
		*line += s.p[0] == '\n';
		s = str_from(s, 1);
	}
	return s;
}

bool saved_read(struct arena *a, struct str text, struct saved *out, const char **err)
{
	unsigned line = 1;

	*out = (struct saved){ 0 };
	for (struct str rest = skip_blank(text, &line); rest.n; rest = skip_blank(rest, &line)) {
		json_error_t e;
		json_t *v = json_loadb(rest.p, rest.n, JSON_DISABLE_EOF_CHECK, &e);
		const char *why = NULL;
		bool ok = v && read_value(a, v, out, &why);

		if (!ok) {
			unsigned at = line + (v || e.line < 1 ? 0 : (unsigned)e.line - 1);

			*err = arena_printf(a, "line %u: %s", at, v ? why : e.text);
			json_decref(v);
			return false;
		}
		json_decref(v);
		for (int i = 0; i < e.position; i++)
			line += rest.p[i] == '\n';
		rest = str_from(rest, (size_t)e.position);
	}
	return true;
}

/* SMTP TLS reporting: the record, and whether the destinations in it can receive reports (RFC 8460
 * 3). */
#include "check.h"
#include "control.h"
#include "mend.h"
#include "name.h"

static const enum rule_id fault_rules[] = {
	[TLSRPT_FAULT_NO_RUA] = RULE_TLSRPT_RUA_MISSING,
	[TLSRPT_FAULT_EMPTY_RUA] = RULE_TLSRPT_RUA_EMPTY,
	[TLSRPT_FAULT_SCHEME] = RULE_TLSRPT_RUA_SCHEME,
	[TLSRPT_FAULT_URI] = RULE_TLSRPT_RUA_URI,
	[TLSRPT_FAULT_COMMA] = RULE_TLSRPT_TRAILING_COMMA,
	[TLSRPT_FAULT_UNKNOWN] = RULE_TLSRPT_UNKNOWN_FIELD,
	[TLSRPT_FAULT_CASE] = RULE_TLSRPT_CASE,
	[TLSRPT_FAULT_FIELD] = RULE_TLSRPT_FIELD,
	[TLSRPT_FAULT_DUP_RUA] = RULE_TLSRPT_DUP_RUA,
};

/* ---- a corrected record ---- */

/* The destinations that can be used, those added that only lack their "mailto:". NULL when none is
 * left. */
static const char *mended(struct check *c, const char *name, const struct tls_rpt *t)
{
	const char *list = NULL;

	for (size_t i = 0; i < t->nrua; i++) {
		const struct uri *u = &t->rua[i];
		const char *one = NULL;

		if (u->valid && (u->scheme == URI_MAILTO || u->scheme == URI_HTTPS)) {
			one = arena_strndup(c->arena, u->text.p, u->text.n);
		} else if (u->scheme == URI_NONE && str_find(u->text, '@') > 0) {
			struct uri *again;
			size_t n;

			one = arena_printf(c->arena, "mailto:%.*s", (int)u->text.n, u->text.p);
			parse_uris(c->arena, str_c(one), 0, false, &again, &n);
			if (n != 1 || !again->valid)
				one = NULL;
		}
		if (one)
			list = list ? arena_printf(c->arena, "%s,%s", list, one) : one;
	}
	return list ? mend_txt(c->arena, name,
			       str_c(arena_printf(c->arena, "v=TLSRPTv1; rua=%s", list)))
		    : NULL;
}

/* The same for text whose fields are read only once it begins as it should. */
static const char *mended_near(struct check *c, const char *name, struct str text)
{
	ptrdiff_t rua = str_find_str_ci(text, S("rua"));
	struct tls_rpt t;

	if (rua < 0)
		return NULL;
	text = str_from(text, (size_t)rua + 3);
	while (text.n && (is_wsp(text.p[0]) || text.p[0] == '='))
		text = str_from(text, 1);
	while (text.n && (is_wsp(text.p[text.n - 1]) || text.p[text.n - 1] == '"' ||
			  text.p[text.n - 1] == ';'))
		text.n--;
	parse_tls_rpt(c->arena,
		      str_c(arena_printf(c->arena, "v=TLSRPTv1; rua=%.*s", (int)text.n, text.p)),
		      &t);
	return mended(c, name, &t);
}

/* ---- the record ---- */

static void judge_record(struct check *c, const struct fact *txt, const struct rr *rr,
			 const struct tls_rpt *t)
{
	for (size_t i = 0; i < t->faults.n; i++) {
		const struct fault *fault = &t->faults.item[i];
		struct finding *f = found(c, fault_rules[fault->code], txt->name, txt, rr);

		f->at = fault->at;
		f->detail = fault->detail;
		if (fault->code == TLSRPT_FAULT_CASE)
			f->fix = mended_near(c, txt->name, t->text);
		else if (fault->code != TLSRPT_FAULT_UNKNOWN)
			f->fix = mended(c, txt->name, t);
	}
}

/* Text that was meant as a record and is not taken for one. */
static void judge_near(struct check *c, const struct fact *txt, const struct rr *rr,
		       const char *why)
{
	struct finding *f = found(c, RULE_TLSRPT_VERSION, txt->name, txt, rr);

	f->at = (struct span){ 0, (uint32_t)(str_find(rr->data, ';') > 0 ? str_find(rr->data, ';')
									 : (ptrdiff_t)rr->data.n) };
	f->detail = why;
	f->fix = mended_near(c, txt->name, rr->data);
}

/* ---- where the reports go ---- */

static struct finding *at_uri(struct check *c, enum rule_id rule, const struct uri *u)
{
	const struct tls_rpt_view *v = &c->report->tls_rpt;
	struct finding *f = found(c, rule, v->fact->name, v->fact, v->rr);

	f->at = u->at;
	return f;
}

/* Mail for a domain without MX goes to its own address (RFC 5321 5.1). */
static void judge_mailbox(struct check *c, const struct uri *u)
{
	const struct fact *mx = look_dns(c->look, RR_MX, u->host), *a, *aaaa;
	const char *why = NULL;

	if (fact_is_open(mx) || mx->state == FACT_LOST)
		return;
	if (mx->state == FACT_SOME) {
		if (mx->nrr == 1 && strcmp(mx->rr[0].target, ".") == 0)
			why = "says with a null MX that it takes no mail";
	} else if (fact_is_nxdomain(mx)) {
		why = "does not exist";
	} else {
		a = look_dns(c->look, RR_A, u->host);
		aaaa = look_dns(c->look, RR_AAAA, u->host);
		if (a->state == FACT_NONE && aaaa->state == FACT_NONE)
			why = "has neither an MX nor an address";
	}
	if (why)
		at_uri(c, RULE_TLSRPT_MAILBOX, u)->detail = arena_printf(c->arena, "%s %s", u->host,
									 why);
}

static void judge_destinations(struct check *c, const struct tls_rpt *t)
{
	bool outside = false;

	for (size_t i = 0; i < t->nrua; i++)
		outside = outside || (t->rua[i].valid && t->rua[i].host &&
				      !name_is_under(t->rua[i].host, c->domain));
	for (size_t i = 0; i < t->nrua; i++) {
		const struct uri *u = &t->rua[i];

		if (!u->valid || !u->host || u->scheme != URI_MAILTO)
			continue;
		if (name_is_under(u->host, "mailcheck.service.ncsc.gov.uk"))
			at_uri(c, RULE_TLSRPT_RETIRED, u);
		else
			judge_mailbox(c, u);
		if (!outside && strcmp(u->host, c->domain) == 0)
			at_uri(c, RULE_TLSRPT_INSIDE, u);
	}
}

/* ---- there is none ---- */

/* Names that are easily taken for the right one, and one of an early draft. True when a record
 * stands at one of them. */
static bool judge_wrong_names(struct check *c, const char *right, bool *open)
{
	static const char *const wrong[] = { "_smtp-tlsrpt", "_tls._smtp", "_smtp._tcp" };
	bool any = false;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		const struct fact *txt = look_dns(c->look, RR_TXT,
						  name_join(c->arena, wrong[i], c->domain));

		*open = *open || fact_is_open(txt);
		for (size_t k = 0; k < txt->nrr; k++) {
			struct finding *f;
			const char *why;

			if (!tls_rpt_is_record(txt->rr[k].data) &&
			    !tls_rpt_is_near_record(txt->rr[k].data, &why))
				continue;
			any = true;
			f = found(c, RULE_TLSRPT_WRONG_NAME, txt->name, txt, &txt->rr[k]);
			f->detail = arena_printf(c->arena, "it belongs at %s", right);
			f->fix = mend_txt(c->arena, right, txt->rr[k].data);
		}
	}
	return any;
}

static bool takes_mail(const struct fact *mx)
{
	for (size_t i = 0; i < mx->nrr; i++)
		if (strcmp(mx->rr[i].target, ".") != 0)
			return true;
	return false;
}

static void judge_none(struct check *c, const struct fact *txt)
{
	const struct fact *mx = look_dns(c->look, RR_MX, c->domain);
	bool open = false;

	if (c->report->intent == INTENT_AUTO || c->report->intent == INTENT_PARKED)
		return;
	if (judge_wrong_names(c, txt->name, &open)) {
		c->report->presence[PROTO_TLS_RPT] =
			PRESENCE_YES; /* if not where it is looked for */
		return;
	}
	if (open || fact_is_open(mx) || !takes_mail(mx))
		return;
	found(c, RULE_TLSRPT_NONE, txt->name, txt, NULL);
}

/* ---- the whole ---- */

static void judge_txt(struct check *c, const struct fact *txt)
{
	const struct rr *only = NULL;
	struct tls_rpt *t;
	const char *why;
	bool near = false;
	size_t n = 0;

	for (size_t i = 0; i < txt->nrr; i++) {
		if (!tls_rpt_is_record(txt->rr[i].data))
			continue;
		only = &txt->rr[i];
		n++;
	}
	c->report->presence[PROTO_TLS_RPT] = PRESENCE_YES;
	if (n > 1) {
		found(c, RULE_TLSRPT_MULTIPLE, txt->name, txt, NULL)->detail = arena_printf(
			c->arena, "%zu records", n);
		return;
	}
	for (size_t i = 0; n == 0 && i < txt->nrr; i++) {
		if (!tls_rpt_is_near_record(txt->rr[i].data, &why))
			continue;
		near = true;
		judge_near(c, txt, &txt->rr[i], why);
	}
	if (n == 0) {
		if (!near) {
			c->report->presence[PROTO_TLS_RPT] = PRESENCE_NONE;
			judge_none(c, txt);
		}
		return;
	}
	t = ARENA_NEW(c->arena, struct tls_rpt);
	parse_tls_rpt(c->arena, only->data, t);
	c->report->tls_rpt.rr = only;
	c->report->tls_rpt.record = t;
	judge_record(c, txt, only, t);
	judge_destinations(c, t);
}

static const char *const service_words[] = { "_tls", "tlsrpt", NULL };

void check_tls_rpt(struct check *c)
{
	const char *name = name_join(c->arena, "_smtp._tls", c->domain);
	const struct fact *txt = look_dns(c->look, RR_TXT, name);
	enum presence *presence = &c->report->presence[PROTO_TLS_RPT];

	c->report->tls_rpt = (struct tls_rpt_view){ .fact = txt };
	switch (txt->state) {
	case FACT_OPEN: *presence = PRESENCE_OPEN; break;
	case FACT_LOST:
		*presence = PRESENCE_UNKNOWN;
		found(c, RULE_TLSRPT_UNKNOWN, name ? name : c->domain, txt, NULL)->detail =
			txt->detail ? txt->detail : fact_why_text(txt->why);
		break;
	case FACT_NONE:
		*presence = PRESENCE_NONE;
		if (fact_is_dangling(txt) &&
		    control_found_dangling(c, RULE_TLSRPT_DANGLING_CNAME, txt, service_words))
			*presence = PRESENCE_YES; /* there should be one */
		else
			judge_none(c, txt);
		break;
	case FACT_SOME: judge_txt(c, txt); break;
	}
}

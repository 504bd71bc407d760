/* A domain without an MX RRset: mail goes to its own address (RFC 5321 5.1), or nowhere. Layer:
 * check. */
#include "mx_host.h"

#include "name.h"

static bool has_mail(const struct check *c)
{
	return c->report->intent == INTENT_SENDS || c->report->intent == INTENT_RECEIVES;
}

/* A finding that says "the domain has mail" is no surer than the guess that it has. */
static void as_sure_as_intent(struct check *c, struct finding *f)
{
	const struct fact *txt = look_dns(c->look, RR_TXT, c->domain);

	if (c->report->intent_assumed && !c->wish->nips && txt->state == FACT_LOST) {
		f->sure = false;
		f->offline = fact_is_offline(txt);
	}
}

static bool is_own_address(struct str ip, const struct fact *f)
{
	for (size_t i = 0; i < f->nrr; i++)
		if (str_eq(f->rr[i].data, ip))
			return true;
	return false;
}

/* Does the SPF record at the name let nobody but the name's own addresses send? Then it is a host
 * that speaks for itself in HELO, and no mail domain. */
static bool is_host_only(struct check *c, const struct fact *a, const struct fact *aaaa)
{
	const struct fact *txt = look_dns(c->look, RR_TXT, c->domain);
	bool own = false;

	for (size_t i = 0; i < txt->nrr; i++) {
		struct spf spf;

		if (!spf_is_record(txt->rr[i].data))
			continue;
		parse_spf(c->arena, txt->rr[i].data, &spf);
		for (size_t k = 0; k < spf.n; k++) {
			const struct spf_term *t = &spf.term[k];

			if (t->qualifier == '-' || t->qualifier == '~' || t->kind == SPF_EXP)
				continue;
			if (t->kind == SPF_A && t->cidr4 == 32 && t->cidr6 == 128 &&
			    (t->domain.n == 0 || str_eq_ci(t->domain, str_c(c->domain))))
				own = true;
			else if (t->kind == SPF_IP4 &&
				 is_own_address((struct str){ (const char *)t->ip, 4 }, a))
				own = true;
			else if (t->kind == SPF_IP6 &&
				 is_own_address((struct str){ (const char *)t->ip, 16 }, aaaa))
				own = true;
			else
				return false;
		}
	}
	return own;
}

static void add_addresses(struct check *c, struct mx_host_view *host, const struct fact *f)
{
	for (size_t i = 0; i < f->nrr; i++)
		host->address[host->naddress++].ip = f->rr[i].data;
	mx_host_check_addresses(c, c->domain, f);
}

static void implicit(struct check *c, const struct fact *a, const struct fact *aaaa)
{
	struct mx_view *view = &c->report->mx;
	const struct fact *some = a->state == FACT_SOME ? a : aaaa;
	struct finding *f;

	view->implicit = true;
	if (has_mail(c)) {
		view->host = ARENA_NEW(c->arena, struct mx_host_view);
		view->nhost = 1;
		view->host->name = c->domain;
		view->host->address = arena_array(c->arena, a->nrr + aaaa->nrr,
						  sizeof(*view->host->address));
		add_addresses(c, view->host, a);
		add_addresses(c, view->host, aaaa);
		f = found(c,
			  is_host_only(c, a, aaaa) ? RULE_MX_IMPLICIT_HOST : RULE_MX_NONE_IMPLICIT,
			  c->domain, some, NULL);
		f->detail = arena_printf(c->arena, "mail is delivered to %s",
					 ip_text(c->arena, some->rr[0].data));
		as_sure_as_intent(c, f);
	} else if (c->report->intent == INTENT_PARKED && !c->report->mx.fact->nchain) {
		f = found(c, RULE_MX_PARKED_NO_NULL, c->domain, some, NULL);
		f->detail = arena_printf(c->arena, "senders try %s",
					 ip_text(c->arena, some->rr[0].data));
		f->fix = mx_line(c->arena, c->report->mx.fact, 0, ".");
	}
}

/* The name is not there at all. A name that was said to be parked may be just that. */
static bool is_no_domain(struct check *c, const struct fact *mx)
{
	if (!fact_is_nxdomain(mx) || mx->nchain || c->wish->intent == INTENT_PARKED)
		return false;
	return fact_is_nxdomain(look_dns(c->look, RR_TXT, c->domain));
}

enum presence mx_none_check(struct check *c, const struct fact *mx)
{
	const struct fact *txt = look_dns(c->look, RR_TXT, c->domain);
	const struct fact *a = look_dns(c->look, RR_A, c->domain);
	const struct fact *aaaa = look_dns(c->look, RR_AAAA, c->domain);
	const struct fact *lost = a->state == FACT_LOST ? a : aaaa;

	if (fact_is_open(txt) || fact_is_open(a) || fact_is_open(aaaa))
		return PRESENCE_OPEN;
	if (is_no_domain(c, mx)) {
		found(c, RULE_MX_NO_DOMAIN, c->domain, mx, NULL)->detail = arena_printf(
			c->arena, "%s does not exist (NXDOMAIN)", c->domain);
	} else if (a->state == FACT_SOME || aaaa->state == FACT_SOME) {
		implicit(c, a, aaaa);
	} else if (!has_mail(c)) {
		return PRESENCE_NONE;
	} else if (lost->state == FACT_LOST) {
		found(c, RULE_MX_UNKNOWN, c->domain, lost, NULL)->detail = arena_printf(
			c->arena, "there is no MX record, and %s: %s",
			fact_question_text(c->arena, lost),
			lost->detail ? lost->detail : fact_why_text(lost->why));
	} else {
		struct finding *f = found(c, RULE_MX_NONE_AT_ALL, c->domain, mx, NULL);

		f->detail = arena_printf(
			c->arena, "%s has neither an MX record nor an A or AAAA record", c->domain);
		as_sure_as_intent(c, f);
	}
	return PRESENCE_NONE;
}

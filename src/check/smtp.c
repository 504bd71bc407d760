/* SMTP: what the MX hosts say on port 25, when the user wishes them to be connected to: STARTTLS
 * (RFC 3207), the certificate behind it, and the name in the banner.
 *
 * A certificate is judged by what the domain asks of senders. Where its MTA-STS policy is enforced,
 * a certificate that is not valid keeps mail out, and is an error (RFC 8461 4.2). Where DANE holds,
 * TLSA records decide, see dane.c. Elsewhere senders encrypt without looking at the certificate, so
 * it is a warning.
 *
 * That port 25 cannot be reached says nothing about the domain: networks for people and many clouds
 * block it on the way out. Layer: check. */
#include "name.h"
#include "secure.h"
#include "smtp_host.h"

struct smtp_tally {
	size_t asked, open, some, lost;
	size_t unreached; /* of the lost: no connection at all */
	const struct fact *first_unreached;
};

/* ---- STARTTLS and the certificate ---- */

/* The host's TLSA records as far as senders that use DANE heed them; NULL: they do not. */
static const struct dane_host_view *dane_of(const struct check *c, const char *host)
{
	const struct dane_view *v = &c->report->dane;

	for (size_t i = 0; i < v->nhost; i++)
		if (strcmp(v->host[i].name, host) == 0 && v->host[i].ntlsa &&
		    v->host[i].secure == PRESENCE_YES)
			return &v->host[i];
	return NULL;
}

static void judge_tls(struct check *c, const struct fact *smtp)
{
	static const enum rule_id rule[SMTP_TLS_COUNT] = {
		[SMTP_TLS_NONE] = RULE_SMTP_STARTTLS,
		[SMTP_TLS_REFUSED] = RULE_SMTP_TLS_FAILED,
		[SMTP_TLS_FAILED] = RULE_SMTP_TLS_FAILED,
		[SMTP_TLS_OLD] = RULE_SMTP_TLS_OLD,
	};
	const char *fault = smtp_tls_fault(c, smtp);

	/* dane.c has said it, as an error */
	if (!fault || (dane_of(c, smtp->name) && !smtp_is_enforced(c)))
		return;
	found(c, smtp_is_enforced(c) ? RULE_STS_MX_STARTTLS : rule[smtp->smtp->tls], smtp->name,
	      smtp, NULL)
		->detail = fault;
}

static void found_cert(struct check *c, const struct fact *smtp, enum rule_id rule,
		       const char *fault)
{
	if (fault)
		found(c, rule, smtp->name, smtp, NULL)->detail = arena_printf(
			c->arena, "the certificate of %s: %s", smtp->name, fault);
}

static void judge_cert(struct check *c, const struct fact *smtp)
{
	struct smtp_cert_faults f = smtp_cert_faults(c, smtp);
	const struct dane_host_view *dane = dane_of(c, smtp->name);

	if (smtp_is_enforced(c)) {
		found_cert(c, smtp, RULE_STS_MX_CERT,
			   smtp_join(c->arena, smtp_join(c->arena, f.time, f.name),
				     smtp_join(c->arena, f.self_signed, f.untrusted)));
	} else if (!dane || !dane->usable) {
		found_cert(c, smtp, RULE_SMTP_CERT_EXPIRED, f.time);
		found_cert(c, smtp, RULE_SMTP_CERT_SELF_SIGNED, f.self_signed);
		found_cert(c, smtp, RULE_SMTP_CERT_UNTRUSTED, f.untrusted);
		found_cert(c, smtp, RULE_SMTP_CERT_NAME, f.name);
	}
	if (smtp->smtp->tls == SMTP_TLS_OK && smtp->smtp->pkix == SMTP_PKIX_UNKNOWN) {
		struct finding *u = found(c, RULE_SMTP_UNKNOWN, smtp->name, smtp, NULL);

		u->sure = false;
		u->detail = arena_printf(c->arena, "whether the certificate of %s is trusted: %s",
					 smtp->name,
					 smtp->smtp->pkix_text ? smtp->smtp->pkix_text : "");
	}
}

/* RFC 8689 4.2.1: a sender that was told to insist on TLS must know the MX hosts for sure. False
 * while not decided. */
static bool judge_requiretls(struct check *c, const struct fact *smtp)
{
	const struct mta_sts_policy *p = c->report->mta_sts.policy;
	enum secure mx;

	if (!smtp_offers(smtp->smtp, "REQUIRETLS") || (p && p->valid))
		return true;
	mx = secure_of(c->look, c->report->mx.fact);
	if (mx == SECURE_NO)
		found(c, RULE_SMTP_REQUIRETLS, smtp->name, smtp, NULL)->detail = arena_printf(
			c->arena, "%s offers REQUIRETLS", smtp->name);
	return mx != SECURE_OPEN;
}

/* ---- the name in the banner ---- */

static bool has_address(const struct fact *f, const struct mx_host_view *host, struct str ip)
{
	for (size_t i = 0; i < f->nrr; i++) {
		if (str_eq(f->rr[i].data, ip))
			return true;
		for (size_t k = 0; k < host->naddress; k++)
			if (str_eq(f->rr[i].data, host->address[k].ip))
				return true;
	}
	return false;
}

static const char *reverse_name(const struct mx_host_view *host, struct str ip)
{
	for (size_t k = 0; k < host->naddress; k++)
		if (str_eq(host->address[k].ip, ip) && host->address[k].nptr == 1 &&
		    host->address[k].fcrdns == PRESENCE_YES)
			return host->address[k].ptr[0];
	return NULL;
}

static void found_helo(struct check *c, const struct mx_host_view *host, const struct fact *smtp,
		       const char *what)
{
	struct finding *f = found(c, RULE_SMTP_HELO, smtp->name, smtp, NULL);
	const char *ptr = reverse_name(host, smtp->smtp->ip);

	f->detail = arena_printf(c->arena, "%s calls itself \"%s\"%s", smtp->name,
				 smtp->smtp->banner, what);
	f->fix = arena_printf(c->arena,
			      "let the mail server call itself %s (Postfix: myhostname = %s)",
			      ptr ? ptr : smtp->name, ptr ? ptr : smtp->name);
}

/* A provider's hosts are the provider's business, as in ptr.c. Returns false while it is not
 * decided.
 */
static bool judge_banner(struct check *c, const struct mx_host_view *host, const struct fact *smtp)
{
	const char *name = name_from_text(c->arena, str_c(smtp->smtp->banner));
	const struct fact *a, *aaaa;

	if (!is_own(c, host->name) || c->report->mx.implicit ||
	    (name && strcmp(name, host->name) == 0))
		return true;
	if (!name || !name_is_host(name) || name_labels(name) < 2 ||
	    name_is_under(name, "localdomain")) {
		found_helo(c, host, smtp, ", which is no full host name");
		return true;
	}
	a = look_dns(c->look, RR_A, name);
	aaaa = look_dns(c->look, RR_AAAA, name);
	if (fact_is_open(a) || fact_is_open(aaaa))
		return false;
	if (has_address(a, host, smtp->smtp->ip) || has_address(aaaa, host, smtp->smtp->ip) ||
	    a->state == FACT_LOST || aaaa->state == FACT_LOST)
		return true;
	found_helo(c, host, smtp,
		   a->state == FACT_SOME || aaaa->state == FACT_SOME ? ", which has other addresses"
								     : ", which has no address");
	return true;
}

/* ---- a host, and all of them ---- */

static void judge_host(struct check *c, const struct mx_host_view *host, const struct fact *smtp,
		       struct smtp_tally *t)
{
	t->open += !judge_banner(c, host, smtp);
	t->open += !judge_requiretls(c, smtp);
	judge_tls(c, smtp);
	judge_cert(c, smtp);
}

static void count_lost(const struct fact *smtp, struct smtp_tally *t)
{
	t->lost++;
	if (smtp->why == WHY_CONNECT) {
		t->unreached++;
		t->first_unreached = t->first_unreached ? t->first_unreached : smtp;
	}
}

static void found_unknown(struct check *c, const struct fact *smtp)
{
	found(c, RULE_SMTP_UNKNOWN, smtp->name, smtp, NULL)->detail = arena_printf(
		c->arena, "%s: %s", fact_question_text(c->arena, smtp),
		smtp->detail ? smtp->detail : fact_why_text(smtp->why));
}

/* When no host at all can be connected to, that is said once. */
static void judge_lost(struct check *c, const struct smtp_tally *t)
{
	const struct smtp_view *v = &c->report->smtp;
	bool blocked = t->unreached && t->unreached == t->asked;

	if (blocked)
		found(c, RULE_SMTP_UNREACHABLE, c->domain, t->first_unreached, NULL)
			->detail = arena_printf(
			c->arena,
			"%s; most networks block port 25 on the way out, so this is likely no fault of the domain",
			t->first_unreached->detail ? t->first_unreached->detail : "no connection");
	for (size_t i = 0; i < v->nhost && !blocked; i++)
		if (v->host[i].fact && v->host[i].fact->state == FACT_LOST)
			found_unknown(c, v->host[i].fact);
}

static bool is_policy_open(const struct check *c)
{
	const struct fact *f = c->report->mta_sts.policy_fact;

	return c->report->presence[PROTO_MTA_STS] == PRESENCE_OPEN || (f && fact_is_open(f));
}

static void check_hosts(struct check *c, struct smtp_tally *t)
{
	const struct mx_view *mx = &c->report->mx;
	struct smtp_view *v = &c->report->smtp;

	v->host = arena_array(c->arena, mx->nhost, sizeof(*v->host));
	for (size_t i = 0; i < mx->nhost && v->nhost < SMTP_HOSTS_MAX; i++) {
		const struct fact *smtp;

		if (smtp_host_is_again(mx, i))
			continue;
		smtp = smtp_host_look(c, &mx->host[i]);
		v->host[v->nhost++] = (struct smtp_host_view){ .name = mx->host[i].name,
							       .fact = smtp };
		if (!smtp)
			continue;
		t->asked++;
		t->open += fact_is_open(smtp);
		if (smtp->state == FACT_LOST)
			count_lost(smtp, t);
		if (smtp->state != FACT_SOME)
			continue;
		t->some++;
		if (!is_policy_open(c))
			judge_host(c, &mx->host[i], smtp, t);
	}
}

void check_smtp(struct check *c)
{
	enum presence *presence = &c->report->presence[PROTO_SMTP],
		      mx = c->report->presence[PROTO_MX];
	struct smtp_tally t = { 0 };

	c->report->smtp = (struct smtp_view){ 0 };
	*presence = PRESENCE_NA;
	if (!c->wish->starttls)
		return;
	check_hosts(c, &t);
	if (mx == PRESENCE_OPEN || t.open) {
		*presence = PRESENCE_OPEN;
		return;
	}
	judge_lost(c, &t);
	*presence = t.some                             ? PRESENCE_YES
		    : t.lost || mx == PRESENCE_UNKNOWN ? PRESENCE_UNKNOWN
						       : PRESENCE_NA;
}

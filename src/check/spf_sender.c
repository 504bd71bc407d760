/* SPF for the addresses that the user declares as senders, and for the names that mail servers say
 * in HELO (RFC 7208 2.3, 2.4).
 *
 * Each address of --ip is evaluated as a receiver would, with MAIL FROM postmaster at the domain:
 * one that does not get pass is not authorized, whatever the record means to say. Its HELO name is
 * the confirmed reverse name, or the domain where there is none.
 *
 * A bounce has no MAIL FROM, so SPF goes by the HELO name: a host of the domain's own that sends
 * needs a record of its own. Runs behind check_mx and check_ptr, and reads what they found. Layer:
 * check. */
#include "check.h"
#include "mend.h"
#include "name.h"
#include "spf_eval.h"

enum { HOSTS_MAX = 20, NAMES_MAX = 10 };

/* ---- the declared addresses ---- */

/* The reverse name that leads back to the address; NULL: none does. Asks nothing that check_ptr has
 * not asked. */
static const char *confirmed_name(struct check *c, const struct address_view *v)
{
	if (v->fcrdns != PRESENCE_YES)
		return NULL;
	for (size_t i = 0; i < v->nptr && i < NAMES_MAX; i++) {
		const struct fact *f = look_dns(c->look, v->ip.n == 4 ? RR_A : RR_AAAA, v->ptr[i]);

		for (size_t k = 0; k < f->nrr; k++)
			if (str_eq(f->rr[k].data, v->ip))
				return v->ptr[i];
	}
	return NULL;
}

/* The record with the address in front of the term that decides, or of all. NULL: it is not the
 * domain's own record that decides, or a syntax error has to be mended first. */
static const char *authorizing(struct check *c, const struct spf_evaluation *e)
{
	const struct spf_view *v = &c->report->spf;
	const struct spf *spf = v->root ? v->root->spf : NULL;
	struct span at = { 0, 0 };
	const char *term;

	if (!spf || spf->faults.n || e->result == SPF_RESULT_PERMERROR)
		return NULL;
	at.at = (uint32_t)spf->text.n;
	if (spf->redirect)
		at.at = spf->redirect->at.at;
	if (e->term && e->term_domain && strcmp(e->term_domain, c->domain) == 0)
		at.at = e->term->at.at;
	term = arena_printf(c->arena, "%s%s:%s%s", at.at == spf->text.n ? " " : "",
			    e->ip.n == 4 ? "ip4" : "ip6", ip_text(c->arena, e->ip),
			    at.at == spf->text.n ? "" : " ");
	return mend_txt(c->arena, c->domain, mend_replace(c->arena, spf->text, at, str_c(term)));
}

/* "softfail by ~all", "softfail by ~all of _spf.example.net", "neutral: no term matches it" */
static const char *came_to(struct check *c, const struct spf_evaluation *e)
{
	const char *result = spf_result_name(e->result);

	if (e->why)
		return arena_printf(c->arena, "%s: %s", result, e->why);
	if (!e->term)
		return arena_printf(c->arena, "%s: no term matches it", result);
	return arena_printf(c->arena, "%s by %.*s%s%s", result, (int)e->term->text.n,
			    e->term->text.p, strcmp(e->term_domain, c->domain) ? " of " : "",
			    strcmp(e->term_domain, c->domain) ? e->term_domain : "");
}

static void judge(struct check *c, const struct spf_evaluation *e)
{
	const struct spf_view *v = &c->report->spf;
	const char *ip = ip_text(c->arena, e->ip);
	bool own = e->term && e->fact == v->fact;
	const struct rr *rr = v->nrecords == 1 ? v->records[0] : NULL;
	struct finding *f;

	/* receivers never see an address of an internal network (ptr-not-global) */
	if (ip_classify(e->ip) != IP_GLOBAL && ip_classify(e->ip) != IP_DOCUMENTATION)
		return;
	/* what keeps the record as a whole from being there is said where it is looked up */
	if (e->result == SPF_RESULT_PASS || e->result == SPF_RESULT_NONE ||
	    v->fact->state == FACT_LOST)
		return;
	if (e->result == SPF_RESULT_TEMPERROR) {
		f = found(c, RULE_SPF_IP_NOT_AUTHORIZED, ip, e->fact, NULL);
		f->detail = arena_printf(c->arena, "%s gets temperror: %s", ip, e->why);
		return;
	}
	f = found(c, RULE_SPF_IP_NOT_AUTHORIZED, ip, v->fact, rr);
	f->at = own ? e->term->at : (struct span){ 0, 0 };
	f->detail = arena_printf(c->arena, "%s gets %s", ip, came_to(c, e));
	f->fix = authorizing(c, e);
}

static void check_addresses(struct check *c)
{
	const struct ptr_view *ptr = &c->report->ptr;
	struct spf_view *v = &c->report->spf;

	v->evaluated = arena_array(c->arena, ptr->naddress, sizeof(*v->evaluated));
	for (size_t i = 0; i < ptr->naddress; i++) {
		const struct address_view *a = &ptr->address[i];
		struct spf_evaluation *e = &v->evaluated[v->nevaluated];
		const char *name;
		struct spf_client client = { .ip = a->ip };

		if (a->fcrdns == PRESENCE_OPEN)
			continue;
		name = confirmed_name(c, a);
		client.helo = name ? name : c->domain;
		client.mail_from = arena_printf(c->arena, "postmaster@%s", c->domain);
		spf_check_host(c->arena, c->look, &client, e);
		if (e->open)
			continue;
		v->nevaluated++;
		judge(c, e);
	}
}

/* ---- HELO names ---- */

static bool has_record(const struct fact *txt)
{
	const char *why;

	for (size_t i = 0; i < txt->nrr; i++)
		if (spf_is_record(txt->rr[i].data) || spf_is_near_record(txt->rr[i].data, &why))
			return true;
	return false;
}

static void check_helo(struct check *c, const char *host)
{
	const struct fact *txt = look_dns(c->look, RR_TXT, host);
	struct finding *f;

	/* a note is not worth a "cannot tell" */
	if (fact_is_open(txt) || txt->state == FACT_LOST || has_record(txt))
		return;
	f = found(c, RULE_SPF_HELO, host, txt, NULL);
	f->detail = arena_printf(c->arena, "%s has no SPF record", host);
	if (!txt->nchain)
		f->fix = mend_txt(c->arena, host, S("v=spf1 a -all"));
}

static void check_helo_names(struct check *c)
{
	const char *host[HOSTS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < c->report->mx.nhost && n < HOSTS_MAX; i++) {
		const char *name = c->report->mx.host[i].name;

		if (name_is_under(name, c->domain))
			host[n++] = name;
	}
	for (size_t i = 0; i < c->report->ptr.naddress && n < HOSTS_MAX; i++) {
		const char *name = confirmed_name(c, &c->report->ptr.address[i]);

		if (name)
			host[n++] = name;
	}
	for (size_t i = 0; i < n; i++) {
		bool again = strcmp(host[i], c->domain) == 0;

		for (size_t k = 0; k < i; k++)
			again |= strcmp(host[i], host[k]) == 0;
		if (!again)
			check_helo(c, host[i]);
	}
}

void check_spf_senders(struct check *c)
{
	if (c->report->presence[PROTO_SPF] == PRESENCE_NA || fact_is_open(c->report->spf.fact))
		return;
	check_addresses(c);
	if (c->report->intent == INTENT_SENDS && c->report->presence[PROTO_MX] != PRESENCE_OPEN)
		check_helo_names(c);
}

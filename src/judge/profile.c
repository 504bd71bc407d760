/* What a baseline demands, held against the finished report.
 *
 * A test says whether the demand is met, with the evidence. What could not be had is unsure and
 * never a failure; what was not asked for (STARTTLS without --starttls) is said once a profile.
 * DKIM keys are found only under the selectors that were tried, so none found is not known. */
#include "judge.h"

enum is { IS_MET, IS_FAILED, IS_UNKNOWN, IS_UNASKED };

struct answer {
	enum is is;
	const struct fact *fact; /* evidence; NULL: none */
	const struct rr *rr;
	const char *detail;
};

typedef struct answer test_fn(const struct report *r);

static struct answer met(void)
{
	return (struct answer){ .is = IS_MET };
}

static struct answer failed(const struct fact *f, const struct rr *rr, const char *detail)
{
	return (struct answer){ .is = IS_FAILED, .fact = f, .rr = rr, .detail = detail };
}

static struct answer unknown(const struct fact *f, const char *detail)
{
	return (struct answer){ .is = IS_UNKNOWN, .fact = f, .detail = detail };
}

static const struct finding *find(const struct report *r, enum rule_id rule)
{
	for (size_t i = 0; i < r->findings.n; i++)
		if (r->findings.item[i]->rule == rule)
			return r->findings.item[i];
	return NULL;
}

/* ---- SPF ---- */

static struct answer spf_valid(const struct report *r)
{
	const struct finding *unsure = NULL;

	if (r->presence[PROTO_SPF] == PRESENCE_NONE)
		return failed(r->spf.fact, NULL, "there is no SPF record");
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		if (rules[f->rule].proto != PROTO_SPF || rules[f->rule].severity != SEV_ERROR)
			continue;
		if (f->sure)
			return failed(f->fact, f->rr, rules[f->rule].title);
		unsure = f;
	}
	if (r->presence[PROTO_SPF] != PRESENCE_YES || unsure)
		return unknown(unsure ? unsure->fact : r->spf.fact, NULL);
	return met();
}

/* The record whose all counts: the root, or what its redirects lead to; NULL: not known. */
static const struct spf_node *last_record(const struct spf_node *n)
{
	for (unsigned hops = 0; n && n->spf && !n->spf->all && n->spf->redirect; hops++) {
		const struct spf_node *next = NULL;

		for (size_t i = 0; hops < 10 && i < n->nterms; i++)
			if (n->terms[i].term == n->spf->redirect)
				next = n->terms[i].child;
		n = next;
	}
	return n && n->spf ? n : NULL;
}

static struct answer spf_closed(const struct report *r)
{
	struct answer a = spf_valid(r);
	const struct spf_node *last = last_record(r->spf.root);
	const struct spf_term *all = last ? last->spf->all : NULL;

	if (a.is != IS_MET)
		return a;
	if (!last)
		return unknown(r->spf.fact, NULL);
	if (all && (all->qualifier == '~' || all->qualifier == '-'))
		return met();
	return failed(r->spf.fact, r->spf.root->rr, "it does not end with ~all or -all");
}

static struct answer spf_nobody(const struct report *r)
{
	struct answer a = spf_valid(r);
	const struct spf_node *last = last_record(r->spf.root);

	if (a.is != IS_MET)
		return a;
	if (!last)
		return unknown(r->spf.fact, NULL);
	if (last->spf->n == 1 && last->spf->all && last->spf->all->qualifier == '-' &&
	    r->spf.root->spf->n == 1)
		return met();
	return failed(r->spf.fact, r->spf.root->rr, "it says more, or less, than v=spf1 -all");
}

static struct answer spf_no_ptr(const struct report *r)
{
	const struct finding *f = find(r, RULE_SPF_PTR);

	if (f)
		return failed(f->fact, f->rr, "it has a ptr term");
	return r->presence[PROTO_SPF] == PRESENCE_UNKNOWN ? unknown(r->spf.fact, NULL) : met();
}

/* ---- DMARC ---- */

static bool dmarc_is_there(const struct report *r, struct answer *out)
{
	if (r->presence[PROTO_DMARC] == PRESENCE_NONE)
		*out = failed(r->dmarc.fact, NULL, "there is no DMARC record");
	else if (r->presence[PROTO_DMARC] != PRESENCE_YES || !r->dmarc.record)
		*out = unknown(r->dmarc.fact, NULL);
	else
		return true;
	return false;
}

static struct answer dmarc_enforced(const struct report *r)
{
	struct answer a;

	if (!dmarc_is_there(r, &a))
		return a;
	return r->dmarc.effective_policy >= DMARC_QUARANTINE
		       ? met()
		       : failed(r->dmarc.fact, r->dmarc.rr,
				"its policy is neither quarantine nor reject");
}

static struct answer dmarc_reject(const struct report *r)
{
	struct answer a;

	if (!dmarc_is_there(r, &a))
		return a;
	if (r->dmarc.effective_policy != DMARC_REJECT)
		return failed(r->dmarc.fact, r->dmarc.rr, "its policy is not reject");
	if (r->dmarc.record->pct_tag && r->dmarc.record->pct != 100)
		return failed(r->dmarc.fact, r->dmarc.rr,
			      "with pct it does not ask for all mail to be refused");
	return met();
}

static struct answer dmarc_reject_all(const struct report *r)
{
	struct answer a = dmarc_reject(r);

	if (a.is == IS_MET && r->dmarc.subdomain_policy != DMARC_REJECT)
		return failed(r->dmarc.fact, r->dmarc.rr,
			      "its policy for subdomains is not reject");
	return a;
}

static struct answer dmarc_rua(const struct report *r)
{
	struct answer a;

	if (!dmarc_is_there(r, &a))
		return a;
	return r->dmarc.record->has_valid_rua
		       ? met()
		       : failed(r->dmarc.fact, r->dmarc.rr, "it names no address for reports");
}

static struct answer dmarc_rua_cisa(const struct report *r)
{
	struct answer a;

	if (!dmarc_is_there(r, &a))
		return a;
	for (size_t i = 0; i < r->dmarc.record->nrua; i++)
		if (str_eq_ci(r->dmarc.record->rua[i].text,
			      S("mailto:reports@dmarc.cyber.dhs.gov")))
			return met();
	return failed(r->dmarc.fact, r->dmarc.rr,
		      "reports@dmarc.cyber.dhs.gov is not among the addresses of rua");
}

/* ---- DKIM ---- */

static bool is_live(const struct dkim_key_view *k)
{
	return k->key && k->key->usable && !k->key->revoked && !k->key->tlsrpt_only;
}

static const char no_key[] =
	"no key was found under the selectors that were tried; name yours with --selector";

static struct answer dkim_key(const struct report *r)
{
	for (size_t i = 0; i < r->dkim.nkeys; i++)
		if (is_live(&r->dkim.keys[i]))
			return met();
	return unknown(NULL, no_key);
}

static struct answer dkim_2048(const struct report *r)
{
	bool any = false;

	for (size_t i = 0; i < r->dkim.nkeys; i++) {
		const struct dkim_key_view *k = &r->dkim.keys[i];

		any |= is_live(k);
		if (is_live(k) && k->key->type == DKIM_RSA && k->key->bits < 2048)
			return failed(k->fact, k->rr, "an RSA key is shorter than 2048 bits");
	}
	return any ? met() : unknown(NULL, no_key);
}

static struct answer dkim_revoked(const struct report *r)
{
	const struct finding *f = find(r, RULE_DKIM_WILDCARD);

	for (size_t i = 0; i < r->dkim.nkeys; i++)
		if (is_live(&r->dkim.keys[i]))
			return failed(r->dkim.keys[i].fact, r->dkim.keys[i].rr,
				      "a key is still published");
	if (f)
		return failed(f->fact, f->rr, "a key is published for every selector");
	if (find(r, RULE_DKIM_WILDCARD_REVOKED))
		return met();
	return r->dkim.wildcard == PRESENCE_YES || r->dkim.wildcard == PRESENCE_NONE
		       ? failed(NULL, NULL, "no empty key stands at *._domainkey")
		       : unknown(NULL, NULL);
}

/* ---- MX, and what its hosts say ---- */

static struct answer mx_null(const struct report *r)
{
	if (r->mx.null_mx)
		return met();
	if (r->presence[PROTO_MX] == PRESENCE_UNKNOWN)
		return unknown(r->mx.fact, NULL);
	return failed(r->mx.fact, NULL, "there is no null MX (\"0 .\")");
}

static struct answer mx_ipv6(const struct report *r)
{
	bool lost = r->presence[PROTO_MX] == PRESENCE_UNKNOWN;

	for (size_t i = 0; i < r->mx.nhost; i++) {
		const struct mx_host_view *h = &r->mx.host[i];
		bool six = false;

		for (size_t k = 0; k < h->naddress; k++)
			six |= h->address[k].ip.n == 16;
		if (!six && !h->lost)
			return failed(r->mx.fact, h->rr, "an MX host has no IPv6 address");
		lost |= !six;
	}
	if (lost)
		return unknown(r->mx.fact, NULL);
	return r->mx.nhost ? met() : failed(r->mx.fact, NULL, "there is no MX host");
}

static struct answer starttls(const struct report *r)
{
	static const char *const why[SMTP_TLS_COUNT] = {
		[SMTP_TLS_NONE] = "an MX host does not offer it",
		[SMTP_TLS_REFUSED] = "an MX host offers it and then refuses",
		[SMTP_TLS_FAILED] = "an MX host offers it, and no encryption comes about",
		[SMTP_TLS_OLD] = "an MX host has nothing newer than TLS 1.1",
	};
	const struct fact *lost = NULL;
	bool asked = false;

	for (size_t i = 0; i < r->smtp.nhost; i++) {
		const struct fact *f = r->smtp.host[i].fact;

		asked |= f != NULL;
		if (f && f->state == FACT_SOME && f->smtp->tls != SMTP_TLS_OK)
			return failed(f, NULL, why[f->smtp->tls]);
		if (f && f->state != FACT_SOME)
			lost = f;
	}
	if (lost)
		return unknown(lost, NULL);
	return asked ? met()
		     : (struct answer){ .is = IS_UNASKED, .detail = "STARTTLS (use --starttls)" };
}

/* RFC 7672: senders use the records of hosts for which DNSSEC vouches. */
static struct answer dane(const struct report *r)
{
	const struct fact *lost = NULL;
	bool unknown_host = !r->dane.nhost;

	for (size_t i = 0; i < r->dane.nhost; i++) {
		const struct dane_host_view *h = &r->dane.host[i];

		if (h->fact && h->fact->state == FACT_NONE)
			return failed(h->fact, NULL, "an MX host has no TLSA record");
		if (!h->fact || h->fact->state != FACT_SOME) {
			lost = h->fact ? h->fact : lost;
			unknown_host = true;
			continue;
		}
		if (!h->usable)
			return failed(h->fact, NULL, "no TLSA record of an MX host is usable");
		if (h->secure == PRESENCE_NONE)
			return failed(h->fact, NULL, "DNSSEC does not vouch for an MX host");
		unknown_host |= h->secure != PRESENCE_YES;
	}
	return unknown_host ? unknown(lost, NULL) : met();
}

/* A DS record says that the zone is signed, whoever reports it; that there is none says little of a
 * name within its parent's zone, so then it takes a resolver that validates. */
static struct answer dnssec(const struct report *r)
{
	const struct dnssec_view *v = &r->dnssec;
	const struct finding *bogus = find(r, RULE_DNSSEC_BOGUS);
	bool has_ds = v->ds && v->ds->state == FACT_SOME;

	if (bogus)
		return bogus->sure ? failed(bogus->fact, bogus->rr, "its signatures do not hold")
				   : unknown(bogus->fact, NULL);
	if (v->validated == PRESENCE_YES || has_ds)
		return met();
	if (v->validated == PRESENCE_NONE)
		return failed(v->ds, NULL, "the domain is not signed");
	return (struct answer){ .is = IS_UNASKED,
				.detail = "DNSSEC (it takes a resolver that validates)" };
}

/* ---- MTA-STS, TLS-RPT ---- */

static struct answer mta_sts_enforce(const struct report *r)
{
	if (r->presence[PROTO_MTA_STS] == PRESENCE_NONE)
		return failed(r->mta_sts.fact, NULL, "there is no MTA-STS record");
	if (r->presence[PROTO_MTA_STS] != PRESENCE_YES)
		return unknown(r->mta_sts.fact, NULL);
	if (!r->mta_sts.policy) {
		const struct fact *f = r->mta_sts.policy_fact;

		return f && f->state != FACT_LOST ? failed(f, NULL, "there is no MTA-STS policy")
						  : unknown(f, NULL);
	}
	return r->mta_sts.policy->valid && r->mta_sts.policy->mode == STS_MODE_ENFORCE
		       ? met()
		       : failed(r->mta_sts.policy_fact, NULL,
				"its policy is not valid, or not in mode enforce");
}

static struct answer tls_rpt(const struct report *r)
{
	if (r->presence[PROTO_TLS_RPT] == PRESENCE_NONE)
		return failed(r->tls_rpt.fact, NULL, "there is no TLS-RPT record");
	if (r->presence[PROTO_TLS_RPT] != PRESENCE_YES || !r->tls_rpt.record)
		return unknown(r->tls_rpt.fact, NULL);
	return r->tls_rpt.record->valid
		       ? met()
		       : failed(r->tls_rpt.fact, r->tls_rpt.rr, "its record is not valid");
}

/* ---- the table ---- */

enum whom { WHOM_ANY, WHOM_SENDS, WHOM_TAKES, WHOM_PARKED };

static const struct demand {
	enum profile_id profile;
	enum rule_id rule;
	enum whom whom;
	test_fn *test;
} demands[] = {
#define PROFILE(id, name, title)
#define DEMAND(profile, rule, whom, test) { PROFILE_##profile, RULE_##rule, WHOM_##whom, test },
#include "profiles.def"
#undef PROFILE
#undef DEMAND
};

static bool concerns(const struct report *r, enum whom w)
{
	switch (w) {
	case WHOM_ANY: return r->intent != INTENT_AUTO;
	case WHOM_SENDS: return r->intent == INTENT_SENDS;
	case WHOM_TAKES:
		return (r->intent == INTENT_SENDS || r->intent == INTENT_RECEIVES) &&
		       !r->mx.null_mx;
	case WHOM_PARKED: return r->intent == INTENT_PARKED;
	}
	return false;
}

static void say(struct report *r, const struct demand *d, const struct answer *a)
{
	const struct fact *fact = a->fact && a->fact->state != FACT_OPEN ? a->fact : NULL;
	struct finding *f = finding_add(&r->findings, d->rule, r->domain, fact, a->rr);

	f->detail = a->detail;
	if (a->is == IS_UNKNOWN) {
		f->sure = false;
		f->offline = fact && fact_is_offline(fact);
	}
}

static void judge_profile(struct arena *a, struct report *r, enum profile_id id,
			  struct profile_view *out)
{
	const char *unasked = NULL;

	*out = (struct profile_view){ .id = id };
	for (size_t i = 0; i < sizeof(demands) / sizeof(demands[0]); i++) {
		const struct demand *d = &demands[i];
		struct answer answer;

		if (d->profile != id || !concerns(r, d->whom))
			continue;
		answer = d->test(r);
		out->met += answer.is == IS_MET;
		out->failed += answer.is == IS_FAILED;
		out->unknown += answer.is == IS_UNKNOWN;
		out->unasked += answer.is == IS_UNASKED;
		if (answer.is == IS_FAILED || answer.is == IS_UNKNOWN)
			say(r, d, &answer);
		else if (answer.is == IS_UNASKED)
			unasked = unasked ? arena_printf(a, "%s, %s", unasked, answer.detail)
					  : answer.detail;
	}
	out->not_checked = unasked;
}

void judge_profiles(struct arena *a, struct report *r, unsigned wanted)
{
	r->profile = arena_array(a, PROFILE_COUNT, sizeof(*r->profile));
	for (int i = 0; i < (int)PROFILE_COUNT; i++)
		if (wanted >> i & 1)
			judge_profile(a, r, (enum profile_id)i, &r->profile[r->nprofile++]);
}

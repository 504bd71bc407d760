/* One MX host's TLSA records (RFC 7672 2.2, 3.1).
 *
 *   1. The base is the host's name; where it is a CNAME that is validated, the name it leads to is
 * tried first (2.2.2, 2.2.3).
 *   2. The records count only when MX RRset, addresses and TLSA RRset are all validated. A sender
 * does not even ask for TLSA where the addresses are not, so nothing that goes wrong there matters.
 *   3. Only the usages DANE-TA(2) and DANE-EE(3) count (3.1.3).
 *   4. DANE-EE matches the host's own certificate, whatever its name and dates (3.1.1). DANE-TA
 * matches a certificate above it in the chain; then the chain, the dates and the name count
 * (3.1.2). Layer: check. */
#include "dane.h"
#include "name.h"

/* ---- looking ---- */

static const struct fact *look_tlsa(struct check *c, const char *host)
{
	return look_dns(c->look, RR_TLSA, name_join(c->arena, "_25._tcp", host));
}

/* The host's addresses: false while one kind is OPEN. *alias: what a CNAME that is validated leads
 * to. */
static bool look_alias(struct check *c, const struct dane_host *h, const char **alias)
{
	bool settled = true;

	for (int i = 0; i < 2; i++) {
		const struct fact *f = look_dns(c->look, i ? RR_AAAA : RR_A, h->mx->name);

		settled &= !fact_is_open(f);
		if (f->state == FACT_SOME && f->nchain && f->ad)
			*alias = f->chain[f->nchain - 1].target;
	}
	return settled;
}

static void join(struct check *c, struct dane_host *h, const struct fact *f)
{
	enum secure s = secure_of(c->look, f);

	if (s == SECURE_NO && !h->loose)
		h->loose = f;
	if (h->secure == SECURE_OPEN || s == SECURE_OPEN)
		h->secure = SECURE_OPEN;
	else if (h->secure == SECURE_NO || s == SECURE_NO)
		h->secure = SECURE_NO;
	else if (s != SECURE_YES)
		h->secure = SECURE_UNKNOWN;
}

/* Only of a host that has TLSA records, or may have: it can cost a question. */
static void look_secure(struct check *c, struct dane_host *h)
{
	h->secure = SECURE_YES;
	join(c, h, c->report->mx.fact);
	for (int i = 0; i < 2; i++) {
		const struct fact *f = look_dns(c->look, i ? RR_AAAA : RR_A, h->mx->name);

		if (f->state == FACT_SOME)
			join(c, h, f);
	}
	if (h->fact->state == FACT_SOME)
		join(c, h, h->fact);
}

static void read_records(struct check *c, struct dane_host *h)
{
	struct tlsa *tlsa = arena_array(c->arena, h->fact->nrr, sizeof(*tlsa));

	for (size_t i = 0; i < h->fact->nrr; i++) {
		parse_tlsa(c->arena, h->fact->rr[i].data, &tlsa[i]);
		h->view->usable += tlsa[i].usable;
	}
	h->view->tlsa = tlsa;
	h->view->ntlsa = h->fact->nrr;
}

bool dane_host_look(struct check *c, struct dane_host *h)
{
	const struct fact *own = look_tlsa(c, h->mx->name), *f = own;
	const char *alias = NULL;

	h->base = h->mx->name;
	if (!look_alias(c, h, &alias))
		return false;
	if (alias)
		f = look_tlsa(c, alias);
	if (alias && f->state == FACT_NONE)
		f = own;
	else if (alias)
		h->base = alias;
	if (fact_is_open(f))
		return false;
	h->view->fact = h->fact = f;
	h->secure = SECURE_UNKNOWN;
	if (f->state == FACT_NONE)
		return true;
	look_secure(c, h);
	if (f->state == FACT_SOME)
		read_records(c, h);
	h->view->secure = h->secure == SECURE_YES  ? PRESENCE_YES
			  : h->secure == SECURE_NO ? PRESENCE_NONE
						   : PRESENCE_UNKNOWN;
	return h->secure != SECURE_OPEN;
}

/* ---- the records ---- */

static struct finding *host_found(struct check *c, const struct dane_host *h, enum rule_id rule,
				  const struct rr *rr)
{
	struct finding *f = found(c, rule, h->fact->name, h->fact, rr);

	f->sure = h->secure == SECURE_YES;
	return f;
}

static const char *record_words(struct check *c, const struct tlsa *t)
{
	return arena_printf(c->arena, "%u %u %u", t->usage, t->selector, t->matching);
}

static void judge_records(struct check *c, const struct dane_host *h)
{
	size_t pkix = 0;

	for (size_t i = 0; i < h->fact->nrr; i++) {
		const struct tlsa *t = &h->view->tlsa[i];

		pkix += !t->fault && !t->usable;
		if (t->fault)
			host_found(c, h, RULE_DANE_PARAMS, &h->fact->rr[i])->detail = t->fault;
		else if (t->usable && !t->matching)
			host_found(c, h, RULE_DANE_FULL, &h->fact->rr[i])->detail = arena_printf(
				c->arena, "%s, of %zu octets", record_words(c, t), t->data.n);
	}
	if (!h->view->usable)
		host_found(c, h, pkix == h->fact->nrr ? RULE_DANE_USAGE : RULE_DANE_ALL_UNUSABLE,
			   NULL)
			->detail = arena_printf(c->arena, "%zu TLSA record%s, none that counts",
						h->fact->nrr, h->fact->nrr == 1 ? "" : "s");
	else if (h->view->usable == 1)
		host_found(c, h, RULE_DANE_ROLLOVER, NULL)->detail =
			"there is one TLSA record that counts";
}

/* ---- the certificate ---- */

static bool is_of(const struct tlsa *t, const struct smtp_cert *x)
{
	return t->selector ? tlsa_is_of(t, x->spki256, x->spki512)
			   : tlsa_is_of(t, x->cert256, x->cert512);
}

static const char *days_fault(struct check *c, const struct smtp_cert *x)
{
	if (c->now_s > x->until_s)
		return arena_printf(c->arena, "which expired on %s",
				    arena_day(c->arena, x->until_s));
	return c->now_s < x->from_s ? arena_printf(c->arena, "which is not valid before %s",
						   arena_day(c->arena, x->from_s))
				    : NULL;
}

/* NULL: it matches. Otherwise why not, where there is more to say than that it does not; "". */
static const char *anchor_fault(struct check *c, const struct dane_host *h, const struct tlsa *t,
				const struct smtp_talk *talk)
{
	const struct smtp_cert *leaf = &talk->cert[0];

	for (size_t i = 1; i < talk->ncert; i++) {
		const char *why = NULL;

		if (!is_of(t, &talk->cert[i]))
			continue;
		for (size_t k = 0; k <= i && !why; k++) {
			if (k && !talk->cert[k].signs)
				why = "but the chain does not lead there";
			else if ((why = days_fault(c, &talk->cert[k])))
				why = arena_printf(c->arena, "but there is %s, %s",
						   talk->cert[k].subject, why);
		}
		if (!why && !smtp_cert_is_for(leaf, h->mx->name) &&
		    !smtp_cert_is_for(leaf, h->base) && !smtp_cert_is_for(leaf, c->domain))
			why = arena_printf(c->arena, "but the certificate is not for %s",
					   h->mx->name);
		return why ? arena_printf(c->arena, "%s matches %s, %s", record_words(c, t),
					  talk->cert[i].subject, why)
			   : NULL;
	}
	return "";
}

/* An anchor that is in DNS as a whole need not be in the chain; then the signature had to be
 * tried. */
static bool is_whole_anchor(const struct tlsa *t)
{
	return t->usage == TLSA_DANE_TA && !t->matching;
}

static enum presence judge_certificate(struct check *c, const struct dane_host *h,
				       const struct fact *smtp)
{
	const struct smtp_talk *talk = smtp->smtp;
	const char *more = "";
	bool whole = false;
	struct finding *f;

	for (size_t i = 0; i < h->fact->nrr; i++) {
		const struct tlsa *t = &h->view->tlsa[i];
		const char *why = "";

		if (!t->usable)
			continue;
		if (t->usage == TLSA_DANE_TA)
			why = anchor_fault(c, h, t, talk);
		else if (is_of(t, &talk->cert[0]))
			why = NULL;
		if (!why)
			return PRESENCE_YES;
		whole |= is_whole_anchor(t);
		if (*why)
			more = arena_printf(c->arena, ": %s", why);
	}
	if (whole && !*more)
		return PRESENCE_UNKNOWN;
	f = host_found(c, h, RULE_DANE_MISMATCH, NULL);
	f->detail = h->view->usable == 1
			    ? arena_printf(c->arena, "it is not of the certificate of %s%s",
					   h->mx->name, more)
			    : arena_printf(c->arena,
					   "none of %zu TLSA records is of the certificate of %s%s",
					   h->view->usable, h->mx->name, more);
	if (!*more)
		f->fix = arena_printf(c->arena, "%s. IN TLSA 3 1 1 %s", h->fact->name,
				      smtp_hex(c->arena, talk->cert[0].spki256, SMTP_SHA256));
	return PRESENCE_NONE;
}

/* Returns whether it is decided. */
static bool judge_talk(struct check *c, const struct dane_host *h)
{
	const struct fact *smtp = smtp_host_look(c, h->mx);
	const char *fault;

	if (!smtp)
		return true;
	if (smtp->state != FACT_SOME)
		return !fact_is_open(smtp);
	fault = smtp_tls_fault(c, smtp);
	if (fault)
		host_found(c, h, RULE_DANE_STARTTLS, NULL)->detail = fault;
	else if (h->view->usable)
		h->view->matches = judge_certificate(c, h, smtp);
	return true;
}

/* ---- all of it ---- */

/* A resolver that validated the addresses of the host and then fails on its TLSA records has met
 * the fault that senders meet. */
static void judge_lost(struct check *c, const struct dane_host *h)
{
	struct finding *f;

	if (h->secure != SECURE_YES || fact_is_offline(h->fact))
		return;
	f = found(c, RULE_DANE_SERVFAIL, h->fact->name, h->fact, NULL);
	f->sure = h->fact->why == WHY_SERVFAIL;
	f->detail = arena_printf(c->arena, "%s: %s", fact_question_text(c->arena, h->fact),
				 h->fact->detail ? h->fact->detail : fact_why_text(h->fact->why));
}

static void judge_insecure(struct check *c, const struct dane_host *h)
{
	found(c, h->own ? RULE_DANE_INSECURE : RULE_DANE_UNSIGNED, h->fact->name, h->loose, NULL)
		->detail = arena_printf(c->arena, "%s is not signed (DNSSEC)",
					fact_question_text(c->arena, h->loose));
}

bool dane_host_check(struct check *c, const struct dane_host *h)
{
	if (h->fact->state == FACT_LOST)
		judge_lost(c, h);
	if (h->fact->state != FACT_SOME)
		return true;
	if (h->secure == SECURE_NO) {
		judge_insecure(c, h);
		return true;
	}
	judge_records(c, h);
	return judge_talk(c, h);
}

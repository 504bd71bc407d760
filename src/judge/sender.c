/* The standing of a described sender: what receivers look at, read from its answers instead of from
 * findings. The findings of the same domain are to blame where they fit. Layer: judge. */
#include "judge.h"

#include "name.h"

static void set(struct standing *s, enum condition_id c, enum met m)
{
	s->met[c] = m;
	if (m == MET_NO)
		s->nblame[c] = 0;
}

static enum met not_present(enum presence p)
{
	return p == PRESENCE_NONE ? MET_YES : p == PRESENCE_UNKNOWN ? MET_LOST : MET_NO;
}

static void stand_spf(struct standing *s, const struct sender_view *v)
{
	bool lost = v->spf.result == SPF_RESULT_TEMPERROR;

	if (!v->has_spf) {
		set(s, COND_SPF_NO_PASS, MET_UNSEEN);
		set(s, COND_SPF_FAIL, MET_NO);
		return;
	}
	set(s, COND_SPF_HELO_FAIL,
	    v->helo && v->helo_spf.result == SPF_RESULT_FAIL ? MET_YES : MET_NO);
	s->explanation = v->spf.explanation;
	s->helo_explanation = v->helo_spf.explanation;
	set(s, COND_SPF_NO_PASS,
	    v->spf.result == SPF_RESULT_PASS ? MET_NO
	    : lost                           ? MET_LOST
					     : MET_YES);
	set(s, COND_SPF_FAIL,
	    v->spf.result == SPF_RESULT_FAIL ? MET_YES
	    : lost                           ? MET_LOST
					     : MET_NO);
	set(s, COND_SPF_PERMERROR,
	    v->spf.result == SPF_RESULT_PERMERROR ? MET_YES
	    : lost                                ? MET_LOST
						  : MET_NO);
	set(s, COND_SPF_TEMPERROR, lost ? MET_LOST : MET_NO);
}

static void stand_dkim(struct standing *s, const struct sender_view *v)
{
	bool pass = false, lost = false, changed = false, no_key = false, revoked = false;

	for (size_t i = 0; i < v->ndkim; i++) {
		pass |= v->dkim[i].result == AUTH_PASS;
		lost |= v->dkim[i].result == AUTH_TEMPERROR;
		changed |= v->dkim[i].result == AUTH_FAIL && !v->dkim[i].testing;
		no_key |= v->dkim[i].no_key;
		revoked |= v->dkim[i].revoked;
	}
	set(s, COND_DKIM_CHANGED, changed && !pass ? MET_YES : MET_NO);
	set(s, COND_DKIM_NO_KEY, no_key && !pass ? MET_YES : MET_NO);
	set(s, COND_DKIM_REVOKED, revoked && !pass ? MET_YES : MET_NO);
	set(s, COND_DKIM_NO_PASS, pass ? MET_NO : lost ? MET_LOST : MET_YES);
	set(s, COND_DKIM_FAIL, !v->ndkim || pass ? MET_NO : lost ? MET_LOST : MET_YES);
}

/* Whether the From domain is aligned does not hang on there being a DMARC record. OpenDMARC follows
 * RFC 7489, and of the Received-SPF field it takes what is said of MAIL FROM: never of HELO. */
static enum met alignment(const struct standing *s, const struct sender_view *v, bool opendmarc)
{
	enum presence spf_aligned = !opendmarc       ? v->spf_aligned
				    : v->null_sender ? PRESENCE_NONE
						     : v->spf_aligned_7489;
	enum met best = s->met[COND_SPF_NO_PASS];

	if (spf_aligned == PRESENCE_NONE)
		best = MET_YES;
	else if (spf_aligned == PRESENCE_UNKNOWN && best == MET_NO)
		best = MET_LOST;
	for (size_t i = 0; i < v->ndkim; i++) {
		const struct signature_view *k = &v->dkim[i];
		enum presence aligned = opendmarc ? k->aligned_7489 : k->aligned;
		enum met m = aligned == PRESENCE_NONE || k->result == AUTH_PERMERROR ||
					     k->result == AUTH_FAIL
				     ? MET_YES
			     : k->result == AUTH_TEMPERROR || aligned == PRESENCE_UNKNOWN ? MET_LOST
											  : MET_NO;

		best = m < best ? m : best;
	}
	return best;
}

/* pct=: that percentage of the messages. 0: none. */
static void stand_7489(struct standing *s, const struct sender_view *v)
{
	enum met m = v->pct_7489 == 0 ? MET_NO : v->pct_7489 < 100 ? MET_MAYBE : MET_YES;

	s->policy_domain = v->policy_domain;
	if (s->met[COND_REJECT_7489] != MET_LOST)
		set(s, COND_REJECT_7489, v->policy_7489 == DMARC_REJECT ? m : MET_NO);
	set(s, COND_NOT_ALIGNED_OPENDMARC, alignment(s, v, true));
}

static void stand_host(struct standing *s, const struct sender_view *v)
{
	set(s, COND_PTR_UNCONFIRMED, not_present(v->ptr));
	set(s, COND_PTR_GENERIC, v->ptr_generic == PRESENCE_YES ? MET_YES : MET_NO);
	set(s, COND_HELO_BAD, not_present(v->helo_ok));
	set(s, COND_HELO_INVALID, v->helo_invalid ? MET_YES : MET_NO);
	set(s, COND_HELO_SHORT, v->helo_short ? MET_YES : MET_NO);
	set(s, COND_HELO_UNKNOWN, not_present(v->helo_known));
	set(s, COND_NO_DOMAIN, not_present(v->domain_takes_mail));
	set(s, COND_NULL_MX, v->null_mx ? MET_YES : MET_NO);
}

void stand_sender(struct arena *a, const struct report *r, bool bulk, struct standing *out)
{
	const struct sender_view *v = r->sender;

	stand_report(a, r, bulk, out);
	stand_spf(out, v);
	stand_dkim(out, v);
	set(out, COND_NOT_ALIGNED, alignment(out, v, false));
	stand_7489(out, v);
	stand_host(out, v);
	set(out, COND_IPV6, v->ip.n == 16 ? MET_YES : MET_NO);
	out->ip = v->ip.n ? ip_text(a, v->ip) : NULL;
	out->helo = v->helo;
	if (*v->mail_from)
		out->mail_from = v->mail_from;
}

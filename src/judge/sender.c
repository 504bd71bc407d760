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
	set(s, COND_SPF_NO_PASS,
	    v->spf.result == SPF_RESULT_PASS ? MET_NO
	    : lost                           ? MET_LOST
					     : MET_YES);
	set(s, COND_SPF_FAIL,
	    v->spf.result == SPF_RESULT_FAIL ? MET_YES
	    : lost                           ? MET_LOST
					     : MET_NO);
	set(s, COND_SPF_PERMERROR, v->spf.result == SPF_RESULT_PERMERROR ? MET_YES : MET_NO);
	set(s, COND_SPF_TEMPERROR, lost ? MET_LOST : MET_NO);
}

static void stand_dkim(struct standing *s, const struct sender_view *v)
{
	bool pass = false, lost = false;

	for (size_t i = 0; i < v->ndkim; i++) {
		pass |= v->dkim[i].result == AUTH_PASS;
		lost |= v->dkim[i].result == AUTH_TEMPERROR;
	}
	set(s, COND_DKIM_NO_PASS, pass ? MET_NO : lost ? MET_LOST : MET_YES);
	set(s, COND_DKIM_FAIL, !v->ndkim || pass ? MET_NO : lost ? MET_LOST : MET_YES);
}

/* Whether the From domain is aligned does not hang on there being a DMARC record. */
static void stand_alignment(struct standing *s, const struct sender_view *v)
{
	enum met spf = s->met[COND_SPF_NO_PASS], best = MET_YES;

	if (v->spf_aligned == PRESENCE_NONE)
		spf = MET_YES;
	else if (v->spf_aligned == PRESENCE_UNKNOWN && spf == MET_NO)
		spf = MET_LOST;
	best = spf;
	for (size_t i = 0; i < v->ndkim; i++) {
		const struct signature_view *k = &v->dkim[i];
		enum met m = k->aligned == PRESENCE_NONE || k->result == AUTH_PERMERROR ||
					     k->result == AUTH_FAIL
				     ? MET_YES
			     : k->result == AUTH_TEMPERROR || k->aligned == PRESENCE_UNKNOWN
				     ? MET_LOST
				     : MET_NO;

		best = m < best ? m : best;
	}
	set(s, COND_NOT_ALIGNED, best);
}

void stand_sender(struct arena *a, const struct report *r, bool bulk, struct standing *out)
{
	const struct sender_view *v = r->sender;

	stand_report(a, r, bulk, out);
	stand_spf(out, v);
	stand_dkim(out, v);
	stand_alignment(out, v);
	set(out, COND_IPV6, v->ip.n == 16 ? MET_YES : MET_NO);
	set(out, COND_PTR_UNCONFIRMED, not_present(v->ptr));
	set(out, COND_PTR_GENERIC, v->ptr_generic == PRESENCE_YES ? MET_YES : MET_NO);
	set(out, COND_HELO_BAD, not_present(v->helo_ok));
	set(out, COND_NO_DOMAIN, not_present(v->domain_takes_mail));
	set(out, COND_NULL_MX, v->null_mx ? MET_YES : MET_NO);
	out->ip = v->ip.n ? ip_text(a, v->ip) : NULL;
}

/* What is known of a domain's own mail in the words of receivers: which conditions its findings
 * bring about.
 *
 * 1. A finding meets the conditions that it is to blame for (conditions.def): surely, for some
 * messages only, or, when it is not sure itself, perhaps.
 * 2. DKIM is about one key at a time: a broken key beside a sound one fails some messages only, and
 * where no key was found by guessing, or another could not be had, nothing is known.
 * 3. Where the sending addresses are told, SPF is what they got, not what the record might give.
 * 4. not-aligned follows from SPF and DKIM both not passing.
 * 5. The DMARC policy is read from the record that applies. */
#include "judge.h"

#include "name.h"

static void add_blame(struct standing *s, enum condition_id c, const struct finding *f)
{
	for (size_t i = 0; i < s->nblame[c]; i++)
		if (s->blame[c][i] == f)
			return;
	s->blame[c][s->nblame[c]++] = f;
}

static void meet(struct standing *s, enum condition_id c, enum met m)
{
	if (m > s->met[c])
		s->met[c] = m;
}

static void blame_findings(struct standing *s, const struct report *r)
{
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		for (size_t k = 0; k < nblames; k++) {
			const struct blame *b = &blames[k];

			if (b->rule != f->rule)
				continue;
			add_blame(s, b->condition, f);
			meet(s, b->condition,
			     !f->sure    ? MET_LOST
			     : b->always ? MET_YES
					 : MET_MAYBE);
		}
	}
}

/* A key that verifiers can use, as far as its record says. */
static bool is_sound(const struct standing *s, const struct dkim_key_view *key)
{
	if (!key->rr || !key->key || !key->key->usable)
		return false;
	for (size_t i = 0; i < s->nblame[COND_DKIM_NO_PASS]; i++)
		if (s->blame[COND_DKIM_NO_PASS][i]->fact == key->fact)
			return false;
	return true;
}

/* A wildcard that answers "revoked" says so of names that have no key of their own. Where all keys
 * of the domain are known, that touches no mail. */
static bool blames_wildcard_alone(const struct standing *s)
{
	for (size_t i = 0; i < s->nblame[COND_DKIM_NO_PASS]; i++)
		if (s->blame[COND_DKIM_NO_PASS][i]->rule != RULE_DKIM_WILDCARD_REVOKED)
			return false;
	return true;
}

static void stand_dkim(struct standing *s, const struct report *r)
{
	enum met *met = &s->met[COND_DKIM_NO_PASS];
	bool sound = false;

	for (size_t i = 0; i < r->dkim.nkeys; i++)
		sound |= is_sound(s, &r->dkim.keys[i]);
	if (sound && r->dkim.in_zone && blames_wildcard_alone(s))
		*met = MET_NO;
	else if (sound)
		*met = *met == MET_NO ? MET_NO : MET_MAYBE;
	else if (r->dkim.lost)
		*met = MET_LOST;
	else if (*met == MET_NO)
		*met = MET_UNSEEN;
}

/* The addresses given have been evaluated: what the walk over the record could only suspect is
 * known now, one way or the other. */
static void stand_evaluated(struct standing *s, const struct report *r)
{
	static const enum condition_id all[] = { COND_SPF_NO_PASS, COND_SPF_FAIL,
						 COND_SPF_PERMERROR, COND_SPF_TEMPERROR };

	for (size_t i = 0; r->spf.nevaluated && i < sizeof(all) / sizeof(all[0]); i++)
		s->met[all[i]] = MET_NO;
	for (size_t i = 0; i < r->spf.nevaluated; i++) {
		enum spf_result result = r->spf.evaluated[i].result;

		if (r->spf.evaluated[i].open || result == SPF_RESULT_PASS)
			continue;
		if (result == SPF_RESULT_TEMPERROR) {
			/* what could not be had here may be had there, and then say anything */
			for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
				meet(s, all[k], MET_LOST);
			continue;
		}
		meet(s, COND_SPF_NO_PASS, MET_YES);
		if (result == SPF_RESULT_FAIL)
			meet(s, COND_SPF_FAIL, MET_YES);
		if (result == SPF_RESULT_PERMERROR)
			meet(s, COND_SPF_PERMERROR, MET_YES);
	}
	for (size_t i = 0; r->spf.nevaluated && i < sizeof(all) / sizeof(all[0]); i++)
		if (s->met[all[i]] == MET_NO)
			s->nblame[all[i]] = 0;
}

/* All of two must be met. */
static enum met both(enum met a, enum met b)
{
	if (a == MET_NO || b == MET_NO)
		return MET_NO;
	if (a == MET_LOST || b == MET_LOST)
		return MET_LOST;
	return a < b ? a : b;
}

static void stand_alignment(struct standing *s)
{
	static const enum condition_id causes[] = { COND_SPF_NO_PASS, COND_DKIM_NO_PASS };

	s->met[COND_NOT_ALIGNED] = both(s->met[COND_SPF_NO_PASS], s->met[COND_DKIM_NO_PASS]);
	s->met[COND_NOT_ALIGNED_OPENDMARC] = s->met[COND_NOT_ALIGNED];
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		for (size_t k = 0; k < s->nblame[causes[i]]; k++) {
			add_blame(s, COND_NOT_ALIGNED, s->blame[causes[i]][k]);
			add_blame(s, COND_NOT_ALIGNED_OPENDMARC, s->blame[causes[i]][k]);
		}
}

static void stand_dmarc(struct standing *s, const struct report *r)
{
	enum presence there = r->presence[PROTO_DMARC];

	if (there == PRESENCE_UNKNOWN || there == PRESENCE_OPEN) {
		meet(s, COND_DMARC_MISSING, MET_LOST);
		meet(s, COND_DMARC_REJECT, MET_LOST);
		meet(s, COND_REJECT_7489, MET_LOST);
		meet(s, COND_DMARC_QUARANTINE, MET_LOST);
	} else if (there == PRESENCE_NONE) {
		meet(s, COND_DMARC_MISSING, MET_YES);
	} else if (r->dmarc.effective_policy == DMARC_REJECT) {
		meet(s, COND_DMARC_REJECT, MET_YES);
		meet(s, COND_REJECT_7489, MET_YES);
	} else if (r->dmarc.effective_policy == DMARC_QUARANTINE) {
		meet(s, COND_DMARC_QUARANTINE, MET_YES);
	}
}

static void stand_addresses(struct arena *a, struct standing *s, const struct report *r)
{
	for (size_t i = 0; i < r->ptr.naddress; i++) {
		if (!s->ip)
			s->ip = ip_text(a, r->ptr.address[i].ip);
		if (r->ptr.address[i].ip.n == 16)
			meet(s, COND_IPV6, MET_YES);
	}
}

void stand_report(struct arena *a, const struct report *r, bool bulk, struct standing *out)
{
	*out = (struct standing){ .domain = r->domain,
				  .mail_from = arena_printf(a, "postmaster@%s", r->domain),
				  .policy_domain = r->domain };
	for (int c = 0; c < COND_COUNT; c++)
		out->blame[c] = arena_array(a, r->findings.n, sizeof(*out->blame[c]));
	blame_findings(out, r);
	stand_evaluated(out, r);
	stand_dkim(out, r);
	stand_alignment(out);
	stand_dmarc(out, r);
	stand_addresses(a, out, r);
	out->met[COND_BULK] = bulk ? MET_YES : MET_NO;
}

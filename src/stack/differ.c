/* Where a library's answer is not the RFC's. Layer: stack. */
#include "stack_differ.h"

#include "name.h"

static struct finding *found(struct report *r, enum rule_id rule, const char *subject,
			     const struct fact *fact, const struct rr *rr, const char *detail)
{
	struct finding *f = finding_add(&r->findings, rule, subject, fact, rr);

	f->detail = detail;
	return f;
}

/* The library gave no answer, and that is the record's doing. */
static bool has_broken(struct arena *a, struct report *r, enum stack_state state, const char *who,
		       const char *subject, const struct fact *fact)
{
	switch (state) {
	case STACK_CRASHED:
		found(r, RULE_STACK_CRASH, subject, fact, NULL,
		      arena_printf(a, "%s crashes when it evaluates this", who));
		return true;
	case STACK_ENDLESS:
		found(r, RULE_STACK_CRASH, subject, fact, NULL,
		      arena_printf(a, "%s does not come to an end with this", who));
		return true;
	case STACK_REFUSED:
		found(r, RULE_STACK_CRASH, subject, fact, NULL,
		      arena_printf(
			      a,
			      "%s would write past the end of its memory (CVE-2023-42118), so it was not asked",
			      who));
		return true;
	case STACK_COSTLY:
		found(r, RULE_STACK_COSTLY, subject, fact, NULL,
		      "libspf2 was stopped after 200 look-ups for one message");
		return true;
	case STACK_NOT_RUN: return true;
	case STACK_ANSWERED: break;
	}
	return false;
}

/* ---- SPF ---- */

/* How bad a result is for the mail. */
static int harm(enum spf_result r)
{
	switch (r) {
	case SPF_RESULT_PASS: return 0;
	case SPF_RESULT_NONE:
	case SPF_RESULT_NEUTRAL: return 1;
	case SPF_RESULT_SOFTFAIL: return 2;
	case SPF_RESULT_FAIL:
	case SPF_RESULT_TEMPERROR:
	case SPF_RESULT_PERMERROR: break;
	}
	return 3;
}

/* Over 0: libspf2 is the stricter one. A record that one of them refuses is judged by that,
 * whatever becomes of this message. */
static int strictness(enum spf_result theirs, enum spf_result rfc)
{
	int refuses = (theirs == SPF_RESULT_PERMERROR) - (rfc == SPF_RESULT_PERMERROR);

	return refuses ? refuses : harm(theirs) - harm(rfc);
}

static void differ_spf(struct arena *a, struct report *r, const struct stack_spf *s)
{
	const char *ip = ip_text(a, s->ip);
	int more;

	if (has_broken(a, r, s->state, "libspf2", ip, s->rfc.fact) || s->lost ||
	    s->rfc.result == SPF_RESULT_TEMPERROR || s->result == SPF_RESULT_TEMPERROR)
		return;
	more = strictness(s->result, s->rfc.result);
	if (more)
		found(r, more > 0 ? RULE_STACK_SPF_STRICTER : RULE_STACK_SPF_LAXER, ip, s->rfc.fact,
		      s->rfc.rr,
		      arena_printf(a, "libspf2 answers %s%s%s%s, where RFC 7208 says %s%s%s%s",
				   spf_result_name(s->result), s->reason ? " (" : "",
				   s->reason ? s->reason : "", s->reason ? ")" : "",
				   spf_result_name(s->rfc.result), s->rfc.why ? " (" : "",
				   s->rfc.why ? s->rfc.why : "", s->rfc.why ? ")" : ""));
	else if (s->result == SPF_RESULT_FAIL && s->rfc.explanation &&
		 strcmp(s->rfc.explanation, s->explanation ? s->explanation : "") != 0)
		found(r, RULE_STACK_SPF_EXPLANATION, ip, s->rfc.fact, s->rfc.rr,
		      arena_printf(a, "libspf2 shows %s%s%s instead of \"%s\"",
				   s->explanation ? "\"" : "",
				   s->explanation ? s->explanation : "a text of its own",
				   s->explanation ? "\"" : "", s->rfc.explanation));
}

/* ---- DMARC ---- */

struct decision {
	enum auth_result result;
	enum dmarc_policy disposition;
};

/* Of the described sender, or of mail that passes nothing. */
static struct decision rfc_decision(const struct report *r)
{
	struct decision d = { AUTH_NONE, DMARC_NONE };

	if (r->sender)
		return (struct decision){ r->sender->dmarc, r->sender->disposition };
	if (r->presence[PROTO_DMARC] == PRESENCE_UNKNOWN)
		d.result = AUTH_TEMPERROR;
	else if (r->presence[PROTO_DMARC] == PRESENCE_YES &&
		 r->dmarc.effective_policy > DMARC_INVALID)
		d = (struct decision){ AUTH_FAIL, r->dmarc.effective_policy };
	return d;
}

static int hardness(struct decision d)
{
	if (d.result == AUTH_PASS)
		return 0;
	return d.result == AUTH_FAIL && d.disposition > DMARC_NONE ? 1 + (int)d.disposition : 1;
}

static const char *words(struct arena *a, struct decision d)
{
	static const char *const acts[] = { [DMARC_NONE] = "without consequence",
					    [DMARC_QUARANTINE] = "quarantine",
					    [DMARC_REJECT] = "reject" };

	if (d.result != AUTH_FAIL || d.disposition < DMARC_NONE)
		return auth_result_name(d.result);
	return arena_printf(a, "%s, %s", auth_result_name(d.result), acts[d.disposition]);
}

static void differ_decision(struct arena *a, struct report *r, struct decision rfc,
			    struct decision theirs)
{
	int more = hardness(theirs) - hardness(rfc);

	/* no record there, and a pass here: no mail fares the worse for that */
	if (!more || (theirs.result == AUTH_NONE && rfc.result == AUTH_PASS))
		return;
	found(r, more > 0 ? RULE_STACK_DMARC_STRICTER : RULE_STACK_DMARC_LAXER, r->domain,
	      r->dmarc.fact, r->dmarc.rr,
	      arena_printf(a, "OpenDMARC decides %s%s, where RFC 9989 says %s", words(a, theirs),
			   r->sender ? "" : " for mail that passes neither SPF nor DKIM",
			   words(a, rfc)));
}

static void differ_dmarc(struct arena *a, struct report *r, const struct stack_dmarc *d)
{
	struct decision rfc = rfc_decision(r), theirs = { d->result, d->disposition };

	if (has_broken(a, r, d->state, "OpenDMARC", r->domain, r->dmarc.fact) || d->lost ||
	    rfc.result == AUTH_TEMPERROR)
		return;
	if (d->stranger)
		found(r, RULE_STACK_DMARC_STRANGER, r->domain, r->dmarc.fact, r->dmarc.rr,
		      arena_printf(a, "OpenDMARC takes %s for aligned with %s", d->stranger,
				   r->domain));
	if (d->result != AUTH_PERMERROR)
		differ_decision(a, r, rfc, theirs);
	else if (rfc.result != AUTH_NONE)
		found(r, RULE_STACK_DMARC_REFUSED, r->domain, r->dmarc.fact, r->dmarc.rr,
		      arena_printf(a, "OpenDMARC says: %s",
				   d->reason ? d->reason : "it cannot be read"));
}

/* ---- DKIM ---- */

static void differ_dkim(struct arena *a, struct report *r, const struct stack_dkim *k)
{
	if (has_broken(a, r, k->state, "OpenDKIM", k->fact->name, k->fact))
		return;
	if (k->rfc_usable && !k->usable && !k->small)
		found(r, RULE_STACK_DKIM_REFUSED, k->fact->name, k->fact, k->rr,
		      arena_printf(a, "OpenDKIM says: %s", k->reason ? k->reason : "bad key"));
	else if (!k->rfc_usable && k->usable)
		found(r, RULE_STACK_DKIM_LAXER, k->fact->name, k->fact, k->rr,
		      "OpenDKIM takes this key");
}

void stack_differ(struct arena *a, struct report *r)
{
	for (size_t i = 0; i < r->stack->nspf; i++)
		differ_spf(a, r, &r->stack->spf[i]);
	differ_dmarc(a, r, &r->stack->dmarc);
	for (size_t i = 0; i < r->stack->ndkim; i++)
		differ_dkim(a, r, &r->stack->dkim[i]);
}

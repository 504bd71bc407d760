/* check_host() (RFC 7208 4).
 *
 * 1. The domain must be a proper name of at least two labels (4.3); its TXT RRset must hold exactly
 * one SPF record, without any syntax error (4.4 to 4.6).
 * 2. The mechanisms are tried from the left; the first that matches decides by its qualifier.
 * include evaluates another record in place and matches when that passes (5.2).
 * 3. Every include, a, mx, ptr, exists and redirect counts, wherever it stands; the eleventh is a
 * permerror. The third look-up that finds nothing is one too (4.6.4).
 * 4. Without a match redirect hands over to another record, else the result is neutral (4.7, 6.1).
 * 5. A fail is explained by exp of the record that decided; whatever is wrong with that is ignored
 * (6.2).
 *
 * A step that meets an OPEN fact ends with STEP_OPEN, all the way up. */
#include "spf_eval.h"

#include "name.h"
#include "spf.h"
#include "spf_eval_part.h"
#include "spf_macro.h"

enum { LOOKUPS_MAX = 10, VOIDS_MAX = 2, MX_MAX = 10, ADDRESSES_MAX = 10 };

static enum spf_step stop(struct spf_eval *e, enum spf_result result, const char *why,
			  const struct fact *f)
{
	e->out->result = result;
	e->out->why = why;
	if (f)
		e->out->fact = f;
	return SPF_STEP_STOP;
}

static enum spf_step permerror(struct spf_eval *e, const char *why)
{
	return stop(e, SPF_RESULT_PERMERROR, why, NULL);
}

static enum spf_step temperror(struct spf_eval *e, const struct fact *f)
{
	return stop(e, SPF_RESULT_TEMPERROR,
		    arena_printf(e->arena, "%s: %s", fact_question_text(e->arena, f),
				 f->detail ? f->detail : fact_why_text(f->why)),
		    f);
}

static enum spf_step open_fact(struct spf_eval *e)
{
	e->out->open = true;
	return SPF_STEP_OPEN;
}

/* A look-up found nothing. */
static enum spf_step count_void(struct spf_eval *e)
{
	e->out->voids++;
	return e->out->voids > VOIDS_MAX ? permerror(e, "more than 2 look-ups find nothing")
					 : SPF_STEP_NO;
}

/* What the one look-up of a term came to. STEP_MATCH: there are records. */
static enum spf_step had(struct spf_eval *e, const struct fact *f)
{
	if (fact_is_open(f))
		return open_fact(e);
	if (f->state == FACT_LOST)
		return temperror(e, f);
	return f->state == FACT_NONE ? count_void(e) : SPF_STEP_MATCH;
}

/* ---- mechanisms ---- */

static bool same_net(struct str a, struct str b, int bits)
{
	size_t whole = (size_t)bits / 8, rest = (size_t)bits % 8;

	if (a.n != b.n || memcmp(a.p, b.p, whole) != 0)
		return false;
	return !rest ||
	       (((unsigned char)a.p[whole] ^ (unsigned char)b.p[whole]) >> (8 - rest)) == 0;
}

bool spf_holds_client(const struct spf_eval *e, const struct spf_term *t)
{
	if (t->kind != SPF_IP4 && t->kind != SPF_IP6)
		return false;
	return same_net(e->ip, (struct str){ (const char *)t->ip, t->kind == SPF_IP4 ? 4 : 16 },
			t->kind == SPF_IP4 ? t->cidr4 : t->cidr6);
}

static bool has_address(const struct spf_eval *e, const struct fact *f, const struct spf_term *t)
{
	int bits = e->ip.n == 4 ? t->cidr4 : t->cidr6;

	for (size_t i = 0; i < f->nrr; i++)
		if (same_net(e->ip, f->rr[i].data, bits))
			return true;
	return false;
}

static const struct fact *look_address(struct spf_eval *e, const char *name)
{
	return look_dns(e->look, e->ip.n == 4 ? RR_A : RR_AAAA, name);
}

static enum spf_step match_a(struct spf_eval *e, const struct spf_term *t, const char *target)
{
	const struct fact *f = look_address(e, target);
	enum spf_step step = had(e, f);

	return step == SPF_STEP_MATCH && !has_address(e, f, t) ? SPF_STEP_NO : step;
}

/* The hosts of an MX RRset. All are asked for at once. */
static enum spf_step match_hosts(struct spf_eval *e, const struct spf_term *t,
				 const struct fact *mx)
{
	bool any = false, looked = false;

	for (size_t i = 0; i < mx->nrr; i++)
		if (strcmp(mx->rr[i].target, ".") != 0)
			look_address(e, mx->rr[i].target);
	for (size_t i = 0; i < mx->nrr; i++) {
		const struct fact *f;

		/* the null MX (RFC 7505) */
		if (strcmp(mx->rr[i].target, ".") == 0)
			continue;
		f = look_address(e, mx->rr[i].target);
		if (fact_is_open(f))
			return open_fact(e);
		if (f->state == FACT_LOST)
			return temperror(e, f);
		if (f->nrr > ADDRESSES_MAX)
			return permerror(e, "an MX host has more than 10 addresses");
		if (has_address(e, f, t))
			return SPF_STEP_MATCH;
		any |= f->state == FACT_SOME;
		looked = true;
	}
	return any || !looked ? SPF_STEP_NO : count_void(e);
}

static enum spf_step match_mx(struct spf_eval *e, const struct spf_term *t, const char *target)
{
	const struct fact *f = look_dns(e->look, RR_MX, target);
	enum spf_step step = had(e, f);

	if (step != SPF_STEP_MATCH)
		return step;
	if (f->nrr > MX_MAX)
		return permerror(e, "mx over a domain with more than 10 MX hosts");
	return match_hosts(e, t, f);
}

/* 5.5. Errors and missing names only make it not match. */
static enum spf_step match_ptr(struct spf_eval *e, const char *target)
{
	const struct fact *ptr = look_dns(e->look, RR_PTR, name_reverse(e->arena, e->ip));
	const char *name;

	if (fact_is_open(ptr))
		return open_fact(e);
	if (ptr->state == FACT_NONE)
		return count_void(e);
	if (!spf_validated_name(e, target, true, &name))
		return open_fact(e);
	return name ? SPF_STEP_MATCH : SPF_STEP_NO;
}

static enum spf_step evaluate(struct spf_eval *e, const char *domain, bool top);

static enum spf_step match_include(struct spf_eval *e, const char *target)
{
	enum spf_step step = evaluate(e, target, false);

	if (step == SPF_STEP_OPEN)
		return step;
	switch (e->out->result) {
	case SPF_RESULT_PASS: return SPF_STEP_MATCH;
	case SPF_RESULT_NONE:
		return permerror(e,
				 arena_printf(e->arena, "it includes %s, which has no SPF record",
					      target ? target : "no valid name"));
	case SPF_RESULT_TEMPERROR:
	case SPF_RESULT_PERMERROR: return SPF_STEP_STOP;
	case SPF_RESULT_NEUTRAL:
	case SPF_RESULT_FAIL:
	case SPF_RESULT_SOFTFAIL: break;
	}
	return SPF_STEP_NO;
}

static enum spf_step match(struct spf_eval *e, const struct spf_term *t, const char *domain)
{
	const char *target = NULL;

	if (spf_kind_counts(t->kind) && ++e->out->lookups > LOOKUPS_MAX)
		return permerror(e, "more than 10 terms need a look-up");
	if (spf_kind_counts(t->kind) && !spf_target(e, t, domain, &target))
		return open_fact(e);
	if (t->kind == SPF_INCLUDE)
		return match_include(e, target);
	/* 4.8: nothing is looked up for what expands to no name, so nothing is void */
	if (spf_kind_counts(t->kind) && !target)
		return SPF_STEP_NO;
	switch (t->kind) {
	case SPF_ALL: return SPF_STEP_MATCH;
	case SPF_IP4:
	case SPF_IP6: return spf_holds_client(e, t) ? SPF_STEP_MATCH : SPF_STEP_NO;
	case SPF_A: return match_a(e, t, target);
	case SPF_MX: return match_mx(e, t, target);
	case SPF_EXISTS: return had(e, look_dns(e->look, RR_A, target));
	case SPF_PTR: return match_ptr(e, target);
	case SPF_INCLUDE:
	case SPF_REDIRECT:
	case SPF_EXP:
	case SPF_UNKNOWN_MODIFIER:
	case SPF_BROKEN: break;
	}
	return SPF_STEP_NO;
}

/* ---- records ---- */

/* The record at a domain, parsed. STEP_MATCH: *source is it; else the result stands. */
static enum spf_step fetch(struct spf_eval *e, const char *domain, const struct spf_source **source)
{
	const struct fact *fact;

	if (!domain || name_labels(domain) < 2)
		return stop(e, SPF_RESULT_NONE, "no domain name", NULL);
	fact = look_dns(e->look, RR_TXT, domain);
	if (fact_is_open(fact))
		return open_fact(e);
	if (fact->state == FACT_LOST)
		return temperror(e, fact);
	*source = spf_source(e, fact);
	if (!(*source)->records)
		return stop(e, SPF_RESULT_NONE, NULL, fact);
	if ((*source)->records > 1)
		return stop(e, SPF_RESULT_PERMERROR,
			    arena_printf(e->arena, "%s has more than one SPF record", domain),
			    fact);
	if ((*source)->broken)
		return stop(e, SPF_RESULT_PERMERROR,
			    arena_printf(e->arena, "the record of %s has a syntax error", domain),
			    fact);
	return SPF_STEP_MATCH;
}

static enum spf_result by_qualifier(char q)
{
	return q == '-'   ? SPF_RESULT_FAIL
	       : q == '~' ? SPF_RESULT_SOFTFAIL
	       : q == '?' ? SPF_RESULT_NEUTRAL
			  : SPF_RESULT_PASS;
}

static enum spf_step follow_redirect(struct spf_eval *e, const struct spf *spf, const char *domain,
				     bool top)
{
	const char *target;
	enum spf_step step;

	if (++e->out->lookups > LOOKUPS_MAX)
		return permerror(e, "more than 10 terms need a look-up");
	if (!spf_target(e, spf->redirect, domain, &target))
		return open_fact(e);
	step = evaluate(e, target, top);
	if (step != SPF_STEP_OPEN && e->out->result == SPF_RESULT_NONE)
		return permerror(e, arena_printf(e->arena,
						 "it redirects to %s, which has no SPF record",
						 target ? target : "no valid name"));
	return step;
}

/* The fact that there is none: the look-up of an include or redirect is void (4.6.4). */
static bool is_void(const struct spf_eval *e, const char *domain)
{
	return domain && name_labels(domain) >= 2 &&
	       look_dns(e->look, RR_TXT, domain)->state == FACT_NONE;
}

/* check_host() for one domain. `top`: the result is the message's, not an include's. */
static enum spf_step evaluate(struct spf_eval *e, const char *domain, bool top)
{
	const struct spf_source *source = NULL;
	enum spf_step step = fetch(e, domain, &source);
	const struct spf *spf;

	if (step != SPF_STEP_MATCH) {
		if (e->out->lookups && e->out->result == SPF_RESULT_NONE && is_void(e, domain))
			e->out->voids++;
		return step;
	}
	spf = &source->spf;
	for (size_t i = 0; i < spf->n; i++) {
		const struct spf_term *t = &spf->term[i];

		if (!t->qualifier)
			continue;
		step = match(e, t, domain);
		if (step == SPF_STEP_NO)
			continue;
		if (step != SPF_STEP_MATCH)
			return step;
		if (top) {
			e->out->term = t;
			e->out->term_domain = domain;
			e->out->fact = source->fact;
			e->out->rr = source->rr;
			e->deciding = spf;
		}
		return stop(e, by_qualifier(t->qualifier), NULL, NULL);
	}
	if (spf->redirect && !spf->all)
		return follow_redirect(e, spf, domain, top);
	if (top) {
		e->out->fact = source->fact;
		e->out->rr = source->rr;
		e->out->term_domain = domain;
	}
	return stop(e, SPF_RESULT_NEUTRAL, NULL, NULL);
}

/* ---- the identities ---- */

static void check(struct arena *a, struct look *l, const struct spf_client *client,
		  const char *mail_from, struct spf_evaluation *out)
{
	struct spf_eval e = { .arena = a, .look = l, .client = client, .out = out };

	*out = (struct spf_evaluation){ .ip = client->ip, .helo = client->helo };
	spf_eval_begin(&e, mail_from);
	out->ip = e.ip;
	out->domain = e.domain;
	evaluate(&e, e.domain, true);
	if (e.domain && name_labels(e.domain) >= 2)
		spf_ask_ahead(&e, e.domain);
	if (!out->open && out->result == SPF_RESULT_FAIL)
		spf_explain(&e);
}

static const char *postmaster_at(struct arena *a, const char *helo)
{
	return arena_printf(a, "postmaster@%s", helo ? helo : "");
}

void spf_check_host(struct arena *a, struct look *l, const struct spf_client *client,
		    struct spf_evaluation *out)
{
	bool null = !client->mail_from || !*client->mail_from;

	check(a, l, client, null ? postmaster_at(a, client->helo) : client->mail_from, out);
}

void spf_check_helo(struct arena *a, struct look *l, const struct spf_client *client,
		    struct spf_evaluation *out)
{
	check(a, l, client, postmaster_at(a, client->helo), out);
}

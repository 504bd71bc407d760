/* check_host(): what it will want to know, and the records that it has (RFC 7208 4.6.4).
 *
 * An evaluation goes term by term, and would cost a round trip a term. So this walk goes before it:
 * 1. When a record is there, all names in it are asked for at once, up to the tenth term that
 * counts.
 * 2. What needs no look-up is decided: terms behind an ip4, ip6 or all that matches are not asked
 * for.
 * 3. The records of includes are entered in the order of the evaluation, one when all before it is
 * known, as if no other look-up matched.
 * So the questions depend on the answers alone, never on which of them came first. */
#include "name.h"
#include "spf_eval_part.h"

enum { TERMS_MAX = 10, MX_MAX = 10 };

struct walk {
	struct spf_eval *eval;
	unsigned terms;
};

enum way {
	PASSED, /* the record passes the client */
	ON,     /* it has another result: an include of it does not match */
	STOPS,  /* an error: nothing behind it is looked at */
	WAITS,  /* a record is missing */
};

/* ---- records, each parsed once in a step ---- */

const struct spf_source *spf_source(struct spf_eval *e, const struct fact *txt)
{
	struct spf_source *s;

	for (s = e->sources; s; s = s->next)
		if (s->fact == txt)
			return s;
	s = ARENA_NEW(e->arena, struct spf_source);
	s->fact = txt;
	s->next = e->sources;
	e->sources = s;
	for (size_t i = 0; i < txt->nrr && s->records < 2; i++)
		if (spf_is_record(txt->rr[i].data)) {
			s->rr = &txt->rr[i];
			s->records++;
		}
	if (s->records == 1) {
		parse_spf(e->arena, s->rr->data, &s->spf);
		s->broken = s->spf.faults.n > 0;
	}
	return s;
}

/* ---- the walk ---- */

/* Terms that are evaluated when no look-up matches: up to the first match that needs none. */
static size_t terms_that_run(const struct spf_eval *e, const struct spf *spf, bool *passed)
{
	*passed = false;
	for (size_t i = 0; i < spf->n; i++) {
		const struct spf_term *t = &spf->term[i];

		if (t->kind != SPF_ALL && !spf_holds_client(e, t))
			continue;
		*passed = t->qualifier == '+';
		return i;
	}
	return spf->n;
}

static void ask_mx(struct spf_eval *e, const char *target)
{
	const struct fact *mx = look_dns(e->look, RR_MX, target);

	if (mx->state != FACT_SOME || mx->nrr > MX_MAX)
		return;
	for (size_t i = 0; i < mx->nrr; i++)
		if (strcmp(mx->rr[i].target, ".") != 0)
			look_dns(e->look, e->ip.n == 4 ? RR_A : RR_AAAA, mx->rr[i].target);
}

static void ask_term(struct spf_eval *e, const struct spf_term *t, const char *domain)
{
	const char *target, *name;

	if (!spf_target(e, t, domain, &target) || !target)
		return;
	switch (t->kind) {
	case SPF_A: look_dns(e->look, e->ip.n == 4 ? RR_A : RR_AAAA, target); break;
	case SPF_EXISTS: look_dns(e->look, RR_A, target); break;
	case SPF_MX: ask_mx(e, target); break;
	case SPF_PTR: spf_validated_name(e, target, true, &name); break;
	default:
		if (name_labels(target) >= 2)
			look_dns(e->look, RR_TXT, target);
	}
}

static enum way enter(struct walk *w, const char *domain);

static enum way enter_term(struct walk *w, const struct spf_term *t, const char *domain)
{
	const char *target;

	if (!spf_target(w->eval, t, domain, &target))
		return WAITS;
	return target && name_labels(target) >= 2 ? enter(w, target) : STOPS;
}

static bool counts(const struct spf_term *t)
{
	return t->kind < SPF_REDIRECT && spf_kind_counts(t->kind);
}

/* The includes and the redirect of a record, one after the other. */
static enum way enter_terms(struct walk *w, const struct spf *spf, size_t n, const char *domain)
{
	for (size_t i = 0; i < n; i++) {
		const struct spf_term *t = &spf->term[i];
		enum way way;

		if (!counts(t))
			continue;
		if (++w->terms > TERMS_MAX)
			return STOPS;
		if (t->kind != SPF_INCLUDE)
			continue;
		way = enter_term(w, t, domain);
		if (way == PASSED)
			return t->qualifier == '+' ? PASSED : ON;
		if (way != ON)
			return way;
	}
	if (n < spf->n || !spf->redirect || spf->all)
		return ON;
	return ++w->terms > TERMS_MAX ? STOPS : enter_term(w, spf->redirect, domain);
}

static enum way enter(struct walk *w, const char *domain)
{
	struct spf_eval *e = w->eval;
	const struct fact *txt = look_dns(e->look, RR_TXT, domain);
	const struct spf_source *s;
	unsigned terms = w->terms;
	bool passed;
	enum way way;
	size_t n;

	if (fact_is_open(txt))
		return WAITS;
	s = spf_source(e, txt);
	if (s->records != 1 || s->broken)
		return STOPS;
	n = terms_that_run(e, &s->spf, &passed);
	for (size_t i = 0; i < n; i++)
		if (counts(&s->spf.term[i]) && ++terms <= TERMS_MAX)
			ask_term(e, &s->spf.term[i], domain);
	if (n == s->spf.n && s->spf.redirect && !s->spf.all && terms < TERMS_MAX)
		ask_term(e, s->spf.redirect, domain);
	way = enter_terms(w, &s->spf, n, domain);
	return way == ON && passed ? PASSED : way;
}

void spf_ask_ahead(struct spf_eval *e, const char *domain)
{
	struct walk w = { .eval = e };

	enter(&w, domain);
}

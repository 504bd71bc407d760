/* What is the domain for? Told by the user, or guessed from the domain's MX and SPF.
 *
 * The guess:
 *   1. SPF that authorises anybody at all: it sends, whatever its MX.
 *   2. SPF that authorises nobody ("v=spf1 -all", terms that cannot match anything aside): it
 * receives when it has an MX, else it is parked. A null MX (RFC 7505) says "no mail" as well as no
 * MX does; the address of a web server is no sign of mail.
 *   3. SPF that names nobody and says nothing of the others ("?all", or no "all"): it sends, unless
 * its MX is null, which says "no mail" where SPF says nothing.
 *   4. No SPF: it sends when it has an MX, else it is parked: a host like any other.
 * A name of the reverse zones is no mail domain at all, and neither is one with a label like "_spf"
 * or "_dmarc": such names hold records that others refer to.
 *
 * What could not be had is never taken for "there is none": where the answer would have changed the
 * guess, intent_why says so. Layer: check. */
#include "check.h"
#include "name.h"

enum { REDIRECTS_MAX = 4 };

/* Whom an SPF record lets send. */
enum spf_says {
	SPF_SAYS_OPEN,   /* not decided in this step */
	SPF_SAYS_LOST,   /* could not be had */
	SPF_SAYS_ABSENT, /* there is no record */
	SPF_SAYS_NOBODY,
	SPF_SAYS_NOTHING, /* names nobody and does not refuse the others */
	SPF_SAYS_SOMEBODY,
};

enum mx_says {
	MX_SAYS_OPEN,
	MX_SAYS_LOST,
	MX_SAYS_ABSENT,
	MX_SAYS_NO_MAIL, /* null MX */
	MX_SAYS_HOSTS,
};

static bool is_null_mx(const struct fact *mx)
{
	for (size_t i = 0; i < mx->nrr; i++)
		if (strcmp(mx->rr[i].target, ".") != 0)
			return false;
	return mx->state == FACT_SOME;
}

/* May anything match this term with a result other than fail and softfail? "mx" and "a" of a domain
 * without MX or address, the usual leftovers of a template, match nothing. An OPEN fact: not
 * decided. */
static enum spf_says says_term(struct check *c, const char *domain, const struct spf_term *t)
{
	const struct fact *f, *f6;
	bool here = t->domain.n == 0 || str_eq_ci(t->domain, str_c(domain));

	if (t->qualifier == '-' || t->qualifier == '~')
		return SPF_SAYS_NOBODY;
	if (t->kind == SPF_MX && here) {
		f = look_dns(c->look, RR_MX, domain);
		if (fact_is_open(f))
			return SPF_SAYS_OPEN;
		return f->state == FACT_NONE || is_null_mx(f) ? SPF_SAYS_NOBODY : SPF_SAYS_SOMEBODY;
	}
	if (t->kind == SPF_A && here) {
		f = look_dns(c->look, RR_A, domain);
		f6 = look_dns(c->look, RR_AAAA, domain);
		if (fact_is_open(f) || fact_is_open(f6))
			return SPF_SAYS_OPEN;
		return f->state == FACT_NONE && f6->state == FACT_NONE ? SPF_SAYS_NOBODY
								       : SPF_SAYS_SOMEBODY;
	}
	return SPF_SAYS_SOMEBODY;
}

static bool is_modifier(const struct spf_term *t)
{
	return t->kind == SPF_REDIRECT || t->kind == SPF_EXP || t->kind == SPF_UNKNOWN_MODIFIER;
}

/* One record. *redirect: where to go on, NULL when it decides by itself. */
static enum spf_says says_record(struct check *c, const char *domain, const struct spf *spf,
				 const char **redirect)
{
	enum spf_says so_far = SPF_SAYS_NOBODY;

	*redirect = NULL;
	for (size_t i = 0; i < spf->n; i++) {
		const struct spf_term *t = &spf->term[i];
		enum spf_says says;

		if (is_modifier(t))
			continue;
		if (t->kind == SPF_ALL) {
			if (t->qualifier == '+')
				return SPF_SAYS_SOMEBODY;
			return so_far == SPF_SAYS_NOBODY && t->qualifier == '?' ? SPF_SAYS_NOTHING
										: so_far;
		}
		says = says_term(c, domain, t);
		if (says == SPF_SAYS_SOMEBODY)
			return says;
		if (says == SPF_SAYS_OPEN)
			so_far = says;
	}
	if (spf->redirect && so_far == SPF_SAYS_NOBODY)
		*redirect = spf_expand_static(c->arena, spf->redirect->domain, domain, c->domain);
	return so_far == SPF_SAYS_NOBODY ? SPF_SAYS_NOTHING : so_far;
}

/* All SPF records at `domain`. Several are a fault, but tell as much about what the domain is for
 * as one does. */
static enum spf_says says_domain(struct check *c, const char *domain, const char **redirect)
{
	const struct fact *txt = look_dns(c->look, RR_TXT, domain);
	enum spf_says best = SPF_SAYS_ABSENT;

	*redirect = NULL;
	if (fact_is_open(txt))
		return SPF_SAYS_OPEN;
	if (txt->state == FACT_LOST)
		return SPF_SAYS_LOST;
	for (size_t i = 0; i < txt->nrr; i++) {
		const char *next;
		enum spf_says says;
		struct spf spf;

		if (!spf_is_record(txt->rr[i].data))
			continue;
		parse_spf(c->arena, txt->rr[i].data, &spf);
		says = says_record(c, domain, &spf, &next);
		if (says == SPF_SAYS_OPEN || says == SPF_SAYS_SOMEBODY)
			return says;
		if (next)
			*redirect = next;
		if (says > best)
			best = says;
	}
	return best;
}

static enum spf_says look_spf(struct check *c)
{
	const char *domain = c->domain, *next;
	enum spf_says says = says_domain(c, domain, &next);

	for (unsigned hops = 0; next && hops < REDIRECTS_MAX; hops++) {
		domain = next;
		says = says_domain(c, domain, &next);
	}
	/* a redirect that leads to no record, or round in a circle, refuses nobody */
	if (domain != c->domain && (next || says == SPF_SAYS_ABSENT))
		return SPF_SAYS_NOTHING;
	return says;
}

static enum mx_says look_mx(struct check *c)
{
	const struct fact *mx = look_dns(c->look, RR_MX, c->domain);

	switch (mx->state) {
	case FACT_OPEN: return MX_SAYS_OPEN;
	case FACT_LOST: return MX_SAYS_LOST;
	case FACT_NONE: return MX_SAYS_ABSENT;
	case FACT_SOME: break;
	}
	return is_null_mx(mx) ? MX_SAYS_NO_MAIL : MX_SAYS_HOSTS;
}

static void assume(struct check *c, enum intent intent, const char *why)
{
	c->report->intent = intent;
	c->report->intent_assumed = true;
	c->report->intent_why = why;
}

/* Where SPF does not authorise anybody, the MX decides. Rows: what SPF says; columns: what the MX
 * says. */
static const struct guess {
	enum intent intent;
	const char *why;
} guesses[][5] = {
	[SPF_SAYS_LOST] = {
		[MX_SAYS_LOST] = { INTENT_SENDS, "neither its MX nor its SPF record could be had" },
		[MX_SAYS_ABSENT] = { INTENT_SENDS, "it has no MX, and its SPF record could not be had" },
		[MX_SAYS_NO_MAIL] = { INTENT_PARKED, "its MX is null, and its SPF record could not be had" },
		[MX_SAYS_HOSTS] = { INTENT_SENDS, "it has an MX, and its SPF record could not be had" },
	},
	[SPF_SAYS_ABSENT] = {
		[MX_SAYS_LOST] = { INTENT_SENDS, "it has no SPF record, and its MX could not be had" },
		[MX_SAYS_ABSENT] = { INTENT_PARKED, "it has neither an MX nor an SPF record" },
		[MX_SAYS_NO_MAIL] = { INTENT_PARKED, "its MX is null and it has no SPF record" },
		[MX_SAYS_HOSTS] = { INTENT_SENDS, "it has an MX and no SPF record that says otherwise" },
	},
	[SPF_SAYS_NOBODY] = {
		[MX_SAYS_LOST] = { INTENT_RECEIVES, "its SPF record authorises nobody, and its MX could not be had" },
		[MX_SAYS_ABSENT] = { INTENT_PARKED, "it has no MX and its SPF record authorises nobody" },
		[MX_SAYS_NO_MAIL] = { INTENT_PARKED, "its MX is null and its SPF record authorises nobody" },
		[MX_SAYS_HOSTS] = { INTENT_RECEIVES, "it has an MX and its SPF record authorises nobody" },
	},
};

static void guess(struct check *c)
{
	enum spf_says spf = look_spf(c);
	enum mx_says mx = look_mx(c);
	const struct guess *g;
	const struct fact *f;

	if (spf == SPF_SAYS_SOMEBODY)
		return assume(c, INTENT_SENDS, "its SPF record authorises senders");
	if (spf == SPF_SAYS_OPEN || mx == MX_SAYS_OPEN)
		return;
	if (spf == SPF_SAYS_NOTHING && mx == MX_SAYS_NO_MAIL)
		return assume(c, INTENT_PARKED,
			      "its MX is null and its SPF record names no sender");
	if (spf == SPF_SAYS_NOTHING)
		return assume(c, INTENT_SENDS, "its SPF record does not say that nobody sends");
	g = &guesses[spf][mx];
	f = look_dns(c->look, RR_MX, c->domain);
	if (spf == SPF_SAYS_ABSENT && fact_is_nxdomain(f) && !f->nchain)
		return assume(c, INTENT_PARKED, "the name does not exist");
	assume(c, g->intent, g->why);
}

static bool has_underscore_label(const char *name)
{
	return name[0] == '_' || str_find_str(str_c(name), S("._")) >= 0;
}

void check_intent(struct check *c)
{
	struct report *r = c->report;

	r->intent = INTENT_AUTO;
	r->intent_assumed = false;
	r->intent_why = NULL;
	if (c->wish->intent != INTENT_AUTO) {
		r->intent = c->wish->intent;
		r->intent_why = "it was given";
	} else if (c->wish->nips) {
		assume(c, INTENT_SENDS, "an address that sends for it was given");
	} else if (name_is_under(c->domain, "in-addr.arpa") ||
		   name_is_under(c->domain, "ip6.arpa")) {
		assume(c, INTENT_PARKED,
		       "it is a name of the reverse zone, which is no mail domain");
	} else if (has_underscore_label(c->domain)) {
		assume(c, INTENT_PARKED,
		       "it is a name that holds records for other names, and no mail domain");
	} else {
		guess(c);
	}
}

/* DNSSEC: is the domain signed, with what, and do the signatures hold?
 *
 * A resolver that validates answers SERVFAIL where signatures do not hold. That is told from any
 * other failure by asking again with the check disabled (CD), and only believed of a zone that has
 * a DS record: else it was a failure that has gone by. */
#include "name.h"
#include "secure.h"

enum {
	ALGORITHM_RSAMD5 = 1,
	ALGORITHM_DSA = 3,
	ALGORITHM_RSASHA1 = 5,
	ALGORITHM_DSA_NSEC3 = 6,
	ALGORITHM_RSASHA1_NSEC3 = 7,
	ALGORITHM_GOST = 12,
	DIGEST_SHA1 = 1,
};

/* ---- signatures that do not hold ---- */

/* What other checkers ask at the domain itself. None of these costs a question. */
static const struct {
	const char *label; /* NULL: the domain */
	uint16_t type;
} records[] = {
	{ NULL, RR_TXT },       { NULL, RR_MX },          { "_dmarc", RR_TXT },
	{ "_mta-sts", RR_TXT }, { "_smtp._tls", RR_TXT },
};

/* Is the zone delegated as a signed one? Asked at the domain, then at its organization's. */
static enum presence has_ds(struct check *c)
{
	const char *org = c->org;
	const struct fact *ds = look_dns(c->look, RR_DS, c->domain);

	if (!fact_is_open(ds) && ds->state != FACT_SOME && org && strcmp(org, c->domain) != 0)
		ds = look_dns(c->look, RR_DS, org);
	return fact_is_open(ds)         ? PRESENCE_OPEN
	       : ds->state == FACT_SOME ? PRESENCE_YES
					: PRESENCE_NONE;
}

/* The questions that failed, and the first one's answer without the check. False: not decided. */
static bool held_back(struct check *c, const struct fact **first, const char **which, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < sizeof(records) / sizeof(records[0]); i++) {
		const char *name = records[i].label
					   ? name_join(c->arena, records[i].label, c->domain)
					   : c->domain;
		const struct fact *f = look_dns(c->look, records[i].type, name), *cd;

		if (fact_is_open(f))
			return false;
		if (f->state != FACT_LOST || f->why != WHY_SERVFAIL)
			continue;
		cd = look(c->look, ASK_DNS_CD, records[i].type, name);
		if (fact_is_open(cd))
			return false;
		if (cd->state == FACT_LOST)
			continue;
		*which = *n ? arena_printf(c->arena, "%s, %s", *which,
					   fact_question_text(c->arena, f))
			    : fact_question_text(c->arena, f);
		if (!(*n)++)
			*first = cd;
	}
	return true;
}

static void judge_bogus(struct check *c)
{
	const struct fact *cd = NULL, *root;
	const char *which = "";
	struct finding *f;
	size_t n;

	if (!held_back(c, &cd, &which, &n) || !n || has_ds(c) != PRESENCE_YES)
		return;
	root = look_dns(c->look, RR_SOA, ".");
	if (fact_is_open(root))
		return;
	f = found(c, RULE_DNSSEC_BOGUS, c->domain, cd, cd->nrr ? cd->rr : NULL);
	/* of a resolver that is not known to validate, the failure may have another cause */
	f->sure = root->state == FACT_SOME && root->ad;
	f->detail = arena_printf(c->arena, "%s: SERVFAIL; %s only when signatures are not checked",
				 which, n == 1 ? "it is answered" : "they are answered");
}

/* ---- the DS records ---- */

static unsigned octet(const struct rr *rr, size_t i)
{
	return rr->data.n >= 4 ? (unsigned char)rr->data.p[i] : 0;
}

static bool has_retired_algorithm(const struct rr *ds)
{
	switch (octet(ds, 2)) {
	case ALGORITHM_RSAMD5:
	case ALGORITHM_DSA:
	case ALGORITHM_RSASHA1:
	case ALGORITHM_DSA_NSEC3:
	case ALGORITHM_RSASHA1_NSEC3:
	case ALGORITHM_GOST: return true;
	default: return false;
	}
}

static bool has_sha1_digest(const struct rr *ds)
{
	return octet(ds, 3) == DIGEST_SHA1;
}

/* Is it so of all DS records? A retired one beside a good one is on its way out, and harms nobody.
 */
static bool all_ds(const struct fact *ds, bool (*is)(const struct rr *rr))
{
	size_t i = 0;

	while (i < ds->nrr && is(&ds->rr[i]))
		i++;
	return i == ds->nrr;
}

static void judge_ds(struct check *c, const struct fact *ds)
{
	if (all_ds(ds, has_retired_algorithm))
		found(c, RULE_DNSSEC_ALGORITHM, ds->name, ds, ds->rr)->detail = arena_printf(
			c->arena, "algorithm %u", octet(ds->rr, 2));
	if (all_ds(ds, has_sha1_digest))
		found(c, RULE_DNSSEC_DIGEST, ds->name, ds, ds->rr);
}

/* ---- all ---- */

static void judge_unsigned(struct check *c, const struct fact *txt)
{
	const struct fact *key = look_dns(c->look, RR_DNSKEY, c->domain);

	if (key->state == FACT_SOME)
		found(c, RULE_DNSSEC_NO_DS, c->domain, key, NULL);
	else if (key->state == FACT_NONE && c->report->intent != INTENT_PARKED &&
		 c->report->intent != INTENT_AUTO)
		found(c, RULE_DNSSEC_NONE, c->domain, txt, NULL);
}

static void judge_domain(struct check *c, const struct fact *txt)
{
	enum presence *presence = &c->report->presence[PROTO_DNSSEC];
	struct dnssec_view *v = &c->report->dnssec;
	enum secure secure = secure_of(c->look, txt);
	const struct fact *ds = look_dns(c->look, RR_DS, c->domain);

	v->ds = ds;
	if (fact_is_open(ds) || secure == SECURE_OPEN) {
		*presence = PRESENCE_OPEN;
		return;
	}
	v->validated = secure == SECURE_YES  ? PRESENCE_YES
		       : secure == SECURE_NO ? PRESENCE_NONE
					     : PRESENCE_UNKNOWN;
	*presence = ds->state == FACT_SOME ? PRESENCE_YES : v->validated;
	if (ds->state == FACT_SOME)
		judge_ds(c, ds);
	else if (ds->state == FACT_NONE && secure == SECURE_NO)
		judge_unsigned(c, txt);
}

void check_dnssec(struct check *c)
{
	const struct fact *txt = look_dns(c->look, RR_TXT, c->domain);

	c->report->dnssec = (struct dnssec_view){ .validated = PRESENCE_UNKNOWN };
	c->report->presence[PROTO_DNSSEC] = fact_is_open(txt) ? PRESENCE_OPEN : PRESENCE_UNKNOWN;
	/* a zone file says nothing of the DS, which is the parent's */
	if (fact_is_open(txt) || txt->zone || fact_is_offline(txt) || txt->why == WHY_NOT_ON_TAPE)
		return;
	judge_bogus(c);
	if (txt->state != FACT_LOST)
		judge_domain(c, txt);
}

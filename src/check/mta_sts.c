/* MTA-STS: the TXT record and the way to the policy (RFC 8461 3.1, 3.3).
 *
 *   1. Records at _mta-sts that do not begin with "v=STSv1;" are left out; unless exactly one is
 * left, and that one is well-formed, there is no policy, and none is fetched.
 *   2. The policy host must have an address; only then is it asked. */
#include "control.h"
#include "mend.h"
#include "mta_sts_run.h"
#include "name.h"

static const enum rule_id fault_rules[] = {
	[STS_FAULT_CASE] = RULE_STS_CASE,
	[STS_FAULT_EQUALS_BLANK] = RULE_STS_EQUALS_SPACE,
	[STS_FAULT_SPACE_SEMI] = RULE_STS_SPACE_BEFORE_SEMICOLON,
	[STS_FAULT_NO_ID] = RULE_STS_ID,
	[STS_FAULT_BAD_ID] = RULE_STS_ID,
	[STS_FAULT_FIELD] = RULE_STS_FIELD,
	[STS_FAULT_DUP_KEY] = RULE_STS_DUP_KEY,
	[STS_FAULT_V] = RULE_STS_RECORD,
};

/* ---- a corrected record ---- */

/* The letters and digits of the id that is there, or the time of the audit where there are none. */
static const char *good_id(struct check *c, const struct mta_sts *m)
{
	char *id = arena_alloc(c->arena, 33);
	size_t n = 0;

	for (size_t i = 1; m && i < m->tags.n && !n; i++) {
		const struct tag *t = &m->tags.item[i];

		for (size_t k = 0; str_eq_ci(t->name, S("id")) && k < t->value.n && n < 32; k++)
			if (ascii_is_alpha((unsigned char)t->value.p[k]) ||
			    ascii_is_digit((unsigned char)t->value.p[k]))
				id[n++] = t->value.p[k];
	}
	return n ? id : arena_time(c->arena, "%Y%m%dT%H%M%S", c->now_s);
}

static const char *mended(struct check *c, const char *name, const struct mta_sts *m)
{
	return mend_txt(c->arena, name,
			str_c(arena_printf(c->arena, "v=STSv1; id=%s", good_id(c, m))));
}

/* ---- the record ---- */

static void judge_record(struct check *c, const struct fact *txt, const struct rr *rr,
			 const struct mta_sts *m)
{
	for (size_t i = 0; i < m->faults.n; i++) {
		const struct fault *fault = &m->faults.item[i];
		struct finding *f = found(c, fault_rules[fault->code], txt->name, txt, rr);

		f->at = fault->at;
		f->detail = fault->detail;
		f->fix = mended(c, txt->name, m);
	}
}

/* No record is left. Those that were meant to be one are shown; true when there are any. */
static bool judge_near(struct check *c, const struct fact *txt)
{
	bool any = false;

	for (size_t i = 0; i < txt->nrr; i++) {
		struct mta_sts m;
		const char *why;

		if (!mta_sts_is_near_record(txt->rr[i].data, &why))
			continue;
		any = true;
		parse_mta_sts(c->arena, txt->rr[i].data, &m);
		judge_record(c, txt, &txt->rr[i], &m);
	}
	return any;
}

/* ---- there is none ---- */

enum presence mta_sts_takes_mail(struct check *c)
{
	const struct fact *mx = look_dns(c->look, RR_MX, c->domain);

	switch (mx->state) {
	case FACT_OPEN: return PRESENCE_OPEN;
	case FACT_LOST: return PRESENCE_UNKNOWN;
	case FACT_NONE: return PRESENCE_NONE;
	case FACT_SOME: break;
	}
	for (size_t i = 0; i < mx->nrr; i++)
		if (strcmp(mx->rr[i].target, ".") != 0)
			return PRESENCE_YES;
	return PRESENCE_NONE;
}

/* Does the registered domain have a policy, which its subdomains do not inherit? True when that is
 * said, or not decided. */
static bool judge_parent(struct check *c, const struct fact *txt)
{
	const char *org = c->org;
	const struct fact *above;

	if (!org || strcmp(org, c->domain) == 0)
		return false;
	above = look_dns(c->look, RR_TXT, name_join(c->arena, "_mta-sts", org));
	if (fact_is_open(above))
		return true;
	for (size_t i = 0; i < above->nrr; i++) {
		if (!mta_sts_is_record(above->rr[i].data))
			continue;
		found(c, RULE_STS_PARENT, txt->name, above, &above->rr[i])->detail = arena_printf(
			c->arena, "the policy of %s does not count for %s", org, c->domain);
		return true;
	}
	return false;
}

/* A domain that takes mail could have MTA-STS. A policy host without the TXT record looks as if
 * somebody believes that it has. */
static void judge_none(struct check *c, const struct fact *txt)
{
	const char *host = name_join(c->arena, "mta-sts", c->domain);
	const struct fact *a;
	enum presence wildcard;

	if (c->report->intent == INTENT_AUTO || c->report->intent == INTENT_PARKED ||
	    mta_sts_takes_mail(c) != PRESENCE_YES)
		return;
	a = look_dns(c->look, RR_A, host);
	if (fact_is_open(a))
		return;
	if (a->state == FACT_SOME) {
		wildcard = control_has_address(c);
		if (wildcard == PRESENCE_OPEN)
			return;
		if (wildcard == PRESENCE_NONE) {
			found(c, RULE_STS_NO_TXT, txt->name, txt, NULL)->detail = arena_printf(
				c->arena, "%s exists", host);
			return;
		}
	}
	if (!judge_parent(c, txt))
		found(c, RULE_STS_NONE, txt->name, txt, NULL);
}

/* ---- the way to the policy ---- */

static void unknown(struct check *c, const char *subject, const struct fact *lost)
{
	found(c, RULE_STS_UNKNOWN, subject, lost, NULL)->detail = arena_printf(
		c->arena, "%s: %s", fact_question_text(c->arena, lost),
		lost->detail ? lost->detail : fact_why_text(lost->why));
}

/* A record that is an alias of another domain's wants its policy host to be one as well. */
static const char *orphan_fix(struct check *c, const char *host)
{
	const struct fact *txt = c->report->mta_sts.fact;
	const char *target = txt->nchain ? txt->chain[txt->nchain - 1].target : "";

	if (str_starts(str_c(target), S("_mta-sts.")))
		return arena_printf(
			c->arena,
			"delete the record at %s; or have a certificate for %s at the other domain's policy host and publish: %s. IN CNAME mta-sts.%s.",
			txt->name, host, host, target + strlen("_mta-sts."));
	return arena_printf(
		c->arena,
		"serve the policy at https://%s/.well-known/mta-sts.txt, or delete the record at %s",
		host, txt->name);
}

static void fetch(struct check *c)
{
	const char *host = name_join(c->arena, "mta-sts", c->domain);
	const struct fact *a = look_dns(c->look, RR_A, host),
			  *aaaa = look_dns(c->look, RR_AAAA, host), *https;
	struct finding *f;

	if (fact_is_open(a) || fact_is_open(aaaa))
		return;
	if (a->state == FACT_NONE && aaaa->state == FACT_NONE) {
		f = found(c, RULE_STS_ORPHAN, host, a, NULL);
		f->detail = fact_is_nxdomain(a) ? "the policy host does not exist"
						: "the policy host has no address";
		f->fix = orphan_fix(c, host);
		return;
	}
	if (a->state != FACT_SOME && aaaa->state != FACT_SOME) {
		unknown(c, host, a->state == FACT_LOST ? a : aaaa);
		return;
	}
	mta_sts_judge_caa(c, host);
	https = look(c->look, ASK_HTTPS, 0, host);
	c->report->mta_sts.policy_fact = https;
	if (fact_is_open(https))
		return;
	mta_sts_judge_policy(c, host, https);
}

static void judge_txt(struct check *c, const struct fact *txt)
{
	struct mta_sts_view *v = &c->report->mta_sts;
	const struct rr *only = NULL;
	struct mta_sts m;
	size_t n = 0;

	for (size_t i = 0; i < txt->nrr; i++) {
		if (!mta_sts_is_record(txt->rr[i].data))
			continue;
		only = &txt->rr[i];
		n++;
	}
	c->report->presence[PROTO_MTA_STS] = PRESENCE_YES;
	if (n == 0) {
		if (judge_near(c, txt))
			return;
		c->report->presence[PROTO_MTA_STS] = PRESENCE_NONE;
		judge_none(c, txt);
		return;
	}
	if (n > 1) {
		struct finding *f = found(c, RULE_STS_MULTIPLE, txt->name, txt, NULL);

		f->detail = arena_printf(c->arena, "%zu records", n);
		f->fix = mended(c, txt->name, NULL);
		return;
	}
	v->rr = only;
	parse_mta_sts(c->arena, only->data, &m);
	judge_record(c, txt, only, &m);
	if (txt->nchain)
		found(c, RULE_STS_CNAME, txt->name, txt, &txt->chain[0])->detail = arena_printf(
			c->arena, "it leads to %s", txt->chain[txt->nchain - 1].target);
	if (m.valid)
		fetch(c);
}

static const char *const service_words[] = { "mta-sts", NULL };

void check_mta_sts(struct check *c)
{
	const char *name = name_join(c->arena, "_mta-sts", c->domain);
	const struct fact *txt = look_dns(c->look, RR_TXT, name);
	enum presence *presence = &c->report->presence[PROTO_MTA_STS];

	c->report->mta_sts = (struct mta_sts_view){ .fact = txt };
	switch (txt->state) {
	case FACT_OPEN: *presence = PRESENCE_OPEN; break;
	case FACT_LOST:
		*presence = PRESENCE_UNKNOWN;
		unknown(c, name ? name : c->domain, txt);
		break;
	case FACT_NONE:
		*presence = PRESENCE_NONE;
		if (fact_is_dangling(txt) &&
		    control_found_dangling(c, RULE_STS_DANGLING_CNAME, txt, service_words))
			*presence = PRESENCE_YES; /* there should be one */
		else
			judge_none(c, txt);
		break;
	case FACT_SOME: judge_txt(c, txt); break;
	}
}

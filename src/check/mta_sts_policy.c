/* MTA-STS: what the policy host answered, what the policy says, and whether it fits the domain's MX
 * (RFC 8461 3.2, 3.3, 4.1). */
#include "mta_sts_run.h"
#include "name.h"

enum { DAY_S = 86400, WEEK_S = 7 * 86400 };

static const enum rule_id fault_rules[] = {
	[STS_FAULT_VERSION] = RULE_STS_VERSION,   [STS_FAULT_MODE] = RULE_STS_MODE,
	[STS_FAULT_MAX_AGE] = RULE_STS_MAX_AGE,   [STS_FAULT_MAX_AGE_RANGE] = RULE_STS_MAX_AGE,
	[STS_FAULT_NO_MX] = RULE_STS_MX_MISSING,  [STS_FAULT_MX_SYNTAX] = RULE_STS_MX_SYNTAX,
	[STS_FAULT_LINE] = RULE_STS_LINE,         [STS_FAULT_BOM] = RULE_STS_BOM,
	[STS_FAULT_DUP_KEY] = RULE_STS_DUP_KEY,   [STS_FAULT_UNKNOWN_KEY] = RULE_STS_UNKNOWN_KEY,
	[STS_FAULT_TYPO_KEY] = RULE_STS_TYPO_KEY, [STS_FAULT_BLANK_LINE] = RULE_STS_BLANK_LINE,
};

/* The policy, and where it was found. */
struct judging {
	struct check *c;
	const char *host;
	const struct fact *https;
	const struct mta_sts_policy *p;
};

static struct finding *say(const struct judging *j, enum rule_id rule, struct span at)
{
	struct finding *f = found(j->c, rule, j->host, j->https, NULL);

	f->at = at;
	return f;
}

static bool has_fault(const struct mta_sts_policy *p, enum mta_sts_fault code)
{
	for (size_t i = 0; i < p->faults.n; i++)
		if (p->faults.item[i].code == (int)code)
			return true;
	return false;
}

/* ---- what to write instead ---- */

/* The lines that name the domain's MX hosts; NULL while they are not known. */
static const char *mx_lines(struct check *c)
{
	const struct fact *mx = look_dns(c->look, RR_MX, c->domain);
	const char *lines = NULL;

	for (size_t i = 0; i < mx->nrr; i++) {
		if (!name_is_host(mx->rr[i].target))
			continue;
		lines = lines ? arena_printf(c->arena, "%s and \"mx: %s\"", lines, mx->rr[i].target)
			      : arena_printf(c->arena, "add \"mx: %s\"", mx->rr[i].target);
	}
	return lines ? arena_printf(c->arena, "%s, each on a line of its own", lines) : NULL;
}

/* "mx1.example.com." and ".example.com" are easily put right. */
static const char *mended_mx(struct check *c, struct str pattern)
{
	const char *mended;

	while (pattern.n && pattern.p[pattern.n - 1] == '.')
		pattern.n--;
	mended = arena_printf(c->arena, "%s%.*s", pattern.n && pattern.p[0] == '.' ? "*" : "",
			      (int)pattern.n, pattern.p);
	return mta_sts_pattern_fault(str_c(mended)) ? NULL
						    : arena_printf(c->arena, "mx: %s", mended);
}

static const char *mended_mode(struct check *c, struct str value)
{
	static const char *const modes[] = { "enforce", "testing", "none" };

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (str_near(value, modes[i]))
			return arena_printf(c->arena, "mode: %s", modes[i]);
	return "mode: testing";
}

static const char *mended_fault(const struct judging *j, const struct fault *f)
{
	struct str text = str_sub(j->p->text, f->at.at, f->at.len);

	switch ((enum mta_sts_fault)f->code) {
	case STS_FAULT_VERSION: return "version: STSv1";
	case STS_FAULT_MODE: return mended_mode(j->c, text);
	case STS_FAULT_MAX_AGE: return "max_age: 604800";
	case STS_FAULT_MAX_AGE_RANGE: return "max_age: 31557600";
	case STS_FAULT_NO_MX: return mx_lines(j->c);
	case STS_FAULT_MX_SYNTAX: return mended_mx(j->c, text);
	default: return NULL;
	}
}

static void judge_faults(const struct judging *j)
{
	for (size_t i = 0; i < j->p->faults.n; i++) {
		const struct fault *fault = &j->p->faults.item[i];
		struct finding *f = say(j, fault_rules[fault->code], fault->at);

		f->detail = fault->detail;
		f->fix = mended_fault(j, fault);
	}
}

/* ---- the values ---- */

static void judge_values(const struct judging *j)
{
	const struct mta_sts_policy *p = j->p;
	struct finding *f;

	if (p->mode == STS_MODE_TESTING)
		say(j, RULE_STS_TESTING, p->mode_at);
	if (p->mode == STS_MODE_NONE)
		say(j, RULE_STS_MODE_NONE, p->mode_at);
	if (p->max_age_s < 0 || p->max_age_s >= WEEK_S || p->mode == STS_MODE_NONE)
		return;
	f = say(j, p->max_age_s < DAY_S ? RULE_STS_MAX_AGE_SHORT : RULE_STS_MAX_AGE_WEEK,
		p->max_age_at);
	f->detail = arena_printf(j->c->arena, "%lld seconds", (long long)p->max_age_s);
	f->fix = "max_age: 604800";
}

/* ---- the domain's MX ---- */

static bool is_matched(const struct mta_sts_policy *p, const char *host)
{
	for (size_t i = 0; i < p->nmx; i++)
		if (mta_sts_mx_matches(p->mx[i].pattern, host))
			return true;
	return false;
}

/* A pattern that people take to cover this host: "*.example.com" for "a.b.example.com". NULL: none.
 */
static const char *short_pattern(const struct mta_sts_policy *p, const char *host)
{
	for (size_t i = 0; i < p->nmx; i++)
		if (strncmp(p->mx[i].pattern, "*.", 2) == 0 &&
		    name_is_under(host, p->mx[i].pattern + 2))
			return p->mx[i].pattern;
	return NULL;
}

static void judge_host(const struct judging *j, const struct fact *mx, const struct rr *rr,
		       const char *host)
{
	const char *pattern = short_pattern(j->p, host);
	struct arena *a = j->c->arena;
	struct finding *f;

	f = found(j->c,
		  j->p->mode == STS_MODE_ENFORCE ? RULE_STS_MX_NOMATCH
						 : RULE_STS_MX_NOMATCH_TESTING,
		  host, mx, rr);
	if (pattern)
		f->detail = arena_printf(
			a, "the policy has \"mx: %s\", where * stands for exactly one label",
			pattern);
	else if (j->p->nmx == 1)
		f->detail = arena_printf(a, "the policy has only \"mx: %s\"", j->p->mx[0].pattern);
	else
		f->detail = arena_printf(a, "none of the %zu patterns of the policy matches it",
					 j->p->nmx);
	f->fix = arena_printf(
		a, "add the line mx: %s to the policy, and give the record at _mta-sts a new id",
		host);
}

static void judge_extra(const struct judging *j, const struct fact *mx)
{
	for (size_t i = 0; i < j->p->nmx; i++) {
		const struct mta_sts_mx *pattern = &j->p->mx[i];
		bool used = false;

		for (size_t k = 0; k < mx->nrr; k++)
			used = used || mta_sts_mx_matches(pattern->pattern, mx->rr[k].target);
		if (!used)
			say(j, RULE_STS_MX_EXTRA, pattern->at)->detail = arena_printf(
				j->c->arena, "no MX host of the domain matches \"%s\"",
				pattern->pattern);
	}
}

static void judge_mx(const struct judging *j)
{
	struct check *c = j->c;
	const struct fact *mx;

	if (j->p->mode != STS_MODE_ENFORCE && j->p->mode != STS_MODE_TESTING)
		return;
	if (has_fault(j->p, STS_FAULT_MX_SYNTAX) || has_fault(j->p, STS_FAULT_NO_MX))
		return;
	mx = look_dns(c->look, RR_MX, c->domain);
	if (fact_is_open(mx))
		return;
	/* without an MX record the domain itself is the host (RFC 5321 5.1) */
	if (mx->state == FACT_NONE) {
		if (!is_matched(j->p, c->domain))
			judge_host(j, mx, NULL, c->domain);
		return;
	}
	if (mx->state == FACT_LOST) {
		found(c, RULE_STS_UNKNOWN, c->domain, mx, NULL)->detail =
			"whether the policy fits the MX hosts";
		return;
	}
	if (mta_sts_takes_mail(c) == PRESENCE_NONE) {
		say(j, RULE_STS_NULL_MX, (struct span){ 0, 0 });
		return;
	}
	for (size_t i = 0; i < mx->nrr; i++)
		if (name_is_host(mx->rr[i].target) && !is_matched(j->p, mx->rr[i].target))
			judge_host(j, mx, &mx->rr[i], mx->rr[i].target);
	judge_extra(j, mx);
}

/* Without reports nobody hears of the mail that the policy keeps away. */
static void judge_reports(const struct judging *j)
{
	const struct fact *txt = look_dns(j->c->look, RR_TXT,
					  name_join(j->c->arena, "_smtp._tls", j->c->domain));

	if (fact_is_open(txt) || txt->state == FACT_LOST)
		return;
	for (size_t i = 0; i < txt->nrr; i++)
		if (tls_rpt_is_record(txt->rr[i].data))
			return;
	say(j, RULE_STS_NO_TLSRPT, (struct span){ 0, 0 });
}

/* ---- the answer of the policy host ---- */

/* text/plain, whatever parameters follow (3.2). */
static void judge_content_type(const struct judging *j)
{
	struct str type = str_c(j->https->content_type);
	ptrdiff_t semi = str_find(type, ';');

	type = str_trim(semi < 0 ? type : str_sub(type, 0, (size_t)semi));
	if (str_eq_ci(type, S("text/plain")))
		return;
	say(j, RULE_STS_CTYPE, (struct span){ 0, 0 })->detail =
		type.n ? arena_printf(j->c->arena, "it is sent as %.*s",
				      (int)(type.n < 60 ? type.n : 60), type.p)
		       : "it is sent without a type";
}

/* The world showed a bad certificate or no TLS, or more than 64 KiB: that much is known, though the
 * policy is not. What may be the trouble of a moment is not held against the domain. */
static void judge_lost(const struct judging *j)
{
	const struct fact *https = j->https;
	bool tls = https->why == WHY_TLS || https->why == WHY_CERT,
	     large = https->why == WHY_TOO_LARGE;
	struct finding *f;

	f = found(j->c,
		  tls     ? RULE_STS_HTTPS
		  : large ? RULE_STS_SIZE
			  : RULE_STS_UNKNOWN,
		  j->host, https, NULL);
	f->detail = https->detail ? arena_printf(j->c->arena, "%s: %s", fact_why_text(https->why),
						 https->detail)
				  : fact_why_text(https->why);
	if (tls)
		f->fix = arena_printf(
			j->c->arena,
			"give the host a certificate for %s from a public authority, and let it renew by itself",
			j->host);
	if (tls || large)
		f->sure = true;
}

static bool judge_status(const struct judging *j)
{
	int status = j->https->status;

	if (status == 200)
		return true;
	say(j, status >= 300 && status < 400 ? RULE_STS_REDIRECT : RULE_STS_STATUS,
	    (struct span){ 0, 0 })
		->detail = arena_printf(j->c->arena, "HTTP status %d", status);
	return false;
}

void mta_sts_judge_policy(struct check *c, const char *host, const struct fact *https)
{
	struct judging j = { .c = c, .host = host, .https = https };
	struct mta_sts_policy *p;

	if (https->state != FACT_SOME) {
		judge_lost(&j);
		return;
	}
	if (!judge_status(&j))
		return;
	p = ARENA_NEW(c->arena, struct mta_sts_policy);
	parse_mta_sts_policy(c->arena, https->body, p);
	j.p = p;
	c->report->mta_sts.policy = p;
	judge_content_type(&j);
	if (has_fault(p, STS_FAULT_VERSION) && str_starts(str_trim(https->body), S("<"))) {
		/* every line of a web page would be a fault of its own */
		say(&j, RULE_STS_VERSION, (struct span){ 0, 0 })->detail =
			"it is a web page, not a policy";
		return;
	}
	judge_faults(&j);
	judge_values(&j);
	judge_mx(&j);
	judge_reports(&j);
}

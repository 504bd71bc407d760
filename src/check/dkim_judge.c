/* One DKIM key record: its faults, its strength, and what its tags mean for the mail that is signed
 * with it. */
#include <time.h>

#include "dkim_run.h"

enum {
	BITS_MIN = 1024,     /* RFC 8301 3.2: verifiers MUST NOT consider less valid */
	BITS_ADVISED = 2048, /* signers SHOULD use at least this */
	BITS_COMMON = 4096,  /* verifiers need not support more */
	YEARS_OLD = 2,
	DAYS_A_YEAR = 365,
	SHOWN_OF_A_SORT = 2,
};

static const enum rule_id fault_rules[] = {
	[DKIM_FAULT_TAG_SYNTAX] = RULE_DKIM_TAG_SYNTAX,
	[DKIM_FAULT_DUP_TAG] = RULE_DKIM_DUP_TAG,
	[DKIM_FAULT_V_NOT_FIRST] = RULE_DKIM_V_FIRST,
	[DKIM_FAULT_V_VALUE] = RULE_DKIM_V_FIRST,
	[DKIM_FAULT_NO_P] = RULE_DKIM_NO_P,
	[DKIM_FAULT_P_QUOTE] = RULE_DKIM_P_QUOTE,
	[DKIM_FAULT_P_BASE64] = RULE_DKIM_P_BASE64,
	[DKIM_FAULT_P_PADDING] = RULE_DKIM_P_PADDING,
	[DKIM_FAULT_P_PEM] = RULE_DKIM_P_PEM,
	[DKIM_FAULT_P_DER] = RULE_DKIM_P_DER,
	[DKIM_FAULT_P_PKCS1] = RULE_DKIM_P_PKCS1,
	[DKIM_FAULT_P_TRUNCATED] = RULE_DKIM_P_TRUNC,
	[DKIM_FAULT_P_TRAILING] = RULE_DKIM_P_TRAILING,
	[DKIM_FAULT_P_MISMATCH] = RULE_DKIM_KEY_MISMATCH,
	[DKIM_FAULT_ED25519_LEN] = RULE_DKIM_ED25519_LEN,
	[DKIM_FAULT_RSA_EXPONENT] = RULE_DKIM_RSA_EXP,
	[DKIM_FAULT_H_UNKNOWN] = RULE_DKIM_H,
	[DKIM_FAULT_H_SHA1_ONLY] = RULE_DKIM_H,
	[DKIM_FAULT_S_NOT_EMAIL] = RULE_DKIM_S,
	[DKIM_FAULT_T_UNKNOWN] = RULE_DKIM_T_UNKNOWN,
	[DKIM_FAULT_G] = RULE_DKIM_G,
	[DKIM_FAULT_EMPTY_ELEMENT] = RULE_DKIM_EMPTY_ELEMENT,
	[DKIM_FAULT_TAG_CASE] = RULE_DKIM_TAG_CASE,
	[DKIM_FAULT_VALUE_CASE] = RULE_DKIM_VALUE_CASE,
	[DKIM_FAULT_P_PRIVATE] = RULE_DKIM_P_PRIVATE,
	[DKIM_FAULT_P_KNOWN] = RULE_DKIM_P_KNOWN,
	[DKIM_FAULT_RSA_ROCA] = RULE_DKIM_RSA_ROCA,
	[DKIM_FAULT_RSA_EXPONENT_RARE] = RULE_DKIM_RSA_EXP_RARE,
};

/* What is being said, and about which record. */
struct saying {
	struct dkim_run *r;
	const struct dkim_key_view *v;
	const char *name;
};

static struct finding *say(const struct saying *s, enum rule_id rule, struct span at)
{
	struct finding *f = found(s->r->c, rule, s->name, s->v->fact, s->v->rr);

	f->at = at;
	return f;
}

static bool has_fault(const struct dkim_key *key, enum dkim_fault code)
{
	for (size_t i = 0; i < key->faults.n; i++)
		if (key->faults.item[i].code == (int)code)
			return true;
	return false;
}

/* A record of nothing but faults must not become hundreds of findings: of each sort the first two
 * are shown, the first with its mend. */
static void judge_faults(const struct saying *s)
{
	const struct dkim_key *key = s->v->key;
	unsigned char said[sizeof(fault_rules) / sizeof(fault_rules[0])] = { 0 };

	for (size_t i = 0; i < key->faults.n; i++) {
		const struct fault *fault = &key->faults.item[i];
		enum rule_id rule = fault_rules[fault->code];
		struct finding *f;

		if (said[fault->code] == SHOWN_OF_A_SORT)
			continue;
		if (fault->code == DKIM_FAULT_S_NOT_EMAIL && key->tlsrpt_only)
			rule = RULE_DKIM_S_TLSRPT;
		f = say(s, rule, fault->at);
		f->detail = fault->detail;
		if (said[fault->code]++ == 0)
			f->fix = dkim_mend(s->r->c->arena, s->name, key, fault);
	}
}

/* ---- strength ---- */

static void judge_rsa(const struct saying *s)
{
	const struct dkim_key *key = s->v->key;
	enum rule_id rule;

	if (!key->bits || has_fault(key, DKIM_FAULT_P_TRUNCATED) ||
	    has_fault(key, DKIM_FAULT_P_DER))
		return;
	if (key->bits < BITS_MIN)
		rule = RULE_DKIM_RSA_SMALL;
	else if (key->bits < BITS_ADVISED)
		rule = RULE_DKIM_RSA_1024;
	else if (key->bits > BITS_COMMON)
		rule = RULE_DKIM_RSA_LARGE;
	else
		return;
	say(s, rule, key->p->value_at)->detail = arena_printf(s->r->c->arena, "%u bits", key->bits);
}

static void judge_revoked(const struct saying *s)
{
	struct dkim_run *r = s->r;
	struct span at = s->v->key->p->at;

	if (s->v->given && r->c->report->intent == INTENT_AUTO)
		r->open = true;
	else if (s->v->given && r->c->report->intent == INTENT_SENDS)
		say(s, RULE_DKIM_REVOKED_ACTIVE, at);
	else
		say(s, RULE_DKIM_REVOKED, at);
}

/* ---- tags ---- */

static void judge_tags(const struct saying *s)
{
	const struct dkim_key *key = s->v->key;
	const struct tag *t = tags_find(&key->tags, "t"), *n = tags_find(&key->tags, "n");
	struct finding *f;

	if (!key->has_v)
		say(s, RULE_DKIM_V_MISSING, (struct span){ 0, 0 });
	if (key->type == DKIM_OTHER)
		say(s, RULE_DKIM_K, tags_find(&key->tags, "k")->at)->detail = arena_printf(
			s->r->c->arena, "k=%.*s",
			(int)(key->type_text.n < 40 ? key->type_text.n : 40), key->type_text.p);
	if (key->testing) {
		f = say(s, RULE_DKIM_T_Y, t->at);
		f->fix = dkim_mend_untested(s->r->c->arena, s->name, key);
	}
	if (key->strict_i)
		say(s, RULE_DKIM_T_S, t->at);
	if (n)
		say(s, RULE_DKIM_N, n->at)->detail = arena_printf(
			s->r->c->arena, "n= takes %zu octets", (size_t)n->at.len);
}

/* ---- age ---- */

static bool all_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_digit((unsigned char)s.p[i]))
			return false;
	return true;
}

/* Days from 1970 to the first day of a month (Howard Hinnant's days_from_civil). */
static long days_to(long year, unsigned month, unsigned day)
{
	long y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
	long of_year = (153 * (long)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* A run of digits that reads as YYYY, YYYYMM, YYYYMMDD or that with a time behind it: the day it
 * names at the latest; 0: none. */
static long day_named(struct str run, long this_year)
{
	uint32_t y, m = 12, d = 28;

	if (run.n != 4 && run.n != 6 && run.n != 8 && run.n != 12 && run.n != 14)
		return 0;
	if (!str_to_u32(str_sub(run, 0, 4), 9999, &y) || y < 2000 || (long)y > this_year)
		return 0;
	if (run.n >= 6 && (!str_to_u32(str_sub(run, 4, 2), 12, &m) || !m))
		return 0;
	if (run.n >= 8 && (!str_to_u32(str_sub(run, 6, 2), 31, &d) || !d))
		return 0;
	return days_to((long)y, m, d);
}

/* People and mailers date selectors: "20230601", "s202301", "2021". A provider's fixed names, which
 * keep their dates, are left alone when the key is the provider's, behind a CNAME. */
static void judge_age(const struct saying *s)
{
	struct str name = str_c(s->v->selector);
	long today = (long)(s->r->c->now_s / 86400), this_year;
	time_t now = (time_t)s->r->c->now_s;
	struct tm tm;

	if (s->v->cname || !gmtime_r(&now, &tm))
		return;
	this_year = tm.tm_year + 1900;
	for (size_t i = 0; i < name.n;) {
		size_t n = 0;
		long day;

		while (i + n < name.n && all_digits(str_sub(name, i + n, 1)))
			n++;
		day = day_named(str_sub(name, i, n), this_year);
		if (day && today - day > YEARS_OLD * DAYS_A_YEAR) {
			say(s, RULE_DKIM_OLD, (struct span){ 0, 0 })->detail = arena_printf(
				s->r->c->arena, "if its name tells its age, it is %ld years old",
				(today - day) / DAYS_A_YEAR);
			return;
		}
		i += n ? n : 1;
	}
}

/* ---- the whole ---- */

void dkim_judge_key(struct dkim_run *r, const struct dkim_key_view *v, const char *name)
{
	const struct saying s = { r, v, name };
	const struct dkim_key *key = v->key;

	judge_faults(&s);
	r->live += !key->revoked;
	if (key->p && key->revoked) {
		judge_revoked(&s);
		return;
	}
	if (key->type == DKIM_RSA)
		judge_rsa(&s);
	judge_tags(&s);
	judge_age(&s);
	if (v->cname)
		say(&s, RULE_DKIM_CNAME, (struct span){ 0, 0 })->detail =
			v->provider ? arena_printf(r->c->arena, "the key stands at %s (%s)",
						   v->cname, v->provider)
				    : arena_printf(r->c->arena, "the key stands at %s", v->cname);
	r->rsa += key->usable && key->type == DKIM_RSA;
	r->ed25519 += key->usable && key->type == DKIM_ED25519;
}

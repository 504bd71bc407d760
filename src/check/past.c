/* What earlier audits saw, held against this one; and what this one saw, for later ones.
 *
 *   1. What is not decided in this step, or could not be had, is neither seen nor gone: later
 * audits hold themselves against the last that knew.
 *   2. A key that vanished and an include with other addresses are told of once, by the audit that
 * finds them so; a policy whose id stayed the same, as long as senders may have the old one; a key
 * that stays the same, as long as it does. */
#include <stdlib.h>

#include "buf.h"
#include "mend.h"
#include "mta_sts.h"
#include "name.h"
#include "past_parts.h"

enum {
	DAY_S = 24 * 3600,
	UNCHANGED_S = 2 * 365 * DAY_S,
	VALUE_MAX = 256 * 1024,
};

/* ---- what all share ---- */

void past_saw(struct check *c, enum past_kind kind, const char *key, const char *value)
{
	struct past_view *v = &c->report->seen;

	v->item = arena_grow(c->arena, v->item, v->n, &v->cap, sizeof(*v->item));
	v->item[v->n++] = (struct past_seen){ kind, key, value };
}

bool past_has_seen(const struct check *c, enum past_kind kind, const char *key)
{
	const struct past_view *v = &c->report->seen;

	for (size_t i = 0; i < v->n; i++)
		if (v->item[i].kind == kind && strcmp(v->item[i].key, key) == 0)
			return true;
	return false;
}

const struct past_item *past_last(const struct check *c, enum past_kind kind, const char *key)
{
	for (size_t i = 0; i < c->wish->past->n; i++) {
		const struct past_item *p = &c->wish->past->item[i];

		if (p->kind == kind && !p->gone_s && strcmp(p->key, key) == 0)
			return p;
	}
	return NULL;
}

int past_by_text(const void *x, const void *y)
{
	return strcmp(*(const char *const *)x, *(const char *const *)y);
}

struct str past_next_word(struct str *s)
{
	ptrdiff_t blank = str_find(*s, ' ');
	struct str word = blank < 0 ? *s : str_sub(*s, 0, (size_t)blank);

	*s = blank < 0 ? S("") : str_from(*s, (size_t)blank + 1);
	return word;
}

/* ---- DKIM ---- */

static const char *without_blanks(struct check *c, struct str s)
{
	char *text = arena_alloc(c->arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (!is_wsp(s.p[i]) && s.p[i] != '\r' && s.p[i] != '\n')
			text[n++] = s.p[i];
	text[n] = 0;
	return text;
}

static void check_unchanged(struct check *c, const struct dkim_key_view *v, const char *value)
{
	const struct past_item *p = past_last(c, PAST_DKIM, v->selector);
	struct finding *f;

	if (!p || strcmp(p->value, value) != 0 || c->now_s - p->first_s < UNCHANGED_S)
		return;
	f = found(c, RULE_DKIM_UNCHANGED, v->fact->name, v->fact, v->rr);
	f->detail = arena_printf(c->arena, "it has been there since %s at least",
				 arena_day(c->arena, p->first_s));
	if (v->cname)
		f->fix = arena_printf(
			c->arena, "the key is kept at %s: have it changed by whose name that is",
			v->cname);
}

static void see_keys(struct check *c)
{
	const struct dkim_view *d = &c->report->dkim;

	for (size_t i = 0; i < d->nkeys; i++) {
		const struct dkim_key_view *v = &d->keys[i];
		const char *value;

		if (!v->key || !v->key->p || v->key->revoked || d->wildcard == PRESENCE_YES)
			continue;
		value = without_blanks(c, v->key->p->value);
		check_unchanged(c, v, value);
		past_saw(c, PAST_DKIM, v->selector, value);
	}
}

/* Those that are there now and came later than the key that is gone; NULL: none. */
static const char *newer_selectors(struct check *c, const struct past_item *gone)
{
	const char *all = NULL;

	for (size_t i = 0; i < c->report->seen.n; i++) {
		const struct past_seen *s = &c->report->seen.item[i];
		const struct past_item *p = past_last(c, PAST_DKIM, s->key);

		if (s->kind != PAST_DKIM || !s->value || (p && p->first_s <= gone->first_s))
			continue;
		all = all ? arena_printf(c->arena, "%s, %s", all, s->key) : s->key;
	}
	return all;
}

static bool is_given(const struct check *c, const char *selector)
{
	for (size_t i = 0; i < c->report->dkim.nkeys; i++)
		if (strcmp(c->report->dkim.keys[i].selector, selector) == 0)
			return true;
	for (size_t i = 0; i < c->wish->nselectors; i++)
		if (strcmp(c->wish->selectors[i], selector) == 0)
			return true;
	return false;
}

/* A selector that is said to be in use has a finding of its own, and so has a revoked key. */
static void check_gone(struct check *c, const struct past_item *p)
{
	const char *name = name_join(c->arena, p->key,
				     arena_printf(c->arena, "_domainkey.%s", c->domain)),
		   *newer = newer_selectors(c, p);
	const struct fact *f = look_dns(c->look, RR_TXT, name);
	struct finding *x;

	if (fact_is_open(f) || f->state == FACT_LOST || past_has_seen(c, PAST_DKIM, p->key))
		return;
	past_saw(c, PAST_DKIM, p->key, NULL);
	if (is_given(c, p->key))
		return;
	x = found(c, newer ? RULE_DKIM_RETIRED : RULE_DKIM_VANISHED, name, f, NULL);
	x->detail = arena_printf(c->arena, "selector %s had one from %s to %s at least%s%s", p->key,
				 arena_day(c->arena, p->first_s), arena_day(c->arena, p->last_s),
				 newer ? "; newer: " : "", newer ? newer : "");
	if (!newer)
		x->fix = arena_printf(
			c->arena,
			"if mail is still signed with it, publish it again: %s. IN TXT \"v=DKIM1; p=%s\"",
			name, p->value);
}

static void check_keys(struct check *c)
{
	const struct past *past = c->wish->past;

	see_keys(c);
	for (size_t i = 0; i < past->n; i++)
		if (past->item[i].kind == PAST_DKIM && !past->item[i].gone_s)
			check_gone(c, &past->item[i]);
}

/* ---- MTA-STS ---- */

/* "enforce 604800 mx1.example.com mx2.example.com" */
static const char *policy_value(struct check *c, const struct mta_sts_policy *policy)
{
	const char **mx = arena_array(c->arena, policy->nmx, sizeof(*mx)), *value;
	struct buf b;

	for (size_t i = 0; i < policy->nmx; i++)
		mx[i] = policy->mx[i].pattern;
	if (policy->nmx > 1)
		qsort(mx, policy->nmx, sizeof(*mx), past_by_text);
	buf_init(&b, VALUE_MAX);
	buf_addf(&b, "%s %lld", mta_sts_mode_name(policy->mode), (long long)policy->max_age_s);
	for (size_t i = 0; i < policy->nmx; i++)
		buf_addf(&b, " %s", mx[i]);
	value = b.failed ? NULL : arena_strndup(c->arena, b.p, b.n);
	buf_free(&b);
	return value;
}

/* "mode testing became enforce; the mx lines are others" */
static const char *policy_change(struct check *c, const char *before, const char *after)
{
	static const char *const what[] = { "mode", "max_age" };
	struct str x = str_c(before), y = str_c(after);
	const char *text = "";

	for (size_t i = 0; i < 2; i++) {
		struct str v = past_next_word(&x), w = past_next_word(&y);

		if (!str_eq(v, w))
			text = arena_printf(c->arena, "%s%s%s %.*s became %.*s", text,
					    *text ? ", " : "", what[i], (int)v.n, v.p, (int)w.n,
					    w.p);
	}
	if (!str_eq(x, y))
		text = arena_printf(c->arena, "%s%sother mx lines", text, *text ? ", " : "");
	return text;
}

/* Seconds that a sender may keep the policy of a value. */
static int64_t max_age(const char *value)
{
	struct str rest = str_c(value), word;
	uint32_t age = 0;

	past_next_word(&rest);
	word = past_next_word(&rest);
	return str_to_u32(word, UINT32_MAX, &age) ? age : 0;
}

/* The newest policy that had the same id, is another one, and that some sender may still keep. */
static const struct past_item *same_id(const struct check *c, const char *id, const char *value)
{
	const struct past_item *found = NULL;

	for (size_t i = 0; i < c->wish->past->n; i++) {
		const struct past_item *p = &c->wish->past->item[i];

		if (p->kind != PAST_STS || strcmp(p->key, id) != 0 ||
		    strcmp(p->value, value) == 0 ||
		    (p->gone_s ? p->gone_s : c->now_s) + max_age(p->value) <= c->now_s)
			continue;
		if (!found || p->last_s > found->last_s)
			found = p;
	}
	return found;
}

static void check_policy(struct check *c)
{
	const struct mta_sts_view *v = &c->report->mta_sts;
	const struct past_item *old;
	const char *id, *value;
	struct mta_sts record;
	struct finding *f;

	if (!v->rr || !v->policy || !v->policy->valid)
		return;
	parse_mta_sts(c->arena, v->rr->data, &record);
	id = arena_strndup(c->arena, record.id.p, record.id.n);
	value = policy_value(c, v->policy);
	if (!value)
		return;
	past_saw(c, PAST_STS, id, value);
	old = same_id(c, id, value);
	if (!old)
		return;
	f = found(c, RULE_STS_ID_UNCHANGED, v->fact->name, v->fact, v->rr);
	f->at = (struct span){ (uint32_t)(record.id.p - record.text.p), (uint32_t)record.id.n };
	f->detail = arena_printf(c->arena, "%s since %s", policy_change(c, old->value, value),
				 arena_day(c->arena, old->last_s));
	f->fix = mend_txt(c->arena, v->fact->name,
			  str_c(arena_time(c->arena, "v=STSv1; id=%Y%m%dT%H%M%S", c->now_s)));
}

void check_past(struct check *c)
{
	if (!c->wish->past)
		return;
	check_keys(c);
	check_policy(c);
}

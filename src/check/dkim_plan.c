/* Which selectors to ask for. There is no list of a domain's selectors in DNS, so besides those
 * that the user names there is nothing but to try those that are in use; where the domain's mail
 * goes through a known provider, its selectors come first.
 *
 * Where the domain's zone is at hand, its selectors are known, all of them, and nothing is guessed.
 *
 * The questions of one step go out together, and all but those of an inferred provider do not
 * depend on any answer. */
#include <time.h>

#include "dkim_run.h"
#include "name.h"
#include "selectors.h"

enum { YEARS = 3 /* 2026, 2025, 2024: a common choice */ };

static void add(struct check *c, struct dkim_plan *plan, struct dkim_probe p)
{
	for (size_t i = 0; i < plan->special; i++) {
		struct dkim_probe *old = &plan->item[i];

		if (strcmp(old->selector, p.selector) != 0)
			continue;
		if (!old->provider)
			old->provider = p.provider;
		old->in_zone |= p.in_zone;
		return;
	}
	p.name = name_join(c->arena, p.selector, plan->parent);
	plan->item = arena_grow(c->arena, plan->item, plan->n, &plan->cap, sizeof(*plan->item));
	plan->item[plan->n++] = p;
}

static void add_words(struct check *c, struct dkim_plan *plan, const char *list,
		      const char *provider)
{
	struct str word;

	while (dkim_next_word(&list, &word))
		add(c, plan,
		    (struct dkim_probe){ .selector = arena_strndup(c->arena, word.p, word.n),
					 .provider = provider });
}

/* People also paste the whole name, "s1._domainkey.example.com". */
static void add_given(struct check *c, struct dkim_plan *plan, const char *selector)
{
	struct str s = str_trim(str_c(selector));
	ptrdiff_t tail = str_find_str_ci(s, S("._domainkey"));
	const char *name = name_from_text(c->arena, tail > 0 ? str_sub(s, 0, (size_t)tail) : s);

	plan->special = plan->n;
	add(c, plan,
	    (struct dkim_probe){ .selector = name ? name : arena_strndup(c->arena, s.p, s.n),
				 .given = true });
	if (!name && plan->n > plan->special)
		plan->item[plan->n - 1].name = NULL;
	plan->special = plan->n;
}

/* ---- providers that the domain's MX and SPF give away ---- */

static bool mx_reveals(const struct fact *mx, const struct dkim_provider *p)
{
	for (size_t i = 0; i < mx->nrr; i++)
		if (mx->rr[i].target && dkim_is_below_any(mx->rr[i].target, p->mx))
			return true;
	return false;
}

/* The names that the domain's SPF record includes; NULL at the end. */
static const char **spf_includes(struct check *c, const struct fact *txt)
{
	const char **names = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; i < txt->nrr; i++) {
		struct spf spf;

		if (!spf_is_record(txt->rr[i].data))
			continue;
		parse_spf(c->arena, txt->rr[i].data, &spf);
		for (size_t k = 0; k < spf.n; k++) {
			const struct spf_term *t = &spf.term[k];
			const char *name;

			if ((t->kind != SPF_INCLUDE && t->kind != SPF_REDIRECT) || t->has_macro)
				continue;
			name = name_from_text(c->arena, t->domain);
			if (!name)
				continue;
			names = arena_grow(c->arena, names, n, &cap, sizeof(*names));
			names[n++] = name;
		}
	}
	names = arena_grow(c->arena, names, n, &cap, sizeof(*names));
	names[n] = NULL;
	return names;
}

static bool spf_reveals(const char *const *includes, const struct dkim_provider *p)
{
	for (size_t i = 0; includes[i]; i++)
		if (dkim_is_below_any(includes[i], p->spf))
			return true;
	return false;
}

/* OPEN and LOST facts have no records: they reveal nothing. */
static void add_inferred(struct check *c, struct dkim_plan *plan)
{
	const struct fact *mx = look_dns(c->look, RR_MX, c->domain);
	const char **includes = spf_includes(c, look_dns(c->look, RR_TXT, c->domain));

	for (size_t i = 0; i < dkim_nproviders; i++) {
		const struct dkim_provider *p = &dkim_providers[i];

		if (!mx_reveals(mx, p) && !spf_reveals(includes, p))
			continue;
		add_words(c, plan, p->shared, p->name);
		plan->special = plan->n;
		add_words(c, plan, p->own, p->name);
		add_words(c, plan, p->rare, p->name);
		plan->special = plan->n;
	}
}

/* Those that had a key at an earlier audit. */
static void add_past(struct check *c, struct dkim_plan *plan)
{
	const struct past *past = c->wish->past;

	for (size_t i = 0; past && i < past->n; i++) {
		const struct past_item *p = &past->item[i];

		if (p->kind != PAST_DKIM || p->gone_s)
			continue;
		plan->special = plan->n;
		add(c, plan, (struct dkim_probe){ .selector = p->key });
	}
	plan->special = plan->n;
}

static void add_years(struct check *c, struct dkim_plan *plan)
{
	time_t now = (time_t)c->now_s;
	struct tm tm;

	if (!gmtime_r(&now, &tm))
		return;
	for (int i = 0; i < YEARS; i++)
		add(c, plan,
		    (struct dkim_probe){
			    .selector = arena_printf(c->arena, "%d", tm.tm_year + 1900 - i) });
}

void dkim_plan(struct check *c, struct dkim_plan *out)
{
	*out = (struct dkim_plan){ .parent = arena_printf(c->arena, "_domainkey.%s", c->domain) };
	for (size_t i = 0; i < c->wish->nselectors; i++)
		add_given(c, out, c->wish->selectors[i]);
	for (size_t i = 0; i < c->wish->nzone_selectors; i++)
		add(c, out,
		    (struct dkim_probe){ .selector = c->wish->zone_selectors[i], .in_zone = true });
	add_past(c, out);
	if (c->wish->discover == DISCOVER_NONE || c->wish->dkim_zone)
		return;
	add_inferred(c, out);
	add_words(c, out, dkim_selectors_short, NULL);
	if (c->wish->discover == DISCOVER_SHORT)
		return;
	add_words(c, out, dkim_selectors_usual, NULL);
	for (size_t i = 0; i < dkim_nproviders; i++)
		add_words(c, out, dkim_providers[i].own, dkim_providers[i].name);
	add_years(c, out);
}

const char *dkim_provider_of(const struct dkim_probe *p, const char *target)
{
	for (size_t i = 0; target && i < dkim_nproviders; i++)
		if (dkim_is_below_any(target, dkim_providers[i].cname))
			return dkim_providers[i].name;
	if (p->provider || target)
		return p->provider;
	for (size_t i = 0; i < dkim_nproviders; i++) {
		const char *list = dkim_providers[i].own;
		struct str word;

		while (dkim_next_word(&list, &word))
			if (str_eq(word, str_c(p->selector)))
				return dkim_providers[i].name;
	}
	return NULL;
}

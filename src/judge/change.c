/* A report against the last one of the same domain. See change.h. */
#include "change.h"

static const char *when(struct arena *a, int64_t since_s)
{
	return arena_time(a, "%Y-%m-%d %H:%M UTC", since_s);
}

/* The last audit carries all that was ever known, so what it has not is news; at a first audit all
 * is. */
static bool is_news(const struct diff_finding *x)
{
	return x->kind == DIFF_INHERITED ||
	       (x->kind == DIFF_UNDECIDED && !x->hidden && !x->before && x->after->sure);
}

static bool is_over(const struct diff_finding *x)
{
	return !x->after && rule_is_event(x->before->rule);
}

static void settle(struct change *c)
{
	struct diff *d = &c->diff;
	size_t n = 0;

	for (size_t i = 0; i < d->n; i++) {
		struct diff_finding x = d->item[i];

		d->count[x.kind]--;
		if (is_over(&x))
			continue;
		x.kind = is_news(&x) ? DIFF_NEW : x.kind;
		d->count[x.kind]++;
		d->item[n++] = x;
	}
	d->n = n;
	diff_sort(d);
}

static void carry(struct arena *a, struct change *c)
{
	const struct diff *d = &c->diff;

	c->carried = arena_array(a, d->count[DIFF_UNDECIDED], sizeof(*c->carried));
	for (size_t i = 0; i < d->n; i++) {
		const struct diff_finding *x = &d->item[i];

		if (x->kind == DIFF_UNDECIDED && !x->hidden && x->before && x->before->sure)
			c->carried[c->ncarried++] = x->before;
	}
}

void change_none(struct arena *a, int64_t since_s, const struct report *after, struct change *out)
{
	*out = (struct change){ .since_s = since_s,
				.diff = { .domain = after->domain,
					  .since = when(a, since_s),
					  .before = after,
					  .after = after } };
}

void change_since(struct arena *a, const struct report *before, int64_t since_s,
		  const struct report *after, struct change *out)
{
	*out = (struct change){ .first = !before, .since_s = since_s };
	diff_reports(a, before, after, &out->diff);
	out->diff.since = when(a, since_s);
	settle(out);
	carry(a, out);
}

bool change_tells(const struct change *c, bool notes)
{
	const struct diff *d = &c->diff;

	if (d->nfate)
		return true;
	for (size_t i = 0; i < d->n; i++) {
		const struct diff_finding *x = &d->item[i];
		const struct finding *f = x->after ? x->after : x->before;

		if ((x->kind == DIFF_NEW || x->kind == DIFF_GONE) && !f->offline &&
		    (notes || rules[f->rule].severity > SEV_INFO || rule_is_event(f->rule)))
			return true;
	}
	return false;
}

enum change_kind change_kind(const struct change *c)
{
	enum change_kind kind = CHANGE_NONE;

	if (c->first)
		return CHANGE_FIRST;
	for (size_t i = 0; i < c->diff.n; i++) {
		const struct diff_finding *x = &c->diff.item[i];
		const struct finding *f = x->after ? x->after : x->before;

		if (rules[f->rule].severity == SEV_INFO || f->offline)
			continue;
		if (x->kind == DIFF_NEW)
			return CHANGE_WORSE;
		if (x->kind == DIFF_GONE)
			kind = CHANGE_BETTER;
	}
	return kind;
}

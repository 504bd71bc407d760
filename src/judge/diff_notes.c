/* What a change does to the records that mail needs, whether or not anything is wrong with them:
 * what whoever approves it wants to have seen. */
#include "diff.h"

#include <stdlib.h>

#include "buf.h"
#include "name.h"
#include "spf.h"

enum { TEXT_MAX = 1024, NOTES_MAX = 64 };

static void note(struct arena *a, struct diff *d, const char *text)
{
	if (!d->note)
		d->note = arena_array(a, NOTES_MAX, sizeof(*d->note));
	if (d->nnote < NOTES_MAX)
		d->note[d->nnote++] = text;
}

static const char *text_of(struct arena *a, struct buf *b)
{
	const char *s = b->n ? arena_strndup(a, b->p, b->n) : "none";

	buf_free(b);
	return s;
}

/* Longer lists are cut. */
static void list(struct buf *b, struct str s)
{
	if (b->n + s.n + 8 < TEXT_MAX)
		buf_addf(b, "%s%.*s", b->n ? ", " : "", (int)s.n, s.p);
	else if (!str_ends_ci(buf_str(b), S(" ...")))
		buf_adds(b, " ...");
}

/* ---- MX ---- */

static const char *mx_text(struct arena *a, const struct report *r)
{
	struct buf b;

	if (r->mx.fact->state == FACT_LOST)
		return arena_printf(a, "those of %s",
				    r->mx.fact->chain[r->mx.fact->nchain - 1].target);
	if (r->mx.null_mx)
		return "null MX";
	buf_init(&b, 2 * TEXT_MAX);
	for (size_t i = 0; !r->mx.implicit && i < r->mx.nhost; i++)
		list(&b,
		     str_c(arena_printf(a, "%u %s", r->mx.host[i].preference, r->mx.host[i].name)));
	return text_of(a, &b);
}

static bool knows_mx(const struct report *r)
{
	return r->mx.fact && (r->mx.fact->state != FACT_LOST || r->mx.fact->nchain);
}

static void note_mx(struct arena *a, struct diff *d)
{
	const char *before, *after;

	if (!knows_mx(d->before) || !knows_mx(d->after))
		return;
	before = mx_text(a, d->before);
	after = mx_text(a, d->after);
	if (strcmp(before, after) != 0)
		note(a, d, arena_printf(a, "MX: %s -> %s", before, after));
}

/* ---- SPF: terms ---- */

static bool has_term(const struct spf *spf, struct str text)
{
	for (size_t i = 0; i < spf->n; i++)
		if (str_eq_ci(spf->term[i].text, text))
			return true;
	return false;
}

static const char *terms_without(struct arena *a, const struct spf *spf, const struct spf *other)
{
	struct buf b;

	buf_init(&b, 2 * TEXT_MAX);
	for (size_t i = 0; i < spf->n && b.n < TEXT_MAX - 8; i++)
		if (!has_term(other, spf->term[i].text))
			list(&b, spf->term[i].text);
	return text_of(a, &b);
}

static void note_spf(struct arena *a, struct diff *d)
{
	const struct spf_view *x = &d->before->spf, *y = &d->after->spf;
	const char *gone, *new;

	if (!x->fact || !y->fact || x->fact->state == FACT_LOST || y->fact->state == FACT_LOST)
		return;
	if (!x->nrecords != !y->nrecords)
		note(a, d, x->nrecords ? "SPF record removed" : "SPF record added");
	if (x->nrecords != 1 || y->nrecords != 1 || !x->root || !y->root)
		return;
	gone = terms_without(a, x->root->spf, y->root->spf);
	new = terms_without(a, y->root->spf, x->root->spf);
	if (strcmp(gone, "none") != 0 || strcmp(new, "none") != 0)
		note(a, d, arena_printf(a, "SPF terms: %s -> %s", gone, new));
}

/* ---- DMARC ---- */

static const char *policy_text(const struct report *r)
{
	static const char *const names[] = {
		[DMARC_NONE] = "none", [DMARC_QUARANTINE] = "quarantine", [DMARC_REJECT] = "reject"
	};

	if (!r->dmarc.record)
		return r->presence[PROTO_DMARC] == PRESENCE_NONE ? "no record" : NULL;
	return names[r->dmarc.effective_policy];
}

static void note_dmarc(struct arena *a, struct diff *d)
{
	const char *before = policy_text(d->before), *after = policy_text(d->after);

	if (d->before->dmarc.record && !d->before->dmarc.inherited &&
	    d->after->presence[PROTO_DMARC] == PRESENCE_UNKNOWN)
		note(a, d,
		     "DMARC record removed: whether one above it counts instead is not known");
	else if (before && after && strcmp(before, after) != 0)
		note(a, d, arena_printf(a, "DMARC policy for its mail: %s -> %s", before, after));
}

/* ---- DKIM: keys at selectors ---- */

static const char *selector_of(struct arena *a, const struct fact *f, const char *domain)
{
	if (f->kind != ASK_DNS || f->type != RR_TXT)
		return NULL;
	return name_before(a, f->name, name_join(a, "_domainkey", domain));
}

static bool is_there(const struct fact *f)
{
	return f && (f->state == FACT_SOME || (f->state == FACT_LOST && f->nchain));
}

/* Selectors that only `facts` knows; `others` knows of all that are there. */
static const char *selectors_without(struct arena *a, const char *domain, const struct facts *facts,
				     const struct facts *others)
{
	struct buf b;

	buf_init(&b, 2 * TEXT_MAX);
	for (size_t i = 0; i < facts->n; i++) {
		const struct fact *f = facts->all[i];
		const char *selector = is_there(f) ? selector_of(a, f, domain) : NULL;

		if (selector && !is_there(facts_find(others, f->kind, f->type, f->name)))
			list(&b, str_c(selector));
	}
	return text_of(a, &b);
}

static int by_selector(const void *x, const void *y)
{
	return strcmp((*(const struct dkim_key_view *const *)x)->selector,
		      (*(const struct dkim_key_view *const *)y)->selector);
}

static const struct dkim_key_view **sorted_keys(struct arena *a, const struct dkim_view *v)
{
	const struct dkim_key_view **key = arena_array(a, v->nkeys, sizeof(*key));

	for (size_t i = 0; i < v->nkeys; i++)
		key[i] = &v->keys[i];
	if (v->nkeys)
		qsort(key, v->nkeys, sizeof(*key), by_selector);
	return key;
}

/* Keys are compared without the blanks that may stand in them. */
static bool same_key(struct str x, struct str y)
{
	size_t i = 0, k = 0;

	for (;;) {
		while (i < x.n && is_wsp(x.p[i]))
			i++;
		while (k < y.n && is_wsp(y.p[k]))
			k++;
		if (i == x.n || k == y.n)
			return i == x.n && k == y.n;
		if (x.p[i++] != y.p[k++])
			return false;
	}
}

/* Keys at the same selector with another p=; `revoked`: with an empty one. */
static void note_replaced(struct arena *a, struct diff *d, bool revoked)
{
	const struct dkim_key_view **before = sorted_keys(a, &d->before->dkim),
				   **after = sorted_keys(a, &d->after->dkim);
	struct buf b;

	buf_init(&b, 2 * TEXT_MAX);
	for (size_t i = 0, k = 0; i < d->before->dkim.nkeys; i++) {
		const struct dkim_key_view *x = before[i], *y;

		while (k < d->after->dkim.nkeys && by_selector(&after[k], &x) < 0)
			k++;
		y = k < d->after->dkim.nkeys && by_selector(&after[k], &x) == 0 ? after[k] : NULL;
		if (y && x->key && y->key && x->key->p && y->key->p && y->key->revoked == revoked &&
		    !same_key(x->key->p->value, y->key->p->value))
			list(&b, str_c(x->selector));
	}
	if (b.n)
		note(a, d,
		     arena_printf(a, "DKIM key %s: %.*s: what the old one signed fails",
				  revoked ? "revoked" : "replaced", (int)b.n, b.p));
	buf_free(&b);
}

static void note_dkim(struct arena *a, struct diff *d, const struct facts *before,
		      const struct facts *after)
{
	const char *gone, *new;

	if (!d->before->dkim.in_zone || !d->after->dkim.in_zone)
		return;
	gone = selectors_without(a, d->domain, before, after);
	new = selectors_without(a, d->domain, after, before);
	if (strcmp(gone, "none") != 0)
		note(a, d,
		     arena_printf(a, "DKIM selector removed: %s: what is signed with it fails",
				  gone));
	if (strcmp(new, "none") != 0)
		note(a, d, arena_printf(a, "DKIM selector added: %s", new));
	note_replaced(a, d, false);
	note_replaced(a, d, true);
}

/* ---- MTA-STS, TLS-RPT ---- */

static bool is_removed(const struct diff *d, enum proto proto)
{
	return d->before->presence[proto] == PRESENCE_YES &&
	       d->after->presence[proto] == PRESENCE_NONE;
}

static void note_tls(struct arena *a, struct diff *d)
{
	if (d->before->mta_sts.fact && d->after->mta_sts.fact &&
	    d->before->mta_sts.fact->state == FACT_SOME &&
	    d->after->mta_sts.fact->state == FACT_NONE)
		note(a, d,
		     "MTA-STS record removed: senders keep the old policy up to its max_age, unless one in mode none comes first");
	if (is_removed(d, PROTO_TLS_RPT))
		note(a, d, "TLS-RPT record removed: no more reports on TLS");
}

void diff_notes(struct arena *a, struct diff *d, const struct facts *before,
		const struct facts *after)
{
	if (!d->before || !d->after)
		return;
	note_mx(a, d);
	note_spf(a, d);
	note_dkim(a, d, before, after);
	note_dmarc(a, d);
	note_tls(a, d);
}

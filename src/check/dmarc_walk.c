#include "dmarc_walk.h"
#include "name.h"
#include "psl.h"

void dmarc_stop_read(struct arena *a, struct dmarc_stop *s)
{
	s->nrecords = 0;
	s->rr = NULL;
	s->record = NULL;
	for (size_t i = 0; s->fact && i < s->fact->nrr; i++) {
		if (dmarc_is_record(s->fact->rr[i].data)) {
			s->nrecords++;
			s->rr = &s->fact->rr[i];
		}
	}
	if (s->nrecords == 1) {
		struct dmarc *d = ARENA_NEW(a, struct dmarc);

		parse_dmarc(a, s->rr->data, d);
		s->record = d;
	} else {
		s->rr = NULL;
	}
}

const struct dmarc_stop *dmarc_walk_at(const struct dmarc_walk *w, const char *domain)
{
	for (size_t i = 0; i < w->n; i++) {
		if (strcmp(w->stop[i].domain, domain) == 0)
			return &w->stop[i];
	}
	return NULL;
}

/* A record with psd=y or psd=n ends the walk, so only the last stop can hold one. */
const struct dmarc_stop *dmarc_walk_psd(const struct dmarc_walk *w)
{
	const struct dmarc_stop *last = w->n > 1 ? &w->stop[w->n - 1] : NULL;

	return last && last->record && last->record->psd == 'y' ? last : NULL;
}

/* RFC 9989 4.10.2, rules 1 to 3 and the sentence behind them. */
static const char *organizational_domain(const struct dmarc_walk *w)
{
	const char *start = w->stop[0].domain;
	const struct dmarc_stop *psd = dmarc_walk_psd(w);

	if (psd)
		return name_tail(start, name_labels(psd->domain) + 1);
	for (size_t i = w->n; i > 0; i--) {
		if (w->stop[i - 1].record)
			return w->stop[i - 1].domain;
	}
	return start;
}

static size_t walk_names(const char *start, const char *name[DMARC_WALK_MAX])
{
	unsigned labels = name_labels(start);
	size_t n = 0;

	name[n++] = start;
	labels = labels < DMARC_WALK_MAX ? labels - (labels > 0) : DMARC_WALK_MAX - 1;
	for (; labels > 0; labels--)
		name[n++] = name_tail(start, labels);
	return n;
}

/* Is this answer lost to the walk? Offline, what a public suffix says is outside of what the user
 * wished to know: PSDs that publish DMARC say psd=y (RFC 9989 5.2 requires it), and leave the
 * organizational domain where it is without them. */
static bool is_lost(const struct dmarc_stop *s)
{
	if (!s->fact || s->fact->state != FACT_LOST)
		return false;
	return !(fact_is_offline(s->fact) && psl_is_suffix(s->domain));
}

void dmarc_walk(struct arena *a, struct look *l, const char *domain, struct dmarc_walk *out)
{
	const char *name[DMARC_WALK_MAX];
	size_t n = walk_names(domain, name);

	*out = (struct dmarc_walk){ .state = DMARC_WALK_KNOWN, .only_suffixes_lost = true };
	for (size_t i = 0; i < n; i++) {
		struct dmarc_stop *s = &out->stop[i];

		s->domain = name[i];
		s->at = name_join(a, "_dmarc", name[i]);
		s->fact = s->at ? look_dns(l, RR_TXT, s->at) : NULL;
	}
	while (out->n < n) {
		struct dmarc_stop *s = &out->stop[out->n++];

		if (s->fact && fact_is_open(s->fact)) {
			out->state = DMARC_WALK_OPEN;
			return;
		}
		dmarc_stop_read(a, s);
		if (is_lost(s)) {
			out->lost = out->lost ? out->lost : s->fact;
			out->only_suffixes_lost = out->only_suffixes_lost &&
						  psl_is_suffix(s->domain);
		}
		if (s->record && s->record->psd != 'u')
			break;
	}
	if (out->lost)
		out->state = DMARC_WALK_LOST;
	else
		out->org = organizational_domain(out);
}

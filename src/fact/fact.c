#include "fact.h"

#include <stdlib.h>

static const struct {
	const char *word;
	const char *text;
} whys[WHY_COUNT] = {
#define X(id, word, text) [id] = { word, text },
	FACT_WHYS(X)
#undef X
};

const char *fact_why_word(enum fact_why w)
{
	return whys[w].word;
}

const char *fact_why_text(enum fact_why w)
{
	return whys[w].text;
}

bool fact_why_from(struct str word, enum fact_why *out)
{
	for (unsigned i = 0; i < WHY_COUNT; i++)
		if (str_eq(word, str_c(whys[i].word))) {
			*out = (enum fact_why)i;
			return true;
		}
	return false;
}

const char *fact_question_text(struct arena *a, const struct fact *f)
{
	if (f->kind == ASK_HTTPS)
		return arena_printf(a, "https://%s%s", f->name,
				    f->at ? f->at : "/.well-known/mta-sts.txt");
	if (f->kind == ASK_DNS_AT)
		return arena_printf(a, "%s %s at %s", f->name, rrtype_name(a, f->type), f->at);
	if (f->kind == ASK_DNS_CD)
		return arena_printf(a, "%s %s, signatures unchecked", f->name,
				    rrtype_name(a, f->type));
	if (f->kind == ASK_SMTP)
		return arena_printf(a, "%s port 25", f->name);
	return arena_printf(a, "%s %s", f->name, rrtype_name(a, f->type));
}

bool fact_same_question(const struct fact *a, const struct fact *b)
{
	return a->kind == b->kind && a->type == b->type && strcmp(a->name, b->name) == 0 &&
	       !a->at == !b->at && (!a->at || strcmp(a->at, b->at) == 0);
}

bool fact_is_path(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '"')
			return false;
	return s.n && s.p[0] == '/';
}

static const struct rr *copy_rrs(struct arena *a, const struct rr *rr, size_t n)
{
	struct rr *out = arena_array(a, n, sizeof(*out));

	for (size_t i = 0; i < n; i++) {
		out[i] = rr[i];
		if (rr[i].target)
			out[i].target = arena_strdup(a, rr[i].target);
		if (rr[i].file)
			out[i].file = arena_strdup(a, rr[i].file);
		out[i].data = arena_str(a, rr[i].data);
		if (rr[i].ncuts) {
			uint32_t *cuts = arena_array(a, rr[i].ncuts, sizeof(*cuts));

			memcpy(cuts, rr[i].cuts, rr[i].ncuts * sizeof(*cuts));
			out[i].cuts = cuts;
		}
	}
	return n ? out : NULL;
}

static const char *copy_text(struct arena *a, const char *s)
{
	return s ? arena_strdup(a, s) : NULL;
}

struct fact *fact_copy(struct arena *a, const struct fact *f)
{
	struct fact *out = ARENA_NEW(a, struct fact);

	*out = *f;
	out->name = copy_text(a, f->name);
	out->at = copy_text(a, f->at);
	out->detail = copy_text(a, f->detail);
	out->source = copy_text(a, f->source);
	out->content_type = copy_text(a, f->content_type);
	out->rr = copy_rrs(a, f->rr, f->nrr);
	out->chain = copy_rrs(a, f->chain, f->nchain);
	out->body = arena_str(a, f->body);
	out->smtp = f->smtp ? smtp_copy(a, f->smtp) : NULL;
	return out;
}

void fact_seal(struct fact *f, struct rr *rr)
{
	uint32_t ttl = UINT32_MAX;

	if (f->nrr > 1)
		qsort(rr, f->nrr, sizeof(*rr), rr_cmp);
	f->rr = rr;
	for (size_t i = 0; i < f->nrr; i++)
		if (rr[i].ttl_s < ttl)
			ttl = rr[i].ttl_s;
	for (size_t i = 0; i < f->nchain; i++)
		if (f->chain[i].ttl_s < ttl)
			ttl = f->chain[i].ttl_s;
	if (f->nrr || f->nchain)
		f->ttl_s = ttl;
}

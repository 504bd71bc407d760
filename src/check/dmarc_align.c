#include "dmarc_align.h"
#include "name.h"
#include "psl.h"

/* Can the organizational domain of `d` be `org`: when it is not known, any name at or above it? */
static bool can_be(const struct dmarc_orgs *d, const char *org)
{
	return d->walk_known ? strcmp(d->walk_org, org) == 0 : name_is_under(d->domain, org);
}

static enum dmarc_aligned by_walk(const struct dmarc_orgs *author, const struct dmarc_orgs *id)
{
	if (author->walk_known && id->walk_known)
		return strcmp(author->walk_org, id->walk_org) == 0 ? DMARC_ALIGNED_YES
								   : DMARC_ALIGNED_NO;
	for (unsigned n = name_labels(author->domain); n > 0; n--) {
		const char *org = name_tail(author->domain, n);

		if (can_be(author, org) && can_be(id, org))
			return DMARC_ALIGNED_UNKNOWN;
	}
	return DMARC_ALIGNED_NO;
}

struct dmarc_alignment dmarc_align(const struct dmarc_orgs *author, const struct dmarc_orgs *id,
				   char mode)
{
	if (strcmp(author->domain, id->domain) == 0)
		return (struct dmarc_alignment){ DMARC_ALIGNED_YES, DMARC_ALIGNED_YES };
	if (mode == 's')
		return (struct dmarc_alignment){ DMARC_ALIGNED_NO, DMARC_ALIGNED_NO };
	return (struct dmarc_alignment){
		.rfc9989 = by_walk(author, id),
		.rfc7489 = author->psl_org && id->psl_org &&
					   strcmp(author->psl_org, id->psl_org) == 0
				   ? DMARC_ALIGNED_YES
				   : DMARC_ALIGNED_NO,
	};
}

enum dmarc_walk_state dmarc_orgs_of(struct arena *a, struct look *l, const char *domain,
				    struct dmarc_orgs *out)
{
	struct dmarc_walk w;

	dmarc_walk(a, l, domain, &w);
	*out = (struct dmarc_orgs){
		.domain = domain,
		.walk_known = w.state == DMARC_WALK_KNOWN,
		.walk_org = w.org,
		.psl_org = psl_organizational_domain(a, domain),
	};
	return w.state;
}

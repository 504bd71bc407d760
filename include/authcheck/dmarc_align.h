/* dmarc_align: identifier alignment (RFC 9989 4.4, 4.10.2; RFC 7489 3.1). Layer: check.
 *
 * A message passes DMARC when a domain that SPF or DKIM has authenticated (the MAIL FROM domain
 * with SPF pass, the d= of a valid signature) is aligned with the author domain, the one in From:
 * the same name, or, in relaxed mode, one of the same organization. What an organization is, the
 * tree walk says to receivers that follow RFC 9989, and the Public Suffix List to those that still
 * follow RFC 7489, so there are two answers.
 *
 * An organizational domain that is not known leaves the answer unknown only where it could matter:
 * it is always the domain itself or a name above it. */
#ifndef AUTHCHECK_DMARC_ALIGN_H
#define AUTHCHECK_DMARC_ALIGN_H

#include "dmarc_walk.h"

/* A domain and its organizational domains. Names as name.h has them. */
struct dmarc_orgs {
	const char *domain;
	bool walk_known;
	const char *walk_org; /* by the tree walk, when known: never NULL then */
	const char *psl_org;  /* by the Public Suffix List; NULL: none, the domain is a suffix */
};

enum dmarc_aligned { DMARC_ALIGNED_NO, DMARC_ALIGNED_YES, DMARC_ALIGNED_UNKNOWN };

struct dmarc_alignment {
	enum dmarc_aligned rfc9989, rfc7489;
};

/* Is the authenticated domain `id` aligned with the author domain? `mode` is the adkim or aspf of
 * the record that applies: 's' strict, anything else relaxed. */
struct dmarc_alignment dmarc_align(const struct dmarc_orgs *author, const struct dmarc_orgs *id,
				   char mode);

/* Fills in `out` for any domain, by a tree walk over look(). The state says whether walk_org is
 * known, and why not. */
enum dmarc_walk_state dmarc_orgs_of(struct arena *a, struct look *l, const char *domain,
				    struct dmarc_orgs *out);

#endif

/* touch: which names that can send mail a change of zones concerns.
 *
 * Layer: parse. A name is touched when records of its own, or of a name that its audit looks at,
 * were changed: what its SPF record includes or names, its MX hosts, CNAMEs, a parent's DMARC, its
 * DKIM keys, the receivers of its reports, across all the zones given and as far as it leads.
 * Rather a name too many than one too few. */
#ifndef AUTHCHECK_TOUCH_H
#define AUTHCHECK_TOUCH_H

#include "zone.h"

struct zone_set {
	const struct zone *const *zone;
	size_t n;
};

/* The touched senders into *names, each once, in the order of the zones; *all is how many senders
 * there are. `around`: zones that are the same before and after. Of two zones with one origin the
 * first counts, as it is the one that answers. */
void zones_touched(struct arena *a, struct zone_set before, struct zone_set after,
		   struct zone_set around, const char ***names, size_t *n, size_t *all);

#endif

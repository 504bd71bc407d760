/* control: a name that must not exist, asked to see what a wildcard answers. Layer: check (helper
 * of the checkers). */
#ifndef AUTHCHECK_CONTROL_H
#define AUTHCHECK_CONTROL_H

#include "check.h"

/* The label: the same for the same domain each time, and not to be met by chance. */
const char *control_label(struct arena *a, const char *domain);

/* Does the domain's own wildcard ("*.example.com CNAME …") lead to where the CNAMEs of `f` lead?
 * Then these CNAMEs say nothing about the name that was asked. `f` must be settled. PRESENCE_OPEN:
 * not decided in this step. */
enum presence control_same_chain(struct check *c, const struct fact *f);

/* Does the domain's own wildcard have an address? */
enum presence control_has_address(struct check *c);

/* "target.example.com" where "target." was meant: the zone file lacks the final dot (RFC 1035 5.1).
 * What was meant, or NULL. */
const char *control_missing_dot(struct check *c, const char *target);

/* Adds that to the finding about the CNAME of `owner`, with the fix; nothing where the dot is
 * there.
 */
void control_say_missing_dot(struct check *c, struct finding *f, const char *owner,
			     const char *target);

/* A service's TXT name whose CNAMEs lead nowhere: adds the finding, unless the domain's wildcard
 * leads there as well. A target that exists and has no TXT record is taken for a mistake only where
 * its name holds one of `words` (ended by NULL), that is, speaks of the service. True: added. */
bool control_found_dangling(struct check *c, enum rule_id rule, const struct fact *txt,
			    const char *const *words);

#endif

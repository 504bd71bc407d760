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

#endif

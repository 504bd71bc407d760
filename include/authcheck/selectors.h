/* selectors: the DKIM selectors that providers are known to use, and what gives a provider away.
 *
 * Layer: check (data of the DKIM checker). A hit is a fact; a miss says nothing. Lists are words
 * parted by blanks, lower case. */
#ifndef AUTHCHECK_SELECTORS_H
#define AUTHCHECK_SELECTORS_H

#include "str.h"

struct dkim_provider {
	const char *name;
	const char *own; /* selectors that are the provider's alone */
	const char
		*rare; /* its less usual ones: asked only where something gives the provider away */
	const char *shared; /* selectors that others use as well: they are in one of the two lists
			       below */
	const char *mx;     /* MX hosts at or below these names are the provider's */
	const char *spf;    /* so are SPF includes at or below these */
	const char *cname;  /* and targets of a selector's CNAME */
};

extern const struct dkim_provider dkim_providers[];
extern const size_t dkim_nproviders;

extern const char dkim_selectors_short[]; /* the sixteen most common */
extern const char
	dkim_selectors_usual[]; /* what people name theirs who run the signer themselves */

/* The next word of such a list; *at moves on. False at the end. */
bool dkim_next_word(const char **at, struct str *word);

/* Is `name` one of the names of the list, or below one? */
bool dkim_is_below_any(const char *name, const char *list);

#endif

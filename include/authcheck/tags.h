/* tags: tag=value lists, as DKIM keys, DMARC, MTA-STS and TLS-RPT records use them. Layer: parse.
 *
 * Only the splitting is common; which blanks, cases and characters are legal differs and is each
 * protocol's own. */
#ifndef AUTHCHECK_TAGS_H
#define AUTHCHECK_TAGS_H

#include <stdbool.h>

#include "arena.h"
#include "str.h"

struct tag {
	struct str name;      /* as written, blanks at both ends dropped */
	struct str value;     /* as written, blanks at both ends dropped */
	bool has_equals;      /* false: text without "=" between two semicolons */
	bool blank_before_eq; /* blanks around "=": legal in some protocols */
	bool blank_after_eq;
	struct span at; /* the whole element, blanks at the ends dropped */
	struct span name_at;
	struct span value_at;
};

struct tags {
	struct tag *item; /* empty elements left out */
	size_t n;
	size_t empty; /* empty elements between two semicolons (a final semicolon does not count) */
	bool trailing; /* there is a final semicolon */
};

/* Splits at ";". `fws` true: CR and LF are blanks as well (DKIM). At most 256 elements are kept. */
void parse_tags(struct arena *a, struct str text, bool fws, struct tags *out);

/* The first tag of that name, letter case as given; NULL. */
const struct tag *tags_find(const struct tags *t, const char *name);

#endif

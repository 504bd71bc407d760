/* dmarc_mend: corrected DMARC records as lines to paste into a zone file. Layer: check (helper of
 * the checkers). */
#ifndef AUTHCHECK_DMARC_MEND_H
#define AUTHCHECK_DMARC_MEND_H

#include "arena.h"
#include "dmarc.h"

/* Sets a tag to a value; NULL: leaves the tag out. */
struct dmarc_edit {
	const char *tag, *value;
};

/* The whole record as a line for the zone, with every slip in it mended that can be, and the edits
 * made. NULL when it holds something that cannot be mended without knowing what was meant. */
const char *dmarc_mend(struct arena *a, const char *domain, const struct dmarc *d,
		       const struct dmarc_edit *edit, size_t nedit);

/* The same from text that dmarc_is_near_record(). */
const char *dmarc_mend_near(struct arena *a, const char *domain, struct str text);

/* In a list of addresses: the tag that begins with this one, because a "," stands before it where a
 * ";" belongs ("rua=mailto:a@example.com,ruf=..."); NULL. */
const char *dmarc_tag_behind_comma(struct str uri);

#endif

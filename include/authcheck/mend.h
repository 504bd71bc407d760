/* mend: corrected records as lines to paste into a zone file. Layer: check (helper of the
 * checkers). */
#ifndef AUTHCHECK_MEND_H
#define AUTHCHECK_MEND_H

#include "arena.h"
#include "str.h"

/* `owner. IN TXT "…" "…"`, cut into character-strings of at most 255 octets (at a blank where there
 * is one), quotes and backslashes escaped. */
const char *mend_txt(struct arena *a, const char *owner, struct str text);

/* `text` with the octets of `at` replaced by `with`. */
struct str mend_replace(struct arena *a, struct str text, struct span at, struct str with);

#endif

/* past_parts: what the checkers share that hold an audit against earlier ones. Layer: check. */
#ifndef AUTHCHECK_PAST_PARTS_H
#define AUTHCHECK_PAST_PARTS_H

#include "check.h"

/* This audit saw it, or (value NULL) knows that it is not there any more. Strings are not copied.
 */
void past_saw(struct check *c, enum past_kind kind, const char *key, const char *value);
bool past_has_seen(const struct check *c, enum past_kind kind, const char *key);

/* What was there at the last audit; NULL: nothing. */
const struct past_item *past_last(const struct check *c, enum past_kind kind, const char *key);

/* The first of words that are parted by one blank each, taken off *s; n 0: there is none. */
struct str past_next_word(struct str *s);

/* For qsort() of strings. */
int past_by_text(const void *x, const void *y);

#endif

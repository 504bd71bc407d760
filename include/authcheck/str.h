/* str: a view of octets, never NUL-terminated by promise, never owned.
 *
 * Layer: base. Records from DNS may hold any octet, NUL included, so text that came from outside is
 * a struct str until it has been checked. Letter case is folded for ASCII only; no function here
 * looks at the locale. */
#ifndef AUTHCHECK_STR_H
#define AUTHCHECK_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
	const char *p;
	size_t n;
};

/* Octets within a record: at..at+len. len 0 means the whole record. */
struct span {
	uint32_t at;
	uint32_t len;
};

#define S(lit) ((struct str){ (lit), sizeof(lit) - 1 })

static inline struct str str_c(const char *s)
{
	return (struct str){ s, s ? strlen(s) : 0 };
}

static inline bool ascii_is_alpha(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool ascii_is_digit(unsigned char c)
{
	return c >= '0' && c <= '9';
}

static inline char ascii_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static inline bool is_wsp(char c)
{
	return c == ' ' || c == '\t';
}

bool str_eq(struct str a, struct str b);
bool str_eq_ci(struct str a, struct str b);
int str_cmp(struct str a, struct str b);
bool str_starts(struct str s, struct str prefix);
bool str_starts_ci(struct str s, struct str prefix);
bool str_ends_ci(struct str s, struct str suffix);

/* The part from `at` on, of at most n octets; outside the string it is empty. */
struct str str_sub(struct str s, size_t at, size_t n);
struct str str_from(struct str s, size_t at);

/* Where c or the needle first stands, or -1. */
ptrdiff_t str_find(struct str s, char c);
ptrdiff_t str_find_str(struct str s, struct str needle);
ptrdiff_t str_find_str_ci(struct str s, struct str needle);

/* The domain of a mail address: what stands behind its last @, or all of it where there is none. */
const char *str_mail_domain(const char *address);

/* Without SP and TAB at both ends. */
struct str str_trim(struct str s);

/* Digits only, at least one, value at most `max`: true and *out. Leading zeros are allowed. */
bool str_to_u32(struct str s, uint32_t max, uint32_t *out);

/* The place of `part` within `whole` (part must point into it). */
struct span str_span(struct str whole, struct str part);

/* Damerau-Levenshtein distance 1 or 0, letter case aside: is `s` the word with at most one slip? */
bool str_near(struct str s, const char *word);

/* FNV-1a, 64 bits: for hash tables and stable names, never for security. */
uint64_t str_hash(struct str s, uint64_t seed);

/* The length of the well-formed UTF-8 sequence at the start of s, which must not be empty; 0 when
 * there is none (Unicode 15, table 3-7). */
size_t str_utf8(struct str s);

#endif

/* spf_macro: the macro language of SPF (RFC 7208 7). Layer: parse. */
#ifndef AUTHCHECK_SPF_MACRO_H
#define AUTHCHECK_SPF_MACRO_H

#include "arena.h"
#include "buf.h"
#include "str.h"

struct spf_macro {
	char letter;     /* lower case; 0: an escape */
	char escape;     /* '%' '_' '-'; 0: a letter */
	bool url_escape; /* the letter was upper case */
	bool has_digits, reverse;
	uint32_t digits;
	struct str delimiters; /* none: "." */
};

/* What the letters stand for: letter['d' - 'a'] and so on; p NULL: not known. */
struct spf_values {
	struct str letter[26];
};

enum spf_domain_fault { SPF_DOMAIN_OK, SPF_DOMAIN_EMPTY, SPF_DOMAIN_MACRO, SPF_DOMAIN_END };

/* Is s a macro-string? `in_exp_text`: c, r and t are allowed. On false *bad_at is the offending
 * octet. */
bool spf_macro_string_ok(struct str s, bool in_exp_text, size_t *bad_at, bool *has_macro);

/* Is s a domain-spec: a macro-string with a proper domain-end? */
enum spf_domain_fault spf_domain_spec_check(struct str s, size_t *bad_at, bool *has_macro);

/* ---- clauses for people ---- */

/* Why the text is no domain-spec (SPF_DOMAIN_END), no address, no mechanism. */
const char *spf_why_no_domain(struct str spec);
const char *spf_why_no_address(struct str addr, bool four);
const char *spf_why_no_mechanism(struct str term);

/* An address, with a prefix length or without? *n: octets. */
bool spf_is_network(struct str s, size_t *n);

/* Expands a macro-string. False when a letter has no value, or it is no macro-string. */
bool spf_expand(struct str s, const struct spf_values *v, struct buf *out);

/* The same for a domain-spec, cut to 253 octets from the left (7.3). NULL when the result is no
 * name. */
const char *spf_expand_domain(struct arena *a, struct str spec, const struct spf_values *v);

#endif

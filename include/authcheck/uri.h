/* uri: the report destinations of DMARC (RFC 9989 4.8, 5.3.1) and TLS-RPT (RFC 8460 3).
 *
 * Layer: parse. */
#ifndef AUTHCHECK_URI_H
#define AUTHCHECK_URI_H

#include <stdbool.h>

#include "arena.h"
#include "str.h"

enum uri_scheme { URI_NONE, URI_MAILTO, URI_HTTPS, URI_HTTP, URI_OTHER };

struct uri {
	struct str text;        /* without blanks at the ends and without a "!10m" size limit */
	struct span at;         /* within the record */
	enum uri_scheme scheme; /* URI_NONE: there is no scheme */
	bool valid;
	const char *why;  /* when not valid: a clause for people */
	const char *host; /* domain of the mailbox, or the host: as name.h has it; NULL when not
			     valid */
	bool has_size;    /* "!10m" was there (obsolete) */
	/* https and http only */
	struct str path; /* with the query, without the fragment; empty: there is none */
	uint32_t port;   /* 0: not told */
	bool has_user;   /* a user name stands before the host */
};

/* Splits a list at "," and reads each URI. `base` is the offset of `list` within the record. At
 * most 64 are kept. `allow_size`: take a
 * "!" size limit off (DMARC). */
void parse_uris(struct arena *a, struct str list, uint32_t base, bool allow_size, struct uri **out,
		size_t *n);

#endif

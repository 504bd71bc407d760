/* past: what earlier audits of a domain saw, as far as a later one is judged by it, and what an
 * audit saw that later ones are to know.
 *
 * Layer: fact. Like the time it is a fact of the audit: a checker is told of it and keeps nothing.
 */
#ifndef AUTHCHECK_PAST_H
#define AUTHCHECK_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum past_kind {
	PAST_DKIM,    /* key: a selector; value: the public key, base64 without blanks */
	PAST_STS,     /* key: the id; value: the policy, "enforce 604800 mx.example.com …" */
	PAST_INCLUDE, /* key: a name that the SPF record includes; value: the networks that it
			 authorizes, sorted, with a blank between them */
	PAST_KINDS
};

struct past_item {
	enum past_kind kind;
	const char *key, *value;
	int64_t first_s, last_s; /* seconds since 1970: the first and last audit that saw it so */
	int64_t gone_s; /* the first that saw it no more, or otherwise; 0: it was there at the last
			 */
};

struct past {
	const struct past_item *item;
	size_t n;
};

/* One thing that this audit saw. */
struct past_seen {
	enum past_kind kind;
	const char *key;
	const char *value; /* NULL: it is known not to be there any more */
};

/* A run of audits. */
struct past_run {
	int64_t began_s, ended_s;               /* ended_s 0: it was stopped, or is under way */
	const char *version;                    /* of authcheck */
	uint64_t domains, first, worse, better; /* how many were audited, and what of them was so */
};

#endif

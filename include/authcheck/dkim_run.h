/* dkim_run: what the files of the DKIM checker share. Layer: check. */
#ifndef AUTHCHECK_DKIM_RUN_H
#define AUTHCHECK_DKIM_RUN_H

#include "check.h"

struct dkim_probe { /* one selector that is asked for */
	const char *selector;
	const char *name;     /* selector._domainkey.domain; NULL: no name */
	const char *provider; /* whose selector it is known as; NULL */
	bool given;           /* the user named it: it is said to be in use */
	bool in_zone;         /* the zone has it: it is there, in use or not */
};

struct dkim_plan {
	const char *parent; /* _domainkey.domain */
	struct dkim_probe *item;
	size_t n, cap;
	size_t special; /* the first of them, given or inferred: what is added later may repeat one
			   of these */
};

/* Which selectors to ask, from what the user said and from the settled facts about the domain's MX
 * and SPF. */
void dkim_plan(struct check *c, struct dkim_plan *out);

/* Whose selector it is, where the CNAME at it leads to `target` (NULL: there is none); NULL when
 * unknown. */
const char *dkim_provider_of(const struct dkim_probe *p, const char *target);

struct dkim_run {
	struct check *c;
	const struct fact *control; /* the name that must not exist */
	const struct fact *parent;  /* _domainkey itself */
	bool open;                  /* something is not decided in this step */
	bool lost;                  /* a selector given, or in the zone, could not be had */
	bool missing;               /* a given selector has no key */
	bool guess_lost;            /* a guessed one */
	size_t rsa, ed25519;        /* usable keys */
	size_t live;                /* keys that are not revoked */
	size_t cap;                 /* of report->dkim.keys */
};

/* Where the CNAMEs of an answer end; NULL: there is none. */
const char *dkim_target(const struct fact *f);

/* Is one of its TXT records a key? */
bool dkim_has_key(const struct fact *f);

/* What is to be said about a CNAME at a selector that leads to no TXT record. */
void dkim_judge_dangling(struct dkim_run *r, const struct dkim_probe *p, const struct fact *f);

/* Everything that is to be said about one key record: adds findings and counts it. `name` is where
 * it stands. */
void dkim_judge_key(struct dkim_run *r, const struct dkim_key_view *v, const char *name);

/* The whole record as it should be, when `fault` of it can be mended by rule; NULL when it cannot.
 */
const char *dkim_mend(struct arena *a, const char *name, const struct dkim_key *key,
		      const struct fault *fault);

/* The record without t=y, likewise. */
const char *dkim_mend_untested(struct arena *a, const char *name, const struct dkim_key *key);

#endif

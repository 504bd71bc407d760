/* secure: does DNSSEC vouch for a fact? Layer: check (helper of the checkers).
 *
 * Nothing is validated here: the resolver does that, and says so with AD (RFC 6840 5.8), which is
 * believed where the way to it is safe (fact.ad). That AD is missing means "not signed" only where
 * the resolver is known to validate. It is asked for the root's SOA, which is signed: the same
 * server's AD there is the proof (RFC 6840 5.7: every query asks for AD). */
#ifndef AUTHCHECK_SECURE_H
#define AUTHCHECK_SECURE_H

#include "check.h"

enum secure {
	SECURE_OPEN, /* not decided in this step */
	SECURE_YES,  /* validated; of a fact that is NONE: so is that there is none */
	SECURE_NO,   /* the resolver validates, and there is nothing here to validate: not signed */
	SECURE_BOGUS,   /* signed, and the signatures do not hold: validating resolvers refuse it */
	SECURE_UNKNOWN, /* a resolver that does not validate or is not trusted, a zone file, a tape
			   without AD, no network, a lost answer */
};

/* Asks for the root's SOA only when the fact is settled, without AD, and a resolver's answer. All
 * of the fact counts: the CNAMEs that it was reached by, and its records. */
enum secure secure_of(struct look *l, const struct fact *f);

#endif

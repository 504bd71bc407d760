/* profile: baselines that a user may ask for besides (--profile), and what they demand of a domain.
 * profiles.def has them.
 *
 * Layer: finding (above rule). A demand is a rule of its own, of PROTO_PROFILE. */
#ifndef AUTHCHECK_PROFILE_H
#define AUTHCHECK_PROFILE_H

#include "rule.h"

enum profile_id {
#define PROFILE(id, name, title) PROFILE_##id,
#define DEMAND(profile, rule, whom, test)
#include "profiles.def"
#undef PROFILE
#undef DEMAND
	PROFILE_COUNT
};

struct profile {
	const char *name;  /* "internet.nl", as the option has it */
	const char *title; /* whose baseline it is */
};

extern const struct profile profiles[PROFILE_COUNT];

/* False when there is none of that name. */
bool profile_from(struct str name, enum profile_id *out);

#endif

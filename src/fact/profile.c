/* The table of baselines, made from profiles.def. Layer: rule. */
#include "profile.h"

const struct profile profiles[PROFILE_COUNT] = {
#define PROFILE(id, name, title) [PROFILE_##id] = { name, title },
#define DEMAND(profile, rule, whom, test)
#include "profiles.def"
#undef PROFILE
#undef DEMAND
};

bool profile_from(struct str name, enum profile_id *out)
{
	for (int i = 0; i < (int)PROFILE_COUNT; i++) {
		if (str_eq_ci(name, str_c(profiles[i].name))) {
			*out = (enum profile_id)i;
			return true;
		}
	}
	return false;
}

/* The tables of conditions and receivers, made from conditions.def and receivers.def.
 * Layer: finding. */
#include "receiver.h"

const struct condition conditions[COND_COUNT] = {
#define CONDITION(id, name, text) [COND_##id] = { name, text },
#include "conditions.def"
};

enum blame_how { BLAME_MAYBE, BLAME_YES };

const struct blame blames[] = {
#define BLAME(cond, rule, how) { COND_##cond, RULE_##rule, BLAME_##how == BLAME_YES },
#include "conditions.def"
};
const size_t nblames = sizeof(blames) / sizeof(blames[0]);

const struct receiver receivers[RECEIVER_COUNT] = {
#define RECEIVER(id, name, title, major, who, unseen) \
	[RECEIVER_##id] = { name, title, major, who, unseen },
#include "receivers.def"
};

enum ruling_how { RULING_ALWAYS, RULING_SET };

/* (A, B) as COND_A, COND_B, and their number. */
#define CONDS_1(a)               { COND_##a }, 1
#define CONDS_2(a, b)            { COND_##a, COND_##b }, 2
#define CONDS_3(a, b, c)         { COND_##a, COND_##b, COND_##c }, 3
#define CONDS_N(a, b, c, n, ...) CONDS_##n
#define CONDS(...)               CONDS_N(__VA_ARGS__, 3, 2, 1)(__VA_ARGS__)

const struct ruling rulings[] = {
#define RULING(who, how, fate, conditions, reply, since, source) \
	{ RECEIVER_##who, RULING_##how == RULING_SET, FATE_##fate, CONDS conditions, reply, since, \
	  source },
#include "receivers.def"
};
const size_t nrulings = sizeof(rulings) / sizeof(rulings[0]);

bool receiver_from(struct str name, enum receiver_id *out)
{
	for (int i = 0; i < (int)RECEIVER_COUNT; i++)
		if (str_eq_ci(name, str_c(receivers[i].name))) {
			*out = (enum receiver_id)i;
			return true;
		}
	return false;
}

/* not-aligned comes of SPF and DKIM not passing. */
static bool blames_condition(enum condition_id c, const struct blame *b)
{
	if (c == COND_NOT_ALIGNED || c == COND_NOT_ALIGNED_OPENDMARC)
		return b->condition == COND_SPF_NO_PASS || b->condition == COND_DKIM_NO_PASS;
	return b->condition == c;
}

bool ruling_blames(const struct ruling *r, enum rule_id rule)
{
	for (size_t i = 0; i < nblames; i++)
		for (size_t k = 0; blames[i].rule == rule && k < r->nconditions; k++)
			if (blames_condition(r->condition[k], &blames[i]))
				return true;
	return false;
}

const char *fate_name(enum fate f)
{
	static const char *const names[] = {
		[FATE_ACCEPT] = "accept", [FATE_JUNK] = "junk",       [FATE_DEFER] = "defer",
		[FATE_REJECT] = "reject", [FATE_UNKNOWN] = "unknown",
	};

	return names[f];
}

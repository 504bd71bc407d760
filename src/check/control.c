#include "control.h"
#include "name.h"

const char *control_label(struct arena *a, const char *domain)
{
	return arena_printf(a, "authcheck-%08x",
			    (unsigned)(str_hash(str_c(domain), 0) & 0xffffffff));
}

static const struct fact *look_control(struct check *c, uint16_t type)
{
	return look_dns(c->look, type,
			name_join(c->arena, control_label(c->arena, c->domain), c->domain));
}

enum presence control_same_chain(struct check *c, const struct fact *f)
{
	const struct fact *control;

	if (!f->nchain)
		return PRESENCE_NONE;
	control = look_control(c, f->type);
	if (fact_is_open(control))
		return PRESENCE_OPEN;
	if (control->state == FACT_LOST)
		return PRESENCE_UNKNOWN;
	if (!control->nchain)
		return PRESENCE_NONE;
	return strcmp(control->chain[control->nchain - 1].target, f->chain[f->nchain - 1].target) ==
			       0
		       ? PRESENCE_YES
		       : PRESENCE_NONE;
}

enum presence control_has_address(struct check *c)
{
	const struct fact *control = look_control(c, RR_A);

	if (fact_is_open(control))
		return PRESENCE_OPEN;
	if (control->state == FACT_LOST)
		return PRESENCE_UNKNOWN;
	return control->state == FACT_SOME ? PRESENCE_YES : PRESENCE_NONE;
}

bool control_found_dangling(struct check *c, enum rule_id rule, const struct fact *txt,
			    const char *const *words)
{
	const char *target = txt->chain[txt->nchain - 1].target;
	bool speaks = fact_is_nxdomain(txt);

	for (size_t i = 0; words[i]; i++)
		speaks |= str_find_str(str_c(target), str_c(words[i])) >= 0;
	if (!speaks || control_same_chain(c, txt) != PRESENCE_NONE)
		return false;
	found(c, rule, txt->name, txt, &txt->chain[txt->nchain - 1])->detail = arena_printf(
		c->arena, fact_is_nxdomain(txt) ? "%s does not exist" : "%s has no TXT record",
		target);
	return true;
}

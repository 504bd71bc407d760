#include "control.h"
#include "name.h"
#include "selectors.h"

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

const char *control_missing_dot(struct check *c, const char *target)
{
	for (unsigned n = name_labels(c->domain); n >= 2; n--) {
		const char *zone = name_tail(c->domain, n);
		const char *meant = name_before(c->arena, target, zone);

		/* "uk" and "email" are names of subdomains as well */
		if (meant && name_labels(meant) >= 2 &&
		    (name_is_under(meant, zone) ||
		     dkim_is_below_any(name_tail(meant, 1), "com net org io microsoft")))
			return meant;
	}
	return NULL;
}

void control_say_missing_dot(struct check *c, struct finding *f, const char *owner,
			     const char *target)
{
	const char *meant = control_missing_dot(c, target);

	if (!meant)
		return;
	f->detail = arena_printf(c->arena, "%s; the final dot behind %s is missing", f->detail,
				 meant);
	f->fix = arena_printf(c->arena, "%s. IN CNAME %s.", owner, meant);
}

bool control_found_dangling(struct check *c, enum rule_id rule, const struct fact *txt,
			    const char *const *words)
{
	const char *target = txt->chain[txt->nchain - 1].target;
	bool speaks = fact_is_nxdomain(txt);
	struct finding *f;

	for (size_t i = 0; words[i]; i++)
		speaks |= str_find_str(str_c(target), str_c(words[i])) >= 0;
	if (!speaks || control_same_chain(c, txt) != PRESENCE_NONE)
		return false;
	f = found(c, rule, txt->name, txt, &txt->chain[txt->nchain - 1]);
	f->detail = arena_printf(
		c->arena, fact_is_nxdomain(txt) ? "%s does not exist" : "%s has no TXT record",
		target);
	control_say_missing_dot(c, f, txt->name, target);
	return true;
}

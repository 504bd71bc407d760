/* The DKIM selectors that a zone publishes for a domain. */
#include "name.h"
#include "rrtype.h"
#include "zone_read.h"

/* Selectors are made of letters, digits and hyphens (RFC 6376 3.1). What begins with "_" is some
 * other protocol's, such as ADSP's; "*" is the wildcard's. */
static bool is_selector(const char *owner, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((!i || owner[i - 1] == '.') && (owner[i] == '_' || owner[i] == '*'))
			return false;
	return true;
}

/* Does the zone itself answer for this very name? */
static bool is_answered(struct arena *a, const struct zone *z, const char *owner)
{
	struct zone_answer answer;

	zone_lookup(a, z, owner, RR_TXT, &answer);
	return answer.kind == ZONE_ANSWER || answer.kind == ZONE_CNAME;
}

bool zone_selectors(struct arena *a, const struct zone *z, const char *domain, const char ***names,
		    size_t *n)
{
	const char *parent = name_join(a, "_domainkey", domain);
	const struct zone_node *node = NULL;
	struct zone_answer answer;
	size_t below, cap = 0;

	*names = NULL;
	*n = 0;
	if (!parent)
		return false;
	zone_lookup(a, z, parent, RR_TXT, &answer);
	if (answer.kind == ZONE_OUTSIDE || answer.kind == ZONE_DELEGATED ||
	    answer.kind == ZONE_DNAME)
		return false;
	below = zone_below(z, parent, &node);
	for (size_t i = 0; i < below; i++) {
		const char *owner = node[i].owner;
		size_t length = strlen(owner) - strlen(parent);

		if (!length || !is_selector(owner, length - 1) || !is_answered(a, z, owner))
			continue;
		*names = arena_grow(a, *names, *n, &cap, sizeof(**names));
		(*names)[(*n)++] = arena_strndup(a, owner, length - 1);
	}
	return true;
}

static bool leads_away(const struct zone *z, const struct zone_node *node)
{
	for (size_t i = 0; i < node->n; i++)
		if (node->rr[i].rr.type == RR_DNAME ||
		    (node->rr[i].rr.type == RR_NS && strcmp(node->owner, z->origin) != 0))
			return true;
	return false;
}

bool zone_may_sign(const struct zone *z)
{
	if (z->partial)
		return true;
	for (size_t i = 0; i < z->nnode; i++) {
		const char *owner = z->node[i].owner;

		if (leads_away(z, &z->node[i]))
			return true;
		for (const char *p = owner; p && *p && *p != '.'; p = name_parent(p))
			if (str_starts(str_c(p), S("_domainkey.")))
				return true;
	}
	return false;
}

/* The names of a zone that can send mail. */
#include <stdlib.h>

#include "dkim.h"
#include "dmarc.h"
#include "name.h"
#include "rrtype.h"
#include "spf.h"
#include "zone_read.h"

/* A name and where the zone's order has it. */
struct sender {
	const char *name;
	struct str key;
};

static bool has(const struct zone_node *node, uint16_t type)
{
	for (size_t i = 0; i < node->n; i++)
		if (node->rr[i].rr.type == type)
			return true;
	return false;
}

static bool has_txt(const struct zone_node *node, bool (*is)(struct str text))
{
	for (size_t i = 0; i < node->n; i++)
		if (node->rr[i].rr.type == RR_TXT && is(node->rr[i].rr.data))
			return true;
	return false;
}

/* The name without its first label, when that is `label`; else NULL. */
static const char *behind_label(const char *name, const char *label)
{
	size_t n = strlen(label);

	return strncmp(name, label, n) == 0 && name[n] == '.' ? name + n + 1 : NULL;
}

/* X._domainkey.NAME -> NAME, X being one label or more; else NULL. */
static const char *behind_domainkey(const char *name)
{
	for (const char *up = name_parent(name); up && *up != '.'; up = name_parent(up)) {
		const char *behind = behind_label(up, "_domainkey");

		if (behind)
			return behind;
	}
	return NULL;
}

/* The name that this one's records make a sender, or NULL. */
static const char *sender_of(const struct zone_node *node)
{
	const char *name = behind_domainkey(node->owner);

	if (name)
		return has(node, RR_CNAME) || has_txt(node, dkim_is_key) ? name : NULL;
	name = behind_label(node->owner, "_dmarc");
	if (name)
		return has(node, RR_CNAME) || has_txt(node, dmarc_is_record) ? name : NULL;
	return has(node, RR_MX) || has_txt(node, spf_is_record) ? node->owner : NULL;
}

/* Labels that begin with "_" are for services, "*" is no one name, what is below a delegation or a
 * DNAME is not this zone's, and a name that nobody meant to write sends nothing. */
static bool can_send(struct arena *a, const struct zone *z, const char *name)
{
	struct zone_answer answer;

	for (const char *p = name; p && *p != '.'; p = name_parent(p))
		if (*p == '_' || (*p == '*' && (p[1] == '.' || !p[1])))
			return false;
	zone_lookup(a, z, name, RR_MX, &answer);
	return answer.kind != ZONE_OUTSIDE && answer.kind != ZONE_DELEGATED &&
	       answer.kind != ZONE_DNAME && !zone_is_misnamed(a, z, name);
}

/* Where the SPF records of the zone lead by include: and redirect=. */
struct targets {
	const char **name; /* sorted */
	size_t n, cap;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_targets(struct arena *a, const struct zone_rr *rr, struct targets *out)
{
	struct spf spf;

	parse_spf(a, rr->rr.data, &spf);
	for (size_t i = 0; i < spf.n; i++) {
		const struct spf_term *t = &spf.term[i];
		const char *to = NULL;

		if (t->kind == SPF_INCLUDE || t->kind == SPF_REDIRECT)
			to = spf_expand_static(a, t->domain, rr->owner, NULL);
		if (!to)
			continue;
		out->name = arena_grow(a, out->name, out->n, &out->cap, sizeof(*out->name));
		out->name[out->n++] = to;
	}
}

static void find_targets(struct arena *a, const struct zone *z, struct targets *out)
{
	*out = (struct targets){ 0 };
	for (size_t i = 0; i < z->n; i++)
		if (z->rr[i].rr.type == RR_TXT && spf_is_record(z->rr[i].rr.data))
			add_targets(a, &z->rr[i], out);
	if (out->n > 1)
		qsort(out->name, out->n, sizeof(*out->name), by_text);
}

/* Is the name there only to be included by another record: no MX, no address? */
static bool is_include_target(struct arena *a, const struct zone *z, const struct targets *targets,
			      const char *name)
{
	static const uint16_t types[] = { RR_MX, RR_A, RR_AAAA };
	struct zone_answer answer;

	if (!targets->n ||
	    !bsearch(&name, targets->name, targets->n, sizeof(*targets->name), by_text))
		return false;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		zone_lookup(a, z, name, types[i], &answer);
		if (answer.kind != ZONE_NODATA)
			return false;
	}
	return true;
}

static int by_key(const void *a, const void *b)
{
	return str_cmp(((const struct sender *)a)->key, ((const struct sender *)b)->key);
}

static struct sender sender_new(struct arena *a, const char *name)
{
	uint8_t key[ZONE_KEY_MAX];
	size_t end[128];
	int labels = zone_key(name, key, end);
	size_t n = labels < 0 ? 0 : end[labels];

	return (struct sender){ name, { arena_strndup(a, (const char *)key, n), n } };
}

void zone_senders(struct arena *a, const struct zone *z, const char ***names, size_t *n)
{
	struct sender *s = NULL;
	struct targets targets;
	size_t count = 0, cap = 0;
	const char **out;

	find_targets(a, z, &targets);
	s = arena_grow(a, s, count, &cap, sizeof(*s));
	s[count++] = sender_new(a, z->origin);
	for (size_t i = 0; i < z->nnode; i++) {
		const char *name = sender_of(&z->node[i]);

		if (!name || !can_send(a, z, name) ||
		    (strcmp(name, z->origin) != 0 && is_include_target(a, z, &targets, name)))
			continue;
		s = arena_grow(a, s, count, &cap, sizeof(*s));
		s[count++] = sender_new(a, name);
	}
	qsort(s, count, sizeof(*s), by_key);
	out = arena_array(a, count, sizeof(*out));
	*n = 0;
	for (size_t i = 0; i < count; i++)
		if (!i || strcmp(s[i].name, s[i - 1].name) != 0)
			out[(*n)++] = s[i].name;
	*names = out;
}

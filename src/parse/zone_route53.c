/* Route 53: what `aws route53 list-resource-record-sets` prints, or a change batch. Names are
 * whole, with octets escaped as \OOO. An alias answers with what its target has, which is not told
 * here. */
#include <stdio.h>

#include "name.h"
#include "rrtype.h"
#include "zone_form.h"

/* \052.example.com. -> *.example.com */
static const char *name_of(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		const char *c = s.p + i;

		if (*c == '\\' && i + 3 < s.n && c[1] >= '0' && c[1] <= '3' && c[2] >= '0' &&
		    c[2] <= '7' && c[3] >= '0' && c[3] <= '7') {
			n += (size_t)snprintf(p + n, 5, "\\%03d",
					      (c[1] - '0') * 64 + (c[2] - '0') * 8 + (c[3] - '0'));
			i += 3;
		} else {
			p[n++] = *c;
		}
	}
	return draft_name(a, (struct str){ p, n }, NULL);
}

static const struct doc_node *set_of(const struct doc_node *item)
{
	const struct doc_node *inner = doc_get(item, "ResourceRecordSet");

	return inner ? inner : item;
}

/* The list of record sets, or of changes, wherever it is. */
static const struct doc_node *find_sets(const struct doc_node *root, bool *changes)
{
	const struct doc_node *list = doc_list(root, "ResourceRecordSets");

	*changes = false;
	if (list)
		return list;
	*changes = true;
	list = doc_list(root, "Changes");
	return list ? list : doc_list(doc_get(root, "ChangeBatch"), "Changes");
}

/* The owner of the SOA record: every zone of Route 53 has one. Else what the user, or the file's
 * name, says; else, of changes, the shortest name of them. */
static const char *find_origin(struct zone_drafts *d, const struct doc_node *sets)
{
	const char *least = NULL;

	for (size_t i = 0; i < sets->n; i++) {
		const struct doc_node *set = set_of(sets->item[i]);
		const char *name = name_of(d->arena, doc_text(set, "Name"));

		if (name && str_eq(doc_text(set, "Type"), S("SOA")))
			return name;
		if (name && (!least || name_labels(name) < name_labels(least)))
			least = name;
	}
	return d->origin ? d->origin : least;
}

/* Of sets that one name and type has several of (weighted, by region), each asker gets one; of
 * those for "multivalue answers" all. One that goes says nothing of the others. */
static bool is_chosen(const struct draft_set *s, const struct doc_node *set, bool gone)
{
	struct str id = doc_text(set, "SetIdentifier"),
		   alias = doc_text(doc_get(set, "AliasTarget"), "DNSName");

	if (!id.n || doc_true(set, "MultiValueAnswer"))
		return !id.n || !gone;
	if (gone)
		return false;
	return alias.n ? draft_choose(s, set, id, &alias, 1)
		       : draft_choose_list(s, set, id, doc_list(set, "ResourceRecords"), "Value");
}

static void take_set(struct zone_draft *z, const struct doc_node *set, bool gone)
{
	struct arena *a = z->all->arena;
	struct str ttl = doc_text(set, "TTL");
	const struct doc_node *records = doc_list(set, "ResourceRecords");
	struct draft_set s = {
		.zone = z,
		.owner = name_of(a, doc_text(set, "Name")),
		.type = doc_text(set, "Type"),
		.ttl = ttl.n ? arena_strndup(a, ttl.p, ttl.n) : "300",
	};
	uint16_t type = rrtype_from(s.type);

	if (!is_chosen(&s, set, gone))
		return;
	if (gone || doc_get(set, "AliasTarget"))
		return draft_hole(&s, set, type ? type : UINT16_MAX, gone);
	if (!records) {
		draft_fault(&s, set, "a record set without records");
		return;
	}
	for (size_t i = 0; i < records->n; i++) {
		const struct doc_node *v = doc_get(records->item[i], "Value");

		if (v && v->kind == DOC_SCALAR)
			draft_data(&s, v, v->text, true);
		else
			draft_fault(&s, records->item[i], "a record without a value");
	}
}

bool form_route53(struct zone_drafts *d, const struct doc_node *root)
{
	bool changes;
	const struct doc_node *sets = find_sets(root, &changes);
	const char *origin;
	struct zone_draft *z;

	if (!sets)
		return false;
	origin = find_origin(d, sets);
	z = origin ? draft_zone(d, origin) : NULL;
	if (!z)
		return true;
	z->partial = changes || doc_true(root, "IsTruncated") || doc_get(root, "NextToken") ||
		     doc_get(root, "NextRecordName");
	for (size_t i = 0; i < sets->n; i++)
		take_set(z, set_of(sets->item[i]),
			 str_eq_ci(doc_text(sets->item[i], "Action"), S("DELETE")));
	return true;
}

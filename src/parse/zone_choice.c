/* Sets that one name and type has several of, of which each asker gets one: by weight, by where it
 * is, by what is well (Route 53's SetIdentifier, octoDNS's pools).
 *
 * 1. Sets that hold the same data are one.
 * 2. Of addresses all are judged, as if each asker got all of them: whatever one of them gets must
 * be right.
 * 3. Of other types the first is judged, and of each other it is told that it is not. */
#include <stdlib.h>

#include "rrtype.h"
#include "zone_form.h"

enum { QUOTE_MAX = 60 };

struct draft_choice {
	struct str key, data;
	const char *id;
};

static int by_text(const void *x, const void *y)
{
	return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static struct str join(struct arena *a, struct str *value, size_t n)
{
	struct draft_text t = { .arena = a };

	if (n > 1)
		qsort(value, n, sizeof(*value), by_text);
	for (size_t i = 0; i < n; i++) {
		text_str(&t, value[i]);
		text_add(&t, '\n');
	}
	return (struct str){ t.p, t.n };
}

static struct draft_choice **slot_of(const struct draft_choices *c, struct str key)
{
	size_t i = (size_t)str_hash(key, 0) & (c->cap - 1);

	while (c->slot[i] && !str_eq(c->slot[i]->key, key))
		i = (i + 1) & (c->cap - 1);
	return &c->slot[i];
}

/* Never more than half full; the size is a power of two. */
static void make_room(struct arena *a, struct draft_choices *c)
{
	struct draft_choices old = *c;

	if (2 * (c->n + 1) <= c->cap)
		return;
	c->cap = old.cap ? 2 * old.cap : 64;
	c->slot = arena_array(a, c->cap, sizeof(struct draft_choice *));
	for (size_t i = 0; i < old.cap; i++)
		if (old.slot[i])
			*slot_of(c, old.slot[i]->key) = old.slot[i];
}

static const char *printable(struct arena *a, struct str s)
{
	char *p = arena_strndup(a, s.p ? s.p : "", s.n < QUOTE_MAX ? s.n : QUOTE_MAX);

	for (char *c = p; *c; c++)
		if (*c < 0x20 || *c > 0x7e || *c == '"')
			*c = '?';
	return p;
}

/* What mail hangs on, rather than a web site: a name with "_" is made for one purpose. */
static bool is_of_mail(const struct draft_set *s)
{
	uint16_t type = rrtype_from(s->type);

	return type == RR_TXT || type == RR_MX || type == RR_SPF || type == RR_TLSA ||
	       s->owner[0] == '_' || strstr(s->owner, "._");
}

static void tell(const struct draft_set *s, const struct doc_node *at, const char *id,
		 const struct draft_choice *first, struct str data)
{
	struct arena *a = s->zone->all->arena;
	struct draft_text t = { .arena = a };
	struct zone_draft_line line = { .file = at->file, .line = at->line, .column = at->column };

	text_str(&t, str_c(s->owner));
	text_add(&t, ' ');
	text_word(&t, str_sub(s->type, 0, 32), false);
	text_add(&t, ' ');
	for (size_t i = 0; i < data.n && i < 2 * QUOTE_MAX; i++)
		text_add(&t, data.p[i] == '\n' ? ' ' : data.p[i]);
	text_add(&t, '\n');
	line.text = (struct str){ t.p, t.n };
	line.kind = is_of_mail(s) ? ZONE_CHOICE : ZONE_CHOICE_OTHER;
	line.owner = s->owner;
	line.fault = arena_printf(
		a, "\"%s\" of %s %.*s holds other data than \"%s\", which alone is judged", id,
		s->owner, (int)str_sub(s->type, 0, 32).n, s->type.p, first->id);
	draft_line(s->zone, &line);
}

bool draft_choose(const struct draft_set *s, const struct doc_node *at, struct str id,
		  struct str *value, size_t n)
{
	struct arena *a = s->zone->all->arena;
	struct draft_choices *all = &s->zone->all->choices;
	struct draft_choice **slot, *c;
	struct str key, data;
	uint16_t type = rrtype_from(s->type);

	if (!s->owner || !s->type.n)
		return true;
	key = str_c(arena_printf(a, "%s %s %.*s", s->zone->origin, s->owner,
				 (int)str_sub(s->type, 0, 32).n, s->type.p));
	data = join(a, value, n);
	make_room(a, all);
	slot = slot_of(all, key);
	if (!*slot) {
		c = *slot = ARENA_NEW(a, struct draft_choice);
		*c = (struct draft_choice){ key, data, printable(a, id) };
		all->n++;
		return true;
	}
	if (str_eq((*slot)->data, data))
		return false;
	if (type == RR_A || type == RR_AAAA)
		return true;
	tell(s, at, printable(a, id), *slot, data);
	return false;
}

bool draft_choose_list(const struct draft_set *s, const struct doc_node *at, struct str id,
		       const struct doc_node *list, const char *key)
{
	size_t n = doc_items(list);
	struct str *value = arena_array(s->zone->all->arena, n, sizeof(*value));

	for (size_t i = 0; i < n; i++) {
		const struct doc_node *v = doc_item(list, i);

		if (v->kind == DOC_MAP && key)
			value[i] = doc_text(v, key);
		else if (v->kind == DOC_SCALAR)
			value[i] = v->text;
	}
	return draft_choose(s, at, id, value, n);
}

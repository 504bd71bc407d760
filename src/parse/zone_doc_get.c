/* What a text of YAML or JSON begins as, and looking into the tree that it is. */
#include <stdlib.h>

#include "zone_form.h"

enum { MERGE_DEPTH_MAX = 4 };

/* ---- the text ---- */

bool doc_is_json(struct str text)
{
	size_t i = 0;

	while (i < text.n && strchr(" \t\r\n", text.p[i]))
		i++;
	return i < text.n && (text.p[i] == '{' || text.p[i] == '[');
}

/* Is the line, blanks before it off, a key of a map and perhaps the begin of what it holds? */
static bool is_key_line(struct str line)
{
	size_t i = 0;
	char quote = line.p[0] == '"' || line.p[0] == '\'' ? line.p[0] : 0;

	if (quote) {
		ptrdiff_t end = str_find(str_from(line, 1), quote);

		if (end < 0)
			return false;
		i = (size_t)end + 2;
	} else {
		while (i < line.n && !strchr(": \t;\"'()", line.p[i]))
			i++;
	}
	if (i >= line.n || line.p[i] != ':' || (!i && !quote))
		return false;
	line = str_trim(str_from(line, i + 1));
	return !line.n || strchr("[{&!*|>#", line.p[0]);
}

bool doc_sniff(struct str text)
{
	if (str_starts(text, S("\xef\xbb\xbf")))
		text = str_from(text, 3);
	if (doc_is_json(text))
		return true;
	while (text.n) {
		ptrdiff_t end = str_find(text, '\n');
		struct str line = end < 0 ? text : str_sub(text, 0, (size_t)end);

		text = end < 0 ? S("") : str_from(text, (size_t)end + 1);
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (!str_trim(line).n || line.p[0] == '#')
			continue;
		return str_eq(line, S("---")) || str_starts(line, S("--- ")) ||
		       str_starts(line, S("%YAML ")) || is_key_line(line);
	}
	return false;
}

/* ---- looking into it ---- */

bool doc_is_null(const struct doc_node *n)
{
	return !n || (n->kind == DOC_SCALAR && n->plain &&
		      (!n->text.n || str_eq(n->text, S("~")) || str_eq_ci(n->text, S("null"))));
}

static bool is_merge(const struct doc_pair *p)
{
	return p->key->kind == DOC_SCALAR && p->key->plain && str_eq(p->key->text, S("<<"));
}

static const struct doc_node *find(const struct doc_node *map, const char *key, unsigned depth)
{
	const struct doc_node *found = NULL;

	if (!map || map->kind != DOC_MAP || depth > MERGE_DEPTH_MAX)
		return NULL;
	for (size_t i = map->n; !found && i-- > 0;) {
		const struct doc_pair *p = &map->pair[i];

		if (p->key->kind == DOC_SCALAR && str_eq(p->key->text, str_c(key)))
			return p->value;
		for (size_t k = 0; is_merge(p) && !found && k < doc_items(p->value) && k < 16; k++)
			found = find(doc_item(p->value, k), key, depth + 1);
	}
	return found;
}

const struct doc_node *doc_get(const struct doc_node *map, const char *key)
{
	const struct doc_node *n = find(map, key, 0);

	return doc_is_null(n) ? NULL : n;
}

const struct doc_node *doc_list(const struct doc_node *map, const char *key)
{
	const struct doc_node *n = doc_get(map, key);

	return n && n->kind == DOC_LIST ? n : NULL;
}

struct str doc_text(const struct doc_node *map, const char *key)
{
	const struct doc_node *n = doc_get(map, key);

	return n && n->kind == DOC_SCALAR ? n->text : S("");
}

bool doc_true(const struct doc_node *map, const char *key)
{
	struct str s = doc_text(map, key);

	return str_eq_ci(s, S("true")) || str_eq_ci(s, S("on")) || str_eq_ci(s, S("yes"));
}

size_t doc_items(const struct doc_node *n)
{
	return !n ? 0 : n->kind == DOC_LIST ? n->n : 1;
}

const struct doc_node *doc_item(const struct doc_node *n, size_t i)
{
	return n->kind == DOC_LIST ? n->item[i] : n;
}

/* ---- all of a map ---- */

struct flat {
	struct doc_pair *pair;
	size_t n, cap;
};

static void flatten(struct arena *a, const struct doc_node *map, unsigned depth, struct flat *out)
{
	for (size_t i = 0; map->kind == DOC_MAP && i < map->n; i++) {
		const struct doc_pair *p = &map->pair[i];

		if (!is_merge(p)) {
			out->pair = arena_grow(a, out->pair, out->n, &out->cap, sizeof(*p));
			out->pair[out->n++] = *p;
			continue;
		}
		for (size_t k = doc_items(p->value); depth < MERGE_DEPTH_MAX && k-- > 0;)
			flatten(a, doc_item(p->value, k), depth + 1, out);
	}
}

static int by_key(const void *x, const void *y)
{
	const struct doc_pair *const *a = x, *const *b = y;
	int d = str_cmp((*a)->key->text, (*b)->key->text);

	return d ? d : (*a > *b) - (*a < *b);
}

static bool same_key(const struct doc_pair *a, const struct doc_pair *b)
{
	return a->key->kind == DOC_SCALAR && b->key->kind == DOC_SCALAR &&
	       str_eq(a->key->text, b->key->text);
}

const struct doc_pair *doc_pairs(struct arena *a, const struct doc_node *map, size_t *n)
{
	struct flat f = { 0 };
	const struct doc_pair **order;
	size_t kept = 0;

	flatten(a, map, 0, &f);
	order = arena_array(a, f.n, sizeof(*order));
	for (size_t i = 0; i < f.n; i++)
		order[i] = &f.pair[i];
	if (f.n > 1)
		qsort(order, f.n, sizeof(*order), by_key);
	for (size_t i = 0; i + 1 < f.n; i++)
		if (same_key(order[i], order[i + 1]))
			f.pair[order[i] - f.pair].value = NULL;
	for (size_t i = 0; i < f.n; i++)
		if (f.pair[i].value)
			f.pair[kept++] = f.pair[i];
	*n = kept;
	return f.pair;
}

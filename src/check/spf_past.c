/* What the records that the SPF record includes let pass, held against earlier audits. */
#include <stdlib.h>

#include "buf.h"
#include "name.h"
#include "past_parts.h"
#include "spf_parts.h"

enum {
	WORDS_MAX = 5000, /* of one include: more are not kept */
	RECORDS_MAX = 100,
	VALUE_MAX = 256 * 1024,
	NAMED_MAX = 4, /* networks that a finding names */
};

struct words {
	const char **item;
	size_t n, cap;
	unsigned records; /* a hostile tree leads to the same ones again and again */
	bool known;
};

static void add_word(struct check *c, struct words *w, const char *text)
{
	w->known &= w->n < WORDS_MAX;
	if (!w->known)
		return;
	w->item = arena_grow(c->arena, w->item, w->n, &w->cap, sizeof(*w->item));
	w->item[w->n++] = text;
}

static const char *net_text(struct check *c, const struct spf_net *net)
{
	struct str ip = { (const char *)net->ip, net->len };

	if (net->bits == net->len * 8)
		return ip_text(c->arena, ip);
	return arena_printf(c->arena, "%s/%u", ip_text(c->arena, ip), net->bits);
}

static void add_nets(struct check *c, struct words *w, const struct spf_node *n,
		     const struct spf_term *t)
{
	struct spf_nets nets;

	if (t->kind == SPF_PTR || t->kind == SPF_EXISTS || t->kind == SPF_ALL || t->has_macro) {
		add_word(c, w, arena_strndup(c->arena, t->text.p, t->text.n));
		return;
	}
	spf_term_nets(c, t, n->domain, &nets);
	w->known &= nets.known;
	for (size_t i = 0; i < nets.n; i++)
		add_word(c, w, net_text(c, &nets.net[i]));
}

/* All that a record lets pass; what depends on the message, as it is written. */
static void add_record(struct check *c, struct words *w, const struct spf_node *n, unsigned depth)
{
	w->known &= n->rr && depth && w->records++ < RECORDS_MAX;
	for (size_t i = 0; i < n->nterms && w->known; i++) {
		const struct spf_cost *cost = &n->terms[i];
		const struct spf_term *t = cost->term;
		bool leads = t->kind == SPF_INCLUDE || t->kind == SPF_REDIRECT;

		if (!cost->runs || t->kind == SPF_EXP || t->qualifier == '-' ||
		    t->qualifier == '~' || t->qualifier == '?')
			continue;
		if (leads && cost->child)
			add_record(c, w, cost->child, depth - 1);
		else if (leads && !t->has_macro)
			w->known = false;
		else
			add_nets(c, w, n, t);
	}
}

/* Sorted, each once, in one line. NULL: not known, or too much. */
static const char *include_value(struct check *c, const struct spf_node *n)
{
	struct words w = { .known = true };
	const char *value = NULL;
	struct buf b;

	add_record(c, &w, n, SPF_LOOKUPS_MAX);
	if (!w.known)
		return NULL;
	if (w.n > 1)
		qsort(w.item, w.n, sizeof(*w.item), past_by_text);
	buf_init(&b, VALUE_MAX);
	for (size_t i = 0; i < w.n; i++)
		if (!i || strcmp(w.item[i], w.item[i - 1]) != 0)
			buf_addf(&b, "%s%s", b.n ? " " : "", w.item[i]);
	if (!b.failed)
		value = arena_strndup(c->arena, b.p ? b.p : "", b.n);
	buf_free(&b);
	return value;
}

/* "203.0.113.0/24, 198.51.100.7 and 3 more": the words of x that y has not. Both are sorted. NULL:
 * none. */
static const char *only_in(struct check *c, const char *x, const char *y)
{
	struct str a = str_c(x), b = str_c(y), other = past_next_word(&b);
	const char *text = NULL;
	size_t n = 0;

	while (a.n) {
		struct str word = past_next_word(&a);

		while (other.n && str_cmp(other, word) < 0)
			other = past_next_word(&b);
		if (str_eq(other, word) || n++ >= NAMED_MAX)
			continue;
		text = arena_printf(c->arena, "%s%s%.*s", text ? text : "", text ? ", " : "",
				    (int)word.n, word.p);
	}
	return n > NAMED_MAX ? arena_printf(c->arena, "%s and %zu more", text, n - NAMED_MAX)
			     : text;
}

static void check_include(struct check *c, const struct spf_node *root, const struct spf_cost *cost)
{
	const char *name = cost->child->domain, *value = include_value(c, cost->child), *more,
		   *less;
	const struct past_item *old = past_last(c, PAST_INCLUDE, name);
	struct finding *f;

	if (!value || past_has_seen(c, PAST_INCLUDE, name))
		return;
	past_saw(c, PAST_INCLUDE, name, value);
	if (!old || strcmp(old->value, value) == 0)
		return;
	more = only_in(c, value, old->value);
	less = only_in(c, old->value, value);
	f = spf_found(c, RULE_SPF_INCLUDE_CHANGED, root->rr, cost->term->at);
	f->detail = arena_printf(c->arena, "%s since %s:%s%s%s%s%s", name,
				 arena_day(c->arena, old->last_s), more ? " new: " : "",
				 more ? more : "", more && less ? ";" : "", less ? " gone: " : "",
				 less ? less : "");
}

/* Includes that the record has no more are gone, as soon as it is known. */
void check_past_includes(struct check *c)
{
	const struct spf_node *root = c->report->spf.root;
	const struct past *past = c->wish->past;

	if (!past || c->report->presence[PROTO_SPF] == PRESENCE_OPEN ||
	    c->report->presence[PROTO_SPF] == PRESENCE_UNKNOWN)
		return;
	for (size_t i = 0; root && i < root->nterms; i++)
		if (root->terms[i].child)
			check_include(c, root, &root->terms[i]);
	for (size_t i = 0; i < past->n; i++) {
		const struct past_item *p = &past->item[i];
		bool there = false;

		for (size_t k = 0; root && k < root->nterms && !there; k++)
			there = root->terms[k].child &&
				strcmp(root->terms[k].child->domain, p->key) == 0;
		if (p->kind == PAST_INCLUDE && !p->gone_s && !there)
			past_saw(c, PAST_INCLUDE, p->key, NULL);
	}
}

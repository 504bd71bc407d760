/* The include tree of an SPF record: what each term costs, and where the ten look-ups are used up
 * (RFC 7208 4.6.4). Layer: render. */
#include "text.h"

#include "name.h"

enum {
	LIMIT = 10,
	VOID_LIMIT = 2,
	DEPTH_MAX = 12,
	ROWS_BRIEF = 40,
	ROWS_VERBOSE = 400,
	COL_MARK = 3,
	COL_COST = 5,
	COL_TERM = 9,
	INDENT = 2,
};

struct walk {
	struct pen *p;
	size_t rows, rows_max;
	size_t left_out;
	unsigned spent; /* look-ups before the row that comes */
	bool said;      /* the row where the limit is passed has been marked */
};

static void put_note(struct pen *p, const char *note, enum style s)
{
	pen_words(p, "  ");
	pen_style(p, s);
	pen_words(p, note);
	pen_style(p, STYLE_PLAIN);
}

static bool costs(const struct spf_cost *c)
{
	return c->runs && (c->lookups || c->voids || c->note);
}

static void put_row(struct walk *w, const struct spf_cost *c, unsigned depth)
{
	struct pen *p = w->p;
	size_t col = COL_TERM + INDENT * (size_t)depth;

	if (c->lookups && w->spent + 1 > LIMIT && !w->said) {
		pen_to(p, COL_MARK);
		pen_style(p, STYLE_ERROR);
		pen_put(p, ">");
		pen_style(p, STYLE_PLAIN);
		w->said = true;
	}
	pen_to(p, COL_COST);
	pen_put(p, arena_printf(p->scratch, "%2u", c->lookups > 99 ? 99 : c->lookups));
	p->indent = col;
	pen_to(p, col);
	pen_words(p, arena_strndup(p->scratch, c->term->text.p, c->term->text.n));
	if (c->is_void || c->note)
		put_note(p,
			 arena_printf(p->scratch, "(%s%s%s)", c->is_void ? "void" : "",
				      c->is_void && c->note ? ": " : "", c->note ? c->note : ""),
			 STYLE_WARN);
	else if (c->cut)
		put_note(p, arena_printf(p->scratch, "(not needed: %s)", c->cut), STYLE_WARN);
	pen_newline(p);
}

static void put_node(struct walk *w, const struct spf_node *n, unsigned depth)
{
	for (size_t i = 0; i < n->nterms; i++) {
		const struct spf_cost *c = &n->terms[i];
		unsigned before = w->spent;

		if (!costs(c))
			continue;
		if (w->rows == w->rows_max) {
			w->left_out++;
			continue;
		}
		w->rows++;
		put_row(w, c, depth);
		w->spent += c->lookups ? 1 : 0;
		if (c->child && depth + 1 < DEPTH_MAX)
			put_node(w, c->child, depth + 1);
		w->spent = before + c->lookups;
	}
}

/* " (IPv6 3)": what clients of one family find less than the others. */
static const char *family_text(struct pen *p, const struct spf_node *n)
{
	if (n->voids6 > n->voids && n->voids6 >= n->voids4)
		return arena_printf(p->scratch, " (IPv6 %u)", n->voids6);
	if (n->voids4 > n->voids)
		return arena_printf(p->scratch, " (IPv4 %u)", n->voids4);
	return "";
}

void text_spf_tree(struct pen *p, const struct report *r)
{
	const struct spf_node *root = r->spf.root;
	struct walk w = { .p = p, .rows_max = p->o->verbose ? ROWS_VERBOSE : ROWS_BRIEF };

	if (!root || !root->spf || (!root->lookups && !root->voids))
		return;
	if (!p->o->verbose && root->lookups + 2 < LIMIT && root->voids < VOID_LIMIT)
		return;
	pen_to(p, 2);
	pen_style(p, STYLE_DIM);
	pen_put(p, arena_printf(p->scratch, "look-ups %u of %d allowed, void %u of %d%s%s:",
				root->lookups, LIMIT, root->voids, VOID_LIMIT, family_text(p, root),
				root->lookups > LIMIT ? "; from > on receivers give up" : ""));
	pen_style(p, STYLE_PLAIN);
	pen_newline(p);
	put_node(&w, root, 0);
	if (w.left_out) {
		pen_to(p, COL_TERM);
		pen_put(p, arena_printf(p->scratch, "... %zu more%s", w.left_out,
					p->o->verbose ? "" : " (-v shows them)"));
		pen_newline(p);
	}
}

void text_spf_evaluated(struct pen *p, const struct report *r)
{
	for (size_t i = 0; i < r->spf.nevaluated; i++) {
		const struct spf_evaluation *e = &r->spf.evaluated[i];

		if (e->result == SPF_RESULT_PASS && !p->o->verbose)
			continue;
		p->indent = 4;
		pen_to(p, 2);
		pen_words(p, ip_text(p->scratch, e->ip));
		pen_words(p, arena_printf(p->scratch, " gets %s", spf_result_name(e->result)));
		if (e->term) {
			pen_words(p, " by ");
			pen_words(p, arena_strndup(p->scratch, e->term->text.p, e->term->text.n));
			if (strcmp(e->term_domain, r->domain) != 0)
				pen_words(p, arena_printf(p->scratch, " of %s", e->term_domain));
		} else if (e->why) {
			pen_words(p, arena_printf(p->scratch, ": %s", e->why));
		}
		pen_words(p, arena_printf(p->scratch, " (%u look-ups, %u void)", e->lookups,
					  e->voids));
		pen_newline(p);
	}
}

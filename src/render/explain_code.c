/* `authcheck explain 5.7.26`: what a code means, who answers so, and what is to blame. Layer:
 * render. */
#include "text.h"

/* One of a list: what goes on over more lines is set in. */
static void put_item(struct pen *p, const char *text)
{
	pen_to(p, 2);
	p->indent = 4;
	pen_words(p, text);
	pen_newline(p);
}

/* ---- what it is ---- */

static const char *registered_text(struct arena *a, const struct code_view *v)
{
	static const char *const kind[] = {
		[2] = "success",
		[4] = "temporary: the sending server tries again by itself for some days",
		[5] = "permanent: sent again as it is, it is refused again",
	};
	unsigned class = v->enhanced.class ? v->enhanced.class : v->code / 100;
	const char *by = !v->enhanced.class ? v->code_meaning ? "RFC 5321 and its extensions"
							      : "registered nowhere"
			 : v->rfc           ? arena_printf(a, "registered with IANA, %s", v->rfc)
			 : v->nuse || v->nruling ? "not registered: a receiver's own code"
						 : "not registered";

	return class < 6 && kind[class] ? arena_printf(a, "%s; %s", kind[class], by) : by;
}

static void put_meaning(struct pen *p, const struct code_view *v)
{
	const char *meaning = v->meaning          ? v->meaning
			      : v->enhanced.class ? v->nuse ? v->use[0]->what : "see who answers so"
						  : v->code_meaning;

	pen_style(p, STYLE_BOLD);
	pen_put(p, v->text);
	pen_style(p, STYLE_PLAIN);
	pen_put(p, ":");
	text_paragraph(p, meaning, 0);
	text_paragraph(p, registered_text(p->scratch, v), 0);
	if (v->enhanced.class && v->code_meaning)
		text_paragraph(p, arena_printf(p->scratch, "%u: %s", v->code, v->code_meaning), 0);
}

/* ---- at whom ---- */

static void put_uses(struct pen *p, const struct code_view *v)
{
	if (!v->nuse)
		return;
	text_head(p, v->meaning ? "What receivers mean by it" : "Whose code it is");
	for (size_t i = 0; i < v->nuse; i++) {
		put_item(p, arena_printf(p->scratch, "%s: %s", v->use[i]->who, v->use[i]->what));
		text_paragraph(p, v->use[i]->source, 6);
	}
}

static void put_shared(struct pen *p, const struct code_view *v)
{
	if (!v->nshared)
		return;
	text_head(p, "It stands for many causes");
	for (size_t i = 0; i < v->nshared; i++)
		put_item(p, arena_printf(p->scratch, "%s: %s", text_cause(v->shared[i]->cause),
					 v->shared[i]->who));
}

static bool alike(const struct ruling *a, const struct ruling *b)
{
	return a->who == b->who && strcmp(a->reply, b->reply) == 0;
}

/* Rulings of one receiver with one reply are told together. */
static void put_ruling(struct pen *p, const struct ruling *const *list, size_t n, size_t at)
{
	const struct ruling *u = list[at];
	const char *when = text_conditions(p->scratch, u);

	for (size_t i = 0; i < at; i++)
		if (alike(list[i], u))
			return;
	for (size_t i = at + 1; i < n; i++)
		if (alike(list[i], u))
			when = arena_printf(p->scratch, "%s; or %s", when,
					    text_conditions(p->scratch, list[i]));
	put_item(p,
		 arena_printf(p->scratch, "%s: %s when %s%s", receivers[u->who].title,
			      text_fate(u->fate), when, u->optional ? ", where it is set so" : ""));
	text_paragraph(p, u->reply, 6);
}

static void put_rulings(struct pen *p, const struct code_view *v)
{
	if (v->nruling)
		text_head(p, v->enhanced.class ? "Who answers so"
					       : "Who answers so, without an enhanced code");
	for (size_t i = 0; i < v->nruling; i++)
		put_ruling(p, v->ruling, v->nruling, i);
	if (!v->enhanced.class || !v->nkin)
		return;
	text_head(p, v->code ? "Who answers so with another reply code, or for a time"
			     : "Who answers so for a time, or for good");
	for (size_t i = 0; i < v->nkin; i++)
		put_ruling(p, v->kin, v->nkin, i);
}

/* The enhanced codes that stand behind a reply code, each once. */
static void put_enhanced(struct pen *p, const struct code_view *v)
{
	const char *list = "";

	if (v->enhanced.class || !v->nkin)
		return;
	for (size_t i = 0; i < v->nkin; i++) {
		struct enhanced e = ruling_enhanced(v->kin[i]);
		const char *code = arena_printf(p->scratch, "%u.%u.%u", e.class, e.subject,
						e.detail);
		bool seen = false;

		for (size_t k = 0; k < i && !seen; k++) {
			struct enhanced before = ruling_enhanced(v->kin[k]);

			seen = before.class == e.class && before.subject == e.subject &&
			       before.detail == e.detail;
		}
		if (!seen)
			list = arena_printf(p->scratch, "%s%s%s", list, *list ? ", " : "", code);
	}
	text_head(p, "Enhanced codes that stand behind it");
	put_item(p,
		 arena_printf(p->scratch,
			      "%s: they say more; `authcheck explain CODE' explains each", list));
}

/* ---- what is to blame ---- */

static void put_blame(struct pen *p, enum condition_id c)
{
	const char *list = "";

	for (size_t i = 0; i < nblames; i++)
		if (blames[i].condition == c)
			list = arena_printf(p->scratch, "%s%s%s", list, *list ? ", " : "",
					    rules[blames[i].rule].name);
	if (*list)
		put_item(p, arena_printf(p->scratch, "%s: %s", conditions[c].text, list));
}

/* That SPF or DKIM does not pass is what mail is not aligned of. */
static void need(bool *needed, enum condition_id c)
{
	needed[c] = true;
	if (c == COND_NOT_ALIGNED)
		needed[COND_SPF_NO_PASS] = needed[COND_DKIM_NO_PASS] = true;
	if (c == COND_SPF_FAIL)
		needed[COND_SPF_NO_PASS] = true;
}

static void put_blames(struct pen *p, const struct code_view *v)
{
	bool needed[COND_COUNT] = { false }, any = false;
	const struct ruling *const *list = v->nruling ? v->ruling : v->kin;
	size_t n = !v->enhanced.class ? 0 : v->nruling ? v->nruling : v->nkin;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < list[i]->nconditions; k++)
			need(needed, list[i]->condition[k]);
	for (size_t i = 0; i < nblames; i++)
		any |= needed[blames[i].condition];
	if (!any)
		return;
	text_head(p, "Rules to blame");
	for (int c = 0; c < (int)COND_COUNT; c++)
		if (needed[c])
			put_blame(p, (enum condition_id)c);
}

static void put_advice(struct pen *p, const struct code_view *v)
{
	bool many = v->nshared || v->ncause > 1 || !v->enhanced.class;

	text_head(p, "What to do");
	for (size_t i = 0; !v->nshared && i < v->ncause && (v->tag || v->enhanced.class); i++)
		put_item(p, cause_advice(v->cause[i]));
	put_item(
		p,
		many && !v->tag
			? "The code alone does not tell which it was: the words decide. `authcheck bounce \"the whole reply\"' reads them, and looks at the sender's DNS."
			: "`authcheck bounce \"the whole reply\"' reads its words, and looks at the sender's DNS.");
}

void render_explain_code(struct buf *out, struct arena *scratch, const struct code_view *v,
			 const struct render_options *o)
{
	struct pen p;

	pen_init(&p, out, scratch, o);
	if (v->tag) {
		pen_style(&p, STYLE_BOLD);
		pen_put(&p, v->text);
		pen_style(&p, STYLE_PLAIN);
		pen_put(&p, ":");
		text_paragraph(&p, v->tag->what, 0);
		text_paragraph(&p, arena_printf(scratch, "a mark in replies of %s", v->tag->who),
			       0);
	} else {
		put_meaning(&p, v);
		put_uses(&p, v);
		put_shared(&p, v);
		put_rulings(&p, v);
		put_enhanced(&p, v);
		put_blames(&p, v);
	}
	put_advice(&p, v);
}

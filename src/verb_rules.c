/* authcheck explain, rules, receivers: the tables themselves. */
#include "judge.h"
#include "program.h"

/* False, with a complaint, when an option was given but these two: what a verb does not heed, it
 * must not take. */
static bool only(struct program *p, const char *verb, const char *one, const char *other)
{
	for (size_t i = 0; i < p->o.given.n; i++) {
		const char *name = p->o.given.item[i];

		if (strcmp(name, one) == 0 || strcmp(name, other) == 0)
			continue;
		complain(arena_printf(&p->arena, "%s takes no %s: only %s and %s", verb, name, one,
				      other));
		return false;
	}
	return true;
}

/* The table as text, or as the page of doc/ that is made from it. */
static bool table_options(struct program *p, const char *verb)
{
	if (!only(p, verb, "--format", "--output"))
		return false;
	if (program_format_is(p, "text") || program_format_is(p, "markdown"))
		return true;
	complain(arena_printf(&p->arena, "%s: --format is text or markdown", verb));
	return false;
}

static bool complain_word(struct program *p, const char *word)
{
	const char *near = rule_nearest(str_c(word));

	complain(arena_printf(
		&p->arena,
		"there is no rule, protocol or code \"%s\"%s%s%s; `authcheck rules` lists the rules",
		word, near ? ": did you mean " : "", near ? near : "", near ? "?" : ""));
	return false;
}

/* A code of a reply. False and a complaint when it is none, or none that is known. */
static bool explain_code(struct program *p, const char *word, const struct render_options *ro)
{
	struct code_view v;

	switch (judge_code(&p->arena, str_c(word), &v)) {
	case CODE_KNOWN: render_explain_code(&p->out, &p->arena, &v, ro); return true;
	case CODE_REPLY:
		complain(
			"that is a whole reply, and its words say more than its code: `authcheck bounce \"REPLY\"' reads it");
		return false;
	case CODE_UNKNOWN:
		complain(arena_printf(
			&p->arena,
			"%s is no code that is registered, or that a known receiver uses%s%s; `authcheck bounce \"REPLY\"' reads the words",
			v.text, v.nearest ? ": the nearest is " : "", v.nearest ? v.nearest : ""));
		return false;
	case CODE_NONE: break;
	}
	return complain_word(p, word);
}

/* One word: a rule, a protocol or a code. False and a complaint when it is none. */
static bool explain(struct program *p, const char *word, const struct render_options *ro)
{
	enum rule_id rule;
	enum proto proto;

	if (rule_from(str_c(word), &rule)) {
		render_explain(&p->out, &p->arena, rule, ro);
		return true;
	}
	if (proto_from(str_c(word), &proto)) {
		render_explain_proto(&p->out, &p->arena, proto, ro);
		return true;
	}
	return explain_code(p, word, ro);
}

/* "550 5.7.1" is one code, though it came as two words. */
static void join_codes(struct program *p)
{
	struct texts *w = &p->o.words;

	for (size_t i = 0; i + 1 < w->n; i++) {
		struct code_view a, b;

		if (judge_code(&p->arena, str_c(w->item[i]), &a) < CODE_UNKNOWN || !a.code ||
		    a.enhanced.class ||
		    judge_code(&p->arena, str_c(w->item[i + 1]), &b) < CODE_UNKNOWN || b.code ||
		    !b.enhanced.class)
			continue;
		w->item[i] = arena_printf(&p->arena, "%s %s", a.text, b.text);
		for (size_t k = i + 1; k + 1 < w->n; k++)
			w->item[k] = w->item[k + 1];
		w->n--;
	}
}

int verb_explain(struct program *p)
{
	struct render_options ro = program_render_options(&p->o);

	if (!p->o.words.n)
		return complain(
			"explain takes a rule, a protocol or a code: `authcheck explain spf-multiple`, `authcheck explain 5.7.26`; `authcheck rules` lists the rules");
	if (!only(p, "explain", "--color", "--output"))
		return EXIT_USAGE;
	join_codes(p);
	for (size_t i = 0; i < p->o.words.n; i++) {
		if (i)
			buf_addc(&p->out, '\n');
		if (!explain(p, p->o.words.item[i], &ro))
			return EXIT_USAGE;
	}
	return program_done(p);
}

int verb_rules(struct program *p)
{
	if (p->o.words.n)
		return complain(
			"rules takes no argument; `authcheck explain RULE` says more of one");
	if (!table_options(p, "rules"))
		return EXIT_USAGE;
	if (program_format_is(p, "markdown"))
		render_rules_markdown(&p->out);
	else
		render_rules_text(&p->out);
	return program_done(p);
}

int verb_receivers(struct program *p)
{
	if (p->o.words.n)
		return complain(
			"receivers takes no argument; `authcheck --receiver NAME` judges for one");
	if (!table_options(p, "receivers"))
		return EXIT_USAGE;
	if (program_format_is(p, "markdown"))
		render_receivers_markdown(&p->out);
	else
		render_receivers_text(&p->out);
	return program_done(p);
}

/* authcheck explain, rules, receivers: the tables themselves. */
#include "program.h"

/* One word: a rule, or a protocol. False and a complaint when it is neither. */
static bool explain(struct program *p, const char *word, const struct render_options *ro)
{
	enum rule_id rule;
	enum proto proto;
	const char *near;

	if (rule_from(str_c(word), &rule)) {
		render_explain(&p->out, &p->arena, rule, ro);
		return true;
	}
	if (proto_from(str_c(word), &proto)) {
		render_explain_proto(&p->out, &p->arena, proto, ro);
		return true;
	}
	near = rule_nearest(str_c(word));
	complain(arena_printf(&p->arena,
			      "there is no rule \"%s\"%s%s%s; `authcheck rules` lists them", word,
			      near ? ": did you mean " : "", near ? near : "", near ? "?" : ""));
	return false;
}

int verb_explain(struct program *p)
{
	struct render_options ro = program_render_options(&p->o);

	if (!p->o.words.n)
		return complain(
			"explain takes a rule or a protocol: `authcheck explain spf-multiple`; `authcheck rules` lists them");
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
	if (p->o.format_name && !p->o.format)
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
	if (p->o.format_name && !p->o.format)
		render_receivers_markdown(&p->out);
	else
		render_receivers_text(&p->out);
	return program_done(p);
}

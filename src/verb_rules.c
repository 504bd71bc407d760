/* authcheck explain, rules, receivers: the tables themselves. */
#include "program.h"

int verb_explain(struct program *p)
{
	struct render_options ro = program_render_options(&p->o);
	enum rule_id rule;

	if (p->o.words.n != 1)
		return complain(
			"explain takes one rule: `authcheck explain spf-multiple`; `authcheck rules` lists them");
	if (!rule_from(str_c(p->o.words.item[0]), &rule)) {
		const char *near = rule_nearest(str_c(p->o.words.item[0]));

		return complain(arena_printf(
			&p->arena, "there is no rule \"%s\"%s%s%s; `authcheck rules` lists them",
			p->o.words.item[0], near ? ": did you mean " : "", near ? near : "",
			near ? "?" : ""));
	}
	render_explain(&p->out, &p->arena, rule, &ro);
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

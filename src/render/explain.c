/* `authcheck explain`: one rule in full, or the rules of a protocol in a list. Layer: render. */
#include "text.h"

static const struct example {
	enum rule_id rule;
	const char *owner, *faulty, *mended;
} examples[] = {
#define EXAMPLE(rule, owner, faulty, mended) { RULE_##rule, owner, faulty, mended },
#include "examples.def"
#undef EXAMPLE
};

void text_paragraph(struct pen *p, const char *text, size_t indent)
{
	p->indent = indent;
	pen_to(p, indent);
	pen_words(p, text);
	pen_newline(p);
}

void text_head(struct pen *p, const char *text)
{
	pen_newline(p);
	pen_style(p, STYLE_BOLD);
	pen_put(p, text);
	pen_style(p, STYLE_PLAIN);
	pen_newline(p);
}

const char *text_fate(enum fate f)
{
	return f == FATE_JUNK ? "spam folder" : f == FATE_DEFER ? "puts off" : fate_name(f);
}

const char *text_conditions(struct arena *a, const struct ruling *u)
{
	const char *text = conditions[u->condition[0]].text;

	for (size_t i = 1; i < u->nconditions; i++)
		text = arena_printf(a, "%s, and %s", text, conditions[u->condition[i]].text);
	return text;
}

/* The rulings of large receivers that the rule is to blame for; those of others are counted. */
static void put_rulings(struct pen *p, enum rule_id id)
{
	bool any = false;
	unsigned others = 0;

	for (size_t i = 0; i < nrulings; i++) {
		const struct ruling *u = &rulings[i];

		if (!ruling_blames(u, id))
			continue;
		others += !receivers[u->who].major;
		if (!receivers[u->who].major)
			continue;
		if (!any)
			text_head(p, "Who refuses for it");
		any = true;
		text_paragraph(p,
			       arena_printf(p->scratch, "%s: %s when %s%s%s",
					    receivers[u->who].title, text_fate(u->fate),
					    text_conditions(p->scratch, u),
					    u->optional ? ", where it is set so" : "",
					    u->reply[0] ? "" : " (its reply is not published)"),
			       2);
		if (u->reply[0])
			text_paragraph(p, u->reply, 6);
	}
	if (!any && others)
		text_head(p, "Who refuses for it");
	if (others)
		text_paragraph(
			p,
			arena_printf(
				p->scratch,
				"%s%u ruling%s of other receivers and mail servers: see `authcheck receivers'",
				any ? "and " : "", others, others == 1 ? "" : "s"),
			2);
}

static void put_example(struct pen *p, enum rule_id id)
{
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		const struct example *e = &examples[i];

		if (e->rule != id)
			continue;
		text_head(p, "Example");
		text_paragraph(
			p,
			arena_printf(p->scratch, "faulty: %s. IN TXT \"%s\"", e->owner, e->faulty),
			2);
		text_paragraph(
			p,
			arena_printf(p->scratch, "mended: %s. IN TXT \"%s\"", e->owner, e->mended),
			2);
	}
}

void render_explain(struct buf *out, struct arena *scratch, enum rule_id id,
		    const struct render_options *o)
{
	const struct rule *r = &rules[id];
	struct pen p;

	pen_init(&p, out, scratch, o);
	pen_style(&p, STYLE_BOLD);
	pen_put(&p, r->name);
	pen_style(&p, STYLE_PLAIN);
	pen_put(&p, ":");
	text_paragraph(&p, r->title, 0);
	text_paragraph(&p,
		       arena_printf(scratch, "%s, %s, %s", severity_name(r->severity),
				    proto_title(r->proto), r->ref),
		       0);
	pen_newline(&p);
	text_paragraph(&p, r->why, 0);
	text_head(&p, "How to mend it");
	text_paragraph(&p, r->fix, 2);
	put_example(&p, id);
	put_rulings(&p, id);
}

void render_explain_proto(struct buf *out, struct arena *scratch, enum proto proto,
			  const struct render_options *o)
{
	struct pen p;

	pen_init(&p, out, scratch, o);
	pen_style(&p, STYLE_BOLD);
	pen_put(&p, arena_printf(scratch, "The rules of %s",
				 proto == PROTO_PROFILE ? "baselines (--profile)"
							: proto_title(proto)));
	pen_style(&p, STYLE_PLAIN);
	pen_newline(&p);
	for (int i = 0; i < (int)RULE_COUNT; i++) {
		if (rules[i].proto != proto)
			continue;
		pen_to(&p, 2);
		pen_put(&p, rules[i].name);
		pen_to(&p, 28);
		pen_put(&p, severity_name(rules[i].severity));
		p.indent = 37;
		pen_to(&p, 37);
		pen_words(&p, rules[i].title);
		pen_newline(&p);
	}
}

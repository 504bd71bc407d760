/* The rule table as text: `authcheck explain`, `authcheck rules` and doc/rules.md. */
#include "text.h"

static void paragraph(struct pen *p, const char *text, size_t indent)
{
	p->indent = indent;
	pen_to(p, indent);
	pen_words(p, text);
	pen_newline(p);
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
	paragraph(&p, r->title, 0);
	paragraph(&p,
		  arena_printf(scratch, "%s, %s, %s", severity_name(r->severity),
			       proto_title(r->proto), r->ref),
		  0);
	pen_newline(&p);
	paragraph(&p, r->why, 0);
	pen_newline(&p);
	paragraph(&p, "How to mend it:", 0);
	paragraph(&p, r->fix, 2);
}

void render_rules_text(struct buf *out)
{
	for (int i = 0; i < (int)RULE_COUNT; i++)
		buf_addf(out, "%-26s %-8s %s\n", rules[i].name, severity_name(rules[i].severity),
			 rules[i].title);
}

/* Text from the table holds marks that Markdown would read as its own. */
void render_markdown_text(struct buf *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("*_<>|`\\", *text))
			buf_addc(out, '\\');
		buf_addc(out, *text);
	}
}

void render_rules_markdown(struct buf *out)
{
	buf_adds(
		out,
		"# The rules\n\nMade by `authcheck rules --format markdown` from include/authcheck/rules.def; `make doc/rules.md` writes it anew.\n");
	for (int p = 0; p <= PROTO_PROFILE; p++) {
		buf_addf(out, "\n## %s\n",
			 p == PROTO_PROFILE ? "Baselines (`--profile`)"
					    : proto_title((enum proto)p));
		for (int i = 0; i < (int)RULE_COUNT; i++) {
			const struct rule *r = &rules[i];

			if (r->proto != (enum proto)p)
				continue;
			buf_addf(out, "\n### %s\n\n", r->name);
			buf_addf(out, "**%s**, %s: ", severity_name(r->severity), r->ref);
			render_markdown_text(out, r->title);
			buf_adds(out, ".\n\n");
			render_markdown_text(out, r->why);
			buf_adds(out, "\n\n*Mend it:* ");
			render_markdown_text(out, r->fix);
			buf_adds(out, ".\n");
		}
	}
}

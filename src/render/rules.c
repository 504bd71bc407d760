/* The rule table as text: `authcheck rules` and doc/rules.md. */
#include "render.h"

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
	for (int p = 0; p < PROTO_ALL; p++) {
		buf_addf(out, "\n## %s\n",
			 p == PROTO_PROFILE  ? "Baselines (`--profile`)"
			 : p == PROTO_STACK  ? "Receiver libraries (`--stack`)"
			 : p == PROTO_ZONE   ? "Zone files (`--zone`)"
			 : p == PROTO_CONFIG ? "The file of suppressions (`--config`)"
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

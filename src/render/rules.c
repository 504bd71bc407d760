/* The rule table as text: `authcheck explain`, `authcheck rules` and doc/rules.md. */
#include "render.h"

/* Prose, wrapped at `width`, each line behind `indent` blanks. */
static void wrap(struct buf *out, const char *text, size_t indent, size_t width)
{
	size_t column = 0;

	for (const char *p = text; *p;) {
		const char *end = p;

		while (*end && *end != ' ')
			end++;
		if (column && column + 1 + (size_t)(end - p) > width) {
			buf_addc(out, '\n');
			column = 0;
		}
		if (!column) {
			buf_pad(out, ' ', indent);
			column = indent;
		} else {
			buf_addc(out, ' ');
			column++;
		}
		buf_add(out, p, (size_t)(end - p));
		column += (size_t)(end - p);
		for (p = end; *p == ' '; p++)
			;
	}
	buf_addc(out, '\n');
}

void render_explain(struct buf *out, enum rule_id id, const struct render_options *o)
{
	const struct rule *r = &rules[id];
	const char *bold = o->color ? "\033[1m" : "", *plain = o->color ? "\033[0m" : "";

	buf_addf(out, "%s%s%s: %s\n%s, %s, %s\n\n", bold, r->name, plain, r->title,
		 severity_name(r->severity), proto_title(r->proto), r->ref);
	wrap(out, r->why, 0, o->width);
	buf_adds(out, "\nHow to mend it:\n");
	wrap(out, r->fix, 2, o->width);
}

void render_rules_text(struct buf *out)
{
	for (int i = 0; i < (int)RULE_COUNT; i++)
		buf_addf(out, "%-26s %-8s %s\n", rules[i].name, severity_name(rules[i].severity),
			 rules[i].title);
}

/* Text from the table holds marks that Markdown would read as its own. */
static void put_markdown(struct buf *out, const char *text)
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
	for (int p = 0; p < PROTO_COUNT; p++) {
		buf_addf(out, "\n## %s\n", proto_title((enum proto)p));
		for (int i = 0; i < (int)RULE_COUNT; i++) {
			const struct rule *r = &rules[i];

			if (r->proto != (enum proto)p)
				continue;
			buf_addf(out, "\n### %s\n\n", r->name);
			buf_addf(out, "**%s**, %s: ", severity_name(r->severity), r->ref);
			put_markdown(out, r->title);
			buf_adds(out, ".\n\n");
			put_markdown(out, r->why);
			buf_adds(out, "\n\n*Mend it:* ");
			put_markdown(out, r->fix);
			buf_adds(out, ".\n");
		}
	}
}

/* SPF's tree and the receivers in the HTML page. Layer: render. */
#include "html.h"

/* ---- SPF ---- */

enum { LOOKUPS = 10, VOIDS = 2, DEPTH_MAX = 12, ROWS_MAX = 400 };

struct walk {
	struct page *p;
	size_t rows, left_out;
	unsigned spent; /* look-ups before the row that comes */
	bool said;      /* the row where the limit is passed has been marked */
};

static bool costs(const struct spf_cost *c)
{
	return c->runs && (c->lookups || c->voids || c->note);
}

static void put_term(struct walk *w, const struct spf_cost *c)
{
	struct buf *out = w->p->out;
	bool passes = c->lookups && w->spent + 1 > LOOKUPS && !w->said;

	buf_addf(out, "<li%s><span class=\"cost\">%u</span> <code>",
		 passes ? " class=\"over\"" : "", c->lookups);
	escape_xml(out, c->term->text);
	buf_adds(out, "</code>");
	if (passes)
		buf_adds(out, " <b>from here on receivers give up</b>");
	if (c->is_void)
		buf_adds(out, " <i>void</i>");
	if (c->note || (!c->is_void && c->cut)) {
		buf_adds(out, c->note ? " <i>" : " <i>not needed: ");
		html_text(w->p, c->note ? c->note : c->cut);
		buf_adds(out, "</i>");
	}
	w->said |= passes;
}

static void put_node(struct walk *w, const struct spf_node *n, unsigned depth)
{
	bool any = false;

	for (size_t i = 0; i < n->nterms; i++) {
		const struct spf_cost *c = &n->terms[i];
		unsigned before = w->spent;

		if (!costs(c))
			continue;
		if (w->rows == ROWS_MAX) {
			w->left_out++;
			continue;
		}
		buf_adds(w->p->out, any ? "" : "<ul>\n");
		any = true;
		w->rows++;
		put_term(w, c);
		w->spent += c->lookups ? 1 : 0;
		if (c->child && depth + 1 < DEPTH_MAX) {
			buf_addc(w->p->out, '\n');
			put_node(w, c->child, depth + 1);
		}
		buf_adds(w->p->out, "</li>\n");
		w->spent = before + c->lookups;
	}
	buf_adds(w->p->out, any ? "</ul>\n" : "");
}

void html_spf(struct page *p)
{
	const struct spf_node *root = p->report->spf.root;
	struct walk w = { .p = p };

	if (!root || !root->spf || (!root->lookups && !root->voids))
		return;
	buf_addf(p->out,
		 "<h3>SPF look-ups</h3>\n<p%s>%u of %d allowed, %u void of %d.</p>\n"
		 "<div class=\"tree\">\n",
		 root->lookups > LOOKUPS || root->voids > VOIDS ? " class=\"over\"" : "",
		 root->lookups, LOOKUPS, root->voids, VOIDS);
	put_node(&w, root, 0);
	buf_adds(p->out, "</div>\n");
	if (w.left_out)
		buf_addf(p->out, "<p>and %zu more terms</p>\n", w.left_out);
}

/* ---- receivers ---- */

static bool shows(const struct report *r, const struct verdict *v)
{
	return report_counts(r, v->who) || (!r->receivers && v->ruling);
}

static void put_because(struct page *p, const struct verdict *v)
{
	bool said[RULE_COUNT] = { false }, any = false;

	for (size_t i = 0; i < v->nbecause; i++) {
		enum rule_id rule = v->because[i]->rule;

		if (said[rule])
			continue;
		buf_addf(p->out, "%s<code>%s</code>", any ? ", " : "", rules[rule].name);
		said[rule] = any = true;
	}
}

static void put_verdict(struct page *p, const struct verdict *v)
{
	buf_addf(p->out, "<tr><th scope=\"row\">%s%s</th><td class=\"f %s%s\">%s</td><td>",
		 receivers[v->who].title,
		 v->ruling && v->ruling->optional ? " (where it is set so)" : "",
		 fate_name(v->fate), v->sure ? "" : " maybe", text_verdict(v));
	if (v->reply) {
		buf_adds(p->out, "<code>");
		html_text(p, v->reply);
		buf_adds(p->out, "</code>");
	} else if (v->ruling) {
		html_text(p, text_conditions(p->scratch, v->ruling));
	}
	buf_adds(p->out, "</td><td>");
	put_because(p, v);
	buf_adds(p->out, "</td></tr>\n");
}

void html_receivers(struct page *p)
{
	static const enum fate order[] = { FATE_REJECT, FATE_DEFER, FATE_UNKNOWN, FATE_JUNK,
					   FATE_ACCEPT };
	const struct report *r = p->report;

	if (!r->nverdict)
		return;
	buf_addf(
		p->out,
		"<h3>Receivers%s</h3>\n<div class=\"wide\"><table class=\"receivers\">\n<thead><tr>"
		"<th scope=\"col\">Receiver</th><th scope=\"col\">does</th>"
		"<th scope=\"col\">says</th><th scope=\"col\">because of</th></tr></thead>\n<tbody>\n",
		r->bulk ? " (as a bulk sender)" : "");
	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
		for (int sure = 1; sure >= 0; sure--)
			for (size_t i = 0; i < r->nverdict; i++)
				if (r->verdict[i].fate == order[k] &&
				    r->verdict[i].sure == (sure == 1) && shows(r, &r->verdict[i]))
					put_verdict(p, &r->verdict[i]);
	buf_adds(p->out, "</tbody></table></div>\n");
}

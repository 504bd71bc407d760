/* html: the parts of the HTML page. Private to src/render. Layer: render.
 *
 * Every octet from outside goes through escape_xml(), which leaves printable ASCII alone; the page
 * loads nothing and runs nothing but its own script, which its policy names by its hash. */
#ifndef AUTHCHECK_HTML_H
#define AUTHCHECK_HTML_H

#include "escape.h"
#include "place.h"
#include "text.h"

struct page {
	struct buf *out;
	struct arena *scratch;
	const struct report *report;
	const struct render_options *o;
};

/* What the page brings along, and the policy that allows these two and no other. */
extern const char html_style[], html_script[], html_policy[];

/* Escaped text. */
void html_text(struct page *p, const char *s);
/* "error", "warning", "info", or "open" for what is not sure: the class of a finding. */
const char *html_severity(const struct finding *f);

/* The findings, those about one record together, with the record and its faulty parts marked. */
void html_findings(struct page *p);
/* The look-ups of SPF as a tree; nothing where there are none. */
void html_spf(struct page *p);
/* What receivers do. */
void html_receivers(struct page *p);

#endif

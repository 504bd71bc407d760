/* Findings in the HTML page. Layer: render. */
#include "html.h"

enum { RECORDS_MAX = 20, OPEN = SEV_ERROR + 1, NO_MARK = OPEN + 1 };

/* ---- the record ---- */

/* Of each octet the worst that is said of it. */
static void mark(unsigned char *marks, struct str text, const struct finding *f)
{
	unsigned char as = (unsigned char)(f->sure ? rules[f->rule].severity : OPEN);

	if (!text_has_mark(f, text))
		return;
	for (size_t i = f->at.at; i < text.n && i < (size_t)f->at.at + f->at.len; i++)
		if (marks[i] == NO_MARK || marks[i] == OPEN || (as != OPEN && as > marks[i]))
			marks[i] = as;
}

static void put_record(struct page *p, struct str text, const unsigned char *marks)
{
	static const char *const classes[] = { [SEV_INFO] = "info",
					       [SEV_WARNING] = "warning",
					       [SEV_ERROR] = "error",
					       [OPEN] = "open" };

	buf_adds(p->out, "<pre>");
	for (size_t i = 0, n; i < text.n; i += n) {
		for (n = 1; i + n < text.n && marks[i + n] == marks[i];)
			n++;
		if (marks[i] != NO_MARK)
			buf_addf(p->out, "<mark class=\"%s\">", classes[marks[i]]);
		escape_xml_lines(p->out, str_sub(text, i, n));
		if (marks[i] != NO_MARK)
			buf_adds(p->out, "</mark>");
	}
	buf_adds(p->out, "</pre>\n");
}

/* Several records, about all of which something is wrong. */
static void put_records(struct page *p, const struct fact *f)
{
	size_t n = f->nrr < RECORDS_MAX ? f->nrr : RECORDS_MAX;

	buf_adds(p->out, "<pre>");
	for (size_t i = 0; i < n; i++) {
		escape_xml(p->out, rr_text(p->scratch, &f->rr[i]));
		buf_addc(p->out, '\n');
	}
	if (f->nrr > n)
		buf_addf(p->out, "and %zu more\n", f->nrr - n);
	buf_adds(p->out, "</pre>\n");
}

/* What was looked at, where it stands, and what it leads to. */
static void put_place(struct page *p, const struct finding *f)
{
	const struct place place = place_of(p->report, f);

	buf_adds(p->out, "<p class=\"place\"><code>");
	html_text(p, place_name(p->scratch, f));
	buf_adds(p->out, "</code>");
	if (place.file && place.exact) {
		buf_adds(p->out, " at <code>");
		html_text(p, arena_printf(p->scratch, "%s:%u", place.file, place.line));
		buf_adds(p->out, "</code>");
	}
	for (size_t i = 0; f->fact && i < f->fact->nchain; i++) {
		buf_adds(p->out, ", alias of <code>");
		html_text(p, f->fact->chain[i].target);
		buf_adds(p->out, "</code>");
	}
	if (f->fact && f->fact->state != FACT_SOME) {
		buf_adds(p->out, ": ");
		html_text(p, f->fact->detail ? f->fact->detail : fact_why_text(f->fact->why));
	}
	buf_adds(p->out, "</p>\n");
}

/* ---- what is wrong with it ---- */

static void put_fix(struct page *p, const struct finding *f)
{
	const char *fix = f->sure ? finding_fix(f) : NULL, *zone;

	if (!fix || !*fix || place_mended_with(p->report, f, place_lists, p->o))
		return;
	zone = f->fix ? text_zone_line(fix) : NULL;
	buf_adds(p->out, "<p class=\"fix\"><b>Mend it:</b> ");
	escape_xml(p->out, zone ? (struct str){ fix, (size_t)(zone - fix) } : str_c(fix));
	if (zone == fix)
		buf_adds(p->out, "publish");
	buf_adds(p->out, "</p>\n");
	if (zone) {
		buf_adds(p->out, "<pre class=\"fix\">");
		escape_xml_lines(p->out, str_c(zone));
		buf_adds(p->out, "</pre>\n");
	}
}

static void put_finding(struct page *p, const struct finding *f)
{
	static const char *const words[] = {
		[SEV_INFO] = "note", [SEV_WARNING] = "warning", [SEV_ERROR] = "error"
	};
	const struct rule *rule = &rules[f->rule];
	struct str part = place_part(p->scratch, f);

	buf_addf(p->out, "<div class=\"finding %s\">\n<p><b class=\"w\">%s</b> ", html_severity(f),
		 f->sure ? words[rule->severity] : "not known");
	html_text(p, place_statement(p->scratch, p->report, f, false));
	if (part.n) {
		buf_adds(p->out, ", at <code>");
		escape_xml(p->out, part);
		buf_adds(p->out, "</code>");
	}
	buf_adds(p->out, "</p>\n");
	put_fix(p, f);
	buf_addf(p->out, "<details><summary><code>%s</code>, ", rule->name);
	html_text(p, rule->ref);
	buf_adds(p->out, "</summary><p>");
	html_text(p, rule->why);
	buf_adds(p->out, "</p></details>\n</div>\n");
}

static bool same_record(const struct finding *a, const struct finding *b)
{
	return a->fact && a->fact == b->fact && a->rr == b->rr;
}

/* A record, and all that is listed about it. */
static void put_group(struct page *p, const struct finding **list, size_t n)
{
	const struct finding *first = list[0];
	struct str text = text_evidence(p->scratch, first);
	unsigned char *marks = arena_alloc(p->scratch, text.n);

	memset(marks, NO_MARK, text.n);
	for (size_t i = 0; i < n; i++)
		if (list[i] && (i == 0 || same_record(first, list[i])))
			mark(marks, text, list[i]);
	buf_adds(p->out, "<section class=\"group\">\n");
	put_place(p, first);
	if (text.n)
		put_record(p, text, marks);
	else if (first->fact && first->fact->nrr > 1)
		put_records(p, first->fact);
	put_finding(p, first);
	for (size_t i = 1; i < n; i++) {
		if (!list[i] || !same_record(first, list[i]))
			continue;
		put_finding(p, list[i]);
		list[i] = NULL;
	}
	buf_adds(p->out, "</section>\n");
}

void html_findings(struct page *p)
{
	const struct findings *all = &p->report->findings;
	const struct finding **list = arena_array(p->scratch, all->n, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < all->n; i++)
		if (place_lists(all->item[i], p->o))
			list[n++] = all->item[i];
	buf_adds(p->out, n ? "<h3>Findings</h3>\n" : "<h3>Findings</h3>\n<p>None.</p>\n");
	for (size_t i = 0; i < n; i++)
		if (list[i])
			put_group(p, list + i, n - i);
}

/* One HTML page: a table of all domains, and a part for each. Layer: render.
 *
 * It stands alone: no file, font or script from elsewhere. Without scripts nothing is missing but
 * sorting and filtering, which only the script shows controls for. */
#include "html.h"

enum { PART_ROWS = 0, PART_REST = 1 };

void html_text(struct page *p, const char *s)
{
	escape_xml(p->out, str_c(s));
}

const char *html_severity(const struct finding *f)
{
	return f->sure ? severity_name(rules[f->rule].severity) : "open";
}

/* ---- the table of domains ---- */

static const enum proto columns[] = { PROTO_SPF, PROTO_DKIM,    PROTO_DMARC,
				      PROTO_MX,  PROTO_MTA_STS, PROTO_TLS_RPT };
enum { COLUMNS = sizeof(columns) / sizeof(columns[0]) };

static size_t count(const struct report *r, enum severity s)
{
	size_t n = 0;

	for (size_t i = 0; i < r->findings.n; i++)
		n += r->findings.item[i]->sure && rules[r->findings.item[i]->rule].severity == s;
	return n;
}

/* The class of a status: that of "n/a" is na. */
static const char *status_class(enum status s)
{
	return s == STATUS_NA ? "na" : status_name(s);
}

static void put_status(struct buf *out, enum status s)
{
	buf_addf(out, "<span class=\"s %s\">%s</span>", status_class(s),
		 s == STATUS_UNKNOWN ? "not known" : status_name(s));
}

static void put_row(struct page *p, size_t index)
{
	const struct report *r = p->report;
	struct buf *out = p->out;
	/* by how bad it is, not by name */
	static const int rank[] = { [RISK_NONE] = 0,
				    [RISK_LOW] = 1,
				    [RISK_UNKNOWN] = 2,
				    [RISK_MEDIUM] = 3,
				    [RISK_HIGH] = 4 };

	buf_addf(out, "<tr data-for=\"d%zu\"><th scope=\"row\"><a href=\"#d%zu\">", index, index);
	html_text(p, r->domain);
	buf_addf(out, "</a></th><td data-v=\"%d\"><span class=\"r %s\">%s</span></td>",
		 rank[r->risk], risk_name(r->risk),
		 r->risk == RISK_UNKNOWN ? "not known" : risk_name(r->risk));
	buf_addf(
		out,
		"<td class=\"n\">%d</td><td>%s</td><td class=\"n\">%zu</td><td class=\"n\">%zu</td>",
		r->score, r->grade ? r->grade : "?", count(r, SEV_ERROR), count(r, SEV_WARNING));
	for (size_t i = 0; i < COLUMNS; i++) {
		buf_addf(out, "<td data-v=\"%d\">", (int)r->status[columns[i]]);
		put_status(out, r->status[columns[i]]);
		buf_adds(out, "</td>");
	}
	buf_adds(out, "</tr>\n");
}

/* ---- the part of a domain ---- */

static void put_head(struct page *p, size_t index)
{
	static const char *const words[] = {
		[INTENT_AUTO] = "It is not known whether it sends mail",
		[INTENT_SENDS] = "It sends mail",
		[INTENT_RECEIVES] = "It takes mail and sends none",
		[INTENT_PARKED] = "It is parked: no mail",
	};
	const struct report *r = p->report;

	buf_addf(p->out, "<article id=\"d%zu\">\n<h2>", index);
	html_text(p, r->domain);
	buf_addf(p->out,
		 "</h2>\n<p><span class=\"r %s\">risk of refusal: %s</span>, score %d of 100, "
		 "grade %s. %s",
		 risk_name(r->risk), r->risk == RISK_UNKNOWN ? "not known" : risk_name(r->risk),
		 r->score, r->grade ? r->grade : "?", words[r->intent]);
	if (r->intent_assumed && r->intent_why) {
		buf_adds(p->out, " (assumed: ");
		html_text(p, r->intent_why);
		buf_adds(p->out, ")");
	}
	buf_adds(p->out, ".</p>\n");
}

static void put_protocols(struct page *p)
{
	buf_adds(p->out, "<table class=\"protocols\">\n");
	for (int i = 0; i < PROTO_COUNT; i++) {
		if (!text_has_summary(p->report, (enum proto)i))
			continue;
		buf_addf(p->out, "<tr><th scope=\"row\">%s</th><td>", proto_title((enum proto)i));
		put_status(p->out, p->report->status[i]);
		buf_adds(p->out, "</td><td>");
		html_text(p, text_summary_line(p->scratch, p->report, (enum proto)i));
		buf_adds(p->out, "</td></tr>\n");
	}
	buf_adds(p->out, "</table>\n");
}

static void put_unknown(struct page *p)
{
	const struct report *r = p->report;
	size_t offline = 0;

	for (size_t i = 0; i < r->nunknown; i++)
		offline += r->unknown[i].offline;
	if (r->nunknown > offline) {
		buf_adds(p->out, "<h3>Not known</h3>\n<ul>\n");
		for (size_t i = 0; i < r->nunknown; i++) {
			if (r->unknown[i].offline)
				continue;
			buf_adds(p->out, "<li><code>");
			html_text(p, r->unknown[i].question);
			buf_adds(p->out, "</code>: ");
			html_text(p, r->unknown[i].why);
			buf_adds(p->out, "</li>\n");
		}
		buf_adds(p->out, "</ul>\n");
	}
	if (offline)
		buf_addf(p->out, "<p class=\"dim\">%zu question%s not asked: offline.</p>\n",
			 offline, offline == 1 ? " was" : "s were");
}

void render_html(struct buf *out, struct arena *scratch, const struct report *r,
		 const struct render_options *o, size_t index, size_t total)
{
	struct page p = { &o->run->part[PART_ROWS], scratch, r, o };

	(void)out;
	(void)total;
	put_row(&p, index);
	p.out = &o->run->part[PART_REST];
	put_head(&p, index);
	put_protocols(&p);
	html_findings(&p);
	html_spf(&p);
	html_receivers(&p);
	put_unknown(&p);
	buf_adds(p.out, "</article>\n");
}

/* ---- the frame ---- */

static void put_overview(struct buf *out, const struct render_options *o)
{
	static const char *const heads[] = { "Domain", "Risk",   "Score",
					     "Grade",  "Errors", "Warnings" };

	buf_adds(
		out,
		"<section id=\"overview\">\n<h2>Domains</h2>\n"
		"<p class=\"tools\" hidden><label>Filter <input type=\"search\" id=\"filter\"></label>\n"
		"<label>Risk <select id=\"risk\"><option value=\"\">any</option><option>high</option>"
		"<option>medium</option><option>low</option><option>none</option>"
		"<option>not known</option></select></label>\n"
		"<output id=\"shown\"></output></p>\n"
		"<div class=\"wide\"><table id=\"domains\">\n<thead><tr>");
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		buf_addf(out, "<th scope=\"col\">%s</th>", heads[i]);
	for (size_t i = 0; i < COLUMNS; i++)
		buf_addf(out, "<th scope=\"col\">%s</th>", proto_title(columns[i]));
	buf_adds(out, "</tr></thead>\n<tbody>\n");
	render_run_part(out, o->run, PART_ROWS);
	buf_adds(out, "</tbody></table></div>\n</section>\n");
}

void render_html_end(struct buf *out, const struct render_options *o, size_t total)
{
	size_t n = render_run_total(o->run);

	(void)total;
	buf_addf(
		out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"%s\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<title>authcheck: %zu domain%s</title>\n<style>%s</style>\n</head>\n<body>\n"
		"<header><h1>authcheck</h1><p>What makes receivers refuse mail from %s, as far as DNS "
		"shows, and how to mend it.</p></header>\n<main>\n",
		html_policy, n, n == 1 ? "" : "s", html_style,
		n == 1 ? "this domain" : "these domains");
	put_overview(out, o);
	render_run_part(out, o->run, PART_REST);
	buf_addf(out, "</main>\n<script>%s</script>\n</body>\n</html>\n", html_script);
}

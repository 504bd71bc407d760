/* Markdown: a comment for a pull request, or a report in a wiki. Layer: render.
 *
 * A part a domain: what is wrong, where, and the record as it is and as it should be. Several
 * domains have a table at their head. Text from outside stands in code, or has nothing left that a
 * reader would take for mark-up. */
#include "escape.h"
#include "place.h"
#include "text.h"

enum { FINDINGS_BRIEF = 20, PART_ROWS = 0, PART_REST = 1, FENCE_MIN = 3 };

/* ---- code ---- */

static size_t fence_of(struct str text)
{
	size_t most = 0, run = 0;

	for (size_t i = 0; i < text.n; i++) {
		run = text.p[i] == '`' ? run + 1 : 0;
		most = run > most ? run : most;
	}
	return most < FENCE_MIN ? FENCE_MIN : most + 1;
}

/* Lines of a list item's block, each with what stands before it. */
static void put_lines(struct buf *out, const char *before, struct str text)
{
	while (text.n) {
		ptrdiff_t end = str_find(text, '\n');
		struct str line = end < 0 ? text : str_sub(text, 0, (size_t)end);

		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		buf_addf(out, "  %s", before);
		buf_add_safe(out, line);
		buf_addc(out, '\n');
		text = end < 0 ? S("") : str_from(text, (size_t)end + 1);
	}
}

static void put_fence(struct buf *out, size_t n, const char *language)
{
	buf_adds(out, "  ");
	buf_pad(out, '`', n);
	buf_addf(out, "%s\n", language);
}

static void put_block(struct buf *out, struct str text)
{
	size_t n = fence_of(text);

	put_fence(out, n, "text");
	put_lines(out, "", text);
	put_fence(out, n, "");
}

/* The record of the zone before and after. */
static void put_change(struct buf *out, struct arena *a, const struct finding *f, const char *after)
{
	struct str text = text_evidence(a, f);
	const struct fact *fact = f->fact;
	size_t n = fence_of(text), more = fence_of(str_c(after));
	const char *type = fact ? rrtype_name(a, f->rr ? f->rr->type : fact->type) : "";
	bool quoted = strcmp(type, "TXT") == 0;
	const char *same = fact ? arena_printf(a, "%s. ", fact->name) : "";

	n = more > n ? more : n;
	put_fence(out, n, "diff");
	/* a line for another name, or of another type, takes the place of nothing; nor does one
	 * that is missing among others */
	if (f->rr && fact->kind == ASK_DNS && str_starts(str_c(after), str_c(same)) &&
	    strstr(after, arena_printf(a, " IN %s ", type))) {
		buf_addf(out, "  - ");
		buf_add_safe(out, str_c(fact->name));
		buf_addf(out, ". IN %s %s", type, quoted ? "\"" : "");
		buf_add_safe(out, text);
		buf_adds(out, quoted ? "\"\n" : "\n");
	}
	put_lines(out, "+ ", str_c(after));
	put_fence(out, n, "");
}

/* ---- findings ---- */

static const char *word_of(const struct finding *f)
{
	static const char *const words[] = {
		[SEV_INFO] = "Note", [SEV_WARNING] = "Warning", [SEV_ERROR] = "Error"
	};

	return f->sure ? words[rules[f->rule].severity] : "Not known";
}

/* How to mend it: as a change where the fix is a line of a zone, else in words. Returns whether the
 * record has been shown with it. */
static bool put_fix(struct buf *out, struct arena *a, const struct report *r,
		    const struct finding *f, const struct render_options *o)
{
	const char *fix = f->sure ? finding_fix(f) : NULL, *zone;
	const struct finding *later = place_mended_with(r, f, text_shows, o);
	size_t before;

	if (!fix || !*fix)
		return false;
	if (later && later->rule == f->rule)
		return true;
	if (later) {
		buf_addf(out, "\n  Mend it: with `%s`, below\n", rules[later->rule].name);
		return true;
	}
	zone = f->fix ? text_zone_line(fix) : NULL;
	before = zone ? (size_t)(zone - fix) : strlen(fix);
	while (zone && before && (fix[before - 1] == ' ' || fix[before - 1] == ':'))
		before--;
	buf_adds(out, "\n  Mend it: ");
	escape_markdown(out, before ? (struct str){ fix, before } : S("publish"));
	if (zone) {
		buf_adds(out, "\n\n");
		put_change(out, a, f, zone);
	} else {
		buf_addc(out, '\n');
	}
	return zone;
}

static void put_finding(struct buf *out, struct arena *a, const struct report *r,
			const struct finding *f, const struct render_options *o)
{
	const struct place place = place_of(r, f);
	struct str text = text_evidence(a, f), part = place_part(a, f);

	buf_addf(out, "- **%s**, ", word_of(f));
	escape_markdown(out, str_c(place_statement(a, r, f, false)));
	buf_addf(out, " (`%s`)  \n  ", rules[f->rule].name);
	if (place.file) {
		escape_markdown_code(out, str_c(arena_printf(a, "%s:%u", place.file, place.line)),
				     false);
		buf_adds(out, ", ");
	}
	escape_markdown_code(out, str_c(place_name(a, f)), false);
	if (part.n) {
		buf_adds(out, ", at ");
		escape_markdown_code(out, part, false);
	}
	buf_addc(out, '\n');
	if (!put_fix(out, a, r, f, o) && text.n) {
		buf_addc(out, '\n');
		put_block(out, text);
	}
	buf_addc(out, '\n');
}

static void put_findings(struct buf *out, struct arena *a, const struct report *r,
			 const struct render_options *o)
{
	size_t n = 0;

	for (size_t i = 0; i < r->findings.n; i++) {
		if (!text_shows(r->findings.item[i], o))
			continue;
		if (o->verbose || n < FINDINGS_BRIEF)
			put_finding(out, a, r, r->findings.item[i], o);
		n++;
	}
	if (!n)
		buf_adds(out, "Nothing to mend.\n\n");
	else if (!o->verbose && n > FINDINGS_BRIEF)
		buf_addf(out, "And %zu more findings.\n\n", n - FINDINGS_BRIEF);
}

/* ---- receivers ---- */

static bool shows(const struct report *r, const struct verdict *v)
{
	return v->ruling && !v->ruling->optional && report_counts(r, v->who);
}

static void put_receivers(struct buf *out, struct arena *a, const struct report *r)
{
	bool any = false;

	for (size_t i = 0; i < r->nverdict; i++) {
		const struct verdict *v = &r->verdict[i];

		if (!shows(r, v))
			continue;
		if (!any)
			buf_adds(out, "| Receiver | does | says |\n| --- | --- | --- |\n");
		any = true;
		buf_addf(out, "| %s | %s | ", receivers[v->who].title, text_verdict(v));
		escape_markdown(out, str_c(v->reply ? v->reply : text_conditions(a, v->ruling)));
		buf_adds(out, " |\n");
	}
	if (any)
		buf_addc(out, '\n');
}

/* ---- the whole ---- */

static size_t count(const struct report *r, enum severity s)
{
	size_t n = 0;

	for (size_t i = 0; i < r->findings.n; i++)
		n += r->findings.item[i]->sure && rules[r->findings.item[i]->rule].severity == s;
	return n;
}

static void put_row(struct buf *out, const struct report *r)
{
	buf_adds(out, "| ");
	escape_markdown(out, str_c(r->domain));
	buf_addf(out, " | %s | %s | %d | %zu | %zu |\n", risk_name(r->risk),
		 r->grade ? r->grade : "?", r->score, count(r, SEV_ERROR), count(r, SEV_WARNING));
}

static void put_unknown(struct buf *out, const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->nunknown; i++)
		n += r->unknown[i].offline;
	if (r->nunknown > n)
		buf_addf(out, "%zu answer%s could not be had.\n\n", r->nunknown - n,
			 r->nunknown - n == 1 ? "" : "s");
	if (n)
		buf_addf(out, "%zu question%s not asked: offline.\n\n", n,
			 n == 1 ? " was" : "s were");
}

void render_markdown(struct buf *out, struct arena *scratch, const struct report *r,
		     const struct render_options *o, size_t index, size_t total)
{
	struct buf *to = o->run->list ? &o->run->part[PART_REST] : out;

	(void)index;
	(void)total;
	if (o->run->list)
		put_row(&o->run->part[PART_ROWS], r);
	buf_adds(to, "### ");
	escape_markdown(to, str_c(r->domain));
	buf_addf(to, ": risk of refusal %s, score %d of 100, grade %s\n\n",
		 r->risk == RISK_UNKNOWN ? "not known" : risk_name(r->risk), r->score,
		 r->grade ? r->grade : "?");
	put_findings(to, scratch, r, o);
	if (!o->quiet) {
		put_receivers(to, scratch, r);
		put_unknown(to, r);
	}
}

void render_markdown_end(struct buf *out, const struct render_options *o, size_t total)
{
	(void)total;
	if (o->run->list)
		buf_addf(out,
			 "## authcheck: %zu domains\n\n"
			 "| Domain | Risk of refusal | Grade | Score | Errors | Warnings |\n"
			 "| --- | --- | --- | --- | --- | --- |\n",
			 render_run_total(o->run));
	render_run_part(out, o->run, PART_ROWS);
	if (o->run->list)
		buf_addc(out, '\n');
	render_run_part(out, o->run, PART_REST);
}

/* JUnit's XML, as Jenkins' xunit plugin, GitLab and others read it. Layer: render.
 *
 * A suite a domain. In it a case a protocol, which passes (or, where it is not known, is skipped),
 * with what was found in words, and a case a finding: failed where it counts for the exit status,
 * in error where an answer that could not be had decides, skipped where it was not asked; a milder
 * one passes and says what it is. */
#include "escape.h"
#include "place.h"
#include "text.h"

enum outcome { PASSED, FAILED, ERRED, SKIPPED, OUTCOMES };

static enum outcome outcome_of(const struct finding *f, const struct render_options *o)
{
	if (f->offline)
		return SKIPPED;
	if (rules[f->rule].severity < o->fail_on || o->fail_never)
		return PASSED;
	return f->sure ? FAILED : ERRED;
}

void render_junit_begin(struct buf *out, const struct render_options *o, size_t total)
{
	(void)o;
	(void)total;
	buf_adds(out,
		 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"authcheck\">\n");
}

static void attribute(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, " %s=\"", name);
	escape_xml(out, str_c(value));
	buf_addc(out, '"');
}

static void open_case(struct buf *out, const struct report *r, const char *name)
{
	buf_adds(out, "    <testcase");
	attribute(out, "classname", r->domain);
	attribute(out, "name", name);
	buf_adds(out, ">\n");
}

static void line(struct buf *out, const char *label, struct str text)
{
	if (!text.n)
		return;
	buf_addf(out, "%s: ", label);
	escape_xml_lines(out, text);
	buf_addc(out, '\n');
}

/* What a person needs who sees nothing but this case. */
static void put_body(struct buf *out, struct arena *a, const struct report *r,
		     const struct finding *f)
{
	const struct rule *rule = &rules[f->rule];
	const struct place place = place_of(r, f);
	struct str text = text_evidence(a, f);

	escape_xml(out, str_c(place_statement(a, r, f, true)));
	buf_addc(out, '\n');
	if (place.file)
		line(out, "at", str_c(arena_printf(a, "%s:%u", place.file, place.line)));
	line(out, "name", str_c(place_name(a, f)));
	line(out, "record", text);
	if (text_has_mark(f, text))
		line(out, "part", str_sub(text, f->at.at, f->at.len));
	line(out, "why", str_c(rule->why));
	if (f->sure)
		line(out, "fix", str_c(finding_fix(f)));
	line(out, "reference", str_c(rule->ref));
}

static void put_finding(struct buf *out, struct arena *a, const struct report *r,
			const struct finding *f, const char *name, enum outcome outcome)
{
	static const char *const elements[] = { [PASSED] = "system-out",
						[FAILED] = "failure",
						[ERRED] = "error",
						[SKIPPED] = "skipped" };
	const char *element = elements[outcome];

	open_case(out, r, name);
	buf_addf(out, "      <%s", element);
	if (outcome != PASSED) {
		attribute(out, "type", rules[f->rule].name);
		attribute(out, "message", place_statement(a, r, f, true));
	}
	buf_addc(out, '>');
	put_body(out, a, r, f);
	buf_addf(out, "</%s>\n    </testcase>\n", element);
}

static bool has_case(const struct report *r, enum proto proto)
{
	return r->status[proto] != STATUS_NA && text_has_summary(r, proto);
}

static void put_protocol(struct buf *out, struct arena *a, const struct report *r, enum proto proto)
{
	const char *words = text_summary_line(a, r, proto);

	open_case(out, r, proto_title(proto));
	if (r->status[proto] == STATUS_UNKNOWN) {
		buf_adds(out, "      <skipped");
		attribute(out, "message", words);
		buf_adds(out, "/>\n    </testcase>\n");
		return;
	}
	buf_adds(out, "      <system-out>");
	escape_xml(out, str_c(arena_printf(a, "%s: %s", status_name(r->status[proto]), words)));
	buf_adds(out, "</system-out>\n    </testcase>\n");
}

/* "spf-multiple: example.com"; a second one of that rule and subject, "... (2)". */
static const char *case_name(struct arena *a, const struct report *r, size_t at)
{
	const struct finding *f = r->findings.item[at];
	size_t nth = 1;

	for (size_t i = 0; i < at; i++)
		nth += r->findings.item[i]->rule == f->rule &&
		       strcmp(r->findings.item[i]->subject, f->subject) == 0;
	if (nth == 1)
		return arena_printf(a, "%s: %s", rules[f->rule].name, f->subject);
	return arena_printf(a, "%s: %s (%zu)", rules[f->rule].name, f->subject, nth);
}

void render_junit(struct buf *out, struct arena *scratch, const struct report *r,
		  const struct render_options *o, size_t index, size_t total)
{
	size_t count[OUTCOMES] = { 0 };

	(void)index;
	(void)total;
	for (int p = 0; p < PROTO_COUNT; p++)
		if (has_case(r, (enum proto)p))
			count[r->status[p] == STATUS_UNKNOWN ? SKIPPED : PASSED]++;
	for (size_t i = 0; i < r->findings.n; i++)
		if (place_lists(r->findings.item[i], o))
			count[outcome_of(r->findings.item[i], o)]++;
	buf_adds(out, "  <testsuite");
	attribute(out, "name", r->domain);
	buf_addf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n",
		 count[PASSED] + count[FAILED] + count[ERRED] + count[SKIPPED], count[FAILED],
		 count[ERRED], count[SKIPPED]);
	for (int p = 0; p < PROTO_COUNT; p++)
		if (has_case(r, (enum proto)p))
			put_protocol(out, scratch, r, (enum proto)p);
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		if (place_lists(f, o))
			put_finding(out, scratch, r, f, case_name(scratch, r, i), outcome_of(f, o));
	}
	buf_adds(out, "  </testsuite>\n");
}

void render_junit_end(struct buf *out, const struct render_options *o, size_t total)
{
	(void)o;
	(void)total;
	buf_adds(out, "</testsuites>\n");
}

/* SARIF 2.1.0 (OASIS): one run, a result a finding. Layer: render.
 *
 * Results come as the audits end; the tool with its rules, all of them and in the order of their
 * table, comes last, so that nothing has to be remembered. What is not sure is no failure: its kind
 * is "open". What has no file is at a dns: URI, and everything has a logical location, the name and
 * type of what was looked at. */
#include "config.h"
#include "found.h"
#include "json_value.h"
#include "place.h"
#include "text.h"

enum { RULES_MEMORY = 16 * 1024 * 1024 };

static json_t *message(struct js *js, const char *text)
{
	json_t *o = js_object(js);

	js_set(js, o, "text", js_words(js, text));
	return o;
}

/* ---- the tool ---- */

static const char *const levels[] = {
	[SEV_INFO] = "note", [SEV_WARNING] = "warning", [SEV_ERROR] = "error"
};

/* "RFC 7208 4.6.4" has a page; other references are in the help's text. */
static const char *rfc_page(struct arena *a, const char *ref)
{
	struct str s = str_c(ref), number, section;
	uint32_t rfc;
	size_t n = 4;

	if (!str_starts(s, S("RFC ")))
		return NULL;
	while (n < s.n && ascii_is_digit((unsigned char)s.p[n]))
		n++;
	number = str_sub(s, 4, n - 4);
	if (!str_to_u32(number, 99999, &rfc))
		return NULL;
	section = str_from(s, n + (n < s.n));
	for (n = 0; n < section.n && (ascii_is_digit((unsigned char)section.p[n]) ||
				      (section.p[n] == '.' && n + 1 < section.n &&
				       ascii_is_digit((unsigned char)section.p[n + 1])));)
		n++;
	return arena_printf(a, "https://www.rfc-editor.org/rfc/rfc%u%s%.*s", rfc,
			    n ? "#section-" : "", (int)n, n ? section.p : "");
}

static json_t *help(struct js *js, const struct rule *rule)
{
	json_t *o = message(js, arena_printf(js->arena, "%s\n\nMend it: %s.\n\nReference: %s",
					     rule->why, rule->fix, rule->ref));
	struct buf b;

	buf_init(&b, 64 * 1024);
	render_markdown_text(&b, rule->why);
	buf_adds(&b, "\n\n**Mend it:** ");
	render_markdown_text(&b, rule->fix);
	buf_addf(&b, ".\n\nReference: %s", rule->ref);
	js_set(js, o, "markdown", js_words(js, b.p ? b.p : ""));
	buf_free(&b);
	return o;
}

static json_t *descriptor(struct js *js, const struct rule *rule)
{
	json_t *o = js_object(js), *level = js_object(js), *more = js_object(js),
	       *tags = js_array(js);
	const char *page = rfc_page(js->arena, rule->ref);

	js_set(js, o, "id", js_words(js, rule->name));
	js_set(js, o, "shortDescription", message(js, rule->title));
	js_set(js, o, "fullDescription", message(js, rule->why));
	js_set(js, o, "help", help(js, rule));
	if (page)
		js_set(js, o, "helpUri", js_words(js, page));
	js_set(js, level, "level", js_words(js, levels[rule->severity]));
	js_set(js, o, "defaultConfiguration", level);
	js_push(js, tags, js_words(js, proto_title(rule->proto)));
	js_set(js, more, "tags", tags);
	js_set(js, o, "properties", more);
	return o;
}

static json_t *make_tool(struct js *js, const void *arg)
{
	json_t *tool = js_object(js), *driver = js_object(js), *list = js_array(js);

	(void)arg;
	js_set(js, driver, "name", js_words(js, "authcheck"));
	js_set(js, driver, "semanticVersion", js_words(js, PACKAGE_VERSION));
	for (int i = 0; i < (int)RULE_COUNT; i++)
		js_push(js, list, descriptor(js, &rules[i]));
	js_set(js, driver, "rules", list);
	js_set(js, tool, "driver", driver);
	return tool;
}

/* ---- a result ---- */

static json_t *location(struct js *js, const struct found *found)
{
	const struct finding *f = found->finding;
	const struct place place = place_of(found->report, f);
	json_t *o = js_object(js), *physical = js_object(js), *artifact = js_object(js),
	       *logical = js_object(js), *list = js_array(js);

	js_set(js, artifact, "uri",
	       js_words(js, place.file ? place_file_uri(js->arena, place.file)
				       : place_uri(js->arena, f)));
	js_set(js, physical, "artifactLocation", artifact);
	if (place.file) {
		json_t *region = js_object(js);

		js_set(js, region, "startLine", js_number(js, place.line));
		if (place.column)
			js_set(js, region, "startColumn", js_number(js, place.column));
		js_set(js, physical, "region", region);
	}
	js_set(js, o, "physicalLocation", physical);
	js_set(js, logical, "fullyQualifiedName", js_words(js, place_name(js->arena, f)));
	js_set(js, logical, "kind", js_words(js, "resource"));
	js_push(js, list, logical);
	js_set(js, o, "logicalLocations", list);
	return o;
}

/* The message, and below it how to mend this very case. */
static const char *words(struct arena *a, const struct found *found)
{
	const char *text = place_statement(a, found->report, found->finding, true),
		   *fix = found->finding->sure ? finding_fix(found->finding) : NULL;

	return fix && *fix ? arena_printf(a, "%s. Mend it: %s", text, fix) : text;
}

static json_t *properties(struct js *js, const struct found *found)
{
	const struct finding *f = found->finding;
	struct str text = text_evidence(js->arena, f);
	json_t *o = js_object(js);

	js_set(js, o, "domain", js_words(js, found->report->domain));
	js_set(js, o, "subject", js_words(js, f->subject));
	if (text.n)
		js_set(js, o, "record", js_text(js, text));
	if (text_has_mark(f, text))
		js_set(js, o, "part", js_text(js, str_sub(text, f->at.at, f->at.len)));
	return o;
}

static json_t *make_result(struct js *js, const void *arg)
{
	const struct found *found = arg;
	const struct finding *f = found->finding;
	json_t *o = js_object(js), *places = js_array(js), *prints = js_object(js);

	js_set(js, o, "ruleId", js_words(js, rules[f->rule].name));
	js_set(js, o, "ruleIndex", js_number(js, f->rule));
	js_set(js, o, "kind", js_words(js, f->sure ? "fail" : "open"));
	js_set(js, o, "level", js_words(js, f->sure ? levels[rules[f->rule].severity] : "none"));
	js_set(js, o, "message", message(js, words(js->arena, found)));
	js_push(js, places, location(js, found));
	js_set(js, o, "locations", places);
	js_set(js, prints, "authcheck/1",
	       js_words(js, arena_printf(js->arena, "%016llx",
					 (unsigned long long)found->fingerprint)));
	js_set(js, o, "partialFingerprints", prints);
	js_set(js, o, "properties", properties(js, found));
	return o;
}

/* ---- output ---- */

void render_sarif_begin(struct buf *out, const struct render_options *o, size_t total)
{
	(void)o;
	(void)total;
	buf_adds(
		out,
		"{\"$schema\":\"https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json\",\n"
		"\"version\":\"2.1.0\",\"runs\":[{\"columnKind\":\"utf16CodeUnits\",\"results\":[");
}

void render_sarif(struct buf *out, struct arena *scratch, const struct report *r,
		  const struct render_options *o, size_t index, size_t total)
{
	(void)index;
	(void)total;
	found_dump(out, scratch, r, o, make_result);
}

void render_sarif_end(struct buf *out, const struct render_options *o, size_t total)
{
	struct arena a;

	(void)o;
	(void)total;
	arena_init(&a, RULES_MEMORY);
	buf_adds(out, "\n],\"tool\":");
	js_dump(out, &a, make_tool, NULL, false, true);
	buf_adds(out, "}]}\n");
	arena_free(&a);
}

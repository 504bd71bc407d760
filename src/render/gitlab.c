/* GitLab's Code Quality report: an array with an object a finding. Layer: render.
 *
 * A place is asked for, in a file: what comes from live DNS has the name that was looked at as its
 * path, and line 1. */
#include "found.h"
#include "json_value.h"
#include "place.h"
#include "text.h"

/* Of blocker, critical, major, minor and info. Mail is refused for the first. */
static const char *severity(const struct found *found)
{
	const struct report *r = found->report;
	const struct finding *f = found->finding;

	if (!f->sure || rules[f->rule].severity == SEV_INFO)
		return "info";
	for (size_t i = 0; i < r->nrisk_because; i++)
		if (r->risk_because[i] == f)
			return "blocker";
	return rules[f->rule].severity == SEV_ERROR ? "critical" : "minor";
}

static json_t *make_issue(struct js *js, const void *arg)
{
	const struct found *found = arg;
	const struct finding *f = found->finding;
	const struct place place = place_of(found->report, f);
	const char *text = place_statement(js->arena, found->report, f, true),
		   *fix = finding_fix(f);
	json_t *o = js_object(js), *location = js_object(js), *lines = js_object(js);

	if (f->sure && fix && *fix)
		text = arena_printf(js->arena, "%s. Mend it: %s", text, fix);
	js_set(js, o, "description", js_words(js, text));
	js_set(js, o, "check_name", js_words(js, rules[f->rule].name));
	js_set(js, o, "fingerprint",
	       js_words(js, arena_printf(js->arena, "%016llx",
					 (unsigned long long)found->fingerprint)));
	js_set(js, o, "severity", js_words(js, severity(found)));
	js_set(js, location, "path",
	       js_words(js, place.file ? place.file
			    : f->fact  ? f->fact->name
				       : f->subject));
	js_set(js, lines, "begin", js_number(js, place.file ? place.line : 1));
	js_set(js, location, "lines", lines);
	js_set(js, o, "location", location);
	return o;
}

void render_gitlab_begin(struct buf *out, const struct render_options *o, size_t total)
{
	(void)o;
	(void)total;
	buf_addc(out, '[');
}

void render_gitlab(struct buf *out, struct arena *scratch, const struct report *r,
		   const struct render_options *o, size_t index, size_t total)
{
	(void)index;
	(void)total;
	found_dump(out, scratch, r, o, make_issue);
}

void render_gitlab_end(struct buf *out, const struct render_options *o, size_t total)
{
	(void)o;
	(void)total;
	buf_adds(out, "\n]\n");
}

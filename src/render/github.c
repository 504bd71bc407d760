/* GitHub's workflow commands: an annotation a finding, at its line where it comes from a file.
 * Layer: render.
 *
 * A step shows ten errors, ten warnings and ten notices; the findings come worst first, and notes
 * are left to -v. */
#include "escape.h"
#include "place.h"
#include "text.h"

static void property(struct buf *out, const char *name, const char *value)
{
	buf_addf(out, "%s=", name);
	escape_command(out, str_c(value), true);
}

static void put_finding(struct buf *out, struct arena *a, const struct report *r,
			const struct finding *f)
{
	static const char *const commands[] = {
		[SEV_INFO] = "notice", [SEV_WARNING] = "warning", [SEV_ERROR] = "error"
	};
	const struct rule *rule = &rules[f->rule];
	const struct place place = place_of(r, f);
	const char *fix = f->sure ? finding_fix(f) : NULL;

	buf_addf(out, "::%s ", f->sure ? commands[rule->severity] : "notice");
	if (place.file) {
		property(out, "file", place.file);
		buf_addf(out, ",line=%u,", place.line);
	}
	property(out, "title", arena_printf(a, "%s: %s [%s]", r->domain, rule->title, rule->name));
	buf_adds(out, "::");
	escape_command(out, str_c(place_statement(a, r, f, true)), false);
	if (!place.exact) {
		buf_adds(out, "%0A");
		escape_command(out, str_c(place_name(a, f)), false);
	}
	if (fix && *fix) {
		buf_adds(out, "%0AMend it: ");
		escape_command(out, str_c(fix), false);
	}
	buf_addc(out, '\n');
}

void render_github(struct buf *out, struct arena *scratch, const struct report *r,
		   const struct render_options *o, size_t index, size_t total)
{
	(void)index;
	(void)total;
	for (size_t i = 0; i < r->findings.n; i++)
		if (text_shows(r->findings.item[i], o))
			put_finding(out, scratch, r, r->findings.item[i]);
}

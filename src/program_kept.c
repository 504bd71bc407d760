/* --state: what is kept of audits, and what is told of it. */
#include "kept.h"

#include "config.h"
#include "history.h"
#include "saved.h"

enum {
	KEEP_DEFAULT = 400, /* a year of nights */
	LASTING_MAX = 64 * 1024 * 1024,
	AT_ONCE = 1000, /* audits: written when there are so many, or a second has gone by */
	WRITE_MS = 1000,
};

/* ---- the options ---- */

/* NULL: they agree. */
static const char *disagreement(const struct options *o)
{
	if (!o->state && o->only_changes)
		return "--only-changes needs --state DIR, where the last audits are kept";
	if (!o->state && o->keep)
		return "--keep says how many audits --state DIR keeps";
	if (o->only_changes && o->resume)
		return "--resume keeps every report in its file: leave --only-changes out";
	if (o->only_changes && (o->format->monitors || strcmp(o->format->name, "prometheus") == 0))
		return "monitors want the state of every domain: leave --only-changes out";
	return NULL;
}

bool kept_open(struct kept *k, struct program *p)
{
	const char *err = disagreement(&p->o);

	*k = (struct kept){ .p = p };
	if (err || !p->o.state)
		return !err || complain(err) == 0;
	k->history = history_open(&p->arena, p->o.state, true, &err);
	return k->history || complain(err) == 0;
}

void kept_begin(struct kept *k, int64_t now_s)
{
	unsigned keep = k->p->o.keep ? k->p->o.keep : KEEP_DEFAULT;

	k->begun_s = now_s;
	k->begun_ms = source_now_ms();
	if (k->history)
		history_begin(k->history, now_s, PACKAGE_VERSION, keep);
}

void kept_close(struct kept *k)
{
	history_close(k->history);
	k->history = NULL;
}

/* ---- an audit ---- */

void kept_past(struct kept *k, struct audit *a, const char *domain, struct audit_wish *wish)
{
	struct past *past;

	if (!k->history)
		return;
	past = ARENA_NEW(&a->arena, struct past);
	history_past(k->history, &a->arena, domain, past);
	wish->past = past;
}

/* What is to be kept of the report. */
static void take_text(struct kept *k, struct audit *a)
{
	struct buf text;

	buf_init(&text, LASTING_MAX);
	render_json_lasting(&text, &a->work, &a->report);
	k->text = text.failed ? S("") : arena_str(&a->work, buf_str(&text));
	history_digest(k->text, k->digest);
	buf_free(&text);
}

/* The last audit as a report; NULL: there is none, or what is kept cannot be read any more, by a
 * version that knows it otherwise. */
static const struct report *last_report(struct kept *k, struct audit *a, int64_t id)
{
	struct saved saved;
	struct str text;
	const char *err;

	if (!history_text(k->history, &a->work, id, &text) ||
	    !saved_read(&a->work, text, &saved, &err) || saved.n != 1)
		return NULL;
	return &saved.report[0];
}

/* Most audits find what the last one found: then its report need not be read. */
void kept_compare(struct kept *k, struct audit *a)
{
	struct history_state last;
	bool there;

	k->text = S("");
	a->report.change = NULL;
	if (!k->history || history_error(k->history))
		return;
	take_text(k, a);
	there = history_newest(k->history, a->report.domain, 0, &last);
	k->same = there && memcmp(k->digest, last.digest, sizeof(k->digest)) == 0;
	if (k->same)
		change_none(&a->work, last.last_s, &a->report, &k->change);
	else
		change_since(&a->work, there ? last_report(k, a, last.id) : NULL,
			     there ? last.last_s : 0, &a->report, &k->change);
	if (history_error(k->history))
		return;
	a->report.change = &k->change;
	if (!k->change.ncarried)
		return;
	take_text(k, a);
	k->same = there && memcmp(k->digest, last.digest, sizeof(k->digest)) == 0;
}

int kept_exit(struct kept *k, struct audit *a)
{
	struct report added;

	if (!a->report.change)
		return program_exit(k->p, &a->report);
	diff_report_of_new(&a->work, &a->report.change->diff, false, &added);
	return program_exit(k->p, &added);
}

bool kept_shows(const struct kept *k, const struct audit *a)
{
	const struct options *o = &k->p->o;

	return !o->only_changes || !a->report.change || change_tells(a->report.change, o->verbose);
}

void kept_put(struct kept *k, struct audit *a, size_t index)
{
	const struct change *c = a->report.change;
	struct history_audit audit;

	k->total.names++;
	if (!c || !k->text.n)
		return;
	k->total.changed += change_tells(c, k->p->o.verbose);
	k->total.worse += change_kind(c) == CHANGE_WORSE;
	k->total.better += change_kind(c) == CHANGE_BETTER;
	audit = (struct history_audit){ .index = index,
					.domain = a->report.domain,
					.text = k->text,
					.same = k->same,
					.change = (int)change_kind(c),
					.seen = a->report.seen.item,
					.nseen = a->report.seen.n };
	memcpy(audit.digest, k->digest, sizeof(audit.digest));
	history_put(k->history, &audit);
}

/* ---- reports ---- */

/* Of formats that know no change, what is new is the report. */
void kept_render(struct kept *k, struct audit *a, struct buf *out, const struct render_options *ro,
		 size_t index, size_t total)
{
	const struct change *c = a->report.change;
	const struct render_format *format = k->p->o.format;
	struct report added;

	if (!k->p->o.only_changes || !c || program_format_is(k->p, "json") ||
	    program_format_is(k->p, "ndjson")) {
		format->one(out, &a->work, &a->report, ro, index, total);
	} else if (program_format_is(k->p, "text")) {
		render_diff_text(out, &a->work, &c->diff, ro);
	} else if (program_format_is(k->p, "markdown")) {
		render_diff_markdown(out, &a->work, &c->diff, ro);
	} else {
		diff_report_of_new(&a->work, &c->diff, false, &added);
		format->one(out, &a->work, &added, ro, index, total);
	}
}

bool kept_is_prose(const struct kept *k)
{
	return k->p->o.only_changes &&
	       (program_format_is(k->p, "text") || program_format_is(k->p, "markdown"));
}

void kept_render_end(struct kept *k, struct buf *out, const struct render_options *ro)
{
	render_change_text_end(out, &k->p->arena, &k->total, ro);
}

/* ---- writing ---- */

static bool told(struct kept *k)
{
	const char *error = history_error(k->history);

	if (!error)
		return true;
	if (!k->failed)
		complain(arena_printf(
			&k->p->arena,
			"%s: from here on nothing is kept, and reports are not held against earlier ones",
			error));
	k->failed = true;
	return false;
}

void kept_written(struct kept *k, size_t before)
{
	int64_t now = source_now_ms();

	if (!k->history || !told(k) || !history_waiting(k->history) ||
	    (history_waiting(k->history) < AT_ONCE && now - k->written_ms < WRITE_MS))
		return;
	k->written_ms = now;
	history_commit(k->history, before);
}

bool kept_end(struct kept *k, size_t before, bool whole)
{
	int64_t end_s = k->begun_s + (source_now_ms() - k->begun_ms) / 1000;

	if (!k->history)
		return true;
	if (told(k))
		history_end(k->history, before, whole ? end_s : 0);
	return told(k);
}

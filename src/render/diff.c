/* A diff as text: what got worse, with the record before and after, the faulty part underlined, and
 * the fix; what got better; what receivers do otherwise; the rest is counted. Layer: render. */
#include "text.h"

enum { COL_SEVERITY = 2, COL_STATEMENT = 9, COL_RECORD = 11 };

/* ---- one finding ---- */

static void put_statement(struct pen *p, const struct finding *f)
{
	pen_to(p, COL_SEVERITY);
	text_severity(p, f);
	p->indent = COL_STATEMENT;
	pen_to(p, COL_STATEMENT);
	if (strcmp(f->subject, "") != 0)
		pen_words(p, arena_printf(p->scratch, "%s: ", f->subject));
	pen_words(p, text_statement(p->scratch, f));
	pen_words(p, " ");
	pen_style(p, STYLE_DIM);
	pen_words(p, arena_printf(p->scratch, "[%s]", rules[f->rule].name));
	pen_style(p, STYLE_PLAIN);
	pen_newline(p);
}

/* "example.com TXT (db.example:14)" */
static void put_place(struct pen *p, const struct finding *f)
{
	const struct rr *rr = f->rr ? f->rr : f->fact->nrr == 1 ? &f->fact->rr[0] : NULL;

	p->indent = COL_STATEMENT;
	pen_to(p, COL_STATEMENT);
	pen_style(p, STYLE_DIM);
	pen_words(p, fact_question_text(p->scratch, f->fact));
	if (rr && rr->file)
		pen_words(p, arena_printf(p->scratch, " (%s:%u)", rr->file, rr->line));
	pen_style(p, STYLE_PLAIN);
}

/* "because of: spf.example.com TXT (db.example:18)" */
static void put_cause(struct pen *p, const struct diff_finding *x)
{
	const struct rr *rr = x->cause_rr;

	if (!x->cause)
		return;
	p->indent = COL_STATEMENT;
	pen_to(p, COL_STATEMENT);
	pen_words(p, "because of: ");
	pen_words(p, fact_question_text(p->scratch, x->cause));
	if (rr && rr->file)
		pen_words(p, arena_printf(p->scratch, " (%s:%u)", rr->file, rr->line));
	pen_newline(p);
}

static void put_record(struct pen *p, const char *label, struct str text, const struct mark *mark)
{
	pen_to(p, COL_STATEMENT);
	pen_put(p, label);
	pen_newline(p);
	text_record(p, text, mark, mark != NULL, COL_RECORD, p->o->verbose ? RECORD_WHOLE : 0);
}

static void put_other(struct pen *p, const char *label, const struct diff_finding *x)
{
	if (!x->has_other || x->other_same)
		return;
	if (x->other) {
		put_record(p, label, rr_text(p->scratch, x->other), NULL);
		return;
	}
	p->indent = COL_STATEMENT;
	pen_to(p, COL_STATEMENT);
	pen_words(p, arena_printf(p->scratch, "%s no such record", label));
	pen_newline(p);
}

static void put_own(struct pen *p, const char *label, const struct finding *f)
{
	struct str text = finding_text(p->scratch, f);
	struct mark mark = { f->at, rules[f->rule].severity == SEV_ERROR ? STYLE_ERROR : STYLE_WARN,
			     0 };

	if (text.n)
		put_record(p, label, text, finding_part(p->scratch, f).n ? &mark : NULL);
}

static void put_new(struct pen *p, const struct diff_finding *x)
{
	const struct finding *f = x->after;

	put_statement(p, f);
	if (x->told) {
		p->indent = COL_STATEMENT;
		pen_to(p, COL_STATEMENT);
		pen_words(p, "as above");
		pen_newline(p);
		return;
	}
	if (f->fact && f->fact->state != FACT_LOST) {
		put_place(p, f);
		if (x->other_same)
			pen_words(p, ", itself unchanged");
		pen_newline(p);
		put_cause(p, x);
		put_other(p, "before:", x);
		put_own(p, "after:", f);
	}
	if (f->sure)
		text_fix(p, f);
}

static void put_gone(struct pen *p, const struct diff_finding *x)
{
	put_statement(p, x->before);
}

static void put_inherited(struct pen *p, const struct diff_finding *x)
{
	put_statement(p, x->after);
}

static void put_undecided(struct pen *p, const struct diff_finding *x)
{
	put_statement(p, x->after ? x->after : x->before);
}

static void put_still(struct pen *p, const struct diff_finding *x)
{
	put_statement(p, x->after);
	if (!x->before->detail || !x->after->detail ||
	    strcmp(x->before->detail, x->after->detail) == 0)
		return;
	p->indent = COL_STATEMENT;
	pen_to(p, COL_STATEMENT);
	pen_words(p, arena_printf(p->scratch, "before: %s", x->before->detail));
	pen_newline(p);
}

/* ---- all of a kind ---- */

bool text_shows_change(const struct pen *p, const struct diff_finding *x)
{
	const struct finding *f = x->after ? x->after : x->before;

	if (p->o->verbose || (x->kind == DIFF_NEW && rule_is_event(f->rule)))
		return true;
	if (x->kind == DIFF_STILL || x->kind == DIFF_UNDECIDED || p->o->quiet)
		return x->kind == DIFF_NEW && text_shows(f, p->o);
	return text_shows(f, p->o);
}

static void put_kind(struct pen *p, const struct diff *d, enum diff_kind kind, const char *head,
		     void (*put)(struct pen *p, const struct diff_finding *x))
{
	bool begun = false;

	for (size_t i = 0; i < d->n; i++) {
		if (d->item[i].kind != kind || !text_shows_change(p, &d->item[i]))
			continue;
		if (!begun) {
			pen_style(p, STYLE_BOLD);
			pen_put(p, head);
			pen_style(p, STYLE_PLAIN);
			pen_newline(p);
		}
		begun = true;
		put(p, &d->item[i]);
	}
}

void text_fates(struct pen *p, const struct diff *d)
{
	for (size_t i = 0; i < d->nfate && !p->o->quiet; i++) {
		const struct diff_fate *f = &d->fate[i];

		p->indent = COL_STATEMENT;
		pen_to(p, COL_SEVERITY);
		pen_words(p, arena_printf(p->scratch, "%s: ", receivers[f->who].title));
		pen_words(p, arena_printf(p->scratch, "%s, before: %s", text_fate(f->after),
					  text_fate(f->before)));
		if (!f->verdict->sure)
			pen_words(p, " (hangs on the message)");
		pen_newline(p);
	}
}

static void put_notes(struct pen *p, const struct diff *d)
{
	pen_style(p, STYLE_BOLD);
	pen_put(p, "changed:");
	pen_style(p, STYLE_PLAIN);
	pen_newline(p);
	p->indent = COL_STATEMENT;
	for (size_t i = 0; i < d->nnote; i++) {
		pen_to(p, COL_SEVERITY);
		pen_words(p, d->note[i]);
		pen_newline(p);
	}
}

static void put_change(struct pen *p, const char *what, const char *before, const char *after)
{
	if (strcmp(before, after) == 0)
		pen_words(p, arena_printf(p->scratch, "%s %s", what, after));
	else
		pen_words(p, arena_printf(p->scratch, "%s %s -> %s", what, before, after));
}

static void put_head(struct pen *p, const struct diff *d)
{
	struct arena *a = p->scratch;

	p->indent = 2;
	pen_style(p, STYLE_BOLD);
	pen_words(p, d->domain);
	pen_style(p, STYLE_PLAIN);
	if (d->since && d->before)
		pen_words(p, arena_printf(a, ", since %s", d->since));
	pen_words(p, ": ");
	if (!d->after) {
		pen_words(p, "no longer there");
	} else if (!d->before) {
		pen_words(p,
			  arena_printf(a, "%s; risk of refusal %s; score %d",
				       d->since ? "audited for the first time" : "not there before",
				       risk_name(d->after->risk), d->after->score));
	} else {
		put_change(p, "risk of refusal", risk_name(d->before->risk),
			   risk_name(d->after->risk));
		pen_words(p, "; ");
		put_change(p, "score", arena_printf(a, "%d", d->before->score),
			   arena_printf(a, "%d", d->after->score));
	}
	pen_newline(p);
}

void render_diff_text(struct buf *out, struct arena *scratch, const struct diff *d,
		      const struct render_options *o)
{
	struct pen p;

	bool any = o->verbose || (!o->quiet && (d->nfate || d->nnote));

	pen_init(&p, out, scratch, o);
	for (size_t i = 0; i < d->n && !any; i++)
		any = text_shows_change(&p, &d->item[i]);
	if (!any)
		return;
	put_head(&p, d);
	if (d->nnote && !o->quiet)
		put_notes(&p, d);
	put_kind(&p, d, DIFF_NEW, "worse:", put_new);
	put_kind(&p, d, DIFF_GONE, "better:", put_gone);
	if (d->nfate && !o->quiet) {
		pen_style(&p, STYLE_BOLD);
		pen_put(&p, "receivers:");
		pen_style(&p, STYLE_PLAIN);
		pen_newline(&p);
	}
	text_fates(&p, d);
	put_kind(&p, d, DIFF_INHERITED, "from the domain above:", put_inherited);
	put_kind(&p, d, DIFF_UNDECIDED, "not known in one of the two:", put_undecided);
	put_kind(&p, d, DIFF_STILL, "still there:", put_still);
	pen_newline(&p);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

void render_diff_text_end(struct buf *out, struct arena *scratch, const struct diff_total *t,
			  const struct render_options *o)
{
	struct pen p;

	if (o->quiet)
		return;
	pen_init(&p, out, scratch, o);
	if (!t->names) {
		pen_words(
			&p,
			arena_printf(
				scratch,
				"Nothing that mail depends on was changed (%zu name%s that can send).",
				t->all, plural(t->all)));
		pen_newline(&p);
		return;
	}
	pen_words(&p, arena_printf(scratch, "%zu of %zu name%s concerned, %zu changed: ", t->names,
				   t->all, plural(t->all), t->changed));
	pen_words(&p, arena_printf(scratch, "%zu finding%s new, %zu gone, %zu still there",
				   t->count[DIFF_NEW], plural(t->count[DIFF_NEW]),
				   t->count[DIFF_GONE], t->count[DIFF_STILL]));
	if (t->count[DIFF_INHERITED])
		pen_words(&p, arena_printf(scratch, ", %zu from the domain above",
					   t->count[DIFF_INHERITED]));
	if (t->count[DIFF_UNDECIDED])
		pen_words(&p, arena_printf(scratch, ", %zu not known in one of the two",
					   t->count[DIFF_UNDECIDED]));
	pen_words(&p, ".");
	if (t->unknown)
		pen_words(
			&p,
			arena_printf(
				scratch,
				" %zu question%s about what is outside the given zones %s not asked: offline.",
				t->unknown, plural(t->unknown), t->unknown == 1 ? "was" : "were"));
	if (!o->verbose)
		pen_words(&p, " -v lists all.");
	pen_newline(&p);
}

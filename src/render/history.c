/* What is otherwise than at the last audit, in few words; and the history of a domain as text.
 * Layer: render. */
#include "change.h"
#include "text.h"

enum { COL_WORD = 2, COL_STATEMENT = 9 };

#define MINUTE "%Y-%m-%d %H:%M"

/* A finding in a line: the report itself has the rest. `before`: there was an audit before. */
static void put_brief(struct pen *p, const struct diff_finding *x, bool before)
{
	const struct finding *f = x->after ? x->after : x->before;
	const char *word = !x->after                             ? "better"
			   : !before                             ? "found"
			   : rules[f->rule].severity == SEV_INFO ? "note"
								 : "worse";

	pen_to(p, COL_WORD);
	pen_put(p, word);
	p->indent = COL_STATEMENT;
	pen_to(p, COL_STATEMENT);
	pen_words(p, arena_printf(p->scratch, "%s: ", proto_title(rules[f->rule].proto)));
	pen_words(p, text_statement(p->scratch, f));
	pen_words(p, arena_printf(p->scratch, " [%s]", rules[f->rule].name));
	pen_newline(p);
}

/* "Since 2026-11-23 03:00 UTC" and what is new and gone, or that nothing is. */
void text_change(struct pen *p, const struct change *c)
{
	const struct diff *d = &c->diff;
	bool any = d->nfate;

	for (size_t i = 0; i < d->n && !any; i++)
		any = d->item[i].kind <= DIFF_GONE && text_shows_change(p, &d->item[i]);
	if (c->first || !any) {
		pen_to(p, 2);
		pen_words(p, c->first ? "audited for the first time"
				      : arena_printf(p->scratch, "no change since %s", d->since));
		pen_newline(p);
		return;
	}
	pen_newline(p);
	pen_style(p, STYLE_BOLD);
	pen_put(p, arena_printf(p->scratch, "Changed since %s", d->since));
	pen_style(p, STYLE_PLAIN);
	pen_newline(p);
	for (size_t i = 0; i < d->n; i++) {
		const struct diff_finding *x = &d->item[i];

		if (x->kind <= DIFF_GONE && text_shows_change(p, x))
			put_brief(p, x, true);
	}
	text_fates(p, d);
}

void render_change_text_end(struct buf *out, struct arena *scratch, const struct change_total *t,
			    const struct render_options *o)
{
	struct pen p;

	if (o->quiet || !t->changed)
		return;
	pen_init(&p, out, scratch, o);
	pen_words(&p, arena_printf(scratch, "%zu of %zu domain%s changed: %zu worse, %zu better.",
				   t->changed, t->names, t->names == 1 ? "" : "s", t->worse,
				   t->better));
	pen_newline(&p);
}

/* ---- a domain's history ---- */

/* "2026-11-20 03:00 to 2026-11-23 03:00 UTC, 4 audits: risk of refusal none, score 98, grade A" */
static void put_state(struct pen *p, const struct change_state *s)
{
	struct arena *a = p->scratch;
	const struct report *r = s->report;

	p->indent = COL_WORD;
	pen_style(p, STYLE_BOLD);
	pen_words(p, arena_time(a, MINUTE, s->first_s));
	if (s->times > 1)
		pen_words(p, arena_printf(a, " to %s", arena_time(a, MINUTE, s->last_s)));
	pen_words(p, " UTC");
	pen_style(p, STYLE_PLAIN);
	pen_words(p, arena_printf(a, ", %llu audit%s: ", (unsigned long long)s->times,
				  s->times == 1 ? "" : "s"));
	pen_words(p, r ? arena_printf(a, "risk of refusal %s, score %d, grade %s",
				      risk_name(r->risk), r->score, r->grade)
		       : "what was kept cannot be read");
	pen_newline(p);
	if (!r)
		return;
	for (size_t i = 0; i < s->change.diff.n; i++) {
		const struct diff_finding *x = &s->change.diff.item[i];

		if (x->kind <= DIFF_GONE && text_shows_change(p, x))
			put_brief(p, x, !s->change.first);
	}
	text_fates(p, &s->change.diff);
}

void render_history_text(struct buf *out, struct arena *scratch, const char *domain,
			 const struct change_state *state, size_t n, const struct render_options *o)
{
	unsigned long long times = 0;
	struct pen p;

	pen_init(&p, out, scratch, o);
	for (size_t i = 0; i < n; i++)
		times += state[i].times;
	pen_style(&p, STYLE_BOLD);
	pen_words(&p, domain);
	pen_style(&p, STYLE_PLAIN);
	pen_words(&p, arena_printf(scratch, ": %llu audit%s, %zu state%s, the newest first", times,
				   times == 1 ? "" : "s", n, n == 1 ? "" : "s"));
	pen_newline(&p);
	for (size_t i = 0; i < n; i++) {
		pen_newline(&p);
		put_state(&p, &state[i]);
	}
}

void render_runs_text(struct buf *out, struct arena *scratch, const struct past_run *run, size_t n,
		      const struct render_options *o)
{
	struct pen p;

	pen_init(&p, out, scratch, o);
	for (size_t i = 0; i < n; i++) {
		const struct past_run *r = &run[i];
		unsigned long long domains = r->domains;

		pen_words(&p, arena_printf(scratch, "%s UTC: %llu domain%s, ",
					   arena_time(scratch, MINUTE, r->began_s), domains,
					   domains == 1 ? "" : "s"));
		pen_words(&p,
			  arena_printf(scratch, "%llu worse, %llu better, %llu new",
				       (unsigned long long)r->worse, (unsigned long long)r->better,
				       (unsigned long long)r->first));
		pen_words(&p, r->ended_s ? arena_printf(scratch, "; %lld s",
							(long long)(r->ended_s - r->began_s))
					 : "; not finished");
		pen_newline(&p);
	}
}

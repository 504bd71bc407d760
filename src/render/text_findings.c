/* The findings of a protocol, gathered by the record they are about: the record first, the faulty
 * parts underlined, then what is wrong and how to mend it. Layer: render. */
#include "text.h"

enum {
	FINDINGS_BRIEF = 12, /* of one protocol */
	MARKS_MAX = 16,
	EXCERPT_MAX = 60,
	COL_EVIDENCE = 2,
	COL_RECORD = 4,
	COL_SEVERITY = 2,
	COL_STATEMENT = 9,
};

/* ---- one finding ---- */

struct str text_evidence(struct arena *a, const struct finding *f)
{
	if (f->rr)
		return rr_text(a, f->rr);
	if (f->fact && f->fact->kind == ASK_HTTPS)
		return f->fact->body;
	return f->fact && f->fact->nrr == 1 ? rr_text(a, &f->fact->rr[0]) : S("");
}

bool text_has_mark(const struct finding *f, struct str text)
{
	return f->at.len && f->at.at < text.n && !(f->at.at == 0 && f->at.len >= text.n);
}

bool text_shows(const struct finding *f, const struct render_options *o)
{
	if (o->verbose)
		return true;
	return rules[f->rule].severity >= SEV_WARNING && !f->offline;
}

static enum style severity_style(enum severity s)
{
	return s == SEV_ERROR ? STYLE_ERROR : s == SEV_WARNING ? STYLE_WARN : STYLE_NOTE;
}

void text_severity(struct pen *p, const struct finding *f)
{
	static const char *const words[] = {
		[SEV_INFO] = "note", [SEV_WARNING] = "warn", [SEV_ERROR] = "ERROR"
	};
	enum severity s = rules[f->rule].severity;

	pen_style(p, f->sure ? severity_style(s) : STYLE_NOTE);
	pen_put(p, f->sure ? words[s] : "?");
	pen_style(p, STYLE_PLAIN);
}

const char *text_statement(struct arena *a, const struct finding *f)
{
	const char *title = rules[f->rule].title, *cannot = f->sure ? "" : "cannot tell: ";

	return f->detail ? arena_printf(a, "%s%s: %s", cannot, title, f->detail)
			 : arena_printf(a, "%s%s", cannot, title);
}

/* As many whole clauses of "title: ...; ..." as fit into `room`, at least the title. */
static const char *whole_clauses(struct arena *a, const char *title, const char *rest, size_t room)
{
	const char *all = arena_printf(a, "%s: %s", title, rest);
	size_t n = strlen(all), least = strlen(title);

	while (n > least && pen_columns((struct str){ all, n }) > room) {
		do
			n--;
		while (n > least && !((all[n] == ';' || all[n] == ':') && all[n + 1] == ' '));
	}
	return arena_strndup(a, all, n);
}

const char *text_brief(struct arena *a, const struct finding *f, size_t room)
{
	struct str text = text_evidence(a, f), part = str_sub(text, f->at.at, f->at.len);
	const char *title = arena_printf(a, "%s%s",
					 f->sure ? "" : "cannot tell: ", rules[f->rule].title);
	const char *excerpt;
	struct buf b;

	if (!text_has_mark(f, text) || part.n > EXCERPT_MAX ||
	    (f->detail && str_find_str(str_c(f->detail), part) >= 0))
		return f->detail ? whole_clauses(a, title, f->detail, room) : title;
	buf_init(&b, 1024);
	buf_add_safe(&b, part);
	excerpt = arena_strndup(a, b.p ? b.p : "", b.n);
	buf_free(&b);
	title = arena_printf(a, "%s: %s", title, excerpt);
	return f->detail ? whole_clauses(a, title, f->detail, room) : title;
}

/* A line of a zone ("example.com. 300 IN TXT ..."): where it begins; NULL. */
const char *text_zone_line(const char *fix)
{
	const char *at = strstr(fix, " IN ");

	/* the TTL, which may be left out */
	while (at && at > fix && ascii_is_digit((unsigned char)at[-1]))
		at--;
	while (at && at > fix && at[-1] == ' ')
		at--;
	if (!at || at == fix || at[-1] != '.')
		return NULL;
	while (at > fix && at[-1] != ' ')
		at--;
	return at;
}

/* Where the part begins that is meant to be pasted and so must not be broken: a line of a zone,
 * else what is quoted or a record. NULL: prose. */
static const char *paste_part(const char *fix)
{
	const char *at = text_zone_line(fix);

	if (!at)
		at = strchr(fix, '"');
	return at ? at : strstr(fix, "v=");
}

void text_fix(struct pen *p, const struct finding *f)
{
	const char *fix = finding_fix(f), *paste = f->fix ? paste_part(f->fix) : NULL;

	if (!fix || !*fix)
		return;
	pen_to(p, COL_STATEMENT);
	pen_style(p, STYLE_GOOD);
	pen_put(p, "fix:");
	pen_style(p, STYLE_PLAIN);
	p->indent = COL_STATEMENT + 5;
	pen_to(p, p->indent);
	if (!paste || p->col + pen_columns(str_c(fix)) <= p->width) {
		pen_words(p, fix);
	} else {
		pen_words(p, paste > fix ? arena_strndup(p->scratch, fix, (size_t)(paste - fix))
					 : "publish");
		pen_newline(p);
		pen_to(p, COL_STATEMENT);
		pen_put(p, paste);
	}
	pen_newline(p);
}

static void put_finding(struct pen *p, const struct finding *f, char label, bool with_fix)
{
	const struct rule *rule = &rules[f->rule];

	pen_to(p, COL_SEVERITY);
	text_severity(p, f);
	p->indent = COL_STATEMENT;
	pen_to(p, COL_STATEMENT);
	if (label)
		pen_words(p, arena_printf(p->scratch, "(%c) ", label));
	pen_words(p, text_statement(p->scratch, f));
	pen_words(p, " ");
	pen_style(p, STYLE_DIM);
	pen_words(p, p->o->verbose ? arena_printf(p->scratch, "[%s, %s]", rule->name, rule->ref)
				   : arena_printf(p->scratch, "[%s]", rule->name));
	pen_style(p, STYLE_PLAIN);
	pen_newline(p);
	if (with_fix)
		text_fix(p, f);
}

/* ---- the record ---- */

/* Where the record stands: "example.com TXT (db.example:14)". */
static void put_place(struct pen *p, const struct finding *f)
{
	const struct fact *fact = f->fact;
	const struct rr *rr = f->rr ? f->rr : fact->nrr == 1 ? &fact->rr[0] : NULL;
	const char *question = fact_question_text(p->scratch, fact);

	p->indent = COL_EVIDENCE;
	pen_to(p, COL_EVIDENCE);
	pen_style(p, STYLE_DIM);
	pen_words(p, question);
	/* a plan is one line of JSON: then the column says more */
	if (rr && rr->file && rr->line == 1 && rr->column)
		pen_words(p, arena_printf(p->scratch, " (%s:1:%u)", rr->file, rr->column));
	else if (rr && rr->file)
		pen_words(p, arena_printf(p->scratch, " (%s:%u)", rr->file, rr->line));
	else if (p->o->verbose && fact->source)
		pen_words(p, arena_printf(p->scratch, " (%s)", fact->source));
	for (size_t i = 0; i < fact->nchain; i++)
		pen_words(p, arena_printf(p->scratch, " -> %s", fact->chain[i].target));
	if (fact->state != FACT_SOME)
		pen_words(p, arena_printf(p->scratch, ": %s",
					  fact->detail ? fact->detail : fact_why_text(fact->why)));
	else if (!rr && fact->kind == ASK_DNS)
		pen_words(p, arena_printf(p->scratch, ": %zu records", fact->nrr));
	else if (fact->kind == ASK_HTTPS && fact->status != 200)
		pen_words(p, arena_printf(p->scratch, ": HTTP status %d", fact->status));
	pen_style(p, STYLE_PLAIN);
}

static bool same_evidence(const struct finding *a, const struct finding *b)
{
	return a->fact && a->fact == b->fact && a->rr == b->rr;
}

/* Findings about one record, next to each other in the list. */
struct group {
	const struct finding **item;
	const bool *with_fix;
	char *label; /* of each; 0: none */
	size_t n;
	struct mark marks[MARKS_MAX];
	size_t nmarks;
	struct str text;
	bool again; /* two such findings were shown with their records */
};

/* The marks of a group, labelled when there are several. Two findings about the same octets share
 * one. */
static void collect_marks(struct group *g)
{
	size_t at[MARKS_MAX];

	for (size_t i = 0; i < g->n; i++) {
		const struct finding *f = g->item[i];
		size_t m = 0;

		if (!text_has_mark(f, g->text))
			continue;
		while (m < g->nmarks &&
		       (g->marks[m].at.at != f->at.at || g->marks[m].at.len != f->at.len))
			m++;
		if (m == g->nmarks) {
			if (m == MARKS_MAX)
				continue;
			g->marks[m] = (struct mark){ f->at, severity_style(rules[f->rule].severity),
						     0 };
			at[m] = i;
			g->nmarks++;
		}
		g->label[i] = (char)(m < 9 ? '1' + m : 'a' + (m - 9));
	}
	for (size_t m = 0; m < g->nmarks; m++)
		g->marks[m].label = g->nmarks > 1 ? g->label[at[m]] : 0;
	if (g->nmarks < 2)
		memset(g->label, 0, g->n);
}

/* The record and its marks; on the line of its place when it is short and has none. */
static void put_evidence(struct pen *p, const struct finding *f, const struct group *g)
{
	bool policy = f->fact->kind == ASK_HTTPS;

	/* the finding itself says why it could not be had */
	if (f->fact->state == FACT_LOST && !p->o->verbose)
		return;
	put_place(p, f);
	if (g->again)
		return pen_newline(p);
	if (g->text.n && !g->nmarks && !policy && p->col + 2 + pen_columns(g->text) <= p->width) {
		pen_put(p, ": ");
		pen_raw(p, g->text);
		pen_newline(p);
		return;
	}
	pen_newline(p);
	if (g->text.n)
		text_record(p, g->text, g->marks, g->nmarks, COL_RECORD,
			    (p->o->verbose ? RECORD_WHOLE : 0) | (policy ? RECORD_LINES : 0));
}

static void put_group(struct pen *p, struct group *g)
{
	const struct finding *f = g->item[0];

	g->label = arena_alloc(p->scratch, g->n);
	if (f->fact) {
		g->text = text_evidence(p->scratch, f);
		collect_marks(g);
		put_evidence(p, f, g);
	}
	for (size_t i = 0; i < g->n; i++)
		put_finding(p, g->item[i], g->label[i], g->with_fix[i]);
}

/* ---- all of a protocol ---- */

struct list {
	const struct finding **item;
	bool *with_fix;
	size_t n;
};

/* Those of the protocol that are to be shown, at most `max`, worst first, and what is about the
 * same record brought together. Returns how many there are in all. */
static size_t pick(struct pen *p, const struct report *r, enum proto proto, size_t max,
		   struct list *l)
{
	const struct finding **all = arena_array(p->scratch, r->findings.n, sizeof(*all));
	size_t n = 0, shown;

	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		if (rules[f->rule].proto == proto && text_shows(f, p->o))
			all[n++] = f;
	}
	shown = n < max ? n : max;
	l->item = arena_array(p->scratch, shown, sizeof(*l->item));
	l->with_fix = arena_array(p->scratch, shown, sizeof(*l->with_fix));
	for (size_t i = 0; i < shown; i++) {
		const struct finding *first = all[i];

		for (size_t j = i; first && j < shown; j++) {
			if (all[j] && (j == i || same_evidence(first, all[j]))) {
				l->item[l->n++] = all[j];
				all[j] = NULL;
			}
		}
	}
	return n;
}

/* Findings that one mending cures share its line, behind the last of them. */
static void mark_fixes(struct list *l)
{
	for (size_t i = 0; i < l->n; i++) {
		const char *fix = finding_fix(l->item[i]);

		l->with_fix[i] = l->item[i]->sure && fix;
		for (size_t j = i + 1; l->with_fix[i] && j < l->n; j++) {
			const char *later = finding_fix(l->item[j]);

			if (l->item[j]->sure && later && strcmp(fix, later) == 0)
				l->with_fix[i] = false;
		}
	}
}

size_t text_findings(struct pen *p, const struct report *r, enum proto proto)
{
	struct list l = { .n = 0 };
	size_t n = pick(p, r, proto, p->o->verbose ? SIZE_MAX : FINDINGS_BRIEF, &l);

	mark_fixes(&l);
	for (size_t i = 0, end, alike = 0; i < l.n; i = end) {
		struct group g = { .item = l.item + i, .with_fix = l.with_fix + i };

		for (end = i + 1; end < l.n && same_evidence(l.item[i], l.item[end]);)
			end++;
		g.n = end - i;
		alike = i && g.n == 1 && l.item[i - 1]->rule == l.item[i]->rule ? alike + 1 : 0;
		g.again = alike > 1 && !p->o->verbose;
		put_group(p, &g);
	}
	if (n > l.n) {
		pen_to(p, COL_SEVERITY);
		pen_put(p, arena_printf(p->scratch, "and %zu more (-v shows them)", n - l.n));
		pen_newline(p);
	}
	return n;
}

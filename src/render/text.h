/* text: the parts of the text renderer, and the pen that all of them write with. Private to
 * src/render.
 *
 * Layer: render. The pen knows the width and the colours. Every octet that came from outside goes
 * through buf_add_safe(), so that a record cannot send an escape sequence to a terminal; the only
 * escapes in the output are the SGR codes of pen_style(). */
#ifndef AUTHCHECK_RENDER_TEXT_H
#define AUTHCHECK_RENDER_TEXT_H

#include "render.h"

enum style {
	STYLE_PLAIN,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_ERROR,
	STYLE_WARN,
	STYLE_NOTE,
	STYLE_GOOD,
};

struct pen {
	struct buf *out;
	struct arena *scratch;
	const struct render_options *o;
	size_t width;  /* columns, PEN_WIDTH_MIN to PEN_WIDTH_MAX */
	size_t lines;  /* ended so far */
	size_t col;    /* columns written on this line */
	size_t indent; /* where a line begins that a paragraph goes on with */
	enum style style;
	bool gap;        /* a blank is due before the next word */
	struct str word; /* of pen_words(), not written yet: more may be added to it */
	bool letters;    /* UTF-8 is shown as it is: of texts in which nothing unseen is left */
};

enum { PEN_WIDTH_MIN = 40, PEN_WIDTH_MAX = 100 };

/* Part of a record that is marked beneath it. */
struct mark {
	struct span at;
	enum style style;
	char label; /* stands first in the underline, to tell several marks apart; 0: none */
};

void pen_init(struct pen *p, struct buf *out, struct arena *scratch,
	      const struct render_options *o);
void pen_style(struct pen *p, enum style s);
void pen_newline(struct pen *p);
/* Blanks up to column `col`; at least one when something stands there already. */
void pen_to(struct pen *p, size_t col);
/* Text as it is, on this line. */
void pen_raw(struct pen *p, struct str s);
void pen_put(struct pen *p, const char *s);
/* Words, parted by blanks, wrapped at the width to the indent. A word wider than a whole line is
 * cut. What the next call begins with belongs to the last word of this one, unless there is a blank
 * between them. The text must live as long as the pen. */
void pen_words(struct pen *p, const char *s);
/* As much of the text as fits on this line. */
void pen_cut(struct pen *p, const char *s);
/* A line of its own: a label, and from column PEN_LABEL on, where the rest of the paragraph is
 * kept, what it is about. */
enum { PEN_LABEL = 12 };
void pen_label(struct pen *p, const char *label);
/* The columns that text takes. */
size_t pen_columns(struct str s);

/* A record, wrapped, each line at column `indent`, what is marked underlined with ^. Lines in the
 * middle of a long record that have no mark are left out. */
enum {
	RECORD_WHOLE = 1, /* leave nothing out */
	RECORD_LINES = 2, /* the text has lines of its own: an MTA-STS policy */
};
void text_record(struct pen *p, struct str text, const struct mark *marks, size_t n, size_t indent,
		 unsigned flags);

/* What SPF gives the addresses of --ip: a line each, those that pass only when verbose. */
void text_spf_evaluated(struct pen *p, const struct report *r);

/* What there is of a protocol, in words: "7 of 10 look-ups, 0 void". */
void text_summary(struct pen *p, const struct report *r, enum proto proto);
/* Is there anything to say of a protocol that not every audit looks at? */
bool text_has_summary(const struct report *r, enum proto proto);

/* The findings of one protocol with the records they are about. Returns how many were written. */
size_t text_findings(struct pen *p, const struct report *r, enum proto proto);
/* Its fix, on lines of their own from the indent on: what is to be pasted on one line, however
 * long.
 */
void text_fix(struct pen *p, const struct finding *f);
/* The record that a finding is about, as text; empty where there is none, or several. */
struct str text_evidence(struct arena *a, const struct finding *f);
/* Is a part of that text the faulty one? */
bool text_has_mark(const struct finding *f, struct str text);
/* Where in a fix the line begins that is to be put into a zone; NULL: there is none. */
const char *text_zone_line(const char *fix);
/* What text_summary() says, on one line however long. */
const char *text_summary_line(struct arena *a, const struct report *r, enum proto proto);
/* Is this finding shown in a report of this verbosity? */
bool text_shows(const struct finding *f, const struct render_options *o);
/* ERROR, warn, note, or ? for what is not sure, in its colour. */
void text_severity(struct pen *p, const struct finding *f);
/* "title: detail", or "cannot tell: ..." */
const char *text_statement(struct arena *a, const struct finding *f);
/* The same for where the record is not shown: "title: the faulty part: detail", without the last
 * clauses of the detail, or all of it, when that is wider than `room`. */
const char *text_brief(struct arena *a, const struct finding *f, size_t room);

/* A paragraph from column `indent` on; the head of a section, behind an empty line. */
void text_paragraph(struct pen *p, const char *text, size_t indent);
void text_head(struct pen *p, const char *text);
/* "SPF does not pass, and no DKIM signature of the domain passes" */
const char *text_conditions(struct arena *a, const struct ruling *u);
const char *text_fate(enum fate f);
/* "may refuse": what a receiver does, and whether that is sure. */
const char *text_verdict(const struct verdict *v);
const char *text_cause(enum cause c);

/* The include tree and what each term of it costs. */
void text_spf_tree(struct pen *p, const struct report *r);

/* What receivers do with the domain's mail. */
void text_receivers(struct pen *p, const struct report *r);
/* Every record of the protocol, for -v. */
void text_records(struct pen *p, const struct report *r, enum proto proto);

/* Of a comparison: is this one shown? And what receivers do otherwise. */
bool text_shows_change(const struct pen *p, const struct diff_finding *x);
void text_fates(struct pen *p, const struct diff *d);

/* What is otherwise than at the last audit, below the head of a report. */
struct change;
void text_change(struct pen *p, const struct change *c);

#endif

/* A record as a report shows it: wrapped to the width, what is wrong in it underlined. Layer:
 * render.
 *
 * An octet that is not printable ASCII takes the four columns of its escape, so the underline is
 * laid out in columns and not in octets. Marks that overlap get underlines of their own, one below
 * the other. */
#include "text.h"

enum {
	UNDERLINES_MAX = 4,
	LINES_BRIEF = 3,   /* a record of so many lines is shown whole */
	POLICY_BRIEF = 12, /* likewise a text that has lines of its own */
	LINES_MARKED = 8,  /* of a longer one, so many lines with marks */
	LINES_MAX = 80,
};

struct layout {
	struct str text;
	const struct mark *marks;
	size_t nmarks;
	size_t indent, room;
	bool lines;
};

/* Does the word that begins at octet `at` fit on a line of its own? */
static bool word_fits(const struct layout *l, size_t at)
{
	size_t col = 0;

	for (; at < l->text.n && l->text.p[at] != ' ' && col <= l->room; at++)
		col += pen_columns(str_sub(l->text, at, 1));
	return col <= l->room;
}

/* Where the line that begins at octet `from` ends. It breaks behind a blank; where the word behind
 * it needs more than a line anyway, it breaks where the room ends, or behind a semicolon or a comma
 * in the second half of the line. */
static size_t line_end(const struct layout *l, size_t from)
{
	size_t col = 0, to = from, soft = 0, blank = 0;

	while (to < l->text.n) {
		char c = l->text.p[to];
		size_t n = pen_columns(str_sub(l->text, to, 1));

		if (l->lines && c == '\n')
			return to + 1;
		if (col + n > l->room) {
			if (c == ' ')
				return to + 1;
			if (blank > from && word_fits(l, blank))
				return blank;
			return soft > from ? soft : to;
		}
		col += n;
		to++;
		if (c == ' ')
			blank = to;
		if ((c == ';' || c == ',') && col > l->room / 2)
			soft = to;
	}
	return to;
}

static bool mark_touches(const struct mark *m, size_t from, size_t to)
{
	return m->at.at < to && (size_t)m->at.at + m->at.len > from;
}

static const struct mark *mark_of(const struct layout *l, size_t from, size_t to)
{
	for (size_t i = 0; i < l->nmarks; i++) {
		if (mark_touches(&l->marks[i], from, to))
			return &l->marks[i];
	}
	return NULL;
}

/* The end of a line without what would not be seen there: the blank that it was broken at, or a
 * line's own end. */
static size_t visible_end(const struct layout *l, size_t from, size_t to)
{
	if (l->lines && to > from && l->text.p[to - 1] == '\n') {
		to--;
		return to > from && l->text.p[to - 1] == '\r' ? to - 1 : to;
	}
	return to < l->text.n && to > from + 1 && l->text.p[to - 1] == ' ' &&
			       !mark_of(l, to - 1, to)
		       ? to - 1
		       : to;
}

/* The octets of one line, those that are marked in the colour of their mark. */
static void put_line(struct pen *p, const struct layout *l, size_t from, size_t to)
{
	const struct mark *now = NULL;

	pen_to(p, from < to ? l->indent : 0);
	for (size_t i = from; i < to; i++) {
		const struct mark *m = mark_of(l, i, i + 1);

		if (m != now) {
			pen_style(p, m ? m->style : STYLE_PLAIN);
			now = m;
		}
		pen_raw(p, str_sub(l->text, i, 1));
	}
	pen_style(p, STYLE_PLAIN);
	pen_newline(p);
}

struct underline {
	char c[PEN_WIDTH_MAX];
	enum style style[PEN_WIDTH_MAX];
	size_t n; /* columns in use */
};

/* Draws one mark in the first underline that has room for it. */
static void draw(struct underline row[UNDERLINES_MAX], const struct mark *m, bool begins,
		 size_t from, size_t to)
{
	for (size_t r = 0; r < UNDERLINES_MAX && from < to; r++) {
		bool fits = true;

		for (size_t i = from; i < to; i++)
			fits = fits && row[r].c[i] == ' ';
		if (!fits)
			continue;
		for (size_t i = from; i < to; i++) {
			row[r].c[i] = m->label && begins && i == from ? m->label : '^';
			row[r].style[i] = m->style;
		}
		if (row[r].n < to)
			row[r].n = to;
		return;
	}
}

static void put_underline(struct pen *p, const struct layout *l, const struct underline *row)
{
	pen_to(p, l->indent);
	for (size_t i = 0; i < row->n; i++) {
		pen_style(p, row->c[i] == ' ' ? STYLE_PLAIN : row->style[i]);
		pen_raw(p, (struct str){ &row->c[i], 1 });
	}
	pen_style(p, STYLE_PLAIN);
	pen_newline(p);
}

static void put_underlines(struct pen *p, const struct layout *l, size_t from, size_t to)
{
	struct underline row[UNDERLINES_MAX];

	for (size_t r = 0; r < UNDERLINES_MAX; r++) {
		memset(row[r].c, ' ', sizeof(row[r].c));
		row[r].n = 0;
	}
	for (size_t i = 0; i < l->nmarks; i++) {
		const struct mark *m = &l->marks[i];
		size_t start = m->at.at > from ? m->at.at : from,
		       end = (size_t)m->at.at + m->at.len, col;

		if (!mark_touches(m, from, to))
			continue;
		if (end > to)
			end = to;
		col = pen_columns(str_sub(l->text, from, start - from));
		end = col + pen_columns(str_sub(l->text, start, end - start));
		draw(row, m, m->at.at >= from, col, end > l->room ? l->room : end);
	}
	for (size_t r = 0; r < UNDERLINES_MAX && row[r].n; r++)
		put_underline(p, l, &row[r]);
}

/* Does a mark begin or end on this line? What lies in the middle of a long one tells nothing. */
static bool is_telling(const struct layout *l, size_t from, size_t to)
{
	for (size_t i = 0; i < l->nmarks; i++) {
		size_t start = l->marks[i].at.at, end = start + l->marks[i].at.len;

		if (mark_touches(&l->marks[i], from, to) && (start >= from || end <= to))
			return true;
	}
	return false;
}

void text_record(struct pen *p, struct str text, const struct mark *marks, size_t n, size_t indent,
		 unsigned flags)
{
	struct layout l = { text, marks, n, indent, p->width - indent, flags & RECORD_LINES };
	size_t few = l.lines ? POLICY_BRIEF : LINES_BRIEF, lines = 0, line = 0, marked = 0;
	bool left_out = false;

	for (size_t at = 0; at < text.n; at = line_end(&l, at))
		lines++;
	for (size_t at = 0, to; at < text.n; at = to, line++) {
		bool telling, shown;

		to = line_end(&l, at);
		telling = is_telling(&l, at, to);
		marked += telling;
		shown = lines <= few || line == 0 || line + 1 == lines ||
			(telling && marked <= LINES_MARKED);
		if (flags & RECORD_WHOLE)
			shown = line < LINES_MAX;
		if (shown) {
			put_line(p, &l, at, visible_end(&l, at, to));
			put_underlines(p, &l, at, visible_end(&l, at, to));
		} else if (!left_out) {
			pen_to(p, indent);
			pen_put(p, "...");
			pen_newline(p);
		}
		left_out = !shown;
	}
	if (!text.n) {
		pen_to(p, indent);
		pen_put(p, "(empty)");
		pen_newline(p);
	}
}

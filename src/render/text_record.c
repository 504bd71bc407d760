/* A record as a report shows it: wrapped to the width, what is wrong in it underlined. Layer:
 * render.
 *
 * An octet that is not printable ASCII takes the four columns of its escape, so the underline is
 * laid out in columns and not in octets. Marks that overlap get underlines of their own, one below
 * the other. */
#include "text.h"

enum {
	UNDERLINES_MAX = 4,
	LINES_BRIEF = 4,   /* a record of so many lines is shown whole */
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

/* Where the line that begins at octet `from` ends. It breaks behind a blank, else behind a
 * semicolon or a comma, where the second half of the line has one; else where the room ends. */
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
			if (blank > from)
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
			pen_style(p, STYLE_PLAIN);
			if (m)
				pen_style(p, m->style);
			now = m;
		}
		pen_raw(p, str_sub(l->text, i, 1));
	}
	if (now)
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
		if (row->c[i] != ' ')
			pen_style(p, row->style[i]);
		pen_raw(p, (struct str){ &row->c[i], 1 });
		if (row->c[i] != ' ' && (i + 1 == row->n || row->c[i + 1] == ' '))
			pen_style(p, STYLE_PLAIN);
	}
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

void text_record(struct pen *p, struct str text, const struct mark *marks, size_t n, size_t indent,
		 unsigned flags)
{
	struct layout l = { text, marks, n, indent, p->width - indent, flags & RECORD_LINES };
	size_t few = l.lines ? POLICY_BRIEF : LINES_BRIEF, lines = 0, line = 0, marked = 0;
	bool left_out = false;

	for (size_t at = 0; at < text.n; at = line_end(&l, at))
		lines++;
	for (size_t at = 0, to; at < text.n; at = to, line++) {
		bool mark = mark_of(&l, at, to = line_end(&l, at)) != NULL;
		bool brief = lines <= few || line == 0 || line + 1 == lines;

		marked += mark;
		if ((flags & RECORD_WHOLE) ? line < LINES_MAX
					   : brief || (mark && marked <= LINES_MARKED)) {
			put_line(p, &l, at, visible_end(&l, at, to));
			put_underlines(p, &l, at, visible_end(&l, at, to));
			left_out = false;
		} else if (!left_out) {
			pen_to(p, indent);
			pen_put(p, "...");
			pen_newline(p);
			left_out = true;
		}
	}
	if (!text.n) {
		pen_to(p, indent);
		pen_put(p, "(empty)");
		pen_newline(p);
	}
}

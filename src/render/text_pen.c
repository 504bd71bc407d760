/* The pen: wrapped words, columns and colours. Layer: render. */
#include "text.h"

static const char *const sgr[] = {
	[STYLE_PLAIN] = "\033[0m",    [STYLE_BOLD] = "\033[1m",  [STYLE_DIM] = "\033[2m",
	[STYLE_ERROR] = "\033[1;31m", [STYLE_WARN] = "\033[33m", [STYLE_NOTE] = "\033[36m",
	[STYLE_GOOD] = "\033[32m",
};

void pen_init(struct pen *p, struct buf *out, struct arena *scratch, const struct render_options *o)
{
	size_t width = o->width ? o->width : 80;

	if (width < PEN_WIDTH_MIN)
		width = PEN_WIDTH_MIN;
	if (width > PEN_WIDTH_MAX)
		width = PEN_WIDTH_MAX;
	*p = (struct pen){ .out = out, .scratch = scratch, .o = o, .width = width };
}

static void flush_word(struct pen *p);

void pen_style(struct pen *p, enum style s)
{
	flush_word(p);
	if (!p->o->color || s == p->style)
		return;
	if (p->style != STYLE_PLAIN)
		buf_adds(p->out, sgr[STYLE_PLAIN]);
	if (s != STYLE_PLAIN)
		buf_adds(p->out, sgr[s]);
	p->style = s;
}

void pen_newline(struct pen *p)
{
	flush_word(p);
	buf_addc(p->out, '\n');
	p->lines++;
	p->col = 0;
	p->gap = false;
}

void pen_to(struct pen *p, size_t col)
{
	size_t n;

	flush_word(p);
	n = p->col < col ? col - p->col : (p->col > 0);
	buf_pad(p->out, ' ', n);
	p->col += n;
	p->gap = false;
}

/* The octets that are put or left out together: a letter where they are shown, else one. */
static struct str first_unit(const struct pen *p, struct str s)
{
	size_t n = p->letters && (unsigned char)s.p[0] >= 0x80 ? str_utf8(s) : 1;

	return str_sub(s, 0, n ? n : 1);
}

/* The columns of a unit. Letters of three octets and more are mostly wide ones. */
static size_t unit_columns(struct str unit)
{
	return unit.n == 1 ? pen_columns(unit) : unit.n == 2 ? 1 : 2;
}

static size_t columns(const struct pen *p, struct str s)
{
	size_t n = 0;

	for (struct str unit; s.n; s = str_from(s, unit.n)) {
		unit = first_unit(p, s);
		n += unit_columns(unit);
	}
	return n;
}

void pen_raw(struct pen *p, struct str s)
{
	flush_word(p);
	for (struct str unit; s.n; s = str_from(s, unit.n)) {
		unit = first_unit(p, s);
		if (unit.n > 1)
			buf_add_str(p->out, unit);
		else
			buf_add_safe(p->out, unit);
		p->col += unit_columns(unit);
	}
}

void pen_put(struct pen *p, const char *s)
{
	pen_raw(p, str_c(s));
}

size_t pen_columns(struct str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] >= ' ' && s.p[i] <= '~' ? 1 : 4;
	return n;
}

/* A word that no line has room for: cut at the width. */
static void cut_word(struct pen *p, struct str word)
{
	for (struct str unit; word.n; word = str_from(word, unit.n)) {
		unit = first_unit(p, word);
		if (p->col + unit_columns(unit) > p->width) {
			pen_newline(p);
			pen_to(p, p->indent);
		}
		pen_raw(p, unit);
	}
}

static void put_word(struct pen *p, struct str word)
{
	size_t n = columns(p, word), gap = p->gap;

	if (p->col > p->indent && p->col + gap + n > p->width) {
		pen_newline(p);
		pen_to(p, p->indent);
		gap = 0;
	}
	buf_pad(p->out, ' ', gap);
	p->col += gap;
	p->gap = false;
	if (n > p->width - p->indent)
		cut_word(p, word);
	else
		pen_raw(p, word);
}

/* Words are held back until the blank behind them, so that a comma that comes with a later call is
 * not torn off. */
static void flush_word(struct pen *p)
{
	struct str word = p->word;

	p->word = S("");
	if (word.n)
		put_word(p, word);
}

static void add_to_word(struct pen *p, struct str s)
{
	char *joined;

	if (!p->word.n) {
		p->word = s;
		return;
	}
	joined = arena_alloc(p->scratch, p->word.n + s.n);
	memcpy(joined, p->word.p, p->word.n);
	memcpy(joined + p->word.n, s.p, s.n);
	p->word = (struct str){ joined, p->word.n + s.n };
}

void pen_words(struct pen *p, const char *s)
{
	struct str rest = str_c(s);

	while (rest.n) {
		ptrdiff_t blank = str_find(rest, ' ');
		size_t n = blank < 0 ? rest.n : (size_t)blank;

		if (n)
			add_to_word(p, str_sub(rest, 0, n));
		if (blank < 0)
			return;
		flush_word(p);
		p->gap = true;
		rest = str_from(rest, n + 1);
	}
}

void pen_cut(struct pen *p, const char *s)
{
	struct str text = str_c(s);
	size_t room, n = 0, columns = 0;

	flush_word(p);
	if (p->gap)
		pen_put(p, " ");
	p->gap = false;
	room = p->col < p->width ? p->width - p->col : 0;
	if (pen_columns(text) <= room)
		return pen_raw(p, text);
	while (columns + pen_columns(str_sub(text, n, 1)) + 3 <= room)
		columns += pen_columns(str_sub(text, n++, 1));
	/* at the end of a word, where that does not cost much */
	for (size_t back = 0; back < 16 && back < n; back++) {
		if (text.p[n - back] == ' ') {
			n -= back;
			break;
		}
	}
	while (n && text.p[n - 1] == '.')
		n--;
	pen_raw(p, str_sub(text, 0, n));
	pen_put(p, "...");
}

void pen_label(struct pen *p, const char *label)
{
	pen_to(p, 2);
	pen_style(p, STYLE_BOLD);
	pen_put(p, label);
	pen_style(p, STYLE_PLAIN);
	pen_to(p, PEN_LABEL);
	p->indent = PEN_LABEL;
}

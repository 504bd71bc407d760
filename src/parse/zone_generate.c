/* $GENERATE, as BIND's manual describes it: "$GENERATE 1-254 $ PTR host-$.example.com." One record
 * for each number of the range, in which $ stands for the number, ${OFFSET,WIDTH,BASE} for the
 * number printed another way (base d, o, x, X, n or N), and \$ or $$ for a dollar sign. */
#include <stdio.h>

#include "zone_read.h"

enum { TEMPLATE_MAX = 4096 }; /* octets */

struct range {
	uint32_t from, to, step;
};

static bool read_range(struct str s, struct range *out)
{
	ptrdiff_t dash = str_find(s, '-'), slash = str_find(s, '/');
	struct str to;

	if (dash < 0 || (slash >= 0 && slash < dash))
		return false;
	to = str_from(s, (size_t)dash + 1);
	if (slash >= 0)
		to.n = (size_t)(slash - dash - 1);
	out->step = 1;
	return str_to_u32(str_sub(s, 0, (size_t)dash), INT32_MAX, &out->from) &&
	       str_to_u32(to, INT32_MAX, &out->to) &&
	       (slash < 0 || str_to_u32(str_from(s, (size_t)slash + 1), INT32_MAX, &out->step)) &&
	       out->step && out->from <= out->to;
}

/* {OFFSET[,WIDTH[,BASE]]} behind a dollar sign. */
struct form {
	int64_t offset;
	uint32_t width;
	char base;
};

static bool read_form(struct str s, struct form *f)
{
	bool minus = s.n && s.p[0] == '-';
	ptrdiff_t comma = str_find(s, ',');
	struct str offset = comma < 0 ? s : str_sub(s, 0, (size_t)comma);
	uint32_t v;

	if (!str_to_u32(minus ? str_from(offset, 1) : offset, INT32_MAX, &v))
		return false;
	f->offset = minus ? -(int64_t)v : (int64_t)v;
	if (comma < 0)
		return true;
	s = str_from(s, (size_t)comma + 1);
	comma = str_find(s, ',');
	if (!str_to_u32(comma < 0 ? s : str_sub(s, 0, (size_t)comma), 63, &f->width))
		return false;
	if (comma < 0)
		return true;
	s = str_from(s, (size_t)comma + 1);
	f->base = s.n ? s.p[0] : '\0';
	return s.n == 1 && strchr("doxXnN", f->base);
}

enum { NUMBER_MAX = 80 }; /* octets that one $ can become: a width is at most 63 */

struct line {
	char *p;
	size_t n;
};

/* Nibbles, least first, parted by dots, as ip6.arpa has them; the width counts the dots. */
static void put_nibbles(struct line *out, uint64_t v, const struct form *f)
{
	const char *hex = f->base == 'n' ? "0123456789abcdef" : "0123456789ABCDEF";
	uint32_t width = 0;

	do {
		if (width)
			out->p[out->n++] = '.';
		out->p[out->n++] = hex[v & 15];
		v >>= 4;
		width += width ? 2 : 1;
	} while (v || width < f->width);
}

static bool put_number(struct line *out, uint32_t i, const struct form *f)
{
	int64_t v = (int64_t)i + f->offset;
	char *p = out->p + out->n;
	int width = (int)f->width, n = 0;

	if (v < 0)
		return false;
	if (f->base == 'n' || f->base == 'N')
		put_nibbles(out, (uint64_t)v, f);
	else if (f->base == 'o')
		n = snprintf(p, NUMBER_MAX, "%0*llo", width, (unsigned long long)v);
	else if (f->base == 'x')
		n = snprintf(p, NUMBER_MAX, "%0*llx", width, (unsigned long long)v);
	else if (f->base == 'X')
		n = snprintf(p, NUMBER_MAX, "%0*llX", width, (unsigned long long)v);
	else
		n = snprintf(p, NUMBER_MAX, "%0*lld", width, (long long)v);
	out->n += (size_t)n;
	return true;
}

/* One line, made from the template. False when the template is faulty. */
static bool expand(struct line *out, struct str t, uint32_t i)
{
	out->n = 0;
	for (size_t at = 0; at < t.n; at++) {
		struct form f = { .base = 'd' };
		struct str rest = str_from(t, at + 1);

		if (t.p[at] == '\\' && rest.n) {
			if (rest.p[0] != '$')
				out->p[out->n++] = '\\';
			out->p[out->n++] = t.p[++at];
		} else if (t.p[at] != '$') {
			out->p[out->n++] = t.p[at];
		} else if (rest.n && rest.p[0] == '$') {
			out->p[out->n++] = '$';
			at++;
		} else {
			if (rest.n && rest.p[0] == '{') {
				ptrdiff_t end = str_find(rest, '}');

				if (end < 0 || !read_form(str_sub(rest, 1, (size_t)end - 1), &f))
					return false;
				at += (size_t)end + 1;
			}
			if (!put_number(out, i, &f))
				return false;
		}
	}
	out->p[out->n++] = '\n';
	return true;
}

/* The directive's text behind its range, to the end of its line. */
static bool read_template(const struct zone_entry *e, struct range *range, struct str *out)
{
	struct str word[2], s = e->text;
	size_t n = zone_entry_words(e, word, 2);

	if (n != 3 || !read_range(word[1], range))
		return false;
	s = str_from(s, (size_t)(word[1].p - s.p) + word[1].n);
	if (str_find(s, '\n') >= 0)
		s.n = (size_t)str_find(s, '\n');
	if (s.n && s.p[s.n - 1] == '\r')
		s.n--;
	*out = str_trim(s);
	return out->n <= TEMPLATE_MAX;
}

void zone_generate(struct zone_place *at, const struct zone_entry *e)
{
	struct zone_reader *r = at->r;
	struct range range = { 0 };
	struct str template;
	struct line line = { 0 };
	size_t dollars = 0;

	if (!read_template(e, &range, &template))
		return zone_read_fail(
			at, e->line, e,
			"$GENERATE needs a range such as 1-254, a name, a type and data");
	if ((range.to - range.from) / range.step >= ZONE_GENERATE_MAX - r->generated)
		return zone_read_fail(at, e->line, NULL,
				      "$GENERATE makes more than a million records");
	r->generated += (range.to - range.from) / range.step + 1;
	for (size_t i = 0; i < template.n; i++)
		dollars += template.p[i] == '$';
	line.p = arena_alloc(r->arena, template.n + dollars * NUMBER_MAX + 1);
	for (uint64_t i = range.from; i <= range.to && !r->stop; i += range.step) {
		struct zone_entry one;
		unsigned lineno = e->line;
		size_t pos = 0;

		if (!expand(&line, template, (uint32_t)i) || line.p[0] == '$')
			return zone_read_fail(at, e->line, e,
					      "$GENERATE with a faulty ${offset,width,base}");
		if (zone_entry_next((struct str){ line.p, line.n }, &pos, &lineno, &one))
			zone_read_record(at, &one);
	}
}

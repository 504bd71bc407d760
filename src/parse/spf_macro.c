/* Macros and domain-specs (RFC 7208 7.1, 7.3). Header: spf_macro.h. */
#include "spf_macro.h"

#include "name.h"
#include "spf.h"

/* Reads the macro-expand at s[*at] ('%'). *letter is lower case, 0 for %% %_ %-. False when it is
 * none. */
static bool read_macro(struct str s, size_t *at, struct spf_macro *out)
{
	size_t i = *at + 1;
	uint32_t digits = 0;

	*out = (struct spf_macro){ 0 };
	if (i >= s.n)
		return false;
	if (s.p[i] == '%' || s.p[i] == '_' || s.p[i] == '-') {
		out->escape = s.p[i];
		*at = i + 1;
		return true;
	}
	if (s.p[i++] != '{' || i >= s.n || !ascii_is_alpha((unsigned char)s.p[i]))
		return false;
	out->letter = ascii_lower(s.p[i]);
	out->url_escape = s.p[i] != out->letter;
	for (i++; i < s.n && ascii_is_digit((unsigned char)s.p[i]); i++) {
		digits = digits * 10 + (uint32_t)(s.p[i] - '0');
		out->has_digits = true;
		if (digits > 100000)
			digits = 100000;
	}
	out->digits = digits;
	if (i < s.n && ascii_lower(s.p[i]) == 'r') {
		out->reverse = true;
		i++;
	}
	out->delimiters = str_sub(s, i, 0);
	while (i < s.n && strchr(".-+,/_=", s.p[i]) && s.p[i]) {
		i++;
		out->delimiters.n++;
	}
	if (i >= s.n || s.p[i] != '}' || (out->has_digits && !digits))
		return false;
	*at = i + 1;
	return true;
}

bool spf_macro_string_ok(struct str s, bool in_exp_text, size_t *bad_at, bool *has_macro)
{
	for (size_t i = 0; i < s.n;) {
		struct spf_macro m;

		*bad_at = i;
		if (s.p[i] != '%') {
			if (s.p[i] < 0x21 || s.p[i] > 0x7e)
				return false;
			i++;
			continue;
		}
		if (!read_macro(s, &i, &m))
			return false;
		if (m.letter && !strchr(in_exp_text ? "slodipvhcrt" : "slodipvh", m.letter))
			return false;
		if (m.letter)
			*has_macro = true;
	}
	return true;
}

/* RFC 7208 7.1: toplabel = ( *alphanum ALPHA *alphanum ) / ( 1*alphanum "-" *( alphanum / "-" )
 * alphanum ) */
static bool is_toplabel(struct str s)
{
	bool alpha = false, hyphen = false;

	if (!s.n || s.p[0] == '-' || s.p[s.n - 1] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (ascii_is_alpha((unsigned char)s.p[i]))
			alpha = true;
		else if (s.p[i] == '-')
			hyphen = true;
		else if (!ascii_is_digit((unsigned char)s.p[i]))
			return false;
	}
	return alpha || hyphen;
}

enum spf_domain_fault spf_domain_spec_check(struct str s, size_t *bad_at, bool *has_macro)
{
	size_t i, literal = 0; /* where the literal text behind the last macro begins */
	struct str tail;

	*has_macro = false;
	*bad_at = 0;
	if (!s.n)
		return SPF_DOMAIN_EMPTY;
	if (!spf_macro_string_ok(s, false, bad_at, has_macro))
		return SPF_DOMAIN_MACRO;
	for (i = 0; i < s.n;) {
		struct spf_macro m;

		if (s.p[i] == '%' && read_macro(s, &i, &m))
			literal = i;
		else
			i++;
	}
	if (literal == s.n)
		return SPF_DOMAIN_OK;
	tail = str_from(s, literal);
	*bad_at = literal;
	if (tail.p[tail.n - 1] == '.')
		tail.n--;
	for (i = tail.n; i && tail.p[i - 1] != '.'; i--)
		;
	if (!i)
		return SPF_DOMAIN_END;
	*bad_at = literal + i;
	return is_toplabel(str_from(tail, i)) ? SPF_DOMAIN_OK : SPF_DOMAIN_END;
}

void spf_macro_letters(struct str s, char out[16])
{
	size_t n = 0;

	memset(out, 0, 16);
	for (size_t i = 0; i < s.n;) {
		struct spf_macro m;

		if (s.p[i] != '%' || !read_macro(s, &i, &m))
			i++;
		else if (m.letter && !memchr(out, m.letter, n) && n < 15)
			out[n++] = m.letter;
	}
}

static bool parts_value(const struct spf_macro *m, char c)
{
	return m->delimiters.n ? str_find(m->delimiters, c) >= 0 : c == '.';
}

/* The parts of `value`, last to first, without the first `skip` in that order. */
static void put_reversed(struct buf *out, struct str value, const struct spf_macro *m, size_t skip)
{
	size_t end = value.n, n = 0;

	for (size_t i = value.n + 1; i-- > 0;) {
		if (i && !parts_value(m, value.p[i - 1]))
			continue;
		if (n > skip)
			buf_addc(out, '.');
		if (n++ >= skip)
			buf_add_str(out, str_sub(value, i, end - i));
		end = i ? i - 1 : 0;
	}
}

/* Splits `value` at the delimiters, reverses and cuts as the macro says, joins with dots (7.3). */
static void transform(struct buf *out, struct str value, const struct spf_macro *m)
{
	size_t n = 1, skip;

	for (size_t i = 0; i < value.n; i++)
		n += parts_value(m, value.p[i]);
	skip = m->has_digits && m->digits < n ? n - m->digits : 0;
	if (m->reverse) {
		put_reversed(out, value, m, skip);
		return;
	}
	for (size_t i = 0; i < value.n; i++) {
		bool cut = parts_value(m, value.p[i]);

		if (!skip)
			buf_addc(out, cut ? '.' : value.p[i]);
		else
			skip -= cut;
	}
}

/* RFC 3986 unreserved characters stay, the rest is %XX. */
static void url_escape(struct buf *out, struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (ascii_is_alpha(c) || ascii_is_digit(c) || (c && strchr("-._~", c)))
			buf_addc(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
}

static bool expand_one(struct buf *out, const struct spf_macro *m, const struct spf_values *v)
{
	struct buf part;

	if (m->escape) {
		buf_adds(out, m->escape == '%' ? "%" : m->escape == '_' ? " " : "%20");
		return true;
	}
	if (!v->letter[m->letter - 'a'].p)
		return false;
	buf_init(&part, v->letter[m->letter - 'a'].n + 1);
	transform(&part, v->letter[m->letter - 'a'], m);
	if (m->url_escape)
		url_escape(out, buf_str(&part));
	else
		buf_add_str(out, buf_str(&part));
	out->failed |= part.failed;
	buf_free(&part);
	return true;
}

bool spf_expand(struct str s, const struct spf_values *v, struct buf *out)
{
	for (size_t i = 0; i < s.n;) {
		struct spf_macro m;

		if (s.p[i] != '%') {
			buf_addc(out, s.p[i++]);
			continue;
		}
		if (!read_macro(s, &i, &m) || !expand_one(out, &m, v))
			return false;
	}
	return !out->failed;
}

const char *spf_expand_domain(struct arena *a, struct str spec, const struct spf_values *v)
{
	struct buf b;
	const char *name = NULL;

	buf_init(&b, 16384);
	if (spf_expand(spec, v, &b)) {
		struct str s = buf_str(&b);

		if (s.n > 1 && s.p[s.n - 1] == '.')
			s.n--;
		/* 7.3: too long a name loses labels at its left until it fits */
		while (s.n > 253 && str_find(s, '.') >= 0)
			s = str_from(s, (size_t)str_find(s, '.') + 1);
		name = name_from_text(a, s);
	}
	buf_free(&b);
	return name;
}

const char *spf_expand_static(struct arena *a, struct str spec, const char *d, const char *o)
{
	struct spf_values v = { 0 };

	v.letter['d' - 'a'] = str_c(d);
	if (o)
		v.letter['o' - 'a'] = str_c(o);
	return spf_expand_domain(a, spec, &v);
}

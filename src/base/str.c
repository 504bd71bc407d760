#include "str.h"

bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool str_eq_ci(struct str a, struct str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (ascii_lower(a.p[i]) != ascii_lower(b.p[i]))
			return false;
	return true;
}

int str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c = n ? memcmp(a.p, b.p, n) : 0;

	if (c)
		return c;
	return (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq(str_sub(s, 0, prefix.n), prefix);
}

bool str_starts_ci(struct str s, struct str prefix)
{
	return s.n >= prefix.n && str_eq_ci(str_sub(s, 0, prefix.n), prefix);
}

bool str_ends_ci(struct str s, struct str suffix)
{
	return s.n >= suffix.n && str_eq_ci(str_from(s, s.n - suffix.n), suffix);
}

struct str str_sub(struct str s, size_t at, size_t n)
{
	if (at >= s.n)
		return (struct str){ s.p ? s.p + s.n : "", 0 };
	if (n > s.n - at)
		n = s.n - at;
	return (struct str){ s.p + at, n };
}

struct str str_from(struct str s, size_t at)
{
	return str_sub(s, at, SIZE_MAX);
}

ptrdiff_t str_find(struct str s, char c)
{
	const char *at = s.n ? memchr(s.p, c, s.n) : NULL;

	return at ? at - s.p : -1;
}

ptrdiff_t str_find_str(struct str s, struct str needle)
{
	for (size_t i = 0; i + needle.n <= s.n; i++)
		if (str_eq(str_sub(s, i, needle.n), needle))
			return (ptrdiff_t)i;
	return -1;
}

ptrdiff_t str_find_str_ci(struct str s, struct str needle)
{
	for (size_t i = 0; i + needle.n <= s.n; i++)
		if (str_eq_ci(str_sub(s, i, needle.n), needle))
			return (ptrdiff_t)i;
	return -1;
}

const char *str_mail_domain(const char *address)
{
	const char *at = strrchr(address, '@');

	return at ? at + 1 : address;
}

struct str str_trim(struct str s)
{
	while (s.n && is_wsp(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_wsp(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool str_to_u32(struct str s, uint32_t max, uint32_t *out)
{
	uint64_t v = 0;

	if (!s.n)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (!ascii_is_digit((unsigned char)s.p[i]))
			return false;
		v = v * 10 + (uint64_t)(s.p[i] - '0');
		if (v > max)
			return false;
	}
	*out = (uint32_t)v;
	return true;
}

struct span str_span(struct str whole, struct str part)
{
	return (struct span){ (uint32_t)(part.p - whole.p), (uint32_t)part.n };
}

bool str_near(struct str s, const char *word)
{
	struct str w = str_c(word);
	size_t head = 0, tail = 0;

	while (head < s.n && head < w.n && ascii_lower(s.p[head]) == ascii_lower(w.p[head]))
		head++;
	while (tail < s.n - head && tail < w.n - head &&
	       ascii_lower(s.p[s.n - 1 - tail]) == ascii_lower(w.p[w.n - 1 - tail]))
		tail++;
	size_t s_mid = s.n - head - tail, w_mid = w.n - head - tail;

	if (s_mid <= 1 && w_mid <= 1)
		return true;
	/* two neighbours changed places */
	return s_mid == 2 && w_mid == 2 && ascii_lower(s.p[head]) == ascii_lower(w.p[head + 1]) &&
	       ascii_lower(s.p[head + 1]) == ascii_lower(w.p[head]);
}

uint64_t str_hash(struct str s, uint64_t seed)
{
	uint64_t h = UINT64_C(14695981039346656037) ^ seed;

	for (size_t i = 0; i < s.n; i++) {
		h ^= (unsigned char)s.p[i];
		h *= UINT64_C(1099511628211);
	}
	return h;
}

size_t str_utf8(struct str s)
{
	unsigned char c = (unsigned char)s.p[0], low = 0x80, high = 0xbf;
	size_t n = c < 0x80                 ? 1
		   : c >= 0xc2 && c <= 0xdf ? 2
		   : (c & 0xf0) == 0xe0     ? 3
		   : c >= 0xf0 && c <= 0xf4 ? 4
					    : 0;

	if (n < 2)
		return n;
	if (n > s.n)
		return 0;
	if (c == 0xe0)
		low = 0xa0;
	if (c == 0xed)
		high = 0x9f;
	if (c == 0xf0)
		low = 0x90;
	if (c == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < n; i++, low = 0x80, high = 0xbf) {
		if ((unsigned char)s.p[i] < low || (unsigned char)s.p[i] > high)
			return 0;
	}
	return n;
}

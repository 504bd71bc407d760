/* Reverse names that providers make from addresses. Layer: check. */
#include "ptr_name.h"

#include "name.h"
#include "psl.h"

static bool is_alnum(char c)
{
	return ascii_is_alpha((unsigned char)c) || ascii_is_digit((unsigned char)c);
}

static bool is_hex(char c)
{
	return ascii_is_digit((unsigned char)c) || (c >= 'a' && c <= 'f');
}

/* What stands in front of the registered domain. */
static struct str host_part(struct arena *a, const char *name)
{
	const char *org = psl_organizational_domain(a, name);
	unsigned labels = name_labels(name), rest = org ? name_labels(org) : 1;

	if (labels <= rest)
		return S("");
	return (struct str){ name, strlen(name) - strlen(name_tail(name, rest)) - 1 };
}

/* Four numbers in a row, parted by one character each, that are the octets of the address, first to
 * last or last to first. */
static bool spells_octets(struct str s, const unsigned char *ip)
{
	unsigned run[4] = { 0 }, runs = 0;

	for (size_t at = 0; at < s.n;) {
		size_t from = at;
		uint32_t v;

		while (at < s.n && ascii_is_digit((unsigned char)s.p[at]))
			at++;
		if (from == at) {
			at++;
			continue;
		}
		if (at - from > 3 || !str_to_u32(str_sub(s, from, at - from), 255, &v)) {
			runs = 0;
			continue;
		}
		if (runs && (from < 2 || !strchr("-._x", s.p[from - 1]) ||
			     !ascii_is_digit((unsigned char)s.p[from - 2])))
			runs = 0;
		if (runs == 4) {
			memmove(run, run + 1, 3 * sizeof(*run));
			runs = 3;
		}
		run[runs++] = v;
		if (runs == 4 &&
		    ((run[0] == ip[0] && run[1] == ip[1] && run[2] == ip[2] && run[3] == ip[3]) ||
		     (run[0] == ip[3] && run[1] == ip[2] && run[2] == ip[1] && run[3] == ip[0])))
			return true;
	}
	return false;
}

/* The digits somewhere in s, not as a part of a longer number. */
static bool has_number(struct str s, const char *digits)
{
	size_t n = strlen(digits);

	for (size_t at = 0; at + n <= s.n; at++) {
		if (memcmp(s.p + at, digits, n) == 0 && (at == 0 || !is_hex(s.p[at - 1])) &&
		    (at + n == s.n || !is_hex(s.p[at + n])))
			return true;
	}
	return false;
}

static bool is_generic4(struct arena *a, struct str s, const unsigned char *ip)
{
	return spells_octets(s, ip) ||
	       has_number(s, arena_printf(a, "%02x%02x%02x%02x", ip[0], ip[1], ip[2], ip[3])) ||
	       has_number(s, arena_printf(a, "%03u%03u%03u%03u", ip[0], ip[1], ip[2], ip[3]));
}

/* All 32 digits, in a row or parted, first to last or last to first; or the usual text with "-" for
 * ":". */
static bool is_generic6(struct arena *a, struct str s, struct str ip)
{
	static const char hex[] = "0123456789abcdef";
	char forward[33], back[33];
	char *text = arena_strdup(a, ip_text(a, ip)), *packed = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < 32; i++)
		forward[i] = back[31 - i] = hex[(unsigned char)ip.p[i / 2] >> (i % 2 ? 0 : 4) & 15];
	forward[32] = back[32] = '\0';
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("-._", s.p[i]))
			packed[n++] = s.p[i];
	for (char *p = text; *p; p++)
		if (*p == ':')
			*p = '-';
	return str_find_str((struct str){ packed, n }, str_c(forward)) >= 0 ||
	       str_find_str((struct str){ packed, n }, str_c(back)) >= 0 ||
	       (strlen(text) >= 8 && has_number(s, text));
}

bool ptr_name_is_generic(struct arena *a, const char *name, struct str ip)
{
	struct str s = host_part(a, name);

	return ip.n == 4 ? is_generic4(a, s, (const unsigned char *)ip.p) : is_generic6(a, s, ip);
}

bool ptr_name_says_dynamic(const char *name)
{
	static const char *const words[] = {
		"dyn",   "dynamic",  "dynip",     "dsl",       "adsl",   "vdsl",
		"xdsl",  "pool",     "pools",     "dhcp",      "ppp",    "pppoe",
		"cable", "dial",     "dialup",    "dialin",    "client", "clients",
		"cust",  "customer", "customers", "broadband", "res",
	};

	for (const char *p = name; *p;) {
		size_t n = 0;

		while (p[n] && ascii_is_alpha((unsigned char)p[n]))
			n++;
		for (size_t i = 0; n && i < sizeof(words) / sizeof(words[0]); i++)
			if (str_eq((struct str){ p, n }, str_c(words[i])))
				return true;
		while (p[n] && is_alnum(p[n]))
			n++;
		p += p[n] ? n + 1 : n;
	}
	return false;
}

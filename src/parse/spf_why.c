/* What is wrong with a term of an SPF record, as a clause for people. Header: spf_macro.h. */
#include "name.h"
#include "spf_macro.h"

bool spf_is_network(struct str s, size_t *n)
{
	ptrdiff_t slash = str_find(s, '/');
	uint8_t ip[16];

	return ip_parse(slash < 0 ? s : str_sub(s, 0, (size_t)slash), ip, n);
}

static bool all_digits_and_dots(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!ascii_is_digit((unsigned char)s.p[i]) && s.p[i] != '.')
			return false;
	return s.n > 0;
}

const char *spf_why_no_address(struct str addr, bool four)
{
	uint8_t ip[16];
	size_t n;

	if (!addr.n)
		return "the address is missing";
	if (ip_parse(addr, ip, &n))
		return four ? "this is an IPv6 address: write ip6:"
			    : "this is an IPv4 address: write ip4:";
	if (four && all_digits_and_dots(addr))
		return "an IPv4 address has four numbers of 0 to 255, without leading zeros";
	return four ? "this is not an IPv4 address" : "this is not an IPv6 address";
}

const char *spf_why_no_domain(struct str spec)
{
	size_t n;

	if (spf_is_network(spec, &n))
		return n == 4 ? "this is an IPv4 address, which is named with ip4:"
			      : "this is an IPv6 address, which is named with ip6:";
	if (str_find_str(spec, S("://")) >= 0)
		return "this is a web address, not a domain name";
	if (str_find(spec, '@') >= 0)
		return "this is a mail address, not a domain name";
	if (str_find(spec, '/') >= 0)
		return "no prefix length and no path may stand behind this domain name";
	if (str_find(spec, ':') >= 0)
		return "no port may stand behind a domain name";
	if (str_find(spec, '.') < 0 || str_find(spec, '.') == (ptrdiff_t)spec.n - 1)
		return "this is not a domain name with at least two labels";
	return "the last label of a domain name has letters, digits and hyphens, and is no number";
}

/* Letters, digits, hyphens and underscores, with a dot in between: as mail hosts are called. */
static bool looks_like_a_domain(struct str s)
{
	ptrdiff_t dot = str_find(s, '.');

	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (!ascii_is_alpha(c) && !ascii_is_digit(c) && !(c && strchr("-_.", c)))
			return false;
	}
	return dot > 0 && (size_t)dot + 1 < s.n;
}

const char *spf_why_no_mechanism(struct str term)
{
	size_t n;

	if (term.n && strchr("+-~?", term.p[0]))
		term = str_from(term, 1);
	if (!term.n)
		return "a sign that stands alone: no blank may follow it";
	if (spf_is_network(term, &n))
		return n == 4 ? "an address without ip4: before it"
			      : "an address without ip6: before it";
	if (str_starts_ci(term, S("ip:")) || str_starts_ci(term, S("ipv4:")) ||
	    str_starts_ci(term, S("ipv6:")))
		return "the mechanisms for addresses are ip4: and ip6:";
	if ((str_starts_ci(term, S("ip4")) || str_starts_ci(term, S("ip6"))) &&
	    (spf_is_network(str_from(term, 3), &n) || spf_is_network(str_from(term, 4), &n)))
		return "behind ip4 and ip6 stand a colon and an address";
	if (str_eq_ci(term, S("aaaa")) || str_starts_ci(term, S("aaaa:")))
		return "there is no such mechanism: a stands for IPv6 addresses too";
	if (looks_like_a_domain(term))
		return "a name without include:, a: or mx: before it";
	return "there is no such mechanism";
}

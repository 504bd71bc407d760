/* The URIs of report destinations. RFC 3986 gives the characters, RFC 6068 the mailto scheme, RFC
 * 5322 3.4.1 the mail address in it; RFC 9989 4.8 and RFC 8460 3 add that "," "!" and ";" stand
 * percent-encoded. */
#include "uri.h"
#include "name.h"

enum { URIS_MAX = 64, DECODED_MAX = 1024, LOCAL_PART_MAX = 64 };

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static bool is_alnum(char c)
{
	return ascii_is_alpha((unsigned char)c) || ascii_is_digit((unsigned char)c);
}

static int hex_digit(char c)
{
	if (ascii_is_digit((unsigned char)c))
		return c - '0';
	c = ascii_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Is every octet one that a URI may hold (RFC 3986 2)? NULL, or a clause that says what is wrong.
 */
static const char *uri_chars(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (is_alnum(c) || is_one_of(c, "-._~:/?#[]@$&'()*+="))
			continue;
		if (c == '%') {
			if (i + 2 >= s.n || hex_digit(s.p[i + 1]) < 0 || hex_digit(s.p[i + 2]) < 0)
				return "\"%\" is not followed by two hexadecimal digits";
			i += 2;
			continue;
		}
		if (is_wsp(c))
			return "there is a blank inside it";
		if (c == '!')
			return "\"!\" must be written as %21";
		if ((unsigned char)c >= 0x80)
			return "it holds octets that are not ASCII; an internationalised domain is written in its xn-- form";
		return "it holds a character that no URI may hold";
	}
	return NULL;
}

/* Undoes percent-encoding, whose form uri_chars() has checked. False when the result does not fit.
 */
static bool uri_decode(struct str s, char out[DECODED_MAX], size_t *n)
{
	size_t k = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (k == DECODED_MAX)
			return false;
		if (s.p[i] == '%' && i + 2 < s.n) {
			out[k++] = (char)(hex_digit(s.p[i + 1]) * 16 + hex_digit(s.p[i + 2]));
			i += 2;
		} else {
			out[k++] = s.p[i];
		}
	}
	*n = k;
	return true;
}

/* dot-atom or quoted-string (RFC 5321 4.1.2). */
static bool is_local_part(struct str s)
{
	if (s.n == 0 || s.n > LOCAL_PART_MAX)
		return false;
	if (s.p[0] == '"') {
		if (s.n < 3 || s.p[s.n - 1] != '"')
			return false;
		for (size_t i = 1; i + 1 < s.n; i++) {
			if (s.p[i] == '\\')
				i++;
			else if (s.p[i] == '"')
				return false;
			if (i + 1 >= s.n || s.p[i] < 0x20 || s.p[i] > 0x7e)
				return false;
		}
		return true;
	}
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '.') {
			if (i == 0 || i + 1 == s.n || s.p[i - 1] == '.')
				return false;
		} else if (!is_alnum(s.p[i]) && !is_one_of(s.p[i], "!#$%&'*+-/=?^_`{|}~")) {
			return false;
		}
	}
	return true;
}

/* The domain of a mail address or the host of an http(s) URI. NULL and *why when it is none. */
static const char *read_host(struct arena *a, struct str s, const char **why)
{
	const char *name;

	*why = "there is no domain in it";
	if (s.n == 0)
		return NULL;
	*why = "its host is an address, not a name";
	if (s.p[0] == '[' || name_is_ip(s))
		return NULL;
	*why = "its domain is not well-formed";
	if (s.p[s.n - 1] == '.')
		return NULL;
	for (size_t i = 0; i < s.n; i++) {
		if (!is_alnum(s.p[i]) && !is_one_of(s.p[i], "-._"))
			return NULL;
	}
	name = name_from_text(a, s);
	if (name)
		*why = NULL;
	return name;
}

/* What follows "mailto:". */
static void read_mailto(struct arena *a, struct str rest, struct uri *u)
{
	char text[DECODED_MAX];
	struct str addr = { text, 0 };
	size_t end = 0, at;

	if (str_starts(rest, S("//"))) {
		u->why = "\"//\" does not belong behind \"mailto:\"";
		return;
	}
	while (end < rest.n && rest.p[end] != '?' && rest.p[end] != '#')
		end++;
	if (!uri_decode(str_sub(rest, 0, end), text, &addr.n)) {
		u->why = "it is too long";
		return;
	}
	for (at = addr.n; at > 0 && text[at - 1] != '@'; at--)
		;
	if (at == 0) {
		u->why = "there is no \"@\" in it";
		return;
	}
	if (!is_local_part(str_sub(addr, 0, at - 1))) {
		u->why = "the part before \"@\" is not well-formed";
		return;
	}
	u->host = read_host(a, str_from(addr, at), &u->why);
	u->valid = u->host != NULL;
}

/* What follows "https:": "//" [ userinfo "@" ] host [ ":" port ] [ "/" ... ]. */
static void read_http(struct arena *a, struct str rest, struct uri *u)
{
	struct str host;
	size_t end = 0, from = 0, colon;
	ptrdiff_t fragment;

	if (!str_starts(rest, S("//"))) {
		u->why = "\"//\" is missing behind the scheme";
		return;
	}
	rest = str_from(rest, 2);
	while (end < rest.n && !is_one_of(rest.p[end], "/?#"))
		end++;
	for (size_t i = 0; i < end; i++) {
		if (rest.p[i] == '@')
			from = i + 1;
	}
	host = str_sub(rest, from, end - from);
	u->has_user = from > 0;
	u->path = str_from(rest, end);
	fragment = str_find(u->path, '#');
	if (fragment >= 0)
		u->path.n = (size_t)fragment;
	for (colon = 0; colon < host.n && host.p[colon] != ':'; colon++)
		;
	if (host.n > 0 && host.p[0] != '[' && colon + 1 < host.n &&
	    !str_to_u32(str_from(host, colon + 1), 65535, &u->port)) {
		u->why = "its port is not a number of at most 65535";
		return;
	}
	if (host.n > 0 && host.p[0] != '[')
		host.n = colon;
	u->host = read_host(a, host, &u->why);
	u->valid = u->host != NULL;
}

/* Length of the scheme (RFC 3986 3.1); 0: there is none. */
static size_t scheme_len(struct str s)
{
	size_t i = 0;

	if (s.n == 0 || !ascii_is_alpha((unsigned char)s.p[0]))
		return 0;
	while (i < s.n && (is_alnum(s.p[i]) || is_one_of(s.p[i], "+-.")))
		i++;
	return i < s.n && s.p[i] == ':' ? i : 0;
}

/* The obsolete size limit at the end, "!" 1*DIGIT [ "k" / "m" / "g" / "t" ] (RFC 9989 4.8): how
 * many octets it takes. */
static size_t size_limit_len(struct str s)
{
	size_t i = s.n, digits_end;

	if (i > 0 && is_one_of(ascii_lower(s.p[i - 1]), "kmgt"))
		i--;
	digits_end = i;
	while (i > 0 && ascii_is_digit((unsigned char)s.p[i - 1]))
		i--;
	return i < digits_end && i > 0 && s.p[i - 1] == '!' ? s.n - (i - 1) : 0;
}

static void read_uri(struct arena *a, struct uri *u)
{
	size_t n = scheme_len(u->text);
	struct str scheme = str_sub(u->text, 0, n);
	struct str rest = str_from(u->text, n + 1);

	if (u->text.n == 0) {
		u->why = "it is empty";
		return;
	}
	if (n == 0) {
		u->why = memchr(u->text.p, '@', u->text.n)
				 ? "it does not begin with \"mailto:\""
				 : "it has no scheme, such as \"mailto:\"";
		return;
	}
	if (str_eq_ci(scheme, S("mailto")))
		u->scheme = URI_MAILTO;
	else if (str_eq_ci(scheme, S("https")))
		u->scheme = URI_HTTPS;
	else if (str_eq_ci(scheme, S("http")))
		u->scheme = URI_HTTP;
	else
		u->scheme = URI_OTHER;
	u->why = uri_chars(u->text);
	if (u->why)
		return;
	if (u->scheme == URI_MAILTO)
		read_mailto(a, rest, u);
	else if (u->scheme == URI_OTHER)
		u->valid = true;
	else
		read_http(a, rest, u);
}

void parse_uris(struct arena *a, struct str list, uint32_t base, bool allow_size, struct uri **out,
		size_t *n)
{
	size_t cap = 0;
	size_t from = 0;
	bool more = str_trim(list).n > 0;

	*out = NULL;
	*n = 0;
	while (more && *n < URIS_MAX) {
		const char *comma = from < list.n ? memchr(list.p + from, ',', list.n - from)
						  : NULL;
		size_t to = comma ? (size_t)(comma - list.p) : list.n;
		struct uri u = { .scheme = URI_NONE };
		size_t end = to;
		size_t size;

		while (from < end && is_wsp(list.p[from]))
			from++;
		while (end > from && is_wsp(list.p[end - 1]))
			end--;
		u.text = (struct str){ list.p + from, end - from };
		size = allow_size ? size_limit_len(u.text) : 0;
		u.has_size = size > 0;
		u.text.n -= size;
		u.at = (struct span){ .at = base + (uint32_t)from, .len = (uint32_t)u.text.n };
		read_uri(a, &u);
		*out = arena_grow(a, *out, *n, &cap, sizeof(**out));
		(*out)[(*n)++] = u;
		more = comma != NULL;
		from = to + 1;
	}
}

#include "name.h"

enum { LABEL_MAX = 63, WIRE_MAX = 255 };

/* Octets that stand in a name's text as they are. Everything else is escaped, so that a name can be
 * put between blanks, quotes and slashes of a tape or a report. */
static bool is_plain(unsigned char c)
{
	static const bool plain[256] = {
		['a' ... 'z'] = true, ['A' ... 'Z'] = true, ['0' ... '9'] = true, ['-'] = true,
		['_'] = true,         ['*'] = true,         ['/'] = true,         ['+'] = true,
		['='] = true,         [':'] = true,         ['@'] = true,         ['&'] = true,
		['~'] = true,         ['!'] = true,         ['%'] = true,         [','] = true,
		['\''] = true,        ['^'] = true,         ['|'] = true,
	};

	return plain[c];
}

/* Appends one octet of a label to text, escaped where needed. */
static size_t put_octet(char *text, size_t n, unsigned char c)
{
	if (is_plain(c)) {
		text[n++] = ascii_lower((char)c);
	} else if (c == '.' || c == '\\') {
		text[n++] = '\\';
		text[n++] = (char)c;
	} else {
		text[n++] = '\\';
		text[n++] = (char)('0' + c / 100);
		text[n++] = (char)('0' + c / 10 % 10);
		text[n++] = (char)('0' + c % 10);
	}
	return n;
}

/* Reads one octet of presentation text at *at: 0 to 255, -1 for an unescaped dot, -2 for a bad
 * escape. */
static int get_octet(struct str text, size_t *at)
{
	unsigned char c = (unsigned char)text.p[(*at)++];

	if (c == '.')
		return -1;
	if (c != '\\')
		return c;
	if (*at >= text.n)
		return -2;
	c = (unsigned char)text.p[(*at)++];
	if (!ascii_is_digit(c))
		return c;
	if (*at + 2 > text.n || !ascii_is_digit((unsigned char)text.p[*at]) ||
	    !ascii_is_digit((unsigned char)text.p[*at + 1]))
		return -2;
	int v = (c - '0') * 100 + (text.p[*at] - '0') * 10 + (text.p[*at + 1] - '0');

	*at += 2;
	return v <= 255 ? v : -2;
}

const char *name_from_text(struct arena *a, struct str text)
{
	char out[NAME_TEXT_MAX + 8];
	size_t n = 0, label = 0, wire = 1;

	if (text.n == 1 && text.p[0] == '.')
		return ".";
	for (size_t at = 0; at < text.n;) {
		int c = get_octet(text, &at);

		if (c == -2)
			return NULL;
		if (c == -1) {
			if (!label)
				return NULL;
			label = 0;
			if (at < text.n)
				out[n++] = '.';
			continue;
		}
		if (!label)
			wire++;
		if (++label > LABEL_MAX || ++wire > WIRE_MAX)
			return NULL;
		n = put_octet(out, n, (unsigned char)c);
	}
	return n ? arena_strndup(a, out, n) : NULL;
}

const char *name_from_wire(struct arena *a, struct input *in)
{
	char out[NAME_TEXT_MAX + 8];
	size_t n = 0, wire = 1, at = in->at, after = 0, limit = in->at;

	for (;;) {
		unsigned len;

		if (in->bad || at >= in->len)
			goto bad;
		len = in->base[at++];
		if (!len)
			break;
		if ((len & 0xc0) == 0xc0) {
			if (at >= in->len)
				goto bad;
			size_t to = (size_t)(len & 0x3f) << 8 | in->base[at++];

			if (!after)
				after = at;
			/* a pointer leads to a prior place (RFC 1035 4.1.4): each must lead further
			 * back */
			if (to >= limit)
				goto bad;
			limit = at = to;
			continue;
		}
		wire += len + 1;
		if (len > LABEL_MAX || wire > WIRE_MAX || len > in->len - at)
			goto bad;
		if (n)
			out[n++] = '.';
		for (unsigned i = 0; i < len; i++)
			n = put_octet(out, n, in->base[at++]);
	}
	in->at = after ? after : at;
	return n ? arena_strndup(a, out, n) : ".";
bad:
	in->bad = true;
	return NULL;
}

static size_t to_wire(const char *name, const uint8_t *bits, uint8_t out[WIRE_MAX])
{
	struct str text = str_c(name);
	size_t n = 0, label = 0; /* label: where its length octet stands */
	unsigned letter = 0;

	if (strcmp(name, ".") == 0) {
		out[0] = 0;
		return 1;
	}
	n = 1;
	for (size_t at = 0; at < text.n;) {
		int c = get_octet(text, &at);

		if (c == -2)
			return 0;
		if (c == -1) {
			if (n - label - 1 == 0 || n >= WIRE_MAX)
				return 0;
			out[label] = (uint8_t)(n - label - 1);
			label = n++;
			continue;
		}
		if (n - label > LABEL_MAX || n >= WIRE_MAX)
			return 0;
		if (bits && ascii_is_alpha((unsigned char)c)) {
			c = bits[letter / 8 % 32] >> letter % 8 & 1 ? c & ~0x20 : c | 0x20;
			letter++;
		}
		out[n++] = (uint8_t)c;
	}
	if (n - label - 1 == 0 || n >= WIRE_MAX)
		return 0;
	out[label] = (uint8_t)(n - label - 1);
	out[n++] = 0;
	return n;
}

size_t name_to_wire(const char *name, uint8_t out[WIRE_MAX])
{
	return to_wire(name, NULL, out);
}

size_t name_to_wire_0x20(const char *name, const uint8_t bits[32], uint8_t out[WIRE_MAX])
{
	return to_wire(name, bits, out);
}

/* The dot that ends the label at p, or the end of the text. */
static const char *label_end(const char *p)
{
	while (*p && *p != '.') {
		if (*p == '\\' && p[1])
			p++;
		p++;
	}
	return p;
}

unsigned name_labels(const char *name)
{
	unsigned n = 0;

	if (strcmp(name, ".") == 0)
		return 0;
	for (const char *p = name; *p; n++) {
		p = label_end(p);
		if (*p)
			p++;
	}
	return n;
}

const char *name_parent(const char *name)
{
	const char *end;

	if (strcmp(name, ".") == 0)
		return NULL;
	end = label_end(name);
	return *end ? end + 1 : ".";
}

const char *name_tail(const char *name, unsigned n)
{
	if (!n)
		return ".";
	for (unsigned have = name_labels(name); have > n; have--)
		name = name_parent(name);
	return name;
}

bool name_is_under(const char *name, const char *top)
{
	size_t n = strlen(name), tail = strlen(top), slashes = 0;

	if (n <= tail || strcmp(top, ".") == 0)
		return strcmp(top, ".") == 0 || strcmp(name, top) == 0;
	if (name[n - tail - 1] != '.' || memcmp(name + n - tail, top, tail) != 0)
		return false;
	/* an escaped dot separates no labels */
	while (slashes < n - tail - 1 && name[n - tail - 2 - slashes] == '\\')
		slashes++;
	return slashes % 2 == 0;
}

/* Are these labels that stand in a name as they are? */
static bool is_plain_front(const char *p, size_t n)
{
	size_t label = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '.' && !label)
			return false;
		label = p[i] == '.' ? 0 : label + 1;
		if (label > LABEL_MAX || (label && !is_plain((unsigned char)p[i])) ||
		    (p[i] >= 'A' && p[i] <= 'Z'))
			return false;
	}
	return label > 0;
}

const char *name_join(struct arena *a, const char *label, const char *name)
{
	size_t n = strlen(label), m = strlen(name);
	char *text;

	if (strcmp(name, ".") == 0)
		return name_from_text(a, str_c(label));
	text = arena_alloc(a, n + m + 2);
	memcpy(text, label, n);
	text[n] = '.';
	memcpy(text + n + 1, name, m);
	/* the wire has a length for each dot, one more, and the root: an escape is longer in text
	 */
	if (is_plain_front(label, n) && n + m + 3 <= WIRE_MAX)
		return text;
	return name_from_text(a, (struct str){ text, n + m + 1 });
}

bool name_is_host(const char *name)
{
	for (const char *p = name; *p;) {
		const char *end = label_end(p);

		if (end == p || *p == '-' || end[-1] == '-')
			return false;
		for (; p < end; p++)
			if (!ascii_is_alpha((unsigned char)*p) &&
			    !ascii_is_digit((unsigned char)*p) && *p != '-')
				return false;
		if (*p)
			p++;
	}
	return *name != '\0';
}

bool name_is_ip(struct str text)
{
	uint8_t ip[16];
	size_t n;

	return ip_parse(text, ip, &n);
}

const char *name_reverse(struct arena *a, struct str addr)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *p = (const unsigned char *)addr.p;
	char *text;

	if (addr.n == 4)
		return arena_printf(a, "%u.%u.%u.%u.in-addr.arpa", p[3], p[2], p[1], p[0]);
	text = arena_alloc(a, 64 + sizeof("ip6.arpa"));
	for (size_t i = 0; i < 16; i++) {
		text[i * 4] = hex[p[15 - i] & 15];
		text[i * 4 + 1] = '.';
		text[i * 4 + 2] = hex[p[15 - i] >> 4];
		text[i * 4 + 3] = '.';
	}
	memcpy(text + 64, "ip6.arpa", sizeof("ip6.arpa"));
	return text;
}

const char *name_before(struct arena *a, const char *name, const char *above)
{
	size_t n = strlen(name), tail = strlen(above);

	if (strcmp(above, ".") == 0 || n <= tail + 1 || !name_is_under(name, above))
		return NULL;
	return arena_strndup(a, name, n - tail - 1);
}

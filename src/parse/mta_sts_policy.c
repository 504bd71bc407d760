/* MTA-STS policies (RFC 8461 3.2): lines of "key: value", ended by LF or CRLF (erratum 6253). Of a
 * key that occurs twice the first counts, mx aside; keys that are not known are ignored. */
#include "mta_sts.h"
#include "name.h"
#include "sts_field.h"

enum { MX_MAX = 256, SHOWN_MAX = 40 };

static const uint32_t max_age_limit_s = 31557600; /* one year */

/* The policy while it is read. */
struct reading {
	struct arena *a;
	struct mta_sts_policy *p;
	size_t mx_cap;
	bool version, mode, max_age, mx;
	size_t known;      /* lines whose key is one of the four */
	uint32_t blank_at; /* the first empty line since the last that is not */
	bool blank;
};

static void fault(struct reading *r, enum mta_sts_fault code, struct span at, const char *detail)
{
	fault_add(r->a, &r->p->faults, (int)code, at, detail);
	switch (code) {
	case STS_FAULT_DUP_KEY:
	case STS_FAULT_UNKNOWN_KEY:
	case STS_FAULT_TYPO_KEY:
	case STS_FAULT_LINE:
	case STS_FAULT_BLANK_LINE:
	case STS_FAULT_MAX_AGE_RANGE: break;
	default: r->p->valid = false;
	}
}

static int shown(struct str s)
{
	return (int)(s.n < SHOWN_MAX ? s.n : SHOWN_MAX);
}

/* ---- mx ---- */

/* Domain as RFC 5321 4.1.2 has it: labels of letters, digits and inner hyphens. */
static const char *domain_fault(struct str d)
{
	size_t label = 0;

	if (d.n > 253)
		return "it is longer than a name can be";
	for (size_t i = 0; i <= d.n; i++) {
		unsigned char c = i < d.n ? (unsigned char)d.p[i] : '.';

		if (c == '.') {
			if (label == 0)
				return i == d.n ? "it ends in a dot" : "it has an empty label";
			if (d.p[i - 1] == '-')
				return "a label ends in \"-\"";
			if (label > 63)
				return "a label is longer than 63 characters";
			label = 0;
			continue;
		}
		if (c >= 0x80)
			return "it is not ASCII; internationalised names are written in their xn-- form";
		if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '-')
			return c == '_'
				       ? "\"_\" does not belong in a host's name"
				       : "there is a character that does not belong in a host's name";
		if (c == '-' && label == 0)
			return "a label begins with \"-\"";
		label++;
	}
	return NULL;
}

const char *mta_sts_pattern_fault(struct str pattern)
{
	struct str domain = str_starts(pattern, S("*.")) ? str_from(pattern, 2) : pattern;

	if (!pattern.n)
		return "there is no name behind \"mx:\"";
	if (!domain.n || str_eq(pattern, S("*")))
		return "a name must follow \"*.\"";
	if (str_find_str(pattern, S("://")) >= 0)
		return "it is a URL, not a name";
	if (name_is_ip(pattern) || pattern.p[0] == '[')
		return "it is an address; only names can be matched";
	if (str_find(pattern, ',') >= 0)
		return "each name has a line of its own";
	if (str_find(domain, '*') >= 0)
		return "\"*\" may only stand for the whole first label";
	if (str_find(pattern, ' ') >= 0 || str_find(pattern, '\t') >= 0)
		return "there is a blank in it; a preference does not belong here";
	if (domain.p[0] == '.')
		return "it begins with a dot";
	return domain_fault(domain);
}

static void read_mx(struct reading *r, struct str value, struct span at)
{
	struct mta_sts_policy *p = r->p;
	const char *why = mta_sts_pattern_fault(value);
	char *pattern;

	r->mx = true;
	if (why)
		fault(r, STS_FAULT_MX_SYNTAX, at,
		      value.n ? arena_printf(r->a, "\"%.*s\": %s", shown(value), value.p, why)
			      : why);
	if (p->nmx == MX_MAX)
		return;
	pattern = arena_strndup(r->a, value.p, value.n);
	for (size_t i = 0; i < value.n; i++)
		pattern[i] = ascii_lower(pattern[i]);
	p->mx = arena_grow(r->a, p->mx, p->nmx, &r->mx_cap, sizeof(*p->mx));
	p->mx[p->nmx++] = (struct mta_sts_mx){ .pattern = pattern, .at = at, .valid = !why };
}

/* ---- the other three ---- */

static void read_version(struct reading *r, struct str value, struct span at)
{
	if (!str_eq(value, S("STSv1")))
		fault(r, STS_FAULT_VERSION, at,
		      arena_printf(r->a, "it says \"%.*s\", not \"STSv1\"", shown(value), value.p));
}

static void read_mode(struct reading *r, struct str value, struct span at)
{
	static const enum mta_sts_mode modes[] = { STS_MODE_ENFORCE, STS_MODE_TESTING,
						   STS_MODE_NONE };

	r->p->mode_at = at;
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct str name = str_c(mta_sts_mode_name(modes[i]));

		if (str_eq(value, name)) {
			r->p->mode = modes[i];
			return;
		}
		if (str_eq_ci(value, name)) {
			fault(r, STS_FAULT_MODE, at,
			      arena_printf(r->a, "\"%.*s\" is not written in lower case",
					   shown(value), value.p));
			return;
		}
	}
	fault(r, STS_FAULT_MODE, at,
	      arena_printf(r->a, "\"%.*s\" is none of enforce, testing and none", shown(value),
			   value.p));
}

static void read_max_age(struct reading *r, struct str value, struct span at)
{
	uint32_t s;
	bool digits = value.n > 0;

	r->p->max_age_at = at;
	for (size_t i = 0; i < value.n; i++)
		digits = digits && ascii_is_digit((unsigned char)value.p[i]);
	if (!digits) {
		fault(r, STS_FAULT_MAX_AGE, at,
		      arena_printf(r->a, "\"%.*s\" is no number of seconds", shown(value),
				   value.p));
		return;
	}
	if (str_to_u32(value, max_age_limit_s, &s)) {
		r->p->max_age_s = s;
		return;
	}
	r->p->max_age_s = max_age_limit_s;
	fault(r, STS_FAULT_MAX_AGE_RANGE, at,
	      arena_printf(r->a, "%.*s seconds; 31557600, a year, is the most", shown(value),
			   value.p));
}

/* ---- lines ---- */

/* "nmx", "MX", "Mode", "max-age": one slip from a key that counts. With two letters nearly
 * everything is one slip away. */
static const char *meant_key(struct str key)
{
	static const char *const keys[] = { "version", "mode", "max_age" };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (str_near(key, keys[i]))
			return keys[i];
	return str_near(key, "mx") && str_find_str_ci(key, S("mx")) >= 0 ? "mx" : NULL;
}

static void read_field(struct reading *r, struct str key, struct str value, struct span line,
		       struct span value_at)
{
	static const struct {
		const char *key;
		size_t seen;
		void (*read)(struct reading *r, struct str value, struct span at);
	} fields[] = {
		{ "version", offsetof(struct reading, version), read_version },
		{ "mode", offsetof(struct reading, mode), read_mode },
		{ "max_age", offsetof(struct reading, max_age), read_max_age },
	};
	const char *meant;

	if (str_eq(key, S("mx"))) {
		r->known++;
		read_mx(r, value, value_at);
		return;
	}
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		bool *seen = (bool *)((char *)r + fields[i].seen);

		if (!str_eq(key, str_c(fields[i].key)))
			continue;
		r->known++;
		if (*seen)
			fault(r, STS_FAULT_DUP_KEY, line,
			      arena_printf(r->a, "%s is there twice; the first one counts",
					   fields[i].key));
		else
			fields[i].read(r, value, value_at);
		*seen = true;
		return;
	}
	meant = meant_key(key);
	if (meant)
		fault(r, STS_FAULT_TYPO_KEY, line,
		      arena_printf(r->a, "\"%.*s\" is not \"%s\"", shown(key), key.p, meant));
	else if (sts_is_ext_name(key))
		fault(r, STS_FAULT_UNKNOWN_KEY, line,
		      arena_printf(r->a, "\"%.*s\"", shown(key), key.p));
	else
		fault(r, STS_FAULT_LINE, line,
		      arena_printf(r->a, "\"%.*s\" is no name of a field", shown(key), key.p));
}

/* One line, without what ends it. */
static void read_line(struct reading *r, struct str text, size_t from, size_t to)
{
	struct str line = str_sub(text, from, to - from), bare = str_trim(line), key, value;
	struct span at = str_span(text, bare), value_at;
	ptrdiff_t colon = str_find(bare, ':');

	if (!bare.n) {
		if (!r->blank)
			r->blank_at = (uint32_t)from;
		r->blank = true;
		return;
	}
	if (r->blank)
		fault(r, STS_FAULT_BLANK_LINE, (struct span){ r->blank_at, 1 }, NULL);
	r->blank = false;
	if (colon < 0) {
		fault(r, STS_FAULT_LINE, at, "there is no \":\" in it");
		return;
	}
	key = str_trim(str_sub(bare, 0, (size_t)colon));
	value = str_trim(str_from(bare, (size_t)colon + 1));
	value_at = value.n ? str_span(text, value) : at;
	if (is_wsp(line.p[0]))
		fault(r, STS_FAULT_LINE, (struct span){ (uint32_t)from, at.at - (uint32_t)from },
		      "it begins with a blank");
	else if (colon > 0 && is_wsp(bare.p[colon - 1]))
		fault(r, STS_FAULT_LINE, (struct span){ at.at + (uint32_t)colon - 1, 1 },
		      "there is a blank before \":\"");
	read_field(r, key, value, at, value_at);
}

static void check_missing(struct reading *r)
{
	const struct span all = { 0, 0 };

	if (!r->version)
		fault(r, STS_FAULT_VERSION, all,
		      r->known ? "there is no version" : "there is no policy in it");
	if (!r->known)
		return;
	if (!r->mode)
		fault(r, STS_FAULT_MODE, all, "there is no mode");
	if (!r->max_age)
		fault(r, STS_FAULT_MAX_AGE, all, "there is no max_age");
	if (!r->mx && r->p->mode != STS_MODE_NONE)
		fault(r, STS_FAULT_NO_MX, all, "there is no mx");
}

void parse_mta_sts_policy(struct arena *a, struct str text, struct mta_sts_policy *out)
{
	struct reading r = { .a = a, .p = out };
	size_t from = 0;

	*out = (struct mta_sts_policy){ .text = text, .max_age_s = -1, .valid = true };
	if (str_starts(text, S("\xef\xbb\xbf"))) {
		fault(&r, STS_FAULT_BOM, (struct span){ 0, 3 }, "it begins with a byte order mark");
		from = 3;
	}
	while (from < text.n) {
		ptrdiff_t lf = str_find(str_from(text, from), '\n');
		size_t next = lf < 0 ? text.n : from + (size_t)lf + 1;
		size_t end = lf < 0 ? text.n : next - 1;

		if (end > from && text.p[end - 1] == '\r')
			end--;
		read_line(&r, text, from, end);
		from = next;
	}
	check_missing(&r);
}

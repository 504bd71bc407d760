/* The file of --config, by inih. Its handler is told neither the line nor that a section begins
 * anew, so the reader that hands it the lines keeps count of both. Layer: finding. */
#include "settings.h"

#include <ini.h>

#include "name.h"

enum { LINE_MAX_OCTETS = 190, ENTRIES_MAX = 10000, DAY_S = 86400 };

struct reader {
	struct arena *arena;
	struct settings *out;
	struct str rest;
	unsigned line, section;          /* how many there were so far */
	unsigned in_suppress, in_domain; /* the section that the last entry of each is from */
	const char *err;
};

static int fail(struct reader *r, const char *what)
{
	if (!r->err)
		r->err = arena_printf(r->arena, "line %u: %s", r->line, what);
	return 0;
}

/* ---- values ---- */

/* Days since 1970 of a day of the Gregorian calendar. */
static int64_t days(int64_t y, int64_t m, int64_t d)
{
	int64_t era, year;

	y -= m <= 2;
	era = y / 400;
	year = y - era * 400;
	return era * 146097 + year * 365 + year / 4 - year / 100 +
	       (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1 - 719468;
}

static bool read_day(struct str s, int64_t *until_s)
{
	static const uint8_t length[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	uint32_t y, m, d;

	if (s.n != 10 || s.p[4] != '-' || s.p[7] != '-' ||
	    !str_to_u32(str_sub(s, 0, 4), 9999, &y) || !str_to_u32(str_sub(s, 5, 2), 12, &m) ||
	    !str_to_u32(str_sub(s, 8, 2), 31, &d) || y < 1970 || !m || !d || d > length[m - 1])
		return false;
	if (m == 2 && d == 29 && (y % 4 || (y % 100 == 0 && y % 400)))
		return false;
	*until_s = (days(y, m, d) + 1) * DAY_S;
	return true;
}

typedef bool word_fn(struct reader *r, struct expected *e, struct str word);

static bool add_selector(struct reader *r, struct expected *e, struct str word)
{
	if (!name_from_text(r->arena, word))
		return false;
	e->selector = arena_grow(r->arena, e->selector, e->nselector, &e->cap_selector,
				 sizeof(*e->selector));
	e->selector[e->nselector++] = arena_strndup(r->arena, word.p, word.n);
	return true;
}

static bool add_ip(struct reader *r, struct expected *e, struct str word)
{
	uint8_t ip[16];
	size_t n;

	if (!ip_parse(word, ip, &n))
		return false;
	e->ip = arena_grow(r->arena, e->ip, e->nip, &e->cap_ip, sizeof(*e->ip));
	e->ip[e->nip++] = (struct str){ arena_strndup(r->arena, (char *)ip, n), n };
	return true;
}

/* Words parted by commas or blanks. */
static int each_word(struct reader *r, struct expected *e, const char *value, word_fn *add,
		     const char *what)
{
	for (struct str s = str_c(value); s.n;) {
		size_t n = 0;

		while (n < s.n && s.p[n] != ',' && !is_wsp(s.p[n]))
			n++;
		if (n && !add(r, e, str_sub(s, 0, n)))
			return fail(r,
				    arena_printf(r->arena, "\"%.*s\" is no %s", (int)n, s.p, what));
		s = str_from(s, n + (n < s.n));
	}
	return 1;
}

/* ---- sections ---- */

static int in_suppress(struct reader *r, const char *key, const char *value)
{
	struct settings *out = r->out;
	struct suppression *s;

	if (r->in_suppress != r->section) {
		if (out->nsuppress == ENTRIES_MAX)
			return fail(r, "more than 10,000 suppressions");
		r->in_suppress = r->section;
		out->suppress = arena_grow(r->arena, out->suppress, out->nsuppress,
					   &out->cap_suppress, sizeof(*s));
		out->suppress[out->nsuppress++] = (struct suppression){ .rule = RULE_COUNT,
									.until_s = INT64_MAX,
									.line = r->line };
	}
	s = &out->suppress[out->nsuppress - 1];
	if (strcmp(key, "reason") == 0)
		s->reason = arena_strdup(r->arena, value);
	else if (strcmp(key, "owner") == 0)
		s->owner = arena_strdup(r->arena, value);
	else if (strcmp(key, "subject") == 0)
		s->subject = name_from_text(r->arena, str_c(value));
	else if (strcmp(key, "expires") == 0) {
		s->expires = arena_strdup(r->arena, value);
		s->expires_line = r->line;
	} else if (strcmp(key, "rule") != 0)
		return fail(
			r,
			arena_printf(
				r->arena,
				"[suppress] has no \"%s\": rule, subject, reason, owner, expires",
				key));
	if (strcmp(key, "rule") == 0 && !rule_from(str_c(value), &s->rule))
		return fail(r,
			    arena_printf(r->arena,
					 "there is no rule \"%s\" (`authcheck rules` lists them)",
					 value));
	if (strcmp(key, "rule") == 0 && s->rule == RULE_CONFIG_SUPPRESSION_EXPIRED)
		return fail(
			r,
			"an expired suppression is not let pass by another: set a later day in it, or delete it");
	if (strcmp(key, "subject") == 0 && !s->subject)
		return fail(r, arena_printf(r->arena, "\"%s\" is no name", value));
	if (strcmp(key, "expires") == 0 && !read_day(str_c(value), &s->until_s))
		return fail(r, arena_printf(r->arena, "\"%s\" is no day: write 2027-03-31", value));
	return 1;
}

static int in_domain(struct reader *r, const char *key, const char *value)
{
	struct settings *out = r->out;
	struct expected *e;

	if (r->in_domain != r->section) {
		if (out->nexpect == ENTRIES_MAX)
			return fail(r, "more than 10,000 domains");
		r->in_domain = r->section;
		out->expect = arena_grow(r->arena, out->expect, out->nexpect, &out->cap_expect,
					 sizeof(*e));
		out->expect[out->nexpect++] = (struct expected){ .line = r->line };
	}
	e = &out->expect[out->nexpect - 1];
	if (strcmp(key, "selectors") == 0)
		return each_word(r, e, value, add_selector, "selector");
	if (strcmp(key, "ips") == 0)
		return each_word(r, e, value, add_ip, "IPv4 or IPv6 address");
	if (strcmp(key, "name") != 0)
		return fail(r, arena_printf(r->arena,
					    "[domain] has no \"%s\": name, selectors, ips", key));
	e->domain = name_from_text(r->arena, str_c(value));
	return e->domain ? 1 : fail(r, arena_printf(r->arena, "\"%s\" is no domain name", value));
}

static int handle(void *user, const char *section, const char *key, const char *value)
{
	struct reader *r = user;

	if (r->err)
		return 0;
	if (strcmp(section, "suppress") == 0)
		return in_suppress(r, key, value);
	if (strcmp(section, "domain") == 0)
		return in_domain(r, key, value);
	return fail(r, arena_printf(r->arena,
				    "there is no section [%s]: [suppress] and [domain] are known",
				    section));
}

/* As fgets(): the next line. A line that inih would cut in two is a fault. */
static char *next_line(char *to, int room, void *user)
{
	struct reader *r = user;
	ptrdiff_t end = str_find(r->rest, '\n');
	struct str line = end < 0 ? r->rest : str_sub(r->rest, 0, (size_t)end + 1);
	struct str text = str_trim(line);

	if (!r->rest.n || r->err || room <= LINE_MAX_OCTETS)
		return NULL;
	r->line++;
	r->rest = str_from(r->rest, line.n);
	if (line.n > LINE_MAX_OCTETS) {
		fail(r, "the line is longer than 190 octets");
		return NULL;
	}
	if (memchr(line.p, 0, line.n)) {
		fail(r, "no text");
		return NULL;
	}
	r->section += text.n && text.p[0] == '[';
	memcpy(to, line.p, line.n);
	to[line.n] = 0;
	return to;
}

/* ---- the whole ---- */

static bool is_complete(struct reader *r)
{
	const struct settings *s = r->out;

	for (size_t i = 0; i < s->nsuppress; i++) {
		r->line = s->suppress[i].line;
		if (s->suppress[i].rule == RULE_COUNT)
			return fail(r, "a [suppress] without a rule");
		if (!s->suppress[i].reason || !*s->suppress[i].reason)
			return fail(r, "a [suppress] without a reason: say why this is let pass");
	}
	for (size_t i = 0; i < s->nexpect; i++) {
		r->line = s->expect[i].line;
		if (!s->expect[i].domain)
			return fail(r, "a [domain] without a name");
	}
	return true;
}

bool settings_read(struct arena *a, struct str text, struct settings *out, const char **err)
{
	struct reader r = {
		.arena = a, .out = out, .in_suppress = UINT32_MAX, .in_domain = UINT32_MAX
	};
	int bad;

	*out = (struct settings){ 0 };
	r.rest = str_starts(text, S("\xef\xbb\xbf")) ? str_from(text, 3) : text;
	bad = ini_parse_stream(next_line, &r, handle, &r);
	if (bad && !r.err) {
		r.line = bad > 0 ? (unsigned)bad : 1;
		fail(&r, "neither a [section] nor name = value");
	}
	if (!r.err)
		is_complete(&r);
	*err = r.err;
	return !r.err;
}

const struct expected *settings_expect(const struct settings *s, const char *domain)
{
	for (size_t i = 0; i < s->nexpect; i++)
		if (strcmp(s->expect[i].domain, domain) == 0)
			return &s->expect[i];
	return NULL;
}

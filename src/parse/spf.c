/* SPF records, term by term (RFC 7208 4.6.1 and 12).
 *
 * 1. The record is cut at SP. Each piece is a term; nothing but SP parts terms, so a TAB or a
 * no-break space is an octet that may not stand there.
 * 2. A term is [qualifier] name rest. "=" behind the name makes it a modifier, anything else a
 * mechanism.
 * 3. The rest is read by the kind's own rule. Every fault is kept with its place, and reading goes
 * on with the next term, so that one report names all faults of a record. */
#include "spf.h"

#include "name.h"
#include "spf_macro.h"

struct parser {
	struct arena *arena;
	struct spf *spf;
};

static const struct {
	const char *name;
	enum spf_kind kind;
} mechanisms[] = {
	{ "all", SPF_ALL }, { "include", SPF_INCLUDE }, { "a", SPF_A },
	{ "mx", SPF_MX },   { "ptr", SPF_PTR },         { "ip4", SPF_IP4 },
	{ "ip6", SPF_IP6 }, { "exists", SPF_EXISTS },
};

static bool is_qualifier(char c)
{
	return c == '+' || c == '-' || c == '~' || c == '?';
}

bool spf_kind_counts(enum spf_kind k)
{
	return k == SPF_INCLUDE || k == SPF_A || k == SPF_MX || k == SPF_PTR || k == SPF_EXISTS ||
	       k == SPF_REDIRECT;
}

bool spf_is_record(struct str text)
{
	return str_starts_ci(text, S("v=spf1")) && (text.n == 6 || text.p[6] == ' ');
}

bool spf_is_version(const struct spf_term *t)
{
	return str_eq_ci(t->text, S("v=spf1"));
}

bool spf_is_other_record(const struct spf_term *t)
{
	static const char *const versions[] = { "DKIM", "DMARC", "STSv", "TLSRPT", "BIMI" };

	for (size_t i = 0; i < sizeof(versions) / sizeof(versions[0]); i++)
		if (t->kind == SPF_UNKNOWN_MODIFIER && str_eq_ci(t->name, S("v")) &&
		    str_starts_ci(t->domain, str_c(versions[i])))
			return true;
	return false;
}

bool spf_is_near_record(struct str text, const char **why)
{
	struct str s = text;

	if (spf_is_record(text))
		return false;
	while (s.n && (is_wsp(s.p[0]) || s.p[0] == '"' || s.p[0] == '\''))
		s = str_from(s, 1);
	if (s.n < text.n && (spf_is_record(s) || str_starts_ci(s, S("v=spf1")))) {
		*why = is_wsp(text.p[0]) ? "a blank stands before v=spf1"
					 : "a quotation mark stands before v=spf1";
		return true;
	}
	if (str_starts_ci(text, S("v=spf1"))) {
		if (text.p[6] == ';' || text.p[6] == ',')
			*why = "v=spf1 is followed by a punctuation mark instead of a blank";
		else if (str_starts_ci(text, S("v=spf1a")) || str_starts_ci(text, S("v=spf1i")) ||
			 str_starts_ci(text, S("v=spf1m")))
			*why = "no blank stands between v=spf1 and the first term (two character-strings join without one)";
		else
			*why = "v=spf1 is not followed by a blank";
		return true;
	}
	if (str_starts_ci(text, S("v=spf")) || str_starts_ci(text, S("v = spf1")) ||
	    str_starts_ci(text, S("v= spf1"))) {
		*why = "its version is not v=spf1";
		return true;
	}
	if (str_starts_ci(text, S("spf1 ")) || str_starts_ci(text, S("=spf1 ")) ||
	    str_starts_ci(text, S("spf=v1 "))) {
		*why = "v=spf1 is not spelled out at its start";
		return true;
	}
	return false;
}

static void fault(struct parser *p, struct spf_term *t, enum spf_fault code, struct str where,
		  const char *detail)
{
	t->faulty = true;
	fault_add(p->arena, &p->spf->faults, (int)code, str_span(p->spf->text, where), detail);
}

/* Checks a domain-spec and sets t->domain. */
static void domain_spec(struct parser *p, struct spf_term *t, struct str spec)
{
	size_t bad = 0;

	t->domain = spec;
	t->domain_at = str_span(p->spf->text, spec);
	switch (spf_domain_spec_check(spec, &bad, &t->has_macro)) {
	case SPF_DOMAIN_OK: break;
	case SPF_DOMAIN_EMPTY:
		fault(p, t, SPF_FAULT_NO_DOMAIN, t->text, "the domain is missing");
		break;
	case SPF_DOMAIN_MACRO:
		fault(p, t, SPF_FAULT_MACRO, str_from(spec, bad), "a % that begins no valid macro");
		break;
	case SPF_DOMAIN_END: fault(p, t, SPF_FAULT_DOMAIN, spec, spf_why_no_domain(spec)); break;
	}
}

/* A prefix length: digits, no leading zero, at most max. -1 when it is none. */
static int prefix_length(struct str s, uint32_t max)
{
	uint32_t v;

	if (!str_to_u32(s, max, &v) || (s.n > 1 && s.p[0] == '0'))
		return -1;
	return (int)v;
}

/* Where the digits at the end of s begin. */
static size_t digits_at_end(struct str s)
{
	size_t i = s.n;

	while (i && ascii_is_digit((unsigned char)s.p[i - 1]))
		i--;
	return i;
}

/* [ "/" ip4-cidr ] [ "//" ip6-cidr ] at the end of `arg`; returns what stands before it. */
static struct str dual_cidr(struct parser *p, struct spf_term *t, struct str arg)
{
	size_t i = digits_at_end(arg);

	if (i >= 2 && arg.p[i - 1] == '/' && arg.p[i - 2] == '/') {
		t->cidr6 = prefix_length(str_from(arg, i), 128);
		if (t->cidr6 < 0)
			fault(p, t, SPF_FAULT_CIDR, str_from(arg, i - 2),
			      "an IPv6 prefix length is 0 to 128");
		arg = str_sub(arg, 0, i - 2);
		i = digits_at_end(arg);
	}
	if (i >= 1 && arg.p[i - 1] == '/') {
		t->cidr4 = prefix_length(str_from(arg, i), 32);
		if (t->cidr4 < 0)
			fault(p, t, SPF_FAULT_CIDR, str_from(arg, i - 1),
			      "an IPv4 prefix length is 0 to 32 (an IPv6 one stands behind \"//\")");
		arg = str_sub(arg, 0, i - 1);
	}
	return arg;
}

/* a, mx: [ ":" domain-spec ] [ dual-cidr-length ] */
static void a_or_mx(struct parser *p, struct spf_term *t, struct str rest)
{
	struct str spec = dual_cidr(p, t, rest);

	if (!spec.n)
		return;
	if (spec.p[0] != ':' && t->faulty)
		return;
	if (spec.p[0] != ':')
		fault(p, t, SPF_FAULT_CIDR, spec,
		      "behind the name stand a colon and a domain, or a prefix length");
	else
		domain_spec(p, t, str_from(spec, 1));
}

static void ip4_or_ip6(struct parser *p, struct spf_term *t, struct str rest)
{
	bool four = t->kind == SPF_IP4;
	struct str arg = str_from(rest, 1), addr = arg;
	ptrdiff_t slash;
	size_t n = 0;

	if (!rest.n || rest.p[0] != ':') {
		fault(p, t, SPF_FAULT_ADDRESS, t->text,
		      "behind the name stand a colon and an address");
		return;
	}
	if (str_find(arg, ',') >= 0) {
		fault(p, t, SPF_FAULT_COMMA, arg, "one address a term: commas part nothing");
		return;
	}
	slash = str_find(arg, '/');
	if (slash >= 0) {
		int bits = prefix_length(str_from(arg, (size_t)slash + 1), four ? 32 : 128);

		addr = str_sub(arg, 0, (size_t)slash);
		*(four ? &t->cidr4 : &t->cidr6) = bits;
		if (bits < 0)
			fault(p, t, SPF_FAULT_CIDR, str_from(arg, (size_t)slash),
			      four ? "an IPv4 prefix length is 0 to 32"
				   : "an IPv6 prefix length is 0 to 128");
	}
	if (!ip_parse(addr, t->ip, &n) || n != (four ? 4 : 16))
		fault(p, t, SPF_FAULT_ADDRESS, addr.n ? addr : t->text,
		      spf_why_no_address(addr, four));
}

/* Two terms with no blank between them: where does the second begin? 0: it is not so. */
static size_t glued_at(struct str term)
{
	static const char *const starts[] = { "include:", "ip4:",      "ip6:",
					      "exists:",  "redirect=", "v=spf1" };
	size_t skip = term.n && is_qualifier(term.p[0]) ? 2 : 1; /* not the term's own start */
	struct str body = str_from(term, skip);
	size_t best = 0;

	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		ptrdiff_t at = str_find_str_ci(body, str_c(starts[i]));

		if (at >= 0 && (!best || (size_t)at + skip < best))
			best = (size_t)at + skip;
	}
	if (best > skip && is_qualifier(term.p[best - 1]))
		best--;
	if (!best && term.n > 5 && str_ends_ci(term, S("all")) && is_qualifier(term.p[term.n - 4]))
		best = term.n - 4;
	if (best && (term.p[best - 1] == ':' || term.p[best - 1] == '='))
		return 0; /* the first has no end of its own */
	return best;
}

size_t spf_glued_at(const struct spf_term *t)
{
	return t->domain.n ? glued_at(t->text) : 0;
}

/* The reason that stands above all others: an octet that may not be in a record at all. */
static bool octets_ok(struct parser *p, struct spf_term *t)
{
	for (size_t i = 0; i < t->text.n; i++) {
		unsigned char c = (unsigned char)t->text.p[i];
		size_t n = 1;

		if (c == '"' || c == '\\') {
			fault(p, t, SPF_FAULT_QUOTE, str_sub(t->text, i, 1),
			      c == '"' ? "a literal quotation mark" : "a literal backslash");
			return false;
		}
		if (c >= 0x21 && c <= 0x7e)
			continue;
		while (i + n < t->text.n && c >= 0x80 &&
		       ((unsigned char)t->text.p[i + n] & 0xc0) == 0x80)
			n++;
		fault(p, t, SPF_FAULT_OCTET, str_sub(t->text, i, n),
		      c == '\t'  ? "a TAB: only blanks part terms"
		      : c < 0x80 ? "a control character"
				 : "a character outside ASCII");
		return false;
	}
	return true;
}

static void mechanism(struct parser *p, struct spf_term *t, struct str rest)
{
	switch (t->kind) {
	case SPF_ALL:
		if (rest.n)
			fault(p, t, SPF_FAULT_ALL_ARGUMENT, rest, "nothing may stand behind all");
		break;
	case SPF_A:
	case SPF_MX: a_or_mx(p, t, rest); break;
	case SPF_IP4:
	case SPF_IP6: ip4_or_ip6(p, t, rest); break;
	case SPF_PTR:
		if (!rest.n)
			break;
		/* fall through */
	default:
		if (!rest.n || rest.p[0] != ':')
			fault(p, t, rest.n ? SPF_FAULT_CIDR : SPF_FAULT_NO_DOMAIN, t->text,
			      "behind the name stand a colon and a domain");
		else
			domain_spec(p, t, str_from(rest, 1));
	}
}

static void modifier(struct parser *p, struct spf_term *t, struct str value)
{
	size_t bad = 0;

	t->domain = value;
	t->domain_at = str_span(p->spf->text, value);
	if (t->qualifier) {
		fault(p, t, SPF_FAULT_QUALIFIER, str_sub(t->text, 0, 1),
		      "a modifier takes no qualifier");
		t->qualifier = 0;
	}
	if (str_eq_ci(t->name, S("redirect"))) {
		t->kind = SPF_REDIRECT;
		if (p->spf->redirect)
			fault(p, t, SPF_FAULT_DUP_REDIRECT, t->text, "a second redirect");
		domain_spec(p, t, value);
	} else if (str_eq_ci(t->name, S("exp"))) {
		t->kind = SPF_EXP;
		if (p->spf->exp)
			fault(p, t, SPF_FAULT_DUP_EXP, t->text, "a second exp");
		domain_spec(p, t, value);
	} else {
		t->kind = SPF_UNKNOWN_MODIFIER;
		if (!spf_macro_string_ok(value, false, &bad, &t->has_macro))
			fault(p, t, SPF_FAULT_MACRO, str_from(value, bad),
			      "a % that begins no valid macro");
	}
}

/* name = ALPHA *( ALPHA / DIGIT / "-" / "_" / "." ) */
static size_t name_length(struct str s)
{
	size_t n = 0;

	if (!s.n || !ascii_is_alpha((unsigned char)s.p[0]))
		return 0;
	while (n < s.n &&
	       (ascii_is_alpha((unsigned char)s.p[n]) || ascii_is_digit((unsigned char)s.p[n]) ||
		(s.p[n] && strchr("-_.", s.p[n]))))
		n++;
	return n;
}

static bool find_mechanism(struct str name, enum spf_kind *out)
{
	for (size_t i = 0; i < sizeof(mechanisms) / sizeof(mechanisms[0]); i++)
		if (str_eq_ci(name, str_c(mechanisms[i].name))) {
			*out = mechanisms[i].kind;
			return true;
		}
	return false;
}

static void unknown(struct parser *p, struct spf_term *t)
{
	t->kind = SPF_BROKEN;
	if (str_eq_ci(t->name, S("redirect")) || str_eq_ci(t->name, S("exp")))
		fault(p, t, SPF_FAULT_EQUALS, t->text,
		      "behind redirect and exp stands an equals sign");
	else
		fault(p, t, SPF_FAULT_UNKNOWN_MECHANISM, t->text, spf_why_no_mechanism(t->text));
}

/* "~allgoogle-site-verification=…": a modifier would take no qualifier, so this is all. */
static void pasted_behind_all(struct parser *p, struct spf_term *t, struct str rest)
{
	t->kind = SPF_ALL;
	t->name = str_sub(t->name, 0, 3);
	fault(p, t, SPF_FAULT_ALL_ARGUMENT, rest,
	      "another text is pasted behind all: it needs a TXT record of its own");
}

/* "mxinclude:example.net": two terms, the first without an argument. */
static bool is_glued_word(struct str term, size_t glued)
{
	struct str first = str_sub(term, 0, glued);
	enum spf_kind kind;

	if (first.n && is_qualifier(first.p[0]))
		first = str_from(first, 1);
	return find_mechanism(first, &kind) && kind != SPF_INCLUDE && kind != SPF_EXISTS &&
	       kind != SPF_IP4 && kind != SPF_IP6;
}

static void say_glued(struct parser *p, const struct spf_term *t, size_t first, size_t glued)
{
	struct faults *fs = &p->spf->faults;

	if (!glued || fs->n <= first)
		return;
	fs->item[first].code = SPF_FAULT_GLUED;
	fs->item[first].at = str_span(p->spf->text, str_from(t->text, glued));
	fs->item[first].detail = "no blank stands before this term";
	fs->n = first + 1;
}

/* "ip4: 192.0.2.1", "- all": a blank within a term. The second half is no fault of its own. */
static void join_halves(struct parser *p, const struct spf_term *first, struct spf_term *t,
			size_t faults)
{
	struct faults *fs = &p->spf->faults;
	struct str head = first->text;
	bool sign = head.n == 1 && is_qualifier(head.p[0]);
	bool colon = head.p[head.n - 1] == ':';

	if (!first->faulty || first->joins || !faults || is_qualifier(t->text.p[0]) ||
	    fs->item[faults - 1].at.at < first->at.at)
		return;
	if (sign ? t->faulty || !t->qualifier
		 : !colon || fs->n != faults + 1 ||
			    fs->item[faults].code != (int)SPF_FAULT_UNKNOWN_MECHANISM)
		return;
	t->joins = t->faulty = true;
	t->kind = SPF_BROKEN;
	fs->n = faults;
	fs->item[faults - 1].at.len = t->at.at + t->at.len - first->at.at;
	fs->item[faults - 1].at.at = first->at.at;
	fs->item[faults - 1].detail = "no blank may stand within a term";
}

static void parse_term(struct parser *p, struct spf_term *t)
{
	struct str body = t->text;
	size_t n, glued, faults;

	t->kind = SPF_BROKEN;
	t->cidr4 = 32;
	t->cidr6 = 128;
	if (is_qualifier(body.p[0])) {
		t->qualifier = body.p[0];
		body = str_from(body, 1);
	}
	n = name_length(body);
	t->name = str_sub(body, 0, n);
	faults = p->spf->faults.n;
	if (!octets_ok(p, t)) {
		if (n && n < body.n && body.p[n] != '=')
			find_mechanism(t->name, &t->kind);
		return;
	}
	if (n && n < body.n && body.p[n] == '=') {
		if (t->qualifier && str_starts_ci(t->name, S("all")))
			pasted_behind_all(p, t, str_from(body, 3));
		else
			modifier(p, t, str_from(body, n + 1));
		return;
	}
	if (!t->qualifier)
		t->qualifier = '+';
	/* a name may hold dots and hyphens, a mechanism's does not: "all." and "-all-" are all with
	 * something behind it */
	if (!find_mechanism(t->name, &t->kind)) {
		for (n = 0; n < body.n && (ascii_is_alpha((unsigned char)body.p[n]) ||
					   ascii_is_digit((unsigned char)body.p[n]));)
			n++;
		if (!find_mechanism(str_sub(body, 0, n), &t->kind) || t->kind != SPF_ALL) {
			unknown(p, t);
			glued = glued_at(t->text);
			say_glued(p, t, faults, is_glued_word(t->text, glued) ? glued : 0);
			return;
		}
		t->name = str_sub(body, 0, n);
	}
	mechanism(p, t, str_from(body, n));
	say_glued(p, t, faults, t->faulty ? glued_at(t->text) : 0);
}

void parse_spf(struct arena *a, struct str text, struct spf *out)
{
	struct parser p = { .arena = a, .spf = out };
	size_t cap = 0, most = 1;

	*out = (struct spf){ .text = text };
	/* the array must not move: all, redirect and exp point into it */
	for (size_t i = 0; i < text.n; i++)
		most += text.p[i] == ' ';
	out->term = arena_array(a, most, sizeof(*out->term));
	cap = most;
	for (size_t at = 6; at < text.n && out->n < cap;) {
		size_t from, faults = out->faults.n;
		struct spf_term *t = &out->term[out->n];

		while (at < text.n && text.p[at] == ' ')
			at++;
		from = at;
		while (at < text.n && text.p[at] != ' ')
			at++;
		if (at == from)
			break;
		t->text = str_sub(text, from, at - from);
		t->at = str_span(text, t->text);
		parse_term(&p, t);
		if (out->n++)
			join_halves(&p, t - 1, t, faults);
		if (t->kind == SPF_ALL && !out->all)
			out->all = t;
		if (t->kind == SPF_REDIRECT && !out->redirect)
			out->redirect = t;
		if (t->kind == SPF_EXP && !out->exp)
			out->exp = t;
	}
}

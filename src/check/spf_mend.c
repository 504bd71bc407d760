/* What a fault of an SPF record is called, and how the record reads when it is mended. */
#include "buf.h"
#include "mend.h"
#include "name.h"
#include "spf_macro.h"
#include "spf_walk.h"

enum rule_id spf_fault_rule(const struct fault *f)
{
	switch ((enum spf_fault)f->code) {
	case SPF_FAULT_UNKNOWN_MECHANISM: return RULE_SPF_UNKNOWN_MECHANISM;
	case SPF_FAULT_NO_DOMAIN:
	case SPF_FAULT_DOMAIN: return RULE_SPF_DOMAIN_SPEC;
	case SPF_FAULT_MACRO: return RULE_SPF_MACRO;
	case SPF_FAULT_CIDR: return RULE_SPF_CIDR;
	case SPF_FAULT_ADDRESS: return RULE_SPF_ADDRESS;
	case SPF_FAULT_COMMA: return RULE_SPF_COMMA_LIST;
	case SPF_FAULT_ALL_ARGUMENT: return RULE_SPF_ALL_ARGUMENT;
	case SPF_FAULT_QUALIFIER: return RULE_SPF_QUALIFIER_MODIFIER;
	case SPF_FAULT_DUP_REDIRECT: return RULE_SPF_DUP_REDIRECT;
	case SPF_FAULT_DUP_EXP: return RULE_SPF_DUP_EXP;
	case SPF_FAULT_OCTET: return RULE_SPF_NONASCII;
	case SPF_FAULT_QUOTE: return RULE_SPF_LITERAL_QUOTES;
	case SPF_FAULT_EQUALS: return RULE_SPF_MODIFIER_COLON;
	case SPF_FAULT_GLUED: return RULE_SPF_SPLIT_NOSPACE;
	}
	return RULE_SPF_UNKNOWN_MECHANISM;
}

static struct str cat(struct arena *a, struct str x, struct str y)
{
	return str_c(arena_printf(a, "%.*s%.*s", (int)x.n, x.p, (int)y.n, y.p));
}

static struct str parted(struct arena *a, struct str s, size_t at)
{
	return str_c(arena_printf(a, "%.*s %.*s", (int)at, s.p, (int)(s.n - at), s.p + at));
}

/* "ipv4:192.0.2.1", "ip:…", "192.0.2.1", "inlcude:x", "mail.example.com", "all;" */
static struct str mend_unknown(struct arena *a, const struct spf_term *t)
{
	static const char *const known[] = { "include", "exists", "redirect", "ip4", "ip6" };
	struct str body = t->text, arg, word;
	ptrdiff_t cut;
	size_t n;

	if (strchr("+-~?", body.p[0]))
		body = str_from(body, 1);
	cut = str_find(body, ':');
	word = cut < 0 ? body : str_sub(body, 0, (size_t)cut);
	arg = cut < 0 ? S("") : str_from(body, (size_t)cut);
	if (spf_is_network(body, &n))
		return cat(a, n == 4 ? S("ip4:") : S("ip6:"), body);
	if (str_starts_ci(body, S("ip4")) || str_starts_ci(body, S("ip6"))) {
		size_t from = body.n > 3 && strchr(".;,-_:", body.p[3]) ? 4 : 3;

		if (spf_is_network(str_from(body, from), &n))
			return cat(a, n == 4 ? S("ip4:") : S("ip6:"), str_from(body, from));
	}
	if (str_eq_ci(word, S("ipv4")) || str_eq_ci(word, S("ipv6")))
		return cat(a, word.p[3] == '4' ? S("ip4") : S("ip6"), arg);
	if (str_eq_ci(word, S("ip")) && arg.n > 1 && spf_is_network(str_from(arg, 1), &n))
		return cat(a, n == 4 ? S("ip4") : S("ip6"), arg);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (arg.n > 1 && str_near(word, known[i]))
			return cat(a, str_c(known[i]),
				   strcmp(known[i], "redirect") == 0
					   ? cat(a, S("="), str_from(arg, 1))
					   : arg);
	if (body.n > 3 && str_starts_ci(body, S("all")) && t->qualifier)
		return cat(a, str_sub(t->text, 0, t->text.n - body.n), S("all"));
	return (struct str){ NULL, 0 };
}

/* "ip4:192.0.2.1,192.0.2.2" as two terms. */
static struct str mend_commas(struct arena *a, const struct spf_term *t)
{
	struct buf b;
	struct str rest = t->text, out;
	size_t head = t->name.n + 1;

	buf_init(&b, 64 * 1024);
	rest = str_from(rest, (size_t)(t->name.p - t->text.p) + head);
	while (rest.n) {
		ptrdiff_t cut = str_find(rest, ',');
		struct str one = str_trim(cut < 0 ? rest : str_sub(rest, 0, (size_t)cut));

		rest = cut < 0 ? S("") : str_from(rest, (size_t)cut + 1);
		if (str_starts_ci(one, S("ip4:")) || str_starts_ci(one, S("ip6:")))
			one = str_from(one, 4);
		if (one.n)
			buf_addf(&b, "%s%.*s:%.*s", b.n ? " " : "", (int)t->name.n, t->name.p,
				 (int)one.n, one.p);
	}
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

/* What stands for an octet sequence from a web page or a word processor: a blank, a hyphen,
 * nothing; 0: a character that means something, and nobody knows what. *n: its octets. */
enum { OCTETS_BLANK = ' ', OCTETS_HYPHEN = '-', OCTETS_NOTHING = 1, OCTETS_UNKNOWN = 0 };

static int octets_meant(struct str s, size_t *n)
{
	static const struct {
		const char *octets;
		int from, to; /* of the last octet */
		int meant;
	} table[] = {
		{ "\xc2", 0xa0, 0xa0, OCTETS_BLANK },       /* no-break space */
		{ "\xc2", 0xad, 0xad, OCTETS_NOTHING },     /* soft hyphen */
		{ "\xe2\x80", 0x80, 0x8a, OCTETS_BLANK },   /* spaces of all widths */
		{ "\xe2\x80", 0x8b, 0x8f, OCTETS_NOTHING }, /* of no width, and of direction */
		{ "\xe2\x80", 0x90, 0x95, OCTETS_HYPHEN },  /* hyphens and dashes */
		{ "\xe2\x80", 0x98, 0x9f, OCTETS_NOTHING }, /* quotation marks */
		{ "\xe2\x80", 0xa8, 0xa9, OCTETS_BLANK },   /* ends of lines */
		{ "\xe2\x80", 0xaa, 0xae, OCTETS_NOTHING }, /* of direction */
		{ "\xe2\x80", 0xaf, 0xaf, OCTETS_BLANK },   /* narrow no-break space */
		{ "\xe2\x81", 0xa0, 0xa0, OCTETS_NOTHING }, /* word joiner */
		{ "\xe2\x88", 0x92, 0x92, OCTETS_HYPHEN },  /* minus sign */
		{ "\xe3\x80", 0x80, 0x80, OCTETS_BLANK },   /* ideographic space */
		{ "\xef\xbb", 0xbf, 0xbf, OCTETS_NOTHING }, /* byte order mark */
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		size_t head = strlen(table[i].octets);
		int last = s.n > head ? (unsigned char)s.p[head] : -1;

		*n = head + 1;
		if (str_starts(s, str_c(table[i].octets)) && last >= table[i].from &&
		    last <= table[i].to)
			return table[i].meant;
	}
	*n = 1;
	if (s.p[0] == '\t' || s.p[0] == '\r' || s.p[0] == '\n')
		return OCTETS_BLANK;
	return s.p[0] == '"' || s.p[0] == '\\' ? OCTETS_NOTHING : OCTETS_UNKNOWN;
}

/* With what a keyboard has instead; p NULL when a character is none of these. */
static struct str mend_octets(struct arena *a, struct str text)
{
	char *p = arena_alloc(a, text.n + 1);
	size_t n = 0, len;

	for (size_t i = 0; i < text.n; i += len) {
		unsigned char c = (unsigned char)text.p[i];
		int meant;

		len = 1;
		if (c >= 0x20 && c <= 0x7e && c != '"' && c != '\\') {
			p[n++] = (char)c;
			continue;
		}
		meant = octets_meant(str_from(text, i), &len);
		if (meant == OCTETS_UNKNOWN)
			return (struct str){ NULL, 0 };
		if (meant != OCTETS_NOTHING)
			p[n++] = (char)meant;
	}
	return (struct str){ p, n };
}

/* "include:192.0.2.1" and "a:192.0.2.1" name a host by its address. */
static struct str mend_domain(struct arena *a, const struct spf_term *t)
{
	struct str sign = t->text.n && strchr("+-~?", t->text.p[0]) ? str_sub(t->text, 0, 1)
								    : S("");
	size_t n;

	if ((t->kind != SPF_INCLUDE && t->kind != SPF_A && t->kind != SPF_MX) ||
	    !spf_is_network(t->domain, &n))
		return (struct str){ NULL, 0 };
	return cat(a, sign, cat(a, n == 4 ? S("ip4:") : S("ip6:"), t->domain));
}

/* What to write instead of the term; p NULL: not known. */
static struct str mend_term(struct arena *a, const struct spf *spf, const struct spf_term *t,
			    const struct fault *f)
{
	struct str none = { NULL, 0 }, bare = t->text;
	uint8_t ip[16];
	size_t n;

	switch ((enum spf_fault)f->code) {
	case SPF_FAULT_UNKNOWN_MECHANISM: return mend_unknown(a, t);
	case SPF_FAULT_COMMA: return mend_commas(a, t);
	case SPF_FAULT_ALL_ARGUMENT: return str_sub(t->text, 0, t->text.n - f->at.len);
	case SPF_FAULT_QUALIFIER: return str_from(t->text, 1);
	case SPF_FAULT_GLUED: return parted(a, t->text, f->at.at - t->at.at);
	case SPF_FAULT_OCTET:
	case SPF_FAULT_QUOTE: return mend_octets(a, t->text);
	case SPF_FAULT_DOMAIN: return mend_domain(a, t);
	case SPF_FAULT_EQUALS:
		if (t->text.n > t->name.n + 1 && t->text.p[t->name.n] == ':')
			return mend_replace(a, t->text, (struct span){ (uint32_t)t->name.n, 1 },
					    S("="));
		return none;
	case SPF_FAULT_ADDRESS:
		if (f->at.at < t->at.at || f->at.len == t->text.n)
			return none;
		bare = str_sub(spf->text, f->at.at, f->at.len);
		if (!ip_parse(bare, ip, &n))
			return none;
		return cat(a, n == 4 ? S("ip4:") : S("ip6:"),
			   str_from(t->text, (size_t)(f->at.at - t->at.at)));
	case SPF_FAULT_DUP_REDIRECT:
	case SPF_FAULT_DUP_EXP: return S("");
	default: return none;
	}
}

static const struct fault *fault_of(const struct spf *spf, const struct spf_term *t)
{
	for (size_t i = 0; i < spf->faults.n; i++) {
		const struct fault *f = &spf->faults.item[i];

		if (f->at.at >= t->at.at && f->at.at < t->at.at + t->at.len)
			return f;
	}
	return NULL;
}

/* "~allv=DMARC1; p=none", "-all v=DKIM1; p=": what follows belongs to the text that was pasted. */
static bool is_pasted(const struct spf *spf, size_t i)
{
	for (; spf->term[i].kind == SPF_UNKNOWN_MODIFIER; i--)
		if (spf_is_other_record(&spf->term[i]))
			return true;
		else if (!i)
			return false;
	return spf->term[i].kind == SPF_ALL && spf->term[i].faulty;
}

/* One term as it should be; p NULL: not known, n 0: it goes. */
static struct str mended_term(struct arena *a, const struct spf *spf, size_t i)
{
	const struct spf_term *t = &spf->term[i];
	struct str colon;
	struct spf probe;

	if (i + 1 < spf->n && spf->term[i + 1].joins)
		return cat(a, t->text, spf->term[i + 1].text);
	if (t->joins || spf_is_version(t) || (t->kind == SPF_UNKNOWN_MODIFIER && is_pasted(spf, i)))
		return S("");
	if (!t->faulty && spf_glued_at(t))
		return parted(a, t->text, spf_glued_at(t));
	if (t->faulty)
		return fault_of(spf, t) ? mend_term(a, spf, t, fault_of(spf, t))
					: (struct str){ NULL, 0 };
	if (t->kind != SPF_UNKNOWN_MODIFIER || !t->domain.n || t->text.p[t->name.n] != '=')
		return t->text;
	colon = mend_replace(a, t->text, (struct span){ (uint32_t)t->name.n, 1 }, S(":"));
	parse_spf(a, cat(a, S("v=spf1 "), colon), &probe);
	return probe.faults.n ? t->text : colon;
}

/* Two records in one have an all too many: the first counts, and stands at the end. */
static bool is_two_records(const struct spf *spf)
{
	bool version = false;
	unsigned alls = 0;

	for (size_t i = 0; i < spf->n; i++) {
		version |= spf_is_version(&spf->term[i]) ||
			   str_ends_ci(spf->term[i].text, S("allv=spf1"));
		alls += spf->term[i].kind == SPF_ALL;
	}
	return version && alls > 1;
}

static void mend_terms(struct arena *a, const struct spf *spf, struct buf *out)
{
	bool two = is_two_records(spf);

	for (size_t i = 0; i < spf->n && !out->failed; i++) {
		struct str s = mended_term(a, spf, i);

		if (!s.p)
			out->failed = true;
		else if (s.n && !(two && spf->term[i].kind == SPF_ALL))
			buf_addf(out, " %.*s", (int)s.n, s.p);
	}
	if (two)
		buf_addf(out, " %call", spf->all->qualifier);
}

/* Mending one fault may bring another to light: "include:a.example,include:b.example~all". */
const char *spf_mended(struct arena *a, const char *domain, const struct spf *spf)
{
	struct spf now = *spf;
	bool passes = spf->all && spf->all->qualifier == '+';

	for (unsigned round = 0; round < 4; round++) {
		struct buf b;
		struct str text;
		bool failed;

		buf_init(&b, 128 * 1024);
		buf_adds(&b, "v=spf1");
		mend_terms(a, &now, &b);
		text = arena_str(a, buf_str(&b));
		failed = b.failed;
		buf_free(&b);
		if (failed)
			return NULL;
		parse_spf(a, text, &now);
		if (now.faults.n)
			continue;
		/* no mended record authorizes everybody who was not authorized before */
		if (now.all && now.all->qualifier == '+' && !passes)
			return NULL;
		return mend_txt(a, domain, text);
	}
	return NULL;
}

const char *spf_version_mended(struct arena *a, const char *domain, struct str text)
{
	struct str rest = mend_octets(a, text);
	struct spf spf;

	while (rest.n && (is_wsp(rest.p[0]) || rest.p[0] == '\''))
		rest = str_from(rest, 1);
	if (!rest.p || !str_starts_ci(rest, S("v=spf1")))
		return NULL;
	rest = str_from(rest, 6);
	if (rest.n && (rest.p[0] == ';' || rest.p[0] == ','))
		rest = str_from(rest, 1);
	rest = cat(a, S("v=spf1 "), str_trim(rest));
	parse_spf(a, rest, &spf);
	return spf_mended(a, domain, &spf);
}

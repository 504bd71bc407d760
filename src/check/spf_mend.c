/* What a fault of an SPF record is called, and how the record reads when it is mended. */
#include "buf.h"
#include "mend.h"
#include "name.h"
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
	case SPF_FAULT_REPEATED_VERSION: return RULE_SPF_REPEATED_VERSION;
	}
	return RULE_SPF_UNKNOWN_MECHANISM;
}

static struct str cat(struct arena *a, struct str x, struct str y)
{
	return str_c(arena_printf(a, "%.*s%.*s", (int)x.n, x.p, (int)y.n, y.p));
}

/* "ipv4:192.0.2.1", "ip:…", "192.0.2.1", "inlcude:x", "mail.example.com", "all;" */
static struct str mend_unknown(struct arena *a, const struct spf_term *t)
{
	static const char *const known[] = { "include", "exists", "redirect", "ip4", "ip6" };
	struct str body = t->text, arg, word;
	ptrdiff_t cut;
	uint8_t ip[16];
	size_t n;

	if (strchr("+-~?", body.p[0]))
		body = str_from(body, 1);
	cut = str_find(body, ':');
	word = cut < 0 ? body : str_sub(body, 0, (size_t)cut);
	arg = cut < 0 ? S("") : str_from(body, (size_t)cut);
	if (name_is_ip(str_sub(body, 0,
			       str_find(body, '/') < 0 ? body.n : (size_t)str_find(body, '/'))))
		return cat(a, str_find(body, ':') < 0 ? S("ip4:") : S("ip6:"), body);
	if (str_eq_ci(word, S("ipv4")) || str_eq_ci(word, S("ipv6")))
		return cat(a, word.p[3] == '4' ? S("ip4") : S("ip6"), arg);
	if (str_eq_ci(word, S("ip")) && arg.n > 1) {
		struct str addr = str_from(arg, 1);
		ptrdiff_t slash = str_find(addr, '/');

		if (ip_parse(slash < 0 ? addr : str_sub(addr, 0, (size_t)slash), ip, &n))
			return cat(a, n == 4 ? S("ip4") : S("ip6"), arg);
	}
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

/* Blanks in other clothes become a blank, anything else that may not be there goes. */
static struct str mend_octets(struct arena *a, const struct spf_term *t)
{
	char *p = arena_alloc(a, t->text.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < t->text.n; i++) {
		unsigned char c = (unsigned char)t->text.p[i];

		if (c >= 0x21 && c <= 0x7e && c != '"' && c != '\\')
			p[n++] = (char)c;
		else if (c == '\t' || c == '\r' || c == '\n' ||
			 (c == 0xa0 && i && (unsigned char)t->text.p[i - 1] == 0xc2))
			p[n++] = ' ';
	}
	return (struct str){ p, n };
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
	case SPF_FAULT_GLUED:
		n = f->at.at - t->at.at;
		return str_c(arena_printf(a, "%.*s %.*s", (int)n, t->text.p, (int)(t->text.n - n),
					  t->text.p + n));
	case SPF_FAULT_OCTET:
	case SPF_FAULT_QUOTE: return mend_octets(a, t);
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

const char *spf_mended(struct arena *a, const char *domain, const struct spf *spf)
{
	struct buf b;
	struct str text;
	struct spf again;

	buf_init(&b, 128 * 1024);
	buf_adds(&b, "v=spf1");
	for (size_t i = 0; i < spf->n; i++) {
		const struct spf_term *t = &spf->term[i];
		struct str s = t->text;

		if (t->faulty)
			s = fault_of(spf, t) ? mend_term(a, spf, t, fault_of(spf, t))
					     : (struct str){ NULL, 0 };
		else if (t->kind == SPF_UNKNOWN_MODIFIER && t->domain.n &&
			 t->text.p[t->name.n] == '=') {
			struct str colon = mend_replace(
				a, t->text, (struct span){ (uint32_t)t->name.n, 1 }, S(":"));
			struct spf probe;

			parse_spf(a, cat(a, S("v=spf1 "), colon), &probe);
			s = probe.faults.n ? t->text : colon;
		}
		if (!s.p) {
			buf_free(&b);
			return NULL;
		}
		if (s.n) {
			buf_addc(&b, ' ');
			buf_add_str(&b, s);
		}
	}
	text = arena_str(a, buf_str(&b));
	buf_free(&b);
	/* a mended record must be a good one, or it is not offered */
	parse_spf(a, text, &again);
	return again.faults.n ? NULL : mend_txt(a, domain, text);
}

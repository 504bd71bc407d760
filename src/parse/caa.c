/* CAA records (RFC 8659 4.1, 4.2). */
#include "caa.h"

enum { FLAG_CRITICAL = 0x80 };

bool caa_is_known(struct str tag)
{
	static const char *const known[] = { "issue",        "issuewild",    "iodef",   "issuemail",
					     "contactemail", "contactphone", "issuevmc" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (str_eq_ci(tag, str_c(known[i])))
			return true;
	return false;
}

/* Labels of letters, digits and hyphens, parted by single dots. */
static const char *domain_fault(struct str s)
{
	if (str_find_str(s, S("://")) >= 0)
		return "the CA is named by its domain, not by a URL";
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (is_wsp(s.p[i]) || c == ',')
			return "one CA is named in a record";
		if (c == '"')
			return "quotation marks became part of the value";
		if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '-' && c != '.')
			return "it is no domain name";
		if (c == '.' && (i == 0 || i + 1 == s.n || s.p[i - 1] == '.'))
			return i + 1 == s.n ? "a dot at the end is not allowed here"
					    : "it is no domain name";
	}
	return NULL;
}

static void read_issue(struct caa *out)
{
	ptrdiff_t semi = str_find(out->value, ';');
	struct str issuer = str_trim(semi < 0 ? out->value : str_sub(out->value, 0, (size_t)semi));

	out->why = domain_fault(issuer);
	if (!out->why)
		out->issuer = issuer;
}

void parse_caa(struct str rdata, struct caa *out)
{
	size_t n;

	*out = (struct caa){ 0 };
	if (rdata.n < 2)
		return;
	out->critical = (unsigned char)rdata.p[0] & FLAG_CRITICAL;
	n = (unsigned char)rdata.p[1];
	if (!n || n > rdata.n - 2)
		return;
	out->tag = str_sub(rdata, 2, n);
	out->value = str_from(rdata, 2 + n);
	out->valid = true;
	for (size_t i = 0; i < n; i++)
		out->valid &= ascii_is_alpha((unsigned char)out->tag.p[i]) ||
			      ascii_is_digit((unsigned char)out->tag.p[i]);
	out->is_issue = out->valid && str_eq_ci(out->tag, S("issue"));
	out->is_wild = out->valid && str_eq_ci(out->tag, S("issuewild"));
	if (out->is_issue || out->is_wild)
		read_issue(out);
}

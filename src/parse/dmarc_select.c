/* Which TXT records at a name are DMARC policy records (RFC 9989 4.8, 4.10 step 2), and which were
 * meant to be. */
#include "dmarc.h"

static size_t skip_wsp(struct str s, size_t i)
{
	while (i < s.n && is_wsp(s.p[i]))
		i++;
	return i;
}

bool dmarc_is_record(struct str text)
{
	size_t i;

	if (text.n == 0 || ascii_lower(text.p[0]) != 'v')
		return false;
	i = skip_wsp(text, 1);
	if (i == text.n || text.p[i] != '=')
		return false;
	i = skip_wsp(text, i + 1);
	if (!str_starts(str_from(text, i), S("DMARC1")))
		return false;
	i = skip_wsp(text, i + 6);
	return i == text.n || text.p[i] == ';';
}

/* The "v" that stands before the version at `k`, in "v=DMARC1" or "v = DMARC1"; -1. */
static ptrdiff_t version_tag(struct str text, size_t k)
{
	while (k > 0 && is_wsp(text.p[k - 1]))
		k--;
	if (k == 0 || text.p[k - 1] != '=')
		return -1;
	k--;
	while (k > 0 && is_wsp(text.p[k - 1]))
		k--;
	if (k == 0 || ascii_lower(text.p[k - 1]) != 'v')
		return -1;
	return (ptrdiff_t)k - 1;
}

/* Why a record whose "v" is not its first octet is ignored; `before` is what stands there. */
static const char *why_not_first(struct str before)
{
	if (str_trim(before).n == 0)
		return "a blank stands before \"v=DMARC1\"";
	if (before.p[0] == '"')
		return "a quotation mark stands before \"v=DMARC1\"";
	if (str_starts(before, S("\xef\xbb\xbf")))
		return "a byte order mark stands before \"v=DMARC1\"";
	if ((unsigned char)before.p[0] >= 0x80)
		return "an invisible or foreign character stands before \"v=DMARC1\"";
	before = str_trim(before);
	if (before.n == 1 && before.p[0] == ';')
		return "a \";\" stands before \"v=DMARC1\"";
	if (before.p[before.n - 1] == ';')
		return "\"v=DMARC1\" is not the first tag";
	return "it does not begin with \"v=DMARC1\"";
}

static const char *why_not_version(struct str value)
{
	if (str_eq_ci(value, S("DMARC1")))
		return "the version must be written \"DMARC1\", in capital letters";
	if (!str_starts(value, S("DMARC1")))
		return "the version is not \"DMARC1\"";
	switch (value.p[6]) {
	case ' ':
	case '\t': return "there is no \";\" behind \"v=DMARC1\"";
	case ',': return "a \",\" stands behind \"v=DMARC1\" instead of a \";\"";
	case '\\': return "a backslash stands before the \";\" behind \"v=DMARC1\"";
	case '"': return "a quotation mark stands behind \"v=DMARC1\"";
	default: return "the version is not exactly \"DMARC1\"";
	}
}

/* "p=reject; …" or "rua=mailto:…" without any version. */
static bool begins_with_policy(struct str text)
{
	size_t i;

	if (str_starts_ci(str_trim(text), S("rua=mailto:")))
		return true;
	if (text.n == 0 || ascii_lower(text.p[0]) != 'p')
		return false;
	i = skip_wsp(text, 1);
	if (i == text.n || text.p[i] != '=')
		return false;
	text = str_from(text, skip_wsp(text, i + 1));
	for (enum dmarc_policy p = DMARC_NONE; p <= DMARC_REJECT; p++) {
		struct str word = str_c(dmarc_policy_name(p));

		if (str_starts_ci(text, word)) {
			i = skip_wsp(text, word.n);
			return i == text.n || text.p[i] == ';';
		}
	}
	return false;
}

/* Where "DMARC" with a "v" and "=" before it stands (*v: the "v"), or else where "DMARC" first
 * stands; -1. */
static ptrdiff_t find_version(struct str text, ptrdiff_t *v)
{
	ptrdiff_t first = -1;
	size_t from = 0;

	*v = -1;
	for (;;) {
		ptrdiff_t at = str_find_str_ci(str_from(text, from), S("DMARC"));

		if (at < 0)
			return first;
		at += (ptrdiff_t)from;
		*v = version_tag(text, (size_t)at);
		if (*v >= 0)
			return at;
		if (first < 0)
			first = at;
		from = (size_t)at + 1;
	}
}

bool dmarc_is_near_record(struct str text, const char **why, struct span *at)
{
	enum { FAR = 256, NEAR = 16 };
	ptrdiff_t v, k, end;
	struct str value;

	*at = (struct span){ 0 };
	if (dmarc_is_record(text))
		return false;
	k = find_version(str_sub(text, 0, FAR), &v);
	if (k < 0) {
		*why = "there is no \"v=DMARC1\" at its beginning";
		return begins_with_policy(text);
	}
	value = str_from(text, (size_t)k);
	end = str_find(value, ';');
	if (end >= 0)
		value.n = (size_t)end;
	if (v == 0) {
		value = str_trim(value);
		*why = why_not_version(value);
		*at = str_span(text, value);
		return true;
	}
	*at = (struct span){ 0, (uint32_t)(v > 0 ? v : k) };
	if (v > 0) {
		*why = why_not_first(str_sub(text, 0, (size_t)v));
		return true;
	}
	*why = "it does not begin with \"v=DMARC1\"";
	return k <= NEAR && str_starts_ci(value, S("DMARC1")) &&
	       (value.n == 6 || is_wsp(value.p[6]));
}

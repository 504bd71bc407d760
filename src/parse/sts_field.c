/* What the records of MTA-STS and TLS-RPT have in common: the version in front, and the form of
 * extension fields. */
#include "sts_field.h"

enum { EXT_NAME_MAX = 32 };

bool sts_is_ext_name(struct str s)
{
	if (!s.n || s.n > EXT_NAME_MAX || str_find(S("_-."), s.p[0]) >= 0)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (!ascii_is_alpha(c) && !ascii_is_digit(c) && c != '_' && c != '-' && c != '.')
			return false;
	}
	return true;
}

const char *sts_field_fault(const struct tag *t, struct span *at)
{
	*at = t->at;
	if (!t->has_equals)
		return "there is no \"=\" in it";
	if (t->blank_before_eq || t->blank_after_eq)
		return "there is a blank beside \"=\"";
	if (!sts_is_ext_name(t->name))
		return "what stands before \"=\" is no name of a field";
	if (!t->value.n)
		return "nothing stands behind \"=\"";
	for (size_t i = 0; i < t->value.n; i++) {
		unsigned char c = (unsigned char)t->value.p[i];

		if (c > 0x20 && c < 0x7f && c != '=')
			continue;
		*at = (struct span){ t->value_at.at + (uint32_t)i, 1 };
		return c == ' ' || c == '\t'
			       ? "there is a blank in its value; perhaps a semicolon is missing"
		       : c == '=' ? "there is a second \"=\" in it"
				  : "there is an octet in its value that is no printable ASCII";
	}
	return NULL;
}

static struct str skip(struct str s, const char *set)
{
	while (s.n && s.p[0] && strchr(set, s.p[0]))
		s = str_from(s, 1);
	return s;
}

const char *sts_version_fault(struct str text, struct str version, struct str stem)
{
	struct str rest = skip(text, " \t\"'"), value = str_from(version, 2);
	bool is_bare = str_starts_ci(rest, value);

	if (str_starts(text, version) && text.n > version.n && text.p[version.n] == ';')
		return NULL;
	if (!is_bare) {
		if (!rest.n || ascii_lower(rest.p[0]) != 'v')
			return NULL;
		rest = skip(str_from(rest, 1), " \t");
		if (!rest.n || rest.p[0] != '=' ||
		    !str_starts_ci(skip(str_from(rest, 1), " \t"), stem))
			return NULL;
	}
	if (is_bare)
		return "\"v=\" is missing before the version";
	if (skip(text, " \t").n < text.n)
		return "there is a blank before \"v=\"";
	if (text.p[0] == '"' || text.p[0] == '\'')
		return "it begins with a quotation mark";
	if (str_starts(text, version) && text.n == version.n)
		return "nothing follows the version";
	if (str_starts(text, version) && is_wsp(text.p[version.n]))
		return str_starts(skip(str_from(text, version.n), " \t"), S(";"))
			       ? "there is a blank between the version and the semicolon"
			       : "there is no semicolon behind the version";
	if (str_starts_ci(text, version) &&
	    (text.n == version.n || !ascii_is_digit((unsigned char)text.p[version.n])))
		return str_starts(text, version) ? "there is no semicolon behind the version"
						 : "the version is in the wrong letter case";
	if (ascii_lower(text.p[0]) == 'v' && text.n > 2 && (is_wsp(text.p[1]) || is_wsp(text.p[2])))
		return "there is a blank beside the \"=\" of the version";
	return "the version is not the one there is";
}

/* Names as people type them. IDNA by libidn2. */
#include <idn2.h>

#include "name.h"

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

static bool has_blank_or_control(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || s.p[i] == 0x7f)
			return true;
	return false;
}

/* Why a text that is no name is none. */
static const char *why_none(struct str text)
{
	size_t label = 0;

	if (text.p[0] == '.' || str_find_str(text, S("..")) >= 0)
		return "it has an empty label (two dots in a row, or one at the start)";
	for (size_t i = 0; i < text.n; i++) {
		label = text.p[i] == '.' ? 0 : label + 1;
		if (label > 63)
			return "a label is longer than 63 octets";
	}
	return text.n > 253 ? "it is longer than 253 octets" : "it has a bad escape";
}

static const char *looks_like_something_else(struct arena *a, struct str text)
{
	if (str_find_str(text, S("://")) >= 0)
		return "it is a URL; give the domain alone";
	if (str_find(text, '@') >= 0)
		return arena_printf(a, "it is a mail address; give the part behind the @");
	if (name_is_ip(text))
		return "it is an IP address; give a domain (and the address with --ip)";
	if (str_find(text, '/') >= 0)
		return "it has a slash; a zone file is given with --zone FILE";
	return NULL;
}

const char *name_from_user(struct arena *a, struct str text, const char **why)
{
	const char *name;
	char *ascii = NULL;
	int rc;

	text = str_trim(text);
	*why = NULL;
	if (!text.n) {
		*why = "it is empty";
		return NULL;
	}
	if (has_blank_or_control(text)) {
		*why = "it has a blank or a control character in it";
		return NULL;
	}
	*why = looks_like_something_else(a, text);
	if (*why)
		return NULL;
	if (!is_ascii(text)) {
		rc = idn2_to_ascii_8z(arena_strndup(a, text.p, text.n), &ascii,
				      IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
		if (rc != IDN2_OK) {
			*why = arena_printf(a, "it is no internationalized name: %s",
					    idn2_strerror(rc));
			return NULL;
		}
		text = str_c(arena_strdup(a, ascii));
		idn2_free(ascii);
	}
	name = name_from_text(a, text);
	if (!name)
		*why = why_none(text);
	else if (strcmp(name, ".") == 0)
		*why = "it is the root";
	return *why ? NULL : name;
}

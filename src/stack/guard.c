/* What libspf2 must not be given (stack_lib.h). Layer: stack. */
#include "stack_lib.h"

enum { SAFE_OCTETS = 480, PART = 4 };

static size_t literal(size_t n)
{
	return n ? PART + (n + PART - 1) / PART * PART : 0;
}

/* Read as libspf2 does: to it a blank escapes as % does, and an escape that it does not know is a
 * percent sign. */
static bool is_safe(struct str s)
{
	size_t used = PART, run = 0;

	for (size_t i = 0; i < s.n;) {
		bool escape = s.p[i] == '%' || s.p[i] == ' ';
		char next = i + 1 < s.n ? s.p[i + 1] : '\0';

		i++;
		if (!escape || next != '{') {
			run += escape && next == '-' ? 3 : 1;
			i += escape && (next == '%' || next == '_' || next == '-');
		} else {
			used += literal(run) + PART;
			run = 0;
			while (i < s.n && s.p[i] != '}' && s.p[i] != ' ')
				i++;
			i += i < s.n && s.p[i] == '}';
		}
		if (used + literal(run) > SAFE_OCTETS)
			return false;
	}
	return true;
}

bool spf2_safe_record(struct str text)
{
	while (text.n) {
		ptrdiff_t end = str_find(text, ' ');
		struct str term = end < 0 ? text : str_sub(text, 0, (size_t)end);

		if (!is_safe(term))
			return false;
		text = end < 0 ? S("") : str_from(text, (size_t)end + 1);
	}
	return true;
}

bool spf2_safe_explanation(struct str text)
{
	return is_safe(text);
}

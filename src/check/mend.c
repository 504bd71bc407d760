#include "mend.h"

#include "buf.h"

enum { STRING_MAX = 255 };

/* How many octets the next character-string takes: all, or up to and with the last blank that fits.
 */
static size_t piece(struct str text)
{
	size_t n = STRING_MAX;

	if (text.n <= STRING_MAX)
		return text.n;
	while (n && text.p[n - 1] != ' ')
		n--;
	return n ? n : STRING_MAX;
}

const char *mend_txt(struct arena *a, const char *owner, struct str text)
{
	struct buf b;
	const char *line;

	buf_init(&b, 128 * 1024);
	buf_addf(&b, "%s. IN TXT", owner);
	do {
		size_t n = piece(text);

		buf_adds(&b, " \"");
		for (size_t i = 0; i < n; i++) {
			unsigned char c = (unsigned char)text.p[i];

			if (c == '"' || c == '\\')
				buf_addf(&b, "\\%c", c);
			else if (c < 0x20 || c > 0x7e)
				buf_addf(&b, "\\%03u", c);
			else
				buf_addc(&b, (char)c);
		}
		buf_addc(&b, '"');
		text = str_from(text, n);
	} while (text.n);
	line = b.failed ? NULL : arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return line;
}

struct str mend_replace(struct arena *a, struct str text, struct span at, struct str with)
{
	struct str tail = str_from(text, (size_t)at.at + at.len);
	char *p = arena_alloc(a, at.at + with.n + tail.n + 1);

	memcpy(p, text.p, at.at);
	if (with.n)
		memcpy(p + at.at, with.p, with.n);
	if (tail.n)
		memcpy(p + at.at + with.n, tail.p, tail.n);
	return (struct str){ p, at.at + with.n + tail.n };
}

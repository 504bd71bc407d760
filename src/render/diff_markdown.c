/* A diff as Markdown, for a comment on a pull request: what the text says of a name, in a code
 * block, so that nothing from a zone can be mark-up. Layer: render. */
#include "render.h"

enum { FENCE_MIN = 3, COLUMNS = 96 };

static size_t fence_of(struct str text)
{
	size_t most = FENCE_MIN - 1, run = 0;

	for (size_t i = 0; i < text.n; i++) {
		run = text.p[i] == '`' ? run + 1 : 0;
		most = run > most ? run : most;
	}
	return most + 1;
}

static struct render_options plain(const struct render_options *o)
{
	struct render_options own = *o;

	own.color = false;
	own.width = COLUMNS;
	return own;
}

/* A new note makes nothing worse. */
static bool is_worse(const struct diff *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (d->item[i].kind == DIFF_NEW &&
		    rules[d->item[i].after->rule].severity > SEV_INFO)
			return true;
	return false;
}

void render_diff_markdown(struct buf *out, struct arena *scratch, const struct diff *d,
			  const struct render_options *o)
{
	struct render_options own = plain(o);
	struct buf text;

	buf_init(&text, out->max);
	render_diff_text(&text, scratch, d, &own);
	while (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	if (text.n) {
		size_t fence = fence_of(buf_str(&text));

		buf_addf(out, "**%s**\n\n", is_worse(d) ? "Worse" : "Changed");
		buf_pad(out, '`', fence);
		buf_adds(out, "text\n");
		buf_add_str(out, buf_str(&text));
		buf_addc(out, '\n');
		buf_pad(out, '`', fence);
		buf_adds(out, "\n\n");
	}
	out->failed = out->failed || text.failed;
	buf_free(&text);
}

/* The receivers' table as text: `authcheck receivers` and doc/receivers.md. Layer: render. */
#include "render.h"

static size_t count_rulings(enum receiver_id who)
{
	size_t n = 0;

	for (size_t i = 0; i < nrulings; i++)
		n += rulings[i].who == who;
	return n;
}

void render_receivers_text(struct buf *out)
{
	for (int i = 0; i < (int)RECEIVER_COUNT; i++) {
		const struct receiver *r = &receivers[i];
		size_t n = count_rulings((enum receiver_id)i);

		buf_addf(out, "%-13s %s: %s\n", r->name, r->title, r->who);
		for (size_t k = 0; k < nrulings; k++) {
			const struct ruling *u = &rulings[k];

			if (u->who != (enum receiver_id)i)
				continue;
			buf_addf(out, "    %-7s", fate_name(u->fate));
			for (size_t c = 0; c < u->nconditions; c++)
				buf_addf(out, "%s%s", c ? " + " : "",
					 conditions[u->condition[c]].name);
			buf_addf(out, "%s\n", u->optional ? " (where it is set so)" : "");
			if (u->reply[0])
				buf_addf(out, "           %s\n", u->reply);
		}
		if (!n)
			buf_adds(out, "    nothing that DNS shows\n");
	}
}

static void put_ruling(struct buf *out, const struct ruling *u)
{
	buf_addf(out, "| %s%s | ", fate_name(u->fate), u->optional ? ", where set so" : "");
	for (size_t c = 0; c < u->nconditions; c++) {
		buf_adds(out, c ? ", and " : "");
		render_markdown_text(out, conditions[u->condition[c]].text);
	}
	buf_adds(out, " | ");
	render_markdown_text(out, u->reply[0] ? u->reply : "(not published)");
	buf_addf(out, " | %s | ", u->since);
	render_markdown_text(out, u->source);
	buf_adds(out, " |\n");
}

void render_receivers_markdown(struct buf *out)
{
	buf_adds(
		out,
		"# The receivers\n\n"
		"Made by `authcheck receivers --format markdown` from include/authcheck/receivers.def; `make doc/receivers.md` writes it anew.\n\n"
		"What is refused, and with which words, when all conditions of a row are met. DNS shows what a domain publishes, "
		"not the mail that it really sends; under each receiver stands what else it goes by.\n");
	for (int i = 0; i < (int)RECEIVER_COUNT; i++) {
		const struct receiver *r = &receivers[i];

		buf_addf(out, "\n## %s\n\n`%s`: ", r->title, r->name);
		render_markdown_text(out, r->who);
		buf_adds(out, ". Not to be seen from DNS: ");
		render_markdown_text(out, r->unseen);
		buf_adds(out, ".\n");
		if (!count_rulings((enum receiver_id)i))
			continue;
		buf_adds(
			out,
			"\n| what becomes of it | when | the reply | since | source |\n|---|---|---|---|---|\n");
		for (size_t k = 0; k < nrulings; k++)
			if (rulings[k].who == (enum receiver_id)i)
				put_ruling(out, &rulings[k]);
	}
}

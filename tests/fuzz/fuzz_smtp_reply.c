/* SMTP replies, whole and as they come in pieces. */
#include "fuzz.h"

#include "smtp_reply.h"

static void check(struct arena *a, struct str text, struct smtp_reply *r)
{
	parse_smtp_reply(a, text, r);
	if (r->used > text.n || r->nline > SMTP_LINES_MAX ||
	    (r->state == SMTP_REPLY_BAD) != (r->fault != NULL) ||
	    (r->state == SMTP_REPLY_WHOLE && (!r->nline || r->code < 200 || r->code > 559)))
		__builtin_trap();
	for (size_t i = 0; i < r->nline; i++)
		if (smtp_reply_keyword(r, i).n > SMTP_LINE_MAX ||
		    smtp_reply_host(r).n > r->line[0].n)
			__builtin_trap();
}

static void run(struct arena *a, struct str text)
{
	struct smtp_reply whole, part;

	check(a, text, &whole);
	/* what is whole is whole as soon as its last octet is there, and not before */
	if (whole.state != SMTP_REPLY_WHOLE)
		return;
	check(a, str_sub(text, 0, whole.used), &part);
	if (part.state != SMTP_REPLY_WHOLE || part.code != whole.code || part.used != whole.used)
		__builtin_trap();
	check(a, str_sub(text, 0, whole.used - 1), &part);
	if (part.state == SMTP_REPLY_WHOLE)
		__builtin_trap();
}

FUZZ(run)

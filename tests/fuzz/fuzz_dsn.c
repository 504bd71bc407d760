/* Bounce messages: MIME, delivery-status, quoted replies, HTML, mailboxes. */
#include "fuzz.h"

#include "judge.h"

static void run(struct arena *a, struct str text)
{
	struct refusal f;
	struct str rest = text, message;
	size_t n = 0;

	while (n++ < 4 && dsn_next(&rest, &message)) {
		judge_refusal(a, message, &f);
		if (!f.reply.text || !f.bounce.advice || f.dsn.ntext > DSN_TEXTS_MAX)
			__builtin_trap();
		for (size_t i = 0; i < f.dsn.ntext; i++)
			if (!f.dsn.text[i][0])
				__builtin_trap();
	}
}

FUZZ(run)

/* SMTP replies as they are pasted, and what is made of them. */
#include "fuzz.h"

#include "judge.h"
#include "name.h"

static void run(struct arena *a, struct str text)
{
	struct reply r;
	struct bounce b;
	uint8_t ip[16];
	size_t n;

	parse_reply(a, text, &r);
	if (!r.text || strlen(r.text) > REPLY_MAX || (r.code && (r.code < 400 || r.code > 599)))
		__builtin_trap();
	for (const char *p = r.text; *p; p++)
		if (*p < 0x20 || *p > 0x7e)
			__builtin_trap();
	if (r.ip && !ip_parse(str_c(r.ip), ip, &n))
		__builtin_trap();
	if (r.domain && !name_labels(r.domain))
		__builtin_trap();
	judge_bounce(a, &r, &b);
	if (b.cause >= CAUSE_COUNT || !b.advice)
		__builtin_trap();
}

FUZZ(run)

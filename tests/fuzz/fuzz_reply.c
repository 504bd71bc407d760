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
	for (struct str s = str_c(r.text); s.n; s = str_from(s, str_utf8(s)))
		if (!str_utf8(s) || (unsigned char)s.p[0] < 0x20 || s.p[0] == 0x7f ||
		    (s.n > 1 && s.p[0] == '\xc2' && (unsigned char)s.p[1] < 0xa0))
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

/* Reads replies, one a line, and writes for each: receiver, cause, code, enhanced code, address,
 * domain. For tests/net/bounces.sh. */
#include <stdio.h>
#include <string.h>

#include "judge.h"

int main(void)
{
	static char line[64 * 1024];

	while (fgets(line, sizeof(line), stdin)) {
		struct arena a;
		struct reply r;
		struct bounce b;

		arena_init(&a, 16 * 1024 * 1024);
		parse_reply(&a, str_c(line), &r);
		judge_bounce(&a, &r, &b);
		printf("%s\t%s\t%u\t%s\t%s\t%s\t%s\n", b.receiver_title ? b.receiver_title : "",
		       cause_name(b.cause), r.code, r.enhanced ? r.enhanced : "", r.ip ? r.ip : "",
		       r.domain ? r.domain : "", r.text);
		arena_free(&a);
	}
	return 0;
}

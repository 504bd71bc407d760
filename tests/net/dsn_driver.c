/* Reads bounce messages (files named as arguments) and writes for each: file, cause, receiver,
 * domain, the text that told. For tests/net/bounces.sh. */
#include <stdio.h>
#include <string.h>

#include "judge.h"
#include "file.h"

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct arena a;
		struct buf text;
		struct refusal r;
		const char *err;

		arena_init(&a, 256 * 1024 * 1024);
		buf_init(&text, 64 * 1024 * 1024);
		if (!file_read(&a, argv[i], 64 * 1024 * 1024, &text, &err)) {
			fprintf(stderr, "%s\n", err);
			return 1;
		}
		judge_refusal(&a, buf_str(&text), &r);
		printf("%s\t%s\t%s\t%s\t%s\n", argv[i], cause_name(r.bounce.cause),
		       r.bounce.receiver_title ? r.bounce.receiver_title : "",
		       r.domain ? r.domain : "", r.reply.text);
		buf_free(&text);
		arena_free(&a);
	}
	return 0;
}

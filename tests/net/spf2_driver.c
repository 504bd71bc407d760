/* libspf2 over a tape, as src/stack runs it: reads lines "ip TAB helo TAB mail-from", and writes
 * for each the result and the explanation, TAB between, or the word "crashed". For
 * tests/net/spf2_suite.sh. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "name.h"
#include "stack_lib.h"
#include "tape.h"

enum { PASSES_MAX = 100 };

static void settle(struct arena *a, const struct tape *t, struct facts *fs, struct str wanted)
{
	while (wanted.n) {
		ptrdiff_t end = str_find(wanted, '\n'), blank = str_find(wanted, ' ');
		const char *name = name_from_text(
			a, str_sub(wanted, (size_t)blank + 1, (size_t)(end - blank - 1)));
		uint32_t type = 0;

		str_to_u32(str_sub(wanted, 0, (size_t)blank), UINT16_MAX, &type);
		facts_open(fs, ASK_DNS, (uint16_t)type, name);
		facts_settle(fs, tape_answer(a, t, ASK_DNS, (uint16_t)type, name));
		wanted = str_from(wanted, (size_t)end + 1);
	}
}

static void evaluate(struct arena *a, const struct tape *t, struct spf2_job *job)
{
	struct spf2_reply reply = { .missed = 1 };
	struct facts fs;

	facts_init(&fs, a, t->facts.now_s);
	job->facts = &fs;
	for (int pass = 0; reply.missed && pass < PASSES_MAX; pass++) {
		struct buf out;

		buf_init(&out, 2 * CHILD_OUT_MAX);
		if (child_run(spf2_child, job, &out) != CHILD_DONE) {
			puts("crashed\t");
			buf_free(&out);
			return;
		}
		memcpy(&reply, out.p, sizeof(reply));
		settle(a, t, &fs, str_from(buf_str(&out), sizeof(reply)));
		buf_free(&out);
	}
	if (reply.missed) {
		fprintf(stderr, "it does not end\n");
		exit(1);
	}
	printf("%s\t%s\n", spf_result_name(reply.result), reply.explanation);
}

static void one(struct arena *a, const struct tape *t, char *line)
{
	static const char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\xff', '\xff' };
	char *helo = strchr(line, '\t'), *from = helo ? strchr(helo + 1, '\t') : NULL;
	struct spf2_job job = { 0 };
	uint8_t ip[16];
	size_t n;

	if (!from) {
		fprintf(stderr, "bad line\n");
		exit(1);
	}
	*helo++ = *from++ = '\0';
	from[strcspn(from, "\n")] = '\0';
	if (!ip_parse(str_c(line), ip, &n)) {
		fprintf(stderr, "%s is no address\n", line);
		exit(1);
	}
	job.ip = (struct str){ (char *)ip, n };
	if (n == 16 && memcmp(ip, mapped, sizeof(mapped)) == 0)
		job.ip = str_from(job.ip, sizeof(mapped));
	job.helo = helo;
	job.mail_from = from;
	evaluate(a, t, &job);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static char line[64 * 1024];
	struct arena a;
	struct buf text;
	struct tape t = { 0 };
	const char *err;

	arena_init(&a, 1024 * 1024 * 1024);
	buf_init(&text, 64 * 1024 * 1024);
	if (argc != 2 || !file_read(&a, argv[1], 64 * 1024 * 1024, &text, &err) ||
	    !tape_read(&a, arena_str(&a, buf_str(&text)), &t, &err)) {
		fprintf(stderr, "%s\n", argc == 2 ? err : "usage: spf2_driver TAPE");
		return 1;
	}
	while (fgets(line, sizeof(line), stdin))
		one(&a, &t, line);
	buf_free(&text);
	arena_free(&a);
	return 0;
}

/* libspf2 over a tape, as src/stack runs it: reads lines "ip TAB helo TAB mail-from", and writes
 * for each the result and the explanation, TAB between, or the word "crashed". For
 * tests/net/spf2_suite.sh. */
#include "spf_cases.h"

#include "stack_lib.h"

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
		facts_settle(fs, tape_answer(a, t, ASK_DNS, (uint16_t)type, name, NULL));
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

static void one(struct arena *a, const struct tape *t, const struct spf_case *c)
{
	struct spf2_job job = { .ip = ip_unmap(c->ip), .helo = c->helo, .mail_from = c->mail_from };

	evaluate(a, t, &job);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	return spf_cases(argc, argv, one);
}

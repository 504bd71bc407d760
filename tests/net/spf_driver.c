/* check_host() over a tape: reads lines "ip TAB helo TAB mail-from", and writes for each the result
 * and the explanation, TAB between. For tests/net/spf_suite.sh. The facts are revealed in random
 * orders, and every order must give the same and ask the same. */
#include "spf_cases.h"

#include "spf_eval.h"

enum { ORDERS = 8, ROUNDS_MAX = 1000 };

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static uint64_t sum_of(const struct facts *fs)
{
	uint64_t sum = fs->n;

	for (size_t i = 0; i < fs->n; i++)
		sum += str_hash(str_c(fs->all[i]->name), fs->all[i]->type);
	return sum;
}

/* Evaluates until nothing is open. seed 0: all that is open is settled at once; else one fact at a
 * time. Returns a sum over the questions. */
static uint64_t run(struct arena *a, const struct tape *t, const struct spf_client *c,
		    uint64_t seed, struct spf_evaluation *out)
{
	struct facts fs;

	facts_init(&fs, a, t->facts.now_s);
	for (int round = 0; round < ROUNDS_MAX; round++) {
		struct look l = { .facts = &fs, .max_questions = 10000 };
		size_t open = 0, pick;

		spf_check_host(a, &l, c, out);
		for (size_t i = 0; i < fs.n; i++)
			open += fs.all[i]->state == FACT_OPEN;
		if (!open && out->open)
			break;
		if (!open)
			return sum_of(&fs);
		pick = seed ? (size_t)(next(&seed) % open) : 0;
		for (size_t i = 0; i < fs.n; i++) {
			struct fact *f = fs.all[i];

			if (f->state != FACT_OPEN)
				continue;
			if (!seed || !pick--) {
				facts_settle(&fs,
					     tape_answer(a, t, f->kind, f->type, f->name, f->at));
				if (seed)
					break;
			}
		}
	}
	fprintf(stderr, "it does not end\n");
	exit(1);
}

static bool same(const struct spf_evaluation *a, const struct spf_evaluation *b)
{
	const char *x = a->explanation ? a->explanation : "",
		   *y = b->explanation ? b->explanation : "";

	return a->result == b->result && a->lookups == b->lookups && a->voids == b->voids &&
	       strcmp(x, y) == 0;
}

static void one(struct arena *a, const struct tape *t, const struct spf_case *sc)
{
	const struct spf_client c = {
		.ip = sc->ip, .helo = sc->helo, .mail_from = sc->mail_from, .receiver = "unknown"
	};
	struct spf_evaluation out, again;
	uint64_t asked;

	asked = run(a, t, &c, 0, &out);
	for (uint64_t seed = 1; seed <= ORDERS; seed++) {
		uint64_t other = run(a, t, &c, seed * 7919, &again);

		if (!same(&out, &again) || other != asked) {
			fprintf(stderr,
				"%s: another order of answers gives another result, or asks other questions\n",
				sc->mail_from);
			exit(1);
		}
	}
	printf("%s\t%s\t%u\t%u\n", spf_result_name(out.result),
	       out.explanation ? out.explanation : "", out.lookups, out.voids);
}

int main(int argc, char **argv)
{
	return spf_cases(argc, argv, one);
}

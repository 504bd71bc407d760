/* check_host() over hostile records. The first octet says what the client is; the input's lines
 * after it are the sender and then records, which are served in turn to whatever is asked for. */
#include "fuzz.h"

#include "name.h"
#include "spf_eval.h"

enum { LINES_MAX = 64, QUESTIONS_MAX = 600, STEPS_MAX = 64 };

struct world {
	struct arena *arena;
	struct facts facts;
	struct str line[LINES_MAX];
	size_t n;
};

/* The records of the name: which lines, is in the name and the type alone. */
static struct fact answer(struct world *w, const struct fact *f)
{
	uint64_t h = str_hash(str_c(f->name), f->type);
	struct str s = w->n ? w->line[h % w->n] : S("");
	struct fact out = { .kind = f->kind, .type = f->type, .name = f->name };
	size_t n = f->type == RR_TXT ? 1 : h / 64 % 12;
	struct rr *rr = arena_array(w->arena, n ? n : 1, sizeof(*rr));

	out.state = s.n && s.p[0] == '!' ? FACT_LOST : n && s.n ? FACT_SOME : FACT_NONE;
	out.why = out.state == FACT_LOST   ? WHY_TIMEOUT
		  : out.state == FACT_NONE ? WHY_NXDOMAIN
					   : WHY_OK;
	if (out.state != FACT_SOME)
		return out;
	for (size_t i = 0; i < n; i++) {
		uint8_t *ip = arena_alloc(w->arena, 16);

		ip[0] = 192;
		ip[15] = ip[3] = (uint8_t)(h >> i);
		rr[i] = (struct rr){ .type = f->type, .preference = (uint16_t)i };
		rr[i].data = f->type == RR_TXT
				     ? s
				     : (struct str){ (char *)ip, f->type == RR_A ? 4 : 16 };
		rr[i].target = arena_printf(w->arena, "n%zu.%s", i,
					    f->type == RR_MX ? "example" : "x.example");
	}
	out.nrr = n;
	fact_seal(&out, rr);
	return out;
}

static struct str next_line(struct str *text)
{
	ptrdiff_t end = str_find(*text, '\n');
	struct str line = end < 0 ? *text : str_sub(*text, 0, (size_t)end);

	*text = str_from(*text, line.n + (end >= 0));
	return line;
}

static void run(struct arena *a, struct str text)
{
	static const char ip[16] = "\xc0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\1";
	struct world w = { .arena = a };
	struct spf_client client = { .helo = "h.x.example" };
	struct spf_evaluation v;
	struct str from;

	if (!text.n)
		return;
	client.ip = (struct str){ ip, text.p[0] & 1 ? 4 : 16 };
	text = str_from(text, 1);
	from = next_line(&text);
	client.mail_from = arena_strndup(a, from.p, from.n);
	while (text.n && w.n < LINES_MAX)
		w.line[w.n++] = next_line(&text);
	facts_init(&w.facts, a, 0);
	for (unsigned step = 0;; step++) {
		struct look look = { .facts = &w.facts, .max_questions = 1000000 };
		bool any = false;

		spf_check_host(a, &look, &client, &v);
		for (size_t i = 0; i < w.facts.n; i++) {
			struct fact f;

			if (!fact_is_open(w.facts.all[i]))
				continue;
			any = true;
			f = answer(&w, w.facts.all[i]);
			facts_settle(&w.facts, &f);
		}
		if (!any)
			break;
		if (step == STEPS_MAX || w.facts.n > QUESTIONS_MAX)
			__builtin_trap();
	}
	if (v.open || v.lookups > 11)
		__builtin_trap();
	if (v.term && v.rr && v.term->at.at + v.term->at.len > v.rr->data.n)
		__builtin_trap();
}

FUZZ(run)

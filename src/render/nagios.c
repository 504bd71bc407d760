/* The output of a monitoring plugin (Nagios, Icinga): a status line, performance data behind its |,
 * and a line a finding below. Layer: render.
 *
 * For several domains the line counts them and names the worst, and the lines below are theirs. */
#include "escape.h"
#include "place.h"
#include "text.h"

enum {
	PART_LONG = 0,  /* the lines below */
	PART_NAMES = 1, /* RENDER_STATES parts: the domains of each state, with commas between */
	PART_PERF = PART_NAMES + RENDER_STATES,
	LINES_MAX = 20,
	DOMAINS_MAX = 20, /* more have no performance data of their own */
	NAMED_MAX = 5,
	BRIEF = 160,
};

static const char *const states[RENDER_STATES] = {
	[STATE_OK] = "OK",
	[STATE_WARNING] = "WARNING",
	[STATE_CRITICAL] = "CRITICAL",
	[STATE_UNKNOWN] = "UNKNOWN",
};

static size_t count(const struct report *r, enum severity s)
{
	size_t n = 0;

	for (size_t i = 0; i < r->findings.n; i++)
		n += r->findings.item[i]->sure && rules[r->findings.item[i]->rule].severity == s;
	return n;
}

/* What could not be had, apart from what the user wished not to ask. */
static size_t count_unknown(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->nunknown; i++)
		n += !r->unknown[i].offline;
	return n;
}

static bool counts(const struct finding *f)
{
	return rules[f->rule].severity >= SEV_WARNING && !f->offline;
}

static void put_brief(struct buf *out, struct arena *a, const struct finding *f)
{
	escape_plugin(out, str_c(arena_printf(a, "%s: %s [%s]", proto_title(rules[f->rule].proto),
					      text_brief(a, f, BRIEF), rules[f->rule].name)));
}

/* The worst finding, and how many more there are. */
static void put_worst(struct buf *out, struct arena *a, const struct report *r)
{
	const struct finding *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		/* what is sure goes before what is worse and not known */
		if (counts(f) && (!first || (f->sure && !first->sure)))
			first = f;
		n += counts(f);
	}
	if (!first)
		buf_adds(out, "nothing wrong found");
	else
		put_brief(out, a, first);
	if (n > 1)
		buf_addf(out, " (and %zu more)", n - 1);
}

static void put_lines(struct buf *out, struct arena *a, const struct report *r)
{
	static const char *const words[] = {
		[SEV_INFO] = "note", [SEV_WARNING] = "warning", [SEV_ERROR] = "error"
	};
	size_t n = 0;

	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		if (!counts(f) || n++ >= LINES_MAX)
			continue;
		buf_addf(out, "%s ", f->sure ? words[rules[f->rule].severity] : "not known");
		put_brief(out, a, f);
		buf_addc(out, '\n');
	}
	if (n > LINES_MAX)
		buf_addf(out, "and %zu more\n", n - LINES_MAX);
}

/* label=value;warning;critical;least;most */
static void put_perf(struct buf *out, const struct report *r)
{
	buf_addf(out, "score=%d;;;0;100 errors=%zu;;;0 warnings=%zu;;;0 unknown=%zu;;;0", r->score,
		 count(r, SEV_ERROR), count(r, SEV_WARNING), count_unknown(r));
	if (r->spf.root && r->spf.root->spf)
		buf_addf(out, " spf_lookups=%u;;10;0 spf_void_lookups=%u;;2;0",
			 r->spf.root->lookups, r->spf.root->voids);
}

static void put_domain_perf(struct buf *out, const struct report *r)
{
	buf_adds(out, " '");
	for (const char *p = r->domain; *p; p++)
		buf_addc(out, ascii_is_alpha((unsigned char)*p) ||
					      ascii_is_digit((unsigned char)*p) || strchr("-.", *p)
				      ? *p
				      : '_');
	buf_addf(out, "'=%d;;;0;100", r->score);
}

static void put_one(struct buf *out, struct arena *a, const struct report *r,
		    enum render_state state)
{
	buf_addf(out, "AUTHCHECK %s - ", states[state]);
	escape_plugin(out, str_c(r->domain));
	buf_adds(out, ": ");
	put_worst(out, a, r);
	buf_adds(out, " | ");
	put_perf(out, r);
	buf_addc(out, '\n');
	put_lines(out, a, r);
}

void render_nagios(struct buf *out, struct arena *scratch, const struct report *r,
		   const struct render_options *o, size_t index, size_t total)
{
	enum render_state state = render_state(r, o);
	struct render_run *run = o->run;
	struct buf *names = &run->part[PART_NAMES + state], *lines = &run->part[PART_LONG];

	(void)total;
	if (!run->list) {
		put_one(out, scratch, r, state);
		return;
	}
	if (run->state[state] < NAMED_MAX) {
		buf_adds(names, names->n ? ", " : "");
		escape_plugin(names, str_c(r->domain));
	}
	buf_addf(lines, "%s ", states[state]);
	escape_plugin(lines, str_c(r->domain));
	buf_adds(lines, ": ");
	put_worst(lines, scratch, r);
	buf_addc(lines, '\n');
	if (index < DOMAINS_MAX)
		put_domain_perf(&run->part[PART_PERF], r);
}

void render_nagios_end(struct buf *out, const struct render_options *o, size_t total)
{
	const struct render_run *run = o->run;
	enum render_state worst = render_worst(run);

	total = render_run_total(run);
	if (!run->list)
		return;
	buf_addf(out, "AUTHCHECK %s - %zu domains: %u critical, %u warning, %u unknown, %u ok",
		 states[worst], total, run->state[STATE_CRITICAL], run->state[STATE_WARNING],
		 run->state[STATE_UNKNOWN], run->state[STATE_OK]);
	if (worst != STATE_OK) {
		buf_addf(out, "; %s: ", states[worst]);
		render_run_part(out, run, PART_NAMES + (size_t)worst);
		if (run->state[worst] > NAMED_MAX)
			buf_addf(out, " and %u more", run->state[worst] - NAMED_MAX);
	}
	buf_addf(out, " | domains=%zu;;;0 critical=%u;;;0 warning=%u;;;0 unknown=%u;;;0 ok=%u;;;0",
		 total, run->state[STATE_CRITICAL], run->state[STATE_WARNING],
		 run->state[STATE_UNKNOWN], run->state[STATE_OK]);
	if (total <= DOMAINS_MAX)
		render_run_part(out, run, PART_PERF);
	buf_addc(out, '\n');
	render_run_part(out, run, PART_LONG);
}

/* The receiver libraries over the facts of an audit: each in a child, read back with distrust.
 * Layer: stack. */
#include "stack.h"

#include "dmarc.h"
#include "name.h"
#include "stack_differ.h"
#include "stack_lib.h"

struct running {
	struct arena *arena;
	struct look *look;
	struct report *report;
	bool open; /* a library wants to know more */
};

/* ---- a child's answer ---- */

/* The lines behind the reply: the questions that it misses. */
static void ask(struct running *r, struct str lines)
{
	static const uint16_t types[] = { RR_A, RR_AAAA, RR_MX, RR_PTR, RR_TXT };

	for (unsigned n = 0; lines.n && n < STACK_WANT_MAX; n++) {
		ptrdiff_t end = str_find(lines, '\n');
		struct str line = end < 0 ? lines : str_sub(lines, 0, (size_t)end);
		ptrdiff_t blank = str_find(line, ' ');
		const char *name = blank < 0 ? NULL
					     : name_from_text(r->arena,
							      str_from(line, (size_t)blank + 1));
		uint32_t type;

		lines = end < 0 ? S("") : str_from(lines, (size_t)end + 1);
		if (!name || !str_to_u32(str_sub(line, 0, (size_t)blank), UINT16_MAX, &type))
			continue;
		for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
			if (types[i] == type && fact_is_open(look_dns(r->look, types[i], name)))
				r->open = true;
	}
}

/* The same, but for an arena that is full: then false, so that the caller can give back what it
 * holds. */
static bool ask_safely(struct running *r, struct str lines)
{
	jmp_buf here, *mine = r->arena->oom, *facts = r->look->facts->arena->oom;
	volatile bool done = false;

	r->arena->oom = r->look->facts->arena->oom = &here;
	if (setjmp(here) == 0) {
		ask(r, lines);
		done = true;
	}
	r->arena->oom = mine;
	r->look->facts->arena->oom = facts;
	return done;
}

/* Runs the job; *reply is what came back when the state is ANSWERED. */
static enum stack_state run_job(struct running *r, child_fn *run, const void *job, void *reply,
				size_t size)
{
	struct buf out;
	enum child_end end;
	bool fits = true;

	buf_init(&out, 2 * CHILD_OUT_MAX);
	end = child_run(run, job, &out);
	if (end == CHILD_DONE && out.n < size)
		end = CHILD_CRASHED;
	if (end == CHILD_DONE) {
		memcpy(reply, out.p, size);
		fits = ask_safely(r, str_from(buf_str(&out), size));
	}
	buf_free(&out);
	if (!fits)
		arena_full(r->arena);
	return end == CHILD_DONE      ? STACK_ANSWERED
	       : end == CHILD_CRASHED ? STACK_CRASHED
	       : end == CHILD_ENDLESS ? STACK_ENDLESS
				      : STACK_NOT_RUN;
}

/* Text of a reply: ended here, whatever the child has sent. */
static const char *text(struct running *r, char *field, size_t size)
{
	field[size - 1] = '\0';
	return *field ? arena_strdup(r->arena, field) : NULL;
}

/* ---- SPF ---- */

static void run_spf(struct running *r, struct stack_spf *s)
{
	struct spf2_job job = { .facts = r->look->facts,
				.ip = ip_unmap(s->ip),
				.helo = s->helo,
				.mail_from = s->mail_from };
	struct spf2_reply reply;

	s->state = run_job(r, spf2_child, &job, &reply, sizeof(reply));
	if (s->state != STACK_ANSWERED)
		return;
	if (reply.state == STACK_REFUSED || reply.state == STACK_COSTLY)
		s->state = reply.state;
	/* what it misses either is asked for, or never will be: the budget is used up */
	else if (reply.missed)
		s->state = STACK_NOT_RUN;
	s->lost = reply.lost;
	s->result = reply.result <= SPF_RESULT_PERMERROR ? reply.result : SPF_RESULT_PERMERROR;
	s->reason = text(r, reply.reason, sizeof(reply.reason));
	s->explanation = text(r, reply.explanation, sizeof(reply.explanation));
}

/* ---- DMARC ---- */

/* What OpenDMARC is told of the described sender: who SPF and DKIM have authenticated. */
static void describe(struct running *r, struct opendmarc_job *job)
{
	const struct sender_view *s = r->report->sender;
	const char **dkim;

	if (!s)
		return;
	dkim = arena_array(r->arena, s->ndkim, sizeof(*dkim));
	job->from = str_mail_domain(s->from);
	if (s->has_spf && s->spf.result == SPF_RESULT_PASS)
		job->spf_domain = s->null_sender ? s->helo : str_mail_domain(s->mail_from);
	for (size_t i = 0; i < s->ndkim; i++)
		if (s->dkim[i].result == AUTH_PASS)
			dkim[job->ndkim++] = s->dkim[i].domain;
	job->dkim = dkim;
	if (s->ip.n)
		job->ip = ip_text(r->arena, s->ip);
}

/* A domain beside this one that belongs to somebody else: it must never count as aligned. */
static const char *stranger_of(struct running *r)
{
	const struct dmarc_view *d = &r->report->dmarc;
	const char *domain = r->report->domain, *parent = name_parent(domain);
	bool strict = d->record && d->record->adkim == 's';

	if (!parent || strcmp(parent, ".") == 0 ||
	    (!strict &&
	     (!d->psl_organizational_domain || strcmp(d->psl_organizational_domain, domain) != 0)))
		return NULL;
	return name_join(r->arena, "somebody-else", parent);
}

static void run_dmarc(struct running *r, struct stack_dmarc *d)
{
	struct opendmarc_job job = {
		.facts = r->look->facts,
		.from = r->report->domain,
		.stranger = stranger_of(r),
		.ip = "192.0.2.1",
	};
	struct opendmarc_reply reply;

	describe(r, &job);
	opendmarc_open();
	d->state = run_job(r, opendmarc_child, &job, &reply, sizeof(reply));
	if (d->state != STACK_ANSWERED)
		return;
	if (reply.missed)
		d->state = STACK_NOT_RUN;
	d->lost = reply.lost;
	d->result = reply.result <= AUTH_PERMERROR ? reply.result : AUTH_PERMERROR;
	d->disposition = reply.disposition <= DMARC_REJECT ? reply.disposition : DMARC_NONE;
	d->spf_aligned = reply.spf_aligned;
	d->dkim_aligned = reply.dkim_aligned;
	d->stranger = reply.stranger_aligned ? job.stranger : NULL;
	d->found_at = text(r, reply.found_at, sizeof(reply.found_at));
	d->reason = text(r, reply.reason, sizeof(reply.reason));
}

/* ---- DKIM ---- */

/* Selectors and domains are put into a header field. */
static bool is_plain(const char *name)
{
	return name[strspn(name,
			   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_")] ==
	       '\0';
}

static void run_dkim(struct running *r, struct stack_dkim *k)
{
	struct opendkim_job job = { .domain = k->domain,
				    .selector = k->selector,
				    .algorithm = k->algorithm ? k->algorithm : "rsa-sha256" };
	struct opendkim_reply reply;

	k->state = STACK_NOT_RUN;
	if (k->fact->state == FACT_LOST || !is_plain(k->domain) || !is_plain(k->selector))
		return;
	if (!k->rr) {
		/* its own reader of DNS answers, which is not run here, leaves it at that */
		k->state = STACK_ANSWERED;
		k->reason = k->fact->nrr ? "multiple DNS replies" : "no key";
		return;
	}
	job.key = k->rr->data;
	k->state = run_job(r, opendkim_child, &job, &reply, sizeof(reply));
	if (k->state != STACK_ANSWERED)
		return;
	k->usable = reply.usable;
	k->small = reply.small;
	k->reason = text(r, reply.reason, sizeof(reply.reason));
}

void stack_run(struct arena *a, struct look *l, struct report *r)
{
	struct running run = { .arena = a, .look = l, .report = r };

	if (!r->stack)
		return;
	for (size_t i = 0; i < r->stack->nspf; i++)
		run_spf(&run, &r->stack->spf[i]);
	run_dmarc(&run, &r->stack->dmarc);
	/* keys need nothing more, so they wait for the rest */
	for (size_t i = 0; !run.open && i < r->stack->ndkim; i++)
		run_dkim(&run, &r->stack->dkim[i]);
	if (run.open)
		return;
	r->stack->done = true;
	stack_differ(a, r);
}

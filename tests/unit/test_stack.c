/* The receiver libraries: the child that they run in, what is kept from libspf2, and how each is
 * known to differ from the RFCs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <dirent.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit.h"
#include "stack_lib.h"
#include "tape.h"

/* ---- the child ---- */

static void answers(const void *job, struct buf *out)
{
	buf_adds(out, job);
}

static void aborts(const void *job, struct buf *out)
{
	buf_adds(out, job);
	abort();
}

static void leaves(const void *job, struct buf *out)
{
	buf_adds(out, job);
	exit(0);
}

static void writes_nowhere(const void *job, struct buf *out)
{
	volatile char *nowhere = (char *)(uintptr_t)8;

	(void)job;
	(void)out;
	*nowhere = 1;
}

static void spins(const void *job, struct buf *out)
{
	(void)out;
	for (volatile const char *p = job;;)
		(void)*p;
}

static void floods(const void *job, struct buf *out)
{
	(void)job;
	for (unsigned i = 0; i < 1000000; i++)
		buf_adds(out, "more and more");
}

/* Half an answer, then nothing any more, and no end. */
static void hangs_up(const void *job, struct buf *out)
{
	(void)out;
	if (write(3, job, 4) == 4)
		close(3);
	for (;;)
		pause();
}

static void reaches_out(const void *job, struct buf *out)
{
	(void)job;
	buf_addf(out, "%d %d %d", socket(AF_INET, SOCK_DGRAM, 0), open("/etc/passwd", O_RDONLY),
		 dup(3));
}

static enum child_end run(child_fn *fn, struct buf *out)
{
	buf_init(out, 2 * CHILD_OUT_MAX);
	buf_adds(out, "before ");
	return child_run(fn, "this", out);
}

static void child_ends(void **state)
{
	static const struct {
		child_fn *fn;
		enum child_end end;
		const char *out;
	} cases[] = {
		{ answers, CHILD_DONE, "before this" },
		{ reaches_out, CHILD_DONE, "before -1 -1 -1" },
		{ aborts, CHILD_CRASHED, "before " },
		{ leaves, CHILD_CRASHED, "before " },
		{ writes_nowhere, CHILD_CRASHED, "before " },
		{ floods, CHILD_CRASHED, "before " },
		{ spins, CHILD_ENDLESS, "before " },
		{ hangs_up, CHILD_NOT_RUN, "before " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out;

		assert_int_equal(run(cases[i].fn, &out), cases[i].end);
		assert_string_equal(out.p, cases[i].out);
		buf_free(&out);
	}
}

static size_t count_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

/* Nothing is left behind: no descriptor, no process. */
static void many_children(void **state)
{
	size_t before = count_descriptors();

	(void)state;
	for (unsigned i = 0; i < 100; i++) {
		struct buf out;

		assert_int_equal(run(i % 2 ? answers : aborts, &out),
				 i % 2 ? CHILD_DONE : CHILD_CRASHED);
		buf_free(&out);
	}
	assert_int_equal(count_descriptors(), before);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* ---- the guard ---- */

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

/* libspf2 over a world of one record and one explanation. */
static enum child_end evaluate(const char *record, const char *why, bool unguarded,
			       struct spf2_reply *reply)
{
	struct spf2_job job = { .ip = S("\xcb\x00\x71\x05"),
				.mail_from = "bob@example.com",
				.unguarded = unguarded };
	struct rr rr[2] = { { .type = RR_TXT, .data = str_c(record) },
			    { .type = RR_TXT, .data = str_c(why) } };
	struct fact f[2] = {
		{ ASK_DNS, RR_TXT, "example.com", .state = FACT_SOME, .rr = &rr[0], .nrr = 1 },
		{ ASK_DNS, RR_TXT, "why.example.com", .state = FACT_SOME, .rr = &rr[1], .nrr = 1 },
	};
	struct arena a;
	struct facts fs;
	struct buf out;
	enum child_end end;

	arena_init(&a, 1 << 20);
	facts_init(&fs, &a, 0);
	for (size_t i = 0; i < 2; i++) {
		facts_open(&fs, ASK_DNS, RR_TXT, f[i].name);
		facts_settle(&fs, &f[i]);
	}
	job.facts = &fs;
	buf_init(&out, 2 * CHILD_OUT_MAX);
	end = child_run(spf2_child, &job, &out);
	*reply = (struct spf2_reply){ .state = STACK_CRASHED };
	if (end == CHILD_DONE)
		memcpy(reply, out.p, sizeof(*reply));
	buf_free(&out);
	arena_free(&a);
	return end;
}

static const char *repeat(char *out, size_t size, const char *head, const char *part, unsigned n,
			  const char *tail)
{
	struct buf b;

	buf_init(&b, size);
	buf_adds(&b, head);
	while (n--)
		buf_adds(&b, part);
	buf_adds(&b, tail);
	assert_true(!b.failed && b.n < size);
	memcpy(out, b.p, b.n + 1);
	buf_free(&b);
	return out;
}

/* The records that overrun the stack of libspf2 1.2.10: never given to it; and given to it all the
 * same, they end the child and nothing else. */
static void hostile(void **state)
{
	static const struct {
		const char *head;
		unsigned macros, letters;
		const char *tail;
		bool explains;
	} cases[] = {
		{ "v=spf1 exists:", 127, 4000, " -all", false },
		{ "v=spf1 a:", 127, 4000, " -all", false },
		{ "v=spf1 include:", 127, 4000, " -all", false },
		{ "v=spf1 redirect=", 127, 4000, "", false },
		{ "v=spf1 x=", 127, 4000, " -all", false },
		{ "", 127, 40, "", true },
		{ "", 127, 4000, "", true },
	};
	unsigned crashed = 0;
	char macros[1024], text[8192];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *head = repeat(macros, sizeof(macros), cases[i].head, "%{d}",
					  cases[i].macros, ""),
			   *it = repeat(text, sizeof(text), head, "a", cases[i].letters,
					cases[i].tail),
			   *record = cases[i].explains ? "v=spf1 -all exp=why.example.com" : it,
			   *why = cases[i].explains ? it : "x";
		struct spf2_reply reply;

		assert_int_equal(evaluate(record, why, false, &reply), CHILD_DONE);
		assert_int_equal(reply.state, STACK_REFUSED);
		if (evaluate(record, why, true, &reply) == CHILD_CRASHED)
			crashed++;
		else
			assert_int_equal(reply.state, STACK_ANSWERED);
	}
	print_message("libspf2 crashes of %u of %zu hostile records\n", crashed,
		      sizeof(cases) / sizeof(cases[0]));
}

/* What the guard lets through does not crash it, near the edge either. */
static void guard_holds(void **state)
{
	static const char *const parts[] = { "%{d}", "%{i}", "%{sr}", "a",   "bcd",  "%%",
					     "%_",   "%-",   "%{d2}", "x.y", "%{l}", "abcdefghij" };
	uint32_t seed = 7;
	unsigned handed = 0, refused = 0;
	char text[8192];

	(void)state;
	for (unsigned i = 0; i < 150; i++) {
		bool explains = next(&seed) % 2;
		unsigned octets = 380 + next(&seed) % 200, used = 0;
		struct spf2_reply reply;
		struct buf b;

		buf_init(&b, sizeof(text) - 64);
		buf_adds(&b, explains ? "" : "v=spf1 exists:");
		while (used < octets) {
			const char *part = parts[next(&seed) % (sizeof(parts) / sizeof(parts[0]))];

			buf_adds(&b, part);
			used += part[0] == '%' ? 6 : 4;
			if (explains && next(&seed) % 9 == 0)
				buf_addc(&b, ' ');
		}
		buf_adds(&b, explains ? "" : " -all");
		repeat(text, sizeof(text), b.p, "", 0, "");
		buf_free(&b);
		assert_int_equal(evaluate(explains ? "v=spf1 -all exp=why.example.com" : text,
					  explains ? text : "x", false, &reply),
				 CHILD_DONE);
		handed += reply.state == STACK_ANSWERED;
		refused += reply.state == STACK_REFUSED;
	}
	/* both sides of the edge were seen */
	assert_true(handed > 20 && refused > 20);
}

/* No record that is in use is kept from it. */
static void guard_lets_through(void **state)
{
	static const char *const fine[] = {
		"v=spf1 include:%{ir}.%{v}._ip.%{h}._ehlo.%{d}._spf.vali.email ~all",
		"v=spf1 exists:%{i}._i.%{d}._d.espf.agari.com include:%{d}.00.spf-protect.agari.com -all",
		"v=spf1 ip4:192.0.2.0/24 a:mail.example.com mx -all exp=why.%{d}",
	};
	char text[2048];

	(void)state;
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		assert_true(spf2_safe_record(str_c(fine[i])));
	/* a record of 2 KiB with many short terms */
	assert_true(spf2_safe_record(
		str_c(repeat(text, sizeof(text), "v=spf1", " ip6:2001:db8::/32", 100, " -all"))));
	assert_true(spf2_safe_explanation(str_c(
		"See https://www.example.com/why?ip=%{c}&domain=%{d}&sender=%{s} for the reason")));
	assert_false(spf2_safe_explanation(str_c(repeat(text, sizeof(text), "", "a ", 300, ""))));
}

/* ---- what they are known for ---- */

enum { TAPE_MAX = 16384 };

/* The stack over a tape, to the end. */
static void run_tape(struct audit *a, struct audit_setup *s, const char *domain, const char *facts)
{
	static struct arena arena;
	struct tape tape = { 0 };
	const char *err = NULL;

	arena_free(&arena);
	arena_init(&arena, 1 << 24);
	if (!tape_read(&arena,
		       str_c(arena_printf(&arena, "now 1795507200\n* NONE NXDOMAIN\n%s", facts)),
		       &tape, &err))
		fail_msg("%s", err);
	s->now_s = tape.facts.now_s;
	s->wish.stack = true;
	s->wish.discover = DISCOVER_NONE;
	audit_init(a, s);
	while (audit_step(a, s, domain)) {
		assert_true(a->steps < 100);
		for (size_t i = 0; i < a->facts.n; i++) {
			const struct fact *f = a->facts.all[i];

			if (f->state == FACT_OPEN)
				facts_settle(&a->facts, tape_answer(&a->arena, &tape, f->kind,
								    f->type, f->name, NULL));
		}
	}
	audit_finish(a, s, 0);
	assert_non_null(a->report.stack);
	assert_true(a->report.stack->done);
}

static bool has(const struct audit *a, const char *rule)
{
	for (size_t i = 0; i < a->report.findings.n; i++)
		if (strcmp(rules[a->report.findings.item[i]->rule].name, rule) == 0)
			return true;
	return false;
}

static void libspf2_differs(void **state)
{
	static const struct {
		const char *facts; /* behind the record of example.com */
		enum spf_result rfc, theirs;
		const char *rule; /* NULL: they agree */
	} cases[] = {
		{ "\"v=spf1 ip4:203.0.113.0/24 -all\"", SPF_RESULT_PASS, SPF_RESULT_PASS, NULL },
		{ "\"v=spf1 -all\"", SPF_RESULT_FAIL, SPF_RESULT_FAIL, NULL },
		{ "\"v=spf1 ip4:203.0.113.5/0 -all\"", SPF_RESULT_PASS, SPF_RESULT_PERMERROR,
		  "stack-spf-stricter" },
		{ "\"v=spf1 a:h.example.com/0 -all\"\nh.example.com A SOME 9 192.0.2.1",
		  SPF_RESULT_PASS, SPF_RESULT_PERMERROR, "stack-spf-stricter" },
		{ "\"v=spf1 redirect=r.example.com ip4:203.0.113.5\"\n"
		  "r.example.com TXT SOME 9 \"v=spf1 -all\"",
		  SPF_RESULT_PASS, SPF_RESULT_FAIL, "stack-spf-stricter" },
		{ "\"v=spf1 a:1.example.com a:2.example.com a:3.example.com ~all\"",
		  SPF_RESULT_PERMERROR, SPF_RESULT_SOFTFAIL, "stack-spf-laxer" },
		{ "\"v=spf1 a:1.example.com a:2.example.com ~all\"", SPF_RESULT_SOFTFAIL,
		  SPF_RESULT_SOFTFAIL, NULL },
		/* 12 look-ups, 6 in each include */
		{ "\"v=spf1 include:i.example.com include:j.example.com -all\"\n"
		  "i.example.com TXT SOME 9 \"v=spf1 a:h.example.com a:h.example.com "
		  "a:h.example.com a:h.example.com a:h.example.com ~all\"\n"
		  "j.example.com TXT SOME 9 \"v=spf1 a:h.example.com a:h.example.com "
		  "a:h.example.com a:h.example.com ip4:203.0.113.5 ~all\"\n"
		  "h.example.com A SOME 9 192.0.2.1",
		  SPF_RESULT_PERMERROR, SPF_RESULT_PASS, "stack-spf-laxer" },
		{ "\"v=spf1 -all exp=e.example.com\"\n"
		  "e.example.com TXT SOME 9 \"Ask us about %{i}\"",
		  SPF_RESULT_FAIL, SPF_RESULT_FAIL, "stack-spf-explanation" },
		{ "\"v=spf1 -all exp=e.example.com\"\n"
		  "e.example.com TXT SOME 9 \"https://example.com/%{i}\"",
		  SPF_RESULT_FAIL, SPF_RESULT_FAIL, NULL },
		/* what is not known shows nothing */
		{ "\"v=spf1 a:1.example.com ~all\"\n1.example.com A LOST timeout",
		  SPF_RESULT_TEMPERROR, SPF_RESULT_TEMPERROR, NULL },
		{ "\"v=spf1 include:i.example.com ~all\"\ni.example.com TXT LOST timeout",
		  SPF_RESULT_TEMPERROR, SPF_RESULT_TEMPERROR, NULL },
	};
	struct str ip = S("\xcb\x00\x71\x05");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct audit_setup s = { .wish = { .ips = &ip, .nips = 1 } };
		char facts[TAPE_MAX];
		const struct stack_spf *v;
		struct audit a;

		snprintf(facts, sizeof(facts), "example.com TXT SOME 9 %s\n", cases[i].facts);
		run_tape(&a, &s, "example.com", facts);
		assert_int_equal(a.report.stack->nspf, 1);
		v = &a.report.stack->spf[0];
		assert_int_equal(v->state, STACK_ANSWERED);
		if (v->rfc.result != cases[i].rfc || v->result != cases[i].theirs)
			fail_msg("%s: RFC %s, libspf2 %s (%s)", cases[i].facts,
				 spf_result_name(v->rfc.result), spf_result_name(v->result),
				 v->reason ? v->reason : "");
		for (int r = 0; r < (int)RULE_COUNT; r++)
			if (rules[r].proto == PROTO_STACK && strstr(rules[r].name, "-spf-"))
				assert_int_equal(has(&a, rules[r].name),
						 cases[i].rule &&
							 !strcmp(rules[r].name, cases[i].rule));
		audit_free(&a);
	}
}

/* Where the budget of questions ends before all is known, nothing is said. */
static void budget(void **state)
{
	struct str ip = S("\xcb\x00\x71\x05");

	(void)state;
	for (unsigned most = 1; most < 40; most += 3) {
		struct audit_setup s = { .wish = { .ips = &ip, .nips = 1 },
					 .limits = { .max_questions = most } };
		struct audit a;

		run_tape(
			&a, &s, "example.com",
			"example.com TXT SOME 9 \"v=spf1 a:h.example.com include:i.example.com -all\"\n"
			"h.example.com A SOME 9 192.0.2.1\n"
			"i.example.com TXT SOME 9 \"v=spf1 include:j.example.com ~all\"\n"
			"j.example.com TXT SOME 9 \"v=spf1 mx:h.example.com a:k.example.com ~all\"\n"
			"k.example.com A SOME 9 203.0.113.5\n"
			"h.example.com MX SOME 9 1 h.example.com\n"
			"_dmarc.example.com TXT SOME 9 \"v=DMARC1; p=reject\"\n");
		for (size_t i = 0; i < a.report.findings.n; i++)
			assert_int_not_equal(rules[a.report.findings.item[i]->rule].proto,
					     PROTO_STACK);
		audit_free(&a);
	}
}

static void opendmarc_differs(void **state)
{
	static const struct {
		const char *from, *mail_from, *record, *rule;
		enum auth_result rfc, theirs;
	} cases[] = {
		{ "bob@example.com", "bob@mail.example.com", "v=DMARC1; p=reject", NULL, AUTH_PASS,
		  AUTH_PASS },
		{ "bob@example.com", "bob@example.net", "v=DMARC1; p=reject", NULL, AUTH_FAIL,
		  AUTH_FAIL },
		/* letter case: only the very same name is known in any */
		{ "bob@example.com", "bob@EXAMPLE.com", "v=DMARC1; p=reject", NULL, AUTH_PASS,
		  AUTH_PASS },
		{ "bob@aa.example.com", "bob@BB.EXAMPLE.COM", "v=DMARC1; p=reject",
		  "stack-dmarc-stricter", AUTH_PASS, AUTH_FAIL },
		/* a first label of one letter */
		{ "bob@x.example", "bob@evil.example", "v=DMARC1; p=reject", "stack-dmarc-laxer",
		  AUTH_FAIL, AUTH_PASS },
		{ "bob@xy.example", "bob@evil.example", "v=DMARC1; p=reject", NULL, AUTH_FAIL,
		  AUTH_FAIL },
		/* part of a word is enough for it */
		{ "bob@example.com", "bob@example.net", "v=DMARC1; p=r; rua=mailto:a@example.com",
		  "stack-dmarc-stricter", AUTH_FAIL, AUTH_FAIL },
		{ "bob@example.com", "bob@example.com", "v=DMARC1; p=reject; ri=daily",
		  "stack-dmarc-refused", AUTH_PASS, AUTH_PERMERROR },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *domain = strchr(cases[i].from, '@') + 1,
			   *other = strchr(cases[i].mail_from, '@') + 1;
		struct sender_wish sender = { .from = cases[i].from,
					      .ip = S("\xcb\x00\x71\x05"),
					      .mail_from = cases[i].mail_from };
		struct audit_setup s = { .wish = { .sender = &sender } };
		char facts[TAPE_MAX], lower[64] = "";
		struct audit a;

		for (size_t k = 0; other[k]; k++)
			lower[k] = ascii_lower(other[k]);
		snprintf(facts, sizeof(facts),
			 "%s TXT SOME 9 \"v=spf1 ip4:203.0.113.5 -all\"\n"
			 "_dmarc.%s TXT SOME 9 \"%s\"\n",
			 lower, strncmp(domain, "aa.", 3) == 0 ? domain + 3 : domain,
			 cases[i].record);
		run_tape(&a, &s, domain, facts);
		assert_int_equal(a.report.stack->dmarc.state, STACK_ANSWERED);
		if (a.report.sender->dmarc != cases[i].rfc ||
		    a.report.stack->dmarc.result != cases[i].theirs)
			fail_msg("%s, %s: RFC %s, OpenDMARC %s", cases[i].from, cases[i].record,
				 auth_result_name(a.report.sender->dmarc),
				 auth_result_name(a.report.stack->dmarc.result));
		for (int r = 0; r < (int)RULE_COUNT; r++)
			if (rules[r].proto == PROTO_STACK && strstr(rules[r].name, "-dmarc-") &&
			    r != RULE_STACK_DMARC_STRANGER)
				assert_int_equal(has(&a, rules[r].name),
						 cases[i].rule &&
							 !strcmp(rules[r].name, cases[i].rule));
		audit_free(&a);
	}
}

/* Keys as libopendkim answers them without a message. */
static void opendkim_answers(void **state)
{
	static const struct {
		const char *key, *algorithm;
		bool usable;
	} cases[] = {
		{ "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
		  "ed25519-sha256", true },
		{ "v=DKIM1; p=", "rsa-sha256", false },
		{ "v=DKIM1; p=AAAA", "rsa-sha256", false },
		{ "v=DKIM2; p=AAAA", "rsa-sha256", false },
		{ "v=DKIM1; k=rsa; s=tlsrpt; p=AAAA", "rsa-sha256", false },
		{ "nothing of the kind", "rsa-sha256", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct opendkim_job job = { .domain = "example.com",
					    .selector = "s1",
					    .algorithm = cases[i].algorithm,
					    .key = str_c(cases[i].key) };
		struct opendkim_reply reply;
		struct buf out;

		buf_init(&out, 2 * CHILD_OUT_MAX);
		assert_int_equal(child_run(opendkim_child, &job, &out), CHILD_DONE);
		assert_int_equal(out.n, sizeof(reply));
		memcpy(&reply, out.p, sizeof(reply));
		buf_free(&out);
		if (reply.usable != cases[i].usable)
			fail_msg("%s: %s", cases[i].key, reply.reason);
		assert_int_equal(reply.usable, reply.reason[0] == '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(child_ends),
		cmocka_unit_test(many_children),
		cmocka_unit_test(hostile),
		cmocka_unit_test(guard_holds),
		cmocka_unit_test(guard_lets_through),
		cmocka_unit_test(libspf2_differs),
		cmocka_unit_test(budget),
		cmocka_unit_test(opendmarc_differs),
		cmocka_unit_test(opendkim_answers),
	};

	return cmocka_run_group_tests_name("stack", tests, NULL, NULL);
}

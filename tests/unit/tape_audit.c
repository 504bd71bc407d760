#include "tape_audit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "psl.h"
#include "tape.h"

static size_t settle(struct tape_audit *t, const struct tape *tape)
{
	size_t open = 0;

	for (size_t i = 0; i < t->facts.n; i++) {
		const struct fact *f = t->facts.all[i];
		struct fact as;

		if (!fact_is_open(f))
			continue;
		open++;
		as = *tape_answer(&t->arena, tape, f->kind, f->type, f->name, f->at);
		as.kind = f->kind;
		as.type = f->type;
		as.name = f->name;
		as.at = f->at;
		facts_settle(&t->facts, &as);
	}
	return open;
}

void tape_audit_run(struct tape_audit *t, const char *tape, const char *domain,
		    const struct audit_wish *wish, check_fn *const *checks, size_t nchecks)
{
	static const struct audit_wish no_wish;
	struct tape read;
	const char *err = NULL;

	memset(t, 0, sizeof(*t));
	arena_init(&t->arena, 64u << 20);
	if (!tape_read(&t->arena,
		       str_c(arena_printf(&t->arena, "now 1795507200\n* NONE NXDOMAIN\n%s", tape)),
		       &read, &err))
		fail_msg("%s", err);
	facts_init(&t->facts, &t->arena, read.facts.now_s);
	for (unsigned step = 0; step < 32; step++) {
		struct look look = { .facts = &t->facts, .max_questions = 2000 };
		struct check c = {
			.arena = &t->arena,
			.look = &look,
			.domain = domain,
			.org = psl_organizational_domain(&t->arena, domain),
			.wish = wish ? wish : &no_wish,
			.now_s = t->facts.now_s,
			.report = &t->report,
		};

		t->report = (struct report){ .domain = domain, .findings = { .arena = &t->arena } };
		for (size_t i = 0; i < nchecks; i++)
			checks[i](&c);
		if (!settle(t, &read)) {
			findings_sort(&t->report.findings);
			return;
		}
	}
	fail_msg("%s: the audit does not end", domain);
}

const struct finding *tape_audit_find(const struct tape_audit *t, enum rule_id rule)
{
	const struct finding *f = NULL;

	for (size_t i = 0; i < t->report.findings.n; i++) {
		if (t->report.findings.item[i]->rule != rule)
			continue;
		if (f)
			fail_msg("%s more than once", rules[rule].name);
		f = t->report.findings.item[i];
	}
	return f;
}

size_t tape_audit_count(const struct tape_audit *t, enum severity least)
{
	size_t n = 0;

	for (size_t i = 0; i < t->report.findings.n; i++)
		n += rules[t->report.findings.item[i]->rule].severity >= least;
	return n;
}

void tape_audit_free(struct tape_audit *t)
{
	arena_free(&t->arena);
}

#include "render_help.h"

#include <stdlib.h>

struct fact *help_txt(struct arena *a, const char *name, struct str text)
{
	struct fact *f = ARENA_NEW(a, struct fact);

	f->kind = ASK_DNS;
	f->type = RR_TXT;
	f->name = name;
	f->source = "192.0.2.53:53";
	f->state = text.n ? FACT_SOME : FACT_NONE;
	f->why = text.n ? WHY_OK : WHY_NXDOMAIN;
	if (text.n) {
		struct rr *rr = arena_array(a, 1, sizeof(*rr));

		*rr = (struct rr){ .type = RR_TXT, .ttl_s = 300, .data = arena_str(a, text) };
		f->rr = rr;
		f->nrr = 1;
		f->ttl_s = 300;
	}
	return f;
}

struct fact *help_lost(struct arena *a, const char *name, enum fact_why why)
{
	struct fact *f = help_txt(a, name, S(""));

	f->state = FACT_LOST;
	f->why = why;
	return f;
}

struct spf_node *help_spf(struct arena *a, struct report *r, struct str text)
{
	struct fact *f = help_txt(a, r->domain, text);
	struct spf_node *n = ARENA_NEW(a, struct spf_node);
	struct spf *spf = ARENA_NEW(a, struct spf);

	parse_spf(a, f->rr->data, spf);
	*n = (struct spf_node){ .domain = r->domain, .fact = f, .rr = f->rr, .spf = spf };
	n->nterms = spf->n;
	n->terms = arena_array(a, spf->n, sizeof(*n->terms));
	for (size_t i = 0; i < spf->n; i++) {
		n->terms[i] = (struct spf_cost){ .term = &spf->term[i], .runs = true };
		n->terms[i].lookups = spf_kind_counts(spf->term[i].kind);
		n->lookups += n->terms[i].lookups;
	}
	r->spf.root = n;
	r->spf.fact = f;
	r->spf.records = arena_array(a, 1, sizeof(struct rr *));
	r->spf.records[0] = f->rr;
	r->spf.nrecords = 1;
	r->presence[PROTO_SPF] = PRESENCE_YES;
	r->status[PROTO_SPF] = STATUS_PASS;
	return n;
}

void help_report(struct arena *a, struct report *r)
{
	*r = (struct report){
		.domain = "example.com",
		.intent = INTENT_SENDS,
		.score = 100,
		.grade = "A",
		.risk = RISK_NONE,
		.findings.arena = a,
	};
	for (int p = 0; p < PROTO_COUNT; p++) {
		r->presence[p] = PRESENCE_NONE;
		r->status[p] = STATUS_NONE;
	}
	help_spf(a, r, S("v=spf1 mx -all"));
}

enum rule_id help_rule(enum proto p, enum severity s)
{
	for (int i = 0; i < RULE_COUNT; i++) {
		if (rules[i].proto == p && rules[i].severity == s)
			return (enum rule_id)i;
	}
	abort();
}

struct str help_render(struct arena *a, const struct report *r, const struct render_options *o,
		       const char *format)
{
	struct buf b;
	struct str s = S("");

	buf_init(&b, 64 << 20);
	for (size_t i = 0; i < render_nformats; i++) {
		const struct render_format *f = &render_formats[i];

		if (strcmp(f->name, format) != 0)
			continue;
		if (f->begin)
			f->begin(&b, o, 1);
		f->one(&b, a, r, o, 0, 1);
		if (f->end)
			f->end(&b, o, 1);
	}
	if (!b.failed)
		s = (struct str){ arena_strndup(a, b.p, b.n), b.n };
	buf_free(&b);
	return s;
}

int help_longest_line(struct str s)
{
	int n = 0, longest = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c != '\n' && (c < ' ' || c > '~'))
			return -1;
		n = c == '\n' ? 0 : n + 1;
		longest = n > longest ? n : longest;
	}
	return longest;
}

bool help_has(struct str s, const char *part)
{
	return str_find_str(s, str_c(part)) >= 0;
}

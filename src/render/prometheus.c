/* Prometheus' text format, for node_exporter's textfile collector. Layer: render.
 *
 * All samples of a metric stand together, so each metric has a part of the run, written when the
 * last audit is done. */
#include "escape.h"
#include "text.h"

enum metric {
	M_SCORE,
	M_RISK,
	M_UNDECIDED,
	M_STATUS,
	M_FINDINGS,
	M_RULE,
	M_RECEIVER,
	M_UNKNOWN,
	M_LOOKUPS,
	M_VOIDS,
	M_POLICY,
	M_QUESTIONS,
	M_SECONDS,
	METRICS,
};
_Static_assert((int)METRICS < (int)RENDER_PARTS, "a part a metric");

static const struct {
	const char *name, *help;
} metrics[METRICS] = {
	[M_SCORE] = { "authcheck_score", "Score of the domain, 0 to 100." },
	[M_RISK] = { "authcheck_risk",
		     "Risk that mail is refused: 1 for the one it is, 0 for the others." },
	[M_UNDECIDED] = { "authcheck_undecided",
			  "1 if an answer that could not be had may hide an error." },
	[M_STATUS] = { "authcheck_protocol_status", "Always 1; the label status says what it is." },
	[M_FINDINGS] = { "authcheck_findings", "Sure findings by severity." },
	[M_RULE] = { "authcheck_rule_findings", "Sure findings by rule." },
	[M_RECEIVER] = { "authcheck_receiver_fate",
			 "Always 1; the label fate says what the receiver does with the mail." },
	[M_UNKNOWN] = { "authcheck_unknown_answers",
			"Questions whose answer could not be had, those left out by --offline aside." },
	[M_LOOKUPS] = { "authcheck_spf_lookups",
			"DNS look-ups of the SPF record; 10 are allowed." },
	[M_VOIDS] = { "authcheck_spf_void_lookups",
		      "DNS look-ups of the SPF record that find nothing; 2 are allowed." },
	[M_POLICY] = { "authcheck_dmarc_policy",
		       "Always 1; the label policy says what receivers are asked to do." },
	[M_QUESTIONS] = { "authcheck_questions", "Questions that the audit asked." },
	[M_SECONDS] = { "authcheck_duration_seconds", "Time that the audit took." },
};

struct sample {
	struct buf *out;
	const struct report *report;
};

/* name{domain="example.com",key="value",... */
static void begin(const struct sample *s, enum metric m)
{
	buf_addf(&s->out[m], "%s{domain=\"", metrics[m].name);
	escape_label(&s->out[m], str_c(s->report->domain));
	buf_addc(&s->out[m], '"');
}

static void label(const struct sample *s, enum metric m, const char *key, const char *value)
{
	buf_addf(&s->out[m], ",%s=\"", key);
	escape_label(&s->out[m], str_c(value));
	buf_addc(&s->out[m], '"');
}

static void end(const struct sample *s, enum metric m, unsigned long long value)
{
	buf_addf(&s->out[m], "} %llu\n", value);
}

static void plain(const struct sample *s, enum metric m, unsigned long long value)
{
	begin(s, m);
	end(s, m, value);
}

static void put_risk(const struct sample *s)
{
	for (int i = RISK_NONE; i <= RISK_UNKNOWN; i++) {
		begin(s, M_RISK);
		label(s, M_RISK, "risk", risk_name((enum risk)i));
		end(s, M_RISK, s->report->risk == (enum risk)i);
	}
}

static void put_protocols(const struct sample *s)
{
	for (int i = 0; i < PROTO_COUNT; i++) {
		begin(s, M_STATUS);
		label(s, M_STATUS, "protocol", proto_name((enum proto)i));
		label(s, M_STATUS, "status", status_name(s->report->status[i]));
		end(s, M_STATUS, 1);
	}
}

/* All findings of a rule stand together in the report. */
static void put_findings(const struct sample *s)
{
	const struct findings *all = &s->report->findings;
	unsigned long long severity[SEV_ERROR + 1] = { 0 }, undecided = 0;

	for (size_t i = 0, n; i < all->n; i += n) {
		const struct finding *f = all->item[i];
		const struct rule *rule = &rules[f->rule];

		for (n = 1; i + n < all->n && all->item[i + n]->rule == f->rule &&
			    all->item[i + n]->sure == f->sure;)
			n++;
		if (!f->sure) {
			for (size_t k = i; k < i + n; k++)
				undecided |= rule->severity == SEV_ERROR && !all->item[k]->offline;
			continue;
		}
		severity[rule->severity] += n;
		begin(s, M_RULE);
		label(s, M_RULE, "rule", rule->name);
		label(s, M_RULE, "severity", severity_name(rule->severity));
		end(s, M_RULE, n);
	}
	for (int i = SEV_ERROR; i >= SEV_INFO; i--) {
		begin(s, M_FINDINGS);
		label(s, M_FINDINGS, "severity", severity_name((enum severity)i));
		end(s, M_FINDINGS, severity[i]);
	}
	plain(s, M_UNDECIDED, undecided);
}

static void put_receivers(const struct sample *s)
{
	const struct report *r = s->report;

	for (size_t i = 0; i < r->nverdict; i++) {
		const struct verdict *v = &r->verdict[i];

		if (!report_counts(r, v->who))
			continue;
		begin(s, M_RECEIVER);
		label(s, M_RECEIVER, "receiver", receivers[v->who].name);
		label(s, M_RECEIVER, "fate", fate_name(v->fate));
		label(s, M_RECEIVER, "sure", v->sure ? "yes" : "no");
		end(s, M_RECEIVER, 1);
	}
}

static void put_records(const struct sample *s)
{
	const struct report *r = s->report;
	const char *policy = dmarc_policy_name(r->dmarc.effective_policy);

	if (r->spf.root && r->spf.root->spf) {
		plain(s, M_LOOKUPS, r->spf.root->lookups);
		plain(s, M_VOIDS, r->spf.root->voids);
	}
	if (r->presence[PROTO_DMARC] != PRESENCE_YES && r->presence[PROTO_DMARC] != PRESENCE_NONE)
		return;
	begin(s, M_POLICY);
	label(s, M_POLICY, "policy", policy ? policy : "absent");
	end(s, M_POLICY, 1);
}

void render_prometheus(struct buf *out, struct arena *scratch, const struct report *r,
		       const struct render_options *o, size_t index, size_t total)
{
	const struct sample s = { o->run->part, r };
	unsigned long long unknown = 0;

	(void)out;
	(void)scratch;
	(void)index;
	(void)total;
	for (size_t i = 0; i < r->nunknown; i++)
		unknown += !r->unknown[i].offline;
	plain(&s, M_SCORE, (unsigned long long)r->score);
	put_risk(&s);
	put_protocols(&s);
	put_findings(&s);
	put_receivers(&s);
	plain(&s, M_UNKNOWN, unknown);
	put_records(&s);
	plain(&s, M_QUESTIONS, r->stats.queries);
	begin(&s, M_SECONDS);
	buf_addf(&s.out[M_SECONDS], "} %u.%03u\n", r->stats.elapsed_ms / 1000,
		 r->stats.elapsed_ms % 1000);
}

void render_prometheus_end(struct buf *out, const struct render_options *o, size_t total)
{
	(void)total;
	for (size_t m = 0; m < METRICS; m++) {
		if (!o->run->part[m].n)
			continue;
		buf_addf(out, "# HELP %s %s\n# TYPE %s gauge\n", metrics[m].name, metrics[m].help,
			 metrics[m].name);
		render_run_part(out, o->run, m);
	}
	buf_addf(out,
		 "# HELP authcheck_domains Domains audited in this run.\n"
		 "# TYPE authcheck_domains gauge\nauthcheck_domains %zu\n",
		 render_run_total(o->run));
}

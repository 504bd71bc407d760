/* A report for people: the head line, what to mend first, a block a protocol, what is not known.
 * Layer: render.
 *
 * A protocol that is well takes one line; what needs no doing is counted and left to -v. It reads
 * the same without colour. */
#include "text.h"

enum {
	FIRST_MAX = 5, /* lines of "What to mend first" */
	UNKNOWN_BRIEF = 8,
	COL_STATUS = 9,
	COL_SUMMARY = 16,
};

/* ---- the head ---- */

static void put_risk(struct pen *p, enum risk risk)
{
	static const struct {
		const char *words;
		enum style style;
	} table[] = {
		[RISK_NONE] = { "no risk of refusal seen", STYLE_GOOD },
		[RISK_LOW] = { "low risk of refusal", STYLE_GOOD },
		[RISK_MEDIUM] = { "MEDIUM risk of refusal", STYLE_WARN },
		[RISK_HIGH] = { "HIGH risk of refusal", STYLE_ERROR },
		[RISK_UNKNOWN] = { "risk of refusal not known", STYLE_NOTE },
	};

	pen_style(p, table[risk].style);
	pen_words(p, table[risk].words);
	pen_style(p, STYLE_PLAIN);
}

static void put_intent(struct pen *p, const struct report *r)
{
	static const char *const words[] = {
		[INTENT_AUTO] = "not known whether it sends mail (",
		[INTENT_SENDS] = "sends mail (",
		[INTENT_RECEIVES] = "takes mail, sends none (",
		[INTENT_PARKED] = "parked (no mail; ",
	};
	const char *why = "as you say", *how = "";

	if (r->intent_assumed || r->intent == INTENT_AUTO) {
		why = r->intent_why ? arena_printf(p->scratch, "assumed: %s", r->intent_why)
				    : "assumed";
		how = "; see --intent";
	}
	p->indent = 2;
	pen_to(p, 2);
	pen_words(p, arena_printf(p->scratch, "%s%s%s)", words[r->intent], why, how));
	pen_newline(p);
}

static bool is_absent(const struct report *r)
{
	for (size_t i = 0; i < r->findings.n; i++) {
		if (r->findings.item[i]->rule == RULE_MX_NO_DOMAIN && r->findings.item[i]->sure)
			return true;
	}
	return false;
}

static void put_head(struct pen *p, const struct report *r)
{
	p->indent = 2;
	pen_style(p, STYLE_BOLD);
	pen_words(p, r->domain);
	pen_style(p, STYLE_PLAIN);
	pen_words(p, ": ");
	if (is_absent(r)) {
		pen_style(p, STYLE_ERROR);
		pen_words(p, "the domain does not exist");
		pen_style(p, STYLE_PLAIN);
	} else {
		put_risk(p, r->risk);
	}
	pen_words(p, arena_printf(p->scratch, "; score %d of 100, grade %s", r->score,
				  r->grade ? r->grade : "?"));
	pen_newline(p);
	if (p->o->quiet)
		return;
	put_intent(p, r);
	if (r->change)
		text_change(p, r->change);
}

/* ---- what to mend first ---- */

static bool is_risk(const struct report *r, const struct finding *f)
{
	for (size_t i = 0; i < r->nrisk_because; i++) {
		if (r->risk_because[i] == f)
			return true;
	}
	return false;
}

/* One line for a finding and those of the same rule behind it in the report. */
static void put_first(struct pen *p, const struct report *r, const struct finding *f, size_t times)
{
	pen_put(p, is_risk(r, f) ? "* " : "  ");
	text_severity(p, f);
	pen_to(p, 9);
	pen_put(p, proto_title(rules[f->rule].proto));
	pen_to(p, 18);
	if (times > 1)
		pen_cut(p, arena_printf(p->scratch, "%s (%zu times)", rules[f->rule].title, times));
	else
		pen_cut(p, text_brief(p->scratch, f, p->width - p->col));
	pen_newline(p);
}

/* How often the rule is broken, for sure; 0 unless this is the first time. */
static size_t times_broken(const struct report *r, size_t at)
{
	enum rule_id rule = r->findings.item[at]->rule;
	size_t n = 0;

	if (!r->findings.item[at]->sure || rules[rule].severity < SEV_WARNING)
		return 0;
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		if (f->rule == rule && f->sure && i < at)
			return 0;
		n += f->rule == rule && f->sure;
	}
	return n;
}

/* The worst of all protocols, a line a rule: those that mail is refused for, then the rest. */
static void put_mend_first(struct pen *p, const struct report *r)
{
	size_t *times = arena_array(p->scratch, r->findings.n, sizeof(*times));
	size_t n = 0, shown = 0, risks = 0;

	for (size_t i = 0; i < r->findings.n; i++) {
		times[i] = times_broken(r, i);
		n += times[i] > 0;
		risks += times[i] > 0 && is_risk(r, r->findings.item[i]);
	}
	if (!n)
		return;
	pen_newline(p);
	pen_style(p, STYLE_BOLD);
	pen_put(p, "What to mend first");
	pen_style(p, STYLE_PLAIN);
	pen_put(p, risks ? " (* mail may be refused for it)" : "");
	pen_newline(p);
	for (int pass = 0; pass < 2; pass++) {
		for (size_t i = 0; i < r->findings.n && shown < FIRST_MAX; i++) {
			const struct finding *f = r->findings.item[i];

			if (times[i] && is_risk(r, f) == (pass == 0)) {
				put_first(p, r, f, times[i]);
				shown++;
			}
		}
	}
	if (n > shown) {
		pen_put(p, arena_printf(p->scratch, "  and %zu more below", n - shown));
		pen_newline(p);
	}
}

/* ---- the blocks ---- */

static void put_status(struct pen *p, enum status s)
{
	static const struct {
		const char *word;
		enum style style;
	} table[] = {
		[STATUS_NA] = { "n/a", STYLE_DIM },      [STATUS_PASS] = { "pass", STYLE_GOOD },
		[STATUS_WARN] = { "warn", STYLE_WARN },  [STATUS_FAIL] = { "FAIL", STYLE_ERROR },
		[STATUS_NONE] = { "none", STYLE_PLAIN }, [STATUS_UNKNOWN] = { "?", STYLE_NOTE },
	};

	pen_style(p, table[s].style);
	pen_put(p, table[s].word);
	pen_style(p, STYLE_PLAIN);
}

static bool has_findings(const struct pen *p, const struct report *r, enum proto proto)
{
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		if (rules[f->rule].proto == proto && text_shows(f, p->o))
			return true;
	}
	return false;
}

/* A block with details stands between empty lines. *apart: there is one above. */
static void put_block(struct pen *p, const struct report *r, enum proto proto, bool *apart)
{
	size_t lines;

	if (!text_has_summary(r, proto) && !has_findings(p, r, proto))
		return;
	if (!*apart && has_findings(p, r, proto))
		pen_newline(p);
	pen_style(p, STYLE_BOLD);
	pen_put(p, proto_title(proto));
	pen_style(p, STYLE_PLAIN);
	pen_to(p, COL_STATUS);
	put_status(p, r->status[proto]);
	pen_to(p, COL_SUMMARY);
	p->indent = COL_SUMMARY;
	text_summary(p, r, proto);
	pen_newline(p);
	lines = p->lines;
	if (p->o->verbose)
		text_records(p, r, proto);
	text_findings(p, r, proto);
	if (proto == PROTO_SPF) {
		text_spf_evaluated(p, r);
		text_spf_tree(p, r);
	}
	*apart = p->lines > lines;
	if (*apart)
		pen_newline(p);
}

/* What the baselines demand, one after the other, and then what fails. */
static void put_profiles(struct pen *p, const struct report *r, bool *apart)
{
	if (!r->nprofile)
		return;
	if (!*apart)
		pen_newline(p);
	for (size_t i = 0; i < r->nprofile; i++) {
		const struct profile_view *v = &r->profile[i];
		unsigned all = v->met + v->failed + v->unknown;

		p->indent = 2;
		pen_style(p, STYLE_BOLD);
		pen_words(p, arena_printf(p->scratch, "Profile %s", profiles[v->id].name));
		pen_style(p, STYLE_PLAIN);
		pen_words(p, arena_printf(p->scratch, ": %u of %u demand%s met", v->met, all,
					  all == 1 ? "" : "s"));
		if (v->unknown)
			pen_words(p, arena_printf(p->scratch, ", %u not known", v->unknown));
		if (v->not_checked)
			pen_words(p, arena_printf(p->scratch, "; not checked: %s", v->not_checked));
		pen_newline(p);
	}
	text_findings(p, r, PROTO_PROFILE);
	pen_newline(p);
	*apart = true;
}

/* Those that have answered: "libspf2, OpenDMARC". */
static const char *libraries(struct pen *p, const struct stack_view *v)
{
	size_t spf = 0, dkim = 0;
	bool dmarc = v->dmarc.state == STACK_ANSWERED;

	for (size_t i = 0; i < v->nspf; i++)
		spf += v->spf[i].state == STACK_ANSWERED;
	for (size_t i = 0; i < v->ndkim; i++)
		dkim += v->dkim[i].state == STACK_ANSWERED;
	return arena_printf(p->scratch, "%s%s%s%s%s", spf ? "libspf2" : "",
			    spf && (dmarc || dkim) ? ", " : "", dmarc ? "OpenDMARC" : "",
			    dmarc && dkim ? ", " : "", dkim ? "OpenDKIM" : "");
}

/* Where the libraries of receivers answer otherwise than the RFCs. */
static void put_stack(struct pen *p, const struct report *r, bool *apart)
{
	if (!r->stack)
		return;
	if (!*apart)
		pen_newline(p);
	p->indent = 2;
	pen_style(p, STYLE_BOLD);
	pen_words(p, "Receiver libraries");
	pen_style(p, STYLE_PLAIN);
	if (has_findings(p, r, PROTO_STACK))
		pen_words(p, ": where they differ from the RFCs");
	else if (*libraries(p, r->stack))
		pen_words(p, arena_printf(p->scratch, ": as the RFCs have it (%s)",
					  libraries(p, r->stack)));
	else
		pen_words(p, ": no answer");
	if (!r->stack->nspf)
		pen_words(p, "; libspf2 needs an address: --ip");
	pen_newline(p);
	text_findings(p, r, PROTO_STACK);
	pen_newline(p);
	*apart = true;
}

/* What is of no protocol: what is wrong in the files that the user gave, how records are served.
 */
static void put_apart(struct pen *p, const struct report *r, enum proto proto, const char *title,
		      bool *apart)
{
	if (!has_findings(p, r, proto))
		return;
	if (!*apart)
		pen_newline(p);
	p->indent = 2;
	pen_style(p, STYLE_BOLD);
	pen_words(p, title);
	pen_style(p, STYLE_PLAIN);
	pen_newline(p);
	text_findings(p, r, proto);
	pen_newline(p);
	*apart = true;
}

/* ---- the tail ---- */

static size_t count_offline(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->nunknown; i++)
		n += r->unknown[i].offline;
	return n;
}

/* What could not be had. What the user wished not to ask is only counted, below. */
static void put_unknown(struct pen *p, const struct report *r)
{
	size_t shown = 0, all = r->nunknown - (p->o->verbose ? 0 : count_offline(r));

	if (!all)
		return;
	pen_style(p, STYLE_BOLD);
	pen_put(p, "Not known");
	pen_style(p, STYLE_PLAIN);
	pen_newline(p);
	p->indent = 4;
	for (size_t i = 0; i < r->nunknown; i++) {
		const struct unknown *u = &r->unknown[i];

		if (!p->o->verbose && (u->offline || shown == UNKNOWN_BRIEF))
			continue;
		pen_to(p, 2);
		pen_words(p, u->question);
		pen_words(p, ": ");
		pen_words(p, u->why);
		pen_newline(p);
		shown++;
	}
	if (all > shown) {
		pen_put(p, arena_printf(p->scratch, "  and %zu more (-v shows them)", all - shown));
		pen_newline(p);
	}
	pen_newline(p);
}

static size_t count_notes(const struct report *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->findings.n; i++)
		n += rules[r->findings.item[i]->rule].severity == SEV_INFO;
	return n;
}

static void put_counts(struct pen *p, const struct report *r)
{
	size_t notes = count_notes(r), offline = count_offline(r);

	if (p->o->verbose) {
		pen_words(p, arena_printf(p->scratch, "%u questions in %u steps, %u ms.",
					  r->stats.queries, r->stats.steps, r->stats.elapsed_ms));
	} else {
		if (offline)
			pen_words(p, arena_printf(p->scratch, "%zu question%s not asked: offline. ",
						  offline, offline == 1 ? " was" : "s were"));
		if (notes)
			pen_words(p, arena_printf(p->scratch, "%zu note%s. ", notes,
						  notes == 1 ? "" : "s"));
		if (offline || notes)
			pen_words(p, "-v shows more.");
	}
	if (p->col || p->word.n)
		pen_newline(p);
}

/* What is not known, what was left out, and where to read on. */
static void put_tail(struct pen *p, const struct report *r, bool last, bool apart)
{
	bool shown = false;

	for (int proto = 0; proto < PROTO_ALL; proto++)
		shown = shown || has_findings(p, r, (enum proto)proto);
	if (!apart &&
	    (p->o->verbose || r->nunknown || r->nverdict || count_notes(r) || (shown && last)))
		pen_newline(p);
	text_receivers(p, r);
	put_unknown(p, r);
	p->indent = 0;
	put_counts(p, r);
	if (shown && last) {
		pen_words(p, "`authcheck explain RULE' tells more about a rule in [brackets].");
		pen_newline(p);
	}
}

static void put_quiet(struct pen *p, const struct report *r)
{
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		if (rules[f->rule].severity < SEV_WARNING || f->offline)
			continue;
		pen_to(p, 2);
		text_severity(p, f);
		p->indent = 9;
		pen_to(p, 9);
		pen_words(p, arena_printf(p->scratch, "%s: ", proto_title(rules[f->rule].proto)));
		pen_words(p, text_brief(p->scratch, f, SIZE_MAX));
		pen_words(p, arena_printf(p->scratch, " [%s]", rules[f->rule].name));
		pen_newline(p);
	}
}

/* Between two reports. */
static void put_rule(struct pen *p, size_t index, size_t total)
{
	char *where = total ? arena_printf(p->scratch, " %zu of %zu", index + 1, total)
			    : arena_printf(p->scratch, " %zu", index + 1);

	pen_newline(p);
	pen_style(p, STYLE_DIM);
	for (size_t n = p->width - strlen(where); n; n--)
		pen_put(p, "-");
	pen_put(p, where);
	pen_style(p, STYLE_PLAIN);
	pen_newline(p);
	pen_newline(p);
}

void render_text(struct buf *out, struct arena *scratch, const struct report *r,
		 const struct render_options *o, size_t index, size_t total)
{
	struct pen p;
	bool apart = true;

	pen_init(&p, out, scratch, o);
	if (index && !o->quiet)
		put_rule(&p, index, total);
	put_head(&p, r);
	if (o->quiet) {
		put_quiet(&p, r);
		return;
	}
	put_mend_first(&p, r);
	pen_newline(&p);
	for (int proto = 0; proto < PROTO_COUNT; proto++)
		put_block(&p, r, (enum proto)proto, &apart);
	put_profiles(&p, r, &apart);
	put_stack(&p, r, &apart);
	put_apart(&p, r, PROTO_ZONE, "Zone files", &apart);
	put_apart(&p, r, PROTO_CONFIG, "Suppressions", &apart);
	put_apart(&p, r, PROTO_DNS, "DNS", &apart);
	put_tail(&p, r, index + 1 == total, apart);
}

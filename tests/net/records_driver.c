/* Real records, each put before the program alone: one audit, in which the record is the only thing
 * that the world knows.
 *
 *	records_driver <records.csv        lines "domain,type,name,rdata,source", the first a head
 *
 * For each record one line, its fields parted by TABs:
 *
 *	KIND  VERDICT  HASH  RULES  NAME  TEXT
 *
 * VERDICT: "valid", "invalid" (its parser finds that receivers cannot use it, or use it as
 * something else), "ignored" (no record of this program's protocols). RULES: what is surely said
 * about it, rule@OFFSET+LENGTH with the severity's letter before it, blanks between, "-" for
 * nothing. HASH: of the report as text and JSON. A record that is invalid and about which nothing
 *is said ends the run with status 1, as does one that is valid and was called broken. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit.h"
#include "name.h"
#include "render.h"

enum { FIELDS = 5, LINE_MAX_OCTETS = 64 * 1024, REPORT_MAX = 16 * 1024 * 1024 };

enum kind {
	KIND_SPF,
	KIND_DKIM,
	KIND_DMARC,
	KIND_MTA_STS,
	KIND_TLS_RPT,
	KIND_MX,
	KIND_CNAME,
	KIND_REPORT, /* DMARC: "reports are welcome here" (RFC 9990 4) */
	KIND_TEXT,   /* any other TXT */
};
static const char *const kinds[] = { "SPF", "DKIM",  "DMARC",  "MTA-STS", "TLS-RPT",
				     "MX",  "CNAME", "REPORT", "TEXT" };

enum verdict_word { VALID, INVALID, IGNORED };
static const char *const words[] = { "valid", "invalid", "ignored" };

struct record {
	struct source source; /* first: a struct source is one of these */
	struct arena arena;
	enum kind kind;
	const char *domain;   /* to be audited */
	const char *selector; /* NULL: none */
	struct fact fact;     /* the answer, which holds the record alone */
	const struct rr *rr;
	enum verdict_word verdict;
	unsigned said; /* sure errors and warnings about it */
};

/* ---- the source: it knows one fact ---- */

static bool has(struct source *s, enum ask kind, uint16_t type, const char *name)
{
	(void)s;
	(void)kind;
	(void)type;
	(void)name;
	return true;
}

static bool is_asked(const struct record *r, const struct question *q)
{
	if (q->kind != ASK_DNS || strcmp(q->name, r->fact.name) != 0)
		return false;
	return q->type == r->fact.type || r->rr->type == RR_CNAME;
}

static void ask(struct source *s, struct question *q)
{
	struct record *r = (struct record *)s;
	struct fact f = { .state = FACT_LOST, .why = WHY_OFFLINE };

	if (is_asked(r, q))
		f = r->fact;
	f.kind = q->kind;
	f.type = q->type;
	f.name = q->name;
	q->done(q, &f);
}

static void end(struct source *s)
{
	(void)s;
}

static const struct source_ops ops = { .name = "record", .has = has, .ask = ask, .close = end };

/* ---- reading ---- */

static void die(const char *what, unsigned line)
{
	fprintf(stderr, "records_driver: line %u: %s\n", line, what);
	exit(2);
}

/* RFC 4180: a quoted field may hold line breaks. False at the end of the file. */
static bool read_line(char *line, size_t room, unsigned *number)
{
	size_t n = 0, quotes = 0;

	do {
		if (!fgets(line + n, (int)(room - n), stdin)) {
			if (n)
				die("a quotation that does not end", *number);
			return false;
		}
		++*number;
		for (; line[n]; n++)
			quotes += line[n] == '"';
		if (n + 1 == room)
			die("too long", *number);
	} while (quotes % 2);
	while (n && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		line[--n] = 0;
	return true;
}

static void split(char *line, char *field[FIELDS], unsigned number)
{
	char *in = line, *out = line;
	size_t n = 0;
	bool quoted = false;

	field[n++] = out;
	for (; *in; in++) {
		if (*in == '"' && quoted && in[1] == '"') {
			*out++ = *++in;
		} else if (*in == '"') {
			quoted = !quoted;
		} else if (*in == ',' && !quoted) {
			*out++ = 0;
			if (n == FIELDS)
				die("too many fields", number);
			field[n++] = out;
		} else {
			*out++ = *in;
		}
	}
	*out = 0;
	if (n != FIELDS)
		die("not five fields", number);
}

static const char *behind(const char *name, const char *part)
{
	const char *at = strstr(name, part);

	return at ? at + strlen(part) : NULL;
}

/* Whose record is it, and of which protocol? */
static void sort_txt(struct record *r, const char *name, struct str text)
{
	const char *at;

	r->domain = name;
	r->kind = KIND_TEXT;
	if (strstr(name, "._report._dmarc.")) {
		r->kind = KIND_REPORT;
	} else if ((at = behind(name, "_dmarc.")) && at == name + 7) {
		r->kind = KIND_DMARC;
		r->domain = at;
	} else if ((at = behind(name, "._domainkey."))) {
		r->kind = KIND_DKIM;
		r->domain = at;
		r->selector = arena_strndup(&r->arena, name, (size_t)(at - name) - 12);
	} else if ((at = behind(name, "_mta-sts.")) && at == name + 9) {
		r->kind = KIND_MTA_STS;
		r->domain = at;
	} else if ((at = behind(name, "_smtp._tls.")) && at == name + 11) {
		r->kind = KIND_TLS_RPT;
		r->domain = at;
	} else if (spf_is_record(text) || spf_is_near_record(text, &(const char *){ NULL })) {
		r->kind = KIND_SPF;
	}
}

/* The surveys leave the preference out. */
static void read_mx(struct record *r, struct rr *rr, struct str text, unsigned line)
{
	ptrdiff_t blank = str_find(text, ' ');
	uint32_t preference = 10;

	if (blank > 0 && str_to_u32(str_sub(text, 0, (size_t)blank), 65535, &preference))
		text = str_trim(str_from(text, (size_t)blank));
	/* A null MX whose dot was dropped, as the surveys drop every final dot. */
	if (!text.n) {
		text = S(".");
		preference = 0;
	}
	rr->preference = (uint16_t)preference;
	rr->target = name_from_text(&r->arena, text);
	if (!rr->target)
		die("an exchange that is no name", line);
	r->kind = KIND_MX;
}

static void read_record(struct record *r, char *field[FIELDS], unsigned line)
{
	const char *owner = field[2][0] == '*' ? arena_printf(&r->arena, "any%s", field[2] + 1)
					       : field[2];
	const char *name = name_from_text(&r->arena, str_c(owner));
	struct rr *rr = ARENA_NEW(&r->arena, struct rr);
	struct str text = arena_str(&r->arena, str_c(field[3]));

	if (!name)
		die("no name", line);
	r->rr = rr;
	r->fact = (struct fact){ .name = name, .state = FACT_SOME, .rr = rr, .nrr = 1 };
	rr->type = rrtype_from(str_c(field[1]));
	rr->ttl_s = 3600;
	sort_txt(r, name, text);
	if (rr->type == RR_MX) {
		read_mx(r, rr, text, line);
	} else if (rr->type == RR_CNAME) {
		rr->target = name_from_text(&r->arena, text);
		if (!rr->target)
			die("a target that is no name", line);
		r->fact = (struct fact){ .name = name,
					 .state = FACT_LOST,
					 .why = WHY_OFFLINE,
					 .chain = rr,
					 .nchain = 1 };
		r->kind = KIND_CNAME;
	} else {
		rr->data = text;
	}
	r->fact.type = rr->type;
	r->fact.ttl_s = rr->ttl_s;
}

/* ---- the parser's word ---- */

static void judge_dmarc(struct record *r, struct str text)
{
	struct dmarc d;

	r->verdict = dmarc_is_near_record(text, &(const char *){ NULL }, &(struct span){ 0, 0 })
			     ? INVALID
			     : IGNORED;
	if (!dmarc_is_record(text))
		return;
	parse_dmarc(&r->arena, text, &d);
	r->verdict = VALID;
	if (d.p < DMARC_NONE || d.sp == DMARC_INVALID || d.np == DMARC_INVALID)
		r->verdict = INVALID;
	for (size_t i = 0; i < d.nrua; i++)
		if (!d.rua[i].valid)
			r->verdict = INVALID;
}

static void judge_dkim(struct record *r, struct str text)
{
	struct dkim_key k;

	r->verdict = IGNORED;
	if (!dkim_is_key(text))
		return;
	parse_dkim(&r->arena, text, &k);
	r->verdict = k.usable || k.revoked ? VALID : INVALID;
}

static void judge_sts(struct record *r, struct str text)
{
	struct mta_sts m;
	struct tls_rpt t;
	const char *why;

	if (r->kind == KIND_MTA_STS) {
		r->verdict = mta_sts_is_near_record(text, &why) ? INVALID : IGNORED;
		if (mta_sts_is_record(text)) {
			parse_mta_sts(&r->arena, text, &m);
			r->verdict = m.valid ? VALID : INVALID;
		}
	} else {
		r->verdict = tls_rpt_is_near_record(text, &why) ? INVALID : IGNORED;
		if (tls_rpt_is_record(text)) {
			parse_tls_rpt(&r->arena, text, &t);
			r->verdict = t.valid ? VALID : INVALID;
		}
	}
}

static void judge_alone(struct record *r)
{
	struct str text = r->rr->data;
	struct spf spf;

	switch (r->kind) {
	case KIND_SPF:
		r->verdict = INVALID;
		if (spf_is_record(text)) {
			parse_spf(&r->arena, text, &spf);
			r->verdict = spf.faults.n ? INVALID : VALID;
		}
		return;
	case KIND_DMARC: judge_dmarc(r, text); return;
	case KIND_REPORT: r->verdict = dmarc_is_record(text) ? VALID : INVALID; return;
	case KIND_DKIM: judge_dkim(r, text); return;
	case KIND_MTA_STS:
	case KIND_TLS_RPT: judge_sts(r, text); return;
	case KIND_MX:
	case KIND_CNAME: r->verdict = VALID; return; /* the findings' word counts */
	default: r->verdict = IGNORED; return;
	}
}

/* ---- the report's word ---- */

static bool is_about(const struct record *r, const struct finding *f)
{
	if (!f->sure || !f->fact || strcmp(f->fact->name, r->fact.name) != 0)
		return false;
	if (r->kind >= KIND_REPORT)
		return false; /* of no domain that was audited */
	return !f->rr || rr_cmp(f->rr, r->rr) == 0;
}

static void write_rules(struct record *r, const struct report *report, struct buf *out)
{
	size_t from = out->n;

	for (size_t i = 0; i < report->findings.n; i++) {
		const struct finding *f = report->findings.item[i];
		const struct rule *rule = &rules[f->rule];

		if (!is_about(r, f))
			continue;
		r->said += rule->severity >= SEV_WARNING;
		if (r->kind >= KIND_MX && rule->severity == SEV_ERROR)
			r->verdict = INVALID;
		buf_addf(out, "%s%c:%s@%" PRIu32 "+%" PRIu32, out->n > from ? " " : "",
			 severity_name(rule->severity)[0], rule->name, f->at.at, f->at.len);
	}
	if (out->n == from)
		buf_addc(out, '-');
}

static uint64_t hash_report(const struct report *report, struct arena *scratch)
{
	struct render_options o = { .width = 80, .verbose = true };
	struct buf out;
	uint64_t hash;

	buf_init(&out, REPORT_MAX);
	render_text(&out, scratch, report, &o, 0, 1);
	render_ndjson(&out, scratch, report, &o, 0, 1);
	hash = str_hash(buf_str(&out), 0);
	buf_free(&out);
	return hash;
}

static bool audit_one(struct record *r, struct buf *out)
{
	struct audit_setup setup = {
		.source = &r->source,
		.wish = { .selectors = &r->selector,
			  .nselectors = r->selector ? 1 : 0,
			  .discover = DISCOVER_NONE },
		.limits = { .timeout_ms = 5000, .deadline_ms = 60000 },
		.now_s = 1795507200,
	};
	struct audit a;
	struct buf said;

	if (!audit_run(&a, &setup, r->domain))
		return false;
	a.report.stats.elapsed_ms = 0;
	buf_init(&said, REPORT_MAX);
	judge_alone(r);
	write_rules(r, &a.report, &said);
	buf_addf(out, "%s\t%s\t%016" PRIx64 "\t%s\t", kinds[r->kind], words[r->verdict],
		 hash_report(&a.report, &a.work), said.p);
	buf_add_safe(out, str_c(r->fact.name));
	buf_addc(out, '\t');
	buf_add_safe(out, rr_text(&r->arena, r->rr));
	buf_addc(out, '\n');
	buf_free(&said);
	audit_free(&a);
	return true;
}

static void one(char *line, unsigned number, unsigned *wordless)
{
	struct record r = { .source = { &ops } };
	char *field[FIELDS];
	struct buf out;

	split(line, field, number);
	arena_init(&r.arena, 64 * 1024 * 1024);
	buf_init(&out, REPORT_MAX);
	read_record(&r, field, number);
	if (!audit_one(&r, &out))
		die("out of memory", number);
	fputs(out.p, stdout);
	if (r.verdict == INVALID && !r.said) {
		fprintf(stderr, "records_driver: line %u: invalid, and nothing is said of it\n",
			number);
		++*wordless;
	}
	buf_free(&out);
	arena_free(&r.arena);
}

int main(void)
{
	static char line[LINE_MAX_OCTETS];
	unsigned number = 0, wordless = 0;

	if (!read_line(line, sizeof(line), &number))
		die("no head", 1);
	while (read_line(line, sizeof(line), &number))
		one(line, number, &wordless);
	return wordless ? 1 : 0;
}

/* CSV (RFC 4180, lines ended by LF): a row a finding; a domain without any has a row with no rule.
 * Layer: render. */
#include "escape.h"
#include "place.h"
#include "text.h"

static const char head[] =
	"domain,score,grade,risk,protocol,rule,severity,sure,subject,title,detail,file,line,name,"
	"record,part,fix,reference,fingerprint\n";

void render_csv_begin(struct buf *out, const struct render_options *o, size_t total)
{
	(void)o;
	(void)total;
	buf_adds(out, head);
}

static void field(struct buf *out, const char *text)
{
	buf_addc(out, ',');
	escape_csv(out, str_c(text ? text : ""));
}

static void put_domain(struct buf *out, const struct report *r)
{
	escape_csv(out, str_c(r->domain));
	buf_addf(out, ",%d", r->score);
	field(out, r->grade);
	field(out, risk_name(r->risk));
}

static void put_finding(struct buf *out, struct arena *a, const struct report *r,
			const struct finding *f, uint64_t fingerprint)
{
	const struct rule *rule = &rules[f->rule];
	const struct place place = place_of(r, f);
	struct str text = text_evidence(a, f);

	field(out, proto_title(rule->proto));
	field(out, rule->name);
	field(out, severity_name(rule->severity));
	field(out, f->sure ? "yes" : f->offline ? "offline" : "no");
	field(out, f->subject);
	field(out, rule->title);
	field(out, f->detail);
	field(out, place.file);
	field(out, place.file ? arena_printf(a, "%u", place.line) : "");
	field(out, place_name(a, f));
	buf_addc(out, ',');
	escape_csv(out, text);
	buf_addc(out, ',');
	if (text_has_mark(f, text))
		escape_csv(out, str_sub(text, f->at.at, f->at.len));
	field(out, finding_fix(f));
	field(out, rule->ref);
	buf_addf(out, ",%016llx\n", (unsigned long long)fingerprint);
}

void render_csv(struct buf *out, struct arena *scratch, const struct report *r,
		const struct render_options *o, size_t index, size_t total)
{
	const uint64_t *prints = place_fingerprints(scratch, r);
	bool any = false;

	(void)index;
	(void)total;
	for (size_t i = 0; i < r->findings.n; i++) {
		if (!place_lists(r->findings.item[i], o))
			continue;
		put_domain(out, r);
		put_finding(out, scratch, r, r->findings.item[i], prints[i]);
		any = true;
	}
	if (!any) {
		put_domain(out, r);
		buf_adds(out, ",,,,,,,,,,,,,,,\n");
	}
}

/* What the user lets pass: --ignore, and the suppressions of the file of --config.
 *
 * A suppression counts until the day that it names is over, by the audit's own clock. Afterwards
 * what it covered is reported again, and beside it the suppression itself, in every audit that it
 * is still needed for: where a fault is found that it would have covered, and nothing else does.
 * Layer: above all stages. */
#include "audit.h"

#include "rrtype.h"

static bool is_expired(const struct audit_setup *s, const struct ignore *i)
{
	return i->row && s->now_s >= i->row->until_s;
}

static bool covers(const struct ignore *i, const struct finding *f)
{
	return i->rule == f->rule && (!i->subject || strcmp(i->subject, f->subject) == 0);
}

bool audit_ignores(const struct audit_setup *s, const struct finding *f)
{
	for (size_t i = 0; i < s->nignores; i++)
		if (covers(&s->ignores[i], f) && !is_expired(s, &s->ignores[i])) {
			if (s->ignores[i].used)
				*s->ignores[i].used = true;
			return true;
		}
	return false;
}

/* The section of the file as a fact: its place, its owner, its day. */
static const struct fact *evidence(struct arena *a, const char *domain, const struct ignore *i)
{
	const struct suppression *row = i->row;
	struct fact *fact = ARENA_NEW(a, struct fact);
	struct rr *line = ARENA_NEW(a, struct rr);

	*line = (struct rr){ .type = RR_LINE, .file = i->file, .line = row->expires_line };
	line->data = str_c(arena_printf(
		a, "rule = %s%s%s%s%s, expires = %s", rules[i->rule].name,
		i->subject ? ", subject = " : "", i->subject ? i->subject : "",
		row->owner ? ", owner = " : "", row->owner ? row->owner : "", row->expires));
	*fact = (struct fact){ .kind = ASK_DNS,
			       .type = RR_LINE,
			       .name = i->subject ? i->subject : domain,
			       .state = FACT_SOME,
			       .rr = line,
			       .nrr = 1,
			       .source = i->file };
	return fact;
}

/* Tells of a suppression that has expired, when one of the first `n` findings is what it covered.
 */
static void tell_expired(struct audit *a, const struct ignore *i, size_t n)
{
	struct findings *fs = &a->report.findings;
	const struct suppression *row = i->row;
	const struct fact *fact;
	struct finding *x;
	bool sure = false, offline = true, found = false;

	for (size_t k = 0; k < n; k++) {
		const struct finding *f = fs->item[k];

		if (!covers(i, f))
			continue;
		found = true;
		sure |= f->sure;
		offline &= f->offline;
	}
	if (!found)
		return;
	if (i->used)
		*i->used = true;
	fact = evidence(&a->work, a->report.domain, i);
	x = finding_add(fs, RULE_CONFIG_SUPPRESSION_EXPIRED, fact->name, fact, fact->rr);
	x->sure = sure;
	x->offline = !sure && offline;
	x->at = (struct span){ (uint32_t)(fact->rr->data.n - strlen("expires = ") -
					  strlen(row->expires)),
			       (uint32_t)(strlen("expires = ") + strlen(row->expires)) };
	x->detail = arena_printf(&a->work, "%s was let pass until %s (%s)%s%s", rules[i->rule].name,
				 row->expires, row->reason, row->owner ? "; its owner: " : "",
				 row->owner ? row->owner : "");
}

static void drop(struct audit *a, const struct audit_setup *s, size_t from)
{
	struct findings *fs = &a->report.findings;
	size_t n = from;

	for (size_t i = from; i < fs->n; i++)
		if (!audit_ignores(s, fs->item[i]))
			fs->item[n++] = fs->item[i];
	fs->n = n;
}

void audit_leave_out(struct audit *a, const struct audit_setup *s)
{
	size_t n;

	drop(a, s, 0);
	n = a->report.findings.n;
	for (size_t i = 0; i < s->nignores; i++)
		if (is_expired(s, &s->ignores[i]))
			tell_expired(a, &s->ignores[i], n);
	drop(a, s, n);
}

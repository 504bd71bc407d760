/* Two reports compared.
 *
 * 1. Findings are paired by keys, the strict one first. What one key has paired, the next does not
 * see. KEY_RECORD: rule, name, and the faulty part or else the whole record. KEY_KIND: rule, name,
 * and the detail with its counts left out; without a detail the faulty part. KEY_NAME: rule and
 * name, for what is said once of a name.
 * 2. What is left over is new or gone, unless the other report could not tell: the question that
 * the finding stands on was LOST there, or a rule that sums up many answers was undecided. A record
 * that stands in a zone file, and did not stand there before, is a change whatever was there. */
#include "diff.h"

#include <stdlib.h>

#include "buf.h"

enum key { KEY_RECORD, KEY_KIND, KEY_NAME, KEYS };

struct item {
	const struct finding *finding;
	struct str key;
	size_t at; /* its place in its report */
	bool paired;
};

struct side {
	const struct report *report;
	struct item *item;
	size_t n;
};

struct str finding_text(struct arena *a, const struct finding *f)
{
	if (f->rr)
		return rr_text(a, f->rr);
	if (f->fact && f->fact->kind == ASK_HTTPS)
		return f->fact->body;
	return f->fact && f->fact->nrr == 1 ? rr_text(a, &f->fact->rr[0]) : S("");
}

struct str finding_part(struct arena *a, const struct finding *f)
{
	struct str text = finding_text(a, f);

	if (!f->at.len || (f->at.at == 0 && f->at.len >= text.n))
		return S("");
	return str_sub(text, f->at.at, f->at.len);
}

/* ---- keys ---- */

/* These sum up many look-ups: the place of their mark tells nothing. */
static bool is_sum(enum rule_id rule)
{
	return rule == RULE_SPF_LOOKUP_LIMIT || rule == RULE_SPF_VOID_LIMIT ||
	       rule == RULE_SPF_LOOKUP_NEAR || rule == RULE_SPF_VOID_NEAR;
}

/* Terms of an SPF record, MX hosts, lines of a zone and suppressions are many, and each may be
 * faulty by itself. */
static bool speaks_once(struct arena *a, const struct finding *f)
{
	enum proto proto = rules[f->rule].proto;

	if (is_sum(f->rule))
		return true;
	if (proto == PROTO_SPF)
		return !finding_part(a, f).n;
	return (proto != PROTO_MX && proto != PROTO_ZONE && proto != PROTO_CONFIG) || !f->rr;
}

/* A number that stands by itself is a count; one within a name or an address is none. */
static bool is_count(struct str s, size_t from, size_t to)
{
	return (from == 0 || s.p[from - 1] == ' ' || s.p[from - 1] == '(') &&
	       (to == s.n || s.p[to] == ' ' || s.p[to] == ',' || s.p[to] == ';' || s.p[to] == ')');
}

static void add_without_counts(struct buf *b, struct str s)
{
	for (size_t i = 0, to; i < s.n; i = to) {
		to = i + 1;
		if (!ascii_is_digit((unsigned char)s.p[i]) ||
		    (i && ascii_is_digit((unsigned char)s.p[i - 1]))) {
			buf_addc(b, s.p[i]);
			continue;
		}
		while (to < s.n && ascii_is_digit((unsigned char)s.p[to]))
			to++;
		if (is_count(s, i, to))
			buf_addc(b, '#');
		else
			buf_add(b, s.p + i, to - i);
	}
}

static struct str key_of(struct arena *a, const struct finding *f, enum key key)
{
	struct str part = finding_part(a, f), out;
	struct buf b;

	buf_init(&b, 1024 * 1024);
	buf_addf(&b, "%d %s\n", (int)f->rule, f->subject);
	if (key == KEY_RECORD)
		buf_add_str(&b, part.n || is_sum(f->rule) ? part : finding_text(a, f));
	else if (key == KEY_KIND && f->detail)
		add_without_counts(&b, str_c(f->detail));
	else if (key == KEY_KIND)
		buf_add_str(&b, part);
	out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return out;
}

/* ---- pairs ---- */

static int by_key(const void *x, const void *y)
{
	const struct item *a = x, *b = y;
	int c = a->paired != b->paired ? (a->paired ? 1 : -1) : str_cmp(a->key, b->key);

	return c ? c : (a->at > b->at) - (a->at < b->at);
}

static void sort_side(struct arena *a, struct side *s, enum key key)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->item[i].paired)
			s->item[i].key = key_of(a, s->item[i].finding, key);
	if (s->n > 1)
		qsort(s->item, s->n, sizeof(*s->item), by_key);
}

static struct side side_of(struct arena *a, const struct report *r)
{
	struct side s = { .report = r, .n = r ? r->findings.n : 0 };

	s.item = arena_array(a, s.n, sizeof(*s.item));
	for (size_t i = 0; i < s.n; i++)
		s.item[i] = (struct item){ .finding = r->findings.item[i], .at = i };
	return s;
}

static void add(struct diff *d, enum diff_kind kind, const struct finding *before,
		const struct finding *after)
{
	d->item[d->n++] = (struct diff_finding){ .kind = kind, .before = before, .after = after };
	d->count[kind]++;
}

static void pair(struct arena *a, struct side *before, struct side *after, enum key key,
		 struct diff *out)
{
	size_t i = 0, k = 0;

	sort_side(a, before, key);
	sort_side(a, after, key);
	while (i < before->n && k < after->n && !before->item[i].paired && !after->item[k].paired) {
		struct item *x = &before->item[i], *y = &after->item[k];
		int c = str_cmp(x->key, y->key);

		if (c == 0 && (key != KEY_NAME ||
			       (speaks_once(a, x->finding) && speaks_once(a, y->finding)))) {
			x->paired = y->paired = true;
			add(out, DIFF_STILL, x->finding, y->finding);
		}
		i += c <= 0;
		k += c >= 0;
	}
}

/* ---- what the other report cannot tell ---- */

static bool is_unknown(struct arena *a, const struct report *r, const struct fact *f)
{
	const char *question = f ? fact_question_text(a, f) : NULL;

	for (size_t i = 0; question && i < r->nunknown; i++)
		if (strcmp(r->unknown[i].question, question) == 0)
			return true;
	return false;
}

static bool could_tell(struct arena *a, const struct report *other, const struct finding *f,
		       bool after)
{
	bool written = after && f->rr && f->rr->file && f->fact->zone;

	if (!other)
		return true;
	if (!written && is_unknown(a, other, f->fact))
		return false;
	for (size_t i = 0; is_sum(f->rule) && i < other->findings.n; i++) {
		const struct finding *g = other->findings.item[i];

		if (!g->sure && rules[g->rule].proto == rules[f->rule].proto)
			return false;
	}
	return true;
}

static void add_rest(struct arena *a, const struct side *s, const struct report *other, bool after,
		     struct diff *out)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct finding *f = s->item[i].finding;
		enum diff_kind kind = after ? DIFF_NEW : DIFF_GONE;

		if (s->item[i].paired)
			continue;
		if (!could_tell(a, other, f, after) || (!after && !f->sure))
			kind = DIFF_UNDECIDED;
		add(out, kind, after ? NULL : f, after ? f : NULL);
	}
}

/* "10 of 10 look-ups" after "11 of 10" is nothing new, nor is it something better the other way
 * round: the harder rule says it all. */
static void pair_neighbours(struct diff *d)
{
	static const enum rule_id pairs[][2] = { { RULE_SPF_LOOKUP_NEAR, RULE_SPF_LOOKUP_LIMIT },
						 { RULE_SPF_VOID_NEAR, RULE_SPF_VOID_LIMIT } };

	for (size_t i = 0; i < d->n; i++) {
		struct diff_finding *x = &d->item[i];
		const struct finding *f = x->kind == DIFF_NEW    ? x->after
					  : x->kind == DIFF_GONE ? x->before
								 : NULL;
		const struct report *other = x->kind == DIFF_NEW ? d->before : d->after;

		for (size_t p = 0; f && p < 2; p++)
			for (size_t k = 0; f->rule == pairs[p][0] && other && k < other->findings.n;
			     k++) {
				const struct finding *g = other->findings.item[k];

				if (g->rule != pairs[p][1] || strcmp(g->subject, f->subject) != 0)
					continue;
				d->count[x->kind]--;
				d->count[DIFF_STILL]++;
				x->before = x->before ? x->before : g;
				x->after = x->after ? x->after : g;
				x->kind = DIFF_STILL;
				f = NULL;
				break;
			}
	}
}

static int by_kind(const void *x, const void *y)
{
	const struct diff_finding *a = x, *b = y;
	const struct finding *f = a->after ? a->after : a->before,
			     *g = b->after ? b->after : b->before;
	int d = (int)a->kind - (int)b->kind;

	if (!d)
		d = (int)rules[g->rule].severity - (int)rules[f->rule].severity;
	if (!d)
		d = (int)g->sure - (int)f->sure;
	if (!d)
		d = (int)f->rule - (int)g->rule;
	if (!d)
		d = strcmp(f->subject, g->subject);
	return d ? d : strcmp(f->detail ? f->detail : "", g->detail ? g->detail : "");
}

void diff_sort(struct diff *d)
{
	if (d->n > 1)
		qsort(d->item, d->n, sizeof(*d->item), by_kind);
}

/* ---- fates ---- */

static const struct verdict *verdict_of(const struct report *r, enum receiver_id who)
{
	for (size_t i = 0; i < r->nverdict; i++)
		if (r->verdict[i].who == who)
			return &r->verdict[i];
	return NULL;
}

static void compare_fates(struct arena *a, struct diff *d)
{
	if (!d->before || !d->after)
		return;
	d->fate = arena_array(a, d->after->nverdict, sizeof(*d->fate));
	for (size_t i = 0; i < d->after->nverdict; i++) {
		const struct verdict *v = &d->after->verdict[i], *u = verdict_of(d->before, v->who);

		if (!u || u->fate == v->fate || u->fate == FATE_UNKNOWN ||
		    v->fate == FATE_UNKNOWN || !report_counts(d->after, v->who))
			continue;
		d->fate[d->nfate++] = (struct diff_fate){ v->who, u->fate, v->fate, v };
	}
}

void diff_reports(struct arena *a, const struct report *before, const struct report *after,
		  struct diff *out)
{
	struct side old = side_of(a, before), now = side_of(a, after);

	*out = (struct diff){ .domain = after    ? after->domain
					: before ? before->domain
						 : NULL,
			      .before = before,
			      .after = after };
	out->item = arena_array(a, old.n + now.n, sizeof(*out->item));
	for (int key = 0; key < KEYS; key++)
		pair(a, &old, &now, (enum key)key, out);
	add_rest(a, &now, before, true, out);
	add_rest(a, &old, after, false, out);
	pair_neighbours(out);
	diff_hide(a, out);
	diff_sort(out);
	compare_fates(a, out);
}

/* ---- what it comes to ---- */

bool diff_changes(const struct diff *d)
{
	return d->n > d->count[DIFF_STILL] || d->nfate || d->nnote;
}

int diff_exit(const struct diff *d, const enum severity *fail_on)
{
	bool undecided = false;

	for (size_t i = 0; fail_on && i < d->n; i++) {
		const struct finding *f = d->item[i].after;

		if (d->item[i].kind != DIFF_NEW || rules[f->rule].severity < *fail_on)
			continue;
		if (f->sure)
			return 1;
		undecided |= !f->offline;
	}
	return undecided ? 3 : 0;
}

void diff_report_of_new(struct arena *a, const struct diff *d, bool once, struct report *out)
{
	*out = d->after ? *d->after : (struct report){ .domain = d->domain, .grade = "?" };
	out->findings = (struct findings){ .arena = a };
	out->findings.item = arena_array(a, d->count[DIFF_NEW], sizeof(*out->findings.item));
	for (size_t i = 0; i < d->n; i++)
		if (d->item[i].kind == DIFF_NEW && !(once && d->item[i].told)) {
			struct finding *f = ARENA_NEW(a, struct finding);

			*f = *d->item[i].after;
			out->findings.item[out->findings.n++] = f;
		}
}

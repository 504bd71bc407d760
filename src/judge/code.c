/* What a code means, from the tables.
 *
 * A code is read the same way from the command line and from the replies of rulings: three digits,
 * a blank or dash, x.y.z. An enhanced code's subject and detail say what is wrong; its class only
 * whether for now or for good, so 4.7.26 is kin to 5.7.26. */
#include "code.h"
#include "judge.h"

enum { CAUSES_MAX = CAUSE_COUNT };

#define REPLY(code, meaning)
#define ENHANCED(subject, detail, meaning, rfc)
#define USE(class, subject, from, to, who, cause, what, source)
#define SHARED(subject, detail, cause, who)
#define TAG(pattern, who, cause, what)

static const struct {
	unsigned code;
	const char *meaning;
} replies[] = {
#undef REPLY
#define REPLY(code, meaning) { code, meaning },
#include "codes.def"
#undef REPLY
#define REPLY(code, meaning)
};

static const struct {
	unsigned subject, detail;
	const char *meaning, *rfc;
} registered[] = {
#undef ENHANCED
#define ENHANCED(subject, detail, meaning, rfc) { subject, detail, meaning, rfc },
#include "codes.def"
#undef ENHANCED
#define ENHANCED(subject, detail, meaning, rfc)
};

static const struct code_use uses[] = {
#undef USE
#define USE(class, subject, from, to, who, cause, what, source) \
	{ class, subject, from, to, who, CAUSE_##cause, what, source },
#include "codes.def"
#undef USE
#define USE(class, subject, from, to, who, cause, what, source)
};

static const struct code_shared shared[] = {
#undef SHARED
#define SHARED(subject, detail, cause, who) { subject, detail, CAUSE_##cause, who },
#include "codes.def"
#undef SHARED
#define SHARED(subject, detail, cause, who)
};

static const struct code_tag tags[] = {
#undef TAG
#define TAG(pattern, who, cause, what) { pattern, who, CAUSE_##cause, what },
#include "codes.def"
};

#define N(array) (sizeof(array) / sizeof((array)[0]))

/* ---- reading ---- */

static size_t digits(struct str s, unsigned *out)
{
	size_t n = 0;
	uint32_t value = 0;

	while (n < s.n && n < 4 && ascii_is_digit((unsigned char)s.p[n]))
		n++;
	if (!n || n > 3 || !str_to_u32(str_sub(s, 0, n), 999, &value))
		return 0;
	*out = value;
	return n;
}

/* x.y.z in front of s, perhaps behind a #; its length, or 0. */
static size_t read_enhanced(struct str s, struct enhanced *out)
{
	unsigned part[3] = { 0 };
	size_t at = s.n && s.p[0] == '#';

	for (int i = 0; i < 3; i++) {
		size_t n;

		if (i && (at >= s.n || s.p[at++] != '.'))
			return 0;
		n = digits(str_from(s, at), &part[i]);
		if (!n)
			return 0;
		at += n;
	}
	if ((part[0] != 2 && part[0] != 4 && part[0] != 5) ||
	    (at < s.n && (s.p[at] == '.' || ascii_is_digit((unsigned char)s.p[at]))))
		return 0;
	*out = (struct enhanced){ part[0], part[1], part[2] };
	return at;
}

/* Both codes in front of s, either of which may be missing; what they take. */
static size_t read_codes(struct str s, unsigned *code, struct enhanced *e)
{
	size_t n, at = 0;

	*code = 0;
	*e = (struct enhanced){ 0 };
	if (digits(s, code) == 3 && *code >= 200 && *code < 600 &&
	    (s.n == 3 || s.p[3] == ' ' || s.p[3] == '-'))
		at = s.n > 3 ? 4 : 3;
	else
		*code = 0;
	n = read_enhanced(str_from(s, at), e);
	return at + n;
}

struct enhanced ruling_enhanced(const struct ruling *u)
{
	struct enhanced e;
	unsigned code;

	read_codes(str_c(u->reply), &code, &e);
	return e;
}

bool ruling_answers(const struct ruling *u, const char *enhanced)
{
	struct enhanced want, has = ruling_enhanced(u);

	return read_enhanced(str_c(enhanced), &want) && has.class && has.subject == want.subject &&
	       has.detail == want.detail;
}

static bool same(const struct enhanced *a, const struct enhanced *b)
{
	return a->class == b->class && a->subject == b->subject && a->detail == b->detail;
}

/* ---- marks of vendors ---- */

static bool is_tag(struct str s, const char *pattern)
{
	size_t at = 0;

	for (; *pattern; pattern++) {
		size_t from = at;

		if (*pattern != '%') {
			if (at >= s.n || ascii_lower(s.p[at++]) != *pattern)
				return false;
			continue;
		}
		while (at < s.n && ascii_is_digit((unsigned char)s.p[at]))
			at++;
		if (at == from)
			return false;
	}
	return at == s.n;
}

/* "(S3150)", "[TSS04]", "S3150" */
static const struct code_tag *find_tag(struct str s)
{
	if (s.n > 2 &&
	    ((s.p[0] == '(' && s.p[s.n - 1] == ')') || (s.p[0] == '[' && s.p[s.n - 1] == ']')))
		s = str_sub(s, 1, s.n - 2);
	for (size_t i = 0; i < N(tags); i++)
		if (is_tag(s, tags[i].pattern))
			return &tags[i];
	return NULL;
}

/* ---- what is known of a code ---- */

static void add_cause(struct code_view *v, enum cause c)
{
	for (size_t i = 0; i < v->ncause; i++)
		if (v->cause[i] == c)
			return;
	if (c != CAUSE_UNKNOWN)
		v->cause[v->ncause++] = c;
}

static enum cause ruling_cause(const struct ruling *u)
{
	static const enum cause by_condition[COND_COUNT] = {
		[COND_BULK] = CAUSE_UNKNOWN,           [COND_IPV6] = CAUSE_UNKNOWN,
		[COND_SPF_NO_PASS] = CAUSE_SPF,        [COND_SPF_FAIL] = CAUSE_SPF,
		[COND_SPF_PERMERROR] = CAUSE_SPF,      [COND_SPF_TEMPERROR] = CAUSE_SPF,
		[COND_SPF_BROAD] = CAUSE_SPF,          [COND_DKIM_NO_PASS] = CAUSE_DKIM,
		[COND_DKIM_FAIL] = CAUSE_DKIM,         [COND_DMARC_MISSING] = CAUSE_DMARC,
		[COND_NOT_ALIGNED] = CAUSE_DMARC,      [COND_DMARC_REJECT] = CAUSE_DMARC,
		[COND_DMARC_QUARANTINE] = CAUSE_DMARC, [COND_PTR_MISSING] = CAUSE_PTR,
		[COND_PTR_UNCONFIRMED] = CAUSE_PTR,    [COND_PTR_GENERIC] = CAUSE_PTR,
		[COND_HELO_BAD] = CAUSE_HELO,          [COND_NO_DOMAIN] = CAUSE_OTHER,
		[COND_NULL_MX] = CAUSE_OTHER,          [COND_LISTED] = CAUSE_BLOCKLIST,
	};
	enum cause found = CAUSE_UNKNOWN;

	for (size_t i = 0; i < u->nconditions; i++) {
		enum cause c = by_condition[u->condition[i]];

		if (found == CAUSE_UNKNOWN || found == c)
			found = c;
		else if (found == CAUSE_SPF && u->condition[i] == COND_DKIM_NO_PASS)
			/* SPF said fail, or neither passed */
			found = u->condition[0] == COND_SPF_FAIL ? CAUSE_SPF
								 : CAUSE_UNAUTHENTICATED;
	}
	return found;
}

static void find_rulings(struct arena *a, struct code_view *v)
{
	v->ruling = arena_array(a, nrulings, sizeof(struct ruling *));
	v->kin = arena_array(a, nrulings, sizeof(struct ruling *));
	for (size_t i = 0; i < nrulings; i++) {
		unsigned code;
		struct enhanced e;
		bool this;

		read_codes(str_c(rulings[i].reply), &code, &e);
		if (!code || (v->enhanced.class ? e.subject != v->enhanced.subject ||
							  e.detail != v->enhanced.detail || !e.class
						: code != v->code))
			continue;
		this = v->enhanced.class ? same(&e, &v->enhanced) && (!v->code || v->code == code)
					 : !e.class;
		if (this)
			v->ruling[v->nruling++] = &rulings[i];
		else
			v->kin[v->nkin++] = &rulings[i];
	}
}

static void find_uses(struct arena *a, struct code_view *v)
{
	const struct enhanced *e = &v->enhanced;

	v->use = arena_array(a, N(uses), sizeof(struct code_use *));
	v->shared = arena_array(a, N(shared), sizeof(struct code_shared *));
	for (size_t i = 0; i < N(uses); i++)
		if ((!uses[i].class || uses[i].class == e->class) &&
		    uses[i].subject == e->subject && e->detail >= uses[i].from &&
		    e->detail <= uses[i].to)
			v->use[v->nuse++] = &uses[i];
	for (size_t i = 0; i < N(shared); i++)
		if (shared[i].subject == e->subject && shared[i].detail == e->detail)
			v->shared[v->nshared++] = &shared[i];
}

static void find_meaning(struct code_view *v)
{
	for (size_t i = 0; i < N(replies); i++)
		if (replies[i].code == v->code)
			v->code_meaning = replies[i].meaning;
	for (size_t i = 0; v->enhanced.class && i < N(registered); i++)
		if (registered[i].subject == v->enhanced.subject &&
		    registered[i].detail == v->enhanced.detail) {
			v->meaning = registered[i].meaning;
			v->rfc = registered[i].rfc;
		}
}

/* The registered meaning is the cause where no receiver means something else. */
static void find_causes(struct arena *a, struct code_view *v)
{
	v->cause = arena_array(a, CAUSES_MAX, sizeof(*v->cause));
	for (size_t i = 0; i < v->nuse; i++)
		add_cause(v, v->use[i]->cause);
	for (size_t i = 0; i < v->nruling; i++)
		add_cause(v, ruling_cause(v->ruling[i]));
	if (v->meaning && !v->ncause) {
		struct bounce b;
		struct reply r = { .text = "" };

		r.enhanced = arena_printf(a, "%u.%u.%u", v->enhanced.class, v->enhanced.subject,
					  v->enhanced.detail);
		judge_bounce(a, &r, &b);
		add_cause(v, b.cause);
	}
}

/* ---- what an unknown one may have been meant for ---- */

static unsigned distance(unsigned a, unsigned b)
{
	return a > b ? a - b : b - a;
}

static const char *nearest_enhanced(struct arena *a, const struct enhanced *e)
{
	unsigned best = 1000, class = e->class, detail = 0;

	for (size_t i = 0; i < N(registered); i++)
		if (registered[i].subject == e->subject &&
		    distance(registered[i].detail, e->detail) < best) {
			best = distance(registered[i].detail, e->detail);
			detail = registered[i].detail;
		}
	for (size_t i = 0; i < N(uses); i++) {
		unsigned at = e->detail < uses[i].from ? uses[i].from
			      : e->detail > uses[i].to ? uses[i].to
						       : e->detail;

		if (uses[i].subject != e->subject || distance(at, e->detail) >= best)
			continue;
		best = distance(at, e->detail);
		detail = at;
		class = uses[i].class ? uses[i].class : e->class;
	}
	return best < 1000 ? arena_printf(a, "%u.%u.%u", class, e->subject, detail) : NULL;
}

static const char *nearest_reply(struct arena *a, unsigned code)
{
	unsigned best = 0;

	for (size_t i = 0; i < N(replies); i++)
		if (!best || distance(replies[i].code, code) < distance(best, code))
			best = replies[i].code;
	return arena_printf(a, "%u", best);
}

enum code_is judge_code(struct arena *a, struct str word, struct code_view *out)
{
	size_t n;

	*out = (struct code_view){ .text = "" };
	word = str_trim(word);
	out->tag = find_tag(word);
	if (out->tag) {
		out->text = arena_strndup(a, word.p, word.n);
		out->cause = arena_array(a, CAUSES_MAX, sizeof(*out->cause));
		add_cause(out, out->tag->cause);
		return CODE_KNOWN;
	}
	n = read_codes(word, &out->code, &out->enhanced);
	if (!out->code && !out->enhanced.class)
		return CODE_NONE;
	if (n < word.n)
		return CODE_REPLY;
	out->text = out->enhanced.class ? arena_printf(a, "%s%u.%u.%u",
						       out->code ? arena_printf(a, "%u ", out->code)
								 : "",
						       out->enhanced.class, out->enhanced.subject,
						       out->enhanced.detail)
					: arena_printf(a, "%u", out->code);
	find_meaning(out);
	find_rulings(a, out);
	if (out->enhanced.class)
		find_uses(a, out);
	find_causes(a, out);
	if (out->enhanced.class ? out->meaning || out->nuse || out->nruling || out->nkin
				: out->code_meaning || out->nruling)
		return CODE_KNOWN;
	out->nearest = out->enhanced.class ? nearest_enhanced(a, &out->enhanced)
					   : nearest_reply(a, out->code);
	return CODE_UNKNOWN;
}

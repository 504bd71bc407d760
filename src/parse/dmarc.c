/* DMARC policy records, read as RFC 9989 4.7 and 4.8 say.
 *
 * Where the ABNF and the DKIM tag-list that it builds on disagree (letter case of tag names), both
 * readings are honoured and the difference is a fault. The first of several equal tags counts. */
#include "dmarc.h"

enum { QUOTE_MAX = 48 };

enum tag_id {
	ID_V,
	ID_P,
	ID_SP,
	ID_NP,
	ID_RUA,
	ID_RUF,
	ID_ADKIM,
	ID_ASPF,
	ID_T,
	ID_PSD,
	ID_FO,
	ID_PCT,
	ID_RF,
	ID_RI
};
enum tag_kind { TAG_V, TAG_POLICY, TAG_URIS, TAG_LETTER, TAG_FO, TAG_PCT, TAG_REMOVED };

struct known_tag {
	const char *name;
	enum tag_kind kind;
	enum dmarc_fault bad; /* what a value that is none is called */
	const char *letters;  /* TAG_LETTER: the values */
};

static const struct known_tag known_tags[] = {
	[ID_V] = { "v", TAG_V, DMARC_FAULT_DUP_TAG, NULL },
	[ID_P] = { "p", TAG_POLICY, DMARC_FAULT_BAD_P, NULL },
	[ID_SP] = { "sp", TAG_POLICY, DMARC_FAULT_BAD_SP, NULL },
	[ID_NP] = { "np", TAG_POLICY, DMARC_FAULT_BAD_NP, NULL },
	[ID_RUA] = { "rua", TAG_URIS, DMARC_FAULT_TAG_SYNTAX, NULL },
	[ID_RUF] = { "ruf", TAG_URIS, DMARC_FAULT_TAG_SYNTAX, NULL },
	[ID_ADKIM] = { "adkim", TAG_LETTER, DMARC_FAULT_BAD_OTHER, "rs" },
	[ID_ASPF] = { "aspf", TAG_LETTER, DMARC_FAULT_BAD_OTHER, "rs" },
	[ID_T] = { "t", TAG_LETTER, DMARC_FAULT_BAD_OTHER, "yn" },
	[ID_PSD] = { "psd", TAG_LETTER, DMARC_FAULT_BAD_OTHER, "ynu" },
	[ID_FO] = { "fo", TAG_FO, DMARC_FAULT_BAD_OTHER, NULL },
	[ID_PCT] = { "pct", TAG_PCT, DMARC_FAULT_REMOVED_PCT, NULL },
	[ID_RF] = { "rf", TAG_REMOVED, DMARC_FAULT_REMOVED_RF_RI, NULL },
	[ID_RI] = { "ri", TAG_REMOVED, DMARC_FAULT_REMOVED_RF_RI, NULL },
};
enum { NKNOWN = sizeof(known_tags) / sizeof(known_tags[0]) };

/* What people write for a short tag, where a distance of one slip would mean anything. */
static const struct {
	const char *wrong, *right;
} tag_aliases[] = {
	{ "policy", "p" }, { "pp", "p" },         { "ps", "sp" },    { "sp-", "sp" },
	{ "pn", "np" },    { "subpolicy", "sp" }, { "s-p", "sp" },   { "ruas", "rua" },
	{ "test", "t" },   { "dkim", "adkim" },   { "spf", "aspf" }, { "pc", "pct" },
};

const char *dmarc_policy_name(enum dmarc_policy p)
{
	switch (p) {
	case DMARC_NONE: return "none";
	case DMARC_QUARANTINE: return "quarantine";
	case DMARC_REJECT: return "reject";
	case DMARC_ABSENT:
	case DMARC_INVALID: break;
	}
	return NULL;
}

/* Text of the record for a clause: what is not printable shows as "?", and the end of a long one is
 * left out. */
static const char *quoted(struct arena *a, struct str s)
{
	size_t n = s.n > QUOTE_MAX ? QUOTE_MAX : s.n;
	char *out = arena_strndup(a, s.p, n);

	for (size_t i = 0; i < n; i++) {
		if (out[i] < 0x20 || out[i] > 0x7e)
			out[i] = '?';
	}
	return arena_printf(a, "\"%s%s\"", out, n < s.n ? "..." : "");
}

static enum dmarc_policy policy_from(struct str value)
{
	for (enum dmarc_policy p = DMARC_NONE; p <= DMARC_REJECT; p++) {
		if (str_eq_ci(value, str_c(dmarc_policy_name(p))))
			return p;
	}
	return DMARC_INVALID;
}

/* dmarc-fo (4.8): "0", "1", "d" and "s" parted by colons, each at most once, not both "0" and "1".
 */
static bool is_fo(struct str value)
{
	bool digit = false, dkim = false, spf = false;

	for (size_t i = 0; i < value.n; i += 2) {
		char c = ascii_lower(value.p[i]);
		bool *seen = c == '0' || c == '1' ? &digit
			     : c == 'd'           ? &dkim
			     : c == 's'           ? &spf
						  : NULL;

		if (!seen || *seen)
			return false;
		*seen = true;
		if (i + 1 < value.n && (value.p[i + 1] != ':' || i + 2 == value.n))
			return false;
	}
	return value.n > 0;
}

/* dmarc-value (4.8): printable ASCII; "=" is tolerated, URIs hold it. The place of the first other
 * octet, or -1. */
static ptrdiff_t foreign_octet(struct str value)
{
	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] < 0x20 || value.p[i] > 0x7e)
			return (ptrdiff_t)i;
	}
	return -1;
}

static const struct known_tag *known_tag(struct str name)
{
	for (size_t i = 0; i < NKNOWN; i++) {
		if (str_eq_ci(name, str_c(known_tags[i].name)))
			return &known_tags[i];
	}
	return NULL;
}

const char *dmarc_tag_meant(struct str name)
{
	const struct known_tag *k = known_tag(name);

	if (k)
		return k->name;
	for (size_t i = 0; i < sizeof(tag_aliases) / sizeof(tag_aliases[0]); i++) {
		if (str_eq_ci(name, str_c(tag_aliases[i].wrong)))
			return tag_aliases[i].right;
	}
	for (size_t i = 0; i < NKNOWN; i++) {
		if (strlen(known_tags[i].name) >= 3 && name.n >= 3 &&
		    str_near(name, known_tags[i].name))
			return known_tags[i].name;
	}
	return NULL;
}

bool dmarc_value_ok(struct str name, struct str value)
{
	const struct known_tag *k = known_tag(name);
	uint32_t number;

	if (value.n == 0)
		return false;
	if (k && k->kind == TAG_URIS)
		return true; /* each URI is judged by itself */
	if (foreign_octet(value) >= 0)
		return false;
	if (!k)
		return true;
	switch (k->kind) {
	case TAG_V: return str_eq(value, S("DMARC1"));
	case TAG_POLICY: return policy_from(value) != DMARC_INVALID;
	case TAG_LETTER: return value.n == 1 && strchr(k->letters, ascii_lower(value.p[0]));
	case TAG_FO: return is_fo(value);
	case TAG_PCT: return str_to_u32(value, 100, &number);
	case TAG_URIS:
	case TAG_REMOVED: break;
	}
	return true;
}

/* Sets what a tag whose value is valid says; `ok` false: what it says when it is not. */
static void take_value(struct arena *a, struct dmarc *d, const struct known_tag *k,
		       const struct tag *t, bool ok)
{
	char letter = ok ? ascii_lower(t->value.p[0]) : 0;
	enum dmarc_policy policy = ok ? policy_from(t->value) : DMARC_INVALID;
	uint32_t number;

	switch ((enum tag_id)(k - known_tags)) {
	case ID_P:
		d->p = policy;
		d->p_tag = t;
		break;
	case ID_SP:
		d->sp = policy;
		d->sp_tag = t;
		break;
	case ID_NP:
		d->np = policy;
		d->np_tag = t;
		break;
	case ID_RUA:
		parse_uris(a, t->value, t->value_at.at, true, &d->rua, &d->nrua);
		d->rua_tag = t;
		break;
	case ID_RUF:
		parse_uris(a, t->value, t->value_at.at, true, &d->ruf, &d->nruf);
		d->ruf_tag = t;
		break;
	case ID_ADKIM: d->adkim = ok ? letter : 'r'; break;
	case ID_ASPF: d->aspf = ok ? letter : 'r'; break;
	case ID_T:
		d->testing = letter == 'y';
		d->t_tag = t;
		break;
	case ID_PSD:
		d->psd = ok ? letter : 'u';
		d->psd_tag = t;
		break;
	case ID_FO: d->fo_tag = t; break;
	case ID_PCT:
		d->pct = str_to_u32(t->value, 100, &number) ? (int)number : -2;
		d->pct_tag = t;
		break;
	case ID_V:
	case ID_RF:
	case ID_RI: break;
	}
}

/* Why the value of a known tag is none. */
static void add_value_fault(struct arena *a, struct dmarc *d, const struct known_tag *k,
			    const struct tag *t)
{
	struct str bare = str_sub(t->value, 0, t->value.n ? t->value.n - 1 : 0);
	ptrdiff_t octet = foreign_octet(t->value);
	const char *what = quoted(a, t->value);

	if (t->value.n == 0 && k->kind != TAG_POLICY) {
		fault_add(a, &d->faults, DMARC_FAULT_TAG_SYNTAX, t->at,
			  arena_printf(a, "%s has no value", k->name));
		return;
	}
	if (bare.n && t->value.p[bare.n] == '\\' && dmarc_value_ok(t->name, str_trim(bare))) {
		fault_add(
			a, &d->faults, DMARC_FAULT_ESCAPE, t->value_at,
			arena_printf(
				a,
				"the value of %s is %s, with a backslash that belongs to the zone file's "
				"or the panel's way of writing, not to the record",
				k->name, what));
		return;
	}
	if (octet >= 0 && k->kind != TAG_POLICY) {
		fault_add(a, &d->faults, DMARC_FAULT_OCTET,
			  (struct span){ t->value_at.at + (uint32_t)octet, 1 },
			  arena_printf(a, "the value of %s holds the octet 0x%02x", k->name,
				       (unsigned char)t->value.p[octet]));
		return;
	}
	if (k->kind == TAG_POLICY)
		what = arena_printf(a, "%s=%s: the value must be none, quarantine or reject%s",
				    k->name, t->value.n ? what : "",
				    octet >= 0 ? ", and holds characters that are not ASCII" : "");
	else
		what = arena_printf(a, "%s has the value %s", k->name, what);
	fault_add(a, &d->faults, (int)k->bad, t->value.n ? t->value_at : t->at, what);
}

static void read_known(struct arena *a, struct dmarc *d, const struct known_tag *k,
		       const struct tag *t)
{
	bool ok = dmarc_value_ok(t->name, t->value);

	if (!str_eq(t->name, str_c(k->name)))
		fault_add(
			a, &d->faults, DMARC_FAULT_TYPO_TAG, t->name_at,
			arena_printf(
				a,
				"%s is written in capital letters: implementations differ on whether it is the tag %s",
				quoted(a, t->name), k->name));
	take_value(a, d, k, t, ok);
	if (k->kind == TAG_PCT)
		fault_add(a, &d->faults, DMARC_FAULT_REMOVED_PCT, t->at,
			  d->pct >= 0
				  ? arena_printf(a, "pct=%d", d->pct)
				  : arena_printf(a, "pct has the value %s", quoted(a, t->value)));
	else if (k->kind == TAG_REMOVED)
		fault_add(a, &d->faults, DMARC_FAULT_REMOVED_RF_RI, t->at, k->name);
	else if (!ok)
		add_value_fault(a, d, k, t);
}

static void read_unknown(struct arena *a, struct dmarc *d, const struct tag *t)
{
	const char *meant = dmarc_tag_meant(t->name);
	const char *name = quoted(a, t->name);
	bool alpha = t->name.n > 0;

	for (size_t i = 0; i < t->name.n; i++)
		alpha = alpha && ascii_is_alpha((unsigned char)t->name.p[i]);
	if (meant)
		fault_add(a, &d->faults, DMARC_FAULT_TYPO_TAG, t->name_at,
			  arena_printf(a, "%s is no tag of DMARC and is ignored; %s is one", name,
				       meant));
	else if (!alpha)
		fault_add(a, &d->faults, DMARC_FAULT_TAG_SYNTAX, t->at,
			  arena_printf(a, "%s is no name of a tag", name));
	else
		fault_add(a, &d->faults, DMARC_FAULT_UNKNOWN_TAG, t->name_at,
			  arena_printf(a, "%s is no tag of DMARC and is ignored", name));
}

static void read_tags(struct arena *a, struct dmarc *d)
{
	unsigned seen = 1; /* the bits of known_tags that stood there; the first is "v" */

	for (size_t i = 1; i < d->tags.n; i++) {
		const struct tag *t = &d->tags.item[i];
		const struct known_tag *k = known_tag(t->name);

		if (!t->has_equals) {
			fault_add(a, &d->faults, DMARC_FAULT_TAG_SYNTAX, t->at,
				  arena_printf(a, "%s is no tag: there is no \"=\" in it",
					       quoted(a, t->name)));
		} else if (!k) {
			read_unknown(a, d, t);
		} else if (seen & (1U << (k - known_tags))) {
			fault_add(a, &d->faults, DMARC_FAULT_DUP_TAG, t->at,
				  arena_printf(a, "%s is there more than once", k->name));
		} else {
			seen |= 1U << (k - known_tags);
			read_known(a, d, k, t);
		}
	}
}

/* The first ";" with nothing between it and the one before. */
static struct span empty_element(struct str text)
{
	size_t last = text.n;

	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == ';') {
			if (last < text.n)
				return (struct span){ (uint32_t)last, (uint32_t)(i + 1 - last) };
			last = i;
		} else if (!is_wsp(text.p[i])) {
			last = text.n;
		}
	}
	return (struct span){ 0 };
}

void parse_dmarc(struct arena *a, struct str text, struct dmarc *out)
{
	struct dmarc *d = out;

	*d = (struct dmarc){ .text = text, .psd = 'u', .adkim = 'r', .aspf = 'r', .pct = -1 };
	parse_tags(a, text, false, &d->tags);
	if (d->tags.n > 0 && str_eq(d->tags.item[0].name, S("V")))
		fault_add(a, &d->faults, DMARC_FAULT_V_UPPER, d->tags.item[0].name_at,
			  "\"V\" is a capital letter");
	if (d->tags.empty > 0)
		fault_add(a, &d->faults, DMARC_FAULT_EMPTY_ELEMENT, empty_element(text),
			  "there is nothing between two semicolons");
	read_tags(a, d);
	if (!d->p_tag)
		fault_add(a, &d->faults, DMARC_FAULT_NO_P, (struct span){ 0 }, NULL);
	else if (d->p_tag != &d->tags.item[1])
		fault_add(a, &d->faults, DMARC_FAULT_ORDER, d->p_tag->at,
			  "another tag stands between v and p");
	for (size_t i = 0; i < d->nrua; i++)
		d->has_valid_rua = d->has_valid_rua || d->rua[i].valid;
}

/* The fallback of 4.10.1: a record without a valid p, or with an sp or np that is not valid, counts
 * as p=none where reports are asked for, and as no DMARC at all where they are not. */
static bool falls_back(const struct dmarc *d, enum dmarc_policy *out)
{
	if (d->p != DMARC_ABSENT && d->p != DMARC_INVALID && d->sp != DMARC_INVALID &&
	    d->np != DMARC_INVALID)
		return false;
	*out = d->has_valid_rua ? DMARC_NONE : DMARC_ABSENT;
	return true;
}

enum dmarc_policy dmarc_policy_own(const struct dmarc *d)
{
	enum dmarc_policy p;

	return falls_back(d, &p) ? p : d->p;
}

enum dmarc_policy dmarc_policy_sub(const struct dmarc *d, bool exists)
{
	enum dmarc_policy p;

	if (falls_back(d, &p))
		return p;
	if (!exists && d->np != DMARC_ABSENT)
		return d->np;
	return d->sp != DMARC_ABSENT ? d->sp : d->p;
}

enum dmarc_policy dmarc_policy_tested(const struct dmarc *d, enum dmarc_policy p)
{
	if (!d->testing)
		return p;
	if (p == DMARC_REJECT)
		return DMARC_QUARANTINE;
	return p == DMARC_QUARANTINE ? DMARC_NONE : p;
}

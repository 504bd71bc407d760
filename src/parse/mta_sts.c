/* MTA-STS TXT records (RFC 8461 3.1) and how a policy's patterns match MX hosts (4.1). */
#include "mta_sts.h"
#include "name.h"
#include "sts_field.h"

enum { ID_MAX = 32 };

static const struct str version = { "v=STSv1", 7 };

bool mta_sts_is_record(struct str text)
{
	return str_starts(text, S("v=STSv1;"));
}

bool mta_sts_is_near_record(struct str text, const char **why)
{
	*why = sts_version_fault(text, version, S("STS"));
	return *why != NULL;
}

static void fault(struct arena *a, struct mta_sts *m, enum mta_sts_fault code, struct span at,
		  const char *detail)
{
	fault_add(a, &m->faults, (int)code, at, detail);
	if (code != STS_FAULT_DUP_KEY)
		m->valid = false;
}

/* The element that should be the version. Its faults are told apart because the mends differ. */
static void read_version(struct arena *a, struct mta_sts *m)
{
	const struct tag *t = m->tags.n ? &m->tags.item[0] : NULL;
	const char *why;
	struct span at = t ? t->at : (struct span){ 0, 0 };
	struct str behind = str_from(m->text, version.n);

	if (mta_sts_is_record(m->text))
		return;
	if (!mta_sts_is_near_record(m->text, &why)) {
		fault(a, m, STS_FAULT_V, at, "it does not begin with \"v=STSv1;\"");
		return;
	}
	if (str_starts(m->text, version) && str_starts(str_trim(behind), S(";")))
		fault(a, m, STS_FAULT_SPACE_SEMI, (struct span){ (uint32_t)version.n, 1 }, why);
	else if (t && (t->blank_before_eq || t->blank_after_eq))
		fault(a, m, STS_FAULT_EQUALS_BLANK, at, why);
	else if (t && str_eq_ci((struct str){ m->text.p + at.at, at.len }, version) &&
		 !str_starts(m->text, version) && at.at == 0)
		fault(a, m, STS_FAULT_CASE, at, why);
	else if (m->text.n != version.n)
		fault(a, m, STS_FAULT_V, at, why);
}

static void read_id(struct arena *a, struct mta_sts *m, const struct tag *t)
{
	if (t->blank_before_eq || t->blank_after_eq) {
		fault(a, m, STS_FAULT_EQUALS_BLANK, t->at,
		      "there is a blank beside the \"=\" of id");
		return;
	}
	if (!t->value.n) {
		fault(a, m, STS_FAULT_BAD_ID, t->at, "it is empty");
		return;
	}
	for (size_t i = 0; i < t->value.n; i++) {
		unsigned char c = (unsigned char)t->value.p[i];

		if (ascii_is_alpha(c) || ascii_is_digit(c))
			continue;
		fault(a, m, STS_FAULT_BAD_ID, (struct span){ t->value_at.at + (uint32_t)i, 1 },
		      c == ' ' ? "there is a blank in it"
		      : c > 0x20 && c < 0x7f
			      ? arena_printf(a, "\"%c\" is neither a letter nor a digit", c)
			      : "there is an octet in it that is no printable ASCII");
		return;
	}
	if (t->value.n > ID_MAX) {
		fault(a, m, STS_FAULT_BAD_ID, t->value_at,
		      arena_printf(a, "it has %zu characters, 32 at most", t->value.n));
		return;
	}
	m->id = t->value;
}

/* Everything behind the version. Of fields that occur twice the first counts (3.1). */
static void read_fields(struct arena *a, struct mta_sts *m)
{
	const struct tag *id = NULL, *id_ci = NULL;

	for (size_t i = 1; i < m->tags.n; i++) {
		const struct tag *t = &m->tags.item[i];
		const char *why;
		struct span at;

		if (t->has_equals && str_eq(t->name, S("id"))) {
			if (id)
				fault(a, m, STS_FAULT_DUP_KEY, t->at,
				      "id is there twice; the first one counts");
			id = id ? id : t;
			continue;
		}
		if (t->has_equals && str_eq_ci(t->name, S("id")) && !id_ci) {
			id_ci = t;
			continue;
		}
		if (t->has_equals && str_eq(t->name, S("v"))) {
			fault(a, m, STS_FAULT_DUP_KEY, t->at,
			      "v is there twice; the first one counts");
			continue;
		}
		why = sts_field_fault(t, &at);
		if (why)
			fault(a, m, STS_FAULT_FIELD, at, why);
	}
	if (id)
		read_id(a, m, id);
	else if (id_ci)
		fault(a, m, STS_FAULT_CASE, id_ci->name_at, "\"id\" is written in lower case");
	else
		fault(a, m, STS_FAULT_NO_ID, (struct span){ 0, 0 }, "there is no id=");
}

static void check_empty(struct arena *a, struct mta_sts *m)
{
	bool empty = false;

	for (size_t i = 0; i < m->text.n; i++) {
		if (m->text.p[i] == ';' && empty)
			fault(a, m, STS_FAULT_FIELD, (struct span){ (uint32_t)i, 1 },
			      "there is no field before this semicolon");
		if (m->text.p[i] == ';')
			empty = true;
		else if (!is_wsp(m->text.p[i]))
			empty = false;
	}
}

void parse_mta_sts(struct arena *a, struct str text, struct mta_sts *out)
{
	*out = (struct mta_sts){ .text = text, .id = S(""), .valid = true };
	parse_tags(a, text, false, &out->tags);
	read_version(a, out);
	/* where the version does not end, it is not known what the fields are */
	if (out->faults.n && out->faults.item[0].code == STS_FAULT_V)
		return;
	read_fields(a, out);
	check_empty(a, out);
}

bool mta_sts_mx_matches(const char *pattern, const char *host)
{
	const char *parent;

	if (strncmp(pattern, "*.", 2) != 0)
		return strcmp(pattern, host) == 0;
	parent = name_parent(host);
	return parent && strcmp(pattern + 2, parent) == 0;
}

const char *mta_sts_mode_name(enum mta_sts_mode m)
{
	switch (m) {
	case STS_MODE_NONE: return "none";
	case STS_MODE_TESTING: return "testing";
	case STS_MODE_ENFORCE: return "enforce";
	case STS_MODE_INVALID: break;
	}
	return NULL;
}

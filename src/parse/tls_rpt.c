/* SMTP TLS reporting records (RFC 8460 3). */
#include "tls_rpt.h"
#include "sts_field.h"

static const struct str version = { "v=TLSRPTv1", 10 };

bool tls_rpt_is_record(struct str text)
{
	return str_starts(text, S("v=TLSRPTv1;"));
}

bool tls_rpt_is_near_record(struct str text, const char **why)
{
	*why = sts_version_fault(text, version, S("TLS"));
	return *why != NULL;
}

static void fault(struct arena *a, struct tls_rpt *t, enum tls_rpt_fault code, struct span at,
		  const char *detail)
{
	fault_add(a, &t->faults, (int)code, at, detail);
}

/* An empty place in the list: the comma beside it is what can be shown. */
static struct span comma_at(struct str text, uint32_t at, bool first)
{
	size_t i = at;

	if (first) {
		while (i < text.n && text.p[i] != ',')
			i++;
	} else {
		while (i > 0 && (i >= text.n || text.p[i] != ','))
			i--;
	}
	return (struct span){ (uint32_t)i, 1 };
}

static void read_rua(struct arena *a, struct tls_rpt *t, const struct tag *rua)
{
	bool good = false;

	if (rua->blank_before_eq || rua->blank_after_eq)
		fault(a, t, TLSRPT_FAULT_FIELD, rua->at,
		      "there is a blank beside the \"=\" of rua");
	if (!rua->value.n) {
		fault(a, t, TLSRPT_FAULT_EMPTY_RUA, rua->at, "nothing stands behind \"rua=\"");
		t->valid = false;
		return;
	}
	parse_uris(a, rua->value, rua->value_at.at, false, &t->rua, &t->nrua);
	for (size_t i = 0; i < t->nrua; i++) {
		const struct uri *u = &t->rua[i];

		if (!u->text.n)
			fault(a, t, TLSRPT_FAULT_COMMA, comma_at(t->text, u->at.at, i == 0),
			      "there is no destination on one side of it");
		else if (u->scheme != URI_MAILTO && u->scheme != URI_HTTPS)
			fault(a, t, TLSRPT_FAULT_SCHEME, u->at,
			      u->scheme == URI_NONE ? u->why : "it is neither mailto: nor https:");
		else if (!u->valid)
			fault(a, t, TLSRPT_FAULT_URI, u->at, u->why);
		else
			good = true;
	}
	t->valid = t->valid && good;
}

void parse_tls_rpt(struct arena *a, struct str text, struct tls_rpt *out)
{
	const struct tag *rua = NULL, *rua_ci = NULL;

	*out = (struct tls_rpt){ .text = text, .valid = tls_rpt_is_record(text) };
	parse_tags(a, text, false, &out->tags);
	for (size_t i = 1; i < out->tags.n; i++) {
		const struct tag *t = &out->tags.item[i];
		const char *why;
		struct span at;

		if (t->has_equals && str_eq(t->name, S("rua"))) {
			if (rua)
				fault(a, out, TLSRPT_FAULT_DUP_RUA, t->at, NULL);
			rua = rua ? rua : t;
		} else if (t->has_equals && str_eq_ci(t->name, S("rua"))) {
			rua_ci = rua_ci ? rua_ci : t;
		} else {
			why = sts_field_fault(t, &at);
			fault(a, out, why ? TLSRPT_FAULT_FIELD : TLSRPT_FAULT_UNKNOWN, at, why);
		}
	}
	if (rua) {
		read_rua(a, out, rua);
		return;
	}
	out->valid = false;
	if (rua_ci)
		fault(a, out, TLSRPT_FAULT_CASE, rua_ci->name_at,
		      "\"rua\" is written in lower case");
	else
		fault(a, out, TLSRPT_FAULT_NO_RUA, (struct span){ 0, 0 }, "there is no rua=");
}

/* BIMI assertion records. The layout is that of DKIM's tag lists. */
#include "bimi.h"

#include "uri.h"

static void fault(struct arena *a, struct bimi *b, enum bimi_fault code, struct span at,
		  const char *detail)
{
	fault_add(a, &b->faults, (int)code, at, detail);
	b->valid = false;
}

static struct str before_semicolon(struct str text)
{
	ptrdiff_t end = str_find(text, ';');

	return end < 0 ? text : str_sub(text, 0, (size_t)end);
}

bool bimi_is_record(struct str text)
{
	struct str first = before_semicolon(text);
	ptrdiff_t eq = str_find(first, '=');

	return eq > 0 && str_eq(str_trim(str_sub(first, 0, (size_t)eq)), S("v")) &&
	       str_eq(str_trim(str_from(first, (size_t)eq + 1)), S("BIMI1"));
}

bool bimi_is_near_record(struct str text)
{
	return !bimi_is_record(text) && str_starts_ci(str_trim(text), S("v=bimi"));
}

/* An empty value says that there is none. */
static const struct uri *read_uri(struct arena *a, struct bimi *b, const struct tag *t)
{
	struct uri *uri;
	size_t n;

	if (!t || !t->value.n)
		return NULL;
	parse_uris(a, t->value, t->value_at.at, false, &uri, &n);
	if (n != 1)
		fault(a, b, BIMI_FAULT_URI, t->at, "one address is allowed");
	else if (uri->scheme != URI_HTTPS)
		fault(a, b, BIMI_FAULT_URI, uri->at, "it does not begin with https:");
	else if (!uri->valid)
		fault(a, b, BIMI_FAULT_URI, uri->at, uri->why);
	else
		return uri;
	return NULL;
}

void parse_bimi(struct arena *a, struct str text, struct bimi *out)
{
	*out = (struct bimi){ .text = text, .valid = true };
	parse_tags(a, text, false, &out->tags);
	if (!bimi_is_record(text))
		fault(a, out, BIMI_FAULT_VERSION, (struct span){ 0, 0 },
		      "it does not begin with exactly v=BIMI1;");
	for (size_t i = 0; i < out->tags.n; i++) {
		const struct tag *t = &out->tags.item[i], **slot = NULL;

		if (!t->has_equals)
			fault(a, out, BIMI_FAULT_SYNTAX, t->at, "it is not of the form name=value");
		else if (str_eq(t->name, S("l")))
			slot = &out->l;
		else if (str_eq(t->name, S("a")))
			slot = &out->a;
		if (slot && *slot)
			fault(a, out, BIMI_FAULT_SYNTAX, t->at, "it is there twice");
		else if (slot)
			*slot = t;
	}
	if (!out->l)
		fault(a, out, BIMI_FAULT_NO_L, (struct span){ 0, 0 }, "there is no l=");
	out->logo = read_uri(a, out, out->l);
	out->evidence = read_uri(a, out, out->a);
	out->declines = out->valid && !out->l->value.n && (!out->a || !out->a->value.n);
}

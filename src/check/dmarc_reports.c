/* Where a DMARC record sends reports: are these URIs, can the destinations receive mail, and have
 * those outside of the organization agreed to get them (RFC 9990 4)? */
#include "dmarc_align.h"
#include "dmarc_parts.h"
#include "mend.h"
#include "name.h"
#include "psl.h"

enum { DESTINATIONS_MAX = 10 }; /* hosts asked about: a record must not buy queries without end */

struct destination {
	const struct uri *uri; /* the first one there */
	const char *tag;       /* "rua" or "ruf" */
};

struct destinations {
	struct destination item[DESTINATIONS_MAX];
	size_t n;
};

static struct finding *found_uri(const struct dmarc_found *x, enum rule_id rule, const char *host,
				 struct span at, const char *detail)
{
	struct finding *f = found(x->c, rule, host, x->policy->fact, x->policy->rr);

	f->at = at;
	f->detail = detail;
	return f;
}

/* Can `host` receive mail: by its MX, or without one at its own address (RFC 5321 5.1)? */
static void check_receives(const struct dmarc_found *x, const struct destination *to)
{
	struct arena *a = x->c->arena;
	const char *host = to->uri->host, *why = NULL;
	const struct fact *mx = look_dns(x->c->look, RR_MX, host), *a4, *a6;

	if (fact_is_open(mx))
		return;
	if (mx->state == FACT_LOST) {
		dmarc_found_unknown(x, host, mx, "whether the destination of reports takes mail");
		return;
	}
	if (mx->state == FACT_SOME) {
		for (size_t i = 0; i < mx->nrr; i++) {
			if (strcmp(mx->rr[i].target, ".") != 0)
				return;
		}
		why = "has a null MX: it takes no mail";
	} else if (fact_is_nxdomain(mx)) {
		why = "does not exist";
	} else {
		a4 = look_dns(x->c->look, RR_A, host);
		a6 = look_dns(x->c->look, RR_AAAA, host);
		if (fact_is_open(a4) || fact_is_open(a6) || a4->state == FACT_SOME ||
		    a6->state == FACT_SOME)
			return;
		if (a4->state == FACT_LOST || a6->state == FACT_LOST) {
			dmarc_found_unknown(x, host, a4->state == FACT_LOST ? a4 : a6,
					    "whether the destination of reports takes mail");
			return;
		}
		why = "has neither an MX nor an address";
	}
	found_uri(x, RULE_DMARC_RUA_MX, host, to->uri->at,
		  arena_printf(a, "%s goes to %s, which %s", to->tag, host, why));
}

/* Do both names belong to one organization by the Public Suffix List? */
static bool is_same_by_psl(struct arena *a, const char *one, const char *other)
{
	one = psl_organizational_domain(a, one);
	other = psl_organizational_domain(a, other);
	return one && other && strcmp(one, other) == 0;
}

enum outside { OUTSIDE_OPEN, OUTSIDE_NO, OUTSIDE_YES, OUTSIDE_LIKELY };

/* Is the destination outside of the organization that the record is published in? Where an answer
 * of either tree walk was lost, the Public Suffix List decides: the same there means the same
 * organization, other than that OUTSIDE_LIKELY. */
static enum outside is_outside(const struct dmarc_found *x, const char *host, bool same_by_psl)
{
	struct arena *a = x->c->arena;
	struct dmarc_orgs from, to;
	enum dmarc_walk_state here = dmarc_orgs_of(a, x->c->look, x->policy->domain, &from),
			      there = dmarc_orgs_of(a, x->c->look, host, &to);

	if (here == DMARC_WALK_OPEN || there == DMARC_WALK_OPEN)
		return OUTSIDE_OPEN;
	switch (dmarc_align(&from, &to, 'r').rfc9989) {
	case DMARC_ALIGNED_YES: return OUTSIDE_NO;
	case DMARC_ALIGNED_NO: return OUTSIDE_YES;
	case DMARC_ALIGNED_UNKNOWN: break;
	}
	return same_by_psl ? OUTSIDE_NO : OUTSIDE_LIKELY;
}

/* An authorisation may name another address for the reports, at the same host only (RFC 9990 4). */
static const char *foreign_override(struct arena *a, const struct fact *f,
				    const struct destination *to)
{
	for (size_t i = 0; i < f->nrr; i++) {
		struct dmarc d;
		bool rua = !strcmp(to->tag, "rua");

		if (!dmarc_is_record(f->rr[i].data))
			continue;
		parse_dmarc(a, f->rr[i].data, &d);
		for (size_t k = 0; k < (rua ? d.nrua : d.nruf); k++) {
			const char *host = (rua ? d.rua : d.ruf)[k].host;

			if (host && strcmp(host, to->uri->host) != 0)
				return host;
		}
	}
	return NULL;
}

static size_t count_records(const struct fact *f)
{
	size_t n = 0;

	for (size_t i = 0; i < f->nrr; i++)
		n += dmarc_is_record(f->rr[i].data);
	return n;
}

static void check_authorised(const struct dmarc_found *x, const struct destination *to,
			     const char *name, bool sure)
{
	struct arena *a = x->c->arena;
	const char *host = to->uri->host, *override;
	const struct fact *f = name ? look_dns(x->c->look, RR_TXT, name) : NULL;
	struct finding *finding = NULL;
	size_t n = f ? count_records(f) : 0;

	if (f && fact_is_open(f))
		return;
	if (f && f->state == FACT_LOST) {
		dmarc_found_unknown(x, host, f, "whether it agreed to get the reports");
		return;
	}
	override = n ? foreign_override(a, f, to) : NULL;
	if (!name) {
		finding = found_uri(
			x, RULE_DMARC_RUA_EXTERNAL, host, to->uri->at,
			arena_printf(
				a,
				"%s goes to %s, which cannot agree to it: the name of its record would be too long",
				to->tag, host));
	} else if (override) {
		finding = found_uri(
			x, RULE_DMARC_RUA_EXTERNAL, host, to->uri->at,
			arena_printf(
				a,
				"%s goes to %s, whose record at %s sends it on to another host, %s: no report is sent",
				to->tag, host, name, override));
	} else if (n == 0) {
		finding = found_uri(
			x, RULE_DMARC_RUA_EXTERNAL, host, to->uri->at,
			arena_printf(
				a,
				"%s goes to %s, which has not agreed to it: there is no DMARC record at %s",
				to->tag, host, name));
		finding->fix = mend_txt(a, name, S("v=DMARC1;"));
	} else if (n > 1) {
		finding = found(x->c, RULE_DMARC_EXTERNAL_MULTIPLE, host, f, NULL);
		finding->detail = arena_printf(a, "%zu records at %s agree to the reports", n,
					       name);
	}
	if (finding && !sure)
		finding->sure = false;
}

/* Services that were shut down: the NCSC's Mail Check had this domain for its reports. */
static bool is_retired(const char *host)
{
	return host && name_is_under(host, "dmarc.service.gov.uk");
}

static void check_destination(const struct dmarc_found *x, const struct destination *to)
{
	struct arena *a = x->c->arena;
	const char *domain = x->policy->domain, *host = to->uri->host;
	const char *name = name_join(a, arena_printf(a, "%s._report._dmarc", domain), host);
	bool same_by_psl = is_same_by_psl(a, domain, host);
	enum outside outside;

	if (is_retired(host))
		return;
	if (to->uri->scheme == URI_MAILTO)
		check_receives(x, to);
	if (strcmp(domain, host) == 0)
		return;
	/* It will most likely be needed, so it is asked beside the tree walk, not after it. */
	if (name && !same_by_psl)
		look_dns(x->c->look, RR_TXT, name);
	outside = is_outside(x, host, same_by_psl);
	if (outside == OUTSIDE_YES || outside == OUTSIDE_LIKELY)
		check_authorised(x, to, name, outside == OUTSIDE_YES);
}

/* The "!10m" behind a URI. */
static struct span size_at(const struct dmarc *d, const struct uri *u)
{
	size_t from = (size_t)u->at.at + u->at.len, to = from;

	while (to < d->text.n && !is_wsp(d->text.p[to]) && d->text.p[to] != ',' &&
	       d->text.p[to] != ';')
		to++;
	return (struct span){ (uint32_t)from, (uint32_t)(to - from) };
}

static void check_uri(const struct dmarc_found *x, const struct tag *tag, const char *name,
		      const struct uri *u, const char *mended)
{
	struct arena *a = x->c->arena;
	struct span at = u->at.len ? u->at : tag->value_at;
	const char *behind_comma = u->valid ? NULL : dmarc_tag_behind_comma(u->text);

	if (behind_comma)
		dmarc_found_at(
			x, RULE_DMARC_RUA_URI, at,
			arena_printf(
				a,
				"a \",\" stands before %s where a \";\" belongs: %s is taken for an address in %s",
				behind_comma, behind_comma, name),
			mended);
	else if (!u->valid)
		dmarc_found_at(
			x, RULE_DMARC_RUA_URI, at,
			arena_printf(a, "%s holds an address that is none: %s", name, u->why),
			mended);
	if (u->valid && u->scheme != URI_MAILTO)
		dmarc_found_at(
			x, RULE_DMARC_RUA_SCHEME, at,
			arena_printf(
				a,
				"%s holds an address that is not mailto:, which receivers need not support",
				name),
			NULL);
	if (is_retired(u->host))
		dmarc_found_at(x, RULE_DMARC_RETIRED, at,
			       arena_printf(a, "%s holds an address at %s", name, u->host), NULL);
	if (u->has_size)
		dmarc_found_at(x, RULE_DMARC_RUA_SIZE, size_at(x->policy->record, u),
			       arena_printf(a,
					    "%s has a size limit behind an address: it is ignored",
					    name),
			       mended);
}

static void check_list(const struct dmarc_found *x, const struct tag *tag, const char *name,
		       const struct uri *uri, size_t n, struct destinations *to)
{
	const char *mended = dmarc_mend(x->c->arena, x->policy->domain, x->policy->record, NULL, 0);

	for (size_t i = 0; i < n; i++) {
		bool known = false;

		check_uri(x, tag, name, &uri[i], mended);
		for (size_t k = 0; uri[i].host && k < to->n; k++)
			known = known || !strcmp(to->item[k].uri->host, uri[i].host);
		if (uri[i].host && !known && to->n < DESTINATIONS_MAX)
			to->item[to->n++] = (struct destination){ &uri[i], name };
	}
}

static void check_no_rua(const struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	enum intent intent = x->c->report->intent;
	struct dmarc_edit edit = { "rua", dmarc_mailbox(x, x->policy->domain) };

	if (intent == INTENT_AUTO)
		return;
	dmarc_found_at(x, intent == INTENT_PARKED ? RULE_DMARC_NO_RUA_PARKED : RULE_DMARC_NO_RUA,
		       (struct span){ 0 },
		       arena_printf(a, "the record at %s has no rua", x->policy->at),
		       intent == INTENT_PARKED || !edit.value
			       ? NULL
			       : dmarc_mend(a, x->policy->domain, x->policy->record, &edit, 1));
}

void dmarc_check_reports(const struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	const struct dmarc *d = x->policy->record;
	struct destinations to = { .n = 0 };

	if (d->rua_tag)
		check_list(x, d->rua_tag, "rua", d->rua, d->nrua, &to);
	else if (d->p_tag || d->has_valid_rua)
		check_no_rua(x);
	if (d->ruf_tag) {
		check_list(x, d->ruf_tag, "ruf", d->ruf, d->nruf, &to);
		dmarc_found_at(
			x, RULE_DMARC_RUF, d->ruf_tag->at,
			d->psd == 'y'
				? "ruf in the record of a public suffix: no such reports are sent for one"
				: "ruf asks for a report about each message that fails",
			NULL);
	} else if (d->fo_tag) {
		dmarc_found_at(x, RULE_DMARC_FO_NO_RUF, d->fo_tag->at, "fo without ruf is ignored",
			       NULL);
	}
	if (d->nrua > 2)
		dmarc_found_at(x, RULE_DMARC_RUA_MANY, d->rua_tag->value_at,
			       arena_printf(a, "%zu addresses in rua", d->nrua), NULL);
	for (size_t i = 0; i < to.n; i++)
		check_destination(x, &to.item[i]);
}

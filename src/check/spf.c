/* SPF: which record counts, what is wrong in it, and what its evaluation costs (RFC 7208). */
#include "buf.h"
#include "mend.h"
#include "name.h"
#include "spf_data.h"
#include "spf_parts.h"

/* ---- which record counts ---- */

/* Text that was meant as SPF; true when there was any. */
static bool check_near_records(struct check *c, const struct fact *txt, bool has_record)
{
	bool any = false;
	const char *why;

	for (size_t i = 0; i < txt->nrr; i++) {
		const struct rr *rr = &txt->rr[i];
		struct finding *f;

		if (str_starts_ci(rr->data, S("spf2.0/"))) {
			spf_found(c, RULE_SPF_SENDERID, rr, (struct span){ 0, 6 });
			continue;
		}
		if (!spf_is_near_record(rr->data, &why))
			continue;
		any = true;
		if (has_record) {
			f = spf_found(c, RULE_SPF_STRAY, rr, (struct span){ 0, 7 });
			f->detail = why;
			continue;
		}
		f = spf_found(c,
			      rr->ncuts && rr->cuts[0] == 6 ? RULE_SPF_SPLIT_VERSION
							    : RULE_SPF_VERSION,
			      rr, (struct span){ 0, 7 });
		f->detail = why;
		f->fix = spf_version_mended(c->arena, c->domain, rr->data);
	}
	return any;
}

/* A record of type 99 beside the TXT record, or in place of it. Only one that stands at this very
 * name counts: where the name is an alias, it is somebody else's. */
static void check_type99(struct check *c)
{
	const struct spf_view *v = &c->report->spf;
	const struct fact *old = look_dns(c->look, RR_SPF, c->domain);

	for (size_t i = 0; i < old->nrr && !old->nchain; i++) {
		bool same = false;
		struct finding *f;

		if (!spf_is_record(old->rr[i].data))
			continue;
		for (size_t k = 0; k < v->nrecords; k++)
			same |= str_eq(v->records[k]->data, old->rr[i].data);
		f = found(c, same ? RULE_SPF_TYPE99 : RULE_SPF_TYPE99_ONLY, c->domain, old,
			  &old->rr[i]);
		if (same)
			continue;
		f->detail = v->nrecords ? "it says something else than the TXT record"
					: "there is no SPF record of type TXT";
		if (!v->nrecords)
			f->fix = mend_txt(c->arena, c->domain, old->rr[i].data);
	}
}

/* A subdomain without a record, below a domain that has one: does its owner take that to count? */
static void check_parent(struct check *c)
{
	const char *org = c->org;
	const struct fact *txt;

	if (!org || strcmp(org, c->domain) == 0)
		return;
	txt = look_dns(c->look, RR_TXT, org);
	for (size_t i = 0; i < txt->nrr; i++)
		if (spf_is_record(txt->rr[i].data)) {
			found(c, RULE_SPF_SUBDOMAIN, c->domain, txt, &txt->rr[i])->detail =
				arena_printf(c->arena, "the record at %s does not count for %s",
					     org, c->domain);
			return;
		}
}

/* A record to begin with, as far as the MX tells who sends: a mailbox provider, or the domain's own
 * hosts; a filter in front of the mailboxes tells nothing. NULL: not known. */
static const char *starter(struct check *c)
{
	const struct fact *mx = look_dns(c->look, RR_MX, c->domain);
	const char *include = NULL;
	size_t own = 0, provided = 0;

	for (size_t i = 0; i < mx->nrr; i++) {
		const char *host = mx->rr[i].target, *of = spf_include_of_mx(host);

		own += is_own(c, host);
		provided += of && (!include || strcmp(include, of) == 0);
		include = include ? include : of;
	}
	if (mx->nrr && own == mx->nrr)
		return mend_txt(c->arena, c->domain, S("v=spf1 mx ~all"));
	if (mx->nrr && provided == mx->nrr)
		return mend_txt(c->arena, c->domain,
				str_c(arena_printf(c->arena, "v=spf1 include:%s ~all", include)));
	return NULL;
}

static void check_none(struct check *c, const struct fact *txt)
{
	struct finding *f;

	if (c->report->intent == INTENT_AUTO)
		return;
	/* nobody takes a name of the reverse zones for a mail domain; one that does not exist, or
	 * is an alias, has no place for a record of its own */
	if (name_is_under(c->domain, "arpa")) {
		c->report->presence[PROTO_SPF] = PRESENCE_NA;
		return;
	}
	if (c->report->intent == INTENT_PARKED && (fact_is_nxdomain(txt) || txt->nchain))
		return;
	if (c->report->intent == INTENT_PARKED) {
		f = found(c, RULE_SPF_NOMAIL, c->domain, txt, NULL);
		f->detail = "there is no SPF record";
		f->fix = mend_txt(c->arena, c->domain, S("v=spf1 -all"));
		return;
	}
	f = found(c, RULE_SPF_NONE, c->domain, txt, NULL);
	if (txt->state == FACT_SOME)
		f->detail = arena_printf(c->arena, "%zu TXT record%s, none of them SPF", txt->nrr,
					 txt->nrr == 1 ? "" : "s");
	else
		f->detail = fact_is_nxdomain(txt) ? "the name does not exist" : "no TXT record";
	f->fix = starter(c);
	check_parent(c);
}

/* One record out of several: every term once, the mildest all at the end. NULL when a redirect
 * makes that impossible. */
static const char *merged(struct check *c, const struct spf_view *v)
{
	static const char order[] = "-~?+";
	struct buf b;
	const char *fix, *mildest = NULL;
	struct str seen[256];
	size_t nseen = 0;

	buf_init(&b, 64 * 1024);
	buf_adds(&b, "v=spf1");
	for (size_t i = 0; i < v->nrecords; i++) {
		struct spf spf;

		parse_spf(c->arena, v->records[i]->data, &spf);
		for (size_t k = 0; k < spf.n; k++) {
			const struct spf_term *t = &spf.term[k];
			bool again = nseen == 256 || t->faulty || t->kind == SPF_REDIRECT;

			if (again) {
				buf_free(&b);
				return NULL;
			}
			if (t->kind == SPF_ALL) {
				const char *q = strchr(order, t->qualifier);

				mildest = q && (!mildest || q > mildest) ? q : mildest;
				continue;
			}
			for (size_t s = 0; s < nseen && !again; s++)
				again = str_eq_ci(seen[s], t->text);
			if (again)
				continue;
			seen[nseen++] = t->text;
			buf_addf(&b, " %.*s", (int)t->text.n, t->text.p);
		}
	}
	/* a neutral or passing end is not worth keeping */
	buf_addf(&b, " %call", mildest && *mildest == '-' ? '-' : '~');
	fix = b.failed ? NULL : mend_txt(c->arena, c->domain, buf_str(&b));
	buf_free(&b);
	return fix;
}

static void check_multiple(struct check *c)
{
	const struct spf_view *v = &c->report->spf;
	const char *fix = merged(c, v);

	for (size_t i = 0; i < v->nrecords; i++) {
		struct finding *f = spf_found(c, RULE_SPF_MULTIPLE, v->records[i],
					      (struct span){ 0, 0 });

		f->detail = arena_printf(c->arena, "record %zu of %zu", i + 1, v->nrecords);
		f->fix = fix;
	}
}

void check_spf(struct check *c)
{
	struct spf_view *v = &c->report->spf;
	const struct fact *txt = look_dns(c->look, RR_TXT, c->domain);
	enum presence *presence = &c->report->presence[PROTO_SPF];
	bool near;

	v->fact = txt;
	*presence = PRESENCE_OPEN;
	if (fact_is_open(txt))
		return;
	if (txt->state == FACT_LOST) {
		*presence = PRESENCE_UNKNOWN;
		found(c, RULE_SPF_TEMPERROR, c->domain, txt, NULL)->detail =
			txt->detail ? txt->detail : fact_why_text(txt->why);
		return;
	}
	v->records = arena_array(c->arena, txt->nrr, sizeof(*v->records));
	for (size_t i = 0; i < txt->nrr; i++)
		if (spf_is_record(txt->rr[i].data))
			v->records[v->nrecords++] = &txt->rr[i];
	*presence = v->nrecords ? PRESENCE_YES : PRESENCE_NONE;
	check_type99(c);
	near = check_near_records(c, txt, v->nrecords > 0);
	if (v->nrecords > 1)
		check_multiple(c);
	else if (v->nrecords == 1)
		spf_check_record(c);
	else if (!near)
		check_none(c, txt);
}

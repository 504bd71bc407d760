/* One line a protocol: what there is of it. Layer: render. */
#include "text.h"

#include "name.h"

enum {
	KEYS_BRIEF = 6,
	HOSTS_BRIEF = 4,
	ADDRESSES_BRIEF = 4,
	URIS_BRIEF = 3,
};

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

/* "; and 3 more" */
static void put_more(struct pen *p, size_t n)
{
	if (n)
		pen_words(p, arena_printf(p->scratch, "and %zu more", n));
}

/* ---- SPF ---- */

static void spf_end(struct pen *p, const struct spf *spf)
{
	if (spf->all) {
		pen_words(p, "; ends in ");
		pen_words(p, arena_strndup(p->scratch, spf->all->text.p, spf->all->text.n));
	} else if (spf->redirect) {
		pen_words(p, "; goes on at ");
		pen_words(p, arena_strndup(p->scratch, spf->redirect->domain.p,
					   spf->redirect->domain.n));
	} else {
		pen_words(p, "; no \"all\" at its end");
	}
}

static void summary_spf(struct pen *p, const struct report *r)
{
	const struct spf_node *root = r->spf.root;

	if (r->spf.nrecords > 1)
		return pen_words(p, arena_printf(p->scratch, "%zu records, one is allowed",
						 r->spf.nrecords));
	if (!root || !root->spf)
		return pen_words(p, "a record");
	if (root->spf->n == 1 && root->spf->all && root->spf->all->qualifier == '-')
		return pen_words(p, "v=spf1 -all: nobody may send for it");
	pen_words(p, arena_printf(p->scratch, "%u of 10 look-ups, %u void", root->lookups,
				  root->voids));
	spf_end(p, root->spf);
}

/* ---- DKIM ---- */

static const char *key_words(struct arena *a, const struct dkim_key_view *v)
{
	const struct dkim_key *k = v->key;

	if (!k)
		return arena_printf(a, "%s (not read)", v->selector);
	if (k->revoked)
		return arena_printf(a, "%s (revoked)", v->selector);
	if (k->type == DKIM_RSA && k->bits)
		return arena_printf(a, "%s (rsa %u%s)", v->selector, k->bits,
				    k->usable ? "" : ", not usable");
	return arena_printf(a, "%s (%s%s)", v->selector,
			    k->type == DKIM_RSA       ? "rsa"
			    : k->type == DKIM_ED25519 ? "ed25519"
						      : "other key type",
			    k->usable ? "" : ", not usable");
}

static void summary_dkim(struct pen *p, const struct report *r)
{
	const struct dkim_view *d = &r->dkim;
	size_t n = p->o->verbose || d->nkeys <= KEYS_BRIEF ? d->nkeys : KEYS_BRIEF;

	if (!d->nkeys && d->wildcard == PRESENCE_YES)
		return pen_words(p, "no key; a wildcard answers for every selector");
	if (!d->nkeys && d->in_zone)
		return pen_words(
			p, d->lost ? "no key could be had; the zone's selectors lead out of it"
				   : "no key in the zone");
	if (!d->nkeys) {
		pen_words(p,
			  arena_printf(
				  p->scratch,
				  "no key under %u selector%s tried; --selector NAME tries yours",
				  d->asked, plural(d->asked)));
		return;
	}
	pen_words(p, arena_printf(p->scratch, "%zu key%s: ", d->nkeys, plural(d->nkeys)));
	for (size_t i = 0; i < n; i++) {
		pen_words(p, key_words(p->scratch, &d->keys[i]));
		pen_words(p, i + 1 < d->nkeys ? ", " : "");
	}
	put_more(p, d->nkeys - n);
	if (!d->in_zone)
		pen_words(p, arena_printf(p->scratch, "; %u selector%s tried", d->asked,
					  plural(d->asked)));
	if (d->lost)
		pen_words(p, arena_printf(p->scratch, "; %u more could not be had", d->lost));
	if (d->wildcard == PRESENCE_YES)
		pen_words(p, "; any selector answers (wildcard)");
}

/* ---- DMARC ---- */

static void summary_dmarc(struct pen *p, const struct report *r)
{
	const struct dmarc_view *d = &r->dmarc;
	const char *own = dmarc_policy_name(d->policy),
		   *sub = dmarc_policy_name(d->subdomain_policy);
	const char *now = dmarc_policy_name(d->effective_policy);

	pen_words(p, own ? arena_printf(p->scratch, "p=%s", own) : "no valid policy");
	if (own && d->record && !d->inherited && d->record->p != d->policy)
		pen_words(p, " is what receivers make of it");
	if (sub && !d->inherited && d->subdomain_policy != d->policy)
		pen_words(p, arena_printf(p->scratch, ", subdomains %s", sub));
	if (now && own && d->effective_policy != d->policy)
		pen_words(p, arena_printf(p->scratch, ", in effect here %s", now));
	if (d->inherited && d->found_at)
		pen_words(p, arena_printf(p->scratch, "; inherited from %s", d->found_at));
	if (d->record && d->record->nrua) {
		pen_words(p, "; reports to ");
		for (size_t i = 0; i < d->record->nrua && i < URIS_BRIEF; i++) {
			pen_words(p, i ? ", " : "");
			pen_words(p, arena_strndup(p->scratch, d->record->rua[i].text.p,
						   d->record->rua[i].text.n));
		}
	}
}

/* ---- MX and PTR ---- */

static void summary_mx(struct pen *p, const struct report *r)
{
	const struct mx_view *m = &r->mx;
	size_t n = p->o->verbose || m->nhost <= HOSTS_BRIEF ? m->nhost : HOSTS_BRIEF;

	if (m->null_mx)
		return pen_words(p, "null MX: it takes no mail");
	if (m->implicit)
		return pen_words(p, "none; mail goes to the domain's own address");
	for (size_t i = 0; i < n; i++) {
		const struct mx_host_view *h = &m->host[i];

		pen_words(p, arena_printf(p->scratch, "%u %s%s", h->preference, h->name,
					  i + 1 < m->nhost ? ", " : ""));
	}
	put_more(p, m->nhost - n);
}

/* The addresses of the MX hosts, and how many of them have a reverse name that leads back. */
static void mx_addresses(struct pen *p, const struct mx_view *m)
{
	size_t n = 0, confirmed = 0, unknown = 0;

	for (size_t i = 0; i < m->nhost; i++) {
		for (size_t j = 0; j < m->host[i].naddress; j++) {
			enum presence fcrdns = m->host[i].address[j].fcrdns;

			n++;
			confirmed += fcrdns == PRESENCE_YES;
			unknown += fcrdns == PRESENCE_UNKNOWN || fcrdns == PRESENCE_OPEN;
		}
	}
	if (!n)
		return pen_words(p, "nothing to look up; --ip ADDR names an address that sends");
	pen_words(p, arena_printf(p->scratch,
				  "MX addresses: %zu of %zu ha%s a reverse name that leads back",
				  confirmed, n, confirmed == 1 ? "s" : "ve"));
	if (unknown)
		pen_words(p, arena_printf(p->scratch, ", %zu not known", unknown));
}

static void summary_ptr(struct pen *p, const struct report *r)
{
	const struct ptr_view *v = &r->ptr;
	size_t n = p->o->verbose || v->naddress <= ADDRESSES_BRIEF ? v->naddress : ADDRESSES_BRIEF;

	if (!v->naddress)
		return mx_addresses(p, &r->mx);
	for (size_t i = 0; i < n; i++) {
		const struct address_view *a = &v->address[i];

		pen_words(p, ip_text(p->scratch, a->ip));
		pen_words(p, " ");
		pen_words(p, a->nptr                          ? a->ptr[0]
			     : a->has_ptr == PRESENCE_UNKNOWN ? "(not known)"
							      : "(no name)");
		if (a->nptr && a->fcrdns != PRESENCE_UNKNOWN)
			pen_words(p, a->fcrdns == PRESENCE_YES ? " confirmed" : " not confirmed");
		pen_words(p, i + 1 < v->naddress ? ", " : "");
	}
	put_more(p, v->naddress - n);
}

/* ---- MTA-STS and TLS-RPT ---- */

static void summary_mta_sts(struct pen *p, const struct report *r)
{
	const struct mta_sts_view *m = &r->mta_sts;
	const struct mta_sts_policy *policy = m->policy;
	const char *mode = policy ? mta_sts_mode_name(policy->mode) : NULL;

	if (!policy) {
		pen_words(p, "a record");
		if (m->policy_fact && m->policy_fact->state == FACT_LOST)
			pen_words(p, fact_is_offline(m->policy_fact)
					     ? "; the policy was not fetched: offline"
					     : "; the policy could not be fetched");
		return;
	}
	pen_words(p, mode ? arena_printf(p->scratch, "mode %s", mode) : "no valid mode");
	if (policy->max_age_s >= 86400)
		pen_words(p, arena_printf(p->scratch, ", kept for %lld day%s",
					  (long long)(policy->max_age_s / 86400),
					  plural((size_t)(policy->max_age_s / 86400))));
	else if (policy->max_age_s >= 0)
		pen_words(p, arena_printf(p->scratch, ", kept for %lld seconds",
					  (long long)policy->max_age_s));
	pen_words(p,
		  arena_printf(p->scratch, ", %zu MX pattern%s", policy->nmx, plural(policy->nmx)));
}

static void summary_tls_rpt(struct pen *p, const struct report *r)
{
	const struct tls_rpt *t = r->tls_rpt.record;

	if (!t || !t->nrua)
		return pen_words(p, "a record, without a destination");
	pen_words(p, "reports to ");
	for (size_t i = 0; i < t->nrua && i < URIS_BRIEF; i++) {
		pen_words(p, i ? ", " : "");
		pen_words(p, arena_strndup(p->scratch, t->rua[i].text.p, t->rua[i].text.n));
	}
	put_more(p, t->nrua > URIS_BRIEF ? t->nrua - URIS_BRIEF : 0);
}

/* ---- DANE and SMTP ---- */

static void summary_dane(struct pen *p, const struct report *r)
{
	size_t some = 0, holds = 0;

	for (size_t i = 0; i < r->dane.nhost; i++) {
		const struct dane_host_view *h = &r->dane.host[i];

		some += h->ntlsa > 0;
		holds += h->usable && h->secure == PRESENCE_YES;
	}
	pen_words(p, arena_printf(p->scratch, "%zu of %zu MX host%s ha%s TLSA records", some,
				  r->dane.nhost, plural(r->dane.nhost), some == 1 ? "s" : "ve"));
	if (holds == some)
		pen_words(p, " that senders heed");
	else if (holds)
		pen_words(p, arena_printf(p->scratch, ", %zu that senders heed", holds));
}

static void summary_smtp(struct pen *p, const struct report *r)
{
	size_t n = 0, encrypted = 0;

	for (size_t i = 0; i < r->smtp.nhost; i++) {
		const struct fact *f = r->smtp.host[i].fact;

		n += f && f->state == FACT_SOME;
		encrypted += f && f->state == FACT_SOME && f->smtp->tls == SMTP_TLS_OK;
	}
	pen_words(p, arena_printf(p->scratch, "%zu of %zu MX host%s that answer%s encrypt%s",
				  encrypted, n, plural(n), n == 1 ? "s" : "",
				  encrypted == 1 ? "s" : ""));
	if (n < r->smtp.nhost)
		pen_words(p, arena_printf(p->scratch, ", %zu not known", r->smtp.nhost - n));
}

static void summary_dnsbl(struct pen *p, const struct report *r)
{
	pen_words(p,
		  arena_printf(p->scratch, "%u listing%s; %u of %u lists answer", r->dnsbl.listings,
			       plural(r->dnsbl.listings), r->dnsbl.answering, r->dnsbl.lists));
}

/* ---- DNSSEC ---- */

static void summary_dnssec(struct pen *p, const struct report *r)
{
	if (r->dnssec.validated == PRESENCE_YES)
		return pen_words(p, "signed, and the resolver validates it");
	pen_words(p, r->dnssec.validated == PRESENCE_NONE
			     ? "a DS record, but the resolver finds nothing that it can validate"
			     : "a DS record; whether the signatures hold is not known");
}

/* ---- BIMI ---- */

static void summary_bimi(struct pen *p, const struct report *r)
{
	const struct bimi *b = r->bimi.record;

	if (!b || !b->valid)
		return pen_words(p, "no record that receivers could use");
	pen_words(p, b->declines ? "no logo shall be shown" : "a logo");
	if (!b->declines && b->a && b->a->value.n)
		pen_words(p, " and a certificate");
}

bool text_has_summary(const struct report *r, enum proto proto)
{
	if (proto == PROTO_DANE || proto == PROTO_DNSSEC || proto == PROTO_BIMI)
		return r->presence[proto] == PRESENCE_YES;
	return (proto != PROTO_SMTP && proto != PROTO_DNSBL) || r->presence[proto] != PRESENCE_NA;
}

/* ---- all ---- */

static const struct fact *fact_of(const struct report *r, enum proto proto)
{
	switch (proto) {
	case PROTO_SPF: return r->spf.fact;
	case PROTO_DMARC: return r->dmarc.fact;
	case PROTO_MX: return r->mx.fact;
	case PROTO_MTA_STS: return r->mta_sts.fact;
	case PROTO_TLS_RPT: return r->tls_rpt.fact;
	default: return NULL;
	}
}

/* Is all that is not known what the user wished not to ask? */
static bool is_offline(const struct report *r)
{
	for (size_t i = 0; i < r->nunknown; i++) {
		if (!r->unknown[i].offline)
			return false;
	}
	return r->nunknown > 0;
}

static void summary_lost(struct pen *p, const struct report *r, enum proto proto)
{
	const struct fact *f = fact_of(r, proto);

	if (f && f->state == FACT_LOST ? fact_is_offline(f) : is_offline(r))
		return pen_words(p, "not asked: offline");
	if (proto == PROTO_DNSBL)
		return pen_words(p, arena_printf(p->scratch, "not known; %u of %u lists answer",
						 r->dnsbl.answering, r->dnsbl.lists));
	pen_words(p, "could not be had");
	if (f && f->state == FACT_LOST)
		pen_words(p, arena_printf(p->scratch, ": %s",
					  f->detail ? f->detail : fact_why_text(f->why)));
}

typedef void summary_fn(struct pen *p, const struct report *r);

static summary_fn *const summaries[PROTO_COUNT] = {
	[PROTO_SPF] = summary_spf,         [PROTO_DKIM] = summary_dkim,
	[PROTO_DMARC] = summary_dmarc,     [PROTO_MX] = summary_mx,
	[PROTO_PTR] = summary_ptr,         [PROTO_MTA_STS] = summary_mta_sts,
	[PROTO_TLS_RPT] = summary_tls_rpt, [PROTO_DANE] = summary_dane,
	[PROTO_SMTP] = summary_smtp,       [PROTO_DNSSEC] = summary_dnssec,
	[PROTO_BIMI] = summary_bimi,       [PROTO_DNSBL] = summary_dnsbl,
};

void text_summary(struct pen *p, const struct report *r, enum proto proto)
{
	enum presence presence = r->presence[proto];

	/* no selector can be known to be the last: no key found proves nothing, and nothing was
	 * lost */
	if (proto == PROTO_DKIM && presence != PRESENCE_OPEN && presence != PRESENCE_NA &&
	    (r->dkim.asked || r->dkim.nkeys || r->dkim.in_zone))
		return summary_dkim(p, r);
	if (presence == PRESENCE_UNKNOWN || presence == PRESENCE_OPEN)
		return summary_lost(p, r, proto);
	if (presence == PRESENCE_NA && proto == PROTO_PTR)
		return pen_words(p, "no address to look up; --ip ADDR names one that sends");
	if (presence == PRESENCE_NA)
		return pen_words(p, "does not apply");
	if (presence == PRESENCE_NONE)
		return pen_words(p, proto == PROTO_MX ? "no MX record" : "no record");
	summaries[proto](p, r);
	if (r->status[proto] == STATUS_UNKNOWN && proto != PROTO_MTA_STS)
		pen_words(p, is_offline(r) ? "; not all asked (offline)" : "; not all known");
}

const char *text_summary_line(struct arena *a, const struct report *r, enum proto proto)
{
	const struct render_options o = { .width = 0 };
	const char *line;
	struct pen p;
	struct buf b;

	buf_init(&b, 64 * 1024);
	pen_init(&p, &b, a, &o);
	p.width = SIZE_MAX / 2;
	text_summary(&p, r, proto);
	pen_newline(&p);
	line = arena_strndup(a, b.p ? b.p : "", b.n ? b.n - 1 : 0);
	buf_free(&b);
	return line;
}

/* For -v: every record of a protocol that no finding shows already, and the addresses of the MX
 * hosts. Layer: render. */
#include "text.h"

#include "name.h"

enum { COL_NAME = 2, COL_RECORD = 4, ROWS_MAX = 100 };

/* Will a finding of this report show the record? */
static bool is_shown(const struct report *r, const struct fact *fact, const struct rr *rr)
{
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		if (f->fact == fact && (f->rr == rr || (!f->rr && fact->nrr == 1)))
			return true;
	}
	return false;
}

static void put_record(struct pen *p, const struct report *r, const struct fact *fact,
		       const struct rr *rr)
{
	if (!fact || !rr || is_shown(r, fact, rr))
		return;
	p->indent = COL_NAME;
	pen_to(p, COL_NAME);
	pen_style(p, STYLE_DIM);
	pen_words(p, fact_question_text(p->scratch, fact));
	if (rr->file)
		pen_words(p, arena_printf(p->scratch, " (%s:%u)", rr->file, rr->line));
	else if (fact->source)
		pen_words(p, arena_printf(p->scratch, " (%s, TTL %u)", fact->source, rr->ttl_s));
	for (size_t i = 0; i < fact->nchain; i++)
		pen_words(p, arena_printf(p->scratch, " -> %s", fact->chain[i].target));
	pen_style(p, STYLE_PLAIN);
	pen_newline(p);
	text_record(p, rr_text(p->scratch, rr), NULL, 0, COL_RECORD, RECORD_WHOLE);
}

static void put_address(struct pen *p, const struct address_view *a, size_t col)
{
	p->indent = col + 2;
	pen_to(p, col);
	pen_words(p, ip_text(p->scratch, a->ip));
	for (size_t i = 0; i < a->nptr && i < ROWS_MAX; i++)
		pen_words(p, arena_printf(p->scratch, " %s", a->ptr[i]));
	if (!a->nptr)
		pen_words(p, a->has_ptr == PRESENCE_NONE ? " no reverse name"
							 : " reverse name not known");
	else if (a->fcrdns != PRESENCE_UNKNOWN)
		pen_words(p, a->fcrdns == PRESENCE_YES ? " (confirmed)" : " (not confirmed)");
	pen_newline(p);
}

static void put_hosts(struct pen *p, const struct mx_view *m)
{
	for (size_t i = 0; i < m->nhost && i < ROWS_MAX; i++) {
		const struct mx_host_view *h = &m->host[i];

		p->indent = COL_RECORD;
		pen_to(p, COL_NAME);
		pen_words(p, arena_printf(p->scratch, "%u %s", h->preference, h->name));
		pen_newline(p);
		for (size_t j = 0; j < h->naddress && j < ROWS_MAX; j++)
			put_address(p, &h->address[j], COL_RECORD);
	}
}

static void put_policy(struct pen *p, const struct report *r)
{
	const struct fact *f = r->mta_sts.policy_fact;

	if (!f || f->state != FACT_SOME || is_shown(r, f, NULL))
		return;
	p->indent = COL_NAME;
	pen_to(p, COL_NAME);
	pen_style(p, STYLE_DIM);
	pen_words(p, fact_question_text(p->scratch, f));
	pen_style(p, STYLE_PLAIN);
	pen_newline(p);
	text_record(p, f->body, NULL, 0, COL_RECORD, RECORD_WHOLE | RECORD_LINES);
}

static void put_smtp(struct pen *p, const struct report *r)
{
	for (size_t i = 0; i < r->smtp.nhost && i < ROWS_MAX; i++) {
		const struct fact *f = r->smtp.host[i].fact;
		const struct smtp_talk *t = f ? f->smtp : NULL;

		if (!t || t->tls != SMTP_TLS_OK)
			continue;
		p->indent = COL_RECORD;
		pen_to(p, COL_NAME);
		pen_words(p, arena_printf(p->scratch, "%s %s, certificate %s by %s", f->name,
					  t->version, t->cert[0].subject, t->cert[0].issuer));
		pen_newline(p);
	}
}

void text_records(struct pen *p, const struct report *r, enum proto proto)
{
	switch (proto) {
	case PROTO_SPF:
		for (size_t i = 0; i < r->spf.nrecords; i++)
			put_record(p, r, r->spf.fact, r->spf.records[i]);
		break;
	case PROTO_DKIM:
		for (size_t i = 0; i < r->dkim.nkeys; i++)
			put_record(p, r, r->dkim.keys[i].fact, r->dkim.keys[i].rr);
		break;
	case PROTO_DMARC: put_record(p, r, r->dmarc.fact, r->dmarc.rr); break;
	case PROTO_MX: put_hosts(p, &r->mx); break;
	case PROTO_PTR:
		for (size_t i = 0; i < r->ptr.naddress; i++)
			put_address(p, &r->ptr.address[i], COL_NAME);
		break;
	case PROTO_MTA_STS:
		put_record(p, r, r->mta_sts.fact, r->mta_sts.rr);
		put_policy(p, r);
		break;
	case PROTO_TLS_RPT: put_record(p, r, r->tls_rpt.fact, r->tls_rpt.rr); break;
	case PROTO_DANE:
		for (size_t i = 0; i < r->dane.nhost; i++)
			for (size_t k = 0; k < r->dane.host[i].ntlsa; k++)
				put_record(p, r, r->dane.host[i].fact,
					   &r->dane.host[i].fact->rr[k]);
		break;
	case PROTO_SMTP: put_smtp(p, r); break;
	case PROTO_DNSSEC:
	case PROTO_DNSBL: break;
	case PROTO_BIMI: put_record(p, r, r->bimi.fact, r->bimi.rr); break;
	case PROTO_PROFILE:
	case PROTO_STACK:
	case PROTO_ZONE:
	case PROTO_CONFIG:
	case PROTO_DNS:
	case PROTO_ALL: break;
	}
}

/* A described sender: what SPF, DKIM and DMARC answer for mail from one host, under the names that
 * it uses (RFC 7208, 6376, 9989 5). Of a signature only the key is seen: a key that verifiers can
 * use stands for a signature that verifies.
 *
 * It stands behind check_dmarc in the table: the policy that applies to the author domain, which is
 * the audited one, is in the report. */
#include "check.h"
#include "dkim.h"
#include "dmarc_align.h"
#include "name.h"
#include "spf_eval.h"

struct sending {
	struct check *c;
	const struct sender_wish *wish;
	struct sender_view *v;
	struct dmarc_orgs author;
	bool open;
};

static enum presence presence_of(enum dmarc_aligned a)
{
	return a == DMARC_ALIGNED_YES  ? PRESENCE_YES
	       : a == DMARC_ALIGNED_NO ? PRESENCE_NONE
				       : PRESENCE_UNKNOWN;
}

/* ---- SPF ---- */

static const char *domain_of(struct arena *a, const char *address)
{
	return name_from_text(a, str_c(str_mail_domain(address)));
}

static void align(struct sending *s, const char *domain, char mode, enum presence *rfc9989,
		  enum presence *rfc7489)
{
	struct dmarc_orgs orgs;
	struct dmarc_alignment al;

	*rfc9989 = *rfc7489 = PRESENCE_NONE;
	if (!domain)
		return;
	if (dmarc_orgs_of(s->c->arena, s->c->look, domain, &orgs) == DMARC_WALK_OPEN)
		s->open = true;
	al = dmarc_align(&s->author, &orgs, mode);
	*rfc9989 = presence_of(al.rfc9989);
	*rfc7489 = presence_of(al.rfc7489);
}

static void send_spf(struct sending *s)
{
	const struct sender_wish *w = s->wish;
	const struct dmarc *d = s->c->report->dmarc.record;
	struct spf_client client = { .ip = w->ip, .helo = w->helo, .mail_from = w->mail_from };
	const char *helo = w->helo ? name_from_text(s->c->arena, str_c(w->helo)) : NULL;

	s->v->null_sender = !*w->mail_from;
	align(s, s->v->null_sender ? helo : domain_of(s->c->arena, w->mail_from), d ? d->aspf : 'r',
	      &s->v->spf_aligned, &s->v->spf_aligned_7489);
	s->v->has_spf = w->ip.n > 0;
	if (!s->v->has_spf)
		return;
	spf_check_host(s->c->arena, s->c->look, &client, &s->v->spf);
	s->open |= s->v->spf.open;
	if (!w->helo)
		return;
	spf_check_helo(s->c->arena, s->c->look, &client, &s->v->helo_spf);
	s->open |= s->v->helo_spf.open;
}

/* ---- DKIM ---- */

static const char *fault_text(const struct dkim_key *key)
{
	if (key->revoked)
		return "the key is revoked";
	return "the key record is not one that verifiers can use";
}

static void judge_key(struct sending *s, struct signature_view *v)
{
	struct dkim_key *key = NULL;

	for (size_t i = 0; i < v->fact->nrr && !key; i++)
		if (dkim_is_key(v->fact->rr[i].data)) {
			key = ARENA_NEW(s->c->arena, struct dkim_key);
			parse_dkim(s->c->arena, v->fact->rr[i].data, key);
		}
	if (!key) {
		v->no_key = true;
		v->result = AUTH_PERMERROR;
		v->reason = "there is no key at the selector";
		return;
	}
	v->algorithm = key->type == DKIM_RSA       ? "rsa-sha256"
		       : key->type == DKIM_ED25519 ? "ed25519-sha256"
						   : NULL;
	v->revoked = key->revoked;
	v->testing = key->testing;
	v->result = key->usable && !key->revoked ? AUTH_PASS : AUTH_PERMERROR;
	if (v->result != AUTH_PASS)
		v->reason = fault_text(key);
}

static void send_signature(struct sending *s, const struct sender_signature *sig,
			   struct signature_view *v)
{
	const struct dmarc *d = s->c->report->dmarc.record;

	*v = (struct signature_view){ .domain = sig->domain, .selector = sig->selector };
	align(s, sig->domain, d ? d->adkim : 'r', &v->aligned, &v->aligned_7489);
	v->result = AUTH_PASS;
	if (!sig->selector)
		return;
	v->fact = look_dns(s->c->look, RR_TXT,
			   name_join(s->c->arena,
				     arena_printf(s->c->arena, "%s._domainkey", sig->selector),
				     sig->domain));
	if (fact_is_open(v->fact)) {
		s->open = true;
	} else if (v->fact->state == FACT_LOST) {
		v->result = AUTH_TEMPERROR;
		v->reason = v->fact->detail ? v->fact->detail : fact_why_text(v->fact->why);
	} else {
		judge_key(s, v);
	}
	if (sig->broken && v->result == AUTH_PASS) {
		v->result = AUTH_FAIL;
		v->reason = "it does not verify: the message is not what was signed";
	}
}

/* ---- DMARC ---- */

static bool is_lost(const struct fact *f)
{
	return f && f->state == FACT_LOST;
}

static void send_dmarc(struct sending *s)
{
	const struct report *r = s->c->report;
	enum presence there = r->presence[PROTO_DMARC];
	bool pass = s->v->spf.result == SPF_RESULT_PASS && s->v->spf_aligned == PRESENCE_YES;
	bool unknown = is_lost(s->v->spf.fact) && s->v->spf.result == SPF_RESULT_TEMPERROR;

	for (size_t i = 0; i < s->v->ndkim; i++) {
		const struct signature_view *v = &s->v->dkim[i];

		pass |= v->result == AUTH_PASS && v->aligned == PRESENCE_YES;
		unknown |= v->result == AUTH_TEMPERROR ||
			   (v->result == AUTH_PASS && v->aligned == PRESENCE_UNKNOWN);
	}
	s->v->disposition = DMARC_NONE;
	if (there == PRESENCE_UNKNOWN || there == PRESENCE_OPEN) {
		s->v->dmarc = AUTH_TEMPERROR;
	} else if (there != PRESENCE_YES || r->dmarc.effective_policy <= DMARC_INVALID) {
		s->v->dmarc = AUTH_NONE;
	} else if (pass) {
		s->v->dmarc = AUTH_PASS;
	} else if (unknown) {
		s->v->dmarc = AUTH_TEMPERROR;
	} else {
		s->v->dmarc = AUTH_FAIL;
		s->v->disposition = r->dmarc.effective_policy;
	}
}

/* The first record of that domain, which readers of RFC 7489 take though there be two. NULL: none.
 */
static const struct dmarc *first_record(struct sending *s, const char *domain)
{
	const struct fact *f = look_dns(s->c->look, RR_TXT,
					name_join(s->c->arena, "_dmarc", domain));
	struct dmarc *d;

	s->open |= fact_is_open(f);
	for (size_t i = 0; i < f->nrr; i++)
		if (dmarc_is_record(f->rr[i].data)) {
			d = ARENA_NEW(s->c->arena, struct dmarc);
			parse_dmarc(s->c->arena, f->rr[i].data, d);
			return d;
		}
	return NULL;
}

static void send_7489(struct sending *s)
{
	const char *org = s->c->report->dmarc.psl_organizational_domain;
	const struct dmarc *d = first_record(s, s->c->domain);

	s->v->pct_7489 = 100;
	s->v->policy_domain = s->c->domain;
	if (d) {
		s->v->policy_7489 = d->p;
	} else if (org && strcmp(org, s->c->domain) != 0) {
		d = first_record(s, org);
		s->v->policy_domain = org;
		if (d)
			s->v->policy_7489 = d->sp > DMARC_INVALID ? d->sp : d->p;
	}
	if (!d)
		s->v->policy_domain = NULL;
	else if (d->pct >= 0)
		s->v->pct_7489 = d->pct;
}

/* ---- the host ---- */

/* Reverse DNS, as check_ptr has seen it. */
static void send_ptr(struct sending *s)
{
	const struct ptr_view *p = &s->c->report->ptr;

	s->v->ptr = PRESENCE_NA;
	s->v->ptr_generic = PRESENCE_NONE;
	for (size_t i = 0; i < p->naddress; i++)
		if (str_eq(p->address[i].ip, s->wish->ip))
			s->v->ptr = p->address[i].has_ptr == PRESENCE_YES ? p->address[i].fcrdns
									  : p->address[i].has_ptr;
	for (size_t i = 0; i < s->c->report->findings.n; i++)
		if (s->c->report->findings.item[i]->rule == RULE_PTR_GENERIC)
			s->v->ptr_generic = PRESENCE_YES;
}

/* RFC 5321 4.1.1.1: a full name that resolves; here, to the very address. */
static void send_helo(struct sending *s)
{
	const char *name = s->wish->helo ? name_from_text(s->c->arena, str_c(s->wish->helo)) : NULL;
	const struct fact *f;

	s->v->helo_ok = PRESENCE_NA;
	if (!s->wish->helo || !s->wish->ip.n)
		return;
	s->v->helo_ok = PRESENCE_NONE;
	if (!name || name_labels(name) < 2 || !name_is_host(name))
		return;
	f = look_dns(s->c->look, s->wish->ip.n == 4 ? RR_A : RR_AAAA, name);
	if (fact_is_open(f))
		s->open = true;
	if (f->state == FACT_LOST)
		s->v->helo_ok = PRESENCE_UNKNOWN;
	for (size_t i = 0; i < f->nrr; i++)
		if (str_eq(f->rr[i].data, s->wish->ip))
			s->v->helo_ok = PRESENCE_YES;
}

/* What Postfix takes for the name of a host: letters, digits, "_" and inner hyphens, and not digits
 * alone. */
static bool postfix_takes(struct str name)
{
	bool digits = true;

	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool edge = i == 0 || i + 1 == name.n || name.p[i - 1] == '.' ||
			    name.p[i + 1] == '.';
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		bool digit = c >= '0' && c <= '9';

		if (c == '-' || c == '.' ? edge : !letter && !digit)
			return false;
		digits &= c == '.' || digit;
	}
	return name.n > 0 && !digits;
}

/* Has the name an MX or address record? */
static enum presence resolves(struct sending *s, const char *name)
{
	static const uint16_t types[] = { RR_MX, RR_A, RR_AAAA };
	bool some = false, lost = false;

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		const struct fact *f = look_dns(s->c->look, types[i], name);

		s->open |= fact_is_open(f);
		some |= f->state == FACT_SOME;
		lost |= f->state == FACT_LOST;
	}
	return some ? PRESENCE_YES : lost ? PRESENCE_UNKNOWN : PRESENCE_NONE;
}

/* Postfix's three questions about HELO. An address, bare or as a literal, is none of a host. */
static void send_helo_name(struct sending *s)
{
	struct str helo = str_c(s->wish->helo ? s->wish->helo : "");
	const char *name = name_from_text(s->c->arena, helo);
	uint8_t octets[16];
	size_t n;

	s->v->helo_known = PRESENCE_NA;
	if (!helo.n || *helo.p == '[')
		return;
	s->v->helo_invalid = !postfix_takes(helo) && !ip_parse(helo, octets, &n);
	s->v->helo_short = !postfix_takes(helo) || !memchr(helo.p, '.', helo.n);
	if (name && !s->v->helo_short)
		s->v->helo_known = resolves(s, name);
}

/* Can the domain of MAIL FROM take the bounces? */
static void send_mail_from(struct sending *s)
{
	const char *name = *s->wish->mail_from ? domain_of(s->c->arena, s->wish->mail_from) : NULL;
	const struct fact *mx;

	s->v->domain_takes_mail = *s->wish->mail_from ? PRESENCE_NONE : PRESENCE_NA;
	if (!name)
		return;
	s->v->domain_takes_mail = resolves(s, name);
	mx = look_dns(s->c->look, RR_MX, name);
	s->v->null_mx = mx->nrr == 1 && strcmp(mx->rr[0].target, ".") == 0;
}

void check_sender(struct check *c)
{
	struct sending s = { .c = c, .wish = c->wish->sender };

	if (!s.wish)
		return;
	s.v = ARENA_NEW(c->arena, struct sender_view);
	*s.v = (struct sender_view){ .from = s.wish->from,
				     .ip = s.wish->ip,
				     .helo = s.wish->helo,
				     .mail_from = s.wish->mail_from,
				     .ndkim = s.wish->ndkim };
	s.open = dmarc_orgs_of(c->arena, c->look, c->domain, &s.author) == DMARC_WALK_OPEN;
	send_spf(&s);
	s.v->dkim = arena_array(c->arena, s.wish->ndkim, sizeof(*s.v->dkim));
	for (size_t i = 0; i < s.wish->ndkim; i++)
		send_signature(&s, &s.wish->dkim[i], &s.v->dkim[i]);
	send_ptr(&s);
	send_helo(&s);
	send_helo_name(&s);
	send_mail_from(&s);
	send_7489(&s);
	if (s.open)
		return;
	send_dmarc(&s);
	c->report->sender = s.v;
}

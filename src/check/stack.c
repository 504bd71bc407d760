/* What the receiver libraries are asked (src/stack): the clients, each with what RFC 7208 answers,
 * and the keys. Of a described sender it is that sender; of an audit, mail with MAIL FROM at the
 * domain from each address given, and the domain's keys. It reads what the others have put into the
 * report. */
#include "check.h"
#include "dkim.h"
#include "name.h"

static void add_client(struct stack_view *v, struct str ip, const char *helo, const char *mail_from)
{
	v->spf[v->nspf++] = (struct stack_spf){ .ip = ip, .helo = helo, .mail_from = mail_from };
}

/* libspf2 passes every client on the loopback by itself. */
static bool is_asked(struct str ip)
{
	return ip.n && ip_classify(ip) != IP_LOOPBACK;
}

static void of_sender(struct check *c, struct stack_view *v)
{
	const struct sender_view *s = c->report->sender;

	if (is_asked(s->ip) && (*s->mail_from || s->helo)) {
		add_client(v, s->ip, s->helo, s->mail_from);
		v->spf[0].rfc = s->spf;
	}
	v->dkim = arena_array(c->arena, s->ndkim, sizeof(*v->dkim));
	for (size_t i = 0; i < s->ndkim; i++) {
		const struct signature_view *k = &s->dkim[i];

		if (!k->fact)
			continue;
		v->dkim[v->ndkim++] = (struct stack_dkim){
			.domain = k->domain,
			.selector = k->selector,
			.fact = k->fact,
			.rr = k->fact->nrr == 1 ? &k->fact->rr[0] : NULL,
			.rfc_usable = k->result == AUTH_PASS,
			.algorithm = k->algorithm,
		};
	}
}

static void of_audit(struct check *c, struct stack_view *v)
{
	const struct dkim_view *d = &c->report->dkim;
	const struct spf_view *spf = &c->report->spf;

	for (size_t i = 0; i < spf->nevaluated; i++) {
		const struct spf_evaluation *e = &spf->evaluated[i];

		if (!is_asked(e->ip))
			continue;
		add_client(v, e->ip, e->helo, arena_printf(c->arena, "postmaster@%s", c->domain));
		v->spf[v->nspf - 1].rfc = *e;
	}
	v->dkim = arena_array(c->arena, d->nkeys, sizeof(*v->dkim));
	for (size_t i = 0; i < d->nkeys; i++) {
		const struct dkim_key_view *k = &d->keys[i];

		v->dkim[v->ndkim++] = (struct stack_dkim){
			.domain = c->domain,
			.selector = k->selector,
			.fact = k->fact,
			.rr = k->fact->nrr == 1 ? &k->fact->rr[0] : NULL,
			.rfc_usable = k->key->usable && !k->key->revoked && !k->key->tlsrpt_only,
			.algorithm = k->key->type == DKIM_ED25519 ? "ed25519-sha256" : "rsa-sha256",
		};
	}
}

void check_stack(struct check *c)
{
	struct stack_view *v = ARENA_NEW(c->arena, struct stack_view);

	if (!c->wish->stack || (c->wish->sender && !c->report->sender))
		return;
	v->spf = arena_array(c->arena, c->report->spf.nevaluated + 1, sizeof(*v->spf));
	if (c->report->sender)
		of_sender(c, v);
	else
		of_audit(c, v);
	v->dmarc.state = STACK_NOT_RUN;
	c->report->stack = v;
}

/* What an MX host said on port 25, and what it is worth. Layer: check. */
#include "smtp_host.h"

#include "name.h"

enum { NAMES_NAMED = 3 };

const struct fact *smtp_host_look(struct check *c, const struct mx_host_view *host)
{
	if (!c->wish->starttls || !host->naddress || !name_is_host(host->name))
		return NULL;
	return look(c->look, ASK_SMTP, 0, host->name);
}

bool smtp_host_is_again(const struct mx_view *mx, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(mx->host[k].name, mx->host[i].name) == 0)
			return true;
	return false;
}

bool smtp_is_enforced(const struct check *c)
{
	const struct mta_sts_policy *p = c->report->mta_sts.policy;

	return p && p->valid && p->mode == STS_MODE_ENFORCE;
}

const char *smtp_tls_fault(struct check *c, const struct fact *smtp)
{
	const char *more = smtp->detail ? arena_printf(c->arena, ": %s", smtp->detail) : "";

	switch (smtp->smtp->tls) {
	case SMTP_TLS_NONE: return arena_printf(c->arena, "%s does not offer STARTTLS", smtp->name);
	case SMTP_TLS_REFUSED:
		return arena_printf(c->arena, "%s offers STARTTLS and then refuses it%s",
				    smtp->name, more);
	case SMTP_TLS_OLD:
		return arena_printf(c->arena, "%s has no TLS version from 1.2 on", smtp->name);
	case SMTP_TLS_FAILED:
		return arena_printf(c->arena, "%s offers STARTTLS, but TLS fails%s", smtp->name,
				    more);
	default: return NULL;
	}
}

const char *smtp_hex(struct arena *a, const uint8_t *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char *text = arena_alloc(a, 2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		text[2 * i] = digits[p[i] >> 4];
		text[2 * i + 1] = digits[p[i] & 15];
	}
	return text;
}

const char *smtp_join(struct arena *a, const char *x, const char *y)
{
	return x && y ? arena_printf(a, "%s; %s", x, y) : x ? x : y;
}

static const char *time_fault(struct check *c, const struct smtp_talk *t)
{
	const struct smtp_cert *leaf = &t->cert[0];

	if (c->now_s > leaf->until_s)
		return arena_printf(c->arena, "it expired on %s",
				    arena_day(c->arena, leaf->until_s));
	if (c->now_s < leaf->from_s)
		return arena_printf(c->arena, "it is not valid before %s",
				    arena_day(c->arena, leaf->from_s));
	return t->pkix == SMTP_PKIX_TIME ? "the certificate of one of its CAs has expired" : NULL;
}

static const char *name_fault(struct check *c, const char *host, const struct smtp_cert *leaf)
{
	const char *names = NULL;

	if (smtp_cert_is_for(leaf, host))
		return NULL;
	if (!leaf->nname)
		return "it has no DNS name among its alternative names";
	for (size_t i = 0; i < leaf->nname && i < NAMES_NAMED; i++)
		names = names ? arena_printf(c->arena, "%s, %s", names, leaf->name[i])
			      : leaf->name[i];
	return arena_printf(c->arena, "it is for %s%s", names,
			    leaf->nname > NAMES_NAMED ? " and more" : "");
}

struct smtp_cert_faults smtp_cert_faults(struct check *c, const struct fact *smtp)
{
	const struct smtp_talk *t = smtp->smtp;
	struct smtp_cert_faults f = { 0 };

	if (t->tls != SMTP_TLS_OK)
		return f;
	f.time = time_fault(c, t);
	f.name = name_fault(c, smtp->name, &t->cert[0]);
	if (t->pkix == SMTP_PKIX_SELF_SIGNED)
		f.self_signed = "it is signed by itself";
	else if (t->pkix == SMTP_PKIX_UNTRUSTED)
		f.untrusted = arena_printf(c->arena, "its issuer is not trusted: %s",
					   t->cert[0].issuer);
	else if (t->pkix == SMTP_PKIX_INVALID)
		f.untrusted = t->pkix_text ? t->pkix_text : "its chain is not valid";
	return f;
}

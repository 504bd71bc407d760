/* authcheck sender: a sender described on the command line, and what receivers answer it. */
#include "audit.h"
#include "judge.h"
#include "name.h"
#include "program.h"

/* How providers send for their customers: an address of theirs, the name it greets with, the domain
 * of MAIL FROM (NULL: the customer's own) and the selectors of the customer's domain. */
static const struct provider {
	const char *name, *ip, *helo, *mail_from;
	const char *selector[2];
} providers[] = {
	{ "google", "209.85.220.41", "mail-sor-f41.google.com", NULL, { "google", NULL } },
	{ "microsoft365",
	  "40.107.92.40",
	  "mail-bn8nam11on2040.outbound.protection.outlook.com",
	  NULL,
	  { "selector1", "selector2" } },
	{ "amazonses", "54.240.8.50", "a8-50.smtp-out.amazonses.com", "amazonses.com", { NULL } },
	{ "sendgrid",
	  "167.89.101.1",
	  "o1.outbound-mail.sendgrid.net",
	  "sendgrid.net",
	  { "s1", "s2" } },
	{ "mailchimp", "198.2.128.10", "mail10.mcsv.net", "mcsv.net", { "k2", "k3" } },
	{ "fastmail",
	  "103.168.172.145",
	  "fout-a2-smtp.messagingengine.com",
	  NULL,
	  { "fm1", "fm2" } },
};

enum { NPROVIDERS = sizeof(providers) / sizeof(providers[0]), DKIM_MAX = 64 };

struct sending {
	struct program *p;
	const char *from; /* the author domain */
	struct sender_wish wish;
	struct sender_signature dkim[DKIM_MAX];
	struct str ip;
	char ip_octets[16];
};

/* ---- what is told ---- */

static const char *domain_of(struct arena *a, const char *address, const char **why)
{
	return name_from_user(a, str_c(str_mail_domain(address)), why);
}

/* "<bob@example.org>" or without the brackets; "<>" and "" are the null reverse-path. */
static const char *address(struct arena *a, const char *text)
{
	struct str s = str_trim(str_c(text));

	if (s.n > 1 && s.p[0] == '<' && s.p[s.n - 1] == '>')
		s = str_sub(s, 1, s.n - 2);
	return arena_strndup(a, s.p, s.n);
}

static bool add_signature(struct sending *s, const struct sender_signature *sig)
{
	if (s->wish.ndkim == DKIM_MAX) {
		complain("--dkim: more than 64 signatures");
		return false;
	}
	s->dkim[s->wish.ndkim++] = *sig;
	return true;
}

/* DOMAIN, DOMAIN:SELECTOR or DOMAIN:SELECTOR:fail. */
static bool read_signature(struct sending *s, const char *word)
{
	struct arena *a = &s->p->arena;
	struct sender_signature sig = { .domain = NULL };
	const char *colon = strchr(word, ':'), *how = colon ? strchr(colon + 1, ':') : NULL, *why;
	struct str name = colon ? (struct str){ word, (size_t)(colon - word) } : str_c(word);

	sig.domain = name_from_user(a, name, &why);
	if (!sig.domain) {
		complain(arena_printf(a, "--dkim %s: no domain name: %s", word, why));
		return false;
	}
	if (how && strcmp(how, ":fail") != 0) {
		complain(arena_printf(a, "--dkim %s: after the selector only \":fail\"", word));
		return false;
	}
	sig.broken = how;
	if (colon)
		sig.selector = how ? arena_strndup(a, colon + 1, (size_t)(how - colon - 1))
				   : colon + 1;
	if (sig.selector && !name_from_text(a, str_c(sig.selector))) {
		complain(arena_printf(a, "--dkim %s: \"%s\" is no selector", word, sig.selector));
		return false;
	}
	return add_signature(s, &sig);
}

static const struct provider *find_provider(struct sending *s)
{
	struct buf b;
	const char *list;

	for (size_t i = 0; i < NPROVIDERS; i++)
		if (strcmp(s->p->o.as, providers[i].name) == 0)
			return &providers[i];
	buf_init(&b, 4096);
	for (size_t i = 0; i < NPROVIDERS; i++)
		buf_addf(&b, "%s%s", i ? ", " : "", providers[i].name);
	list = arena_strndup(&s->p->arena, b.p, b.n);
	buf_free(&b);
	complain(arena_printf(&s->p->arena, "--as %s: one of %s", s->p->o.as, list));
	return NULL;
}

/* What was not told is as the provider has it. */
static bool as_provider(struct sending *s)
{
	const struct provider *v = find_provider(s);
	struct program *p = s->p;
	size_t n;

	if (!v)
		return false;
	if (!s->ip.n && ip_parse(str_c(v->ip), (uint8_t *)s->ip_octets, &n))
		s->ip = (struct str){ s->ip_octets, n };
	if (!p->o.helo)
		s->wish.helo = v->helo;
	if (!p->o.mail_from && v->mail_from)
		s->wish.mail_from = arena_printf(&p->arena, "bounce@%s", v->mail_from);
	for (size_t i = 0; !p->o.dkim.n && i < 2 && v->selector[i]; i++)
		add_signature(s, &(struct sender_signature){ .domain = s->from,
							     .selector = v->selector[i] });
	return true;
}

/* The author domain: of --from, the word, or MAIL FROM. */
static bool read_from(struct sending *s)
{
	struct program *p = s->p;
	const char *text = p->o.from           ? p->o.from
			   : p->o.words.n == 1 ? p->o.words.item[0]
					       : p->o.mail_from;
	const char *why;

	if (!text || p->o.words.n > 1) {
		complain(
			"whose mail? `authcheck sender --ip 192.0.2.25 example.com`, or --from, or --mail-from");
		return false;
	}
	s->wish.from = address(&p->arena, text);
	s->from = domain_of(&p->arena, s->wish.from, &why);
	if (!s->from)
		complain(arena_printf(&p->arena, "\"%s\" is no domain name: %s", text, why));
	return s->from != NULL;
}

static bool read_sender(struct sending *s)
{
	struct program *p = s->p;
	const char *why;

	if (!read_from(s))
		return false;
	if (p->o.nips > 1) {
		complain("--ip: a sender has one address; run it again for another");
		return false;
	}
	if (p->o.nips)
		s->ip = p->o.ips[0];
	s->wish.helo = p->o.helo;
	s->wish.mail_from = p->o.mail_from ? address(&p->arena, p->o.mail_from)
					   : arena_printf(&p->arena, "postmaster@%s", s->from);
	if (*s->wish.mail_from && !domain_of(&p->arena, s->wish.mail_from, &why)) {
		complain(arena_printf(&p->arena, "--mail-from %s: no domain name: %s",
				      p->o.mail_from, why));
		return false;
	}
	for (size_t i = 0; i < p->o.dkim.n; i++)
		if (!read_signature(s, p->o.dkim.item[i]))
			return false;
	if (p->o.as && !as_provider(s))
		return false;
	if (!s->ip.n && !s->wish.ndkim) {
		complain(
			"nothing to judge: tell the address (--ip), the signatures (--dkim DOMAIN:SELECTOR) or the provider (--as)");
		return false;
	}
	s->wish.ip = s->ip;
	s->wish.dkim = s->dkim;
	return true;
}

/* ---- the answer ---- */

/* Refused for sure by one that was asked for, or a large one: 1. */
static int status_of(const struct program *p, const struct report *r)
{
	bool unknown = false;

	if (p->o.fail_never)
		return 0;
	for (size_t i = 0; i < r->nverdict; i++) {
		const struct verdict *v = &r->verdict[i];

		if (!report_counts(r, v->who))
			continue;
		if (v->sure && (v->fate == FATE_REJECT || v->fate == FATE_DEFER))
			return 1;
		unknown |= v->fate == FATE_UNKNOWN;
	}
	return unknown && !p->o.offline ? 3 : 0;
}

static int judge(struct sending *s)
{
	static struct audit a;
	struct program *p = s->p;
	struct render_options ro = program_render_options(&p->o);
	struct audit_setup setup = program_setup(p, 1);
	const char **selectors = arena_array(&p->arena, DKIM_MAX, sizeof(*selectors));
	int status = EXIT_USAGE;

	setup.bulk = p->o.bulk;
	setup.receivers = p->o.receivers;
	setup.wish = (struct audit_wish){ .selectors = selectors,
					  .discover = DISCOVER_NONE,
					  .ips = &s->ip,
					  .nips = s->ip.n > 0,
					  .intent = INTENT_SENDS,
					  .stack = true,
					  .sender = &s->wish };
	program_record_begin(p, setup.now_s);
	for (size_t i = 0; i < s->wish.ndkim; i++)
		if (s->dkim[i].selector && strcmp(s->dkim[i].domain, s->from) == 0)
			selectors[setup.wish.nselectors++] = s->dkim[i].selector;
	if (!audit_run(&a, &setup, s->from) || !a.report.sender) {
		complain(arena_printf(&p->arena, "%s: out of memory", s->from));
	} else {
		if (program_format_is(p, "text"))
			render_sender_text(&p->out, &a.work, &a.report, &ro);
		else
			render_sender_json(&p->out, &a.work, &a.report,
					   program_format_is(p, "ndjson"));
		program_record(p, &a.work, &a.facts);
		status = status_of(p, &a.report);
	}
	audit_free(&a);
	return status;
}

int verb_sender(struct program *p)
{
	static struct sending s;
	int status = EXIT_USAGE;

	s.p = p;
	if (p->o.format->audits)
		return complain("a sender is shown as text, json or ndjson");
	if (read_sender(&s) && program_open(p)) {
		program_tell_faults(p);
		status = judge(&s);
		if (!program_flush(p) || !program_finish(p))
			status = EXIT_USAGE;
	}
	program_close(p);
	return status;
}

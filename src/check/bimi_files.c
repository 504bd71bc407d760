/* What a BIMI record leads to: the logo, and the certificate that vouches for it.
 *
 * 1. It is fetched as an MTA-STS policy is: from the addresses that the audit has found, over HTTPS
 * with a valid certificate, 64 KiB at most. A redirect is not followed, so what it leads to is not
 * known.
 * 2. What is not had is a fault of the domain only where the world has shown it: no address, a bad
 * certificate, another status than 200, too large.
 * 3. Of the certificate that is judged which every receiver demands: a mark certificate for the
 * domain (or its organizational domain), valid now, with its issuers. Which roots are trusted is
 * each receiver's own; revocation and transparency logs are not looked at.
 * 4. Findings are about the record, with the mark at the address. */
#include "bimi_files.h"

#include "mark_cert.h"
#include "name.h"
#include "psl.h"
#include "svg.h"

enum { HTTPS_PORT = 443, TOLD_MAX = 5 };

struct file {
	struct check *c;
	const struct fact *txt;
	const struct rr *rr;
	const struct tag *tag;
	const struct uri *uri;
	const char *what; /* "the logo" */
};

static struct finding *say(const struct file *f, enum rule_id rule, const char *detail)
{
	struct finding *x = found(f->c, rule, f->txt->name, f->txt, f->rr);

	x->at = f->tag->value_at;
	x->detail = detail;
	return x;
}

static void say_lost(const struct file *f, const struct fact *https)
{
	bool large = https->why == WHY_TOO_LARGE;
	const char *why = fact_why_text(https->why);
	struct finding *x;

	if (large || https->why == WHY_TLS || https->why == WHY_CERT) {
		say(f, RULE_BIMI_FETCH,
		    arena_printf(f->c->arena, "%s: %s", f->what,
				 large           ? why
				 : https->detail ? https->detail
						 : why));
		return;
	}
	x = found(f->c, RULE_BIMI_FETCH, f->txt->name, https, NULL);
	x->detail = arena_printf(f->c->arena, "%s: %s%s%s", f->what, why, https->detail ? ": " : "",
				 https->detail ? https->detail : "");
}

static void say_status(const struct file *f, const struct fact *https)
{
	bool redirect = https->status >= 300 && https->status < 400;
	const char *more = redirect && https->detail
				   ? arena_printf(f->c->arena, ", %s", https->detail)
				   : "";

	say(f, RULE_BIMI_FETCH,
	    arena_printf(f->c->arena, "%s: HTTP status %d%s", f->what, https->status, more))
		->sure = !redirect;
}

/* The path to ask for. NULL: there is nothing that could be asked for. */
static const char *path_of(const struct file *f)
{
	struct str path = f->uri->path;

	if (f->uri->has_user || (f->uri->port && f->uri->port != HTTPS_PORT))
		return NULL;
	if (!path.n || path.p[0] != '/')
		path = str_c(arena_printf(f->c->arena, "/%.*s", (int)path.n, path.p));
	return fact_is_path(path) ? arena_strndup(f->c->arena, path.p, path.n) : NULL;
}

/* The answer with status 200; NULL: not known yet, or that there is none has been said. */
static const struct fact *fetch(const struct file *f)
{
	const struct fact *v4 = look_dns(f->c->look, RR_A, f->uri->host);
	const struct fact *v6 = look_dns(f->c->look, RR_AAAA, f->uri->host), *https;
	const char *path = path_of(f);

	if (!path || fact_is_open(v4) || fact_is_open(v6))
		return NULL;
	if (v4->state == FACT_NONE && v6->state == FACT_NONE) {
		say(f, RULE_BIMI_FETCH,
		    arena_printf(f->c->arena, "%s: %s %s", f->what, f->uri->host,
				 fact_is_nxdomain(v4) ? "does not exist" : "has no address"));
		return NULL;
	}
	https = look_at(f->c->look, ASK_HTTPS, 0, f->uri->host, path);
	if (fact_is_open(https))
		return NULL;
	if (https->state == FACT_SOME && https->status == 200)
		return https;
	if (https->state == FACT_SOME)
		say_status(f, https);
	else
		say_lost(f, https);
	return NULL;
}

/* ---- the logo ---- */

/* All that is wrong with it in one line: the record is shown once. */
static const char *list(struct arena *a, const struct faults *fs)
{
	const char *text = "";

	for (size_t i = 0; i < fs->n && i < TOLD_MAX; i++)
		text = arena_printf(a, "%s%s%s", text, i ? "; " : "", fs->item[i].detail);
	if (fs->n > TOLD_MAX)
		text = arena_printf(a, "%s; and %zu more", text, fs->n - TOLD_MAX);
	return text;
}

static void judge_logo(const struct file *f)
{
	const struct fact *https = fetch(f);
	struct svg svg;

	if (!https)
		return;
	parse_svg(f->c->arena, https->body, &svg);
	if (svg.faults.n)
		say(f, RULE_BIMI_SVG, list(f->c->arena, &svg.faults));
}

/* ---- the certificate ---- */

/* Its names are for all selectors, or for one: default._bimi.example.com (4.3 of the draft). */
static bool names_domain(struct arena *a, const struct mark_cert *m, const char *domain)
{
	const char *selector = domain ? name_join(a, "default._bimi", domain) : NULL;

	for (size_t i = 0; domain && i < m->nname; i++)
		if (strcmp(m->name[i], domain) == 0 ||
		    (selector && strcmp(m->name[i], selector) == 0))
			return true;
	return false;
}

static const char *time_fault(const struct check *c, const struct mark_cert *m)
{
	if (c->now_s > m->until_s)
		return arena_printf(c->arena, "it expired on %s", arena_day(c->arena, m->until_s));
	if (c->now_s < m->from_s)
		return arena_printf(c->arena, "it is not valid before %s",
				    arena_day(c->arena, m->from_s));
	return c->now_s > m->ca_until_s
		       ? arena_printf(c->arena, "the certificate of an issuer expired on %s",
				      arena_day(c->arena, m->ca_until_s))
		       : NULL;
}

static const char *name_fault(const struct check *c, const struct mark_cert *m)
{
	const char *org = psl_organizational_domain(c->arena, c->domain);

	if (names_domain(c->arena, m, c->domain) || names_domain(c->arena, m, org))
		return NULL;
	return m->nname ? arena_printf(c->arena, "it is for %s%s, not for %s", m->name[0],
				       m->nname > 1 ? " and others" : "", c->domain)
			: "it names no domain";
}

static void judge_certificate(const struct file *f)
{
	const struct fact *https = fetch(f);
	struct faults all = { 0 };
	struct mark_cert m;
	const char *why[5];

	if (!https)
		return;
	parse_mark_cert(f->c->arena, https->body, &m);
	why[0] = m.fault;
	why[1] =
		m.fault || m.purpose
			? NULL
			: "it is no mark certificate (its extended key usage is not 1.3.6.1.5.5.7.3.31)";
	why[2] = m.fault ? NULL : time_fault(f->c, &m);
	why[3] = m.fault ? NULL : name_fault(f->c, &m);
	why[4] = m.fault ? NULL : m.chain;
	for (size_t i = 0; i < sizeof(why) / sizeof(why[0]); i++)
		if (why[i])
			fault_add(f->c->arena, &all, 0, (struct span){ 0, 0 }, why[i]);
	if (!m.fault && m.purpose && !m.logo)
		fault_add(f->c->arena, &all, 0, (struct span){ 0, 0 }, "there is no logo in it");
	if (all.n)
		say(f, RULE_BIMI_CERT_INVALID, list(f->c->arena, &all));
}

void bimi_judge_files(struct check *c, const struct fact *txt, const struct rr *rr,
		      const struct bimi *b)
{
	struct file logo = { c, txt, rr, b->l, b->logo, "the logo" };
	struct file certificate = { c, txt, rr, b->a, b->evidence, "the certificate" };

	if (b->logo)
		judge_logo(&logo);
	if (b->evidence)
		judge_certificate(&certificate);
}

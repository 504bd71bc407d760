/* check: the checkers. Each is a straight-line function over facts: look, decide, write findings,
 * fill in its part of the report.
 *
 * Layer: check. A checker sees the world through look() only, keeps nothing between steps, and
 * includes no other checker. The four laws (doc/architecture.md): 1. ask because of settled facts
 * only; 2. OPEN writes no finding, LOST only unsure ones; 3. facts never change; 4. no clock,
 * random, environment or file. */
#ifndef AUTHCHECK_CHECK_H
#define AUTHCHECK_CHECK_H

#include "facts.h"
#include "name.h"
#include "report.h"
#include "zone.h"

enum discover {
	DISCOVER_AUTO,
	DISCOVER_NONE,  /* only the selectors that were given */
	DISCOVER_SHORT, /* about 16 well-known ones */
	DISCOVER_FULL,  /* all of the table */
};

/* What the zone at hand says of the domain's DKIM selectors. */
enum dkim_zone {
	DKIM_ZONE_NOT,    /* there is none, or it does not answer for these names */
	DKIM_ZONE_LISTED, /* zone_selectors are all there are; none need be guessed */
	DKIM_ZONE_BARE,   /* there are none, nor has any other name of the organizational domain */
};

/* A described sender: mail from one host, under these names (`authcheck sender`). */
struct sender_signature {
	const char *domain, *selector; /* d= and s=; selector NULL: not told, the signature is taken
					  to verify */
	bool broken;                   /* told not to verify: the message was changed on its way */
};
struct sender_wish {
	const char *from;      /* the author address or domain, as written */
	struct str ip;         /* 4 or 16 octets; n 0: not told */
	const char *helo;      /* NULL: not told */
	const char *mail_from; /* "" for the null reverse-path */
	const struct sender_signature *dkim;
	size_t ndkim;
};

/* What the user said about the domain. The same for every step. */
struct audit_wish {
	const char *const *selectors;
	size_t nselectors;
	enum discover discover;
	enum dkim_zone dkim_zone;
	const char *const *zone_selectors; /* all that the zone has for the domain */
	size_t nzone_selectors;
	const struct str *ips; /* 4 or 16 octets each: addresses that send for the domain */
	size_t nips;
	const struct zone_fault *const *zone_fault; /* of the zone files, those that this audit is
						       to tell of */
	size_t nzone_fault;
	enum intent intent; /* INTENT_AUTO: guess */
	bool starttls;      /* connect to the MX hosts */
	bool dnsbl;         /* ask block lists */
	bool all_ns;        /* ask each name server of the zone */
	bool stack;         /* ask the receiver libraries as well */
	const struct past
		*past; /* what earlier audits saw, where that is kept (--state); NULL: it is not */
	const struct sender_wish
		*sender; /* judge this sender, whose From is the domain; NULL: none */
};

struct check {
	struct arena *arena;
	struct look *look;
	const char *domain;
	const char *org; /* its organizational domain by the Public Suffix List; NULL: none */
	const struct audit_wish *wish;
	int64_t now_s;
	struct report *report; /* findings are added to report->findings */
};

typedef void check_fn(struct check *c);

/* Runs every checker of the table, in order. */
void check_all(struct check *c);

/* The rows of the table. */
check_fn check_intent; /* first: the others read report->intent; INTENT_AUTO means not decided in
			  this step */
check_fn check_spf, check_dkim, check_dmarc, check_mx, check_ptr, check_mta_sts, check_tls_rpt,
	check_dane, check_dnssec, check_bimi, check_smtp;
check_fn check_dnsbl;       /* after check_mx, whose addresses it reads from the report */
check_fn check_spf_senders; /* behind check_mx and check_ptr, whose hosts and names it reads */
check_fn check_sender;      /* after check_dmarc, whose record it reads from the report */
check_fn check_stack;       /* after check_sender: what the receiver libraries are asked */
check_fn check_past, check_past_includes; /* behind check_mta_sts: reads what the others have put
					     into the report, and holds it against earlier audits */
check_fn check_zone;     /* what the zone files at hand have wrong: asks nothing */
check_fn check_dns_servers; /* behind check_dkim, whose keys it compares */
check_fn check_dns;      /* how the records that the others read are served */
check_fn check_together; /* last: reads what the others have put into the report */

/* Is it a name of the domain's own organization? */
static inline bool is_own(const struct check *c, const char *name)
{
	return name_is_under(name, c->org ? c->org : c->domain);
}

static inline struct finding *found(struct check *c, enum rule_id rule, const char *subject,
				    const struct fact *fact, const struct rr *rr)
{
	struct finding *f = finding_add(&c->report->findings, rule, subject, fact, rr);

	/* nobody was asked, so there is nothing to mend */
	if (f->offline && !f->fix)
		f->fix = arena_printf(
			c->arena, "leave out --offline, or give the zone that holds %s with --zone",
			fact->name);
	return f;
}

#endif

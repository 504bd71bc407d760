/* rule: the table of everything that can be wrong. The only place where a verdict is spelled.
 *
 * Layer: rule (beside fact; check, judge and render read it). rules.def has one row a rule. */
#ifndef AUTHCHECK_RULE_H
#define AUTHCHECK_RULE_H

#include <stdbool.h>

#include "str.h"

enum severity {
	SEV_INFO,    /* a note */
	SEV_WARNING, /* works, but weak, fragile, deprecated, or not supported by some receivers */
	SEV_ERROR,   /* broken, ignored, or mail is refused or unprotected by specification */
};

enum proto {
	PROTO_SPF,
	PROTO_DKIM,
	PROTO_DMARC,
	PROTO_MX,
	PROTO_PTR,
	PROTO_MTA_STS,
	PROTO_TLS_RPT,
	PROTO_DANE,
	PROTO_SMTP, /* what the MX hosts say on port 25 */
	PROTO_DNSBL,
	PROTO_DNSSEC,
	PROTO_BIMI,
	PROTO_COUNT,
	/* No protocols, and without a status: */
	PROTO_PROFILE = PROTO_COUNT, /* a baseline's demand */
	PROTO_STACK,                 /* what a receiver's library makes of it */
	PROTO_ZONE,                  /* a zone file that name servers refuse, or in part */
	PROTO_CONFIG,                /* the file of --config */
	PROTO_DNS,                   /* how records are served, whatever they say */
	PROTO_ALL,                   /* how many there are in all */
};

enum rule_id {
#define RULE(id, name, proto, severity, ref, title, why, fix) RULE_##id,
#include "rules.def"
#undef RULE
	RULE_COUNT
};

struct rule {
	const char *name; /* stable, kebab-case, the protocol first: "spf-multiple" */
	enum proto proto;
	enum severity severity;
	const char *ref;   /* "RFC 7208 4.5" */
	const char *title; /* a short clause: "more than one SPF record" */
	const char
		*why; /* one to four sentences: what it means, why it matters, who refuses for it */
	const char *fix; /* one line: how to mend it */
};

extern const struct rule rules[RULE_COUNT];

/* Does it tell of an event between two audits, once, so that after it, it is neither mended nor
 * gone? */
bool rule_is_event(enum rule_id rule);

/* False when there is no rule of that name. */
bool rule_from(struct str name, enum rule_id *out);

/* The rule whose name is one slip away, or that ends in `name` ("multiple"); NULL. */
const char *rule_nearest(struct str name);

/* By key or title ("mta_sts", "MTA-STS", "mta-sts"). False when there is no such protocol. */
bool proto_from(struct str name, enum proto *out);

const char *severity_name(enum severity s); /* "error" "warning" "info" */
const char *proto_name(enum proto p);       /* JSON key: "spf" … "mta_sts" "tls_rpt" */
const char *proto_title(enum proto p);      /* "SPF" … "MTA-STS" "TLS-RPT" */

#endif

/* report: everything one audit found out. Checkers and judges fill it in; renderers see it const
 * and see nothing else.
 *
 * Layer: report (above finding and parse). Lives in the audit's arena. */
#ifndef AUTHCHECK_REPORT_H
#define AUTHCHECK_REPORT_H

#include <stdbool.h>

#include "finding.h"
#include "parse.h"
#include "past.h"
#include "profile.h"
#include "receiver.h"

enum intent {
	INTENT_AUTO,     /* to be guessed */
	INTENT_SENDS,    /* mail is sent from it */
	INTENT_RECEIVES, /* it takes mail, and says that none is sent */
	INTENT_PARKED,   /* no mail at all */
};

enum risk { RISK_NONE, RISK_LOW, RISK_MEDIUM, RISK_HIGH, RISK_UNKNOWN };

enum status { STATUS_NA, STATUS_PASS, STATUS_WARN, STATUS_FAIL, STATUS_NONE, STATUS_UNKNOWN };

/* Is there a record of this protocol? The checker says so; judge turns it and the findings into a
 * status. */
enum presence {
	PRESENCE_OPEN, /* not decided in this step */
	PRESENCE_YES,
	PRESENCE_NONE,    /* known: there is none */
	PRESENCE_UNKNOWN, /* could not be had */
	PRESENCE_NA,      /* does not apply */
};

/* ---- SPF ---- */
struct spf_node;
struct spf_cost { /* one term of one record, as the static walk saw it */
	const struct spf_term *term;
	unsigned lookups;        /* it and all below it; saturates */
	unsigned voids;          /* names that lead nowhere for anybody */
	unsigned voids4, voids6; /* look-ups that find nothing for an IPv4, an IPv6 client: a and
				    mx ask for that family alone */
	bool runs; /* false: after `all`, or a redirect beside `all`: never evaluated, costs nothing
		    */
	bool is_void; /* its own look-up found nothing */
	const struct spf_node
		*child;   /* include, redirect: the record it leads to, when there is one */
	const char *note; /* "loop", "not expanded: depends on the sender", "no SPF record"; NULL */
	unsigned first, last; /* terms of the domain's own record: which look-ups of the whole
				 evaluation it and all below it are, from 1; 0: it makes none */
	const char *cut;      /* terms of the domain's own record: why it can be left out; NULL: it
				 cannot, or nobody knows */
};
struct spf_node { /* one SPF record in the tree */
	const char *domain;
	const struct fact *fact; /* its TXT RRset */
	const struct rr *rr;     /* the record itself; NULL: none, or several */
	const struct spf *spf;
	struct spf_cost *terms; /* in the order of spf->term */
	size_t nterms;
	unsigned lookups, voids; /* the whole evaluation from here, in the worst case */
	unsigned voids4, voids6; /* the same for IPv4 and for IPv6 clients */
};
/* The words of RFC 7208 2.6. */
enum spf_result {
	SPF_RESULT_NONE,
	SPF_RESULT_NEUTRAL,
	SPF_RESULT_PASS,
	SPF_RESULT_FAIL,
	SPF_RESULT_SOFTFAIL,
	SPF_RESULT_TEMPERROR,
	SPF_RESULT_PERMERROR,
};
struct spf_evaluation { /* check_host() for one client */
	bool open;      /* not decided: facts are missing; the rest says nothing */
	enum spf_result result;
	struct str ip;      /* whose: 4 or 16 octets */
	const char *helo;   /* as given; NULL: none */
	const char *domain; /* the domain evaluated */
	const struct spf_term
		*term; /* of its record (or of the one it redirects to): what matched; NULL */
	const char *term_domain; /* whose record that is */
	const struct fact *fact; /* the TXT RRset of that record, or the fact that failed */
	const struct rr *rr;
	const char *explanation; /* for fail, where the publisher has one (6.2); NULL */
	const char *why;         /* for temperror and permerror: a clause; NULL */
	unsigned lookups, voids; /* terms and void look-ups so far (4.6.4) */
};
struct spf_view {
	const struct spf_node *root; /* NULL: no record at all */
	const struct fact *fact;     /* the domain's TXT RRset */
	const struct rr **records;   /* every TXT at the domain that is an SPF record */
	size_t nrecords;
	const char *mended;     /* a line to publish: the record without what can be left out; NULL:
				   there is nothing such */
	const char *mended_fix; /* the same as a fix: it may say more before the line */
	unsigned mended_lookups;          /* what that costs */
	struct spf_evaluation *evaluated; /* the addresses given with --ip, in that order */
	size_t nevaluated;
};

/* ---- DKIM ---- */
struct dkim_key_view {
	const char *selector;
	const struct fact *fact;
	const struct rr *rr;
	const struct dkim_key *key;
	const char *cname;    /* where the name leads to; NULL: no CNAME */
	const char *provider; /* whose selector this is known as; NULL */
	bool given;           /* the user named the selector */
};
struct dkim_view {
	unsigned asked;         /* selectors tried */
	unsigned lost;          /* of those known to be there, how many could not be had */
	bool in_zone;           /* they are all that the domain's zone has */
	enum presence wildcard; /* does a name that must not exist answer? */
	struct dkim_key_view *keys;
	size_t nkeys;
};

/* ---- DMARC ---- */
struct dmarc_view {
	const struct fact *fact; /* where the policy record was found */
	const struct rr *rr;
	const struct dmarc *record;
	const char *found_at;                  /* "_dmarc.example.com"; NULL: nowhere */
	const char *organizational_domain;     /* RFC 9989 4.10.2; NULL: not known */
	const char *psl_organizational_domain; /* RFC 7489 3.2; NULL: the name is a public suffix */
	enum dmarc_policy policy; /* what `p` says, RFC 9989 4.10.1 fallbacks applied */
	enum dmarc_policy subdomain_policy;
	enum dmarc_policy effective_policy; /* for this domain, `t` applied */
	bool inherited;                     /* the record is a parent's */
};

/* ---- MX, PTR ---- */
struct address_view {
	struct str ip; /* 4 or 16 octets */
	const char *const *ptr;
	size_t nptr;
	enum presence has_ptr; /* UNKNOWN: the reverse look-up was lost */
	enum presence fcrdns;  /* YES: confirmed; NONE: known not to be; UNKNOWN */
	bool given;            /* by --ip */
};
struct mx_host_view {
	const char *name;
	uint16_t preference;
	const struct rr *rr;
	struct address_view *address;
	size_t naddress;
	bool lost; /* whether it has an address could not be had */
};
struct mx_view {
	const struct fact *fact;
	bool null_mx;              /* RFC 7505 */
	bool implicit;             /* no MX: the domain's own address (RFC 5321 5.1) */
	struct mx_host_view *host; /* by preference, then name */
	size_t nhost;
};
struct ptr_view {
	struct address_view *address; /* the addresses given with --ip */
	size_t naddress;
};

/* ---- MTA-STS, TLS-RPT ---- */
struct mta_sts_view {
	const struct fact *fact; /* TXT */
	const struct rr *rr;
	const struct fact *policy_fact;      /* HTTPS; NULL: not asked */
	const struct mta_sts_policy *policy; /* NULL: none that can be read */
};
struct tls_rpt_view {
	const struct fact *fact;
	const struct rr *rr;
	const struct tls_rpt *record;
};

/* ---- block lists ---- */
struct dnsbl_view {
	unsigned lists, answering; /* asked, and of those, that answer this resolver */
	unsigned listings;
};

/* ---- a described sender ---- */
/* The words of RFC 8601 2.7 that are used. */
enum auth_result { AUTH_NONE, AUTH_PASS, AUTH_FAIL, AUTH_TEMPERROR, AUTH_PERMERROR };
struct signature_view {
	const char *domain, *selector;
	const struct fact *fact;    /* the key's TXT RRset; NULL: no selector was told */
	enum auth_result result;    /* pass: the key would do; the signature itself is not seen */
	const char *reason;         /* why not; NULL */
	bool no_key, revoked;       /* there is no key at the selector; it is an empty one */
	bool testing;               /* the key has t=y */
	const char *algorithm;      /* "rsa-sha256"; NULL: not known */
	enum presence aligned;      /* by RFC 9989 */
	enum presence aligned_7489; /* by the Public Suffix List */
};
struct sender_view {
	const char *from; /* as written */
	struct str ip;
	const char *helo, *mail_from;
	bool has_spf;     /* an address was told */
	bool null_sender; /* MAIL FROM is empty: SPF goes by HELO */
	struct spf_evaluation spf, helo_spf;
	enum presence spf_aligned, spf_aligned_7489; /* whether or not SPF passes */
	struct signature_view *dkim;
	size_t ndkim;
	enum auth_result dmarc;
	enum dmarc_policy disposition;   /* what the policy asks for; DMARC_NONE when it passes */
	enum presence ptr, ptr_generic;  /* NONE: no confirmed name in reverse DNS */
	enum presence helo_ok;           /* a full name that leads to the address */
	enum presence domain_takes_mail; /* the domain of MAIL FROM has MX or address */
	bool null_mx;
	bool helo_invalid, helo_short; /* to Postfix: no host name; none of more than one label */
	enum presence helo_known;      /* the HELO name has MX or address; NA: it is no name */
	/* What receivers find that follow RFC 7489, OpenDMARC among them: the first record, at the
	 * From domain or the Public Suffix List's organizational domain, without np= and t=. */
	enum dmarc_policy policy_7489; /* DMARC_ABSENT: none */
	int pct_7489;                  /* the percentage of messages that it is for */
	const char *policy_domain;     /* where that record is; NULL: there is none */
};

/* ---- the receiver libraries ---- */
enum stack_state {
	STACK_ANSWERED,
	STACK_REFUSED, /* not handed over: it is known to crash of that */
	STACK_CRASHED,
	STACK_ENDLESS, /* its processor time was used up */
	STACK_COSTLY,  /* it makes more look-ups than it was answered */
	STACK_NOT_RUN, /* by our own failure, or there was nothing to ask */
};
struct stack_spf { /* libspf2, for one client */
	struct str ip;
	const char *helo, *mail_from;
	struct spf_evaluation rfc; /* what RFC 7208 says */
	enum stack_state state;
	bool lost; /* an answer was not to be had: the result proves nothing */
	enum spf_result result;
	const char *reason, *explanation; /* NULL: none */
};
struct stack_dmarc { /* libopendmarc: for the described sender, or for mail that passes nothing */
	enum stack_state state;
	bool lost;
	enum auth_result result;       /* permerror: it refuses the record */
	enum dmarc_policy disposition; /* DMARC_NONE where it passes */
	bool spf_aligned, dkim_aligned;
	const char *stranger; /* somebody else's domain that it takes for this one; NULL: none */
	const char *found_at, *reason; /* NULL: none */
};
struct stack_dkim { /* libopendkim: what it makes of a key, without a message */
	const char *domain, *selector;
	const struct fact *fact;
	const struct rr *rr; /* NULL: several, or none */
	bool rfc_usable;     /* a verifier of RFC 6376 can use the key */
	const char *algorithm;
	enum stack_state state;
	bool usable, small;
	const char *reason; /* NULL: none */
};
struct stack_view {
	struct stack_spf *spf;
	size_t nspf;
	struct stack_dmarc dmarc;
	struct stack_dkim *dkim;
	size_t ndkim;
	bool done; /* they have been asked */
};

/* ---- receivers ---- */
struct verdict { /* what one receiver does with the domain's own mail, as far as DNS shows */
	enum receiver_id who;
	enum fate fate;
	bool sure; /* false: it depends on the message, on what was not found, or on the receiver's
		      settings */
	const struct ruling *ruling; /* what decides it; NULL: nothing was found, so accept */
	const char *reply;           /* what it answers; NULL: nothing, or not published */
	const struct finding **because;
	size_t nbecause;
};

/* ---- DANE ---- */
struct dane_host_view {
	const char *name;
	const struct fact *fact; /* TLSA; NULL: not decided */
	const struct tlsa *tlsa; /* in the order of fact->rr */
	size_t ntlsa;
	size_t usable;         /* how many of them senders use */
	enum presence secure;  /* MX, addresses and TLSA are validated; only where there are TLSA */
	enum presence matches; /* the host's certificate; OPEN: not looked at */
};
struct dane_view {
	struct dane_host_view *host; /* in the order of mx_view */
	size_t nhost;
};

/* ---- SMTP ---- */
struct smtp_host_view {
	const char *name;
	const struct fact *fact; /* ASK_SMTP; NULL: not asked */
};
struct smtp_view {
	struct smtp_host_view *host; /* in the order of mx_view; none when not wished */
	size_t nhost;
};

/* ---- baselines ---- */
struct profile_view { /* of the demands that concern the domain */
	enum profile_id id;
	unsigned met, failed, unknown;
	unsigned unasked;        /* not asked for: counts neither way */
	const char *not_checked; /* "STARTTLS (use --starttls)"; NULL: all was */
};

/* ---- DNSSEC ---- */
struct dnssec_view {
	const struct fact *ds; /* the domain's DS records; NULL: not asked */
	enum presence
		validated; /* does a resolver that is trusted vouch for the domain's records? */
};

/* ---- how it is served ---- */
struct dns_own_view {            /* what a name server that is responsible has itself */
	const struct fact *fact; /* ASK_DNS_AT */
	const struct rr *rr;     /* the record that counts; NULL: none */
};
struct dns_view {
	struct dns_own_view *own; /* a record each; none where it was not asked */
	size_t n;
};

/* ---- BIMI ---- */
struct bimi_view {
	const struct fact *fact;
	const struct rr *rr;
	const struct bimi *record;
};

/* ---- earlier audits ---- */
struct past_view { /* what later audits are to know; nothing without --state */
	struct past_seen *item;
	size_t n, cap;
};
struct change; /* change.h */

struct unknown {
	const char *question;
	const char *why;
	bool offline;
};

struct stats {
	unsigned queries; /* questions this audit asked */
	unsigned steps;
	unsigned elapsed_ms;
};

struct report {
	const char *domain; /* A-labels */
	enum intent intent;
	bool intent_assumed;    /* guessed, not given */
	const char *intent_why; /* "it has a null MX and SPF -all" */

	enum presence presence[PROTO_COUNT];
	enum status status[PROTO_COUNT];
	struct spf_view spf;
	struct dkim_view dkim;
	struct dmarc_view dmarc;
	struct mx_view mx;
	struct ptr_view ptr;
	struct mta_sts_view mta_sts;
	struct tls_rpt_view tls_rpt;
	struct dane_view dane;
	struct dnsbl_view dnsbl;
	const struct sender_view *sender; /* `authcheck sender`; NULL: an audit */
	struct stack_view *stack;         /* NULL: not wished, or not decided in this step */
	struct smtp_view smtp;

	struct dnssec_view dnssec;
	struct bimi_view bimi;
	struct past_view seen;
	const struct change *change; /* since the last audit; NULL: none is kept */
	struct dns_view dns;

	struct findings findings; /* sorted, worst first */

	int score;         /* 0 to 100 */
	const char *grade; /* "A" "B" "C" "D" "F"; "?" when too much is unknown */
	enum risk risk;
	const struct finding **risk_because;
	size_t nrisk_because;

	bool bulk;               /* judged as a sender of more than 5,000 messages a day */
	uint64_t receivers;      /* bit i: the user asks for receiver i; 0: for all */
	struct verdict *verdict; /* in the order of the table; none where no mail is sent */
	size_t nverdict;
	struct verdict *bulk_verdict; /* what it would be for a bulk sender; NULL when `bulk` */

	struct profile_view *profile; /* those asked for, in the table's order */
	size_t nprofile;

	struct unknown *unknown; /* sorted by question */
	size_t nunknown;
	struct stats stats;
};

/* Did the user ask for this receiver, by name? */
bool report_asks_for(const struct report *r, enum receiver_id who);
/* Does it count: one that was asked for, or, where none was, one of the large ones? */
bool report_counts(const struct report *r, enum receiver_id who);

const char *intent_name(enum intent i);           /* "sends" */
const char *spf_result_name(enum spf_result r);   /* "permerror" */
const char *auth_result_name(enum auth_result r); /* "permerror" */
const char *risk_name(enum risk r);               /* "high" */
const char *status_name(enum status s);           /* "pass"; STATUS_NA is "n/a" */

#endif

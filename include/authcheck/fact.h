/* fact: what the world answered to one question, including that it did not.
 *
 * Layer: fact. A question is (kind, type, name), and for some kinds `at` besides. A fact never
 * changes once it is settled (law 3), and LOST is never "no record". Facts and all they point to
 * live in the arena of the audit that holds them. */
#ifndef AUTHCHECK_FACT_H
#define AUTHCHECK_FACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "rr.h"
#include "rrtype.h"
#include "smtp.h"
#include "str.h"

enum ask {
	ASK_DNS,    /* the RRset of (type, name), CNAMEs followed */
	ASK_DNS_CD, /* the same, signatures unchecked (RFC 4035 3.2.2): what a resolver that finds
		       them bogus holds back */
	ASK_DNS_AT, /* the RRset of (type, name) as the name server at the address `at` has it: no
		       recursion, and no CNAME followed */
	ASK_HTTPS,  /* GET https://name and the path `at`; type is 0 */
	ASK_SMTP,   /* EHLO, STARTTLS and QUIT at name, port 25; type is 0 */
};

enum fact_state {
	FACT_OPEN, /* not answered yet; says nothing at all */
	FACT_SOME, /* at least one record (DNS; or, from one server, a CNAME in chain), a complete
		      HTTP response of any status (HTTPS), or an answer to EHLO (SMTP) */
	FACT_NONE, /* the world says: there is none */
	FACT_LOST, /* could not be had; nothing is known */
};

/* Why a fact is NONE or LOST. The word in the comment is what a tape says. */
#define FACT_WHYS(X) \
	X(WHY_OK, "ok", "") \
	/* NONE */ \
	X(WHY_NXDOMAIN, "NXDOMAIN", "the name does not exist") \
	X(WHY_NODATA, "NODATA", "the name exists, without a record of this type") \
	/* LOST, DNS */ \
	X(WHY_TIMEOUT, "timeout", "no answer in time") \
	X(WHY_SERVFAIL, "servfail", "the server answered SERVFAIL") \
	X(WHY_REFUSED, "refused", "the server refused to answer") \
	X(WHY_RCODE, "rcode", "the server answered with an error") \
	X(WHY_GARBAGE, "garbage", "the answer could not be read") \
	X(WHY_TRUNCATED, "truncated", "the answer was truncated and TCP failed") \
	X(WHY_UNREACHABLE, "unreachable", "no server could be reached") \
	X(WHY_CNAME_LOOP, "cname-loop", "the CNAME chain does not end") \
	X(WHY_REFERRAL, "referral", "the server pointed to other servers") \
	/* LOST, HTTPS */ \
	X(WHY_CONNECT, "connect", "no connection") \
	X(WHY_TLS, "tls", "TLS failed") \
	X(WHY_CERT, "certificate", "the certificate is not valid for this name") \
	X(WHY_HTTP, "http", "the HTTP exchange failed") \
	X(WHY_TOO_LARGE, "too-large", "the body is larger than 64 KiB") \
	X(WHY_PRIVATE, "private", "only private addresses, which are not connected to") \
	X(WHY_NO_ADDRESS, "no-address", "the host has no address to connect to") \
	/* LOST, SMTP */ \
	X(WHY_SMTP, "smtp", "it answered, but not as an SMTP server that takes mail") \
	/* LOST, anything */ \
	X(WHY_OFFLINE, "offline", "not asked: offline") \
	X(WHY_NOT_ON_TAPE, "not-on-tape", "not on the tape") \
	X(WHY_BUDGET, "over-budget", \
	  "not asked: the audit's budget of questions or steps is used up") \
	X(WHY_DEADLINE, "deadline", "no answer before the audit's deadline") \
	X(WHY_BAD_NAME, "bad-name", "no name that DNS can be asked for")

enum fact_why {
#define X(id, word, text) id,
	FACT_WHYS(X)
#undef X
		WHY_COUNT
};

struct fact {
	enum ask kind;
	uint16_t type;
	const char *name; /* as name.h has it */
	const char *at;   /* ASK_DNS_AT: an address as ip_text() writes it; ASK_HTTPS: path and
			     query, fact_is_path(), NULL: /.well-known/mta-sts.txt; else NULL */

	enum fact_state state;
	enum fact_why why;
	const char *detail;  /* more than `why` says: "timeout after 5 s", "SSL certificate problem:
				…"; NULL: nothing more */
	const struct rr *rr; /* in rr_cmp order */
	size_t nrr;
	const struct rr
		*chain; /* the CNAMEs followed, first to last; the last one's target owns rr */
	size_t nchain;
	uint32_t ttl_s;     /* the least TTL in it */
	uint32_t size;      /* octets of the DNS message; 0: not known (zone files) */
	bool ad;            /* a resolver that the user trusts says it validated the answer */
	bool aa;            /* the server says that it is responsible for the name (ASK_DNS_AT) */
	bool zone;          /* a zone file had a part in it, so no resolver vouches for all of it */
	const char *source; /* "192.0.2.53:53", a file's name; NULL: none */
	uint32_t rtt_ms;    /* statistics only: never in a finding */

	/* HTTPS */
	int status;               /* HTTP status code */
	const char *content_type; /* as sent; NULL: no such header */
	struct str body;          /* at most 64 KiB */

	const struct smtp_talk *smtp; /* SMTP; not NULL exactly when SOME */
};

const char *fact_why_word(enum fact_why w);
const char *fact_why_text(enum fact_why w);
bool fact_why_from(struct str word, enum fact_why *out);

/* "example.com TXT", "https://mta-sts.example.com/.well-known/mta-sts.txt",
 * "mx.example.com port 25" */
const char *fact_question_text(struct arena *a, const struct fact *f);

/* Are these two the same question? */
bool fact_same_question(const struct fact *a, const struct fact *b);

/* May it be the `at` of HTTPS: a slash, then printable ASCII without blanks and quotation marks? */
bool fact_is_path(struct str s);

/* A deep copy into another arena. */
struct fact *fact_copy(struct arena *a, const struct fact *f);

/* Sorts rr and sets ttl_s from rr and chain, as every source must before it hands a fact over. */
void fact_seal(struct fact *f, struct rr *rr);

static inline bool fact_is_open(const struct fact *f)
{
	return f->state == FACT_OPEN;
}

/* The user's own wish, not a failure of the network. */
static inline bool fact_is_offline(const struct fact *f)
{
	return f->state == FACT_LOST && f->why == WHY_OFFLINE;
}

static inline bool fact_is_nxdomain(const struct fact *f)
{
	return f->state == FACT_NONE && f->why == WHY_NXDOMAIN;
}

/* The answer ended, through a CNAME, at a name that does not exist or has no such record. */
static inline bool fact_is_dangling(const struct fact *f)
{
	return f->state == FACT_NONE && f->nchain > 0;
}

#endif

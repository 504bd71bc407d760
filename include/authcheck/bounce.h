/* bounce: what a refusal means: who refused, why, whose fault it is, and which rules of the
 * sender's domain are to suspect.
 *
 * Layer: report (above finding and parse). The words are in replies.def; the codes of RFC 3463,
 * 7372, 7505 and 8689 count only where the words say nothing. */
#ifndef AUTHCHECK_BOUNCE_H
#define AUTHCHECK_BOUNCE_H

#include "dsn.h"
#include "reply.h"
#include "report.h"

/* Why; the word is the JSON's. */
#define CAUSES(X) \
	X(SPF, "spf") \
	X(DKIM, "dkim") \
	X(DMARC, "dmarc") \
	X(UNAUTHENTICATED, "unauthenticated") \
	X(PTR, "ptr") \
	X(HELO, "helo") \
	X(BLOCKLIST, "blocklist") \
	X(REPUTATION, "reputation") \
	X(TLS, "tls") \
	X(RELAY, "relay") \
	X(AUTH_REQUIRED, "auth-required") \
	X(RECIPIENT_UNKNOWN, "recipient-unknown") \
	X(RECIPIENT_RESTRICTED, "recipient-restricted") \
	X(ROUTING, "routing") \
	X(CONTENT, "content") \
	X(RATE, "rate") \
	X(SIZE, "size") \
	X(OTHER, "other") \
	X(UNKNOWN, "unknown")

enum cause {
#define X(id, word) CAUSE_##id,
	CAUSES(X)
#undef X
		CAUSE_COUNT
};

struct bounce {
	const char *receiver;       /* "gmail", "microsoft"; NULL: the words do not show */
	const char *receiver_title; /* "Google (Gmail)" */
	enum cause cause;
	bool temporary;        /* 4xx: the sender's server tries again by itself */
	const char *fault;     /* whose: "the sender's DNS" */
	const char *advice;    /* what to check, where, by whom */
	enum rule_id *suspect; /* rules of the sender's domain that lead to such a reply */
	size_t nsuspect;
};

const char *cause_name(enum cause c);
const char *cause_advice(enum cause c); /* what to check, where, by whom */

/* A refusal, whole: what was handed in, read as a message or as a bare reply. */
struct refusal {
	bool message;       /* it was a message */
	struct dsn dsn;     /* of a message */
	struct reply reply; /* the text that told most */
	struct bounce bounce;
	const char *domain; /* the sender's: From of the message that was refused, else what the
			       reply names; NULL: not known */
	const char *host;   /* who refused; NULL */
};

/* A rule that may have led to the reply, and what the audit of the sender's domain says of it. */
struct suspect {
	enum rule_id rule;
	enum {
		SUSPECT_UNKNOWN,   /* no audit, or an answer that could not be had */
		SUSPECT_CONFIRMED, /* the rule is broken now */
		SUSPECT_REFUTED,   /* it is not: not the cause, or mended since */
	} state;
	const struct finding *finding; /* confirmed, or why it is not known; NULL: none */
};

/* A refusal and what DNS says to it: what renderers see. */
struct bounce_report {
	const char *source; /* the file, or "-" */
	const struct refusal *refusal;
	const struct report *audit; /* of the sender's domain; NULL: none was made */
	const char *no_audit;       /* why not; NULL: there is one */
	struct suspect *suspect;
	size_t nsuspect;
};

#endif

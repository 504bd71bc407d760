/* bounce: what a refusal means: who refused, why, whose fault it is, and which rules of the
 * sender's domain are to suspect.
 *
 * Layer: judge. The words are in replies.def; the codes of RFC 3463, 7372, 7505 and 8689 count only
 * where the words say nothing. */
#ifndef AUTHCHECK_BOUNCE_H
#define AUTHCHECK_BOUNCE_H

#include "receiver.h"
#include "reply.h"

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

/* Reads a reply. Never fails: CAUSE_UNKNOWN where the words name no cause. */
void judge_bounce(struct arena *a, const struct reply *r, struct bounce *out);

const char *cause_name(enum cause c);

#endif

/* receiver: who takes mail, and what each does with mail that lacks something. Two tables:
 * conditions.def (what a message may lack, and the rules that are to blame) and receivers.def (what
 * a receiver does then). Read from left to right they give verdicts; from right to left, the rules
 * that a reply makes suspect.
 *
 * Layer: finding (beside it; above rule). */
#ifndef AUTHCHECK_RECEIVER_H
#define AUTHCHECK_RECEIVER_H

#include "rule.h"

/* What becomes of a message, the milder first. */
enum fate {
	FATE_ACCEPT,  /* nothing seen that this receiver refuses for */
	FATE_JUNK,    /* taken, into the spam folder */
	FATE_DEFER,   /* refused for now (4xx); the sender tries again, and gives up after days */
	FATE_REJECT,  /* refused for good (5xx) */
	FATE_UNKNOWN, /* an answer that could not be had decides it */
};

enum condition_id {
#define CONDITION(id, name, text) COND_##id,
#include "conditions.def"
	COND_COUNT
};

struct condition {
	const char *name; /* "spf-no-pass" */
	const char *text; /* "SPF does not pass" */
};

/* That a rule brings a condition about. */
struct blame {
	enum condition_id condition;
	enum rule_id rule;
	bool always; /* every message of the domain; else some messages, or some servers */
};

enum receiver_id {
#define RECEIVER(id, name, title, major, who, unseen) RECEIVER_##id,
#include "receivers.def"
	RECEIVER_COUNT
};

struct receiver {
	const char *name;   /* "gmail" */
	const char *title;  /* "Gmail" */
	bool major;         /* one of the large mailbox providers, shown by default */
	const char *who;    /* whose mail it takes */
	const char *unseen; /* what of its judgement DNS does not show */
};

enum { RULING_CONDITIONS_MAX = 4 };

struct ruling {
	enum receiver_id who;
	bool optional; /* only where its administrator has turned the check on */
	enum fate fate;
	enum condition_id condition[RULING_CONDITIONS_MAX]; /* all must be met */
	size_t nconditions;
	const char *reply;  /* with what stands for the sender's, see receivers.def; "": not
			       published */
	const char *since;  /* "2024-02"; "": not known */
	const char *source; /* a URL, or a manual's name */
};

extern const struct condition conditions[COND_COUNT];
extern const struct receiver receivers[RECEIVER_COUNT];
extern const struct blame blames[];
extern const size_t nblames;
extern const struct ruling rulings[]; /* by receiver, in the table's order */
extern const size_t nrulings;

/* False when there is no receiver of that name. */
bool receiver_from(struct str name, enum receiver_id *out);

/* Whether a ruling has the rule among those to blame for its conditions. */
bool ruling_blames(const struct ruling *r, enum rule_id rule);

const char *fate_name(enum fate f); /* "reject" */

#endif

/* judge: from findings to statuses, score, grade and risk. Layer: judge. */
#ifndef AUTHCHECK_JUDGE_H
#define AUTHCHECK_JUDGE_H

#include "bounce.h"
#include "code.h"
#include "report.h"

/* How surely a condition (receiver.h) is met; of several causes the last of these counts. */
enum met {
	MET_NO,
	MET_UNSEEN, /* nothing was found that would meet it, nor anything that rules it out */
	MET_MAYBE,  /* some messages or servers */
	MET_LOST,   /* an answer that could not be had decides it */
	MET_YES,
};

/* What is known of a message, or of all of a domain's own mail, in the words of receivers. */
struct standing {
	enum met met[COND_COUNT];
	const struct finding **blame[COND_COUNT];
	size_t nblame[COND_COUNT];
	/* for replies; NULL: not known */
	const char *domain, *ip, *mail_from, *helo, *explanation, *helo_explanation, *policy_domain;
};

/* The standing of the domain's own mail, sent with the domain in MAIL FROM and From, from the
 * findings and the view of the records. `bulk`: of more than 5,000 messages a day. */
void stand_report(struct arena *a, const struct report *r, bool bulk, struct standing *out);

/* The standing of a described sender: report->sender must be there. */
void stand_sender(struct arena *a, const struct report *r, bool bulk, struct standing *out);

/* What each receiver does: RECEIVER_COUNT verdicts, in the table's order. */
struct verdict *judge_receivers(struct arena *a, const struct standing *s);

/* Sets the report's verdicts, risk and risk_because. */
void judge_risk(struct arena *a, struct report *r);

/* Reads a reply: who, why, what is to suspect. Never fails: CAUSE_UNKNOWN where the words name no
 * cause. */
void judge_bounce(struct arena *a, const struct reply *r, struct bounce *out);

/* Reads a message or a reply. Of the texts of a message the first that names a cause counts. */
void judge_refusal(struct arena *a, struct str text, struct refusal *out);

/* What a code or a vendor's mark means: "5.7.26", "550 5.7.1", "550", "S3150". Out is filled in as
 * far as it is known. */
enum code_is judge_code(struct arena *a, struct str word, struct code_view *out);

/* Sets the suspects from the audit, which may be NULL. `has_ip`: the sending address was audited.
 */
void judge_suspects(struct arena *a, struct bounce_report *b, bool has_ip);

/* Sets status[], score, grade, verdicts and risk from presence[] and the findings. */
void judge_report(struct arena *a, struct report *r);

/* Holds the report against the baselines of which a bit is set (1 << profile_id): adds findings and
 * fills in report->profile. Before the findings are sorted. */
void judge_profiles(struct arena *a, struct report *r, unsigned wanted);

/* The exit status of one audit: 0, 1 or 3 (interface: 3 is "undecided"). fail_on NULL: never. */
int judge_exit(const struct report *r, const enum severity *fail_on);

#endif

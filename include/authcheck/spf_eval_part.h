/* spf_eval_part: what the files of check_host() share. Layer: check (private to spf_eval*.c). */
#ifndef AUTHCHECK_SPF_EVAL_PART_H
#define AUTHCHECK_SPF_EVAL_PART_H

#include "spf.h"
#include "spf_eval.h"
#include "spf_macro.h"

enum spf_step {
	SPF_STEP_OPEN,  /* a fact is missing */
	SPF_STEP_NO,    /* no match */
	SPF_STEP_MATCH, /* match */
	SPF_STEP_STOP,  /* out->result stands */
};

/* The TXT RRset of a domain, read. */
struct spf_source {
	const struct fact *fact;
	const struct rr *rr; /* its SPF record, when there is one */
	struct spf spf;      /* of rr */
	unsigned records;    /* SPF records: 0, 1, or 2 for several */
	bool broken;         /* a syntax error in it: permerror */
	struct spf_source *next;
};

struct spf_eval {
	struct arena *arena;
	struct look *look;
	const struct spf_client *client;
	struct spf_evaluation *out;
	struct str ip;              /* 4 or 16 octets, no IPv4-mapped address */
	const char *local, *domain; /* of MAIL FROM; domain NULL: no proper name */
	const char *domain_text;    /* as given */
	const struct spf *deciding; /* the record whose term decided */
	struct spf_source
		*sources; /* the records that this step has parsed: at most two walks of 11 */
};

/* Sets ip, local and domain. */
void spf_eval_begin(struct spf_eval *e, const char *mail_from);

/* What a term leads to for the current domain; *target NULL: no valid name. False: a fact that %{p}
 * needs is OPEN. */
bool spf_target(struct spf_eval *e, const struct spf_term *t, const char *domain,
		const char **target);

/* A settled TXT RRset, read. */
const struct spf_source *spf_source(struct spf_eval *e, const struct fact *txt);

/* Is it an ip4 or ip6 term that matches? */
bool spf_holds_client(const struct spf_eval *e, const struct spf_term *t);

/* Asks for what the record at `domain` leads to. */
void spf_ask_ahead(struct spf_eval *e, const char *domain);

/* A name of the client's address that its forward DNS confirms (5.5): one at or below `below`; the
 * first in order when `must` is false and there is no such. *name NULL: none. False: OPEN. */
bool spf_validated_name(struct spf_eval *e, const char *below, bool must, const char **name);

/* Sets out->explanation from exp of the deciding record (6.2), or leaves it. */
void spf_explain(struct spf_eval *e);

#endif

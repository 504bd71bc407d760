/* What the files of the DMARC checker share. Layer: check. */
#ifndef AUTHCHECK_DMARC_PARTS_H
#define AUTHCHECK_DMARC_PARTS_H

#include "check.h"
#include "dmarc_mend.h"
#include "dmarc_walk.h"

struct dmarc_found {
	struct check *c;
	struct dmarc_walk walk;          /* from the audited domain */
	const struct dmarc_stop *own;    /* its first stop, settled and not LOST */
	const struct dmarc_stop *policy; /* whose record applies; NULL: none, or not known */
	const char *psl_org; /* RFC 7489's organizational domain of the audited domain; NULL */
	bool inherited;      /* the record is not the audited domain's own */
	bool exists;         /* inherited: the audited domain exists, as far as is known */
	const char *repair;  /* how to mend what was meant to be a record; NULL: no such thing */
	struct finding *unmended;    /* about text whose mend cannot be told; NULL */
	bool has_applied;            /* the next two are known */
	enum dmarc_policy applied;   /* what the record asks for the audited domain */
	enum dmarc_policy effective; /* the same with t=y in mind */
};

/* A finding about octets of the record that applies. detail and fix may be NULL. */
struct finding *dmarc_found_at(const struct dmarc_found *x, enum rule_id rule, struct span at,
			       const char *detail, const char *fix);

/* Is the record's p valid, and its sp and np not invalid (RFC 9989 4.10.1)? */
bool dmarc_is_usable(const struct dmarc *d);

/* Is the domain of the record that applies its own organizational domain? Where an answer was lost,
 * the Public Suffix List decides; false while not decided. */
bool dmarc_is_at_org(const struct dmarc_found *x);

/* dmarc-unknown: `f` was LOST, and with it what the clause says. */
void dmarc_found_unknown(const struct dmarc_found *x, const char *subject, const struct fact *f,
			 const char *clause);

/* "mailto:dmarc@example.com", to propose for reports. NULL when the audited domain is known to take
 * no mail. */
const char *dmarc_mailbox(const struct dmarc_found *x, const char *domain);

/* dmarc_place.c: records that are not records, several of them, and records in the wrong place. */
void dmarc_check_places(struct dmarc_found *x);

/* dmarc_record.c: the faults of the record that applies. */
void dmarc_check_record(const struct dmarc_found *x);

/* dmarc_policy.c: what it asks for, and whom it stands for. */
void dmarc_check_policy(const struct dmarc_found *x);
void dmarc_check_org(const struct dmarc_found *x);

/* dmarc_reports.c: where it sends reports. */
void dmarc_check_reports(const struct dmarc_found *x);

#endif

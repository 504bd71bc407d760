/* mta_sts: MTA-STS records and policies (RFC 8461 3.1, 3.2, 4.1). Layer: parse. */
#ifndef AUTHCHECK_MTA_STS_H
#define AUTHCHECK_MTA_STS_H

#include "fault.h"
#include "tags.h"

enum mta_sts_fault {
	/* the TXT record */
	STS_FAULT_CASE,         /* V=, ID= */
	STS_FAULT_EQUALS_BLANK, /* blanks around "=" */
	STS_FAULT_SPACE_SEMI, /* "v=STSv1 ;": grammar and selection text disagree (erratum 6285) */
	STS_FAULT_NO_ID,
	STS_FAULT_BAD_ID,
	STS_FAULT_FIELD, /* an extension field that is none */
	/* the policy */
	STS_FAULT_VERSION,       /* missing, or not STSv1 */
	STS_FAULT_MODE,          /* missing, or none of enforce, testing, none */
	STS_FAULT_MAX_AGE,       /* missing, or no number */
	STS_FAULT_MAX_AGE_RANGE, /* over 31557600 */
	STS_FAULT_NO_MX,         /* no mx, mode not none */
	STS_FAULT_MX_SYNTAX,
	STS_FAULT_LINE, /* a line that is no "key: value" */
	STS_FAULT_BOM,
	STS_FAULT_DUP_KEY,
	STS_FAULT_UNKNOWN_KEY,
	STS_FAULT_TYPO_KEY, /* "nmx:", "MX:", "Mode:" */
	/* both */
	STS_FAULT_V, /* the record does not begin with v=STSv1 at all: a blank before it, another
			version, no ";" */
	STS_FAULT_BLANK_LINE, /* an empty line within the policy */
};

struct mta_sts {
	struct str text;
	struct tags tags;
	struct str id; /* empty: none that is valid */
	bool valid;
	struct faults faults;
};

enum mta_sts_mode { STS_MODE_INVALID, STS_MODE_NONE, STS_MODE_TESTING, STS_MODE_ENFORCE };

struct mta_sts_mx {
	const char *pattern; /* lower case: "mx.example.com", "*.example.com" */
	struct span at;
	bool valid;
};

struct mta_sts_policy {
	struct str text;
	enum mta_sts_mode mode;
	struct span mode_at;
	int64_t max_age_s; /* -1: none that is valid */
	struct span max_age_at;
	struct mta_sts_mx *mx;
	size_t nmx;
	bool valid; /* a sender can use it (RFC 8461 3.2) */
	struct faults faults;
};

/* Does the text begin with exactly "v=STSv1;" (the selection rule of 3.1)? */
bool mta_sts_is_record(struct str text);
/* Meant to be one and not selected: "v=stsv1;", "v=STSv1 ;". */
bool mta_sts_is_near_record(struct str text, const char **why);
void parse_mta_sts(struct arena *a, struct str text, struct mta_sts *out);
void parse_mta_sts_policy(struct arena *a, struct str text, struct mta_sts_policy *out);

/* "[*.]" domain as RFC 8461 3.2 has it. Returns NULL when it is one, else what is wrong with it, a
 * clause. */
const char *mta_sts_pattern_fault(struct str pattern);

/* RFC 8461 4.1: a pattern with "*." stands for exactly one left-most label. */
bool mta_sts_mx_matches(const char *pattern, const char *host);

const char *mta_sts_mode_name(enum mta_sts_mode m); /* NULL for INVALID */

#endif

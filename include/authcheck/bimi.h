/* bimi: assertion records of Brand Indicators for Message Identification
 * (draft-brand-indicators-for-message-identification 4.3). Layer: parse. */
#ifndef AUTHCHECK_BIMI_H
#define AUTHCHECK_BIMI_H

#include "fault.h"
#include "tags.h"
#include "uri.h"

enum bimi_fault {
	BIMI_FAULT_VERSION, /* v is not BIMI1, or not first */
	BIMI_FAULT_NO_L,    /* neither a logo nor that there shall be none */
	BIMI_FAULT_URI,     /* l or a is no https: URI */
	BIMI_FAULT_SYNTAX,  /* text without "=", a tag that is there twice */
};

struct bimi {
	struct str text;
	struct tags tags;
	const struct tag *l, *a;           /* logo, and evidence (a certificate); NULL: not there */
	const struct uri *logo, *evidence; /* where they are; NULL: none, or none that is valid */
	bool declines;                     /* l and a are empty: no logo shall be shown */
	bool valid;
	struct faults faults; /* enum bimi_fault */
};

/* Is the first tag v=BIMI1, exactly so? Receivers look at no other records. */
bool bimi_is_record(struct str text);

/* Meant to be one and not selected: begins with "v=bimi" in any letter case. */
bool bimi_is_near_record(struct str text);

void parse_bimi(struct arena *a, struct str text, struct bimi *out);

#endif

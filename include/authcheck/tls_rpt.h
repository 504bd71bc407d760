/* tls_rpt: SMTP TLS reporting records (RFC 8460 3). Layer: parse. */
#ifndef AUTHCHECK_TLS_RPT_H
#define AUTHCHECK_TLS_RPT_H

#include "fault.h"
#include "tags.h"
#include "uri.h"

enum tls_rpt_fault {
	TLSRPT_FAULT_NO_RUA,
	TLSRPT_FAULT_EMPTY_RUA,
	TLSRPT_FAULT_SCHEME, /* neither mailto nor https */
	TLSRPT_FAULT_URI,
	TLSRPT_FAULT_COMMA,   /* an empty element in the list */
	TLSRPT_FAULT_UNKNOWN, /* an extension field: ignored */
	TLSRPT_FAULT_CASE,    /* "RUA=" */
	TLSRPT_FAULT_FIELD,   /* text that is no field */
	TLSRPT_FAULT_DUP_RUA, /* a second rua= */
};

struct tls_rpt {
	struct str text;
	struct tags tags;
	struct uri *rua;
	size_t nrua;
	bool valid;
	struct faults faults;
};

/* Does the text begin with exactly "v=TLSRPTv1;"? */
bool tls_rpt_is_record(struct str text);
/* Meant to be one and not selected: "v=TLSRPT1; …", "v=tlsrptv1;…", "v=TLSRPTv1" alone. */
bool tls_rpt_is_near_record(struct str text, const char **why);
void parse_tls_rpt(struct arena *a, struct str text, struct tls_rpt *out);

#endif

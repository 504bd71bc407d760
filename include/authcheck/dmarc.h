/* dmarc: DMARC policy records (RFC 9989 4.7, 4.8; what RFC 7489 readers see differently is told
 * apart). Layer: parse. */
#ifndef AUTHCHECK_DMARC_H
#define AUTHCHECK_DMARC_H

#include "fault.h"
#include "tags.h"
#include "uri.h"

enum dmarc_policy {
	DMARC_ABSENT,  /* the tag is not there */
	DMARC_INVALID, /* its value is none of the three */
	DMARC_NONE,
	DMARC_QUARANTINE,
	DMARC_REJECT,
};

enum dmarc_fault {
	DMARC_FAULT_V_UPPER, /* "V=DMARC1" */
	DMARC_FAULT_NO_P,
	DMARC_FAULT_BAD_P,
	DMARC_FAULT_BAD_SP,
	DMARC_FAULT_BAD_NP,
	DMARC_FAULT_BAD_OTHER, /* adkim aspf fo t psd with a value that is none: default used */
	DMARC_FAULT_DUP_TAG,
	DMARC_FAULT_EMPTY_ELEMENT,
	DMARC_FAULT_TAG_SYNTAX, /* text without "=", an empty value, a name that is not letters */
	DMARC_FAULT_UNKNOWN_TAG,
	DMARC_FAULT_TYPO_TAG, /* unknown, one slip from a known one */
	DMARC_FAULT_REMOVED_PCT,
	DMARC_FAULT_REMOVED_RF_RI,
	DMARC_FAULT_ORDER,  /* p is not right after v: legal in RFC 9989 */
	DMARC_FAULT_OCTET,  /* a value with control or 8-bit octets */
	DMARC_FAULT_ESCAPE, /* a literal backslash before ";" */
};

struct dmarc {
	struct str text;
	struct tags tags;
	enum dmarc_policy p, sp, np;
	bool testing;     /* t=y */
	char psd;         /* 'y' 'n' 'u' */
	char adkim, aspf; /* 'r' 's' */
	int pct;          /* -1: absent; -2: not a number of 0 to 100 */
	struct uri *rua, *ruf;
	size_t nrua, nruf;
	bool has_valid_rua;
	const struct tag *p_tag, *sp_tag, *np_tag, *rua_tag, *ruf_tag, *pct_tag, *t_tag, *fo_tag,
		*psd_tag;
	struct faults faults; /* enum dmarc_fault */
};

/* Is this TXT a DMARC record: its first tag is v with the value DMARC1 exactly (4.10 step 1, 4.8)?
 */
bool dmarc_is_record(struct str text);

/* Text that was meant to be one and is ignored: "v=dmarc1", "v=DMARC1 p=none", " v=DMARC1", v not
 * first. *why: a clause for people; *at: the faulty octets. */
bool dmarc_is_near_record(struct str text, const char **why, struct span *at);

void parse_dmarc(struct arena *a, struct str text, struct dmarc *out);

/* The policy that the record asks for its own domain, RFC 9989 4.10.1 applied: p, or the fallback
 * where p, sp or np is not valid (none with a valid rua; DMARC_ABSENT without: no DMARC
 * processing). */
enum dmarc_policy dmarc_policy_own(const struct dmarc *d);
/* Likewise for a subdomain without a record of its own; `exists` false: np applies. */
enum dmarc_policy dmarc_policy_sub(const struct dmarc *d, bool exists);
/* `t=y` lowers it by one. */
enum dmarc_policy dmarc_policy_tested(const struct dmarc *d, enum dmarc_policy p);

/* The tag that a name stands for, letter case and one slip forgiven ("rau" -> "rua", "policy" ->
 * "p"); NULL. */
const char *dmarc_tag_meant(struct str name);
/* Is this a value of that tag (4.8)? For a tag that is not known: is it a value at all? The URIs of
 * rua and ruf are not read. */
bool dmarc_value_ok(struct str name, struct str value);

const char *dmarc_policy_name(
	enum dmarc_policy p); /* "none" "quarantine" "reject"; NULL for ABSENT and INVALID */

#endif

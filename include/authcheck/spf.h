/* spf: SPF records (RFC 7208 4.5, 4.6.1, 5, 6, 7, 12). Layer: parse. */
#ifndef AUTHCHECK_SPF_H
#define AUTHCHECK_SPF_H

#include <stdbool.h>
#include <stdint.h>

#include "fault.h"

enum spf_kind {
	SPF_ALL,
	SPF_INCLUDE,
	SPF_A,
	SPF_MX,
	SPF_PTR,
	SPF_IP4,
	SPF_IP6,
	SPF_EXISTS,
	SPF_REDIRECT,         /* modifier */
	SPF_EXP,              /* modifier */
	SPF_UNKNOWN_MODIFIER, /* well-formed, ignored by everybody */
	SPF_BROKEN,           /* no term at all: a syntax error */
};

enum spf_fault {
	SPF_FAULT_UNKNOWN_MECHANISM, /* "ipv4:…", "all;", "and" */
	SPF_FAULT_NO_DOMAIN,    /* include, exists, redirect, exp without a domain, or "a:" with
				   nothing behind */
	SPF_FAULT_DOMAIN,       /* the domain-spec is no domain-spec */
	SPF_FAULT_MACRO,        /* a bad macro in it */
	SPF_FAULT_CIDR,         /* a bad or misplaced prefix length */
	SPF_FAULT_ADDRESS,      /* ip4/ip6 without an address of that family */
	SPF_FAULT_COMMA,        /* "ip4:192.0.2.1,192.0.2.2" */
	SPF_FAULT_ALL_ARGUMENT, /* "-all:x", "-all." */
	SPF_FAULT_QUALIFIER,    /* a qualifier before a modifier */
	SPF_FAULT_DUP_REDIRECT,
	SPF_FAULT_DUP_EXP,
	SPF_FAULT_OCTET,  /* not printable ASCII: TAB, NBSP, a smart quote, any control or 8-bit
			     octet */
	SPF_FAULT_QUOTE,  /* a literal quotation mark or backslash */
	SPF_FAULT_EQUALS, /* "redirect:x", or "ip4" "include" … with nothing sensible behind */
	SPF_FAULT_GLUED,  /* two terms with no blank between them: "ip4:192.0.2.1include:x" */
};

struct spf_term {
	enum spf_kind kind;
	char qualifier;  /* '+' '-' '~' '?'; '+' when none is written; 0 for modifiers */
	struct span at;  /* the whole term within the record */
	struct str text; /* the same octets */
	struct str name; /* mechanism or modifier name as written */
	struct str
		domain; /* the domain-spec, or a modifier's value; n 0: none (the current domain) */
	struct span domain_at;
	bool has_macro;   /* domain holds a macro-expand */
	uint8_t ip[16];   /* ip4: 4 octets, ip6: 16 */
	int cidr4, cidr6; /* prefix lengths, defaults 32 and 128 */
	bool faulty;      /* this term has a fault */
	bool joins;       /* it is the rest of the term before it, which a blank cut in two: "ip4:
			     192.0.2.1" */
};

struct spf {
	struct str text;
	struct spf_term *term; /* in the order of the record */
	size_t n;
	struct faults faults;            /* enum spf_fault; any at all means permerror (4.6) */
	const struct spf_term *all;      /* the first all; NULL */
	const struct spf_term *redirect; /* the first redirect, whether or not it runs; NULL */
	const struct spf_term *exp;
};

/* Two terms with no blank between them may also read as one that is legal:
 * "a:mx.example.cominclude:x" names a host. Where in the term's text the second begins; 0: it is
 * not so. */
size_t spf_glued_at(const struct spf_term *t);

/* Is this TXT an SPF record: "v=spf1", letter case aside, then SP or the end (4.5)? */
bool spf_is_record(struct str text);

/* Text that was meant to be an SPF record and is none: "v=spf1;", "v=spf10 …", " v=spf1 …", "spf1
 * …", a quoted record. *why is a clause for people. */
bool spf_is_near_record(struct str text, const char **why);

/* Parses a record that spf_is_record(). Never fails: faults are listed, and parsing goes on behind
 * them. */
void parse_spf(struct arena *a, struct str text, struct spf *out);

/* "v=spf1" as a term: by the grammar an unknown modifier, which receivers ignore. */
bool spf_is_version(const struct spf_term *t);

/* The beginning of another record that was pasted into this one: "v=DMARC1;". */
bool spf_is_other_record(const struct spf_term *t);

/* The letters used in macros of a domain-spec, lower case, each once ("id"), into out[16]. */
void spf_macro_letters(struct str domain_spec, char out[16]);

/* Expands a domain-spec whose macros are only %{d}, %{o} and the %% %_ %- escapes: `d` is the
 * current domain, `o` the sender's. NULL when it depends on anything else, or the result is no name
 * (7.3: left labels are dropped down to 253 octets). */
const char *spf_expand_static(struct arena *a, struct str domain_spec, const char *d,
			      const char *o);

/* Does this kind of term count against the limit of ten (4.6.4)? */
bool spf_kind_counts(enum spf_kind k);

#endif

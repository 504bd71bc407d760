/* spf_eval: check_host(), the evaluation of SPF for one message (RFC 7208 4), over facts.
 *
 * Layer: check (helper of the checkers that know a client, and of `authcheck sender`). It shares
 * the parser with the static walk; unlike that it stops at the first match, as receivers do.
 *
 * While facts are OPEN the answer is open as well, and says nothing. What is asked: the names in
 * each record that has been had, all at once, so that an evaluation takes as many round trips as
 * includes are nested, not as there are terms. The limits bound it for every record: 10 terms, 2
 * void look-ups, 10 MX and 10 PTR names. */
#ifndef AUTHCHECK_SPF_EVAL_H
#define AUTHCHECK_SPF_EVAL_H

#include "facts.h"
#include "report.h"

/* Who sends: nothing in it is owned. */
struct spf_client {
	struct str ip;    /* 4 or 16 octets; an IPv4-mapped address is taken as IPv4 (5) */
	const char *helo; /* as given in HELO or EHLO */
	const char
		*mail_from;   /* "local@domain", "@domain", or "" for the null reverse-path (2.4) */
	const char *receiver; /* for %{r}; NULL: "unknown" */
};

/* Evaluates `client` by MAIL FROM, or by postmaster@HELO when that is empty (2.4). */
void spf_check_host(struct arena *a, struct look *l, const struct spf_client *client,
		    struct spf_evaluation *out);

/* Evaluates the HELO identity: postmaster@HELO (2.3). */
void spf_check_helo(struct arena *a, struct look *l, const struct spf_client *client,
		    struct spf_evaluation *out);

#endif

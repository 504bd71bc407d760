/* spf_eval: check_host(), the evaluation of SPF for one message (RFC 7208 4), over facts.
 *
 * Layer: check (helper of the checkers that know a client, and of `authcheck sender`). It shares
 * the parser with the static walk; unlike that it stops at the first match, as receivers do.
 *
 *	struct spf_client client = { .ip = ip, .helo = "mail.example.com",
 *				     .mail_from = "user@example.com" };
 *	struct spf_evaluation e;
 *
 *	spf_check_host(arena, look, &client, &e);
 *	if (!e.open)
 *		... spf_result_name(e.result), e.term, e.explanation
 *
 * 1. While facts are OPEN the answer is open as well, and says nothing; the questions have been
 *put.
 * 2. The answer and the set of questions depend on what the world answers alone, not on the order:
 * spf_eval_ask.c says what is asked ahead.
 * 3. The limits bound it for every record: 10 terms, 2 void look-ups, 10 MX hosts, 10 addresses of
 * each, 10 PTR names; at most 22 records are parsed in a step.
 * 4. A LOST fact gives temperror where RFC 7208 5 says so, and `fact` is that fact: such an answer
 *is never a sure one.
 * 5. The client's words may hold any octets but NUL, and so may the explanation: escape it before
 * printing. */
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

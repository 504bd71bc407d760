/* dane: what the files of the DANE checker share: dane.c the domain, dane_host.c one MX host.
 * Private to src/check.
 *
 * Layer: check. */
#ifndef AUTHCHECK_CHECK_DANE_H
#define AUTHCHECK_CHECK_DANE_H

#include "secure.h"
#include "smtp_host.h"
#include "tlsa.h"

struct dane_host {
	const struct mx_host_view *mx;
	struct dane_host_view *view; /* what the report has of it */
	bool own;                    /* within the domain's own tree */
	const struct fact *fact;     /* its TLSA records; NULL: not decided */
	const char *base;   /* the name that they are for: the host's, or its CNAME's target */
	enum secure secure; /* MX RRset, addresses and TLSA together */
	const struct fact *loose; /* INSECURE: the first of these that is not signed */
};

/* Looks up the host's TLSA records, reads them, and sets fact, base, secure, loose and the view.
 * False while not decided. */
bool dane_host_look(struct check *c, struct dane_host *h);

/* The findings about the host. False while not decided. */
bool dane_host_check(struct check *c, const struct dane_host *h);

#endif

/* mx_host: one exchange of an MX RRset: what is known about its addresses, and the rules about it
 * alone. Private to src/check.
 *
 * Layer: check. */
#ifndef AUTHCHECK_CHECK_MX_HOST_H
#define AUTHCHECK_CHECK_MX_HOST_H

#include "check.h"

enum host_state {
	HOST_NOT_ASKED, /* an address, a bare word, or one host too many */
	HOST_OPEN,      /* not decided in this step */
	HOST_LOST,      /* whether it has an address could not be had */
	HOST_NONE,
	HOST_SOME,
};

struct mx_host {
	const struct fact *mx; /* the MX RRset */
	const struct rr *rr;   /* its record there */
	const char *name;
	enum host_state state;
	const struct fact *a, *aaaa; /* NULL: not asked */
};

/* Looks up the host's addresses, and sets name, state, a, aaaa. */
void mx_host_look(struct check *c, struct mx_host *h);

/* Has the host an address that mail on the Internet can use? */
bool mx_host_receives(const struct mx_host *h);

/* Why it cannot receive: a sentence without its full stop. Only for a host that does not, and whose
 * facts were not lost. */
const char *mx_host_why(struct check *c, const struct mx_host *h);

/* The findings about this host. `spare`: another host takes mail, or may; without one, that it has
 * no address is said of the domain. Returns whether an error says already why it cannot receive. */
bool mx_host_check(struct check *c, const struct mx_host *h, bool spare);

/* A finding for each address that the Internet cannot reach. `f` is an A or AAAA fact. */
void mx_host_check_addresses(struct check *c, const char *host, const struct fact *f);

/* "example.com. IN MX 10 mx.example.com.", ready to paste. `mx` is the RRset in which the line
 * stands. */
const char *mx_line(struct arena *a, const struct fact *mx, unsigned preference,
		    const char *target);

/* The findings about a domain without an MX RRset (mx_none.c), and its view. Returns the presence
 * of MX: NONE, or OPEN. */
enum presence mx_none_check(struct check *c, const struct fact *mx);

#endif

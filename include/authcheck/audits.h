/* audits: many audits at once over one source.
 *
 * Layer: above all stages. No audit waits for another: each is stepped when its own questions have
 * settled. An audit that merely waits, for a server that is dead, does not count among the jobs, so
 * such domains hold up none of the others. */
#ifndef AUTHCHECK_AUDITS_H
#define AUTHCHECK_AUDITS_H

#include <signal.h>

#include "audit.h"

enum audits_next {
	AUDITS_DOMAIN, /* here is one */
	AUDITS_LATER,  /* none just now */
	AUDITS_END,    /* and there will be none */
};

struct audits;

struct audits_setup {
	struct audit_setup audit; /* what all audits have in common; progress is not called */
	unsigned jobs;            /* audits at once, those that merely wait aside; 0: the default */
	unsigned
		quiet_ms; /* nothing settled for so long: step with what there is; 0: the default */
	/* The next domain, valid until the next call, and what the user knows of it (*wish is a
	 * copy of that of all). may_wait: no audit is on its way, so it may wait for one. */
	enum audits_next (*next)(void *arg, bool may_wait, const char **domain,
				 struct audit_wish *wish);
	/* It is about to begin, and its memory is there: what else is known of it. May be NULL. */
	void (*prepare)(void *arg, struct audit *a, const char *domain, struct audit_wish *wish);
	/* An audit is over: the index-th domain, from 0. !ok: it ran out of memory. The audit is
	 * freed afterwards. False ends all. */
	bool (*done)(void *arg, size_t index, struct audit *a, bool ok);
	/* Called now and then; false ends all. May be NULL. */
	bool (*tick)(void *arg, const struct audits *all);
	void *arg;
	const volatile sig_atomic_t *stop; /* not 0: end now, whatever is under way; may be NULL */
};

/* For tick(). */
struct audits_count {
	size_t started, finished;
	unsigned settled, asked; /* questions of the audits that are under way */
	const char *domain;      /* one of these; NULL: none */
	unsigned elapsed_ms;
};
struct audits_count audits_count(const struct audits *all);

/* Runs until the list is at its end, or done() or *stop end it: false then. *all keeps what is
 * under way: free it with audits_free() when the source is closed. *s must live as long. */
bool audits_run(const struct audits_setup *s, struct audits **all);
void audits_free(struct audits *all);

#endif

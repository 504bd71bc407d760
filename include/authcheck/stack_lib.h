/* stack_lib: the three libraries, each as a job for a child. Layer: stack (private to src/stack and
 * its tests).
 *
 * A job and a reply are plain memory: the child reads the job in its own copy, and sends the reply
 * back octet by octet. */
#ifndef AUTHCHECK_STACK_LIB_H
#define AUTHCHECK_STACK_LIB_H

#include "buf.h"
#include "facts.h"
#include "report.h"
#include "stack_child.h"

enum {
	STACK_CALLS_MAX = 200, /* look-ups that libspf2 is answered in one evaluation */
	STACK_WANT_MAX = 64,   /* questions that one pass may open */
};

/* ---- what a child sees of the world ---- */

struct window {
	const struct facts *facts;
	struct arena arena;
	struct buf want; /* a line for each question that nobody has asked yet: "16 example.com" */
	unsigned missed;
	bool lost; /* an answer is not known: what the library makes of it proves nothing */
};

void window_init(struct window *w, const struct facts *fs);
/* The settled fact; NULL: it is not there yet, and is wanted. `name` in lower case or not; one that
 * is no name is the fact that there is none. */
const struct fact *window_look(struct window *w, uint16_t type, const char *name);

/* ---- libspf2 ---- */

struct spf2_job {
	const struct facts *facts;
	struct str ip;                /* 4 or 16 octets */
	const char *helo, *mail_from; /* NULL or "": not told */
	bool unguarded; /* hand over what is known to crash it: for tests of the child */
};
struct spf2_reply {
	enum stack_state state; /* ANSWERED, REFUSED or COSTLY */
	enum spf_result result;
	unsigned calls; /* look-ups that it made */
	unsigned missed;
	bool lost;
	char reason[256], explanation[512];
};
void spf2_child(const void *job, struct buf *out);

/* Can libspf2 read this record, or this explanation, without overrunning its stack (CVE-2023-42118:
 * not mended in Debian 12)? It compiles each term, and each explanation, into 511 octets: 4 for
 * each macro, and 4 and its length for each run of text in between; when those are used up it
 * writes past them. */
bool spf2_safe_record(struct str text);
bool spf2_safe_explanation(struct str text);

/* ---- libopendmarc ---- */

struct opendmarc_job {
	const struct facts *facts;
	const char *from;        /* the author domain, as written */
	const char *spf_domain;  /* with SPF pass, as written; NULL: none */
	const char *const *dkim; /* the d= of signatures that verify, as written */
	size_t ndkim;
	const char *stranger; /* a domain of somebody else; NULL: none */
	const char *ip;
};
struct opendmarc_reply {
	enum auth_result result;
	enum dmarc_policy disposition;
	bool spf_aligned, dkim_aligned;
	bool stranger_aligned; /* it takes the stranger for the author domain */
	unsigned missed;
	bool lost;
	char found_at[256], reason[256];
};
/* Reads the list of public suffixes, once a process, so that every child has it. */
void opendmarc_open(void);
void opendmarc_child(const void *job, struct buf *out);

/* ---- libopendkim ---- */

struct opendkim_job {
	const char *domain, *selector, *algorithm; /* "rsa-sha256" */
	struct str key;                            /* the TXT record; n 0: there is none */
};
struct opendkim_reply {
	bool usable; /* the key would do: of the made-up signature only the value was wrong */
	bool small;  /* it has fewer bits than RFC 8301 demands */
	char reason[256];
};
void opendkim_child(const void *job, struct buf *out);

#endif

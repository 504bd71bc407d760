/* domains: which domains are audited: those named, those of --input, or all senders of the zones;
 * one after the other, however many they are.
 *
 * Layer: above all stages; part of the program, as it complains. */
#ifndef AUTHCHECK_DOMAINS_H
#define AUTHCHECK_DOMAINS_H

#include "audits.h"
#include "lines.h"
#include "program.h"

enum { AHEAD_MAX = 11 }; /* so many tell whether they are more than ten */

/* A set of names, each once. */
struct names {
	struct arena *arena;
	const char **slot; /* hash table */
	size_t n, nslot;   /* nslot is a power of two, more than 2 * n */
};
/* False when the name was in it before. It is copied. */
bool names_add(struct names *s, const char *name);
bool names_has(const struct names *s, const char *name);

struct domains {
	struct program *p;
	const char **named; /* on the command line or in the zones, each once */
	size_t nnamed, cap_named, at;
	struct names once; /* those named, and with --resume all others as well */
	struct lines *lines;
	size_t input;                 /* which of --input is read */
	bool open;                    /* it is open */
	const char *ahead[AHEAD_MAX]; /* read from the lists to see how many there are */
	size_t nahead, at_ahead;
	struct arena scratch; /* the domain that was handed out last */
	size_t total;         /* how many there are; 0: not known yet */
	size_t listed, done_before;
	unsigned bad; /* lines that were no domain */
	bool failed;  /* a list could not be read, or nothing was in it */
	bool done;    /* behind the end */
};

/* Reads what is named, and the beginnings of the lists. With `before`, domains that are in it are
 * passed over. False, with a complaint, when there is nothing to audit. */
bool domains_open(struct domains *d, struct program *p, const struct names *before);
/* As audits.h has it. */
enum audits_next domains_next(struct domains *d, bool may_wait, const char **domain);
void domains_close(struct domains *d);

/* Opens --resume's file: adds the domains that are in it to *before, cuts a torn line off, and
 * returns its descriptor, at its end. -1, with a complaint, when it is in use or no such file. */
int resume_open(struct program *p, struct names *before);

#endif

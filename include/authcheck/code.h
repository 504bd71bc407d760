/* code: what a reply code means: as it is registered, and at which receiver. The tables are in
 * codes.def and receivers.def.
 *
 * Layer: report (above finding and parse). RFC 5321 4.2, RFC 3463. */
#ifndef AUTHCHECK_CODE_H
#define AUTHCHECK_CODE_H

#include "bounce.h"
#include "receiver.h"

/* x.y.z; class 0: none. */
struct enhanced {
	unsigned class, subject, detail;
};

/* What a receiver means by an enhanced code, or by each from `from` to `to`. */
struct code_use {
	unsigned class, subject, from, to; /* class 0: both 4 and 5 */
	const char *who;
	enum cause cause;
	const char *what, *source;
};

/* One of several causes behind one code. */
struct code_shared {
	unsigned subject, detail;
	enum cause cause;
	const char *who; /* answers so */
};

/* A mark that a vendor writes into its replies: "S3150". */
struct code_tag {
	const char *pattern; /* lower case; % stands for digits */
	const char *who;
	enum cause cause;
	const char *what;
};

enum code_is {
	CODE_NONE,    /* does not look like a code */
	CODE_REPLY,   /* a code and words: a whole reply */
	CODE_UNKNOWN, /* a code, and neither registered nor in use at a receiver */
	CODE_KNOWN,
};

struct code_view {
	const char *text; /* "550 5.7.1", "S3150" */
	unsigned code;    /* 550; 0: none */
	struct enhanced enhanced;
	const char *code_meaning; /* of the reply code; NULL: not known */
	const char *meaning;      /* of the enhanced code, as registered; NULL: it is not */
	const char *rfc;
	const struct code_tag *tag; /* NULL: it is none */
	const struct code_use **use;
	size_t nuse;
	const struct code_shared **shared;
	size_t nshared;
	const struct ruling **ruling; /* whose reply begins with it */
	size_t nruling;
	const struct ruling **kin; /* whose reply has it with another code beside it, or its other
				      class: 4.7.26 for 5.7.26 */
	size_t nkin;
	enum cause *cause; /* each once: of the code, its uses and rulings */
	size_t ncause;
	const char *nearest; /* of an unknown code; NULL: none is near */
};

/* The enhanced code that a ruling's reply begins with; class 0: none. */
struct enhanced ruling_enhanced(const struct ruling *u);

/* Is this enhanced code ("5.7.26"), or its kin of the other class ("4.7.26"), what the ruling's
 * reply begins with? */
bool ruling_answers(const struct ruling *u, const char *enhanced);

#endif

/* zone: a zone file, read (libzscanner) and kept so that an authoritative server's answers can be
 * made from it.
 *
 * Layer: parse. Sorted in canonical order of names, so that empty non-terminals, delegations and
 * wildcards (RFC 1034 4.3.2, RFC 4592) are found by search. */
#ifndef AUTHCHECK_ZONE_H
#define AUTHCHECK_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "rr.h"

struct zone_rr {
	const char *owner;
	struct rr rr;
};

enum zone_fault_kind {
	ZONE_BAD_LINE,     /* neither a record nor a directive */
	ZONE_OUT_OF_ZONE,  /* a record that is not at or below the origin */
	ZONE_LONG_STRING,  /* a character-string of more than 255 octets */
	ZONE_CNAME_OTHER,  /* a CNAME beside records of other types */
	ZONE_CNAME_TWICE,  /* more than one CNAME at a name */
	ZONE_BAD_SOA,      /* an SOA record below the origin, or a second one */
	ZONE_WILDCARD_NS,  /* NS records at a wildcard */
	ZONE_DOUBLED,      /* a name that ends in the origin twice */
	ZONE_MAIL_DOUBLED, /* the same of a record of mail, which nobody can mean */
	ZONE_MAIL_FOREIGN, /* a name such as _dmarc.example.net, with the origin behind it */
	ZONE_KEY_PLACE,    /* a DKIM key below a label that is nearly _domainkey */
	ZONE_TEXT_TARGET,  /* a CNAME that leads to the text of a TXT record, or to a URL */
	ZONE_NO_DOT,       /* a target below the origin that was meant as a full name */
	ZONE_CHOICE, /* no fault: a set beside another, of which some askers get it; not in rr */
	ZONE_CHOICE_OTHER, /* the same of what mail hardly hangs on */
};
struct zone_fault {
	enum zone_fault_kind kind;
	const char *file;
	unsigned line, column; /* as in struct rr */
	const char *owner;     /* NULL: the line tells none */
	const struct rr *rr;   /* the record; NULL: none was read */
	const char *quote;     /* the line's text, printable and cut short; NULL: not to be shown */
	const char *what;      /* a clause for people */
	bool refused; /* name servers do not load a zone with this in it; else they leave the line
			 out, or take it as it is */
};

/* All records of one name: zone_lookup's index. */
struct zone_node {
	const char *owner;
	struct str key; /* sorts in canonical order octet by octet; the key of a name above it is
			   its prefix */
	const struct zone_rr *rr;
	size_t n;
};

struct zone {
	const char *file; /* as the user named it: also the source of its facts */
	const char *origin;
	bool partial;       /* there may be more in the zone than is known here: what is not here is
			       not known */
	struct zone_rr *rr; /* sorted: name (canonical order), type, file, line */
	size_t n;
	struct zone_fault *fault; /* lines that a name server does not take as they are, in order;
				     the first 1000 of them */
	size_t nfault;
	const struct zone_node *node; /* in the order of rr */
	size_t nnode;
};

struct zones {
	struct zone *item;
	size_t n;
	bool foreign; /* n is 0: it could be read, and is no file of zones, or one without records
		       */
	bool script;  /* they are in JavaScript */
	const char **included; /* what octoDNS's "!include" brought in: paths, begun with `root` */
	size_t nincluded;
};

/* Reads a file of zones: a BIND zone file (one zone), or another form, told by its content (see
 * src/parse/zone_form.h). `origin` NULL: the file must say it ($ORIGIN, or the owner of its SOA
 * record), by its name if not within; where a file names its zones one by one, what it says counts.
 * What a name server would not take is a fault of the zone, and the rest of it is read. False and
 * *err ("db.example:12: …, one line") when the file cannot be read, nothing in it is a record, or
 * there is no origin. At least one zone otherwise. */
bool parse_zones_file(struct arena *a, const char *path, const char *origin, struct zones *out,
		      const char **err);
/* The same where octoDNS's "!include" may read what is at or below `root`, and not only what is in
 * the file's own folder and below it. */
bool parse_zones_within(struct arena *a, const char *root, const char *path, const char *origin,
			struct zones *out, const char **err);
/* "db.example.com", "zones/example.com.zone": the zone that a file's name tells, or NULL. */
const char *zone_file_origin(struct arena *a, const char *path);
/* One zone in the several files of a folder, as octoDNS has it (split_extension). */
bool parse_zones_split(struct arena *a, const char *root, const char *const *path, size_t n,
		       const char *origin, struct zones *out, const char **err);

/* The same from memory, for fuzzing and tests; $INCLUDE is refused. */
bool parse_zones_text(struct arena *a, const char *file, struct str text, const char *origin,
		      struct zones *out, const char **err);

/* The same for a file of one zone. False and *err when there are more. */
bool parse_zone_file(struct arena *a, const char *path, const char *origin, struct zone *out,
		     const char **err);
bool parse_zone_text(struct arena *a, const char *file, struct str text, const char *origin,
		     struct zone *out, const char **err);

/* Why name servers refuse the zone: "db.example:12: … (and 2 more)", one line for people. NULL:
 * they do not. */
const char *zone_refused(struct arena *a, const struct zone *z);

enum zone_kind {
	ZONE_OUTSIDE, /* not at or below the origin */
	ZONE_ANSWER,  /* records of that type */
	ZONE_CNAME,   /* a CNAME at the name, another type was asked */
	ZONE_DNAME,   /* the name is below a DNAME: rr is the DNAME record, and `target` the name it
			 leads to */
	ZONE_NODATA,
	ZONE_NXDOMAIN,
	ZONE_DELEGATED, /* at or below a delegation: not this zone's to answer */
	ZONE_UNKNOWN,   /* the zone's to answer, but the file does not tell */
};
struct zone_answer {
	enum zone_kind kind;
	const struct zone_rr *rr; /* ZONE_ANSWER, ZONE_CNAME: n records in a row */
	size_t n;
	bool wildcard;      /* made from a wildcard */
	const char *target; /* ZONE_CNAME, ZONE_DNAME; NULL: the name below the DNAME's target would
			       be too long */
};
void zone_lookup(struct arena *a, const struct zone *z, const char *name, uint16_t type,
		 struct zone_answer *out);

/* Zones found by name, with as many steps as the name has labels, however many zones there are. The
 * zones are lent, and numbered in the order given. */
struct zone_index;
const struct zone_index *zone_index(struct arena *a, const struct zone *const *zone, size_t n);
/* The first zone with that origin; SIZE_MAX: none. */
size_t zone_index_at(const struct zone_index *x, const char *origin);
/* The zones whose origin is the name or above it: the nearest first, as it is the one that answers
 * where it can; of one origin the first given. */
struct zone_near {
	const struct zone_index *in;
	const char *name; /* where to look next */
	size_t at;        /* the number of the zone */
};
struct zone_near zone_near(const struct zone_index *x, const char *name);
/* Goes on to the next. False: there is none. */
bool zone_near_next(struct zone_near *n);

/* Names of the zone that can send mail: the origin, and each that has an SPF record, an MX, a DMARC
 * record or a DKIM key of its own. In the order of the zone. */
void zone_senders(struct arena *a, const struct zone *z, const char ***names, size_t *n);

/* The DKIM selectors of a domain: each X with a TXT or CNAME record at X._domainkey.DOMAIN, X being
 * one label or more, in the order of the zone. Wildcards and names of other protocols
 * ("_adsp._domainkey") are none. False when names below _domainkey.DOMAIN are not this zone's to
 * answer. */
bool zone_selectors(struct arena *a, const struct zone *z, const char *domain, const char ***names,
		    size_t *n);

/* Can a DKIM key be at or below the origin: has the zone a _domainkey anywhere, or does it leave
 * names to another? */
bool zone_may_sign(const struct zone *z);

#endif

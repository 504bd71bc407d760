/* diff: two reports on one domain, compared: what a change makes worse, and what better.
 *
 * Layer: report. Two findings are the same fault when they are of one rule, about one name, and of
 * one kind: a moved line, another TTL or "13 look-ups" instead of "11" make no new fault. Where a
 * rule can be broken several times in a record, each faulty part is a fault of its own. */
#ifndef AUTHCHECK_DIFF_H
#define AUTHCHECK_DIFF_H

#include "facts.h"
#include "report.h"

enum diff_kind {
	DIFF_NEW,       /* only after */
	DIFF_GONE,      /* only before */
	DIFF_INHERITED, /* a name that was not there before has a fault of the domain above it */
	DIFF_UNDECIDED, /* only in one, but the other could not tell, or had a graver fault in its
			   place: no change is known */
	DIFF_STILL,     /* in both */
	DIFF_KINDS
};

struct diff_finding {
	enum diff_kind kind;
	bool hidden; /* undecided, since the other state had a graver fault in its place */
	const struct finding *before, *after; /* NULL: not there */
	bool has_other;         /* it is known what the other state has in the record's place: */
	const struct rr *other; /* NULL: the same record, or none at all (see other_same) */
	bool other_same;
	/* where the record itself was not changed: a record of a zone that it leads to and that was
	 */
	bool told;                /* of the same record, under another name of this run */
	const struct fact *cause; /* NULL: none is known */
	const struct rr *cause_rr;
};

struct diff_fate {
	enum receiver_id who;
	enum fate before, after;       /* neither of them FATE_UNKNOWN */
	const struct verdict *verdict; /* after */
};

struct diff {
	const char *domain;
	const char *since; /* of a domain and its last audit: when that was; NULL: of two states */
	const struct report *before, *after; /* NULL: that state does not know the domain */
	struct diff_finding *item;           /* by kind, in each the worst first */
	size_t n, count[DIFF_KINDS];
	struct diff_fate *fate; /* of the receivers that count */
	size_t nfate;
	const char **note; /* what was changed, a line each; see diff_notes() */
	size_t nnote;
};

/* Either report may be NULL. What is made points into the reports. */
void diff_reports(struct arena *a, const struct report *before, const struct report *after,
		  struct diff *out);

/* What hides the findings of one state from the other: see diff_hide.c. A part of diff_reports().
 */
void diff_hide(struct arena *a, struct diff *d);

/* Notes what the change does to the records that mail needs, faulty or not: keys, MX hosts, the
 * policy, SPF's terms. Both reports must have their views. */
void diff_notes(struct arena *a, struct diff *d, const struct facts *before,
		const struct facts *after);

/* Finds for each finding of only one state what the other has in place of its record. NULL: no
 * facts are known of it. */
void diff_records(struct arena *a, struct diff *d, const struct facts *before,
		  const struct facts *after);

/* By kind, in each the worst first: for who has changed a kind. */
void diff_sort(struct diff *d);

/* Is there anything to show: something new, gone or undecided, a note, or another fate? */
bool diff_changes(const struct diff *d);

/* The exit status that the new findings make: 0, 1 or 3. fail_on NULL: never. */
int diff_exit(const struct diff *d, const enum severity *fail_on);

/* The report after the change with nothing but its new findings in it, for formats that know no
 * diff. `once`: without those that were told of another name. */
void diff_report_of_new(struct arena *a, const struct diff *d, bool once, struct report *out);

/* The record a finding is about, and the faulty part of it; n 0: none, or all of it. */
struct str finding_text(struct arena *a, const struct finding *f);
struct str finding_part(struct arena *a, const struct finding *f);

/* What a whole comparison came to. */
struct diff_total {
	size_t names, all; /* audited; of how many that can send */
	size_t count[DIFF_KINDS];
	size_t unknown; /* questions that were not asked: offline */
	size_t changed; /* names with something new, gone or another fate */
};

#endif

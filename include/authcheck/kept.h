/* kept: the audits of a run against those that --state keeps.
 *
 * Layer: above all stages; for the program's own files. Without --state nothing of it does
 * anything. What goes wrong with the folder while audits run is told at the end, and makes the exit
 * status 2; the reports are then as without --state. */
#ifndef AUTHCHECK_KEPT_H
#define AUTHCHECK_KEPT_H

#include "change.h"
#include "program.h"

struct history;

struct kept {
	struct program *p;
	struct history *history; /* NULL: none is kept */
	struct change change;    /* of the audit that is looked at, */
	struct str text;         /* and what is kept of it; */
	uint8_t digest[32];      /* its digest, */
	bool same;               /* which is that of the last audit */
	struct change_total total;
	int64_t begun_s, begun_ms, written_ms;
	bool failed; /* it has been told */
};

/* Opens the folder. False, with a complaint, when that is not possible, or the options contradict
 * each other. */
bool kept_open(struct kept *k, struct program *p);
void kept_begin(struct kept *k, int64_t now_s);

/* What earlier audits saw of the domain, into the audit's own memory. */
void kept_past(struct kept *k, struct audit *a, const char *domain, struct audit_wish *wish);

/* Holds the report against the last one: a->report.change. Memory is the work arena's, so its oom
 * must be set, here and below. */
void kept_compare(struct kept *k, struct audit *a);
/* The exit status of the report: of what is new where there is a change. */
int kept_exit(struct kept *k, struct audit *a);
/* Is it to be reported? */
bool kept_shows(const struct kept *k, const struct audit *a);
/* Are changes told in words, in place of reports? */
bool kept_is_prose(const struct kept *k);
void kept_render(struct kept *k, struct audit *a, struct buf *out, const struct render_options *ro,
		 size_t index, size_t total);
/* What all came to, behind the last report. */
void kept_render_end(struct kept *k, struct buf *out, const struct render_options *ro);

/* The report is to be the index-th that is written. */
void kept_put(struct kept *k, struct audit *a, size_t index);
/* Those below `before` are written. */
void kept_written(struct kept *k, size_t before);
/* The run is over. False, with a complaint, when not all could be kept. */
bool kept_end(struct kept *k, size_t before, bool whole);
void kept_close(struct kept *k);

#endif

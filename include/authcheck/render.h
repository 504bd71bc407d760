/* render: a report as bytes. Layer: render; sees the report, const, and nothing else. */
#ifndef AUTHCHECK_RENDER_H
#define AUTHCHECK_RENDER_H

#include "buf.h"
#include "bounce.h"
#include "change.h"
#include "code.h"
#include "diff.h"
#include "report.h"

/* What a format keeps of the audits of one run, for an output whose head needs all of them, or that
 * is not in the order of the audits. Owned by who runs the audits. */
enum { RENDER_PARTS = 16, RENDER_STATES = 4 };
struct render_run {
	struct buf part[RENDER_PARTS];
	size_t kept[RENDER_PARTS];     /* octets of each that belong to audits that are done */
	unsigned state[RENDER_STATES]; /* audits by their state, see render_state() */
	bool list; /* the output is of several audits, or of a list that may hold any number */
};

/* `max`: octets that each part may hold. */
void render_run_init(struct render_run *run, size_t max);
void render_run_free(struct render_run *run);
/* Keeps what the audit just rendered has added, or (when memory ran out within it) drops it. */
void render_run_keep(struct render_run *run);
void render_run_drop(struct render_run *run);
/* The audits that were rendered. */
size_t render_run_total(const struct render_run *run);
/* Writes what is kept in a part. */
void render_run_part(struct buf *out, const struct render_run *run, size_t part);

struct render_options {
	bool color;
	bool verbose;   /* -v: every record, every info finding, every unknown question */
	bool quiet;     /* -q: the head line and findings of at least warning only */
	unsigned width; /* columns; 80 unless told */
	enum severity fail_on;
	bool fail_never;
	struct render_run *run; /* NULL where no audits are rendered */
};

/* One row of the format table. `begin` and `end` frame the whole output, `one` writes one audit.
 * begin and end may be NULL. `total`: 1 for a single report; for a list, how many are to come, 0
 * where that is not known; to `end`, 0 when none was written. */
struct render_format {
	const char *name;
	bool audits;   /* only for audits; else a sender and a bounce have it as well */
	bool gathers;  /* keeps parts in the run, so audits come in the order they are finished */
	bool monitors; /* the exit status is a monitoring plugin's: the worst render_state() */
	void (*begin)(struct buf *out, const struct render_options *o, size_t total);
	void (*one)(struct buf *out, struct arena *scratch, const struct report *r,
		    const struct render_options *o, size_t index, size_t total);
	void (*end)(struct buf *out, const struct render_options *o, size_t total);
};

extern const struct render_format render_formats[];
extern const size_t render_nformats;

void render_text(struct buf *out, struct arena *scratch, const struct report *r,
		 const struct render_options *o, size_t index, size_t total);
void render_json_begin(struct buf *out, const struct render_options *o, size_t total);
void render_json(struct buf *out, struct arena *scratch, const struct report *r,
		 const struct render_options *o, size_t index, size_t total);
void render_json_end(struct buf *out, const struct render_options *o, size_t total);
void render_ndjson(struct buf *out, struct arena *scratch, const struct report *r,
		   const struct render_options *o, size_t index, size_t total);

/* One line, without its end, of what does not differ from run to run, for --state: the same
 * findings are the same octets. What was carried over is in it. */
void render_json_lasting(struct buf *out, struct arena *scratch, const struct report *r);

/* What a monitor makes of an audit, in the numbers of its plugins' exit statuses. */
enum render_state { STATE_OK, STATE_WARNING, STATE_CRITICAL, STATE_UNKNOWN };
enum render_state render_state(const struct report *r, const struct render_options *o);
/* CRITICAL before WARNING before UNKNOWN before OK. */
enum render_state render_worst(const struct render_run *run);

/* The other formats, a file each; see doc/authcheck.1 for what they hold. */
void render_sarif_begin(struct buf *out, const struct render_options *o, size_t total);
void render_sarif(struct buf *out, struct arena *scratch, const struct report *r,
		  const struct render_options *o, size_t index, size_t total);
void render_sarif_end(struct buf *out, const struct render_options *o, size_t total);
void render_junit_begin(struct buf *out, const struct render_options *o, size_t total);
void render_junit(struct buf *out, struct arena *scratch, const struct report *r,
		  const struct render_options *o, size_t index, size_t total);
void render_junit_end(struct buf *out, const struct render_options *o, size_t total);
void render_github(struct buf *out, struct arena *scratch, const struct report *r,
		   const struct render_options *o, size_t index, size_t total);
void render_gitlab_begin(struct buf *out, const struct render_options *o, size_t total);
void render_gitlab(struct buf *out, struct arena *scratch, const struct report *r,
		   const struct render_options *o, size_t index, size_t total);
void render_gitlab_end(struct buf *out, const struct render_options *o, size_t total);
void render_csv_begin(struct buf *out, const struct render_options *o, size_t total);
void render_csv(struct buf *out, struct arena *scratch, const struct report *r,
		const struct render_options *o, size_t index, size_t total);
void render_markdown(struct buf *out, struct arena *scratch, const struct report *r,
		     const struct render_options *o, size_t index, size_t total);
void render_markdown_end(struct buf *out, const struct render_options *o, size_t total);
void render_html(struct buf *out, struct arena *scratch, const struct report *r,
		 const struct render_options *o, size_t index, size_t total);
void render_html_end(struct buf *out, const struct render_options *o, size_t total);
void render_nagios(struct buf *out, struct arena *scratch, const struct report *r,
		   const struct render_options *o, size_t index, size_t total);
void render_nagios_end(struct buf *out, const struct render_options *o, size_t total);
void render_prometheus(struct buf *out, struct arena *scratch, const struct report *r,
		       const struct render_options *o, size_t index, size_t total);
void render_prometheus_end(struct buf *out, const struct render_options *o, size_t total);

/* `authcheck bounce`: one of `total`. In JSON an array for several. */
void render_bounce_text(struct buf *out, struct arena *scratch, const struct bounce_report *b,
			const struct render_options *o, size_t index, size_t total);
void render_bounce_json(struct buf *out, struct arena *scratch, const struct bounce_report *b,
			bool lines, size_t index, size_t total);

/* `authcheck sender`: report->sender must be there. */
void render_sender_text(struct buf *out, struct arena *scratch, const struct report *r,
			const struct render_options *o);
void render_sender_json(struct buf *out, struct arena *scratch, const struct report *r, bool line);

/* `authcheck diff`: one name; the text has an end that counts. In JSON an array unless `total`
 * is 1. */
void render_diff_text(struct buf *out, struct arena *scratch, const struct diff *d,
		      const struct render_options *o);
void render_diff_text_end(struct buf *out, struct arena *scratch, const struct diff_total *t,
			  const struct render_options *o);
/* The text in a code block, for a pull request; its end is the text's. */
void render_diff_markdown(struct buf *out, struct arena *scratch, const struct diff *d,
			  const struct render_options *o);
void render_diff_json(struct buf *out, struct arena *scratch, const struct diff *d, bool lines,
		      size_t index, size_t total);

/* A run against the last audits: how many domains changed; nothing where none did. */
void render_change_text_end(struct buf *out, struct arena *scratch, const struct change_total *t,
			    const struct render_options *o);

/* `authcheck history`: the states of a domain, or the runs, the newest first. */
void render_history_text(struct buf *out, struct arena *scratch, const char *domain,
			 const struct change_state *state, size_t n,
			 const struct render_options *o);
void render_history_json(struct buf *out, struct arena *scratch, const char *domain,
			 const struct change_state *state, size_t n, bool line, size_t index,
			 size_t total);
void render_runs_text(struct buf *out, struct arena *scratch, const struct past_run *run, size_t n,
		      const struct render_options *o);
void render_runs_json(struct buf *out, struct arena *scratch, const struct past_run *run, size_t n,
		      bool line);

/* `authcheck explain`, `authcheck rules`, doc/rules.md: the rule table itself. */
void render_explain(struct buf *out, struct arena *scratch, enum rule_id rule,
		    const struct render_options *o);
/* All rules of a protocol, or of the baselines, a line each. */
void render_explain_proto(struct buf *out, struct arena *scratch, enum proto proto,
			  const struct render_options *o);
/* What a code of a reply means, and at whom. */
void render_explain_code(struct buf *out, struct arena *scratch, const struct code_view *v,
			 const struct render_options *o);
void render_rules_text(struct buf *out);
void render_rules_markdown(struct buf *out);

/* `authcheck receivers`, doc/receivers.md: the receivers' table. */
void render_receivers_text(struct buf *out);
void render_receivers_markdown(struct buf *out);
/* Text from a table, with the marks that Markdown would read as its own escaped. */
void render_markdown_text(struct buf *out, const char *text);

#endif

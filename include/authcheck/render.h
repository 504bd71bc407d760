/* render: a report as bytes. Layer: render; sees the report, const, and nothing else. */
#ifndef AUTHCHECK_RENDER_H
#define AUTHCHECK_RENDER_H

#include "buf.h"
#include "bounce.h"
#include "code.h"
#include "report.h"

struct render_options {
	bool color;
	bool verbose;   /* -v: every record, every info finding, every unknown question */
	bool quiet;     /* -q: the head line and findings of at least warning only */
	unsigned width; /* columns; 80 unless told */
	enum severity fail_on;
};

/* One row of the format table. `begin` and `end` frame the whole output, `one` writes one audit.
 * begin and end may be NULL. */
struct render_format {
	const char *name;
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

/* `authcheck bounce`: one of `total`. In JSON an array for several. */
void render_bounce_text(struct buf *out, struct arena *scratch, const struct bounce_report *b,
			const struct render_options *o, size_t index, size_t total);
void render_bounce_json(struct buf *out, struct arena *scratch, const struct bounce_report *b,
			bool lines, size_t index, size_t total);

/* `authcheck sender`: report->sender must be there. */
void render_sender_text(struct buf *out, struct arena *scratch, const struct report *r,
			const struct render_options *o);
void render_sender_json(struct buf *out, struct arena *scratch, const struct report *r, bool line);

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

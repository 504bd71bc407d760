/* What the tests of the renderers share: reports built by hand. Layer: none. */
#ifndef TESTS_UNIT_RENDER_HELP_H
#define TESTS_UNIT_RENDER_HELP_H

#include "render.h"

/* A DNS fact with one TXT record (NONE when text is empty). */
struct fact *help_txt(struct arena *a, const char *name, struct str text);
/* A fact that could not be had. */
struct fact *help_lost(struct arena *a, const char *name, enum fact_why why);

/* A report on example.com about which nothing is wrong. */
void help_report(struct arena *a, struct report *r);

/* Sets the SPF record: facts, parsed record, and a tree of its terms in which each counting term
 * costs 1. */
struct spf_node *help_spf(struct arena *a, struct report *r, struct str text);

/* A rule of that protocol and severity. */
enum rule_id help_rule(enum proto p, enum severity s);

/* The report as bytes; NUL-terminated, in the arena. */
struct str help_render(struct arena *a, const struct report *r, const struct render_options *o,
		       const char *format);

/* The longest line, in octets; -1 when there is an octet that is neither printable ASCII nor a line
 * feed. */
int help_longest_line(struct str s);
bool help_has(struct str s, const char *part);

#endif

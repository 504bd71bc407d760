/* escape: text from outside, made harmless for each format. Private to src/render. Layer: render.
 *
 * In all of them an octet that is not printable ASCII is written as \xNN, as on a terminal, so that
 * neither a control octet nor broken UTF-8 reaches a reader. What else is done is the format's. */
#ifndef AUTHCHECK_ESCAPE_H
#define AUTHCHECK_ESCAPE_H

#include "buf.h"

/* XML 1.0 and HTML, in elements and quoted attributes. */
void escape_xml(struct buf *out, struct str s);
/* The same, with line feeds left as they are: for elements that keep white space. */
void escape_xml_lines(struct buf *out, struct str s);

/* One field of RFC 4180, quoted where that is needed. A spreadsheet takes a field that begins with
 * = + - or @ for a formula: it gets an apostrophe before it. */
void escape_csv(struct buf *out, struct str s);

/* What follows the :: of a workflow command, and (`property`) one of its key=value pairs. */
void escape_command(struct buf *out, struct str s, bool property);

/* Running text in Markdown, as GitHub and GitLab read it: no mark-up, no link, no reference and
 * nobody mentioned. */
void escape_markdown(struct buf *out, struct str s);
/* A code span. In a table a | would end the cell: `cell`. */
void escape_markdown_code(struct buf *out, struct str s, bool cell);

/* The value of a label of Prometheus' text format, without its quotation marks. */
void escape_label(struct buf *out, struct str s);

/* The output of a monitoring plugin: the | that begins performance data, and what a web page or a
 * shell would take for its own, as \xNN too. */
void escape_plugin(struct buf *out, struct str s);

#endif

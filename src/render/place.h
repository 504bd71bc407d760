/* place: where a finding stands, for tools that point at a line of a file. Private to src/render.
 * Layer: render. */
#ifndef AUTHCHECK_PLACE_H
#define AUTHCHECK_PLACE_H

#include "report.h"
#include "render.h"

struct place {
	const char
		*file;   /* as the user named it, without a "./" before it; NULL: not from a file */
	unsigned line;   /* from 1. Of a record that is not there, and of what has no record in the
			    file: 1 */
	bool exact;      /* a record stands there */
	unsigned column; /* from 1, where the line holds more than the record; 0: not told */
};

/* The record of the finding where it comes from a zone file. What the zone lacks, and what is wrong
 * with names that it leads to, is at the head of the file. */
struct place place_of(const struct report *r, const struct finding *f);

/* What was looked at, for people: "example.com TXT"; where nothing was, the subject. */
const char *place_name(struct arena *a, const struct finding *f);
/* The same as a dns: URI (RFC 4501) or a URL. */
const char *place_uri(struct arena *a, const struct finding *f);
/* A file's name as a URI: relative as it is, else file:. */
const char *place_file_uri(struct arena *a, const char *file);

/* A name for each finding of the report that another run gives it too, wherever the record has
 * moved to and whatever is changed in the rest of it; no two of a report have the same. */
const uint64_t *place_fingerprints(struct arena *a, const struct report *r);

/* Is the finding listed: all but what the user wished not to ask (-v has it), and notes with -q? */
bool place_lists(const struct finding *f, const struct render_options *o);

/* The faulty part, where it is worth being repeated: it is short, and the detail does not have it.
 * Else empty. */
struct str place_part(struct arena *a, const struct finding *f);

/* "SPF: title: detail", and with `part` "SPF: title: part: detail". A finding about another name
 * than the audit's is not clear alone: "MX of mail.example.com: ..." Octets as they are. */
const char *place_statement(struct arena *a, const struct report *r, const struct finding *f,
			    bool part);

typedef bool place_shows_fn(const struct finding *f, const struct render_options *o);
/* The last finding about the same record that the same fix cures, where it is not `f` itself, and
 * is shown: the fix is said there. NULL: it is to be said here. */
const struct finding *place_mended_with(const struct report *r, const struct finding *f,
					place_shows_fn *shows, const struct render_options *o);

#endif

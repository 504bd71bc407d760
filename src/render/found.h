/* found: the findings of a report as objects of one JSON array that all audits of a run share.
 * Private to src/render. Layer: render. */
#ifndef AUTHCHECK_FOUND_H
#define AUTHCHECK_FOUND_H

#include "json_value.h"
#include "render.h"

struct found {
	const struct report *report;
	const struct finding *finding;
	uint64_t fingerprint;
};

/* Writes what `make` makes of each finding that is listed, with commas between and before them as
 * the array needs them. `make` is given a struct found. Part 0 of the run is used. */
void found_dump(struct buf *out, struct arena *scratch, const struct report *r,
		const struct render_options *o, js_make_fn *make);

#endif

#include "found.h"

#include "place.h"

void found_dump(struct buf *out, struct arena *scratch, const struct report *r,
		const struct render_options *o, js_make_fn *make)
{
	const uint64_t *prints = place_fingerprints(scratch, r);
	struct buf *any = &o->run->part[0];

	for (size_t i = 0; i < r->findings.n; i++) {
		const struct found found = { r, r->findings.item[i], prints[i] };

		if (!place_lists(found.finding, o))
			continue;
		buf_adds(out, any->n ? ",\n" : "\n");
		js_dump(out, scratch, make, &found, false, true);
		buf_addc(any, '.');
	}
}

/* What is kept between the audits of one run, and what a monitor makes of each. Layer: render. */
#include "render.h"

void render_run_init(struct render_run *run, size_t max)
{
	*run = (struct render_run){ .state = { 0 } };
	for (size_t i = 0; i < RENDER_PARTS; i++)
		buf_init(&run->part[i], max);
}

void render_run_free(struct render_run *run)
{
	for (size_t i = 0; i < RENDER_PARTS; i++)
		buf_free(&run->part[i]);
}

void render_run_keep(struct render_run *run)
{
	for (size_t i = 0; i < RENDER_PARTS; i++)
		run->kept[i] = run->part[i].n;
}

void render_run_drop(struct render_run *run)
{
	for (size_t i = 0; i < RENDER_PARTS; i++)
		run->part[i].n = run->kept[i];
}

size_t render_run_total(const struct render_run *run)
{
	size_t n = 0;

	for (size_t i = 0; i < RENDER_STATES; i++)
		n += run->state[i];
	return n;
}

void render_run_part(struct buf *out, const struct render_run *run, size_t part)
{
	out->failed |= run->part[part].failed;
	buf_add_str(out, buf_str(&run->part[part]));
}

enum render_state render_state(const struct report *r, const struct render_options *o)
{
	bool warned = false, undecided = false;

	for (size_t i = 0; i < r->findings.n && !o->fail_never; i++) {
		const struct finding *f = r->findings.item[i];
		enum severity s = rules[f->rule].severity;

		if (f->sure && s >= o->fail_on)
			return STATE_CRITICAL;
		warned |= f->sure && s >= SEV_WARNING;
		undecided |= !f->sure && !f->offline && s >= o->fail_on;
	}
	return warned ? STATE_WARNING : undecided ? STATE_UNKNOWN : STATE_OK;
}

enum render_state render_worst(const struct render_run *run)
{
	static const enum render_state order[] = { STATE_CRITICAL, STATE_WARNING, STATE_UNKNOWN };

	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (run->state[order[i]])
			return order[i];
	return STATE_OK;
}

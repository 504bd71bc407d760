/* Who answers: zone files, a tape, the network or nobody, in a row. */
#include "file.h"
#include "name.h"
#include "program.h"

enum { CACHE_MAX = 12 * 1024 * 1024 };

static bool read_tape(struct program *p)
{
	struct buf text;
	const char *err = NULL;
	bool ok;

	buf_init(&text, FILE_MAX);
	ok = file_read(&p->arena, p->o.replay, FILE_MAX, &text, &err);
	if (!ok)
		complain(err);
	else if (!tape_read(&p->arena, arena_str(&p->arena, buf_str(&text)), &p->tape, &err)) {
		complain(arena_printf(&p->arena, "%s, %s", p->o.replay, err));
		ok = false;
	}
	buf_free(&text);
	if (ok)
		p->row[p->nrow++] = source_tape(&p->arena, &p->tape);
	return ok;
}

bool program_open(struct program *p)
{
	const char *err;

	if (!program_read_zones(p))
		return false;
	p->row = arena_array(&p->arena, 3, sizeof(*p->row));
	if (p->nzones)
		p->row[p->nrow++] = source_zones(&p->arena, p->zone, p->nzones);
	p->overlay = ARENA_NEW(&p->arena, struct overlay);
	overlay_init(p, p->zone, p->nzones, p->overlay);
	if ((p->o.replay && !read_tape(p)) || !program_read_known(p))
		return false;
	if (p->o.offline) {
		p->row[p->nrow++] = source_offline(&p->arena);
	} else if (!p->o.replay) {
		p->live = source_live(&p->arena, &p->o.live, &err);
		if (!p->live) {
			complain(err);
			return false;
		}
		p->row[p->nrow++] = source_cache(
			&p->arena, p->live, &(struct cache_options){ .max_octets = CACHE_MAX });
	}
	p->source = source_mux(&p->arena, p->row, p->nrow);
	return true;
}

void program_close(struct program *p)
{
	if (p->source)
		p->source->ops->close(p->source);
	else if (p->live)
		p->live->ops->close(p->live);
}

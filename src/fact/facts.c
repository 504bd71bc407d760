#include "facts.h"

static uint64_t hash(enum ask kind, uint16_t type, const char *name)
{
	return str_hash(str_c(name), (uint64_t)kind << 32 | type);
}

static bool is_about(const struct fact *f, enum ask kind, uint16_t type, const char *name)
{
	return f->kind == kind && f->type == type && strcmp(f->name, name) == 0;
}

/* The slot of the question, or the free one where it belongs. nslot is a power of two and never
 * full. */
static uint32_t *slot_of(const struct facts *fs, enum ask kind, uint16_t type, const char *name)
{
	size_t i = (size_t)hash(kind, type, name) & (fs->nslot - 1);

	while (fs->slot[i] && !is_about(fs->all[fs->slot[i] - 1], kind, type, name))
		i = (i + 1) & (fs->nslot - 1);
	return &fs->slot[i];
}

void facts_init(struct facts *fs, struct arena *a, int64_t now_s)
{
	*fs = (struct facts){ .arena = a, .now_s = now_s, .nslot = 64 };
	fs->slot = arena_array(a, fs->nslot, sizeof(*fs->slot));
}

struct fact *facts_find(const struct facts *fs, enum ask kind, uint16_t type, const char *name)
{
	uint32_t at = *slot_of(fs, kind, type, name);

	return at ? fs->all[at - 1] : NULL;
}

static void rehash(struct facts *fs)
{
	fs->nslot *= 2;
	fs->slot = arena_array(fs->arena, fs->nslot, sizeof(*fs->slot));
	for (size_t i = 0; i < fs->n; i++)
		*slot_of(fs, fs->all[i]->kind, fs->all[i]->type, fs->all[i]->name) = (uint32_t)i +
										     1;
}

struct fact *facts_open(struct facts *fs, enum ask kind, uint16_t type, const char *name)
{
	uint32_t *slot = slot_of(fs, kind, type, name);
	struct fact *f;

	if (*slot)
		return fs->all[*slot - 1];
	f = ARENA_NEW(fs->arena, struct fact);
	*f = (struct fact){ .kind = kind,
			    .type = type,
			    .name = arena_strdup(fs->arena, name),
			    .state = FACT_OPEN };
	fs->all = arena_grow(fs->arena, fs->all, fs->n, &fs->cap, sizeof(*fs->all));
	fs->all[fs->n++] = f;
	*slot = (uint32_t)fs->n;
	if (fs->n * 2 > fs->nslot)
		rehash(fs);
	return f;
}

bool facts_settle(struct facts *fs, const struct fact *as)
{
	struct fact *f = facts_open(fs, as->kind, as->type, as->name);
	const char *name = f->name;

	if (f->state != FACT_OPEN || as->state == FACT_OPEN)
		return false;
	*f = *fact_copy(fs->arena, as);
	f->name = name;
	return true;
}

const struct fact *look(struct look *l, enum ask kind, uint16_t type, const char *name)
{
	static const struct fact bad_name = {
		.kind = ASK_DNS,
		.name = "",
		.state = FACT_LOST,
		.why = WHY_BAD_NAME,
	};
	struct fact *f;

	if (!name)
		return &bad_name;
	f = facts_find(l->facts, kind, type, name);
	if (f)
		return f;
	f = facts_open(l->facts, kind, type, name);
	if (l->facts->n > l->max_questions) {
		f->state = FACT_LOST;
		f->why = WHY_BUDGET;
	} else {
		l->opened++;
	}
	return f;
}

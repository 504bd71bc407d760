#include "facts.h"

static uint64_t hash(const struct fact *q)
{
	uint64_t h = str_hash(str_c(q->name), (uint64_t)q->kind << 32 | q->type);

	return q->at ? str_hash(str_c(q->at), h) : h;
}

/* The slot of the question, or the free one where it belongs. nslot is a power of two and never
 * full. */
static uint32_t *slot_of(const struct facts *fs, const struct fact *q)
{
	size_t i = (size_t)hash(q) & (fs->nslot - 1);

	while (fs->slot[i] && !fact_same_question(fs->all[fs->slot[i] - 1], q))
		i = (i + 1) & (fs->nslot - 1);
	return &fs->slot[i];
}

void facts_init(struct facts *fs, struct arena *a, int64_t now_s)
{
	*fs = (struct facts){ .arena = a, .now_s = now_s, .nslot = 64 };
	fs->slot = arena_array(a, fs->nslot, sizeof(*fs->slot));
}

struct fact *facts_find_at(const struct facts *fs, enum ask kind, uint16_t type, const char *name,
			   const char *at)
{
	uint32_t slot = *slot_of(
		fs, &(struct fact){ .kind = kind, .type = type, .name = name, .at = at });

	return slot ? fs->all[slot - 1] : NULL;
}

struct fact *facts_find(const struct facts *fs, enum ask kind, uint16_t type, const char *name)
{
	return facts_find_at(fs, kind, type, name, NULL);
}

static void rehash(struct facts *fs)
{
	fs->nslot *= 2;
	fs->slot = arena_array(fs->arena, fs->nslot, sizeof(*fs->slot));
	for (size_t i = 0; i < fs->n; i++)
		*slot_of(fs, fs->all[i]) = (uint32_t)i + 1;
}

struct fact *facts_open_at(struct facts *fs, enum ask kind, uint16_t type, const char *name,
			   const char *at)
{
	struct fact q = { .kind = kind, .type = type, .name = name, .at = at, .state = FACT_OPEN };
	uint32_t *slot = slot_of(fs, &q);
	struct fact *f;

	if (*slot)
		return fs->all[*slot - 1];
	f = ARENA_NEW(fs->arena, struct fact);
	*f = q;
	f->name = arena_strdup(fs->arena, name);
	f->at = at ? arena_strdup(fs->arena, at) : NULL;
	fs->all = arena_grow(fs->arena, fs->all, fs->n, &fs->cap, sizeof(*fs->all));
	fs->all[fs->n++] = f;
	*slot = (uint32_t)fs->n;
	if (fs->n * 2 > fs->nslot)
		rehash(fs);
	return f;
}

struct fact *facts_open(struct facts *fs, enum ask kind, uint16_t type, const char *name)
{
	return facts_open_at(fs, kind, type, name, NULL);
}

bool facts_settle(struct facts *fs, const struct fact *as)
{
	struct fact *f = facts_open_at(fs, as->kind, as->type, as->name, as->at);
	const char *name = f->name, *at = f->at;

	if (f->state != FACT_OPEN || as->state == FACT_OPEN)
		return false;
	*f = *fact_copy(fs->arena, as);
	f->name = name;
	f->at = at;
	return true;
}

const struct fact *look_at(struct look *l, enum ask kind, uint16_t type, const char *name,
			   const char *at)
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
	f = facts_find_at(l->facts, kind, type, name, at);
	if (f)
		return f;
	f = facts_open_at(l->facts, kind, type, name, at);
	if (l->facts->n > l->max_questions) {
		f->state = FACT_LOST;
		f->why = WHY_BUDGET;
	} else {
		l->opened++;
	}
	return f;
}

const struct fact *look(struct look *l, enum ask kind, uint16_t type, const char *name)
{
	return look_at(l, kind, type, name, NULL);
}

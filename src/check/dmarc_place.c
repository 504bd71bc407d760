/* Text that was meant to be a DMARC record and is none: malformed, more than one at a name, or in a
 * place where no one looks. */
#include "control.h"
#include "dmarc_parts.h"
#include "name.h"
#include "psl.h"

/* Which of several records to keep: the one that asks for most, and of those one that asks for
 * reports. */
static const struct dmarc *best_record(struct arena *a, const struct fact *f)
{
	struct dmarc *best = NULL;

	for (size_t i = 0; i < f->nrr; i++) {
		struct dmarc *d;

		if (!dmarc_is_record(f->rr[i].data))
			continue;
		d = ARENA_NEW(a, struct dmarc);
		parse_dmarc(a, f->rr[i].data, d);
		if (!best || dmarc_policy_own(d) > dmarc_policy_own(best) ||
		    (dmarc_policy_own(d) == dmarc_policy_own(best) && d->has_valid_rua &&
		     !best->has_valid_rua))
			best = d;
	}
	return best;
}

/* The line that mends what is worst is the answer to "no DMARC record" as well. */
static void keep_repair(struct dmarc_found *x, const char *line)
{
	if (!x->repair)
		x->repair = line;
}

static void check_multiple(struct dmarc_found *x, const struct dmarc_stop *s)
{
	struct arena *a = x->c->arena;
	struct finding *f = found(x->c, RULE_DMARC_MULTIPLE, s->domain, s->fact, NULL);
	const struct dmarc *best = best_record(a, s->fact);
	const char *line = best ? dmarc_mend(a, s->domain, best, NULL, 0) : NULL;

	f->detail = arena_printf(a, "%zu DMARC records at %s: all of them are discarded",
				 s->nrecords, s->at);
	if (line)
		f->fix = arena_printf(a, "keep this one and delete the others: %s", line);
	keep_repair(x, f->fix);
}

/* Other text beside or instead of a record. */
static void check_texts(struct dmarc_found *x, const struct dmarc_stop *s)
{
	struct arena *a = x->c->arena;

	for (size_t i = 0; i < s->fact->nrr; i++) {
		const struct rr *rr = &s->fact->rr[i];
		const char *why;
		struct span at;
		struct finding *f;
		bool near = dmarc_is_near_record(rr->data, &why, &at);

		if (dmarc_is_record(rr->data))
			continue;
		if (near && !s->nrecords) {
			f = found(x->c, RULE_DMARC_VERSION_FIRST, s->domain, s->fact, rr);
			f->at = at;
			f->detail = arena_printf(a, "the record at %s is ignored: %s", s->at, why);
			f->fix = dmarc_mend_near(a, s->domain, rr->data);
			keep_repair(x, f->fix);
			if (!f->fix && s == x->own)
				x->unmended = f;
		} else if (s->record && s == x->own) {
			f = found(x->c, RULE_DMARC_OTHER_TXT, s->domain, s->fact, rr);
			f->detail = arena_printf(a,
						 "%s also holds text that is no DMARC record%s%s",
						 s->at, near ? ": " : "", near ? why : "");
		}
	}
}

/* Where _dmarc is an alias. A wildcard CNAME of the whole domain, to a web host say, answers for
 * _dmarc as well, and is not what the owner meant by it. */
static void check_cname(const struct dmarc_found *x, const struct dmarc_stop *s)
{
	struct arena *a = x->c->arena;
	enum presence wildcard;
	struct finding *f;
	const char *target;

	if (!s->fact->nchain)
		return;
	target = s->fact->chain[s->fact->nchain - 1].target;
	if (s->record) {
		f = found(x->c, RULE_DMARC_CNAME, s->domain, s->fact, &s->fact->chain[0]);
		f->detail = arena_printf(a, "%s is an alias of %s, which holds the record", s->at,
					 target);
		return;
	}
	if (!fact_is_dangling(s->fact))
		return;
	wildcard = control_same_chain(x->c, s->fact);
	if (wildcard == PRESENCE_OPEN || wildcard == PRESENCE_YES)
		return;
	f = found(x->c, RULE_DMARC_CNAME_DANGLING, s->domain, s->fact, &s->fact->chain[0]);
	f->sure = wildcard == PRESENCE_NONE;
	f->detail = arena_printf(a, "%s is an alias of %s, %s", s->at, target,
				 fact_is_nxdomain(s->fact) ? "which does not exist"
							   : "which has no TXT record");
	control_say_missing_dot(x->c, f, s->at, target);
}

static void check_stop(struct dmarc_found *x, const struct dmarc_stop *s)
{
	if (!s->fact || fact_is_open(s->fact) || s->fact->state == FACT_LOST)
		return;
	if (s->nrecords > 1)
		check_multiple(x, s);
	check_texts(x, s);
	if (s == x->own)
		check_cname(x, s);
}

/* One place where a record is put by mistake; with a record at the right one it is a mere copy. */
static void check_wrong_place(struct dmarc_found *x, const char *name)
{
	struct arena *a = x->c->arena;
	bool copy = x->own->record != NULL;
	const struct fact *txt;

	if (!name)
		return;
	txt = look_dns(x->c->look, RR_TXT, name);
	for (size_t i = 0; i < txt->nrr; i++) {
		struct finding *f;
		struct dmarc d;

		if (!dmarc_is_record(txt->rr[i].data))
			continue;
		f = found(x->c, copy ? RULE_DMARC_COPY : RULE_DMARC_WRONG_PLACE, name, txt,
			  &txt->rr[i]);
		f->detail = arena_printf(
			a, "a DMARC record stands at %s, where no receiver looks for it%s", name,
			copy ? "; the one that counts is at its place" : "");
		if (copy)
			continue;
		parse_dmarc(a, txt->rr[i].data, &d);
		f->fix = dmarc_mend(a, x->c->domain, &d, NULL, 0);
		keep_repair(x, f->fix);
	}
}

/* Is there nothing at _dmarc that was meant to be a record? */
static bool has_nothing(const struct dmarc_stop *s)
{
	const char *why;
	struct span at;

	for (size_t i = 0; s->fact && i < s->fact->nrr; i++) {
		if (dmarc_is_near_record(s->fact->rr[i].data, &why, &at))
			return false;
	}
	return s->nrecords == 0;
}

void dmarc_check_places(struct dmarc_found *x)
{
	struct arena *a = x->c->arena;
	const char *domain = x->c->domain;

	check_stop(x, x->own);
	for (size_t i = 1; !x->own->record && i < x->walk.n; i++) {
		if (!psl_is_suffix(x->walk.stop[i].domain))
			check_stop(x, &x->walk.stop[i]);
	}
	if (x->own->record || has_nothing(x->own))
		check_wrong_place(x, domain);
	if (!has_nothing(x->own))
		return;
	check_wrong_place(x, name_join(a, "dmarc", domain));
	check_wrong_place(x, name_join(a, "_dmarc._dmarc", domain));
	check_wrong_place(x, name_join(a, arena_printf(a, "_dmarc.%s", domain), domain));
}

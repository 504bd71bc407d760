/* The end of a report: what receivers do with the domain's mail, worst first. Layer: render.
 *
 * Shown are those that refuse, put off or file as spam, and the
 * large ones that do not, in one line. What hangs on a setting, and the small receivers, are left
 * to -v unless the user asks for them. */
#include "text.h"

enum { COL_WHO = 14 };

static bool is_asked(const struct report *r, const struct verdict *v)
{
	return r->receivers >> v->who & 1;
}

static bool shows(const struct pen *p, const struct report *r, const struct verdict *v)
{
	if (r->receivers)
		return is_asked(r, v);
	if (p->o->verbose)
		return v->ruling;
	return v->ruling && !v->ruling->optional && receivers[v->who].major;
}

static const char *fate_words(const struct verdict *v)
{
	static const char *const sure[] = {
		[FATE_ACCEPT] = "accept", [FATE_JUNK] = "spam folder",  [FATE_DEFER] = "put off",
		[FATE_REJECT] = "REFUSE", [FATE_UNKNOWN] = "not known",
	};
	static const char *const unsure[] = {
		[FATE_ACCEPT] = "accept",     [FATE_JUNK] = "maybe spam",
		[FATE_DEFER] = "may put off", [FATE_REJECT] = "may refuse",
		[FATE_UNKNOWN] = "not known",
	};

	return v->sure ? sure[v->fate] : unsure[v->fate];
}

static enum style fate_style(const struct verdict *v)
{
	if (v->fate == FATE_REJECT && v->sure)
		return STYLE_ERROR;
	if (v->fate == FATE_ACCEPT)
		return STYLE_GOOD;
	return v->fate == FATE_UNKNOWN ? STYLE_NOTE : STYLE_WARN;
}

/* The rules to blame, each once, those of `said` left out, which it adds them to. */
static void put_rules(struct pen *p, const struct verdict *v, bool *said, bool *any)
{
	for (size_t i = 0; i < v->nbecause; i++) {
		enum rule_id rule = v->because[i]->rule;

		if (said[rule])
			continue;
		said[rule] = true;
		pen_words(p, arena_printf(p->scratch, *any ? ", %s" : "[%s", rules[rule].name));
		*any = true;
	}
}

static void put_because(struct pen *p, const struct verdict *v)
{
	bool said[RULE_COUNT] = { false }, any = false;

	if (!v->nbecause)
		return;
	pen_newline(p);
	pen_to(p, p->indent);
	put_rules(p, v, said, &any);
	pen_words(p, any ? "]" : "");
}

/* A reply on two lines, as far as it fits. */
static void put_reply(struct pen *p, const char *reply)
{
	size_t n = strlen(reply), room;

	pen_words(p, " ");
	room = p->width - p->col + p->width - p->indent - 12; /* what wrapping may leave empty */
	if (pen_columns(str_c(reply)) <= room)
		return pen_words(p, reply);
	while (n && (pen_columns((struct str){ reply, n }) + 3 > room || reply[n] != ' '))
		n--;
	while (n && (reply[n - 1] == '.' || reply[n - 1] == ' '))
		n--;
	pen_words(p, arena_printf(p->scratch, "%.*s...", (int)n, reply));
}

static void put_verdict(struct pen *p, const struct verdict *v)
{
	pen_to(p, 2);
	pen_style(p, fate_style(v));
	pen_put(p, fate_words(v));
	pen_style(p, STYLE_PLAIN);
	pen_to(p, COL_WHO);
	p->indent = COL_WHO;
	pen_words(p, receivers[v->who].title);
	if (v->ruling && v->ruling->optional)
		pen_words(p, " (where it is set so)");
	pen_words(p, ": ");
	if (v->fate == FATE_UNKNOWN)
		pen_words(p, "an answer that could not be had decides whether it says ");
	if (v->reply && (p->o->verbose || v->fate == FATE_UNKNOWN))
		pen_words(p, v->reply);
	else if (v->reply)
		put_reply(p, v->reply);
	else
		for (size_t i = 0; v->ruling && i < v->ruling->nconditions; i++)
			pen_words(p, arena_printf(p->scratch, "%s%s", i ? ", and " : "",
						  conditions[v->ruling->condition[i]].text));
	put_because(p, v);
	pen_newline(p);
}

/* Was nothing of what it hangs on asked, because the user wished so? */
static bool is_offline(const struct verdict *v)
{
	for (size_t i = 0; i < v->nbecause; i++)
		if (!v->because[i]->sure && !v->because[i]->offline)
			return false;
	return true;
}

/* Those of which an answer that could not be had decides, together: what each would say is left to
 * -v. */
static void put_unknown(struct pen *p, const struct report *r)
{
	bool said[RULE_COUNT] = { false }, any = false, offline = true;

	for (size_t i = 0; i < r->nverdict; i++) {
		const struct verdict *v = &r->verdict[i];

		if (v->fate != FATE_UNKNOWN || !shows(p, r, v))
			continue;
		if (!any) {
			pen_to(p, 2);
			pen_style(p, STYLE_NOTE);
			pen_put(p, "not known");
			pen_style(p, STYLE_PLAIN);
			pen_to(p, COL_WHO);
			p->indent = COL_WHO;
		}
		pen_words(p, any ? ", " : "");
		pen_words(p, receivers[v->who].title);
		offline &= is_offline(v);
		any = true;
	}
	if (!any)
		return;
	pen_words(p, offline ? ": depends on what was not asked (offline) "
			     : ": depends on answers that could not be had ");
	any = false;
	for (size_t i = 0; i < r->nverdict; i++)
		if (r->verdict[i].fate == FATE_UNKNOWN && shows(p, r, &r->verdict[i]))
			put_rules(p, &r->verdict[i], said, &any);
	pen_words(p, any ? "]" : "");
	pen_newline(p);
}

/* The large ones, or those asked for, that nothing was found against. */
static void put_accepting(struct pen *p, const struct report *r)
{
	bool any = false;

	for (size_t i = 0; i < r->nverdict; i++) {
		const struct verdict *v = &r->verdict[i];

		if (v->ruling && !(v->ruling->optional && !shows(p, r, v)))
			continue;
		if (r->receivers ? !is_asked(r, v) : !receivers[v->who].major)
			continue;
		if (!any) {
			pen_to(p, 2);
			pen_style(p, STYLE_GOOD);
			pen_put(p, "accept");
			pen_style(p, STYLE_PLAIN);
			pen_to(p, COL_WHO);
			p->indent = COL_WHO;
		}
		pen_words(p, any ? ", " : "");
		pen_words(p, receivers[v->who].title);
		any = true;
	}
	if (any)
		pen_newline(p);
}

/* The smaller ones that refuse for sure, in one line. */
static void put_others(struct pen *p, const struct report *r)
{
	bool any = false;

	for (size_t i = 0; i < r->nverdict; i++) {
		const struct verdict *v = &r->verdict[i];

		if (!v->sure || v->fate < FATE_DEFER || v->fate == FATE_UNKNOWN || shows(p, r, v) ||
		    r->receivers)
			continue;
		if (!any) {
			pen_to(p, 2);
			p->indent = 2;
			pen_words(p, "Refused or put off by ");
		}
		pen_words(p, any ? ", " : "");
		pen_words(p, receivers[v->who].title);
		any = true;
	}
	if (any) {
		pen_words(p, " as well; -v shows their replies.");
		pen_newline(p);
	}
}

/* What would be worse for a bulk sender, in one line. */
static void put_bulk(struct pen *p, const struct report *r)
{
	bool any = false;

	for (size_t i = 0; r->bulk_verdict && i < r->nverdict; i++) {
		const struct verdict *v = &r->bulk_verdict[i];

		if (!v->ruling || !v->sure || v->fate < FATE_DEFER ||
		    (r->verdict[i].sure && r->verdict[i].fate >= v->fate))
			continue;
		if (r->receivers && !is_asked(r, v))
			continue;
		if (!any) {
			pen_to(p, 2);
			p->indent = 2;
			pen_words(p,
				  "Above 5,000 messages a day (see --bulk) refused or put off by ");
		}
		pen_words(p, any ? ", " : "");
		pen_words(p, receivers[v->who].title);
		any = true;
	}
	if (any) {
		pen_words(p, ".");
		pen_newline(p);
	}
}

void text_receivers(struct pen *p, const struct report *r)
{
	static const enum fate order[] = { FATE_REJECT, FATE_UNKNOWN, FATE_DEFER, FATE_JUNK };

	if (!r->nverdict)
		return;
	pen_style(p, STYLE_BOLD);
	pen_put(p, "Receivers");
	pen_style(p, STYLE_PLAIN);
	pen_put(p, r->bulk ? " (as a bulk sender; as far as DNS shows)" : " (as far as DNS shows)");
	pen_newline(p);
	for (size_t o = 0; o < sizeof(order) / sizeof(order[0]); o++) {
		if (order[o] == FATE_UNKNOWN && !p->o->verbose) {
			put_unknown(p, r);
			continue;
		}
		for (int sure = 1; sure >= 0; sure--) {
			for (size_t i = 0; i < r->nverdict; i++) {
				const struct verdict *v = &r->verdict[i];

				if (v->fate == order[o] && v->sure == (sure == 1) && shows(p, r, v))
					put_verdict(p, v);
			}
		}
	}
	put_accepting(p, r);
	put_others(p, r);
	put_bulk(p, r);
	pen_newline(p);
}

/* The end of a report: what receivers do with the domain's mail, worst first. Layer: render.
 *
 * Shown are those that refuse, put off or file as spam, and the large ones that do not, in one
 * line. What hangs on a setting, and the small receivers, are left to -v unless the user asks for
 * them. */
#include "text.h"

enum { COL_WHO = 14 };

static bool shows(const struct pen *p, const struct report *r, const struct verdict *v)
{
	if (r->receivers)
		return report_asks_for(r, v->who);
	if (p->o->verbose)
		return v->ruling;
	return v->ruling && !v->ruling->optional && receivers[v->who].major;
}

const char *text_verdict(const struct verdict *v)
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

/* What they do, and where their names begin. */
static void put_fate(struct pen *p, enum style style, const char *words)
{
	pen_to(p, 2);
	pen_style(p, style);
	pen_put(p, words);
	pen_style(p, STYLE_PLAIN);
	pen_to(p, COL_WHO);
	p->indent = COL_WHO;
}

static void put_verdict(struct pen *p, const struct verdict *v)
{
	put_fate(p, fate_style(v), text_verdict(v));
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
	else if (v->ruling)
		pen_words(p, text_conditions(p->scratch, v->ruling));
	put_because(p, v);
	pen_newline(p);
}

/* ---- several in one line ---- */

/* Does it stand in this line: the i-th of the report's verdicts? */
typedef bool pick_fn(const struct pen *p, const struct report *r, size_t i);

/* The names of those picked, behind a fate in its column or, with `fate` NULL, a sentence. False:
 * there are none. */
static bool put_names(struct pen *p, const struct report *r, pick_fn *pick, enum style style,
		      const char *fate, const char *sentence)
{
	bool any = false;

	for (size_t i = 0; i < r->nverdict; i++) {
		if (!pick(p, r, i))
			continue;
		if (any) {
			pen_words(p, ", ");
		} else if (fate) {
			put_fate(p, style, fate);
		} else {
			pen_to(p, 2);
			p->indent = 2;
			pen_words(p, sentence);
		}
		pen_words(p, receivers[r->verdict[i].who].title);
		any = true;
	}
	return any;
}

static void end_line(struct pen *p, const char *words)
{
	pen_words(p, words);
	pen_newline(p);
}

static bool is_unknown(const struct pen *p, const struct report *r, size_t i)
{
	return r->verdict[i].fate == FATE_UNKNOWN && shows(p, r, &r->verdict[i]);
}

/* Nothing was found against it, and it is a large one, or asked for. */
static bool accepts(const struct pen *p, const struct report *r, size_t i)
{
	const struct verdict *v = &r->verdict[i];

	return report_counts(r, v->who) && (!v->ruling || (v->ruling->optional && !shows(p, r, v)));
}

/* A smaller one that refuses for sure. */
static bool is_other(const struct pen *p, const struct report *r, size_t i)
{
	const struct verdict *v = &r->verdict[i];

	return !r->receivers && v->sure && (v->fate == FATE_DEFER || v->fate == FATE_REJECT) &&
	       !shows(p, r, v);
}

/* It would be worse for a bulk sender. */
static bool is_worse_in_bulk(const struct pen *p, const struct report *r, size_t i)
{
	const struct verdict *now = &r->verdict[i], *v = &r->bulk_verdict[i];

	(void)p;
	return v->ruling && v->sure && v->fate >= FATE_DEFER &&
	       !(now->sure && now->fate >= v->fate) &&
	       (!r->receivers || report_asks_for(r, v->who));
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

	if (!put_names(p, r, is_unknown, STYLE_NOTE, "not known", NULL))
		return;
	for (size_t i = 0; i < r->nverdict; i++)
		offline &= !is_unknown(p, r, i) || is_offline(&r->verdict[i]);
	pen_words(p, offline ? ": depends on what was not asked (offline) "
			     : ": depends on answers that could not be had ");
	for (size_t i = 0; i < r->nverdict; i++)
		if (is_unknown(p, r, i))
			put_rules(p, &r->verdict[i], said, &any);
	end_line(p, any ? "]" : "");
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
	if (put_names(p, r, accepts, STYLE_GOOD, "accept", NULL))
		end_line(p, "");
	if (put_names(p, r, is_other, STYLE_PLAIN, NULL, "Refused or put off by "))
		end_line(p, " as well; -v shows their replies.");
	if (r->bulk_verdict &&
	    put_names(p, r, is_worse_in_bulk, STYLE_PLAIN, NULL,
		      "Above 5,000 messages a day (see --bulk) refused or put off by "))
		end_line(p, ".");
	pen_newline(p);
}

/* A described sender for people: what SPF, DKIM, DMARC and the host get, and what receivers answer.
 * Layer: render. */
#include "text.h"

#include "name.h"

static void put(struct pen *p, const char *label, const char *result, enum style style,
		const char *rest)
{
	pen_label(p, label);
	pen_style(p, style);
	pen_words(p, result);
	pen_style(p, STYLE_PLAIN);
	pen_words(p, rest);
	pen_newline(p);
}

static const char *term_text(struct pen *p, const struct spf_evaluation *e)
{
	if (e->why)
		return e->why;
	if (!e->term)
		return e->result == SPF_RESULT_NONE ? "there is no SPF record" : "no term matches";
	return arena_printf(p->scratch, "%.*s%s%s", (int)e->term->text.n, e->term->text.p,
			    strcmp(e->term_domain, e->domain) != 0 ? " of " : "",
			    strcmp(e->term_domain, e->domain) != 0 ? e->term_domain : "");
}

static enum style spf_style(enum spf_result r)
{
	return r == SPF_RESULT_PASS                                ? STYLE_GOOD
	       : r == SPF_RESULT_TEMPERROR                         ? STYLE_NOTE
	       : r == SPF_RESULT_FAIL || r == SPF_RESULT_PERMERROR ? STYLE_ERROR
								   : STYLE_WARN;
}

static const char *aligned(enum presence p)
{
	return p == PRESENCE_YES       ? "aligned"
	       : p == PRESENCE_UNKNOWN ? "alignment not known"
				       : "not aligned";
}

static void put_spf(struct pen *p, const struct sender_view *v)
{
	if (!v->has_spf) {
		put(p, "SPF", "not evaluated", STYLE_NOTE, ": name the address with --ip");
		return;
	}
	put(p, "SPF", spf_result_name(v->spf.result), spf_style(v->spf.result),
	    arena_printf(p->scratch, " for %s%s (%s), %s",
			 v->spf.domain ? v->spf.domain : "no name",
			 v->null_sender ? " of HELO" : "", term_text(p, &v->spf),
			 aligned(v->spf_aligned)));
	if (v->spf.explanation)
		put(p, "", "", STYLE_PLAIN,
		    arena_printf(p->scratch, "the domain explains: %s", v->spf.explanation));
	if (v->helo && !v->null_sender)
		put(p, "HELO SPF", spf_result_name(v->helo_spf.result),
		    v->helo_spf.result == SPF_RESULT_FAIL ? STYLE_ERROR : STYLE_PLAIN,
		    arena_printf(p->scratch, " for %s (%s)",
				 v->helo_spf.domain ? v->helo_spf.domain : "no name",
				 term_text(p, &v->helo_spf)));
}

static void put_dkim(struct pen *p, const struct sender_view *v)
{
	if (!v->ndkim)
		put(p, "DKIM", "none", STYLE_WARN,
		    ": no signature is told of (--dkim DOMAIN:SELECTOR)");
	for (size_t i = 0; i < v->ndkim; i++) {
		const struct signature_view *k = &v->dkim[i];

		put(p, "DKIM", auth_result_name(k->result),
		    k->result == AUTH_PASS ? STYLE_GOOD : STYLE_ERROR,
		    arena_printf(p->scratch, " for %s%s%s%s%s%s, %s", k->domain,
				 k->selector ? ", selector " : "", k->selector ? k->selector : "",
				 k->reason ? " (" : "", k->reason ? k->reason : "",
				 k->reason ? ")" : "", aligned(k->aligned)));
	}
}

static void put_dmarc(struct pen *p, const struct report *r)
{
	const struct sender_view *v = r->sender;
	static const char *const asks[] = {
		[DMARC_ABSENT] = "",
		[DMARC_INVALID] = "",
		[DMARC_NONE] = " (its policy asks for nothing)",
		[DMARC_QUARANTINE] = " (its policy asks for the spam folder)",
		[DMARC_REJECT] = " (its policy asks to refuse)",
	};

	put(p, "DMARC", auth_result_name(v->dmarc),
	    v->dmarc == AUTH_PASS   ? STYLE_GOOD
	    : v->dmarc == AUTH_FAIL ? STYLE_ERROR
				    : STYLE_NOTE,
	    arena_printf(p->scratch, " for %s%s", r->domain,
			 v->dmarc == AUTH_FAIL   ? asks[v->disposition]
			 : v->dmarc == AUTH_NONE ? " (it has no DMARC policy)"
						 : ""));
}

static void put_host(struct pen *p, const struct sender_view *v)
{
	if (v->ptr != PRESENCE_NA)
		put(p, "PTR",
		    v->ptr == PRESENCE_YES       ? "confirmed"
		    : v->ptr == PRESENCE_UNKNOWN ? "not known"
						 : "not confirmed",
		    v->ptr == PRESENCE_YES ? STYLE_GOOD : STYLE_WARN,
		    v->ptr == PRESENCE_YES ? "" : " by forward DNS, or there is none");
	if (v->helo_ok != PRESENCE_NA)
		put(p, "HELO",
		    v->helo_ok == PRESENCE_YES       ? "good"
		    : v->helo_ok == PRESENCE_UNKNOWN ? "not known"
						     : "bad",
		    v->helo_ok == PRESENCE_YES ? STYLE_GOOD : STYLE_WARN,
		    arena_printf(p->scratch, ": %s %s", v->helo,
				 v->helo_ok == PRESENCE_YES ? "leads to the address"
				 : v->helo_ok == PRESENCE_NONE
					 ? "is no full name that leads to the address"
					 : "could not be looked up"));
}

/* Where a receiver's library answers otherwise. */
static void put_stack(struct pen *p, const struct report *r)
{
	const char *label = "Libraries";

	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		if (rules[f->rule].proto != PROTO_STACK)
			continue;
		put(p, label, "differ",
		    rules[f->rule].severity == SEV_INFO ? STYLE_NOTE : STYLE_WARN,
		    arena_printf(p->scratch, ": %s [%s]", f->detail, rules[f->rule].name));
		label = "";
	}
}

static void put_findings(struct pen *p, const struct report *r)
{
	bool any = false;

	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		if (rules[f->rule].severity < SEV_WARNING || !f->sure || f->offline ||
		    rules[f->rule].proto == PROTO_STACK)
			continue;
		if (!any) {
			pen_style(p, STYLE_BOLD);
			pen_words(p, arena_printf(p->scratch, "What is wrong in the DNS of %s",
						  r->domain));
			pen_style(p, STYLE_PLAIN);
			pen_newline(p);
			any = true;
		}
		pen_to(p, 2);
		text_severity(p, f);
		p->indent = 9;
		pen_to(p, 9);
		pen_words(p, text_brief(p->scratch, f, SIZE_MAX));
		pen_words(p, arena_printf(p->scratch, " [%s]", rules[f->rule].name));
		pen_newline(p);
	}
}

void render_sender_text(struct buf *out, struct arena *scratch, const struct report *r,
			const struct render_options *o)
{
	const struct sender_view *v = r->sender;
	struct pen p;

	pen_init(&p, out, scratch, o);
	p.indent = 2;
	pen_style(&p, STYLE_BOLD);
	pen_words(&p, arena_printf(scratch, "From %s", r->domain));
	pen_style(&p, STYLE_PLAIN);
	pen_words(&p,
		  arena_printf(scratch, ", MAIL FROM <%s>%s%s%s%s", v->mail_from,
			       v->ip.n ? ", sent by " : "", v->ip.n ? ip_text(scratch, v->ip) : "",
			       v->helo ? ", HELO " : "", v->helo ? v->helo : ""));
	pen_newline(&p);
	put_spf(&p, v);
	put_dkim(&p, v);
	put_dmarc(&p, r);
	put_host(&p, v);
	put_stack(&p, r);
	pen_newline(&p);
	text_receivers(&p, r);
	if (!o->quiet)
		put_findings(&p, r);
}

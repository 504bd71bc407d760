/* A bounce for people: who refused, why, what to do, and whether DNS bears it out. Layer: render.
 */
#include "text.h"

enum { SHOWN_MAX = 5 };

static void put_line(struct pen *p, const char *label, const char *text)
{
	pen_label(p, label);
	pen_words(p, text);
	pen_newline(p);
}

const char *text_cause(enum cause cause)
{
	static const char *const text[CAUSE_COUNT] = {
		[CAUSE_SPF] = "SPF did not pass",
		[CAUSE_DKIM] = "DKIM did not pass",
		[CAUSE_DMARC] = "the domain's DMARC policy: neither SPF nor DKIM passed for it",
		[CAUSE_UNAUTHENTICATED] = "the mail is not authenticated",
		[CAUSE_PTR] = "reverse DNS of the sending address",
		[CAUSE_HELO] = "the name that the sending server greets with",
		[CAUSE_BLOCKLIST] = "a block list",
		[CAUSE_REPUTATION] = "the reputation of the sending address or domain",
		[CAUSE_TLS] = "encryption on the way",
		[CAUSE_RELAY] = "the server does not take mail for that recipient from the sender",
		[CAUSE_AUTH_REQUIRED] = "a login is required",
		[CAUSE_RECIPIENT_UNKNOWN] = "the recipient's address does not exist",
		[CAUSE_RECIPIENT_RESTRICTED] = "the recipient does not take mail from this sender",
		[CAUSE_ROUTING] = "the mail found no way to the recipient",
		[CAUSE_CONTENT] = "the content of the message",
		[CAUSE_RATE] = "too much mail at once, or mail put off for a while",
		[CAUSE_SIZE] = "the size of the message",
		[CAUSE_OTHER] = "another one, which the text names",
		[CAUSE_UNKNOWN] = "the text names none",
	};

	return text[cause];
}

static void put_who(struct pen *p, const struct refusal *f)
{
	const char *who = f->bounce.receiver_title ? f->bounce.receiver_title
						   : "the text does not show whose server";

	put_line(p, "Who", f->host ? arena_printf(p->scratch, "%s, %s", who, f->host) : who);
	if (f->reply.stage)
		put_line(p, "When",
			 arena_printf(p->scratch, "in reply to %s",
				      strcmp(f->reply.stage, "connect") == 0 ? "the connection"
									     : f->reply.stage));
	put_line(p, "Kind",
		 f->bounce.temporary
			 ? "temporary: the sending server tries again by itself for some days"
			 : "permanent: sent again as it is, it is refused again");
}

static size_t count(const struct bounce_report *b, int state)
{
	size_t n = 0;

	for (size_t i = 0; i < b->nsuspect; i++)
		n += (int)b->suspect[i].state == state;
	return n;
}

static void put_finding(struct pen *p, const struct finding *f)
{
	pen_to(p, 4);
	text_severity(p, f);
	p->indent = PEN_LABEL;
	pen_to(p, PEN_LABEL);
	pen_words(p, text_brief(p->scratch, f, SIZE_MAX));
	pen_words(p, arena_printf(p->scratch, " [%s]", rules[f->rule].name));
	pen_newline(p);
	text_fix(p, f);
}

/* The protocols of the suspects in this state, each once: "SPF, DKIM". */
static const char *protocols(struct pen *p, const struct bounce_report *b, int state)
{
	bool seen[PROTO_ALL] = { false };
	const char *list = "";

	for (size_t i = 0; i < b->nsuspect; i++) {
		enum proto proto = rules[b->suspect[i].rule].proto;

		if ((int)b->suspect[i].state != state || seen[proto])
			continue;
		seen[proto] = true;
		list = arena_printf(p->scratch, "%s%s%s", list, *list ? ", " : "",
				    proto_title(proto));
	}
	return list;
}

static void put_verdicts(struct pen *p, const struct bounce_report *b)
{
	size_t confirmed = count(b, SUSPECT_CONFIRMED);

	for (size_t i = 0; i < b->nsuspect; i++)
		if (b->suspect[i].state == SUSPECT_CONFIRMED)
			put_finding(p, b->suspect[i].finding);
	if (count(b, SUSPECT_UNKNOWN)) {
		pen_to(p, 4);
		p->indent = 4;
		pen_words(
			p,
			arena_printf(
				p->scratch,
				"Not known: %s. An answer or the sending address is missing (--ip ADDR names it).",
				protocols(p, b, SUSPECT_UNKNOWN)));
		pen_newline(p);
	}
	if (!confirmed && count(b, SUSPECT_REFUTED)) {
		pen_to(p, 4);
		p->indent = 4;
		pen_words(p,
			  arena_printf(
				  p->scratch,
				  "%s: nothing is wrong there now: not the cause, or mended since.",
				  protocols(p, b, SUSPECT_REFUTED)));
		pen_newline(p);
	}
}

/* Where the text names no cause that DNS has a part in: what is wrong there anyway. */
static void put_faults(struct pen *p, const struct report *r)
{
	if (!r->nrisk_because) {
		pen_to(p, 4);
		p->indent = 4;
		pen_words(p, "Nothing is wrong there that mail is refused for.");
		pen_newline(p);
		return;
	}
	for (size_t i = 0; i < r->nrisk_because && i < SHOWN_MAX; i++)
		put_finding(p, r->risk_because[i]);
}

static bool is_dns_matter(const struct bounce_report *b)
{
	return b->nsuspect > 0 || b->refusal->bounce.cause == CAUSE_UNKNOWN ||
	       b->refusal->bounce.cause == CAUSE_OTHER;
}

static void put_audit(struct pen *p, const struct bounce_report *b)
{
	if (!is_dns_matter(b))
		return;
	pen_newline(p);
	pen_to(p, 2);
	p->indent = 2;
	if (!b->audit) {
		pen_words(p, arena_printf(p->scratch, "The sender's DNS was not looked at: %s.",
					  b->no_audit));
		pen_newline(p);
		return;
	}
	pen_style(p, STYLE_BOLD);
	pen_words(p, arena_printf(p->scratch, "The DNS of %s now", b->audit->domain));
	pen_style(p, STYLE_PLAIN);
	pen_newline(p);
	if (b->nsuspect)
		put_verdicts(p, b);
	else
		put_faults(p, b->audit);
}

void render_bounce_text(struct buf *out, struct arena *scratch, const struct bounce_report *b,
			const struct render_options *o, size_t index, size_t total)
{
	const struct refusal *f = b->refusal;
	struct pen p;

	(void)total;
	pen_init(&p, out, scratch, o);
	if (index)
		pen_newline(&p);
	pen_style(&p, STYLE_BOLD);
	pen_words(&p, b->source);
	pen_style(&p, STYLE_PLAIN);
	pen_words(&p, arena_printf(scratch, ": %s%s", cause_name(f->bounce.cause),
				   f->bounce.temporary ? " (temporary)" : ""));
	pen_newline(&p);
	if (o->quiet)
		return;
	p.indent = 4;
	pen_to(&p, 4);
	p.letters = true;
	pen_words(&p, *f->reply.text ? f->reply.text : "no reply was found in it");
	pen_newline(&p);
	p.letters = false;
	pen_newline(&p);
	put_who(&p, f);
	put_line(&p, "Cause", text_cause(f->bounce.cause));
	put_line(&p, "Whose", f->bounce.fault);
	put_line(&p, "To do", f->bounce.advice);
	put_audit(&p, b);
}

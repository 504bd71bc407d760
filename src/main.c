/* authcheck: the verbs. */
#include <malloc.h>
#include <signal.h>

#include "config.h"
#include "program.h"

enum {
	KEPT_MAX = 8 * 1024 * 1024,
	OUTPUT_MAX = 1024 * 1024 * 1024,
	ARENA_MAX = 2000 * 1024 * 1024,
};

static void help(struct buf *out)
{
	buf_adds(
		out,
		"usage: authcheck [OPTION]... DOMAIN...       audit domains\n"
		"       authcheck [OPTION]... --zone FILE     audit what a zone file would publish\n"
		"       authcheck sender [OPTION]... DOMAIN   what receivers answer a described sender\n"
		"       authcheck bounce FILE|-|REPLY         who refused a mail, why, and is it so in DNS?\n"
		"       authcheck diff [OPTION]... OLD NEW    what a change makes worse or better\n"
		"       authcheck history --state DIR DOMAIN  what audits of a domain found, and when it changed\n"
		"       authcheck explain RULE|CODE...        what a rule or a reply's code means, who refuses, how to mend it\n"
		"       authcheck rules                       the table of rules\n"
		"       authcheck receivers                   the table of receivers\n\n"
		"Fetches a domain's SPF, DKIM, DMARC, MX, PTR, MTA-STS and TLS-RPT records, judges\n"
		"them, and says what makes receivers refuse its mail and how to mend it.\n\n");
	options_help(out);
	buf_adds(
		out,
		"\nExit status: 0 nothing found at or over --fail-on; 1 something found; 2 wrong usage,\n"
		"unreadable input or our own failure; 3 undecided, because an answer could not be had.\n"
		"With --format nagios a plugin's: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.\n\n"
		"examples:\n"
		"  authcheck example.com\n"
		"  authcheck --offline --zone db.example.com --format json\n"
		"  authcheck --selector s2026 --ip 192.0.2.25 example.com\n");
}

static const struct {
	const char *name;
	int (*run)(struct program *p);
	unsigned of; /* the options it heeds; 0: it looks by itself */
} verbs[] = {
	{ "audit", verb_audit, OF_AUDIT },    { "sender", verb_sender, OF_SENDER },
	{ "bounce", verb_bounce, OF_BOUNCE }, { "diff", verb_diff, OF_DIFF },
	{ "history", verb_history, 0 },       { "explain", verb_explain, 0 },
	{ "rules", verb_rules, 0 },           { "receivers", verb_receivers, 0 },
};

static int run(struct program *p)
{
	size_t verb = 0; /* audit */
	const char *stray;

	if (p->o.help || p->o.version) {
		if (p->o.help)
			help(&p->out);
		else
			buf_adds(&p->out, "authcheck " PACKAGE_VERSION "\n");
		p->o.output = p->o.record = NULL;
		return program_done(p);
	}
	for (size_t i = 0; p->o.words.n && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(p->o.words.item[0], verbs[i].name) == 0) {
			verb = i;
			p->o.words.item++;
			p->o.words.n--;
			break;
		}
	stray = verbs[verb].of ? options_stray(&p->arena, &p->o, verbs[verb].of) : NULL;
	return stray ? complain(stray) : verbs[verb].run(p);
}

int main(int argc, char **argv)
{
	static struct program p;
	const char *err;
	int status;

	signal(SIGPIPE, SIG_IGN);
	/* what an audit gives back the next one takes: no need to trouble the system with it */
	mallopt(M_MMAP_THRESHOLD, KEPT_MAX);
	mallopt(M_TRIM_THRESHOLD, KEPT_MAX);
	arena_init(&p.arena, ARENA_MAX);
	buf_init(&p.out, OUTPUT_MAX);
	buf_init(&p.recorded, OUTPUT_MAX);
	if (options_read(&p.arena, argc, argv, &p.o, &err))
		status = run(&p);
	else if (complain(err) && p.o.format->monitors)
		status = STATE_UNKNOWN;
	else
		status = EXIT_USAGE;
	buf_free(&p.out);
	buf_free(&p.recorded);
	arena_free(&p.arena);
	return status;
}

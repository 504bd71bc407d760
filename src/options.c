/* The option table: one row an option, read and shown from the same row. */
#include "options_set.h"

/* ---- the table ---- */

#define SET_OF(of, fn)     (fn), 0, 0, (of)
#define TEXT_OF(of, field) NULL, offsetof(struct options, field), 0, (of)
#define FLAG_OF(of, field) NULL, 0, offsetof(struct options, field), (of)
#define SET(fn)            SET_OF(0, fn)
#define TEXT(field)        TEXT_OF(0, field)
#define FLAG(field)        FLAG_OF(0, field)

static const struct option {
	char letter;
	const char *name;
	const char *arg;   /* NULL: takes none */
	set_fn *set;       /* or what its argument, or its being there, goes to as it is: */
	size_t text, flag; /* places within struct options; 0: none */
	unsigned of;       /* the verbs that heed it; 0: all that audit */
	const char *help;
} table[] = {
	{ 0, "zone", "FILE", SET(set_zone),
	  "answers at or below its origin come from this zone: a file\n(BIND, octoDNS, Route 53, DNSControl, Terraform plan), a\nfolder or a pattern (again for more); without DOMAIN all\nits senders are audited" },
	{ 0, "origin", "NAME", SET(set_origin),
	  "the zone's origin, where the file does not say it" },
	{ 0, "offline", NULL, FLAG(offline),
	  "no network: what no zone or tape answers is unknown" },
	{ 0, "nameserver", "ADDR[:PORT]", SET(set_nameserver),
	  "ask this server instead of the system's (again for more)" },
	{ 0, "trust-ad", NULL, FLAG(live.trust_ad),
	  "believe what the name servers say of DNSSEC; loopback is\nbelieved anyway" },
	{ 0, "record", "FILE", TEXT(record), "write all answers to a tape" },
	{ 0, "replay", "FILE", TEXT(replay),
	  "take the answers from a tape instead of the network" },
	{ 0, "selector", "S", SET_OF(OF_AUDIT | OF_BOUNCE | OF_DIFF, set_selector),
	  "a DKIM selector in use (again for more)" },
	{ 0, "selectors", "FILE", SET_OF(OF_AUDIT | OF_BOUNCE | OF_DIFF, set_selectors),
	  "DKIM selectors in use, one a line" },
	{ 0, "discover", "none|short|full", SET_OF(OF_AUDIT | OF_BOUNCE | OF_DIFF, set_discover),
	  "how many well-known selectors to try (full)" },
	{ 0, "ip", "ADDR", SET(set_ip), "an address that sends for the domain (again for more)" },
	{ 0, "intent", "auto|sends|receives|parked",
	  SET_OF(OF_AUDIT | OF_BOUNCE | OF_DIFF, set_intent), "what the domain is for (auto)" },
	{ 0, "bulk", NULL, FLAG_OF(OF_AUDIT | OF_SENDER | OF_DIFF, bulk),
	  "judge as a sender of more than 5,000 messages a day" },
	{ 0, "receiver", "NAME", SET_OF(OF_AUDIT | OF_SENDER | OF_DIFF, set_receiver),
	  "judge only for this receiver (again for more)" },
	{ 0, "profile", "NAME", SET_OF(OF_AUDIT | OF_DIFF, set_profile),
	  "hold it against a baseline besides (again for more):\nbod-18-01, ncsc, internet.nl, m3aawg, nist" },
	{ 0, "helo", "NAME", TEXT_OF(OF_SENDER, helo), "sender: the name it greets with" },
	{ 0, "mail-from", "ADDR", TEXT_OF(OF_SENDER, mail_from),
	  "sender: the envelope sender (<> for none)" },
	{ 0, "from", "ADDR", TEXT_OF(OF_SENDER | OF_BOUNCE, from),
	  "sender, bounce: the address or domain in From" },
	{ 0, "dkim", "DOMAIN[:SELECTOR]", SET_OF(OF_SENDER, set_dkim),
	  "sender: a signature (again for more)" },
	{ 0, "as", "PROVIDER", TEXT_OF(OF_SENDER, as), "sender: as this provider sends" },
	{ 0, "no-audit", NULL, FLAG_OF(OF_BOUNCE, no_audit),
	  "bounce: only read it, and ask no DNS" },
	{ 0, "git", "REV", TEXT_OF(OF_DIFF, git),
	  "diff: OLD is that revision of the folder or file" },
	{ 0, "format", "NAME", SET(set_format), "how the report is written (text):" },
	{ 0, "output", "FILE", TEXT(output), "write the report there, whole or not at all" },
	{ 0, "input", "FILE|-", SET_OF(OF_AUDIT, set_input),
	  "domains, one a line, # begins a comment (again for more)" },
	{ 0, "jobs", "N", SET_OF(OF_AUDIT, set_jobs), "audits at once (256)" },
	{ 0, "unordered", NULL, FLAG_OF(OF_AUDIT, unordered),
	  "report domains as they are finished, not in their order" },
	{ 0, "resume", "FILE", TEXT_OF(OF_AUDIT, resume),
	  "append to FILE (ndjson) what is not in it yet" },
	{ 0, "state", "DIR", TEXT_OF(OF_AUDIT, state),
	  "keep audits in DIR, and report against the last of each\ndomain; the exit status is for what got worse" },
	{ 0, "keep", "N", SET_OF(OF_AUDIT, set_keep),
	  "of each domain, keep the last N audits in DIR (400)" },
	{ 0, "only-changes", NULL, FLAG_OF(OF_AUDIT, only_changes),
	  "with --state: report only domains that changed; print\nnothing when none did" },
	{ 0, "rate", "N", SET(set_rate), "at most N DNS queries a second and server" },
	{ 0, "shard", "I/N", SET_OF(OF_AUDIT, set_shard), "only the I-th of N parts of the list" },
	{ 0, "fail-on", "error|warning|info|never", SET(set_fail_on),
	  "least severity that makes the exit status 1 (error)" },
	{ 0, "ignore", "RULE[@NAME]", SET(set_ignore),
	  "leave a rule out, for one name or for all (again for more)" },
	{ 0, "config", "FILE", TEXT(config),
	  "what is let pass, with reason, owner and expiry; what a\ndomain is expected to have" },
	{ 0, "baseline", "FILE", TEXT(baseline),
	  "a saved JSON audit: what is in it does not count for the\nexit status" },
	{ 0, "timeout", "S", SET(set_timeout),
	  "seconds for one question (5); HTTPS may take twice that" },
	{ 0, "deadline", "S", SET(set_deadline), "seconds for one audit (30)" },
	{ 0, "dnsbl", NULL, FLAG_OF(OF_AUDIT | OF_BOUNCE | OF_DIFF, wish.dnsbl),
	  "ask block lists about the addresses and the domain" },
	{ 0, "starttls", NULL, FLAG_OF(OF_AUDIT | OF_BOUNCE | OF_DIFF, wish.starttls),
	  "connect to the MX hosts: STARTTLS, certificates" },
	{ 0, "all-ns", NULL, FLAG_OF(OF_AUDIT | OF_BOUNCE, wish.all_ns),
	  "ask each name server of the domain, and compare" },
	{ 0, "stack", NULL, FLAG_OF(OF_AUDIT | OF_BOUNCE | OF_DIFF, wish.stack),
	  "ask libspf2, OpenDMARC and OpenDKIM as well" },
	{ 0, "ca-file", "FILE", TEXT(live.ca_file),
	  "trusted certificates for HTTPS and SMTP (PEM)" },
	{ 0, "connect-to", "HOST:PORT:ADDR:PORT", SET(set_connect_to),
	  "for HTTPS and SMTP, as curl has it" },
	{ 0, "allow-private", NULL, FLAG(live.allow_private),
	  "let HTTPS and SMTP connect to private addresses" },
	{ 0, "color", "auto|always|never", SET(set_color),
	  "colour in text (auto; NO_COLOR is honoured)" },
	{ 'q', "quiet", NULL, FLAG(quiet), "only the head line, errors and warnings" },
	{ 'v', "verbose", NULL, FLAG(verbose), "every record, note and unanswered question" },
	{ 'h', "help", NULL, FLAG(help), "this text" },
	{ 'V', "version", NULL, FLAG(version), "the version" },
};

enum { NOPTIONS = sizeof(table) / sizeof(table[0]) };

/* The names of all formats, as lines below their option's. */
static void help_formats(struct buf *out)
{
	size_t from = out->n;

	for (size_t i = 0; i < render_nformats; i++) {
		const char *name = render_formats[i].name, *comma = i ? ", " : "";

		if (i && out->n - from + strlen(name) + 3 > 79) {
			buf_adds(out, ",\n");
			comma = "";
			from = out->n;
		}
		if (out->n == from)
			buf_pad(out, ' ', 24);
		buf_addf(out, "%s%s", comma, name);
	}
	buf_addc(out, '\n');
}

void options_help(struct buf *out)
{
	for (size_t i = 0; i < NOPTIONS; i++) {
		const struct option *o = &table[i];
		size_t from = out->n;
		const char *line = o->help;

		if (o->letter)
			buf_addf(out, "  -%c, --%s", o->letter, o->name);
		else
			buf_addf(out, "  --%s%s%s", o->name, o->arg ? " " : "",
				 o->arg ? o->arg : "");
		for (const char *end = line; *line; line = end) {
			if (out->n - from > 23) {
				buf_addc(out, '\n');
				from = out->n;
			}
			buf_pad(out, ' ', 24 - (out->n - from));
			for (end = line; *end && *end != '\n'; end++)
				;
			buf_add(out, line, (size_t)(end - line));
			buf_addc(out, '\n');
			from = out->n;
			end += *end == '\n';
		}
		if (o->set == set_format)
			help_formats(out);
	}
}

/* ---- reading ---- */

static const struct option *find_long(struct reader *r, struct str name)
{
	const char *near = NULL;

	for (size_t i = 0; i < NOPTIONS; i++) {
		if (str_eq(name, str_c(table[i].name)))
			return &table[i];
		if (str_near(name, table[i].name))
			near = table[i].name;
	}
	r->err = near ? arena_printf(r->arena, "unknown option --%.*s: did you mean --%s?",
				     (int)name.n, name.p, near)
		      : arena_printf(r->arena,
				     "unknown option --%.*s: `authcheck --help` lists them all",
				     (int)name.n, name.p);
	return NULL;
}

static const struct option *find_letter(struct reader *r, char letter)
{
	for (size_t i = 0; i < NOPTIONS; i++)
		if (table[i].letter == letter && letter)
			return &table[i];
	r->err = arena_printf(r->arena, "unknown option -%c: `authcheck --help` lists them all",
			      letter);
	return NULL;
}

static void apply(struct reader *r, const struct option *o, const char *arg)
{
	r->name = arena_printf(r->arena, "--%s", o->name);
	texts_add(r->arena, &r->o->given, r->name);
	if (o->arg && !arg)
		options_fail(r, arena_printf(r->arena, "its argument %s is missing", o->arg));
	else if (!o->arg && arg)
		options_fail(r, "takes no argument");
	else if (o->set)
		o->set(r, arg);
	else if (o->text)
		memcpy((char *)r->o + o->text, &arg, sizeof(arg));
	else
		*((bool *)((char *)r->o + o->flag)) = true;
}

static void read_long(struct reader *r, int argc, char *const *argv, int *i)
{
	struct str word = str_c(argv[*i] + 2);
	ptrdiff_t eq = str_find(word, '=');
	const struct option *o = find_long(r, eq < 0 ? word : str_sub(word, 0, (size_t)eq));
	const char *arg = eq < 0 ? NULL : word.p + eq + 1;

	if (!o)
		return;
	if (o->arg && eq < 0 && *i + 1 < argc)
		arg = argv[++*i];
	apply(r, o, arg);
}

static void read_letters(struct reader *r, const char *word)
{
	for (const char *p = word + 1; *p && !r->err; p++) {
		const struct option *o = find_letter(r, *p);

		if (o)
			apply(r, o, NULL);
	}
}

const char *options_stray(struct arena *a, const struct options *o, unsigned of)
{
	static const char *const verb[] = { "audit", "sender", "bounce", "diff" };

	for (size_t i = 0; i < o->given.n; i++)
		for (size_t k = 0; k < NOPTIONS; k++) {
			unsigned whose = table[k].of;
			size_t me = 0, other = 0;

			if (strcmp(o->given.item[i] + 2, table[k].name) != 0 || !whose ||
			    whose & of)
				continue;
			while (!(of >> me & 1))
				me++;
			while (!(whose >> other & 1))
				other++;
			return arena_printf(a, "%s takes no --%s: `authcheck %s` does", verb[me],
					    table[k].name, verb[other]);
		}
	return NULL;
}

bool options_read(struct arena *a, int argc, char *const *argv, struct options *out,
		  const char **err)
{
	struct reader r = { .arena = a, .o = out };
	bool words_only = false;

	*out = (struct options){
		.format = &render_formats[0],
		.fail_on = SEV_ERROR,
		.limits = { .timeout_ms = 5000, .deadline_ms = 30000 },
	};
	for (int i = 1; i < argc && !r.err; i++) {
		const char *w = argv[i];

		if (words_only || w[0] != '-' || !w[1])
			texts_add(a, &out->words, w);
		else if (strcmp(w, "--") == 0)
			words_only = true;
		else if (w[1] == '-')
			read_long(&r, argc, argv, &i);
		else
			read_letters(&r, w);
	}
	out->wish.ips = out->ips;
	out->wish.nips = out->nips;
	out->live.timeout_ms = out->limits.timeout_ms;
	out->live.connect_to = out->connect_to.item;
	out->live.nconnect_to = out->connect_to.n;
	*err = r.err;
	return !r.err;
}

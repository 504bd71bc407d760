/* authcheck: the verbs, and who answers: main alone picks source, receivers and format. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "audit.h"
#include "config.h"
#include "file.h"
#include "judge.h"
#include "name.h"
#include "options.h"
#include "render.h"
#include "tape.h"
#include "zone.h"

enum {
	EXIT_USAGE = 2,
	FILE_MAX = 64 * 1024 * 1024,
	OUTPUT_MAX = 1024 * 1024 * 1024,
	ARENA_MAX = 2000 * 1024 * 1024
};
enum { SOURCES_MAX = 1024, PROGRESS_AFTER_MS = 1000, ZONE_FAULTS_TOLD = 10 };

struct program {
	struct arena arena;
	struct options o;
	struct zone **zone;
	struct tape tape;
	struct source *source, *live, *row[SOURCES_MAX];
	size_t nrow;
	const char **domain;
	size_t ndomain;
	struct buf out; /* what has not been written yet; all of it when it goes to a file */
	struct buf recorded;
	struct facts written; /* questions that are on the recorded tape */
	bool progress_shown;
};

/* One line on stderr: what, where, what to do. */
static int complain(const char *text)
{
	struct buf b;

	buf_init(&b, 64 * 1024);
	buf_adds(&b, "authcheck: ");
	buf_add_safe(&b, str_c(text));
	buf_addc(&b, '\n');
	if (b.p)
		fputs(b.p, stderr);
	buf_free(&b);
	return EXIT_USAGE;
}

/* ---- output ---- */

/* A closed pipe ends the program as it ends any other: without a word. */
static bool flush_out(struct program *p)
{
	if (p->out.failed) {
		complain("the report is larger than 1 GiB; audit fewer domains at once");
		return false;
	}
	if (p->o.output || !p->out.n)
		return true;
	if (fwrite(p->out.p, 1, p->out.n, stdout) != p->out.n || fflush(stdout) != 0) {
		if (errno == EPIPE) {
			signal(SIGPIPE, SIG_DFL);
			raise(SIGPIPE);
		}
		complain(arena_printf(&p->arena, "standard output: %s", strerror(errno)));
		return false;
	}
	buf_free(&p->out);
	return true;
}

static bool finish_files(struct program *p)
{
	const char *err;

	if (p->o.output && !file_write(&p->arena, p->o.output, buf_str(&p->out), &err)) {
		complain(err);
		return false;
	}
	if (p->o.record && (p->recorded.failed ||
			    !file_write(&p->arena, p->o.record, buf_str(&p->recorded), &err))) {
		complain(p->recorded.failed ? "the tape is too large" : err);
		return false;
	}
	return true;
}

static unsigned terminal_width(void)
{
	struct winsize w;

	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 40)
		return w.ws_col > 120 ? 120 : w.ws_col;
	return 80;
}

static struct render_options render_options(const struct options *o)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	bool plain = (no_color && *no_color) || !term || strcmp(term, "dumb") == 0 ||
		     !isatty(STDOUT_FILENO) || o->output;

	return (struct render_options){
		.color = o->color == COLOR_ALWAYS || (o->color == COLOR_AUTO && !plain),
		.verbose = o->verbose,
		.quiet = o->quiet,
		.width = o->output ? 80 : terminal_width(),
		.fail_on = o->fail_on,
	};
}

static void progress(void *arg, const struct audit *a, unsigned settled, unsigned asked,
		     unsigned elapsed_ms)
{
	struct program *p = arg;

	if (elapsed_ms < PROGRESS_AFTER_MS || p->o.quiet || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r%s: %u of %u questions answered, %u s ", a->report.domain, settled,
		asked, elapsed_ms / 1000);
	fflush(stderr);
	p->progress_shown = true;
}

static void progress_end(struct program *p)
{
	if (p->progress_shown)
		fputs("\r\033[K", stderr);
	p->progress_shown = false;
}

/* ---- what to audit, and who answers ---- */

/* A zone that a name server would refuse is no zone. What it would merely ignore is told. */
static bool zone_is_served(struct program *p, const struct zone *z)
{
	const char *refused = zone_refused(&p->arena, z);

	if (refused)
		complain(refused);
	for (size_t i = 0; !refused && i < z->nfault && i < ZONE_FAULTS_TOLD; i++)
		complain(arena_printf(&p->arena, "%s:%u: ignored: %s", z->fault[i].file,
				      z->fault[i].line, z->fault[i].what));
	return !refused;
}

static bool read_zones(struct program *p)
{
	const char *err;

	p->zone = arena_array(&p->arena, p->o.zones.n, sizeof(struct zone *));
	if (p->o.zones.n > SOURCES_MAX - 2) {
		complain("too many zone files at once");
		return false;
	}
	for (size_t i = 0; i < p->o.zones.n; i++) {
		p->zone[i] = ARENA_NEW(&p->arena, struct zone);
		if (!parse_zone_file(&p->arena, p->o.zones.item[i], p->o.origin, p->zone[i],
				     &err)) {
			complain(err);
			return false;
		}
		if (!zone_is_served(p, p->zone[i]))
			return false;
		p->row[p->nrow++] = source_zone(&p->arena, p->zone[i]);
	}
	return true;
}

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

static bool open_sources(struct program *p)
{
	const char *err;

	if (!read_zones(p) || (p->o.replay && !read_tape(p)))
		return false;
	if (p->o.offline) {
		p->row[p->nrow++] = source_offline(&p->arena);
	} else if (!p->o.replay) {
		p->live = source_live(&p->arena, &p->o.live, &err);
		if (!p->live) {
			complain(err);
			return false;
		}
		p->row[p->nrow++] = p->live;
	}
	p->source = source_mux(&p->arena, p->row, p->nrow);
	return true;
}

static void add_domain(struct program *p, const char *name, size_t *cap)
{
	for (size_t i = 0; i < p->ndomain; i++)
		if (strcmp(p->domain[i], name) == 0)
			return;
	p->domain = arena_grow(&p->arena, p->domain, p->ndomain, cap, sizeof(*p->domain));
	p->domain[p->ndomain++] = name;
}

/* The domains named, or all senders of the zones. */
static bool list_domains(struct program *p)
{
	size_t cap = 0, n;
	const char **names, *why;

	for (size_t i = 0; i < p->o.words.n; i++) {
		const char *name = name_from_user(&p->arena, str_c(p->o.words.item[i]), &why);

		if (!name) {
			complain(arena_printf(&p->arena, "\"%s\" is no domain name: %s",
					      p->o.words.item[i], why));
			return false;
		}
		add_domain(p, name, &cap);
	}
	for (size_t i = 0; !p->o.words.n && i < p->o.zones.n; i++) {
		zone_senders(&p->arena, p->zone[i], &names, &n);
		for (size_t k = 0; k < n; k++)
			add_domain(p, names[k], &cap);
	}
	if (!p->ndomain) {
		complain(
			"no domain: `authcheck example.com` audits one, `authcheck --help` says what else there is");
		return false;
	}
	return true;
}

static bool read_selectors(struct program *p)
{
	struct options *o = &p->o;

	for (size_t i = 0; i < o->selector_files.n; i++) {
		struct buf text;
		struct str rest;
		const char *err;
		unsigned line = 0;

		buf_init(&text, FILE_MAX);
		if (!file_read(&p->arena, o->selector_files.item[i], FILE_MAX, &text, &err)) {
			buf_free(&text);
			complain(err);
			return false;
		}
		for (rest = arena_str(&p->arena, buf_str(&text)); rest.n;) {
			ptrdiff_t end = str_find(rest, '\n');
			struct str s = str_trim(end < 0 ? rest : str_sub(rest, 0, (size_t)end));

			line++;
			rest = end < 0 ? S("") : str_from(rest, (size_t)end + 1);
			if (s.n && s.p[s.n - 1] == '\r')
				s = str_trim(str_sub(s, 0, s.n - 1));
			if (!s.n || s.p[0] == '#')
				continue;
			if (!name_from_text(&p->arena, s) || s.n > 200) {
				complain(arena_printf(&p->arena, "%s:%u: \"%.*s\" is no selector",
						      o->selector_files.item[i], line, (int)s.n,
						      s.p));
				buf_free(&text);
				return false;
			}
			texts_add(&p->arena, &o->selectors, arena_strndup(&p->arena, s.p, s.n));
		}
		buf_free(&text);
	}
	o->wish.selectors = o->selectors.item;
	o->wish.nselectors = o->selectors.n;
	return true;
}

/* ---- the audit ---- */

static void record(struct program *p, struct audit *a)
{
	if (!p->o.record)
		return;
	for (size_t i = 0; i < a->facts.n; i++) {
		const struct fact *f = a->facts.all[i];

		if (facts_find(&p->written, f->kind, f->type, f->name))
			continue;
		facts_open(&p->written, f->kind, f->type, f->name);
		tape_write(&p->recorded, &a->work, f);
	}
}

/* 2 before 1 before 3 before 0. */
static int worse(int a, int b)
{
	static const int weight[] = { 0, 2, 3, 1 };

	return weight[a] >= weight[b] ? a : b;
}

static int audit_one(struct program *p, const struct audit_setup *s,
		     const struct render_options *ro, size_t i)
{
	static struct audit audit;
	int status = EXIT_USAGE;

	if (audit_run(&audit, s, p->domain[i])) {
		progress_end(p);
		status = judge_exit(&audit.report, p->o.fail_never ? NULL : &p->o.fail_on);
		p->o.format->one(&p->out, &audit.work, &audit.report, ro, i, p->ndomain);
		record(p, &audit);
		if (!flush_out(p))
			status = EXIT_USAGE;
	} else {
		progress_end(p);
		complain(arena_printf(&p->arena, "%s: out of memory", p->domain[i]));
	}
	audit_free(&audit);
	return status;
}

static int audit_all(struct program *p)
{
	struct render_options ro = render_options(&p->o);
	struct audit_setup s = {
		.source = p->source,
		.wish = p->o.wish,
		.limits = p->o.limits,
		.ignores = p->o.ignores,
		.nignores = p->o.nignores,
		.now_s = p->tape.has_now ? p->tape.facts.now_s : source_wall_clock_s(),
		.progress = progress,
		.progress_arg = p,
	};
	int status = 0;

	if (s.wish.discover == DISCOVER_AUTO)
		s.wish.discover = p->ndomain > 10 ? DISCOVER_SHORT : DISCOVER_FULL;
	facts_init(&p->written, &p->arena, 0);
	tape_write_head(&p->recorded, s.now_s);
	if (p->o.format->begin)
		p->o.format->begin(&p->out, &ro, p->ndomain);
	for (size_t i = 0; i < p->ndomain; i++)
		status = worse(status, audit_one(p, &s, &ro, i));
	if (p->o.format->end)
		p->o.format->end(&p->out, &ro, p->ndomain);
	if (!flush_out(p) || !finish_files(p))
		status = EXIT_USAGE;
	return status;
}

static int run_audit(struct program *p)
{
	if (!p->o.format)
		return complain(
			"--format markdown is for `authcheck rules`; an audit knows text, json, ndjson");
	return list_domains(p) ? audit_all(p) : EXIT_USAGE;
}

static int do_audit(struct program *p)
{
	int status = EXIT_USAGE;

	if (read_selectors(p) && open_sources(p))
		status = run_audit(p);
	if (p->live)
		p->live->ops->close(p->live);
	return status;
}

/* ---- the other verbs ---- */

static int done(struct program *p)
{
	return flush_out(p) && finish_files(p) ? 0 : EXIT_USAGE;
}

static int do_explain(struct program *p)
{
	struct render_options ro = render_options(&p->o);
	enum rule_id rule;

	if (p->o.words.n != 1)
		return complain(
			"explain takes one rule: `authcheck explain spf-multiple`; `authcheck rules` lists them");
	if (!rule_from(str_c(p->o.words.item[0]), &rule)) {
		const char *near = rule_nearest(str_c(p->o.words.item[0]));

		return complain(arena_printf(
			&p->arena, "there is no rule \"%s\"%s%s%s; `authcheck rules` lists them",
			p->o.words.item[0], near ? ": did you mean " : "", near ? near : "",
			near ? "?" : ""));
	}
	render_explain(&p->out, rule, &ro);
	return done(p);
}

static int do_rules(struct program *p)
{
	if (p->o.words.n)
		return complain(
			"rules takes no argument; `authcheck explain RULE` says more of one");
	if (p->o.format_name && !p->o.format)
		render_rules_markdown(&p->out);
	else
		render_rules_text(&p->out);
	return done(p);
}

static void help(struct buf *out)
{
	buf_adds(
		out,
		"usage: authcheck [OPTION]... DOMAIN...       audit domains\n"
		"       authcheck [OPTION]... --zone FILE     audit what a zone file would publish\n"
		"       authcheck explain RULE                what a rule means and how to mend it\n"
		"       authcheck rules                       the table of rules\n\n"
		"Fetches a domain's SPF, DKIM, DMARC, MX, PTR, MTA-STS and TLS-RPT records, judges\n"
		"them, and says what makes receivers refuse its mail and how to mend it.\n\n");
	options_help(out);
	buf_adds(
		out,
		"\nExit status: 0 nothing found at or over --fail-on; 1 something found; 2 wrong usage,\n"
		"unreadable input or our own failure; 3 undecided, because an answer could not be had.\n\n"
		"examples:\n"
		"  authcheck example.com\n"
		"  authcheck --offline --zone db.example.com --format json\n"
		"  authcheck --selector s2026 --ip 192.0.2.25 example.com\n");
}

static const struct {
	const char *name;
	int (*run)(struct program *p);
} verbs[] = {
	{ "audit", do_audit },
	{ "explain", do_explain },
	{ "rules", do_rules },
};

static int run(struct program *p)
{
	int (*verb)(struct program *) = do_audit;

	if (p->o.help || p->o.version) {
		if (p->o.help)
			help(&p->out);
		else
			buf_adds(&p->out, "authcheck " PACKAGE_VERSION "\n");
		p->o.output = p->o.record = NULL;
		return done(p);
	}
	for (size_t i = 0; p->o.words.n && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(p->o.words.item[0], verbs[i].name) == 0) {
			verb = verbs[i].run;
			p->o.words.item++;
			p->o.words.n--;
			break;
		}
	return verb(p);
}

int main(int argc, char **argv)
{
	static struct program p;
	const char *err;
	int status;

	signal(SIGPIPE, SIG_IGN);
	arena_init(&p.arena, ARENA_MAX);
	buf_init(&p.out, OUTPUT_MAX);
	buf_init(&p.recorded, OUTPUT_MAX);
	status = options_read(&p.arena, argc, argv, &p.o, &err) ? run(&p) : complain(err);
	buf_free(&p.out);
	buf_free(&p.recorded);
	arena_free(&p.arena);
	return status;
}

/* What every verb does with the terminal, the environment and the files of the user. */
#include "program.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "file.h"
#include "name.h"

enum { SHORT_FROM = 10 }; /* for more audits than this not all selectors are tried */

int complain(const char *text)
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

/* A closed pipe ends the program as it ends any other: without a word. */
static bool write_failed(struct program *p, const char *where)
{
	if (errno == EPIPE && !p->appended) {
		file_abandon(&p->target);
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
	complain(arena_printf(&p->arena, "%s: %s", where, strerror(errno)));
	return false;
}

bool program_begin(struct program *p)
{
	const char *err;

	if (!p->o.output || file_begin(&p->arena, p->o.output, &p->target, &err))
		return true;
	complain(err);
	return false;
}

bool program_flush(struct program *p)
{
	if (p->out.failed) {
		complain("the report is larger than 1 GiB; audit fewer domains at once");
		return false;
	}
	if (!p->out.n || (p->o.output && !p->target.open))
		return true;
	if (p->target.open)
		file_add(&p->target, buf_str(&p->out));
	else if (!file_write_fd(p->appended ? p->appended : STDOUT_FILENO, buf_str(&p->out)))
		return write_failed(p, p->appended ? p->o.resume : "standard output");
	p->out.n = 0;
	return true;
}

bool program_offer(struct program *p)
{
	struct pollfd fd = { .fd = STDOUT_FILENO, .events = POLLOUT };
	size_t done = 0;
	bool ok = true;

	if (!p->waits || p->target.open || p->appended)
		return program_flush(p);
	/* who can be written to takes so many octets at once without making us wait (pipe(7)) */
	while (ok && done < p->out.n && poll(&fd, 1, 0) > 0) {
		size_t n = p->out.n - done < PIPE_BUF ? p->out.n - done : PIPE_BUF;

		ok = file_write_fd(STDOUT_FILENO, (struct str){ p->out.p + done, n });
		done += n;
	}
	if (!ok)
		return write_failed(p, "standard output");
	if (done)
		memmove(p->out.p, p->out.p + done, p->out.n - done);
	p->out.n -= done;
	return true;
}

bool program_finish(struct program *p)
{
	const char *err;

	if (p->target.open
		    ? !file_commit(&p->arena, &p->target, &err)
		    : p->o.output && !file_write(&p->arena, p->o.output, buf_str(&p->out), &err)) {
		complain(err);
		return false;
	}
	if (p->appended && fsync(p->appended) != 0)
		return write_failed(p, p->o.resume);
	if (p->o.record && (p->recorded.failed ||
			    !file_write(&p->arena, p->o.record, buf_str(&p->recorded), &err))) {
		complain(p->recorded.failed ? "the tape is too large" : err);
		return false;
	}
	return true;
}

/* ---- the signals that ask for an end ---- */

static volatile sig_atomic_t stopped;

static void on_stop(int signal)
{
	stopped = signal;
}

void program_catch_stop(void)
{
	const struct sigaction once = { .sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND };

	sigaction(SIGINT, &once, NULL);
	sigaction(SIGTERM, &once, NULL);
}

const volatile sig_atomic_t *program_stopped(void)
{
	return &stopped;
}

void program_stopped_end(void)
{
	if (!stopped)
		return;
	signal(stopped, SIG_DFL);
	raise(stopped);
}

static unsigned terminal_width(void)
{
	struct winsize w;

	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) == 0 && w.ws_col >= 40)
		return w.ws_col > 120 ? 120 : w.ws_col;
	return 80;
}

struct render_options program_render_options(const struct options *o)
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
		.fail_never = o->fail_never,
	};
}

bool program_format_is(const struct program *p, const char *name)
{
	return strcmp(p->o.format->name, name) == 0;
}

const char *program_name(struct program *p, const char *word)
{
	const char *why, *name = name_from_user(&p->arena, str_c(word), &why);

	if (!name)
		complain(arena_printf(&p->arena, "\"%s\" is no domain name: %s", word, why));
	return name;
}

int program_worse(int a, int b)
{
	static const int weight[] = { 0, 2, 3, 1 };

	return weight[a] >= weight[b] ? a : b;
}

int program_status(const struct program *p, const struct render_run *kept, int status)
{
	if (!p->o.format->monitors)
		return status;
	return status == EXIT_USAGE ? STATE_UNKNOWN : (int)render_worst(kept);
}

int program_done(struct program *p)
{
	return program_flush(p) && program_finish(p) ? 0 : EXIT_USAGE;
}

void program_record_begin(struct program *p, int64_t now_s)
{
	facts_init(&p->written, &p->arena, 0);
	tape_write_head(&p->recorded, now_s);
}

void program_record(struct program *p, struct arena *work, const struct facts *all)
{
	for (size_t i = 0; p->o.record && i < all->n; i++) {
		const struct fact *f = all->all[i];

		if (facts_find_at(&p->written, f->kind, f->type, f->name, f->at))
			continue;
		facts_open_at(&p->written, f->kind, f->type, f->name, f->at);
		tape_write(&p->recorded, work, f);
	}
}

struct audit_setup program_setup(const struct program *p, size_t n)
{
	struct audit_setup s = {
		.source = p->source,
		.wish = p->o.wish,
		.limits = p->o.limits,
		.ignores = p->o.ignores,
		.nignores = p->o.nignores,
		.now_s = p->tape.has_now ? p->tape.facts.now_s : source_wall_clock_s(),
	};

	if (s.wish.discover == DISCOVER_AUTO)
		s.wish.discover = n > SHORT_FROM ? DISCOVER_SHORT : DISCOVER_FULL;
	return s;
}

/* What every verb does with the terminal, the environment and the files of the user. */
#include "program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "file.h"

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
bool program_flush(struct program *p)
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

bool program_finish(struct program *p)
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

int program_done(struct program *p)
{
	return program_flush(p) && program_finish(p) ? 0 : EXIT_USAGE;
}

void program_record_begin(struct program *p, int64_t now_s)
{
	facts_init(&p->written, &p->arena, 0);
	tape_write_head(&p->recorded, now_s);
}

void program_record(struct program *p, struct audit *a)
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

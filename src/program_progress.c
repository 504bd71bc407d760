#include "progress.h"

#include <stdio.h>
#include <unistd.h>

enum { AFTER_MS = 1000, EVERY_MS = 250 };

void progress_end(struct progress *g)
{
	if (g->shown)
		fputs("\r\033[K", stderr);
	g->shown = false;
}

/* "1,234 of 10,000 domains, 812/s, 17 with errors, 3 undecided, 0:11 left" */
static void tell_many(const struct progress *g, const struct audits_count *c)
{
	double rate = (double)c->finished * 1000 / (c->elapsed_ms ? c->elapsed_ms : 1);

	fprintf(stderr, "\r\033[K%zu", c->finished);
	if (g->total)
		fprintf(stderr, " of %zu", g->total);
	fprintf(stderr, " domains, %.*f/s, %zu with errors", rate < 10 ? 1 : 0, rate,
		g->with_errors);
	if (g->undecided)
		fprintf(stderr, ", %zu undecided", g->undecided);
	if (rate > 0 && g->total > c->finished) {
		unsigned left = (unsigned)((double)(g->total - c->finished) / rate);

		if (left >= 3600)
			fprintf(stderr, ", %u:%02u:%02u left", left / 3600, left / 60 % 60,
				left % 60);
		else
			fprintf(stderr, ", %u:%02u left", left / 60, left % 60);
	}
}

void progress_tell(struct progress *g, const struct audits *all)
{
	int64_t now = source_now_ms();
	struct audits_count c;

	if (now - g->start_ms < AFTER_MS || now - g->told_ms < EVERY_MS || !isatty(STDERR_FILENO))
		return;
	g->told_ms = now;
	c = audits_count(all);
	if (g->single && c.domain)
		fprintf(stderr, "\r%s: %u of %u questions answered, %u s ", c.domain, c.settled,
			c.asked, c.elapsed_ms / 1000);
	else
		tell_many(g, &c);
	fflush(stderr);
	g->shown = true;
}

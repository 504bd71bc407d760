/* Asks the live source, and writes the facts as lines of a tape, in the order that they were asked
 *for.
 *
 *	ask_driver [-n NAMESERVERS] [-t TIMEOUT_MS] [-d DEADLINE_MS] [-a CA_FILE] [-c CONNECT_TO]
 *[-p] [-s] [NAME TYPE]...
 *
 * Questions may come on standard input as well, "NAME TYPE" a line, when none is an argument. TYPE
 *HTTPS (HTTPS/PATH) or SMTP asks for the addresses of NAME first; TYPE@ADDRESS asks the name server
 *there. -p allows private addresses; -s writes
 *statistics and the time that it took to standard error. A fact that ends in a CNAME is written
 *"NAME TYPE OPEN >TARGET". Times are left out: they are not the same twice. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "buf.h"
#include "name.h"
#include "source.h"
#include "tape.h"

struct wanted {
	struct question q;
	struct driver *driver;
	struct wanted *after; /* to be asked when this and its like are settled */
	unsigned before;      /* how many of those there are */
	const struct fact *fact;
	bool hidden;
};

struct driver {
	struct arena arena;
	struct facts facts;
	struct source *live;
	struct wanted **all;
	size_t n, cap, settled;
	int64_t deadline_ms;
};

static void ask(struct wanted *w)
{
	w->q.deadline_ms = source_now_ms() + w->driver->deadline_ms;
	w->driver->live->ops->ask(w->driver->live, &w->q);
}

static void done(struct question *q, const struct fact *answer)
{
	struct wanted *w = q->owner;
	struct driver *d = w->driver;
	struct fact *f;

	if (w->fact || answer->kind != q->kind || answer->type != q->type ||
	    strcmp(answer->name, q->name) != 0 || answer->at != q->at) {
		fprintf(stderr, "ask_driver: %s was settled twice, or is another question\n",
			q->name);
		abort();
	}
	f = fact_copy(&d->arena, answer);
	f->rtt_ms = 0;
	w->fact = f;
	d->settled++;
	if (f->state != FACT_OPEN) {
		facts_open_at(&d->facts, q->kind, q->type, q->name, q->at);
		facts_settle(&d->facts, f);
	}
	if (w->after && !--w->after->before)
		ask(w->after);
}

static struct wanted *want(struct driver *d, enum ask kind, uint16_t type, const char *name)
{
	struct wanted *w = ARENA_NEW(&d->arena, struct wanted);

	w->driver = d;
	w->q = (struct question){ .kind = kind,
				  .type = type,
				  .name = name,
				  .facts = &d->facts,
				  .done = done,
				  .owner = w };
	d->all = arena_grow(&d->arena, d->all, d->n, &d->cap, sizeof(*d->all));
	d->all[d->n++] = w;
	return w;
}

static void add(struct driver *d, const char *name, const char *type)
{
	const char *n = name_from_text(&d->arena, str_c(name)), *at = strchr(type, '@');
	struct wanted *https;

	if (!n) {
		fprintf(stderr, "ask_driver: %s is no name\n", name);
		exit(2);
	}
	if (at) {
		struct str t = { type, (size_t)(at - type) };
		struct wanted *w = want(d, ASK_DNS_AT, rrtype_from(t), n);

		w->q.at = arena_strdup(&d->arena, at + 1);
		ask(w);
		return;
	}
	if (!str_starts(str_c(type), S("HTTPS")) && strcmp(type, "SMTP") != 0) {
		ask(want(d, ASK_DNS, rrtype_from(str_c(type)), n));
		return;
	}
	https = want(d, strcmp(type, "SMTP") == 0 ? ASK_SMTP : ASK_HTTPS, 0, n);
	https->before = 2;
	https->q.at = type[0] == 'H' && type[5] ? arena_strdup(&d->arena, type + 5) : NULL;
	for (unsigned i = 0; i < 2; i++) {
		struct wanted *w = want(d, ASK_DNS, i ? RR_AAAA : RR_A, n);

		w->hidden = true;
		w->after = https;
		ask(w);
	}
}

static void print(struct driver *d)
{
	struct buf out;

	buf_init(&out, 1024 * 1024 * 1024);
	for (size_t i = 0; i < d->n; i++) {
		const struct fact *f = d->all[i]->fact;

		if (d->all[i]->hidden)
			continue;
		if (f->state == FACT_OPEN)
			buf_addf(&out, "%s %s OPEN >%s (%zu)\n", f->name,
				 rrtype_name(&d->arena, f->type), f->chain[f->nchain - 1].target,
				 f->nchain);
		else
			tape_write(&out, &d->arena, f);
	}
	fwrite(out.p ? out.p : "", 1, out.n, stdout);
	buf_free(&out);
}

static void read_questions(struct driver *d)
{
	char line[2048], name[1024], type[256];

	while (fgets(line, sizeof(line), stdin))
		if (sscanf(line, "%1023s %255s", name, type) == 2)
			add(d, name, type);
}

int main(int argc, char **argv)
{
	struct driver d = { .deadline_ms = 60 * 1000 };
	struct live_options o = { .timeout_ms = 5000 };
	const char *connect_to[200], *err;
	bool stats = false;
	int64_t start = source_now_ms();
	int c;

	o.connect_to = connect_to;
	while ((c = getopt(argc, argv, "n:t:d:a:c:ps")) != -1) {
		switch (c) {
		case 'n': o.nameservers = optarg; break;
		case 't': o.timeout_ms = (unsigned)strtoul(optarg, NULL, 10); break;
		case 'd': d.deadline_ms = strtol(optarg, NULL, 10); break;
		case 'a': o.ca_file = optarg; break;
		case 'c': connect_to[o.nconnect_to++ % 200] = optarg; break;
		case 'p': o.allow_private = true; break;
		case 's': stats = true; break;
		default: return 2;
		}
	}
	arena_init(&d.arena, (size_t)2 << 30);
	facts_init(&d.facts, &d.arena, source_wall_clock_s());
	d.live = source_live(&d.arena, &o, &err);
	if (!d.live) {
		fprintf(stderr, "ask_driver: %s\n", err);
		arena_free(&d.arena);
		return 2;
	}
	for (int i = optind; i + 1 < argc; i += 2)
		add(&d, argv[i], argv[i + 1]);
	if (optind >= argc)
		read_questions(&d);
	while (d.settled < d.n)
		d.live->ops->run(d.live, -1);
	print(&d);
	if (stats)
		fprintf(stderr, "queries=%u https=%u ms=%lld\n", source_live_stats(d.live).queries,
			source_live_stats(d.live).https, (long long)(source_now_ms() - start));
	d.live->ops->close(d.live);
	arena_free(&d.arena);
	return 0;
}

/* options: the command line, read. Layer: above all stages, beside main.c. */
#ifndef AUTHCHECK_OPTIONS_H
#define AUTHCHECK_OPTIONS_H

#include "audit.h"
#include "render.h"
#include "source.h"

struct texts {
	const char **item;
	size_t n, cap;
};

enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

struct options {
	struct texts given; /* the options that were, by their long names: "--format" */
	struct texts words; /* what is no option: domains, or a command's argument */
	struct texts zones;
	const char *origin;
	bool offline;
	const char *record, *replay, *output, *resume;
	const char *state; /* the folder that audits are kept in; NULL: none */
	unsigned keep;     /* audits of each domain that are kept; 0: the default */
	bool only_changes;
	struct texts inputs;     /* lists of domains */
	unsigned jobs;           /* audits at once; 0: the default */
	unsigned shard, nshards; /* the shard-th, from 1, of so many parts; 0 of 0: all */
	bool unordered;
	const char *config, *baseline; /* what is known and does not count; NULL: none */
	const char *git;               /* the revision that diff compares with; NULL: none */
	struct texts selector_files;
	const struct render_format *format;
	bool fail_never;
	enum severity fail_on;
	enum color color;
	bool quiet, verbose, help, version;
	bool bulk, no_audit;
	const char *helo, *mail_from, *from, *as; /* of a described sender; NULL: not told */
	struct texts dkim;                        /* DOMAIN[:SELECTOR] */
	uint64_t receivers;                       /* bit i: receiver i; 0: all */
	unsigned profiles;                        /* bit i: baseline i */
	struct live_options live;
	struct audit_limits limits;
	struct audit_wish wish;
	struct ignore *ignores;
	size_t nignores;

	struct texts selectors, connect_to;
	struct str *ips;
	size_t nips, cap_ips, cap_ignores;
};

/* Reads argv[1..]. False and *err (one line: what, and what to do) on a wrong option. */
bool options_read(struct arena *a, int argc, char *const *argv, struct options *out,
		  const char **err);

/* The verbs that heed options: bits. */
enum { OF_AUDIT = 1, OF_SENDER = 2, OF_BOUNCE = 4, OF_DIFF = 8 };

/* The first option given that the verb `of` does not heed, as one line: what it is, and whose it
 * is. NULL: it heeds them all. */
const char *options_stray(struct arena *a, const struct options *o, unsigned of);

/* The table of options as --help shows it. */
void options_help(struct buf *out);

void texts_add(struct arena *a, struct texts *t, const char *s);

#endif

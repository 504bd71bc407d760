/* program: one run of the program, and what every verb needs of it: complaints, output, and who
 * answers.
 *
 * Layer: above all stages. main.c picks the verb; the verbs stand in src/verb_*.c. These files,
 * with src/program*.c, are the only ones that print, exit and pick sources and formats. They are no
 * part of libauthcheck.a. A verb returns the exit status. */
#ifndef AUTHCHECK_PROGRAM_H
#define AUTHCHECK_PROGRAM_H

#include <signal.h>
#include <sys/stat.h>

#include "audit.h"
#include "file.h"
#include "options.h"
#include "tape.h"
#include "zone.h"

enum { EXIT_USAGE = 2, FILE_MAX = 64 * 1024 * 1024, ZONES_MAX = 20000 };

struct overlay;
struct program_known; /* of --config and --baseline */

struct program {
	struct arena arena; /* lives as long as the program */
	struct options o;
	const struct zone *
		*zone; /* those of o.zones, read, in the order given; of a folder by name */
	size_t nzones;
	struct overlay *overlay; /* of them */
	struct tape tape;
	struct source *source, *live, **row;
	size_t nrow;
	struct buf out;         /* what has not been written yet */
	struct file_new target; /* of --output, when it is written to bit by bit */
	int appended;           /* of --resume; 0: none */
	bool waits;             /* writing to stdout may have to wait for who reads */
	struct buf recorded;
	struct facts written; /* questions that are on the recorded tape */
	struct program_known *known; /* NULL: neither was given */
};

/* One line on stderr: what, where, what to do. Returns EXIT_USAGE. */
int complain(const char *text);

/* Writes what has been rendered so far to stdout; to the file of --output only when program_begin()
 * has been called, which begins that file; else program_finish() writes it. False, with a
 * complaint, when that failed. */
bool program_begin(struct program *p);
bool program_flush(struct program *p);
/* The same, as far as it goes without waiting for who reads. */
bool program_offer(struct program *p);
/* Writes the files of --output and --record, whole or not at all. Likewise. */
bool program_finish(struct program *p);
/* What every audit of this run has in common, `n` of them to come: who answers, what the user said
 * of the domain, the limits, and the time. program_open() must have been called. */
struct audit_setup program_setup(const struct program *p, size_t n);

/* The tape of --record: its head, and those of the answers that are not on it yet. */
void program_record_begin(struct program *p, int64_t now_s);
void program_record(struct program *p, struct arena *work, const struct facts *all);
/* Is --format of that name? */
bool program_format_is(const struct program *p, const char *name);
/* The name that a word of the command line stands for (name_from_user()). NULL, with a complaint,
 * when it is none. */
const char *program_name(struct program *p, const char *word);
/* Of two exit statuses the one that counts: 2 before 1 before 3 before 0. */
int program_worse(int a, int b);
/* The exit status as --format has it: monitors take 2 for the worst that can be told of a domain,
 * so that our own failure is 3. */
int program_status(const struct program *p, const struct render_run *kept, int status);
/* Both: the exit status of a verb that has nothing else to say. */
int program_done(struct program *p);

/* Width and colour from the terminal, the environment and the options. */
struct render_options program_render_options(const struct options *o);

/* Reads the zones and the tape, and lines up who answers: p->source. False, with a complaint, when
 * something cannot be had. */
bool program_open(struct program *p);
/* Its part: reads the files, folders and patterns of --zone. */
bool program_read_zones(struct program *p);
/* The zones of a file or folder, which are not lined up. What is wrong with them is told as if they
 * were at `shown`. */
bool program_read_path(struct program *p, const char *path, const char *shown,
		       const struct zone ***zone, size_t *n);
/* The text with `shown` wherever it has `path`. */
const char *program_shown(struct arena *a, const char *text, const char *path, const char *shown);
/* The files of --selectors, and all selectors that the user named into the wish. False, with a
 * complaint. */
bool program_read_selectors(struct program *p);
/* Its part: a folder whose files are one zone. `path` has no slash at its end, `names` are the
 * paths of its entries. False when it is none. `within`: the folder above is read as well. */
struct program_split {
	const char *origin;
	const char **file; /* in the order to read */
	size_t n;
	const char *whole; /* of file: the one that stands beside the folder; NULL */
};
bool program_split(struct arena *a, const char *path, const char *const *names, size_t n,
		   bool within, struct program_split *out);
/* Folders that were gone into: a hash table, never more than half full. */
struct folder;
struct folders {
	struct folder *slot;
	size_t n, cap;
};
/* Was this one among them? Now it is. */
bool folders_seen(struct arena *a, struct folders *all, const struct stat *st);
/* For verbs whose report has no place for them: what the zones have wrong, on stderr. */
void program_tell_faults(struct program *p);
/* Zones that are audited, and what they tell of a domain. */
struct overlay {
	struct program *p;
	const struct zone *const *zone;
	size_t n;
	const struct zone_index *index;
	bool *bare; /* of each zone: no name of its organizational domain can have a
		       DKIM key */
	struct overlay_fault *fault; /* zones with faults, by which domain's audit tells of them */
	size_t nfault;
};
void overlay_init(struct program *p, const struct zone *const *zone, size_t n, struct overlay *out);
/* Settles which audit tells of a zone's faults: that of its origin, else of the nearest name below
 * it among the domains, else, with `all`, the first. */
void overlay_tellers(struct overlay *o, const char *const *domain, size_t n, bool all);
/* Puts into the wish what the zones have of a domain: its selectors, from the nearest zone that
 * answers for them, and the faults that its audit tells of. `at`: which of the domains of
 * overlay_tellers() it is. */
void overlay_wish(const struct overlay *o, const char *domain, size_t at, struct audit_wish *w);
void program_close(struct program *p);

/* Makes ready for SIGINT and SIGTERM: the first only sets *program_stopped(), the second ends the
 * program. program_stopped_end() ends it by the signal that came, as the shell expects it. */
void program_catch_stop(void);
const volatile sig_atomic_t *program_stopped(void);
void program_stopped_end(void);

/* --config and --baseline: program_open() reads them. */
bool program_read_known(struct program *p);
/* The selectors and addresses that are told of a domain, by options and by --config. */
void program_expect(const struct program *p, const char *domain, struct audit_wish *w);
/* On stderr: the suppressions that nothing was found for. */
void program_tell_unused(struct program *p);
/* The exit status of one report, what the baseline has aside. */
int program_exit(struct program *p, const struct report *r);

/* The verbs, a row each in main.c's table. */
int verb_audit(struct program *p);
int verb_sender(struct program *p);
int verb_bounce(struct program *p);
int verb_diff(struct program *p);
int verb_history(struct program *p);
int verb_explain(struct program *p);
int verb_rules(struct program *p);
int verb_receivers(struct program *p);

#endif

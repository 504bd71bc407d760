/* story: a fixture read and run. See fixtures/audit/: base.tape, and for each rule fires.tape and
 * miss.tape; and fixtures/case/: for each case its variants. */
#ifndef TESTS_STORY_H
#define TESTS_STORY_H

#include "audit.h"
#include "tape.h"
#include "zone.h"

struct story {
	struct arena arena;
	const char *path;
	const char *rule; /* the folder's name */
	bool fires;       /* fires.tape, else miss.tape */
	bool unsure;
	const char *domain;
	const char *also[32];
	size_t nalso;
	const char *refuse[16]; /* "gmail 550-5.7.27", "maybe yahoo 421" */
	size_t nrefuse;
	const char *expect[48]; /* "rule spf-none", "protocols.spf.lookups 2": see story_expect */
	size_t nexpect;
	const char *selector[16];
	const char
		*zone_selector[16]; /* "#! zone a b": the zone at hand has these, and no others */
	const char *line[32]; /* "#! line www CNAME a": of the zone file at hand, for its faults */
	size_t nline;
	struct str past_line[16]; /* "#! past dkim s1 800 1 - MIIB…": see read_past() */
	size_t npast;
	struct past past;
	const char *text;   /* "#! text {": the lines of a file of zones of any form, likewise */
	const char *config; /* "#! config rule = spf-none": the lines of the file of --config */
	struct str ip[16];
	struct tape tape;
	struct audit_setup setup;
};

/* Reads base.tape and the story behind it (rule NULL: base.tape alone). Fails the running cmocka
 * test when either is faulty. */
void story_read(struct story *s, const char *dir, const char *rule, bool fires);
/* Reads a base and the story at the path behind it (path NULL: the base alone). */
void story_read_file(struct story *s, const char *base, const char *path);
void story_free(struct story *s);

/* All rules that have a folder, sorted. */
size_t story_rules(const char *dir, char names[][64], size_t max);

/* Holds the report's JSON against the "#! expect" lines of the story: NULL, or the line that is not
 * as it says. A line is one of
 *   rule NAME [SUBJECT]     the rule fires, for sure
 *   unsure NAME [SUBJECT]   it fires, but not for sure
 *   no NAME                 it does not fire
 *   PATH VALUE              the value at the path is exactly this: a.b, a[0].b, a.count for the
 *                           length of an array; strings without quotation marks */
const char *story_expect(struct story *s, struct audit *a);

/* True when a "rule" or "unsure" line names the rule. */
bool story_expects(const struct story *s, const char *rule);

/* Settles up to `most` OPEN facts of the audit from the tape, chosen by *seed (0: all, in order).
 */
void story_reveal(struct story *s, struct audit *a, size_t most, uint64_t *seed);

/* Steps until nothing is open, revealing in the order that the seed gives, and finishes. */
void story_run(struct story *s, struct audit *a, uint64_t seed);

/* Prints the report of a story that does not come out, so that one sees why. */
void story_show(struct audit *a);

#endif

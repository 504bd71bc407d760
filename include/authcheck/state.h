/* state: one of the two that `authcheck diff` compares: zone files, a tape, or saved audits.
 *
 * Layer: above all stages, beside program.h. */
#ifndef AUTHCHECK_STATE_H
#define AUTHCHECK_STATE_H

#include "audit.h"
#include "program.h"
#include "saved.h"
#include "tape.h"
#include "zone.h"

enum state_kind { STATE_ZONES, STATE_TAPE, STATE_SAVED };

struct state {
	struct program *p;
	enum state_kind kind;
	const struct zone **zone;
	size_t nzone;
	struct overlay overlay; /* of the zones */
	struct tape tape;
	struct saved saved;
	struct report **by_domain; /* the saved ones, sorted */
	struct source *source;     /* zones, tape */
};

/* Reads a zone file, a folder of them, a tape or a saved audit, told apart by content. What is read
 * at `path` is named as at `shown`. False, with a complaint, when it cannot be read. */
bool state_read(struct program *p, const char *path, const char *shown, struct state *out);

/* Lines up who answers: its own zones or tape, before `others`. */
void state_open(struct state *s, struct source *others);

/* The domains that it has: senders of zones, domains of a tape's or of saved audits. */
void state_domains(struct state *s, const char ***names, size_t *n);

/* Is there anything to audit under this name? */
bool state_has(const struct state *s, const char *domain);

/* The report on a domain, an audit's or a saved one; NULL: it has none. `at`: which domain of
 * overlay_tellers() it is. Sets *failed when there was
 * no memory. An audit is to be freed by audit_free(), whatever is returned. */
const struct report *state_report(struct state *s, const struct audit_setup *setup,
				  const char *domain, size_t at, struct audit *audit, bool *failed);

#endif

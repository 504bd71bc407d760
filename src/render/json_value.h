/* json_value: JSON values out of what a report holds. Private to src/render. Layer: render.
 *
 * JSON text must be UTF-8 and records from DNS may be anything, so every octet that is no part of
 * valid UTF-8 becomes U+FFFD, and the octets themselves are given beside it in hexadecimal. A
 * failure (no memory) sticks in `failed`; one check at the end is enough.
 *
 * While js_dump() is at work, jansson's memory is the arena's: values go with it, and nobody
 * releases one. Nothing that jansson made otherwise may be touched meanwhile.
 */
#ifndef AUTHCHECK_RENDER_JSON_VALUE_H
#define AUTHCHECK_RENDER_JSON_VALUE_H

#include <jansson.h>

#include "buf.h"
#include "report.h"

struct js {
	struct arena *arena;
	bool failed;
	bool lasting; /* without what differs each time (TTLs, servers, advice that has the time in
			 it), and what the rule says */
};

json_t *js_object(struct js *js);
json_t *js_array(struct js *js);
/* Take `value` over. */
void js_set(struct js *js, json_t *object, const char *key, json_t *value);
void js_push(struct js *js, json_t *array, json_t *value);

json_t *js_text(struct js *js, struct str s);
/* null for NULL */
json_t *js_words(struct js *js, const char *s);
json_t *js_number(struct js *js, long long n);
/* null when `known` is false */
json_t *js_number_if(struct js *js, bool known, long long n);
json_t *js_bool(bool b);
/* true, false, or null where it is not known */
json_t *js_presence(enum presence p);
json_t *js_hex(struct js *js, struct str s);
bool js_is_utf8(struct str s);

/* Sets `key` to the text of a record (null for NULL), and "hex" when the text is not valid UTF-8.
 */
void js_set_record(struct js *js, json_t *object, const char *key, const struct rr *rr);

typedef json_t *js_make_fn(struct js *js, const void *arg);
/* Makes a value and writes it. `indent`: it stands in an array, two blanks more before each line.
 * `compact`: on one line. */
void js_dump(struct buf *out, struct arena *scratch, js_make_fn *make, const void *arg, bool indent,
	     bool compact);

/* Lists of a report: shared by audits and senders. */
json_t *json_finding(struct js *js, const struct finding *f);
json_t *json_findings(struct js *js, const struct report *r);
json_t *json_verdicts(struct js *js, const struct report *r);
/* What is otherwise than at the last audit; null where none is kept. */
json_t *json_change(struct js *js, const struct change *c);
/* null where the receiver libraries were not asked */
json_t *json_stack(struct js *js, const struct report *r);

/* The object of one protocol. */
json_t *json_protocol(struct js *js, const struct report *r, enum proto proto);

#endif

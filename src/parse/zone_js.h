/* zone_js: the JavaScript that `dnscontrol get-zones` prints, as values. Private to
 * src/parse/zone_js*.c.
 *
 * Layer: parse. */
#ifndef AUTHCHECK_PARSE_ZONE_JS_H
#define AUTHCHECK_PARSE_ZONE_JS_H

#include "zone_form.h"

enum js_kind { JS_STRING, JS_NUMBER, JS_WORD, JS_CALL, JS_LIST, JS_MAP };
struct js_value {
	enum js_kind kind;
	struct str text; /* a string's octets, the digits, the word, whose call it is */
	unsigned line, column;
	struct js_value *item; /* of a map keys and values in turn */
	size_t n, cap;
};

struct js {
	struct arena *arena;
	const char *file;
	struct str text;
	size_t at, line_at; /* the next octet, and the first of its line */
	unsigned line;
	unsigned inside; /* of how many calls, lists and maps */
	size_t values;
	const char *err;
};

/* ---- zone_js.c ---- */
/* Keeps the first thing that is none of what get-zones prints. */
void js_fail(struct js *j, unsigned line, unsigned column, const char *what);
void js_fail_here(struct js *j, const char *what);
/* Over blanks and comments to the next octet; 0 at the end. */
char js_peek(struct js *j);
/* The same, and over that octet when it is `c`. */
bool js_take(struct js *j, char c);
/* The next word; n 0: there is none. */
struct str js_word(struct js *j);
/* False, and the fault told. `depth` of lists within lists. */
bool js_value(struct js *j, unsigned depth, struct js_value *out);
/* Is it a word or call of that name? */
bool js_is(const struct js_value *v, enum js_kind kind, const char *text);

#endif

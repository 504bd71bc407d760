/* zone_form: zones that are kept in other forms than RFC 1035's, and how they become zones. Private
 * to src/parse/zone*.c.
 *
 * Layer: parse. All of these forms are YAML, JSON being nearly a part of it: one reader (libyaml)
 * makes a tree of any of them, each node with its line and column. What kind of file it is, the
 * tree's content tells. A converter for each kind then writes every record as one line of a BIND
 * zone file, with the place that it came from, and those lines are read as any zone file is: there
 * is one parser of record data. */
#ifndef AUTHCHECK_PARSE_ZONE_FORM_H
#define AUTHCHECK_PARSE_ZONE_FORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "str.h"
#include "zone.h"

enum {
	DOC_DEPTH_MAX = 64,
	DOC_NODES_MAX = 8 * 1024 * 1024,
	DOC_ANCHORS_MAX = 1000,
	DOC_OCTETS_MAX = 128 * 1024 * 1024,
	DRAFT_LINES_MAX = 2 * 1024 * 1024, /* of all zones of a file */
	DRAFT_ZONES_MAX = 10000,
};

/* ---- zone_doc.c, zone_doc_get.c: the tree ---- */
enum doc_kind { DOC_SCALAR, DOC_LIST, DOC_MAP };
struct doc_node;
struct doc_pair {
	const struct doc_node *key, *value;
};
struct doc_node {
	enum doc_kind kind;
	unsigned line, column; /* both from 1 */
	const char *file;      /* where it stands: the file itself, or one that it includes */
	bool plain;            /* a scalar without quotation marks: may be a number, null, true */
	struct str text;       /* a scalar's */
	const struct doc_node **item;
	struct doc_pair *pair;
	size_t n; /* of item, or of pair */
};

/* What a document may take in by octoDNS' "!include FILE": regular files at or below one folder, so
 * many of them and so deep, and none that is within itself. One for all documents of a zone. */
struct doc_files {
	const char *root;      /* the folder; NULL: nothing may be included */
	size_t octets;         /* read so far, all documents together */
	const char **included; /* paths, each begun with `root` */
	size_t n, cap;
};

bool doc_is_json(struct str text);
/* Does the text begin as YAML or JSON, and not as a BIND zone file? */
bool doc_sniff(struct str text);

/* Reads the text's only document. Aliases are the node that they name, an included file is the node
 * that its document is. False and *err ("FILE:LINE:COLUMN: …") when it cannot be read or is too
 * much. */
bool doc_read(struct arena *a, const char *file, struct str text, struct doc_files *files,
	      const struct doc_node **root, const char **err);

/* The value of a key, also of one that a merge key ("<<") brings; NULL: there is none, or it is
 * null, or `map` is NULL or no map. Of a key that stands twice the last value, as YAML and JSON
 * readers have it; a merge key that comes later counts as later, as octoDNS has it, and in its list
 * the first map counts. */
const struct doc_node *doc_get(const struct doc_node *map, const char *key);
/* The same; NULL when it is not of that kind. */
const struct doc_node *doc_list(const struct doc_node *map, const char *key);
/* A scalar's text; n 0 when there is none. */
struct str doc_text(const struct doc_node *map, const char *key);
/* Is it true, on, yes? */
bool doc_true(const struct doc_node *map, const char *key);
bool doc_is_null(const struct doc_node *n);
/* The pairs of a map in order, those that merge keys bring in their places; of a key that stands
 * twice the last. */
const struct doc_pair *doc_pairs(struct arena *a, const struct doc_node *map, size_t *n);
/* A list's items; a map or a scalar is a list of itself, NULL an empty one. */
size_t doc_items(const struct doc_node *n);
const struct doc_node *doc_item(const struct doc_node *n, size_t i);

/* ---- zone_draft.c: the lines ---- */
struct zone_draft_line {
	struct str text; /* one line of a zone file, names whole, newline at its end */
	const char *file;
	unsigned line, column;
	const char *fault;         /* no record: why; then `text` is what is quoted */
	const char *owner;         /* of such a line; NULL: not told */
	uint16_t type;             /* of such a line; 0: not told */
	enum zone_fault_kind kind; /* of such a line */
};
struct zone_draft {
	struct zone_drafts *all;
	const char *origin; /* as name.h has it */
	bool partial;       /* as in struct zone */
	struct zone_draft_line *line;
	size_t n, cap;
};
struct draft_choice;
struct draft_choices { /* hash table */
	struct draft_choice **slot;
	size_t n, cap;
};
struct zone_drafts {
	struct arena *arena;
	const char *file, *origin; /* the user's --origin, or what the file's name tells; or NULL */
	bool foreign;              /* as in struct zones */
	const char *err;           /* the first thing that makes it no file of zones */
	struct zone_draft **item;
	size_t n, cap, lines;
	struct draft_choices choices;
	struct zone_draft **slot; /* hash table by origin; the size is a power of two */
	size_t nslot;
};

/* The draft of that origin, made when there is none. NULL and all->err when there are too many. */
struct zone_draft *draft_zone(struct zone_drafts *all, const char *origin);

/* What all records of a set have in common. */
struct draft_set {
	struct zone_draft *zone;
	const char *owner; /* as name.h has it, or NULL: no name */
	struct str type;   /* as written */
	const char *ttl;   /* digits, perhaps with a unit */
};

/* A record from its data in presentation form. Names in it are whole, with or without a final dot.
 * `octal`: escapes are \OOO (Route 53) and not \DDD. */
void draft_data(const struct draft_set *s, const struct doc_node *at, struct str data, bool octal);
/* A TXT record of one text, parted at 255 octets. */
void draft_txt(const struct draft_set *s, const struct doc_node *at, struct str text);
/* A record from its fields, each in a key of its own. `keys` picks the column of names. */
enum draft_keys { KEYS_OCTODNS, KEYS_DNSCONTROL, KEYS_CLOUDFLARE };
/* False when the type is not one that is kept in fields. */
bool draft_fields(const struct draft_set *s, const struct doc_node *map, enum draft_keys keys);

/* There is a set of that type that the file does not tell, 0: of any; or, with `gone`, there is
 * none. */
void draft_hole(const struct draft_set *s, const struct doc_node *at, uint16_t type, bool gone);
/* A provider's record that stands for addresses (ALIAS, ANAME, a proxy, a redirect). */
void draft_addresses(const struct draft_set *s, const struct doc_node *at);
/* A line that is no record. The set of the type, or all of the name where there is none, is not
 * known. */
void draft_fault(const struct draft_set *s, const struct doc_node *at, const char *what);

void draft_line(struct zone_draft *z, const struct zone_draft_line *line);

/* ---- zone_choice.c: several sets of one name and type ---- */
/* One set of those that each asker gets one of, called `id`. False: its records are not to be made,
 * because they are there, or because another set is judged, which has been told. Sorts `value`. */
bool draft_choose(const struct draft_set *s, const struct doc_node *at, struct str id,
		  struct str *value, size_t n);
/* The same of a list of scalars, or of maps with the value in `key`. */
bool draft_choose_list(const struct draft_set *s, const struct doc_node *at, struct str id,
		       const struct doc_node *list, const char *key);

/* A name as a file has it: whole or, with `under`, below that one; U-labels become A-labels. NULL:
 * no name. */
const char *draft_name(struct arena *a, struct str text, const char *under);

/* ---- zone_text.c: the text of a line ---- */
struct draft_text {
	struct arena *arena;
	char *p;
	size_t n, cap;
};
void text_add(struct draft_text *t, char c);
void text_str(struct draft_text *t, struct str s);
/* \DDD */
void text_octet(struct draft_text *t, unsigned char c);
/* A name of name.h's, whole: with a final dot. */
void text_name(struct draft_text *t, const char *name);
/* A character-string of these octets. */
void text_quoted(struct draft_text *t, struct str s);
/* A word or, with `quoted`, a character-string of presentation form, its escapes as they are. */
void text_word(struct draft_text *t, struct str s, bool quoted);

/* A TTL as a zone file has it: of the forms of YAML 1.1's numbers (1_000, 0x12c, 1:00:00), a
 * decimal number; of any other text that text. */
const char *draft_ttl(struct arena *a, struct str text);

/* ---- the kinds ---- */
/* Makes drafts of the tree. False when it is not of that kind at all. */
typedef bool zone_form_fn(struct zone_drafts *d, const struct doc_node *root);
/* form_octodns() for one file of several, which may have no record at all. */
void form_octodns_add(struct zone_drafts *d, const struct doc_node *root);
zone_form_fn form_octodns, form_route53, form_dnscontrol, form_terraform;

/* Types of DNSControl that stand for what a provider answers: an alias, a redirect. */
bool dnscontrol_alias(struct str type);

/* ---- zone_tsv.c, zone_js.c: what `dnscontrol get-zones` prints ---- */
bool tsv_sniff(struct str text);
/* Makes drafts of the lines. */
void form_tsv(struct zone_drafts *d, struct str text);
bool js_sniff(struct str text);
/* The tree that `dnscontrol print-ir` would print of it. False and *err. */
bool js_read(struct arena *a, const char *file, struct str text, const struct doc_node **root,
	     const char **err);

/* ---- zone_form.c ---- */
/* Does the text begin as one of these forms, and not as a BIND zone file? */
bool zone_form_sniff(struct str text);
/* Reads a text of one of these forms. False and *err when it is none, or has no record. */
bool zone_form_read(struct arena *a, const char *file, struct str text, const char *origin,
		    struct doc_files *files, struct zone_drafts *out, const char **err);
/* Reads one file of several that octoDNS makes one zone of. False and out->err. */
bool zone_form_add(struct zone_drafts *out, const char *file, struct str text,
		   struct doc_files *files);

#endif

/* YAML and JSON as a tree of nodes with their places, by libyaml's events. */
#include <setjmp.h>
#include <yaml.h>

#include "zone_form.h"
#include "zone_read.h"

struct anchor {
	struct str name;
	const struct doc_node *node;
	size_t weight; /* nodes in it, those of aliases counted anew */
};

/* A list or map that is not closed yet. */
struct level {
	struct doc_node *node;
	size_t cap;
	const struct doc_node *key; /* of a map, when its value comes next */
	struct str anchor;
	size_t before; /* nodes when it was opened */
};

struct reader {
	struct arena *arena;
	const char *file;
	bool json;
	yaml_parser_t parser;
	yaml_event_t event;
	struct level level[DOC_DEPTH_MAX];
	unsigned depth;
	struct anchor *anchor;
	size_t nanchor, anchor_cap, nodes;
	const struct doc_node *root;
	const char *err;
	struct doc_files *files;
	const struct reader *outer; /* the document that this one is included by */
	const char *real; /* this one's file, free of links; NULL: nothing may be included */
	unsigned nesting;
};

static void fail(struct reader *r, yaml_mark_t at, const char *what)
{
	if (!r->err)
		r->err = arena_printf(r->arena, "%s:%zu:%zu: %s", r->file, at.line + 1,
				      at.column + 1, what);
}

/* ---- building ---- */

static struct str anchor_of(struct reader *r, const yaml_char_t *name)
{
	return name ? arena_str(r->arena, str_c((const char *)name)) : (struct str){ NULL, 0 };
}

static void keep_anchor(struct reader *r, struct str name, const struct doc_node *node,
			size_t weight)
{
	if (!name.n)
		return;
	for (size_t i = 0; i < r->nanchor; i++)
		if (str_eq(r->anchor[i].name, name)) {
			r->anchor[i].node = node;
			r->anchor[i].weight = weight;
			return;
		}
	if (r->nanchor == DOC_ANCHORS_MAX)
		return fail(r, r->event.start_mark, "too many anchors");
	r->anchor = arena_grow(r->arena, r->anchor, r->nanchor, &r->anchor_cap, sizeof(*r->anchor));
	r->anchor[r->nanchor++] = (struct anchor){ name, node, weight };
}

/* Aliases of aliases grow a tree without bound: what they stand for counts as if it were written
 * out. */
static void count(struct reader *r, size_t n)
{
	r->nodes += n;
	if (r->nodes > DOC_NODES_MAX)
		fail(r, r->event.start_mark, "too many values in one file");
}

static struct doc_node *node_new(struct reader *r, enum doc_kind kind)
{
	struct doc_node *n = ARENA_NEW(r->arena, struct doc_node);

	count(r, 1);
	n->kind = kind;
	n->file = r->file;
	n->line = (unsigned)r->event.start_mark.line + 1;
	n->column = (unsigned)r->event.start_mark.column + 1;
	return n;
}

/* Puts a node into the list or map that is open. */
static void place(struct reader *r, const struct doc_node *node)
{
	struct level *l = r->depth ? &r->level[r->depth - 1] : NULL;
	struct doc_node *in = l ? l->node : NULL;

	if (!l) {
		r->root = node;
	} else if (in->kind == DOC_LIST) {
		in->item = arena_grow(r->arena, in->item, in->n, &l->cap, sizeof(*in->item));
		in->item[in->n++] = node;
	} else if (!l->key) {
		l->key = node;
	} else {
		in->pair = arena_grow(r->arena, in->pair, in->n, &l->cap, sizeof(*in->pair));
		in->pair[in->n++] = (struct doc_pair){ l->key, node };
		l->key = NULL;
	}
}

static bool is_include(const struct reader *r, const yaml_char_t *tag)
{
	return !r->json && tag && strcmp((const char *)tag, "!include") == 0;
}

static void open_level(struct reader *r, enum doc_kind kind, const yaml_char_t *anchor,
		       const yaml_char_t *tag)
{
	if (is_include(r, tag))
		return fail(r, r->event.start_mark, "!include takes the name of one file");
	if (r->depth == DOC_DEPTH_MAX)
		return fail(r, r->event.start_mark, "lists and maps nested too deeply");
	r->level[r->depth] = (struct level){ .before = r->nodes,
					     .node = node_new(r, kind),
					     .anchor = anchor_of(r, anchor) };
	r->depth++;
}

static void close_level(struct reader *r)
{
	struct level *l = &r->level[--r->depth];

	keep_anchor(r, l->anchor, l->node, r->nodes - l->before + 1);
	place(r, l->node);
}

static struct str scalar_of(struct reader *r)
{
	return arena_str(r->arena, (struct str){ (const char *)r->event.data.scalar.value,
						 r->event.data.scalar.length });
}

/* ---- other files ---- */

static void read_text(struct reader *r, struct str text);

/* The text of an included file. False, and the fault told. */
static bool read_include(struct reader *r, struct reader *in, struct str name, struct str *text)
{
	struct arena *a = r->arena;
	struct doc_files *fs = r->files;
	const char *why = NULL, *of = arena_printf(a, "%.*s", (int)str_sub(name, 0, 200).n, name.p);

	if (!fs || !fs->root)
		why = "nothing is included here";
	else if (r->nesting == ZONE_DEPTH_MAX)
		why = "includes nested too deeply";
	else if (fs->n == ZONE_FILES_MAX)
		why = "too many files";
	else if (zone_file_within(a, fs->root, r->file, of, &in->file, &in->real, &why))
		for (const struct reader *o = r; o && !why; o = o->outer)
			if (o->real && strcmp(o->real, in->real) == 0)
				why = "the file includes itself";
	if (!why && zone_file_read(a, in->real, false, DOC_OCTETS_MAX - fs->octets, text, &why)) {
		fs->octets += text->n;
		fs->included = arena_grow(a, fs->included, fs->n, &fs->cap, sizeof(*fs->included));
		fs->included[fs->n++] = in->file;
		return true;
	}
	fail(r, r->event.start_mark, arena_printf(a, "!include %s: %s", of, why));
	return false;
}

/* "!include FILE" stands for the document of that file. */
static void take_include(struct reader *r, struct str name)
{
	struct reader *in = ARENA_NEW(r->arena, struct reader);
	struct str text;

	*in = (struct reader){ .arena = r->arena,
			       .files = r->files,
			       .outer = r,
			       .nodes = r->nodes,
			       .nesting = r->nesting + 1 };
	if (!read_include(r, in, name, &text))
		return;
	read_text(in, text);
	if (in->err) {
		r->err = r->err ? r->err : in->err;
		return;
	}
	if (!in->root) { /* an empty file is null */
		struct doc_node *null = node_new(in, DOC_SCALAR);

		null->plain = true;
		in->root = null;
	}
	keep_anchor(r, anchor_of(r, r->event.data.scalar.anchor), in->root, in->nodes - r->nodes);
	r->nodes = in->nodes;
	place(r, in->root);
}

static void take_scalar(struct reader *r)
{
	struct doc_node *n = node_new(r, DOC_SCALAR);

	n->plain = r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	n->text = scalar_of(r);
	keep_anchor(r, anchor_of(r, r->event.data.scalar.anchor), n, 1);
	place(r, n);
}

static void take_alias(struct reader *r)
{
	struct str name = str_c((const char *)r->event.data.alias.anchor);

	for (size_t i = 0; i < r->nanchor; i++)
		if (str_eq(r->anchor[i].name, name)) {
			count(r, r->anchor[i].weight);
			return place(r, r->anchor[i].node);
		}
	fail(r, r->event.start_mark, "an alias of what does not stand before it");
}

static void take_event(struct reader *r)
{
	switch (r->event.type) {
	case YAML_SCALAR_EVENT:
		if (is_include(r, r->event.data.scalar.tag))
			take_include(r, scalar_of(r));
		else
			take_scalar(r);
		break;
	case YAML_ALIAS_EVENT: take_alias(r); break;
	case YAML_SEQUENCE_START_EVENT:
		open_level(r, DOC_LIST, r->event.data.sequence_start.anchor,
			   r->event.data.sequence_start.tag);
		break;
	case YAML_MAPPING_START_EVENT:
		open_level(r, DOC_MAP, r->event.data.mapping_start.anchor,
			   r->event.data.mapping_start.tag);
		break;
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT: close_level(r); break;
	case YAML_DOCUMENT_START_EVENT:
		if (r->root)
			fail(r, r->event.start_mark, "a second document in one file");
		break;
	default: break;
	}
}

/* libyaml's own words for what is wrong. */
static void fail_syntax(struct reader *r)
{
	const yaml_parser_t *p = &r->parser;
	const char *kind = r->json ? "JSON" : "YAML";

	if (p->error == YAML_MEMORY_ERROR)
		fail(r, p->mark, "out of memory");
	else if (p->error == YAML_READER_ERROR)
		r->err = arena_printf(r->arena, "%s: no %s: %s at octet %zu", r->file, kind,
				      p->problem, p->problem_offset);
	else
		fail(r, p->problem_mark,
		     arena_printf(r->arena, "no %s that can be read: %s", kind, p->problem));
}

static void read_all(struct reader *r)
{
	bool end = false;

	while (!r->err && !end) {
		if (!yaml_parser_parse(&r->parser, &r->event))
			return fail_syntax(r);
		take_event(r);
		end = r->event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&r->event);
	}
}

/* ---- the text ---- */

static bool hex4(struct str s, size_t at, uint32_t *out)
{
	*out = 0;
	for (size_t i = at; i < at + 4; i++) {
		char c = i < s.n ? ascii_lower(s.p[i]) : 'x';

		if (!ascii_is_digit((unsigned char)c) && (c < 'a' || c > 'f'))
			return false;
		*out = *out << 4 |
		       (uint32_t)(ascii_is_digit((unsigned char)c) ? c - '0' : c - 'a' + 10);
	}
	return true;
}

/* The character that two escapes of JSON's make at `at`, or 0. */
static uint32_t surrogate_pair(struct str s, size_t at)
{
	uint32_t high, low;

	if (!str_starts(str_sub(s, at + 6, 2), S("\\u")) || !hex4(s, at + 2, &high) ||
	    !hex4(s, at + 8, &low) || high > 0xdbff || low < 0xdc00 || low > 0xdfff)
		return 0;
	return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

/* JSON writes what is beyond U+FFFF as two escapes (RFC 8259 7), which YAML does not know: they
 * become one of YAML's. Half a pair becomes U+FFFD. */
static struct str join_surrogates(struct arena *a, struct str text)
{
	size_t n = 0;
	char *p;

	if (str_find_str_ci(text, S("\\ud")) < 0)
		return text;
	p = arena_alloc(a, text.n + 1);
	for (size_t i = 0; i < text.n;) {
		uint32_t unit, wide;

		if (text.p[i] != '\\' || !str_starts(str_sub(text, i, 2), S("\\u")) ||
		    !hex4(text, i + 2, &unit) || unit < 0xd800 || unit > 0xdfff) {
			if (text.p[i] == '\\' && i + 1 < text.n)
				p[n++] = text.p[i++];
			p[n++] = text.p[i++];
			continue;
		}
		wide = surrogate_pair(text, i);
		memcpy(p + n, wide ? arena_printf(a, "\\U%08X", (unsigned)wide) : "\\uFFFD",
		       wide ? 10 : 6);
		n += wide ? 10 : 6;
		i += wide ? 12 : 6;
	}
	return (struct str){ p, n };
}

static void read_document(struct reader *r, struct str text)
{
	jmp_buf full, *outer = r->arena->oom;

	if (!yaml_parser_initialize(&r->parser))
		arena_full(r->arena);
	r->arena->oom = &full;
	if (setjmp(full) != 0) {
		r->arena->oom = outer;
		yaml_event_delete(&r->event);
		yaml_parser_delete(&r->parser);
		arena_full(r->arena);
	}
	yaml_parser_set_encoding(&r->parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r->parser, (const unsigned char *)text.p, text.n);
	read_all(r);
	yaml_event_delete(&r->event);
	yaml_parser_delete(&r->parser);
	r->arena->oom = outer;
}

static void read_text(struct reader *r, struct str text)
{
	if (str_starts(text, S("\xef\xbb\xbf")))
		text = str_from(text, 3);
	r->json = doc_is_json(text);
	if (text.n > DOC_OCTETS_MAX)
		r->err = arena_printf(r->arena, "%s: more than 128 MiB in one file", r->file);
	else
		read_document(r, r->json ? join_surrogates(r->arena, text) : text);
}

bool doc_read(struct arena *a, const char *file, struct str text, struct doc_files *files,
	      const struct doc_node **root, const char **err)
{
	struct reader *r = ARENA_NEW(a, struct reader);
	const char *why;

	r->arena = a;
	r->file = file;
	r->files = files;
	if (files && files->root)
		zone_file_within(a, files->root, NULL, file, NULL, &r->real, &why);
	read_text(r, text);
	*root = r->root;
	if (!r->err && !r->root)
		r->err = arena_printf(a, "%s: there are no records in it", file);
	*err = r->err;
	return !r->err;
}

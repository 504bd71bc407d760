/* Logos: SVG Tiny Portable/Secure (draft-svg-tiny-ps-abrotman 2).
 *
 * expat calls back while it reads. What is found is kept in a table of fixed size, and becomes
 * faults when expat is done: an arena that is full must not jump out through the library. */
#include "svg.h"

#include <expat.h>
#include <zlib.h>

#include "buf.h"

/* expat puts this between a namespace and a name. */
#define SEPARATOR '|'
#define SVG_NAME  "http://www.w3.org/2000/svg|"
#define XLINK     "http://www.w3.org/1999/xlink|"

enum { KEPT_MAX = 16, WORD_MAX = 40, DEPTH_MAX = 200, GZIP_WINDOW = 15 + 16, CHUNK = 16 * 1024 };

struct kept {
	enum svg_fault code;
	unsigned long line;
	char word[WORD_MAX + 1]; /* printable; the element's or attribute's name */
};

struct walk {
	XML_Parser parser;
	struct kept kept[KEPT_MAX];
	size_t nkept;
	unsigned depth, titles;
	bool in_title, has_text; /* within the root's title; it says something */
};

/* Those of SVG Tiny 1.2 that the profile leaves: 2.1 and 2.2 of the draft. */
static const char *const elements[] = {
	"svg",
	"title",
	"desc",
	"metadata",
	"g",
	"defs",
	"use",
	"path",
	"rect",
	"circle",
	"line",
	"ellipse",
	"polyline",
	"polygon",
	"text",
	"tspan",
	"textArea",
	"tbreak",
	"linearGradient",
	"radialGradient",
	"stop",
	"solidColor",
	"font",
	"font-face",
	"font-face-src",
	"font-face-name",
	"font-face-uri",
	"glyph",
	"missing-glyph",
	"hkern",
};

/* ---- unpacking ---- */

static bool inflate_all(z_stream *z, struct buf *out)
{
	unsigned char chunk[CHUNK];
	int rc;

	do {
		z->next_out = chunk;
		z->avail_out = sizeof(chunk);
		rc = inflate(z, Z_NO_FLUSH);
		buf_add(out, chunk, sizeof(chunk) - z->avail_out);
	} while (rc == Z_OK && !out->failed);
	return rc == Z_STREAM_END && !out->failed;
}

bool svg_unpack(struct arena *a, struct str body, struct str *out)
{
	z_stream z = { 0 };
	struct buf b;
	bool ok;

	*out = body;
	if (!str_starts(body, S("\x1f\x8b")))
		return true;
	*out = (struct str){ "", 0 };
	if (body.n > SVG_OCTETS_MAX || inflateInit2(&z, GZIP_WINDOW) != Z_OK)
		return false;
	buf_init(&b, SVG_OCTETS_MAX);
	z.next_in = (unsigned char *)(uintptr_t)body.p;
	z.avail_in = (unsigned)body.n;
	ok = inflate_all(&z, &b);
	inflateEnd(&z);
	if (ok)
		*out = arena_str(a, buf_str(&b));
	buf_free(&b);
	return ok;
}

/* ---- what is found ---- */

static void keep(struct walk *w, enum svg_fault code, const char *word)
{
	struct kept *k = &w->kept[w->nkept];
	size_t n = 0;

	for (size_t i = 0; i < w->nkept; i++)
		if (w->kept[i].code == code && strncmp(w->kept[i].word, word, WORD_MAX) == 0)
			return;
	if (w->nkept == KEPT_MAX)
		return;
	w->nkept++;
	k->code = code;
	k->line = XML_GetCurrentLineNumber(w->parser);
	for (; word[n] && n < WORD_MAX; n++)
		k->word[n] = word[n];
	k->word[n] = '\0';
}

/* ---- what expat calls ---- */

static bool is_element(const char *name)
{
	for (size_t i = 0; i < sizeof(elements) / sizeof(elements[0]); i++)
		if (strcmp(name, elements[i]) == 0)
			return true;
	return false;
}

/* "url(" that is not followed by "#", blanks and a quotation mark aside. */
static bool has_external_url(const char *value)
{
	for (const char *p = value; (p = strstr(p, "url("));) {
		p += 4;
		while (is_wsp(*p) || *p == '"' || *p == '\'')
			p++;
		if (*p != '#')
			return true;
	}
	return false;
}

static void read_attribute(struct walk *w, const char *name, const char *value)
{
	bool link = strcmp(name, "href") == 0 || strcmp(name, XLINK "href") == 0;

	if (strchr(name, SEPARATOR) && !link)
		return;
	if (name[0] == 'o' && name[1] == 'n')
		keep(w, SVG_FAULT_EVENT, name);
	else if ((link && value[0] != '#') || has_external_url(value))
		keep(w, SVG_FAULT_EXTERNAL, link ? "href" : name);
}

static void read_root(struct walk *w, const char *name, const char **attributes)
{
	const char *version = "", *profile = "";

	if (strcmp(name, SVG_NAME "svg") != 0) {
		keep(w, SVG_FAULT_ROOT,
		     strrchr(name, SEPARATOR) ? strrchr(name, SEPARATOR) + 1 : name);
		return;
	}
	for (; *attributes; attributes += 2) {
		if (strcmp(attributes[0], "version") == 0)
			version = attributes[1];
		else if (strcmp(attributes[0], "baseProfile") == 0)
			profile = attributes[1];
		else if (strcmp(attributes[0], "x") == 0 || strcmp(attributes[0], "y") == 0)
			keep(w, SVG_FAULT_PLACE, attributes[0]);
	}
	if (strcmp(version, "1.2") != 0)
		keep(w, SVG_FAULT_VERSION, version);
	if (strcmp(profile, "tiny-ps") != 0)
		keep(w, SVG_FAULT_PROFILE, profile);
}

static void on_start(void *arg, const char *name, const char **attributes)
{
	struct walk *w = arg;
	size_t n = strlen(SVG_NAME);
	bool own = strncmp(name, SVG_NAME, n) == 0;

	if (++w->depth == 1)
		read_root(w, name, attributes);
	else if (own && !is_element(name + n))
		keep(w, SVG_FAULT_ELEMENT, name + n);
	if (w->depth == 2 && own && strcmp(name + n, "title") == 0) {
		w->titles++;
		w->in_title = true;
	}
	for (; *attributes; attributes += 2)
		read_attribute(w, attributes[0], attributes[1]);
	if (w->depth == DEPTH_MAX) {
		keep(w, SVG_FAULT_XML, "elements are nested too deep");
		XML_StopParser(w->parser, XML_FALSE);
	}
}

static void on_end(void *arg, const char *name)
{
	struct walk *w = arg;

	(void)name;
	if (w->depth-- == 2)
		w->in_title = false;
}

static void on_text(void *arg, const char *text, int n)
{
	struct walk *w = arg;

	for (int i = 0; w->in_title && i < n; i++)
		w->has_text |= (unsigned char)text[i] > ' ';
}

/* An entity of the file's own is never needed, and can be made to grow without bound. */
static void on_entity(void *arg, const char *name, int is_parameter, const char *value, int n,
		      const char *base, const char *system, const char *public,
		      const char *notation)
{
	struct walk *w = arg;

	(void)is_parameter, (void)value, (void)n, (void)base, (void)system, (void)public;
	(void)notation;
	keep(w, SVG_FAULT_XML, "it declares an entity");
	(void)name;
	XML_StopParser(w->parser, XML_FALSE);
}

static void walk_text(struct walk *w, struct str text)
{
	enum XML_Status status;

	XML_SetUserData(w->parser, w);
	XML_SetElementHandler(w->parser, on_start, on_end);
	XML_SetCharacterDataHandler(w->parser, on_text);
	XML_SetEntityDeclHandler(w->parser, on_entity);
	status = XML_Parse(w->parser, text.p, (int)text.n, XML_TRUE);
	if (status == XML_STATUS_OK) {
		if (w->titles != 1 || !w->has_text)
			keep(w, SVG_FAULT_TITLE,
			     !w->titles      ? "there is no <title>"
			     : w->titles > 1 ? "there is more than one <title>"
					     : "the <title> is empty");
	} else if (XML_GetErrorCode(w->parser) != XML_ERROR_ABORTED) {
		keep(w, SVG_FAULT_XML, XML_ErrorString(XML_GetErrorCode(w->parser)));
	}
}

/* ---- in words ---- */

/* Other people's text within ours: printable, and short already. */
static const char *printable(struct arena *a, const char *word)
{
	char *p = arena_strdup(a, word);

	for (char *c = p; *c; c++)
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	return p;
}

static const char *text_of(struct arena *a, const struct kept *k)
{
	const char *word = printable(a, k->word);

	switch (k->code) {
	case SVG_FAULT_XML: return arena_printf(a, "no valid XML: line %lu: %s", k->line, word);
	case SVG_FAULT_ROOT:
		return arena_printf(
			a,
			"the root is <%s>, not an <svg> of the namespace http://www.w3.org/2000/svg",
			word);
	case SVG_FAULT_VERSION:
		return *word ? arena_printf(a, "version=\"%s\" instead of \"1.2\"", word)
			     : "version=\"1.2\" is missing";
	case SVG_FAULT_PROFILE:
		return *word ? arena_printf(a, "baseProfile=\"%s\" instead of \"tiny-ps\"", word)
			     : "baseProfile=\"tiny-ps\" is missing";
	case SVG_FAULT_PLACE: return arena_printf(a, "the root has the attribute %s", word);
	case SVG_FAULT_ELEMENT: return arena_printf(a, "line %lu: <%s>", k->line, word);
	case SVG_FAULT_EVENT:
		return arena_printf(a, "line %lu: the script attribute %s", k->line, word);
	case SVG_FAULT_EXTERNAL:
		return arena_printf(a, "line %lu: %s leads out of the file", k->line, word);
	default: return word;
	}
}

void parse_svg(struct arena *a, struct str body, struct svg *out)
{
	struct walk w = { 0 };

	*out = (struct svg){ .text = { "", 0 } };
	if (!svg_unpack(a, body, &out->text) || out->text.n > SVG_OCTETS_MAX) {
		out->text = (struct str){ "", 0 };
		fault_add(a, &out->faults, SVG_FAULT_GZIP, (struct span){ 0, 0 },
			  "it cannot be unpacked, or is far too large");
		return;
	}
	w.parser = XML_ParserCreateNS(NULL, SEPARATOR);
	if (!w.parser) {
		fault_add(a, &out->faults, SVG_FAULT_XML, (struct span){ 0, 0 },
			  "there is no memory to read it");
		return;
	}
	walk_text(&w, out->text);
	XML_ParserFree(w.parser);
	for (size_t i = 0; i < w.nkept; i++)
		fault_add(a, &out->faults, (int)w.kept[i].code, (struct span){ 0, 0 },
			  text_of(a, &w.kept[i]));
	if (out->text.n > SVG_OCTETS_ADVISED)
		fault_add(a, &out->faults, SVG_FAULT_SIZE, (struct span){ 0, 0 },
			  arena_printf(a, "%zu octets, %d are advised at most", out->text.n,
				       SVG_OCTETS_ADVISED));
}

/* Reading a zone file: entries to libzscanner, directives here. */
#include "zone_read.h"
#include "name.h"
#include "zone_form.h"

/* What an error of libzscanner is called here, where its own words are not enough. */
static const struct {
	int code;
	const char *text;
} words[] = {
	{ ZS_UNCLOSED_MULTILINE, "a parenthesis is opened here and never closed" },
	{ ZS_RIGHT_PARENTHESIS, "a closing parenthesis without an opening one" },
	{ ZS_UNSUPPORTED_TYPE,
	  "not a known record type (a name must begin at the very start of its line)" },
	{ ZS_BAD_PREVIOUS_OWNER,
	  "the line begins with a blank, and there is no name before it to stand for it" },
	{ ZS_BAD_OWNER, "a name with a character that needs escaping as \\DDD, or an empty label" },
	{ ZS_BAD_DNAME_CHAR,
	  "a name with a character that needs escaping as \\DDD, or an empty label" },
	{ ZS_LABEL_OVERFLOW, "a label of a name is over 63 octets" },
	{ ZS_DNAME_OVERFLOW, "a name is over 255 octets" },
	{ ZS_ITEM_OVERFLOW,
	  "a character-string is over 255 octets: part it into several, \"…\" \"…\"" },
	{ ZS_TEXT_OVERFLOW, "the record is over 65535 octets" },
	{ ZS_RDATA_OVERFLOW, "the record is over 65535 octets" },
	{ ZS_BAD_IPV4, "not an IPv4 address" },
	{ ZS_BAD_IPV6, "not an IPv6 address" },
	{ ZS_BAD_ADDRESS_CHAR, "not an address" },
	{ ZS_BAD_TEXT, "text with a quotation mark or a backslash in a wrong place" },
	{ ZS_BAD_TEXT_CHAR, "text with a quotation mark or a backslash in a wrong place" },
	{ ZS_BAD_REST, "something stands behind the record that does not belong to it" },
	{ ZS_BAD_RDATA, "the data does not fit the record's type" },
	{ ZS_BAD_NUMBER, "not a number" },
	{ ZS_BAD_TTL, "$TTL without a TTL" },
};

static const char *error_text(int code)
{
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].code == code)
			return words[i].text;
	return zs_strerror(code) ? zs_strerror(code) : "cannot be read";
}

/* `line`'s text for people: at most 60 columns of it, printable. */
static const char *quote(struct arena *a, const struct zone_entry *e, unsigned line)
{
	struct str s = e->text;
	char *p;

	for (unsigned at = e->line; at < line; at++) {
		ptrdiff_t end = str_find(s, '\n');

		if (end < 0)
			break;
		s = str_from(s, (size_t)end + 1);
	}
	if (str_find(s, '\n') >= 0)
		s.n = (size_t)str_find(s, '\n');
	if (s.n && s.p[s.n - 1] == '\r')
		s.n--;
	s = str_trim(s);
	p = arena_alloc(a, 64);
	for (size_t i = 0; i < s.n && i < 60; i++)
		p[i] = s.p[i] == '\t' ? ' ' : s.p[i] < 0x20 || s.p[i] > 0x7e ? '?' : s.p[i];
	if (s.n > 60)
		memcpy(p + 57, "...", 3);
	return p;
}

/* Does the scanner know whose record it fails on? */
static bool knows_owner(const zs_scanner_t *s)
{
	if (!s || !s->r_owner_length || s->state != ZS_STATE_ERROR)
		return s && s->r_owner_length && s->r_type;
	return s->error.code != ZS_BAD_OWNER && s->error.code != ZS_BAD_PREVIOUS_OWNER &&
	       s->error.code != ZS_LABEL_OVERFLOW && s->error.code != ZS_DNAME_OVERFLOW &&
	       s->error.code != ZS_RIGHT_PARENTHESIS;
}

/* "@ 300 IN ALIAS web.example.net.": PowerDNS's own. Other servers refuse it; what else stands at
 * the name is there all the same. */
static bool is_alias(const struct zone_entry *e)
{
	struct str word[5];
	size_t n = zone_entry_words(e, word, 5);

	/* the first word is the owner, unless the line begins with a blank */
	for (size_t i = is_wsp(e->text.p[0]) ? 0 : 1; i < n && i < 5; i++)
		if (str_eq_ci(word[i], S("ALIAS")) || str_eq_ci(word[i], S("ANAME")))
			return true;
	return false;
}

void zone_read_fail(struct zone_place *at, unsigned line, const struct zone_entry *e,
		    const char *what)
{
	struct zone_reader *r = at->r;
	struct zone_trouble t = {
		.file = at->file, .line = line, .column = at->column, .what = what
	};

	/* Only the user's own file is quoted from: $INCLUDE may name a file whose content is
	 * nobody's business. */
	if (e && at->depth == 0)
		t.quote = quote(r->arena, e, line);
	if (!r->err)
		r->err = arena_printf(r->arena, "%s:%u: %s%s%s", at->file, line, what,
				      t.quote ? ": " : "", t.quote ? t.quote : "");
	if (knows_owner(at->s)) {
		t.owner = at->s->r_owner;
		t.owner_len = at->s->r_owner_length;
		t.type = at->s->r_type;
		t.addresses = e && at->s->state == ZS_STATE_ERROR &&
			      at->s->error.code == ZS_UNSUPPORTED_TYPE && is_alias(e);
	}
	if (r->trouble)
		r->trouble(r, &t);
	if (++r->errors >= ZONE_ERRORS_MAX)
		r->stop = r->partial = true;
}

/* A fresh scanner that keeps nothing of the heap: the one string that zs_init() allots, a path for
 * its own $INCLUDE, is not used. */
static void scanner_init(zs_scanner_t *s)
{
	zs_init(s, ".", 1, 3600);
	zs_deinit(s);
	s->path = NULL;
}

static void set_origin(zs_scanner_t *s, const uint8_t *wire, size_t n)
{
	memcpy(s->zone_origin, wire, n);
	s->zone_origin_length = (uint32_t)n;
}

/* After an error the scanner's state machine is somewhere within the broken line: begin anew, with
 * what the lines before said. */
static void scanner_reset(zs_scanner_t *s)
{
	uint8_t origin[255], owner[255];
	size_t norigin = s->zone_origin_length, nowner = s->r_owner_length;
	uint32_t ttl = s->default_ttl;

	if (nowner > sizeof(owner))
		nowner = 0;
	memcpy(origin, s->zone_origin, norigin);
	memcpy(owner, s->r_owner, nowner);
	scanner_init(s);
	set_origin(s, origin, norigin);
	memcpy(s->r_owner, owner, nowner);
	s->r_owner_length = (uint32_t)nowner;
	s->default_ttl = ttl;
}

static bool is_name_error(const zs_scanner_t *s)
{
	return s->state == ZS_STATE_ERROR &&
	       (s->error.code == ZS_BAD_OWNER || s->error.code == ZS_BAD_DNAME_CHAR);
}

static void scan(zs_scanner_t *s, unsigned line, struct str text)
{
	s->line_counter = line;
	s->r_type = 0;
	zs_set_input_string(s, text.p, text.n);
	zs_parse_record(s);
}

/* Scans the entry; again with escapes where a name has an octet that name servers take and
 * libzscanner does not (people write records as targets of a CNAME: "v=DMARC1\;"). */
static struct str scan_entry(struct zone_place *at, const struct zone_entry *e)
{
	struct arena *a = at->r->arena;
	struct str text = e->odd ? zone_entry_plain(a, e, ZONE_ESCAPE_NONE) : e->text;
	enum zone_escape how = is_wsp(e->text.p[0]) ? ZONE_ESCAPE_ALL : ZONE_ESCAPE_OWNER;

	scan(at->s, e->line, text);
	for (; how <= ZONE_ESCAPE_ALL && is_name_error(at->s); how++) {
		scanner_reset(at->s);
		text = zone_entry_plain(a, e, how);
		scan(at->s, e->line, text);
	}
	return text;
}

void zone_read_record(struct zone_place *at, const struct zone_entry *e)
{
	zs_scanner_t *s = at->s;
	struct str text = scan_entry(at, e);

	if (e->open_paren) {
		zone_read_fail(at, e->line, e, error_text(ZS_UNCLOSED_MULTILINE));
		scanner_reset(s);
	} else if (s->state == ZS_STATE_DATA && s->input.start == text.p &&
		   s->input.end - s->input.current > 1) {
		zone_read_fail(at, e->line, e, "more than one record where one was expected");
		scanner_reset(s);
	} else if (s->state == ZS_STATE_DATA) {
		struct zone_raw raw = {
			.owner = s->r_owner,
			.owner_len = s->r_owner_length,
			.type = s->r_type,
			.ttl_s = s->r_ttl,
			.data = s->r_data,
			.data_len = s->r_data_length,
			.file = at->file,
			.line = e->line,
			.column = at->column,
			.longest = e->longest,
		};

		if (!at->r->record(at->r, &raw))
			at->r->stop = true;
	} else if (s->state != ZS_STATE_EOF) {
		if (e->open_quote)
			zone_read_fail(
				at, e->line, e,
				"a quotation mark is opened here and not closed on the line");
		else
			zone_read_fail(at, (unsigned)s->line_counter, e, error_text(s->error.code));
		scanner_reset(s);
	}
}

/* The name that a word of a directive means, relative to the origin as it stands. NULL: no name. */
static const char *relative_name(struct zone_place *at, struct str word)
{
	struct arena *a = at->r->arena;
	struct input in = input_of(at->s->zone_origin, at->s->zone_origin_length);
	const char *origin = name_from_wire(a, &in);
	struct str dot = word;

	if (!origin || str_eq(word, S("@")))
		return origin;
	/* A final dot counts when an even number of backslashes stands before it. */
	if (word.n && word.p[word.n - 1] == '.') {
		for (dot.n--; dot.n && dot.p[dot.n - 1] == '\\'; dot.n--)
			;
		if ((word.n - 1 - dot.n) % 2 == 0)
			return name_from_text(a, word);
	}
	return name_from_text(a, word) ? name_join(a, arena_strndup(a, word.p, word.n), origin)
				       : NULL;
}

static void read_text(struct zone_place *at, struct str text);

/* The scanner of a file: each depth of $INCLUDE has one, made when it is first needed. */
static zs_scanner_t *scanner_at(struct zone_reader *r, unsigned depth, const char *origin)
{
	uint8_t wire[255];
	size_t n = name_to_wire(origin, wire);

	zs_scanner_t **s = &r->scanners->at[depth];

	if (!*s)
		*s = ARENA_NEW(&r->scanners->arena, zs_scanner_t);
	scanner_init(*s);
	set_origin(*s, wire, n);
	return *s;
}

static void include_file(struct zone_place *at, const struct zone_entry *e, const char *name,
			 const char *origin)
{
	struct zone_reader *r = at->r;
	struct zone_place in = { .r = r, .depth = at->depth + 1 };
	struct str text;
	const char *why = NULL;

	in.file = zone_file_beside(r->arena, at->file, name);
	if (!r->may_include)
		why = "$INCLUDE is not obeyed here";
	else if (in.depth > ZONE_DEPTH_MAX || ++r->files > ZONE_FILES_MAX)
		why = "too many $INCLUDE, one within another: does a file include itself?";
	else if (!zone_file_read(r->arena, in.file, false, ZONE_OCTETS_MAX - r->octets, &text,
				 &why))
		why = arena_printf(r->arena, "$INCLUDE %s: %s", name, why);
	if (why) {
		r->partial = true;
		return zone_read_fail(at, e->line, NULL, why);
	}
	r->octets += text.n;
	in.s = scanner_at(r, in.depth, origin);
	in.s->default_ttl = at->s->default_ttl;
	/* A first line that begins with a blank is about the name last spoken of, as BIND has it.
	 */
	memcpy(in.s->r_owner, at->s->r_owner, sizeof(in.s->r_owner));
	in.s->r_owner_length = at->s->r_owner_length;
	read_text(&in, text);
}

static void directive(struct zone_place *at, const struct zone_entry *e)
{
	struct zone_reader *r = at->r;
	struct str word[3];
	size_t n = zone_entry_words(e, word, 3);
	const char *name;

	at->s->r_type = 0; /* what is wrong from here on is no record */
	if (str_eq_ci(word[0], S("$TTL"))) {
		zone_read_record(at, e);
	} else if (str_eq_ci(word[0], S("$ORIGIN"))) {
		uint8_t wire[255];

		name = n == 2 ? relative_name(at, word[1]) : NULL;
		if (!name)
			return zone_read_fail(at, e->line, e, "$ORIGIN without a domain name");
		set_origin(at->s, wire, name_to_wire(name, wire));
		if (!r->first_origin)
			r->first_origin = name;
	} else if (str_eq_ci(word[0], S("$INCLUDE"))) {
		name = n == 2   ? relative_name(at, S("@"))
		       : n == 3 ? relative_name(at, word[2])
				: NULL;
		if (!name || !word[1].n)
			return zone_read_fail(at, e->line, e,
					      "$INCLUDE needs a file and perhaps an origin");
		include_file(at, e, arena_strndup(r->arena, word[1].p, word[1].n), name);
	} else if (str_eq_ci(word[0], S("$GENERATE"))) {
		zone_generate(at, e);
	} else {
		zone_read_fail(at, e->line, e,
			       "a directive other than $ORIGIN, $TTL, $INCLUDE and $GENERATE");
	}
}

/* Behind the first line of the entry at `pos`, and those that go on with it: they begin with a
 * blank. */
static size_t behind_first(struct str text, size_t pos, unsigned *line)
{
	do {
		ptrdiff_t end = str_find(str_from(text, pos), '\n');

		pos = end < 0 ? text.n : pos + (size_t)end + 1;
		++*line;
	} while (pos < text.n && is_wsp(text.p[pos]));
	return pos;
}

/* A parenthesis without its fellow swallows the rest of the file. What was meant is likely one
 * line, or lines that begin with blanks: reading goes on behind them, a few times. */
static void recover(struct zone_place *at, struct str text, struct zone_entry *e, size_t *pos,
		    unsigned *line)
{
	size_t from = *pos - e->text.n, to;

	if (++at->r->recovered > ZONE_RECOVER_MAX) {
		at->r->partial = true;
		return;
	}
	*line = e->line;
	to = behind_first(text, from, line);
	*pos = to;
	e->text = str_sub(text, from, to - from);
}

static void read_text(struct zone_place *at, struct str text)
{
	struct zone_entry e;
	unsigned line = 1;
	size_t pos = str_starts(text, S("\xef\xbb\xbf")) ? 3 : 0;

	while (!at->r->stop && zone_entry_next(text, &pos, &line, &e)) {
		if (e.open_paren)
			recover(at, text, &e, &pos, &line);
		if (e.text.p[0] == '$')
			directive(at, &e);
		else if (!e.blank || e.open_paren)
			zone_read_record(at, &e);
	}
}

void zone_read(struct zone_reader *r, const char *file, struct str text, const char *origin)
{
	struct zone_place at = { .r = r, .file = file };

	r->octets += text.n;
	at.s = scanner_at(r, 0, origin);
	read_text(&at, text);
}

/* A line that is no fault of the file, and is left out all the same. */
static void tell_choice(struct zone_place *at, const struct zone_draft_line *l,
			const struct zone_entry *e)
{
	uint8_t owner[255];
	struct zone_trouble t = {
		.file = at->file,
		.line = l->line,
		.column = l->column,
		.what = l->fault,
		.quote = quote(at->r->arena, e, e->line),
		.owner = owner,
		.owner_len = name_to_wire(l->owner, owner),
		.kind = l->kind,
	};

	if (at->r->trouble)
		at->r->trouble(at->r, &t);
}

void zone_read_draft(struct zone_reader *r, const struct zone_draft *d, const char *origin)
{
	struct zone_place at = { .r = r };

	at.s = scanner_at(r, 0, origin);
	for (size_t i = 0; i < d->n && !r->stop; i++) {
		const struct zone_draft_line *l = &d->line[i];
		struct zone_entry e;
		unsigned line = l->line;
		size_t pos = 0;

		at.file = l->file;
		at.column = l->column;
		if (zone_entry_next(l->text, &pos, &line, &e)) {
			e.line = l->line;
			at.s->r_type = l->type;
			if (l->type && l->owner)
				at.s->r_owner_length = (uint32_t)name_to_wire(l->owner,
									      at.s->r_owner);
			if (l->fault && l->kind != ZONE_BAD_LINE)
				tell_choice(&at, l, &e);
			else if (l->fault)
				zone_read_fail(&at, l->line, &e, l->fault);
			else
				zone_read_record(&at, &e);
		}
	}
}

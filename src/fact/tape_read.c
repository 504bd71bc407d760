/* Tapes, read. The format is in tape.h.
 *
 * A line is cut into words: quoted text is one word, and keeps that it was quoted. The words are
 * then read from left to right with one cursor. */
#include "name.h"
#include "tape.h"

struct word {
	struct str text; /* unescaped */
	bool quoted;
	struct str key; /* key="value": the key; else empty */
};

struct line {
	struct arena *arena;
	struct word *word;
	size_t n, at;
	const char *err;
};

static void fail(struct line *l, const char *err)
{
	if (!l->err)
		l->err = err;
}

/* One escaped octet behind a backslash at p[*at]; false when there is none. */
static bool unescape(struct str s, size_t *at, char *out)
{
	char c = *at < s.n ? s.p[*at] : '\0';

	if (c == '"' || c == '\\') {
		*out = c;
	} else if (c == 'r' || c == 'n' || c == 't') {
		*out = c == 'r' ? '\r' : c == 'n' ? '\n' : '\t';
	} else {
		uint32_t v;

		if (str_sub(s, *at, 3).n != 3 || !str_to_u32(str_sub(s, *at, 3), 255, &v))
			return false;
		*out = (char)(unsigned char)v;
		*at += 2;
	}
	++*at;
	return true;
}

/* Reads quoted text from s[*at], which stands behind the opening mark, to behind the closing one.
 */
static bool read_quoted(struct arena *a, struct str s, size_t *at, struct str *out)
{
	char *p = arena_alloc(a, s.n - *at + 1);
	size_t n = 0;

	while (*at < s.n && s.p[*at] != '"') {
		char c = s.p[(*at)++];

		if (c == '\\' && !unescape(s, at, &c))
			return false;
		p[n++] = c;
	}
	if (*at >= s.n)
		return false;
	++*at;
	*out = (struct str){ p, n };
	return true;
}

static bool split(struct line *l, struct str s)
{
	size_t cap = 0, at = 0;

	for (;;) {
		struct word w = { 0 };
		size_t from;

		while (at < s.n && is_wsp(s.p[at]))
			at++;
		if (at >= s.n)
			return true;
		from = at;
		while (at < s.n && !is_wsp(s.p[at]) && s.p[at] != '"')
			at++;
		w.text = str_sub(s, from, at - from);
		if (at < s.n && s.p[at] == '"' && (!w.text.n || w.text.p[w.text.n - 1] == '=')) {
			w.key = str_sub(w.text, 0, w.text.n ? w.text.n - 1 : 0);
			w.quoted = true;
			at++;
			if (!read_quoted(l->arena, s, &at, &w.text)) {
				fail(l, "quoted text with a bad escape or without an end");
				return false;
			}
		} else if (at < s.n && s.p[at] == '"') {
			fail(l, "a quotation mark within a word");
			return false;
		}
		l->word = arena_grow(l->arena, l->word, l->n, &cap, sizeof(w));
		l->word[l->n++] = w;
	}
}

static const struct word *peek(const struct line *l)
{
	return !l->err && l->at < l->n ? &l->word[l->at] : NULL;
}

static struct str next(struct line *l, const char *what)
{
	const struct word *w = peek(l);

	if (!w || w->quoted) {
		fail(l, arena_printf(l->arena, "%s is missing", what));
		return S("");
	}
	l->at++;
	return w->text;
}

static bool next_is(const struct line *l, const char *text)
{
	const struct word *w = peek(l);

	return w && !w->quoted && str_eq(w->text, str_c(text));
}

/* key=number or key="text" at the cursor. */
static bool attribute(struct line *l, const char *key, struct str *value)
{
	const struct word *w = peek(l);
	size_t n = strlen(key);

	if (!w)
		return false;
	if (w->quoted && str_eq(w->key, str_c(key)))
		*value = w->text;
	else if (!w->quoted && w->text.n > n && w->text.p[n] == '=' &&
		 str_starts(w->text, str_c(key)))
		*value = str_from(w->text, n + 1);
	else
		return false;
	l->at++;
	return true;
}

static uint32_t number(struct line *l, struct str s, const char *what)
{
	uint32_t v = 0;

	if (!str_to_u32(s, UINT32_MAX, &v))
		fail(l, arena_printf(l->arena, "%s is no number", what));
	return v;
}

static const char *name(struct line *l, struct str s)
{
	const char *n = name_from_text(l->arena, s);

	if (!n)
		fail(l, "not a domain name");
	return n;
}

static const char *text(struct line *l, struct str s)
{
	return arena_strndup(l->arena, s.p, s.n);
}

/* line= file= ttl= before a record or a link. */
static void rr_attributes(struct line *l, struct rr *rr)
{
	struct str v;

	for (;;) {
		if (attribute(l, "line", &v))
			rr->line = number(l, v, "line");
		else if (attribute(l, "file", &v))
			rr->file = text(l, v);
		else if (attribute(l, "ttl", &v))
			rr->ttl_s = number(l, v, "ttl");
		else
			return;
	}
}

static void read_txt(struct line *l, struct rr *rr)
{
	struct str joined = { "", 0 };
	uint32_t *cuts = NULL;
	size_t cap = 0;
	const struct word *w = peek(l);

	if (!w || !w->quoted || w->key.n)
		fail(l, "quoted text is missing");
	for (bool first = true; (w = peek(l)) && w->quoted && !w->key.n; l->at++, first = false) {
		char *p;

		if (!first) {
			cuts = arena_grow(l->arena, cuts, rr->ncuts, &cap, sizeof(*cuts));
			cuts[rr->ncuts++] = (uint32_t)joined.n;
		}
		p = arena_alloc(l->arena, joined.n + w->text.n + 1);
		if (joined.n)
			memcpy(p, joined.p, joined.n);
		if (w->text.n)
			memcpy(p + joined.n, w->text.p, w->text.n);
		joined = (struct str){ p, joined.n + w->text.n };
	}
	rr->data = joined;
	rr->cuts = cuts;
}

static int hex_digit(char c)
{
	c = ascii_lower(c);
	return ascii_is_digit((unsigned char)c) ? c - '0'
	       : c >= 'a' && c <= 'f'           ? c - 'a' + 10
						: -1;
}

/* RFC 3597 \# LENGTH HEX */
static void read_generic(struct line *l, struct rr *rr)
{
	struct str hex;
	uint32_t n;
	char *p;

	if (!str_eq(next(l, "\\#"), S("\\#")))
		fail(l, "records of this type are written \\# LENGTH HEX");
	n = number(l, next(l, "the length"), "the length");
	if (l->err || n > 65535)
		return fail(l, "the length is over 65535");
	hex = n ? next(l, "the hexadecimal data") : S("");
	if (hex.n != n * 2)
		return fail(l, "the data is not as long as it says");
	p = arena_alloc(l->arena, n + 1);
	for (size_t i = 0; i < n; i++) {
		int hi = hex_digit(hex.p[i * 2]), lo = hex_digit(hex.p[i * 2 + 1]);

		if (hi < 0 || lo < 0)
			return fail(l, "a character that is no hexadecimal digit");
		p[i] = (char)(hi << 4 | lo);
	}
	rr->data = (struct str){ p, n };
}

static void read_address(struct line *l, struct rr *rr)
{
	uint8_t ip[16];
	size_t n;
	struct str s = next(l, "an address");

	if (!ip_parse(s, ip, &n) || n != (rr->type == RR_A ? 4 : 16))
		return fail(l, "not an address of that type");
	rr->data = (struct str){ arena_strndup(l->arena, (const char *)ip, n), n };
}

static void read_rr(struct line *l, struct rr *rr)
{
	rr_attributes(l, rr);
	switch (rr->type) {
	case RR_TXT:
	case RR_SPF: read_txt(l, rr); break;
	case RR_MX:
		rr->preference = (uint16_t)(number(l, next(l, "the preference"), "the preference") &
					    0xffff);
		rr->target = name(l, next(l, "the exchange"));
		break;
	case RR_PTR:
	case RR_CNAME:
	case RR_NS:
	case RR_DNAME: rr->target = name(l, next(l, "the target")); break;
	case RR_A:
	case RR_AAAA: read_address(l, rr); break;
	default: read_generic(l, rr);
	}
}

static void read_https(struct line *l, struct fact *f)
{
	const struct word *w;

	f->status = (int)number(l, next(l, "the HTTP status"), "the HTTP status");
	w = peek(l);
	if (!w)
		return fail(l, "the content type is missing");
	f->content_type = w->quoted ? text(l, w->text) : NULL;
	l->at++;
	w = peek(l);
	if (!w || !w->quoted)
		return fail(l, "the body is missing");
	f->body = w->text;
	l->at++;
}

static void read_attributes(struct line *l, struct fact *f)
{
	struct str v;

	for (;;) {
		if (attribute(l, "ad", &v))
			f->ad = number(l, v, "ad") != 0;
		else if (attribute(l, "size", &v))
			f->size = number(l, v, "size");
		else if (attribute(l, "rtt", &v))
			f->rtt_ms = number(l, v, "rtt");
		else if (attribute(l, "src", &v))
			f->source = text(l, v);
		else if (attribute(l, "detail", &v))
			f->detail = text(l, v);
		else
			return;
	}
}

static void inherit(const struct fact *f, struct rr *rr, uint32_t ttl)
{
	rr->ttl_s = ttl;
	rr->file = NULL;
	if (f->source && !ip_parse(str_c(f->source), (uint8_t[16]){ 0 }, &(size_t){ 0 }))
		rr->file = f->source;
}

static void read_chain(struct line *l, struct fact *f, uint32_t ttl)
{
	struct rr *chain = NULL;
	size_t cap = 0;

	for (const struct word *w = peek(l); w && !w->quoted; w = peek(l)) {
		size_t back = l->at;
		struct rr link = { .type = RR_CNAME };

		inherit(f, &link, ttl);
		rr_attributes(l, &link);
		w = peek(l);
		if (!w || w->quoted || !w->text.n || w->text.p[0] != '>') {
			l->at = back;
			break;
		}
		if (!link.line)
			link.file = NULL;
		link.target = name(l, str_from(w->text, 1));
		l->at++;
		chain = arena_grow(l->arena, chain, f->nchain, &cap, sizeof(link));
		chain[f->nchain++] = link;
	}
	f->chain = chain;
}

static void read_records(struct line *l, struct fact *f, uint32_t ttl)
{
	struct rr *rrs = NULL;
	size_t cap = 0;

	do {
		struct rr rr = { .type = f->type };

		inherit(f, &rr, ttl);
		read_rr(l, &rr);
		if (!rr.line)
			rr.file = NULL;
		rrs = arena_grow(l->arena, rrs, f->nrr, &cap, sizeof(rr));
		rrs[f->nrr++] = rr;
	} while (!l->err && next_is(l, "/") && ++l->at);
	fact_seal(f, rrs);
}

/* What stands behind NAME TYPE: STATE [WHY] [TTL] attributes chain records. */
static void read_answer(struct line *l, struct fact *f)
{
	struct str state = next(l, "SOME, NONE or LOST");
	const struct word *w;
	uint32_t ttl = 0;

	if (str_eq(state, S("SOME")))
		f->state = FACT_SOME;
	else if (str_eq(state, S("NONE")))
		f->state = FACT_NONE;
	else if (str_eq(state, S("LOST")))
		f->state = FACT_LOST;
	else
		fail(l, "the state is none of SOME, NONE, LOST");
	if (f->state != FACT_SOME &&
	    (!fact_why_from(next(l, "the reason"), &f->why) || f->why == WHY_OK))
		fail(l, "an unknown reason");
	if (f->state == FACT_NONE && f->why != WHY_NXDOMAIN && f->why != WHY_NODATA)
		fail(l, "NONE is NXDOMAIN or NODATA");
	w = peek(l);
	if (f->state == FACT_SOME ||
	    (w && !w->quoted && w->text.n && ascii_is_digit((unsigned char)w->text.p[0])))
		ttl = number(l, next(l, "the TTL"), "the TTL");
	f->ttl_s = ttl;
	read_attributes(l, f);
	read_chain(l, f, ttl);
	if (f->state == FACT_SOME && f->kind == ASK_HTTPS)
		read_https(l, f);
	else if (f->state == FACT_SOME)
		read_records(l, f, ttl);
	w = peek(l);
	if (f->state == FACT_LOST && w && w->quoted && !w->key.n) {
		f->detail = text(l, w->text);
		l->at++;
	}
	if (l->at < l->n)
		fail(l, "something stands behind the end of the fact");
}

static void read_line(struct line *l, struct tape *t)
{
	struct fact f = { 0 };
	struct str first = l->word[0].text, type;
	struct fact *slot;

	l->at = 1;
	if (str_eq(first, S("now"))) {
		t->facts.now_s = number(l, next(l, "the time"), "the time");
		t->has_now = true;
		return;
	}
	if (str_eq(first, S("*"))) {
		f.kind = ASK_DNS;
		f.name = ".";
		read_answer(l, &f);
		if (f.state == FACT_SOME)
			fail(l, "the answer to all other questions is NONE or LOST");
		t->fallback = f;
		t->has_default = true;
		return;
	}
	f.name = name(l, first);
	type = next(l, "the type");
	f.kind = str_eq(type, S("HTTPS")) ? ASK_HTTPS : ASK_DNS;
	f.type = f.kind == ASK_DNS ? rrtype_from(type) : 0;
	if (f.kind == ASK_DNS && !f.type)
		fail(l, "an unknown record type");
	read_answer(l, &f);
	if (l->err)
		return;
	slot = facts_open(&t->facts, f.kind, f.type, f.name);
	*slot = f;
}

bool tape_read(struct arena *a, struct str tape, struct tape *out, const char **err)
{
	unsigned lineno = 0;

	*out = (struct tape){ 0 };
	facts_init(&out->facts, a, 0);
	while (tape.n) {
		ptrdiff_t end = str_find(tape, '\n');
		struct str s = end < 0 ? tape : str_sub(tape, 0, (size_t)end);
		struct line l = { .arena = a };

		tape = end < 0 ? S("") : str_from(tape, (size_t)end + 1);
		lineno++;
		if (s.n && s.p[s.n - 1] == '\r')
			s.n--;
		if (!str_trim(s).n || str_trim(s).p[0] == '#')
			continue;
		if (split(&l, s))
			read_line(&l, out);
		if (l.err) {
			*err = arena_printf(a, "line %u: %s", lineno, l.err);
			return false;
		}
	}
	return true;
}

const struct fact *tape_answer(struct arena *a, const struct tape *t, enum ask kind, uint16_t type,
			       const char *qname)
{
	struct fact *f = facts_find(&t->facts, kind, type, qname);

	if (f)
		return f;
	f = ARENA_NEW(a, struct fact);
	if (t->has_default && kind == ASK_DNS)
		*f = t->fallback;
	else
		*f = (struct fact){ .state = FACT_LOST, .why = WHY_NOT_ON_TAPE };
	f->kind = kind;
	f->type = type;
	f->name = arena_strdup(a, qname);
	return f;
}

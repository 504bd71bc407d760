/* Tapes, read. The format is in tape.h.
 *
 * A line is cut into words: quoted text is one word, and keeps that it was quoted. The words are
 * then read from left to right with one cursor. */
#include "name.h"
#include "tape.h"
#include "tape_line.h"

/* line= file= ttl= before a record or a link. */
static void rr_attributes(struct line *l, struct rr *rr)
{
	struct str v;

	for (;;) {
		if (line_attribute(l, "line", &v))
			rr->line = line_number(l, v, "line");
		else if (line_attribute(l, "file", &v))
			rr->file = line_text(l, v);
		else if (line_attribute(l, "ttl", &v))
			rr->ttl_s = line_number(l, v, "ttl");
		else
			return;
	}
}

static void read_txt(struct line *l, struct rr *rr)
{
	struct str joined = { "", 0 };
	uint32_t *cuts = NULL;
	size_t cap = 0;
	const struct word *w = line_peek(l);

	if (!w || !w->quoted || w->key.n)
		line_fail(l, "quoted text is missing");
	for (bool first = true; (w = line_peek(l)) && w->quoted && !w->key.n;
	     l->at++, first = false) {
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

/* RFC 3597 \# LENGTH HEX */
static void read_generic(struct line *l, struct rr *rr)
{
	struct str hex;
	uint32_t n;
	char *p;

	if (!str_eq(line_next(l, "\\#"), S("\\#")))
		line_fail(l, "records of this type are written \\# LENGTH HEX");
	n = line_number(l, line_next(l, "the length"), "the length");
	if (l->err || n > 65535)
		return line_fail(l, "the length is over 65535");
	hex = n ? line_next(l, "the hexadecimal data") : S("");
	p = arena_alloc(l->arena, n + 1);
	line_hex(l, hex, (uint8_t *)p, n);
	rr->data = (struct str){ p, n };
}

static void read_address(struct line *l, struct rr *rr)
{
	uint8_t ip[16];
	size_t n;
	struct str s = line_next(l, "an address");

	if (!ip_parse(s, ip, &n) || n != (rr->type == RR_A ? 4 : 16))
		return line_fail(l, "not an address of that type");
	rr->data = (struct str){ arena_strndup(l->arena, (const char *)ip, n), n };
}

static void read_rr(struct line *l, struct rr *rr)
{
	rr_attributes(l, rr);
	switch (rr->type) {
	case RR_TXT:
	case RR_SPF: read_txt(l, rr); break;
	case RR_MX:
		rr->preference = (uint16_t)(line_number(l, line_next(l, "the preference"),
							"the preference") &
					    0xffff);
		rr->target = line_name(l, line_next(l, "the exchange"));
		break;
	case RR_PTR:
	case RR_CNAME:
	case RR_NS:
	case RR_DNAME: rr->target = line_name(l, line_next(l, "the target")); break;
	case RR_A:
	case RR_AAAA: read_address(l, rr); break;
	default: read_generic(l, rr);
	}
}

static void read_https(struct line *l, struct fact *f)
{
	const struct word *w;

	f->status = (int)line_number(l, line_next(l, "the HTTP status"), "the HTTP status");
	w = line_peek(l);
	if (!w)
		return line_fail(l, "the content type is missing");
	f->content_type = w->quoted ? line_text(l, w->text) : NULL;
	l->at++;
	w = line_peek(l);
	if (!w || !w->quoted)
		return line_fail(l, "the body is missing");
	f->body = w->text;
	l->at++;
}

static void read_attributes(struct line *l, struct fact *f)
{
	struct str v;

	for (;;) {
		if (line_attribute(l, "ad", &v))
			f->ad = line_number(l, v, "ad") != 0;
		else if (line_attribute(l, "aa", &v))
			f->aa = line_number(l, v, "aa") != 0;
		else if (line_attribute(l, "zone", &v))
			f->zone = line_number(l, v, "zone") != 0;
		else if (line_attribute(l, "size", &v))
			f->size = line_number(l, v, "size");
		else if (line_attribute(l, "rtt", &v))
			f->rtt_ms = line_number(l, v, "rtt");
		else if (line_attribute(l, "src", &v))
			f->source = line_text(l, v);
		else if (line_attribute(l, "detail", &v))
			f->detail = line_text(l, v);
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

	for (const struct word *w = line_peek(l); w && !w->quoted; w = line_peek(l)) {
		size_t back = l->at;
		struct rr link = { .type = RR_CNAME };

		inherit(f, &link, ttl);
		rr_attributes(l, &link);
		w = line_peek(l);
		if (!w || w->quoted || !w->text.n || w->text.p[0] != '>') {
			l->at = back;
			break;
		}
		if (!link.line)
			link.file = NULL;
		link.target = line_name(l, str_from(w->text, 1));
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
	} while (!l->err && line_next_is(l, "/") && ++l->at);
	fact_seal(f, rrs);
}

/* What stands behind NAME TYPE: STATE [WHY] [TTL] attributes chain records. */
static void read_answer(struct line *l, struct fact *f)
{
	struct str state = line_next(l, "SOME, NONE or LOST");
	const struct word *w;
	uint32_t ttl = 0;

	if (str_eq(state, S("SOME")))
		f->state = FACT_SOME;
	else if (str_eq(state, S("NONE")))
		f->state = FACT_NONE;
	else if (str_eq(state, S("LOST")))
		f->state = FACT_LOST;
	else
		line_fail(l, "the state is none of SOME, NONE, LOST");
	if (f->state != FACT_SOME &&
	    (!fact_why_from(line_next(l, "the reason"), &f->why) || f->why == WHY_OK))
		line_fail(l, "an unknown reason");
	if (f->state == FACT_NONE && f->why != WHY_NXDOMAIN && f->why != WHY_NODATA)
		line_fail(l, "NONE is NXDOMAIN or NODATA");
	w = line_peek(l);
	if (f->state == FACT_SOME ||
	    (w && !w->quoted && w->text.n && ascii_is_digit((unsigned char)w->text.p[0])))
		ttl = line_number(l, line_next(l, "the TTL"), "the TTL");
	f->ttl_s = ttl;
	read_attributes(l, f);
	read_chain(l, f, ttl);
	if (f->state == FACT_SOME && f->kind == ASK_HTTPS)
		read_https(l, f);
	else if (f->state == FACT_SOME && f->kind == ASK_SMTP)
		line_read_smtp(l, f);
	else if (f->state == FACT_SOME && !(f->kind == ASK_DNS_AT && f->nchain))
		read_records(l, f, ttl);
	w = line_peek(l);
	if (f->state == FACT_LOST && w && w->quoted && !w->key.n) {
		f->detail = line_text(l, w->text);
		l->at++;
	}
	if (l->at < l->n)
		line_fail(l, "something stands behind the end of the fact");
}

/* TYPE, TYPE+CD, TYPE@ADDRESS, HTTPS, HTTPS/PATH, SMTP */
static void read_kind(struct line *l, struct fact *f)
{
	struct str type = line_next(l, "the type");
	ptrdiff_t at = str_find(type, '@');
	uint8_t ip[16];
	size_t n;

	if (str_starts(type, S("HTTPS/"))) {
		f->kind = ASK_HTTPS;
		if (!fact_is_path(str_from(type, 5)))
			return line_fail(l, "a path with a character that may not be in it");
		f->at = line_text(l, str_from(type, 5));
		return;
	}
	f->kind = str_eq(type, S("HTTPS"))      ? ASK_HTTPS
		  : str_eq(type, S("SMTP"))     ? ASK_SMTP
		  : str_ends_ci(type, S("+CD")) ? ASK_DNS_CD
		  : at > 0                      ? ASK_DNS_AT
						: ASK_DNS;
	if (f->kind == ASK_HTTPS || f->kind == ASK_SMTP)
		return;
	if (f->kind == ASK_DNS_CD)
		type.n -= 3;
	if (f->kind == ASK_DNS_AT) {
		if (!ip_parse(str_from(type, (size_t)at + 1), ip, &n))
			return line_fail(l, "what stands behind @ is not an address");
		f->at = ip_text(l->arena, (struct str){ (const char *)ip, n });
		type.n = (size_t)at;
	}
	f->type = rrtype_from(type);
	if (!f->type)
		line_fail(l, "an unknown record type");
}

static void read_line(struct line *l, struct tape *t)
{
	struct fact f = { 0 };
	struct str first = l->word[0].text;
	struct fact *slot;

	l->at = 1;
	if (str_eq(first, S("now"))) {
		t->facts.now_s = line_number(l, line_next(l, "the time"), "the time");
		t->has_now = true;
		return;
	}
	if (str_eq(first, S("*"))) {
		f.kind = ASK_DNS;
		f.name = ".";
		read_answer(l, &f);
		if (f.state == FACT_SOME)
			line_fail(l, "the answer to all other questions is NONE or LOST");
		t->fallback = f;
		t->has_default = true;
		return;
	}
	f.name = line_name(l, first);
	read_kind(l, &f);
	read_answer(l, &f);
	if (l->err)
		return;
	slot = facts_open_at(&t->facts, f.kind, f.type, f.name, f.at);
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
		if (line_split(&l, s))
			read_line(&l, out);
		if (l.err) {
			*err = arena_printf(a, "line %u: %s", lineno, l.err);
			return false;
		}
	}
	return true;
}

const struct fact *tape_answer(struct arena *a, const struct tape *t, enum ask kind, uint16_t type,
			       const char *qname, const char *at)
{
	struct fact *f = facts_find_at(&t->facts, kind, type, qname, at);

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
	f->at = at ? arena_strdup(a, at) : NULL;
	return f;
}

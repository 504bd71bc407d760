#include "place.h"

#include <stdlib.h>

#include "text.h"

static const char *file_name(const char *file)
{
	return strncmp(file, "./", 2) == 0 && file[2] ? file + 2 : file;
}

/* The zone file that a fact comes from; NULL. */
static const char *file_of(const struct fact *f)
{
	if (!f)
		return NULL;
	if (f->nrr && f->rr[0].file)
		return f->rr[0].file;
	if (f->nchain && f->chain[0].file)
		return f->chain[0].file;
	return f->zone ? f->source : NULL;
}

/* The file that says most about the domain: what has no place of its own is put there. */
static const char *zone_file(const struct report *r)
{
	const struct fact *const own[] = { r->spf.fact, r->mx.fact, r->dmarc.fact };
	const char *file = NULL;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]) && !file; i++)
		file = file_of(own[i]);
	for (size_t i = 0; i < r->findings.n && !file; i++)
		if (rules[r->findings.item[i]->rule].proto != PROTO_CONFIG)
			file = file_of(r->findings.item[i]->fact);
	return file;
}

struct place place_of(const struct report *r, const struct finding *f)
{
	const struct fact *fact = f->fact;
	const struct rr *rr = f->rr                  ? f->rr
			      : fact && fact->nrr    ? &fact->rr[0]
			      : fact && fact->nchain ? &fact->chain[0]
						     : NULL;
	const char *file = file_of(fact);

	if (rr && rr->file)
		return (struct place){ file_name(rr->file), rr->line ? rr->line : 1, rr->line > 0,
				       rr->column };
	if (!file)
		file = zone_file(r);
	return file ? (struct place){ file_name(file), 1, false, 0 }
		    : (struct place){ .file = NULL };
}

const char *place_name(struct arena *a, const struct finding *f)
{
	return f->fact ? fact_question_text(a, f->fact) : f->subject;
}

static void put_uri(struct buf *b, const char *s, const char *also)
{
	for (; *s; s++) {
		if (ascii_is_alpha((unsigned char)*s) || ascii_is_digit((unsigned char)*s) ||
		    strchr("-._~", *s) || strchr(also, *s))
			buf_addc(b, *s);
		else
			buf_addf(b, "%%%02X", (unsigned)(unsigned char)*s);
	}
}

static const char *taken(struct arena *a, struct buf *b)
{
	const char *s = arena_strndup(a, b->p ? b->p : "", b->n);

	buf_free(b);
	return s;
}

enum { URI_MAX = 64 * 1024 };

const char *place_uri(struct arena *a, const struct finding *f)
{
	struct buf b;

	if (f->fact && f->fact->kind == ASK_HTTPS)
		return fact_question_text(a, f->fact);
	buf_init(&b, URI_MAX);
	buf_adds(&b, "dns:");
	put_uri(&b, f->fact ? f->fact->name : f->subject, "");
	if (f->fact && f->fact->kind != ASK_SMTP)
		buf_addf(&b, "?type=%s", rrtype_name(a, f->fact->type));
	return taken(a, &b);
}

const char *place_file_uri(struct arena *a, const char *file)
{
	struct buf b;

	buf_init(&b, URI_MAX);
	if (file[0] == '/')
		buf_adds(&b, "file://");
	put_uri(&b, file, "/");
	return taken(a, &b);
}

/* ---- fingerprints ---- */

struct print {
	uint64_t hash;
	size_t at;
};

static int print_cmp(const void *x, const void *y)
{
	const struct print *a = x, *b = y;

	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

/* The end of each word counts too, so that no two lists of words are the same octets. */
static uint64_t add(uint64_t hash, struct str s)
{
	return str_hash((struct str){ "", 1 }, str_hash(s, hash));
}

static uint64_t print_of(struct arena *a, const struct report *r, const struct finding *f)
{
	struct str text = text_evidence(a, f);
	uint64_t h = add(0, str_c("authcheck/1"));

	h = add(h, str_c(r->domain));
	h = add(h, str_c(rules[f->rule].name));
	h = add(h, str_c(f->subject));
	h = add(h, str_c(place_name(a, f)));
	return text_has_mark(f, text) ? add(h, str_sub(text, f->at.at, f->at.len)) : h;
}

const uint64_t *place_fingerprints(struct arena *a, const struct report *r)
{
	size_t n = r->findings.n, nth = 0;
	struct print *p = arena_array(a, n, sizeof(*p));
	uint64_t *out = arena_array(a, n, sizeof(*out));

	for (size_t i = 0; i < n; i++)
		p[i] = (struct print){ print_of(a, r, r->findings.item[i]), i };
	if (n > 1)
		qsort(p, n, sizeof(*p), print_cmp);
	for (size_t i = 0; i < n; i++) {
		nth = i && p[i].hash == p[i - 1].hash ? nth + 1 : 0;
		out[p[i].at] = nth ? add(p[i].hash, str_c(arena_printf(a, "%zu", nth))) : p[i].hash;
	}
	return out;
}

bool place_lists(const struct finding *f, const struct render_options *o)
{
	if (f->offline)
		return o->verbose;
	return !o->quiet || rules[f->rule].severity >= SEV_WARNING;
}

const struct finding *place_mended_with(const struct report *r, const struct finding *f,
					place_shows_fn *shows, const struct render_options *o)
{
	const char *fix = finding_fix(f), *later;

	if (!f->sure || !f->fact || !fix)
		return NULL;
	for (size_t i = r->findings.n; i-- > 0 && r->findings.item[i] != f;) {
		const struct finding *g = r->findings.item[i];

		if (g->fact != f->fact || g->rr != f->rr || !g->sure || !shows(g, o))
			continue;
		later = finding_fix(g);
		if (later && strcmp(later, fix) == 0)
			return g;
	}
	return NULL;
}

enum { PART_MAX = 60, STATEMENT_MAX = 256 * 1024 };

struct str place_part(struct arena *a, const struct finding *f)
{
	struct str text = text_evidence(a, f), part = str_sub(text, f->at.at, f->at.len);

	if (!text_has_mark(f, text) || part.n > PART_MAX ||
	    (f->detail && str_find_str(str_c(f->detail), part) >= 0))
		return S("");
	return part;
}

const char *place_statement(struct arena *a, const struct report *r, const struct finding *f,
			    bool part)
{
	const char *proto = proto_title(rules[f->rule].proto), *title = rules[f->rule].title;
	struct str at = part ? place_part(a, f) : S("");
	bool own = strcmp(f->subject, r->domain) == 0 ||
		   (f->detail && strstr(f->detail, f->subject));
	struct buf b;

	buf_init(&b, STATEMENT_MAX);
	buf_addf(&b, "%s%s%s: %s%s", proto, own ? "" : " of ", own ? "" : f->subject,
		 f->sure ? "" : "cannot tell: ", title);
	if (at.n) {
		buf_adds(&b, ": ");
		buf_add_safe(&b, at);
	}
	if (f->detail)
		buf_addf(&b, ": %s", f->detail);
	return taken(a, &b);
}

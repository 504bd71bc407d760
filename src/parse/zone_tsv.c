/* DNSControl: what `dnscontrol get-zones --format=tsv` prints, one zone after another:
 *
 *   www.example.com <tab> www <tab> 300 <tab> IN <tab> A <tab> 192.0.2.1
 *
 * and perhaps a seventh column of what a provider adds ("cloudflare_proxy=true"). The first two
 * columns tell the zone. Texts are without quotation marks; earlier versions print them with. */
#include "name.h"
#include "rrtype.h"
#include "zone_form.h"

enum { FQDN, NAME, TTL, CLASS, TYPE, DATA, COLUMNS };

struct row {
	struct str field[COLUMNS];
	struct str more; /* the seventh column */
	unsigned column; /* of the data */
};

static bool is_more(struct str s)
{
	return str_starts(s, S("cloudflare_")) || str_starts(s, S("hedns_"));
}

/* The name without what stands before the zone's own; n 0: they do not belong together. */
static struct str zone_of(const struct row *r)
{
	struct str fqdn = r->field[FQDN], name = r->field[NAME];

	if (str_eq(name, S("@")))
		return fqdn;
	if (name.n + 1 >= fqdn.n || !str_starts_ci(fqdn, name) || fqdn.p[name.n] != '.')
		return S("");
	return str_from(fqdn, name.n + 1);
}

/* False when the line is none of this form. */
static bool read_row(struct str line, struct row *r)
{
	struct str rest = line;
	uint32_t ttl;

	*r = (struct row){ .more = S("") };
	for (int i = 0; i < COLUMNS; i++) {
		ptrdiff_t tab = i == DATA ? -1 : str_find(rest, '\t');

		if (tab < 0 && i != DATA)
			return false;
		r->field[i] = tab < 0 ? rest : str_sub(rest, 0, (size_t)tab);
		r->column = (unsigned)(rest.p - line.p) + 1;
		rest = str_from(rest, r->field[i].n + 1);
	}
	for (size_t i = r->field[DATA].n; i-- > 0;)
		if (r->field[DATA].p[i] == '\t') {
			if (is_more(str_from(r->field[DATA], i + 1))) {
				r->more = str_from(r->field[DATA], i + 1);
				r->field[DATA].n = i;
			}
			break;
		}
	return str_to_u32(r->field[TTL], UINT32_MAX, &ttl) && str_eq(r->field[CLASS], S("IN")) &&
	       r->field[TYPE].n && zone_of(r).n;
}

/* The next line that is not blank. */
static bool next_line(struct str *text, unsigned *number, struct str *line)
{
	while (text->n) {
		ptrdiff_t end = str_find(*text, '\n');

		*line = end < 0 ? *text : str_sub(*text, 0, (size_t)end);
		*text = end < 0 ? S("") : str_from(*text, (size_t)end + 1);
		++*number;
		if (line->n && line->p[line->n - 1] == '\r')
			line->n--;
		if (str_trim(*line).n)
			return true;
	}
	return false;
}

bool tsv_sniff(struct str text)
{
	unsigned number = 0;
	struct str line;
	struct row r;

	return next_line(&text, &number, &line) && read_row(line, &r);
}

static bool is_text(struct str type)
{
	return str_eq(type, S("TXT")) || str_eq(type, S("SPF"));
}

/* Are all texts in quotation marks? */
static bool are_quoted(struct str text)
{
	unsigned number = 0;
	bool quoted = false;
	struct str line;
	struct row r;

	while (next_line(&text, &number, &line)) {
		struct str data;

		if (!read_row(line, &r) || !is_text(r.field[TYPE]))
			continue;
		data = r.field[DATA];
		if (data.n < 2 || data.p[0] != '"' || data.p[data.n - 1] != '"')
			return false;
		quoted = true;
	}
	return quoted;
}

/* Types whose data says something of mail, or where names lead to. */
static bool is_read(struct str type)
{
	static const char *const types[] = { "A",     "AAAA", "MX",  "NS",   "CNAME", "PTR",
					     "DNAME", "SRV",  "CAA", "TLSA", "DS",    "SOA" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_eq(type, str_c(types[i])))
			return true;
	return false;
}

static void take_row(const struct draft_set *s, const struct row *r, const struct doc_node *at,
		     bool quoted)
{
	if (str_find_str(r->more, S("cloudflare_proxy=true")) >= 0 || dnscontrol_alias(s->type))
		draft_addresses(s, at);
	else if (is_text(s->type) && !quoted)
		draft_txt(s, at, at->text);
	else if (is_text(s->type) || is_read(s->type))
		draft_data(s, at, at->text, false);
	else
		draft_hole(s, at, UINT16_MAX, false);
}

void form_tsv(struct zone_drafts *d, struct str text)
{
	bool quoted = are_quoted(text);
	struct zone_draft *z = NULL;
	unsigned number = 0;
	struct str line;

	while (!d->err && next_line(&text, &number, &line)) {
		struct doc_node *at = ARENA_NEW(d->arena, struct doc_node);
		struct draft_set s = { 0 };
		const char *origin;
		struct row r;

		*at = (struct doc_node){ .file = d->file, .line = number, .column = 1 };
		if (!read_row(line, &r)) {
			s.zone = z;
			at->text = line;
			draft_fault(&s, at, "not six columns, as DNSControl prints them");
			continue;
		}
		at->column = r.column;
		at->text = r.field[DATA];
		origin = draft_name(d->arena, zone_of(&r), NULL);
		if (!origin || !(z = draft_zone(d, origin))) {
			if (!d->err)
				d->err = arena_printf(d->arena,
						      "%s:%u: a zone whose name is no domain name",
						      d->file, number);
			return;
		}
		s = (struct draft_set){
			.zone = z,
			.owner = draft_name(d->arena, r.field[FQDN], NULL),
			.type = r.field[TYPE],
			.ttl = arena_strndup(d->arena, r.field[TTL].p, r.field[TTL].n),
		};
		take_row(&s, &r, at, quoted);
	}
}

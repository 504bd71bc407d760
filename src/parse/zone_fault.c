/* What name servers refuse in a zone, and what they take though nobody can mean it. */
#include <stdlib.h>

#include "dkim.h"
#include "name.h"
#include "psl.h"
#include "rrtype.h"
#include "spf.h"
#include "zone_build.h"

enum { FAULTS_MAX = 1000 };

void zone_fault_add(struct arena *a, struct zone_builder *b, size_t seq, const struct zone_fault *f)
{
	if (b->nfault >= FAULTS_MAX)
		return;
	b->fault = arena_grow(a, b->fault, b->nfault, &b->fault_cap, sizeof(*b->fault));
	b->fault_seq = arena_grow(a, b->fault_seq, b->nfault, &b->seq_cap, sizeof(*b->fault_seq));
	b->fault[b->nfault] = *f;
	b->fault_seq[b->nfault++] = seq;
}

static struct zone_fault fault_of(enum zone_fault_kind kind, const struct zone_rr *zr)
{
	return (struct zone_fault){
		.kind = kind,
		.file = zr->rr.file,
		.line = zr->rr.line,
		.column = zr->rr.column,
		.owner = zr->owner,
		.rr = &zr->rr,
	};
}

static void refuse(struct arena *a, struct zone_builder *b, size_t seq, enum zone_fault_kind kind,
		   const struct zone_rr *zr, const char *what)
{
	struct zone_fault f = fault_of(kind, zr);

	f.refused = true;
	f.what = arena_printf(a, "%s has %s: name servers refuse the zone", zr->owner, what);
	zone_fault_add(a, b, seq, &f);
}

/* Types that may stand beside a CNAME (RFC 4034 2, 3, 4; KEY: RFC 3007 3.1.1), and marks of what is
 * not known. */
static bool beside_cname(uint16_t type)
{
	enum { KEY = 25 };

	return type == RR_RRSIG || type == RR_NSEC || type == KEY || type == RR_GONE;
}

static void check_node(struct arena *a, struct zone_builder *b, const struct zone_node *node,
		       const size_t *seq)
{
	const struct zone_rr *cname = NULL, *other = NULL, *rr = node->rr;
	size_t at = 0;
	unsigned cnames = 0;

	for (size_t i = 0; i < node->n; i++) {
		uint16_t type = rr[i].rr.type;

		if (type == RR_CNAME && !cnames++) {
			cname = &rr[i];
			at = i;
		} else if (type != RR_CNAME && !beside_cname(type)) {
			other = &rr[i];
		}
		if (type == RR_SOA && strcmp(node->owner, b->z->origin) != 0)
			refuse(a, b, seq[i], ZONE_BAD_SOA, &rr[i],
			       "an SOA record, which only the origin may have");
		if (type == RR_SOA && i && rr[i - 1].rr.type == RR_SOA)
			refuse(a, b, seq[i], ZONE_BAD_SOA, &rr[i], "a second SOA record");
		if (type == RR_NS && str_starts(str_c(node->owner), S("*.")))
			refuse(a, b, seq[i], ZONE_WILDCARD_NS, &rr[i], "NS records at a wildcard");
	}
	if (cname && other)
		refuse(a, b, seq[at], ZONE_CNAME_OTHER, cname,
		       "a CNAME record beside records of other types");
	if (cnames > 1)
		refuse(a, b, seq[at], ZONE_CNAME_TWICE, cname, "more than one CNAME record");
}

/* ---- a final dot that is missing ---- */

static bool exists(const struct zone *z, const char *name)
{
	const struct zone_node *first;

	return zone_below(z, name, &first) > 0;
}

/* The labels that mail's own records stand at. "_25": TLSA of a mail host. */
static bool is_mail_label(struct str label)
{
	static const char *const labels[] = { "_dmarc", "_domainkey", "_mta-sts", "_tls",
					      "_bimi",  "_report",    "_25" };

	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (str_eq(label, str_c(labels[i])))
			return true;
	return false;
}

static struct str label_of(const char *name)
{
	size_t n = strcspn(name, ".");

	return (struct str){ name, n };
}

/* "_dmarc", "sel._domainkey", "_mta-sts", "_smtp._tls": made for mail, under a domain. *behind:
 * what stands behind the last such label; NULL: nothing. */
static bool is_mail_name(const char *name, const char **behind)
{
	bool is = false;

	*behind = NULL;
	for (const char *p = name; p && *p && *p != '.'; p = name_parent(p))
		if (is_mail_label(label_of(p))) {
			is = true;
			*behind = name_parent(p);
		}
	if (*behind && **behind == '.')
		*behind = NULL;
	return is;
}

static bool is_mail_record(const struct zone_rr *zr, const char *owner)
{
	const char *behind;

	return zr->rr.type == RR_MX || (zr->rr.type == RR_TXT && spf_is_record(zr->rr.data)) ||
	       is_mail_name(owner, &behind);
}

bool zone_is_misnamed(struct arena *a, const struct zone *z, const char *name)
{
	const char *rest = name_before(a, name, z->origin);
	const struct zone_node *first;

	if (!rest)
		return false;
	if (name_is_under(rest, z->origin))
		return true;
	return psl_looks_whole(rest) &&
	       (!zone_below(z, name, &first) || strcmp(first->owner, name) != 0);
}

/* Does no name of the world look like it: blanks, punctuation, "https://"? */
static bool is_no_name(const char *target)
{
	return str_starts_ci(str_c(target), S("v=")) || strpbrk(target, "\\=:;,@\"");
}

/* The text of a record, or a URL, where a name belongs. Of a name that is none of mail, only what
 * was meant as a mail record. */
static void check_text_target(struct arena *a, struct zone_builder *b, const struct zone_rr *zr,
			      size_t seq)
{
	struct zone_fault f = fault_of(ZONE_TEXT_TARGET, zr);
	const char *behind;

	if (zr->rr.type != RR_CNAME || !zr->rr.target ||
	    !(str_starts_ci(str_c(zr->rr.target), S("v=")) ||
	      (is_mail_name(zr->owner, &behind) && is_no_name(zr->rr.target))))
		return;
	f.what = arena_printf(a, "the CNAME at %s leads to %s", zr->owner, zr->rr.target);
	zone_fault_add(a, b, seq, &f);
}

/* The owner: one that ends in the origin twice, or was written for another zone. */
static void check_owner(struct arena *a, struct zone_builder *b, const struct zone_rr *zr,
			size_t seq)
{
	const struct zone *z = b->z;
	const char *owner = name_before(a, zr->owner, z->origin), *behind;
	struct zone_fault f = fault_of(ZONE_DOUBLED, zr);

	if (!owner)
		return;
	if (name_is_under(owner, z->origin)) {
		if (is_mail_record(zr, owner))
			f.kind = ZONE_MAIL_DOUBLED;
		f.what = arena_printf(
			a,
			"%s ends in %s twice: the name was written whole, without a dot at its end",
			zr->owner, z->origin);
	} else if (is_mail_name(owner, &behind) && behind &&
		   zone_is_misnamed(a, z, name_join(a, behind, z->origin))) {
		f.kind = ZONE_MAIL_FOREIGN;
		f.what = arena_printf(
			a,
			"%s: if it was meant for %s, no receiver looks for it here, in the zone of %s",
			zr->owner, behind, z->origin);
	} else {
		return;
	}
	zone_fault_add(a, b, seq, &f);
}

/* The target: one that ends in the origin twice, or in a top-level domain and the origin, and leads
 * nowhere. Of an MX host and of a key's CNAME the rules of MX and DKIM tell. */
static void check_target(struct arena *a, struct zone_builder *b, const struct zone_rr *zr,
			 size_t seq)
{
	const struct zone *z = b->z;
	const char *target = zr->rr.target ? name_before(a, zr->rr.target, z->origin) : NULL;
	struct zone_fault f = fault_of(ZONE_DOUBLED, zr);

	if (!target || zr->rr.type == RR_MX || strstr(zr->owner, "._domainkey.") ||
	    exists(z, zr->rr.target))
		return;
	if (name_is_under(target, z->origin)) {
		f.what = arena_printf(
			a,
			"it leads to %s, which is not there and ends in %s twice: write %s. with a dot at its end",
			zr->rr.target, z->origin, target);
	} else if (psl_looks_whole(target)) {
		f.kind = ZONE_NO_DOT;
		f.what = arena_printf(
			a,
			"it leads to %s, which is not there: if %s was meant, write a dot at its end",
			zr->rr.target, target);
	} else {
		return;
	}
	zone_fault_add(a, b, seq, &f);
}

/* A key at "sel.domainkey" or "sel._domainkeys". */
static void check_key_place(struct arena *a, struct zone_builder *b, const struct zone_rr *zr,
			    size_t seq)
{
	struct zone_fault f = fault_of(ZONE_KEY_PLACE, zr);
	const char *behind, *meant;

	if (zr->rr.type != RR_TXT || is_mail_name(zr->owner, &behind) ||
	    !(meant = strstr(zr->owner, "domainkey")) || !dkim_is_key(zr->rr.data))
		return;
	while (meant > zr->owner && meant[-1] != '.')
		meant--;
	f.what = arena_printf(a, "the label is %.*s, where verifiers look below _domainkey",
			      (int)label_of(meant).n, meant);
	zone_fault_add(a, b, seq, &f);
}

/* ---- all of them ---- */

struct ranked {
	struct zone_fault fault;
	size_t seq;
};

static int by_seq(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;

	if (a->seq != b->seq)
		return a->seq < b->seq ? -1 : 1;
	return strcmp(a->fault.what, b->fault.what);
}

static void keep_faults(struct arena *a, struct zone_builder *b)
{
	struct ranked *row = arena_array(a, b->nfault, sizeof(*row));

	for (size_t i = 0; i < b->nfault; i++)
		row[i] = (struct ranked){ b->fault[i], b->fault_seq[i] };
	qsort(row, b->nfault, sizeof(*row), by_seq);
	for (size_t i = 0; i < b->nfault; i++)
		b->fault[i] = row[i].fault;
	b->z->fault = b->fault;
	b->z->nfault = b->nfault;
}

void zone_find_faults(struct arena *a, struct zone_builder *b, const size_t *seq)
{
	const struct zone *z = b->z;

	for (size_t i = 0; i < z->nnode; i++)
		check_node(a, b, &z->node[i], seq + (z->node[i].rr - z->rr));
	for (size_t i = 0; i < z->n && b->nfault < FAULTS_MAX; i++) {
		check_owner(a, b, &z->rr[i], seq[i]);
		check_target(a, b, &z->rr[i], seq[i]);
		check_key_place(a, b, &z->rr[i], seq[i]);
		check_text_target(a, b, &z->rr[i], seq[i]);
	}
	keep_faults(a, b);
}

const char *zone_refused(struct arena *a, const struct zone *z)
{
	const struct zone_fault *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < z->nfault; i++) {
		if (!z->fault[i].refused)
			continue;
		first = first ? first : &z->fault[i];
		n++;
	}
	if (!first)
		return NULL;
	if (n == 1)
		return arena_printf(a, "%s:%u: %s", first->file, first->line, first->what);
	return arena_printf(a, "%s:%u: %s (and %zu more)", first->file, first->line, first->what,
			    n - 1);
}

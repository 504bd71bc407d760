/* PTR: the reverse names of the addresses that mail comes from (RFC 1912 2.1), each confirmed by a
 * look-up forward again (RFC 8601 2.7.3, "iprev").
 *
 * Looked up for every address of the MX hosts and every one given with --ip. Judged are those that
 * the domain answers for:
 *   1. The addresses given with --ip send for it, so they must be right.
 *   2. An MX host of the domain's own often sends as well, which DNS does not prove: warnings only,
 * and none when nothing is sent.
 *   3. The hosts of a provider are the provider's business. So is the address of an implicit MX,
 * which is a web server's. Layer: check. */
#include "check.h"
#include "name.h"
#include "ptr_name.h"

enum {
	ADDRESSES_MAX = 50, /* of the MX hosts */
	NAMES_MAX = 10,     /* of one address, as receivers do (RFC 7208 5.5) */
};

/* One address, and what came of it. */
struct reverse {
	struct address_view *view;
	const char *host; /* the MX host whose address it is; NULL: given with --ip */
	const char *text;
	const struct fact *ptr;
	const struct fact *lost; /* the forward look-up that could not be had; NULL */
};

/* ---- looking ---- */

static bool has_address(const struct fact *f, struct str ip)
{
	for (size_t i = 0; i < f->nrr; i++)
		if (str_eq(f->rr[i].data, ip))
			return true;
	return false;
}

/* Does one of the names have the address among its own? */
static enum presence look_forward(struct check *c, struct reverse *r)
{
	const struct address_view *v = r->view;
	bool open = false;

	for (size_t i = 0; i < v->nptr && i < NAMES_MAX; i++) {
		const struct fact *f = look_dns(c->look, v->ip.n == 4 ? RR_A : RR_AAAA, v->ptr[i]);

		if (has_address(f, v->ip))
			return PRESENCE_YES;
		open |= fact_is_open(f);
		if (f->state == FACT_LOST && !r->lost)
			r->lost = f;
	}
	return open ? PRESENCE_OPEN : r->lost ? PRESENCE_UNKNOWN : PRESENCE_NONE;
}

static void look_names(struct check *c, struct reverse *r)
{
	struct address_view *v = r->view;
	const char **names = arena_array(c->arena, r->ptr->nrr, sizeof(*names));

	for (size_t i = 0; i < r->ptr->nrr; i++)
		names[i] = r->ptr->rr[i].target;
	v->ptr = names;
	v->nptr = r->ptr->nrr;
	v->has_ptr = PRESENCE_YES;
	v->fcrdns = look_forward(c, r);
}

/* Sets has_ptr and fcrdns. An address that is not global has no reverse name that anybody could
 * see. */
static struct reverse look_reverse(struct check *c, struct address_view *v, const char *host)
{
	struct reverse r = { .view = v, .host = host, .text = ip_text(c->arena, v->ip) };

	v->has_ptr = v->fcrdns = PRESENCE_NA;
	if (ip_classify(v->ip) != IP_GLOBAL)
		return r;
	r.ptr = look_dns(c->look, RR_PTR, name_reverse(c->arena, v->ip));
	switch (r.ptr->state) {
	case FACT_OPEN: v->has_ptr = v->fcrdns = PRESENCE_OPEN; break;
	case FACT_LOST: v->has_ptr = v->fcrdns = PRESENCE_UNKNOWN; break;
	case FACT_NONE: v->has_ptr = v->fcrdns = PRESENCE_NONE; break;
	case FACT_SOME: look_names(c, &r); break;
	}
	return r;
}

/* ---- judging ---- */

static const char *ptr_line(struct check *c, const struct reverse *r)
{
	return r->host ? arena_printf(c->arena, "%s. IN PTR %s.", r->ptr->name, r->host) : NULL;
}

/* "mail.example.com.2.0.192.in-addr.arpa" where "mail.example.com." was meant (RFC 1035 5.1). */
static const char *missing_dot(struct check *c, const struct reverse *r, const char *name)
{
	const char *meant = NULL;

	for (const char *zone = r->ptr->name; !meant && name_labels(zone) > 1;
	     zone = name_parent(zone))
		meant = name_before(c->arena, name, zone);
	return meant;
}

static void judge_missing(struct check *c, const struct reverse *r)
{
	enum rule_id rule = !r->view->given       ? RULE_PTR_MISSING
			    : r->view->ip.n == 16 ? RULE_PTR_IPV6
						  : RULE_PTR_MISSING_SENDER;
	struct finding *f = found(c, rule, r->text, r->ptr, NULL);
	const char *why = fact_is_dangling(r->ptr)
				  ? "its reverse name leads to one that has no PTR record"
				  : "it has no PTR record";

	f->detail = r->host ? arena_printf(c->arena, "%s of %s: %s", r->text, r->host, why)
			    : arena_printf(c->arena, "%s: %s", r->text, why);
	f->fix = ptr_line(c, r);
}

static void judge_forward(struct check *c, const struct reverse *r)
{
	const char *meant, *name = r->view->ptr[0], *type = r->view->ip.n == 4 ? "A" : "AAAA";
	const struct fact *forward = look_dns(c->look, r->view->ip.n == 4 ? RR_A : RR_AAAA, name);
	struct finding *f = found(c,
				  r->view->given ? RULE_PTR_NO_FORWARD_SENDER : RULE_PTR_NO_FORWARD,
				  r->text, r->ptr, r->view->nptr == 1 ? &r->ptr->rr[0] : NULL);

	if (r->view->nptr > 1)
		f->detail = arena_printf(c->arena,
					 "%s has %zu PTR names, none of which has it as an address",
					 r->text, r->view->nptr);
	else if (fact_is_nxdomain(forward))
		f->detail = arena_printf(c->arena, "%s is %s, which does not exist (NXDOMAIN)",
					 r->text, name);
	else if (forward->state == FACT_NONE)
		f->detail = arena_printf(c->arena, "%s is %s, which has no %s record", r->text,
					 name, type);
	else
		f->detail = arena_printf(c->arena, "%s is %s, which has the address %s instead",
					 r->text, name, ip_text(c->arena, forward->rr[0].data));
	f->fix = ptr_line(c, r);
	meant = r->view->nptr == 1 ? missing_dot(c, r, name) : NULL;
	if (meant) {
		f->detail = arena_printf(c->arena, "%s; the final dot behind %s is missing",
					 f->detail, meant);
		f->fix = arena_printf(c->arena, "%s. IN PTR %s.", r->ptr->name, meant);
	}
	if (!f->fix && forward->state == FACT_NONE && is_own(c, name) && name_is_host(name))
		f->fix = arena_printf(c->arena, "%s. IN %s %s", name, type, r->text);
}

static bool is_generic(struct check *c, const struct reverse *r, const char *name)
{
	/* a name of the domain's own was chosen by its owner, even when it has the address in it */
	return ptr_name_is_generic(c->arena, name, r->view->ip) &&
	       (!is_own(c, name) || ptr_name_says_dynamic(name));
}

static void judge_names(struct check *c, const struct reverse *r)
{
	const struct address_view *v = r->view;
	size_t generic = 0;

	for (size_t i = 0; i < v->nptr; i++)
		generic += is_generic(c, r, v->ptr[i]);
	if (generic == v->nptr) {
		struct finding *f = found(c, RULE_PTR_GENERIC, r->text, r->ptr, &r->ptr->rr[0]);

		f->detail = arena_printf(c->arena, "%s is %s", r->text, v->ptr[0]);
		f->fix = ptr_line(c, r);
	}
	if (v->nptr > 1)
		found(c, v->nptr > NAMES_MAX ? RULE_PTR_TOO_MANY : RULE_PTR_MULTIPLE, r->text,
		      r->ptr, NULL)
			->detail = arena_printf(c->arena, "%s has %zu names", r->text, v->nptr);
}

static void judge_unknown(struct check *c, const struct reverse *r)
{
	const struct fact *lost = r->lost ? r->lost : r->ptr;

	found(c, RULE_PTR_UNKNOWN, r->text, lost, NULL)->detail = arena_printf(
		c->arena, "%s: %s", fact_question_text(c->arena, lost),
		lost->detail ? lost->detail : fact_why_text(lost->why));
}

static void judge(struct check *c, const struct reverse *r)
{
	const struct address_view *v = r->view;

	if (v->has_ptr == PRESENCE_NA && v->given)
		found(c, RULE_PTR_NOT_GLOBAL, r->text, NULL, NULL)->detail = arena_printf(
			c->arena, "%s: %s", r->text, ip_class_name(ip_classify(v->ip)));
	else if (v->has_ptr == PRESENCE_NONE)
		judge_missing(c, r);
	else if (v->fcrdns == PRESENCE_NONE)
		judge_forward(c, r);
	else if (v->has_ptr == PRESENCE_UNKNOWN || v->fcrdns == PRESENCE_UNKNOWN)
		judge_unknown(c, r);
	if (v->has_ptr == PRESENCE_YES && v->fcrdns != PRESENCE_OPEN)
		judge_names(c, r);
}

/* ---- which addresses ---- */

static bool is_given(const struct check *c, struct str ip)
{
	for (size_t i = 0; i < c->wish->nips; i++)
		if (str_eq(c->wish->ips[i], ip))
			return true;
	return false;
}

struct tally {
	size_t open, yes, none, unknown;
};

static void count(struct tally *t, const struct address_view *v)
{
	if (v->has_ptr == PRESENCE_OPEN || v->fcrdns == PRESENCE_OPEN)
		t->open++;
	else if (v->has_ptr == PRESENCE_YES)
		t->yes++;
	else if (v->has_ptr == PRESENCE_NONE)
		t->none++;
	else if (v->has_ptr == PRESENCE_UNKNOWN)
		t->unknown++;
}

static void check_given(struct check *c, struct tally *t)
{
	struct ptr_view *view = &c->report->ptr;

	view->address = arena_array(c->arena, c->wish->nips, sizeof(*view->address));
	view->naddress = c->wish->nips;
	for (size_t i = 0; i < view->naddress; i++) {
		struct address_view *v = &view->address[i];
		struct reverse r;

		*v = (struct address_view){ .ip = c->wish->ips[i], .given = true };
		r = look_reverse(c, v, NULL);
		judge(c, &r);
		count(t, v);
	}
}

static bool is_judged(struct check *c, const struct mx_host_view *host)
{
	return c->report->intent == INTENT_SENDS && !c->report->mx.implicit &&
	       is_own(c, host->name);
}

static void check_hosts(struct check *c, struct tally *t)
{
	const struct mx_view *mx = &c->report->mx;
	size_t n = 0;

	for (size_t i = 0; i < mx->nhost; i++) {
		const struct mx_host_view *host = &mx->host[i];

		t->unknown += host->lost && is_judged(c, host);
		for (size_t k = 0; k < host->naddress; k++) {
			struct address_view *v = &host->address[k];
			struct reverse r;

			if (n++ >= ADDRESSES_MAX) {
				v->has_ptr = v->fcrdns = PRESENCE_UNKNOWN;
				continue;
			}
			r = look_reverse(c, v, host->name);
			v->given = is_given(c, v->ip);
			if (v->given || !is_judged(c, host))
				continue;
			judge(c, &r);
			count(t, v);
		}
	}
	if (n > ADDRESSES_MAX)
		found(c, RULE_PTR_LIMIT, c->domain, mx->fact, NULL)->detail = arena_printf(
			c->arena, "%zu addresses, %d looked at", n, ADDRESSES_MAX);
}

/* The MX hosts are read from the report: check_mx runs before, and leaves its presence OPEN until
 * all their addresses are settled. */
void check_ptr(struct check *c)
{
	enum presence mx = c->report->presence[PROTO_MX],
		      *presence = &c->report->presence[PROTO_PTR];
	struct tally t = { 0 };

	c->report->ptr = (struct ptr_view){ 0 };
	check_given(c, &t);
	if (mx != PRESENCE_OPEN)
		check_hosts(c, &t);
	if (mx == PRESENCE_OPEN || c->report->intent == INTENT_AUTO || t.open)
		*presence = PRESENCE_OPEN;
	else if (t.yes)
		*presence = PRESENCE_YES;
	else if (t.unknown || (mx == PRESENCE_UNKNOWN && !c->wish->nips))
		*presence = PRESENCE_UNKNOWN;
	else
		*presence = t.none ? PRESENCE_NONE : PRESENCE_NA;
}

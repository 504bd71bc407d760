/* MX: the RRset as a whole (RFC 5321 5.1, RFC 7505). What is about one exchange is in mx_host.c;
 * about a domain without any, in mx_none.c. Layer: check. */
#include "mx_host.h"

#include <stdlib.h>

#include "name.h"

enum {
	HOSTS_MAX = 20,  /* hosts whose addresses are asked for */
	HOSTS_MANY = 10, /* RFC 7208 4.6.4 */
	HOSTS_NAMED = 3, /* in the detail of a finding about all of them */
};

struct exchanges {
	const struct fact *mx;
	struct mx_host *host; /* by preference, then name; null MX records left out */
	size_t n;
	const struct rr *null; /* the first null MX record; NULL: none */
	size_t nnull;
};

static int by_preference(const void *x, const void *y)
{
	const struct mx_host *a = x, *b = y;

	if (a->rr->preference != b->rr->preference)
		return a->rr->preference < b->rr->preference ? -1 : 1;
	return strcmp(a->rr->target, b->rr->target);
}

static void read_exchanges(struct check *c, const struct fact *mx, struct exchanges *x)
{
	*x = (struct exchanges){ .mx = mx,
				 .host = arena_array(c->arena, mx->nrr, sizeof(*x->host)) };
	for (size_t i = 0; i < mx->nrr; i++) {
		const struct rr *rr = &mx->rr[i];

		if (strcmp(rr->target, ".") == 0) {
			x->null = x->null ? x->null : rr;
			x->nnull++;
		} else {
			x->host[x->n++] =
				(struct mx_host){ .mx = mx, .rr = rr, .name = rr->target };
		}
	}
	if (x->n > 1)
		qsort(x->host, x->n, sizeof(*x->host), by_preference);
}

static void fill_view(struct check *c, const struct exchanges *x)
{
	struct mx_view *view = &c->report->mx;

	view->host = arena_array(c->arena, x->n, sizeof(*view->host));
	view->nhost = x->n;
	for (size_t i = 0; i < x->n; i++) {
		const struct mx_host *h = &x->host[i];
		struct mx_host_view *v = &view->host[i];

		*v = (struct mx_host_view){ .name = h->name,
					    .preference = h->rr->preference,
					    .rr = h->rr,
					    .lost = h->state == HOST_LOST };
		if (h->state != HOST_SOME)
			continue;
		v->address = arena_array(c->arena, h->a->nrr + h->aaaa->nrr, sizeof(*v->address));
		for (size_t k = 0; k < h->a->nrr; k++)
			v->address[v->naddress++].ip = h->a->rr[k].data;
		for (size_t k = 0; k < h->aaaa->nrr; k++)
			v->address[v->naddress++].ip = h->aaaa->rr[k].data;
	}
}

/* ---- null MX ---- */

static void check_null(struct check *c, const struct exchanges *x)
{
	struct finding *f;

	if (x->n || x->nnull > 1) {
		f = found(c, RULE_MX_NULL_MIXED, c->domain, x->mx, x->null);
		f->detail = x->n ? arena_printf(c->arena, "%zu other MX record%s", x->n,
						x->n == 1 ? "" : "s")
				 : arena_printf(c->arena, "%zu null MX records; there must be one",
						x->nnull);
		if (x->n)
			f->fix = arena_printf(c->arena, "delete: %s",
					      mx_line(c->arena, x->mx, x->null->preference, "."));
		else
			f->fix = arena_printf(c->arena, "keep only: %s",
					      mx_line(c->arena, x->mx, 0, "."));
	} else if (x->null->preference) {
		f = found(c, RULE_MX_NULL_PREFERENCE, c->domain, x->mx, x->null);
		f->detail = arena_printf(c->arena, "the preference is %u", x->null->preference);
		f->fix = mx_line(c->arena, x->mx, 0, ".");
	}
	if (x->n)
		return;
	c->report->mx.null_mx = true;
	if (c->report->intent != INTENT_SENDS && c->report->intent != INTENT_RECEIVES)
		return;
	f = found(c, RULE_MX_NULL, c->domain, x->mx, x->null);
	if (c->report->intent_assumed)
		f->detail = arena_printf(c->arena, "the domain sends mail: %s",
					 c->report->intent_why);
	else
		f->detail = c->report->intent == INTENT_RECEIVES
				    ? "the domain was said to receive mail"
				    : "the domain was said to send mail";
}

/* ---- the hosts together ---- */

static void check_duplicates(struct check *c, const struct exchanges *x)
{
	for (size_t i = 1; i < x->n; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct mx_host *first = &x->host[k], *again = &x->host[i];

			if (strcmp(first->name, again->name) != 0)
				continue;
			found(c, RULE_MX_DUPLICATE, again->name, x->mx, again->rr)->detail =
				arena_printf(c->arena, "%s has the preferences %u and %u",
					     again->name, first->rr->preference,
					     again->rr->preference);
			break;
		}
	}
}

static void check_number(struct check *c, const struct exchanges *x)
{
	const struct mx_host *h = &x->host[0];

	if (x->n > HOSTS_MANY)
		found(c, RULE_MX_TOO_MANY, c->domain, x->mx, NULL)->detail =
			x->n > HOSTS_MAX
				? arena_printf(c->arena,
					       "%zu MX records; only the first %d were looked at",
					       x->n, HOSTS_MAX)
				: arena_printf(c->arena, "%zu MX records", x->n);
	if (x->n == 1 && h->state == HOST_SOME && h->a->nrr <= 1 && h->aaaa->nrr <= 1 &&
	    is_own(c, h->name))
		found(c, RULE_MX_SINGLE, h->name, x->mx, h->rr)->detail = arena_printf(
			c->arena, "%s is the only one", h->name);
}

/* No host can receive, for whatever reasons. */
static void check_none_receives(struct check *c, const struct exchanges *x)
{
	const char *why = mx_host_why(c, &x->host[0]);
	size_t n = 1;

	for (; n < x->n && n < HOSTS_NAMED; n++)
		why = arena_printf(c->arena, "%s; %s", why, mx_host_why(c, &x->host[n]));
	if (n < x->n)
		why = arena_printf(c->arena, "%s; and %zu more", why, x->n - n);
	found(c, RULE_MX_NO_ADDRESS, c->domain, x->mx, NULL)->detail = why;
}

static void check_ipv6(struct check *c, const struct exchanges *x, size_t receiving)
{
	for (size_t i = 0; i < x->n; i++)
		if (i >= HOSTS_MAX || (x->host[i].aaaa && x->host[i].aaaa->state != FACT_NONE))
			return;
	if (receiving)
		found(c, RULE_MX_NO_IPV6, c->domain, x->mx, NULL)->detail =
			x->n == 1 ? arena_printf(c->arena, "%s has no AAAA record", x->host[0].name)
				  : arena_printf(c->arena,
						 "none of %zu MX hosts has an AAAA record", x->n);
}

struct known {
	const char *domain, *who;
};

/* Services that filter mail and hand it on, and services that hold the mailboxes. */
static const struct known filters[] = {
	{ "pphosted.com", "Proofpoint" },
	{ "ppe-hosted.com", "Proofpoint Essentials" },
	{ "mimecast.com", "Mimecast" },
	{ "mimecast-offshore.com", "Mimecast" },
	{ "messagelabs.com", "Symantec Email Security.cloud" },
	{ "iphmx.com", "Cisco Secure Email" },
	{ "barracudanetworks.com", "Barracuda" },
	{ "mailcontrol.com", "Forcepoint" },
	{ "antispamcloud.com", "SpamExperts" },
	{ "hornetsecurity.com", "Hornetsecurity" },
	{ "antispameurope.com", "Hornetsecurity" },
	{ "hydra.sophos.com", "Sophos" },
	{ "tmes.trendmicro.com", "Trend Micro" },
	{ "tmes.trendmicro.eu", "Trend Micro" },
};
static const struct known mailboxes[] = {
	{ "mail.protection.outlook.com", "Microsoft 365" },
	{ "mx.microsoft", "Microsoft 365" },
	{ "google.com", "Google" },
	{ "googlemail.com", "Google" },
};
static const struct known parking[] = {
	{ "park-mx.above.com", "above.com" },
	{ "h-email.net", "h-email.net" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct mx_host *host_of(const struct exchanges *x, const struct known *k, size_t n,
				     const char **who)
{
	for (size_t i = 0; i < x->n; i++) {
		for (size_t j = 0; j < n; j++) {
			if (name_is_under(x->host[i].name, k[j].domain)) {
				*who = k[j].who;
				return &x->host[i];
			}
		}
	}
	return NULL;
}

/* A host of the domain's own past the filter. */
static void check_backup(struct check *c, const struct exchanges *x, const struct mx_host *filter,
			 const char *who)
{
	for (size_t i = 0; i < x->n; i++) {
		const struct mx_host *h = &x->host[i];

		if (!is_own(c, h->name) || !mx_host_receives(h) || is_own(c, filter->name))
			continue;
		found(c, RULE_MX_BACKUP_UNFILTERED, c->domain, x->mx, h->rr)->detail = arena_printf(
			c->arena, "%s (%s) filters; %s may not", filter->name, who, h->name);
		return;
	}
}

static void check_providers(struct check *c, const struct exchanges *x)
{
	const char *filter_who = NULL, *box_who = NULL, *who = NULL;
	const struct mx_host *filter = host_of(x, filters, COUNT(filters), &filter_who);
	const struct mx_host *box = host_of(x, mailboxes, COUNT(mailboxes), &box_who);
	const struct mx_host *parked = host_of(x, parking, COUNT(parking), &who);

	if (filter && box) {
		struct finding *f = found(c, RULE_MX_MIXED_PROVIDER, c->domain, x->mx, box->rr);

		f->detail = arena_printf(
			c->arena, "%s (%s) filters; %s (%s) takes mail that was not filtered",
			filter->name, filter_who, box->name, box_who);
		f->fix = arena_printf(c->arena, "delete: %s",
				      mx_line(c->arena, x->mx, box->rr->preference, box->name));
	}
	if (filter)
		check_backup(c, x, filter, filter_who);
	if (parked)
		found(c, RULE_MX_PARKING, c->domain, x->mx, parked->rr)->detail = arena_printf(
			c->arena, "%s (%s)", parked->name, who);
}

/* Returns whether everything about them is decided. */
static bool check_exchanges(struct check *c, const struct fact *mx)
{
	struct exchanges x;
	bool open = false, maybe;
	size_t receiving = 0, explained = 0;

	read_exchanges(c, mx, &x);
	maybe = x.n > HOSTS_MAX;
	for (size_t i = 0; i < x.n && i < HOSTS_MAX; i++) {
		mx_host_look(c, &x.host[i]);
		open |= x.host[i].state == HOST_OPEN;
		maybe |= x.host[i].state == HOST_LOST;
		receiving += mx_host_receives(&x.host[i]);
	}
	fill_view(c, &x);
	if (open)
		return false;
	if (x.null)
		check_null(c, &x);
	for (size_t i = 0; i < x.n && i < HOSTS_MAX; i++)
		explained += mx_host_check(c, &x.host[i],
					   receiving || (maybe && x.host[i].state != HOST_LOST));
	if (explained < x.n && !receiving && !maybe)
		check_none_receives(c, &x);
	if (x.n) {
		check_duplicates(c, &x);
		check_number(c, &x);
		check_ipv6(c, &x, receiving);
		check_providers(c, &x);
	}
	return true;
}

/* "*.example.com MX": an authoritative server answers this name with the wildcard's own records. A
 * wildcard SPF beside it says that the names below are seen to. */
static void check_wildcard(struct check *c)
{
	const char *name = name_join(c->arena, "*", c->domain);
	const struct fact *mx = look_dns(c->look, RR_MX, name), *txt;

	if (mx->state != FACT_SOME || mx->nchain || strcmp(mx->rr[0].target, ".") == 0)
		return;
	txt = look_dns(c->look, RR_TXT, name);
	if (fact_is_open(txt))
		return;
	for (size_t i = 0; i < txt->nrr; i++)
		if (spf_is_record(txt->rr[i].data))
			return;
	found(c, RULE_MX_WILDCARD, name, mx, NULL)->detail = arena_printf(
		c->arena, "mail to any name below %s goes to %s", c->domain, mx->rr[0].target);
}

void check_mx(struct check *c)
{
	const struct fact *mx = look_dns(c->look, RR_MX, c->domain);
	enum presence *presence = &c->report->presence[PROTO_MX];

	c->report->mx = (struct mx_view){ .fact = mx };
	check_wildcard(c);
	switch (mx->state) {
	case FACT_OPEN: *presence = PRESENCE_OPEN; break;
	case FACT_LOST:
		*presence = PRESENCE_UNKNOWN;
		found(c, RULE_MX_UNKNOWN, c->domain, mx, NULL)->detail = arena_printf(
			c->arena, "%s: %s", fact_question_text(c->arena, mx),
			mx->detail ? mx->detail : fact_why_text(mx->why));
		break;
	case FACT_NONE: *presence = mx_none_check(c, mx); break;
	case FACT_SOME: *presence = check_exchanges(c, mx) ? PRESENCE_YES : PRESENCE_OPEN; break;
	}
}

/* DANE for SMTP (RFC 7672): the TLSA records of the MX hosts.
 *
 * They are asked for in every audit, one question a host: what is wrong with them keeps mail from
 * senders that use DANE out, and only DNS is needed to see most of it. A domain without TLSA
 * records is as good as any other: nothing is said. Layer: check. */
#include "dane.h"
#include "name.h"

enum { HOSTS_MAX = SMTP_HOSTS_MAX };

struct dane_tally {
	size_t hosts, open, some, none, lost, usable;
	const struct dane_host *first_none;
};

static void count(struct dane_tally *t, const struct dane_host *h)
{
	if (h->fact->state == FACT_NONE) {
		t->none++;
		t->first_none = t->first_none ? t->first_none : h;
	} else if (h->fact->state == FACT_LOST) {
		/* where the addresses are not signed, nobody asks */
		t->lost += h->secure != SECURE_NO;
		t->none += h->secure == SECURE_NO;
	} else {
		t->some++;
		t->usable += h->view->usable && h->secure == SECURE_YES;
	}
}

/* ---- the hosts together ---- */

static void check_all_hosts(struct check *c, const struct dane_tally *t)
{
	const struct mta_sts_policy *p = c->report->mta_sts.policy;

	if (t->usable && t->none && t->first_none)
		found(c, RULE_DANE_PARTIAL, t->first_none->mx->name, t->first_none->fact, NULL)
			->detail = arena_printf(
			c->arena, "%zu of %zu MX hosts ha%s TLSA records; %s has none", t->usable,
			t->hosts, t->usable == 1 ? "s" : "ve", t->first_none->mx->name);
	if (t->usable && p && p->valid && p->mode != STS_MODE_NONE)
		found(c, RULE_DANE_STS, c->domain, c->report->mta_sts.policy_fact, NULL);
}

static void check_unknown(struct check *c, const struct dane_host *hosts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct dane_host *h = &hosts[i];
		struct finding *f;

		if (!h->fact || h->fact->state != FACT_SOME || h->secure != SECURE_UNKNOWN)
			continue;
		f = found(c, RULE_DANE_UNKNOWN, c->domain, h->fact, NULL);
		f->sure = false;
		f->detail = arena_printf(
			c->arena,
			"%s has TLSA records, and where the answers come from, nobody validates them",
			h->mx->name);
		return;
	}
}

static enum presence presence_of(const struct dane_tally *t)
{
	return t->open   ? PRESENCE_OPEN
	       : t->some ? PRESENCE_YES
	       : t->lost ? PRESENCE_UNKNOWN
	       : t->none ? PRESENCE_NONE
			 : PRESENCE_NA;
}

/* A host whose addresses were not looked up (mx_host.c) has no TLSA records to look for. */
static bool is_asked(const struct mx_view *mx, size_t i)
{
	const char *name = mx->host[i].name;

	return name_is_host(name) && name_labels(name) > 1 && !name_is_ip(str_c(name)) &&
	       !smtp_host_is_again(mx, i);
}

void check_dane(struct check *c)
{
	const struct mx_view *mx = &c->report->mx;
	struct dane_view *view = &c->report->dane;
	struct dane_host *hosts = arena_array(c->arena, mx->nhost, sizeof(*hosts));
	struct dane_tally t = { 0 };

	*view = (struct dane_view){ .host = arena_array(c->arena, mx->nhost, sizeof(*view->host)) };
	for (size_t i = 0; i < mx->nhost && t.hosts < HOSTS_MAX; i++) {
		struct dane_host *h = &hosts[t.hosts];

		if (!is_asked(mx, i))
			continue;
		view->host[t.hosts++].name = mx->host[i].name;
		*h = (struct dane_host){ .mx = &mx->host[i],
					 .view = &view->host[t.hosts - 1],
					 .own = is_own(c, mx->host[i].name) };
		if (!dane_host_look(c, h)) {
			t.open++;
			continue;
		}
		count(&t, h);
		t.open += !dane_host_check(c, h);
	}
	view->nhost = t.hosts;
	t.open += c->report->presence[PROTO_MX] == PRESENCE_OPEN;
	c->report->presence[PROTO_DANE] = presence_of(&t);
	if (t.open)
		return;
	check_all_hosts(c, &t);
	check_unknown(c, hosts, t.hosts);
}

/* Name servers that are asked by their address (ASK_DNS_AT). Each has a struct dns of its own, with
 * its own window and limit of queries, so that what one of them does to us touches no other. There
 * are so many at most; one that has nothing to do gives its place to another address, and while
 * none is idle questions wait.
 *
 * The address comes from the audited domain's own records, so it must be a global one, as with
 * HTTPS and SMTP (where.c): the domain must not be able to aim us at an internal host. */
#include "buf.h"
#include "live.h"

enum { SERVERS_MAX = 64, TEXT_MAX = 256 };

struct at_wait {            /* a question in line */
	struct timer timer; /* its deadline */
	struct at *all;
	struct question *q; /* NULL: it is settled */
	struct at_wait *next;
};

struct at_server {
	struct dns *dns;
	uint8_t ip[16];
	size_t nip;
	unsigned port;
	int64_t asked_ms;
};

struct at {
	struct live *live;
	struct at_server server[SERVERS_MAX];
	unsigned nserver;
	struct at_wait *first, *last, *spare;
	size_t nline;
};

static void lose(struct at *s, struct question *q, enum fact_why why, const char *detail)
{
	live_settle(s->live, q, &(struct fact){ .state = FACT_LOST, .why = why, .detail = detail });
}

static void wait_over(struct timer *t)
{
	struct at_wait *w = (struct at_wait *)(void *)t;
	struct question *q = w->q;

	w->q = NULL;
	lose(w->all, q, WHY_DEADLINE, NULL);
}

static bool is_at(const struct at_server *x, struct str ip, unsigned port)
{
	return x->port == port && x->nip == ip.n && memcmp(x->ip, ip.p, ip.n) == 0;
}

/* The server of that address: one that is known, a new one, or the one that has been idle for the
 * longest. NULL: all are busy. */
static struct at_server *take_server(struct at *s, struct str ip, unsigned port)
{
	struct at_server *oldest = NULL;
	const char *err;

	for (unsigned i = 0; i < s->nserver; i++) {
		struct at_server *x = &s->server[i];

		if (is_at(x, ip, port))
			return x;
		if (dns_is_idle(x->dns) && (!oldest || x->asked_ms < oldest->asked_ms))
			oldest = x;
	}
	if (s->nserver < SERVERS_MAX) {
		struct dns *d = dns_new(s->live, s->nserver + 1, &err);

		if (!d)
			return oldest;
		oldest = &s->server[s->nserver++];
		oldest->dns = d;
	}
	if (!oldest)
		return NULL;
	memcpy(oldest->ip, ip.p, ip.n);
	oldest->nip = ip.n;
	oldest->port = port;
	servers_set(oldest->dns, ip, port);
	return oldest;
}

/* What --connect-to says of the address, which there stands in brackets when it is an IPv6 one. */
static const struct detour *find_detour(const struct live *l, const char *address, bool six)
{
	const struct detour *d;
	struct buf b;

	buf_init(&b, TEXT_MAX);
	buf_addf(&b, six ? "[%s]" : "%s", address);
	d = detour_find(l, b.p, DNS_PORT);
	buf_free(&b);
	return d;
}

/* False: it has to wait. */
static bool begin(struct at *s, struct question *q)
{
	const struct live *l = s->live;
	const struct detour *d;
	struct str ip = { 0 };
	struct at_server *x;
	uint8_t own[16];

	if (!ip_parse(str_c(q->at), own, &ip.n)) {
		lose(s, q, WHY_BAD_NAME, NULL);
		return true;
	}
	ip.p = (const char *)own;
	d = find_detour(l, q->at, ip.n == 16);
	if (d && d->address) {
		ip = d->ip;
	} else if (ip_classify(ip) != IP_GLOBAL && !l->opt.allow_private) {
		struct buf b;

		buf_init(&b, TEXT_MAX);
		buf_addf(&b, "%s is %s", q->at, ip_class_name(ip_classify(ip)));
		lose(s, q, WHY_PRIVATE, b.p);
		buf_free(&b);
		return true;
	}
	x = take_server(s, ip, d && d->to_port ? d->to_port : DNS_PORT);
	if (!x)
		return false;
	x->asked_ms = source_now_ms();
	dns_ask(x->dns, q);
	return true;
}

void at_ask(struct at *s, struct question *q)
{
	struct at_wait *w = s->spare;

	if (w)
		s->spare = w->next;
	else
		w = ARENA_NEW(&s->live->arena, struct at_wait);
	*w = (struct at_wait){ .timer.fire = wait_over, .all = s, .q = q };
	timer_set(&s->live->timers, &w->timer, q->deadline_ms);
	if (s->last)
		s->last->next = w;
	else
		s->first = w;
	s->last = w;
	s->nline++;
}

void at_pump(struct at *s)
{
	while (s->first && (!s->first->q || begin(s, s->first->q))) {
		struct at_wait *w = s->first;

		s->first = w->next;
		if (!s->first)
			s->last = NULL;
		s->nline--;
		timer_stop(&s->live->timers, &w->timer);
		w->next = s->spare;
		s->spare = w;
	}
	for (unsigned i = 0; i < s->nserver; i++)
		dns_pump(s->server[i].dns);
}

size_t at_line(const struct at *s)
{
	size_t n = s->nline;

	for (unsigned i = 0; i < s->nserver; i++)
		n += dns_line(s->server[i].dns);
	return n;
}

int at_tick(struct at *s, int64_t now_ms)
{
	int least = -1;

	for (unsigned i = 0; i < s->nserver; i++) {
		int wait = dns_tick(s->server[i].dns, now_ms);

		if (wait >= 0 && (least < 0 || wait < least))
			least = wait;
	}
	return least;
}

bool at_tell_failures(struct at *s)
{
	bool any = false;

	for (unsigned i = 0; i < s->nserver; i++)
		any |= dns_tell_failures(s->server[i].dns);
	return any;
}

struct dns *at_find(struct at *s, unsigned number)
{
	return s->server[number - 1].dns;
}

void at_open(struct live *l)
{
	l->at = ARENA_NEW(&l->arena, struct at);
	l->at->live = l;
}

void at_close(struct at *s)
{
	for (unsigned i = 0; i < s->nserver; i++)
		dns_close(s->server[i].dns);
	s->nserver = 0;
}

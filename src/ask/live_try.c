/* One query put to one server, and what came of it. Whatever came changes what is known of the
 * server with regard to the question (struct job_server), and then either settles the question or
 * sets its next step; nothing is sent from within c-ares's callbacks. */
#include "live.h"

enum {
	CHANNEL_OUT_MAX = 4000, /* queries on one channel; the window is at most half of that */
	ALONE_OUT_MAX = 200,    /* each takes a file descriptor */
	UNREACHABLE_MAX = 4,
	TCP_UNREACHABLE_MAX = 3,
	UNREACHABLE_PAUSE_MS = 250,
	ARES_TIMEOUT_MIN_MS = 200, /* no version waits for less */
	ARES_RECKONS_VERSION = 0x011f00,
	/* After so many answers that prove it, a server is taken for one without EDNS, or one that
	   does not keep letter case. */
	PROOFS = 4,
	RCODE_BADVERS = 16,
	/* What c-ares 1.18 cuts answers to once it has come to think that a server has no EDNS. */
	PLAIN_ANSWER_MAX = 512,
};

static bool bit(const uint8_t *bits, uint16_t i)
{
	return bits[i / 8] >> i % 8 & 1;
}

static void flip(uint8_t *bits, uint16_t i)
{
	bits[i / 8] ^= (uint8_t)(1u << i % 8);
}

/* An id that is not in use on this channel, and the letter case. */
static void draw(struct channel *c, struct dns_try *t)
{
	struct dns *d = t->job->dns;

	do {
		dns_chance(d, &t->id, sizeof(t->id));
	} while (bit(c->ids, t->id));
	dns_chance(d, t->case_bits, sizeof(t->case_bits));
	flip(c->ids, t->id);
}

static struct dns_try *new_try(struct dns *d)
{
	struct dns_try *t = d->spare_tries;

	if (!t)
		return ARENA_NEW(&d->live->arena, struct dns_try);
	d->spare_tries = t->next;
	*t = (struct dns_try){ 0 };
	return t;
}

static void server_failed(struct dns_try *t, enum fact_why why, unsigned rcode, int64_t now)
{
	struct job_server *at = &t->job->at[t->server];

	at->failed = true;
	at->why = why;
	at->rcode = rcode;
	job_hurry(t->job, now);
}

static void ask_again(struct dns_try *t, int64_t now)
{
	t->job->again = (int)t->server;
	job_hurry(t->job, now);
}

/* No server, no route, connection refused or broken off. */
static void unreachable(struct dns_try *t, int64_t now)
{
	struct dns_job *j = t->job;
	struct job_server *at = &j->at[t->server];

	j->dns->server[t->server].silent++;
	if (t->via == VIA_TCP) {
		if (++at->tcp_unreachable < TCP_UNREACHABLE_MAX) {
			j->again = (int)t->server;
			job_hurry(j, now + UNREACHABLE_PAUSE_MS);
		} else if (at->truncated) {
			server_failed(t, WHY_TRUNCATED, 0, now);
		} else if (at->garbled && at->tcp) {
			/* a garbled answer may be due to the letter case: that can be tried by UDP
			 * as well */
			at->tcp = false;
			ask_again(t, now);
		} else {
			server_failed(t, WHY_UNREACHABLE, 0, now);
		}
		return;
	}
	if (++at->unreachable >= UNREACHABLE_MAX)
		server_failed(t, WHY_UNREACHABLE, 0, now);
	else
		job_hurry(j, j->dns->nservers > 1 && at->unreachable == 1
				     ? now
				     : now + UNREACHABLE_PAUSE_MS);
}

/* What came is no answer to the question, or the question stands in it in another letter case. The
 * first time, the question is asked by TCP, where nobody else can answer and where letter case need
 * not be a proof. */
static void garbled(struct dns_try *t, size_t size, int64_t now)
{
	struct job_server *at = &t->job->at[t->server];

	if (t->via == VIA_TCP || at->garbled) {
		server_failed(t, WHY_GARBAGE, 0, now);
		return;
	}
	if (size == PLAIN_ANSWER_MAX)
		t->job->dns->server[t->server].edns = false;
	at->garbled = at->tcp = at->lower = true;
	ask_again(t, now);
}

static void answered(struct dns_try *t, struct arena *a, struct fact *f, int64_t now)
{
	struct dns_job *j = t->job;
	struct dns *d = j->dns;
	struct server *s = &d->server[t->server];
	const struct job_server *at = &j->at[t->server];

	s->silent = 0;
	d->good++;
	if (d->server[d->best].silent > 1)
		d->best = t->server;
	if (t->via == VIA_UDP)
		s->plain_good = 0;
	else if (at->edns_refused && ++s->plain_good >= PROOFS)
		s->edns = false;
	f->aa = f->aa && j->q->kind == ASK_DNS_AT;
	f->ad = f->ad && s->trusted && j->q->kind == ASK_DNS;
	f->source = arena_strdup(a, s->address);
	f->rtt_ms = (uint32_t)(now - t->sent_ms);
	job_settle(j, f);
}

/* From 1.28 on c-ares reads the messages that it hands on, and one that it cannot read breaks the
 * connection for all queries that share it. So this may be due to another question's answer, and is
 * found out on a socket of our own. A message of FORMERR without the question counts as unreadable
 * there: without EDNS it may go better. */
static void unreadable(struct dns_try *t, int64_t now)
{
	struct job_server *at = &t->job->at[t->server];

	if (t->via == VIA_TCP) {
		unreachable(t, now);
	} else if (at->alone) {
		garbled(t, 0, now);
	} else {
		at->alone = at->plain = at->lower = true;
		ask_again(t, now);
	}
}

/* A server that neither has recursion nor is responsible for the name points to others (RFC
 * 2308 2.1 calls it a referral). That says nothing of the records. */
static bool is_referral(const struct wire_msg *m, const uint8_t *p)
{
	unsigned authority = (unsigned)p[8] << 8 | p[9];

	return m->rcode == RCODE_NOERROR && !m->nanswer && !m->aa && authority && !m->soa_minimum_s;
}

static bool has_recursion(const uint8_t *p)
{
	return p[3] & 0x80;
}

static void handle_message(struct dns_try *t, struct arena *a, const struct wire_msg *m,
			   const uint8_t *p, struct fact *f, int64_t now)
{
	struct job_server *at = &t->job->at[t->server];
	bool edns = (t->via == VIA_UDP || t->via == VIA_TCP) && !at->plain;

	if (m->rcode == RCODE_NOERROR || m->rcode == RCODE_NXDOMAIN) {
		if (is_referral(m, p) && t->job->q->kind == ASK_DNS_AT)
			server_failed(t, WHY_REFERRAL, RCODE_NOERROR, now);
		else if (is_referral(m, p) && !has_recursion(p))
			server_failed(t, WHY_REFUSED, RCODE_NOERROR, now);
		else
			answered(t, a, f, now);
	} else if (edns && (m->rcode == RCODE_FORMERR || m->rcode == RCODE_NOTIMP ||
			    m->rcode == RCODE_BADVERS)) {
		at->plain = at->edns_refused = true;
		ask_again(t, now);
	} else if (m->rcode == RCODE_SERVFAIL) {
		server_failed(t, WHY_SERVFAIL, m->rcode, now);
	} else {
		server_failed(t, m->rcode == RCODE_REFUSED ? WHY_REFUSED : WHY_RCODE, m->rcode,
			      now);
	}
}

static bool understand(struct arena *a, const struct question *q, const struct wire_query *w,
		       const uint8_t *p, size_t n, struct wire_msg *m, struct fact *f)
{
	if (!wire_msg_read(a, p, n, w, m))
		return false;
	if (!m->truncated && (m->rcode == RCODE_NOERROR || m->rcode == RCODE_NXDOMAIN))
		answer_read(a, q, m, f);
	return true;
}

/* Reads the message and what it says. False as well when it says more than there is memory for. */
static bool read_message(struct arena *a, const struct question *q, const struct wire_query *w,
			 const uint8_t *p, size_t n, struct wire_msg *m, struct fact *f)
{
	jmp_buf oom;
	bool ok;

	a->oom = &oom;
	if (setjmp(oom)) {
		a->oom = NULL;
		return false;
	}
	ok = understand(a, q, w, p, n, m, f);
	a->oom = NULL;
	return ok;
}

static void got_message(struct dns_try *t, const uint8_t *p, size_t n, int64_t now)
{
	struct dns *d = t->job->dns;
	struct server *s = &d->server[t->server];
	struct job_server *at = &t->job->at[t->server];
	const struct question *q = t->job->q;
	/* c-ares has compared the id already, which from 1.20 on is one of its own choice */
	struct wire_query w = { .name = q->name,
				.type = q->type,
				.id = n >= 2 ? (uint16_t)(p[0] << 8 | p[1]) : 0,
				.case_bits = t->cased ? t->case_bits : NULL };
	struct fact f = { 0 };
	struct wire_msg m;
	bool ok = read_message(&d->scratch, q, &w, p, n, &m, &f);

	if (ok && t->cased) {
		if (m.case_matches)
			s->case_good++;
		else if (++s->case_bad >= PROOFS && !s->case_good)
			s->keeps_case = false;
	}
	if (!ok || !m.case_matches) {
		garbled(t, n, now);
	} else if (m.truncated && t->via == VIA_TCP) {
		server_failed(t, WHY_TRUNCATED, 0, now);
	} else if (m.truncated) {
		at->truncated = at->tcp = true;
		ask_again(t, now);
	} else {
		handle_message(t, &d->scratch, &m, p, &f, now);
	}
	arena_reset(&d->scratch);
}

/* From 1.31 on c-ares waits for a time of its own reckoning, which may be shorter than ours. */
static bool ares_reckons_timeouts(void)
{
	int version;

	ares_version(&version);
	return version >= ARES_RECKONS_VERSION;
}

static void got_nothing(struct dns_try *t, int status, int64_t now)
{
	switch (status) {
	case ARES_ETIMEOUT:
		/* our own timer is ahead of c-ares's, and some versions (1.27) say this of a
		 * refused connection as well */
		if (now - t->sent_ms < ARES_TIMEOUT_MIN_MS || !ares_reckons_timeouts())
			unreachable(t, now);
		break;
	case ARES_ECANCELLED:
	case ARES_EDESTRUCTION: break;
	case ARES_EBADRESP: unreadable(t, now); break;
	case ARES_EBADNAME: /* and some, 1.34 for one, do not hand on names with letters that no
			       host name has */
	case ARES_EBADQUERY:
		job_lose(t->job, WHY_BAD_NAME,
			 "c-ares " ARES_VERSION_STR " does not ask for such a name");
		break;
	default: unreachable(t, now);
	}
}

static void try_done(void *arg, int status, int timeouts, unsigned char *p, int n)
{
	struct dns_try *t = arg;
	struct dns_job *j = t->job;
	struct dns *d = j->dns;
	struct channel *c = t->channel;

	(void)timeouts;
	flip(c->ids, t->id);
	c->out--;
	d->out--;
	if (t->via == VIA_TCP)
		j->at[t->server].tcp_out = false;
	if (j->q && !d->closing) {
		if (p && n > 0)
			got_message(t, p, (size_t)n, source_now_ms());
		else
			got_nothing(t, status, source_now_ms());
	}
	t->next = d->spare_tries;
	d->spare_tries = t;
	j->out--;
	job_release(j);
}

/* Which way, and with which of the extras. A server that let two queries pass gets the plainest
 * kind: something on the way may drop EDNS, or the server may answer FORMERR without repeating the
 * question, which c-ares does not let pass. */
void try_send(struct dns_job *j, unsigned server, int64_t now_ms)
{
	struct dns *d = j->dns;
	const struct server *s = &d->server[server];
	struct job_server *at = &j->at[server];
	bool plainest = !at->tcp && at->sent >= 2;
	bool edns = s->edns && !at->plain && !plainest;
	enum via via = at->tcp ? VIA_TCP : at->alone ? VIA_ALONE : edns ? VIA_UDP : VIA_PLAIN;
	struct channel *c;
	struct dns_try *t;
	struct wire_query w;
	uint8_t message[WIRE_QUERY_MAX];
	size_t n;

	if (at->tcp && at->tcp_out)
		return;
	c = server_channel(d, server, via, via == VIA_ALONE ? ALONE_OUT_MAX : CHANNEL_OUT_MAX,
			   now_ms);
	if (!c)
		return;
	server_charge(d, server);
	t = new_try(d);
	*t = (struct dns_try){
		.job = j, .channel = c, .server = server, .via = via, .sent_ms = now_ms
	};
	draw(c, t);
	t->cased = s->keeps_case && !at->lower && !plainest && via != VIA_TCP;
	w = (struct wire_query){ .name = j->q->name,
				 .type = j->q->type,
				 .id = t->id,
				 .edns = edns,
				 .cd = j->q->kind == ASK_DNS_CD,
				 .no_rd = j->q->kind == ASK_DNS_AT,
				 .case_bits = t->cased ? t->case_bits : NULL };
	n = wire_query_write(&w, message); /* job_start has seen that the name is one */
	c->out++;
	d->out++;
	j->out++;
	if (via == VIA_TCP)
		at->tcp_out = true;
	else
		at->sent++;
	ares_send(c->ares, message, (int)n, try_done, t);
}

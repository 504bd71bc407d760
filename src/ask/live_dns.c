/* A question's life. It waits in line until there is room; then it is put to the server that is
 * best, and to the next one each time that a quarter of its time has gone by without an answer.
 * Earlier queries stay valid meanwhile: a slow answer counts as well. A server that answers with an
 * error is not asked again; when none is left, or the time is up, the question settles as LOST.
 *
 * How many questions may be under way at once (the window) follows what the servers bear, as TCP's
 * does: a burst that is larger than a server's socket buffer is lost, and costs a second each. */
#include "live.h"

#include <sys/random.h>

enum {
	RETRY_MIN_MS = 20,
	RETRY_MAX_MS = 1000,
	SENT_MAX = 8,     /* queries a question and server */
	WINDOW_MIN = 256, /* what a server with a buffer of usual size can take at once */
	WINDOW_MAX = 2000,
	STALLED_MAX = 20000, /* questions to servers that are silent */
	LOSS_SHARE = 8,      /* one in so many, over what is usual on a bad line, is too much */
	LOSS_COUNT = 16,
	TICK_MS = 200,
	SCRATCH_MAX = 32 * 1024 * 1024,
};

void job_hurry(struct dns_job *j, int64_t when_ms)
{
	j->hurry = true;
	timer_set(&j->dns->live->timers, &j->timer,
		  when_ms < j->deadline_ms ? when_ms : j->deadline_ms);
}

void job_release(struct dns_job *j)
{
	/* one that is in line yet is put away when its turn comes */
	if (j->q || j->out || j->next || j->dns->last == j)
		return;
	j->next = j->dns->spare_jobs;
	j->dns->spare_jobs = j;
}

void job_settle(struct dns_job *j, struct fact *answer)
{
	struct question *q = j->q;

	j->q = NULL;
	timer_stop(&j->dns->live->timers, &j->timer);
	if (j->stalled)
		j->dns->stalled--;
	else if (j->active)
		j->dns->active--;
	j->active = j->stalled = false;
	live_settle(j->dns->live, q, answer);
}

void job_lose(struct dns_job *j, enum fact_why why, const char *detail)
{
	job_settle(j, &(struct fact){ .state = FACT_LOST, .why = why, .detail = detail });
}

static void job_give_up(struct dns_job *j)
{
	struct arena *a = &j->dns->scratch;
	struct fact f = { .state = FACT_LOST };

	answer_lost(a, j, &f);
	job_settle(j, &f);
	arena_reset(a);
	job_release(j);
}

/* The server that was asked last has let a query pass. */
static void count_silence(struct dns_job *j, int64_t now)
{
	struct dns *d = j->dns;

	if (!j->stalled) {
		j->stalled = true;
		d->active--;
		d->stalled++;
	}
	d->server[j->asked_last].silent++;
	d->lost++;
	if (d->lost < LOSS_COUNT || d->lost < d->good / LOSS_SHARE ||
	    now - d->shrunk_ms < d->retry_ms)
		return;
	d->window = d->window / 2 > WINDOW_MIN ? d->window / 2 : WINDOW_MIN;
	server_ease(d, j->asked_last, true);
	d->good = d->lost = 0;
	d->shrunk_ms = now;
}

/* The server to ask now; -1: none. *hopeless: and none will be. */
static int next_server(struct dns_job *j, bool *hopeless)
{
	const struct dns *d = j->dns;
	int again = j->again;

	*hopeless = false;
	j->again = -1;
	if (again >= 0 && !j->at[again].failed)
		return again;
	*hopeless = true;
	for (unsigned i = 0; i < d->nservers; i++) {
		unsigned s = (j->turn + i) % d->nservers;

		*hopeless = *hopeless && j->at[s].failed;
		if (j->at[s].failed || j->at[s].tcp_out || j->at[s].sent >= SENT_MAX)
			continue;
		j->turn = s + 1;
		return (int)s;
	}
	return -1;
}

static void job_step(struct timer *timer)
{
	struct dns_job *j = (struct dns_job *)(void *)timer;
	int64_t now = source_now_ms();
	bool hopeless;
	int s;

	if (now >= j->deadline_ms) {
		job_give_up(j);
		return;
	}
	if (j->active && !j->hurry)
		count_silence(j, now);
	j->hurry = false;
	s = next_server(j, &hopeless);
	if (hopeless) {
		job_give_up(j);
		return;
	}
	timer_set(&j->dns->live->timers, timer,
		  now + j->dns->retry_ms < j->deadline_ms ? now + j->dns->retry_ms
							  : j->deadline_ms);
	if (s < 0)
		return;
	j->asked_last = (unsigned)s;
	try_send(j, (unsigned)s, now);
}

static void job_start(struct dns_job *j)
{
	struct dns *d = j->dns;
	int64_t now = source_now_ms();
	uint8_t wire[255];

	if (!name_to_wire(j->q->name, wire)) {
		job_lose(j, WHY_BAD_NAME, NULL);
		job_release(j);
		return;
	}
	if (now + d->live->opt.timeout_ms < j->deadline_ms)
		j->deadline_ms = now + d->live->opt.timeout_ms;
	d->live->stats.queries++;
	d->active++;
	j->active = true;
	j->hurry = true;
	j->turn = d->best;
	timer_stop(&d->live->timers, &j->timer);
	job_step(&j->timer);
}

/* How many more questions may be put to servers now. */
static size_t room(const struct dns *d)
{
	if (d->stalled >= STALLED_MAX || d->active >= d->window)
		return 0;
	return d->window - d->active;
}

void dns_pump(struct dns *d)
{
	int64_t now = d->first && d->live->opt.rate ? source_now_ms() : 0;

	if (d->first && d->good > d->window / 2) {
		if (d->active >= d->window && d->window < WINDOW_MAX) {
			d->window += d->window / 8;
			d->good = d->lost = 0;
		} else if (d->server[d->best].rate < d->live->opt.rate) {
			server_ease(d, d->best, false);
			d->good = d->lost = 0;
		}
	}
	while (d->first && room(d) && server_has_credit(d, d->best, now)) {
		struct dns_job *j = d->first;

		d->first = j->next;
		if (!d->first)
			d->last = NULL;
		d->nline--;
		j->next = NULL;
		if (j->q)
			job_start(j);
		else
			job_release(j);
	}
}

void dns_ask(struct dns *d, struct question *q)
{
	struct dns_job *j = d->spare_jobs;

	if (j)
		d->spare_jobs = j->next;
	else
		j = ARENA_NEW(&d->live->arena, struct dns_job);
	*j = (struct dns_job){
		.timer.fire = job_step, .dns = d, .q = q, .again = -1, .deadline_ms = q->deadline_ms
	};
	timer_set(&d->live->timers, &j->timer, j->deadline_ms);
	if (d->last)
		d->last->next = j;
	else
		d->first = j;
	d->last = j;
	d->nline++;
}

size_t dns_line(const struct dns *d)
{
	size_t n = d->live->opt.rate ? 0 : room(d);

	return d->nline > n ? d->nline - n : 0;
}

void dns_event(struct dns *d, unsigned owner, int fd, bool readable, bool writable)
{
	struct channel *c = d->channel[(owner - OWNER_DNS) % CHANNELS_MAX];

	if (c->ares)
		ares_process_fd(c->ares, readable ? fd : ARES_SOCKET_BAD,
				writable ? fd : ARES_SOCKET_BAD);
}

int dns_tick(struct dns *d, int64_t now_ms)
{
	int wait = -1;

	if (d->first && room(d) && d->live->opt.rate)
		wait = server_credit_wait_ms(d, d->best);
	if (!d->out)
		return wait;
	if (now_ms - d->tick_ms >= TICK_MS) {
		d->tick_ms = now_ms;
		for (size_t i = 0; i < d->nchannel; i++) {
			struct channel *c = d->channel[i];

			if (c->ares && c->out)
				ares_process_fd(c->ares, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
		}
		servers_tidy(d, now_ms);
	}
	if (wait < 0 || wait > d->tick_ms + TICK_MS - now_ms)
		wait = (int)(d->tick_ms + TICK_MS - now_ms);
	return wait;
}

void dns_chance(struct dns *d, void *out, size_t n)
{
	if (sizeof(d->chance) - d->chance_used < n) {
		while (getrandom(d->chance, sizeof(d->chance), 0) != sizeof(d->chance))
			;
		d->chance_used = 0;
	}
	memcpy(out, d->chance + d->chance_used, n);
	d->chance_used += n;
}

bool dns_is_idle(const struct dns *d)
{
	return !d->first && !d->active && !d->stalled;
}

struct dns *dns_new(struct live *l, unsigned number, const char **err)
{
	struct dns *d = ARENA_NEW(&l->arena, struct dns);

	d->live = l;
	d->number = number;
	d->server = arena_array(&l->arena, DNS_SERVERS_MAX, sizeof(*d->server));
	d->window = WINDOW_MIN;
	d->retry_ms = l->opt.timeout_ms / 4;
	if (d->retry_ms < RETRY_MIN_MS)
		d->retry_ms = RETRY_MIN_MS;
	if (d->retry_ms > RETRY_MAX_MS)
		d->retry_ms = RETRY_MAX_MS;
	arena_init(&d->scratch, SCRATCH_MAX);
	if (getrandom(d->chance, sizeof(d->chance), 0) == sizeof(d->chance))
		return d;
	*err = "the system has no random numbers";
	return NULL;
}

bool dns_open(struct live *l, const char **err)
{
	l->dns = dns_new(l, 0, err);
	return l->dns && servers_read(l, l->dns, err);
}

void dns_close(struct dns *d)
{
	d->closing = true;
	servers_close(d);
	arena_free(&d->scratch);
}

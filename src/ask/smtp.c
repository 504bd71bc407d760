/* SMTP: what a mail host says on port 25. A job's life: it waits in line until there is room,
 * connects to the first of the host's addresses that answers, talks, and ends with a fact. */
#include "smtp_job.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	SMTP_PORT = 25,
	RUNNING_MAX = 64,
	TIMES = 4,     /* it may take so many time-outs: many hosts greet late on purpose */
	TRIES_MAX = 4, /* addresses of one host */
	JOB_ARENA_MAX = 8 * 1024 * 1024,
};

/* ---- its end ---- */

static void close_socket(struct smtp_job *j)
{
	SSL_free(j->ssl);
	j->ssl = NULL;
	if (j->fd < 0)
		return;
	live_watch(j->smtp->live, OWNER_SMTP, j->fd, 0);
	close(j->fd);
	j->fd = -1;
}

static void link_running(struct smtp_job *j)
{
	struct smtp *s = j->smtp;

	j->prev = NULL;
	j->next = s->jobs;
	if (s->jobs)
		s->jobs->prev = j;
	s->jobs = j;
	s->running++;
}

static void unlink_running(struct smtp_job *j)
{
	struct smtp *s = j->smtp;

	if (j->prev)
		j->prev->next = j->next;
	else
		s->jobs = j->next;
	if (j->next)
		j->next->prev = j->prev;
	s->running--;
}

static void job_free(struct smtp_job *j)
{
	struct arena a = j->arena;

	timer_stop(&j->smtp->live->timers, &j->timer);
	close_socket(j);
	if (!j->in_line)
		unlink_running(j);
	arena_free(&a);
}

/* One that is in line yet is freed when its turn comes. */
static void settle(struct smtp_job *j, struct fact *f)
{
	struct question *q = j->q;

	j->q = NULL;
	timer_stop(&j->smtp->live->timers, &j->timer);
	f->source = j->source;
	live_settle(j->smtp->live, q, f);
}

enum smtp_turn smtp_lose(struct smtp_job *j, enum fact_why why, const char *detail)
{
	settle(j, &(struct fact){ .state = FACT_LOST, .why = why, .detail = detail });
	return SMTP_LOST;
}

static void end_turn(struct smtp_job *j, enum smtp_turn turn)
{
	uint32_t events = turn == SMTP_WAIT_OUT ? EPOLLOUT : EPOLLIN;

	if (turn == SMTP_OVER)
		settle(j,
		       &(struct fact){ .state = FACT_SOME, .detail = j->detail, .smtp = &j->talk });
	if (turn == SMTP_OVER || turn == SMTP_LOST) {
		job_free(j);
	} else if (events != j->events) {
		live_watch(j->smtp->live, OWNER_SMTP, j->fd, events);
		j->events = events;
	}
}

/* ---- connecting ---- */

static socklen_t address_of(struct str ip, unsigned port, struct sockaddr_storage *out)
{
	*out = (struct sockaddr_storage){ 0 };
	if (ip.n == 4) {
		struct sockaddr_in *in = (struct sockaddr_in *)(void *)out;

		in->sin_family = AF_INET;
		in->sin_port = htons((uint16_t)port);
		memcpy(&in->sin_addr, ip.p, 4);
		return sizeof(*in);
	}
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)(void *)out;

	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons((uint16_t)port);
	memcpy(&in6->sin6_addr, ip.p, 16);
	return sizeof(*in6);
}

static enum smtp_turn nobody_answers(struct smtp_job *j)
{
	const char *why = j->error == ECONNREFUSED ? "connection refused"
			  : j->error == ETIMEDOUT  ? "no answer"
			  : j->error == ENETUNREACH || j->error == EHOSTUNREACH ? "no route"
										: "it failed";

	return smtp_lose(j, WHY_CONNECT,
			 arena_printf(&j->arena, "no connection to %s: %s", j->where.label, why));
}

/* Begins to connect to the next address that there is a route to. */
static enum smtp_turn connect_next(struct smtp_job *j)
{
	int64_t due = source_now_ms() + j->smtp->live->opt.timeout_ms;
	struct sockaddr_storage to;

	for (; j->at < j->where.naddr && j->at < TRIES_MAX; j->at++) {
		struct str ip = j->where.addr[j->at];
		socklen_t n = address_of(ip, j->where.port, &to);

		close_socket(j);
		j->events = 0;
		/* the belt: where.c has seen to it already */
		if (!j->where.by_user && !j->smtp->live->opt.allow_private &&
		    ip_classify(ip) != IP_GLOBAL)
			continue;
		j->fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
		if (j->fd >= 0 &&
		    (!connect(j->fd, (struct sockaddr *)&to, n) || errno == EINPROGRESS)) {
			j->phase = SMTP_CONNECT;
			j->talk.ip = ip;
			timer_set(&j->smtp->live->timers, &j->timer,
				  due < j->deadline_ms ? due : j->deadline_ms);
			return SMTP_WAIT_OUT;
		}
		if (!j->error || errno == ECONNREFUSED)
			j->error = errno;
	}
	return nobody_answers(j);
}

/* A refusal says more of the host than a missing route says. */
static enum smtp_turn connect_failed(struct smtp_job *j, int error)
{
	if (j->error != ECONNREFUSED)
		j->error = error;
	j->at++;
	return connect_next(j);
}

static enum smtp_turn connected(struct smtp_job *j)
{
	int error = 0;
	socklen_t n = sizeof(error);

	if (getsockopt(j->fd, SOL_SOCKET, SO_ERROR, &error, &n))
		error = errno;
	if (error)
		return connect_failed(j, error);
	j->phase = SMTP_BANNER;
	j->source = arena_printf(&j->arena, "%s port %u", ip_text(&j->arena, j->talk.ip),
				 j->where.port);
	timer_set(&j->smtp->live->timers, &j->timer, j->deadline_ms);
	return SMTP_WAIT_IN;
}

static void job_timer(struct timer *t)
{
	struct smtp_job *j = (struct smtp_job *)(void *)t;

	if (j->in_line)
		smtp_lose(j, WHY_DEADLINE, NULL);
	else if (j->phase == SMTP_CONNECT && source_now_ms() < j->deadline_ms)
		end_turn(j, connect_failed(j, ETIMEDOUT));
	else if (j->phase == SMTP_CONNECT)
		j->error = j->error ? j->error : ETIMEDOUT, end_turn(j, nobody_answers(j));
	else
		end_turn(j, smtp_timed_out(j));
}

/* ---- its beginning ---- */

static void job_start(struct smtp_job *j)
{
	const char *unready;
	int64_t now = source_now_ms(), limit = now + (int64_t)TIMES * j->smtp->live->opt.timeout_ms;

	j->fd = -1;
	link_running(j);
	if (limit < j->deadline_ms)
		j->deadline_ms = limit;
	where_find(&j->arena, j->smtp->live, j->q, SMTP_PORT, &j->where);
	j->total_ms = j->deadline_ms - now;
	if (!j->smtp->ctx && !smtp_tls_open(j->smtp, &unready))
		end_turn(j, smtp_lose(j, WHY_TLS, unready));
	else if (j->where.why != WHY_OK)
		end_turn(j, smtp_lose(j, j->where.why, j->where.detail));
	else
		end_turn(j, connect_next(j));
}

void smtp_pump(struct smtp *s)
{
	while (s->first && s->running < RUNNING_MAX) {
		struct smtp_job *j = s->first;

		s->first = j->next;
		if (!s->first)
			s->last = NULL;
		s->nline--;
		if (j->q) {
			j->in_line = false;
			job_start(j);
		} else {
			job_free(j);
		}
	}
}

void smtp_ask(struct smtp *s, struct question *q)
{
	struct arena a;
	struct smtp_job *j;

	arena_init(&a, JOB_ARENA_MAX);
	j = ARENA_NEW(&a, struct smtp_job);
	j->arena = a;
	j->smtp = s;
	j->q = q;
	j->fd = -1;
	j->in_line = true;
	j->deadline_ms = q->deadline_ms;
	j->talk = (struct smtp_talk){ .banner = "", .ehlo = "", .version = "" };
	j->timer.fire = job_timer;
	timer_set(&s->live->timers, &j->timer, q->deadline_ms);
	if (s->last)
		s->last->next = j;
	else
		s->first = j;
	s->last = j;
	s->nline++;
}

size_t smtp_line(const struct smtp *s)
{
	return s->nline;
}

/* ---- the loop's side ---- */

void smtp_event(struct smtp *s, int fd)
{
	struct smtp_job *j = s->jobs;
	enum smtp_turn turn = SMTP_WAIT_IN;

	while (j && j->fd != fd)
		j = j->next;
	if (!j)
		return;
	if (j->phase == SMTP_CONNECT)
		turn = connected(j);
	else
		turn = smtp_go_on(j);
	end_turn(j, turn);
}

/* TLS is made ready when the first host is asked: to read the system's certificates takes longer
 * than a whole audit without it. That a file of --ca-file can be read is seen to before. */
void smtp_open(struct live *l)
{
	struct smtp *s = ARENA_NEW(&l->arena, struct smtp);

	s->live = l;
	l->smtp = s;
}

void smtp_close(struct smtp *s)
{
	while (s->first) {
		struct smtp_job *j = s->first;

		s->first = j->next;
		job_free(j);
	}
	while (s->jobs)
		job_free(s->jobs);
	SSL_CTX_free(s->ctx);
}

/* The live source: the one loop. */
#include "live.h"

#include <curl/curl.h>
#include <errno.h>
#include <signal.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { ARENA_MAX = 512 * 1024 * 1024, EVENTS_MAX = 64 };

void live_settle(struct live *l, struct question *q, struct fact *answer)
{
	answer->kind = q->kind;
	answer->type = q->type;
	answer->name = q->name;
	answer->at = q->at;
	l->settled++;
	q->done(q, answer);
}

const char *live_duration(struct arena *a, int64_t ms)
{
	if (ms % 1000 == 0)
		return arena_printf(a, "%lld s", (long long)(ms / 1000));
	if (ms > 1000 && ms % 100 == 0)
		return arena_printf(a, "%lld.%lld s", (long long)(ms / 1000),
				    (long long)(ms / 100 % 10));
	return arena_printf(a, "%lld ms", (long long)ms);
}

void live_watch(struct live *l, unsigned owner, int fd, uint32_t events)
{
	struct epoll_event ev = { .events = events,
				  .data.u64 = (uint64_t)owner << 32 | (uint32_t)fd };

	if (!events)
		epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, fd, &ev);
	else if (epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, fd, &ev) && errno == EEXIST)
		epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, fd, &ev);
}

/* A server that closes its connection while we write to it must not end the program: neither c-ares
 * nor OpenSSL keeps SIGPIPE away by itself. It is held back while sockets are handled, and the rest
 * of the program is left to meet it as it likes. */
static void hold_sigpipe(sigset_t *before)
{
	sigset_t pipe;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	pthread_sigmask(SIG_BLOCK, &pipe, before);
}

static void release_sigpipe(const sigset_t *before)
{
	const struct timespec at_once = { 0 };
	sigset_t pipe;

	sigemptyset(&pipe);
	sigaddset(&pipe, SIGPIPE);
	while (sigtimedwait(&pipe, NULL, &at_once) < 0 && errno == EINTR)
		;
	pthread_sigmask(SIG_SETMASK, before, NULL);
}

static struct live *live_of(struct source *s)
{
	return (struct live *)(void *)s;
}

static bool live_has(struct source *s, enum ask kind, uint16_t type, const char *name)
{
	(void)s, (void)kind, (void)type, (void)name;
	return true;
}

static void live_ask(struct source *s, struct question *q)
{
	struct live *l = live_of(s);

	if (q->kind == ASK_HTTPS)
		https_ask(l->https, q);
	else if (q->kind == ASK_SMTP)
		smtp_ask(l->smtp, q);
	else if (q->kind == ASK_DNS_AT)
		at_ask(l->at, q);
	else
		dns_ask(l->dns, q);
}

/* How long to wait for the sockets: the least of what was allowed and of what anybody waits for. */
static int wait_ms(struct live *l, int allowed, int64_t now)
{
	int64_t wait = allowed < 0 ? INT64_MAX : allowed;
	const int ticks[] = { dns_tick(l->dns, now), at_tick(l->at, now),
			      https_tick(l->https, now) };
	int64_t next = timers_next(&l->timers);

	for (size_t i = 0; i < sizeof(ticks) / sizeof(ticks[0]); i++)
		if (ticks[i] >= 0 && ticks[i] < wait)
			wait = ticks[i];
	if (next != INT64_MAX && next - now < wait)
		wait = next > now ? next - now : 0;
	/* with no timer and no tick nothing is under way, so there is nothing to wait for */
	return wait > 60 * 1000 ? (next == INT64_MAX ? 0 : 60 * 1000) : (int)wait;
}

static void handle(struct live *l, const struct epoll_event *ev)
{
	unsigned owner = (unsigned)(ev->data.u64 >> 32);
	int fd = (int)(ev->data.u64 & 0xffffffff);
	bool error = ev->events & (EPOLLERR | EPOLLHUP);
	bool readable = error || ev->events & EPOLLIN, writable = error || ev->events & EPOLLOUT;

	if (owner == OWNER_HTTPS)
		https_event(l->https, fd, readable, writable, error);
	else if (owner == OWNER_SMTP)
		smtp_event(l->smtp, fd);
	else if (owner - OWNER_DNS < CHANNELS_MAX)
		dns_event(l->dns, owner, fd, readable, writable);
	else
		dns_event(at_find(l->at, (owner - OWNER_DNS) / CHANNELS_MAX), owner, fd, readable,
			  writable);
}

static void live_run(struct source *s, int timeout_ms)
{
	struct live *l = live_of(s);
	struct epoll_event ev[EVENTS_MAX];
	unsigned long settled = l->settled;
	sigset_t before;
	int n, wait;

	hold_sigpipe(&before);
	dns_pump(l->dns);
	at_pump(l->at);
	https_pump(l->https);
	smtp_pump(l->smtp);
	udp_flush(l);
	wait = wait_ms(l, timeout_ms, source_now_ms());
	n = epoll_wait(l->epoll_fd, ev, EVENTS_MAX, settled == l->settled ? wait : 0);
	for (int i = 0; i < n; i++)
		handle(l, &ev[i]);
	timers_fire(&l->timers, source_now_ms());
	udp_flush(l);
	release_sigpipe(&before);
}

static size_t live_line(const struct source *s)
{
	const struct live *l = (const struct live *)(const void *)s;

	return dns_line(l->dns) + at_line(l->at) + https_line(l->https) + smtp_line(l->smtp);
}

static void live_close(struct source *s)
{
	struct live *l = live_of(s);
	sigset_t before;

	hold_sigpipe(&before);
	if (l->smtp)
		smtp_close(l->smtp);
	if (l->https)
		https_close(l->https);
	if (l->at)
		at_close(l->at);
	if (l->dns)
		dns_close(l->dns);
	release_sigpipe(&before);
	if (l->epoll_fd >= 0)
		close(l->epoll_fd);
	arena_free(&l->arena);
	ares_library_cleanup();
	curl_global_cleanup();
}

static bool read_detours(struct live *l, const char **err)
{
	l->detours = arena_array(&l->arena, l->opt.nconnect_to, sizeof(*l->detours));
	for (size_t i = 0; i < l->opt.nconnect_to; i++)
		if (!detour_read(&l->arena, l->opt.connect_to[i], &l->detours[i], err))
			return false;
	return true;
}

struct live_stats source_live_stats(const struct source *s)
{
	return ((const struct live *)(const void *)s)->stats;
}

struct source *source_live(struct arena *a, const struct live_options *o, const char **err)
{
	static const struct source_ops ops = { .name = "live",
					       .has = live_has,
					       .ask = live_ask,
					       .run = live_run,
					       .line = live_line,
					       .close = live_close };
	struct live *l = ARENA_NEW(a, struct live);

	*err = NULL;
	l->base.ops = &ops;
	l->opt = *o;
	if (!l->opt.timeout_ms)
		l->opt.timeout_ms = 5000;
	arena_init(&l->arena, ARENA_MAX);
	l->timers.arena = &l->arena;
	udp_open(l);
	l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (l->epoll_fd < 0)
		*err = arena_printf(a, "epoll: %s", strerror(errno));
	if (curl_global_init(CURL_GLOBAL_DEFAULT) || ares_library_init(ARES_LIB_INIT_ALL))
		*err = "libcurl or c-ares cannot be set up";
	if (!*err && read_detours(l, err) && dns_open(l, err) && https_open(l, err)) {
		smtp_open(l);
		at_open(l);
		return &l->base;
	}
	/* what *err says must outlive the arena that it is in */
	*err = arena_strdup(a, *err);
	live_close(&l->base);
	return NULL;
}

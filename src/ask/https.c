/* HTTPS: GET https://NAME and a path by libcurl's multi interface. A request's life:
 * it waits in line until there is room, is handed to curl, and ends with what curl says of it or
 * with its time. */
#include "https.h"

#include <errno.h>
#include <stdio.h>
#include <sys/epoll.h>

enum { HTTPS_PORT = 443, RUNNING_MAX = 64, TOTAL_MAX_MS = 60 * 1000, JOB_ARENA_MAX = 1024 * 1024 };

/* ---- what curl calls ---- */

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *per_socket)
{
	struct https *h = arg;
	uint32_t events = 0;

	(void)easy, (void)per_socket;
	if (what == CURL_POLL_IN || what == CURL_POLL_INOUT)
		events |= EPOLLIN;
	if (what == CURL_POLL_OUT || what == CURL_POLL_INOUT)
		events |= EPOLLOUT;
	live_watch(h->live, OWNER_HTTPS, fd, events);
	return 0;
}

static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
	struct https *h = arg;

	(void)multi;
	h->due_ms = timeout_ms < 0 ? INT64_MAX : source_now_ms() + timeout_ms;
	return 0;
}

/* ---- a job's end ---- */

static void link_running(struct https_job *j)
{
	struct https *h = j->https;

	j->prev = NULL;
	j->next = h->jobs;
	if (h->jobs)
		h->jobs->prev = j;
	h->jobs = j;
	h->running++;
}

static void unlink_running(struct https_job *j)
{
	struct https *h = j->https;

	if (j->prev)
		j->prev->next = j->next;
	else
		h->jobs = j->next;
	if (j->next)
		j->next->prev = j->prev;
	h->running--;
}

static void job_free(struct https_job *j)
{
	struct arena a = j->arena;

	if (j->easy) {
		curl_multi_remove_handle(j->https->multi, j->easy);
		curl_easy_cleanup(j->easy);
		unlink_running(j);
	}
	if (j->names)
		curl_share_cleanup(j->names);
	curl_slist_free_all(j->resolve);
	curl_slist_free_all(j->connect_to);
	buf_free(&j->body);
	arena_free(&a);
}

/* One that is in line yet is freed when its turn comes. */
static void finish(struct https_job *j, struct fact *f)
{
	struct live *l = j->https->live;
	struct question *q = j->q;

	j->q = NULL;
	timer_stop(&l->timers, &j->timer);
	live_settle(l, q, f);
	if (!j->in_line)
		job_free(j);
}

static void lose(struct https_job *j, enum fact_why why, const char *detail)
{
	finish(j, &(struct fact){ .state = FACT_LOST, .why = why, .detail = detail });
}

static void job_timeout(struct timer *t)
{
	struct https_job *j = (struct https_job *)(void *)t;

	if (j->in_line || j->cut_short)
		lose(j, WHY_DEADLINE, NULL);
	else
		lose(j, WHY_TIMEOUT,
		     arena_printf(&j->arena, "no complete answer within %s",
				  live_duration(&j->arena, j->total_ms)));
}

static void done(struct https_job *j, CURLcode rc)
{
	struct fact f = { 0 };

	https_result(j, rc, &f);
	finish(j, &f);
}

static void reap(struct https *h)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(h->multi, &left))) {
		struct https_job *j = NULL;
		CURLcode rc = m->data.result;

		if (m->msg == CURLMSG_DONE &&
		    !curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &j) && j)
			done(j, rc);
	}
}

/* ---- a job's beginning ---- */

/* A connection, TLS included, must stand within the time that a question has; the whole may take
 * twice that. */
static void job_start(struct https_job *j)
{
	struct https *h = j->https;
	int64_t now = source_now_ms();

	where_find(&j->arena, h->live, j->q, HTTPS_PORT, &j->where);
	if (j->where.why != WHY_OK) {
		lose(j, j->where.why, j->where.detail);
		return;
	}
	j->total_ms = 2 * (int64_t)h->live->opt.timeout_ms;
	if (j->total_ms > TOTAL_MAX_MS)
		j->total_ms = TOTAL_MAX_MS;
	j->cut_short = j->q->deadline_ms < now + j->total_ms;
	if (!j->cut_short)
		timer_set(&h->live->timers, &j->timer, now + j->total_ms);
	h->live->stats.https++;
	j->names = curl_share_init();
	j->easy = curl_easy_init();
	if (j->easy)
		link_running(j);
	if (!j->names || !j->easy || !https_request(j, j->timer.due_ms - now) ||
	    curl_multi_add_handle(h->multi, j->easy))
		lose(j, WHY_HTTP, "libcurl cannot be set up");
}

void https_pump(struct https *h)
{
	while (h->first && h->running < RUNNING_MAX) {
		struct https_job *j = h->first;

		h->first = j->next;
		if (!h->first)
			h->last = NULL;
		h->nline--;
		j->in_line = false;
		if (j->q)
			job_start(j);
		else
			job_free(j);
	}
}

void https_ask(struct https *h, struct question *q)
{
	struct arena a;
	struct https_job *j;

	arena_init(&a, JOB_ARENA_MAX);
	j = ARENA_NEW(&a, struct https_job);
	j->arena = a;
	j->https = h;
	j->q = q;
	j->in_line = true;
	j->timer.fire = job_timeout;
	buf_init(&j->body, HTTPS_BODY_MAX + 1);
	timer_set(&h->live->timers, &j->timer, q->deadline_ms);
	if (h->last)
		h->last->next = j;
	else
		h->first = j;
	h->last = j;
	h->nline++;
}

size_t https_line(const struct https *h)
{
	return h->nline;
}

/* ---- the loop's side ---- */

void https_event(struct https *h, int fd, bool readable, bool writable, bool error)
{
	int what = (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0) |
		   (error ? CURL_CSELECT_ERR : 0);
	int running;

	curl_multi_socket_action(h->multi, fd, what, &running);
	reap(h);
}

int https_tick(struct https *h, int64_t now_ms)
{
	int running;

	if (h->due_ms <= now_ms) {
		h->due_ms = INT64_MAX;
		curl_multi_socket_action(h->multi, CURL_SOCKET_TIMEOUT, 0, &running);
		reap(h);
	}
	if (h->due_ms == INT64_MAX)
		return -1;
	return h->due_ms > now_ms ? (int)(h->due_ms - now_ms) : 0;
}

/* Is there a certificate in the file? Otherwise every host would be found to have a bad one. */
static bool check_ca_file(struct live *l, const char **err)
{
	FILE *f = fopen(l->opt.ca_file, "re");
	char line[256];
	bool found = false;

	if (!f) {
		*err = arena_printf(&l->arena, "%s: %s", l->opt.ca_file, strerror(errno));
		return false;
	}
	while (!found && fgets(line, sizeof(line), f))
		found = str_starts(str_c(line), S("-----BEGIN")) &&
			str_find_str(str_c(line), S("CERTIFICATE-----")) > 0;
	fclose(f);
	if (!found)
		*err = arena_printf(&l->arena, "%s: no certificate in it (PEM)", l->opt.ca_file);
	return found;
}

bool https_open(struct live *l, const char **err)
{
	struct https *h = ARENA_NEW(&l->arena, struct https);

	h->live = l;
	h->due_ms = INT64_MAX;
	l->https = h;
	if (l->opt.ca_file && !check_ca_file(l, err))
		return false;
	h->multi = curl_multi_init();
	if (h->multi && !curl_multi_setopt(h->multi, CURLMOPT_SOCKETFUNCTION, on_socket) &&
	    !curl_multi_setopt(h->multi, CURLMOPT_SOCKETDATA, h) &&
	    !curl_multi_setopt(h->multi, CURLMOPT_TIMERFUNCTION, on_timer) &&
	    !curl_multi_setopt(h->multi, CURLMOPT_TIMERDATA, h))
		return true;
	*err = "libcurl cannot be set up";
	return false;
}

void https_close(struct https *h)
{
	while (h->first) {
		struct https_job *j = h->first;

		h->first = j->next;
		timer_stop(&h->live->timers, &j->timer);
		job_free(j);
	}
	while (h->jobs)
		job_free(h->jobs);
	if (h->multi)
		curl_multi_cleanup(h->multi);
}

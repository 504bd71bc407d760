/* What is said to a mail host and what it answers: banner, EHLO, STARTTLS, EHLO once more (what is
 * offered within TLS counts), QUIT. */
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <sys/socket.h>

#include "smtp_job.h"
#include "smtp_reply.h"

enum { TEXT_MAX = 160, KEYWORDS_MAX = 64, KEYWORD_MAX = 40, QUIT_MS = 1000 };

/* ---- sending and receiving ---- */

static enum smtp_turn want(struct smtp_job *j, int rc)
{
	int error = SSL_get_error(j->ssl, rc);

	ERR_clear_error();
	return error == SSL_ERROR_WANT_READ    ? SMTP_WAIT_IN
	       : error == SSL_ERROR_WANT_WRITE ? SMTP_WAIT_OUT
					       : SMTP_OVER;
}

/* SMTP_OVER: the connection is gone. */
static enum smtp_turn flush(struct smtp_job *j)
{
	while (j->nout) {
		int n;

		if (j->ssl) {
			n = SSL_write(j->ssl, j->out, (int)j->nout);
			if (n <= 0)
				return want(j, n);
		} else {
			n = (int)send(j->fd, j->out, j->nout, MSG_NOSIGNAL);
			if (n <= 0)
				return n < 0 && errno == EAGAIN ? SMTP_WAIT_OUT : SMTP_OVER;
		}
		j->nout -= (size_t)n;
		memmove(j->out, j->out + n, j->nout);
	}
	return SMTP_WAIT_IN;
}

/* One piece of what has come. SMTP_WAIT_OUT means no more than that TLS wants to write first. *got:
 * something came. */
static enum smtp_turn receive(struct smtp_job *j, bool *got)
{
	size_t room = sizeof(j->in) - j->nin;
	int n;

	*got = false;
	if (!room)
		return SMTP_WAIT_IN;
	if (j->ssl) {
		n = SSL_read(j->ssl, j->in + j->nin, (int)room);
		if (n <= 0)
			return want(j, n);
	} else {
		n = (int)recv(j->fd, j->in + j->nin, room, 0);
		if (n <= 0)
			return n < 0 && errno == EAGAIN ? SMTP_WAIT_IN : SMTP_OVER;
	}
	j->nin += (size_t)n;
	j->total += (size_t)n;
	*got = true;
	return SMTP_WAIT_IN;
}

static void say(struct smtp_job *j, enum smtp_phase phase, const char *line)
{
	int n = snprintf(j->out, sizeof(j->out), "%s\r\n", line);

	j->nout = n > 0 && (size_t)n < sizeof(j->out) ? (size_t)n : 0;
	j->phase = phase;
}

/* Who we are: the address that we speak from (RFC 5321 4.1.3), which every host knows to be true.
 */
static void say_ehlo(struct smtp_job *j, enum smtp_phase phase)
{
	struct sockaddr_storage from = { 0 };
	socklen_t n = sizeof(from);
	struct str ip = { "\0\0\0\0", 4 };

	getsockname(j->fd, (struct sockaddr *)&from, &n);
	if (from.ss_family == AF_INET6)
		ip = (struct str){ (const char *)&((struct sockaddr_in6 *)(void *)&from)->sin6_addr,
				   16 };
	else if (from.ss_family == AF_INET)
		ip = (struct str){ (const char *)&((struct sockaddr_in *)(void *)&from)->sin_addr,
				   4 };
	say(j, phase,
	    arena_printf(&j->arena, "EHLO [%s%s]", ip.n == 16 ? "IPv6:" : "",
			 ip_text(&j->arena, ip)));
}

static void say_quit(struct smtp_job *j)
{
	int64_t due = source_now_ms() + QUIT_MS;

	say(j, SMTP_QUIT, "QUIT");
	timer_set(&j->smtp->live->timers, &j->timer, due < j->deadline_ms ? due : j->deadline_ms);
}

/* ---- what the answers mean ---- */

/* The reply as it would stand on one line. */
static const char *reply_text(struct smtp_job *j, const struct smtp_reply *r)
{
	struct str s = r->line[0];

	return arena_printf(&j->arena, "%u %.*s%s", r->code, (int)(s.n < TEXT_MAX ? s.n : TEXT_MAX),
			    s.p, s.n > TEXT_MAX || r->nline > 1 ? " ..." : "");
}

static void add_keywords(struct smtp_job *j, const struct smtp_reply *r)
{
	for (size_t i = 0; i + 1 < r->nline && i < KEYWORDS_MAX; i++) {
		struct str k = smtp_reply_keyword(r, i);
		char *upper;

		if (!k.n || k.n > KEYWORD_MAX)
			continue;
		upper = arena_strndup(&j->arena, k.p, k.n);
		for (char *p = upper; *p; p++)
			*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
		if (!smtp_offers(&j->talk, upper))
			j->talk.ehlo = arena_printf(&j->arena, "%s%s%s", j->talk.ehlo,
						    *j->talk.ehlo ? " " : "", upper);
	}
}

static enum smtp_turn got_banner(struct smtp_job *j, const struct smtp_reply *r)
{
	struct str host = smtp_reply_host(r);

	if (r->code != 220)
		return smtp_lose(j, WHY_SMTP,
				 arena_printf(&j->arena, "it answered: %s", reply_text(j, r)));
	j->talk.banner = arena_strndup(&j->arena, host.p, host.n < 255 ? host.n : 255);
	say_ehlo(j, SMTP_EHLO);
	return SMTP_WAIT_OUT;
}

/* A host that does not know EHLO has no STARTTLS either; any other refusal is about us. */
static enum smtp_turn got_ehlo(struct smtp_job *j, const struct smtp_reply *r)
{
	if (r->code != 250 && r->code != 500 && r->code != 502)
		return smtp_lose(
			j, WHY_SMTP,
			arena_printf(&j->arena, "it answered EHLO with: %s", reply_text(j, r)));
	if (r->code == 250)
		add_keywords(j, r);
	if (smtp_offers(&j->talk, "STARTTLS"))
		say(j, SMTP_STARTTLS, "STARTTLS");
	else
		say_quit(j);
	return SMTP_WAIT_OUT;
}

/* What stands in the clear behind the 220 was put there by somebody between the host and us, or by
 * a host that is broken: it must not be taken for what comes within TLS (CVE-2011-0411). */
static enum smtp_turn got_starttls(struct smtp_job *j, const struct smtp_reply *r)
{
	if (r->code != 220) {
		j->talk.tls = SMTP_TLS_REFUSED;
		j->detail = arena_printf(&j->arena, "it answered: %s", reply_text(j, r));
		say_quit(j);
		return SMTP_WAIT_OUT;
	}
	if (j->nin) {
		j->talk.tls = SMTP_TLS_FAILED;
		j->detail = "it went on in the clear behind its answer to STARTTLS";
		return SMTP_OVER;
	}
	j->phase = SMTP_HANDSHAKE; /* smtp_go_on does it */
	return SMTP_WAIT_IN;
}

static enum smtp_turn got_reply(struct smtp_job *j, const struct smtp_reply *r)
{
	switch (j->phase) {
	case SMTP_BANNER: return got_banner(j, r);
	case SMTP_EHLO: return got_ehlo(j, r);
	case SMTP_STARTTLS: return got_starttls(j, r);
	case SMTP_EHLO_AGAIN:
		if (r->code == 250)
			add_keywords(j, r);
		say_quit(j);
		return SMTP_WAIT_OUT;
	default: return SMTP_OVER;
	}
}

/* Nothing more will come of it. */
static enum smtp_turn broken(struct smtp_job *j, const char *why)
{
	switch (j->phase) {
	case SMTP_STARTTLS:
	case SMTP_HANDSHAKE:
		j->talk.tls = SMTP_TLS_FAILED;
		j->detail = arena_printf(&j->arena, "%s, after STARTTLS", why);
		return SMTP_OVER;
	case SMTP_EHLO_AGAIN:
	case SMTP_QUIT: return SMTP_OVER;
	case SMTP_EHLO:
		return smtp_lose(j, WHY_SMTP, arena_printf(&j->arena, "%s, after EHLO", why));
	default:
		return smtp_lose(j, WHY_SMTP,
				 arena_printf(&j->arena, "%s, instead of a banner", why));
	}
}

enum smtp_turn smtp_timed_out(struct smtp_job *j)
{
	const char *within = arena_printf(&j->arena, "within %s",
					  live_duration(&j->arena, (j->total_ms + 50) / 100 * 100));

	switch (j->phase) {
	case SMTP_STARTTLS:
	case SMTP_HANDSHAKE:
		j->talk.tls = SMTP_TLS_FAILED;
		j->detail = arena_printf(&j->arena, "STARTTLS did not come to an end %s", within);
		return SMTP_OVER;
	case SMTP_EHLO_AGAIN:
	case SMTP_QUIT: return SMTP_OVER;
	case SMTP_EHLO:
		return smtp_lose(j, WHY_TIMEOUT,
				 arena_printf(&j->arena, "no answer to EHLO %s", within));
	default: return smtp_lose(j, WHY_TIMEOUT, arena_printf(&j->arena, "no banner %s", within));
	}
}

/* The next reply out of what has come, and what follows from it. */
static enum smtp_turn read_reply(struct smtp_job *j, bool *whole)
{
	struct arena scratch;
	struct smtp_reply r;
	enum smtp_turn turn = SMTP_WAIT_IN;

	arena_init(&scratch, 1024 * 1024);
	parse_smtp_reply(&scratch, (struct str){ j->in, j->nin }, &r);
	*whole = r.state == SMTP_REPLY_WHOLE;
	if (r.state == SMTP_REPLY_BAD) {
		turn = broken(j, arena_printf(&j->arena, "it sent %s", r.fault));
	} else if (*whole) {
		/* the lines point into what has come, so it is moved when they have been read; only
		 * how much is left behind the reply is asked before that */
		size_t left = j->nin - r.used;

		j->nin = left;
		turn = got_reply(j, &r);
		memmove(j->in, j->in + r.used, left);
	} else if (j->nin == sizeof(j->in)) {
		turn = broken(j, "it sent a reply that is too long");
	}
	arena_free(&scratch);
	return turn;
}

enum smtp_turn smtp_go_on(struct smtp_job *j)
{
	bool got = true, whole = true;

	if (++j->turns > SMTP_TURNS_MAX || j->total > SMTP_READ_MAX)
		return broken(j, "it sent more than a mail host has to say");
	while (got || whole) {
		enum smtp_turn turn;

		if (j->phase == SMTP_HANDSHAKE) {
			turn = smtp_handshake(j);
			if (j->phase == SMTP_HANDSHAKE || turn == SMTP_OVER)
				return turn;
			say_ehlo(j, SMTP_EHLO_AGAIN);
		}
		turn = flush(j);
		if (turn == SMTP_OVER)
			return broken(j, "it closed the connection");
		if (turn == SMTP_WAIT_OUT)
			return turn;
		turn = read_reply(j, &whole);
		if (turn == SMTP_OVER || turn == SMTP_LOST)
			return turn;
		if (whole)
			continue;
		turn = receive(j, &got);
		if (turn == SMTP_OVER)
			return broken(j, "it closed the connection");
		if (!got)
			return turn;
		if (j->total > SMTP_READ_MAX)
			return broken(j, "it sent more than a mail host has to say");
	}
	return SMTP_WAIT_IN;
}

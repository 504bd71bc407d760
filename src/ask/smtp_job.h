/* smtp_job: what the parts of the SMTP half share: smtp.c has a job's life and its socket,
 * smtp_dialog.c what is said and heard, smtp_tls.c the handshake and the certificates.
 *
 * Layer: ask; private to src/ask. A server may say anything, as slowly as it likes: every reply has
 * a maximum (smtp_reply.h), so has all that is read, and each job has a deadline. */
#ifndef AUTHCHECK_SMTP_JOB_H
#define AUTHCHECK_SMTP_JOB_H

#include <openssl/ssl.h>

#include "live.h"
#include "smtp.h"

enum { SMTP_IN_MAX = 16 * 1024, SMTP_READ_MAX = 64 * 1024, SMTP_TURNS_MAX = 2000 };

enum smtp_phase {
	SMTP_CONNECT, /* until the connection stands */
	SMTP_BANNER,  /* these wait for a reply */
	SMTP_EHLO,
	SMTP_STARTTLS,
	SMTP_HANDSHAKE,
	SMTP_EHLO_AGAIN, /* from here on all that matters is known */
	SMTP_QUIT,
};

struct smtp_job {
	struct timer timer;
	struct smtp *smtp;
	struct question *q;           /* NULL once it is settled */
	struct smtp_job *next, *prev; /* in line, or among those that run */
	struct arena arena;
	bool in_line;
	struct where where;
	size_t at; /* which of where.addr */
	int64_t deadline_ms, total_ms;
	int fd;    /* -1: none */
	int error; /* errno of the last address that could not be connected to; ETIMEDOUT */
	enum smtp_phase phase;
	SSL *ssl;
	char out[128]; /* what is to be sent yet */
	size_t nout;
	char in[SMTP_IN_MAX]; /* what came and was not read yet */
	size_t nin, total;
	unsigned turns;
	uint32_t events; /* what its socket is watched for */
	struct smtp_talk talk;
	const char *detail; /* more about talk.tls */
	const char *source;
};

struct smtp {
	struct live *live;
	SSL_CTX *ctx;
	bool has_cas;
	struct smtp_job *first, *last; /* in line */
	size_t nline;
	struct smtp_job *jobs; /* running */
	unsigned running;
};

/* What is to happen next with a job. */
enum smtp_turn {
	SMTP_WAIT_IN,
	SMTP_WAIT_OUT,
	SMTP_OVER, /* all is known: settle it with what job->talk has */
	SMTP_LOST, /* it was settled as LOST already */
};

/* Settles the job as LOST, and returns SMTP_LOST. */
enum smtp_turn smtp_lose(struct smtp_job *j, enum fact_why why, const char *detail);

/* Goes on with the dialogue as far as it goes. The connection stands. */
enum smtp_turn smtp_go_on(struct smtp_job *j);

/* No answer came within the time; what that means depends on the phase. */
enum smtp_turn smtp_timed_out(struct smtp_job *j);

/* The TLS half. ctx_open: false and *err. */
bool smtp_tls_open(struct smtp *s, const char **err);
/* SMTP_OVER: the handshake failed, and talk and detail say so. When it is done the phase is
 * SMTP_EHLO_AGAIN. */
enum smtp_turn smtp_handshake(struct smtp_job *j);

#endif

/* live: what the parts of the live source share.
 *
 * Layer: ask; private to src/ask. live.c has the one loop; it drives c-ares and libcurl by the
 * sockets that they say they wait on and by timers of our own. Two halves stand on it:
 *
 *   DNS     live_dns.c      a question's life: waits for a place, is asked, asked again, settled
 *           live_try.c      one query put to one server, and what came of it
 *           live_answer.c   from a message, or from what went wrong, to a fact
 *           live_server.c   the name servers, and their c-ares channels
 *           live_at.c       servers that are asked by their address
 *           live_udp.c      their datagrams, many at once
 *   HTTPS   https.c and its parts, see https.h
 *   SMTP    smtp.c and its parts, see smtp_job.h
 *
 * Nothing here waits, and no question is settled from within ask(): what is asked is put in line,
 * and run() does the rest. */
#ifndef AUTHCHECK_LIVE_H
#define AUTHCHECK_LIVE_H

#include <ares.h>

#include "name.h"
#include "source.h"
#include "timer.h"
#include "wire.h"

struct at;
struct detour;
struct dns;
struct udp;
struct https;
struct smtp;

struct live {
	struct source base;
	struct live_options opt;
	struct arena arena; /* the parts, and jobs, which are used again */
	int epoll_fd;
	struct timers timers;
	struct live_stats stats;
	unsigned long settled; /* questions settled so far */
	struct dns *dns;       /* the resolvers */
	struct at *at;         /* other name servers */
	struct udp *udp;       /* the datagrams of both */
	struct https *https;
	struct smtp *smtp;
	struct detour *detours; /* as many as opt.nconnect_to */
};

/* Whose a socket is. */
enum { OWNER_HTTPS, OWNER_SMTP, OWNER_DNS /* and up: a channel each */ };

/* Watches a socket for its owner: EPOLLIN, EPOLLOUT, both; 0 ends it. */
void live_watch(struct live *l, unsigned owner, int fd, uint32_t events);

/* Hands a settled fact to whoever asked. */
void live_settle(struct live *l, struct question *q, struct fact *answer);

/* "5 s", "1.5 s", "300 ms" */
const char *live_duration(struct arena *a, int64_t ms);

/* ---- DNS ---- */
enum {
	DNS_PORT = 53,
	DNS_SERVERS_MAX = 6,
	CHANCE = 8192,
	CHANNELS_MAX = 65536,
	/* Answers come in bursts while the checkers are at work. The system may give less. */
	DNS_SOCKET_BUFFER = 4 * 1024 * 1024,
	/* What c-ares 1.18 reads at most; what is asked for is WIRE_EDNS_SIZE. */
	UDP_ANSWER_MAX = 4096,
};

/* How a query gets to a server. Each way is a c-ares channel of its own that knows this one server,
 * so it is always known who answered, and what one server does to a channel does not touch another.
 */
enum via {
	VIA_UDP,   /* with EDNS */
	VIA_PLAIN, /* UDP without EDNS */
	VIA_ALONE, /* the same, a socket for each query */
	VIA_TCP,
	VIA_COUNT
};

struct channel {
	struct live *live;
	unsigned owner;
	ares_channel ares; /* NULL until it is first used */
	unsigned out;      /* queries that c-ares has not called back for */
	unsigned server;   /* whose it is */
	enum via via;
	int fd;                 /* its socket, where live_udp.c has it in hand */
	int send_error;         /* what was met in sending, and c-ares does not know of yet; 0 */
	int64_t retired_ms;     /* since when it is not sent on any more; 0: it is */
	uint8_t ids[65536 / 8]; /* the ids of these */
};

struct server {
	const char *address;            /* "192.0.2.53:53", as facts have it */
	const char *label;              /* for people: without the port where it is 53 */
	struct channel *via[VIA_COUNT]; /* NULL until it is first used */
	bool trusted;                   /* the user trusts what it says of DNSSEC */
	bool edns;                      /* it understands EDNS, as far as we know */
	bool keeps_case;     /* it gives the question back as it was, as far as we know */
	unsigned plain_good; /* answers that it gave only when asked without EDNS */
	unsigned case_good, case_bad;
	unsigned silent; /* queries in a row that it let pass */
	/* With a limit of queries a second: how many it bears, how much time it has left (us; less
	 * than nothing: it has been asked too much), and until when that was reckoned. */
	unsigned rate;
	int64_t credit_us, credit_ms;
};

/* What is known of one server with regard to one question. */
struct job_server {
	uint8_t sent;        /* queries put to it by UDP */
	uint8_t unreachable; /* times that the system said it cannot be reached, by UDP */
	uint8_t tcp_unreachable;
	bool plain;        /* ask without EDNS */
	bool alone;        /* and on a socket that nothing else is asked on */
	bool lower;        /* ask without 0x20 */
	bool tcp;          /* ask by TCP */
	bool tcp_out;      /* asked by TCP, and nothing came yet */
	bool truncated;    /* its answer by UDP was */
	bool garbled;      /* its answer by UDP could not be read, or was to another question */
	bool edns_refused; /* it answered FORMERR or the like to EDNS */
	bool failed;       /* no use asking it again, because of `why` */
	enum fact_why why;
	unsigned rcode;
};

struct dns_job {
	struct timer timer; /* the next step: asking again, or giving up */
	struct dns *dns;
	struct question *q;   /* NULL once it is settled */
	struct dns_job *next; /* in line, or in the list of spare ones */
	bool active;          /* was asked, and is not settled */
	bool stalled;         /* nothing came in time: it takes no room in the window any more */
	bool hurry;    /* the timer was set because something came, not for want of an answer */
	int again;     /* ask this server once more, differently; -1: whose turn it is */
	unsigned turn; /* whose turn it is */
	unsigned asked_last;
	unsigned out; /* tries that c-ares still has */
	int64_t deadline_ms;
	struct job_server at[DNS_SERVERS_MAX];
};

struct dns_try {
	struct dns_job *job;
	struct channel *channel;
	struct dns_try *next; /* in the list of spare ones */
	unsigned server;
	enum via via;
	bool cased;
	uint16_t id;
	uint8_t case_bits[32];
	int64_t sent_ms;
};

/* Servers that all know the same, and what is asked of them. */
struct dns {
	struct live *live;
	unsigned number; /* among all of the source's */
	struct server *server;
	unsigned nservers;
	unsigned best;                /* the one that is asked first */
	struct dns_job *first, *last; /* in line */
	size_t nline;                 /* how many */
	struct dns_job *spare_jobs;
	struct dns_try *spare_tries;
	struct channel **channel; /* all of them; dns_event finds them by their number */
	size_t nchannel, cap_channel;
	uint8_t chance[CHANCE]; /* random octets, fetched in one go, and how many are used up */
	size_t chance_used;
	unsigned active;     /* questions asked and not settled, the stalled ones aside */
	unsigned stalled;    /* these */
	unsigned out;        /* tries that c-ares has */
	unsigned window;     /* how many may be active */
	unsigned good, lost; /* answers, and silences, since the window was last changed */
	int64_t shrunk_ms;
	int64_t tick_ms; /* when c-ares was last told the time */
	unsigned retry_ms;
	struct arena scratch; /* one answer's */
	bool closing;
	char address[64], label[64]; /* of servers_set() */
};

/* The name servers of the options or of the system. False and *err. */
bool dns_open(struct live *l, const char **err);
/* Without a server yet. NULL and *err. */
struct dns *dns_new(struct live *l, unsigned number, const char **err);
/* Is nothing asked, and nothing in line? */
bool dns_is_idle(const struct dns *d);
void dns_close(struct dns *d);
void dns_ask(struct dns *d, struct question *q);
/* Asks what is in line, as far as there is room. */
void dns_pump(struct dns *d);
/* Tells c-ares of what was met in sending. True when there was something. */
bool dns_tell_failures(struct dns *d);
/* How many there are in line for whom there is no room. */
size_t dns_line(const struct dns *d);
void dns_event(struct dns *d, unsigned owner, int fd, bool readable, bool writable);
/* Lets c-ares forget what it has waited for long enough. Returns in how many ms it wants to be
 * called again; -1: no matter. */
int dns_tick(struct dns *d, int64_t now_ms);

/* The one server at that address, instead of what there was: d must be idle. */
void servers_set(struct dns *d, struct str addr, unsigned port);
bool servers_read(struct live *l, struct dns *d, const char **err);
void servers_close(struct dns *d);
/* The channel, opened when this is its first use; NULL when that fails. c-ares keeps a query for
 * minutes though we have given it up: a channel with `out_max` of them is retired, and a new one
 * opened. */
struct channel *server_channel(struct dns *d, unsigned server, enum via via, unsigned out_max,
			       int64_t now_ms);
/* Closes retired channels from which nothing is to be expected any more. */
void servers_tidy(struct dns *d, int64_t now_ms);
/* May a server be asked now, with regard to the limit of queries a second? In how many ms else? */
bool server_has_credit(struct dns *d, unsigned server, int64_t now_ms);
int server_credit_wait_ms(const struct dns *d, unsigned server);
/* It was asked. It loses too much, or it bears what it gets: the limit follows. */
void server_charge(struct dns *d, unsigned server);
void server_ease(struct dns *d, unsigned server, bool loses);
/* Random octets; dns_open has seen that there are some. */
void dns_chance(struct dns *d, void *out, size_t n);

/* Puts the question to a server. */
void try_send(struct dns_job *j, unsigned server, int64_t now_ms);

/* Sets the job's next step for then, because something came. */
void job_hurry(struct dns_job *j, int64_t when_ms);
void job_settle(struct dns_job *j, struct fact *answer);
void job_lose(struct dns_job *j, enum fact_why why, const char *detail);
/* When it is settled and c-ares has none of its tries, it is put among the spare ones. */
void job_release(struct dns_job *j);

enum { CHAIN_MAX = 16 };

/* What an answer of NOERROR or NXDOMAIN says to the question. */
void answer_read(struct arena *a, const struct question *q, const struct wire_msg *m,
		 struct fact *out);
/* What is left to say when no server gave an answer. */
void answer_lost(struct arena *a, const struct dns_job *j, struct fact *out);

/* ---- DNS, at servers that are named by their address (ASK_DNS_AT) ---- */
void at_open(struct live *l);
void at_close(struct at *s);
void at_ask(struct at *s, struct question *q);
void at_pump(struct at *s);
size_t at_line(const struct at *s);
int at_tick(struct at *s, int64_t now_ms);
bool at_tell_failures(struct at *s);
/* The one of that number; NULL: there is none. */
struct dns *at_find(struct at *s, unsigned number);

/* ---- datagrams ---- */
void udp_open(struct live *l);
/* From now on c-ares sends and receives by way of us on this channel, which has not been used. */
void udp_take_over(struct channel *c);
/* Sends what was put aside. */
void udp_flush(struct live *l);

/* ---- HTTPS ---- */
bool https_open(struct live *l, const char **err);
void https_close(struct https *h);
void https_ask(struct https *h, struct question *q);
void https_pump(struct https *h);
size_t https_line(const struct https *h);
void https_event(struct https *h, int fd, bool readable, bool writable, bool error);
int https_tick(struct https *h, int64_t now_ms);

/* ---- where to connect to ---- */

/* One --connect-to. */
struct detour {
	struct str host;     /* empty: any */
	unsigned port;       /* 0: any */
	const char *address; /* as curl takes it ([…] for IPv6); NULL: the host's own */
	struct str ip;       /* the same as octets */
	unsigned to_port;    /* 0: as it was */
};
/* Reads curl's HOST:PORT:ADDR:PORT. False and *err. */
bool detour_read(struct arena *a, const char *text, struct detour *out, const char **err);

/* The first that fits; NULL: none. */
const struct detour *detour_find(const struct live *l, const char *name, unsigned port);

enum { WHERE_MAX = 16 };

struct where {
	enum fact_why why; /* WHY_OK, or why there is nowhere to connect to */
	const char *detail;
	bool by_user;               /* the user named the address: it may be any */
	const char *connect_to;     /* for CURLOPT_CONNECT_TO; NULL: straight on */
	const char *resolve;        /* for CURLOPT_RESOLVE; NULL: not needed */
	const char *label;          /* "192.0.2.1 port 443", for people */
	struct str addr[WHERE_MAX]; /* the same as octets */
	size_t naddr;
	unsigned port;
};
/* Where to connect to for q, at port `port` unless the user says otherwise. */
void where_find(struct arena *a, const struct live *l, const struct question *q, unsigned port,
		struct where *out);

/* ---- SMTP ---- */
void smtp_open(struct live *l);
void smtp_close(struct smtp *s);
void smtp_ask(struct smtp *s, struct question *q);
void smtp_pump(struct smtp *s);
size_t smtp_line(const struct smtp *s);
void smtp_event(struct smtp *s, int fd);

#endif

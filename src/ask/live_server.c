/* The name servers, and their c-ares channels. */
#include "live.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/epoll.h>

enum {
	/* How often c-ares sends a query anew by itself when a connection broke: whatever one
	 * answer does to a connection must not be the end of the queries that share it. From 1.31
	 * on also how often it does so for want of an answer, after a time of its own reckoning,
	 * 250 ms and twice that each time: five make it listen for as long as we do. */
	ARES_TRIES = 5,
	RETIRED_MAX = 8,
	BURST_US = 20000,
};

static bool add_server(struct live *l, struct dns *d, struct str addr, unsigned port)
{
	struct server *s = &d->server[d->nservers];
	const char *text = ip_text(&l->arena, addr);

	if (d->nservers == DNS_SERVERS_MAX)
		return false;
	s->address = arena_printf(&l->arena, addr.n == 16 ? "[%s]:%u" : "%s:%u", text, port);
	s->label = port == DNS_PORT ? text : s->address;
	s->trusted = l->opt.trust_ad || ip_classify(addr) == IP_LOOPBACK;
	s->edns = true;
	s->keeps_case = true;
	s->rate = l->opt.rate;
	d->nservers++;
	return true;
}

/* ADDR, ADDR:PORT, [ADDR]:PORT; ADDR may be IPv6 in the first form as well. */
static bool add_named(struct live *l, struct dns *d, struct str text, const char **err)
{
	struct str addr = text, port = { 0 };
	ptrdiff_t end = str_find(text, ']');
	uint32_t number = DNS_PORT;
	uint8_t ip[16];
	size_t n;

	if (text.n && text.p[0] == '[' && end > 0) {
		addr = str_sub(text, 1, (size_t)end - 1);
		port = str_from(text, (size_t)end + 1);
	} else if (!ip_parse(text, ip, &n) && (end = str_find(text, ':')) >= 0) {
		addr = str_sub(text, 0, (size_t)end);
		port = str_from(text, (size_t)end);
	}
	if (!ip_parse(addr, ip, &n) ||
	    (port.n &&
	     (port.p[0] != ':' || !str_to_u32(str_from(port, 1), 65535, &number) || !number))) {
		*err = arena_printf(&l->arena,
				    "name server \"%.*s\": not an address or ADDRESS:PORT",
				    (int)text.n, text.p);
		return false;
	}
	if (!add_server(l, d, (struct str){ (const char *)ip, n }, number)) {
		*err = arena_printf(&l->arena, "at most %d name servers", DNS_SERVERS_MAX);
		return false;
	}
	return true;
}

static bool read_option(struct live *l, struct dns *d, const char **err)
{
	struct str rest = str_c(l->opt.nameservers);

	while (rest.n) {
		size_t n = 0;

		while (n < rest.n && rest.p[n] != ',' && !is_wsp(rest.p[n]))
			n++;
		if (n && !add_named(l, d, str_sub(rest, 0, n), err))
			return false;
		rest = str_from(rest, n + 1);
	}
	if (!d->nservers)
		*err = "no name server given";
	return d->nservers > 0;
}

static bool has_word(struct str line, struct str word)
{
	while ((line = str_trim(line)).n) {
		size_t n = 0;

		while (n < line.n && !is_wsp(line.p[n]))
			n++;
		if (str_eq(str_sub(line, 0, n), word))
			return true;
		line = str_from(line, n);
	}
	return false;
}

/* What c-ares does not say of resolv.conf. Does it name any server? Where it does not, c-ares falls
 * back to 127.0.0.1, which would look like a server that is down. And is the way to the servers
 * safe ("options trust-ad", see resolv.conf(5))? */
static bool system_names_any(bool *trust_ad)
{
	FILE *f = fopen("/etc/resolv.conf", "re");
	char text[512];
	bool found = false;

	while (f && fgets(text, sizeof(text), f)) {
		struct str line = str_trim(str_c(text));

		if (line.n && line.p[line.n - 1] == '\n')
			line = str_sub(line, 0, line.n - 1);
		found |= str_starts(line, S("nameserver"));
		*trust_ad |= str_starts(line, S("options")) && has_word(line, S("trust-ad"));
	}
	if (f)
		fclose(f);
	return found;
}

static bool read_system(struct live *l, struct dns *d, const char **err)
{
	struct ares_addr_port_node *list = NULL;
	ares_channel ch;

	if (ares_init(&ch) != ARES_SUCCESS) {
		*err = "the system's name servers cannot be read";
		return false;
	}
	if (system_names_any(&l->opt.trust_ad))
		ares_get_servers_ports(ch, &list);
	for (const struct ares_addr_port_node *s = list; s; s = s->next) {
		struct str addr = { (const char *)&s->addr, s->family == AF_INET ? 4 : 16 };

		/* this list does not say by which interface a link-local server is reached */
		if (ip_classify(addr) != IP_LINK_LOCAL)
			add_server(l, d, addr, s->udp_port ? (unsigned)s->udp_port : DNS_PORT);
	}
	ares_free_data(list);
	ares_destroy(ch);
	if (!d->nservers)
		*err = "the system names no name server: give one with --nameserver";
	return d->nservers > 0;
}

void servers_set(struct dns *d, struct str addr, unsigned port)
{
	struct server *s = &d->server[0];
	const char *text = ip_text(&d->scratch, addr);
	const char *full = arena_printf(&d->scratch, addr.n == 16 ? "[%s]:%u" : "%s:%u", text,
					port);

	servers_close(d);
	memcpy(d->label, text, strlen(text) + 1);
	memcpy(d->address, full, strlen(full) + 1);
	arena_reset(&d->scratch);
	*s = (struct server){ .address = d->address,
			      .label = port == DNS_PORT ? d->label : d->address,
			      .edns = true,
			      .keeps_case = true,
			      .rate = d->live->opt.rate };
	d->nservers = 1;
	d->best = 0;
}

bool servers_read(struct live *l, struct dns *d, const char **err)
{
	return l->opt.nameservers ? read_option(l, d, err) : read_system(l, d, err);
}

static void socket_state(void *data, ares_socket_t fd, int readable, int writable)
{
	struct channel *c = data;

	live_watch(c->live, c->owner, fd, (readable ? EPOLLIN : 0u) | (writable ? EPOLLOUT : 0u));
}

/* Truncation is ours to handle (IGNTC), and so are error replies (NOCHECKRESP). EDNS stands in our
 * own messages: to c-ares the flag only says that more than 512 octets may come. Connections by TCP
 * are closed when they are idle (no STAYOPEN): a server may close them as well, just when we ask.
 */
static bool open_channel(struct channel *c, const char *address, enum via via, unsigned timeout_ms)
{
	char lookups[] = "b";
	struct ares_options o = {
		.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP |
			 ARES_FLAG_IGNTC,
		.timeout = (int)timeout_ms + 1000,
		.tries = ARES_TRIES,
		.ednspsz = UDP_ANSWER_MAX,
		.socket_receive_buffer_size = DNS_SOCKET_BUFFER,
		.socket_send_buffer_size = DNS_SOCKET_BUFFER,
		.lookups = lookups,
		.sock_state_cb = socket_state,
		.sock_state_cb_data = c,
	};
	int mask = ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ |
		   ARES_OPT_SOCK_RCVBUF | ARES_OPT_SOCK_SNDBUF | ARES_OPT_LOOKUPS |
		   ARES_OPT_SOCK_STATE_CB;

	o.flags |= via == VIA_TCP ? ARES_FLAG_USEVC : ARES_FLAG_STAYOPEN;
	if (via == VIA_UDP)
		o.flags |= ARES_FLAG_EDNS;
#ifdef ARES_OPT_UDP_MAX_QUERIES
	if (via == VIA_ALONE) {
		o.udp_max_queries = 1;
		mask |= ARES_OPT_UDP_MAX_QUERIES;
	}
#endif
#ifdef ARES_OPT_QUERY_CACHE
	/* an audit reads what the servers say now */
	o.qcache_max_ttl = 0;
	mask |= ARES_OPT_QUERY_CACHE;
#endif
	if (ares_init_options(&c->ares, &o, mask) != ARES_SUCCESS) {
		c->ares = NULL;
		return false;
	}
	if (via == VIA_UDP || via == VIA_PLAIN)
		udp_take_over(c);
	if (ares_set_servers_ports_csv(c->ares, address) == ARES_SUCCESS)
		return true;
	ares_destroy(c->ares);
	c->ares = NULL;
	return false;
}

/* The oldest retired channel of this kind, when there are as many as there may be; a closed one; or
 * a new one. */
static struct channel *find_room(struct dns *d, unsigned server, enum via via)
{
	struct channel *closed = NULL, *oldest = NULL;
	unsigned n = 0;

	for (size_t i = 0; i < d->nchannel; i++) {
		struct channel *c = d->channel[i];

		if (!c->ares) {
			closed = c;
		} else if (c->retired_ms && c->server == server && c->via == via) {
			n++;
			if (!oldest || c->retired_ms < oldest->retired_ms)
				oldest = c;
		}
	}
	if (n < (via == VIA_ALONE ? 1 : RETIRED_MAX)) {
		if (closed)
			return closed;
		d->channel = arena_grow(&d->live->arena, d->channel, d->nchannel, &d->cap_channel,
					sizeof(struct channel *));
		closed = ARENA_NEW(&d->live->arena, struct channel);
		closed->owner = OWNER_DNS + d->number * CHANNELS_MAX + (unsigned)d->nchannel;
		d->channel[d->nchannel++] = closed;
		return closed;
	}
	ares_destroy(oldest->ares);
	oldest->ares = NULL;
	return oldest;
}

struct channel *server_channel(struct dns *d, unsigned server, enum via via, unsigned out_max,
			       int64_t now_ms)
{
	struct server *s = &d->server[server];
	struct channel *c = s->via[via];

	if (c && c->out < out_max)
		return c;
	if (c)
		c->retired_ms = now_ms;
	c = find_room(d, server, via);
	*c = (struct channel){ .live = d->live, .owner = c->owner, .server = server, .via = via };
	s->via[via] = open_channel(c, s->address, via, d->live->opt.timeout_ms) ? c : NULL;
	return s->via[via];
}

void servers_tidy(struct dns *d, int64_t now_ms)
{
	for (size_t i = 0; i < d->nchannel; i++) {
		struct channel *c = d->channel[i];

		if (!c->ares || !c->retired_ms ||
		    (c->out && now_ms - c->retired_ms <= d->live->opt.timeout_ms))
			continue;
		ares_destroy(c->ares);
		c->ares = NULL;
	}
}

void servers_close(struct dns *d)
{
	for (size_t i = 0; i < d->nchannel; i++) {
		if (d->channel[i]->ares)
			ares_destroy(d->channel[i]->ares);
		d->channel[i]->ares = NULL;
	}
}

/* ---- so many queries a second ---- */

bool server_has_credit(struct dns *d, unsigned server, int64_t now_ms)
{
	struct server *s = &d->server[server];
	int64_t most_us = 1000000 / (s->rate ? s->rate : 1);

	if (!s->rate)
		return true;
	if (most_us < BURST_US)
		most_us = BURST_US;
	s->credit_us += (now_ms - s->credit_ms) * 1000;
	s->credit_ms = now_ms;
	if (s->credit_us > most_us)
		s->credit_us = most_us;
	return s->credit_us >= 1000000 / s->rate;
}

int server_credit_wait_ms(const struct dns *d, unsigned server)
{
	const struct server *s = &d->server[server];

	return s->rate ? (int)((1000000 / s->rate - s->credit_us) / 1000) + 1 : 0;
}

void server_charge(struct dns *d, unsigned server)
{
	struct server *s = &d->server[server];

	if (s->rate)
		s->credit_us -= 1000000 / s->rate;
}

void server_ease(struct dns *d, unsigned server, bool loses)
{
	struct server *s = &d->server[server];
	unsigned full = d->live->opt.rate, bit = full / 16 ? full / 16 : 1;

	if (!s->rate)
		return;
	s->rate = loses ? s->rate / 2 : s->rate + bit;
	if (s->rate < bit)
		s->rate = bit;
	if (s->rate > full)
		s->rate = full;
}

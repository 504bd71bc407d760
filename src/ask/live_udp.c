/* Datagrams for c-ares, many with each call of the system: half of what a question costs is spent
 * there.
 *
 * What c-ares sends is put aside until udp_flush(), which the loop calls before it waits. What has
 * come is read ahead: c-ares reads a socket until there is nothing left, so nothing stays here.
 *
 * An error in sending is told to c-ares when it next reads from that socket, as the system does
 * with the errors that come back by ICMP. A datagram for which the system has no room is lost, as
 * it may be on the wire, and is sent anew as such are. */
#include "live.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { BATCH = 64, IN_MAX = UDP_ANSWER_MAX + 1 /* as much as c-ares 1.18 asks for */ };

struct udp {
	struct channel *channel; /* whose `out` is */
	unsigned nout;
	struct mmsghdr out[BATCH];
	struct iovec out_at[BATCH];
	uint8_t out_data[BATCH][WIRE_QUERY_MAX];

	int in_fd;
	unsigned in_next, nin;
	struct mmsghdr in[BATCH];
	struct iovec in_at[BATCH];
	struct sockaddr_storage in_from[BATCH];
	uint8_t in_data[BATCH][IN_MAX];
};

/* ---- out ---- */

static void send_all(struct udp *u)
{
	struct channel *c = u->channel;

	for (unsigned done = 0; done < u->nout;) {
		int n = sendmmsg(c->fd, u->out + done, u->nout - done, 0);

		if (n < 0 && errno != EAGAIN && errno != ENOBUFS && errno != ENOMEM)
			c->send_error = errno;
		if (n <= 0)
			break;
		done += (unsigned)n;
	}
	u->nout = 0;
}

static ares_ssize_t put_aside(ares_socket_t fd, const struct iovec *at, int n, void *arg)
{
	struct channel *c = arg;
	struct udp *u = c->live->udp;

	if (n != 1 || at->iov_len > WIRE_QUERY_MAX || fd != c->fd)
		return writev(fd, at, n);
	if (u->nout && (u->nout == BATCH || u->channel != c))
		send_all(u);
	u->channel = c;
	memcpy(u->out_data[u->nout], at->iov_base, at->iov_len);
	u->out_at[u->nout++].iov_len = at->iov_len;
	return (ares_ssize_t)at->iov_len;
}

bool dns_tell_failures(struct dns *d)
{
	bool any = false;

	for (size_t i = 0; i < d->nchannel; i++) {
		struct channel *c = d->channel[i];

		if (!c->ares || !c->send_error)
			continue;
		ares_process_fd(c->ares, c->fd, ARES_SOCKET_BAD);
		c->send_error = 0;
		any = true;
	}
	return any;
}

/* c-ares sends anew what was on its way from a socket that failed, so there may be more to send. It
 * does so a few times. */
void udp_flush(struct live *l)
{
	bool again;

	do {
		if (l->udp->nout)
			send_all(l->udp);
		again = dns_tell_failures(l->dns);
		again |= at_tell_failures(l->at);
	} while (again);
}

/* ---- in ---- */

static bool read_ahead(struct udp *u, int fd)
{
	int n;

	for (unsigned i = 0; i < BATCH; i++)
		u->in[i].msg_hdr.msg_namelen = sizeof(u->in_from[i]);
	n = recvmmsg(fd, u->in, BATCH, 0, NULL);
	u->in_fd = fd;
	u->in_next = 0;
	u->nin = n > 0 ? (unsigned)n : 0;
	return n > 0;
}

static ares_ssize_t take_next(ares_socket_t fd, void *to, size_t max, int flags,
			      struct sockaddr *from, ares_socklen_t *from_len, void *arg)
{
	struct channel *c = arg;
	struct udp *u = c->live->udp;
	const struct mmsghdr *m;
	size_t n;

	if (fd != c->fd)
		return recvfrom(fd, to, max, flags, from, from_len);
	if (c->send_error) {
		errno = c->send_error;
		c->send_error = 0;
		return -1;
	}
	if ((u->in_fd != fd || u->in_next == u->nin) && !read_ahead(u, fd))
		return -1;
	m = &u->in[u->in_next];
	n = m->msg_len < max ? m->msg_len : max;
	memcpy(to, u->in_data[u->in_next], n);
	if (from && m->msg_hdr.msg_namelen <= *from_len) {
		memcpy(from, &u->in_from[u->in_next], m->msg_hdr.msg_namelen);
		*from_len = m->msg_hdr.msg_namelen;
	}
	u->in_next++;
	return (ares_ssize_t)n;
}

/* ---- sockets ---- */

/* c-ares leaves all that is to be set to whoever makes its sockets. */
static ares_socket_t open_socket(int family, int type, int protocol, void *arg)
{
	const int size = DNS_SOCKET_BUFFER;
	struct channel *c = arg;
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	if (fd >= 0 && type == SOCK_DGRAM) {
		c->fd = fd;
		/* the system may give less */
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
		setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	}
	return fd;
}

static int connect_socket(ares_socket_t fd, const struct sockaddr *to, ares_socklen_t n, void *arg)
{
	(void)arg;
	return connect(fd, to, n);
}

/* What was to be sent from it, or has come to it, goes with it. */
static int close_socket(ares_socket_t fd, void *arg)
{
	struct channel *c = arg;
	struct udp *u = c->live->udp;

	if (fd == c->fd) {
		if (u->channel == c)
			u->nout = 0;
		c->fd = -1;
		c->send_error = 0;
	}
	if (fd == u->in_fd)
		u->in_next = u->nin = 0;
	return close(fd);
}

void udp_take_over(struct channel *c)
{
	static const struct ares_socket_functions functions = { .asocket = open_socket,
								.aclose = close_socket,
								.aconnect = connect_socket,
								.arecvfrom = take_next,
								.asendv = put_aside };

	c->fd = -1;
	ares_set_socket_functions(c->ares, &functions, c);
}

void udp_open(struct live *l)
{
	struct udp *u = ARENA_NEW(&l->arena, struct udp);

	l->udp = u;
	u->in_fd = -1;
	for (unsigned i = 0; i < BATCH; i++) {
		u->out_at[i].iov_base = u->out_data[i];
		u->in_at[i] = (struct iovec){ u->in_data[i], IN_MAX };
		u->out[i].msg_hdr = (struct msghdr){ .msg_iov = &u->out_at[i], .msg_iovlen = 1 };
		u->in[i].msg_hdr = (struct msghdr){ .msg_name = &u->in_from[i],
						    .msg_iov = &u->in_at[i],
						    .msg_iovlen = 1 };
	}
}

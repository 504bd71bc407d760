/* Zones, read by this program's parser.
 *
 *	zone_driver load FILE [ORIGIN]          "ok: N records, M names, F faults", the faults, or
 *the error zone_driver dump FILE [ORIGIN]          each record with its place, sorted zone_driver
 *senders FILE [ORIGIN] zone_driver ask FILE ORIGIN NAME TYPE   what zone_lookup says zone_driver
 *knot PORT FILE ORIGIN       asks the server on 127.0.0.1 by TCP about every name of the zone and
 *names around them, and compares its answers with zone_lookup's and the zone source's */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "name.h"
#include "rrtype.h"
#include "source.h"
#include "wire.h"
#include "zone.h"

static const char *const kinds[] = { "OUTSIDE", "ANSWER",   "CNAME",    "DNAME",
				     "NODATA",  "NXDOMAIN", "DELEGATED" };

struct run {
	struct arena arena;
	struct zone zone;
	const struct zone *only;
	struct source *source;
	int fd;
	unsigned asked, wrong;
	uint16_t id;
	uint64_t seed;
	const struct fact *fact; /* what the source said last, in `once` */
	struct arena once;
};

static void die(const char *what)
{
	fprintf(stderr, "zone_driver: %s\n", what);
	exit(2);
}

/* ---- the server ---- */

static void transfer(int fd, uint8_t *p, size_t n, int out)
{
	while (n) {
		ssize_t k = out ? write(fd, p, n) : read(fd, p, n);

		if (k <= 0)
			die("the server has closed the connection");
		p += k;
		n -= (size_t)k;
	}
}

static void connect_to(struct run *r, int port)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };

	sa.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	r->fd = socket(AF_INET, SOCK_STREAM, 0);
	if (r->fd < 0 || connect(r->fd, (struct sockaddr *)&sa, sizeof(sa)) != 0)
		die("cannot connect");
}

static int exchange(struct run *r, const char *name, uint16_t type, struct wire_msg *out)
{
	static uint8_t reply[65536];
	uint8_t query[2 + WIRE_QUERY_MAX];
	struct wire_query q = { .name = name, .type = type, .id = ++r->id };
	size_t n = wire_query_write(&q, query + 2);

	if (!n)
		die("no query can be made of a name");
	query[0] = (uint8_t)(n >> 8);
	query[1] = (uint8_t)n;
	transfer(r->fd, query, n + 2, 1);
	transfer(r->fd, query, 2, 0);
	n = (size_t)query[0] << 8 | query[1];
	transfer(r->fd, reply, n, 0);
	if (!wire_msg_read(&r->once, reply, n, &q, out))
		die("an answer that cannot be read");
	return reply[2] >> 2 & 1; /* AA */
}

/* ---- comparing ---- */

static void keep(struct question *q, const struct fact *f)
{
	struct run *r = q->owner;

	r->fact = fact_copy(&r->once, f);
}

static void complain(struct run *r, const char *name, uint16_t type, const struct zone_answer *z,
		     const struct wire_msg *m, int aa, const char *what)
{
	r->wrong++;
	printf("%s %s: %s; zone_lookup says %s%s, the server rcode %u aa %d with %zu records\n",
	       name, rrtype_name(&r->once, type), what, kinds[z->kind],
	       z->wildcard ? " (wildcard)" : "", m->rcode, aa, m->nanswer);
}

static int has_rr(const struct rr *want, const struct wire_msg *m, size_t from)
{
	for (size_t i = from; i < m->nanswer; i++) {
		struct rr a = m->answer[i].rr, b = *want;

		a.line = b.line = 0;
		if (rr_cmp(&a, &b) == 0 && a.ncuts == b.ncuts)
			return 1;
	}
	return 0;
}

/* The chain in the server's answer, DNAMEs aside, then the records: are they the fact's? NULL, or
 * what is not. */
static const char *compare_fact(const struct fact *f, const struct wire_msg *m, int aa)
{
	size_t at = 0;

	for (size_t i = 0; i < f->nchain; i++) {
		while (at < m->nanswer && m->answer[at].rr.type == RR_DNAME && f->type != RR_DNAME)
			at++;
		if (at == m->nanswer || m->answer[at].rr.type != RR_CNAME ||
		    strcmp(m->answer[at].rr.target, f->chain[i].target) != 0)
			return "another chain";
		at++;
	}
	while (at < m->nanswer && m->answer[at].rr.type == RR_DNAME && f->type != RR_DNAME)
		at++;
	switch (f->state) {
	case FACT_SOME:
		if (m->nanswer - at != f->nrr || m->rcode != RCODE_NOERROR)
			return "another number of records";
		for (size_t i = 0; i < f->nrr; i++)
			if (!has_rr(&f->rr[i], m, at))
				return "other records";
		return NULL;
	case FACT_NONE:
		if (m->rcode != (f->why == WHY_NXDOMAIN ? RCODE_NXDOMAIN : RCODE_NOERROR))
			return "another rcode";
		return m->nanswer != at ? "records where there are none"
		       : !aa            ? "no authority"
					: NULL;
	case FACT_LOST: return NULL; /* a loop: servers stop somewhere */
	default:
		if (!f->nchain && m->rcode != RCODE_REFUSED && (aa || m->nanswer))
			return "neither refused nor delegated";
		return m->nanswer != at ? "records beyond the zone" : NULL;
	}
}

static const char *compare_lookup(const struct zone_answer *z, const struct wire_msg *m, int aa)
{
	switch (z->kind) {
	case ZONE_OUTSIDE: return m->rcode == RCODE_REFUSED ? NULL : "not refused";
	case ZONE_DELEGATED:
		return m->rcode == RCODE_NOERROR && !aa && !m->nanswer ? NULL : "no referral";
	case ZONE_ANSWER:
		return m->rcode == RCODE_NOERROR && aa && m->nanswer == z->n
			       ? NULL
			       : "another number of records";
	case ZONE_CNAME:
		return m->nanswer && m->answer[0].rr.type == RR_CNAME &&
				       strcmp(m->answer[0].rr.target, z->target) == 0
			       ? NULL
			       : "no such CNAME";
	case ZONE_DNAME: return m->nanswer && m->answer[0].rr.type == RR_DNAME ? NULL : "no DNAME";
	case ZONE_NODATA:
		return m->rcode == RCODE_NOERROR && aa && !m->nanswer ? NULL : "not without data";
	default: return m->rcode == RCODE_NXDOMAIN && aa && !m->nanswer ? NULL : "the name exists";
	}
}

static void check(struct run *r, const char *name, uint16_t type)
{
	struct question q = {
		.kind = ASK_DNS, .type = type, .name = name, .done = keep, .owner = r
	};
	struct zone_answer z;
	struct wire_msg m;
	const char *what;
	int aa = exchange(r, name, type, &m);

	r->asked++;
	zone_lookup(&r->once, &r->zone, name, type, &z);
	r->source->ops->ask(r->source, &q);
	what = compare_lookup(&z, &m, aa);
	if (!what)
		what = compare_fact(r->fact, &m, aa);
	if (what)
		complain(r, name, type, &z, &m, aa, what);
	arena_free(&r->once);
}

static void check_all(struct run *r, const char *name)
{
	static const uint16_t types[] = { RR_A,   RR_AAAA, RR_MX,   RR_TXT, RR_CNAME, RR_NS,
					  RR_PTR, RR_SOA,  RR_TLSA, RR_CAA, RR_DS,    RR_SRV };

	for (size_t i = 0; name && i < sizeof(types) / sizeof(*types); i++)
		check(r, name, types[i]);
}

static unsigned chance(struct run *r)
{
	r->seed = r->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(r->seed >> 33);
}

static void check_around(struct run *r, const char *owner)
{
	struct arena *a = &r->arena;
	const char *up = name_parent(owner);

	check_all(r, owner);
	check_all(r, name_join(a, "zz", owner));
	check_all(r, name_join(a, "_x.www.zz", owner));
	check_all(r, name_join(a, "*", owner));
	check_all(r, name_join(a, arena_printf(a, "r%u", chance(r) % 1000), owner));
	if (!up || !name_is_under(up, r->zone.origin))
		return;
	check_all(r, up);
	check_all(r,
		  name_join(a, arena_printf(a, "%.*s0", (int)(strchr(owner, '.') - owner), owner),
			    up));
	check_all(r,
		  name_join(a, arena_printf(a, "r%u.s%u", chance(r) % 1000, chance(r) % 1000), up));
}

static int against_knot(struct run *r, int port)
{
	connect_to(r, port);
	r->only = &r->zone;
	r->source = source_zones(&r->arena, &r->only, 1);
	check_all(r, "elsewhere.invalid");
	check_around(r, r->zone.origin);
	for (size_t i = 0; i < r->zone.nnode; i++)
		check_around(r, r->zone.node[i].owner);
	close(r->fd);
	printf("%s: %u answers compared, %u differ\n", r->zone.origin, r->asked, r->wrong);
	return r->wrong ? 1 : 0;
}

/* ---- the rest ---- */

static int load(struct run *r, const char *file, const char *origin)
{
	const char *err = NULL;

	arena_init(&r->arena, (size_t)2 << 30);
	arena_init(&r->once, 64 << 20);
	if (parse_zone_file(&r->arena, file, origin, &r->zone, &err))
		return 1;
	printf("error: %s\n", err);
	return 0;
}

static void show(struct run *r, const struct zone_rr *zr)
{
	struct str text = rr_text(&r->arena, &zr->rr);

	printf("%s:%u: %s %u %s \"%.*s\"\n", zr->rr.file, zr->rr.line, zr->owner, zr->rr.ttl_s,
	       rrtype_name(&r->arena, zr->rr.type), (int)text.n, text.p);
}

static void ask(struct run *r, const char *name, const char *type)
{
	struct zone_answer z;

	zone_lookup(&r->arena, &r->zone, name, rrtype_from(str_c(type)), &z);
	printf("%s%s%s%s\n", kinds[z.kind], z.wildcard ? " wildcard" : "", z.target ? " to " : "",
	       z.target ? z.target : "");
	for (size_t i = 0; i < z.n; i++)
		show(r, &z.rr[i]);
}

int main(int argc, char **argv)
{
	static struct run r;
	int at = argc > 2 && strcmp(argv[1], "knot") == 0 ? 3 : 2, status = 0;

	if (argc <= at)
		die("usage: zone_driver load|dump|senders|ask|knot ...");
	if (!load(&r, argv[at], argc > at + 1 && *argv[at + 1] ? argv[at + 1] : NULL)) {
		status = 1;
	} else if (at == 3) {
		status = against_knot(&r, (int)strtol(argv[2], NULL, 10));
	} else if (strcmp(argv[1], "load") == 0) {
		printf("ok: %s, %zu records, %zu names, %zu faults\n", r.zone.origin, r.zone.n,
		       r.zone.nnode, r.zone.nfault);
		for (size_t i = 0; i < r.zone.nfault; i++)
			printf("%s:%u: %s%s\n", r.zone.fault[i].file, r.zone.fault[i].line,
			       r.zone.fault[i].what, r.zone.fault[i].refused ? " [refused]" : "");
	} else if (strcmp(argv[1], "dump") == 0) {
		for (size_t i = 0; i < r.zone.n; i++)
			show(&r, &r.zone.rr[i]);
	} else if (strcmp(argv[1], "senders") == 0) {
		const char **names;
		size_t n;

		zone_senders(&r.arena, &r.zone, &names, &n);
		for (size_t i = 0; i < n; i++)
			puts(names[i]);
	} else if (strcmp(argv[1], "ask") == 0 && argc > at + 3) {
		ask(&r, argv[at + 2], argv[at + 3]);
	}
	arena_free(&r.once);
	arena_free(&r.arena);
	return status;
}

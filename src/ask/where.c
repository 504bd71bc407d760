/* Where HTTPS and SMTP connect to: the addresses that the audit has found, unless the user says
 * otherwise. An audited domain must not be able to aim us at a host of the user's own network, so
 * of the addresses that come from DNS only global ones are taken. An address that the user names
 * with --connect-to comes from the user, and may be any. */
#include "live.h"

enum { REFUSED_MAX = 8 /* addresses that are named in a text */ };

/* The part up to the next colon outside of brackets, which is skipped. */
static struct str next_part(struct str *rest, bool *more)
{
	struct str s = *rest;
	size_t at = 0;
	ptrdiff_t end;

	if (s.n && s.p[0] == '[' && (end = str_find(s, ']')) > 0)
		at = (size_t)end;
	end = str_find(str_from(s, at), ':');
	*more = end >= 0;
	s.n = *more ? at + (size_t)end : s.n;
	*rest = str_from(*rest, s.n + 1);
	return s;
}

static bool read_port(struct str s, unsigned *out)
{
	uint32_t port = 0;

	if (s.n && (!str_to_u32(s, 65535, &port) || !port))
		return false;
	*out = port;
	return true;
}

bool detour_read(struct arena *a, const char *text, struct detour *out, const char **err)
{
	struct str rest = str_c(text), port, addr, to_port;
	bool more[4];
	uint8_t ip[16];
	size_t n;

	*out = (struct detour){ 0 };
	out->host = next_part(&rest, &more[0]);
	port = next_part(&rest, &more[1]);
	addr = next_part(&rest, &more[2]);
	to_port = next_part(&rest, &more[3]);
	if (!more[0] || !more[1] || !more[2] || more[3] || !read_port(port, &out->port) ||
	    !read_port(to_port, &out->to_port)) {
		*err = arena_printf(a, "--connect-to \"%s\": it is HOST:PORT:ADDRESS:PORT", text);
		return false;
	}
	if (addr.n >= 2 && addr.p[0] == '[')
		addr = str_sub(addr, 1, addr.n - 2);
	if (!addr.n)
		return true;
	if (!ip_parse(addr, ip, &n)) {
		*err = arena_printf(a, "--connect-to \"%s\": \"%.*s\" is not an address", text,
				    (int)addr.n, addr.p);
		return false;
	}
	out->address = arena_printf(a, n == 16 ? "[%s]" : "%s",
				    ip_text(a, (struct str){ (const char *)ip, n }));
	out->ip = (struct str){ arena_strndup(a, (const char *)ip, n), n };
	return true;
}

const struct detour *detour_find(const struct live *l, const char *name, unsigned port)
{
	const struct detour *detours = l->detours;

	for (size_t i = 0; i < l->opt.nconnect_to; i++)
		if ((!detours[i].host.n || str_eq_ci(detours[i].host, str_c(name))) &&
		    (!detours[i].port || detours[i].port == port))
			return &detours[i];
	return NULL;
}

struct addresses {
	const char *usable;  /* for CURLOPT_RESOLVE; NULL: none */
	const char *label;   /* the same for people */
	const char *refused; /* "10.0.0.1 is private"; NULL: none */
	unsigned n, nrefused;
	struct where *where;
};

static void add_addresses(struct arena *a, const struct fact *f, bool any, struct addresses *out)
{
	for (size_t i = 0; f && f->state == FACT_SOME && i < f->nrr; i++) {
		struct str addr = f->rr[i].data;
		enum ip_class class = ip_classify(addr);
		const char *text = ip_text(a, addr);

		if (class != IP_GLOBAL && !any) {
			if (out->nrefused++ < REFUSED_MAX)
				out->refused = arena_printf(
					a, "%s%s%s is %s", out->refused ? out->refused : "",
					out->refused ? ", " : "", text, ip_class_name(class));
		} else if (out->n < WHERE_MAX) {
			out->where->addr[out->n++] = addr;
			out->usable = arena_printf(a, addr.n == 16 ? "%s%s[%s]" : "%s%s%s",
						   out->usable ? out->usable : "",
						   out->usable ? "," : "", text);
			out->label = arena_printf(a, "%s%s%s", out->label ? out->label : "",
						  out->label ? ", " : "", text);
		}
	}
}

static const char *lost_text(struct arena *a, const struct fact *f)
{
	return f && f->state == FACT_LOST
		       ? arena_printf(a, "%s could not be had: %s", fact_question_text(a, f),
				      fact_why_text(f->why))
		       : NULL;
}

/* From what the audit has learnt of the name's addresses. */
static void by_facts(struct arena *a, const struct live *l, const struct question *q, unsigned port,
		     struct where *out)
{
	const struct fact *v6 = q->facts ? facts_find(q->facts, ASK_DNS, RR_AAAA, q->name) : NULL;
	const struct fact *v4 = q->facts ? facts_find(q->facts, ASK_DNS, RR_A, q->name) : NULL;
	struct addresses found = { .where = out };

	add_addresses(a, v6, l->opt.allow_private, &found);
	add_addresses(a, v4, l->opt.allow_private, &found);
	if (found.usable) {
		out->naddr = found.n;
		out->resolve = arena_printf(a, "%s:%u:%s", q->name, port, found.usable);
		out->label = arena_printf(a, "%s port %u", found.label, port);
	} else if (found.refused) {
		out->why = WHY_PRIVATE;
		out->detail = found.refused;
	} else {
		out->why = WHY_NO_ADDRESS;
		out->detail = lost_text(a, v4);
		if (!out->detail)
			out->detail = lost_text(a, v6);
	}
}

/* The name goes into a URL and into curl's lists as it is. */
static bool is_plain_host(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!ascii_is_alpha((unsigned char)*p) && !ascii_is_digit((unsigned char)*p) &&
		    !strchr("-_.", *p))
			return false;
	return strcmp(name, ".") != 0 && !name_is_ip(str_c(name));
}

void where_find(struct arena *a, const struct live *l, const struct question *q,
		unsigned default_port, struct where *out)
{
	const struct detour *d = detour_find(l, q->name, default_port);
	unsigned port = d && d->to_port ? d->to_port : default_port;

	*out = (struct where){ .why = WHY_OK, .port = port };
	if (!is_plain_host(q->name)) {
		out->why = WHY_BAD_NAME;
		return;
	}
	if (d && d->address) {
		out->by_user = true;
		out->addr[out->naddr++] = d->ip;
		out->connect_to = arena_printf(a, "::%s:%u", d->address, port);
		out->label = arena_printf(a, "%s port %u", d->address, port);
		return;
	}
	if (d)
		out->connect_to = arena_printf(a, ":::%u", port);
	by_facts(a, l, q, port, out);
}

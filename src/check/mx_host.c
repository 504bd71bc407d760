/* One exchange of an MX RRset: its name, whether it is an alias, its addresses. Layer: check. */
#include "mx_host.h"

#include "name.h"
#include "psl.h"

/* The name behind the last link of the CNAME chain. */
static const char *chain_end(const struct fact *f)
{
	return f->nchain ? f->chain[f->nchain - 1].target : f->name;
}

const char *mx_line(struct arena *a, const struct fact *mx, unsigned preference, const char *target)
{
	return arena_printf(a, "%s. IN MX %u %s%s", chain_end(mx), preference, target,
			    strcmp(target, ".") ? "." : "");
}

/* ---- its name ---- */

/* The octets of a name with its escapes undone. */
static struct str name_octets(struct arena *a, const char *name)
{
	uint8_t wire[255];
	size_t n = name_to_wire(name, wire), out = 0;
	char *text = arena_alloc(a, n + 1);

	for (size_t at = 0; at < n && wire[at]; at += wire[at] + 1u) {
		if (out)
			text[out++] = '.';
		memcpy(text + out, wire + at + 1, wire[at]);
		out += wire[at];
	}
	return (struct str){ text, out };
}

/* The address that the name is the text of: "192.0.2.1", "[192.0.2.1]", "2001:db8::1", or what
 * looks like the rest of one, a name whose last label is a number. NULL: none. */
static const char *as_address(struct arena *a, const char *name)
{
	struct str s = name_octets(a, name);
	const char *last = name_tail(name, 1);

	if (s.n > 2 && s.p[0] == '[' && s.p[s.n - 1] == ']')
		s = str_sub(s, 1, s.n - 2);
	if (str_starts_ci(s, S("ipv6:")))
		s = str_from(s, 5);
	if (name_is_ip(s))
		return arena_strndup(a, s.p, s.n);
	return last[strspn(last, "0123456789")] == '\0' ? name : NULL;
}

static bool is_local(const char *name)
{
	const char *last = name_tail(name, 1);

	return name_labels(name) == 1 || strcmp(last, "localhost") == 0 ||
	       strcmp(last, "localdomain") == 0;
}

void mx_host_look(struct check *c, struct mx_host *h)
{
	h->name = h->rr->target;
	h->state = HOST_NOT_ASKED;
	if (as_address(c->arena, h->name) || is_local(h->name))
		return;
	h->a = look_dns(c->look, RR_A, h->name);
	h->aaaa = look_dns(c->look, RR_AAAA, h->name);
	if (fact_is_open(h->a) || fact_is_open(h->aaaa))
		h->state = HOST_OPEN;
	else if (h->a->state == FACT_SOME || h->aaaa->state == FACT_SOME)
		h->state = HOST_SOME;
	else if (h->a->state == FACT_LOST || h->aaaa->state == FACT_LOST)
		h->state = HOST_LOST;
	else
		h->state = HOST_NONE;
}

static struct finding *host_found(struct check *c, const struct mx_host *h, enum rule_id rule)
{
	return found(c, rule, h->name, h->mx, h->rr);
}

/* Would it be a host name without its underscores? */
static bool has_only_underscores(struct arena *a, const char *name)
{
	char *other = arena_strdup(a, name);

	for (char *p = other; *p; p++)
		*p = *p == '_' ? 'x' : *p;
	return strchr(name, '_') && name_is_host(other);
}

/* No host name, but practically every sender connects to it. */
static void check_underscore(struct check *c, const struct mx_host *h)
{
	struct finding *f = host_found(c, h, RULE_MX_UNDERSCORE);

	f->detail = arena_printf(c->arena, "%s has an underscore", h->name);
	/* Cloudflare's stand-in for an MX host whose own record is proxied */
	if (str_starts(str_c(h->name), S("_dc-mx.")))
		f->fix =
			"Cloudflare made this name because the MX host's own address record is proxied: set that record to \"DNS only\"";
}

static void check_label(struct check *c, const struct mx_host *h)
{
	struct str octets = name_octets(c->arena, h->name);
	const char *ascii, *why;
	struct finding *f;

	if (name_is_host(h->name))
		return;
	if (has_only_underscores(c->arena, h->name)) {
		check_underscore(c, h);
		return;
	}
	f = host_found(c, h, RULE_MX_BAD_LABEL);
	f->detail = arena_printf(c->arena, "%s is no host name", h->name);
	for (size_t i = 0; i < octets.n; i++) {
		if ((unsigned char)octets.p[i] >= 0x80)
			f->detail = "letters outside ASCII";
		else if (is_wsp(octets.p[i]))
			f->detail = arena_printf(c->arena, "there is a blank in \"%s\"", h->name);
	}
	ascii = name_from_user(c->arena, octets, &why);
	if (ascii && strcmp(ascii, h->name) != 0 && name_is_host(ascii)) {
		f->detail = arena_printf(c->arena, "%s; the name is written %s in DNS", f->detail,
					 ascii);
		f->fix = mx_line(c->arena, h->mx, h->rr->preference, ascii);
	}
}

/* The part of the host's name in front of the zone's own name. Where the zone begins is not known,
 * so the longest part of the domain that fits is taken. NULL: the host is not below the domain.
 * *zone: what stands behind it. */
static const char *without_zone(struct check *c, const char *host, const char **zone)
{
	for (*zone = c->domain; name_labels(*zone) >= 2; *zone = name_parent(*zone)) {
		const char *meant = name_before(c->arena, host, *zone);

		if (meant)
			return meant;
	}
	return NULL;
}

static void found_missing_dot(struct check *c, const struct mx_host *h, const char *meant)
{
	struct finding *f = host_found(c, h, RULE_MX_MISSING_DOT);

	f->detail = arena_printf(c->arena, "%s was probably meant to be %s", h->name, meant);
	f->fix = mx_line(c->arena, h->mx, h->rr->preference, meant);
}

static void found_address(struct check *c, const struct mx_host *h, const char *address)
{
	struct finding *f = host_found(c, h, RULE_MX_IP_LITERAL);
	uint8_t ip[16];
	size_t n;

	f->detail = arena_printf(c->arena, "%s is no host name", address);
	if (ip_parse(str_c(address), ip, &n) && name_labels(c->domain) >= 2)
		f->fix = arena_printf(c->arena, "mail.%s. IN %s %s, and %s", c->domain,
				      n == 4 ? "A" : "AAAA", address,
				      mx_line(c->arena, h->mx, h->rr->preference,
					      arena_printf(c->arena, "mail.%s", c->domain)));
}

/* ---- its addresses ---- */

static const struct fact *alias_fact(const struct mx_host *h)
{
	const struct fact *lost = NULL;

	for (int i = 0; i < 2; i++) {
		const struct fact *f = i ? h->aaaa : h->a;

		if (f->nchain && f->state != FACT_LOST)
			return f;
		if (f->state == FACT_LOST && (f->nchain || f->why == WHY_CNAME_LOOP) && !lost)
			lost = f;
	}
	return lost;
}

static void check_alias(struct check *c, const struct mx_host *h)
{
	const struct fact *alias = alias_fact(h);
	struct finding *f;

	if (!alias)
		return;
	if (alias->state == FACT_LOST)
		f = found(c, RULE_MX_CNAME, h->name, alias, NULL);
	else
		f = host_found(c, h, RULE_MX_CNAME);
	if (alias->why == WHY_CNAME_LOOP) {
		f->detail = arena_printf(c->arena, "%s is a CNAME, and its chain does not end",
					 h->name);
		return;
	}
	f->detail = arena_printf(c->arena, "%s is a CNAME for %s", h->name, chain_end(alias));
	if (alias->nchain == 1 && alias->state == FACT_SOME)
		f->fix = mx_line(c->arena, h->mx, h->rr->preference, alias->chain[0].target);
}

/* Was the host's name meant to end in front of the zone's name? 1: yes, and the finding is written;
 * 0: no; -1: not decided. */
static int check_zone_added(struct check *c, const struct mx_host *h)
{
	const char *zone, *meant = without_zone(c, h->name, &zone);
	const struct fact *a, *aaaa;

	if (!meant || name_labels(meant) < 2)
		return 0;
	if (name_labels(meant) > 2 && psl_looks_whole(meant)) {
		found_missing_dot(c, h, meant);
		return 1;
	}
	a = look_dns(c->look, RR_A, meant);
	aaaa = look_dns(c->look, RR_AAAA, meant);
	if (fact_is_open(a) || fact_is_open(aaaa))
		return -1;
	if (a->state != FACT_SOME && aaaa->state != FACT_SOME)
		return 0;
	found_missing_dot(c, h, meant);
	return 1;
}

/* Does the registered domain that the host belongs to not exist? Its NS records tell. 1, 0 or -1 as
 * above. */
static int check_dangling(struct check *c, const struct mx_host *h)
{
	const char *end = chain_end(h->a), *org = psl_organizational_domain(c->arena, end);
	const struct fact *ns;

	if (!fact_is_nxdomain(h->a) || !fact_is_nxdomain(h->aaaa) || !org ||
	    name_is_under(c->domain, org))
		return 0;
	ns = look_dns(c->look, RR_NS, org);
	if (fact_is_open(ns))
		return -1;
	if (!fact_is_nxdomain(ns) || ns->nchain)
		return 0;
	host_found(c, h, RULE_MX_DANGLING)->detail = arena_printf(
		c->arena, "%s: the domain %s does not exist", end, org);
	return 1;
}

const char *mx_host_why(struct check *c, const struct mx_host *h)
{
	const char *end;

	if (h->state == HOST_NOT_ASKED)
		return arena_printf(c->arena, "%s is no host name", h->name);
	if (h->state == HOST_SOME)
		return arena_printf(c->arena, "%s has no address that the Internet can reach",
				    h->name);
	end = chain_end(h->a);
	if (!fact_is_nxdomain(h->a) || !fact_is_nxdomain(h->aaaa))
		return arena_printf(c->arena, "%s exists, but has neither an A nor an AAAA record",
				    end);
	if (strcmp(end, h->name) != 0)
		return arena_printf(c->arena, "%s leads to %s, which does not exist (NXDOMAIN)",
				    h->name, end);
	return arena_printf(c->arena, "%s does not exist (NXDOMAIN)", end);
}

/* Returns whether an error says why, or is not decided. */
static bool check_no_address(struct check *c, const struct mx_host *h, bool spare)
{
	struct finding *f;

	if (check_zone_added(c, h) || check_dangling(c, h))
		return true;
	if (!spare)
		return false;
	f = host_found(c, h, RULE_MX_HOST_NO_ADDRESS);
	f->detail = mx_host_why(c, h);
	f->fix = arena_printf(c->arena, "delete: %s",
			      mx_line(c->arena, h->mx, h->rr->preference, h->name));
	return false;
}

static void check_lost(struct check *c, const struct mx_host *h, bool spare)
{
	const struct fact *lost = h->a->state == FACT_LOST ? h->a : h->aaaa;

	found(c, spare ? RULE_MX_HOST_UNKNOWN : RULE_MX_UNKNOWN, h->name, lost, NULL)->detail =
		arena_printf(c->arena, "%s: %s", fact_question_text(c->arena, lost),
			     lost->detail ? lost->detail : fact_why_text(lost->why));
}

void mx_host_check_addresses(struct check *c, const char *host, const struct fact *f)
{
	for (size_t i = 0; i < f->nrr; i++) {
		enum ip_class class = ip_classify(f->rr[i].data);

		if (class != IP_GLOBAL)
			found(c, RULE_MX_PRIVATE_IP, host, f, &f->rr[i])->detail = arena_printf(
				c->arena, "%s is %s: %s", host, ip_text(c->arena, f->rr[i].data),
				ip_class_name(class));
	}
}

bool mx_host_receives(const struct mx_host *h)
{
	if (h->state != HOST_SOME)
		return false;
	for (int i = 0; i < 2; i++) {
		const struct fact *f = i ? h->aaaa : h->a;

		for (size_t k = 0; k < f->nrr; k++)
			if (ip_classify(f->rr[k].data) == IP_GLOBAL)
				return true;
	}
	return false;
}

bool mx_host_check(struct check *c, const struct mx_host *h, bool spare)
{
	const char *zone, *meant = without_zone(c, h->name, &zone),
			  *address = as_address(c->arena, h->name);

	if (address) {
		found_address(c, h, address);
		return true;
	}
	if (is_local(h->name)) {
		host_found(c, h, RULE_MX_LOCALHOST)->detail = arena_printf(c->arena, "\"%s\"",
									   h->name);
		return true;
	}
	if (meant && name_is_under(meant, zone)) {
		found_missing_dot(c, h, meant);
		return true;
	}
	/* whether or not a wildcard answers for it */
	address = meant ? as_address(c->arena, meant) : NULL;
	if (address && name_is_ip(str_c(address))) {
		found_address(c, h, address);
		return true;
	}
	check_label(c, h);
	if (h->state == HOST_NOT_ASKED)
		return false;
	check_alias(c, h);
	mx_host_check_addresses(c, h->name, h->a);
	mx_host_check_addresses(c, h->name, h->aaaa);
	if (h->state == HOST_NONE)
		return check_no_address(c, h, spare);
	if (h->state == HOST_LOST && h->a->why != WHY_CNAME_LOOP)
		check_lost(c, h, spare);
	return h->state == HOST_SOME && !mx_host_receives(h);
}

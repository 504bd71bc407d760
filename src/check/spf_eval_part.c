/* Parts of check_host(): the message's values in macros, validated names, and explanations. */
#include "spf_eval_part.h"

#include "name.h"

enum { PTR_MAX = 10, EXPANSION_MAX = 256 * 1024 };

/* ---- the client ---- */

static bool is_plain_ascii(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s >= 0x80)
			return false;
	return true;
}

/* A name from its octets: a backslash is one of them, and no escape. NULL when it is none. */
static const char *name_from_octets(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n * 2 + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			p[n++] = '\\';
		p[n++] = s.p[i];
	}
	return name_from_text(a, (struct str){ p, n });
}

/* As clients give it, with U-labels made A-labels (4.3), and without a final dot. */
static const char *domain_text(struct arena *a, const char *given)
{
	const char *why,
		*name = is_plain_ascii(given) ? NULL : name_from_user(a, str_c(given), &why);
	size_t n = strlen(given);

	if (name)
		return name;
	return n > 1 && given[n - 1] == '.' ? arena_strndup(a, given, n - 1) : given;
}

void spf_eval_begin(struct spf_eval *e, const char *mail_from)
{
	const char *at = strrchr(mail_from, '@');

	e->ip = ip_unmap(e->client->ip);
	/* 4.3: without a local part, postmaster */
	e->local = at && at > mail_from
			   ? arena_strndup(e->arena, mail_from, (size_t)(at - mail_from))
			   : "postmaster";
	e->domain_text = domain_text(e->arena, at ? at + 1 : mail_from);
	/* an address literal is no domain */
	if (*e->domain_text != '[' && !name_is_ip(str_c(e->domain_text)) &&
	    is_plain_ascii(e->domain_text))
		e->domain = name_from_octets(e->arena, str_c(e->domain_text));
}

/* ---- macros ---- */

/* Dotted nibbles for IPv6, dotted octets for IPv4 (7.3). */
static const char *dotted(struct arena *a, struct str ip)
{
	static const char hex[] = "0123456789ABCDEF";
	char *p;

	if (ip.n == 4)
		return ip_text(a, ip);
	p = arena_alloc(a, 64);
	for (size_t i = 0; i < 16; i++) {
		unsigned char c = (unsigned char)ip.p[i];

		p[4 * i] = hex[c >> 4];
		p[4 * i + 1] = '.';
		p[4 * i + 2] = hex[c & 15];
		p[4 * i + 3] = '.';
	}
	p[63] = '\0';
	return p;
}

/* Names keep odd octets escaped (name.h), macros stand for the octets themselves. */
static struct str octets(struct arena *a, const char *name)
{
	char *p = arena_alloc(a, strlen(name) + 1);
	size_t n = 0;

	for (const char *s = name; *s; s++) {
		if (*s != '\\') {
			p[n++] = *s;
		} else if (ascii_is_digit((unsigned char)s[1])) {
			p[n++] = (char)((s[1] - '0') * 100 + (s[2] - '0') * 10 + s[3] - '0');
			s += 3;
		} else {
			p[n++] = *++s;
		}
	}
	return (struct str){ p, n };
}

static bool uses(struct str text, char letter)
{
	char letters[16];

	spf_macro_letters(text, letters);
	return memchr(letters, letter, sizeof(letters)) != NULL;
}

/* False: %{p} is used and hangs on an OPEN fact. */
static bool values(struct spf_eval *e, struct str text, const char *domain, struct spf_values *v)
{
	*v = (struct spf_values){ 0 };
	v->letter['s' - 'a'] = str_c(arena_printf(e->arena, "%s@%s", e->local, e->domain_text));
	v->letter['l' - 'a'] = str_c(e->local);
	v->letter['o' - 'a'] = str_c(e->domain_text);
	v->letter['d' - 'a'] = octets(e->arena, domain);
	v->letter['i' - 'a'] = str_c(dotted(e->arena, e->ip));
	v->letter['v' - 'a'] = e->ip.n == 4 ? S("in-addr") : S("ip6");
	v->letter['h' - 'a'] = str_c(e->client->helo ? domain_text(e->arena, e->client->helo)
						     : "unknown");
	if (uses(text, 'p')) {
		const char *name;

		if (!spf_validated_name(e, domain, false, &name))
			return false;
		v->letter['p' - 'a'] = name ? octets(e->arena, name) : S("unknown");
	}
	return true;
}

/* Cut to 253 octets from the left (7.3); NULL when it is no name. */
static const char *expand(struct spf_eval *e, struct str spec, const struct spf_values *v)
{
	const char *name = NULL;
	struct buf b;

	buf_init(&b, EXPANSION_MAX);
	if (spf_expand(spec, v, &b) && b.n) {
		struct str s = buf_str(&b);

		if (s.n > 1 && s.p[s.n - 1] == '.')
			s.n--;
		while (s.n > 253 && str_find(s, '.') >= 0)
			s = str_from(s, (size_t)str_find(s, '.') + 1);
		name = name_from_octets(e->arena, s);
	}
	buf_free(&b);
	return name;
}

bool spf_target(struct spf_eval *e, const struct spf_term *t, const char *domain,
		const char **target)
{
	struct spf_values v;

	*target = domain;
	if (!t->domain.n)
		return true;
	if (!values(e, t->domain, domain, &v))
		return false;
	*target = expand(e, t->domain, &v);
	return true;
}

/* ---- validated names ---- */

static bool leads_back(const struct spf_eval *e, const struct fact *f)
{
	for (size_t i = 0; i < f->nrr; i++)
		if (f->rr[i].data.n == e->ip.n && memcmp(f->rr[i].data.p, e->ip.p, e->ip.n) == 0)
			return true;
	return false;
}

bool spf_validated_name(struct spf_eval *e, const char *below, bool must, const char **name)
{
	const struct fact *ptr = look_dns(e->look, RR_PTR, name_reverse(e->arena, e->ip));
	size_t n = ptr->nrr < PTR_MAX ? ptr->nrr : PTR_MAX;
	uint16_t type = e->ip.n == 4 ? RR_A : RR_AAAA;
	const char *same = NULL, *sub = NULL, *any = NULL;
	bool open = false;

	*name = NULL;
	if (fact_is_open(ptr))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct fact *f;

		/* a name that would not count need not be confirmed */
		if (must && !name_is_under(ptr->rr[i].target, below))
			continue;
		f = look_dns(e->look, type, ptr->rr[i].target);
		open |= fact_is_open(f);
		if (!leads_back(e, f))
			continue;
		if (!any)
			any = ptr->rr[i].target;
		if (strcmp(ptr->rr[i].target, below) == 0)
			same = ptr->rr[i].target;
		else if (!sub && name_is_under(ptr->rr[i].target, below))
			sub = ptr->rr[i].target;
	}
	*name = same ? same : sub ? sub : must ? NULL : any;
	return !open;
}

/* ---- explanations ---- */

static bool is_ascii(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] > 0x7e || (unsigned char)s.p[i] < 0x20)
			return false;
	return true;
}

void spf_explain(struct spf_eval *e)
{
	const struct spf *spf = e->deciding;
	const char *target;
	const struct fact *f;
	struct spf_values v;
	struct buf b;

	if (!spf || !spf->exp)
		return;
	if (!spf_target(e, spf->exp, e->out->term_domain, &target)) {
		e->out->open = true;
		return;
	}
	if (!target)
		return;
	f = look_dns(e->look, RR_TXT, target);
	if (fact_is_open(f)) {
		e->out->open = true;
		return;
	}
	if (f->nrr != 1 || !is_ascii(f->rr[0].data))
		return;
	if (!values(e, f->rr[0].data, e->out->term_domain, &v)) {
		e->out->open = true;
		return;
	}
	v.letter['c' - 'a'] = str_c(ip_text(e->arena, e->ip));
	v.letter['r' - 'a'] = str_c(e->client->receiver ? e->client->receiver : "unknown");
	v.letter['t' - 'a'] = str_c(
		arena_printf(e->arena, "%lld", (long long)e->look->facts->now_s));
	buf_init(&b, 64 * 1024);
	if (spf_expand(f->rr[0].data, &v, &b))
		e->out->explanation = arena_strndup(e->arena, b.p ? b.p : "", b.n);
	buf_free(&b);
}

/* One function an option. */
#include "options_set.h"

#include "name.h"

enum { JOBS_MAX = 10000, RATE_MAX = 1000000, SHARDS_MAX = 1000000, KEEP_MAX = 1000000 };

void options_fail(struct reader *r, const char *what)
{
	if (!r->err)
		r->err = arena_printf(r->arena, "%s: %s", r->name, what);
}

void texts_add(struct arena *a, struct texts *t, const char *s)
{
	t->item = arena_grow(a, t->item, t->n, &t->cap, sizeof(*t->item));
	t->item[t->n++] = s;
}

void set_zone(struct reader *r, const char *arg)
{
	texts_add(r->arena, &r->o->zones, arg);
}

void set_origin(struct reader *r, const char *arg)
{
	const char *why;

	r->o->origin = name_from_user(r->arena, str_c(arg), &why);
	if (!r->o->origin)
		options_fail(r, arena_printf(r->arena, "\"%s\" is no domain name: %s", arg, why));
}

void set_nameserver(struct reader *r, const char *arg)
{
	const char *before = r->o->live.nameservers;

	r->o->live.nameservers = before ? arena_printf(r->arena, "%s,%s", before, arg) : arg;
}

void set_selector(struct reader *r, const char *arg)
{
	if (!name_from_text(r->arena, str_c(arg)) || strlen(arg) > 200)
		options_fail(r, arena_printf(r->arena,
					     "\"%s\" is no selector (the part before ._domainkey)",
					     arg));
	texts_add(r->arena, &r->o->selectors, arg);
}

void set_selectors(struct reader *r, const char *arg)
{
	texts_add(r->arena, &r->o->selector_files, arg);
}

void set_discover(struct reader *r, const char *arg)
{
	static const char *const words[] = {
		[DISCOVER_NONE] = "none", [DISCOVER_SHORT] = "short", [DISCOVER_FULL] = "full"
	};

	for (int i = DISCOVER_NONE; i <= DISCOVER_FULL; i++)
		if (strcmp(arg, words[i]) == 0) {
			r->o->wish.discover = (enum discover)i;
			return;
		}
	options_fail(r, "one of none, short, full");
}

void set_ip(struct reader *r, const char *arg)
{
	uint8_t ip[16];
	size_t n;

	if (!ip_parse(str_c(arg), ip, &n)) {
		options_fail(r, arena_printf(r->arena, "\"%s\" is no IPv4 or IPv6 address", arg));
		return;
	}
	r->o->ips = arena_grow(r->arena, r->o->ips, r->o->nips, &r->o->cap_ips, sizeof(*r->o->ips));
	r->o->ips[r->o->nips++] = (struct str){ arena_strndup(r->arena, (char *)ip, n), n };
}

void set_intent(struct reader *r, const char *arg)
{
	static const enum intent all[] = { INTENT_AUTO, INTENT_SENDS, INTENT_RECEIVES,
					   INTENT_PARKED };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(arg, intent_name(all[i])) == 0) {
			r->o->wish.intent = all[i];
			return;
		}
	options_fail(r, "one of auto, sends, receives, parked");
}

void set_dkim(struct reader *r, const char *arg)
{
	texts_add(r->arena, &r->o->dkim, arg);
}

void set_receiver(struct reader *r, const char *arg)
{
	enum receiver_id who;

	if (receiver_from(str_c(arg), &who))
		r->o->receivers |= UINT64_C(1) << who;
	else
		options_fail(
			r, arena_printf(
				   r->arena,
				   "there is no receiver \"%s\" (`authcheck receivers` lists them)",
				   arg));
}

void set_profile(struct reader *r, const char *arg)
{
	enum profile_id id;

	if (profile_from(str_c(arg), &id))
		r->o->profiles |= 1u << id;
	else
		options_fail(r, "one of bod-18-01, ncsc, internet.nl, m3aawg, nist");
}

void set_format(struct reader *r, const char *arg)
{
	struct buf b;

	for (size_t i = 0; i < render_nformats; i++)
		if (strcmp(arg, render_formats[i].name) == 0) {
			r->o->format = &render_formats[i];
			return;
		}
	buf_init(&b, 4096);
	for (size_t i = 0; i < render_nformats; i++)
		buf_addf(&b, "%s%s", i ? ", " : "one of ", render_formats[i].name);
	options_fail(r, arena_strdup(r->arena, b.p ? b.p : ""));
	buf_free(&b);
}

void set_fail_on(struct reader *r, const char *arg)
{
	r->o->fail_never = strcmp(arg, "never") == 0;
	for (int s = SEV_INFO; s <= SEV_ERROR; s++)
		if (strcmp(arg, severity_name((enum severity)s)) == 0) {
			r->o->fail_on = (enum severity)s;
			return;
		}
	if (!r->o->fail_never)
		options_fail(r, "one of error, warning, info, never");
}

void set_ignore(struct reader *r, const char *arg)
{
	struct ignore i = { 0 };
	struct str s = str_c(arg);
	ptrdiff_t at = str_find(s, '@');
	struct str name = at < 0 ? s : str_sub(s, 0, (size_t)at);

	if (!rule_from(name, &i.rule)) {
		options_fail(
			r, arena_printf(r->arena,
					"there is no rule \"%.*s\" (`authcheck rules` lists them)",
					(int)name.n, name.p));
		return;
	}
	if (at >= 0) {
		i.subject = name_from_text(r->arena, str_from(s, (size_t)at + 1));
		if (!i.subject)
			options_fail(r, "behind the @ stands the name that the finding is about");
	}
	r->o->ignores = arena_grow(r->arena, r->o->ignores, r->o->nignores, &r->o->cap_ignores,
				   sizeof(i));
	r->o->ignores[r->o->nignores++] = i;
}

/* Seconds, with up to three decimals, as milliseconds. */
static unsigned seconds(struct reader *r, const char *arg)
{
	struct str s = str_c(arg);
	ptrdiff_t dot = str_find(s, '.');
	struct str whole = dot < 0 ? s : str_sub(s, 0, (size_t)dot),
		   part = dot < 0 ? S("0") : str_from(s, (size_t)dot + 1);
	uint32_t sec = 0, frac = 0;

	if ((whole.n && !str_to_u32(whole, 86400, &sec)) || part.n > 3 ||
	    !str_to_u32(part, 999, &frac) || (!sec && !frac)) {
		options_fail(r, arena_printf(r->arena, "\"%s\" is no number of seconds", arg));
		return 1;
	}
	for (size_t i = part.n; dot >= 0 && i < 3; i++)
		frac *= 10;
	return sec * 1000 + frac;
}

void set_timeout(struct reader *r, const char *arg)
{
	r->o->limits.timeout_ms = seconds(r, arg);
}

void set_deadline(struct reader *r, const char *arg)
{
	r->o->limits.deadline_ms = seconds(r, arg);
}

void set_input(struct reader *r, const char *arg)
{
	texts_add(r->arena, &r->o->inputs, arg);
}

static unsigned number(struct reader *r, const char *arg, unsigned max)
{
	uint32_t n = 0;

	if (!str_to_u32(str_c(arg), max, &n) || !n)
		options_fail(r,
			     arena_printf(r->arena, "\"%s\" is no number from 1 to %u", arg, max));
	return n;
}

void set_keep(struct reader *r, const char *arg)
{
	r->o->keep = number(r, arg, KEEP_MAX);
}

void set_jobs(struct reader *r, const char *arg)
{
	r->o->jobs = number(r, arg, JOBS_MAX);
}

void set_rate(struct reader *r, const char *arg)
{
	r->o->live.rate = number(r, arg, RATE_MAX);
}

/* I/N */
void set_shard(struct reader *r, const char *arg)
{
	struct str s = str_c(arg);
	ptrdiff_t slash = str_find(s, '/');
	uint32_t i = 0, n = 0;

	if (slash < 0 || !str_to_u32(str_from(s, (size_t)slash + 1), SHARDS_MAX, &n) || !n ||
	    !str_to_u32(str_sub(s, 0, (size_t)slash), n, &i) || !i)
		options_fail(r,
			     arena_printf(r->arena,
					  "\"%s\" is no part: 1/10 to 10/10 are the parts of ten",
					  arg));
	r->o->shard = i;
	r->o->nshards = n;
}

void set_connect_to(struct reader *r, const char *arg)
{
	unsigned colons = 0, depth = 0;

	for (const char *p = arg; *p; p++) {
		depth += *p == '[';
		depth -= *p == ']' && depth;
		colons += *p == ':' && !depth;
	}
	if (colons != 3)
		options_fail(
			r,
			"HOST:PORT:ADDR:PORT, as curl has it (HOST and PORT may be empty; an IPv6 address stands in brackets)");
	texts_add(r->arena, &r->o->connect_to, arg);
}

void set_color(struct reader *r, const char *arg)
{
	if (strcmp(arg, "auto") == 0)
		r->o->color = COLOR_AUTO;
	else if (strcmp(arg, "always") == 0)
		r->o->color = COLOR_ALWAYS;
	else if (strcmp(arg, "never") == 0)
		r->o->color = COLOR_NEVER;
	else
		options_fail(r, "one of auto, always, never");
}

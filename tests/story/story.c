#include "story.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "file.h"
#include "name.h"
#include "render.h"

enum { TAPE_MAX = 1024 * 1024 };

static struct str rest_of(struct str line, const char *directive)
{
	struct str d = str_c(directive);

	if (!str_starts(line, d) || line.n <= d.n)
		return (struct str){ NULL, 0 };
	return str_trim(str_from(line, d.n));
}

static struct str word(struct str *s)
{
	ptrdiff_t at = str_find(*s, ' ');
	struct str w = at < 0 ? *s : str_sub(*s, 0, (size_t)at);

	*s = str_trim(str_from(*s, w.n));
	return w;
}

static const char *text(struct story *s, struct str v)
{
	return arena_strndup(&s->arena, v.p, v.n);
}

static void directive(struct story *s, struct str line)
{
	struct str v;
	uint8_t ip[16];
	size_t n = 0;

	if ((v = rest_of(line, "#! also ")).p) {
		while (v.n) {
			assert_true(s->nalso < 32);
			s->also[s->nalso++] = text(s, word(&v));
		}
	} else if ((v = rest_of(line, "#! refuse ")).p) {
		assert_true(s->nrefuse < 16);
		s->refuse[s->nrefuse++] = text(s, v);
	} else if ((v = rest_of(line, "#! expect ")).p) {
		assert_true(s->nexpect < sizeof(s->expect) / sizeof(s->expect[0]));
		s->expect[s->nexpect++] = text(s, v);
	} else if ((v = rest_of(line, "#! profile ")).p) {
		enum profile_id id;

		assert_true(profile_from(v, &id));
		s->setup.profiles |= 1u << id;
	} else if ((v = rest_of(line, "#! selector ")).p) {
		assert_true(s->setup.wish.nselectors < 16);
		s->selector[s->setup.wish.nselectors++] = text(s, v);
	} else if (str_eq(line, S("#! no-selector"))) {
		s->setup.wish.nselectors = 0;
	} else if ((v = rest_of(line, "#! domain ")).p) {
		s->domain = text(s, v);
	} else if ((v = rest_of(line, "#! zone ")).p) {
		s->setup.wish.dkim_zone = DKIM_ZONE_LISTED;
		while (v.n) {
			assert_true(s->setup.wish.nzone_selectors < 16);
			s->zone_selector[s->setup.wish.nzone_selectors++] = text(s, word(&v));
		}
	} else if (str_eq(line, S("#! bare zone"))) {
		s->setup.wish.dkim_zone = DKIM_ZONE_BARE;
	} else if ((v = rest_of(line, "#! config ")).p) {
		s->config = arena_printf(&s->arena, "%s%.*s\n", s->config, (int)v.n, v.p);
	} else if ((v = rest_of(line, "#! text ")).p) {
		s->text = arena_printf(&s->arena, "%s%.*s\n", s->text, (int)v.n, v.p);
	} else if ((v = rest_of(line, "#! line ")).p) {
		assert_true(s->nline < sizeof(s->line) / sizeof(s->line[0]));
		s->line[s->nline++] = text(s, v);
	} else if ((v = rest_of(line, "#! ip ")).p) {
		assert_true(ip_parse(v, ip, &n) && s->setup.wish.nips < 16);
		s->ip[s->setup.wish.nips++] = (struct str){ arena_strndup(&s->arena, (char *)ip, n),
							    n };
	} else if ((v = rest_of(line, "#! intent ")).p) {
		s->setup.wish.intent = str_eq(v, S("parked"))     ? INTENT_PARKED
				       : str_eq(v, S("receives")) ? INTENT_RECEIVES
								  : INTENT_SENDS;
	} else if ((v = rest_of(line, "#! past ")).p) {
		assert_true(s->npast < sizeof(s->past_line) / sizeof(s->past_line[0]));
		s->past_line[s->npast++] = v;
	} else if (str_eq(line, S("#! dnsbl"))) {
		s->setup.wish.dnsbl = true;
	} else if (str_eq(line, S("#! all-ns"))) {
		s->setup.wish.all_ns = true;
	} else if (str_eq(line, S("#! starttls"))) {
		s->setup.wish.starttls = true;
	} else if (str_eq(line, S("#! stack"))) {
		s->setup.wish.stack = true;
	} else if (str_eq(line, S("#! unsure"))) {
		s->unsure = true;
	} else if ((v = rest_of(line, "#! discover ")).p) {
		s->setup.wish.discover = str_eq(v, S("full")) ? DISCOVER_FULL : DISCOVER_SHORT;
	} else {
		fail_msg("%s: unknown directive: %.*s", s->path, (int)line.n, line.p);
	}
}

static void directives(struct story *s, struct str t)
{
	while (t.n) {
		ptrdiff_t end = str_find(t, '\n');
		struct str line = end < 0 ? t : str_sub(t, 0, (size_t)end);

		t = end < 0 ? S("") : str_from(t, (size_t)end + 1);
		if (str_starts(line, S("#!")))
			directive(s, str_trim(line));
	}
}

/* The faults of the zone file that the story's lines are. What they answer is not asked. */
static void read_zone(struct story *s)
{
	const char *all = "@ SOA ns hostmaster 1 2 3 4 5\n@ NS ns\n", *err = NULL;
	const struct zone_fault **fault;
	struct zone z;

	if (!s->nline && !*s->text)
		return;
	if (*s->text)
		all = s->text;
	for (size_t i = 0; i < s->nline; i++)
		all = arena_printf(&s->arena, "%s%s\n", all, s->line[i]);
	if (!parse_zone_text(&s->arena, "db", str_c(all), s->domain, &z, &err))
		fail_msg("%s: %s", s->path, err);
	fault = arena_array(&s->arena, z.nfault, sizeof(*fault));
	for (size_t i = 0; i < z.nfault; i++)
		fault[i] = &z.fault[i];
	s->setup.wish.zone_fault = fault;
	s->setup.wish.nzone_fault = z.nfault;
}

static int64_t days_ago(const struct story *s, struct str w)
{
	uint32_t days = 0;

	assert_true(str_to_u32(w, 100000, &days));
	return s->setup.now_s - (int64_t)days * 24 * 3600;
}

/* KIND KEY FIRST LAST GONE VALUE...: what earlier audits saw; times in days before this one, "-":
 * not gone. */
static void read_past(struct story *s)
{
	static const char *const kinds[] = { "dkim", "sts", "include" };
	struct past_item *item = arena_array(&s->arena, s->npast + 1, sizeof(*item));

	for (size_t i = 0; i < s->npast; i++) {
		struct str v = s->past_line[i], kind = word(&v), gone;

		while (!str_eq(kind, str_c(kinds[item[i].kind])))
			assert_true(++item[i].kind < PAST_KINDS);
		item[i].key = text(s, word(&v));
		item[i].first_s = days_ago(s, word(&v));
		item[i].last_s = days_ago(s, word(&v));
		gone = word(&v);
		item[i].gone_s = str_eq(gone, S("-")) ? 0 : days_ago(s, gone);
		item[i].value = text(s, v);
	}
	s->past = (struct past){ item, s->npast };
	if (s->npast)
		s->setup.wish.past = &s->past;
}

/* The suppressions of the story's file of --config. */
static void read_config(struct story *s)
{
	struct settings all;
	const char *err = NULL;
	struct ignore *list;

	if (!settings_read(&s->arena, str_c(s->config), &all, &err))
		fail_msg("%s: %s", s->path, err);
	list = arena_array(&s->arena, all.nsuppress, sizeof(*list));
	for (size_t i = 0; i < all.nsuppress; i++)
		list[i] = (struct ignore){ .rule = all.suppress[i].rule,
					   .subject = all.suppress[i].subject,
					   .row = &all.suppress[i],
					   .file = "authcheck.ini" };
	s->setup.ignores = list;
	s->setup.nignores = all.nsuppress;
}

static void read_into(struct story *s, const char *path, struct buf *out)
{
	const char *err = NULL;

	if (!file_read(&s->arena, path, TAPE_MAX, out, &err))
		fail_msg("%s", err);
}

static void begin(struct story *s)
{
	*s = (struct story){ .domain = "example.com", .config = "", .text = "" };
	arena_init(&s->arena, 64 * 1024 * 1024);
	s->selector[0] = "sel1";
	s->setup.wish = (struct audit_wish){ .selectors = s->selector,
					     .nselectors = 1,
					     .zone_selectors = s->zone_selector,
					     .ips = s->ip,
					     .discover = DISCOVER_NONE };
}

static void read_behind(struct story *s, const char *base, const char *path)
{
	struct buf b;
	const char *err = NULL;
	struct str all;
	size_t own;

	s->path = path ? path : base;
	buf_init(&b, TAPE_MAX);
	read_into(s, base, &b);
	own = b.n;
	if (path)
		read_into(s, path, &b);
	all = arena_str(&s->arena, buf_str(&b));
	buf_free(&b);
	directives(s, str_from(all, own));
	read_zone(s);
	read_config(s);
	if (!tape_read(&s->arena, all, &s->tape, &err))
		fail_msg("%s (behind %s): %s", s->path, base, err);
	s->setup.now_s = s->tape.facts.now_s;
	read_past(s);
}

void story_read_file(struct story *s, const char *base, const char *path)
{
	begin(s);
	read_behind(s, base, path);
}

void story_read(struct story *s, const char *dir, const char *rule, bool fires)
{
	begin(s);
	s->rule = rule;
	s->fires = fires;
	read_behind(
		s, arena_printf(&s->arena, "%s/base.tape", dir),
		rule ? arena_printf(&s->arena, "%s/%s/%s.tape", dir, rule, fires ? "fires" : "miss")
		     : NULL);
}

void story_free(struct story *s)
{
	arena_free(&s->arena);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

size_t story_rules(const char *dir, char names[][64], size_t max)
{
	DIR *d = opendir(dir);
	size_t n = 0;

	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d));) {
		if (e->d_name[0] == '.' || strchr(e->d_name, '.') || n == max)
			continue;
		snprintf(names[n++], 64, "%.63s", e->d_name);
	}
	closedir(d);
	qsort(names, n, 64, by_name);
	return n;
}

static uint64_t next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

void story_reveal(struct story *s, struct audit *a, size_t most, uint64_t *seed)
{
	size_t n = 0, *open = arena_array(&a->arena, a->facts.n, sizeof(*open));

	for (size_t i = 0; i < a->facts.n; i++)
		if (a->facts.all[i]->state == FACT_OPEN)
			open[n++] = i;
	for (size_t k = 0; k < most && n; k++) {
		size_t at = *seed ? (size_t)(next(seed) % n) : 0;
		const struct fact *f = a->facts.all[open[at]];

		facts_settle(&a->facts,
			     tape_answer(&a->arena, &s->tape, f->kind, f->type, f->name, f->at));
		memmove(open + at, open + at + 1, (n - at - 1) * sizeof(*open));
		n--;
	}
}

void story_run(struct story *s, struct audit *a, uint64_t seed)
{
	size_t open;

	audit_init(a, &s->setup);
	while ((open = audit_step(a, &s->setup, s->domain)) > 0) {
		assert_true(a->steps < 10000);
		story_reveal(s, a, seed ? 1 + (size_t)(next(&seed) % open) : open, &seed);
	}
	audit_finish(a, &s->setup, 0);
}

void story_show(struct audit *a)
{
	struct render_options o = { .width = 100, .verbose = true };
	struct buf b;

	buf_init(&b, 1 << 20);
	render_text(&b, &a->work, &a->report, &o, 0, 1);
	print_error("%s\n", b.p);
	buf_free(&b);
}

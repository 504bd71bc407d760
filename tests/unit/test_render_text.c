/* The report for people: the worst first, one line for what is well, and nothing from outside that
 * a terminal would obey. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/render/text.h"
#include "render_help.h"

static const struct render_options plain = { .width = 80 };
static const struct render_options quiet = { .width = 80, .quiet = true };
static const struct render_options verbose = { .width = 80, .verbose = true };

static int setup(void **state)
{
	static struct arena a;

	arena_init(&a, 64 << 20);
	*state = &a;
	return 0;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

/* ---- the pen ---- */

static struct str words(struct arena *a, unsigned width, const char *const *parts, size_t n)
{
	struct buf b;
	struct pen p;
	struct render_options o = { .width = width };
	struct str s;

	buf_init(&b, 1 << 20);
	pen_init(&p, &b, a, &o);
	pen_put(&p, "warn");
	p.indent = 6;
	pen_to(&p, 6);
	for (size_t i = 0; i < n; i++)
		pen_words(&p, parts[i]);
	pen_newline(&p);
	s = (struct str){ arena_strndup(a, b.p, b.n), b.n };
	buf_free(&b);
	return s;
}

static void test_words(void **state)
{
	static const char *const parts[] = { "one two", ", ", "three  four ", "(", "five", ")" };
	static const char *const edge[] = { "123456789 123456789 123456789 1234", ", ", "next" };
	static const char *const short_first[] = { "a", " b" };
	static const char *const wide[] = { "a ", "0123456789012345678901234567890123456789",
					    " b" };

	assert_string_equal(words(*state, 80, parts, 6).p, "warn  one two, three four (five)\n");
	/* A comma that comes later stays with its word, though the word alone would have fitted. */
	assert_string_equal(words(*state, 40, edge, 3).p,
			    "warn  123456789 123456789 123456789\n      1234, next\n");
	assert_string_equal(words(*state, 40, short_first, 2).p, "warn  a b\n");
	assert_string_equal(words(*state, 40, wide, 3).p,
			    "warn  a\n      0123456789012345678901234567890123\n      456789 b\n");
}

/* ---- reports ---- */

static void test_healthy(void **state)
{
	struct report r;
	struct str s;

	help_report(*state, &r);
	r.intent_assumed = true;
	r.intent_why = "it has an MX";
	s = help_render(*state, &r, &plain, "text");
	assert_true(
		str_starts(s, S("example.com: no risk of refusal seen; score 100 of 100, grade A\n"
				"  sends mail (assumed: it has an MX; see --intent)\n"
				"\n"
				"SPF      pass   1 of 10 look-ups, 0 void; ends in -all\n")));
	assert_false(help_has(s, "What to mend first"));
	assert_false(help_has(s, "explain"));
	assert_string_equal(help_render(*state, &r, &quiet, "text").p,
			    "example.com: no risk of refusal seen; score 100 of 100, grade A\n");
}

static struct finding *fault(struct arena *a, struct report *r, enum rule_id rule, struct span at)
{
	struct finding *f = finding_add(&r->findings, rule, r->domain, r->spf.fact,
					r->spf.fact->rr);

	(void)a;
	f->at = at;
	return f;
}

static void test_finding(void **state)
{
	struct report r;
	struct finding *f;
	enum rule_id rule = help_rule(PROTO_SPF, SEV_ERROR);
	struct str s;

	help_report(*state, &r);
	help_spf(*state, &r, S("v=spf1 mx ipv4:192.0.2.1 -all"));
	f = fault(*state, &r, rule, (struct span){ 10, 14 });
	f->detail = "\"ipv4:192.0.2.1\"";
	f->fix = "write ip4:192.0.2.1";
	r.risk = RISK_HIGH;
	r.risk_because = (const struct finding **)&f;
	r.nrisk_because = 1;
	r.status[PROTO_SPF] = STATUS_FAIL;
	s = help_render(*state, &r, &plain, "text");
	assert_true(help_has(s, "example.com: HIGH risk of refusal;"));
	assert_true(
		help_has(s, arena_printf(*state,
					 "\n\nWhat to mend first (* mail may be refused for it)\n"
					 "* ERROR  SPF      %s: \"ipv4:192.0.2.1\"\n",
					 rules[rule].title)));
	assert_true(help_has(s, "  example.com TXT\n"
				"    v=spf1 mx ipv4:192.0.2.1 -all\n"
				"              ^^^^^^^^^^^^^^\n"));
	assert_true(help_has(s, arena_printf(*state, " [%s]\n", rules[rule].name)));
	assert_true(help_has(s, "\n         fix: write ip4:192.0.2.1\n"));
	assert_true(help_has(s, "authcheck explain RULE"));
	s = help_render(*state, &r, &quiet, "text");
	assert_true(help_has(s, arena_printf(*state, "\n  ERROR  SPF: %s", rules[rule].title)));
	assert_false(help_has(s, "^^^"));
}

/* Two findings about one record: it is shown once. */
static void test_record_once(void **state)
{
	struct report r;
	struct str s;

	help_report(*state, &r);
	help_spf(*state, &r, S("v=spf1 ipv4:192.0.2.1 foo -all"));
	fault(*state, &r, help_rule(PROTO_SPF, SEV_ERROR), (struct span){ 7, 14 });
	fault(*state, &r, help_rule(PROTO_SPF, SEV_WARNING), (struct span){ 22, 3 });
	s = help_render(*state, &r, &plain, "text");
	assert_true(help_has(s, "    v=spf1 ipv4:192.0.2.1 foo -all\n"
				"           1^^^^^^^^^^^^^ 2^^\n"
				"  ERROR  (1) "));
	assert_true(help_has(s, "\n  warn   (2) "));
	s = str_from(s, (size_t)str_find_str(s, S("v=spf1")) + 1);
	assert_false(help_has(s, "v=spf1 ipv4"));
}

/* A record to be pasted is never broken; prose is. */
static void test_fix(void **state)
{
	const char *record =
		"example.com. 3600 IN TXT \"v=spf1 include:_spf.aaaaaaaaaaaaaaaaaaaaaaaaaaaa.example "
		"include:_spf.bbbbbbbbbbbbbbbbbbbbbbbbbbbbb.example -all\"";
	struct report r;
	struct finding *f;
	struct str s;

	help_report(*state, &r);
	f = fault(*state, &r, help_rule(PROTO_SPF, SEV_ERROR), (struct span){ 0, 0 });
	f->fix = record;
	s = help_render(*state, &r, &plain, "text");
	assert_true(help_has(s, record));
	f->fix =
		"word word word word word word word word word word word word word word word word word word";
	s = help_render(*state, &r, &plain, "text");
	assert_in_range(help_longest_line(s), 20, 80);
}

static void test_unsure(void **state)
{
	struct report r;
	struct finding *f;
	struct fact *lost = help_lost(*state, "example.com", WHY_TIMEOUT);
	enum rule_id rule = help_rule(PROTO_DMARC, SEV_ERROR);
	struct unknown unknown[] = { { "example.com TXT", "timeout after 5 s", false },
				     { "mx.example.net A", "not asked: offline", true } };
	struct str s;

	lost->detail = "timeout after 5 s";
	help_report(*state, &r);
	finding_add(&r.findings, rule, "example.com", lost, NULL);
	r.presence[PROTO_DMARC] = PRESENCE_UNKNOWN;
	r.status[PROTO_DMARC] = STATUS_UNKNOWN;
	r.dmarc.fact = lost;
	r.unknown = unknown;
	r.nunknown = 2;
	s = help_render(*state, &r, &plain, "text");
	assert_true(help_has(s, "DMARC    ?      could not be had: timeout after 5 s\n"));
	assert_true(help_has(s, "  ?      cannot tell: "));
	assert_false(help_has(s, "fix:"));
	assert_false(help_has(s, "What to mend first"));
	assert_true(help_has(s, "Not known\n"
				"  example.com TXT: timeout after 5 s\n"
				"\n"
				"1 question was not asked: offline. -v shows more.\n"));
	assert_true(help_has(help_render(*state, &r, &verbose, "text"),
			     "  mx.example.net A: not asked: offline\n"));

	/* What the user wished not to know is no finding to him. */
	lost->why = WHY_OFFLINE;
	f = r.findings.item[0];
	f->offline = true;
	assert_false(help_has(help_render(*state, &r, &plain, "text"), "cannot tell"));
}

static void test_notes_only_verbose(void **state)
{
	struct report r;
	enum rule_id rule = help_rule(PROTO_MTA_STS, SEV_INFO);
	struct str s;

	help_report(*state, &r);
	finding_add(&r.findings, rule, "example.com", NULL, NULL);
	s = help_render(*state, &r, &plain, "text");
	assert_false(help_has(s, rules[rule].name));
	assert_true(help_has(s, "\n1 note. -v shows more.\n"));
	s = help_render(*state, &r, &verbose, "text");
	assert_true(
		help_has(s, arena_printf(*state, "[%s, %s]", rules[rule].name, rules[rule].ref)));
}

/* Every reason to write a colour code is behind o->color, and the text is otherwise the same. */
static void test_color(void **state)
{
	struct render_options o = plain;
	struct report r;
	struct str s, bare;
	char *p;
	size_t n = 0;

	help_report(*state, &r);
	fault(*state, &r, help_rule(PROTO_SPF, SEV_ERROR), (struct span){ 7, 2 });
	bare = help_render(*state, &r, &o, "text");
	assert_int_equal(str_find(bare, 27), -1);
	o.color = true;
	s = help_render(*state, &r, &o, "text");
	assert_true(help_has(s, "\033[1;31m"));
	p = arena_alloc(*state, s.n);
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != 27) {
			p[n++] = s.p[i];
			continue;
		}
		assert_int_equal(s.p[i + 1], '[');
		while (s.p[i] != 'm')
			i++;
	}
	assert_true(str_eq((struct str){ p, n }, bare));
}

/* A record full of escape sequences, in every place that shows it. */
static void test_hostile(void **state)
{
	struct str evil = S("v=spf1 include:\x1b]0;owned\x07.example \x9b"
			    "31m redirect=\xff\x00\r\n -all");
	struct report r;
	struct finding *f;

	help_report(*state, &r);
	help_spf(*state, &r, evil)->terms[0].note = "\x1b[2J";
	r.spf.root->terms[0].term = &r.spf.root->spf->term[0];
	r.intent_assumed = true;
	r.intent_why = "\x1b[1m";
	f = fault(*state, &r, help_rule(PROTO_SPF, SEV_ERROR), (struct span){ 15, 8 });
	f->detail = arena_strndup(*state, evil.p, evil.n);
	f->fix = f->detail;
	f = fault(*state, &r, help_rule(PROTO_SPF, SEV_WARNING), (struct span){ 0, 0 });
	f->subject = "\x1b[0m.example.com";
	for (int i = 0; i < 3; i++) {
		const struct render_options *const o[] = { &plain, &quiet, &verbose };
		struct str s = help_render(*state, &r, o[i], "text");

		assert_true(s.n > 0);
		assert_int_not_equal(help_longest_line(s), -1);
	}
}

/* A key that is not found is not lost, and not proved to be missing either. */
static void test_dkim_not_found(void **state)
{
	struct report r;

	help_report(*state, &r);
	r.presence[PROTO_DKIM] = PRESENCE_UNKNOWN;
	r.status[PROTO_DKIM] = STATUS_UNKNOWN;
	r.dkim.asked = 145;
	assert_true(help_has(
		help_render(*state, &r, &plain, "text"),
		"DKIM     ?      no key under 145 selectors tried; --selector NAME tries yours\n"));
}

/* What the user wished not to ask is said to be that; what failed, to have failed. */
static void test_offline_or_lost(void **state)
{
	struct unknown unknown[] = { { "a.example A", "not asked: offline", true },
				     { "b.example A", "timeout after 5 s", false } };
	struct report r;
	struct str s;

	help_report(*state, &r);
	r.status[PROTO_SPF] = STATUS_UNKNOWN;
	r.presence[PROTO_PTR] = PRESENCE_UNKNOWN;
	r.status[PROTO_PTR] = STATUS_UNKNOWN;
	r.unknown = unknown;
	r.nunknown = 1;
	s = help_render(*state, &r, &plain, "text");
	assert_true(help_has(s, "ends in -all; not all asked (offline)\n"));
	assert_true(help_has(s, "PTR      ?      not asked: offline\n"));
	assert_false(help_has(s, "Not known"));
	r.nunknown = 2;
	s = help_render(*state, &r, &plain, "text");
	assert_true(help_has(s, "ends in -all; not all known\n"));
	assert_true(help_has(s, "PTR      ?      could not be had\n"));
	assert_true(help_has(s, "Not known\n  b.example A: timeout after 5 s\n\n"));
}

/* Between the reports of several domains stands a line that counts them. */
static void test_rule_between(void **state)
{
	struct report r;
	struct buf b;
	struct str s;

	help_report(*state, &r);
	buf_init(&b, 1 << 20);
	render_text(&b, *state, &r, &plain, 0, 2);
	assert_true(str_starts(buf_str(&b), S("example.com: ")));
	b.n = 0;
	render_text(&b, *state, &r, &plain, 1, 2);
	s = buf_str(&b);
	assert_true(str_starts(s, S("\n---")));
	assert_true(help_has(s, "--- 2 of 2\n\nexample.com: "));
	assert_int_equal(help_longest_line(s), 80);
	b.n = 0;
	render_text(&b, *state, &r, &quiet, 1, 2);
	assert_true(str_starts(buf_str(&b), S("example.com: ")));
	buf_free(&b);
}

/* ---- the SPF tree ---- */

static void test_tree(void **state)
{
	struct report r;
	struct spf_node *n;
	struct str s;

	help_report(*state, &r);
	n = help_spf(
		*state, &r,
		S("v=spf1 a:a1.example a:a2.example a:a3.example a:a4.example a:a5.example a:a6.example "
		  "a:a7.example ip4:192.0.2.1 -all"));
	assert_false(help_has(help_render(*state, &r, &plain, "text"), "allowed"));
	assert_true(help_has(help_render(*state, &r, &verbose, "text"),
			     "look-ups 7 of 10 allowed, void 0 of 2:\n"));
	n->terms[1].lookups = 5;
	n->lookups = 11;
	n->terms[1].is_void = true;
	n->terms[1].voids = 1;
	n->voids = 1;
	s = help_render(*state, &r, &plain, "text");
	assert_true(help_has(
		s, "  look-ups 11 of 10 allowed, void 1 of 2; from > on receivers give up:\n"
		   "      1  a:a1.example\n"
		   "      5  a:a2.example (void)\n"));
	assert_true(help_has(s, "      1  a:a6.example\n"
				"   >  1  a:a7.example\n"));
	assert_false(help_has(s, "  ip4:192.0.2.1\n"));
}

/* A record that includes itself must not be walked for ever, and a wide one not to the end. */
static void test_tree_is_bounded(void **state)
{
	struct report r;
	struct spf_node *n;

	help_report(*state, &r);
	n = help_spf(*state, &r,
		     S("v=spf1 include:example.com include:example.com include:example.com -all"));
	for (size_t i = 0; i < 3; i++)
		n->terms[i].child = n;
	n->lookups = 9999;
	assert_in_range(help_render(*state, &r, &plain, "text").n, 500, 10000);
	assert_in_range(help_render(*state, &r, &verbose, "text").n, 500, 100000);
	assert_in_range(help_render(*state, &r, &plain, "json").n, 500, 1000000);
}

/* Thousands of findings fit on a screen or so; -v has them all. */
static void test_many_findings(void **state)
{
	struct report r;
	struct str s;
	size_t lines = 0;

	help_report(*state, &r);
	for (int i = 0; i < 3000; i++)
		finding_add(&r.findings, help_rule(PROTO_MX, SEV_ERROR),
			    arena_printf(*state, "h%d.example.com", i), NULL, NULL);
	s = help_render(*state, &r, &plain, "text");
	for (size_t i = 0; i < s.n; i++)
		lines += s.p[i] == '\n';
	assert_in_range(lines, 20, 70);
	assert_true(help_has(s, "and 2988 more (-v shows them)"));
}

/* Narrow and wide terminals. */
static void test_width(void **state)
{
	struct report r;
	struct finding *f;

	help_report(*state, &r);
	f = fault(*state, &r, help_rule(PROTO_SPF, SEV_ERROR), (struct span){ 0, 0 });
	f->detail =
		"one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen";
	for (unsigned width = 0; width < 300; width++) {
		struct render_options o = { .width = width };
		size_t most = width == 0 ? 80 : width < 40 ? 40 : width > 100 ? 100 : width;

		assert_in_range(help_longest_line(help_render(*state, &r, &o, "text")), 20, most);
	}
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_words),
		TEST(test_healthy),
		TEST(test_finding),
		TEST(test_record_once),
		TEST(test_fix),
		TEST(test_unsure),
		TEST(test_notes_only_verbose),
		TEST(test_color),
		TEST(test_hostile),
		TEST(test_tree),
		TEST(test_tree_is_bounded),
		TEST(test_many_findings),
		TEST(test_width),
		TEST(test_dkim_not_found),
		TEST(test_offline_or_lost),
		TEST(test_rule_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

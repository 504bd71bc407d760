/* Logos: what the profile demands, what it does not have, and what must not cost anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "file.h"
#include "svg.h"
#include "unit_arena.h"

#define HEAD \
	"<svg xmlns=\"http://www.w3.org/2000/svg\" " \
	"xmlns:x=\"http://www.w3.org/1999/xlink\" "
#define SVG(inner) HEAD "version=\"1.2\" baseProfile=\"tiny-ps\">" TITLE inner "</svg>"
#define TITLE      "<title>Example</title>"

static const struct row {
	const char *text, *faults; /* parted by "; " */
} rows[] = {
	{ SVG("<rect width=\"9\" height=\"9\" fill=\"red\"/>"), "" },
	{ SVG("<g><use x:href=\"#g\"/><circle r=\"1\" fill=\"url(#a)\"/></g>"), "" },
	{ SVG("<i:data xmlns:i=\"http://ns.adobe.com/x\"/><metadata/>"), "" },
	{ "<!DOCTYPE svg SYSTEM \"http://a.example/x.dtd\">" SVG(""), "" },
	{ HEAD ">" TITLE "</svg>",
	  "version=\"1.2\" is missing; baseProfile=\"tiny-ps\" is missing" },
	{ HEAD "version=\"1.1\" baseProfile=\"tiny\" x=\"0px\" y=\"0\">" TITLE "</svg>",
	  "the root has the attribute x; the root has the attribute y; version=\"1.1\" instead of \"1.2\"; baseProfile=\"tiny\" instead of \"tiny-ps\"" },
	{ HEAD "version=\"1.2\" baseProfile=\"tiny-ps\"><g>" TITLE "</g></svg>",
	  "there is no <title>" },
	{ HEAD "version=\"1.2\" baseProfile=\"tiny-ps\"><title> \n</title></svg>",
	  "the <title> is empty" },
	{ SVG("<title>Again</title>"), "there is more than one <title>" },
	{ SVG("\n<script>x()</script>"), "line 2: <script>" },
	{ SVG("<image x:href=\"data:image/png;base64,AAAA\"/>"),
	  "line 1: <image>; line 1: href leads out of the file" },
	{ SVG("<a href=\"#x\"><animate/></a><foreignObject/>"),
	  "line 1: <a>; line 1: <animate>; line 1: <foreignObject>" },
	{ SVG("<g onload=\"x()\"/>"), "line 1: the script attribute onload" },
	{ SVG("<g fill=\"url( 'https://a.example/b#c')\"/>"),
	  "line 1: fill leads out of the file" },
	{ "<svg version=\"1.2\" baseProfile=\"tiny-ps\"><title>x</title></svg>",
	  "the root is <svg>, not an <svg> of the namespace http://www.w3.org/2000/svg; there is no <title>" },
	{ "<html><head><title>404</title></head><body/></html>",
	  "the root is <html>, not an <svg> of the namespace http://www.w3.org/2000/svg; there is no <title>" },
	{ HEAD ">",
	  "version=\"1.2\" is missing; baseProfile=\"tiny-ps\" is missing; no valid XML: line 1: no element found" },
	{ "", "no valid XML: line 1: no element found" },
	{ "<!DOCTYPE svg [<!ENTITY a \"b\">]>" SVG("&a;"),
	  "no valid XML: line 1: it declares an entity" },
	{ "<!DOCTYPE svg [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>" SVG("&a;"),
	  "no valid XML: line 1: it declares an entity" },
	{ SVG("<g\xc3\xa9/>"), "line 1: <g?"
			       "?>" },
	{ "\x1f\x8b\x08", "it cannot be unpacked, or is far too large" },
};

static const char *faults_of(struct arena *a, const struct svg *s)
{
	const char *all = "";

	for (size_t i = 0; i < s->faults.n; i++)
		all = arena_printf(a, "%s%s%s", all, i ? "; " : "", s->faults.item[i].detail);
	return all;
}

static void faults(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct svg s;

		parse_svg(&arena, str_c(rows[i].text), &s);
		assert_string_equal(faults_of(&arena, &s), rows[i].faults);
	}
}

static void size(void **state)
{
	const char *text = SVG("<g>");
	size_t n = strlen(text), at = n - 6;
	char *big = arena_alloc(&arena, SVG_OCTETS_MAX + n);
	struct svg s;

	(void)state;
	memset(big, ' ', SVG_OCTETS_MAX + n);
	memcpy(big, text, at);
	memcpy(big + SVG_OCTETS_ADVISED - 10, "</g></svg>", 10);
	parse_svg(&arena, (struct str){ big, SVG_OCTETS_ADVISED }, &s);
	assert_string_equal(faults_of(&arena, &s), "");
	parse_svg(&arena, (struct str){ big, SVG_OCTETS_ADVISED + 1 }, &s);
	assert_string_equal(faults_of(&arena, &s), "32769 octets, 32768 are advised at most");
	parse_svg(&arena, (struct str){ big, SVG_OCTETS_MAX + 1 }, &s);
	assert_string_equal(faults_of(&arena, &s), "it cannot be unpacked, or is far too large");
}

static void packed(void **state)
{
	static const char *const names[] = { "fixtures/fuzz/svg/gzip", "fixtures/fuzz/svg/bomb",
					     "fixtures/fuzz/svg/cut" };
	const char *err;
	struct svg s;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct buf b;

		buf_init(&b, 1 << 20);
		assert_true(file_read(&arena, names[i], 1 << 20, &b, &err));
		parse_svg(&arena, buf_str(&b), &s);
		assert_int_equal(s.faults.n, i ? 1 : 0);
		assert_int_equal(s.text.n > 0, i == 0);
		buf_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(faults, setup, teardown),
		cmocka_unit_test_setup_teardown(size, setup, teardown),
		cmocka_unit_test_setup_teardown(packed, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

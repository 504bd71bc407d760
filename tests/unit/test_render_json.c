/* The JSON that other programs hold on to: names, types and null as the interface says, valid UTF-8
 * whatever DNS sends. */
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../src/render/json_value.h"
#include "render_help.h"

static const struct render_options options = { .width = 80 };

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

static json_t *load(struct str s)
{
	json_error_t e;
	json_t *j = json_loadb(s.p, s.n, JSON_REJECT_DUPLICATES, &e);

	if (!j)
		print_error("%s at %d\n", e.text, e.position);
	assert_non_null(j);
	return j;
}

static json_t *rendered(struct arena *a, const struct report *r)
{
	return load(help_render(a, r, &options, "json"));
}

/* The value at a path: "protocols.spf.terms.0.term". */
static json_t *at(json_t *j, const char *path)
{
	struct str rest = str_c(path);

	while (rest.n) {
		ptrdiff_t dot = str_find(rest, '.');
		struct str key = dot < 0 ? rest : str_sub(rest, 0, (size_t)dot);
		char name[64] = "";
		uint32_t index;

		memcpy(name, key.p, key.n);
		j = str_to_u32(key, 1000, &index) ? json_array_get(j, index)
						  : json_object_get(j, name);
		rest = dot < 0 ? S("") : str_from(rest, (size_t)dot + 1);
	}
	return j;
}

static const char *string_at(json_t *j, const char *path)
{
	return json_string_value(at(j, path));
}

#define assert_null_at(j, path) assert_true(json_is_null(at((j), (path))))

/* ---- text ---- */

static const char *cleaned(struct arena *a, struct str s)
{
	struct js js = { .arena = a };
	json_t *j = js_text(&js, s);
	const char *p;

	assert_false(js.failed);
	p = arena_strndup(a, json_string_value(j), json_string_length(j));
	json_decref(j);
	return p;
}

static void test_utf8(void **state)
{
	static const struct {
		struct str octets;
		const char *text;
	} cases[] = {
		{ { "plain", 5 }, "plain" },
		{ { "\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\xa7", 9 },
		  "\xc3\xa9\xe2\x82\xac\xf0\x9f\x93\xa7" },
		{ { "a\xff"
		    "b",
		    3 },
		  "a\xef\xbf\xbd"
		  "b" },
		{ { "\xa0", 1 }, "\xef\xbf\xbd" },
		/* overlong, surrogate, beyond U+10FFFF: an octet each */
		{ { "\xc0\xaf", 2 }, "\xef\xbf\xbd\xef\xbf\xbd" },
		{ { "\xe0\x80\xaf", 3 }, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ { "\xed\xa0\x80", 3 }, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ { "\xf4\x90\x80\x80", 4 }, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		/* cut off at the end; a good one behind a bad start */
		{ { "x\xe2\x82", 3 }, "x\xef\xbf\xbd\xef\xbf\xbd" },
		{ { "\xe2\xc3\xa9", 3 }, "\xef\xbf\xbd\xc3\xa9" },
		{ { "", 0 }, "" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got = cleaned(*state, cases[i].octets);

		assert_string_equal(got, cases[i].text);
		assert_int_equal(js_is_utf8(cases[i].octets),
				 cases[i].octets.n == strlen(got) &&
					 memcmp(got, cases[i].octets.p, strlen(got)) == 0);
	}
}

/* Any two octets: what comes out, the JSON library takes. */
static void test_every_pair(void **state)
{
	for (unsigned i = 0; i < 65536; i++) {
		struct js js = { .arena = *state };
		char p[3] = { (char)(i >> 8), (char)i, 'z' };
		json_t *j = js_text(&js, (struct str){ p, 3 });

		assert_false(js.failed);
		assert_true(json_string_length(j) >= 2);
		json_decref(j);
	}
}

/* ---- the object ---- */

static void test_head(void **state)
{
	struct report r;
	json_t *j;

	help_report(*state, &r);
	r.intent_assumed = true;
	j = rendered(*state, &r);
	assert_string_equal(string_at(j, "schema"), "authcheck/1");
	assert_string_equal(string_at(j, "domain"), "example.com");
	assert_string_equal(string_at(j, "intent"), "sends");
	assert_true(json_is_true(at(j, "intent_assumed")));
	assert_int_equal(json_integer_value(at(j, "score")), 100);
	assert_string_equal(string_at(j, "grade"), "A");
	assert_string_equal(string_at(j, "risk"), "none");
	assert_int_equal(json_array_size(at(j, "findings")), 0);
	assert_true(json_is_array(at(j, "findings")));
	assert_true(json_is_array(at(j, "receivers")));
	assert_true(json_is_array(at(j, "unknown")));
	assert_true(json_is_integer(at(j, "stats.queries")));
	assert_true(json_is_integer(at(j, "stats.steps")));
	assert_true(json_is_integer(at(j, "stats.elapsed_ms")));
	assert_int_equal(json_object_size(at(j, "protocols")), PROTO_COUNT);
	json_decref(j);
}

static void test_absent_is_null(void **state)
{
	static const char *const paths[] = {
		"protocols.dmarc.record",
		"protocols.dmarc.found_at",
		"protocols.dmarc.policy",
		"protocols.dmarc.subdomain_policy",
		"protocols.dmarc.effective_policy",
		"protocols.dmarc.organizational_domain",
		"protocols.dmarc.psl_organizational_domain",
		"protocols.mta_sts.record",
		"protocols.mta_sts.mode",
		"protocols.mta_sts.max_age",
		"protocols.tls_rpt.record",
		"protocols.spf.lookups",
		"protocols.spf.void_lookups",
		"protocols.spf.tree",
		"protocols.dkim.wildcard",
		"intent_why",
	};
	static const char *const lists[] = {
		"protocols.spf.records", "protocols.spf.terms",  "protocols.dkim.keys",
		"protocols.mx.hosts",    "protocols.mta_sts.mx", "protocols.tls_rpt.rua",
	};
	struct report r;
	json_t *j;

	help_report(*state, &r);
	r.spf = (struct spf_view){ .root = NULL };
	r.mta_sts.policy = NULL;
	j = rendered(*state, &r);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		assert_null_at(j, paths[i]);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		assert_true(json_is_array(at(j, lists[i])));
		assert_int_equal(json_array_size(at(j, lists[i])), 0);
	}
	assert_true(json_is_false(at(j, "protocols.mx.null_mx")));
	json_decref(j);
}

static void test_statuses(void **state)
{
	static const char *const words[] = {
		[STATUS_NA] = "n/a",    [STATUS_PASS] = "pass", [STATUS_WARN] = "warn",
		[STATUS_FAIL] = "fail", [STATUS_NONE] = "none", [STATUS_UNKNOWN] = "unknown",
	};
	struct report r;

	help_report(*state, &r);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		json_t *j;

		r.status[PROTO_MTA_STS] = (enum status)i;
		j = rendered(*state, &r);
		assert_string_equal(string_at(j, "protocols.mta_sts.status"), words[i]);
		json_decref(j);
	}
}

static void test_spf(void **state)
{
	struct report r;
	struct spf_node *n, *child;
	json_t *j;

	help_report(*state, &r);
	child = help_spf(*state, &r, S("v=spf1 a -all"));
	n = help_spf(*state, &r, S("v=spf1 include:example.net mx ip4:192.0.2.1 -all"));
	n->terms[0].child = child;
	n->terms[0].lookups = 2;
	n->terms[1].is_void = true;
	n->terms[1].voids = 1;
	n->lookups = 3;
	n->voids = 1;
	j = rendered(*state, &r);
	assert_string_equal(string_at(j, "protocols.spf.records.0"),
			    "v=spf1 include:example.net mx ip4:192.0.2.1 -all");
	assert_int_equal(json_integer_value(at(j, "protocols.spf.lookups")), 3);
	assert_int_equal(json_integer_value(at(j, "protocols.spf.void_lookups")), 1);
	assert_int_equal(json_array_size(at(j, "protocols.spf.terms")), 4);
	assert_string_equal(string_at(j, "protocols.spf.terms.0.term"), "include:example.net");
	assert_int_equal(json_integer_value(at(j, "protocols.spf.terms.0.lookups")), 2);
	assert_true(json_is_false(at(j, "protocols.spf.terms.0.void")));
	assert_true(json_is_true(at(j, "protocols.spf.terms.1.void")));
	assert_string_equal(string_at(j, "protocols.spf.tree.terms.0.record.terms.0.term"), "a");
	assert_null_at(j, "protocols.spf.tree.terms.1.record");
	json_decref(j);
}

static void test_dkim_mx(void **state)
{
	static const uint8_t ip[] = { 192, 0, 2, 1 };
	const char *names[] = { "mx.example.com" };
	struct dkim_key key = { .type = DKIM_RSA, .bits = 2048, .usable = true };
	struct dkim_key other = { .type = DKIM_OTHER, .type_text = { "mldsa44", 7 } };
	struct dkim_key_view keys[] = {
		{ .selector = "google", .key = &key },
		{ .selector = "pq", .key = &other, .cname = "pq.example.net" }
	};
	struct address_view address[] = {
		{ .ip = { (const char *)ip, 4 }, .ptr = names, .nptr = 1, .fcrdns = PRESENCE_YES },
		{ .ip = { (const char *)ip, 4 }, .fcrdns = PRESENCE_NONE },
		{ .ip = { (const char *)ip, 4 }, .fcrdns = PRESENCE_UNKNOWN },
	};
	struct mx_host_view host[] = {
		{ .name = "mx.example.com", .preference = 10, .address = address, .naddress = 3 }
	};
	struct report r;
	json_t *j;

	help_report(*state, &r);
	r.dkim = (struct dkim_view){
		.asked = 150, .wildcard = PRESENCE_NONE, .keys = keys, .nkeys = 2
	};
	r.mx = (struct mx_view){ .host = host, .nhost = 1 };
	j = rendered(*state, &r);
	assert_int_equal(json_integer_value(at(j, "protocols.dkim.asked")), 150);
	assert_true(json_is_false(at(j, "protocols.dkim.wildcard")));
	assert_string_equal(string_at(j, "protocols.dkim.keys.0.selector"), "google");
	assert_string_equal(string_at(j, "protocols.dkim.keys.0.type"), "rsa");
	assert_int_equal(json_integer_value(at(j, "protocols.dkim.keys.0.bits")), 2048);
	assert_null_at(j, "protocols.dkim.keys.0.cname");
	assert_true(json_is_false(at(j, "protocols.dkim.keys.0.revoked")));
	assert_true(json_is_false(at(j, "protocols.dkim.keys.0.testing")));
	assert_string_equal(string_at(j, "protocols.dkim.keys.1.type"), "mldsa44");
	assert_null_at(j, "protocols.dkim.keys.1.bits");
	assert_string_equal(string_at(j, "protocols.dkim.keys.1.cname"), "pq.example.net");
	assert_string_equal(string_at(j, "protocols.mx.hosts.0.name"), "mx.example.com");
	assert_int_equal(json_integer_value(at(j, "protocols.mx.hosts.0.preference")), 10);
	assert_string_equal(string_at(j, "protocols.mx.hosts.0.addresses.0.ip"), "192.0.2.1");
	assert_string_equal(string_at(j, "protocols.mx.hosts.0.addresses.0.ptr.0"),
			    "mx.example.com");
	assert_true(json_is_true(at(j, "protocols.mx.hosts.0.addresses.0.fcrdns")));
	assert_true(json_is_false(at(j, "protocols.mx.hosts.0.addresses.1.fcrdns")));
	assert_null_at(j, "protocols.mx.hosts.0.addresses.2.fcrdns");
	json_decref(j);
}

static void test_finding(void **state)
{
	struct report r;
	struct finding *f;
	enum rule_id rule = help_rule(PROTO_SPF, SEV_ERROR);
	json_t *j;

	help_report(*state, &r);
	help_spf(*state, &r, S("v=spf1 ipv4:192.0.2.1 -all"));
	f = finding_add(&r.findings, rule, "example.com", r.spf.fact, r.spf.fact->rr);
	f->at = (struct span){ 7, 14 };
	j = rendered(*state, &r);
	assert_string_equal(string_at(j, "findings.0.rule"), rules[rule].name);
	assert_string_equal(string_at(j, "findings.0.severity"), "error");
	assert_true(json_is_true(at(j, "findings.0.sure")));
	assert_string_equal(string_at(j, "findings.0.subject"), "example.com");
	assert_null_at(j, "findings.0.detail");
	assert_string_equal(string_at(j, "findings.0.reference"), rules[rule].ref);
	assert_string_equal(string_at(j, "findings.0.fix"), rules[rule].fix);
	assert_string_equal(string_at(j, "findings.0.evidence.name"), "example.com");
	assert_string_equal(string_at(j, "findings.0.evidence.type"), "TXT");
	assert_string_equal(string_at(j, "findings.0.evidence.text"), "v=spf1 ipv4:192.0.2.1 -all");
	assert_int_equal(json_integer_value(at(j, "findings.0.evidence.offset")), 7);
	assert_int_equal(json_integer_value(at(j, "findings.0.evidence.length")), 14);
	assert_int_equal(json_integer_value(at(j, "findings.0.evidence.ttl")), 300);
	assert_string_equal(string_at(j, "findings.0.evidence.source"), "192.0.2.53:53");
	assert_null(at(j, "findings.0.evidence.hex"));
	json_decref(j);
}

static void test_evidence(void **state)
{
	struct report r;
	struct fact *none = help_txt(*state, "_dmarc.example.com", S(""));
	struct fact *lost = help_lost(*state, "example.com", WHY_SERVFAIL);
	struct fact *file = help_txt(*state, "example.com", S("a\xa0z"));
	struct fact *two = help_txt(*state, "example.com", S("x"));
	struct rr here = file->rr[0], pair[] = { two->rr[0], two->rr[0] };
	enum rule_id rule = help_rule(PROTO_MX, SEV_WARNING);
	json_t *j;

	help_report(*state, &r);
	here.file = "db.example";
	here.line = 14;
	file->rr = &here;
	two->rr = pair;
	two->nrr = 2;
	finding_add(&r.findings, rule, "a", none, NULL);
	finding_add(&r.findings, rule, "b", lost, NULL);
	finding_add(&r.findings, rule, "c", file, &here);
	finding_add(&r.findings, rule, "d", NULL, NULL);
	finding_add(&r.findings, rule, "e", two, NULL);
	j = rendered(*state, &r);
	assert_null_at(j, "findings.0.evidence.text");
	assert_null_at(j, "findings.0.evidence.offset");
	assert_null_at(j, "findings.0.evidence.ttl");
	assert_string_equal(string_at(j, "findings.0.evidence.why"), "NXDOMAIN");
	assert_true(json_is_false(at(j, "findings.1.sure")));
	assert_null_at(j, "findings.1.evidence.text");
	assert_string_equal(string_at(j, "findings.1.evidence.why"), "servfail");
	assert_string_equal(string_at(j, "findings.2.evidence.source"), "db.example:14");
	assert_string_equal(string_at(j, "findings.2.evidence.text"), "a\xef\xbf\xbdz");
	assert_int_equal(json_integer_value(at(j, "findings.2.evidence.length")), 3);
	assert_string_equal(string_at(j, "findings.2.evidence.hex"), "61a07a");
	assert_null_at(j, "findings.3.evidence");
	assert_string_equal(string_at(j, "findings.4.evidence.text"), "x\nx");
	json_decref(j);
}

/* ---- the output ---- */

/* 0, 1 and more domains; the same report, the same bytes; ASCII only. */
static void test_framing(void **state)
{
	struct report r;

	help_report(*state, &r);
	help_spf(*state, &r, S("v=spf1 include:\xc2\x9b.example -all"));
	for (size_t total = 0; total < 4; total++) {
		struct buf b[2];
		json_t *j;

		for (int k = 0; k < 2; k++) {
			buf_init(&b[k], 1 << 20);
			render_json_begin(&b[k], &options, total);
			for (size_t i = 0; i < total; i++)
				render_json(&b[k], *state, &r, &options, i, total);
			render_json_end(&b[k], &options, total);
			assert_false(b[k].failed);
			assert_int_equal(b[k].p[b[k].n - 1], '\n');
			assert_int_not_equal(help_longest_line(buf_str(&b[k])), -1);
		}
		assert_true(str_eq(buf_str(&b[0]), buf_str(&b[1])));
		j = load(buf_str(&b[0]));
		if (total == 1)
			assert_true(json_is_object(j));
		else
			assert_int_equal(json_array_size(j), total);
		json_decref(j);
		buf_free(&b[0]);
		buf_free(&b[1]);
	}
}

static void test_ndjson(void **state)
{
	struct report r;
	struct str s;
	json_t *j;

	help_report(*state, &r);
	s = help_render(*state, &r, &options, "ndjson");
	assert_int_equal(str_find(s, '\n'), s.n - 1);
	j = load(s);
	assert_string_equal(string_at(j, "domain"), "example.com");
	json_decref(j);
}

/* The keys in the interface's order. */
static void test_order(void **state)
{
	static const char *const keys[] = { "\"schema\"",    "\"domain\"",  "\"intent\"",
					    "\"score\"",     "\"grade\"",   "\"risk\"",
					    "\"protocols\"", "\"spf\"",     "\"dkim\"",
					    "\"dmarc\"",     "\"mx\"",      "\"ptr\"",
					    "\"mta_sts\"",   "\"tls_rpt\"", "\"findings\"",
					    "\"receivers\"", "\"unknown\"", "\"stats\"" };
	struct report r;
	struct str s;

	help_report(*state, &r);
	s = help_render(*state, &r, &options, "json");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		ptrdiff_t where = str_find_str(s, str_c(keys[i]));

		assert_true(where >= 0);
		s = str_from(s, (size_t)where);
	}
}

/* Output that would be too large fails, once and for good, and nothing is half right. */
static void test_full(void **state)
{
	struct report r;
	struct buf b;

	help_report(*state, &r);
	buf_init(&b, 100);
	render_json(&b, *state, &r, &options, 0, 1);
	assert_true(b.failed);
	buf_free(&b);
}

static bool renders_within(const struct report *r, size_t max)
{
	struct arena scratch;
	struct buf b;
	jmp_buf oom;
	volatile bool whole = false;

	arena_init(&scratch, max);
	buf_init(&b, 16 << 20);
	scratch.oom = &oom;
	if (setjmp(oom) == 0) {
		render_json(&b, &scratch, r, &options, 0, 1);
		whole = true;
	}
	assert_ptr_equal(scratch.oom, &oom);
	assert_false(b.failed);
	buf_free(&b);
	arena_free(&scratch);
	return whole;
}

/* An arena that is full, at whatever moment: the report is lost and no memory is (the leak checker
 * looks on). */
static void test_arena_full(void **state)
{
	struct report r;
	size_t max = 0;

	help_report(*state, &r);
	help_spf(*state, &r, S("v=spf1 include:a.example ip4:192.0.2.1 \xff -all"));
	while (!renders_within(&r, max))
		max += 64;
	assert_true(max > 64);
	assert_true(renders_within(&r, 64 << 20));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_utf8),           TEST(test_every_pair), TEST(test_head),
		TEST(test_absent_is_null), TEST(test_statuses),   TEST(test_spf),
		TEST(test_dkim_mx),        TEST(test_finding),    TEST(test_evidence),
		TEST(test_framing),        TEST(test_ndjson),     TEST(test_order),
		TEST(test_full),           TEST(test_arena_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

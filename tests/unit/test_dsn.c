/* Bounce messages of several servers, as fixtures/bounce has them: what is read and made of each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "file.h"
#include "judge.h"
#include "unit_arena.h"

static struct refusal f;

static void read_fixture(const char *path)
{
	struct buf b;
	const char *err = NULL;

	buf_init(&b, 1 << 20);
	if (!file_read(&arena, path, 1 << 20, &b, &err))
		fail_msg("%s", err);
	judge_refusal(&arena, buf_str(&b), &f);
	buf_free(&b);
}

static void the_recipient_that_failed_counts(void **state)
{
	(void)state;
	read_fixture("fixtures/bounce/dsn.eml");
	assert_true(f.message);
	assert_string_equal(f.dsn.recipient, "ann@example.net");
	assert_string_equal(f.dsn.status, "5.7.26");
	assert_string_equal(f.host, "mx.example.net");
	assert_string_equal(f.domain, "example.org");
	assert_string_equal(f.dsn.mail_from, "news.example.org");
	assert_int_equal(f.bounce.cause, CAUSE_DMARC);
	assert_string_equal(f.bounce.receiver, "gmail");
	assert_string_equal(
		f.reply.text,
		"550 5.7.26 Unauthenticated email from example.org is not accepted due to domain's DMARC policy. - gsmtp");
}

/* Sendmail's Diagnostic-Code ends with the first line: alone it would be "unauthenticated". */
static void a_transcript_has_all_lines(void **state)
{
	(void)state;
	read_fixture("fixtures/bounce/sendmail.eml");
	assert_int_equal(f.bounce.cause, CAUSE_DMARC);
	assert_string_equal(
		f.reply.text,
		"550 5.7.1 Unauthenticated email from example.org is not accepted due to domain's DMARC policy. Please contact the administrator of example.org. x - gsmtp");
}

static void a_notice_without_parts(void **state)
{
	(void)state;
	read_fixture("fixtures/bounce/exim.eml");
	assert_int_equal(f.bounce.cause, CAUSE_SPF);
	assert_int_equal(f.reply.code, 550);
	assert_string_equal(f.reply.stage, "rcpt");
	assert_string_equal(f.domain, "example.org");
}

static void a_notice_in_html(void **state)
{
	(void)state;
	read_fixture("fixtures/bounce/exchange-html.eml");
	assert_int_equal(f.bounce.cause, CAUSE_RECIPIENT_RESTRICTED);
	assert_string_equal(f.bounce.receiver, "microsoft");
	assert_string_equal(f.reply.enhanced, "5.7.133");
}

static void other_text_is_a_reply(void **state)
{
	(void)state;
	judge_refusal(&arena, S("550 5.1.1 user unknown"), &f);
	assert_false(f.message);
	assert_int_equal(f.bounce.cause, CAUSE_RECIPIENT_UNKNOWN);
	judge_refusal(&arena, S(""), &f);
	assert_int_equal(f.bounce.cause, CAUSE_UNKNOWN);
	assert_false(dsn_is_message(S("Note: this is no message\nat all: it is not\n")));
}

static void an_mbox_is_parted(void **state)
{
	struct str rest = S(
		"From a x\nSubject: 1\nTo: a\n\nx\n\nFrom b y\nSubject: 2\nTo: b\n\ny\n");
	struct str m;

	(void)state;
	assert_true(dsn_is_mbox(rest));
	assert_true(dsn_next(&rest, &m));
	assert_true(str_starts(m, S("From a")) && str_find_str(m, S("From b")) < 0);
	assert_true(dsn_next(&rest, &m));
	assert_true(str_starts(m, S("From b")));
	assert_false(dsn_next(&rest, &m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_recipient_that_failed_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(a_transcript_has_all_lines, setup, teardown),
		cmocka_unit_test_setup_teardown(a_notice_without_parts, setup, teardown),
		cmocka_unit_test_setup_teardown(a_notice_in_html, setup, teardown),
		cmocka_unit_test_setup_teardown(other_text_is_a_reply, setup, teardown),
		cmocka_unit_test_setup_teardown(an_mbox_is_parted, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

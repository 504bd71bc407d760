/* Replies: what is read from one, and what is made of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "judge.h"
#include "unit_arena.h"

static struct reply r;
static struct bounce b;

static void read_reply(const char *text)
{
	parse_reply(&arena, str_c(text), &r);
	judge_bounce(&arena, &r, &b);
}

static bool suspects(enum rule_id rule)
{
	for (size_t i = 0; i < b.nsuspect; i++)
		if (b.suspect[i] == rule)
			return true;
	return false;
}

static void lines_become_one_without_their_codes(void **state)
{
	(void)state;
	read_reply(
		"550-5.7.26 Unauthenticated email from Example.ORG is not accepted due to\r\n"
		"550-5.7.26 domain's DMARC policy. Please visit\r\n"
		"550 5.7.26 https://support.google.com/mail/answer/2451690 to learn. x12 - gsmtp\r\n");
	assert_string_equal(
		r.text,
		"550 5.7.26 Unauthenticated email from Example.ORG is not accepted due to domain's DMARC policy. Please visit https://support.google.com/mail/answer/2451690 to learn. x12 - gsmtp");
	assert_int_equal(r.code, 550);
	assert_string_equal(r.enhanced, "5.7.26");
	assert_string_equal(r.domain, "example.org");
	assert_string_equal(b.receiver, "gmail");
	assert_int_equal(b.cause, CAUSE_DMARC);
	assert_false(b.temporary);
	assert_true(suspects(RULE_SPF_MULTIPLE));
	assert_true(suspects(RULE_DKIM_NO_P));
	assert_false(suspects(RULE_PTR_MISSING_SENDER));
}

static void what_postfix_writes_around_a_reply(void **state)
{
	(void)state;
	read_reply(
		"<u@example.net>: host mx.Example.net[192.0.2.1] said: 550 5.7.23 <u@example.net>: Recipient address rejected: Message rejected due to: SPF fail - not authorized. "
		"Please see http://www.openspf.net/Why?s=mfrom;id=bob@example.org;ip=198.51.100.7;r=mx (in reply to RCPT TO command)");
	assert_string_equal(r.host, "mx.example.net");
	assert_string_equal(r.host_ip, "192.0.2.1");
	assert_string_equal(r.stage, "rcpt");
	assert_string_equal(r.ip, "198.51.100.7");
	assert_string_equal(r.domain, "example.org");
	assert_string_equal(b.receiver, "policyd-spf");
	assert_int_equal(b.cause, CAUSE_SPF);

	read_reply(
		"host mx.example.net[192.0.2.1] refused to talk to me: 421 4.7.0 too many connections");
	assert_string_equal(r.stage, "connect");
	assert_true(b.temporary);
	assert_int_equal(b.cause, CAUSE_RATE);
}

static void an_address_is_no_code(void **state)
{
	(void)state;
	read_reply("rejected: 5.7.1.100 is not wanted");
	assert_null(r.enhanced);
	assert_int_equal(r.code, 0);
	assert_string_equal(r.ip, "5.7.1.100");
	read_reply("220-laposte 421 4.2.1 Service refused, please try later. LPN006_107");
	assert_int_equal(r.code, 421);
	assert_string_equal(r.enhanced, "4.2.1");
	assert_string_equal(b.receiver, "laposte");
	read_reply("550 #5.7.5 DKIM unauthenticated mail is prohibited.");
	assert_string_equal(r.enhanced, "5.7.5");
	assert_int_equal(b.cause, CAUSE_DKIM);
	assert_string_equal(b.receiver, "cisco");
}

/* One code, several causes: the words decide. */
static void words_come_before_codes(void **state)
{
	static const struct {
		const char *text;
		enum cause cause;
	} table[] = {
		{ "550 5.7.26 The MAIL FROM domain [example.org] has an SPF record with a hard fail policy (-all) but it fails to pass SPF checks with the ip: [192.0.2.2]. - gsmtp",
		  CAUSE_SPF },
		{ "550 5.7.26 Your email has been blocked because the sender is unauthenticated. Gmail requires all senders to authenticate with either SPF or DKIM. - gsmtp",
		  CAUSE_UNAUTHENTICATED },
		{ "550 5.7.1 rejected by DMARC policy for example.org", CAUSE_DMARC },
		{ "554 5.7.1 <u@example.net>: Relay access denied", CAUSE_RELAY },
		{ "550 5.7.1 Fix reverse DNS for 192.0.2.2", CAUSE_PTR },
		{ "550 5.7.1 RESOLVER.RST.AuthRequired; authentication required",
		  CAUSE_RECIPIENT_RESTRICTED },
		{ "550 5.7.1 Message content rejected, UBE, id=1", CAUSE_CONTENT },
		{ "550 5.4.1 Recipient address rejected: Access denied. [x.prod.protection.outlook.com]",
		  CAUSE_RECIPIENT_UNKNOWN },
		{ "550 5.4.1 Relay Access Denied [x.prod.protection.outlook.com]", CAUSE_RELAY },
		{ "550 5.7.1 Access denied", CAUSE_UNKNOWN },
		{ "550 5.7.23", CAUSE_SPF },
		{ "550 5.7.30 REQUIRETLS support required", CAUSE_TLS },
		{ "550 5.7.30 Your email has been blocked because DKIM did not pass. - gsmtp",
		  CAUSE_DKIM },
		{ "554 5.7.1 Client host [192.0.2.2] blocked using multi.uribl.com; 127.0.0.1 -> Query Refused",
		  CAUSE_OTHER },
		{ "550 Blacklisted URL in message", CAUSE_CONTENT },
		{ "", CAUSE_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		read_reply(table[i].text);
		if (b.cause != table[i].cause)
			fail_msg("%s: %s", table[i].text, cause_name(b.cause));
	}
}

/* Words that say more than their cause does have advice of their own. */
static void the_words_sharpen_the_advice(void **state)
{
	(void)state;
	read_reply(
		"550 5.7.1 Unfortunately, messages from [192.0.2.7] weren't sent. Please contact "
		"your Internet service provider since part of their network is on our block list "
		"(S3140).");
	assert_non_null(strstr(b.advice, "Outlook.com"));
	read_reply("421 4.2.1 Service refuse. Veuillez essayer plus tard. LPN007_107");
	assert_non_null(strstr(b.advice, "reverse DNS"));
	read_reply("550 5.7.26 the sender is unauthenticated. Authentication results: DKIM = did "
		   "not pass SPF [Example.NET] with ip: [192.0.2.7] = did not pass");
	assert_string_equal(r.domain, "example.net");
}

/* Letters of all scripts are kept; what could act on a terminal is not. */
static void letters_of_all_scripts_are_kept(void **state)
{
	(void)state;
	read_reply("554 Usu\xc3\xa1rio inv\xc3\xa1lido \xff\xc3");
	assert_string_equal(r.text, "554 Usu\xc3\xa1rio inv\xc3\xa1lido ??");
	read_reply("550 \xe7\x94\xa8\xe6\x88\xb7\xe4\xb8\x8d\xe5\xad\x98\xe5\x9c\xa8");
	assert_string_equal(r.text,
			    "550 \xe7\x94\xa8\xe6\x88\xb7\xe4\xb8\x8d\xe5\xad\x98\xe5\x9c\xa8");
	read_reply("550 a\xc2\x9b"
		   "b\xe2\x80\xae"
		   "c\xe2\x81\xa6"
		   "d\xef\xbb\xbf"
		   "e");
	assert_null(strchr(r.text, '\xc2'));
	assert_null(strchr(r.text, '\xe2'));
	assert_null(strchr(r.text, '\xef'));
}

/* Families of words, as servers of many makers vary them. */
static void families_of_words(void **state)
{
	static const struct {
		const char *text;
		enum cause cause;
	} table[] = {
		{ "554 5.7.1 this is a closed system, ask the owner", CAUSE_RECIPIENT_RESTRICTED },
		{ "550 5.7.1 The receiver refused your message", CAUSE_RECIPIENT_RESTRICTED },
		{ "550 Account locked for inactivity", CAUSE_RECIPIENT_RESTRICTED },
		{ "550-Postmaster verification failed while checking <a@example.org> "
		  "550 <postmaster@example.org>: User unknown",
		  CAUSE_OTHER },
		{ "550 sender domain has neither a valid MX nor A", CAUSE_OTHER },
		{ "553 sorry, mail-box not found", CAUSE_RECIPIENT_UNKNOWN },
		{ "550 bob@example.org is not an active mailbox here", CAUSE_RECIPIENT_UNKNOWN },
		{ "554 5.7.1 recipient verification by ldap failed", CAUSE_RECIPIENT_UNKNOWN },
		{ "421 4.4.2 sending rate of this client exceeds the limit", CAUSE_RATE },
		{ "450 4.7.1 Error: too much mail from 192.0.2.9", CAUSE_RATE },
		{ "421 4.3.2 Your IP (192.0.2.1) has been banned", CAUSE_BLOCKLIST },
		{ "554 5.7.1 failed several anti-spam checks (spf, helo)", CAUSE_CONTENT },
		{ "550 5.2.3 RESOLVER.RST.SendSizeLimit.Org; message too large for this "
		  "organization",
		  CAUSE_SIZE },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		read_reply(table[i].text);
		if (b.cause != table[i].cause)
			fail_msg("%s: %s", table[i].text, cause_name(b.cause));
	}
	read_reply("550 Our system has detected that you are bad");
	assert_null(b.receiver);
}

static void only_the_rulings_with_that_code_are_suspect(void **state)
{
	(void)state;
	read_reply("550 5.7.27 SPF did not pass. - gsmtp");
	assert_true(suspects(RULE_SPF_NONE));
	assert_false(suspects(RULE_DKIM_NO_P));
	read_reply("550 5.7.509 Access denied, sending domain [EXAMPLE.ORG] does not pass DMARC "
		   "verification and has a DMARC policy of reject.");
	assert_true(suspects(RULE_SPF_NONE));
	assert_false(suspects(RULE_DMARC_NONE));
	read_reply("550 5.1.1 user unknown");
	assert_int_equal(b.nsuspect, 0);
}

static void a_pattern_has_stars_digits_and_borders(void **state)
{
	struct reply t = { .text = "Relay IB508 rblx [TSS04] a.b", .host = "mx1.example.net" };

	(void)state;
	assert_true(reply_has(&t, "relay *[tss%]"));
	assert_true(reply_has(&t, "<ib%>"));
	assert_false(reply_has(&t, "<ib50>"));
	assert_false(reply_has(&t, "<rbl>"));
	assert_false(reply_has(&t, "[tss%] *relay"));
	assert_true(reply_has(&t, "@host .example.net"));
	assert_false(reply_has(&t, "@host .example.org"));
}

static void a_pattern_has_choices(void **state)
{
	struct reply t = { .text = "550 The mailbox is not found here" };

	(void)state;
	assert_true(reply_has(&t, "{user|mailbox} {is |was |}not {known|found}"));
	assert_true(reply_has(&t, "the {mail|mailbox} is"));
	assert_true(reply_has(&t, "{x|<mailbox>} *{x|here}>"));
	assert_true(reply_has(&t, "here{ |}"));
	assert_false(reply_has(&t, "{user|account} is"));
	assert_false(reply_has(&t, "mailbox {is|was}not"));
	assert_false(reply_has(&t, "{mailbox|"));
}

static void families_of_words_in_other_tongues_and_orders(void **state)
{
	(void)state;
	read_reply("550 El usuario no existe");
	assert_int_equal(b.cause, CAUSE_RECIPIENT_UNKNOWN);
	read_reply("552 Das Postfach ist voll");
	assert_int_equal(b.cause, CAUSE_OTHER);
	assert_string_equal(b.fault, "the recipient");
	read_reply("554 votre IP est en liste noire");
	assert_int_equal(b.cause, CAUSE_BLOCKLIST);
	read_reply("550 5.7.1 Email authentication failed");
	assert_int_equal(b.cause, CAUSE_UNAUTHENTICATED);
	read_reply("535 Incorrect authentication data");
	assert_int_equal(b.cause, CAUSE_AUTH_REQUIRED);
	read_reply("550 5.1.8 Domain of sender address a@nowhere.invalid does not exist");
	assert_int_equal(b.cause, CAUSE_OTHER);
	read_reply("550 5.7.1 Message rejected due to policy reasons");
	assert_int_equal(b.cause, CAUSE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(lines_become_one_without_their_codes, setup,
						teardown),
		cmocka_unit_test_setup_teardown(what_postfix_writes_around_a_reply, setup,
						teardown),
		cmocka_unit_test_setup_teardown(an_address_is_no_code, setup, teardown),
		cmocka_unit_test_setup_teardown(words_come_before_codes, setup, teardown),
		cmocka_unit_test_setup_teardown(letters_of_all_scripts_are_kept, setup, teardown),
		cmocka_unit_test_setup_teardown(families_of_words, setup, teardown),
		cmocka_unit_test_setup_teardown(the_words_sharpen_the_advice, setup, teardown),
		cmocka_unit_test_setup_teardown(only_the_rulings_with_that_code_are_suspect, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_pattern_has_stars_digits_and_borders, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_pattern_has_choices, setup, teardown),
		cmocka_unit_test_setup_teardown(families_of_words_in_other_tongues_and_orders,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

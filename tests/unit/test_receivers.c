/* Verdicts: what each receiver does with a standing, and how sure that is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "judge.h"
#include "unit_arena.h"

static struct fact some = { .state = FACT_SOME, .name = "example.com" };
static struct fact lost = { .state = FACT_LOST, .name = "example.com" };

/* A report of a domain that sends, with a DMARC policy and these findings. */
static void report(struct report *r, enum dmarc_policy policy)
{
	*r = (struct report){ .domain = "example.com", .intent = INTENT_SENDS };
	r->findings.arena = &arena;
	r->presence[PROTO_DMARC] = PRESENCE_YES;
	r->dmarc.effective_policy = policy;
}

static void broken(struct report *r, enum rule_id rule, struct fact *f)
{
	finding_add(&r->findings, rule, "example.com", f, NULL);
}

/* Gives the domain a DKIM key that verifiers can use. */
static void sound_key(struct report *r)
{
	static struct dkim_key key = { .usable = true };
	static struct rr rr;
	static struct fact fact = { .state = FACT_SOME, .name = "s._domainkey.example.com" };
	static struct dkim_key_view view = {
		.selector = "s", .fact = &fact, .rr = &rr, .key = &key
	};

	r->dkim.keys = &view;
	r->dkim.nkeys = 1;
}

static const struct verdict *of(const struct verdict *v, enum receiver_id who)
{
	return &v[who];
}

static bool answers(const struct verdict *v, const char *code)
{
	return v->reply && str_starts(str_c(v->reply), str_c(code));
}

static void nothing_wrong_is_accepted_by_all(void **state)
{
	struct report r;

	(void)state;
	report(&r, DMARC_REJECT);
	sound_key(&r);
	judge_risk(&arena, &r);
	for (size_t i = 0; i < r.nverdict; i++) {
		assert_int_equal(r.verdict[i].fate, FATE_ACCEPT);
		assert_int_equal(r.bulk_verdict[i].fate, FATE_ACCEPT);
	}
	assert_int_equal(r.risk, RISK_NONE);
}

static void a_selector_not_guessed_is_no_fault(void **state)
{
	struct report r;

	(void)state;
	report(&r, DMARC_REJECT);
	judge_risk(&arena, &r);
	for (size_t i = 0; i < r.nverdict; i++)
		assert_int_equal(r.bulk_verdict[i].fate, FATE_ACCEPT);
	assert_int_equal(r.risk, RISK_NONE);
}

static void no_spf_alone_hurts_bulk_senders(void **state)
{
	struct report r;

	(void)state;
	report(&r, DMARC_NONE);
	sound_key(&r);
	broken(&r, RULE_SPF_NONE, &some);
	judge_risk(&arena, &r);
	assert_int_equal(of(r.verdict, RECEIVER_GMAIL)->fate, FATE_ACCEPT);
	assert_int_equal(of(r.verdict, RECEIVER_OUTLOOK)->fate, FATE_ACCEPT);
	assert_true(answers(of(r.bulk_verdict, RECEIVER_GMAIL), "550-5.7.27"));
	assert_true(answers(of(r.bulk_verdict, RECEIVER_OUTLOOK), "550 5.7.515"));
	assert_true(of(r.bulk_verdict, RECEIVER_OUTLOOK)->sure);
	assert_int_equal(r.risk, RISK_MEDIUM);
}

static void no_spf_and_no_dkim_is_refused(void **state)
{
	struct report r;
	const struct verdict *v;

	(void)state;
	report(&r, DMARC_NONE);
	broken(&r, RULE_SPF_NONE, &some);
	broken(&r, RULE_DKIM_SELECTOR_MISSING, &some);
	judge_risk(&arena, &r);
	v = of(r.verdict, RECEIVER_GMAIL);
	assert_int_equal(v->fate, FATE_REJECT);
	assert_true(v->sure && answers(v, "550-5.7.26 Your email"));
	assert_int_equal(v->nbecause, 2);
	assert_true(answers(of(r.verdict, RECEIVER_YAHOO), "550 5.7.9"));
	assert_int_equal(r.risk, RISK_HIGH);
}

static void no_spf_and_no_key_found_may_be_refused(void **state)
{
	struct report r;

	(void)state;
	report(&r, DMARC_NONE);
	broken(&r, RULE_SPF_NONE, &some);
	judge_risk(&arena, &r);
	assert_int_equal(of(r.verdict, RECEIVER_GMAIL)->fate, FATE_REJECT);
	assert_false(of(r.verdict, RECEIVER_GMAIL)->sure);
	assert_int_equal(of(r.verdict, RECEIVER_GMX)->fate, FATE_ACCEPT);
}

static void a_policy_of_reject_is_applied(void **state)
{
	struct report r;

	(void)state;
	report(&r, DMARC_REJECT);
	broken(&r, RULE_SPF_MULTIPLE, &some);
	broken(&r, RULE_DKIM_NO_P, &some);
	judge_risk(&arena, &r);
	assert_true(answers(of(r.verdict, RECEIVER_GMAIL), "550-5.7.26 Unauthenticated email from "
							   "example.com is not accepted"));
	assert_true(answers(of(r.verdict, RECEIVER_MICROSOFT365), "550 5.7.509"));
	assert_true(answers(of(r.verdict, RECEIVER_MAILRU), "550 5.7.1"));
	/* only with RejectFailures */
	assert_true(answers(of(r.verdict, RECEIVER_OPENDMARC), "550 5.7.1"));
	assert_false(of(r.verdict, RECEIVER_OPENDMARC)->sure);
	assert_true(of(r.verdict, RECEIVER_OPENDMARC)->ruling->optional);
}

static void quarantine_is_the_spam_folder(void **state)
{
	struct report r;

	(void)state;
	report(&r, DMARC_QUARANTINE);
	broken(&r, RULE_SPF_MULTIPLE, &some);
	broken(&r, RULE_DKIM_NO_P, &some);
	judge_risk(&arena, &r);
	assert_int_equal(of(r.verdict, RECEIVER_MICROSOFT365)->fate, FATE_JUNK);
	assert_null(of(r.verdict, RECEIVER_MICROSOFT365)->reply);
}

static void what_is_lost_is_not_known(void **state)
{
	struct report r;

	(void)state;
	report(&r, DMARC_NONE);
	broken(&r, RULE_SPF_TEMPERROR, &lost);
	broken(&r, RULE_DKIM_SELECTOR_MISSING, &some);
	judge_risk(&arena, &r);
	assert_int_equal(of(r.verdict, RECEIVER_GMAIL)->fate, FATE_UNKNOWN);
	assert_false(of(r.verdict, RECEIVER_GMAIL)->sure);
	assert_true(answers(of(r.verdict, RECEIVER_GMAIL), "550-5.7.26"));
}

static void reverse_dns_of_a_sending_address(void **state)
{
	struct report r;
	struct address_view v4 = { .ip = { "\xc0\x00\x02\x19", 4 }, .given = true };

	(void)state;
	report(&r, DMARC_REJECT);
	sound_key(&r);
	r.ptr.address = &v4;
	r.ptr.naddress = 1;
	broken(&r, RULE_PTR_MISSING_SENDER, &some);
	judge_risk(&arena, &r);
	assert_true(answers(of(r.verdict, RECEIVER_GMAIL), "550-5.7.25"));
	assert_true(answers(of(r.verdict, RECEIVER_GMX), "554 Bad DNS PTR"));
	assert_true(answers(of(r.verdict, RECEIVER_T_ONLINE), "554 IP=192.0.2.25 "));
	assert_int_equal(of(r.verdict, RECEIVER_MICROSOFT365)->fate, FATE_ACCEPT);
	assert_int_equal(r.risk, RISK_HIGH);
}

static void a_parked_domain_has_no_verdicts(void **state)
{
	struct report r;

	(void)state;
	report(&r, DMARC_REJECT);
	r.intent = INTENT_PARKED;
	broken(&r, RULE_SPF_NONE, &some);
	judge_risk(&arena, &r);
	assert_int_equal(r.nverdict, 0);
	assert_int_equal(r.risk, RISK_NONE);
}

static void only_the_receivers_asked_for_make_the_risk(void **state)
{
	struct report r;

	(void)state;
	report(&r, DMARC_REJECT);
	sound_key(&r);
	r.receivers = UINT64_C(1) << RECEIVER_FASTMAIL;
	broken(&r, RULE_PTR_MISSING_SENDER, &some);
	judge_risk(&arena, &r);
	assert_int_not_equal(r.risk, RISK_HIGH);
}

static void a_ruling_names_the_rules_to_suspect(void **state)
{
	(void)state;
	for (size_t i = 0; i < nrulings; i++) {
		if (rulings[i].who != RECEIVER_GMAIL)
			continue;
		if (str_starts(str_c(rulings[i].reply), S("550-5.7.27"))) {
			assert_true(ruling_blames(&rulings[i], RULE_SPF_MULTIPLE));
			assert_false(ruling_blames(&rulings[i], RULE_DKIM_NO_P));
		}
		if (str_starts(str_c(rulings[i].reply), S("550-5.7.26 Unauth")))
			assert_true(ruling_blames(&rulings[i], RULE_DKIM_NO_P));
	}
}

/* Every row has conditions and a source, and stands beside its receiver's others. */
static void the_table_is_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < nrulings; i++) {
		assert_true(rulings[i].nconditions > 0);
		assert_true(rulings[i].source[0]);
		assert_true(rulings[i].fate == FATE_JUNK || rulings[i].fate == FATE_DEFER ||
			    rulings[i].fate == FATE_REJECT);
		assert_true(!i || rulings[i].who >= rulings[i - 1].who);
	}
}

/* Nobody refuses mail that is not sent, so what could not be had does not matter either. */
static void no_mail_is_no_risk(void **state)
{
	static const enum intent quiet[] = { INTENT_RECEIVES, INTENT_PARKED };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct report r;

		report(&r, DMARC_REJECT);
		broken(&r, RULE_MX_UNKNOWN, &lost);
		broken(&r, RULE_PTR_UNKNOWN, &lost);
		judge_risk(&arena, &r);
		assert_int_equal(r.risk, RISK_UNKNOWN);
		report(&r, DMARC_REJECT);
		broken(&r, RULE_MX_UNKNOWN, &lost);
		broken(&r, RULE_PTR_UNKNOWN, &lost);
		r.intent = quiet[i];
		judge_risk(&arena, &r);
		assert_int_equal(r.risk, RISK_NONE);
		assert_int_equal(r.nrisk_because, 0);
	}
}

/* One key is broken, and another could not be had: whether mail is signed is not known. */
static void a_key_lost_beside_a_broken_one(void **state)
{
	struct report r;
	struct standing s;

	(void)state;
	report(&r, DMARC_REJECT);
	broken(&r, RULE_DKIM_NO_P, &some);
	stand_report(&arena, &r, false, &s);
	assert_int_equal(s.met[COND_DKIM_NO_PASS], MET_YES);
	r.dkim.lost = 1;
	stand_report(&arena, &r, false, &s);
	assert_int_equal(s.met[COND_DKIM_NO_PASS], MET_LOST);
	sound_key(&r);
	stand_report(&arena, &r, false, &s);
	assert_int_equal(s.met[COND_DKIM_NO_PASS], MET_MAYBE);
}

/* The verdict on a described sender whose SPF fails, whose signature was broken on its way, and
 * whose HELO name is of one label. */
static void replies_name_the_sender(void **state)
{
	static struct signature_view dkim = { .domain = "example.com",
					      .result = AUTH_FAIL,
					      .aligned = PRESENCE_YES,
					      .aligned_7489 = PRESENCE_YES };
	struct sender_view v = { .ip = S("\x5d\xb8\xd7\x42"),
				 .helo = "relay",
				 .mail_from = "bob@news.example.com",
				 .has_spf = true,
				 .spf = { .result = SPF_RESULT_FAIL,
					  .explanation = "{ip} is not ours" },
				 .spf_aligned = PRESENCE_YES,
				 .spf_aligned_7489 = PRESENCE_YES,
				 .dkim = &dkim,
				 .ndkim = 1,
				 .helo_short = true,
				 .policy_7489 = DMARC_REJECT,
				 .pct_7489 = 100,
				 .policy_domain = "example.com" };
	struct report r;

	(void)state;
	report(&r, DMARC_REJECT);
	r.sender = &v;
	judge_risk(&arena, &r);
	assert_string_equal(
		r.verdict[RECEIVER_POLICYD_SPF].reply,
		"550 5.7.23 <recipient>: Recipient address rejected: Message rejected due to: {ip} is not ours. Please see http://www.openspf.net/Why?s=mfrom;id=bob@news.example.com;ip=93.184.215.66;r=...");
	assert_true(r.verdict[RECEIVER_POLICYD_SPF].sure);
	assert_string_equal(
		r.verdict[RECEIVER_POSTFIX].reply,
		"504 5.5.2 <relay>: Helo command rejected: need fully-qualified hostname");
	assert_string_equal(r.verdict[RECEIVER_OPENDMARC].reply,
			    "550 5.7.1 rejected by DMARC policy for example.com");
	assert_string_equal(r.verdict[RECEIVER_OPENDKIM].reply,
			    "550 5.7.0 bad DKIM signature data");
	assert_true(str_find_str(str_c(r.verdict[RECEIVER_GMAIL].reply), S("news.example.com")) >
		    0);
	/* HELO comes first; a key for tests is forgiven; pct=0 is nobody */
	v.helo_spf.result = SPF_RESULT_FAIL;
	dkim.testing = true;
	v.pct_7489 = 0;
	judge_risk(&arena, &r);
	assert_true(
		str_find_str(
			str_c(r.verdict[RECEIVER_POLICYD_SPF].reply),
			S("not authorized. Please see http://www.openspf.net/Why?s=helo;id=relay;")) >
		0);
	assert_int_equal(r.verdict[RECEIVER_OPENDKIM].fate, FATE_ACCEPT);
	assert_int_equal(r.verdict[RECEIVER_OPENDMARC].fate, FATE_ACCEPT);
}

/* Whoever loses the answer as well, and is set to, defers. */
static void a_lost_answer_is_deferred(void **state)
{
	struct sender_view v = { .ip = S("\x5d\xb8\xd7\x42"),
				 .mail_from = "bob@example.com",
				 .has_spf = true,
				 .spf = { .result = SPF_RESULT_TEMPERROR },
				 .pct_7489 = 100 };
	struct report r;
	const struct verdict *spf;

	(void)state;
	report(&r, DMARC_NONE);
	r.sender = &v;
	judge_risk(&arena, &r);
	spf = of(r.verdict, RECEIVER_POLICYD_SPF);
	assert_int_equal(spf->fate, FATE_UNKNOWN);
	assert_true(spf->ruling->optional);
	assert_true(answers(spf, "450 4.7.24 "));
}

/* An address told with --ip whose SPF result could not be had: the result may be any. */
static void a_lost_result_of_an_address_is_not_known(void **state)
{
	struct spf_evaluation e = { .result = SPF_RESULT_TEMPERROR };
	struct report r;

	(void)state;
	report(&r, DMARC_NONE);
	sound_key(&r);
	broken(&r, RULE_SPF_TEMPERROR, &lost);
	r.spf.evaluated = &e;
	r.spf.nevaluated = 1;
	judge_risk(&arena, &r);
	assert_int_equal(of(r.verdict, RECEIVER_GMX)->fate, FATE_UNKNOWN);
	e.result = SPF_RESULT_FAIL;
	judge_risk(&arena, &r);
	assert_int_equal(of(r.verdict, RECEIVER_GMX)->fate, FATE_REJECT);
	e.result = SPF_RESULT_PASS;
	judge_risk(&arena, &r);
	assert_int_equal(of(r.verdict, RECEIVER_GMX)->fate, FATE_ACCEPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(no_mail_is_no_risk, setup, teardown),
		cmocka_unit_test_setup_teardown(replies_name_the_sender, setup, teardown),
		cmocka_unit_test_setup_teardown(a_lost_answer_is_deferred, setup, teardown),
		cmocka_unit_test_setup_teardown(a_lost_result_of_an_address_is_not_known, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_key_lost_beside_a_broken_one, setup, teardown),
		cmocka_unit_test_setup_teardown(nothing_wrong_is_accepted_by_all, setup, teardown),
		cmocka_unit_test_setup_teardown(a_selector_not_guessed_is_no_fault, setup,
						teardown),
		cmocka_unit_test_setup_teardown(no_spf_alone_hurts_bulk_senders, setup, teardown),
		cmocka_unit_test_setup_teardown(no_spf_and_no_dkim_is_refused, setup, teardown),
		cmocka_unit_test_setup_teardown(no_spf_and_no_key_found_may_be_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_policy_of_reject_is_applied, setup, teardown),
		cmocka_unit_test_setup_teardown(quarantine_is_the_spam_folder, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_lost_is_not_known, setup, teardown),
		cmocka_unit_test_setup_teardown(reverse_dns_of_a_sending_address, setup, teardown),
		cmocka_unit_test_setup_teardown(a_parked_domain_has_no_verdicts, setup, teardown),
		cmocka_unit_test_setup_teardown(only_the_receivers_asked_for_make_the_risk, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_ruling_names_the_rules_to_suspect, setup,
						teardown),
		cmocka_unit_test_setup_teardown(the_table_is_whole, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

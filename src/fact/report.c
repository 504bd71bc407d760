/* Whose receivers a report is for, and the words of its enums, as JSON and the command line have
 * them. Layer: report. */
#include "report.h"

static const char *const intents[] = {
	[INTENT_AUTO] = "auto",
	[INTENT_SENDS] = "sends",
	[INTENT_RECEIVES] = "receives",
	[INTENT_PARKED] = "parked",
};

static const char *const risks[] = {
	[RISK_NONE] = "none", [RISK_LOW] = "low",         [RISK_MEDIUM] = "medium",
	[RISK_HIGH] = "high", [RISK_UNKNOWN] = "unknown",
};

static const char *const statuses[] = {
	[STATUS_NA] = "n/a",    [STATUS_PASS] = "pass", [STATUS_WARN] = "warn",
	[STATUS_FAIL] = "fail", [STATUS_NONE] = "none", [STATUS_UNKNOWN] = "unknown",
};

bool report_asks_for(const struct report *r, enum receiver_id who)
{
	return r->receivers >> who & 1;
}

bool report_counts(const struct report *r, enum receiver_id who)
{
	return r->receivers ? report_asks_for(r, who) : receivers[who].major;
}

const char *intent_name(enum intent i)
{
	return intents[i];
}

const char *risk_name(enum risk r)
{
	return risks[r];
}

const char *status_name(enum status s)
{
	return statuses[s];
}

const char *spf_result_name(enum spf_result r)
{
	static const char *const names[] = {
		[SPF_RESULT_NONE] = "none",           [SPF_RESULT_NEUTRAL] = "neutral",
		[SPF_RESULT_PASS] = "pass",           [SPF_RESULT_FAIL] = "fail",
		[SPF_RESULT_SOFTFAIL] = "softfail",   [SPF_RESULT_TEMPERROR] = "temperror",
		[SPF_RESULT_PERMERROR] = "permerror",
	};

	return names[r];
}

const char *auth_result_name(enum auth_result r)
{
	static const char *const names[] = {
		[AUTH_NONE] = "none",           [AUTH_PASS] = "pass",
		[AUTH_FAIL] = "fail",           [AUTH_TEMPERROR] = "temperror",
		[AUTH_PERMERROR] = "permerror",
	};

	return names[r];
}

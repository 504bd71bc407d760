/* The table of rules, made from rules.def. Layer: rule. */
#include "rule.h"

const struct rule rules[RULE_COUNT] = {
#define RULE(id, name, proto, severity, ref, title, why, fix) \
	[RULE_##id] = { name, PROTO_##proto, SEV_##severity, ref, title, why, fix },
#include "rules.def"
#undef RULE
};

static const char *const severity_names[] = {
	[SEV_INFO] = "info",
	[SEV_WARNING] = "warning",
	[SEV_ERROR] = "error",
};

static const struct {
	const char *name, *title;
} protos[PROTO_ALL] = {
	[PROTO_SPF] = { "spf", "SPF" },
	[PROTO_DKIM] = { "dkim", "DKIM" },
	[PROTO_DMARC] = { "dmarc", "DMARC" },
	[PROTO_MX] = { "mx", "MX" },
	[PROTO_PTR] = { "ptr", "PTR" },
	[PROTO_MTA_STS] = { "mta_sts", "MTA-STS" },
	[PROTO_TLS_RPT] = { "tls_rpt", "TLS-RPT" },
	[PROTO_DANE] = { "dane", "DANE" },
	[PROTO_SMTP] = { "smtp", "SMTP" },
	[PROTO_DNSBL] = { "dnsbl", "DNSBL" },
	[PROTO_DNSSEC] = { "dnssec", "DNSSEC" },
	[PROTO_BIMI] = { "bimi", "BIMI" },
	[PROTO_PROFILE] = { "profile", "profile" },
	[PROTO_STACK] = { "stack", "library" },
	[PROTO_ZONE] = { "zone", "zone file" },
	[PROTO_CONFIG] = { "config", "config file" },
	[PROTO_DNS] = { "dns", "DNS" },
};

bool rule_from(struct str name, enum rule_id *out)
{
	for (int i = 0; i < (int)RULE_COUNT; i++) {
		if (str_eq(name, str_c(rules[i].name))) {
			*out = (enum rule_id)i;
			return true;
		}
	}
	return false;
}

bool proto_from(struct str name, enum proto *out)
{
	for (int p = 0; p <= PROTO_PROFILE; p++) {
		if (str_eq_ci(name, str_c(protos[p].name)) ||
		    str_eq_ci(name, str_c(protos[p].title))) {
			*out = (enum proto)p;
			return true;
		}
	}
	return false;
}

const char *severity_name(enum severity s)
{
	return severity_names[s];
}

const char *proto_name(enum proto p)
{
	return protos[p].name;
}

const char *proto_title(enum proto p)
{
	return protos[p].title;
}

bool rule_is_event(enum rule_id rule)
{
	return rule == RULE_DKIM_VANISHED || rule == RULE_DKIM_RETIRED ||
	       rule == RULE_SPF_INCLUDE_CHANGED;
}

const char *rule_nearest(struct str name)
{
	for (int i = 0; i < (int)RULE_COUNT; i++)
		if (str_near(name, rules[i].name))
			return rules[i].name;
	for (int i = 0; name.n >= 3 && i < (int)RULE_COUNT; i++)
		if (str_ends_ci(str_c(rules[i].name), name))
			return rules[i].name;
	return NULL;
}

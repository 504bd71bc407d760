/* SPF: web fronts and needless includes. Header: spf_data.h. */
#include "spf_data.h"

#include "name.h"

/* Their owners publish them: cloudflare.com/ips, api.fastly.com/public-ip-list, and GitHub's
 * api.github.com/meta (pages). Written down from general knowledge of these lists, not from a copy
 * of a certain day: compare before anything is added or taken away. */
static const struct {
	const char *owner;
	const char *network;
} fronts[] = {
	{ "Cloudflare", "173.245.48.0/20" },  { "Cloudflare", "103.21.244.0/22" },
	{ "Cloudflare", "103.22.200.0/22" },  { "Cloudflare", "103.31.4.0/22" },
	{ "Cloudflare", "141.101.64.0/18" },  { "Cloudflare", "108.162.192.0/18" },
	{ "Cloudflare", "190.93.240.0/20" },  { "Cloudflare", "188.114.96.0/20" },
	{ "Cloudflare", "197.234.240.0/22" }, { "Cloudflare", "198.41.128.0/17" },
	{ "Cloudflare", "162.158.0.0/15" },   { "Cloudflare", "104.16.0.0/13" },
	{ "Cloudflare", "104.24.0.0/14" },    { "Cloudflare", "172.64.0.0/13" },
	{ "Cloudflare", "131.0.72.0/22" },    { "Cloudflare", "2400:cb00::/32" },
	{ "Cloudflare", "2606:4700::/32" },   { "Cloudflare", "2803:f800::/32" },
	{ "Cloudflare", "2405:b500::/32" },   { "Cloudflare", "2405:8100::/32" },
	{ "Cloudflare", "2a06:98c0::/29" },   { "Cloudflare", "2c0f:f248::/32" },
	{ "Fastly", "23.235.32.0/20" },       { "Fastly", "43.249.72.0/22" },
	{ "Fastly", "103.244.50.0/24" },      { "Fastly", "103.245.222.0/23" },
	{ "Fastly", "103.245.224.0/24" },     { "Fastly", "104.156.80.0/20" },
	{ "Fastly", "140.248.64.0/18" },      { "Fastly", "140.248.128.0/17" },
	{ "Fastly", "146.75.0.0/17" },        { "Fastly", "151.101.0.0/16" },
	{ "Fastly", "157.52.64.0/18" },       { "Fastly", "167.82.0.0/17" },
	{ "Fastly", "167.82.128.0/20" },      { "Fastly", "167.82.160.0/20" },
	{ "Fastly", "167.82.224.0/20" },      { "Fastly", "172.111.64.0/18" },
	{ "Fastly", "185.31.16.0/22" },       { "Fastly", "199.27.72.0/21" },
	{ "Fastly", "199.232.0.0/16" },       { "Fastly", "2a04:4e40::/32" },
	{ "Fastly", "2a04:4e42::/32" },       { "GitHub Pages", "185.199.108.0/22" },
};

static bool is_within(struct str ip, const char *network)
{
	struct str text = str_c(network);
	ptrdiff_t slash = str_find(text, '/');
	uint8_t net[16];
	uint32_t bits;
	size_t n;

	if (!ip_parse(str_sub(text, 0, (size_t)slash), net, &n) || n != ip.n ||
	    !str_to_u32(str_from(text, (size_t)slash + 1), 128, &bits))
		return false;
	for (uint32_t i = 0; i < bits; i++)
		if (((uint8_t)ip.p[i / 8] ^ net[i / 8]) >> (7 - i % 8) & 1)
			return false;
	return true;
}

const char *spf_front_of(struct str ip)
{
	for (size_t i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++)
		if (is_within(ip, fronts[i].network))
			return fronts[i].owner;
	return NULL;
}

/* Mailchimp has not asked for its include since 2022, and its envelope sender is always at a domain
 * of its own. Postmark: postmarkapp.com/blog/why-we-no-longer-ask-for-spf-records. Amazon SES: the
 * API reference of SetIdentityMailFromDomain asks for a subdomain as the MAIL FROM domain. */
static const struct spf_needless needless[] = {
	{ "servers.mcsv.net", "Mailchimp sends with an envelope domain of its own", false },
	{ "spf.mtasv.net", "Postmark sends with an envelope domain of its own, or a CNAME of yours",
	  false },
	{ "amazonses.com",
	  "Amazon SES sends with an envelope domain of its own, or a subdomain of yours with a record of its own",
	  true },
};

const struct spf_needless *spf_needless_include(const char *name)
{
	for (size_t i = 0; i < sizeof(needless) / sizeof(needless[0]); i++)
		if (name_is_under(name, needless[i].name))
			return &needless[i];
	return NULL;
}

static const struct {
	const char *mx; /* its hosts are at or below this name */
	const char *include;
} mailboxes[] = {
	{ "google.com", "_spf.google.com" },
	{ "googlemail.com", "_spf.google.com" },
	{ "mail.protection.outlook.com", "spf.protection.outlook.com" },
	{ "mx.microsoft", "spf.protection.outlook.com" },
	{ "mail.icloud.com", "icloud.com" },
	{ "protonmail.ch", "_spf.protonmail.ch" },
	{ "messagingengine.com", "spf.messagingengine.com" },
	{ "mx.yandex.net", "_spf.yandex.net" },
	{ "migadu.com", "spf.migadu.com" },
	{ "gandi.net", "_mailcust.gandi.net" },
	{ "mail.ovh.net", "mx.ovh.com" },
	{ "mailbox.org", "mailbox.org" },
	{ "secureserver.net", "secureserver.net" },
};

const char *spf_include_of_mx(const char *host)
{
	for (size_t i = 0; i < sizeof(mailboxes) / sizeof(mailboxes[0]); i++)
		if (name_is_under(host, mailboxes[i].mx))
			return mailboxes[i].include;
	return NULL;
}

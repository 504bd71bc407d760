/* Who signs with which selector. What is asked of every domain stands in one place only: own, or
 * one of the two lists at the end (a unit test holds the table to that, and to about 150 in all).
 */
#include "selectors.h"

const struct dkim_provider dkim_providers[] = {
	{ "Google Workspace", "20230601",
	  "20251104 20221208 20210112 20161025 20120113 ga1 gapps googlemail", "google",
	  "google.com googlemail.com psmtp.com", "_spf.google.com", "" },
	{ "Microsoft 365", "", "selector3", "selector1 selector2",
	  "protection.outlook.com mx.microsoft", "protection.outlook.com",
	  "onmicrosoft.com dkim.mail.microsoft" },
	{ "Azure Communication Services",
	  "selector1-azurecomm-prod-net selector2-azurecomm-prod-net", "", "", "", "",
	  "azurecomm.net" },
	{ "Apple iCloud", "sig1", "", "", "mail.icloud.com", "icloud.com", "icloudmailadmin.com" },
	{ "Proton", "protonmail protonmail2 protonmail3", "", "", "protonmail.ch", "protonmail.ch",
	  "proton.ch" },
	{ "Fastmail", "fm2 fm3", "mesmtp", "fm1", "messagingengine.com", "messagingengine.com",
	  "fmhosted.com messagingengine.com" },
	{ "Zoho", "zmail", "zohomail 1522905413783", "zoho",
	  "zoho.com zoho.eu zoho.in zoho.com.au zohomail.com zohomail.eu zohocloud.ca",
	  "zoho.com zoho.eu zoho.in zohomail.com zohomail.eu zohomail.in zeptomail.net", "" },
	{ "Yandex", "", "", "mail", "yandex.net yandex.ru", "yandex.net yandex.ru", "" },
	{ "Mail.ru", "mailru", "", "dkim", "mail.ru", "mail.ru", "" },
	{ "Yahoo", "s1024 s2048", "a2048", "", "yahoodns.net", "yahoo.com", "" },
	{ "Tuta", "", "", "s1 s2", "tutanota.de", "tutanota.de", "tutanota.de" },
	{ "mailbox.org", "mbo0001 mbo0002", "mbo0003 mbo0004", "", "mailbox.org", "mailbox.org",
	  "mailbox.org" },
	{ "Migadu", "", "", "key1 key2 key3", "migadu.com", "migadu.com", "migadu.com" },
	{ "Namecheap", "", "", "default", "privateemail.com", "privateemail.com", "" },
	{ "GoDaddy", "secureserver1 secureserver2", "", "k1", "secureserver.net",
	  "secureserver.net", "secureserver.net" },
	{ "IONOS", "s1-ionos s2-ionos", "s42582890", "",
	  "ionos.com ionos.de ionos.es ionos.co.uk ionos.fr kundenserver.de perfora.net",
	  "ionos.com kundenserver.de perfora.net", "ionos.com" },
	{ "OVH", "", "ovhmo-selector-1", "", "ovh.net", "mx.ovh.com ovh.net", "ovh.net" },
	{ "Gandi", "gm1 gm2 gm3", "", "", "gandi.net", "gandi.net", "gandimail.net" },
	{ "Strato", "strato-dkim-0002", "strato-dkim-0003", "", "rzone.de strato.de",
	  "strato.com strato.de", "strato.de" },
	{ "Hostinger", "hostingermail-a hostingermail-b", "hostingermail-c", "", "hostinger.com",
	  "hostinger.com", "hostinger.com" },
	{ "Hetzner", "default2501", "", "dkim", "your-server.de", "your-server.de", "" },
	{ "Titan", "titan1", "titan2", "", "titan.email", "titan.email", "" },
	{ "one.com", "", "", "rsa1 rsa2", "one.com", "one.com", "one.com" },
	{ "Loopia", "loopia", "", "", "loopia.se", "loopia.se", "" },
	{ "Cloudflare Email Routing", "cf2024-1", "", "", "mx.cloudflare.net", "mx.cloudflare.net",
	  "" },
	{ "MXroute", "", "", "x", "mxroute.com mxlogin.com mxrouting.net",
	  "mxroute.com mxlogin.com", "" },

	{ "Mailchimp", "", "", "k1 k2 k3", "", "mcsv.net", "mcsv.net" },
	{ "Mandrill", "mandrill mte1 mte2", "", "", "", "mandrillapp.com", "mandrillapp.com" },
	{ "SendGrid", "smtpapi", "", "s1 s2 em m1", "sendgrid.net", "sendgrid.net",
	  "sendgrid.net" },
	{ "Amazon SES", "amazonses ses", "", "", "amazonaws.com", "amazonses.com",
	  "amazonses.com" },
	{ "Mailgun", "mailo pdk1", "pdk2 krs pic mg", "smtp k1 mx email", "mailgun.org",
	  "mailgun.org", "mailgun.org" },
	{ "Postmark", "", "", "pm", "", "mtasv.net", "mtasv.net" },
	{ "SparkPost", "scph0819", "scph0223 scph0224", "", "", "sparkpostmail.com",
	  "sparkpostmail.com" },
	{ "Brevo", "brevo1 brevo2 sendinblue", "sib", "mail", "", "sendinblue.com brevo.com",
	  "brevo.com sendinblue.com" },
	{ "Mailjet", "mailjet", "", "", "", "mailjet.com", "mailjet.com" },
	{ "Elastic Email", "api", "", "", "", "elasticemail.com", "" },
	{ "Resend", "resend", "", "", "", "", "" },
	{ "Netcore", "pepipost", "", "", "", "pepipost.net pepipost.com", "" },
	{ "Mailtrap", "rwmt1 rwmt2", "", "", "", "", "mailtrap.live" },
	{ "SocketLabs", "sl1", "", "dkim", "", "email-od.com", "email-od.com" },
	{ "MailerSend", "mlsend mlsend2", "", "", "", "mailersend.net", "mailersend.net" },
	{ "HubSpot", "hs1 hs2", "", "", "", "hubspotemail.net", "hubspotemail.net hubspot.com" },
	{ "Klaviyo", "kl kl2 km1 km2 ks1 ks2 kt1 kt2", "", "", "", "klaviyomail.com",
	  "klaviyomail.com klaviyo.com" },
	{ "Constant Contact", "ctct1 ctct2", "", "", "", "ccsend.com constantcontact.com",
	  "ccsend.com" },
	{ "Campaign Monitor", "cm", "", "", "", "createsend.com", "" },
	{ "ActiveCampaign", "acdkim1 acdkim2", "", "dk", "", "emsd1.com", "acems1.com" },
	{ "AWeber", "aweber_key_a aweber_key_b aweber_key_c", "", "", "", "aweber.com",
	  "aweber.com" },
	{ "MailerLite", "litesrv ml", "", "", "", "mlsend.com", "mlsend.com" },
	{ "Kit", "cka", "cka2", "", "", "convertkit.com", "convertkit.com convertkit-mail.com" },
	{ "Emma", "e2ma-k1 e2ma-k2 e2ma-k3", "", "", "", "e2ma.net", "e2ma.net" },
	{ "Sailthru", "sailthru", "", "", "", "sailthru.com", "" },
	{ "GetResponse", "", "getresponse gr", "", "", "getresponse.com", "" },
	{ "Everlytic", "everlytickey1 everlytickey2", "eversrv", "", "", "everlytic.net",
	  "everlytic.net" },
	{ "Emarsys", "emarsys", "", "key1", "", "emarsys.net", "emarsys.net" },
	{ "Dotdigital", "", "dkim1024 dd", "", "", "dotmailer.com dotdigital.com", "" },
	{ "Customer.io", "", "cio", "", "", "customeriomail.com", "customeriomail.com" },

	{ "Iterable", "", "iterable", "", "", "iterable.com", "" },
	{ "Moosend", "", "ms", "", "", "moosend.com mailendo.com", "" },
	{ "beehiiv", "", "bh", "", "", "beehiiv.com", "" },
	{ "Drip", "", "", "s1 s2", "", "getdrip.com", "" },
	{ "SMTP2GO", "", "", "", "", "smtp2go.com", "smtp2go.net" },

	{ "Salesforce Marketing Cloud", "200608 10dkim1 50dkim1",
	  "11dkim1 12dkim1 13dkim1 fbldkim1", "", "", "exacttarget.com", "exacttarget.com" },
	{ "Salesforce", "sf salesforce", "sf1 sf2 sfdc", "", "", "_spf.salesforce.com",
	  "salesforce.com" },
	{ "Pardot", "", "pardot 200608", "", "", "pardot.com", "" },
	{ "Marketo", "mkto", "mkdkim", "m1", "", "mktomail.com", "mktomail.com mktdns.com" },
	{ "Eloqua", "eloqua", "", "", "", "eloqua.com", "" },
	{ "Dynamics 365", "d365mktkey", "", "", "", "", "dynamics.com" },
	{ "Responsys", "", "rsys responsys", "", "", "rsys2.com responsys.net", "responsys.net" },
	{ "Adobe Campaign", "", "neolane", "", "", "neolane.net", "" },
	{ "Blackbaud", "", "sm", "", "", "blackbaud.com blackbaud.net", "" },
	{ "Zendesk", "zendesk1 zendesk2", "", "", "zendesk.com", "zendesk.com", "zendesk.com" },
	{ "Help Scout", "strong1 strong2", "", "", "helpscout.net", "helpscoutemail.com",
	  "helpscout.net helpscoutemail.com" },
	{ "Intercom", "intercom", "", "", "", "", "intercom.io intercom-mail.com" },
	{ "Gorgias", "gor", "gor2", "", "", "gorgias.com", "gorgias.com" },
	{ "Freshworks", "fwdkim1", "fddkim", "s1 s2", "", "freshdesk.com freshemail.io",
	  "freshdesk.com freshemail.io" },
	{ "Front", "", "", "m1", "", "frontapp.com", "" },
	{ "Squarespace", "", "squarespace", "", "", "squarespace.com", "" },
	{ "Wix", "", "wix", "", "", "wix.com", "" },
	{ "Zoom", "", "zoom", "", "", "zoom.us", "" },
	{ "Qualtrics", "", "qualtrics", "", "", "qualtrics.com", "" },
	{ "Shopify", "", "", "", "", "myshopify.com shopifyemail.com", "email.myshopify.com" },
	{ "Firebase", "firebase1 firebase2", "", "", "", "firebasemail.com", "firebasemail.com" },
	{ "GitHub", "pf2023", "pf2014", "", "", "github.com", "" },

	{ "Proofpoint", "proofpoint ppk1 pphosted", "pp ppk2", "", "pphosted.com ppe-hosted.com",
	  "pphosted.com ppe-hosted.com", "pphosted.com" },
	{ "Mimecast", "mimecast", "mc mimecast20190104", "", "mimecast.com", "mimecast.com",
	  "mimecast.com" },
	{ "Barracuda", "barracuda", "bcuda", "", "barracudanetworks.com", "barracudanetworks.com",
	  "barracudanetworks.com" },
	{ "Cisco", "cisco iport", "ironport", "", "iphmx.com", "iphmx.com", "iphmx.com" },
	{ "Global Micro", "mxvault", "", "", "", "", "" },
	{ "Symantec", "messagelabs", "symantec", "", "messagelabs.com", "messagelabs.com",
	  "messagelabs.com" },
	{ "Trend Micro", "trendmicro", "", "", "trendmicro.com trendmicro.eu",
	  "trendmicro.com trendmicro.eu", "" },
	{ "Hornetsecurity", "hse1 hse2", "", "", "hornetsecurity.com antispameurope.com",
	  "hornetsecurity.com", "hornetsecurity.com" },
	{ "MailChannels", "mailchannels", "", "", "", "mailchannels.net", "" },
};

const size_t dkim_nproviders = sizeof(dkim_providers) / sizeof(dkim_providers[0]);

const char dkim_selectors_short[] =
	"google selector1 selector2 default k1 k2 k3 s1 s2 dkim mail smtp mx zoho fm1 pm";

const char dkim_selectors_usual[] =
	"key1 key2 key3 selector s k mta email main server rspamd opendkim dkim1 dkim2 dk dk1 sel1 sel2 "
	"rsa rsa1 rsa2 rsa2048 ed ed25519 x em m1";

bool dkim_next_word(const char **at, struct str *word)
{
	const char *p = *at, *end;

	while (*p == ' ')
		p++;
	for (end = p; *end && *end != ' '; end++)
		;
	*word = (struct str){ p, (size_t)(end - p) };
	*at = end;
	return word->n > 0;
}

bool dkim_is_below_any(const char *name, const char *list)
{
	struct str whole = str_c(name), top;

	while (dkim_next_word(&list, &top)) {
		if (str_eq(whole, top) || (str_ends_ci(whole, top) && whole.n > top.n &&
					   whole.p[whole.n - top.n - 1] == '.'))
			return true;
	}
	return false;
}

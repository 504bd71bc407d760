/* A reply read from right to left: who wrote it, why, and what is to suspect.
 *
 * 1. The words tell who (SIGN) and why (PHRASE): the vendor's own first, then families of words.
 * 2. Where the words say nothing, the enhanced code does, as RFC 3463, 7372, 7505 and 8689 have it,
 * but for those that vendors use for other things.
 * 3. The rules to suspect are those that rulings with such a reply blame: of the receiver when it
 * is known and has any, else of all conditions that belong to the cause. */
#include "code.h"
#include "judge.h"

/* ---- the tables ---- */

enum signer {
	SIGNER_ANY,
#define SIGNER(id, name, title) SIGNER_##id,
#include "replies.def"
	SIGNER_COUNT
};

static const struct {
	const char *name, *title;
} signers[SIGNER_COUNT] = {
#define SIGNER(id, name, title) [SIGNER_##id] = { name, title },
#include "replies.def"
};

static const struct {
	enum signer who;
	const char *pattern;
} signs[] = {
#define SIGN(who, pattern) { SIGNER_##who, pattern },
#include "replies.def"
};

static const struct {
	enum signer who;
	enum cause cause;
	const char *pattern;
} phrases[] = {
#define PHRASE(who, cause, pattern) { SIGNER_##who, CAUSE_##cause, pattern },
#include "replies.def"
};

static const struct {
	enum cause cause;
	const char *pattern, *fault, *advice;
} advices[] = {
#define ADVICE(cause, pattern, fault, advice) { CAUSE_##cause, pattern, fault, advice },
#include "replies.def"
};

/* What an enhanced code means without words. The first digit is left out. */
static const struct {
	const char *detail;
	enum cause cause;
} codes[] = {
	{ "1.1", CAUSE_RECIPIENT_UNKNOWN },
	{ "1.2", CAUSE_ROUTING },
	{ "1.3", CAUSE_RECIPIENT_UNKNOWN },
	{ "1.6", CAUSE_RECIPIENT_UNKNOWN },
	{ "1.7", CAUSE_OTHER },
	{ "1.8", CAUSE_OTHER },
	{ "1.10", CAUSE_RECIPIENT_UNKNOWN },
	{ "2.1", CAUSE_RECIPIENT_RESTRICTED },
	{ "2.2", CAUSE_OTHER },
	{ "2.3", CAUSE_SIZE },
	{ "3.1", CAUSE_OTHER },
	{ "3.2", CAUSE_ROUTING },
	{ "3.4", CAUSE_SIZE },
	{ "4.1", CAUSE_ROUTING },
	{ "4.2", CAUSE_ROUTING },
	{ "4.4", CAUSE_ROUTING },
	{ "4.6", CAUSE_ROUTING },
	{ "4.14", CAUSE_ROUTING },
	{ "7.8", CAUSE_AUTH_REQUIRED },
	{ "7.10", CAUSE_TLS },
	{ "7.11", CAUSE_TLS },
	{ "7.20", CAUSE_DKIM },
	{ "7.21", CAUSE_DKIM },
	{ "7.22", CAUSE_DKIM },
	{ "7.23", CAUSE_SPF },
	{ "7.24", CAUSE_SPF },
	{ "7.25", CAUSE_PTR },
	{ "7.26", CAUSE_UNAUTHENTICATED },
	{ "7.509", CAUSE_DMARC },
	{ "7.515", CAUSE_UNAUTHENTICATED },
};

static const struct {
	const char *word, *fault, *advice;
} causes[CAUSE_COUNT] = {
	[CAUSE_SPF] = { "spf", "the sender's DNS",
			"SPF does not pass for the address the mail came from. Add that server to the domain's SPF record, or send through one that is in it; a record with an error passes "
			"for nobody." },
	[CAUSE_DKIM] = { "dkim", "the sender's DNS, or its signing server",
			 "No DKIM signature passed. Check that the server signs, that the key is published under the selector it uses, and that nothing changes the message behind it." },
	[CAUSE_DMARC] = { "dmarc", "the sender's DNS, or a service that sends in its name",
			  "Neither SPF nor DKIM passed for the domain in From, and its DMARC policy asks to refuse that. Let every service that sends for the domain sign with a key of the "
			  "domain; a forwarder or a mailing list breaks SPF, so DKIM is what counts." },
	[CAUSE_UNAUTHENTICATED] = { "unauthenticated", "the sender's DNS",
				    "Neither SPF nor DKIM was good enough. Publish SPF for the sending server, sign with DKIM, and publish a DMARC record." },
	[CAUSE_PTR] = { "ptr", "the sender's DNS (the network operator's reverse zone)",
			"The sending address needs a name in reverse DNS, and that name must lead back to the address. Who runs the network sets it: ask the provider of the server." },
	[CAUSE_HELO] = { "helo", "the sender's server",
			 "Let the server greet with its full host name, one that resolves to its address (Postfix: myhostname)." },
	[CAUSE_BLOCKLIST] = { "blocklist", "the sender's server, or its neighbours",
			      "The sending address or domain is on a block list. Look it up at the list that is named, stop what put it there, then ask for removal; the receiver cannot do it for you." },
	[CAUSE_REPUTATION] = { "reputation", "the sender's server",
			       "The receiver mistrusts the sending address or domain. Look for compromised accounts and forwarded spam, send less and to those who want it, and use the receiver's postmaster page." },
	[CAUSE_TLS] = { "tls", "the server that the text speaks of",
			"The transport must be encrypted, or a certificate or TLS policy does not fit. When it speaks of the recipient's MTA-STS, DANE or certificate, its postmaster must mend it; "
			"else turn on TLS for outgoing mail." },
	[CAUSE_RELAY] = { "relay", "the sender's set-up, or the recipient's routing",
			  "The server does not take mail for this recipient from you. Sending through it: log in. Else the recipient's MX leads to a server that does not know the domain: its "
			  "postmaster must add it." },
	[CAUSE_AUTH_REQUIRED] = { "auth-required", "the sender's set-up",
				  "The server wants a login before it takes this mail. Set user name, password and the submission port (587 or 465) in the mail program, and use an address that the login may use." },
	[CAUSE_RECIPIENT_UNKNOWN] = { "recipient-unknown", "the recipient",
				      "The address does not exist there. Check its spelling; if it is right, the recipient's administrator must see why the directory does not have it (at Microsoft 365 also "
				      "directory-based edge blocking)." },
	[CAUSE_RECIPIENT_RESTRICTED] = { "recipient-restricted", "the receiver's rule",
					 "The recipient, a group or a disabled mailbox does not take mail from you. Only the owner or its administrator can allow it: ask them by another way." },
	[CAUSE_ROUTING] = { "routing", "the recipient's DNS or servers",
			    "The mail found no way: a misspelt domain, a loop, a missing host or a server that takes no mail. Check the domain's spelling, and your own server for an old entry of it; else the "
			    "recipient's postmaster must mend it." },
	[CAUSE_CONTENT] = { "content", "the message",
			    "The receiver takes the message for spam or a danger. Look at its links and attachments, send it plainer, and ask the recipient to allow it." },
	[CAUSE_RATE] = { "rate", "the sender's volume",
			 "Too much at once. The server tries again by itself; send slower, fewer a connection, and clean the list of addresses that do not exist." },
	[CAUSE_SIZE] = { "size", "the message",
			 "It is larger than the receiver takes. Send a link instead of the attachment." },
	[CAUSE_OTHER] = { "other", "to be read in the text",
			  "The text says what is wrong; it is no matter of SPF, DKIM or DMARC." },
	[CAUSE_UNKNOWN] = { "unknown", "not to be seen",
			    "The text names no cause. What is wrong in the domain's DNS is the first thing to mend; if nothing is, ask the receiver's postmaster with the whole text." },
};

/* The conditions of a cause. */
static const struct {
	enum cause cause;
	enum condition_id condition;
} meant[] = {
	{ CAUSE_SPF, COND_SPF_NO_PASS },
	{ CAUSE_SPF, COND_SPF_FAIL },
	{ CAUSE_SPF, COND_SPF_PERMERROR },
	{ CAUSE_SPF, COND_SPF_BROAD },
	{ CAUSE_DKIM, COND_DKIM_NO_PASS },
	{ CAUSE_DMARC, COND_SPF_NO_PASS },
	{ CAUSE_DMARC, COND_DKIM_NO_PASS },
	{ CAUSE_DMARC, COND_DMARC_MISSING },
	{ CAUSE_UNAUTHENTICATED, COND_SPF_NO_PASS },
	{ CAUSE_UNAUTHENTICATED, COND_DKIM_NO_PASS },
	{ CAUSE_UNAUTHENTICATED, COND_DMARC_MISSING },
	{ CAUSE_PTR, COND_PTR_MISSING },
	{ CAUSE_PTR, COND_PTR_UNCONFIRMED },
	{ CAUSE_PTR, COND_PTR_GENERIC },
	{ CAUSE_HELO, COND_HELO_BAD },
	{ CAUSE_BLOCKLIST, COND_LISTED },
};

/* ---- who and why ---- */

static enum signer find_signer(const struct reply *r, struct bounce *out)
{
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (reply_has(r, signs[i].pattern)) {
			out->receiver = signers[signs[i].who].name;
			out->receiver_title = signers[signs[i].who].title;
			return signs[i].who;
		}
	return SIGNER_ANY;
}

static enum cause by_code(const struct reply *r)
{
	for (size_t i = 0; r->enhanced && i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(r->enhanced + 2, codes[i].detail) == 0)
			return codes[i].cause;
	return CAUSE_UNKNOWN;
}

static enum cause find_cause(const struct reply *r, enum signer who)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if ((phrases[i].who == SIGNER_ANY || phrases[i].who == who) &&
		    reply_has(r, phrases[i].pattern))
			return phrases[i].cause;
	return by_code(r);
}

/* ---- what to suspect ---- */

static bool is_meant(enum cause cause, enum condition_id c)
{
	for (size_t i = 0; i < sizeof(meant) / sizeof(meant[0]); i++)
		if (meant[i].cause == cause && meant[i].condition == c)
			return true;
	return false;
}

static void suspect(struct bounce *b, enum rule_id rule)
{
	for (size_t i = 0; i < b->nsuspect; i++)
		if (b->suspect[i] == rule)
			return;
	b->suspect[b->nsuspect++] = rule;
}

/* Microsoft's words do not show which of its receivers has written them. */
static bool is_by(const char *signer, enum receiver_id who)
{
	return strcmp(signer, receivers[who].name) == 0 ||
	       (strcmp(signer, "microsoft") == 0 &&
		(who == RECEIVER_OUTLOOK || who == RECEIVER_MICROSOFT365));
}

/* Does one of the signer's rulings answer with this code, and blame the rule? NULL: any rule. */
static bool ruled(const struct reply *r, const char *signer, const enum rule_id *rule)
{
	for (size_t i = 0; signer && r->enhanced && i < nrulings; i++)
		if (is_by(signer, rulings[i].who) && ruling_answers(&rulings[i], r->enhanced) &&
		    (!rule || ruling_blames(&rulings[i], *rule)))
			return true;
	return false;
}

static void find_suspects(struct arena *a, const struct reply *r, struct bounce *out)
{
	bool known = ruled(r, out->receiver, NULL);

	out->suspect = arena_array(a, nblames, sizeof(*out->suspect));
	for (size_t i = 0; i < nblames; i++)
		if (is_meant(out->cause, blames[i].condition) &&
		    (!known || ruled(r, out->receiver, &blames[i].rule)))
			suspect(out, blames[i].rule);
}

static void find_advice(const struct reply *r, struct bounce *out)
{
	out->fault = causes[out->cause].fault;
	out->advice = causes[out->cause].advice;
	for (size_t i = 0; i < sizeof(advices) / sizeof(advices[0]); i++)
		if (advices[i].cause == out->cause && reply_has(r, advices[i].pattern)) {
			out->fault = advices[i].fault;
			out->advice = advices[i].advice;
			return;
		}
}

void judge_bounce(struct arena *a, const struct reply *r, struct bounce *out)
{
	enum signer who;

	*out = (struct bounce){ 0 };
	who = find_signer(r, out);
	out->cause = find_cause(r, who);
	out->temporary = r->code ? r->code < 500 : r->enhanced && r->enhanced[0] == '4';
	find_advice(r, out);
	find_suspects(a, r, out);
}

const char *cause_name(enum cause c)
{
	return causes[c].word;
}

const char *cause_advice(enum cause c)
{
	return causes[c].advice;
}

/* ---- messages ---- */

/* The first text that names a cause; where none does, the first. What a server writes around a
 * reply is not the receiver's word, so it counts only where no reply is quoted. */
static void read_texts(struct arena *a, const struct dsn *d, struct refusal *out)
{
	bool quoted = false;

	for (size_t i = 0; i < d->ntext && !(quoted && i >= d->nquoted); i++) {
		struct reply r;
		struct bounce b;

		parse_reply(a, str_c(d->text[i]), &r);
		judge_bounce(a, &r, &b);
		quoted |= r.code != 0;
		if (i && b.cause == CAUSE_UNKNOWN)
			continue;
		out->reply = r;
		out->bounce = b;
		if (b.cause != CAUSE_UNKNOWN)
			return;
	}
}

static void fill_in(struct refusal *out)
{
	const struct dsn *d = &out->dsn;

	if (!out->reply.enhanced && d->status)
		out->reply.enhanced = d->status;
	out->domain = d->from ? d->from : out->reply.domain ? out->reply.domain : d->mail_from;
	out->host = out->reply.host ? out->reply.host : d->remote_mta;
}

void judge_refusal(struct arena *a, struct str text, struct refusal *out)
{
	*out = (struct refusal){ .reply = { .text = "" } };
	out->message = parse_dsn(a, text, &out->dsn);
	if (!out->message)
		parse_reply(a, text, &out->reply);
	if (out->dsn.ntext)
		read_texts(a, &out->dsn, out);
	else
		judge_bounce(a, &out->reply, &out->bounce);
	fill_in(out);
}

/* ---- what the audit says ---- */

/* A rule about the sending address says nothing when no address was audited. */
static bool needs_address(enum rule_id rule)
{
	return rules[rule].proto == PROTO_PTR;
}

static void judge_suspect(struct suspect *s, const struct report *r, bool has_ip)
{
	const struct finding *unsure = NULL;

	s->state = SUSPECT_UNKNOWN;
	if (!r)
		return;
	for (size_t i = 0; i < r->findings.n; i++) {
		const struct finding *f = r->findings.item[i];

		if (f->rule != s->rule)
			continue;
		if (f->sure) {
			s->state = SUSPECT_CONFIRMED;
			s->finding = f;
			return;
		}
		unsure = f;
	}
	s->finding = unsure;
	if (!unsure && (has_ip || !needs_address(s->rule)) &&
	    r->status[rules[s->rule].proto] != STATUS_UNKNOWN)
		s->state = SUSPECT_REFUTED;
}

void judge_suspects(struct arena *a, struct bounce_report *b, bool has_ip)
{
	const struct bounce *what = &b->refusal->bounce;

	b->suspect = arena_array(a, what->nsuspect, sizeof(*b->suspect));
	b->nsuspect = what->nsuspect;
	for (size_t i = 0; i < b->nsuspect; i++) {
		b->suspect[i] = (struct suspect){ .rule = what->suspect[i] };
		judge_suspect(&b->suspect[i], b->audit, has_ip);
	}
}

/* settings: the file of --config: what is known and let pass, and what a domain is expected to
 * have.
 *
 * Layer: finding. An INI file:
 *
 *   [suppress]                   one for each thing that is let pass
 *   rule = spf-softfail-all
 *   subject = example.com        the name that the finding is about; left out: any
 *   reason = the old gateway is not in the record yet
 *   owner = mail@example.com
 *   expires = 2027-03-31         the last day (UTC) on which it counts; left out: for ever. What
 *                                it then still is needed for is a finding: src/leave_out.c
 *
 *   [domain]
 *   name = example.com
 *   selectors = s1, s2           DKIM selectors that it signs with
 *   ips = 192.0.2.25, 2001:db8::25   addresses that send for it */
#ifndef AUTHCHECK_SETTINGS_H
#define AUTHCHECK_SETTINGS_H

#include <stdint.h>

#include "arena.h"
#include "rule.h"

struct suppression {
	enum rule_id rule;
	const char *subject;        /* NULL: any */
	const char *reason, *owner; /* owner NULL: not told */
	const char *expires;        /* as written; NULL: never */
	int64_t until_s;            /* it counts before this second since 1970 */
	unsigned line;              /* where its section begins to say something */
	unsigned expires_line;      /* where `expires` stands; 0: nowhere */
};

struct expected {
	const char *domain;
	const char **selector;
	size_t nselector, cap_selector;
	struct str *ip; /* 4 or 16 octets each */
	size_t nip, cap_ip;
	unsigned line;
};

struct settings {
	struct suppression *suppress;
	size_t nsuppress, cap_suppress;
	struct expected *expect;
	size_t nexpect, cap_expect;
};

/* False and *err ("line 3: …, a clause for people") when the file says something that it cannot. */
bool settings_read(struct arena *a, struct str text, struct settings *out, const char **err);

/* What is expected of a domain; NULL: nothing is. */
const struct expected *settings_expect(const struct settings *s, const char *domain);

#endif

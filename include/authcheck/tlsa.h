/* tlsa: TLSA records (RFC 6698 2.1) as SMTP senders read them (RFC 7672 3.1). Layer: parse. */
#ifndef AUTHCHECK_TLSA_H
#define AUTHCHECK_TLSA_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "str.h"

enum tlsa_usage { TLSA_PKIX_TA, TLSA_PKIX_EE, TLSA_DANE_TA, TLSA_DANE_EE };

struct tlsa {
	uint8_t usage, selector, matching;
	struct str data;
	const char *fault;  /* why it can be no proper record, a clause; NULL: it is one */
	bool usable;        /* no fault, and the usage is DANE-TA(2) or DANE-EE(3) */
	uint8_t sha256[32]; /* of data, for matching type 0: the whole is compared by its hash */
};

void parse_tlsa(struct arena *a, struct str rdata, struct tlsa *out);

/* Is the data that of the certificate (selector 0) or the key (selector 1) with these hashes? Only
 * for a record without fault. */
bool tlsa_is_of(const struct tlsa *t, const uint8_t sha256[32], const uint8_t sha512[64]);

#endif

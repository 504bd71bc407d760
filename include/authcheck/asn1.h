/* asn1: times of certificates. Layer: base. */
#ifndef AUTHCHECK_ASN1_H
#define AUTHCHECK_ASN1_H

#include <openssl/asn1.h>
#include <stdint.h>

/* Seconds since 1970; 0 for what is no time. */
int64_t asn1_seconds(const ASN1_TIME *t);

#endif

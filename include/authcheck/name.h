/* name: domain names as this program keeps them.
 *
 * Layer: dns. A name is a C string in presentation form: lower case, A-labels, no final dot, "."
 * for the root, octets that are not a-z 0-9 - _ * / + = : @ and the like escaped as RFC 1035 5.1
 * says (\. \\ \DDD). Two names are the same name exactly when their strings are equal. At most 63
 * octets a label and 255 on the wire. */
#ifndef AUTHCHECK_NAME_H
#define AUTHCHECK_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "input.h"
#include "str.h"

enum { NAME_TEXT_MAX = 1016 }; /* 253 octets, each escaped as \DDD, and a NUL */

/* From text in DNS presentation form (zone files, records). Folds case, drops one final dot, reads
 * escapes. NULL when it is no name: an empty label, a label over 63 octets, a name over 255 octets
 * on the wire, a bad escape. */
const char *name_from_text(struct arena *a, struct str text);

/* From what a person types: as above, and U-labels become A-labels (IDNA 2008, non-transitional),
 * surrounding blanks are dropped. NULL and *why (a sentence for people) when it is no name. */
const char *name_from_user(struct arena *a, struct str text, const char **why);

/* From the wire, following compression pointers (RFC 1035 4.1.4); pointers only ever lead
 * backwards. NULL on bad input, and in->bad is set. The cursor stands behind the name. */
const char *name_from_wire(struct arena *a, struct input *in);

/* To the wire, uncompressed, into out[255]. Returns the length, 0 when it is no name. */
size_t name_to_wire(const char *name, uint8_t out[255]);

/* As name_to_wire, the letter case taken from the bits of `bits` (0x20,
 * draft-vixie-dnsext-dns0x20). */
size_t name_to_wire_0x20(const char *name, const uint8_t bits[32], uint8_t out[255]);

/* The number of labels; 0 for the root. Escaped dots do not separate labels. */
unsigned name_labels(const char *name);

/* The name without its left-most label: "example.com" -> "com", "com" -> ".", "." -> NULL. Points
 * into `name`. */
const char *name_parent(const char *name);

/* The name with only its `n` right-most labels. Points into `name`; the root for 0. */
const char *name_tail(const char *name, unsigned n);

/* Is `name` the name `top` or below it? */
bool name_is_under(const char *name, const char *top);

/* What stands in front of `above` in a name below it: "www" of www.example.com and example.com.
 * NULL: the name is not below it, or `above` is the root. */
const char *name_before(struct arena *a, const char *name, const char *above);

/* label.name, or NULL when that is too long to be a name. `label` may hold dots
 * ("selector1._domainkey"). */
const char *name_join(struct arena *a, const char *label, const char *name);

/* Is every label a host name's (RFC 1123 2.1: letters, digits, hyphens not at the ends), at least
 * one label? */
bool name_is_host(const char *name);

/* Does the text look like an IPv4 or IPv6 address rather than a name? */
bool name_is_ip(struct str text);

/* The reverse name of an address: 4 octets -> in-addr.arpa, 16 -> ip6.arpa. */
const char *name_reverse(struct arena *a, struct str addr);

/* Addresses, between text and 4 or 16 octets. ip_parse takes only the strict dotted-quad and RFC
 * 4291 forms, no zone ids; false when it is neither. ip_text never fails for 4 or 16 octets; IPv6
 * in RFC 5952 form. */
bool ip_parse(struct str text, uint8_t out[16], size_t *n);
const char *ip_text(struct arena *a, struct str addr);

/* An IPv4-mapped IPv6 address (RFC 4291 2.5.5.2) as the IPv4 address that it stands for; every
 * other as it is. Points into `addr`. */
struct str ip_unmap(struct str addr);

/* What the address is good for. `global` addresses are the ones that mail on the Internet can use.
 */
enum ip_class {
	IP_GLOBAL,        /* none of the below */
	IP_PRIVATE,       /* RFC 1918, fc00::/7 */
	IP_LOOPBACK,      /* 127/8, ::1 */
	IP_LINK_LOCAL,    /* 169.254/16, fe80::/10 */
	IP_CGN,           /* 100.64/10 */
	IP_DOCUMENTATION, /* 192.0.2/24, 198.51.100/24, 203.0.113/24, 2001:db8::/32, 3fff::/20 */
	IP_MULTICAST,     /* 224/4, ff00::/8 */
	IP_UNSPECIFIED,   /* 0/8, :: */
	IP_RESERVED, /* 240/4, 192.0.0/24, 198.18/15, IPv4-mapped and other special-purpose blocks
		      */
};
enum ip_class ip_classify(struct str addr);
const char *ip_class_name(enum ip_class c); /* "private (RFC 1918)" */

#endif

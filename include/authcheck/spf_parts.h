/* spf_parts: what the files of the SPF checker share. Layer: check (private to them). */
#ifndef AUTHCHECK_SPF_PARTS_H
#define AUTHCHECK_SPF_PARTS_H

#include "spf_walk.h"

/* RFC 7208 4.6.4. */
enum { SPF_LOOKUPS_MAX = 10, SPF_LOOKUPS_NEAR = 9, SPF_VOIDS_MAX = 2 };

/* ---- networks ---- */

struct spf_net {
	uint8_t ip[16];
	uint8_t len;  /* 4 or 16 octets */
	uint8_t bits; /* prefix length */
};

struct spf_nets {
	struct spf_net *net;
	size_t n, cap;
	bool known; /* false: the term may name more than these */
};

/* What ip4, ip6, a and mx name today; asks nothing that the walk has not asked. Other kinds are not
 * known. `domain` is that of the record. */
void spf_term_nets(struct check *c, const struct spf_term *t, const char *domain,
		   struct spf_nets *out);

bool spf_net_holds(const struct spf_net *big, const struct spf_net *small);

/* Is each of `small` within one of `big`? */
bool spf_nets_hold(const struct spf_nets *big, const struct spf_nets *small);

/* ---- findings ---- */

/* A finding about the record that counts, or about the whole answer (rr NULL). */
struct finding *spf_found(struct check *c, enum rule_id rule, const struct rr *rr, struct span at);

/* The one record that counts. */
void spf_check_record(struct check *c);

/* One ip4 or ip6 term; and all of the record's networks together. */
void spf_check_network(struct check *c, const struct spf_node *n, const struct spf_term *t);
void spf_check_networks(struct check *c, const struct spf_node *root);

/* The limits, when the walk has settled. */
void spf_check_costs(struct check *c, const struct spf_node *root);

/* What can be left out: marks the terms of the root, and sets report->spf.mended. Before the costs
 * are judged. */
void spf_check_cuts(struct check *c, struct spf_node *root);

/* Is it known that the record passes nobody, and that evaluating it makes no error? */
bool spf_passes_nobody(const struct spf_node *n);

/* Hosts and services that the record should not name, when the walk has settled. */
void spf_check_services(struct check *c, const struct spf_node *root);

/* ---- records to publish ---- */

/* The record as it is meant: all at the end, once, and no redirect beside it. */
const char *spf_tidy(struct check *c, const struct spf_node *root);

/* Without the terms that are marked as cut, and, with `pin`, with the domain's own hosts named by
 * address. NULL when nothing changes or nobody would be left. *lookups is what it costs. */
const char *spf_without_cuts(struct check *c, const struct spf_node *root, bool pin,
			     unsigned *lookups);

#endif

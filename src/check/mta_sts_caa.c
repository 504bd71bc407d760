/* May a CA issue the certificate that the policy host must have (RFC 8659 3)? The CAA records that
 * count are those of the host, and where it has none, of the next name above it that has. Looking
 * ends below public suffixes: what is not seen there gives no finding. */
#include "caa.h"
#include "mta_sts_run.h"
#include "name.h"
#include "psl.h"

/* NULL: there are none, or it is not known. */
static const struct fact *relevant(struct check *c, const char *host)
{
	for (const char *name = host; name && strcmp(name, ".") != 0 && !psl_is_suffix(name);
	     name = name_parent(name)) {
		const struct fact *caa = look_dns(c->look, RR_CAA, name);

		if (caa->state != FACT_NONE)
			return caa->state == FACT_SOME ? caa : NULL;
	}
	return NULL;
}

void mta_sts_judge_caa(struct check *c, const char *host)
{
	const struct fact *caa = relevant(c, host);
	const struct rr *none = NULL, *unknown = NULL;
	bool may = false;

	for (size_t i = 0; caa && i < caa->nrr; i++) {
		const struct rr *rr = &caa->rr[i];
		struct caa one;

		parse_caa(rr->data, &one);
		if (!one.valid || one.why)
			found(c, RULE_STS_CAA_MALFORMED, caa->name, caa, rr)->detail =
				one.why ? one.why : "flags, tag and value cannot be told apart";
		if (one.valid && one.critical && !caa_is_known(one.tag))
			unknown = rr;
		if (one.is_issue && !one.issuer.n)
			none = rr;
		/* a wildcard's certificate is good for the host as well */
		may |= (one.is_issue || one.is_wild) && one.issuer.n;
	}
	if (unknown)
		found(c, RULE_STS_CAA_FORBIDS, caa->name, caa, unknown)->detail =
			"a property that no CA knows is marked as critical";
	else if (none && !may)
		found(c, RULE_STS_CAA_FORBIDS, caa->name, caa, none)->detail =
			"no record names a CA that may issue";
}

/* mta_sts_run: what the files of the MTA-STS checker share. Layer: check. */
#ifndef AUTHCHECK_MTA_STS_RUN_H
#define AUTHCHECK_MTA_STS_RUN_H

#include "check.h"

/* Everything that is to be said about the HTTPS fact of the policy, once it is settled: fills in
 * report->mta_sts.policy. */
void mta_sts_judge_policy(struct check *c, const char *host, const struct fact *https);

/* May a CA issue a certificate for the policy host? */
void mta_sts_judge_caa(struct check *c, const char *host);

/* Does the domain take mail: an MX that is not null? */
enum presence mta_sts_takes_mail(struct check *c);

#endif

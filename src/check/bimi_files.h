/* bimi_files: what a BIMI record leads to. Layer: check; private to src/check. */
#ifndef AUTHCHECK_BIMI_FILES_H
#define AUTHCHECK_BIMI_FILES_H

#include "check.h"

/* Fetches the logo and the certificate, and judges them. `rr` is the only record of `txt`, and
 * valid. */
void bimi_judge_files(struct check *c, const struct fact *txt, const struct rr *rr,
		      const struct bimi *b);

#endif

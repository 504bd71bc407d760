/* parse: all that parsers make. Layer: parse (above base and dns: bytes in, records with spans out;
 * no fact, no network). */
#ifndef AUTHCHECK_PARSE_H
#define AUTHCHECK_PARSE_H

#include "bimi.h"
#include "caa.h"
#include "dkim.h"
#include "dmarc.h"
#include "mta_sts.h"
#include "spf.h"
#include "tls_rpt.h"
#include "tlsa.h"

#endif

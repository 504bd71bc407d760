/* https: what the parts of the HTTPS half share: https.c has a request's life, https_request.c what
 * curl is told, https_result.c what it answers, https_where.c where to connect to.
 *
 * Layer: ask; private to src/ask. */
#ifndef AUTHCHECK_HTTPS_H
#define AUTHCHECK_HTTPS_H

#include <curl/curl.h>

#include "buf.h"
#include "live.h"

enum { HTTPS_BODY_MAX = 64 * 1024 };

struct https_job {
	struct timer timer; /* the deadline */
	struct https *https;
	struct question *q;
	struct https_job *next; /* in line, or among those that run */
	struct arena arena;
	struct where where;
	struct https_job *prev; /* among those that run */
	bool in_line;
	bool cut_short; /* the deadline is the audit's, not our own */
	CURL *easy;
	CURLSH *names; /* a cache of names of its own: no address is left behind for another audit
			*/
	struct curl_slist *resolve, *connect_to;
	struct buf body;
	bool too_large, private_refused;
	int64_t total_ms;
	char error[CURL_ERROR_SIZE];
};

struct https {
	struct live *live;
	CURLM *multi;
	int64_t due_ms;                 /* curl's own timer; INT64_MAX: none */
	struct https_job *first, *last; /* in line */
	size_t nline;
	struct https_job *jobs; /* running */
	unsigned running;
};

/* Tells curl what to get, and how. left_ms: until the deadline. False when it has no memory for it.
 */
bool https_request(struct https_job *j, int64_t left_ms);

/* What came of a request, into a fact that lives as long as the job. */
void https_result(struct https_job *j, CURLcode rc, struct fact *out);

#endif

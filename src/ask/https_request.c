/* What curl is told.
 *
 * As RFC 8461 3.3 has it, and for all else alike: no redirect is followed, no HTTP cache is used,
 * and the certificate must be valid for the name. Nothing of the surroundings takes part: no proxy,
 * no .netrc, no cookies, no DNS but the audit's own. */
#include <netinet/in.h>
#include <sys/socket.h>

#include "config.h"
#include "https.h"

/* The belt: whatever curl is about to connect to, it must be an address that may be connected to.
 */
static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
	struct https_job *j = arg;
	struct str addr = { 0 };

	(void)purpose;
	if (to->family == AF_INET)
		addr = (struct str){
			(const char *)&((struct sockaddr_in *)(void *)&to->addr)->sin_addr, 4
		};
	else if (to->family == AF_INET6)
		addr = (struct str){
			(const char *)&((struct sockaddr_in6 *)(void *)&to->addr)->sin6_addr, 16
		};
	if (!addr.n || (!j->where.by_user && !j->https->live->opt.allow_private &&
			ip_classify(addr) != IP_GLOBAL)) {
		j->private_refused = true;
		return CURL_SOCKET_BAD;
	}
	return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct https_job *j = arg;
	size_t room = HTTPS_BODY_MAX - j->body.n;

	n *= size;
	if (n <= room) {
		buf_add(&j->body, p, n);
		return n;
	}
	buf_add(&j->body, p, room);
	j->too_large = true;
	return 0;
}

#define SET(option, value) (ok = ok && curl_easy_setopt(j->easy, (option), (value)) == CURLE_OK)

static bool set_request(struct https_job *j)
{
	const struct live_options *opt = &j->https->live->opt;
	bool ok = true;

	SET(CURLOPT_URL, arena_printf(&j->arena, "https://%s%s", j->q->name,
				      j->q->at ? j->q->at : "/.well-known/mta-sts.txt"));
	SET(CURLOPT_PROTOCOLS_STR, "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	SET(CURLOPT_USERAGENT, "authcheck/" PACKAGE_VERSION);
	SET(CURLOPT_PROXY, "");
	SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_FRESH_CONNECT, 1L);
	SET(CURLOPT_FORBID_REUSE, 1L);
	SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	SET(CURLOPT_CERTINFO, 1L);
	if (opt->ca_file) {
		SET(CURLOPT_CAINFO, opt->ca_file);
		SET(CURLOPT_CAPATH, NULL);
	}
	return ok;
}

static bool set_ways(struct https_job *j, int64_t left_ms)
{
	const struct live_options *opt = &j->https->live->opt;
	bool ok = true;

	if (j->where.resolve) {
		j->resolve = curl_slist_append(NULL, j->where.resolve);
		ok = j->resolve != NULL;
		SET(CURLOPT_RESOLVE, j->resolve);
	}
	if (j->where.connect_to) {
		j->connect_to = curl_slist_append(NULL, j->where.connect_to);
		ok = ok && j->connect_to;
		SET(CURLOPT_CONNECT_TO, j->connect_to);
	}
	ok = ok && !curl_share_setopt(j->names, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
	SET(CURLOPT_SHARE, j->names);
	SET(CURLOPT_OPENSOCKETFUNCTION, on_open);
	SET(CURLOPT_OPENSOCKETDATA, j);
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, j);
	SET(CURLOPT_PRIVATE, j);
	SET(CURLOPT_ERRORBUFFER, j->error);
	SET(CURLOPT_CONNECTTIMEOUT_MS,
	    left_ms < opt->timeout_ms ? (long)left_ms + 1 : (long)opt->timeout_ms);
	return ok;
}

bool https_request(struct https_job *j, int64_t left_ms)
{
	return set_request(j) && set_ways(j, left_ms);
}

/* What came of an HTTPS request. The texts must be the same each time: no durations, no ports of
 * ours. */
#include <errno.h>

#include "https.h"

enum { LOCATION_MAX = 512 };

static const char *errno_text(long code)
{
	switch (code) {
	case ECONNREFUSED: return ": connection refused";
	case ECONNRESET: return ": connection reset";
	case ENETUNREACH:
	case EHOSTUNREACH: return ": no route";
	case ETIMEDOUT: return ": timed out";
	default: return "";
	}
}

/* curl's own words for this tell how long it took, which is not the same twice. */
static const char *connect_text(struct https_job *j)
{
	long code = 0;

	if (!strchr(j->where.label, ','))
		curl_easy_getinfo(j->easy, CURLINFO_OS_ERRNO, &code);
	return arena_printf(&j->arena, "no connection to %s%s", j->where.label, errno_text(code));
}

static const char *curl_text(struct https_job *j, CURLcode rc)
{
	struct str s = str_trim(str_c(j->error[0] ? j->error : curl_easy_strerror(rc)));

	while (s.n && (s.p[s.n - 1] == '\n' || s.p[s.n - 1] == ' ' || s.p[s.n - 1] == ';'))
		s.n--;
	return arena_strndup(&j->arena, s.p, s.n);
}

static void failed(struct https_job *j, CURLcode rc, struct fact *out)
{
	out->state = FACT_LOST;
	switch (rc) {
	case CURLE_COULDNT_CONNECT:
		out->why = j->private_refused ? WHY_PRIVATE : WHY_CONNECT;
		out->detail = connect_text(j);
		break;
	case CURLE_OPERATION_TIMEDOUT:
		out->why = WHY_TIMEOUT;
		out->detail = arena_printf(&j->arena, "no connection within %s to %s",
					   live_duration(&j->arena, j->https->live->opt.timeout_ms),
					   j->where.label);
		break;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		out->why = WHY_CERT;
		out->detail = curl_text(j, rc);
		break;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
		out->why = WHY_TLS;
		out->detail = curl_text(j, rc);
		break;
	default: out->why = WHY_HTTP; out->detail = curl_text(j, rc);
	}
}

/* The name must be among the certificate's alternative names (RFC 8461 3.3); curl is content with
 * the subject's common name where there are none. Only with OpenSSL does it tell us. */
static bool has_alternative_names(struct https_job *j)
{
	const curl_version_info_data *v = curl_version_info(CURLVERSION_NOW);
	const struct curl_certinfo *chain = NULL;

	if (!v->ssl_version || !str_starts(str_c(v->ssl_version), S("OpenSSL/")) ||
	    curl_easy_getinfo(j->easy, CURLINFO_CERTINFO, &chain) || !chain || !chain->num_of_certs)
		return true;
	for (const struct curl_slist *line = chain->certinfo[0]; line; line = line->next)
		if (str_starts(str_c(line->data), S("X509v3 Subject Alternative Name:")))
			return true;
	return false;
}

/* A status says all that there is to say, but for 200: then the body counts, and must be complete.
 */
void https_result(struct https_job *j, CURLcode rc, struct fact *out)
{
	char *type = NULL, *location = NULL;
	long status = 0;

	*out = (struct fact){ .state = FACT_SOME, .source = j->where.label };
	curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
	if (rc == CURLE_OK && !has_alternative_names(j)) {
		out->state = FACT_LOST;
		out->why = WHY_CERT;
		out->detail =
			"the certificate has no subject alternative name; the common name does not count";
	} else if (j->too_large && status == 200) {
		out->state = FACT_LOST;
		out->why = WHY_TOO_LARGE;
	} else if (rc != CURLE_OK && !j->too_large) {
		failed(j, rc, out);
	} else {
		curl_easy_getinfo(j->easy, CURLINFO_CONTENT_TYPE, &type);
		curl_easy_getinfo(j->easy, CURLINFO_REDIRECT_URL, &location);
		out->status = (int)status;
		out->content_type = type;
		out->body = buf_str(&j->body);
		if (location)
			out->detail = arena_printf(&j->arena, "redirected to %.*s", LOCATION_MAX,
						   location);
	}
}

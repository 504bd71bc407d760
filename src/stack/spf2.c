/* libspf2, as Exim runs it: check_host() for MAIL FROM, or for HELO when that is empty, over the
 * facts. Runs in a child. Layer: stack. */
#include "stack_lib.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <arpa/nameser.h>
/* Its results are named as ours are. */
#define SPF_RESULT_NEUTRAL   SPF2_RESULT_NEUTRAL
#define SPF_RESULT_PASS      SPF2_RESULT_PASS
#define SPF_RESULT_FAIL      SPF2_RESULT_FAIL
#define SPF_RESULT_SOFTFAIL  SPF2_RESULT_SOFTFAIL
#define SPF_RESULT_NONE      SPF2_RESULT_NONE
#define SPF_RESULT_TEMPERROR SPF2_RESULT_TEMPERROR
#define SPF_RESULT_PERMERROR SPF2_RESULT_PERMERROR
#include <spf2/spf.h>
#undef SPF_RESULT_NEUTRAL
#undef SPF_RESULT_PASS
#undef SPF_RESULT_FAIL
#undef SPF_RESULT_SOFTFAIL
#undef SPF_RESULT_NONE
#undef SPF_RESULT_TEMPERROR
#undef SPF_RESULT_PERMERROR

#include "name.h"

#define OWN_EXPLANATION "Please see http"

enum { TYPE_SPF = 99 };

struct asking {
	struct window window;
	const struct spf2_job *job;
	struct spf2_reply reply;
	char record_at[512]; /* the name whose record it is about to fetch: type 99 came just before
			      */
};

/* ---- its DNS ---- */

static SPF_dns_rr_t *answer(SPF_dns_server_t *s, const char *name, ns_type type, int herr)
{
	return SPF_dns_rr_new_init(s, name, type, 0, (SPF_dns_stat_t)herr);
}

static void add(SPF_dns_rr_t *rr, struct str data)
{
	int i = rr->num_rr;

	if (SPF_dns_rr_buf_realloc(rr, i, data.n + 1) != SPF_E_SUCCESS)
		return;
	memcpy(rr->rr[i], data.p, data.n);
	((char *)rr->rr[i])[data.n] = '\0';
	rr->num_rr = i + 1;
}

/* Not there yet: go on with what matches nobody, so that one pass asks for all that the record
 * names. The result of the pass is thrown away. */
static SPF_dns_rr_t *meanwhile(SPF_dns_server_t *s, const char *name, ns_type type, bool record)
{
	SPF_dns_rr_t *rr;

	if (!record)
		return answer(s, name, type, NO_DATA);
	rr = answer(s, name, type, NETDB_SUCCESS);
	add(rr, S("v=spf1 ?all"));
	return rr;
}

static bool is_safe(const struct fact *f, bool record)
{
	for (size_t i = 0; i < f->nrr; i++) {
		struct str text = f->rr[i].data;

		if (record ? str_starts_ci(text, S("v=spf1")) && !spf2_safe_record(text)
			   : !spf2_safe_explanation(text))
			return false;
	}
	return true;
}

static SPF_dns_rr_t *give(SPF_dns_server_t *s, const char *name, ns_type type, const struct fact *f)
{
	SPF_dns_rr_t *rr = answer(s, name, type, NETDB_SUCCESS);

	for (size_t i = 0; i < f->nrr; i++)
		add(rr,
		    type == ns_t_mx || type == ns_t_ptr ? str_c(f->rr[i].target) : f->rr[i].data);
	return rr;
}

static SPF_dns_rr_t *lookup(SPF_dns_server_t *s, const char *name, ns_type type, int may_cache)
{
	struct asking *a = s->hook;
	const struct fact *f;
	bool record = type == ns_t_txt && strncmp(a->record_at, name, sizeof(a->record_at)) == 0;

	(void)may_cache;
	/* it still asks for the record type that RFC 7208 has done away with */
	snprintf(a->record_at, sizeof(a->record_at), "%s", (int)type == TYPE_SPF ? name : "");
	if ((int)type == TYPE_SPF)
		return answer(s, name, type, NO_DATA);
	if (a->reply.state == STACK_ANSWERED && ++a->reply.calls > STACK_CALLS_MAX)
		a->reply.state = STACK_COSTLY;
	if (a->reply.state != STACK_ANSWERED)
		return answer(s, name, type, TRY_AGAIN);
	f = window_look(&a->window, (uint16_t)type, name);
	if (!f)
		return meanwhile(s, name, type, record);
	if (f->state == FACT_LOST)
		return answer(s, name, type, TRY_AGAIN);
	if (f->state == FACT_NONE)
		return answer(s, name, type, f->why == WHY_NXDOMAIN ? HOST_NOT_FOUND : NO_DATA);
	if (type == ns_t_txt && !a->job->unguarded && !is_safe(f, record)) {
		a->reply.state = STACK_REFUSED;
		return answer(s, name, type, TRY_AGAIN);
	}
	return give(s, name, type, f);
}

/* ---- its answer ---- */

/* Where the record could not be had or read, it gives no result but an error. */
static enum spf_result result_of(SPF_response_t *r, SPF_errcode_t error)
{
	switch ((int)SPF_response_result(r)) {
	case SPF2_RESULT_NEUTRAL: return SPF_RESULT_NEUTRAL;
	case SPF2_RESULT_PASS: return SPF_RESULT_PASS;
	case SPF2_RESULT_FAIL: return SPF_RESULT_FAIL;
	case SPF2_RESULT_SOFTFAIL: return SPF_RESULT_SOFTFAIL;
	case SPF2_RESULT_NONE: return SPF_RESULT_NONE;
	case SPF2_RESULT_TEMPERROR: return SPF_RESULT_TEMPERROR;
	case SPF2_RESULT_PERMERROR: return SPF_RESULT_PERMERROR;
	default: break;
	}
	return error == SPF_E_DNS_ERROR ? SPF_RESULT_TEMPERROR : SPF_RESULT_PERMERROR;
}

static void take(struct spf2_reply *out, SPF_response_t *r, SPF_errcode_t error)
{
	const char *text = r->explanation;

	out->result = result_of(r, error);
	for (int i = 0; i < SPF_response_messages(r) && !out->reason[0]; i++) {
		SPF_error_t *e = SPF_response_message(r, i);

		if (SPF_error_errorp(e) && SPF_error_message(e))
			snprintf(out->reason, sizeof(out->reason), "%s", SPF_error_message(e));
	}
	/* where the domain explains nothing, it has a text of its own */
	if (out->result == SPF_RESULT_FAIL && text &&
	    strncmp(text, OWN_EXPLANATION, strlen(OWN_EXPLANATION)) != 0)
		snprintf(out->explanation, sizeof(out->explanation), "%s", text);
}

static void quiet(const char *file, int line, const char *message)
{
	(void)file;
	(void)line;
	(void)message;
}

static void set_client(SPF_request_t *q, struct str ip)
{
	struct in6_addr six;
	struct in_addr four;

	if (ip.n == 4) {
		memcpy(&four, ip.p, sizeof(four));
		SPF_request_set_ipv4(q, four);
	} else {
		memcpy(&six, ip.p, sizeof(six));
		SPF_request_set_ipv6(q, six);
	}
}

static void evaluate(struct asking *a)
{
	const struct spf2_job *job = a->job;
	SPF_dns_server_t dns = { .lookup = lookup, .name = "facts", .hook = a };
	SPF_server_t *server = SPF_server_new_dns(&dns, 0);
	SPF_request_t *q;
	SPF_response_t *r = NULL;
	SPF_errcode_t error;

	SPF_server_set_rec_dom(server, "unknown");
	q = SPF_request_new(server);
	set_client(q, job->ip);
	if (job->helo && *job->helo)
		SPF_request_set_helo_dom(q, job->helo);
	if (job->mail_from && *job->mail_from)
		SPF_request_set_env_from(q, job->mail_from);
	error = SPF_request_query_mailfrom(q, &r);
	if (r)
		take(&a->reply, r, error);
}

void spf2_child(const void *job, struct buf *out)
{
	struct asking a = { .job = job, .reply = { .state = STACK_ANSWERED } };

	SPF_warning_handler = SPF_info_handler = SPF_debug_handler = quiet;
	window_init(&a.window, a.job->facts);
	evaluate(&a);
	a.reply.missed = a.window.missed;
	a.reply.lost = a.window.lost;
	buf_add(out, &a.reply, sizeof(a.reply));
	buf_add_str(out, buf_str(&a.window.want));
}

/* libopendmarc, as its milter runs it: the policy record found by its own idea of an organizational
 * domain, and its own alignment. Runs in a child. It is handed the record: its functions that ask
 * DNS (query_dmarc, fetch_rua with a buffer) are never called. Layer: stack. */
#include "stack_lib.h"

#include <sys/param.h>

#include <opendmarc/dmarc.h>

#include "config.h"
#include "name.h"

/* Exported, but in no header. */
int opendmarc_get_tld(u_char *domain, u_char *tld, size_t tld_len);

enum { RECORD_MAX = 8192, DOMAIN_MAX = 256 };

/* The library keeps its list of suffixes for the process, so this does as well. Without the list it
 * takes every domain for an organization's. */
void opendmarc_open(void)
{
	static bool opened;
	static OPENDMARC_LIB_T lib;

	if (opened)
		return;
	opened = true;
	lib.tld_type = OPENDMARC_TLD_TYPE_MOZILLA;
	snprintf((char *)lib.tld_source_file, sizeof(lib.tld_source_file), "%s", PSL_TEXT_FILE);
	opendmarc_policy_library_init(&lib);
}

static u_char *chars(const char *s)
{
	return (u_char *)(uintptr_t)s;
}

/* The first record with "v=DMARC" in it, wherever, cut at the size of its buffer; false: none.
 * *missed: not known yet. */
static bool find(struct window *w, const char *domain, char record[RECORD_MAX], bool *missed)
{
	const struct fact *f;
	char name[DOMAIN_MAX + 8];

	snprintf(name, sizeof(name), "_dmarc.%s", domain);
	f = window_look(w, RR_TXT, name);
	*missed = !f;
	for (size_t i = 0; f && i < f->nrr; i++) {
		struct str text = f->rr[i].data;

		snprintf(record, RECORD_MAX, "%.*s", (int)text.n, text.p);
		if (strstr(record, "v=DMARC"))
			return true;
	}
	return false;
}

/* False: there is no record, or that is not known yet. */
static bool read_policy(struct window *w, const struct opendmarc_job *job, DMARC_POLICY_T *p,
			struct opendmarc_reply *out)
{
	char record[RECORD_MAX], org[DOMAIN_MAX] = "";
	const char *at = job->from;
	bool missed = false, below = false;
	int status;

	if (!find(w, job->from, record, &missed)) {
		if (missed ||
		    opendmarc_get_tld(chars(job->from), (u_char *)org, sizeof(org)) != 0 || !*org ||
		    !find(w, org, record, &missed))
			return false;
		at = org;
		below = true;
	}
	snprintf(out->found_at, sizeof(out->found_at), "_dmarc.%.200s", at);
	status = opendmarc_policy_store_dmarc(p, (u_char *)record, chars(job->from),
					      below ? (u_char *)org : NULL);
	if (status == DMARC_PARSE_OKAY)
		return true;
	out->result = AUTH_PERMERROR;
	snprintf(out->reason, sizeof(out->reason), "%s", opendmarc_policy_status_to_str(status));
	return false;
}

static void decide(const struct opendmarc_job *job, DMARC_POLICY_T *p, struct opendmarc_reply *out)
{
	int dkim = 0, spf = 0;

	if (job->spf_domain)
		opendmarc_policy_store_spf(p, chars(job->spf_domain), DMARC_POLICY_SPF_OUTCOME_PASS,
					   DMARC_POLICY_SPF_ORIGIN_MAILFROM, NULL);
	for (size_t i = 0; i < job->ndkim; i++)
		opendmarc_policy_store_dkim(p, chars(job->dkim[i]), NULL,
					    DMARC_POLICY_DKIM_OUTCOME_PASS, NULL);
	out->result = AUTH_FAIL;
	switch (opendmarc_get_policy_to_enforce(p)) {
	case DMARC_POLICY_PASS: out->result = AUTH_PASS; break;
	case DMARC_POLICY_REJECT: out->disposition = DMARC_REJECT; break;
	case DMARC_POLICY_QUARANTINE: out->disposition = DMARC_QUARANTINE; break;
	case DMARC_POLICY_NONE: break;
	default: out->result = AUTH_NONE; break;
	}
	opendmarc_policy_fetch_alignment(p, &dkim, &spf);
	out->dkim_aligned = dkim == DMARC_POLICY_DKIM_ALIGNMENT_PASS;
	out->spf_aligned = spf == DMARC_POLICY_SPF_ALIGNMENT_PASS;
}

void opendmarc_child(const void *arg, struct buf *out)
{
	const struct opendmarc_job *job = arg;
	struct opendmarc_reply reply = { .result = AUTH_NONE, .disposition = DMARC_NONE };
	DMARC_POLICY_T *p = opendmarc_policy_connect_init(chars(job->ip),
							  strchr(job->ip, ':') ? 6 : 4);
	struct window w;
	int adkim = 'r';

	window_init(&w, job->facts);
	opendmarc_policy_store_from_domain(p, chars(job->from));
	if (read_policy(&w, job, p, &reply)) {
		decide(job, p, &reply);
		opendmarc_policy_fetch_adkim(p, &adkim);
		reply.stranger_aligned = job->stranger && opendmarc_policy_check_alignment(
								  chars(job->from),
								  chars(job->stranger), adkim) == 0;
	}
	reply.missed = w.missed;
	reply.lost = w.lost;
	buf_add(out, &reply, sizeof(reply));
	buf_add_str(out, buf_str(&w.want));
}

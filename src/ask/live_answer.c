/* From a message, or from what went wrong, to a fact. */
#include "live.h"

/* The CNAME at `name`. Where there are several, which must not be, the choice must not depend on
 * their order. */
static const struct rr *find_cname(const struct wire_msg *m, const char *name)
{
	const struct rr *found = NULL;

	for (size_t i = 0; i < m->nanswer; i++) {
		const struct wire_rr *r = &m->answer[i];

		if (r->rr.type == RR_CNAME && strcmp(r->owner, name) == 0 &&
		    (!found || strcmp(r->rr.target, found->target) < 0))
			found = &r->rr;
	}
	return found;
}

static size_t collect(const struct wire_msg *m, uint16_t type, const char *name, struct rr *out)
{
	size_t n = 0;

	for (size_t i = 0; i < m->nanswer; i++) {
		if (m->answer[i].rr.type != type || strcmp(m->answer[i].owner, name) != 0)
			continue;
		if (out)
			out[n] = m->answer[i].rr;
		n++;
	}
	return n;
}

static bool leads_back(const struct rr *chain, size_t n, const char *start, const char *target)
{
	if (strcmp(start, target) == 0)
		return true;
	for (size_t i = 0; i < n; i++)
		if (strcmp(chain[i].target, target) == 0)
			return true;
	return false;
}

/* Follows the CNAMEs from q's name to where the records are. NULL when they do not end. */
static const char *follow(struct arena *a, const struct question *q, const struct wire_msg *m,
			  struct fact *out)
{
	struct rr *chain = arena_array(a, CHAIN_MAX, sizeof(*chain));
	const char *name = q->name;
	const struct rr *cname;

	out->chain = chain;
	while (q->type != RR_CNAME && !collect(m, q->type, name, NULL) &&
	       (cname = find_cname(m, name))) {
		if (leads_back(chain, out->nchain, q->name, cname->target)) {
			out->detail = arena_printf(a, "%s leads back to %s", name, cname->target);
			return NULL;
		}
		if (out->nchain == CHAIN_MAX) {
			out->detail = arena_printf(a, "more than %d CNAMEs in a row", CHAIN_MAX);
			return NULL;
		}
		chain[out->nchain++] = *cname;
		name = cname->target;
	}
	return name;
}

/* What one server has at the name: records, or the CNAME that stands there instead. */
static void read_own(struct arena *a, const struct question *q, const struct wire_msg *m,
		     struct fact *out)
{
	const struct rr *cname = find_cname(m, q->name);
	struct rr *rr = NULL;

	out->nrr = collect(m, q->type, q->name, NULL);
	if (out->nrr) {
		rr = arena_array(a, out->nrr, sizeof(*rr));
		collect(m, q->type, q->name, rr);
	} else if (cname) {
		out->chain = cname;
		out->nchain = 1;
	}
	out->state = out->nrr || cname ? FACT_SOME : FACT_NONE;
	if (out->state == FACT_NONE)
		out->why = m->rcode == RCODE_NXDOMAIN ? WHY_NXDOMAIN : WHY_NODATA;
	fact_seal(out, rr);
	if (out->state == FACT_NONE)
		out->ttl_s = m->soa_minimum_s;
}

/* RFC 6604 3: the response code is that of the chain's end. NOERROR without a record at the end of
 * a chain may mean that there is none, or that the server does not follow CNAMEs: the message does
 * not always tell, so the end is asked for by itself. */
void answer_read(struct arena *a, const struct question *q, const struct wire_msg *m,
		 struct fact *out)
{
	const char *name;
	struct rr *rr = NULL;

	out->ad = m->ad;
	out->aa = m->aa;
	out->size = (uint32_t)m->size;
	if (q->kind == ASK_DNS_AT)
		return read_own(a, q, m, out);
	name = follow(a, q, m, out);
	if (!name) {
		out->state = FACT_LOST;
		out->why = WHY_CNAME_LOOP;
	} else if (m->rcode == RCODE_NXDOMAIN) {
		out->state = FACT_NONE;
		out->why = WHY_NXDOMAIN;
	} else if ((out->nrr = collect(m, q->type, name, NULL))) {
		out->state = FACT_SOME;
		rr = arena_array(a, out->nrr, sizeof(*rr));
		collect(m, q->type, name, rr);
	} else if (out->nchain) {
		out->state = FACT_OPEN;
	} else {
		out->state = FACT_NONE;
		out->why = WHY_NODATA;
	}
	fact_seal(out, rr);
	if (out->state == FACT_NONE && (!out->nchain || m->soa_minimum_s < out->ttl_s))
		out->ttl_s = m->soa_minimum_s;
}

static const char *rcode_name(struct arena *a, unsigned rcode)
{
	static const char *const names[] = { "NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN",
					     "NOTIMP",  "REFUSED", "YXDOMAIN", "YXRRSET",
					     "NXRRSET", "NOTAUTH", "NOTZONE" };

	return rcode < sizeof(names) / sizeof(names[0])
		       ? names[rcode]
		       : arena_printf(a, "response code %u", rcode);
}

/* What one server did, as far as it got. */
static enum fact_why server_why(const struct job_server *at)
{
	if (at->failed)
		return at->why;
	if (at->truncated)
		return WHY_TRUNCATED;
	if (at->garbled)
		return WHY_GARBAGE;
	return at->sent && at->unreachable >= at->sent ? WHY_UNREACHABLE : WHY_TIMEOUT;
}

static const char *server_text(struct arena *a, const struct dns_job *j, unsigned i,
			       const char *within)
{
	const char *label = j->dns->server[i].label;
	const struct job_server *at = &j->at[i];

	switch (server_why(at)) {
	case WHY_SERVFAIL:
	case WHY_RCODE: return arena_printf(a, "%s answered %s", label, rcode_name(a, at->rcode));
	case WHY_REFUSED:
		if (at->rcode == RCODE_NOERROR)
			return arena_printf(
				a,
				"%s is no resolver and not responsible for the name: it referred to other servers",
				label);
		return arena_printf(a, "%s answered REFUSED", label);
	case WHY_REFERRAL:
		return arena_printf(a, "%s is not responsible for it: it pointed to other servers",
				    label);
	case WHY_GARBAGE:
		return arena_printf(
			a,
			"what %s answered could not be read, or was not an answer to the question",
			label);
	case WHY_TRUNCATED:
		return arena_printf(a, "%s truncated its answer and gave none over TCP", label);
	case WHY_UNREACHABLE: return arena_printf(a, "%s could not be reached", label);
	default: return arena_printf(a, "no answer%s from %s", within, label);
	}
}

/* The more a reason says, the earlier it stands here. */
static unsigned rank(enum fact_why why)
{
	static const enum fact_why order[] = { WHY_SERVFAIL, WHY_REFUSED,    WHY_REFERRAL,
					       WHY_RCODE,    WHY_TRUNCATED,  WHY_GARBAGE,
					       WHY_TIMEOUT,  WHY_UNREACHABLE };
	unsigned i = 0;

	while (i < sizeof(order) / sizeof(order[0]) && order[i] != why)
		i++;
	return i;
}

void answer_lost(struct arena *a, const struct dns_job *j, struct fact *out)
{
	const struct dns *d = j->dns;
	bool cut_short = j->deadline_ms == j->q->deadline_ms;
	const char *within = "";

	if (!j->active) {
		out->why = WHY_DEADLINE;
		return;
	}
	if (!cut_short)
		within = arena_printf(a, " within %s", live_duration(a, d->live->opt.timeout_ms));
	out->why = WHY_UNREACHABLE;
	for (unsigned i = 0; i < d->nservers; i++) {
		enum fact_why why = server_why(&j->at[i]);
		const char *text;

		if (!j->at[i].failed && !j->at[i].sent)
			continue;
		text = server_text(a, j, i, within);
		out->detail = out->detail ? arena_printf(a, "%s; %s", out->detail, text) : text;
		if (rank(why) < rank(out->why))
			out->why = why;
	}
	if (out->why == WHY_TIMEOUT && cut_short)
		out->why = WHY_DEADLINE;
}

/* Facts as lines of a tape. The format is in tape.h. */
#include <inttypes.h>

#include "tape.h"
#include "tape_line.h"

static void put_txt(struct buf *out, const struct rr *rr)
{
	size_t from = 0;

	for (uint32_t i = 0; i < rr->ncuts; i++) {
		line_put_quoted(out, str_sub(rr->data, from, rr->cuts[i] - from));
		buf_addc(out, ' ');
		from = rr->cuts[i];
	}
	line_put_quoted(out, str_from(rr->data, from));
}

static void put_rr(struct buf *out, struct arena *scratch, const struct fact *f,
		   const struct rr *rr)
{
	if (rr->line)
		buf_addf(out, "line=%u ", rr->line);
	if (rr->file && (!f->source || strcmp(rr->file, f->source) != 0)) {
		buf_adds(out, "file=");
		line_put_quoted(out, str_c(rr->file));
		buf_addc(out, ' ');
	}
	if (rr->ttl_s != f->ttl_s)
		buf_addf(out, "ttl=%" PRIu32 " ", rr->ttl_s);
	if (rr->type == RR_TXT || rr->type == RR_SPF)
		put_txt(out, rr);
	else if (rr->type == RR_TLSA)
		buf_add_str(out, rr_generic_text(scratch, rr));
	else
		buf_add_str(out, rr_text(scratch, rr));
}

static void put_chain(struct buf *out, const struct fact *f)
{
	for (size_t i = 0; i < f->nchain; i++) {
		buf_addc(out, ' ');
		if (f->chain[i].line)
			buf_addf(out, "line=%u ", f->chain[i].line);
		if (f->chain[i].ttl_s != f->ttl_s)
			buf_addf(out, "ttl=%" PRIu32 " ", f->chain[i].ttl_s);
		if (f->chain[i].file && (!f->source || strcmp(f->chain[i].file, f->source) != 0)) {
			buf_adds(out, "file=");
			line_put_quoted(out, str_c(f->chain[i].file));
			buf_addc(out, ' ');
		}
		buf_addf(out, ">%s", f->chain[i].target);
	}
}

/* Names that begin a line of another kind are written with their final dot. */
static bool is_keyword(const char *name)
{
	return strcmp(name, "now") == 0 || strcmp(name, "*") == 0;
}

void tape_write(struct buf *out, struct arena *scratch, const struct fact *f)
{
	static const char *const states[] = { "OPEN", "SOME", "NONE", "LOST" };

	if (f->state == FACT_OPEN)
		return;
	buf_addf(out, "%s%s %s%s%s%s %s", f->name, is_keyword(f->name) ? "." : "",
		 f->kind == ASK_HTTPS  ? "HTTPS"
		 : f->kind == ASK_SMTP ? "SMTP"
				       : rrtype_name(scratch, f->type),
		 f->kind == ASK_DNS_CD ? "+CD" : "", f->kind == ASK_DNS_AT ? "@" : "",
		 f->at ? f->at : "", states[f->state]);
	if (f->state != FACT_SOME)
		buf_addf(out, " %s", fact_why_word(f->why));
	if (f->state != FACT_LOST || f->ttl_s)
		buf_addf(out, " %" PRIu32, f->ttl_s);
	if (f->ad)
		buf_adds(out, " ad=1");
	if (f->aa)
		buf_adds(out, " aa=1");
	if (f->zone)
		buf_adds(out, " zone=1");
	if (f->size)
		buf_addf(out, " size=%" PRIu32, f->size);
	if (f->rtt_ms)
		buf_addf(out, " rtt=%" PRIu32, f->rtt_ms);
	if (f->source) {
		buf_adds(out, " src=");
		line_put_quoted(out, str_c(f->source));
	}
	if (f->detail) {
		buf_adds(out, " detail=");
		line_put_quoted(out, str_c(f->detail));
	}
	put_chain(out, f);
	for (size_t i = 0; i < f->nrr; i++) {
		buf_adds(out, i ? " / " : " ");
		put_rr(out, scratch, f, &f->rr[i]);
	}
	if (f->kind == ASK_HTTPS && f->state == FACT_SOME) {
		buf_addf(out, " %d ", f->status);
		if (f->content_type)
			line_put_quoted(out, str_c(f->content_type));
		else
			buf_addc(out, '-');
		buf_addc(out, ' ');
		line_put_quoted(out, f->body);
	}
	if (f->kind == ASK_SMTP && f->state == FACT_SOME)
		line_write_smtp(out, scratch, f->smtp);
	buf_addc(out, '\n');
}

void tape_write_head(struct buf *out, int64_t now_s)
{
	buf_adds(out, "# authcheck tape: one line a fact (see authcheck(1), TAPES)\n");
	buf_addf(out, "now %" PRId64 "\n", now_s);
}

#include "wire.h"

#include "input.h"
#include "name.h"
#include "rrtype.h"

enum {
	CLASS_IN = 1,
	FLAG_QR = 0x8000,
	FLAG_AA = 0x0400,
	FLAG_TC = 0x0200,
	FLAG_RD = 0x0100,
	FLAG_AD = 0x0020,
	FLAG_CD = 0x0010
};

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

size_t wire_query_write(const struct wire_query *q, uint8_t out[WIRE_QUERY_MAX])
{
	size_t n;

	memset(out, 0, 12);
	put16(out, q->id);
	/* AD in a query asks for AD in the answer (RFC 6840 5.7) */
	put16(out + 2, (q->no_rd ? 0 : FLAG_RD) | FLAG_AD | (q->cd ? FLAG_CD : 0));
	put16(out + 4, 1);
	put16(out + 10, q->edns ? 1 : 0);
	n = q->case_bits ? name_to_wire_0x20(q->name, q->case_bits, out + 12)
			 : name_to_wire(q->name, out + 12);
	if (!n)
		return 0;
	n += 12;
	put16(out + n, q->type);
	put16(out + n + 2, CLASS_IN);
	n += 4;
	if (q->edns) {
		memset(out + n, 0, 11);
		put16(out + n + 1, RR_OPT);
		put16(out + n + 3, WIRE_EDNS_SIZE);
		n += 11;
	}
	return n;
}

static bool read_question(struct arena *a, struct input *in, const struct wire_query *q,
			  struct wire_msg *out)
{
	uint8_t asked[255];
	size_t start = in->at, n = q->case_bits ? name_to_wire_0x20(q->name, q->case_bits, asked)
						: name_to_wire(q->name, asked);

	out->qname = name_from_wire(a, in);
	if (!out->qname || strcmp(out->qname, q->name) != 0)
		return false;
	out->case_matches = in->at - start == n && memcmp(in->base + start, asked, n) == 0;
	out->qtype = input_u16(in);
	return input_u16(in) == CLASS_IN && out->qtype == q->type && !in->bad;
}

/* One record into *owner and *rr. *keep: of class IN and decodable. False when the framing itself
 * is broken. */
static bool read_rr(struct arena *a, struct input *in, struct wire_rr *out, bool *keep,
		    uint16_t *type, uint32_t *raw_ttl)
{
	uint16_t class, rdlen;
	struct input rdata;

	*keep = false;
	out->owner = name_from_wire(a, in);
	*type = input_u16(in);
	class = input_u16(in);
	*raw_ttl = input_u32(in);
	rdlen = input_u16(in);
	if (in->bad || rdlen > input_left(in))
		return false;
	rdata = *in;
	in->at += rdlen;
	if (class != CLASS_IN)
		return true;
	*keep = rr_decode(a, &rdata, *type, rdlen, &out->rr);
	/* RFC 2181 8: a TTL with the top bit set is 0 */
	out->rr.ttl_s = *raw_ttl > INT32_MAX ? 0 : *raw_ttl;
	return true;
}

static bool read_answers(struct arena *a, struct input *in, unsigned count, struct wire_msg *out)
{
	size_t cap = 0;
	unsigned broken = 0;

	for (unsigned i = 0; i < count; i++) {
		struct wire_rr rr = { 0 };
		uint16_t type;
		uint32_t ttl;
		bool keep;

		if (!read_rr(a, in, &rr, &keep, &type, &ttl))
			return false;
		if (!keep) {
			broken++;
			continue;
		}
		out->answer = arena_grow(a, out->answer, out->nanswer, &cap, sizeof(rr));
		out->answer[out->nanswer++] = rr;
	}
	return out->nanswer || !broken;
}

/* Authority (the SOA's negative TTL, RFC 2308 5) and additional section (the extended rcode, RFC
 * 6891 6.1.3). */
static bool read_rest(struct arena *a, struct input *in, unsigned nauthority, unsigned nadditional,
		      struct wire_msg *out)
{
	for (unsigned i = 0; i < nauthority + nadditional; i++) {
		struct wire_rr rr = { 0 };
		uint16_t type;
		uint32_t ttl;
		bool keep;

		if (!read_rr(a, in, &rr, &keep, &type, &ttl))
			return false;
		if (i < nauthority && keep && type == RR_SOA && rr.rr.data.n >= 4) {
			struct input min = input_of(rr.rr.data.p + rr.rr.data.n - 4, 4);
			uint32_t minimum = input_u32(&min);

			out->soa_minimum_s = minimum < rr.rr.ttl_s ? minimum : rr.rr.ttl_s;
		}
		if (i >= nauthority && type == RR_OPT)
			out->rcode |= (ttl >> 24) << 4;
	}
	return true;
}

bool wire_msg_read(struct arena *a, const uint8_t *p, size_t n, const struct wire_query *q,
		   struct wire_msg *out)
{
	struct input in = input_of(p, n);
	unsigned flags, questions, answers, authority, additional;

	*out = (struct wire_msg){ .size = n };
	out->id = input_u16(&in);
	flags = input_u16(&in);
	questions = input_u16(&in);
	answers = input_u16(&in);
	authority = input_u16(&in);
	additional = input_u16(&in);
	out->response = (flags & FLAG_QR) != 0;
	out->truncated = (flags & FLAG_TC) != 0;
	out->aa = (flags & FLAG_AA) != 0;
	out->ad = (flags & FLAG_AD) != 0;
	out->rcode = flags & 15;
	if (in.bad || !out->response || out->id != q->id || questions != 1 ||
	    !read_question(a, &in, q, out))
		return false;
	if (out->truncated)
		return true;
	return read_answers(a, &in, answers, out) &&
	       read_rest(a, &in, authority, additional, out) && !in.bad;
}

#include "rr.h"

#include "input.h"
#include "name.h"
#include "rrtype.h"

/* Character-strings (RFC 1035 3.3.14), joined. */
static bool decode_txt(struct arena *a, struct input *in, size_t end, struct rr *out)
{
	size_t start = in->at, n = 0, strings = 0;
	char *text;
	uint32_t *cuts;

	for (struct input pass = *in; pass.at < end && !pass.bad; strings++)
		n += input_take(&pass, input_u8(&pass)).n;
	if (!strings)
		return false;
	text = arena_alloc(a, n + 1);
	cuts = arena_array(a, strings, sizeof(*cuts));
	n = 0;
	for (size_t i = 0; i < strings; i++) {
		struct str s = input_take(in, input_u8(in));

		if (in->bad || in->at > end)
			return false;
		if (i)
			cuts[out->ncuts++] = (uint32_t)n;
		memcpy(text + n, s.p, s.n);
		n += s.n;
	}
	out->data = (struct str){ text, n };
	out->cuts = cuts;
	return in->at == end && end > start;
}

/* rdata whose names may be compressed, copied with them uncompressed: SOA. */
static bool decode_soa(struct arena *a, struct input *in, struct rr *out)
{
	uint8_t raw[255 * 2 + 20];
	size_t n = 0;

	for (int i = 0; i < 2; i++) {
		const char *name = name_from_wire(a, in);
		uint8_t wire[255];
		size_t len = name ? name_to_wire(name, wire) : 0;

		if (!len)
			return false;
		memcpy(raw + n, wire, len);
		n += len;
	}
	struct str rest = input_take(in, 20);

	if (in->bad)
		return false;
	memcpy(raw + n, rest.p, 20);
	out->data = (struct str){ arena_strndup(a, (const char *)raw, n + 20), n + 20 };
	return true;
}

bool rr_decode(struct arena *a, struct input *in, uint16_t type, uint16_t rdlen, struct rr *out)
{
	size_t end = in->at + rdlen;
	bool ok;

	*out = (struct rr){ .type = type };
	if (in->bad || rdlen > input_left(in)) {
		in->bad = true;
		return false;
	}
	switch (type) {
	case RR_TXT:
	case RR_SPF: ok = decode_txt(a, in, end, out); break;
	case RR_MX:
		out->preference = input_u16(in);
		out->target = name_from_wire(a, in);
		ok = out->target != NULL;
		break;
	case RR_PTR:
	case RR_CNAME:
	case RR_NS:
	case RR_DNAME:
		out->target = name_from_wire(a, in);
		ok = out->target != NULL;
		break;
	case RR_SOA: ok = decode_soa(a, in, out); break;
	case RR_A:
	case RR_AAAA:
		ok = rdlen == (type == RR_A ? 4 : 16);
		out->data = arena_str(a, input_take(in, rdlen));
		break;
	default: out->data = arena_str(a, input_take(in, rdlen)); ok = true;
	}
	if (!ok || in->at != end) {
		in->bad = true;
		return false;
	}
	return !in->bad;
}

/* Data in hexadecimal, behind `head`. */
static struct str hex_text(struct arena *a, const char *head, struct str data)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = strlen(head);
	char *p = arena_alloc(a, n + data.n * 2 + 1);

	memcpy(p, head, n);
	for (size_t i = 0; i < data.n; i++) {
		p[n++] = hex[(unsigned char)data.p[i] >> 4];
		p[n++] = hex[(unsigned char)data.p[i] & 15];
	}
	return (struct str){ p, n };
}

struct str rr_generic_text(struct arena *a, const struct rr *rr)
{
	return hex_text(a, arena_printf(a, "\\# %zu ", rr->data.n), rr->data);
}

static struct str tlsa_text(struct arena *a, const struct rr *rr)
{
	const unsigned char *p = (const unsigned char *)rr->data.p;

	if (rr->data.n < 4)
		return rr_generic_text(a, rr);
	return hex_text(a, arena_printf(a, "%u %u %u ", p[0], p[1], p[2]), str_from(rr->data, 3));
}

struct str rr_text(struct arena *a, const struct rr *rr)
{
	switch (rr->type) {
	case RR_TXT:
	case RR_SPF:
	case RR_LINE: return rr->data;
	case RR_MX: return str_c(arena_printf(a, "%u %s", rr->preference, rr->target));
	case RR_PTR:
	case RR_CNAME:
	case RR_NS:
	case RR_DNAME: return str_c(rr->target);
	case RR_A:
	case RR_AAAA: return str_c(ip_text(a, rr->data));
	case RR_TLSA: return tlsa_text(a, rr);
	default: return rr_generic_text(a, rr);
	}
}

int rr_cmp(const void *x, const void *y)
{
	const struct rr *a = x, *b = y;
	int c;

	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	if (a->preference != b->preference)
		return a->preference < b->preference ? -1 : 1;
	c = strcmp(a->target ? a->target : "", b->target ? b->target : "");
	if (c)
		return c;
	c = str_cmp(a->data, b->data);
	if (c)
		return c;
	if (a->line != b->line)
		return a->line < b->line ? -1 : 1;
	return (a->ttl_s > b->ttl_s) - (a->ttl_s < b->ttl_s);
}

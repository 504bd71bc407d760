#include "input.h"

static const uint8_t *take(struct input *in, size_t n)
{
	if (in->bad || n > in->len - in->at) {
		in->bad = true;
		return NULL;
	}
	in->at += n;
	return in->base + in->at - n;
}

uint8_t input_u8(struct input *in)
{
	const uint8_t *p = take(in, 1);

	return p ? p[0] : 0;
}

uint16_t input_u16(struct input *in)
{
	const uint8_t *p = take(in, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

uint32_t input_u32(struct input *in)
{
	const uint8_t *p = take(in, 4);

	return p ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3] : 0;
}

struct str input_take(struct input *in, size_t n)
{
	const uint8_t *p = take(in, n);

	return p ? (struct str){ (const char *)p, n } : (struct str){ "", 0 };
}

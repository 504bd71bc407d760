/* input: a cursor over octets with a sticky error.
 *
 * Layer: base. Every read checks the length; past the end, or after an error, reads give 0 or an
 * empty view and `bad` stays set. One check at the end is enough. */
#ifndef AUTHCHECK_INPUT_H
#define AUTHCHECK_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

struct input {
	const uint8_t *base; /* the start of the whole message */
	size_t len;          /* its length */
	size_t at;           /* the next octet */
	bool bad;            /* something did not fit */
};

static inline struct input input_of(const void *p, size_t n)
{
	return (struct input){ .base = p, .len = n, .at = 0, .bad = false };
}

uint8_t input_u8(struct input *in);
uint16_t input_u16(struct input *in);
uint32_t input_u32(struct input *in);
struct str input_take(struct input *in, size_t n);
static inline size_t input_left(const struct input *in)
{
	return in->bad ? 0 : in->len - in->at;
}

#endif

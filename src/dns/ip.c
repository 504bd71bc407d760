/* Addresses: text, and what they are good for (the IANA special-purpose registries). */
#include <arpa/inet.h>

#include "name.h"

bool ip_parse(struct str text, uint8_t out[16], size_t *n)
{
	char z[INET6_ADDRSTRLEN];

	if (!text.n || text.n >= sizeof(z) || memchr(text.p, 0, text.n))
		return false;
	memcpy(z, text.p, text.n);
	z[text.n] = '\0';
	if (inet_pton(AF_INET, z, out) == 1)
		*n = 4;
	else if (inet_pton(AF_INET6, z, out) == 1)
		*n = 16;
	else
		return false;
	return true;
}

const char *ip_text(struct arena *a, struct str addr)
{
	char z[INET6_ADDRSTRLEN] = "?";

	inet_ntop(addr.n == 4 ? AF_INET : AF_INET6, addr.p, z, sizeof(z));
	return arena_strdup(a, z);
}

static const struct {
	uint8_t addr[16];
	uint8_t bits;
	uint8_t class;
} special4[] = {
	{ { 0 }, 8, IP_UNSPECIFIED },
	{ { 10 }, 8, IP_PRIVATE },
	{ { 100, 64 }, 10, IP_CGN },
	{ { 127 }, 8, IP_LOOPBACK },
	{ { 169, 254 }, 16, IP_LINK_LOCAL },
	{ { 172, 16 }, 12, IP_PRIVATE },
	{ { 192, 0, 0 }, 24, IP_RESERVED },
	{ { 192, 0, 2 }, 24, IP_DOCUMENTATION },
	{ { 192, 88, 99 }, 24, IP_RESERVED },
	{ { 192, 168 }, 16, IP_PRIVATE },
	{ { 198, 18 }, 15, IP_RESERVED },
	{ { 198, 51, 100 }, 24, IP_DOCUMENTATION },
	{ { 203, 0, 113 }, 24, IP_DOCUMENTATION },
	{ { 224 }, 4, IP_MULTICAST },
	{ { 240 }, 4, IP_RESERVED },
}, special6[] = {
	{ { 0 }, 128, IP_UNSPECIFIED },
	{ { [15] = 1 }, 128, IP_LOOPBACK },
	{ { [10] = 0xff, 0xff }, 96, IP_RESERVED },
	{ { 0 }, 8, IP_RESERVED },
	{ { 0x00, 0x64, 0xff, 0x9b, 0, 1 }, 48, IP_RESERVED },
	{ { 0x01 }, 64, IP_RESERVED },
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32, IP_DOCUMENTATION },
	{ { 0x20, 0x01, 0x00, 0x00 }, 32, IP_RESERVED },
	{ { 0x20, 0x01, 0x00, 0x02 }, 48, IP_RESERVED },
	{ { 0x20, 0x02 }, 16, IP_RESERVED },
	{ { 0x3f, 0xff, 0x00 }, 20, IP_DOCUMENTATION },
	{ { 0xfc }, 7, IP_PRIVATE },
	{ { 0xfe, 0x80 }, 10, IP_LINK_LOCAL },
	{ { 0xfe, 0xc0 }, 10, IP_RESERVED },
	{ { 0xff }, 8, IP_MULTICAST },
};

static bool in_block(const uint8_t *ip, const uint8_t *block, unsigned bits)
{
	unsigned whole = bits / 8, rest = bits % 8;

	if (whole && memcmp(ip, block, whole) != 0)
		return false;
	return !rest || (ip[whole] ^ block[whole]) >> (8 - rest) == 0;
}

struct str ip_unmap(struct str addr)
{
	static const char mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '\xff', '\xff' };

	return addr.n == 16 && memcmp(addr.p, mapped, sizeof(mapped)) == 0
		       ? str_from(addr, sizeof(mapped))
		       : addr;
}

enum ip_class ip_classify(struct str addr)
{
	const uint8_t *ip = (const uint8_t *)addr.p;

	if (addr.n == 4) {
		for (size_t i = 0; i < sizeof(special4) / sizeof(special4[0]); i++)
			if (in_block(ip, special4[i].addr, special4[i].bits))
				return (enum ip_class)special4[i].class;
		return IP_GLOBAL;
	}
	for (size_t i = 0; i < sizeof(special6) / sizeof(special6[0]); i++)
		if (in_block(ip, special6[i].addr, special6[i].bits))
			return (enum ip_class)special6[i].class;
	return IP_GLOBAL;
}

const char *ip_class_name(enum ip_class c)
{
	static const char *const names[] = {
		[IP_GLOBAL] = "global",
		[IP_PRIVATE] = "private",
		[IP_LOOPBACK] = "loopback",
		[IP_LINK_LOCAL] = "link-local",
		[IP_CGN] = "shared address space (RFC 6598)",
		[IP_DOCUMENTATION] = "documentation",
		[IP_MULTICAST] = "multicast",
		[IP_UNSPECIFIED] = "unspecified",
		[IP_RESERVED] = "reserved",
	};

	return names[c];
}

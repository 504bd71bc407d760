/* DNS messages. The first octet chooses the type that was asked for. */
#include "fuzz.h"

#include "name.h"
#include "rrtype.h"
#include "wire.h"

static void run(struct arena *a, struct str text)
{
	static const uint16_t types[] = { RR_TXT, RR_MX,  RR_A,    RR_AAAA,
					  RR_PTR, RR_SOA, RR_TLSA, RR_CAA };
	struct wire_query q = { .name = "example.com", .id = 0x1234, .edns = true };
	struct wire_msg msg;
	uint8_t wire[255];

	if (!text.n)
		return;
	q.type = types[(unsigned char)text.p[0] % 8];
	text = str_from(text, 1);
	if (!wire_msg_read(a, (const uint8_t *)text.p, text.n, &q, &msg))
		return;
	for (size_t i = 0; i < msg.nanswer; i++) {
		(void)rr_text(a, &msg.answer[i].rr);
		/* every name that was read can be written */
		if (!name_to_wire(msg.answer[i].owner, wire))
			__builtin_trap();
	}
}

FUZZ(run)

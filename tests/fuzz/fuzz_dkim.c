/* DKIM keys: what is one, the parser down to the DER, and the records that mending makes. */
#include "fuzz.h"

#include "dkim_key.h"
#include "dkim_run.h"

static void check_place(struct span at, size_t n)
{
	if ((size_t)at.at + at.len > n)
		__builtin_trap();
}

static void run(struct arena *a, struct str text)
{
	struct dkim_base64 b;
	struct dkim_key key;
	struct dkim_der der;

	(void)dkim_is_key(text);
	parse_dkim(a, text, &key);
	for (size_t i = 0; i < key.faults.n; i++) {
		check_place(key.faults.item[i].at, text.n);
		(void)dkim_mend(a, "s._domainkey.example.com", &key, &key.faults.item[i]);
	}
	if (key.usable && (!key.p || key.revoked || key.type == DKIM_OTHER || key.bits < 256 ||
			   key.bits > DKIM_RSA_BITS_MAX))
		__builtin_trap();
	(void)dkim_mend_untested(a, "s._domainkey.example.com", &key);
	dkim_base64_read(a, text, &b);
	check_place(b.bad, text.n);
	/* the octets as they are: base64 is not in the fuzzer's way */
	dkim_der_read((const uint8_t *)text.p, text.n, &der);
	if (der.key && (der.truncated || der.said + der.trailing != text.n))
		__builtin_trap();
}

FUZZ(run)

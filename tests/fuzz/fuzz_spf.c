/* SPF records: parsing, macros, and the records that mending makes. */
#include "fuzz.h"

#include "spf.h"
#include "spf_walk.h"

static void run(struct arena *a, struct str text)
{
	const char *why;
	struct spf spf;
	char letters[16];

	(void)spf_is_near_record(text, &why);
	if (!spf_is_record(text))
		return;
	parse_spf(a, text, &spf);
	for (size_t i = 0; i < spf.n; i++) {
		if (spf.term[i].at.at + spf.term[i].at.len > text.n)
			__builtin_trap();
		spf_macro_letters(spf.term[i].domain, letters);
		(void)spf_expand_static(a, spf.term[i].domain, "a.example.com", "example.com");
	}
	for (size_t i = 0; i < spf.faults.n; i++)
		if (spf.faults.item[i].at.at + spf.faults.item[i].at.len > text.n)
			__builtin_trap();
	(void)spf_mended(a, "example.com", &spf);
}

FUZZ(run)

/* spf_cases: what the drivers of the SPF suites share: a tape named as the only argument, and cases
 * on standard input, each a line "ip TAB helo TAB mail-from". */
#ifndef TESTS_NET_SPF_CASES_H
#define TESTS_NET_SPF_CASES_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "name.h"
#include "tape.h"

struct spf_case {
	uint8_t octets[16];
	struct str ip; /* 4 or 16 of them */
	const char *helo, *mail_from;
};

static inline void spf_case_read(char *line, struct spf_case *out)
{
	char *helo = strchr(line, '\t'), *from = helo ? strchr(helo + 1, '\t') : NULL;
	size_t n;

	if (!from) {
		fprintf(stderr, "bad line\n");
		exit(1);
	}
	*helo++ = *from++ = '\0';
	from[strcspn(from, "\n")] = '\0';
	if (!ip_parse(str_c(line), out->octets, &n)) {
		fprintf(stderr, "%s is no address\n", line);
		exit(1);
	}
	out->ip = (struct str){ (char *)out->octets, n };
	out->helo = helo;
	out->mail_from = from;
}

/* Hands every case to `one`. Returns the program's exit status. */
static inline int spf_cases(int argc, char **argv,
			    void (*one)(struct arena *a, const struct tape *t,
					const struct spf_case *c))
{
	static char line[64 * 1024];
	struct arena a;
	struct buf text;
	struct tape t = { 0 };
	const char *err;

	arena_init(&a, 1024 * 1024 * 1024);
	buf_init(&text, 64 * 1024 * 1024);
	if (argc != 2 || !file_read(&a, argv[1], 64 * 1024 * 1024, &text, &err) ||
	    !tape_read(&a, arena_str(&a, buf_str(&text)), &t, &err)) {
		fprintf(stderr, argc == 2 ? "%s\n" : "usage: %s TAPE\n", argc == 2 ? err : argv[0]);
		return 1;
	}
	while (fgets(line, sizeof(line), stdin)) {
		struct spf_case c;

		spf_case_read(line, &c);
		one(&a, &t, &c);
	}
	buf_free(&text);
	arena_free(&a);
	return 0;
}

#endif

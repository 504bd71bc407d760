/* tape: facts as text, one line a fact. Fixture, bug report and archive are the same file.
 *
 * Layer: fact.
 *
 *   # a comment
 *   now 1795507200                                          the clock of the run
 *   example.com TXT SOME 300 "v=spf1 -all" / "other text"   records are parted by " / ",
 * character-strings by a blank example.com MX SOME 300 10 mx1.example.com / 20 mx2.example.com
 *   mx1.example.com A SOME 300 192.0.2.1 / 192.0.2.2
 *   www.example.com AAAA SOME 300 >host.example.net 2001:db8::1           a CNAME chain
 *   _dmarc.example.com TXT NONE NXDOMAIN
 *   old._domainkey.example.com TXT NONE NXDOMAIN 300 >gone.example.net    dangling
 *   mx2.example.com A LOST timeout "timeout after 5 s"
 *   mta-sts.example.com HTTPS SOME 0 200 "text/plain" "version: STSv1\r\n"
 *   mx1.example.com SMTP SOME 0 ip=192.0.2.1 banner="mx1.example.com" ehlo="STARTTLS" starttls=ok …
 *                                                           see src/fact/tape_smtp.c
 *   example.org TXT+CD SOME 300 "v=spf1 -all"               asked with signatures unchecked
 *   example.org TXT@192.0.2.53 SOME 300 aa=1 "v=spf1 -all"  put to the name server of that address
 *   img.example.org HTTPS/logo.svg SOME 0 200 "image/svg+xml" "<svg …"      of another path
 *   other TYPES are written as RFC 3597 \# LENGTH HEX
 *   * NONE NXDOMAIN                                         what the tape answers to all other DNS
 * questions
 *
 * Attributes stand before the records as key=value: ad=1, aa=1, zone=1, size=OCTETS,
 * src="192.0.2.53:53", rtt=MS. A source that is a file and a line is src="db.example" with line=N
 * before each record. Text is quoted; in it " and \ are escaped with \, every octet that is not
 * printable ASCII is \DDD (decimal), and \r \n \t stand for themselves. Where a question occurs
 * twice, the later line counts. */
#ifndef AUTHCHECK_TAPE_H
#define AUTHCHECK_TAPE_H

#include <stdbool.h>
#include <stdint.h>

#include "arena.h"
#include "buf.h"
#include "facts.h"

struct tape {
	struct facts facts;   /* every question on it, settled */
	bool has_default;     /* a "*" line */
	struct fact fallback; /* what it says: NONE or LOST */
	bool has_now;
};

/* Reads a whole tape. False and *err ("line 12: …", one line for people) when it is faulty. */
bool tape_read(struct arena *a, struct str text, struct tape *out, const char **err);

/* What the tape answers: the fact on it, its default, or LOST "not on the tape". The result belongs
 * to arena `a` or the tape. */
const struct fact *tape_answer(struct arena *a, const struct tape *t, enum ask kind, uint16_t type,
			       const char *name, const char *at);

/* Writes one settled fact as a line. OPEN facts write nothing. */
void tape_write(struct buf *out, struct arena *scratch, const struct fact *f);

/* Writes the head of a tape: the comment that says what it is, and the clock. */
void tape_write_head(struct buf *out, int64_t now_s);

#endif

/* psl: the Public Suffix List, by libpsl. Layer: dns.
 *
 * RFC 7489 took organizational domains from this list, and many receivers still do; RFC 9989 asks
 * DNS instead. The list is the file that was found by configure, or else the one that libpsl was
 * built with. It is read once and never changes while the program runs, so it is configuration, not
 * an answer of the world. The rules are the whole list's, the private section included, with "*"
 * for a top-level domain that is not on it. */
#ifndef AUTHCHECK_PSL_H
#define AUTHCHECK_PSL_H

#include <stdbool.h>

#include "arena.h"

/* The public suffix above `name` and one label more: "a.b.example.co.uk" -> "example.co.uk". NULL
 * when the name is a public suffix itself or the root, or there is no list. `name` as name.h has
 * it. */
const char *psl_organizational_domain(struct arena *a, const char *name);

/* Is the name itself a public suffix: "com", "co.uk", "github.io"? */
bool psl_is_suffix(const char *name);

/* Is it a whole name of the world: two labels or more, and the last of them one that the list has a
 * rule for? Labels of their own that are also such suffixes ("mail.box", "ns1.dev") are not rare
 * within an organization, so that only those count under which mail is common. */
bool psl_looks_whole(const char *name);

#endif

/* ptr_name: is a reverse name one that a provider made from the address? Private to src/check.
 * Layer: check. */
#ifndef AUTHCHECK_CHECK_PTR_NAME_H
#define AUTHCHECK_CHECK_PTR_NAME_H

#include "arena.h"
#include "str.h"

/* Does `name`, in front of its registered domain, spell out the whole address:
 * "203-0-113-9.dsl.example.net", "static.9.113.0.203.clients.example.net",
 * "ip-cb007109.example.net"? Parts of the address, as in "mail12" or "a8-12", do not count. */
bool ptr_name_is_generic(struct arena *a, const char *name, struct str ip);

/* Does it say that its address is one of a dial-up pool: "dyn", "dsl", "dhcp" … as a word of its
 * own? */
bool ptr_name_says_dynamic(const char *name);

#endif

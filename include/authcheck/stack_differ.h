/* stack_differ: where a library's answer is not the RFC's. Layer: stack (private to src/stack). */
#ifndef AUTHCHECK_STACK_DIFFER_H
#define AUTHCHECK_STACK_DIFFER_H

#include "report.h"

/* Writes the findings about r->stack, whose libraries have all answered. */
void stack_differ(struct arena *a, struct report *r);

#endif

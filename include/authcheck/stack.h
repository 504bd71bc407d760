/* stack: what receivers built on libspf2, libopendkim and libopendmarc answer, beside the RFCs'
 * answer.
 *
 * Layer: stack (above report; includes fact and parse, and no checker). The libraries are old C
 * that reads what strangers publish, and one of them is known to overrun its stack. So each runs in
 * a child process of its own that can do nothing but compute and answer (stack_child.h), and a
 * crash of the child is a finding about the record.
 *
 * They never ask DNS. They see the facts of the audit; what they miss becomes an open question, and
 * once that has settled they run again, from scratch. That this ends, each pass's cap of look-ups
 * and the audit's budget see to. */
#ifndef AUTHCHECK_STACK_H
#define AUTHCHECK_STACK_H

#include "facts.h"
#include "report.h"

/* Fills in r->stack, which check_stack has laid out, and writes the findings. To be called in a
 * step after all checkers, and only when no fact is OPEN: what is asked here is asked because of
 * settled facts only (law 1). Does nothing where r->stack is NULL. */
void stack_run(struct arena *a, struct look *l, struct report *r);

#endif

/* options_set: what each option does with its argument. Layer: above all stages; private to
 * options.c, whose table has a row for each. */
#ifndef AUTHCHECK_OPTIONS_SET_H
#define AUTHCHECK_OPTIONS_SET_H

#include "options.h"

struct reader {
	struct arena *arena;
	struct options *o;
	const char *name; /* of the option that is read */
	const char *err;
};

typedef void set_fn(struct reader *r, const char *arg);

/* The first complaint about the option that is read stands. */
void options_fail(struct reader *r, const char *what);

set_fn set_zone, set_origin, set_nameserver, set_selector, set_selectors, set_discover, set_ip,
	set_intent, set_dkim, set_receiver, set_profile, set_format, set_fail_on, set_ignore,
	set_timeout, set_deadline, set_input, set_jobs, set_keep, set_rate, set_shard,
	set_connect_to, set_color;

#endif

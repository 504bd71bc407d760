#include <libpsl.h>
#include <pthread.h>
#include <string.h>

#include "config.h"
#include "name.h"
#include "psl.h"

static const psl_ctx_t *list;
static pthread_once_t list_once = PTHREAD_ONCE_INIT;

static void read_list(void)
{
	list = psl_load_file(PSL_FILE);
	if (!list)
		list = psl_builtin();
}

static const psl_ctx_t *the_list(void)
{
	pthread_once(&list_once, read_list);
	return list;
}

bool psl_is_suffix(const char *name)
{
	const psl_ctx_t *psl = the_list();

	return psl && strcmp(name, ".") != 0 && psl_is_public_suffix(psl, name);
}

const char *psl_organizational_domain(struct arena *a, const char *name)
{
	const psl_ctx_t *psl = the_list();
	const char *found = psl && strcmp(name, ".") != 0 ? psl_registrable_domain(psl, name)
							  : NULL;
	const char *at = name;

	if (!found)
		return NULL;
	/* libpsl takes an escaped dot for a dot: a result that begins inside a label means that
	 * whole label. */
	for (unsigned n = name_labels(name); n > 0; n--) {
		const char *tail = name_tail(name, n);

		if (tail > found)
			break;
		at = tail;
	}
	return arena_strdup(a, at);
}

bool psl_looks_whole(const char *name)
{
	static const char *const tops[] = { "com", "net", "org", "edu", "gov", "info" };
	const char *top = name_tail(name, 1);

	if (name_labels(name) < 2 || !name_is_host(name))
		return false;
	for (size_t i = 0; i < sizeof(tops) / sizeof(tops[0]); i++)
		if (strcmp(top, tops[i]) == 0)
			return true;
	return strlen(top) == 2 && name_labels(name) > 2 && psl_is_suffix(name_tail(name, 2));
}

/* libopendkim, for a key without a message: it is given a message of one header field, with a
 * signature made up for it, and the key by its look-up hook. When all that it complains of in the
 * end is the value of the signature, then it has read the key and tried it; else it says what is
 * wrong with the key. Runs in a child. Layer: stack.
 *
 * The hook stands for its reader of DNS answers, which joins the strings of the record into a
 * buffer and drops without a word what does not fit. */
#include "stack_lib.h"

#include <opendkim/dkim.h>

/* The empty body under simple canonicalization (RFC 6376 3.4.3). */
#define EMPTY_BODY_HASH "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY="

enum { HEADER_MAX = 4096, SIGNATURE_MAX = 344 };

static DKIM_CBSTAT give_key(DKIM *d, DKIM_SIGINFO *sig, unsigned char *out, size_t size)
{
	const struct opendkim_job *job = dkim_get_user_context(d);
	size_t n = job->key.n < size - 1 ? job->key.n : size - 1;

	(void)sig;
	memcpy(out, job->key.p, n);
	out[n] = '\0';
	return DKIM_CBSTAT_CONTINUE;
}

/* A signature of 256 octets (RSA), or of 64 (Ed25519), that says nothing. */
static int write_signature(char out[HEADER_MAX], const struct opendkim_job *job)
{
	char value[SIGNATURE_MAX + 1];
	size_t n = strncmp(job->algorithm, "ed25519", 7) == 0 ? 88 : SIGNATURE_MAX;

	memset(value, 'A', n);
	value[n - 1] = value[n - 2] = '=';
	value[n] = '\0';
	return snprintf(
		out, HEADER_MAX,
		"DKIM-Signature: v=1; a=%s; c=simple/simple; d=%s; s=%s; h=From; bh=%s; b=%s",
		job->algorithm, job->domain, job->selector, EMPTY_BODY_HASH, value);
}

static DKIM_SIGINFO *verify(DKIM_LIB *lib, const struct opendkim_job *job)
{
	char header[HEADER_MAX];
	DKIM_SIGINFO **sigs = NULL;
	DKIM_STAT status;
	int n = 0;
	DKIM *d = dkim_verify(lib, (const unsigned char *)"key", NULL, &status);

	if (!d)
		return NULL;
	dkim_set_user_context(d, (void *)(uintptr_t)job);
	n = write_signature(header, job);
	if (n >= HEADER_MAX)
		return NULL;
	dkim_header(d, (u_char *)header, (size_t)n);
	n = snprintf(header, sizeof(header), "From: postmaster@%s", job->domain);
	dkim_header(d, (u_char *)header, (size_t)n);
	dkim_eoh(d);
	dkim_eom(d, NULL);
	n = 0;
	return dkim_getsiglist(d, &sigs, &n) == DKIM_STAT_OK && n == 1 ? sigs[0] : NULL;
}

void opendkim_child(const void *arg, struct buf *out)
{
	const struct opendkim_job *job = arg;
	struct opendkim_reply reply = { .usable = false };
	DKIM_LIB *lib = dkim_init(NULL, NULL);
	DKIM_SIGINFO *sig;
	DKIM_SIGERROR error = DKIM_SIGERROR_UNKNOWN;

	if (lib) {
		dkim_set_key_lookup(lib, give_key);
		sig = verify(lib, job);
		if (sig)
			error = dkim_sig_geterror(sig);
	}
	reply.usable = error == DKIM_SIGERROR_BADSIG;
	reply.small = error == DKIM_SIGERROR_KEYTOOSMALL;
	if (!reply.usable) {
		const char *text = dkim_sig_geterrorstr(error);

		snprintf(reply.reason, sizeof(reply.reason), "%s", text ? text : "not known");
	}
	buf_add(out, &reply, sizeof(reply));
}

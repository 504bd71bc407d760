/* Mark certificates. Nothing is taken from an arena while OpenSSL's objects are there: its way out
 * of a shortage would leave them behind. */
#include "mark_cert.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "asn1.h"

#define PURPOSE_OID  "1.3.6.1.5.5.7.3.31"
#define LOGOTYPE_OID "1.3.6.1.5.5.7.1.12"

enum { NAME_OCTETS = 253 };

struct names {
	char name[MARK_NAMES_MAX][NAME_OCTETS + 1];
	size_t n;
};

/* A certificate that wants a password is none that anybody can use; nobody is asked for it. */
static int no_password(char *out, int size, int write, void *arg)
{
	(void)out, (void)size, (void)write, (void)arg;
	return -1;
}

/* ---- the certificates ---- */

/* All in the text, at most MARK_CERTS_MAX; *fault when that is not all, or not readable. */
static size_t read_all(struct str pem, X509 **x, const char **fault)
{
	BIO *bio = pem.n <= INT32_MAX ? BIO_new_mem_buf(pem.n ? pem.p : "", (int)pem.n) : NULL;
	size_t n = 0;
	X509 *one;

	while (bio && (one = PEM_read_bio_X509(bio, NULL, no_password, NULL))) {
		if (n == MARK_CERTS_MAX) {
			X509_free(one);
			*fault = "it has more than 8 certificates";
			break;
		}
		x[n++] = one;
	}
	if (!*fault && bio && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		*fault = "one of its certificates cannot be read";
	if (!*fault && !n)
		*fault = "it has no certificate in PEM";
	BIO_free(bio);
	return n;
}

static const char *chain_fault(X509 *const *x, size_t n)
{
	if (X509_check_issued(x[0], x[0]) == X509_V_OK)
		return "it is issued by itself";
	if (n == 1)
		return "the certificates of its issuers are missing from the file";
	for (size_t i = 0; i + 1 < n; i++) {
		if (X509_check_issued(x[i + 1], x[i]) != X509_V_OK)
			return "the certificates are not in the order of issue";
		if (X509_verify(x[i], X509_get0_pubkey(x[i + 1])) <= 0)
			return "a signature in the chain of certificates does not hold";
	}
	return NULL;
}

/* ---- one certificate ---- */

static bool is_oid(const ASN1_OBJECT *o, const char *oid)
{
	char text[64];

	return OBJ_obj2txt(text, sizeof(text), o, 1) > 0 && strcmp(text, oid) == 0;
}

static bool has_purpose(X509 *x)
{
	EXTENDED_KEY_USAGE *usage = X509_get_ext_d2i(x, NID_ext_key_usage, NULL, NULL);
	bool found = false;

	for (int i = 0; i < sk_ASN1_OBJECT_num(usage) && !found; i++)
		found = is_oid(sk_ASN1_OBJECT_value(usage, i), PURPOSE_OID);
	EXTENDED_KEY_USAGE_free(usage);
	return found;
}

static bool has_logo(const X509 *x)
{
	for (int i = 0; i < X509_get_ext_count(x); i++)
		if (is_oid(X509_EXTENSION_get_object(X509_get_ext(x, i)), LOGOTYPE_OID))
			return true;
	return false;
}

static bool is_plain(const unsigned char *p, int n)
{
	for (int i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] > '~')
			return false;
	return n > 0 && n <= NAME_OCTETS;
}

/* What could be no name in DNS is left out. */
static void read_names(X509 *x, struct names *out)
{
	GENERAL_NAMES *all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);

	for (int i = 0; i < sk_GENERAL_NAME_num(all) && out->n < MARK_NAMES_MAX; i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(all, i);
		const unsigned char *p;
		char *to = out->name[out->n];
		int n;

		if (g->type != GEN_DNS)
			continue;
		p = ASN1_STRING_get0_data(g->d.dNSName);
		n = ASN1_STRING_length(g->d.dNSName);
		if (!is_plain(p, n))
			continue;
		for (int k = 0; k < n; k++)
			to[k] = ascii_lower((char)p[k]);
		to[n] = '\0';
		out->n++;
	}
	GENERAL_NAMES_free(all);
}

static void read_marks(X509 *const *x, size_t n, struct names *names, struct mark_cert *out)
{
	out->chain = chain_fault(x, n);
	out->from_s = asn1_seconds(X509_get0_notBefore(x[0]));
	out->until_s = asn1_seconds(X509_get0_notAfter(x[0]));
	for (size_t i = 1; i < n; i++) {
		int64_t until = asn1_seconds(X509_get0_notAfter(x[i]));

		out->ca_until_s = until < out->ca_until_s ? until : out->ca_until_s;
	}
	out->purpose = has_purpose(x[0]);
	out->logo = has_logo(x[0]);
	read_names(x[0], names);
}

void parse_mark_cert(struct arena *a, struct str pem, struct mark_cert *out)
{
	X509 *x[MARK_CERTS_MAX];
	struct names names = { .n = 0 };
	const char **list;

	*out = (struct mark_cert){ .ca_until_s = INT64_MAX };
	ERR_set_mark();
	out->n = read_all(pem, x, &out->fault);
	if (!out->fault)
		read_marks(x, out->n, &names, out);
	for (size_t i = 0; i < out->n; i++)
		X509_free(x[i]);
	ERR_pop_to_mark();
	list = arena_array(a, names.n, sizeof(*list));
	for (size_t i = 0; i < names.n; i++)
		list[i] = arena_strdup(a, names.name[i]);
	out->name = list;
	out->nname = names.n;
}

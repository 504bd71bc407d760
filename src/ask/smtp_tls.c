/* TLS behind STARTTLS, by OpenSSL, and what is kept of the certificates. Whatever certificate the
 * host shows, the handshake goes on: it is judged afterwards, and by more than one measure (PKIX,
 * MTA-STS, DANE). */
#include <dirent.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include "asn1.h"
#include "smtp_job.h"

enum { TEXT_MAX = 256, NAME_MAX_OCTETS = 255 };

static int accept_any(X509_STORE_CTX *ctx, void *arg)
{
	(void)ctx, (void)arg;
	return 1;
}

/* A system without certificates would find every host's to be worthless. */
static bool system_has_cas(void)
{
	DIR *d = opendir(X509_get_default_cert_dir());
	int n = 0;

	while (d && n < 3 && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n > 2 || access(X509_get_default_cert_file(), R_OK) == 0;
}

bool smtp_tls_open(struct smtp *s, const char **err)
{
	const char *ca = s->live->opt.ca_file;

	s->ctx = SSL_CTX_new(TLS_client_method());
	if (!s->ctx || !SSL_CTX_set_min_proto_version(s->ctx, TLS1_2_VERSION) ||
	    !SSL_CTX_set_cipher_list(s->ctx, "DEFAULT@SECLEVEL=1") ||
	    (ca ? !SSL_CTX_load_verify_file(s->ctx, ca)
		: !SSL_CTX_set_default_verify_paths(s->ctx))) {
		*err = ca ? arena_printf(&s->live->arena, "%s: not read by OpenSSL", ca)
			  : "OpenSSL cannot be set up";
		SSL_CTX_free(s->ctx);
		s->ctx = NULL;
		return false;
	}
	s->has_cas = ca || system_has_cas();
	SSL_CTX_set_options(s->ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
					    SSL_OP_IGNORE_UNEXPECTED_EOF |
					    SSL_OP_LEGACY_SERVER_CONNECT);
	/* each record is a turn of its own, so that a host cannot keep us within one */
	SSL_CTX_clear_mode(s->ctx, SSL_MODE_AUTO_RETRY);
	SSL_CTX_set_mode(s->ctx,
			 SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_session_cache_mode(s->ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_cert_verify_callback(s->ctx, accept_any, NULL);
	ERR_clear_error();
	return true;
}

/* ---- one certificate ---- */

static const char *name_text(struct arena *a, const X509_NAME *name)
{
	BIO *bio = BIO_new(BIO_s_mem());
	const char *text = "";
	char *p;
	long n;

	if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0 &&
	    (n = BIO_get_mem_data(bio, &p)) > 0)
		text = arena_strndup(a, p, n < TEXT_MAX ? (size_t)n : TEXT_MAX);
	BIO_free(bio);
	return text;
}

static bool is_plain(const unsigned char *p, int n)
{
	for (int i = 0; i < n; i++)
		if (p[i] <= ' ' || p[i] > '~' || p[i] == '"' || p[i] == '\\')
			return false;
	return n > 0 && n <= NAME_MAX_OCTETS;
}

/* The DNS names; what could be no host's name is left out. */
static void read_names(struct arena *a, X509 *x, struct smtp_cert *out)
{
	GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	const char **list = NULL;
	size_t cap = 0;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *g = sk_GENERAL_NAME_value(names, i);
		const unsigned char *p;
		int n;

		if (g->type != GEN_DNS)
			continue;
		p = ASN1_STRING_get0_data(g->d.dNSName);
		n = ASN1_STRING_length(g->d.dNSName);
		if (!is_plain(p, n))
			continue;
		list = arena_grow(a, list, out->nname, &cap, sizeof(*list));
		list[out->nname++] = arena_strndup(a, (const char *)p, (size_t)n);
	}
	out->name = list;
	GENERAL_NAMES_free(names);
}

static void hash(const unsigned char *der, int n, uint8_t *h256, uint8_t *h512)
{
	if (n <= 0)
		return;
	EVP_Digest(der, (size_t)n, h256, NULL, EVP_sha256(), NULL);
	EVP_Digest(der, (size_t)n, h512, NULL, EVP_sha512(), NULL);
}

static void read_cert(struct arena *a, X509 *x, struct smtp_cert *out)
{
	unsigned char *der = NULL;

	out->subject = name_text(a, X509_get_subject_name(x));
	out->issuer = name_text(a, X509_get_issuer_name(x));
	out->from_s = asn1_seconds(X509_get0_notBefore(x));
	out->until_s = asn1_seconds(X509_get0_notAfter(x));
	read_names(a, x, out);
	hash(der, i2d_X509(x, &der), out->cert256, out->cert512);
	OPENSSL_free(der);
	der = NULL;
	hash(der, i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &der), out->spki256, out->spki512);
	OPENSSL_free(der);
}

/* ---- the chain ---- */

static bool has_signed(X509 *issuer, X509 *x)
{
	return X509_check_issued(issuer, x) == X509_V_OK &&
	       X509_verify(x, X509_get0_pubkey(issuer)) > 0;
}

/* The host's own certificate, then its issuer, and so on, in whatever order they were sent; what is
 * no part of that stands last. */
static void read_chain(struct smtp_job *j, X509 *leaf, STACK_OF(X509) * sent)
{
	struct smtp_talk *t = &j->talk;
	X509 *rest[SMTP_CERTS_MAX], *at = leaf;
	size_t n = 0;

	for (int i = 0; i < sk_X509_num(sent) && n < SMTP_CERTS_MAX - 1; i++)
		if (X509_cmp(sk_X509_value(sent, i), leaf) != 0)
			rest[n++] = sk_X509_value(sent, i);
	t->cert = arena_array(&j->arena, n + 1, sizeof(*t->cert));
	read_cert(&j->arena, leaf, &t->cert[t->ncert++]);
	while (n && at) {
		size_t i = 0;

		while (i < n && !has_signed(rest[i], at))
			i++;
		at = i < n ? rest[i] : NULL;
		i = at ? i : 0;
		t->cert[t->ncert].signs = at != NULL;
		read_cert(&j->arena, rest[i], &t->cert[t->ncert++]);
		memmove(rest + i, rest + i + 1, (--n - i) * sizeof(*rest));
	}
	for (size_t i = 0; i < n; i++)
		read_cert(&j->arena, rest[i], &t->cert[t->ncert++]);
}

static enum smtp_pkix pkix_of(int error)
{
	switch (error) {
	case X509_V_OK: return SMTP_PKIX_OK;
	case X509_V_ERR_CERT_HAS_EXPIRED:
	case X509_V_ERR_CERT_NOT_YET_VALID: return SMTP_PKIX_TIME;
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: return SMTP_PKIX_SELF_SIGNED;
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_CERT_UNTRUSTED: return SMTP_PKIX_UNTRUSTED;
	default: return SMTP_PKIX_INVALID;
	}
}

/* Keeps the worst of all that is wrong, and lets OpenSSL look further. */
static int on_fault(int ok, X509_STORE_CTX *ctx)
{
	struct smtp_talk *t = X509_STORE_CTX_get_app_data(ctx);
	int error = X509_STORE_CTX_get_error(ctx);

	if (!ok && pkix_of(error) > t->pkix) {
		t->pkix = pkix_of(error);
		t->pkix_text = X509_verify_cert_error_string(error);
	}
	return 1;
}

static void judge_chain(struct smtp_job *j, X509 *leaf, STACK_OF(X509) * sent)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	struct smtp_talk *t = &j->talk;

	t->pkix = SMTP_PKIX_OK;
	if (!j->smtp->has_cas || !ctx ||
	    !X509_STORE_CTX_init(ctx, SSL_CTX_get_cert_store(j->smtp->ctx), leaf, sent)) {
		t->pkix = SMTP_PKIX_UNKNOWN;
		t->pkix_text = "this system has no certificates of CAs to compare with";
	} else {
		X509_STORE_CTX_set_default(ctx, "ssl_server");
		X509_STORE_CTX_set_app_data(ctx, t);
		X509_STORE_CTX_set_verify_cb(ctx, on_fault);
		if (X509_verify_cert(ctx) < 0)
			on_fault(0, ctx);
	}
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
}

/* ---- the handshake ---- */

static bool is_about_version(unsigned long error)
{
	switch (ERR_GET_REASON(error)) {
	case SSL_R_UNSUPPORTED_PROTOCOL:
	case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
	case SSL_R_UNKNOWN_PROTOCOL: return ERR_GET_LIB(error) == ERR_LIB_SSL;
	default: return false;
	}
}

static enum smtp_turn failed(struct smtp_job *j)
{
	unsigned long error = ERR_peek_error();
	const char *reason = error ? ERR_reason_error_string(error) : NULL;

	j->talk.tls = is_about_version(error) ? SMTP_TLS_OLD : SMTP_TLS_FAILED;
	j->detail = reason ? arena_printf(&j->arena, "no TLS: %s", reason)
			   : "it closed the connection during the handshake";
	ERR_clear_error();
	return SMTP_OVER;
}

static void done(struct smtp_job *j)
{
	X509 *leaf = SSL_get1_peer_certificate(j->ssl);
	STACK_OF(X509) *sent = SSL_get_peer_cert_chain(j->ssl);

	if (!leaf) {
		j->talk.tls = SMTP_TLS_FAILED;
		j->detail = "it showed no certificate";
		return;
	}
	j->talk.tls = SMTP_TLS_OK;
	j->talk.version = arena_strdup(&j->arena, SSL_get_version(j->ssl));
	read_chain(j, leaf, sent);
	judge_chain(j, leaf, sent);
	X509_free(leaf);
}

enum smtp_turn smtp_handshake(struct smtp_job *j)
{
	int rc;

	ERR_clear_error();
	if (!j->ssl) {
		j->ssl = SSL_new(j->smtp->ctx);
		if (!j->ssl || !SSL_set_fd(j->ssl, j->fd) ||
		    !SSL_set_tlsext_host_name(j->ssl, j->q->name))
			return failed(j);
	}
	rc = SSL_connect(j->ssl);
	if (rc == 1) {
		done(j);
		j->phase = SMTP_EHLO_AGAIN;
		return j->talk.tls == SMTP_TLS_OK ? SMTP_WAIT_OUT : SMTP_OVER;
	}
	switch (SSL_get_error(j->ssl, rc)) {
	case SSL_ERROR_WANT_READ: return SMTP_WAIT_IN;
	case SSL_ERROR_WANT_WRITE: return SMTP_WAIT_OUT;
	default: return failed(j);
	}
}

/* What a mail host said, as a fact. Layer: fact. */
#include "smtp.h"

static const char *const tls_words[] = {
#define X(id, word) [id] = (word),
	SMTP_TLS(X)
#undef X
};
static const char *const pkix_words[] = {
#define X(id, word) [id] = (word),
	SMTP_PKIX(X)
#undef X
};

const char *smtp_tls_word(enum smtp_tls t)
{
	return tls_words[t];
}

const char *smtp_pkix_word(enum smtp_pkix p)
{
	return pkix_words[p];
}

bool smtp_tls_from(struct str word, enum smtp_tls *out)
{
	for (unsigned i = 0; i < SMTP_TLS_COUNT; i++)
		if (str_eq(word, str_c(tls_words[i]))) {
			*out = (enum smtp_tls)i;
			return true;
		}
	return false;
}

bool smtp_pkix_from(struct str word, enum smtp_pkix *out)
{
	for (unsigned i = 0; i < SMTP_PKIX_COUNT; i++)
		if (str_eq(word, str_c(pkix_words[i]))) {
			*out = (enum smtp_pkix)i;
			return true;
		}
	return false;
}

bool smtp_offers(const struct smtp_talk *t, const char *keyword)
{
	size_t n = strlen(keyword);

	for (const char *p = t->ehlo; *p;) {
		size_t len = strcspn(p, " ");

		if (len == n && memcmp(p, keyword, n) == 0)
			return true;
		p += len + (p[len] == ' ');
	}
	return false;
}

bool smtp_cert_is_for(const struct smtp_cert *c, const char *host)
{
	const char *dot = strchr(host, '.');

	for (size_t i = 0; i < c->nname; i++) {
		struct str name = str_c(c->name[i]);

		if (name.n > 1 && name.p[name.n - 1] == '.')
			name.n--;
		if (str_eq_ci(name, str_c(host)))
			return true;
		if (dot && name.n > 2 && name.p[0] == '*' &&
		    str_eq_ci(str_from(name, 1), str_c(dot)))
			return true;
	}
	return false;
}

static const char *copy_text(struct arena *a, const char *s)
{
	return s ? arena_strdup(a, s) : NULL;
}

struct smtp_talk *smtp_copy(struct arena *a, const struct smtp_talk *t)
{
	struct smtp_talk *out = ARENA_NEW(a, struct smtp_talk);

	*out = *t;
	out->ip = arena_str(a, t->ip);
	out->banner = copy_text(a, t->banner);
	out->ehlo = copy_text(a, t->ehlo);
	out->version = copy_text(a, t->version);
	out->pkix_text = copy_text(a, t->pkix_text);
	out->cert = arena_array(a, t->ncert, sizeof(*out->cert));
	for (size_t i = 0; i < t->ncert; i++) {
		const char **names = arena_array(a, t->cert[i].nname, sizeof(*names));

		out->cert[i] = t->cert[i];
		out->cert[i].subject = copy_text(a, t->cert[i].subject);
		out->cert[i].issuer = copy_text(a, t->cert[i].issuer);
		for (size_t k = 0; k < t->cert[i].nname; k++)
			names[k] = arena_strdup(a, t->cert[i].name[k]);
		out->cert[i].name = names;
	}
	return out;
}

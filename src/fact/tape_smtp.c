/* SMTP facts as a part of a tape's line: first what the host said, then each certificate behind a
 * "/".
 *
 *   ip=192.0.2.1 banner="mx.example.com" ehlo="SIZE STARTTLS" starttls=ok tls="TLSv1.3" pkix=ok
 *   / subject="CN=mx.example.com" issuer="CN=CA" from=1790000000 until=1800000000
 *     names="mx.example.com *.mx.example.com" cert=HEX cert512=HEX spki=HEX spki512=HEX
 *
 * signs=1: it is the issuer of the certificate before it. A hash that is left out is all zeros,
 * which no certificate has; so is a text that is left out empty. */
#include <inttypes.h>

#include "name.h"
#include "tape_line.h"

/* ---- written ---- */

static void put_text(struct buf *out, const char *key, const char *s)
{
	if (!s)
		return;
	buf_addf(out, " %s=", key);
	line_put_quoted(out, str_c(s));
}

static void put_hash(struct buf *out, const char *key, const uint8_t *p, size_t n)
{
	bool any = false;

	for (size_t i = 0; i < n; i++)
		any |= p[i] != 0;
	if (!any)
		return;
	buf_addf(out, " %s=", key);
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "%02x", p[i]);
}

static void put_cert(struct buf *out, const struct smtp_cert *c)
{
	buf_adds(out, " /");
	put_text(out, "subject", c->subject);
	put_text(out, "issuer", c->issuer);
	buf_addf(out, " from=%" PRId64 " until=%" PRId64, c->from_s, c->until_s);
	if (c->nname) {
		buf_adds(out, " names=\"");
		for (size_t i = 0; i < c->nname; i++)
			buf_addf(out, "%s%s", i ? " " : "", c->name[i]);
		buf_addc(out, '"');
	}
	if (c->signs)
		buf_adds(out, " signs=1");
	put_hash(out, "cert", c->cert256, SMTP_SHA256);
	put_hash(out, "cert512", c->cert512, SMTP_SHA512);
	put_hash(out, "spki", c->spki256, SMTP_SHA256);
	put_hash(out, "spki512", c->spki512, SMTP_SHA512);
}

void line_write_smtp(struct buf *out, struct arena *scratch, const struct smtp_talk *t)
{
	buf_addf(out, " ip=%s", ip_text(scratch, t->ip));
	put_text(out, "banner", t->banner);
	put_text(out, "ehlo", t->ehlo);
	buf_addf(out, " starttls=%s", smtp_tls_word(t->tls));
	if (t->tls != SMTP_TLS_OK)
		return;
	put_text(out, "tls", t->version);
	buf_addf(out, " pkix=%s", smtp_pkix_word(t->pkix));
	put_text(out, "why", t->pkix_text);
	for (size_t i = 0; i < t->ncert; i++)
		put_cert(out, &t->cert[i]);
}

/* ---- read ---- */

/* Seconds since 1970: there are certificates from before, and some until the year 9999. */
static int64_t seconds(struct line *l, struct str s)
{
	bool minus = s.n && s.p[0] == '-';
	int64_t v = 0;

	s = str_from(s, minus);
	if (!s.n || s.n > 15) {
		line_fail(l, "not a number of seconds");
		return 0;
	}
	for (size_t i = 0; i < s.n; i++) {
		if (!ascii_is_digit((unsigned char)s.p[i])) {
			line_fail(l, "not a number of seconds");
			return 0;
		}
		v = v * 10 + (s.p[i] - '0');
	}
	return minus ? -v : v;
}

/* Only names that could be compared with a host's are kept: printable, without blanks and marks
 * that a tape would have to escape. */
static void read_names(struct line *l, struct str s, struct smtp_cert *c)
{
	const char **names = NULL;
	size_t cap = 0;

	c->nname = 0; /* where it stands twice, the later one counts */
	while (s.n) {
		ptrdiff_t end = str_find(s, ' ');
		struct str one = end < 0 ? s : str_sub(s, 0, (size_t)end);

		s = end < 0 ? S("") : str_from(s, (size_t)end + 1);
		for (size_t i = 0; i < one.n; i++)
			if (one.p[i] <= ' ' || one.p[i] > '~' || one.p[i] == '"' ||
			    one.p[i] == '\\')
				return line_fail(l, "no name of a host");
		if (!one.n)
			return line_fail(l, "names are parted by one blank");
		names = arena_grow(l->arena, names, c->nname, &cap, sizeof(*names));
		names[c->nname++] = line_text(l, one);
	}
	c->name = names;
}

static void read_cert(struct line *l, struct smtp_cert *c)
{
	struct str v;

	while (!line_next_is(l, "/") && line_peek(l)) {
		if (line_attribute(l, "subject", &v))
			c->subject = line_text(l, v);
		else if (line_attribute(l, "issuer", &v))
			c->issuer = line_text(l, v);
		else if (line_attribute(l, "from", &v))
			c->from_s = seconds(l, v);
		else if (line_attribute(l, "until", &v))
			c->until_s = seconds(l, v);
		else if (line_attribute(l, "names", &v))
			read_names(l, v, c);
		else if (line_attribute(l, "signs", &v))
			c->signs = str_eq(v, S("1"));
		else if (line_attribute(l, "cert", &v))
			line_hex(l, v, c->cert256, SMTP_SHA256);
		else if (line_attribute(l, "cert512", &v))
			line_hex(l, v, c->cert512, SMTP_SHA512);
		else if (line_attribute(l, "spki", &v))
			line_hex(l, v, c->spki256, SMTP_SHA256);
		else if (line_attribute(l, "spki512", &v))
			line_hex(l, v, c->spki512, SMTP_SHA512);
		else
			line_fail(l, "not a part of a certificate");
	}
}

static void read_ip(struct line *l, struct str s, struct smtp_talk *t)
{
	uint8_t ip[16];
	size_t n;

	if (!ip_parse(s, ip, &n))
		return line_fail(l, "ip is no address");
	t->ip = (struct str){ arena_strndup(l->arena, (const char *)ip, n), n };
}

static void read_talk(struct line *l, struct smtp_talk *t)
{
	struct str v;

	while (!line_next_is(l, "/") && line_peek(l)) {
		if (line_attribute(l, "ip", &v))
			read_ip(l, v, t);
		else if (line_attribute(l, "banner", &v))
			t->banner = line_text(l, v);
		else if (line_attribute(l, "ehlo", &v))
			t->ehlo = line_text(l, v);
		else if (line_attribute(l, "starttls", &v)) {
			if (!smtp_tls_from(v, &t->tls))
				line_fail(l, "starttls is none, refused, failed, old or ok");
		} else if (line_attribute(l, "tls", &v))
			t->version = line_text(l, v);
		else if (line_attribute(l, "pkix", &v)) {
			if (!smtp_pkix_from(v, &t->pkix))
				line_fail(l, "not a word for pkix");
		} else if (line_attribute(l, "why", &v))
			t->pkix_text = line_text(l, v);
		else
			line_fail(l, "not a part of what a mail host says");
	}
}

void line_read_smtp(struct line *l, struct fact *f)
{
	struct smtp_talk *t = ARENA_NEW(l->arena, struct smtp_talk);
	size_t cap = 0;

	t->banner = t->ehlo = t->version = "";
	read_talk(l, t);
	if (!t->ip.n)
		line_fail(l, "ip is missing");
	while (line_next_is(l, "/")) {
		struct smtp_cert c = { .subject = "", .issuer = "" };

		l->at++;
		read_cert(l, &c);
		if (t->ncert == SMTP_CERTS_MAX)
			return line_fail(l, "more than 16 certificates");
		t->cert = arena_grow(l->arena, t->cert, t->ncert, &cap, sizeof(c));
		t->cert[t->ncert++] = c;
	}
	if (t->ncert && t->tls != SMTP_TLS_OK)
		line_fail(l, "certificates without TLS");
	if (t->tls == SMTP_TLS_OK && !t->ncert)
		line_fail(l, "TLS without a certificate");
	f->smtp = t;
}

/* A bounce message, by GMime: its delivery-status part, its texts, and the message that came back.
 *
 * Depth, parts and octets are bounded here. Every object of GMime's goes into a pool that is freed
 * at the end, also when the arena is full. */
#include "dsn.h"

#include <setjmp.h>

#include <gmime/gmime.h>

#include "dsn_text.h"
#include "name.h"

enum { GROUPS_MAX = 200 };

struct reader {
	struct arena *arena;
	struct dsn *out;
	GPtrArray *pool;
	struct str status_text; /* the diagnostic code of the failed recipient */
	struct str body[DSN_TEXTS_MAX];
	size_t nbody, parts, groups;
};

/* Takes over the object, which is freed with the pool. */
static void *keep(struct reader *r, void *object)
{
	if (object)
		g_ptr_array_add(r->pool, object);
	return object;
}

/* ---- what holds addresses ---- */

static const char *copy(struct arena *a, const char *s)
{
	return s && *s ? arena_strdup(a, s) : NULL;
}

static const char *domain_of(struct arena *a, const char *address)
{
	const char *at = address ? strrchr(address, '@') : NULL, *why;
	struct str s;

	if (!at)
		return NULL;
	s = str_trim(str_c(at + 1));
	while (s.n && (s.p[s.n - 1] == '>' || s.p[s.n - 1] == '.' || s.p[s.n - 1] == ' '))
		s.n--;
	return s.n && s.n <= 253 ? name_from_user(a, s, &why) : NULL;
}

/* The first address of a header such as From. */
static const char *header_domain(struct reader *r, GMimeObject *o, const char *header)
{
	const char *value = g_mime_object_get_header(o, header), *found = NULL;
	InternetAddressList *list = value ? keep(r, internet_address_list_parse(NULL, value))
					  : NULL;

	for (int i = 0; list && !found && i < internet_address_list_length(list); i++) {
		InternetAddress *ia = internet_address_list_get_address(list, i);

		if (INTERNET_ADDRESS_IS_MAILBOX(ia))
			found = domain_of(r->arena, internet_address_mailbox_get_addr(
							    INTERNET_ADDRESS_MAILBOX(ia)));
	}
	return found;
}

/* The message that was refused: who it was from. */
static void read_original(struct reader *r, GMimeObject *o)
{
	if (!r->out->from)
		r->out->from = header_domain(r, o, "From");
	if (!r->out->mail_from)
		r->out->mail_from = domain_of(r->arena, g_mime_object_get_header(o, "Return-Path"));
}

/* ---- delivery-status (RFC 3464 2.3) ---- */

/* "rfc822; user@example.com" without its type. */
static struct str field(GMimeHeaderList *h, const char *name)
{
	GMimeHeader *header = g_mime_header_list_get_header(h, name);
	struct str s = header ? str_trim(str_c(g_mime_header_get_value(header))) : S("");
	ptrdiff_t semicolon = str_find(s, ';');
	bool type = semicolon > 0 && semicolon < 12;

	for (ptrdiff_t i = 0; type && i < semicolon; i++)
		type = ascii_is_alpha((unsigned char)s.p[i]) || s.p[i] == '-' ||
		       ascii_is_digit((unsigned char)s.p[i]) || s.p[i] == ' ';
	return type ? str_trim(str_from(s, (size_t)semicolon + 1)) : s;
}

static const char *field_copy(struct arena *a, GMimeHeaderList *h, const char *name)
{
	struct str s = field(h, name);

	return s.n ? arena_strndup(a, s.p, s.n) : NULL;
}

/* The first group that failed counts; one that was only put off when none did. */
static void read_status_group(struct reader *r, GMimeHeaderList *h)
{
	struct str action = field(h, "Action"), diagnostic = field(h, "Diagnostic-Code");

	if (!g_mime_header_list_get_header(h, "Final-Recipient") &&
	    !g_mime_header_list_get_header(h, "Action") &&
	    !g_mime_header_list_get_header(h, "Status"))
		return;
	if (str_eq_ci(action, S("delivered")) || str_eq_ci(action, S("relayed")) ||
	    str_eq_ci(action, S("expanded")) || r->status_text.n)
		return;
	r->status_text = arena_str(r->arena, diagnostic);
	r->out->status = field_copy(r->arena, h, "Status");
	r->out->remote_mta = field_copy(r->arena, h, "Remote-MTA");
	r->out->recipient = field_copy(r->arena, h, "Final-Recipient");
}

/* The headers that a text is. NULL: none. */
static GMimeObject *read_headers(struct reader *r, struct str text)
{
	GMimeStream *stream = keep(r, g_mime_stream_mem_new_with_buffer(text.p, text.n));
	GMimeParser *parser = keep(r, g_mime_parser_new_with_stream(stream));

	return keep(r, g_mime_parser_construct_part(parser, NULL));
}

/* The groups of a delivery-status part are headers, parted by empty lines; GMime reads each as the
 * headers of a part. */
static void read_status(struct reader *r, struct str text)
{
	while (text.n && r->groups++ < GROUPS_MAX) {
		ptrdiff_t end = str_find_str(text, S("\n\n"));
		struct str group = end < 0 ? text : str_sub(text, 0, (size_t)end + 1);
		GMimeObject *o;

		text = end < 0 ? S("") : str_from(text, (size_t)end + 2);
		while (group.n && group.p[0] == '\n')
			group = str_from(group, 1);
		o = group.n ? read_headers(r, group) : NULL;
		if (o)
			read_status_group(r, g_mime_object_get_header_list(o));
	}
}

/* ---- parts ---- */

/* The content of a part, decoded, as UTF-8 where its charset is known, with plain line feeds. */
static struct str content(struct reader *r, GMimeObject *o)
{
	GMimeDataWrapper *w = GMIME_IS_PART(o) ? g_mime_part_get_content(GMIME_PART(o)) : NULL;
	const char *charset = GMIME_IS_PART(o)
				      ? g_mime_object_get_content_type_parameter(o, "charset")
				      : NULL;
	GMimeStream *mem, *filtered;
	GByteArray *bytes;
	size_t n = 0;
	char *p;

	if (!w)
		return S("");
	mem = keep(r, g_mime_stream_mem_new());
	filtered = keep(r, g_mime_stream_filter_new(mem));
	if (charset && g_ascii_strcasecmp(charset, "utf-8") != 0) {
		GMimeFilter *f = keep(r, g_mime_filter_charset_new(charset, "utf-8"));

		if (f)
			g_mime_stream_filter_add(GMIME_STREAM_FILTER(filtered), f);
	}
	g_mime_data_wrapper_write_to_stream(w, filtered);
	g_mime_stream_flush(filtered);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(mem));
	p = arena_alloc(r->arena, (size_t)bytes->len + 1);
	for (guint i = 0; i < bytes->len; i++)
		if (bytes->data[i] != '\r')
			p[n++] = (char)bytes->data[i];
	p[n] = '\0';
	return (struct str){ p, n };
}

static void read_part(struct reader *r, GMimeObject *o, unsigned depth);

static void read_parts(struct reader *r, GMimeMultipart *m, unsigned depth)
{
	for (int i = 0; i < g_mime_multipart_get_count(m); i++)
		read_part(r, g_mime_multipart_get_part(m, i), depth + 1);
}

static void read_headers_text(struct reader *r, struct str text)
{
	GMimeObject *o = read_headers(r, text);

	if (o)
		read_original(r, o);
}

static void read_part(struct reader *r, GMimeObject *o, unsigned depth)
{
	GMimeContentType *t = o ? g_mime_object_get_content_type(o) : NULL;

	if (!t || depth > DSN_DEPTH_MAX || ++r->parts > DSN_PARTS_MAX)
		return;
	if (GMIME_IS_MULTIPART(o)) {
		read_parts(r, GMIME_MULTIPART(o), depth);
	} else if (GMIME_IS_MESSAGE_PART(o)) {
		GMimeMessage *m = g_mime_message_part_get_message(GMIME_MESSAGE_PART(o));

		if (m)
			read_original(r, GMIME_OBJECT(m));
	} else if (g_mime_content_type_is_type(t, "message", "delivery-status") ||
		   g_mime_content_type_is_type(t, "message", "global-delivery-status")) {
		read_status(r, content(r, o));
	} else if (g_mime_content_type_is_type(t, "text", "rfc822-headers") ||
		   g_mime_content_type_is_type(t, "message", "rfc822-headers")) {
		read_headers_text(r, content(r, o));
	} else if (g_mime_content_type_is_type(t, "text", "html")) {
		if (r->nbody < DSN_TEXTS_MAX)
			r->body[r->nbody++] = dsn_strip_html(r->arena, content(r, o));
	} else if (g_mime_content_type_is_type(t, "text", "*") && r->nbody < DSN_TEXTS_MAX) {
		r->body[r->nbody++] = content(r, o);
	}
}

/* ---- the whole ---- */

static void add_text(struct reader *r, struct str s)
{
	char *p;

	s = str_trim(s);
	if (!s.n || r->out->ntext == DSN_TEXTS_MAX)
		return;
	p = arena_strndup(r->arena, s.p, s.n);
	for (size_t i = 0; i < s.n; i++)
		p[i] = p[i] ? p[i] : '?';
	r->out->text[r->out->ntext++] = p;
}

/* Headers that a message which came back in the text has, where it is no part of its own. */
static void read_inline_original(struct reader *r)
{
	for (size_t i = 0; i < r->nbody && !r->out->from; i++) {
		struct str original = dsn_original(r->body[i]);

		if (original.n)
			read_headers_text(r, original);
	}
}

static bool read_message(struct reader *r, struct str message)
{
	GMimeStream *stream = keep(r, g_mime_stream_mem_new_with_buffer(message.p, message.n));
	GMimeParser *parser = keep(r, g_mime_parser_new_with_stream(stream));
	GMimeMessage *m = keep(r, g_mime_parser_construct_message(parser, NULL));

	if (!m)
		return false;
	read_part(r, g_mime_message_get_mime_part(m), 0);
	/* parts that are announced and not there: the text as it stands */
	if (!r->nbody)
		r->body[r->nbody++] = dsn_body(message);
	if (!r->out->recipient)
		r->out->recipient = copy(
			r->arena, g_mime_object_get_header(GMIME_OBJECT(m), "X-Failed-Recipients"));
	read_inline_original(r);
	for (size_t i = 0; i < r->nbody; i++)
		add_text(r, dsn_transcript(r->arena, dsn_notice(r->body[i])));
	add_text(r, r->status_text);
	for (size_t i = 0; i < r->nbody; i++)
		add_text(r, dsn_quoted_reply(r->arena, dsn_notice(r->body[i])));
	r->out->nquoted = r->out->ntext;
	for (size_t i = 0; i < r->nbody; i++)
		add_text(r, dsn_notice(r->body[i]));
	return true;
}

bool parse_dsn(struct arena *a, struct str message, struct dsn *out)
{
	jmp_buf here, *outside = a->oom;
	struct reader r = { .arena = a, .out = out };
	bool is_message;

	*out = (struct dsn){ .text = arena_array(a, DSN_TEXTS_MAX, sizeof(*out->text)) };
	if (message.n > DSN_MAX)
		message.n = DSN_MAX;
	if (!dsn_is_message(message))
		return false;
	/* the first line of an mbox is no header */
	if (dsn_is_mbox(message))
		message = str_from(message, (size_t)str_find(message, '\n') + 1);
	g_mime_init();
	r.pool = g_ptr_array_new_with_free_func(g_object_unref);
	a->oom = &here;
	if (setjmp(here)) {
		a->oom = outside;
		g_ptr_array_free(r.pool, TRUE);
		arena_full(a);
	}
	is_message = read_message(&r, message);
	a->oom = outside;
	g_ptr_array_free(r.pool, TRUE);
	return is_message;
}

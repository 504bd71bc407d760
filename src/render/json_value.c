#include "json_value.h"

static json_t *made(struct js *js, json_t *v)
{
	if (!v)
		js->failed = true;
	return v;
}

void js_begin(struct js *js, struct arena *arena)
{
	*js = (struct js){ .arena = arena };
	js->made = made(js, json_array());
}

void js_end(struct js *js)
{
	json_decref(js->made);
	js->made = NULL;
}

static json_t *held(struct js *js, json_t *v)
{
	if (json_array_append_new(js->made, v) == 0)
		return v;
	js->failed = true;
	return NULL;
}

json_t *js_object(struct js *js)
{
	return held(js, json_object());
}

json_t *js_array(struct js *js)
{
	return held(js, json_array());
}

/* The parent's own reference to a value that `made` holds. */
static json_t *referred(json_t *v)
{
	return json_is_object(v) || json_is_array(v) ? json_incref(v) : v;
}

void js_set(struct js *js, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, referred(value)) != 0)
		js->failed = true;
}

void js_push(struct js *js, json_t *array, json_t *value)
{
	if (json_array_append_new(array, referred(value)) != 0)
		js->failed = true;
}

bool js_is_utf8(struct str s)
{
	for (size_t i = 0, n; i < s.n; i += n) {
		n = str_utf8(str_from(s, i));
		if (!n)
			return false;
	}
	return true;
}

json_t *js_text(struct js *js, struct str s)
{
	static const char replacement[] = "\xef\xbf\xbd";
	char *p;
	size_t to = 0;

	if (js_is_utf8(s))
		return made(js, json_stringn(s.n ? s.p : "", s.n));
	p = arena_array(js->arena, s.n, 3);
	for (size_t i = 0; i < s.n;) {
		size_t n = str_utf8(str_from(s, i));

		if (n)
			memcpy(p + to, s.p + i, n);
		else
			memcpy(p + to, replacement, 3);
		to += n ? n : 3;
		i += n ? n : 1;
	}
	return made(js, json_stringn(p, to));
}

json_t *js_words(struct js *js, const char *s)
{
	return s ? js_text(js, str_c(s)) : json_null();
}

json_t *js_number(struct js *js, long long n)
{
	return made(js, json_integer(n));
}

json_t *js_number_if(struct js *js, bool known, long long n)
{
	return known ? js_number(js, n) : json_null();
}

json_t *js_bool(bool b)
{
	return json_boolean(b);
}

json_t *js_presence(enum presence p)
{
	return p == PRESENCE_YES ? json_true() : p == PRESENCE_NONE ? json_false() : json_null();
}

json_t *js_hex(struct js *js, struct str s)
{
	static const char digits[] = "0123456789abcdef";
	char *p = arena_array(js->arena, s.n, 2);

	for (size_t i = 0; i < s.n; i++) {
		p[2 * i] = digits[(unsigned char)s.p[i] >> 4];
		p[2 * i + 1] = digits[(unsigned char)s.p[i] & 15];
	}
	return made(js, json_stringn(p, s.n * 2));
}

void js_set_record(struct js *js, json_t *object, const char *key, const struct rr *rr)
{
	struct str text = rr ? rr_text(js->arena, rr) : S("");

	js_set(js, object, key, rr ? js_text(js, text) : json_null());
	if (rr && !js_is_utf8(text))
		js_set(js, object, "hex", js_hex(js, text));
}

/* ---- output ---- */

struct sink {
	struct buf *out;
	bool indent; /* the object stands in an array: two blanks more before each line */
};

/* A line feed in what is dumped is always layout: in strings it is escaped. */
static int sink(const char *p, size_t n, void *arg)
{
	struct sink *s = arg;

	for (size_t from = 0, at = 0; at < n; from = at) {
		while (at < n && p[at] != '\n')
			at++;
		at += at < n;
		buf_add(s->out, p + from, at - from);
		if (s->indent && p[at - 1] == '\n')
			buf_pad(s->out, ' ', 2);
	}
	return s->out->failed ? -1 : 0;
}

void js_dump(struct buf *out, struct arena *scratch, js_make_fn *make, const void *arg, bool indent,
	     bool compact)
{
	struct js js;
	struct sink s = { .out = out, .indent = indent };
	size_t layout = compact ? JSON_COMPACT : JSON_INDENT(2);
	jmp_buf here, *outside = scratch->oom;
	json_t *o;

	js_begin(&js, scratch);
	scratch->oom = &here;
	if (setjmp(here) != 0) {
		js_end(&js);
		scratch->oom = outside;
		arena_full(scratch);
	}
	o = make(&js, arg);
	if (!o || js.failed ||
	    json_dump_callback(o, sink, &s, layout | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII) != 0)
		out->failed = true;
	scratch->oom = outside;
	js_end(&js);
}

#include "json_value.h"

static json_t *made(struct js *js, json_t *v)
{
	if (!v)
		js->failed = true;
	return v;
}

json_t *js_object(struct js *js)
{
	return made(js, json_object());
}

json_t *js_array(struct js *js)
{
	return made(js, json_array());
}

void js_set(struct js *js, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, value) != 0)
		js->failed = true;
}

void js_push(struct js *js, json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) != 0)
		js->failed = true;
}

bool js_is_utf8(struct str s)
{
	for (size_t i = 0, n; i < s.n; i += n) {
		/* nearly all of it is ASCII */
		n = (unsigned char)s.p[i] < 0x80 ? 1 : str_utf8(str_from(s, i));
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
		return made(js, json_stringn_nocheck(s.n ? s.p : "", s.n));
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
	return made(js, json_stringn_nocheck(p, to));
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
	return made(js, json_stringn_nocheck(p, s.n * 2));
}

void js_set_record(struct js *js, json_t *object, const char *key, const struct rr *rr)
{
	struct str text = rr ? rr_text(js->arena, rr) : S("");

	js_set(js, object, key, rr ? js_text(js, text) : json_null());
	if (rr && !js_is_utf8(text))
		js_set(js, object, "hex", js_hex(js, text));
}

/* ---- output ---- */

/* jansson has one set of memory functions for the whole process. While a value is made and written
 * they take from an arena, so no value has to be taken down again. */
static struct arena *memory;

static void *take(size_t n)
{
	return arena_alloc(memory, n);
}

static void give(void *p)
{
	(void)p;
}

/* Adds the text of the value. What does not fit is written once more, into more room: that is rare,
 * since a buffer that has grown stays large. */
static void add_text(struct buf *out, const json_t *o, size_t flags)
{
	size_t room, n = 0;

	do {
		if (!buf_room(out, n))
			return;
		room = out->cap - out->n - 1;
		n = json_dumpb(o, out->p + out->n, room, flags);
	} while (n > room);
	out->failed = !n;
	out->n += n;
	out->p[out->n] = '\0';
}

/* Puts two blanks more before each line of what was added since `from`, but the first. A line feed
 * in it is always layout: in strings it is escaped. */
static void indent_lines(struct buf *out, size_t from)
{
	size_t at = out->n, to = at;

	for (size_t i = from; i < out->n; i++)
		to += out->p[i] == '\n' ? 2 : 0;
	if (!buf_room(out, to - at))
		return;
	out->n = to;
	out->p[to] = '\0';
	while (to > at) {
		if (out->p[--at] == '\n') {
			out->p[--to] = ' ';
			out->p[--to] = ' ';
		}
		out->p[--to] = out->p[at];
	}
}

void js_dump(struct buf *out, struct arena *scratch, js_make_fn *make, const void *arg, bool indent,
	     bool compact)
{
	struct js js = { .arena = scratch };
	size_t layout = compact ? JSON_COMPACT : JSON_INDENT(2), from = out->n;
	jmp_buf here, *outside = scratch->oom;
	json_malloc_t take_before;
	json_free_t give_before;
	volatile bool full = true;
	json_t *o;

	json_get_alloc_funcs(&take_before, &give_before);
	json_set_alloc_funcs(take, give);
	memory = scratch;
	scratch->oom = &here;
	if (setjmp(here) == 0) {
		o = make(&js, arg);
		if (!o || js.failed)
			out->failed = true;
		else
			add_text(out, o, layout | JSON_PRESERVE_ORDER | JSON_ENSURE_ASCII);
		full = false;
	}
	json_set_alloc_funcs(take_before, give_before);
	scratch->oom = outside;
	if (full)
		arena_full(scratch);
	if (indent)
		indent_lines(out, from);
}

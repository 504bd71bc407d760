/* authcheck bounce: replies and bounce messages, from files, folders, mailboxes, standard input or
 * the command line itself, each with an audit of the sender's domain. */
#include <dirent.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "file.h"
#include "judge.h"
#include "name.h"
#include "program.h"

enum { ITEMS_MAX = 100000, TEXT_MAX = 64 * 1024 * 1024, SCRATCH_MAX = 256 * 1024 * 1024 };

struct item {
	const char *source;
	struct str text;
};

struct bounces {
	struct program *p;
	struct item *item;
	size_t n, cap;
	const char *from; /* the sender's domain, as the user tells it; NULL: the text shall */
	struct render_options ro;
	struct audit audit; /* of the sender of the one that is being read */
	bool audited;       /* it must be freed */
};

/* ---- what to read ---- */

static void add(struct bounces *b, const char *source, struct str text)
{
	b->item = arena_grow(&b->p->arena, b->item, b->n, &b->cap, sizeof(*b->item));
	b->item[b->n++] = (struct item){ source, text };
}

/* A line of a refusal: its code, and a blank or a dash. */
static bool is_reply(struct str line)
{
	uint32_t code;

	return line.n > 3 && str_to_u32(str_sub(line, 0, 3), 599, &code) && code >= 400 &&
	       (line.p[3] == ' ' || line.p[3] == '-');
}

/* Is this the last line of its reply? It has a blank behind its code, or it holds further lines,
 * joined as some servers do, down to the last: "550-one 550 two". The line that follows, a reply of
 * its own, ends it as well when it has another code. */
static bool ends_reply(struct str line, struct str next)
{
	const char last[] = { ' ', line.p[0], line.p[1], line.p[2], ' ' };

	return line.p[3] == ' ' || str_find_str(line, (struct str){ last, sizeof(last) }) >= 0 ||
	       memcmp(line.p, next.p, 3) != 0;
}

/* Replies pasted one below the other. Lines without a code of their own belong to the one before.
 */
static void add_replies(struct bounces *b, const char *source, struct str text)
{
	struct str rest = text, one = { text.p, 0 }, coded = { NULL, 0 };
	unsigned line_no = 0, first = 1;

	while (rest.n) {
		ptrdiff_t end = str_find(rest, '\n');
		struct str line = end < 0 ? rest : str_sub(rest, 0, (size_t)end + 1);

		rest = str_from(rest, line.n);
		line_no++;
		one.n += line.n;
		coded = is_reply(line) ? line : coded;
		if (!coded.n || !is_reply(rest) || !ends_reply(coded, rest))
			continue;
		add(b, arena_printf(&b->p->arena, "%s:%u", source, first), one);
		one = (struct str){ rest.p, 0 };
		coded = (struct str){ NULL, 0 };
		first = line_no + 1;
	}
	if (str_trim(one).n)
		add(b, first > 1 ? arena_printf(&b->p->arena, "%s:%u", source, first) : source,
		    one);
}

static bool read_file(struct bounces *b, const char *path)
{
	struct buf text;
	struct str rest, message;
	const char *err;
	unsigned n = 0;

	buf_init(&text, TEXT_MAX);
	if (!file_read(&b->p->arena, path, TEXT_MAX, &text, &err)) {
		buf_free(&text);
		complain(err);
		return false;
	}
	rest = arena_str(&b->p->arena, buf_str(&text));
	buf_free(&text);
	if (!str_trim(rest).n) {
		complain(arena_printf(&b->p->arena,
				      "%s: empty; a bounce message or a reply is wanted", path));
		return false;
	}
	if (dsn_is_mbox(rest))
		while (b->n < ITEMS_MAX && dsn_next(&rest, &message))
			add(b, arena_printf(&b->p->arena, "%s:%u", path, ++n), message);
	else if (dsn_is_message(rest))
		add(b, path, rest);
	else
		add_replies(b, path, rest);
	return true;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Every file of a folder, by name; not of those within it. */
static bool read_folder(struct bounces *b, const char *path)
{
	DIR *d = opendir(path);
	struct texts files = { 0 };
	bool ok = true;

	if (!d) {
		complain(arena_printf(&b->p->arena, "%s: the folder cannot be read", path));
		return false;
	}
	for (struct dirent *e; (e = readdir(d));) {
		const char *file = arena_printf(&b->p->arena, "%s/%s", path, e->d_name);
		struct stat st;

		if (e->d_name[0] != '.' && stat(file, &st) == 0 && S_ISREG(st.st_mode))
			texts_add(&b->p->arena, &files, file);
	}
	closedir(d);
	if (files.n)
		qsort(files.item, files.n, sizeof(*files.item), by_name);
	for (size_t i = 0; i < files.n && ok && b->n < ITEMS_MAX; i++)
		ok = read_file(b, files.item[i]);
	return ok;
}

/* An argument with a blank in it that no file has as its name is the reply itself. */
static bool read_word(struct bounces *b, const char *word)
{
	struct stat st;
	bool there = stat(word, &st) == 0;

	if (there && S_ISDIR(st.st_mode))
		return read_folder(b, word);
	if (there || strcmp(word, "-") == 0 || str_find(str_c(word), ' ') < 0)
		return read_file(b, word);
	add(b, "reply", str_c(word));
	return true;
}

/* ---- the audit of the sender ---- */

static const char *no_audit(const struct program *p, const struct refusal *f)
{
	if (p->o.no_audit)
		return "--no-audit";
	if (p->o.offline && !p->o.zones.n && !p->o.replay)
		return "--offline";
	if (!f->domain)
		return "the text does not name the sender's domain; tell it with --from";
	return NULL;
}

static int status_of(const struct bounces *b, const struct bounce_report *r)
{
	const struct options *o = &b->p->o;
	bool unknown = false;

	if (o->fail_never || !r->audit)
		return 0;
	for (size_t i = 0; i < r->nsuspect; i++) {
		const struct suspect *s = &r->suspect[i];

		if (rules[s->rule].severity < o->fail_on)
			continue;
		if (s->state == SUSPECT_CONFIRMED)
			return 1;
		unknown |= s->finding && !s->finding->sure && !s->finding->offline;
	}
	return unknown ? 3 : 0;
}

static bool audit(struct bounces *b, const struct refusal *f, bool *has_ip)
{
	struct program *p = b->p;
	struct str *ips = arena_array(&p->arena, p->o.nips + 1, sizeof(*ips));
	struct audit_setup s = program_setup(p, b->n);
	uint8_t ip[16];
	size_t n = p->o.nips, len;

	if (n)
		memcpy(ips, p->o.ips, n * sizeof(*ips));
	if (!n && f->reply.ip && ip_parse(str_c(f->reply.ip), ip, &len))
		ips[n++] = (struct str){ arena_strndup(&p->arena, (char *)ip, len), len };
	*has_ip = n > 0;
	s.wish.ips = ips;
	s.wish.nips = n;
	s.wish.intent = s.wish.intent == INTENT_AUTO ? INTENT_SENDS : s.wish.intent;
	if (!audit_run(&b->audit, &s, f->domain))
		return false;
	program_record(p, &b->audit.work, &b->audit.facts);
	return true;
}

/* ---- one after the other ---- */

static void render(struct bounces *b, struct arena *scratch, const struct bounce_report *r,
		   size_t index)
{
	struct program *p = b->p;

	if (!program_format_is(p, "text"))
		render_bounce_json(&p->out, scratch, r, program_format_is(p, "ndjson"), index,
				   b->n);
	else
		render_bounce_text(&p->out, scratch, r, &b->ro, index, b->n);
}

static int read_one(struct bounces *b, struct arena *scratch, size_t index)
{
	struct refusal f;
	struct bounce_report r = { .source = b->item[index].source, .refusal = &f };
	bool has_ip = false;

	judge_refusal(scratch, b->item[index].text, &f);
	f.domain = b->from ? b->from : f.domain;
	r.no_audit = no_audit(b->p, &f);
	if (!r.no_audit) {
		b->audited = true;
		if (!audit(b, &f, &has_ip))
			return EXIT_USAGE;
		r.audit = &b->audit.report;
	}
	judge_suspects(scratch, &r, has_ip);
	render(b, scratch, &r, index);
	return status_of(b, &r);
}

static int bounce_one(struct bounces *b, size_t index)
{
	struct arena scratch;
	jmp_buf oom;
	int status;

	arena_init(&scratch, SCRATCH_MAX);
	scratch.oom = &oom;
	b->audited = false;
	status = setjmp(oom) == 0 ? read_one(b, &scratch, index) : EXIT_USAGE;
	if (status == EXIT_USAGE)
		complain(arena_printf(&b->p->arena, "%s: out of memory", b->item[index].source));
	else if (!program_flush(b->p))
		status = EXIT_USAGE;
	if (b->audited)
		audit_free(&b->audit);
	arena_free(&scratch);
	return status;
}

int verb_bounce(struct program *p)
{
	static struct bounces b;
	const char *why;
	int status = 0;

	b.p = p;
	if (!p->o.words.n)
		return complain(
			"bounce takes a file, a folder, - or the reply itself: `authcheck bounce \"550 5.7.26 ...\"`");
	if (p->o.format->audits)
		return complain("a bounce is shown as text, json or ndjson");
	b.from = p->o.from ? name_from_user(&p->arena, str_c(str_mail_domain(p->o.from)), &why)
			   : NULL;
	if (p->o.from && !b.from)
		return complain(
			arena_printf(&p->arena, "--from %s: no domain name: %s", p->o.from, why));
	for (size_t i = 0; i < p->o.words.n; i++)
		if (!read_word(&b, p->o.words.item[i]))
			return EXIT_USAGE;
	if (!p->o.no_audit && !program_open(p))
		status = EXIT_USAGE;
	program_tell_faults(p);
	b.ro = program_render_options(&p->o);
	program_record_begin(p, program_setup(p, b.n).now_s);
	for (size_t i = 0; i < b.n && status != EXIT_USAGE; i++) {
		int s = bounce_one(&b, i);

		status = program_worse(status, s);
	}
	if (status != EXIT_USAGE && !program_finish(p))
		status = EXIT_USAGE;
	program_close(p);
	return status;
}

/* The "#! expect" lines of a story against its report. */
#include "story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

#include "render.h"

/* The next step of a path, cut off its front: a member's name, or an index in brackets. */
static const json_t *step(const json_t *at, const char **path)
{
	const char *p = *path;
	char name[64];
	size_t n;

	if (*p == '[') {
		char *end;
		unsigned long i = strtoul(p + 1, &end, 10);

		*path = *end == ']' ? end + 1 : end;
		return *end == ']' ? json_array_get(at, i) : NULL;
	}
	p += *p == '.';
	n = strcspn(p, ".[");
	if (n == 0 || n >= sizeof(name))
		return NULL;
	memcpy(name, p, n);
	name[n] = '\0';
	*path = p + n;
	return json_object_get(at, name);
}

static bool is_count(const char *path)
{
	return strcmp(path, ".count") == 0;
}

/* Whether the value at the path is the text. A path that leads nowhere is never right. */
static bool path_is(const json_t *at, const char *path, const char *want)
{
	char *dump;
	bool same;

	while (at && *path && !(is_count(path) && json_is_array(at)))
		at = step(at, &path);
	if (!at)
		return false;
	if (is_count(path)) {
		char *end;

		return strtoul(want, &end, 10) == json_array_size(at) && *end == '\0';
	}
	if (json_is_string(at))
		return strcmp(json_string_value(at), want) == 0;
	dump = json_dumps(at, JSON_ENCODE_ANY | JSON_COMPACT);
	assert_non_null(dump);
	same = strcmp(dump, want) == 0;
	free(dump);
	return same;
}

/* Whether the report has such a finding. want: the rule's name, and a subject where there is one.
 */
static bool has_finding(const json_t *report, const char *want, bool sure)
{
	const json_t *list = json_object_get(report, "findings");
	size_t n = strcspn(want, " ");
	const char *subject = want[n] ? want + n + 1 : NULL;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *f = json_array_get(list, i);
		const char *rule = json_string_value(json_object_get(f, "rule"));
		const char *about = json_string_value(json_object_get(f, "subject"));

		if (strlen(rule) == n && memcmp(rule, want, n) == 0 &&
		    json_is_true(json_object_get(f, "sure")) == sure &&
		    (!subject || (about && strcmp(about, subject) == 0)))
			return true;
	}
	return false;
}

static const char *behind(const char *line, const char *word)
{
	size_t n = strlen(word);

	return strncmp(line, word, n) == 0 && line[n] == ' ' ? line + n + 1 : NULL;
}

/* The rule's name must be one: "no mx-nul" would always hold. */
static void known_rule(const struct story *s, const char *name)
{
	enum rule_id id;

	if (!rule_from((struct str){ name, strcspn(name, " ") }, &id))
		fail_msg("%s: no such rule: %s", s->path, name);
}

static bool line_holds(const struct story *s, const json_t *report, const char *line)
{
	const char *name, *value;
	char path[128];

	if ((name = behind(line, "rule")) || (name = behind(line, "unsure"))) {
		known_rule(s, name);
		return has_finding(report, name, line[0] == 'r');
	}
	if ((name = behind(line, "no"))) {
		known_rule(s, name);
		return !has_finding(report, name, true) && !has_finding(report, name, false);
	}
	value = strchr(line, ' ');
	if (!value || (size_t)(value - line) >= sizeof(path))
		fail_msg("%s: not an expectation: %s", s->path, line);
	memcpy(path, line, (size_t)(value - line));
	path[value - line] = '\0';
	return path_is(report, path, value + 1);
}

const char *story_expect(struct story *s, struct audit *a)
{
	struct render_options o = { .width = 100 };
	struct buf b;
	json_t *report;
	json_error_t err;
	const char *wrong = NULL;

	buf_init(&b, 8 << 20);
	render_ndjson(&b, &a->work, &a->report, &o, 0, 1);
	assert_false(b.failed);
	report = json_loadb(b.p, b.n, 0, &err);
	assert_non_null(report);
	buf_free(&b);
	for (size_t i = 0; i < s->nexpect && !wrong; i++)
		if (!line_holds(s, report, s->expect[i]))
			wrong = s->expect[i];
	json_decref(report);
	return wrong;
}

bool story_expects(const struct story *s, const char *rule)
{
	size_t n = strlen(rule);

	for (size_t i = 0; i < s->nexpect; i++) {
		const char *name = behind(s->expect[i], "rule");

		if (!name)
			name = behind(s->expect[i], "unsure");
		if (name && strncmp(name, rule, n) == 0 && (name[n] == ' ' || name[n] == '\0'))
			return true;
	}
	return false;
}

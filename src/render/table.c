/* The formats, a row each. Layer: render. */
#include "render.h"

const struct render_format render_formats[] = {
	{ "text", false, false, false, NULL, render_text, NULL },
	{ "json", false, false, false, render_json_begin, render_json, render_json_end },
	{ "ndjson", false, false, false, NULL, render_ndjson, NULL },
	{ "sarif", true, true, false, render_sarif_begin, render_sarif, render_sarif_end },
	{ "junit", true, false, false, render_junit_begin, render_junit, render_junit_end },
	{ "github", true, false, false, NULL, render_github, NULL },
	{ "gitlab", true, true, false, render_gitlab_begin, render_gitlab, render_gitlab_end },
	{ "csv", true, false, false, render_csv_begin, render_csv, NULL },
	{ "markdown", true, true, false, NULL, render_markdown, render_markdown_end },
	{ "html", true, true, false, NULL, render_html, render_html_end },
	{ "nagios", true, true, true, NULL, render_nagios, render_nagios_end },
	{ "prometheus", true, true, false, NULL, render_prometheus, render_prometheus_end },
};
const size_t render_nformats = sizeof(render_formats) / sizeof(render_formats[0]);

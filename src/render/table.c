/* The formats, a row each. Layer: render. */
#include "render.h"

const struct render_format render_formats[] = {
	{ "text", false, false, NULL, render_text, NULL },
	{ "json", false, false, render_json_begin, render_json, render_json_end },
	{ "ndjson", false, false, NULL, render_ndjson, NULL },
	{ "sarif", true, false, render_sarif_begin, render_sarif, render_sarif_end },
	{ "junit", true, false, render_junit_begin, render_junit, render_junit_end },
	{ "github", true, false, NULL, render_github, NULL },
	{ "gitlab", true, false, render_gitlab_begin, render_gitlab, render_gitlab_end },
	{ "csv", true, false, render_csv_begin, render_csv, NULL },
	{ "markdown", true, false, NULL, render_markdown, render_markdown_end },
	{ "html", true, false, NULL, render_html, render_html_end },
	{ "nagios", true, true, NULL, render_nagios, render_nagios_end },
	{ "prometheus", true, false, NULL, render_prometheus, render_prometheus_end },
};
const size_t render_nformats = sizeof(render_formats) / sizeof(render_formats[0]);

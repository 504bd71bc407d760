/* The formats, a row each. Layer: render. */
#include "render.h"

const struct render_format render_formats[] = {
	{ "text", false, false, NULL, render_text, NULL },
	{ "json", false, false, render_json_begin, render_json, render_json_end },
	{ "ndjson", false, false, NULL, render_ndjson, NULL },
};
const size_t render_nformats = sizeof(render_formats) / sizeof(render_formats[0]);

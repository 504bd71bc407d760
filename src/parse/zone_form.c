/* What kind of file a tree of YAML or JSON is, told by its content. */
#include "zone_form.h"

#include "name.h"
#include "zone_read.h"

/* In this order: the last takes any map of records. */
static zone_form_fn *const forms[] = { form_route53, form_terraform, form_dnscontrol,
				       form_octodns };

bool zone_form_sniff(struct str text)
{
	return doc_sniff(text) || tsv_sniff(text) || js_sniff(text);
}

static bool read_tree(struct arena *a, const char *file, struct str text, struct doc_files *files,
		      const struct doc_node **root, const char **err)
{
	return js_sniff(text) ? js_read(a, file, text, root, err)
			      : doc_read(a, file, text, files, root, err);
}

bool zone_form_read(struct arena *a, const char *file, struct str text, const char *origin,
		    struct doc_files *files, struct zone_drafts *out, const char **err)
{
	const struct doc_node *root;
	bool known = false;

	*out = (struct zone_drafts){ .arena = a, .file = file };
	out->origin = origin ? origin : zone_file_origin(a, file);
	if (tsv_sniff(text)) {
		form_tsv(out, text);
		known = true;
	} else if (!read_tree(a, file, text, files, &root, err)) {
		return false;
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]) && !known; i++)
		known = forms[i](out, root);
	out->foreign = !out->err;
	if (out->err)
		*err = out->err;
	else if (!known)
		*err = arena_printf(
			a,
			"%s: neither an octoDNS zone, nor Route 53's record sets, DNSControl's print-ir or a "
			"Terraform plan",
			file);
	else if (!out->n || !out->lines)
		*err = arena_printf(a, "%s: there are no records in it", file);
	else
		return true;
	return false;
}

bool zone_form_add(struct zone_drafts *out, const char *file, struct str text,
		   struct doc_files *files)
{
	const struct doc_node *root;

	out->file = file;
	if (str_trim(text).n && doc_read(out->arena, file, text, files, &root, &out->err))
		form_octodns_add(out, root);
	return !out->err;
}

/* DNSControl: what `dnscontrol get-zones --format=js` (and djs) prints, as the tree that
 * `dnscontrol print-ir` prints of it: providers and D() with records in it. */
#include "name.h"
#include "rrtype.h"
#include "zone_js.h"

enum { PAIRS_MAX = 16 };

static bool is_scalar(const struct js_value *v)
{
	return v->kind == JS_STRING || v->kind == JS_NUMBER;
}

/* ---- the tree ---- */

static struct doc_node *node(struct js *j, enum doc_kind kind, const struct js_value *at)
{
	struct doc_node *n = ARENA_NEW(j->arena, struct doc_node);

	*n = (struct doc_node){
		.kind = kind, .line = at->line, .column = at->column, .file = j->file
	};
	if (kind == DOC_MAP)
		n->pair = arena_array(j->arena, PAIRS_MAX, sizeof(*n->pair));
	return n;
}

static struct doc_node *scalar(struct js *j, const struct js_value *at, struct str text)
{
	struct doc_node *n = node(j, DOC_SCALAR, at);

	n->text = text;
	return n;
}

static void put(struct js *j, struct doc_node *map, const char *key, const struct js_value *at,
		const struct doc_node *value)
{
	if (map->n < PAIRS_MAX)
		map->pair[map->n++] = (struct doc_pair){ scalar(j, at, str_c(key)), value };
}

struct list {
	struct doc_node *node;
	size_t cap;
};

static void append(struct js *j, struct list *l, const struct doc_node *item)
{
	l->node->item = arena_grow(j->arena, l->node->item, l->node->n, &l->cap,
				   sizeof(*l->node->item));
	l->node->item[l->node->n++] = item;
}

/* ---- records ---- */

/* What the arguments of a record are, behind its name; "target" where nothing is said. */
static const struct {
	const char *type, *key[7];
} shapes[] = {
	{ "MX", { "mxpreference", "target" } },
	{ "SRV", { "srvpriority", "srvweight", "srvport", "target" } },
	{ "CAA", { "caatag", "target" } },
	{ "TLSA", { "tlsausage", "tlsaselector", "tlsamatchingtype", "target" } },
	{ "DS", { "dskeytag", "dsalgorithm", "dsdigesttype", "dsdigest" } },
	{ "SSHFP", { "sshfpalgorithm", "sshfpfingerprint", "target" } },
	{ "NAPTR",
	  { "naptrorder", "naptrpreference", "naptrflags", "naptrservice", "naptrregexp",
	    "target" } },
	{ "R53_ALIAS", { "alias", "target" } },
};

static const char *key_of(struct str type, size_t i)
{
	for (size_t k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++)
		if (str_eq(type, str_c(shapes[k].type)))
			return i < 7 ? shapes[k].key[i] : NULL;
	return i ? NULL : "target";
}

static bool is_one_of(struct str name, const char *const *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(name, str_c(all[i])))
			return true;
	return false;
}

/* Calls that are a record, by their names. */
static bool is_record(struct str name)
{
	static const char *const types[] = { "DNSKEY",
					     "SVCB",
					     "HTTPS",
					     "SMIMEA",
					     "LOC",
					     "LUA",
					     "RP",
					     "OPENPGPKEY",
					     "HINFO",
					     "CERT",
					     "NAPTR",
					     "SSHFP",
					     "URI",
					     "DHCID",
					     "ALIAS",
					     "ANAME",
					     "URL",
					     "URL301",
					     "FRAME",
					     "AKAMAICDN",
					     "AKAMAITLC",
					     "NETLIFY",
					     "NETLIFYv6",
					     "R53_ALIAS",
					     "AZURE_ALIAS",
					     "NS1_URLFWD",
					     "TOPDNS_URLFWD",
					     "PORKBUN_URLFWD",
					     "CLOUDNS_WR",
					     "BUNNY_DNS_RDR" };

	return rrtype_from(name) || is_one_of(name, types, sizeof(types) / sizeof(types[0]));
}

/* Those that say nothing of DNS: rules of a web server, of a router. */
static bool is_other(struct str name)
{
	static const char *const families[] = { "CF_", "CLOUDFLAREAPI_", "MIKROTIK_",
						"ADGUARDHOME_" };
	static const char *const calls[] = { "DnsProvider", "NAMESERVER_TTL", "SOA" };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (str_starts(name, str_c(families[i])))
			return true;
	return is_one_of(name, calls, sizeof(calls) / sizeof(calls[0]));
}

/* The parts of a text, joined. */
static struct str join(struct js *j, const struct js_value *list)
{
	struct draft_text t = { .arena = j->arena };

	for (size_t i = 0; i < list->n; i++)
		if (list->item[i].kind == JS_STRING)
			text_str(&t, list->item[i].text);
		else
			js_fail(j, list->item[i].line, list->item[i].column, "no string");
	return t.p ? (struct str){ t.p, t.n } : S("");
}

/* TTL(300), CF_PROXY_ON and their like; what is not known changes no data. */
static void take_modifier(struct js *j, struct doc_node *record, const struct js_value *v)
{
	struct doc_node *meta;

	if (js_is(v, JS_CALL, "TTL") && v->n == 1 && is_scalar(&v->item[0])) {
		put(j, record, "ttl", v, scalar(j, v, v->item[0].text));
	} else if (js_is(v, JS_WORD, "CF_PROXY_ON") || js_is(v, JS_WORD, "CF_PROXY_FULL")) {
		meta = node(j, DOC_MAP, v);
		put(j, meta, "cloudflare_proxy", v, scalar(j, v, S("on")));
		put(j, record, "meta", v, meta);
	} else if (js_is(v, JS_WORD, "CAA_CRITICAL")) {
		put(j, record, "caaflag", v, scalar(j, v, S("128")));
	} else if (v->kind != JS_WORD && v->kind != JS_CALL && v->kind != JS_MAP) {
		js_fail(j, v->line, v->column, "an argument too many");
	}
}

/* A target without a dot is a name below the domain. */
static struct str target_of(struct js *j, struct str type, struct str text, struct str domain)
{
	static const char *const named[] = { "MX", "SRV", "NAPTR" };

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (str_eq(type, str_c(named[i])) && text.n && str_find(text, '.') < 0)
			return str_c(arena_printf(j->arena, "%.*s.%.*s.", (int)text.n, text.p,
						  (int)domain.n, domain.p));
	return text;
}

static const struct doc_node *take_record(struct js *j, const struct js_value *call,
					  struct str domain, struct str ttl)
{
	struct doc_node *record = node(j, DOC_MAP, call);
	size_t i = 1;
	const char *key;

	if (!call->n || call->item[0].kind != JS_STRING) {
		js_fail(j, call->line, call->column, "a record without a name");
		return record;
	}
	put(j, record, "type", call, scalar(j, call, call->text));
	put(j, record, "name", call, scalar(j, &call->item[0], call->item[0].text));
	if (ttl.n)
		put(j, record, "ttl", call, scalar(j, call, ttl));
	for (; i < call->n && (key = key_of(call->text, i - 1)); i++) {
		const struct js_value *v = &call->item[i];
		struct str text = v->text;

		if (v->kind == JS_LIST && str_eq(call->text, S("TXT")))
			text = join(j, v);
		else if (!is_scalar(v))
			break;
		if (strcmp(key, "alias") == 0) {
			struct doc_node *alias = node(j, DOC_MAP, v);

			put(j, alias, "type", v, scalar(j, v, text));
			put(j, record, "r53_alias", v, alias);
			continue;
		}
		if (strcmp(key, "target") == 0)
			text = target_of(j, call->text, text, domain);
		put(j, record, key, v, scalar(j, v, text));
	}
	if (key_of(call->text, i - 1) && rrtype_from(call->text))
		js_fail(j, call->line, call->column, "a record whose data is not written out");
	for (; i < call->n; i++)
		if (rrtype_from(call->text))
			take_modifier(j, record, &call->item[i]);
	return record;
}

/* ---- domains ---- */

struct domain {
	struct str name, ttl;
	struct list records, nameservers;
	bool keeps;
};

static void take_argument(struct js *j, struct domain *d, const struct js_value *v)
{
	struct doc_node *host;

	if (v->kind == JS_WORD) {
		d->keeps |= js_is(v, JS_WORD, "NO_PURGE");
	} else if (js_is(v, JS_CALL, "DefaultTTL") && v->n == 1 && is_scalar(&v->item[0])) {
		d->ttl = v->item[0].text;
	} else if (js_is(v, JS_CALL, "NAMESERVER") && v->n && v->item[0].kind == JS_STRING) {
		host = node(j, DOC_MAP, v);
		put(j, host, "name", v, scalar(j, &v->item[0], v->item[0].text));
		append(j, &d->nameservers, host);
	} else if (v->kind == JS_CALL && is_record(v->text) && !is_other(v->text)) {
		append(j, &d->records, take_record(j, v, d->name, d->ttl));
	} else if (v->kind != JS_MAP && !(v->kind == JS_CALL && is_other(v->text))) {
		js_fail(j, v->line, v->column,
			arena_printf(j->arena, "\"%.*s\" in a D()", (int)str_sub(v->text, 0, 60).n,
				     v->text.p ? v->text.p : ""));
	}
}

static const struct doc_node *take_domain(struct js *j, const struct js_value *call)
{
	struct domain d = { .ttl = S("") };
	struct doc_node *out = node(j, DOC_MAP, call);

	if (!call->n || call->item[0].kind != JS_STRING) {
		js_fail(j, call->line, call->column, "a D() without a name");
		return out;
	}
	d.name = call->item[0].text;
	d.records.node = node(j, DOC_LIST, call);
	d.nameservers.node = node(j, DOC_LIST, call);
	for (size_t i = 1; i < call->n && !j->err; i++)
		take_argument(j, &d, &call->item[i]);
	put(j, out, "name", call, scalar(j, &call->item[0], d.name));
	put(j, out, "records", call, d.records.node);
	put(j, out, "nameservers", call, d.nameservers.node);
	if (d.keeps)
		put(j, out, "keepunknown", call, scalar(j, call, S("true")));
	return out;
}

/* ---- the whole ---- */

static bool is_declaration(struct str s)
{
	return str_eq(s, S("var")) || str_eq(s, S("let")) || str_eq(s, S("const"));
}

bool js_sniff(struct str text)
{
	struct js j = { .text = str_starts(text, S("\xef\xbb\xbf")) ? str_from(text, 3) : text };
	struct str first = js_word(&j);

	if (is_declaration(first))
		return js_word(&j).n && js_take(&j, '=');
	if (!str_eq(first, S("D")) || !js_take(&j, '('))
		return false;
	return js_peek(&j) == '"' || js_peek(&j) == '\'';
}

/* "var DSP = NewDnsProvider(…)" or "D(…)". */
static void read_statement(struct js *j, struct list *domains)
{
	struct js_value v;

	if (!js_value(j, 0, &v))
		return;
	if (v.kind == JS_WORD && is_declaration(v.text)) {
		if (!js_word(j).n || !js_take(j, '='))
			js_fail_here(j, "no assignment");
		else if (js_value(j, 0, &v) && !js_is(&v, JS_CALL, "NewDnsProvider") &&
			 !js_is(&v, JS_CALL, "NewRegistrar"))
			js_fail(j, v.line, v.column, "a variable");
	} else if (js_is(&v, JS_CALL, "D")) {
		append(j, domains, take_domain(j, &v));
	} else {
		js_fail(j, v.line, v.column, "neither a provider nor a D()");
	}
	while (js_take(j, ';'))
		;
}

bool js_read(struct arena *a, const char *file, struct str text, const struct doc_node **root,
	     const char **err)
{
	struct js j = { .arena = a, .file = file, .text = text, .line = 1 };
	const struct js_value top = { .line = 1, .column = 1 };
	struct doc_node *map = node(&j, DOC_MAP, &top);
	struct list domains = { .node = node(&j, DOC_LIST, &top) };

	if (str_starts(text, S("\xef\xbb\xbf")))
		j.at = j.line_at = 3;
	put(&j, map, "domains", &top, domains.node);
	while (!j.err && (js_peek(&j) || j.at < text.n))
		read_statement(&j, &domains);
	*root = map;
	*err = j.err;
	return !j.err;
}

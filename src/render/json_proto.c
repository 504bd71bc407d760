/* The JSON of the protocols: "protocols" of the audit's object. Keys in the order of the interface,
 * our additions behind them. Layer: render. */
#include "json_value.h"

#include "name.h"

enum {
	TREE_DEPTH = 12, /* an include chain longer than this is over the limit anyway */
	TREE_NODES = 150,
};

/* ---- SPF ---- */

struct tree {
	struct js *js;
	unsigned nodes;
};

static json_t *spf_tree(struct tree *t, const struct spf_node *n, unsigned depth);

static void set_term(struct js *js, json_t *o, const struct spf_cost *c)
{
	js_set(js, o, "term", js_text(js, c->term->text));
	if (!js_is_utf8(c->term->text))
		js_set(js, o, "hex", js_hex(js, c->term->text));
	js_set(js, o, "lookups", js_number(js, c->lookups));
	js_set(js, o, "void", js_bool(c->is_void));
	js_set(js, o, "void_lookups", js_number(js, c->voids));
	js_set(js, o, "void_lookups_ipv4", js_number(js, c->voids4));
	js_set(js, o, "void_lookups_ipv6", js_number(js, c->voids6));
	js_set(js, o, "runs", js_bool(c->runs));
	js_set(js, o, "note", js_words(js, c->note));
}

static json_t *spf_term(struct tree *t, const struct spf_cost *c, unsigned depth)
{
	json_t *o = js_object(t->js);

	set_term(t->js, o, c);
	if (c->child && depth < TREE_DEPTH && t->nodes < TREE_NODES)
		js_set(t->js, o, "record", spf_tree(t, c->child, depth + 1));
	else
		js_set(t->js, o, c->child ? "truncated" : "record",
		       c->child ? js_bool(true) : json_null());
	return o;
}

static json_t *spf_tree(struct tree *t, const struct spf_node *n, unsigned depth)
{
	struct js *js = t->js;
	json_t *o = js_object(js), *terms = js_array(js);

	t->nodes++;
	js_set(js, o, "domain", js_words(js, n->domain));
	js_set_record(js, o, "text", n->rr);
	js_set(js, o, "lookups", js_number(js, n->lookups));
	js_set(js, o, "void_lookups", js_number(js, n->voids));
	for (size_t i = 0; i < n->nterms; i++)
		js_push(js, terms, spf_term(t, &n->terms[i], depth));
	js_set(js, o, "terms", terms);
	return o;
}

static json_t *spf_evaluation(struct js *js, const struct spf_evaluation *e)
{
	json_t *o = js_object(js);

	js_set(js, o, "ip", js_words(js, ip_text(js->arena, e->ip)));
	js_set(js, o, "result", js_words(js, spf_result_name(e->result)));
	js_set(js, o, "mechanism", e->term ? js_text(js, e->term->text) : json_null());
	js_set(js, o, "mechanism_domain", js_words(js, e->term ? e->term_domain : NULL));
	js_set(js, o, "why", js_words(js, e->why));
	js_set(js, o, "lookups", js_number(js, e->lookups));
	js_set(js, o, "void_lookups", js_number(js, e->voids));
	return o;
}

static void set_spf(struct js *js, json_t *o, const struct report *r)
{
	const struct spf_view *v = &r->spf;
	const struct spf_node *root = v->root && v->root->spf ? v->root : NULL;
	json_t *records = js_array(js), *hex = js_array(js), *terms = js_array(js);
	json_t *evaluated = js_array(js);
	struct tree tree = { .js = js };
	bool clean = true;

	for (size_t i = 0; i < v->nrecords; i++) {
		struct str text = rr_text(js->arena, v->records[i]);
		bool ok = js_is_utf8(text);

		js_push(js, records, js_text(js, text));
		js_push(js, hex, ok ? json_null() : js_hex(js, text));
		clean = clean && ok;
	}
	js_set(js, o, "records", records);
	if (!clean)
		js_set(js, o, "hex", hex);
	js_set(js, o, "lookups", js_number_if(js, root != NULL, root ? root->lookups : 0));
	js_set(js, o, "void_lookups", js_number_if(js, root != NULL, root ? root->voids : 0));
	js_set(js, o, "void_lookups_ipv4", js_number_if(js, root != NULL, root ? root->voids4 : 0));
	js_set(js, o, "void_lookups_ipv6", js_number_if(js, root != NULL, root ? root->voids6 : 0));
	for (size_t i = 0; root && i < root->nterms; i++) {
		json_t *term = js_object(js);

		set_term(js, term, &root->terms[i]);
		js_set(js, term, "first_lookup",
		       js_number_if(js, root->terms[i].first, root->terms[i].first));
		js_set(js, term, "last_lookup",
		       js_number_if(js, root->terms[i].first, root->terms[i].last));
		js_set(js, term, "cut", js_words(js, root->terms[i].cut));
		js_push(js, terms, term);
	}
	js_set(js, o, "terms", terms);
	js_set(js, o, "mended", js_words(js, v->mended));
	js_set(js, o, "mended_lookups",
	       js_number_if(js, v->mended != NULL, v->mended ? v->mended_lookups : 0));
	for (size_t i = 0; i < v->nevaluated; i++)
		js_push(js, evaluated, spf_evaluation(js, &v->evaluated[i]));
	js_set(js, o, "evaluated", evaluated);
	js_set(js, o, "tree", root ? spf_tree(&tree, root, 1) : json_null());
}

/* ---- DKIM ---- */

static json_t *dkim_type(struct js *js, const struct dkim_key *k)
{
	if (!k)
		return json_null();
	if (k->type == DKIM_RSA)
		return js_words(js, "rsa");
	return k->type == DKIM_ED25519 ? js_words(js, "ed25519") : js_text(js, k->type_text);
}

static void set_dkim(struct js *js, json_t *o, const struct report *r)
{
	json_t *keys = js_array(js);

	js_set(js, o, "asked", js_number(js, r->dkim.asked));
	js_set(js, o, "in_zone", js_bool(r->dkim.in_zone));
	js_set(js, o, "wildcard", js_presence(r->dkim.wildcard));
	for (size_t i = 0; i < r->dkim.nkeys; i++) {
		const struct dkim_key_view *v = &r->dkim.keys[i];
		const struct dkim_key *k = v->key;
		json_t *key = js_object(js);

		js_set(js, key, "selector", js_words(js, v->selector));
		js_set(js, key, "type", dkim_type(js, k));
		js_set(js, key, "bits", js_number_if(js, k && k->bits, k ? k->bits : 0));
		js_set(js, key, "cname", js_words(js, v->cname));
		js_set(js, key, "revoked", k ? js_bool(k->revoked) : json_null());
		js_set(js, key, "testing", k ? js_bool(k->testing) : json_null());
		js_set(js, key, "usable", k ? js_bool(k->usable) : json_null());
		js_set(js, key, "provider", js_words(js, v->provider));
		js_set(js, key, "given", js_bool(v->given));
		js_set_record(js, key, "record", v->rr);
		js_push(js, keys, key);
	}
	js_set(js, o, "keys", keys);
}

/* ---- DMARC ---- */

static json_t *policy(struct js *js, enum dmarc_policy p)
{
	return js_words(js, dmarc_policy_name(p));
}

static json_t *uris(struct js *js, const struct uri *u, size_t n)
{
	json_t *list = js_array(js);

	for (size_t i = 0; i < n; i++)
		js_push(js, list, js_text(js, u[i].text));
	return list;
}

static void set_dmarc(struct js *js, json_t *o, const struct report *r)
{
	const struct dmarc_view *d = &r->dmarc;

	js_set_record(js, o, "record", d->rr);
	js_set(js, o, "found_at", js_words(js, d->found_at));
	js_set(js, o, "policy", policy(js, d->policy));
	js_set(js, o, "subdomain_policy", policy(js, d->subdomain_policy));
	js_set(js, o, "effective_policy", policy(js, d->effective_policy));
	js_set(js, o, "organizational_domain", js_words(js, d->organizational_domain));
	js_set(js, o, "psl_organizational_domain", js_words(js, d->psl_organizational_domain));
	js_set(js, o, "inherited", js_bool(d->inherited));
	js_set(js, o, "testing", d->record ? js_bool(d->record->testing) : json_null());
	js_set(js, o, "rua",
	       uris(js, d->record ? d->record->rua : NULL, d->record ? d->record->nrua : 0));
}

/* ---- MX, PTR ---- */

static json_t *addresses(struct js *js, const struct address_view *a, size_t n)
{
	json_t *list = js_array(js);

	for (size_t i = 0; i < n; i++) {
		json_t *o = js_object(js), *ptr = js_array(js);

		js_set(js, o, "ip", js_words(js, ip_text(js->arena, a[i].ip)));
		for (size_t j = 0; j < a[i].nptr; j++)
			js_push(js, ptr, js_words(js, a[i].ptr[j]));
		js_set(js, o, "ptr", ptr);
		js_set(js, o, "fcrdns", js_presence(a[i].fcrdns));
		js_push(js, list, o);
	}
	return list;
}

static void set_mx(struct js *js, json_t *o, const struct report *r)
{
	json_t *hosts = js_array(js);

	js_set(js, o, "null_mx", js_bool(r->mx.null_mx));
	for (size_t i = 0; i < r->mx.nhost; i++) {
		const struct mx_host_view *h = &r->mx.host[i];
		json_t *host = js_object(js);

		js_set(js, host, "name", js_words(js, h->name));
		js_set(js, host, "preference", js_number(js, h->preference));
		js_set(js, host, "addresses", addresses(js, h->address, h->naddress));
		js_push(js, hosts, host);
	}
	js_set(js, o, "hosts", hosts);
	js_set(js, o, "implicit", js_bool(r->mx.implicit));
}

static void set_ptr(struct js *js, json_t *o, const struct report *r)
{
	js_set(js, o, "addresses", addresses(js, r->ptr.address, r->ptr.naddress));
}

/* ---- MTA-STS, TLS-RPT ---- */

static void set_mta_sts(struct js *js, json_t *o, const struct report *r)
{
	const struct mta_sts_policy *p = r->mta_sts.policy;
	json_t *mx = js_array(js);

	js_set_record(js, o, "record", r->mta_sts.rr);
	js_set(js, o, "mode", js_words(js, p ? mta_sts_mode_name(p->mode) : NULL));
	js_set(js, o, "max_age", js_number_if(js, p && p->max_age_s >= 0, p ? p->max_age_s : 0));
	for (size_t i = 0; p && i < p->nmx; i++)
		js_push(js, mx, js_words(js, p->mx[i].pattern));
	js_set(js, o, "mx", mx);
}

static void set_tls_rpt(struct js *js, json_t *o, const struct report *r)
{
	const struct tls_rpt *t = r->tls_rpt.record;

	js_set_record(js, o, "record", r->tls_rpt.rr);
	js_set(js, o, "rua", uris(js, t ? t->rua : NULL, t ? t->nrua : 0));
}

/* ---- DANE ---- */

static json_t *tlsa_records(struct js *js, const struct dane_host_view *h)
{
	json_t *list = js_array(js);

	for (size_t i = 0; i < h->ntlsa; i++) {
		const struct tlsa *t = &h->tlsa[i];
		json_t *o = js_object(js);

		js_set(js, o, "usage", js_number(js, t->usage));
		js_set(js, o, "selector", js_number(js, t->selector));
		js_set(js, o, "matching", js_number(js, t->matching));
		js_set(js, o, "data", js_hex(js, t->data));
		js_set(js, o, "usable", js_bool(t->usable));
		js_push(js, list, o);
	}
	return list;
}

static void set_dane(struct js *js, json_t *o, const struct report *r)
{
	json_t *hosts = js_array(js);

	for (size_t i = 0; i < r->dane.nhost; i++) {
		const struct dane_host_view *h = &r->dane.host[i];
		json_t *host = js_object(js);

		js_set(js, host, "name", js_words(js, h->name));
		js_set(js, host, "secure", h->ntlsa ? js_presence(h->secure) : json_null());
		js_set(js, host, "tlsa", tlsa_records(js, h));
		js_set(js, host, "matches", js_presence(h->matches));
		js_push(js, hosts, host);
	}
	js_set(js, o, "hosts", hosts);
}

/* ---- SMTP ---- */

static json_t *certificate(struct js *js, const struct smtp_talk *t)
{
	json_t *o, *names;

	if (!t || !t->ncert)
		return json_null();
	o = js_object(js);
	names = js_array(js);
	js_set(js, o, "subject", js_words(js, t->cert[0].subject));
	js_set(js, o, "issuer", js_words(js, t->cert[0].issuer));
	js_set(js, o, "not_before", js_number(js, t->cert[0].from_s));
	js_set(js, o, "not_after", js_number(js, t->cert[0].until_s));
	for (size_t i = 0; i < t->cert[0].nname; i++)
		js_push(js, names, js_words(js, t->cert[0].name[i]));
	js_set(js, o, "names", names);
	js_set(js, o, "trust", js_words(js, smtp_pkix_word(t->pkix)));
	js_set(js, o, "chain", js_number(js, (long long)t->ncert));
	js_set(js, o, "sha256",
	       js_hex(js, (struct str){ (const char *)t->cert[0].cert256, SMTP_SHA256 }));
	js_set(js, o, "spki_sha256",
	       js_hex(js, (struct str){ (const char *)t->cert[0].spki256, SMTP_SHA256 }));
	return o;
}

static void set_smtp(struct js *js, json_t *o, const struct report *r)
{
	json_t *hosts = js_array(js);

	for (size_t i = 0; i < r->smtp.nhost; i++) {
		const struct fact *f = r->smtp.host[i].fact;
		const struct smtp_talk *t = f ? f->smtp : NULL;
		json_t *host = js_object(js);

		js_set(js, host, "name", js_words(js, r->smtp.host[i].name));
		js_set(js, host, "ip", t ? js_words(js, ip_text(js->arena, t->ip)) : json_null());
		js_set(js, host, "banner", js_words(js, t ? t->banner : NULL));
		js_set(js, host, "starttls", js_words(js, t ? smtp_tls_word(t->tls) : NULL));
		js_set(js, host, "requiretls",
		       t ? js_bool(smtp_offers(t, "REQUIRETLS")) : json_null());
		js_set(js, host, "tls",
		       js_words(js, t && t->tls == SMTP_TLS_OK ? t->version : NULL));
		js_set(js, host, "certificate", certificate(js, t));
		js_set(js, host, "why",
		       js_words(js, f && f->state == FACT_LOST ? fact_why_word(f->why) : NULL));
		js_push(js, hosts, host);
	}
	js_set(js, o, "hosts", hosts);
}

static void set_dnsbl(struct js *js, json_t *o, const struct report *r)
{
	js_set(js, o, "lists", js_number(js, r->dnsbl.lists));
	js_set(js, o, "answering", js_number(js, r->dnsbl.answering));
	js_set(js, o, "listings", js_number(js, r->dnsbl.listings));
}

/* ---- DNSSEC ---- */

static void set_dnssec(struct js *js, json_t *o, const struct report *r)
{
	const struct fact *ds = r->dnssec.ds;
	json_t *list = js_array(js);

	js_set(js, o, "validated", js_presence(r->dnssec.validated));
	for (size_t i = 0; ds && i < ds->nrr; i++) {
		const unsigned char *p = (const unsigned char *)ds->rr[i].data.p;
		json_t *one = js_object(js);

		if (ds->rr[i].data.n < 4)
			continue;
		js_set(js, one, "key_tag", js_number(js, p[0] << 8 | p[1]));
		js_set(js, one, "algorithm", js_number(js, p[2]));
		js_set(js, one, "digest_type", js_number(js, p[3]));
		js_push(js, list, one);
	}
	js_set(js, o, "ds", list);
}

/* ---- BIMI ---- */

static void set_bimi(struct js *js, json_t *o, const struct report *r)
{
	const struct bimi *b = r->bimi.record;

	js_set_record(js, o, "record", r->bimi.rr);
	js_set(js, o, "logo", b && b->l && b->l->value.n ? js_text(js, b->l->value) : json_null());
	js_set(js, o, "certificate",
	       b && b->a && b->a->value.n ? js_text(js, b->a->value) : json_null());
	js_set(js, o, "declines", b ? js_bool(b->declines) : json_null());
}

typedef void set_fn(struct js *js, json_t *o, const struct report *r);

static set_fn *const setters[PROTO_COUNT] = {
	[PROTO_SPF] = set_spf,         [PROTO_DKIM] = set_dkim,     [PROTO_DMARC] = set_dmarc,
	[PROTO_MX] = set_mx,           [PROTO_PTR] = set_ptr,       [PROTO_MTA_STS] = set_mta_sts,
	[PROTO_TLS_RPT] = set_tls_rpt, [PROTO_DANE] = set_dane,     [PROTO_SMTP] = set_smtp,
	[PROTO_DNSBL] = set_dnsbl,     [PROTO_DNSSEC] = set_dnssec, [PROTO_BIMI] = set_bimi,
};

json_t *json_protocol(struct js *js, const struct report *r, enum proto proto)
{
	json_t *o = js_object(js);

	js_set(js, o, "status", js_words(js, status_name(r->status[proto])));
	setters[proto](js, o, r);
	return o;
}

/* SPF: what is wrong in the record that counts, term by term. Header: spf_parts.h. */
#include "mend.h"
#include "name.h"
#include "spf_macro.h"
#include "spf_parts.h"

enum { TEXT_ADVISED = 450, ANSWER_PLAIN = 512, ANSWER_UDP = 1232 };

struct finding *spf_found(struct check *c, enum rule_id rule, const struct rr *rr, struct span at)
{
	struct finding *f = found(c, rule, c->domain, c->report->spf.fact, rr);

	f->at = at;
	return f;
}

/* ---- what is wrong in the record ---- */

static bool starts_at_cut(const struct rr *rr, uint32_t at)
{
	for (uint32_t i = 0; i < rr->ncuts; i++)
		if (rr->cuts[i] == at)
			return true;
	return false;
}

static void check_faults(struct check *c, const struct spf_node *n)
{
	const struct spf *spf = n->spf;
	const char *fix = spf->faults.n ? spf_mended(c->arena, c->domain, spf) : NULL;

	for (size_t i = 0; i < spf->faults.n; i++) {
		const struct fault *fault = &spf->faults.item[i];
		struct finding *f = spf_found(c, spf_fault_rule(fault), n->rr, fault->at);

		f->detail = fault->detail;
		if (fault->code == SPF_FAULT_GLUED && starts_at_cut(n->rr, fault->at.at))
			f->detail =
				"a character-string ends before this term, and strings are joined without a blank";
		f->fix = fix;
	}
}

static bool is_mechanism_name(struct str name)
{
	static const char *const names[] = { "all", "include", "a",  "mx",   "ptr", "ip4",
					     "ip6", "exists",  "ip", "ipv4", "ipv6" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (str_eq_ci(name, str_c(names[i])))
			return true;
	return str_near(name, "include") || str_near(name, "exists");
}

static bool has_modifier(const struct spf *spf, struct str name)
{
	for (size_t i = 0; i < spf->n; i++)
		if (spf->term[i].kind == SPF_UNKNOWN_MODIFIER && str_eq_ci(spf->term[i].name, name))
			return true;
	return false;
}

static bool is_reporting(const struct spf_term *t)
{
	return str_eq_ci(t->name, S("ra")) || str_eq_ci(t->name, S("rp")) ||
	       str_eq_ci(t->name, S("rr"));
}

static void check_modifier(struct check *c, const struct spf_node *n, const struct spf_term *t)
{
	struct finding *f;

	if (t->faulty)
		return;
	if (spf_is_other_record(t)) {
		f = spf_found(c, RULE_SPF_PASTED, n->rr, t->at);
		f->detail = arena_printf(c->arena,
					 "%.*s and what follows it belong to a record of their own",
					 (int)t->text.n, t->text.p);
		f->fix = spf_mended(c->arena, c->domain, n->spf);
	} else if (spf_is_version(t)) {
		f = spf_found(c, RULE_SPF_REPEATED_VERSION, n->rr, t->at);
		f->fix = spf_mended(c->arena, c->domain, n->spf);
	} else if (is_mechanism_name(t->name)) {
		f = spf_found(c, RULE_SPF_MODIFIER_TYPO, n->rr, t->at);
		f->detail = arena_printf(c->arena, "%.*s is ignored by every receiver",
					 (int)t->text.n, t->text.p);
		f->fix = spf_mended(c->arena, c->domain, n->spf);
	} else if (is_reporting(t)) {
		f = spf_found(c, RULE_SPF_6652, n->rr, t->at);
		if (!str_eq_ci(t->name, S("ra")) && !has_modifier(n->spf, S("ra")))
			f->detail = arena_printf(c->arena,
						 "%.*s says nothing without ra=", (int)t->text.n,
						 t->text.p);
	} else {
		spf_found(c, RULE_SPF_UNKNOWN_MODIFIER, n->rr, t->at);
	}
}

/* ---- terms ---- */

static void check_qualifier(struct check *c, const struct spf_node *n, const struct spf_term *t)
{
	bool authorizes = t->kind == SPF_IP4 || t->kind == SPF_IP6 || t->kind == SPF_A ||
			  t->kind == SPF_MX || t->kind == SPF_EXISTS;

	if (t->kind == SPF_INCLUDE && t->qualifier != '+')
		spf_found(c, RULE_SPF_INCLUDE_QUALIFIER, n->rr, t->at);
	else if (authorizes && t->qualifier == '?')
		spf_found(c, RULE_SPF_NEUTRAL_MECH, n->rr, t->at);
}

/* What a macro's value is, for people. */
static const char *macro_text(struct check *c, const char *letters)
{
	static const struct {
		char letter;
		const char *text;
	} words[] = {
		{ 'i', "the client's address" }, { 'l', "the sender's mailbox" },
		{ 's', "the sender's address" }, { 'h', "the HELO name" },
		{ 'p', "the client's name" },    { 'v', "the client's address family" },
	};
	const char *text = NULL;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strchr(letters, words[i].letter))
			text = text ? arena_printf(c->arena, "%s and %s", text, words[i].text)
				    : words[i].text;
	return text;
}

static void check_macros(struct check *c, const struct spf_node *n, const struct spf_term *t)
{
	char letters[16];
	const char *text;

	if (!t->has_macro || t->faulty)
		return;
	spf_macro_letters(t->domain, letters);
	text = macro_text(c, letters);
	if (strchr(letters, 'p'))
		spf_found(c, RULE_SPF_PTR_MACRO, n->rr, t->at);
	else if (t->kind != SPF_EXP && t->kind != SPF_UNKNOWN_MODIFIER && text)
		spf_found(c, RULE_SPF_MACRO_STATIC, n->rr, t->at)->detail = arena_printf(
			c->arena, "%.*s depends on %s", (int)t->text.n, t->text.p, text);
}

/* An explain-string: words of macros, parted by blanks (RFC 7208 6.2). */
static bool is_explanation(struct str s)
{
	while (s.n) {
		ptrdiff_t blank = str_find(s, ' ');
		struct str word = blank < 0 ? s : str_sub(s, 0, (size_t)blank);
		bool has_macro;
		size_t bad;

		s = str_from(s, blank < 0 ? s.n : (size_t)blank + 1);
		if (!spf_macro_string_ok(word, true, &bad, &has_macro))
			return false;
	}
	return true;
}

static void check_exp(struct check *c, struct spf_walk *w, const struct spf_node *n,
		      const struct spf_term *t)
{
	const char *target = t->faulty ? NULL : spf_term_target(c, t, c->domain), *what = NULL;
	const struct fact *f;

	if (!target)
		return;
	f = look_dns(c->look, RR_TXT, target);
	if (fact_is_open(f))
		w->open = true;
	if (f->state == FACT_NONE)
		what = "has no TXT record";
	else if (f->state == FACT_SOME && f->nrr > 1)
		what = "has several TXT records";
	else if (f->state == FACT_SOME && !is_explanation(f->rr[0].data))
		what = "has a text with a broken macro, or with characters outside ASCII";
	if (what)
		spf_found(c, RULE_SPF_EXP, n->rr, t->at)->detail = arena_printf(c->arena, "%s %s",
										target, what);
}

/* Two terms that read as one legal term. */
static void check_glued(struct check *c, const struct spf_node *n, const struct spf_term *t)
{
	size_t at = t->faulty ? 0 : spf_glued_at(t);
	struct finding *f;

	if (!at)
		return;
	f = spf_found(c, RULE_SPF_SPLIT_NOSPACE, n->rr,
		      (struct span){ t->at.at + (uint32_t)at, t->at.len - (uint32_t)at });
	f->detail =
		starts_at_cut(n->rr, f->at.at)
			? "a character-string ends before this term, and strings are joined without a blank"
			: "no blank stands before this term";
	f->fix = spf_mended(c->arena, c->domain, n->spf);
}

/* "include:https://spf.example.net" is legal, and no name of a host. */
static void check_url(struct check *c, const struct spf_node *n, const struct spf_term *t)
{
	ptrdiff_t at = str_find_str_ci(t->domain, S("://"));
	struct span span = t->domain_at;

	if (t->faulty || at < 0)
		return;
	span.len = (uint32_t)at + 3;
	spf_found(c, RULE_SPF_DOMAIN_SPEC, n->rr, span)->detail =
		"a domain belongs here, without https:// or the like before it";
}

static void check_terms(struct check *c, struct spf_walk *w, const struct spf_node *n)
{
	bool after_all = false;

	for (size_t i = 0; i < n->spf->n; i++) {
		const struct spf_term *t = &n->spf->term[i];

		if (t->kind == SPF_ALL && after_all)
			spf_found(c, RULE_SPF_DUP_ALL, n->rr, t->at)->fix = spf_tidy(c, n);
		else if (after_all && t->kind < SPF_REDIRECT)
			spf_found(c, RULE_SPF_TERMS_AFTER_ALL, n->rr, t->at)->fix = spf_tidy(c, n);
		after_all |= t->kind == SPF_ALL;
		if (t->kind == SPF_UNKNOWN_MODIFIER)
			check_modifier(c, n, t);
		check_glued(c, n, t);
		check_url(c, n, t);
		if (t->kind == SPF_PTR && !t->faulty)
			spf_found(c, RULE_SPF_PTR, n->rr, t->at);
		if ((t->kind == SPF_IP4 || t->kind == SPF_IP6) && !t->faulty)
			spf_check_network(c, n, t);
		if (t->kind == SPF_EXP)
			check_exp(c, w, n, t);
		if (!t->faulty && t->qualifier)
			check_qualifier(c, n, t);
		check_macros(c, n, t);
	}
	if (n->spf->redirect && n->spf->all)
		spf_found(c, RULE_SPF_REDIRECT_WITH_ALL, n->rr, n->spf->redirect->at)->fix =
			spf_tidy(c, n);
}

/* The record whose end counts: the root, or what its redirects lead to. NULL: not known. */
static const struct spf_node *last_record(const struct spf_node *n)
{
	for (unsigned i = 0; n && i < 12 && !n->spf->all && n->spf->redirect; i++) {
		const struct spf_node *next = NULL;

		for (size_t k = 0; k < n->nterms; k++)
			if (n->terms[k].term == n->spf->redirect)
				next = n->terms[k].child;
		n = next;
	}
	return n;
}

static void check_end(struct check *c, const struct spf_node *root)
{
	const struct spf_node *n = last_record(root);
	const struct spf_term *which;
	struct span at;

	if (spf_passes_all(root->spf, &which)) {
		spf_found(c, RULE_SPF_PLUS_ALL, root->rr, which->at);
		return;
	}
	if (!n || n->spf->faults.n)
		return;
	at = n == root && n->spf->all ? n->spf->all->at : (struct span){ 0, 0 };
	if (!n->spf->all) {
		/* a record of faults may have lost its all in one of them */
		spf_found(c, n->spf->n ? RULE_SPF_NO_ALL : RULE_SPF_EMPTY, root->rr, at);
	} else if (n->spf->all->qualifier == '?' && c->report->intent != INTENT_PARKED) {
		spf_found(c, RULE_SPF_NEUTRAL_ALL, root->rr, at);
	} else if (c->report->intent == INTENT_PARKED &&
		   (n->spf->all->qualifier == '?' || !spf_passes_nobody(root))) {
		struct finding *f = spf_found(c, RULE_SPF_NOMAIL, root->rr, at);

		f->detail = spf_passes_nobody(root)
				    ? "it ends with ?all, which does not say that nobody sends"
				    : "it still names senders";
		f->fix = mend_txt(c->arena, c->domain, S("v=spf1 -all"));
	} else if (c->report->intent == INTENT_SENDS) {
		spf_found(c,
			  n->spf->all->qualifier == '~' ? RULE_SPF_SOFTFAIL_ALL : RULE_SPF_FAIL_ALL,
			  root->rr, at);
	}
}

/* Octets of the answer; zone files have no messages, so theirs is reckoned: header, question, OPT,
 * and the records with their names compressed. */
static size_t answer_size(const struct fact *txt)
{
	uint8_t wire[255];
	size_t n = 12 + name_to_wire(txt->name, wire) + 4 + 11;

	if (txt->size)
		return txt->size;
	for (size_t i = 0; i < txt->nrr; i++)
		n += 12 + txt->rr[i].data.n + txt->rr[i].ncuts + 1;
	return n;
}

static void check_size(struct check *c, const struct fact *txt, const struct spf_node *root)
{
	size_t answer = answer_size(txt), text = root->rr->data.n;
	struct finding *f;

	if (answer > ANSWER_UDP) {
		f = spf_found(c, RULE_SPF_SIZE_TCP, root->rr, (struct span){ 0, 0 });
		f->detail = arena_printf(c->arena,
					 "the answer has %zu octets, %zu of them the SPF record's",
					 answer, text);
	} else if (text > TEXT_ADVISED) {
		f = spf_found(c, RULE_SPF_SIZE, root->rr, (struct span){ 0, 0 });
		f->detail = arena_printf(c->arena, "the record has %zu octets, the answer %zu",
					 text, answer);
	} else if (answer > ANSWER_PLAIN) {
		f = spf_found(c, RULE_SPF_SIZE_ANSWER, root->rr, (struct span){ 0, 0 });
		f->detail = arena_printf(
			c->arena, "the answer has %zu octets: %zu TXT record%s stand at the name",
			answer, txt->nrr, txt->nrr == 1 ? "" : "s");
	}
}

/* Which look-ups of the whole evaluation each term is. */
static void number_lookups(struct spf_node *root)
{
	unsigned spent = 0;

	for (size_t i = 0; i < root->nterms; i++) {
		struct spf_cost *cost = &root->terms[i];

		if (!cost->lookups)
			continue;
		cost->first = spent + 1;
		spent += cost->lookups;
		cost->last = spent;
	}
}

void spf_check_record(struct check *c)
{
	struct spf_walk w = { .c = c };
	struct spf_node *root = &spf_walk_from(&w, c->domain)->node;

	c->report->spf.root = root;
	number_lookups(root);
	check_faults(c, root);
	check_terms(c, &w, root);
	check_size(c, c->report->spf.fact, root);
	spf_check_networks(c, root);
	if (w.open) {
		c->report->presence[PROTO_SPF] = PRESENCE_OPEN;
		return;
	}
	spf_check_cuts(c, root);
	spf_check_services(c, root);
	spf_check_costs(c, root);
	if (!root->spf->faults.n)
		check_end(c, root);
}

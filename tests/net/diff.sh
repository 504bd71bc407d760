#!/usr/bin/env bash
# authcheck diff: a real git repository, a hook, saved audits, suppressions, and real changes where the corpora are.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")
top=$PWD
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-diff.XXXXXX")
trap 'rm -rf "$work"' EXIT
export TMPDIR=$work/tmp HOME=$work GIT_CONFIG_NOSYSTEM=1
mkdir "$TMPDIR"
. tests/net/lib_expect.sh

left() { [ -z "$(ls -A "$TMPDIR")" ]; }

# ---- zones, of which one includes the other ----
zones() { # FOLDER LOOKUPS: ten is what is allowed, mx and the include are two of them
	local i terms='' hosts=''
	mkdir -p "$1"
	cat >"$1/example.com.zone" <<'Z'
$ORIGIN example.com.
$TTL 300
@ SOA ns hostmaster 1 7200 900 1209600 300
@ NS ns
ns A 93.184.215.1
@ MX 10 mx
mx A 93.184.215.2
@ TXT "v=spf1 mx include:spf.example.net -all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
Z
	for ((i = 1; i <= $2 - 2; i++)); do
		terms+=" a:h$i.example.net"
		hosts+="h$i A 93.184.216.$i"$'\n'
	done
	cat >"$1/example.net.zone" <<Z
\$ORIGIN example.net.
\$TTL 300
@ SOA ns hostmaster 1 7200 900 1209600 300
@ NS ns
@ TXT "v=spf1 -all"
@ MX 0 .
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
spf TXT "v=spf1$terms -all"
ns A 93.184.215.1
$hosts
Z
}
zones "$work/good" 9
zones "$work/better" 10
zones "$work/bad" 11

expect 0 'Nothing that mail depends on' diff --offline "$work/good" "$work/good"
expect 0 '0 findings? new' diff --offline -v "$work/good" "$work/better"
expect 1 'bad/example.net.zone:8' diff --offline "$work/better" "$work/bad"
expect 1 'of 3 names concerned, 2 changed' diff --offline "$work/better" "$work/bad"
expect 1 '^ *because of: spf.example.net TXT' diff --offline "$work/better" "$work/bad"
expect 0 '^better:' diff --offline "$work/bad" "$work/better"
expect 0 '' diff --offline --fail-on never "$work/better" "$work/bad"
expect 0 'still there' diff --offline "$work/bad" "$work/bad" example.com
expect 2 'diff compares two' diff --offline "$work/good"
expect 2 'No such file' diff --offline "$work/good" "$work/none"
expect 2 'no zone file in this folder' diff --offline "$work/good" "$TMPDIR"

# Moved lines and other TTLs are nothing new.
mkdir "$work/moved"
sed 's/^\$TTL 300/$TTL 3600/; s/^ns A/\n\n; moved\nns A/' "$work/bad/example.com.zone" >"$work/moved/example.com.zone"
cp "$work/bad/example.net.zone" "$work/moved"
expect 0 '0 findings new, 0 gone' diff --offline "$work/bad" "$work/moved"

# A zone that name servers refuse.
mkdir "$work/refused"
cp "$work/good/"* "$work/refused"
echo 'mx CNAME other' >>"$work/refused/example.com.zone"
expect 1 'zone-cname-other' diff --offline "$work/good" "$work/refused"
expect 0 '' diff --offline "$work/refused" "$work/good"

# ---- saved audits and tapes; the baseline ----
for state in better bad; do
	"$authcheck" --offline --zone "$work/$state/example.com.zone" --zone "$work/$state/example.net.zone" --format json \
		--record "$work/$state.tape" >"$work/$state.json"
	"$authcheck" --offline --zone "$work/$state/example.com.zone" --zone "$work/$state/example.net.zone" --format ndjson >"$work/$state.ndjson"
done
expect 1 'spf-lookup-limit' diff "$work/better.json" "$work/bad.json"
expect 0 '' diff "$work/bad.ndjson" "$work/better.json"
expect 0 '0 findings new, 0 gone' diff "$work/bad.json" "$work/bad.ndjson"
expect 1 'spf-lookup-limit' diff --offline "$work/better.tape" "$work/bad.tape" example.com
expect 1 'spf-lookup-limit' diff --offline "$work/better.json" "$work/bad" example.com
expect 2 'line 1' diff "$work/better.json" <(head -c 300 "$work/bad.json")
expect 0 'spf-lookup-limit' --offline --zone "$work/bad/example.com.zone" --zone "$work/bad/example.net.zone" --baseline "$work/bad.json"
expect 1 'spf-lookup-limit' --offline --zone "$work/bad/example.com.zone" --zone "$work/bad/example.net.zone" --baseline "$work/better.json" example.com
expect 0 '' diff --offline --baseline "$work/bad.json" "$work/better" "$work/bad"
expect 1 '"schema": ?"authcheck-diff/1"' diff --offline --format json "$work/better" "$work/bad"
is 'the JSON of a diff is JSON' python3 - "$work/out" <<'P'
import json, sys
for d in json.load(open(sys.argv[1])):
    assert {'domain', 'new', 'gone', 'still', 'receivers'} <= d.keys()
    if d['domain'] == 'example.com':
        assert [f['rule'] for f in d['new']] == ['spf-lookup-limit'] and d['new'][0]['changed_at'].endswith('example.net.zone:8')
P

# the formats for pipelines have what is new, and nothing when nothing is
for format in sarif junit github gitlab csv html prometheus; do
	expect 1 'spf-lookup-limit' diff --offline --format $format "$work/better" "$work/bad"
	expect 0 '' diff --offline --format $format "$work/bad" "$work/better"
	is "$format of what got better has no finding" test "$(grep -c 'ruleId.*spf-lookup-limit\|::error\|<failure' "$work/out")" = 0
done
expect 2 '^AUTHCHECK CRITICAL' diff --offline --format nagios "$work/better" "$work/bad"
expect 3 '' diff --offline --format nagios "$work/better" "$work/nowhere"
expect 1 '^```text' diff --offline --format markdown "$work/better" "$work/bad"

# ---- suppressions ----
cat >"$work/known.ini" <<'I'
[suppress]
rule = spf-lookup-limit
subject = example.com
reason = mended next week
owner = mail@example.com
expires = 2999-12-31
I
expect 0 '' diff --offline --config "$work/known.ini" "$work/better" "$work/bad"
expect 0 'line 2: the suppression of spf-lookup-limit at example.com was of no use' diff --offline --config "$work/known.ini" "$work/good" "$work/better"
sed 's/2999/2020/' "$work/known.ini" >"$work/late.ini"
expect 1 'spf-lookup-limit was let pass until 2020-12-31 \(mended next week\); its owner: mail@example.com' diff --offline --format csv --config "$work/late.ini" "$work/better" "$work/bad"
# what a suppression covered before and after, it covered no longer in either: an expiry is no change of the zones
expect 0 '0 findings new' diff --offline --fail-on warning --config "$work/late.ini" "$work/bad" "$work/bad" example.com
expect 0 '' diff --offline --fail-on warning --config "$work/late.ini" "$work/good" "$work/better"
# an audit tells of it in every format, with its place
for format in text json ndjson sarif junit github gitlab csv html markdown nagios prometheus; do
	"$authcheck" --offline --config "$work/late.ini" --zone "$work/bad" --format "$format" example.com >"$work/out" 2>&1
	pattern=config-suppression-expired
	[ "$format" != gitlab ] || pattern='late.ini","lines":{"begin":6}'
	[ "$format" != github ] || pattern='late.ini,line=6,'
	is "$format tells of a suppression that has expired" grep -q -- "$pattern" "$work/out"
done
"$authcheck" --offline --config "$work/late.ini" --ignore config-suppression-expired --format csv --zone "$work/bad" example.com >"$work/out" 2>&1
is 'an option leaves the rule out' test "$(grep -c config-suppression-expired "$work/out")" = 0
sed 's/spf-lookup-limit/config-suppression-expired/' "$work/late.ini" >"$work/last.ini"
expect 2 'last.ini, line 2: an expired suppression is not let pass by another' --offline --config "$work/last.ini" --zone "$work/bad" example.com
printf '[suppress]\nrule = spf-ptr\n' >"$work/no-reason.ini"
expect 2 'no-reason.ini, line 2: a .suppress. without a reason' diff --offline --config "$work/no-reason.ini" "$work/better" "$work/bad"

# ---- selectors of a file; the tape of what lies outside ----
printf '# in use\nsel9\n' >"$work/selectors"
printf 's..l\n' >"$work/selectors.bad"
mkdir "$work/old" "$work/new"
cat >"$work/old/example.com.zone" <<'Z'
$ORIGIN example.com.
$TTL 300
@ SOA ns h 1 2 3 4 5
@ NS ns
@ TXT "v=spf1 include:_spf.example.org -all"
_domainkey NS ns.example.org.
Z
sed 's/include:_spf/include:_none/' "$work/old/example.com.zone" >"$work/new/example.com.zone"
cat >"$work/world.tape" <<'T'
now 1795507200
* NONE NXDOMAIN
_spf.example.org TXT SOME 300 "v=spf1 ip4:93.184.215.0/24 -all"
sel9._domainkey.example.com TXT SOME 300 "v=DKIM1; p="
T
expect 1 'sel9._domainkey' diff -v --replay "$work/world.tape" --selectors "$work/selectors" "$work/old" "$work/new"
is 'without the file nobody asks for it' test "$("$authcheck" diff -v --replay "$work/world.tape" --discover none "$work/old" "$work/new" | grep -c sel9)" = 0
expect 2 'selectors.bad:1: "s..l" is no selector' diff --offline --selectors "$work/selectors.bad" "$work/old" "$work/new"
expect 1 'spf-include-nxdomain' diff -v --replay "$work/world.tape" --record "$work/seen.tape" "$work/old" "$work/new"
cp "$work/out" "$work/first"
is 'the tape has what is outside' grep -q '^_spf.example.org TXT SOME' "$work/seen.tape"
is 'and nothing of the zones' test "$(grep -c '^example.com TXT' "$work/seen.tape")" = 0
expect 1 'spf-include-nxdomain' diff -v --replay "$work/seen.tape" "$work/old" "$work/new"
is 'the tape compares the same' cmp "$work/first" "$work/out"

# ---- a repository of three commits: good, bad, mended ----
if command -v git >/dev/null; then
	repo=$work/repo
	git init -q "$repo"
	git -C "$repo" config user.email test@example.com
	git -C "$repo" config user.name test
	commit() { # STATE: the next commit
		mkdir -p "$repo/dns"
		cp "$work/$1/"* "$repo/dns/zones"
		git -C "$repo" add -A && git -C "$repo" commit -qm "$1"
	}
	mkdir -p "$repo/dns/zones"
	cp "$work/good/"* "$repo/dns/zones"
	git -C "$repo" add -A && git -C "$repo" commit -qm first
	cd "$repo" || exit 2
	commit better
	expect 0 '' diff --offline --git HEAD~1 dns/zones/
	commit bad
	expect 1 'dns/zones/example.net.zone:8' diff --offline --git HEAD~1 dns/zones/
	for rev in nope 'HEAD; touch x' --output=x -h '' 'HEAD:dns' '$(touch x)'; do
		expect 2 '^authcheck: --git: there is no revision' diff --offline "--git=$rev" dns/zones
	done
	cd dns || exit 2
	expect 1 'spf-lookup-limit' diff --offline --git HEAD~1 zones
	cd zones || exit 2
	expect 1 'spf-lookup-limit' diff --offline --git HEAD~1 .
	expect 0 '' diff --offline --git HEAD~1 example.net.zone
	cd "$repo" || exit 2
	expect 0 '' diff --offline --git HEAD dns/zones
	mkdir new && cp "$work/good/"* new
	expect 0 '' diff --offline --fail-on never --git HEAD new
	rm -r new
	mkdir "$work/bin"
	is 'no git is one clear line' grep -q 'needs the git program' <(PATH=$work/bin "$authcheck" diff --git HEAD dns/zones 2>&1)
	commit better
	expect 0 '' diff --offline --git HEAD~1 dns/zones/

	git clone -q --depth 1 "file://$repo" "$work/shallow"
	expect 2 'the clone is shallow' diff --offline --git HEAD~1 "$work/shallow/dns/zones"

	# What the action and the job of GitLab run, as a runner's shell runs it.
	ln -s "$authcheck" "$work/bin/authcheck"
	steps() { # FILE: its commands
		/usr/bin/python3 - "$top/$1" <<'P'
import sys, yaml
d = yaml.safe_load(open(sys.argv[1]))
print(d['runs']['steps'][-1]['run'] if 'runs' in d else '\n'.join(d['authcheck']['script']))
P
	}
	step() {
		(
			export AUTHCHECK=$authcheck ZONES=dns/zones BASE=HEAD~1 FORMAT=github OPTIONS='--offline -q'
			export AUTHCHECK_ZONES=dns/zones AUTHCHECK_OPTIONS=--offline CI_MERGE_REQUEST_DIFF_BASE_SHA=HEAD~1
			PATH=$work/bin:$PATH bash --noprofile --norc -e -o pipefail "$work/step"
		) >"$work/out" 2>&1
	}
	for file in action.yml ci/gitlab.yml; do
		steps $file >"$work/step" 2>/dev/null || { echo "the commands of $file: skipped, no yaml module for python3"; continue; }
		git checkout -q HEAD~1
		is "$file: a bad change fails" eval '! step'
		is "$file: and why" grep -q 'spf-lookup-limit' "$work/out"
		git checkout -q -
		is "$file: a good change passes" step
	done

	# The hook, as a plain hook of git.
	cp "$top/ci/pre-commit" .git/hooks/pre-commit
	hook() { # STATE: does git take the commit?
		cp "$work/$1/"* dns/zones
		git add -A
		AUTHCHECK_ZONES=dns/zones PATH=$work/bin:$PATH git commit -qm "$1" >"$work/out" 2>&1
	}
	is 'the hook lets a good commit pass' hook good
	is 'the hook stops a bad one' eval '! hook bad'
	is 'the hook says why' grep -q spf-lookup-limit "$work/out"
	is 'the hook lets what is mended pass' hook better
	# what is wrong with the old state is told with its revision and path
	mkdir broken
	echo 'a: [' >broken/example.com.yaml
	git add -A && git -c core.hooksPath=/dev/null commit -qm broken
	echo 'a: {type: TXT, value: x}' >broken/example.com.yaml
	expect 2 '^authcheck: HEAD:broken/example.com.yaml:2:1: no YAML' diff --offline --git HEAD broken
	echo 'a: !include ../x' >broken/example.com.yaml
	git add -A && git -c core.hooksPath=/dev/null commit -qm include
	expect 2 '^authcheck: HEAD:broken/example.com.yaml:1:4: !include ../x: ' diff --offline --git HEAD broken
	expect 2 '^authcheck: HEAD:broken/example.com.yaml:1:4: ' diff --offline --git HEAD broken/example.com.yaml
	is 'no temporary folder is named' test "$(grep -c authcheck-git "$work/err")" = 0
	git rm -rqf broken && git -c core.hooksPath=/dev/null commit -qm clean
	is 'nothing is left behind' left
	is 'the working tree is as it was' test -z "$(git status --porcelain)"
	cd "$top" || exit 2
else
	echo 'the repository: skipped, no git'
fi

# ---- what is ready to use is YAML, and Python ----
is 'the YAML files are YAML' python3 - action.yml ci/gitlab.yml .pre-commit-hooks.yaml <<'P'
import sys
try:
    import yaml
except ImportError:
    print('skipped: no yaml module for python3')
    sys.exit(0)
for path in sys.argv[1:]:
    assert yaml.safe_load(open(path))
P
is 'the octoDNS processor stops a bad plan' python3 -B - "$authcheck" <<'P'
import sys
sys.path.insert(0, 'ci')
from octodns_authcheck import Authcheck, ProcessorException

class Record:
    def __init__(self, name, kind, value):
        self.name, self._type, self.data = name, kind, {'ttl': 300, 'value': value}

class Zone:
    name = 'example.com.'
    def __init__(self, spf):
        self.records = {Record('', 'TXT', spf), Record('', 'MX', {'preference': 10, 'exchange': 'mx.example.com.'}),
                        Record('', 'ALIAS', 'web.example.net.'), Record('mx', 'A', '93.184.215.2')}

check = Authcheck('x', sys.argv[1], ['--offline'])
good, bad = Zone('v=spf1 mx -all'), Zone('v=spf1 mx ip4:1.2 -all')
check.process_source_and_target_zones(good, bad, None)
try:
    check.process_source_and_target_zones(bad, good, None)
except ProcessorException as e:
    assert 'spf-address' in str(e) and 'TXT (planned:' in str(e)
else:
    sys.exit('not stopped')
P

# ---- real changes: no crash, no hang, and what counts is told with a line of the zone ----
changes=${AUTHCHECK_SHARED:-}/corpora/changes
if [ -d "$changes" ]; then
	n=0
	for change in "$changes"/*/; do
		timeout 60 "$authcheck" diff --offline "$change/before.zone" "$change/after.zone" >"$work/out" 2>"$work/err"
		status=$?
		n=$((n + 1))
		is "$change: exit status $status" test $status -le 1
		[ $status -ne 1 ] || is "$change: no place is told" grep -Eq 'after.zone:[0-9]+|^ *[^ ]+ (TXT|MX|A|AAAA|CNAME)$' "$work/out" "$work/err"
		timeout 60 "$authcheck" diff --offline "$change/after.zone" "$change/after.zone" >/dev/null 2>&1
		is "$change: nothing is new against itself" test $? -eq 0
	done
	echo "$n real changes compared"
else
	echo 'real changes: skipped, the corpora are not here'
fi

finish

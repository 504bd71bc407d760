#!/usr/bin/env bash
# octoDNS zones in the files of a folder, and what they include: the findings are those of the same zone in one file; nothing outside
# of the folder is read, and nothing goes in a circle.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")
corpora=$(realpath "${AUTHCHECK_SHARED:-../shared}")/corpora
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-split.XXXXXX")
trap 'rm -rf "$work"' EXIT
export HOME=$work GIT_CONFIG_NOSYSTEM=1
. tests/net/lib_expect.sh

# ---- the fixture, and the same zone as a BIND file ----
for of in split split.zone; do
	"$authcheck" --offline --zone "fixtures/zone/$of" --format csv >"$work/$of.csv"
	cut -d, -f1-11 "$work/$of.csv" >"$work/$of"
done
is 'a zone in many files is the zone' cmp "$work/split" "$work/split.zone"
is 'and says something' test "$(wc -l <"$work/split")" -gt 5
is 'a record is where it stands' grep -q 'spf-multiple.*fixtures/zone/split/common/spf.yaml,2' "$work/split.csv"
is 'a record is where it stands (2)' grep -q 'mx-private-ip.*fixtures/zone/split/example.com./hosts.yaml,5' "$work/split.csv"
is 'the file beside the folder is read' test "$(grep -c 'fixtures/zone/split/example.com.yaml' "$work/split.csv")" -gt 0
expect 2 'outside of the folder .*example.com., and is not read' --offline --zone fixtures/zone/split/example.com.

# ---- what may not be included ----
zone() { # LINE...: the zone's file
	rm -rf "$work/zones"
	mkdir -p "$work/zones/sub" "$work/zones/example.com."
	printf '%s\n' "$@" >"$work/zones/example.com.yaml"
}
secret() { is "$1 is not shown" test "$(cat "$work/out" "$work/err" | grep -c hidden)" = 0; }
printf 'hidden: {type: TXT, value: hidden}\n' >"$work/secret.yaml"
for path in ../secret.yaml "$work/secret.yaml" sub/../../secret.yaml; do
	zone 'a: {type: A, value: 192.0.2.1}' "<<: !include $path"
	expect 2 'zones/example.com.yaml:2:5: !include .*outside of the folder' --offline --zone "$work/zones"
	secret "$path"
	expect 2 'outside of the folder' --offline --zone "$work/zones/example.com.yaml"
done
zone 'a: {type: A, value: 192.0.2.1}' '<<: !include sub/link.yaml'
ln -s ../../secret.yaml "$work/zones/sub/link.yaml"
expect 2 'outside of the folder' --offline --zone "$work/zones"
secret 'a link'
zone 'a: {type: A, value: 192.0.2.1}' '<<: !include sub'
expect 2 'a folder, not a zone file' --offline --zone "$work/zones"
zone 'a: {type: A, value: 192.0.2.1}' '<<: !include sub/none.yaml'
expect 2 ':2:5: !include sub/none.yaml: no such file' --offline --zone "$work/zones"
mkfifo "$work/zones/sub/none.yaml"
expect 2 'a device or socket' --offline --zone "$work/zones/example.com.yaml"
zone 'a: !include example.com.yaml'
expect 2 'the file includes itself' --offline --zone "$work/zones"
zone 'a: !include sub/b.yaml'
echo '!include ../example.com.yaml' >"$work/zones/sub/b.yaml"
expect 2 'sub/b.yaml:1:1: !include ../example.com.yaml: the file includes itself' --offline --zone "$work/zones/example.com.yaml"
zone 'a: !include sub/0.yaml'
for i in $(seq 0 20); do echo "!include $((i + 1)).yaml" >"$work/zones/sub/$i.yaml"; done
expect 2 'includes nested too deeply' --offline --zone "$work/zones/example.com.yaml"
# ten files that each include the next ten times: ten thousand million values
zone 'a: !include sub/0.yaml'
for i in $(seq 0 8); do for _ in $(seq 10); do echo "- !include $((i + 1)).yaml"; done >"$work/zones/sub/$i.yaml"; done
echo '[1, 2]' >"$work/zones/sub/9.yaml"
expect 2 'too many files' --offline --zone "$work/zones/example.com.yaml"
zone 'a: !include [sub/a.yaml]'
expect 2 ':1:4: !include takes the name of one file' --offline --zone "$work/zones/example.com.yaml"
# a file that nobody includes, and that is no zone
zone 'a: {type: A, value: 192.0.2.1}'
echo 'b: {type: A, value: 192.0.2.1}' >"$work/zones/shared.yaml"
expect 2 'shared.yaml: the file.s name does not say of which zone it is' --offline --zone "$work/zones"
# of a folder one file that cannot be read
zone 'a: {type: A, value: 192.0.2.1}'
echo 'b: [' >"$work/zones/example.com./b.yaml"
expect 2 'example.com./b.yaml:2:1: no YAML' --offline --zone "$work/zones"
echo '[1, 2]' >"$work/zones/example.com./b.yaml"
expect 2 'example.com./b.yaml: no records of an octoDNS zone' --offline --zone "$work/zones"
: >"$work/zones/example.com./b.yaml"
printf "'': {type: TXT, value: v=spf1 -all}\n" >"$work/zones/example.com./.yaml"
printf "'*': {type: TXT, value: v=spf1 -all}\n" >"$work/zones/example.com./*.yaml"
expect 1 'example.com./.yaml:1' --offline -v --zone "$work/zones"

# ---- a change in an included file ----
if command -v git >/dev/null; then
	mkdir "$work/repo"
	cp -r fixtures/zone/split "$work/repo/zones"
	cd "$work/repo" || exit 2
	git init -q . && git config user.email test@example.com && git config user.name test
	git add -A && git commit -qm first
	echo '- v=spf1 mx include:_spf.example.net ~all' >zones/common/spf.yaml
	expect 0 'spf-multiple' diff --offline --git HEAD zones
	git add -A && git commit -qm second
	echo '- v=spf1 mx a mx:a.example. mx:b.example. ip4:1 ~all' >zones/common/spf.yaml
	expect 1 'zones/common/spf.yaml:1' diff --offline --git HEAD zones
	cd - >/dev/null || exit 2
fi

# ---- every zone of the corpora, cut into a file a name ----
if [ -d "$corpora/octodns" ]; then
	mkdir "$work/whole" "$work/parts"
	for file in "$corpora"/octodns/*.yaml; do
		origin=$(basename "$file" .yaml)
		folder="$work/cut/$origin."
		mkdir -p "$folder"
		awk -v folder="$folder" '/^---/ { next } /^[^ :#-]/ { n++ } n { print >(folder "/" n ".yaml") }' "$file"
		"$authcheck" --offline --discover short --zone "$file" --format ndjson >"$work/whole/$origin.ndjson" 2>/dev/null
		"$authcheck" --offline --discover short --zone "$folder" --format ndjson >"$work/parts/$origin.ndjson" 2>/dev/null
	done
	is 'there are many files' test "$(find "$work/cut" -name '2.yaml' | wc -l)" -gt 20
	/usr/bin/python3 tests/net/octodns_compare.py "$work/parts" "$work/whole" || failed=$((failed + 1))
fi
finish

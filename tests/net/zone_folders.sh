#!/usr/bin/env bash
# Folders, patterns and files of zones in every form, audited offline: what is a zone is audited, what is none is passed over, and what
# is wrong in a zone is a finding on its line.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
authcheck=${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-folders.XXXXXX")
trap 'rm -rf "$work"' EXIT
. tests/net/lib_expect.sh
run() { # ARGUMENT...: the report, the complaints and the status
	"$authcheck" --offline --discover none "$@" >"$work/out" 2>"$work/err"
	status=$?
}
domains() { sed -n 's#^{"schema":"authcheck/1","domain":"\([^"]*\)".*#\1#p' "$work/out" | tr '\n' ' '; }

zones=$work/zones
mkdir -p "$zones/.git" "$zones/deep/er" "$work/none"
soa='@ 300 SOA a.example.net. b 1 2 3 4 5
@ NS a.example.net.'
printf '%s\n@ TXT "v=spf1 -all"\n' "$soa" >"$zones/one.example.zone"
printf '%s\nw CNAME x.example.net.\nw TXT y\n' "$soa" >"$zones/deep/db.two.example"
printf "'':\n  type: TXT\n  value: v=spf1 +all\n" >"$zones/deep/er/three.example.yaml"
cp fixtures/zone/plan.json fixtures/zone/route53.json "$zones"
printf 'providers:\n  config:\n    class: octodns.provider.yaml.YamlProvider\n' >"$zones/config.yaml"
printf '# Our zones\n\nquoted.example. A 192.0.2.1\n' >"$zones/README.md"
printf 'All rights are reserved.\n' >"$zones/LICENSE"
printf '{"name": "no zone"}\n' >"$zones/package.json"
printf '%s\n' "$soa" >"$zones/.git/hidden.example.zone"
ln -s .. "$zones/deep/loop"
ln -s nowhere "$zones/dangling.zone"

run --zone "$zones" --format ndjson
is 'a folder is audited' [ "$status" -eq 1 ]
is "each zone in it: $(domains)" [ "$(domains)" = 'two.example three.example one.example example.com example.org example.net w.example.com ' ]
is 'the fault stands on its line' grep -q "\"rule\":\"zone-cname-other\".*\"source\":\"$zones/deep/db.two.example:3\"" "$work/out"
is 'a record of YAML has line and column' grep -q "\"rule\":\"spf-plus-all\".*\"source\":\"$zones/deep/er/three.example.yaml:3\",\"column\":10" "$work/out"
is 'nothing is said of what is passed over' [ ! -s "$work/err" ]
run --zone "$zones" --format ndjson -v
for name in README.md LICENSE package.json config.yaml dangling.zone; do
	is "-v says that $name is passed over" grep -q "$name: passed over: " "$work/err"
done
is 'hidden folders are not looked at' [ "$(grep -c hidden "$work/err")" -eq 0 ]

run --zone "$zones/o*.zone" --format ndjson
is 'a pattern is its files' [ "$(domains)" = 'one.example ' ]
run --zone "$zones/deep" --zone "$zones/one.example.zone" --format ndjson one.example
is 'faults of another zone are told with the domain that is asked' grep -q '"rule":"zone-cname-other"' "$work/out"
is 'once' [ "$(grep -c '"rule":"zone-cname-other"' "$work/out")" -eq 1 ]

refuses() { # PATTERN ARGUMENT...
	local pattern=$1
	shift
	run "$@"
	is "$* is refused" [ "$status" -eq 2 ]
	is "$*: in one line" [ "$(wc -l <"$work/err")" -eq 1 ]
	is "$*: $(cat "$work/err")" grep -q "$pattern" "$work/err"
}
refuses 'no zone file in this folder' --zone "$work/none"
refuses 'neither an octoDNS zone' --zone "$zones/config.yaml"
refuses 'LICENSE' --zone "$zones/LICENSE"
printf 'a: [\n' >"$zones/deep/broken.yaml"
refuses 'broken.yaml:2:1: no YAML' --zone "$zones"
rm "$zones/deep/broken.yaml"
printf 'a A 192.0.2.300\n' >"$zones/deep/broken.example.zone"
refuses 'broken.example.zone:1: not an IPv4 address' --zone "$zones"

finish

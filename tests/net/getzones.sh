#!/usr/bin/env bash
# What `dnscontrol get-zones` prints as js, djs and tsv, audited as it is: the findings are those of the same zone as a BIND file; and no
# other JavaScript is taken for it.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")
corpora=$(realpath "${AUTHCHECK_SHARED:-../shared}")/corpora
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-getzones.XXXXXX")
trap 'rm -rf "$work"' EXIT
. tests/net/lib_expect.sh

rows() { # FILE: the findings, without their places
	"$authcheck" --offline --discover short --zone "$1" --format csv -v 2>"$work/err" | cut -d, -f1-11
}

rows fixtures/zone/get-zones.zone >"$work/zone"
is 'the zone has findings' test "$(wc -l <"$work/zone")" -gt 10
for form in js djs tsv; do
	rows "fixtures/zone/get-zones.$form" >"$work/$form"
	is "$form is the zone" cmp "$work/zone" "$work/$form"
done
mkdir "$work/folder"
cp fixtures/zone/get-zones.js "$work/folder/"
echo 'var x = 1; function f() { return "www IN A 192.0.2.1"; }' >"$work/folder/other.js"
rows "$work/folder" >"$work/found"
is 'a folder has it too, and other scripts are passed over' cmp "$work/zone" "$work/found"

# ---- what is no part of it: one line that says where ----
refused() { # PATTERN TEXT
	printf '%s\n' "$2" >"$work/refused.js"
	"$authcheck" --offline --zone "$work/refused.js" >"$work/out" 2>"$work/err"
	is "$2: exit status 2" test $? -eq 2
	is "$2: $1" grep -Eq "refused.js:$1: of JavaScript only what" "$work/err"
	is "$2: one line" test "$(wc -l <"$work/err")" -eq 1
}
refused '1:25: "SPF_BUILDER" in a D\(\)' 'D("example.com", REG_X, SPF_BUILDER({label: "@", parts: ["v=spf1", "-all"]}));'
refused '1:18: "INCLUDE" in a D\(\)' 'D("example.com", INCLUDE("example.net"));'
refused '1:37: an expression' 'D("example.com", TXT("@", "v=spf1 " + all));'
refused '2:1: neither a provider nor a D\(\)' 'var X = NewRegistrar("none");
require("./more.js");'
refused '1:9: a variable' 'var x = "192.0.2.1";'
refused '1:25: no value' 'D("example.com", A("@", (1)));'
refused '1:18: a record whose data is not written out' 'D("example.com", A("@", IP("192.0.2.1")));'
refused '1:18: a record whose data is not written out' 'D("example.com", MX("@", 10));'
refused '1:41: an argument too many' 'D("example.com", MX("@", 10, "mx.b.c.", 10));'
refused '1:6: an expression' 'D("" + x, A("@", "192.0.2.1"));'
refused '1:32: a string without its end' 'D("example.com", TXT("@", "v=sp
f1 -all"));'
refused '2:1: the end of the file in the middle of it' 'D("example.com", A("@", "192.0.2.1")'
refused '1:[0-9]+: lists within lists' "D(\"example.com\", TXT(\"@\", $(printf '[%.0s' $(seq 100))"

# ---- every zone of the corpora ----
if [ -d "$corpora/zones" ] && command -v named-compilezone >/dev/null; then
	for form in js djs tsv zone; do mkdir "$work/$form.d"; done
	n=0
	for file in "$corpora"/zones/*.zone; do
		origin=$(basename "$file" .zone)
		named-compilezone -q -k ignore -r ignore -i none -n ignore -m ignore -M ignore -S ignore -T ignore -o "$work/compiled" "$origin" "$file" >/dev/null 2>&1 || continue
		# the same records in all of them: those that get-zones has a call for
		awk '$4 ~ /^(A|AAAA|CNAME|MX|NS|PTR|TXT|SRV|CAA|TLSA|DS|SOA)$/ && $1 !~ /\\/' "$work/compiled" >"$work/zone.d/$origin.zone"
		n=$((n + 1))
		"$authcheck" --offline --discover short --zone "$work/zone.d/$origin.zone" --format ndjson >"$work/zone.d/$origin.ndjson" 2>/dev/null
		for form in js djs tsv; do
			/usr/bin/python3 tests/net/getzones.py $form "$origin" <"$work/compiled" >"$work/$form.d/$origin.$form"
			"$authcheck" --offline --discover short --zone "$work/$form.d/$origin.$form" --format ndjson >"$work/$form.d/$origin.ndjson" 2>"$work/err" ||
				[ $? -ne 2 ] || { failed=$((failed + 1)); echo "FAILED: $origin.$form: $(head -n 1 "$work/err")"; }
		done
	done
	echo "$n zones of the corpora in three forms"
	is 'there are many zones' test "$n" -gt 100
	for form in js djs tsv; do
		/usr/bin/python3 tests/net/octodns_compare.py "$work/$form.d" "$work/zone.d" || failed=$((failed + 1))
	done
fi
finish

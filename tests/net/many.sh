#!/usr/bin/env bash
# Three thousand small zones at once, audited and compared: neither memory nor time that grows with the square of their number.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
authcheck=$(realpath "${AUTHCHECK:-./authcheck}")
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-many.XXXXXX")
trap 'rm -rf "$work"' EXIT
. tests/net/lib_expect.sh
N=3000

run() { # ARGUMENT...: within 500 MB and a minute
	(ulimit -v 500000 && exec timeout 60 "$authcheck" "$@") >"$work/out" 2>"$work/err"
}

mkdir "$work/old" "$work/new"
for i in $(seq $N); do
	printf '$ORIGIN zone%d.example.\n$TTL 300\n@ SOA ns h 1 2 3 4 5\n@ NS ns\n@ MX 10 mx\nmx A 93.184.215.14\n@ TXT "v=spf1 mx include:spf.zone1.example -all"\n_dmarc TXT "v=DMARC1; p=reject"\n' "$i"
done | awk -v dir="$work/old" '/^\$ORIGIN/ { close(file); file = dir "/" substr($2, 1, length($2) - 1) ".zone" } { print >file }'
printf 'spf TXT "v=spf1 ip4:93.184.215.0/24 -all"\n' >>"$work/old/zone1.example.zone"
cp "$work/old/"* "$work/new/"
for i in 7 8 9; do echo 'www TXT "no end' >>"$work/old/zone$i.example.zone"; done
sed -i 's/-all/+all/' "$work/new/zone5.example.zone"
echo 'www TXT "no end' >>"$work/new/zone6.example.zone"

run --offline --discover none --zone "$work/old" --format ndjson
is "every zone is audited" test "$(grep -c "\"domain\":\"zone[0-9]*.example\"" "$work/out")" -eq $N
is 'a fault is told by the audit of its zone alone' test "$(grep -c '"rule":"zone-line"' "$work/out")" -eq 3
is 'and by the right one' grep -q '^{[^{]*"domain":"zone8.example".*"rule":"zone-line"' "$work/out"
run diff --offline --discover none --format csv "$work/old" "$work/new"
is 'what the change makes worse is found' test $? -eq 1
is 'the new fault' grep -q '^zone6.example,.*zone-line' "$work/out"
is 'the new record' grep -q '^zone5.example,.*spf-plus-all' "$work/out"
is 'and nothing else' test "$(grep -c ',error,' "$work/out")" -eq 2

# the same of octoDNS, a folder each
for i in $(seq $N); do
	mkdir -p "$work/split/zone$i.example."
	printf "'': {type: TXT, value: v=spf1 -all}\n" >"$work/split/zone$i.example./\$zone$i.example.yaml"
done
run --offline --discover none --zone "$work/split" --format ndjson
is 'every folder is a zone' test "$(wc -l <"$work/out")" -eq $N
finish

#!/usr/bin/env bash
# Speed as ratios against another program in the same run: alternating pairs, medians. Prints a table; nothing here passes or fails.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
authcheck=${AUTHCHECK:-./authcheck}
shared=${AUTHCHECK_SHARED:-../shared}
export PATH=$PATH:/usr/sbin:/sbin
pairs=${BENCH_PAIRS:-5}
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-bench.XXXXXX")
net=()
end() { [ ${#net[@]} -eq 0 ] || "$shared/simnet/simnet.sh" stop "${net[@]}" >/dev/null 2>&1; rm -rf "$work"; }
trap end EXIT

ms() { # COMMAND...: its wall time in microseconds
	local start
	start=$(date +%s%N)
	"$@" >/dev/null 2>&1
	echo $((($(date +%s%N) - start) / 1000))
}
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
# row WHAT OTHER FILE-OF-OURS FILE-OF-THEIRS, in microseconds a run
row() {
	local a b
	a=$(median <"$3")
	b=$(median <"$4")
	awk -v w="$1" -v o="$2" -v a="$a" -v b="$b" 'BEGIN { printf "%-46s %9.1f ms  %-16s %9.1f ms  ratio %.2f\n", w, a / 1000, o, b / 1000, a / b }'
}

# ---- a zone of 100,000 names: read, and its apex audited ----
if command -v named-checkzone >/dev/null; then
	zone=$work/big.zone
	{
		cat <<'Z'
$ORIGIN big.example.
$TTL 3600
@ SOA ns hostmaster 1 7200 900 1209600 300
@ NS ns
@ MX 10 mx
@ TXT "v=spf1 mx -all"
ns A 93.184.215.1
mx A 93.184.215.2
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@big.example"
Z
		seq 1 100000 | awk '{ print "h" $1 " A 93.184." int($1 / 256) % 256 "." $1 % 256 }'
	} >"$zone"
	for ((i = 0; i < pairs; i++)); do
		ms "$authcheck" --offline --zone "$zone" big.example >>"$work/zone.a"
		ms named-checkzone big.example "$zone" >>"$work/zone.b"
	done
	row 'a zone file of 100,000 names, one audit' named-checkzone "$work/zone.a" "$work/zone.b"
	sed 's/^mx A .*/mx A 93.184.215.3/' "$zone" >"$work/changed.zone"
	rm -f "$work/zone.b"
	for ((i = 0; i < pairs; i++)); do
		ms "$authcheck" diff --offline "$zone" "$work/changed.zone" >>"$work/diff.a"
		ms named-checkzone big.example "$work/changed.zone" >>"$work/zone.b"
	done
	row 'diff of two of them, one line changed' named-checkzone "$work/diff.a" "$work/zone.b"
	if [ -x /usr/bin/time ]; then
		/usr/bin/time -f '  most memory of the diff: %M KiB' "$authcheck" diff --offline "$zone" "$work/changed.zone" 2>&1 >/dev/null | grep memory
	fi
else
	echo 'a zone file of 100,000 names: skipped, no named-checkzone'
fi

# ---- a thousand domains of the simulated internet, and dnsperf with their questions ----
if [ -x "$shared/simnet/simnet.sh" ] && command -v knotd >/dev/null && command -v dnsperf >/dev/null; then
	net=(-n 1000 -s 1 -p 5390 -d "$work/net")
	mkdir -p "$work/net"
	"$shared/simnet/simnet.sh" start "${net[@]}" >/dev/null 2>&1
	for ((i = 0; i < pairs; i++)); do
		ms "$authcheck" --nameserver 127.0.0.1:5390 --discover short --format ndjson $(cat "$work/net/domains.txt") >>"$work/net.a"
		ms dnsperf -s 127.0.0.1 -p 5390 -d "$work/net/queries.txt" -n 1 -c 1 -T 1 -q 100 >>"$work/net.b"
	done
	row '1,000 audits, named on the command line' dnsperf "$work/net.a" "$work/net.b"
	for domain in $(head -n 100 "$work/net/domains.txt"); do
		ms "$authcheck" --nameserver 127.0.0.1:5390 --format json "$domain" >>"$work/one.a"
		ms dig @127.0.0.1 -p 5390 "$domain" TXT >>"$work/one.b"
	done
	row 'one audit, the whole process' 'dig, one question' "$work/one.a" "$work/one.b"
else
	echo 'the simulated internet: skipped, it is not here, or no knotd or dnsperf'
fi

[ ${#net[@]} -eq 0 ] || "$shared/simnet/simnet.sh" stop "${net[@]}" >/dev/null 2>&1
bash tests/bench/bulk.sh

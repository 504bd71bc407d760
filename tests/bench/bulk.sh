#!/usr/bin/env bash
# Many domains at once, against programs that only ask DNS: alternating runs, medians, one table. The name server runs on one processor,
# the client on another. BENCH_PAIRS, BENCH_DOMAINS and BENCH_MANY say how much; MASSDNS names massdns where it is not in PATH.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
authcheck=${AUTHCHECK:-./authcheck}
shared=${AUTHCHECK_SHARED:-../shared}
export PATH=$PATH:/usr/sbin:/sbin
pairs=${BENCH_PAIRS:-5} domains=${BENCH_DOMAINS:-10000} many=${BENCH_MANY:-100000}
sim=$shared/simnet/simnet.sh
[ -x "$sim" ] && command -v knotd dnsperf >/dev/null && [ "$(nproc)" -gt 1 ] ||
	{ echo 'bulk: skipped: the simulated internet is not here, or no knotd or dnsperf, or one processor only'; exit 0; }
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-bench.XXXXXX")
net=(-e knot -c 1 -s 1 -p 5391 -P 5392)
started=()
stop() { [ ${#started[@]} -eq 0 ] || "$sim" stop "${started[@]}" >/dev/null 2>&1; started=(); }
end() { stop; rm -rf "$work"; }
trap end EXIT
start() { # DOMAINS [OPTION...]
	stop
	local n=$1
	shift
	mkdir -p "$work/$n"
	started=("${net[@]}" -n "$n" -d "$work/$n" "$@")
	"$sim" start "${started[@]}" >"$work/start" 2>&1 || { cat "$work/start"; exit 1; }
	# Knot's UDP worker moves itself to the first processor, which is the client's
	taskset -acp 1 "$(cat "$work/$n/run/dns.pid")" >/dev/null
}
median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }
# timed FILE COMMAND...: a line "wall cpu peak" in s, s, MB is added to the file; stdin is the command's.
timed() {
	local file=$1
	shift
	/usr/bin/time -q -o "$work/time" -f '%e %U %S %M' taskset -c 0 "$@" >/dev/null 2>&1
	awk '{ print $1, $2 + $3, $4 / 1024 }' "$work/time" >>"$file"
}
of() { awk -v c="$1" '{ print $c }' "$2" | median; } # COLUMN FILE
row() { printf '%-66s %12s %12s %8s\n' "$@"; }
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }
per() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a / b * 1e6 }'; }
rate() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.0f", a / b }'; }
audit() { echo "$authcheck" --nameserver "127.0.0.1:${port:-5391}" --discover short --format ndjson --unordered; }

row '' authcheck other ratio

# ---- 1, 2: as fast as the wire ----
start "$domains"
list=$work/$domains/domains.txt
$(audit) --input "$list" --record "$work/tape" >/dev/null 2>&1
# what authcheck asks: each question once
awk '$2 ~ /^[A-Z0-9]+$/ && $1 !~ /[#*]/ && $1 != "now" && $2 != "HTTPS" && !($1 $2 in seen) { seen[$1 $2]; print $1, $2 }' "$work/tape" >"$work/queries"
rm -f "$work/tape"
asked=$(wc -l <"$work/queries")
given=$(wc -l <"$work/$domains/queries-dedup.txt")
massdns=${MASSDNS:-$(command -v massdns)}
echo 127.0.0.1:5391 >"$work/resolvers"
for ((i = 0; i < pairs; i++)); do
	timed "$work/ours" $(audit) --input "$list"
	timed "$work/dnsperf" dnsperf -s 127.0.0.1 -p 5391 -d "$work/queries" -n 1 -c 1 -T 1 -q 100
	timed "$work/dnsperf0" dnsperf -s 127.0.0.1 -p 5391 -d "$work/$domains/queries-dedup.txt" -n 1 -c 1 -T 1 -q 100
	[ -z "$massdns" ] || {
		rm -f "$work/time.all"
		for type in A AAAA MX PTR TXT; do
			timed "$work/time.all" "$massdns" --root -q -r "$work/resolvers" -t $type -s 2000 -o S -w /dev/null "$work/$domains/names-$type.txt"
		done
		awk '{ w += $1; c += $2 } END { print w, c, 0 }' "$work/time.all" >>"$work/massdns"
	}
done
ours=$(rate "$asked" "$(of 1 "$work/ours")")
theirs=$(rate "$asked" "$(of 1 "$work/dnsperf")")
row "$domains domains, $asked questions: questions/s, against dnsperf" "$ours" "$theirs" "$(ratio "$ours" "$theirs")"
row 'the same: user + system time, us a question' "$(per "$(of 2 "$work/ours")" "$asked")" "$(per "$(of 2 "$work/dnsperf")" "$asked")" \
	"$(ratio "$(of 2 "$work/ours")" "$(of 2 "$work/dnsperf")")"
row "dnsperf on simnet's own $given questions: questions/s" - "$(rate "$given" "$(of 1 "$work/dnsperf0")")" -
row 'domains/s' "$(rate "$domains" "$(of 1 "$work/ours")")" - -
if [ -n "$massdns" ]; then
	theirs=$(rate "$(cat "$work/$domains"/names-*.txt | wc -l)" "$(of 1 "$work/massdns")")
	row 'questions/s, against massdns' "$ours" "$theirs" "$(ratio "$ours" "$theirs")"
else
	echo 'massdns: skipped, it is not here'
fi

# ---- 6: domains whose servers are silent ----
start "$domains" -r 1
for ((i = 0; i < pairs; i++)); do
	timed "$work/clean" $(audit) --timeout 1 --deadline 4 --input "$list"
	# a port at which nobody answers cannot be told by name, so SERVFAIL stands for the dead here; silence is in tests/net/bulk_simnet.sh
	timed "$work/broken" $(audit) --timeout 1 --deadline 4 --input <(awk '{ print } NR % 100 == 0 { print "d" NR ".servfail-sim.com" }' "$list")
done
row 'one domain in a hundred is SERVFAIL: wall time, s, against without' "$(of 1 "$work/broken")" "$(of 1 "$work/clean")" \
	"$(ratio "$(of 1 "$work/broken")" "$(of 1 "$work/clean")")"

# ---- 3, 5: with a round trip of 50 ms ----
start "$domains" -r 50
for ((i = 0; i < pairs; i++)); do
	timed "$work/far" $(port=5392 audit) --input "$list"
	timed "$work/fardns" dnsperf -s 127.0.0.1 -p 5392 -d "$work/queries" -n 1 -c 1 -T 1 -q 2000 -t 1
done
ours=$(rate "$asked" "$(of 1 "$work/far")")
theirs=$(rate "$asked" "$(of 1 "$work/fardns")")
row '50 ms round trips: questions/s, dnsperf with 2,000 in flight' "$ours" "$theirs" "$(ratio "$ours" "$theirs")"

# ---- 3: one audit, the whole process ----
one() { # RTT-PORT FILE: ms a domain
	local start
	for domain in $(head -n 100 "$list"); do
		start=$(date +%s%N)
		taskset -c 0 "$authcheck" --nameserver "127.0.0.1:$1" --discover short --format json "$domain" >/dev/null 2>&1
		echo "$domain $((($(date +%s%N) - start) / 1000))" >>"$2"
	done
}
far() { # RTT FILE: median and most of wall / (rounds * RTT + 5 ms)
	python3 - "$1" "$2" "$work/$domains/expected.jsonl" <<'P'
import json, sys
rtt, rounds = float(sys.argv[1]), {}
for line in open(sys.argv[3]):
    d = json.loads(line)
    rounds[d["domain"]] = d["rounds"]
r = sorted(int(us) / 1000 / (rounds[name] * rtt + 5) for name, us in (line.split() for line in open(sys.argv[2])))
print("%.2f %.2f" % (r[len(r) // 2], r[-1]))
P
}
one 5391 "$work/near1"
one 5392 "$work/far50"
start "$domains" -r 100
one 5392 "$work/far100"
row 'one audit, no delay: the whole process, ms, median of 100' "$(awk '{ print $2 / 1000 }' "$work/near1" | median)" - -
row '50 ms round trips: wall / (rounds x 50 ms + 5 ms), median and most' $(far 50 "$work/far50") -
row '100 ms round trips: the same' $(far 100 "$work/far100") -

# ---- 4: memory ----
start "$many"
timed "$work/many" $(audit) --input "$work/$many/domains.txt"
timed "$work/manyin" "$authcheck" --nameserver 127.0.0.1:5391 --discover short --format ndjson --input "$work/$many/domains.txt"
row "peak memory, MB: $many domains, against $domains" "$(of 3 "$work/many")" "$(of 3 "$work/ours")" "$(ratio "$(of 3 "$work/many")" "$(of 3 "$work/ours")")"
row "the same, in the order of the list" "$(of 3 "$work/manyin")" - -
row "$many domains: s" "$(of 1 "$work/many")" - -

#!/usr/bin/env bash
# A thousand domains of a simulated mail internet at once: each report is that of the audit alone, no question is sent twice, loss changes
# no verdict, dead and looping domains hold up none of the others, and a run that is killed goes on where it stopped.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
shared=${AUTHCHECK_SHARED:-../shared}
sim=$shared/simnet/simnet.sh
python=/usr/bin/python3
[ -x "$sim" ] || { echo 'skipped: the simulated internet is not here'; exit 77; }
for need in knotd dig cc $python; do
	PATH=$PATH:/usr/sbin command -v $need >/dev/null || { echo "skipped: no $need"; exit 77; }
done
authcheck=$(realpath "${AUTHCHECK:-./authcheck}")
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-bulksim.XXXXXX")
export PATH=$PATH:/usr/sbin
free_port() { $python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
dns=$(free_port) delay=$(free_port) dead=$(free_port)
net=(-n 1000 -s 1 -p "$dns" -P "$delay" -r 5 -l 2 -d "$work/net/data")
proxy=
end() { [ -z "$proxy" ] || kill "$proxy" 2>/dev/null; "$sim" stop "${net[@]}" >/dev/null 2>&1; rm -rf "$work"; }
trap end EXIT
mkdir -p "$work/net"
"$sim" start "${net[@]}" >"$work/start" 2>&1 || { cat "$work/start"; exit 1; }
list=$work/net/data/domains.txt
. tests/net/lib_expect.sh
# What differs from run to run: statistics, the time of the answer within an advice, and the port that was asked.
plain() { sed -E 's/,"stats":\{[^}]*\}//; s/id=20[0-9]{6}T[0-9]{6}/id=X/g; s/127\.0\.0\.1:[0-9]+/SERVER/g'; }
same() { cmp -s "$1" "$2"; }
run() { "$authcheck" --nameserver "127.0.0.1:$dns" --discover short --format ndjson "$@"; }

run --input "$list" >"$work/all" 2>"$work/err"
is 'a thousand domains: status 1, nothing on stderr' [ "$? $(wc -c <"$work/err")" = '1 0' ]
plain <"$work/all" >"$work/plain"
is 'all of them' [ "$(wc -l <"$work/plain")" -eq 1000 ]
for i in $(seq 1 23 1000); do
	run "$(sed -n "${i}p" "$list")" | plain >"$work/one"
	same "$work/one" <(sed -n "${i}p" "$work/plain") || { echo "FAILED: the report of $(sed -n "${i}p" "$list") alone is another"; failed=$((failed + 1)); }
	passed=$((passed + 1))
done
run --unordered --jobs 20 --input - <"$list" | plain | sort >"$work/sorted"
is 'unordered: the same reports' same "$work/sorted" <(sort "$work/plain")
for i in 1 2 3; do run --shard $i/3 --input "$list"; done | plain | sort >"$work/sorted"
is 'three parts add up' same "$work/sorted" <(sort "$work/plain")

# ---- 2 % of all packets are lost ----
"$authcheck" --nameserver "127.0.0.1:$delay" --discover short --format ndjson --timeout 20 --deadline 60 --input "$list" | plain >"$work/lossy"
is 'loss changes no report' same "$work/lossy" "$work/plain"

# ---- dead domains: a proxy that never answers for names with "dead" in them, and counts what it is asked ----
cat >"$work/proxy.py" <<'P'
import select, socket, sys
inside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); inside.bind(("127.0.0.1", int(sys.argv[1])))
inside.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
outside = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); outside.connect(("127.0.0.1", int(sys.argv[2])))
outside.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
waiting, counted = {}, open(sys.argv[3], "w", buffering=1)
while True:
    for s in select.select([inside, outside], [], [])[0]:
        if s is inside:
            data, who = s.recvfrom(4096)
            name = data[12:].split(b"\0")[0].lower()
            counted.write(repr(data[12:len(data) - (11 if data[11] else 0)].lower()) + "\n")
            if b"dead" not in name:
                waiting[data[:2] + data[12:16]] = who
                outside.send(data)
        else:
            data = s.recv(4096)
            who = waiting.pop(data[:2] + data[12:16], None)
            if who:
                inside.sendto(data, who)
P
$python "$work/proxy.py" "$dead" "$dns" "$work/asked" & proxy=$!
sleep 0.5
through() { "$authcheck" --nameserver "127.0.0.1:$dead" --discover short --format ndjson --timeout 3 --deadline 6 --input - "$@"; }
# It knows no TCP: those whose answers are truncated are left out.
grep -vF big.broken-sim.com "$work/plain" | head -n 300 >"$work/some"
sed -E 's/^[^,]*,"domain":"([^"]*)".*/\1/' "$work/some" >"$work/live"
through <"$work/live" | plain >"$work/got"
is 'through the proxy: the same' same "$work/got" "$work/some"
is 'of a hundred questions at most two are sent twice' awk -v sent="$(wc -l <"$work/asked")" -v distinct="$(sort -u "$work/asked" | wc -l)" \
	'BEGIN { if (sent > 1.02 * distinct) { print sent " sent, " distinct " distinct"; exit 1 } }'
awk '{ print } NR % 10 == 0 { print "dead" NR ".com" }' "$work/live" >"$work/with_dead"
through --unordered <"$work/with_dead" >"$work/got"
is 'with dead domains: those alone are last' [ "$(tail -n 30 "$work/got" | grep -c '"domain":"dead')" -eq 30 ]
is 'the others are as they were' same <(head -n 300 "$work/got" | plain | sort) <(sort "$work/some")
through --jobs 10 <"$work/with_dead" >"$work/got"
is 'in the order of the list' same <(sed -E 's/^[^,]*,"domain":"([^"]*)".*/\1/' "$work/got") "$work/with_dead"
is 'of the dead nothing is said for sure' [ "$(grep '"domain":"dead' "$work/got" | grep -c '"severity":"[a-z]*","sure":true')" -eq 0 ]

# ---- killed twenty times ----
sent=0
for i in $(seq 1 20); do
	"$authcheck" --nameserver "127.0.0.1:$dns" --discover short --rate 12000 --resume "$work/resumed" --input "$list" & pid=$!
	sleep "0.$(printf %03d $((RANDOM % 150 + 30)))"
	kill -9 $pid 2>/dev/null && sent=$((sent + 1))
	wait $pid 2>/dev/null
done 2>/dev/null
is 'some were killed under way' [ $sent -gt 3 ]
run --resume "$work/resumed" --input "$list"
is 'nothing is lost, nothing is there twice' same <(plain <"$work/resumed" | sort) <(sort "$work/plain")

finish

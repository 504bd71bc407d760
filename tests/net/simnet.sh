#!/usr/bin/env bash
# A thousand domains of a simulated mail internet on a real name server: the look-ups are counted as planted, every planted fault is
# found, none where none was planted, policies come over real HTTPS; a tape gives the same report; and an audit takes as many round
# trips as its longest chain has.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
shared=${AUTHCHECK_SHARED:-../shared}
sim=$shared/simnet/simnet.sh
python=/usr/bin/python3
[ -x "$sim" ] || { echo 'skipped: the simulated internet is not here'; exit 77; }
for need in knotd dig cc $python; do
	PATH=$PATH:/usr/sbin command -v $need >/dev/null || { echo "skipped: no $need"; exit 77; }
done
$python -c 'import cryptography' 2>/dev/null || { echo 'skipped: no python3-cryptography'; exit 77; }
authcheck=${AUTHCHECK:-./authcheck}
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-sim.XXXXXX")
export PATH=$PATH:/usr/sbin
free_port() { $python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
dns=$(free_port) delay=$(free_port) web=$(free_port)
net=(-n 1000 -s 1 -p "$dns" -P "$delay" -w "$web" -r 50 -d "$work/net/data")
end() { "$sim" stop "${net[@]}" >/dev/null 2>&1; rm -rf "$work"; }
trap end EXIT
mkdir -p "$work/net"
"$sim" start "${net[@]}" >"$work/start" 2>&1 || { cat "$work/start"; exit 1; }
data=$work/net/data
https=(--ca-file "$data/ca.pem" --connect-to "::127.0.0.1:$web")

# simnet's policy server answers one request after another slowly while it makes its first certificates: give it time
"$authcheck" --nameserver "127.0.0.1:$dns" "${https[@]}" --timeout 20 --deadline 60 --discover full --format ndjson --record "$work/tape" \
	$(cat "$data/domains.txt") >"$work/live.ndjson" 2>"$work/err"
status=$?
[ $status -eq 1 ] || { echo "the audit ended with $status"; cat "$work/err"; exit 1; }
"$authcheck" --replay "$work/tape" --discover full --format ndjson $(cat "$data/domains.txt") >"$work/replay.ndjson" 2>>"$work/err"

: >"$work/walls"
for domain in $(head -n 100 "$data/domains.txt"); do
	start=$(date +%s%N)
	"$authcheck" --nameserver "127.0.0.1:$delay" "${https[@]}" --format json "$domain" >/dev/null 2>&1
	echo "$domain $((($(date +%s%N) - start) / 1000))" >>"$work/walls"
done
$python tests/net/simnet_check.py "$data/expected.jsonl" "$work/live.ndjson" "$work/replay.ndjson" "$work/walls"

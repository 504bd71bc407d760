#!/usr/bin/env bash
# An audit over name servers that misbehave: what could not be had is unknown, never missing; exit status 3; and it is over in time.
. "$(dirname "$0")/lib.sh"
authcheck=${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}
# unknown NAME PORT: exit status 3 within the deadline, and nothing sure is said to be missing
unknown() {
	local start status took
	start=$(now_ms)
	"$authcheck" --nameserver "127.0.0.1:$2" --timeout 1 --deadline 4 --discover none --format json example.test >"$work/out" 2>"$work/err"
	status=$?
	took=$(($(now_ms) - start))
	check "$1: exit status" "$status" 3
	[ $took -le "$(at_most 6000)" ] && pass || fail "$1: took $took ms"
	check "$1: what is sure" "$($python -c '
import json, sys
r = json.load(open(sys.argv[1]))
sure = [f["rule"] for f in r["findings"] if f["sure"] and f["severity"] == "error"]
states = {r["protocols"][p]["status"] for p in ("spf", "dmarc", "mx")}
print(sure, sorted(states), len(r["unknown"]) > 0, r["risk"])' "$work/out")" "\[\] \['unknown'\] True unknown"
}
for what in dead slow-9000 servfail refused garbage wrongid tcalways endless-30; do
	serve port $python tests/net/hostile_dns.py --always $what
	unknown $what "$port"
done
serve port $python tests/net/hostile_dns.py --no-tcp --always tc
unknown "tc without TCP" "$port"
unknown nobody "$(free_port)"
finish

#!/usr/bin/env bash
# --all-ns: the name servers of a zone asked one by one. Two Knots have it, one of them as it was; a third one has another zone, and at a
# fourth address nobody listens. The resolver is the first Knot itself: it has all that is asked.
. "$(dirname "$0")/lib.sh"
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")

one=$(free_port) two=$(free_port) three=$(free_port) nobody=$(free_port)
mkdir "$work/one" "$work/two" "$work/three"
zone() { # SERIAL DMARC NS...
	local serial=$1 dmarc=$2 ns
	shift 2
	echo "\$ORIGIN example.test."
	echo "\$TTL 600"
	echo "@ SOA ns1 hostmaster $serial 7200 3600 1209600 120"
	for ns; do echo "@ NS $ns"; done
	cat <<E
@ TXT "v=spf1 mx -all"
@ MX 10 mx
mx A 93.184.215.20
_dmarc TXT "$dmarc"
_smtp._tls 60 TXT "v=TLSRPTv1; rua=mailto:tls@example.test"
sel1._domainkey CNAME sel1.keys.example.net.
ns1 A 93.184.215.1
ns2 A 93.184.215.2
ns3 A 93.184.215.3
ns4 A 93.184.215.4
ns5 A 10.0.0.5
also1 A 93.184.215.1
E
}
strict='v=DMARC1; p=reject; rua=mailto:dmarc@example.test'
zone 1 x ns1 >"$work/one/zone"
zone 1 x ns1 >"$work/two/zone"
echo "\$ORIGIN other.test.
@ 600 SOA ns1 hostmaster 1 7200 3600 1209600 120" >"$work/three/zone"
for server in one two; do
	serve_knot "${!server}" "$work/$server" <<E
  - domain: "example.test"
    file: "$work/$server/zone"
E
done
serve_knot "$three" "$work/three" <<E
  - domain: "other.test"
    file: "$work/three/zone"
E

# states SERIAL DMARC, of the second server SERIAL DMARC, NS...: Knot loads the zones anew
states() {
	local a=$1 b=$2 c=$3 d=$4 i
	shift 4
	zone "$a" "$b" "$@" >"$work/one/zone"
	zone "$c" "$d" "$@" >"$work/two/zone"
	kill -HUP "${pids[0]}" "${pids[1]}"
	for ((i = 0; i < 100; i++)); do
		[[ "$(ask_soa "$one")$(ask_soa "$two")" != "$a.$c." ]] || return 0
		sleep 0.05
	done
	fail "the zones were not loaded anew: $(ask_soa "$one")$(ask_soa "$two")"
}
ask_soa() { # the serial number and a dot
	local hex
	hex=$("$driver" -n "127.0.0.1:$1" -t 1000 example.test SOA | sed -nE 's/.* ([0-9a-f]+)$/\1/p')
	[ -z "$hex" ] || printf '%d.' "$((16#${hex: -40:8}))"
}
audit() {
	"$authcheck" --all-ns --nameserver "127.0.0.1:$one" --timeout 1 --discover none --selector sel1 --connect-to "93.184.215.1:53:127.0.0.1:$one" \
		--connect-to "93.184.215.2:53:127.0.0.1:$two" --connect-to "93.184.215.3:53:127.0.0.1:$three" \
		--connect-to "93.184.215.4:53:127.0.0.1:$nobody" --format json "$@" example.test
}
# dns: the findings about name servers, one a line: rule, subject, sure, detail
dns() {
	audit "$@" | $python -c '
import json, sys
for f in json.load(sys.stdin)["findings"]:
    if f["rule"].startswith("dns-"):
        print(f["rule"], f["subject"], "sure" if f["sure"] else "unsure", f["detail"], sep=" | ")' | sed "s/:$nobody/:PORT/; s/:$three/:PORT/"
}

short='dns-ttl \| example.test \| sure \| 60 s: _smtp._tls.example.test TXT at 93.184.215.1'
states 2 "$strict" 2 "$strict" ns1 ns2
check 'both have the same' "$(dns)" "$short"
states 3 "$strict" 2 "$strict" ns1 ns2
check 'a serial that lags is no fault' "$(dns)" "$short"
states 4 "$strict" 3 'v=DMARC1; p=none' ns1 ns2
check 'another record' "$(dns | head -n 1)" 'dns-ns-inconsistent \| _dmarc.example.test \| sure \| TXT: ns1.example.test \(serial 4\) has v=DMARC1; p=reject; rua=mailto:dmarc@example.test; ns2.example.test \(serial 3\) has v=DMARC1; p=none'
check 'a warning, not an error' "$(audit >"$work/out"; echo $?; audit --fail-on warning >"$work/out"; echo $?)" $'[013]\n1'
check 'only with --all-ns' "$("$authcheck" --nameserver "127.0.0.1:$one" --timeout 1 --discover none --format json example.test | grep -c dns-)" 0
check 'a tape has it all' "$(audit --record "$work/tape" >"$work/first"; audit --replay "$work/tape" | sed -E 's/"elapsed_ms": [0-9]+//' | cmp - <(sed -E 's/"elapsed_ms": [0-9]+//' "$work/first") && grep -c '@93.184.215' "$work/tape")" '1[0-9]'
states 5 "$strict" 5 "$strict" ns1 ns2 ns3 also1
check 'one that has no such zone; two names of one address' "$(dns | head -n 1)" 'dns-ns-lame \| ns3.example.test \| unsure \| ns3.example.test \(93.184.215.3\): it refuses to answer for the zone'
states 6 "$strict" 6 "$strict" ns1 ns2 ns4
check 'one that is silent' "$(dns | head -n 1)" 'dns-ns-unknown \| ns4.example.test \| unsure \| ns4.example.test \(93.184.215.4\): 127.0.0.1:PORT could not be reached'
states 7 "$strict" 7 "$strict" ns1 ns2 ns5
check 'one at a private address is not asked' "$(dns | head -n 1)" 'dns-ns-unknown \| ns5.example.test \| unsure \| ns5.example.test \(10.0.0.5\): 10.0.0.5 is private'
states 8 "$strict" 8 "$strict" ns1 ns2 ns6
check 'one without an address' "$(dns | head -n 1)" 'dns-ns-lame \| ns6.example.test \| sure \| ns6.example.test: it has no address'
check 'offline' "$("$authcheck" --all-ns --offline --format json example.test | grep -o 'dns-ns-[a-z]*' | sort -u)" 'dns-ns-unknown'
check 'a zone file is not served' "$("$authcheck" --all-ns --offline --zone "$work/one/zone" --format json | grep -c 'dns-ns-')" 0
finish

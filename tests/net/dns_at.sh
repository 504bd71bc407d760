#!/usr/bin/env bash
# Name servers that are asked by their address: real ones, Knot DNS, at addresses of the Internet that --connect-to leads to loopback.
. "$(dirname "$0")/lib.sh"

one=$(free_port) two=$(free_port) nobody=$(free_port)
mkdir "$work/one" "$work/two"
cat >"$work/one/zone" <<'E'
$ORIGIN example.test.
$TTL 300
@ SOA ns1 hostmaster 7 7200 3600 1209600 120
@ NS ns1
@ NS ns2
@ TXT "v=spf1 -all"
ns1 A 93.184.215.1
ns2 A 93.184.215.2
alias CNAME target
out CNAME www.elsewhere.invalid.
target TXT "there"
child NS ns.child
ns.child A 93.184.215.3
E
echo 'big TXT'"$(for i in $(seq 20); do printf ' "%0250d"' "$i"; done)" >>"$work/one/zone"
sed 's/ 7 / 6 /; s/-all/~all/' "$work/one/zone" >"$work/two/zone"
serve_knot "$one" "$work/one" <<E
  - domain: "example.test"
    file: "$work/one/zone"
E
serve_knot "$two" "$work/two" <<E
  - domain: "example.test"
    file: "$work/two/zone"
  - domain: "broken.test"
    file: "$work/no-such-file"
E

# The resolver is nobody: none of this may go there.
ask() {
	"$driver" -n "127.0.0.1:$nobody" -t 2000 -c "93.184.215.1:53:127.0.0.1:$one" -c "93.184.215.2:53:127.0.0.1:$two" \
		-c "93.184.215.3:53:127.0.0.1:$nobody" -c "[2606:2800:21f::1]:53:127.0.0.1:$one" "$@" 2>&1
}
seen='size=[0-9]+ src="127.0.0.1:'
for ((i = 0; i < 50; i++)); do
	[[ $(ask example.test SOA@93.184.215.1 example.test SOA@93.184.215.2) != *SOME*SOME* ]] || break
done

check "the one" "$(ask example.test TXT@93.184.215.1)" "example\\.test TXT@93\\.184\\.215\\.1 SOME 300 aa=1 $seen$one\" \"v=spf1 -all\""
check "the other" "$(ask example.test TXT@93.184.215.2)" "example\\.test TXT@93\\.184\\.215\\.2 SOME 300 aa=1 $seen$two\" \"v=spf1 ~all\""
check "both at once" "$(ask example.test TXT@93.184.215.1 example.test TXT@93.184.215.2 | grep -oE 'v=spf1 .all' | tr '\n' ' ')" 'v=spf1 -all v=spf1 ~all '
check "no such name" "$(ask no.example.test TXT@93.184.215.1)" "no\\.example\\.test TXT@93\\.184\\.215\\.1 NONE NXDOMAIN 120 aa=1 $seen$one\""
check "no such record" "$(ask ns1.example.test TXT@93.184.215.1)" "ns1\\.example\\.test TXT@93\\.184\\.215\\.1 NONE NODATA 120 aa=1 $seen$one\""
check "a CNAME is not followed" "$(ask alias.example.test TXT@93.184.215.1)" "alias\\.example\\.test TXT@93\\.184\\.215\\.1 SOME 300 aa=1 $seen$one\" >target\\.example\\.test"
check "nor one that leads out" "$(ask out.example.test TXT@93.184.215.1)" "out\\.example\\.test TXT@93\\.184\\.215\\.1 SOME 300 aa=1 $seen$one\" >www\\.elsewhere\\.invalid"
check "delegated" "$(ask a.child.example.test TXT@93.184.215.1)" "a\\.child\\.example\\.test TXT@93\\.184\\.215\\.1 LOST referral .*detail=\"127\\.0\\.0\\.1:$one is not responsible .*\""
check "not its zone" "$(ask elsewhere.invalid SOA@93.184.215.1)" "elsewhere\\.invalid SOA@93\\.184\\.215\\.1 LOST refused .*detail=\"127\\.0\\.0\\.1:$one answered REFUSED\""
check "its zone, without data" "$(ask broken.test SOA@93.184.215.2)" "broken\\.test SOA@93\\.184\\.215\\.2 LOST servfail .*"
check "over TCP" "$(ask big.example.test TXT@93.184.215.1 | grep -oE 'SOME 300 aa=1 size=[0-9]*')" 'SOME 300 aa=1 size=5[0-9]{3}'
check "by IPv6" "$(ask example.test 'TXT@2606:2800:21f::1' | cut -d' ' -f1-4)" "example\\.test TXT@2606:2800:21f::1 SOME 300"
start=$(now_ms)
check "nobody there" "$(ask example.test SOA@93.184.215.3)" "example\\.test SOA@93\\.184\\.215\\.3 LOST unreachable detail=\"127\\.0\\.0\\.1:$nobody could not be reached\""
within "nobody there" $(($(now_ms) - start)) 0 2500
for ip in 127.0.0.1 10.0.0.1 169.254.169.254 ::1 fd00::1 224.0.0.1; do
	check "$ip is not asked" "$(ask example.test "SOA@$ip")" "example\\.test SOA@$ip LOST private detail=\"$ip is [a-z -]+\""
done
check "but where the user allows it" "$(ask -p example.test SOA@127.0.0.1 | grep -c private)" 0

# More servers than may be asked at once: the questions wait for one another, and each gets its answer.
detours=() questions=()
for i in $(seq 150); do
	port=$one
	[ $((i % 2)) = 1 ] || port=$two
	detours+=(-c "93.184.216.$i:53:127.0.0.1:$port")
	questions+=(example.test "TXT@93.184.216.$i")
done
"$driver" -n "127.0.0.1:$nobody" "${detours[@]}" "${questions[@]}" >"$work/many" 2>&1
check "150 servers" "$(grep -c 'v=spf1 -all' "$work/many") $(grep -c 'v=spf1 ~all' "$work/many")" '75 75'
# The same with 150 addresses on loopback, of which each is another server to us.
detours=()
for i in $(seq 150); do detours+=(-c "93.184.216.$i:53:127.0.1.$i:$nobody"); done
"$driver" -n "127.0.0.1:$nobody" -t 1000 "${detours[@]}" "${questions[@]}" >"$work/many" 2>&1
check "150 servers that are not there" "$(grep -cE 'LOST (unreachable|timeout)' "$work/many")" 150
finish

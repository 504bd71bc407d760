#!/usr/bin/env bash
# What a mail host on port 25 may do to us: every kind of misbehaviour ends in a fact, in time.
. "$(dirname "$0")/lib.sh"
command -v openssl >/dev/null || { echo 'skipped: no openssl'; exit 77; }

ca=$work/ca
. tests/net/lib_ca.sh
make_ca

names=(good chain wrong cnonly expired self no_starttls no_ehlo ehlo_refused ehlo_closes mixed_codes lf eight_bit early starttls_refused
	starttls_closes injection garbage_tls silent_tls endless_banner endless_line slow_banner silent http refuses closes many_lines trickle
	endless_ehlo old)
serve ports $python tests/net/smtp_server.py "$ca" "${names[@]}"
serve dns $python tests/net/hostile_dns.py --always plain
read -ra port <<<"$ports"
for ((i = 0; i < ${#names[@]}; i++)); do printf -v "port_${names[i]}" %s "${port[i]}"; done

# expect NAME PATTERN: the fact about NAME.a.test
expect() {
	local start at=port_$1
	start=$(now_ms)
	check "$1" "$("$driver" -t 1500 -d 3000 -n "127.0.0.1:$dns" -a "$ca/ca.pem" -c "$1.a.test:25:127.0.0.1:${!at}" "$1.a.test" SMTP 2>&1 |
		sed -E 's/ (cert|cert512|spki|spki512)=[0-9a-f]+//g; s/(from|until)=-?[0-9]+/\1=N/g')" "$1\\.a\\.test SMTP $2"
	start=$(($(now_ms) - start))
	[ $start -le "$(at_most 6000)" ] || fail "$1: took $start ms"
}
at='src="127\.0\.0\.1 port [0-9]+"'
said="SOME 0 $at ip=127\\.0\\.0\\.1 banner=\"mx\\.a\\.test\" ehlo=\"SIZE STARTTLS 8BITMIME REQUIRETLS\" starttls=ok tls=\"TLSv1\\.3\""
without="SOME 0 $at detail=\"[^\"]+\" ip=127\\.0\\.0\\.1 banner=\"mx\\.a\\.test\" ehlo=\"SIZE STARTTLS 8BITMIME\" starttls="
leaf='/ subject="CN=[a-z]+\.a\.test" issuer="CN=test CA" from=N until=N'

expect good "$said pkix=ok $leaf names=\"\\*\\.a\\.test\""
expect chain "$said pkix=ok / subject=\"CN=chain\\.a\\.test\" issuer=\"CN=test intermediate\" from=N until=N names=\"\\*\\.a\\.test\" / subject=\"CN=test intermediate\" issuer=\"CN=test CA\" from=N until=N signs=1 / subject=\"CN=test CA\" issuer=\"CN=test CA\" from=N until=N signs=1 / subject=\"CN=self\\.a\\.test\" issuer=\"CN=self\\.a\\.test\" from=N until=N names=\"self\\.a\\.test\""
expect wrong "$said pkix=ok $leaf names=\"other\\.example\""
expect cnonly "$said pkix=ok $leaf"
expect expired "$said pkix=time why=\"certificate has expired\" $leaf names=\"\\*\\.a\\.test\""
expect self "$said pkix=self-signed why=\"self-signed certificate\" / subject=\"CN=self\\.a\\.test\" issuer=\"CN=self\\.a\\.test\" from=N until=N names=\"self\\.a\\.test\""
expect lf "$said pkix=ok .*"
expect trickle "$said pkix=ok .*"
expect no_starttls "SOME 0 $at ip=127\\.0\\.0\\.1 banner=\"mx\\.a\\.test\" ehlo=\"SIZE\" starttls=none"
expect no_ehlo "SOME 0 $at ip=127\\.0\\.0\\.1 banner=\"mx\\.a\\.test\" ehlo=\"\" starttls=none"
expect starttls_refused "${without}refused"
expect starttls_closes "${without}failed"
expect injection "${without}failed"
expect garbage_tls "${without}failed"
expect silent_tls "${without}failed"
expect old "${without}old"
expect endless_ehlo 'SOME .* starttls=ok .*'
expect eight_bit "SOME 0 $at ip=127\\.0\\.0\\.1 banner=\"m\\\\252ller\\.\\\\255\" ehlo=\"STARTTLS.*\" starttls=ok .*"
expect early 'SOME .* starttls=(ok|failed).*'
expect ehlo_refused "LOST smtp $at detail=\"it answered EHLO with: 550 5\\.7\\.1 who are you\""
expect ehlo_closes "LOST smtp $at detail=\"it closed the connection, after EHLO\""
expect mixed_codes "LOST smtp $at detail=\"it sent lines with different codes in one reply, after EHLO\""
expect endless_banner "LOST smtp $at detail=\"it sent a reply of more than 128 lines, instead of a banner\""
expect many_lines "LOST smtp $at detail=\"it sent a reply of more than 128 lines, instead of a banner\""
expect endless_line "LOST smtp $at detail=\"it sent a line .*, instead of a banner\""
expect http "LOST smtp $at detail=\"it sent a line that does not begin with a reply code, instead of a banner\""
expect refuses "LOST smtp $at detail=\"it answered: 554 5\\.7\\.1 \\\\027\\[31mgo away\\\\007\""
expect closes "LOST smtp $at detail=\"it closed the connection, instead of a banner\""
expect slow_banner "LOST timeout $at detail=\"no banner within 3 s\""
expect silent "LOST timeout $at detail=\"no banner within 3 s\""

ask() { "$driver" -t 1500 -d 3000 -n "127.0.0.1:$dns" -a "$ca/ca.pem" "$@" good.a.test SMTP 2>&1; }
check 'nobody there' "$(ask -c "::127.0.0.1:$(free_port)")" 'good\.a\.test SMTP LOST connect detail="no connection to 127\.0\.0\.1 port [0-9]+: connection refused"'
check 'another port' "$(ask -c "good.a.test:443:127.0.0.1:1")" 'good\.a\.test SMTP LOST private.*'
check 'an address from DNS that is not global' "$(ask)" 'good\.a\.test SMTP LOST private detail=".*192\.0\.2\.1 is documentation"'
serve local $python tests/net/hostile_dns.py --always loopback
check 'loopback from DNS' "$("$driver" -t 1500 -d 3000 -n "127.0.0.1:$local" -c ":::$port_good" good.a.test SMTP)" \
	'good\.a\.test SMTP LOST private detail="::1 is loopback, 127\.0\.0\.1 is loopback"'
check 'loopback from DNS, allowed' "$("$driver" -t 1500 -d 3000 -n "127.0.0.1:$local" -p -c ":::$port_good" good.a.test SMTP)" \
	"good\\.a\\.test SMTP SOME 0 $at ip=127\\.0\\.0\\.1 .* pkix=untrusted .*"
check '100 at once' "$(for i in $(seq 100); do echo good.a.test SMTP; done | "$driver" -t 3000 -d 20000 -n "127.0.0.1:$dns" \
	-c "::127.0.0.1:$port_good" | grep -c ' starttls=ok ')" 100
finish

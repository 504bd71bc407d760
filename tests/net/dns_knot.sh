# The live source against a real name server, Knot DNS.
. "$(dirname "$0")/lib.sh"

port=$(free_port)

# $(pad N): a text of N octets
pad() { printf "%0$1d" 0; }
{
	cat <<'ZONE'
$ORIGIN example.test.
$TTL 300
@ SOA ns hostmaster 1 7200 3600 1209600 120
@ NS ns
@ MX 20 mx2
@ MX 10 mx1
@ TXT "v=spf1 include:_spf." "example.test -all"
@ TXT "other"
@ 3600 CAA 0 issue "ca.test"
ns A 127.0.0.1
mx1 A 192.0.2.1
mx1 A 192.0.2.2
mx1 60 AAAA 2001:db8::1
mx2 CNAME mx1
ent.below TXT "x"
one 200 CNAME two
two 100 CNAME three
three TXT "at the end"
gone CNAME nothing.example.test.
empty CNAME three
out CNAME www.elsewhere.invalid.
loop1 CNAME loop2
loop2 CNAME loop1
d DNAME mx1
big TXT ( "$ORIGIN" )
_25._tcp.mx1 TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
*.wild TXT "wild"
a\.b TXT "dot in a label"
a\032b TXT "blank in a label"
1.2.0.192 PTR mx1
ZONE
	for i in 1 2 3 4 5 6 7 8; do echo "large TXT \"$i$(pad 249)\""; done
	echo -n 'long TXT'
	for i in $(seq 80); do echo -n " \"$(pad 255)\""; done
	echo
	for i in $(seq 1 15); do echo "c$i CNAME c$((i + 1))"; done
	echo 'c16 CNAME three'
	for i in $(seq 1 300); do echo "n$i TXT \"number $i\""; done
} >"$work/zone"
serve_knot "$port" <<E
  - domain: "example.test"
    file: "$work/zone"
  - domain: "broken.test"
    file: "$work/no-such-file"
E

s=127.0.0.1:$port
ask() { "$driver" -n "$s" "$@" 2>&1; }
seen='size=[0-9]+ src="'$s'"'
for ((i = 0; i < 100; i++)); do [[ $(ask -t 300 three.example.test TXT) != *SOME* ]] || break; done

check "two strings, two records" "$(ask example.test TXT)" "example\\.test TXT SOME 300 $seen \"other\" / \"v=spf1 include:_spf\.\" \"example\.test -all\""
check "MX" "$(ask example.test MX)" "example\\.test MX SOME 300 $seen 10 mx1\\.example\\.test / 20 mx2\\.example\\.test"
check "A, a CNAME" "$(ask mx2.example.test A)" "mx2\\.example\\.test A SOME 300 $seen >mx1\\.example\\.test 192\\.0\\.2\\.1 / 192\\.0\\.2\\.2"
check "AAAA" "$(ask mx1.example.test AAAA)" "mx1\\.example\\.test AAAA SOME 60 $seen 2001:db8::1"
check "a chain, its least TTL" "$(ask one.example.test TXT)" "one\\.example\\.test TXT SOME 100 $seen ttl=200 >two\\.example\\.test >three\\.example\\.test ttl=300 \"at the end\""
check "PTR" "$(ask 1.2.0.192.example.test PTR)" "1\\.2\\.0\\.192\\.example\\.test PTR SOME 300 $seen mx1\\.example\\.test"
check "TLSA" "$(ask _25._tcp.mx1.example.test TLSA)" "_25\\._tcp\\.mx1\\.example\\.test TLSA SOME 300 $seen .# 35 030101(0123456789abcdef){4}"
check "a wildcard" "$(ask any.wild.example.test TXT)" "any\\.wild\\.example\\.test TXT SOME 300 $seen \"wild\""
check "a dot in a label" "$(ask 'a\.b.example.test' TXT)" "a..b\\.example\\.test TXT SOME 300 $seen \"dot in a label\""
check "NODATA" "$(ask mx1.example.test TXT)" "mx1\\.example\\.test TXT NONE NODATA [0-9]+ $seen"
check "an empty non-terminal" "$(ask below.example.test TXT)" "below\\.example\\.test TXT NONE NODATA [0-9]+ $seen"
check "NXDOMAIN" "$(ask nothing.example.test TXT)" "nothing\\.example\\.test TXT NONE NXDOMAIN [0-9]+ $seen"
check "dangling" "$(ask gone.example.test TXT)" "gone\\.example\\.test TXT NONE NXDOMAIN .*>nothing\\.example\\.test"
check "a zone without data" "$(ask x.broken.test TXT)" "x\\.broken\\.test TXT LOST servfail .*"
check "no such zone" "$(ask x.elsewhere.invalid TXT)" "x\\.elsewhere\\.invalid TXT LOST refused .*"
check "2 kB" "$(ask large.example.test TXT | grep -o 'SOME 300 size=[0-9]*')" 'SOME 300 size=2[0-9]{3}'
check "20 kB over TCP" "$(ask long.example.test TXT | grep -o 'SOME 300 size=[0-9]*')" 'SOME 300 size=2[0-9]{4}'
check "CNAME itself" "$(ask mx2.example.test CNAME)" "mx2\\.example\\.test CNAME SOME 300 $seen mx1\\.example\\.test"
check "a DNAME" "$(ask x.d.example.test A)" "x\\.d\\.example\\.test A NONE NXDOMAIN .*>x\\.mx1\\.example\\.test"
check "nothing at a chain's end" "$(ask empty.example.test A)" "empty\\.example\\.test A OPEN >three\\.example\\.test \\(1\\)"
check "a loop" "$(ask loop1.example.test A)" "loop1\\.example\\.test A LOST cname-loop .*"
# Knot follows no more than five CNAMEs; the row of sources goes on from there
check "a long chain" "$(ask c1.example.test TXT)" "c1\\.example\\.test TXT OPEN >c6\\.example\\.test \\(5\\)"
for round in 1 2 3; do
	for i in $(seq 300); do echo "n$i.example.test TXT"; echo "none$i.example.test A"; done | ask >"$work/round$round"
done
check "the same bytes each time" "$(cat "$work"/round? | sort | uniq -c | awk '$1 != 3' | wc -l)" 0
check "300 questions at once" "$(for i in $(seq 300); do echo "n$i.example.test TXT"; done | ask | grep -c '"number ')" 300
finish

# The live source against a real name server, Knot DNS.
. "$(dirname "$0")/lib.sh"

knotd=$(PATH=$PATH:/usr/sbin:/sbin command -v knotd) || { echo "skipped: no knotd"; exit 77; }
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
cat >"$work/knot.conf" <<CONF
server:
  listen: 127.0.0.1@$port
  rundir: "$work"
  pidfile: "$work/knot.pid"
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
control:
  listen: "$work/knot.sock"
log:
  - target: "$work/knot.log"
    any: warning
database:
  storage: "$work"
zone:
  - domain: "example.test"
    file: "$work/zone"
    journal-content: none
    zonefile-load: whole
    zonefile-sync: -1
    semantic-checks: off
  - domain: "broken.test"
    file: "$work/no-such-file"
CONF
"$knotd" -c "$work/knot.conf" >"$work/knot.out" 2>&1 &
pids+=($!)

ask() { "$driver" -n 127.0.0.1:$port "$@" 2>&1 | sed -E 's/ size=[0-9]+//; s/ src="127.0.0.1:[0-9]+"//'; }
ready() { case $(ask -t 300 example.test SOA) in *SOME*) return 0 ;; esac; return 1; }
for _ in $(seq 100); do ready && break; sleep 0.05; done
ready || { cat "$work/knot.out" "$work/knot.log"; exit 1; }

answer() { # NAME TYPE REST
	check "$1 $2" "$(ask "$1" "$2")" "$(sed 's/[.*+()\\]/\\&/g' <<<"$1") $2 $3"
}
answer example.test TXT 'SOME 300 "other" / "v=spf1 include:_spf\." "example\.test -all"'
answer example.test MX 'SOME 300 10 mx1\.example\.test / 20 mx2\.example\.test'
answer example.test CAA 'SOME 3600 .*'
answer mx1.example.test A 'SOME 300 192\.0\.2\.1 / 192\.0\.2\.2'
answer mx1.example.test AAAA 'SOME 60 2001:db8::1'
answer mx1.example.test TXT 'NONE NODATA 120'
answer below.example.test TXT 'NONE NODATA 120'
answer no.example.test TXT 'NONE NXDOMAIN 120'
answer mx2.example.test A 'SOME 300 >mx1\.example\.test 192\.0\.2\.1 / 192\.0\.2\.2'
answer mx2.example.test CNAME 'SOME 300 mx1\.example\.test'
answer one.example.test TXT 'SOME 100 ttl=200 >two\.example\.test >three\.example\.test ttl=300 "at the end"'
answer gone.example.test TXT 'NONE NXDOMAIN 120 ttl=300 >nothing\.example\.test'
answer empty.example.test A 'OPEN >three\.example\.test \(1\)'
answer out.example.test A 'OPEN >www\.elsewhere\.invalid \(1\)'
answer loop1.example.test A 'LOST cname-loop .*detail="loop2\.example\.test leads back to loop1\.example\.test".*'
answer x.d.example.test A 'NONE NXDOMAIN .* >x\.mx1\.example\.test'
answer c1.example.test TXT 'SOME 300( >[a-z0-9]+\.example\.test){16} "at the end"'
answer _25._tcp.mx1.example.test TLSA 'SOME 300 \\# 35 .*'
answer any.wild.example.test TXT 'SOME 300 "wild"'
answer 1.2.0.192.example.test PTR 'SOME 300 mx1\.example\.test'
answer other.invalid TXT "LOST refused detail=\"127\.0\.0\.1:$port answered REFUSED\""
answer x.broken.test TXT "LOST servfail detail=\"127\.0\.0\.1:$port answered SERVFAIL\""
if [[ $(ask 'a\032b.example.test' TXT) != *bad-name* ]]; then
	check 'a dot in a label' "$(ask 'a\.b.example.test' TXT)" 'a\\\.b\.example\.test TXT SOME 300 "dot in a label"'
	check 'a blank in a label' "$(ask 'a\032b.example.test' TXT)" 'a\\032b\.example\.test TXT SOME 300 "blank in a label"'
fi

# Over what UDP takes: by TCP.
check "2 kB" "$("$driver" -n 127.0.0.1:$port large.example.test TXT | grep -o '"[0-9]*"' | sort -u | wc -l)" 8
check "20 kB" "$("$driver" -n 127.0.0.1:$port long.example.test TXT | grep -o '"0*"' | wc -l)" 80
check "20 kB, size" "$("$driver" -n 127.0.0.1:$port long.example.test TXT | grep -o 'size=2[0-9]*')" 'size=20[0-9]{3}'

# All at once: the same bytes each time, whatever the order of the answers, and no answer to another question.
for i in $(seq 300); do echo "n$i.example.test TXT"; echo "none$i.example.test TXT"; done >"$work/questions"
for i in $(seq 300); do
	echo "n$i.example.test TXT SOME 300 \"number $i\""
	echo "none$i.example.test TXT NONE NXDOMAIN 120"
done >"$work/want"
for round in 1 2 3; do
	ask <"$work/questions" >"$work/got"
	if cmp -s "$work/want" "$work/got"; then pass; else fail "600 at once, round $round" "$(diff "$work/want" "$work/got" | head -n 6)"; fi
done
finish

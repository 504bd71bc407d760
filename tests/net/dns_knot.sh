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
cat >"$work/knot.conf" <<E
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

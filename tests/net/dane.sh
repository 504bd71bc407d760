#!/usr/bin/env bash
# DANE from end to end: a root zone that the test signs (Knot DNS), a resolver that validates it (Unbound), and mail hosts with
# certificates that the TLSA records fit, or do not.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin:/sbin
for program in knotd keymgr unbound openssl; do
	command -v $program >/dev/null || { echo "skipped: no $program"; exit 77; }
done
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")

ca=$work/ca
. tests/net/lib_ca.sh
make_ca
serve ports $python tests/net/smtp_server.py "$ca" chain no_starttls
read -r chain none <<<"$ports"
spki() { openssl x509 -in "$ca/$1" -pubkey -noout | openssl pkey -pubin -outform DER | openssl sha256 -r | cut -d' ' -f1; }
leaf=$(spki chain.crt) inter=$(spki inter.pem) other=$(spki self.crt)

knot=$(free_port) resolver=$(free_port)
{
	cat <<E
\$ORIGIN .
\$TTL 300
@ SOA ns.a.test. hostmaster.a.test. 1 7200 3600 1209600 120
@ NS ns.a.test.
ns.a.test. A 127.0.0.1
mx.a.test. A 93.184.215.20
u.test. NS ns.a.test.
_tcp.bogus.a.test. NS ns.a.test.
_tcp.bogus.a.test. DS 12345 13 2 $other
E
	for host in ee ta mismatch usage bogus; do
		echo "$host.a.test. A 93.184.215.20"
		echo "d-$host.a.test. MX 10 $host.a.test."
	done
	cat <<E
_25._tcp.ee.a.test. TLSA 3 1 1 $leaf
_25._tcp.ta.a.test. TLSA 2 1 1 $inter
_25._tcp.mismatch.a.test. TLSA 3 1 1 $other
_25._tcp.usage.a.test. TLSA 0 1 1 $inter
_25._tcp.usage.a.test. TLSA 1 1 1 $leaf
E
} >"$work/root.zone"
cat >"$work/u.zone" <<E
\$ORIGIN u.test.
\$TTL 300
@ SOA ns.a.test. hostmaster 1 7200 3600 1209600 120
@ NS ns.a.test.
@ MX 10 mx
mx A 93.184.215.20
_25._tcp.mx TLSA 3 1 1 $leaf
E
cat >"$work/bogus.zone" <<E
\$ORIGIN _tcp.bogus.a.test.
\$TTL 300
@ SOA ns.a.test. hostmaster.a.test. 1 7200 3600 1209600 120
@ NS ns.a.test.
_25 TLSA 3 1 1 $leaf
E
serve_knot "$knot" <<E
  - domain: "."
    file: "$work/root.zone"
    dnssec-signing: on
  - domain: "u.test"
    file: "$work/u.zone"
  - domain: "_tcp.bogus.a.test"
    file: "$work/bogus.zone"
E
for ((i = 0; i < 100; i++)); do
	[[ $("$driver" -n "127.0.0.1:$knot" -t 300 . SOA 2>&1) != *SOME* ]] || break
	sleep 0.1
done
anchor=$(keymgr -c "$work/knot.conf" . ds 2>/dev/null | grep -m 1 ' 13 2 ')
[ -n "$anchor" ] || { echo 'keymgr has no DS for the root'; cat "$work/knot.log"; exit 1; }

cat >"$work/unbound.conf" <<E
server:
  interface: 127.0.0.1@$resolver
  do-daemonize: no
  chroot: ""
  username: ""
  directory: "$work"
  pidfile: ""
  use-syslog: no
  logfile: "$work/unbound.log"
  do-ip6: no
  do-not-query-localhost: no
  num-threads: 1
  module-config: "validator iterator"
  trust-anchor: "$anchor"
  local-zone: "test." nodefault
remote-control:
  control-enable: no
E
for zone in . u.test. _tcp.bogus.a.test.; do
	printf 'stub-zone:\n  name: "%s"\n  stub-addr: 127.0.0.1@%s\n  stub-prime: no\n' "$zone" "$knot"
done >>"$work/unbound.conf"
unbound -d -c "$work/unbound.conf" >"$work/unbound.out" 2>&1 &
pids+=($!)
for ((i = 0; i < 100; i++)); do
	[[ $("$driver" -n "127.0.0.1:$resolver" -t 300 . SOA 2>&1) != *SOME*ad=1* ]] || break
	sleep 0.1
done
[ $i -lt 100 ] || { echo 'skipped: Unbound does not validate here'; cat "$work/unbound.out" "$work/unbound.log"; exit 77; }

# dane DOMAIN [option...]: "STATUS; rules of DANE and SMTP that fire, an unsure one with a question mark"
dane() {
	local domain=$1
	shift
	timeout 60 "$authcheck" --nameserver "127.0.0.1:$resolver" --timeout 5 --discover none --ca-file "$ca/ca.pem" --format ndjson "$@" "$domain" 2>&1 |
		$python -c 'import json, sys
r = json.load(sys.stdin)
rules = sorted(f["rule"] + ("" if f["sure"] else "?") for f in r["findings"] if f["rule"].startswith(("dane-", "smtp-")))
print(r["protocols"]["dane"]["status"] + ";", *rules)'
}
starttls() { dane "$@" --starttls --connect-to ":25:127.0.0.1:$chain"; }
check '3 1 1, DNS alone' "$(dane d-ee.a.test)" 'pass; dane-rollover'
check '3 1 1' "$(starttls d-ee.a.test)" 'pass; dane-rollover'
check '2 1 1' "$(starttls d-ta.a.test)" 'pass; dane-rollover'
check 'mismatch' "$(starttls d-mismatch.a.test)" 'fail; dane-mismatch dane-rollover'
check 'no STARTTLS' "$(dane d-ee.a.test --starttls --connect-to ":25:127.0.0.1:$none")" 'fail; dane-rollover dane-starttls'
check 'usage 0 and 1 alone' "$(dane d-usage.a.test)" 'fail; dane-usage'
check 'a zone that is not signed' "$(dane u.test)" 'warn; dane-insecure'
check 'bogus TLSA' "$(dane d-bogus.a.test)" 'fail; dane-servfail'
# the same without anybody who validates
check 'a server that does not validate' "$(resolver=$knot dane u.test)" 'pass; dane-rollover\? dane-unknown\?'
finish

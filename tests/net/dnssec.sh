#!/usr/bin/env bash
# DNSSEC with real parts: zones that this test signs, below a root that it signs as well, served by Knot DNS, and two Unbound resolvers,
# of which one validates with that root's key.
. "$(dirname "$0")/lib.sh"

PATH=$PATH:/usr/sbin:/sbin
for program in knotd unbound dnssec-keygen dnssec-signzone dnssec-dsfromkey; do
	command -v $program >/dev/null || { echo "skipped: no $program"; exit 77; }
done
authcheck=${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}
served=$(free_port)

# ---- zones ----
zone() { # NAME
	printf '$ORIGIN %s.\n$TTL 300\n@ SOA ns.nic.test. hostmaster 1 7200 3600 1209600 300\n@ NS ns.nic.test.\n' "$1"
	printf '@ TXT "v=spf1 ip4:93.184.215.20 -all"\n@ MX 10 mx\nmx A 93.184.215.20\n_dmarc TXT "v=DMARC1; p=reject"\n'
}
key() { # NAME: makes a key, writes its file's name
	dnssec-keygen -q -K "$work" -a "${algorithm:-ECDSAP256SHA256}" ${bits:+-b $bits} -f KSK -n ZONE "$1" 2>"$work/keygen"
}
# sign NAME KEY [ARGUMENT...]: with the one key, for all records
sign() {
	local name=$1 key=$2
	shift 2
	cat "$work/$key.key" >>"$work/$name"
	dnssec-signzone -q -z -S -K "$work" -d "$work" -o "$name" "$@" -f "$work/$name.signed" "$work/$name" "$work/$key" >"$work/signzone" 2>&1 ||
		{ cat "$work/signzone"; exit 1; }
}
ds() { dnssec-dsfromkey "${digest:--2}" "$work/$1.key" 2>"$work/dsfromkey"; }

cd "$work" || exit 1
{
	printf '$TTL 300\n. SOA ns.nic.test. hostmaster.nic.test. 1 7200 3600 1209600 300\n. NS ns.nic.test.\nns.nic.test. A 127.0.0.1\n'
	for name in good broken expired old plain island; do echo "$name.test. NS ns.nic.test."; done
} >root
for name in good broken expired island plain; do zone $name.test >$name.test; done
for name in good broken expired island; do
	k=$(key $name.test) || { cat keygen; exit 1; }
	when=()
	[ $name = expired ] && when=(-P -s 20200101000000 -e 20200201000000)
	sign $name.test "$k" ${when[@]+"${when[@]}"}
	[ $name = island ] || ds "$k" >>root
done
# somebody edits the signed file
sed -i 's/ip4:93.184.215.20/ip4:93.184.215.21/' broken.test.signed
zone old.test >old.test
k=$(algorithm=NSEC3RSASHA1 bits=2048 key old.test) && sign old.test "$k" && digest=-1 ds "$k" >>root
root=$(key .) || exit 1
cat "$root.key" >>root
dnssec-signzone -q -z -S -K . -d . -o . -f root.signed root "$root" >signzone 2>&1 || { cat signzone; exit 1; }
cd - >/dev/null || exit 1

# ---- servers ----
zones() {
	cat <<E
  - domain: "."
    file: "$work/root.signed"
  - domain: "plain.test"
    file: "$work/plain.test"
E
	for name in good broken expired island old; do printf '  - domain: "%s.test"\n    file: "%s/%s.test.signed"\n' $name "$work" $name; done
}
serve_knot "$served" < <(zones)

resolver() { # VARIABLE MODULES
	local port
	port=$(free_port)
	cat >"$work/unbound.$1" <<E
server:
  interface: 127.0.0.1
  port: $port
  directory: "$work"
  pidfile: ""
  username: ""
  chroot: ""
  use-syslog: no
  do-ip6: no
  do-not-query-localhost: no
  num-threads: 1
  module-config: "$2"
  trust-anchor-file: "$work/$root.key"
  local-zone: "test." nodefault
  qname-minimisation: no
stub-zone:
  name: "."
  stub-addr: 127.0.0.1@$served
stub-zone:
  name: "nic.test"
  stub-addr: 127.0.0.1@$served
remote-control:
  control-enable: no
E
	unbound -d -c "$work/unbound.$1" >"$work/unbound.$1.log" 2>&1 &
	pids+=($!)
	printf -v "$1" %s "$port"
}
resolver validating 'validator iterator'
resolver trusting iterator
for port in $validating $trusting; do
	for ((i = 0; i < 100; i++)); do [[ $("$driver" -t 300 -n 127.0.0.1:$port good.test MX) != *SOME* ]] || break; done
done

# ---- what is known of each domain, and what is said ----
audit() { # PORT DOMAIN [OPTION...]
	local port=$1 domain=$2
	shift 2
	"$authcheck" --nameserver "127.0.0.1:$port" --discover none --timeout 3 --format json "$@" "$domain" 2>&1 | $python -c '
import json, sys
r = json.load(sys.stdin)
d = r["protocols"]["dnssec"]
print(d["status"], d["validated"], len(d["ds"]), " ".join(sorted(f["rule"] + ("" if f["sure"] else "?") for f in r["findings"] if f["rule"].startswith("dnssec-"))))'
}
check 'signed' "$(audit $validating good.test)" 'pass True 1 '
check 'not signed' "$(audit $validating plain.test)" 'none False 0 dnssec-none'
check 'signed, no DS' "$(audit $validating island.test)" 'none False 0 dnssec-no-ds'
check 'a record that was edited' "$(audit $validating broken.test)" 'fail None 0 dnssec-bogus'
check 'expired signatures' "$(audit $validating expired.test)" 'fail None 0 dnssec-bogus'
check 'SHA-1' "$(audit $validating old.test)" '(warn (True|False) 1 dnssec-algorithm dnssec-digest)'
check 'a resolver that does not validate, signed' "$(audit $trusting good.test)" 'pass None 1 '
check 'a resolver that does not validate, not signed' "$(audit $trusting plain.test)" 'unknown None 0 '
check 'a resolver that does not validate, broken' "$(audit $trusting broken.test)" 'pass None 1 '

# the flag on facts, and the question with the check disabled
check 'AD' "$("$driver" -n 127.0.0.1:$validating good.test TXT)" 'good\.test TXT SOME [0-9]+ ad=1 .*'
check 'no AD' "$("$driver" -n 127.0.0.1:$validating plain.test TXT)" 'plain\.test TXT SOME [0-9]+ size=.*'
check 'no AD of who does not validate' "$("$driver" -n 127.0.0.1:$trusting good.test TXT)" 'good\.test TXT SOME [0-9]+ size=.*'
check 'bogus is lost' "$("$driver" -n 127.0.0.1:$validating broken.test TXT)" 'broken\.test TXT LOST servfail .*'
for name in good plain broken old; do
	"$authcheck" --nameserver "127.0.0.1:$validating" --discover none --timeout 3 --record "$work/tape" --format json $name.test | grep -v elapsed_ms >"$work/live"
	"$authcheck" --replay "$work/tape" --discover none --format json $name.test | grep -v elapsed_ms >"$work/replayed"
	check "$name: a tape says the same" "$(cmp "$work/live" "$work/replayed" && echo same)" same
done
check 'the tape has the question with CD' "$(grep -c 'TXT+CD SOME' <("$authcheck" --nameserver "127.0.0.1:$validating" --discover none --record /dev/stdout --output "$work/report" broken.test))" 1
finish

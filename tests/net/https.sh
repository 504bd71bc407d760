#!/usr/bin/env bash
# MTA-STS policies over real HTTPS with a CA of the test's own: what is fetched, what is refused, and that it is over in time.
. "$(dirname "$0")/lib.sh"
command -v openssl >/dev/null || { echo 'skipped: no openssl'; exit 77; }

ca=$work/ca
mkdir -p "$ca"
(
	cd "$ca" || exit 1
	openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650 -subj '/CN=test CA' -addext basicConstraints=critical,CA:TRUE
	leaf() { # NAME SAN DAYS
		openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1"
		printf 'subjectAltName=DNS:%s\n' "$2" >"$1.ext"
		openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days "$3" -extfile "$1.ext" -out "$1.crt"
		cat "$1.key" "$1.crt" >"$1.pem"
	}
	leaf good '*.a.test' 3650
	leaf wrong other.example 3650
	leaf late mta-sts.late.a.test 3650
	openssl req -newkey rsa:2048 -nodes -keyout cnonly.key -out cnonly.csr -subj /CN=cnonly.a.test
	openssl x509 -req -in cnonly.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 3650 -out cnonly.crt
	cat cnonly.key cnonly.crt >cnonly.pem
	leaf expired '*.a.test' -1
	openssl req -x509 -newkey rsa:2048 -nodes -keyout self.key -out self.crt -days 3650 -subj '/CN=self.test' -addext subjectAltName=DNS:self.a.test
	cat self.key self.crt >self.pem
) >"$work/openssl" 2>&1
[ -s "$ca/self.pem" ] && [ -s "$ca/good.pem" ] || { cat "$work/openssl"; exit 1; }
serve web $python tests/net/https_server.py "$ca"
serve dns $python tests/net/hostile_dns.py --always plain

get() { # [option...] NAME
	"$driver" -t "${timeout:-3000}" -n "127.0.0.1:$dns" -a "$ca/ca.pem" "$@" HTTPS 2>&1
}
expect() { # NAME PATTERN
	local start
	start=$(now_ms)
	check "$1" "$(get -c "::127.0.0.1:$web" "$1.a.test")" "$1\.a\.test HTTPS $2"
	start=$(($(now_ms) - start))
	[ $start -le "$(at_most 9000)" ] || fail "$1: took $start ms"
}

expect good 'SOME 0 .*200 "text/plain" "version: STSv1\\nmode: enforce\\nmx: mx\.test\\nmax_age: 604800\\n"'
expect html 'SOME 0 .*200 "text/html" "<html>"'
expect redirect 'SOME 0 .*https://good\.test/.* 301 .*'
expect missing 'SOME 0 .*404 "text/plain" ""'
expect wrong 'LOST certificate .*detail=".*"'
if [ -s "$ca/expired.pem" ]; then expect expired 'LOST certificate .*detail=".*expired.*"'; fi
expect self 'LOST certificate .*detail=".*"'
expect cnonly 'LOST certificate .*detail="the certificate has no subject alternative name; the common name does not count"'
expect large 'LOST too-large.*'
expect endless 'LOST too-large.*'
expect reset 'LOST (http|connect|tls)( .*)?'
expect nohttp 'LOST http.*'
timeout=1500 expect slow 'LOST timeout.*'

authcheck=$(realpath "${AUTHCHECK:-./authcheck}")
# Within an audit as well a policy has two time-outs: one for the connection, one for the answer.
printf '%s\n' '$ORIGIN late.a.test.' '@ 60 SOA ns h 1 2 3 4 5' '@ NS ns' 'ns A 192.0.2.53' '@ MX 10 mx' 'mx A 93.184.215.20' '@ TXT "v=spf1 mx -all"' \
	'_mta-sts TXT "v=STSv1; id=1"' 'mta-sts A 93.184.215.20' >"$work/zone"
check 'two time-outs' "$("$authcheck" --zone "$work/zone" --nameserver "127.0.0.1:$dns" --timeout 1 --ca-file "$ca/ca.pem" --connect-to "::127.0.0.1:$web" --format json \
	late.a.test 2>&1 | grep -o 'no complete answer within [^"]*' | sort -u)" 'no complete answer within 2 s( .*)?'

serve old $python tests/net/https_server.py "$ca" --old
check 'TLS 1.1' "$(get -c "::127.0.0.1:$old" good.a.test)" 'good\.a\.test HTTPS LOST tls .*detail=".*"'

# An address from DNS that is not global is not connected to (hostile_dns.py answers 192.0.2.1); one that the user names is.
check 'private addresses' "$(get good.a.test)" 'good\.a\.test HTTPS LOST private.*'
check 'nobody there' "$(get -c "::127.0.0.1:$(free_port)" good.a.test)" 'good\.a\.test HTTPS LOST connect.*'
# Without the CA the certificate is not trusted.
check 'an unknown CA' "$("$driver" -n "127.0.0.1:$dns" -c "::127.0.0.1:$web" good.a.test HTTPS 2>&1)" 'good\.a\.test HTTPS LOST certificate.*'

# ---- where it connects to ----
fine='good\.a\.test HTTPS SOME 0 .*200 .*'
check 'for this host' "$(get "-cGOOD.a.test:443:127.0.0.1:$web" good.a.test)" "$fine"
check 'any host, this port' "$(get "-c:443:127.0.0.1:$web" good.a.test)" "$fine"
check 'the first that fits' "$(get -cother.test::127.0.0.1:1 "-cgood.a.test::127.0.0.1:$web" -c::127.0.0.1:1 good.a.test)" "$fine"
check 'another port' "$(get "-c:8443:127.0.0.1:$web" good.a.test)" 'good\.a\.test HTTPS LOST private.*'
check 'no proxy from the environment' "$(https_proxy=http://127.0.0.1:1 ALL_PROXY=http://127.0.0.1:1 get "-c::127.0.0.1:$web" good.a.test)" "$fine"

# A domain whose policy host is at the loopback address: not without leave, though the user names the port.
serve local $python tests/net/hostile_dns.py --always loopback
loopback() { "$driver" -t 3000 -n "127.0.0.1:$local" -a "$ca/ca.pem" "-c:::$web" "$@" good.a.test HTTPS 2>&1; }
check 'loopback from DNS' "$(loopback)" 'good\.a\.test HTTPS LOST private detail="::1 is loopback, 127\.0\.0\.1 is loopback"'
check 'loopback from DNS, allowed' "$(loopback -p)" "$fine"
check 'addresses that could not be had' "$("$driver" -t 500 -n "127.0.0.1:$(free_port)" good.a.test HTTPS)" \
	'good\.a\.test HTTPS LOST no-address detail="good\.a\.test A could not be had: no server could be reached"'
for name in 'a/b@c:1.test' '\127.x.test'; do
	check "no host name: $name" "$(get "-c::127.0.0.1:$web" "$name" | grep -c ' LOST bad-name$')" 1
done

# ---- more than there are connections ----
check '150 at once' "$(for i in $(seq 150); do echo good.a.test HTTPS; done | "$driver" -t 20000 -n "127.0.0.1:$dns" -a "$ca/ca.pem" \
	"-c::127.0.0.1:$web" | grep -c ' SOME .* 200 ')" 150

# ---- options ----
bad() { check "bad option $*" "$("$driver" -n "127.0.0.1:$dns" "$@" x.test TXT 2>&1)" 'ask_driver: .+'; }
for c in x a:b a:1:b a:1:127.0.0.1:1:2 a:1:host.test:1 a:x:127.0.0.1:1 a:1:127.0.0.1:70000 ::; do bad -c "$c"; done
bad -a "$ca/none.pem"
bad -a "$ca/ca.key"
finish

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
	[ $start -le 9000 ] || fail "$1: took $start ms"
}

expect good 'SOME 0 .*200 "text/plain" "version: STSv1\\nmode: enforce\\nmx: mx\.test\\nmax_age: 604800\\n"'
expect html 'SOME 0 .*200 "text/html" "<html>"'
expect redirect 'SOME 0 .*https://good\.test/.* 301 .*'
expect missing 'SOME 0 .*404 "text/plain" ""'
expect wrong 'LOST certificate .*detail=".*"'
if [ -s "$ca/expired.pem" ]; then expect expired 'LOST certificate .*detail=".*expired.*"'; fi
expect self 'LOST certificate .*detail=".*"'
expect large 'LOST too-large.*'
expect endless 'LOST too-large.*'
expect reset 'LOST (http|connect|tls)( .*)?'
expect nohttp 'LOST http.*'
timeout=1500 expect slow 'LOST timeout.*'

serve old $python tests/net/https_server.py "$ca" --old
check 'TLS 1.1' "$(get -c "::127.0.0.1:$old" good.a.test)" 'good\.a\.test HTTPS LOST tls .*detail=".*"'

# An address from DNS that is not global is not connected to (hostile_dns.py answers 192.0.2.1); one that the user names is.
check 'private addresses' "$(get good.a.test)" 'good\.a\.test HTTPS LOST private.*'
check 'nobody there' "$(get -c "::127.0.0.1:$(free_port)" good.a.test)" 'good\.a\.test HTTPS LOST connect.*'
# Without the CA the certificate is not trusted.
check 'an unknown CA' "$("$driver" -n "127.0.0.1:$dns" -c "::127.0.0.1:$web" good.a.test HTTPS 2>&1)" 'good\.a\.test HTTPS LOST certificate.*'
finish

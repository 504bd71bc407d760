#!/usr/bin/env bash
# Logos and mark certificates of BIMI over real HTTPS, with a CA of the test's own: what is fetched, what is refused, and what is said of it.
. "$(dirname "$0")/lib.sh"
. tests/net/lib_ca.sh
command -v openssl >/dev/null || { echo 'skipped: no openssl'; exit 77; }
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")

ca=$work/ca
make_ca
mkdir "$ca/www"
cp fixtures/fuzz/svg/good "$ca/www/logo.svg"
cp fixtures/fuzz/svg/gzip "$ca/www/logo.svgz"
cp fixtures/fuzz/svg/bomb "$ca/www/bomb.svgz"
cp fixtures/fuzz/svg/script "$ca/www/script.svg"
head -c 40000 /dev/zero | tr '\0' ' ' | cat fixtures/fuzz/svg/good - >"$ca/www/long.svg"
head -c 70000 /dev/zero | tr '\0' ' ' | cat fixtures/fuzz/svg/good - >"$ca/www/large.svg"
# Mark certificates by an intermediate CA of the test's own.
(
	cd "$ca" || exit 1
	mark() { # NAME SAN USAGE DAYS
		openssl req -newkey rsa:2048 -nodes -keyout "$1.key" -out "$1.csr" -subj "/CN=$1"
		printf 'subjectAltName=DNS:%s\nextendedKeyUsage=%s\n1.3.6.1.5.5.7.1.12=DER:30:02:a2:00\n' "$2" "$3" >"$1.ext"
		openssl x509 -req -in "$1.csr" -CA inter.pem -CAkey inter.key -CAcreateserial -extfile "$1.ext" -out "$1.crt" -days "$4"
		cat "$1.crt" inter.pem >"www/$1.pem"
	}
	mark vmc a.test 1.3.6.1.5.5.7.3.31 90
	mark selector default._bimi.a.test 1.3.6.1.5.5.7.3.31 90
	mark ended a.test 1.3.6.1.5.5.7.3.31 -1
	mark other b.test 1.3.6.1.5.5.7.3.31 90
	mark web a.test serverAuth 90
	cp vmc.crt www/alone.pem
	cat vmc.crt ca.pem >www/gap.pem
) >"$work/openssl.mark" 2>&1
[ -s "$ca/www/gap.pem" ] || { cat "$work/openssl.mark"; exit 1; }
serve web $python tests/net/https_server.py "$ca"

# bimi RECORD [OPTION]...: findings about it, one a line
bimi() {
	local record=$1
	shift
	cat >"$work/zone" <<E
\$ORIGIN a.test.
@ 3600 SOA ns h 1 2 3 4 5
@ 3600 NS ns
@ 3600 TXT "v=spf1 -all"
_dmarc 3600 TXT "v=DMARC1; p=reject; rua=mailto:d@a.test"
default._bimi 3600 TXT "$record"
good 3600 A 93.184.215.20
expired 3600 A 93.184.215.20
wrong 3600 A 93.184.215.20
inside 3600 A 10.0.0.1
bare 3600 TXT "no address"
E
	"$authcheck" --zone "$work/zone" --nameserver 127.0.0.1:9 --timeout 1 --discover none --ca-file "$ca/ca.pem" --format json "$@" a.test | $python -c '
import json, sys
for f in json.load(sys.stdin)["findings"]:
    if f["rule"].startswith("bimi-") and f["rule"] != "bimi-certificate":
        print(f["rule"], "sure" if f["sure"] else "unsure", f["detail"], sep=" | ")'
}
there=(--connect-to "::127.0.0.1:$web")
logo() { bimi "v=BIMI1; l=https://$1" "${there[@]}"; }

check 'a good one' "$(logo good.a.test/www/logo.svg)" ''
check 'packed' "$(logo good.a.test/www/logo.svgz)" ''
check 'with a query' "$(logo 'good.a.test/www/logo.svg#x')" ''
check 'a script' "$(logo good.a.test/www/script.svg)" 'bimi-svg \| sure \| line 4: <script>; line 4: the script attribute onclick'
check 'over 32 KiB' "$(logo good.a.test/www/long.svg)" 'bimi-svg \| sure \| 402[0-9]{2} octets, 32768 are advised at most'
check 'over 64 KiB' "$(logo good.a.test/www/large.svg)" 'bimi-fetch \| sure \| the logo: the body is larger than 64 KiB'
check 'a bomb' "$(logo good.a.test/www/bomb.svgz)" 'bimi-svg \| sure \| it cannot be unpacked, or is far too large'
check 'nothing there' "$(logo good.a.test/www/none.svg)" 'bimi-fetch \| sure \| the logo: HTTP status 404'
check 'a redirect is not followed' "$(logo good.a.test/www/moved)" 'bimi-fetch \| unsure \| the logo: HTTP status 302, redirected to https://good.a.test/www/logo.svg'
check 'an expired certificate' "$(logo expired.a.test/www/logo.svg)" 'bimi-fetch \| sure \| the logo: .*expired.*'
check 'a certificate of another name' "$(logo wrong.a.test/www/logo.svg)" 'bimi-fetch \| sure \| the logo: .*'
check 'no address' "$(logo bare.a.test/logo.svg)" 'bimi-fetch \| sure \| the logo: bare.a.test has no address'
check 'no such name' "$(logo none.a.test/logo.svg)" 'bimi-fetch \| sure \| the logo: none.a.test does not exist'
check 'a private address is not connected to' "$(bimi 'v=BIMI1; l=https://inside.a.test/logo.svg')" 'bimi-fetch \| unsure \| the logo: only private addresses, which are not connected to: 10.0.0.1 is private'
check 'another port is not connected to' "$(logo good.a.test:8443/www/none.svg)" ''
check 'nobody there' "$(bimi 'v=BIMI1; l=https://good.a.test/www/logo.svg' --connect-to '::127.0.0.1:9')" 'bimi-fetch \| unsure \| the logo: no connection: .*'
check 'offline' "$(bimi 'v=BIMI1; l=https://good.a.test/www/logo.svg' --offline)" 'bimi-fetch \| unsure \| the logo: not asked: offline'
check 'a tape has it' "$(bimi 'v=BIMI1; l=https://good.a.test/www/logo.svgz' "${there[@]}" --record "$work/tape"; grep -c 'HTTPS/www/logo.svgz SOME' "$work/tape"; "$authcheck" --replay "$work/tape" --discover none a.test | grep -c 'bimi-svg\|bimi-fetch')" $'1\n0'

certificate() { bimi "v=BIMI1; l=https://good.a.test/www/logo.svg; a=https://good.a.test/www/$1" "${there[@]}"; }
check 'a certificate' "$(certificate vmc.pem)" ''
check 'one for the selector' "$(certificate selector.pem)" ''
if [ -s "$ca/ended.crt" ]; then check 'one that has expired' "$(certificate ended.pem)" 'bimi-cert-invalid \| sure \| it expired on [0-9]{4}-[0-9]{2}-[0-9]{2}'; fi
check 'one for another domain' "$(certificate other.pem)" 'bimi-cert-invalid \| sure \| it is for b.test, not for a.test'
check "a web server's" "$(certificate web.pem)" 'bimi-cert-invalid \| sure \| it is no mark certificate .*'
check 'without its issuers' "$(certificate alone.pem)" 'bimi-cert-invalid \| sure \| the certificates of its issuers are missing from the file'
check 'with a gap' "$(certificate gap.pem)" 'bimi-cert-invalid \| sure \| the certificates are not in the order of issue'
check 'a page' "$(certificate logo.svg)" 'bimi-cert-invalid \| sure \| it has no certificate in PEM'
check 'nothing there' "$(certificate none.pem)" 'bimi-fetch \| sure \| the certificate: HTTP status 404'
finish

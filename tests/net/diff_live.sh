#!/usr/bin/env bash
# authcheck diff of zone files laid over live DNS: the same change is good or bad by what a real server (Knot) answers for names that
# the zone leads to. The server has a root zone of its own, so that nothing else is asked.
# shellcheck source=tests/net/lib.sh
. "$(dirname "$0")/lib.sh"
authcheck=${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}
key=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuBPq8lbAi1KTZ5bhEPFrbksWQwTDKiXa3tpV7KEWgi1yMvxZ3PFvR66k2X0HaoeHSrOMgqflfwFpM+3fGQEexJe4xCEfEjbYHyIcYhJwfGE++40jmPNLUu76iDrOqStAH2USlCpQM9qEhbsPICh255P+VVgFB9zz4DiLlq3RYCxcgefyx0KQsQ75QrCJ+8vebnsNmRiqUsOx0xapObbkof9lopOOw/aa6tcGJydqHrMg0iyanwi+fYJtXg0W7fPNSG3iEY8CvYaM7XYUg0v7Xeko3Q5mEWpN7gz6k5VjTp+YWFAxDGLVq+KhpppWiDufNgg1kM7aPXr4rraK9+onlwIDAQAB
port=$(free_port)

many() { # N: as many a: terms, of hosts that are there
	local i
	for ((i = 1; i <= $1; i++)); do printf ' a:h%d.isp.net' "$i"; done
}
{
	printf '%s\n' '$TTL 300' '. SOA ns. hostmaster. 1 7200 900 1209600 300' '. NS ns.' 'ns. A 127.0.0.1'
	printf '%s\n' 'com. TXT "here"' 'net. TXT "here"'
	for i in {1..12}; do printf 'h%d.isp.net. A 93.184.216.%d\n' "$i" "$i"; done
	# what the world has under the name of the zone, and what the files say instead
	printf '%s\n' 'example.com. TXT "v=spf1 +all"' 'example.com. MX 0 .' '_dmarc.example.com. TXT "v=DMARC1; p=foo"'
	printf '%s\n' "nine.isp.net. TXT \"v=spf1$(many 9) -all\"" "ten.isp.net. TXT \"v=spf1$(many 10) -all\""
	printf '%s\n' 'gone.isp.net. TXT "no SPF"' 'bad.isp.net. TXT "v=spf1 ip4:1.2 -all"' 'open.isp.net. TXT "v=spf1 +all"'
	printf '%s\n' 'mx.isp.net. A 93.184.216.30' 'alias.isp.net. CNAME mx.isp.net.' 'inner.isp.net. A 10.0.0.1'
	printf '%s\n' "key.isp.net. TXT \"v=DKIM1; k=rsa; p=${key:0:200}\" \"${key:200}\"" "cut.isp.net. TXT \"v=DKIM1; k=rsa; p=${key:0:200}\""
	printf '%s\n' 'isp.net. MX 10 mx.isp.net.' 'isp.net. TXT "v=spf1 mx -all"' 'example.com._report._dmarc.isp.net. TXT "v=DMARC1"'
	printf '%s\n' 'strict.net. MX 10 mx.isp.net.' 'strict.net. TXT "v=spf1 mx -all"'
	printf '%s\n' 'sub.example.com. TXT "v=spf1 ip4:93.184.216.40 -all"'
} >"$work/root.zone"
serve_knot "$port" <<E
  - domain: .
    file: "$work/root.zone"
E

cat >"$work/before.zone" <<'Z'
$ORIGIN example.com.
$TTL 300
@ SOA ns1 hostmaster 1 7200 900 1209600 300
@ NS ns1
ns1 A 93.184.215.1
@ MX 10 mx
mx A 93.184.215.2
@ TXT "v=spf1 mx -all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
s1._domainkey CNAME key.isp.net.
sub NS ns1.isp.net.
Z

server=127.0.0.1:$port
# change STATUS PATTERN PROGRAM [OPTION...]: what sed makes of the zone, over the server's answers
change() {
	local want=$1 pattern=$2 program=$3 got
	shift 3
	sed -E "$program" "$work/before.zone" >"$work/after.zone"
	timeout 60 "$authcheck" diff --nameserver "$server" --timeout 2 "$@" "$work/before.zone" "$work/after.zone" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	if [ $got -ne "$want" ]; then
		fail "$program $*" "exit status $got instead of $want" "$(head -n 15 "$work/out" "$work/err")"
	elif ! tr -s ' \n' ' ' <"$work/out" | grep -Fq -- "$pattern"; then
		fail "$program $*" "not said: $pattern" "$(cat "$work/out")"
	else
		pass
	fi
}

# an include that the world gives its weight
change 0 'SPF terms: mx -> include:nine.isp.net' 's/(spf1) mx/\1 include:nine.isp.net/'
change 1 spf-lookup-limit 's/(spf1) mx/\1 include:ten.isp.net/'
change 0 'were not asked: offline' 's/(spf1) mx/\1 include:ten.isp.net/' --offline
change 1 spf-include-none 's/(spf1) mx/\1 include:gone.isp.net/'
change 1 spf-include-nxdomain 's/(spf1) mx/\1 include:never.isp.net/'
change 1 spf-include-permerror 's/(spf1) mx/\1 include:bad.isp.net/'
change 1 spf-include-all 's/(spf1) mx/\1 include:open.isp.net/'
# a delegated name is the world's, though it is below the zone's own
change 0 'include:sub.example.com' 's/(spf1) mx/\1 include:sub.example.com/'

# an MX host that has its address elsewhere
change 0 'MX: 10 mx.example.com -> 10 mx.isp.net' 's/MX 10 mx/MX 10 mx.isp.net./'
change 1 mx-no-address 's/MX 10 mx/MX 10 never.isp.net./'
change 1 mx-cname 's/MX 10 mx/MX 10 alias.isp.net./'
change 1 mx-private-ip 's/MX 10 mx/MX 10 inner.isp.net./'
change 0 'were not asked: offline' 's/MX 10 mx/MX 10 never.isp.net./' --offline

# a key that a provider keeps
change 1 dkim-p-trunc 's/key.isp.net/cut.isp.net/'
change 1 dkim-dangling-cname 's/key.isp.net/never.isp.net/'

# whoever is to get reports must have agreed
change 0 '' 's/dmarc@example.com/dmarc@isp.net/'
change 1 dmarc-rua-external 's/dmarc@example.com/dmarc@strict.net/'

# a server that does not answer: nothing is known, and that is told
server=127.0.0.1:$(free_port)
change 3 'cannot tell' 's/MX 10 mx/MX 10 mx.isp.net./'
change 1 spf-plus-all 's/mx -all/mx +all/'

finish

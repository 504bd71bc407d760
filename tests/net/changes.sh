#!/usr/bin/env bash
# authcheck diff over the changes that people make to zones: each is made to one sound zone, and what is said of it, and the exit
# status, are what whoever approves the change needs. Reads zone files alone; asks nobody.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-changes.XXXXXX")
trap 'rm -rf "$work"' EXIT
passed=0 failed=0

key=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAuBPq8lbAi1KTZ5bhEPFrbksWQwTDKiXa3tpV7KEWgi1yMvxZ3PFvR66k2X0HaoeHSrOMgqflfwFpM+3fGQEexJe4xCEfEjbYHyIcYhJwfGE++40jmPNLUu76iDrOqStAH2USlCpQM9qEhbsPICh255P+VVgFB9zz4DiLlq3RYCxcgefyx0KQsQ75QrCJ+8vebnsNmRiqUsOx0xapObbkof9lopOOw/aa6tcGJydqHrMg0iyanwi+fYJtXg0W7fPNSG3iEY8CvYaM7XYUg0v7Xeko3Q5mEWpN7gz6k5VjTp+YWFAxDGLVq+KhpppWiDufNgg1kM7aPXr4rraK9+onlwIDAQAB
small=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDt+7JONt1iq2ryG+7/qB+GpQ5CxAsZ6p75/gn/nseLLlKnfIHRTIxLvwp2b3YkAztA+dZfndqJ6hKRaUVl2aDoJw6QtyV1OVnFZRSfUXqgqMSPY2DVuj2bFBJmsUJZ5bhtqfESnzYNge8cVHNbIl9XamZLFNySP/RdIO78wo0AyQIDAQAB

cat >"$work/before.zone" <<Z
\$ORIGIN example.com.
\$TTL 300
@ SOA ns1 hostmaster 1 7200 900 1209600 300
@ NS ns1
@ NS ns2
ns1 A 93.184.215.1
ns2 A 93.184.215.7
@ MX 10 mx1
@ MX 20 mx2
mx1 A 93.184.215.2
mx2 A 93.184.215.3
@ A 93.184.215.4
www CNAME @
@ TXT "v=spf1 mx a:out.example.com include:spf.example.com -all"
out A 93.184.215.5
spf TXT "v=spf1 ip4:93.184.216.0/24 -all"
_dmarc TXT "v=DMARC1; p=reject; rua=mailto:dmarc@example.com"
s1._domainkey TXT "v=DKIM1; k=rsa; p=${key:0:200}" "${key:200}"
s2._domainkey TXT "v=DKIM1; k=rsa; p=$small"
_mta-sts TXT "v=STSv1; id=1"
mta-sts A 93.184.215.8
_smtp._tls TXT "v=TLSRPTv1; rua=mailto:tls@example.com"
sub MX 10 mx1
sub TXT "v=spf1 mx -all"
Z

# change STATUS PATTERN PROGRAM [LINE...]: what sed makes of the zone, with the lines behind it. PATTERN is looked for in what is
# said; one that begins with ! must not be there.
change() {
	local want=$1 pattern=$2 program=$3 got line
	shift 3
	sed -E "$program" "$work/before.zone" >"$work/after.zone"
	for line; do printf '%s\n' "$line" >>"$work/after.zone"; done
	if [ -n "$program$*" ] && cmp -s "$work/before.zone" "$work/after.zone"; then
		failed=$((failed + 1)); echo "FAILED: $program changes nothing"
		return
	fi
	"$authcheck" diff --offline "$work/before.zone" "$work/after.zone" >"$work/out" 2>"$work/err" </dev/null
	got=$?
	tr -s ' \n' ' ' <"$work/out" >"$work/line"
	if [ $got -ne "$want" ]; then
		failed=$((failed + 1)); echo "FAILED: $program $*: exit status $got instead of $want"; head -n 12 "$work/out" "$work/err"
	elif [ "${pattern#!}" = "$pattern" ] && ! grep -Fq -- "$pattern" "$work/line"; then
		failed=$((failed + 1)); echo "FAILED: $program $*: not said: $pattern"; cat "$work/out"
	elif [ "${pattern#!}" != "$pattern" ] && grep -Fq -- "${pattern#!}" "$work/line"; then
		failed=$((failed + 1)); echo "FAILED: $program $*: said: ${pattern#!}"; cat "$work/out"
	else
		passed=$((passed + 1))
	fi
}

# ---- nothing that mail needs ----
change 0 'Nothing that mail depends on' ''
change 0 'Nothing that mail depends on' 's/hostmaster 1 /hostmaster 2 /'
change 0 '0 findings new' 's/^\$TTL 300/$TTL 3600/'
change 0 '' '' 'shop A 93.184.215.9'
change 0 '!worse' '' '@ TXT "google-site-verification=abc"'
change 0 '!worse' '' '@ CAA 0 issue "letsencrypt.org"'
change 0 '!worse' 's/^mx1 A .*/&\nmx1 AAAA 2606:2800:220:1:248:1893:25c8:1946/'
change 0 '!worse' 's/MX 20 mx2/MX 30 mx2/'
change 0 '!worse' '' 'news MX 10 mx1' 'news TXT "v=spf1 mx -all"'
change 0 '!worse' '' "s3._domainkey TXT \"v=DKIM1; k=rsa; p=${key:0:200}\" \"${key:200}\""
change 0 'DKIM selector added: s3' '' "s3._domainkey CNAME s3.dkim.example.net."
change 0 '!worse' 's/out/out2/g'
change 0 '!worse' 's/id=1"/id=2"/'
change 0 '!zone-mail-doubled' '' '_acme-challenge.www.example.com TXT "x"'
change 0 '!worse' '' '_dkim TXT "v=DKIM1; p="' 's4._domainkey CNAME _dkim'

# ---- SPF ----
change 1 spf-plus-all '/a:out/s/-all/+all/'
change 1 spf-plus-all '/a:out/s/-all/all/'
change 0 'SPF terms: -all -> ?all' '/a:out/s/-all/?all/'
change 0 'SPF terms: -all -> ~all' '/a:out/s/-all/~all/'
change 0 spf-no-all '/a:out/s/ -all//'
change 1 spf-multiple '' '@ TXT "v=spf1 include:_spf.google.com ~all"'
change 1 spf-unknown-mechanism 's/include:spf/inlcude:spf/'
change 1 spf-include-nxdomain 's/include:spf/include:spff/'
change 1 spf-include-nxdomain '/^spf /d'
change 1 spf-include-permerror 's@216.0/24@216.0/244@'
change 1 spf-none '/a:out/d'
change 0 '!spf-no-all' '/a:out/s/ -all/ ?all/'
change 1 spf-version 's/"v=spf1 mx a/"spf1 mx a/'
change 1 spf-split-version 's/"(v=spf1) mx a(.*)"$/\1 mx a\2/'
change 1 spf-split-nospace 's/ (include:spf)/" "\1/'
change 0 '!worse' 's/(out.example.com )(include)/\1" "\2/'
change 1 spf-pasted '/a:out/s/-all/-all v=DMARC1; p=none/'
change 1 spf-all-argument '/a:out/s/-all/-all;/'
change 1 spf-nonascii '/a:out/s/-all/–all/'
change 0 spf-terms-after-all 's/ (include:spf.example.com) -all/ -all \1/'
change 1 spf-domain-spec 's@include:spf@include:https://spf@'
change 1 spf-loop 's/include:spf.example.com/include:example.com/'
change 0 spf-void-term '/^out A/d'
many='' names=()
for i in 0 1 2 3 4 5 6 7 8; do many+=" include:i$i.example.com"; names+=("i$i TXT \"v=spf1 -all\""); done
change 1 spf-lookup-limit "/a:out/s/ include:.* -all/$many -all/" "${names[@]}"

# ---- DMARC ----
change 1 dmarc-none '/^_dmarc/d'
change 0 'DMARC policy for its mail: reject -> none' 's/p=reject/p=none/'
change 0 dmarc-p-none 's/p=reject/p=none/'
change 0 'DMARC policy for its mail: reject -> quarantine' 's/p=reject/p=quarantine/'
change 0 dmarc-sp-weaker 's/p=reject/p=reject; sp=none/'
change 1 dmarc-bad-p 's/p=reject/p=rejct/'
change 1 dmarc-bad-p 's/p=reject/policy=reject/'
change 1 dmarc-version-first 's/v=DMARC1/v=DMARC/'
change 1 dmarc-version-first 's/DMARC1; p/DMARC1 p/'
change 1 dmarc-version-first 's/DMARC1; p/DMARC1\\\\; p/'
change 0 '!worse' 's/DMARC1; p/DMARC1\\; p/'
change 1 dmarc-no-policy 's/"(v=DMARC1.*)"/\1/'
change 1 dmarc-rua-uri 's/mailto:dmarc@/dmarc@/'
change 1 dmarc-multiple '' '_dmarc TXT "v=DMARC1; p=none"'
change 1 zone-mail-doubled 's/^_dmarc /_dmarc.example.com /'
change 1 dmarc-wrong-place 's/^_dmarc /dmarc /'
change 1 dmarc-cname-dangling 's/^_dmarc TXT .*/_dmarc CNAME gone/'
change 1 zone-text-target 's/^_dmarc TXT .*/_dmarc CNAME v=DMARC1\\;p=none./'
change 1 'as above' 's/mailto:dmarc@/dmarc@/'

# ---- DKIM ----
change 0 'DKIM selector removed: s1: what is signed with it fails' '/^s1/d'
change 0 dkim-none '/^s[12]/d'
change 0 'DKIM key replaced: s1: what the old one signed fails' "s/^s1.*/s1._domainkey TXT \"p=${small//\//\\/}\"/"
change 0 dkim-rsa-1024 "s/^s1.*/s1._domainkey TXT \"p=${small//\//\\/}\"/"
change 0 'DKIM key revoked: s1' 's/^s1.*/s1._domainkey TXT "v=DKIM1; p="/'
change 0 '!DKIM' 's/^(s1.*k=rsa; p=)/\1 /'
change 1 dkim-p-trunc 's/^(s1.*") ".*/\1/'
change 1 dkim-no-p 's/^(s1._domainkey TXT )"(v=DKIM1; k=rsa; p=.*)" ".*"/\1\2/'
change 1 zone-string 's/^(s1.*)" "/\1/'
change 1 dkim-multiple-txt 's/^(s1.*)" "/\1"\ns1._domainkey TXT "/'
change 1 dkim-cname-doubled 's/^s1.*/s1._domainkey CNAME s1.dkim.sendgrid.net/'
change 1 zone-text-target 's@^s1.*@s1._domainkey CNAME https://s1.dkim.sendgrid.net.@'
change 1 dkim-not-key 's/^s1.*/s1._domainkey TXT "s1.dkim.example.net"/'
change 1 zone-mail-doubled 's/^s1._domainkey /s1._domainkey.example.com /'
change 1 zone-key-place 's/^s1._domainkey /s1.domainkey /'
change 0 '!receivers:' '' '*._domainkey TXT "v=DKIM1; p="'
change 0 zone-mail-foreign '' 's1._domainkey.example.net TXT "v=DKIM1; p="'

# ---- MX ----
change 0 'MX: 10 mx1.example.com, 20 mx2.example.com -> 10 mx1.example.com' '/MX 20/d'
change 0 mx-none-implicit '/^@ MX/d'
change 1 mx-no-address '/^mx[12] A/d'
change 0 mx-host-no-address '/^mx2 A/d'
change 1 mx-cname 's/^mx1 A .*/mx1 CNAME out/'
change 1 mx-ip-literal 's/MX 10 mx1/MX 10 93.184.215.2/'
change 1 mx-ip-literal 's/MX 10 mx1/MX 10 93.184.215.2/' '* CNAME web.example.net.'
change 1 mx-missing-dot 's/^@ MX 10 mx1/@ MX 10 mx1.example.com/'
change 1 mx-missing-dot 's/^@ MX 10 mx1/@ MX 10 aspmx.l.google.com/'
change 1 mx-null-mixed 's/MX 20 mx2/MX 0 ./'
change 1 mx-private-ip 's/^mx1 A .*/mx1 A 10.0.0.2/'
change 1 zone-line 's/MX 10 mx1/MX mx1/'
change 0 'MX: 10 mx1.example.com -> those of web.example.net' '/^sub TXT/d; s/^sub MX .*/sub CNAME web.example.net./'

# ---- the rest ----
change 1 zone-line '' '@ ALIAS web.example.net.'
change 1 spf-address 's@ip4:93.184.216.0/24@ip4:1.2@; s/include:spf.example.com/ip4:1.2/' '@ ALIAS web.example.net.'
change 1 zone-cname-other '' 'sub CNAME web.example.net.'
change 0 'MTA-STS record removed' '/^_mta-sts/d; /^mta-sts/d'
change 1 sts-orphan '/^mta-sts/d'
change 1 sts-multiple '' '_mta-sts TXT "v=STSv1; id=2"'
change 0 'TLS-RPT record removed' '/^_smtp/d'
change 1 tlsrpt-version 's/TLSRPTv1/TLSRPT1/'
change 0 '' 's/^sub MX .*/sub NS ns1.example.net./; /^sub TXT/d'

# ---- a comment on a pull request ----
heading() { # HEADING PROGRAM
	sed -E "$2" "$work/before.zone" >"$work/after.zone"
	"$authcheck" diff --offline --format markdown "$work/before.zone" "$work/after.zone" >"$work/out" </dev/null
	if [ "$(head -n 1 "$work/out")" = "$1" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $2: no $1"; head -n 3 "$work/out"; fi
}
heading '**Worse**' 's/include:spf/inlcude:spf/'
heading '**Changed**' '/^_smtp/d'

# ---- lines of files ----
once() { # FORMAT TIMES
	local n
	"$authcheck" diff --offline --format "$1" "$work/before.zone" "$work/after.zone" >"$work/out" </dev/null
	n=$(grep -o 'dmarc-rua-uri' "$work/out" | wc -l)
	if [ "$n" -eq "$2" ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED: $1 tells dmarc-rua-uri $n times"; fi
}
sed -E 's/mailto:dmarc@/dmarc@/' "$work/before.zone" >"$work/after.zone"
once github 1
once gitlab 1
once csv 2

# ---- a zone whose domain above is not known ----
sed 's/example.com/sub.example.com/; s/^_dmarc TXT.*/_dmarc TXT "v=DMARC1; p=none"/' "$work/before.zone" >"$work/above.zone"
cp "$work/above.zone" "$work/before.zone"
change 0 'DMARC record removed: whether one above it counts' '/^_dmarc/d'
change 0 '!better' '/^_dmarc/d'

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]

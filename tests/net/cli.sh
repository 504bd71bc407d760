#!/usr/bin/env bash
# The command line as a user meets it: exit statuses, one clear line for wrong input, closed pipes, files written whole or not at all.
set -u
cd "${SRCDIR:-$(dirname "$0")/../..}" || exit 2
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")
work=$(mktemp -d "${TMPDIR:-/tmp}/authcheck-cli.XXXXXX")
trap 'rm -rf "$work"' EXIT
. tests/net/lib_expect.sh
good=fixtures/audit/base.tape

# ---- the receiver libraries ----
expect 0 'Receiver libraries: as the RFCs have it \(libspf2, OpenDMARC, OpenDKIM\)' --stack --replay $good --selector sel1 --discover none \
	--ip 93.184.215.20 example.com
expect 0 '"rfc_result": "pass"' sender --format json --replay $good --ip 93.184.215.20 --helo mx1.example.com --dkim example.com:sel1 example.com
expect 1 'Libraries differ: libspf2 answers fail' sender --replay fixtures/audit/stack-spf-stricter/fires.tape \
	--ip 93.184.215.20 example.com

# ---- exit statuses ----
expect 0 'example.com: no risk' --replay $good --selector sel1 --discover none example.com
expect 1 'spf-multiple' --offline --zone fixtures/zone/demo.zone
expect 1 'spf-multiple' audit --offline --zone fixtures/zone/demo.zone news.pelican-press.example
expect 0 'spf-multiple' --offline --zone fixtures/zone/demo.zone --fail-on never news.pelican-press.example
echo 'now 1795507200' >"$work/empty.tape"
expect 3 'not on the tape' --replay "$work/empty.tape" example.com
expect 0 'offline' --offline example.com
expect 0 parked --offline --zone fixtures/zone/demo.zone --fail-on warning parked.pelican-press.example
expect 0 'authcheck [0-9]' --version
expect 0 'usage: ' --help
expect 0 '^spf-multiple' rules
expect 0 'How to mend it' explain spf-multiple
expect 0 'Gmail: reject' explain spf-none dmarc-none
expect 0 'faulty: example.com. IN TXT' explain spf-cidr
expect 0 'The rules of SPF' explain spf
expect 0 'The rules of MTA-STS' explain mta-sts
expect 0 '^5.7.26: more than one authentication check failed' explain 5.7.26
expect 0 '450 4.7.26 Service does not accept' explain 4.7.26
expect 0 'It stands for many causes' explain '550 5.7.1'
expect 0 '^550 5.7.1: ' explain 550 5.7.1
expect 0 'Enhanced codes that stand behind it' explain 550
expect 0 'a mark in replies of Outlook.com' explain S3150
expect 0 '^5.7.515: ' explain spf-none 5.7.515

# ---- names ----
expect 0 '^example.com: ' --replay $good --selector sel1 --discover none 'EXAMPLE.com.'
expect 0 'xn--bcher-kva.example' --offline "$(printf 'b\303\274cher.example')"
expect 2 'no domain name: .*empty label' a..b
expect 2 'is a URL' https://example.com/
expect 2 'mail address' user@example.com
expect 2 'IP address' 192.0.2.1
expect 2 'no domain: ' --offline
expect 2 'x1B' "$(printf 'a\033[31m.example')"

# ---- options ----
expect 2 'did you mean --offline' --ofline example.com
expect 2 'unknown option -x' -x example.com
expect 2 'argument FILE is missing' example.com --zone
expect 2 'takes no argument' --offline=yes example.com
expect 2 'one of text' --format xml example.com
expect 2 'there is no rule "nonsense"' --ignore nonsense example.com
expect 2 'did you mean spf-multiple' explain spf-multipel
expect 2 'there is no rule, protocol or code "nonsense"' explain nonsense
expect 2 'the nearest is 5.7.30' explain 5.7.31
expect 2 'whole reply.*authcheck bounce' explain '550 5.7.1 Access denied'
expect 2 'takes no --format: only --color and --output' explain 5.7.26 --format json
expect 2 'audit takes no --helo: .authcheck sender. does' --helo mail.example.com example.com
expect 2 'audit takes no --no-audit: .authcheck bounce. does' audit --no-audit example.com
expect 2 'sender takes no --profile: .authcheck audit. does' sender --ip 192.0.2.1 --profile nist example.com
expect 2 'bounce takes no --bulk: .authcheck audit. does' bounce --bulk '550 5.7.1 no'
expect 2 'takes no --verbose' explain spf-none -v
expect 2 'takes no --offline' rules --offline
expect 2 'text or markdown' rules --format json
expect 2 'text or markdown' receivers --format ndjson
expect 0 'spf-none' rules --format text
expect 2 'no number of seconds' --timeout soon example.com
expect 2 'no IPv4 or IPv6 address' --ip 1.2.3 example.com
expect 2 'name server' --nameserver nonsense example.com
expect 2 'HOST:PORT:ADDR:PORT' --connect-to x:y example.com
expect 0 'no risk' --replay $good --selector sel1 --discover none --ignore spf-fail-all@example.com -v example.com

# ---- files ----
expect 2 'no such file|No such file' --zone "$work/none" --offline
mkdir "$work/nothing"
expect 2 'no zone file in this folder' --zone "$work/nothing" --offline
expect 2 'no file of such a name' --zone "$work/nothing/*.zone" --offline
expect 2 'No such file' --replay "$work/none" example.com
expect 2 'folder' --replay "$work" example.com
printf 'example.com TXT MAYBE\n' >"$work/bad.tape"
expect 2 'bad.tape, line 1: ' --replay "$work/bad.tape" example.com
printf '@ IN A 1.2.3.4.5\n' >"$work/bad.zone"
expect 2 'bad.zone:1: ' --zone "$work/bad.zone" --origin example.com --offline
: >"$work/empty.zone"
expect 2 'empty.zone' --zone "$work/empty.zone" --origin example.com --offline
head -c 4096 /dev/urandom >"$work/noise"
expect 2 'noise' --zone "$work/noise" --origin example.com --offline
expect 2 'noise' --replay "$work/noise" example.com
expect 2 'No such file' --replay $good --output "$work/no/such/folder" example.com
expect 0 '' --replay $good --selector sel1 --discover none --format json --output "$work/report" example.com
is 'the report is written' grep -q '"schema": "authcheck/1"' "$work/report"
is 'nothing is left beside it' [ "$(find "$work" -name 'report*' | wc -l)" -eq 1 ]

# ---- a zone that a name server refuses, and names that it only ignores: each a finding on its line, and the rest is audited ----
printf '@ SOA a b 1 2 3 4 5\n@ NS a\nw CNAME x\nw A 93.184.215.20\n' >"$work/refused.zone"
expect 1 'zone-cname-other' --zone "$work/refused.zone" --origin refused.test --offline
expect 1 '"source": "[^"]*refused.zone:3"' --zone "$work/refused.zone" --origin refused.test --offline --format json
expect 1 'dmarc-none' --zone "$work/refused.zone" --origin refused.test --offline
expect 1 'zone-cname-other' --zone "$work/refused.zone" --origin refused.test --offline elsewhere.test
printf '@ SOA a b 1 2 3 4 5\n@ NS a\n@ TXT "v=spf1 -all"\nout.elsewhere.net. A 93.184.215.20\n' >"$work/outside.zone"
expect 1 'zone-outside' --zone "$work/outside.zone" --origin outside.test --offline

# ---- a parent and its child: the nearer zone answers, whichever was named first and delegated or not ----
printf '@ SOA a b 1 2 3 4 5\n@ NS a\n@ TXT "v=spf1 -all"\n' >"$work/parent.zone"
printf '@ SOA a b 1 2 3 4 5\n@ NS a\n@ TXT "v=spf1 ip4:93.184.215.20 -all"\n' >"$work/child.zone"
sed -i "1i \$ORIGIN parent.test." "$work/parent.zone"
sed -i "1i \$ORIGIN child.parent.test." "$work/child.zone"
for order in "parent child" "child parent"; do
	"$authcheck" --offline --discover none --format json $(printf -- "--zone $work/%s.zone " $order) child.parent.test >"$work/out"
	is "the child answers for itself ($order)" grep -q 'v=spf1 ip4:93.184.215.20 -all' "$work/out"
	"$authcheck" --offline --discover none --format json $(printf -- "--zone $work/%s.zone " $order) parent.test >"$work/out"
	is "the parent answers for itself ($order)" grep -q '"v=spf1 -all"' "$work/out"
done

# ---- many domains, each once ----
"$authcheck" --offline --discover none --format ndjson b.example a.example B.example. a.example >"$work/out"
is 'each domain once, in the order given' [ "$(grep -o '"domain":"[ab].example"' "$work/out" | tr -d '\n')" = '"domain":"b.example""domain":"a.example"' ]

# ---- an audit that runs out of memory: the others are whole, and so is the array ----
plain=${AUTHCHECK:-./authcheck} # no sanitizer lives in a small address space
printf '$ORIGIN small.test.\n@ 300 SOA a b 1 2 3 4 5\n@ NS a\n@ TXT "v=spf1 -all"\n' >"$work/small.zone"
awk 'BEGIN {
	print "$ORIGIN big.test.\n@ 300 SOA a b 1 2 3 4 5\n@ NS a\n@ TXT ( \"v=spf1 \""
	for (i = 0; i < 250; i++) { s = ""; for (k = 0; k < 80; k++) s = s "?a "; print "\"" s "\"" }
	print "\"-all\" )"
}' >"$work/big.zone"
small() { # KIB DOMAIN...
	local kib=$1
	shift
	(ulimit -v "$kib" && exec "$plain" --offline --zone "$work/big.zone" --zone "$work/small.zone" --discover none --format json "$@" >"$work/out" 2>"$work/err")
}
kib=16000
# Below what the shared libraries need, some of them end with a core.
until { small $kib small.test; } 2>/dev/null || [ $? -lt 2 ] || [ $kib -gt 2000000 ]; do kib=$((kib + kib / 20)); done
small $kib big.test small.test
is 'out of memory is our own failure' [ $? -eq 2 ]
is 'it is told' grep -q '^authcheck: big.test: out of memory$' "$work/err"
is 'the array begins with an object and ends with one' [ "$(tr -d ' \n' <"$work/out" | sed -E 's/^(..).*(..)$/\1\2/')" = '[{}]' ]
is 'the other one is there' grep -q '"domain": "small.test"' "$work/out"

# ---- what was not asked is not said to be missing ----
printf '@ SOA a b 1 2 3 4 5\n@ NS a\n@ MX 10 mx\nmx A 93.184.215.20\n' >"$work/nodmarc.zone"
expect 1 '_dmarc.test was not had' --zone "$work/nodmarc.zone" --origin nodmarc.test --offline --format json
is 'nothing is claimed of a name that was not asked' [ "$("$authcheck" --zone "$work/nodmarc.zone" --origin nodmarc.test --offline --format json | grep -c 'names above it have none')" -eq 0 ]

# ---- a tape of a tape ----
"$authcheck" --replay $good --discover short --record "$work/again.tape" --format json example.com >"$work/a.json"
"$authcheck" --replay "$work/again.tape" --discover short --format json example.com >"$work/b.json"
is 'a recorded tape gives the same report' cmp -s <(grep -v elapsed_ms "$work/a.json") <(grep -v elapsed_ms "$work/b.json")

# ---- a described sender ----
send() { # ARGUMENT...: one line "spf dmarc disposition gmail's-fate gmail's-code"
	"$authcheck" sender --replay $good --format json "$@" 2>&1 | python3 -c '
import json, sys
r = json.load(sys.stdin)
g = [v for v in r["receivers"] if v["receiver"] == "gmail"][0]
print((r["spf"] or {}).get("result"), r["dmarc"]["result"], r["dmarc"]["disposition"], g["fate"], ((g["reply"] or "-").split() or "-")[0])'
}
sends() { # WANT ARGUMENT...
	local want=$1 got
	shift
	got=$(send "$@")
	is "sender $*: $got instead of $want" [ "$got" = "$want" ]
}
sends 'pass pass none accept -' --ip 93.184.215.20 --helo mx1.example.com --dkim example.com:sel1 example.com
sends 'pass pass none accept -' --ip 93.184.215.20 --helo mx1.example.com example.com
sends 'pass pass none accept -' --ip 2606:2800:21f:cb07::20 --dkim other.example --from bob@example.com
sends 'fail pass none accept -' --ip 93.184.215.21 --dkim example.com:sel1 example.com
sends 'fail fail reject reject 550-5.7.26' --ip 93.184.215.21 example.com
sends 'none fail reject reject 550-5.7.26' --ip 93.184.215.21 --mail-from b@news.example --dkim example.com:none example.com
sends 'none pass none accept -' --ip 93.184.215.21 --mail-from b@news.example --dkim example.com:sel1 example.com
sends 'pass pass none accept -' --ip 93.184.215.21 --helo mx2.example.com --mail-from '<>' example.com
sends 'fail fail reject reject 550-5.7.26' --ip 93.184.215.21 --dkim example.com:sel1:fail example.com
sends 'pass pass none reject 550-5.7.30' --bulk --ip 93.184.215.20 example.com
expect 1 'REFUSE +Microsoft 365: 550 5.7.509' sender --replay $good --ip 93.184.215.21 example.com
expect 0 '' sender --replay $good --ip 93.184.215.21 --receiver fastmail example.com
expect 1 'selector google' sender --replay $good --as google example.com
expect 2 'one of google, microsoft365' sender --replay $good --as nobody example.com
expect 2 'nothing to judge' sender example.com
expect 2 'whose mail' sender --ip 192.0.2.1
expect 2 'is no selector' sender --dkim 'example.com:a..b' example.com
expect 2 'is no selector' sender --dkim 'example.com::fail' example.com
expect 2 'after the selector only ":fail"' sender --dkim example.com:sel1:pass example.com

# ---- bounces ----
reply="550-5.7.26 Unauthenticated email from pelican-press.example is not accepted due to domain's DMARC policy. - gsmtp"
expect 0 'reply: dmarc' bounce --no-audit "$reply"
expect 1 'spf-lookup-limit' bounce --offline --zone fixtures/zone/demo.zone "$reply"
expect 0 '^  The sender.s DNS was not looked at: --offline' bounce --offline fixtures/bounce/dsn.eml
expect 0 'nothing is wrong there now' bounce --replay $good --selector sel1 --discover none "550 5.7.23 SPF validation failed for domain example.com - gsmtp"
expect 1 'spf-lookup-limit' bounce --offline --zone fixtures/zone/demo.zone --from bob@pelican-press.example '550 5.7.23 SPF validation failed'
expect 0 'tell it with --from' bounce '550 5.7.23 SPF validation failed'
expect 2 'no domain name' bounce --from bob@ex_ample..com '550 5.7.23 SPF validation failed'
expect 0 '"cause":"spf"' bounce --no-audit --format ndjson fixtures/bounce/exim.eml
printf '%s\n' '421-failure in DNS' '550 5.1.1 user unknown' '550-one 550 two' '  wrapped' '550-a' '550 b' '554 c' >"$work/replies"
expect 0 'Usuário Inválido' bounce --no-audit '554 Usuário Inválido'
expect 0 'replies:7: unknown' bounce --no-audit "$work/replies"
# five replies, one below the other
for line in 1 2 3 5 7; do expect 0 "replies:$line: " bounce --no-audit "$work/replies"; done
expect 0 '550-a 550 b|550-a b|550 a b' bounce --no-audit "$work/replies"
expect 0 'sendmail.eml: dmarc' bounce --no-audit fixtures/bounce
expect 2 'takes a file' bounce
expect 2 'No such file' bounce no-such-file
: >"$work/empty"
expect 2 'empty' bounce "$work/empty"
printf '550-5.1.1 one\n550 5.1.1 user unknown\n554 5.7.1 Relay access denied\n' >"$work/replies"
is 'replies one below the other' [ "$("$authcheck" bounce --no-audit "$work/replies" | grep -cE "^$work/replies:[13]: (recipient-unknown|relay)$")" -eq 2 ]
is 'standard input' [ "$(printf '550 5.7.1 Relaying denied\n' | "$authcheck" bounce --no-audit - | head -n 1)" = '-: relay' ]
is 'several are one array' python3 -c 'import json,sys; assert len(json.load(sys.stdin)) == 4' < <("$authcheck" bounce --no-audit --format json fixtures/bounce)

# ---- a pipe that is closed early, and a full disk ----
"$authcheck" --offline --zone fixtures/zone/demo.zone -v 2>"$work/err" | head -n 1 >/dev/null
is 'a closed pipe is no news' [ ! -s "$work/err" ]
if [ -e /dev/full ]; then
	"$authcheck" --replay $good example.com >/dev/full 2>"$work/err"
	is 'a full disk is told' [ $? -eq 2 -a -s "$work/err" ]
fi

# ---- no raw escape reaches the terminal, and NO_COLOR is honoured ----
printf 'now 1\n* NONE NXDOMAIN\nexample.com TXT SOME 1 "v=spf1 \\027[31m\\155 -all"\nexample.com MX SOME 1 10 mx.example.com\n' >"$work/esc.tape"
"$authcheck" --replay "$work/esc.tape" --discover none --color never example.com >"$work/out"
is 'octets are escaped' [ "$(grep -c "$(printf '\033')" "$work/out")" -eq 0 ]
is 'and shown' grep -q 'x1B' "$work/out"
"$authcheck" --replay $good --color always --discover none example.com >"$work/out"
is 'colour when asked for' grep -q "$(printf '\033\\[')" "$work/out"
is 'no line is wider than 80' [ -z "$("$authcheck" --replay $good --discover none example.com | awk 'length > 80')" ]

finish

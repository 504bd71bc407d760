#!/usr/bin/env bash
# A real Postfix on the loopback, one service for each kind of certificate, and whole audits of a domain whose MX it is.
#
# Postfix is started by its own master, with configuration, queue and log below the test's folder; the machine's own is not touched.
# Installing its package would take the place of another mail server, so it is used where it is there: POSTFIX names the root of an
# unpacked package (apt-get download postfix; dpkg-deb -x postfix_*.deb DIR), else the system's is taken. Its master starts as root only.
. "$(dirname "$0")/lib.sh"
command -v openssl >/dev/null || { echo 'skipped: no openssl'; exit 77; }
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")
root=${POSTFIX:-}
libs=$root/usr/lib/postfix
[ -x "$libs/sbin/master" ] || { echo 'skipped: no Postfix'; exit 77; }
[ "$(id -u)" -eq 0 ] || { echo "skipped: Postfix's master starts as root only"; exit 77; }

ca=$work/ca
. tests/net/lib_ca.sh
make_ca
kinds=(good chain wrong expired self no_starttls)
declare -A port
conf=$work/postfix
mkdir -p "$conf" "$work/data" "$work"/queue/{active,bounce,corrupt,defer,deferred,flush,hold,incoming,private,public,maildrop,pid,saved,trace}
chmod 755 "$work"
owner=daemon
id postfix >/dev/null 2>&1 && owner=postfix
chown -R $owner "$work/queue" "$work/data"
chown root "$work/queue" "$work/queue/pid"
cat >"$conf/main.cf" <<E
compatibility_level = 3.6
queue_directory = $work/queue
data_directory = $work/data
daemon_directory = $libs/sbin
command_directory = $root/usr/sbin
shlib_directory = $libs
meta_directory = $root/etc/postfix
mail_owner = $owner
setgid_group = $(getent group postdrop >/dev/null && echo postdrop || echo man)
myhostname = mx.a.test
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.1
maillog_file = $work/postfix.log
maillog_file_prefixes = $work
smtpd_relay_restrictions = reject
smtpd_peername_lookup = no
alias_maps =
alias_database =
import_environment = MAIL_CONFIG TZ LANG=C LD_LIBRARY_PATH
export_environment = TZ MAIL_CONFIG LANG LD_LIBRARY_PATH
E
{
	for kind in "${kinds[@]}"; do
		port[$kind]=$(free_port)
		echo "127.0.0.1:${port[$kind]} inet n - n - - smtpd"
		if [ "$kind" = no_starttls ]; then
			echo '  -o smtpd_tls_security_level=none'
		else
			echo '  -o smtpd_tls_security_level=may'
			echo "  -o smtpd_tls_chain_files=$ca/$kind.pem"
		fi
	done
	cat <<E
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
anvil unix - - n - 1 anvil
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
E
} >"$conf/master.cf"
LD_LIBRARY_PATH=${root:+$libs} MAIL_CONFIG=$conf "$libs/sbin/master" -d -c "$conf" >"$work/master" 2>&1 &
pids+=($!)
for ((i = 0; i < 100; i++)); do
	(: <"/dev/tcp/127.0.0.1/${port[no_starttls]}") 2>/dev/null && break
	sleep 0.1
done
[ "$i" -lt 100 ] || { echo 'skipped: Postfix does not start here'; cat "$work/master" "$work/postfix.log" 2>/dev/null; exit 77; }

# ---- the fact ----
said='mx\.a\.test SMTP SOME 0 src="127\.0\.0\.1 port [0-9]+" ip=127\.0\.0\.1 banner="mx\.a\.test" ehlo="[A-Z0-9 ]+"'
fact() { "$driver" -t 5000 -d 20000 -n 127.0.0.1:9 -a "$ca/ca.pem" -c "::127.0.0.1:${port[$1]}" mx.a.test SMTP 2>&1; }
check good "$(fact good)" "$said starttls=ok tls=\"TLSv1\\.3\" pkix=ok / .*"
check chain "$(fact chain)" "$said starttls=ok tls=\"TLSv1\\.3\" pkix=ok / .* signs=1 .*"
check wrong "$(fact wrong)" "$said starttls=ok tls=\"TLSv1\\.3\" pkix=ok .* names=\"other\\.example\" .*"
check expired "$(fact expired)" "$said starttls=ok tls=\"TLSv1\\.3\" pkix=time .*"
check self "$(fact self)" "$said starttls=ok tls=\"TLSv1\\.3\" pkix=self-signed .*"
check 'no STARTTLS' "$(fact no_starttls)" "$said starttls=none"
sleep 0.3
check 'a polite guest' "$(grep -c 'ehlo=2 starttls=1 quit=1 commands=4' "$work/postfix.log")" 5

# ---- the audit ----
cat >"$work/zone" <<E
\$ORIGIN a.test.
\$TTL 300
@ SOA ns hostmaster 1 7200 3600 1209600 120
@ NS ns
ns A 192.0.2.53
@ MX 10 mx
mx A 93.184.215.20
@ TXT "v=spf1 mx -all"
E
# audit KIND [option...]: the rules of SMTP that fire
audit() {
	local kind=$1
	shift
	timeout 60 "$authcheck" --zone "$work/zone" --nameserver 127.0.0.1:9 --timeout 5 --ca-file "$ca/ca.pem" \
		--connect-to ":25:127.0.0.1:${port[$kind]}" --starttls --format ndjson "$@" a.test 2>&1 | $python -c 'import json, sys
print(*sorted(f["rule"] for f in json.load(sys.stdin)["findings"] if f["rule"].startswith(("smtp-", "sts-mx"))))'
}
check 'audit: good' "$(audit good)" ''
check 'audit: wrong name' "$(audit wrong)" smtp-cert-name
check 'audit: expired' "$(audit expired)" smtp-cert-expired
check 'audit: self-signed' "$(audit self)" 'smtp-cert-name smtp-cert-self-signed'
check 'audit: no STARTTLS' "$(audit no_starttls)" smtp-starttls
check 'audit: recorded' "$(audit wrong --record "$work/tape")" smtp-cert-name
check 'audit: replayed' "$("$authcheck" --replay "$work/tape" --starttls --format ndjson a.test | grep -o '"rule":"smtp-[a-z-]*"')" \
	'"rule":"smtp-cert-name"'
check 'audit: not wished' "$(timeout 60 "$authcheck" --zone "$work/zone" --offline --format ndjson a.test | grep -o '"smtp":{[^}]*}')" \
	'"smtp":\{"status":"n/a","hosts":\[\]\}'
finish

#!/usr/bin/env bash
# A real Postfix on the loopback, one service for each kind of certificate, and whole audits of a domain whose MX it is.
#
# Postfix is started by its own master, with configuration, queue and log below the test's folder; the machine's own is not touched.
# POSTFIX names the root of an unpacked package. Its master starts as root only.
. "$(dirname "$0")/lib.sh"
[ "$(id -u)" -eq 0 ] || { echo "skipped: Postfix's master starts as root only"; exit 77; }
. tests/net/lib_mta.sh
root=${POSTFIX:-} root_libs=
[ -n "$root" ] || [ -x /usr/lib/postfix/sbin/master ] || unpack postfix || { echo 'skipped: no Postfix, and none can be fetched'; exit 77; }
libs=$root/usr/lib/postfix
[ -x "$libs/sbin/master" ] || { echo 'skipped: no Postfix'; exit 77; }
conf=$work/postfix
mkdir -p "$conf" "$work/data" "$work"/queue/{active,bounce,corrupt,defer,deferred,flush,hold,incoming,private,public,maildrop,pid,saved,trace}
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
LD_LIBRARY_PATH=${root:+$libs:$root_libs} MAIL_CONFIG=$conf "$libs/sbin/master" -d -c "$conf" >"$work/master" 2>&1 &
pids+=($!)
wait_for_mta || { echo 'skipped: Postfix does not start here'; cat "$work/master" "$work/postfix.log" 2>/dev/null; exit 77; }

check_facts
sleep 0.3
check 'a polite guest' "$(grep -c 'ehlo=2 starttls=1 quit=1 commands=4' "$work/postfix.log")" 5

check_audits
check 'audit: recorded' "$(audit wrong --record "$work/tape")" smtp-cert-name
check 'audit: replayed' "$("$authcheck" --replay "$work/tape" --starttls --format ndjson a.test | grep -o '"rule":"smtp-[a-z-]*"')" \
	'"rule":"smtp-cert-name"'
check 'audit: not wished' "$(timeout 60 "$authcheck" --zone "$work/zone" --offline --format ndjson a.test | grep -o '"smtp":{[^}]*}')" \
	'"smtp":\{"status":"n/a","hosts":\[\]\}'
finish

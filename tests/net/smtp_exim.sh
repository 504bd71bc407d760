#!/usr/bin/env bash
# A real Exim on the loopback, a port for each kind of certificate, and whole audits of a domain whose MX it is. Debian's Exim has its
# TLS from GnuTLS, Postfix from OpenSSL.
#
# Its configuration, spool and logs are below the test's folder, and it takes no mail. EXIM names the program. Debian's Exim does not
# start where there is no user Debian-exim, whatever its configuration says; where Exim is not installed, it is told of one (nss_wrapper).
. "$(dirname "$0")/lib.sh"
. tests/net/lib_mta.sh
root_libs= user=$(id -un) group=$(id -gn) told=
[ "$(id -u)" -ne 0 ] || user=daemon group=daemon
exim=${EXIM:-$(command -v exim4)}
if [ -z "$exim" ]; then
	unpack exim4-daemon-light libnss-wrapper || { echo 'skipped: no Exim, and none can be fetched'; exit 77; }
	exim=$root/usr/sbin/exim4
	{ cat /etc/passwd; echo "Debian-exim:x:$(id -u $user):$(id -g $user)::/nonexistent:/bin/false"; } >"$work/passwd"
	{ cat /etc/group; echo "Debian-exim:x:$(id -g $user):"; } >"$work/group"
	told="LD_PRELOAD=libnss_wrapper.so NSS_WRAPPER_PASSWD=$work/passwd NSS_WRAPPER_GROUP=$work/group"
fi
[ -x "$exim" ] || { echo 'skipped: no Exim'; exit 77; }

# GnuTLS wants a chain in order.
cat "$ca/chain.key" "$ca/chain.crt" "$ca/inter.pem" >"$ca/chain.pem"
conf=$work/exim
mkdir -p "$conf/spool" "$conf/log"
if [ "$(id -u)" -eq 0 ]; then
	chown -R $user:$group "$conf" "$ca"
	chown root "$conf"
fi
cat >"$conf/exim.conf" <<E
exim_user = $user
exim_group = $group
primary_hostname = mx.a.test
spool_directory = $conf/spool
log_file_path = $conf/log/%slog
log_selector = +smtp_no_mail
local_interfaces = 127.0.0.1
disable_ipv6 = true
daemon_smtp_ports = $(IFS=:; echo "${port[*]}")
tls_advertise_hosts = \${if eq{\$received_port}{${port[no_starttls]}}{}{*}}
tls_certificate = \${lookup{\$received_port}lsearch{$conf/certificates}{\$value}}
host_lookup =
rfc1413_hosts =
acl_smtp_rcpt =
E
for kind in "${kinds[@]}"; do echo "${port[$kind]}: $ca/$kind.pem"; done >"$conf/certificates"
chmod 644 "$conf/exim.conf" "$conf/certificates"
# shellcheck disable=SC2086
env LD_LIBRARY_PATH="$root_libs" $told "$exim" -C "$conf/exim.conf" -bdf >"$work/started" 2>&1 &
pids+=($!)
wait_for_mta || { echo 'skipped: Exim does not start here'; cat "$work/started" "$conf"/log/* 2>/dev/null; exit 77; }

check_facts
sleep 0.3
check 'a polite guest' "$(grep -c 'no MAIL in SMTP connection .* C=EHLO,STARTTLS,EHLO,QUIT' "$conf/log/mainlog")" 5
check_audits
finish

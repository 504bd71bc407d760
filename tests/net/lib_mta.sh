# shellcheck shell=bash disable=SC2034,SC2154
# Real mail servers for the tests of SMTP, and what is asked of each: sourced behind lib.sh.
#
# Packages of mail servers take each other's place, and start at boot. So none is installed for a test: the system's is used where it is
# there, else the package and what it needs and the system lacks are fetched (APT, with no right but to write here) and unpacked below
# the test's folder, where nothing starts by itself.
command -v openssl >/dev/null || { echo 'skipped: no openssl'; exit 77; }
authcheck=$(realpath "${AUTHCHECK_SAN:-${AUTHCHECK:-./authcheck}}")
chmod 755 "$work"

# unpack PACKAGE...: sets $root, below which they are, and $root_libs, their libraries. False when they cannot be had.
unpack() {
	local names deb
	root=$work/unpacked.$1
	command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
	mkdir -p "$root/deb"
	# only told what would be done: no lock and no root is needed
	names=$(apt-get -s install --no-install-recommends "$@" 2>"$root/apt" | sed -n 's/^Inst \([^ ]*\) .*/\1/p')
	[ -n "$names" ] || return 1
	# shellcheck disable=SC2086
	(cd "$root/deb" && timeout 120 apt-get -qq -o APT::Sandbox::User="$(id -un)" -o Acquire::Retries=2 download $names) >>"$root/apt" 2>&1 || return 1
	for deb in "$root"/deb/*.deb; do
		dpkg-deb -x "$deb" "$root" || return 1
	done
	root_libs=$(find "$root" -name '*.so.*' ! -path "$root/usr/lib/postfix/*" -printf '%h\n' | sort -u | paste -sd:)
	rm -rf "$root/deb"
}

ca=$work/ca
# shellcheck source=tests/net/lib_ca.sh
. tests/net/lib_ca.sh
make_ca
kinds=(good chain wrong expired self no_starttls)
declare -A port
for kind in "${kinds[@]}"; do port[$kind]=$(free_port); done

# Until the server answers; false when it does not.
wait_for_mta() {
	local i
	for ((i = 0; i < 100; i++)); do
		(: <"/dev/tcp/127.0.0.1/${port[no_starttls]}") 2>/dev/null && return
		sleep 0.1
	done
	return 1
}

# ---- the fact ----
fact() { "$driver" -t 5000 -d 20000 -n 127.0.0.1:9 -a "$ca/ca.pem" -c "::127.0.0.1:${port[$1]}" mx.a.test SMTP 2>&1; }
check_facts() {
	local said='mx\.a\.test SMTP SOME 0 src="127\.0\.0\.1 port [0-9]+" ip=127\.0\.0\.1 banner="mx\.a\.test" ehlo="[A-Z0-9 ]+"'
	check good "$(fact good)" "$said starttls=ok tls=\"TLSv1\\.3\" pkix=ok / .*"
	check chain "$(fact chain)" "$said starttls=ok tls=\"TLSv1\\.3\" pkix=ok / .* signs=1 .*"
	check wrong "$(fact wrong)" "$said starttls=ok tls=\"TLSv1\\.3\" pkix=ok .* names=\"other\\.example\" .*"
	check expired "$(fact expired)" "$said starttls=ok tls=\"TLSv1\\.3\" pkix=time .*"
	check self "$(fact self)" "$said starttls=ok tls=\"TLSv1\\.3\" pkix=self-signed .*"
	check 'no STARTTLS' "$(fact no_starttls)" "$said starttls=none"
}

# ---- the audit ----
# audit KIND [option...]: the rules of SMTP that fire; "-": none
audit() {
	local kind=$1
	shift
	timeout 60 "$authcheck" --zone "$work/zone" --nameserver 127.0.0.1:9 --timeout 5 --ca-file "$ca/ca.pem" \
		--connect-to ":25:127.0.0.1:${port[$kind]}" --starttls --format ndjson "$@" a.test 2>&1 | $python -c 'import json, sys
print(*sorted(f["rule"] for f in json.load(sys.stdin)["findings"] if f["rule"].startswith(("smtp-", "sts-mx"))) or "-")'
}
check_audits() {
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
	check 'audit: good' "$(audit good)" -
	check 'audit: wrong name' "$(audit wrong)" smtp-cert-name
	check 'audit: expired' "$(audit expired)" smtp-cert-expired
	check 'audit: self-signed' "$(audit self)" 'smtp-cert-name smtp-cert-self-signed'
	check 'audit: no STARTTLS' "$(audit no_starttls)" smtp-starttls
}
